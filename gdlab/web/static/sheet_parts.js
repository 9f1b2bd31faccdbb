// Which parts of its frame a sheet fills, by what it shows: points, runs beside each other, one run, or
// cells to fill in.

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
