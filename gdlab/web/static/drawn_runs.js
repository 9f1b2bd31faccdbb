// The runs that the pictures show, and their colours, lines and markers.

const SHAPES = [
  "M-4-4H4V4H-4Z", "M0-5L5 4H-5Z", "M0-5L5 0L0 5L-5 0Z",
  "M-4-4L4 4M-4 4L4-4", "M0 5L5-4H-5Z", "M0-5V5M-5 0H5",
];
// As many kinds of lines as sheet.css has.
const LINE_KINDS = 6;
export const near = (value) => value.toFixed(1);
export const colourOf = ({ colour }) => `gd-run-${colour}`;
export const lineClass = (look) => `${colourOf(look)} gd-round-${look.round % LINE_KINDS}`;
const shapeOf = ({ colour, round }) => SHAPES[(colour + round) % SHAPES.length];
export const path = (names, data) => `<path class="${names}" d="${data}"/>`;
export const circle = (names, r, x, y) =>
  `<circle class="${names}" r="${r}" cx="${near(x)}" cy="${near(y)}"/>`;

/**
 * The looks of runs side by side: each rule has a `colour` (gdlab/core/looks.py), and runs of the
 * same colour get different lines and markers, by their `round`.
 */
export function looksOf(colours) {
  const seen = new Map();
  return colours.map((colour) => {
    const round = seen.get(colour) ?? 0;
    seen.set(colour, round + 1);
    return { colour, round };
  });
}

/** The runs on a sheet: one on a rule's sheet, several on the sheet compare. */
export function runsOf(state) {
  const { head } = state;
  if (head.racers) {
    return head.racers.map(({ label, columns }, index) => ({
      label,
      look: state.looks[index],
      ends: columns.slice(0, -1).map((name) => state.cells.get(name)),
      start: state.starts[index],
      loss: state.cells.get(columns.at(-1)),
      mse: state.mse[index],
      forward: state.forward[index],
    }));
  }
  if (!head.parameters) return [];
  const names = head.parameters.map((one) => one.new);
  return [
    {
      label: head.rule,
      look: { colour: state.colour, round: 0 },
      ends: names.map((name) => state.cells.get(name)),
      start: names.map((name) => state.first[name]),
      loss: state.cells.get(head.loss),
      steps: head.parameters.map(
        ({ step, letter, unit }) => ({ letter, unit, values: state.cells.get(step) }),
      ),
      mse: state.mse,
      forward: state.forward,
    },
  ];
}

/** A run's parameters after a row; row 0 is the start. */
export function endOf(run, row) {
  return row > 0 ? run.ends.map((values) => values[row - 1]) : run.start;
}

/** An object of the parameters' values by name. */
export const named = ({ parameters }, values) => Object.fromEntries(
  parameters.map(({ name }, index) => [name, values[index]]),
);

export function marker(look, x, y) {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return "";
  const at = `transform="translate(${near(x)} ${near(y)})"`;
  return `<path class="gd-marker ${colourOf(look)}" d="${shapeOf(look)}" ${at}/>`;
}
