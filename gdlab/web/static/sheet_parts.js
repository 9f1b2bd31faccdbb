// Which parts and buttons a sheet shows, and where it opens: they depend on whether it shows
// points, several runs, one run, or a practice.
import { progressOf } from "./announcements.js";

/** The kind of sheet that a state shows. */
export const kindOf = ({ columns, head, blanks }) => ({
  isData: !columns.size, isRace: Boolean(head.racers), isPractice: Boolean(blanks),
});

/** For each part, by its class, whether it is shown. */
export function shownPartsOf(state) {
  const { isData, isRace, isPractice } = kindOf(state);
  return {
    inputs: !isData && !isRace,
    race: isRace && !state.riddle,
    riddles: isRace && state.questions.length > 0,
    "data-tools": isData,
    "steps-row": !isData && !isPractice,
    // In a practice there is no run yet to play or to draw.
    pictures: !isPractice,
    python: Boolean(state.python),
    exploded: !isData && !isRace && !isPractice,
    check: Boolean(state.canCheck),
  };
}

/** For each button whether it is shown; a sheet that `isAlone` on its page prints handouts. */
export function shownButtonsOf(state, isAlone) {
  const { isData, isRace, isPractice } = kindOf(state);
  const canLeave = isPractice && state.canPractise;
  return {
    practise: !isPractice && state.canPractise,
    find: !isPractice && Boolean(state.canFind),
    handout: isAlone && !isPractice && !isRace && !isData,
    add: !isPractice && Boolean(state.canAdd),
    // A film shows one run.
    film: !isRace,
    hint: isPractice,
    other: canLeave && !state.report,
    own: canLeave && !state.isOwn && !state.report,
    leave: canLeave,
    reset: !isPractice,
    csv: !isPractice,
    export: !isPractice,
  };
}

/** The title of a sheet, and the text beside it. */
export function titleOf(state) {
  const { isData, isRace, isPractice } = kindOf(state);
  const { head, model } = state;
  const fitted = model === "line" ? "the line" : "the model";
  if (isData) return ["the points", `that every sheet uses; ${fitted} is fitted to them`];
  const progress = isPractice ? ` ${progressOf(state)}.` : "";
  return [isRace ? "compare" : head.title, `${head.source}${progress}`];
}

/** The cell where a sheet opens: the first that is computed, not just copied from above. */
export function firstCellOf({ columns, points, blanks }) {
  if (!columns.size) return { row: 0, name: Object.keys(points)[0] };
  const all = [...columns.values()];
  const isFirst = blanks ? ({ name }) => name in blanks
    : ({ numbers, group }) => group || numbers?.length > 3;
  return { row: 1, name: (all.find(isFirst) ?? all[0]).name };
}
