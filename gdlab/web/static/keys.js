// Every key that the sheet takes, by the part of it that a person is in, and what it does there.
// Each is used in both hosts by tests/test_browser_census.py.

const ALL = Infinity;

export const KEYS = {
  // Rows down and columns to the right; with Shift the range goes along.
  grid: {
    ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    "Control+ArrowUp": [-ALL, 0], "Control+ArrowDown": [ALL, 0],
    "Control+ArrowLeft": [0, -ALL], "Control+ArrowRight": [0, ALL],
    Home: [0, -ALL], End: [0, ALL], "Control+Home": [-ALL, -ALL], "Control+End": [ALL, ALL],
    PageUp: "page up", PageDown: "page down",
    Enter: "edit", F2: "edit", Delete: "remove", Backspace: "remove",
  },
  // Where the box is left for.
  editor: { Enter: [1, 0], Tab: [0, 1], "Shift+Tab": [0, -1], Escape: "drop" },
  // A slider's steps.
  input: { ArrowUp: 1, ArrowDown: -1, Enter: "take" },
  row: { Enter: "take" },
  // Tabs to the right; from before the first it goes on at the last.
  tabs: { ArrowLeft: -1, ArrowRight: 1, Home: "first", End: "last" },
  lens: {
    ArrowLeft: { step: -1 }, ArrowRight: { step: 1 }, ArrowUp: { row: -1 }, ArrowDown: { row: 1 },
  },
  stage: {
    ArrowLeft: { step: -1 }, ArrowRight: { step: 1 }, ArrowUp: { row: -1 }, ArrowDown: { row: 1 },
    PageUp: { epoch: -1 }, PageDown: { epoch: 1 }, R: { run: 1 }, "Shift+R": { run: -1 },
    V: { view: 1 }, D: { dark: true },
  },
  sheet: {
    Escape: "close", "Control+Z": "undo", "Control+Y": "redo", "Control+Shift+Z": "redo",
  },
};

/** What a key does in a part of the sheet; undefined where it is none of the part's. */
export function actionOf(part, { key, altKey, ctrlKey, metaKey, shiftKey }) {
  if (altKey) return undefined;
  const far = ctrlKey || metaKey ? "Control+" : "";
  const name = key.length === 1 ? key.toUpperCase() : key;
  return (shiftKey && KEYS[part][`${far}Shift+${name}`]) || KEYS[part][`${far}${name}`];
}
