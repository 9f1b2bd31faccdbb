// All keys of the sheet, by the part that has the focus, and what they do.
// tests/test_browser_census.py uses each of them in both hosts.

const ALL = Infinity;

export const KEYS = {
  // Rows down and columns right; with Shift the selected range grows.
  grid: {
    ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    "Control+ArrowUp": [-ALL, 0], "Control+ArrowDown": [ALL, 0],
    "Control+ArrowLeft": [0, -ALL], "Control+ArrowRight": [0, ALL],
    Home: [0, -ALL], End: [0, ALL], "Control+Home": [-ALL, -ALL], "Control+End": [ALL, ALL],
    PageUp: "page up", PageDown: "page down",
    Enter: "edit", F2: "edit", Delete: "remove", Backspace: "remove",
  },
  // Where the selection goes when the box closes.
  editor: { Enter: [1, 0], Tab: [0, 1], "Shift+Tab": [0, -1], Escape: "drop" },
  // Steps of the slider.
  input: { ArrowUp: 1, ArrowDown: -1, Enter: "take" },
  row: { Enter: "take" },
  // Tabs to the right; before the first comes the last.
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

/** What a key does in a part of the sheet; undefined if the part does not use it. */
export function actionOf(part, { key, altKey, ctrlKey, metaKey, shiftKey }) {
  if (altKey) return undefined;
  const far = ctrlKey || metaKey ? "Control+" : "";
  const name = key.length === 1 ? key.toUpperCase() : key;
  return (shiftKey && KEYS[part][`${far}Shift+${name}`]) || KEYS[part][`${far}${name}`];
}
