// The contents of a sheet in the workbook, and where its rows end.
import { byName } from "./by_name.js";

const STATUS_LINES = {
  fine: "All parameters are finite numbers.",
  exploded: "The parameters are no longer numbers from row ",
};
// Two rows above the epochs hold the ends of the line; the inputs are in the second of them.
export const FIGURES_ROW = 4;

/**
 * A function that moves references to the template's last row, epoch or point to the current ones.
 */
export function mover({ last }, { rows, epochs, points, epochFirst }) {
  const to = new Map([[last.rows, rows], [last.epochs, epochs], [last.points, points]]);
  if (epochFirst) to.set(last.epoch_first, epochFirst);
  return (text) => text.replace(
    /(\$?[A-Z]{1,3}\$?)(\d+)(?![\d(])/g,
    (whole, column, row) => (to.has(Number(row)) ? column + to.get(Number(row)) : whole),
  );
}

/** The cells of the table of epochs, by column; errors are NaN or infinity. */
function epochCells(sheet, given, run, { epochs: columns }) {
  const { samples, epochs } = given;
  const cellsOf = columnsOf(sheet, run);
  const found = byName(columns.map(({ name }) => name), () => new Float64Array(epochs));
  for (let k = 0; k < epochs; k++) {
    const losses = cellsOf[sheet.loss].subarray(k * samples, (k + 1) * samples);
    const error = losses.find((value) => !Number.isFinite(value));
    const total = error ?? losses.reduce((sum, value) => sum + value);
    const shown = error === undefined && !Number.isFinite(total) ? NaN : total;
    const measures = {
      epoch: k + 1, mean_loss: shown / samples, mse: shown / samples, rmse: Math.sqrt(shown / samples),
      root_sum_err2: Math.sqrt(shown),
    };
    for (const { name, measure, carrier } of columns) {
      found[name][k] = measure ? measures[measure]
        : carrier ? cellsOf[carrier][(k + 1) * samples - 1] : run.ends[name][k + 1];
    }
  }
  return found;
}

/** The cells of a run's columns by name. */
export function columnsOf({ names }, { cells }) {
  const rows = cells.length / names.length;
  const part = (index) => cells.subarray(index * rows, (index + 1) * rows);
  return byName(names, (_, index) => part(index));
}

/** The advice in terms of Python, because the file is read without this page. */
function savedAdvice(advice) {
  const own = advice.replace("Find a rate looks", "lr='find' looks");
  return own && ` As saved, ${own[0].toLowerCase()}${own.slice(1)}.`;
}

/** The contents of a rule's sheet. */
export function contentOf({ sheet, given, run, inputs, first, head, advice }, figures) {
  const columns = columnsOf(sheet, run);
  const epochs = figures.epochs.length ? epochCells(sheet, given, run, figures) : {};
  const rows = run.cells.length / sheet.names.length;
  const saved = savedAdvice(advice);
  return { sheet, given, run, inputs, first, head, figures, columns, epochs, rows, saved };
}

/** The numbers in the rows above the table, by address. */
export function figuresOf(content, startRow) {
  const { sheet, head, inputs, first, columns, epochs, figures, given, rows } = content;
  const found = new Map();
  for (const { name, address } of head.inputs) found.set(address, inputs[name]);
  for (const { name, letters } of head.columns) {
    if (first[name] !== undefined) found.set(`${letters}${startRow}`, first[name]);
  }
  for (const { name, letters } of figures.epochs) {
    if (name === sheet.nextRate) found.set(`${letters}${startRow}`, inputs[sheet.startRate]);
  }
  const largest = (values) => values.reduce((most, value) => Math.max(most, value), -Infinity);
  if (figures.line) {
    const [x, y] = figures.line;
    const ends = head.parameters.map(({ name }) => epochs[name].at(-1));
    const [xs] = Object.values(given.points);
    [-largest(xs.map((value) => -value)), largest(xs)].forEach((at, index) => {
      const bad = ends.find((value) => !Number.isFinite(value));
      const value = bad ?? ends[0] + ends[1] * at;
      found.set(`${x}${FIGURES_ROW + index}`, at);
      found.set(`${y}${FIGURES_ROW + index}`, bad === undefined && !Number.isFinite(value) ? NaN : value);
    });
  }
  for (const { letters, exact, estimate } of figures.differences) {
    let most = 0;
    for (let row = 0; row < rows && Number.isFinite(most); row++) {
      const bad = [columns[estimate][row], columns[exact][row]].find((one) => !Number.isFinite(one));
      most = bad ?? Math.max(most, Math.abs(columns[estimate][row] - columns[exact][row]));
    }
    found.set(`${letters}${FIGURES_ROW + 1}`, most);
  }
  return found;
}

/** The line that says whether the run exploded. */
export function statusOf({ head, columns, rows, saved }, startRow) {
  const finite = head.parameters.map((one) => {
    const bad = columns[one.new].findIndex((value) => !Number.isFinite(value));
    return bad < 0 ? rows : bad;
  });
  const least = Math.min(...finite);
  if (least === rows) return STATUS_LINES.fine + saved;
  return `${STATUS_LINES.exploded}${startRow + 1 + least} on.${saved}`;
}

/** A column's number from its letters: A is 1. */
export function numberOf(letters) {
  return [...letters].reduce((sum, letter) => 26 * sum + letter.charCodeAt(0) - 64, 0);
}

/** The last rows of a sheet's table, epochs and points. */
export function endsOf({ start_row: start, data_start_row: dataStart }, { rows, given }) {
  return { rows: start + rows, epochs: start + given.epochs, points: dataStart + given.samples };
}

/** Whether every point lies on the lesson's own line: y is a formula then. */
export const onLine = ({ x, y }) => x.every((at, index) => y[index] === 30 + 2 * at);
