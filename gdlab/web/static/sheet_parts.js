// Which parts of its frame a sheet fills, and how it begins, by what it shows: points, runs beside
// each other, one run, or cells to fill in.
import { progressOf } from "./announcements.js";

/** What kind of sheet a state shows. */
export const kindOf = ({ columns, head, blanks }) => ({
  isData: !columns.size, isRace: Boolean(head.racers), isPractice: Boolean(blanks),
});

/** Whether there are the parts with these classes. */
export function shownPartsOf(state) {
  const { isData, isRace, isPractice } = kindOf(state);
  return {
    inputs: !isData && !isRace,
    race: isRace && !state.riddle,
    riddles: isRace && state.questions.length > 0,
    "data-tools": isData,
    "steps-row": !isData && !isPractice,
    // A learner who fills the cells in has no run to play or to draw yet.
    pictures: !isPractice,
    python: Boolean(state.python),
    exploded: !isData && !isRace && !isPractice,
    check: Boolean(state.canCheck),
  };
}

/** Whether the buttons do something here; a sheet that `isAlone` on its page prints handouts. */
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

/** The title of a sheet, and the line beside it. */
export function titleOf(state) {
  const { isData, isRace, isPractice } = kindOf(state);
  const { head, model } = state;
  const fitted = model === "line" ? "the line" : "the model";
  if (isData) return ["the points", `that every sheet uses; ${fitted} is fitted to them`];
  const progress = isPractice ? ` ${progressOf(state)}.` : "";
  return [isRace ? "compare" : head.title, `${head.source}${progress}`];
}

/** The cell where a person begins: the first that is computed, not just taken over from above. */
export function firstCellOf({ columns, points, blanks }) {
  if (!columns.size) return { row: 0, name: Object.keys(points)[0] };
  const all = [...columns.values()];
  const isFirst = blanks ? ({ name }) => name in blanks
    : ({ numbers, group }) => group || numbers?.length > 3;
  return { row: 1, name: (all.find(isFirst) ?? all[0]).name };
}
