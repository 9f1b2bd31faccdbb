// Computes a table's cells from its program (gdlab/web/program.py), its points and its inputs.
import { IEEE, SHEET } from "./arithmetic.js";
import { samplesInOrder } from "./drawn_order.js";

const column = (rows, first = NaN) => new Float64Array(rows + 1).fill(first, 0, 1);

/** The start row by column: the starting values, and counters at their first values. */
export const firstOf = ({ counts, carriers }, inputs) => ({
  ...counts,
  ...Object.fromEntries(Object.entries(carriers).map(([start, name]) => [name, inputs[start]])),
});

/**
 * Run a program. `sheet` describes a table: the `names` of its columns, which of them are
 * `computed`, a schedule's `epochStarts`, and the seed of the `order` of shuffled samples. `given`
 * holds `points`, `epochs`, `samples`, `inputs` by name, and `first`, the start row by column.
 *
 * Returns `cells`, what the sheet shows, one row per column, with errors as NaN (#NUM!) and
 * infinity (#DIV/0!); `frame`, the columns by name in IEEE 754 arithmetic, with the start row at
 * index 0; `exploded`, the first cell of `frame` that is not finite, `[row, name]`, or null; `mse`
 * by epoch, null where it is not finite; and `ends`, a schedule's columns by name, with the start
 * at index 0.
 */
export function compute(program, sheet, given) {
  const rows = given.epochs * given.samples;
  const frame = {};
  for (const name of sheet.names) frame[name] = column(rows, given.first[name]);
  count(frame, sheet, given, rows);
  const inputs = { ...given.inputs, [sheet.count]: given.samples };
  const ends = emptyEnds(sheet, given);
  fill(program(IEEE, frame, ends, inputs), sheet, frame, ends, given, 1);
  const exploded = firstBad(frame, sheet.computed, rows);
  const totals = sumsOfLosses(frame[sheet.loss], given);
  const mse = totals.map((total) => finiteOrNull(total / given.samples));
  const [shown, shownEnds] = exploded ? withErrors(program, sheet, given, inputs, {
    frame, ends, totals, row: exploded[0],
  }) : [frame, ends];
  const cells = new Float64Array(sheet.names.length * rows);
  sheet.names.forEach((name, index) => cells.set(shown[name].subarray(1), index * rows));
  return { cells, frame, exploded, mse, ends: shownEnds };
}

/**
 * A function that runs a program with other `inputs` and returns only the parameters after the last
 * row, for searches that try many runs.
 */
export function createTrial(program, sheet, given) {
  const rows = given.epochs * given.samples;
  const frame = {};
  for (const name of sheet.names) frame[name] = column(rows, given.first[name]);
  count(frame, sheet, given, rows);
  return (inputs) => {
    const ends = emptyEnds(sheet, { ...given, inputs });
    const all = { ...inputs, [sheet.count]: given.samples };
    fill(program(IEEE, frame, ends, all), sheet, frame, ends, given, 1);
    return Object.values(sheet.parameters).map((name) => frame[name][rows]);
  };
}

const finiteOrNull = (value) => (Number.isFinite(value) ? value : null);

/** Fill in the columns that are counted or given: epoch, sample, t and the point. */
function count(frame, { order }, { samples, points }, rows) {
  const given = Object.entries(points);
  const shuffled = order && samplesInOrder(order, samples, rows);
  for (let r = 1; r <= rows; r++) {
    const index = (r - 1) % samples;
    const sample = shuffled ? shuffled[r - 1] : index;
    const counted = {
      epoch: Math.floor((r - 1) / samples) + 1, position: index + 1, sample: sample + 1, t: r,
    };
    for (const name in counted) if (frame[name]) frame[name][r] = counted[name];
    for (const [name, values] of given) frame[name][r] = values[sample];
  }
}

/** The columns of a schedule, empty but for index 0, which holds their starting values. */
function emptyEnds({ epochNames, epochStarts, rate, startRate, nextRate }, { epochs, inputs }) {
  const ends = {};
  for (const name of epochNames) ends[name] = column(epochs, epochStarts[name]);
  if (epochNames.length) {
    ends[rate] = column(epochs);
    ends[nextRate][0] = inputs[startRate];
  }
  return ends;
}

/** Compute rows and epochs in order; rows before `from` are computed already. */
function fill(program, { rate, nextRate }, cells, ends, { epochs, samples }, from) {
  const pairs = (functions, into) => Object.entries(functions).map(([name, f]) => [into[name], f]);
  const rowPairs = pairs(program.rows, cells);
  const endPairs = pairs(program.epochs, ends);
  for (let k = 1; k <= epochs; k++) {
    if (endPairs.length) ends[rate][k] = ends[nextRate][k - 1];
    for (let r = Math.max(from, (k - 1) * samples + 1); r <= k * samples; r++) {
      if (endPairs.length) cells[rate][r] = ends[rate][k];
      for (const [into, f] of rowPairs) into[r] = f(r);
    }
    for (const [into, f] of endPairs) into[k] = f(k, k * samples);
  }
}

/** The first cell that is not a finite number, `[row, name]`; null where all are. */
function firstBad(frame, computed, rows) {
  for (let r = 1; r <= rows; r++) {
    for (const name of computed) if (!Number.isFinite(frame[name][r])) return [r, name];
  }
  return null;
}

/** The sum of the losses in each epoch; an empty list for a surface, which has no points. */
function sumsOfLosses(losses, { points, epochs, samples }) {
  if (!Object.keys(points).length) return [];
  return Array.from({ length: epochs }, (_, k) => {
    let total = losses[k * samples + 1];
    for (let r = k * samples + 2; r <= (k + 1) * samples; r++) total += losses[r];
    return total;
  });
}

/**
 * The cells of a run that exploded, computed again in a spreadsheet's arithmetic from the first row
 * or epoch that is not finite.
 */
function withErrors(program, sheet, given, inputs, { frame, ends, totals, row }) {
  const bad = (total, k) => [total, ...Object.values(ends).map((cells) => cells[k + 1])].some(
    (value) => !Number.isFinite(value),
  );
  const epoch = totals.findIndex(bad);
  const from = epoch < 0 ? row : Math.min(row, (epoch + 1) * given.samples + 1);
  const cells = {};
  for (const name of sheet.names) cells[name] = frame[name].slice();
  const shownEnds = emptyEnds(sheet, given);
  fill(program(SHEET, cells, shownEnds, inputs), sheet, cells, shownEnds, given, from);
  return [cells, shownEnds];
}
