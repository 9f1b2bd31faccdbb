// Points as people type, paste and load them: text in, numbers out, or the reason why not.
import { Refusal, isPair, meanings, provenMarks, typedNumber } from "./number_input.js";
import { countOf, pointsOf, rowsOf } from "./points.js";
import { pointsOfFile } from "./points_file.js";

function enough(points) {
  if (!countOf(points)) throw new Refusal("the last point stays: a line needs at least one");
  return points;
}

const copied = (points) => Object.fromEntries(
  Object.entries(points).map(([name, values]) => [name, [...values]]),
);

/** Put a number in; one past the end adds a point with the last point's other numbers. */
function put(points, row, column, value) {
  if (row === countOf(points)) {
    for (const values of Object.values(points)) values.push(values.at(-1));
  }
  points[column][row] = value;
}

/** The points with one cell (row from 0, column by name) typed anew. */
export function edited(points, row, column, text) {
  const changed = copied(points);
  put(changed, row, column, typedNumber(text, `points: ${column} in row ${row + 1}`));
  return enough(changed);
}

/**
 * The points with a block from a spreadsheet put in at a cell; all of it or nothing. Several whole
 * points at the first cell are all the points that there are then.
 */
export function pasted(points, row, column, text) {
  const lines = text.replace(/[\r\n]+$/, "").split(/\r?\n/).map((line) => line.split("\t"));
  // Heads came along.
  if (lines.length > 1 && !lines[0].some((cell) => meanings(cell).length)) lines.shift();
  const all = Object.keys(points);
  const isWhole = row === 0 && column === all[0] && lines.length > 1
    && lines.every((cells) => cells.length === all.length);
  const changed = isWhole ? pointsOf(all, []) : copied(points);
  const names = all.slice(all.indexOf(column));
  if (names.length === 2 && lines.every((cells) => cells.length === 1 && isPair(cells[0]))) {
    const [pair] = lines[0];
    const [point, none] = [pair.replace(",", "."), pair.replace(",", " and ")];
    throw new Refusal(`paste, line 1: ${pair} may mean ${point} or ${none}; put a tab between `
      + `${names.join(" and ")}, or a decimal point into each number`);
  }
  const marks = provenMarks(lines.flat());
  lines.forEach((cells, index) => {
    const where = `paste, line ${index + 1}`;
    if (cells.length > names.length) {
      const fit = names.join(" and ");
      throw new Refusal(`${where}: ${cells.length} columns; only ${fit} fit here`);
    }
    cells.forEach((cell, k) => {
      put(changed, row + index, names[k], typedNumber(cell, `${where}: ${names[k]}`, marks));
    });
  });
  return enough(changed);
}

/** The points of a link, x,y;x,y for the columns x and y. */
export function listed(names, text) {
  return enough(pointsOf(names, text.split(";").map((point, index) => {
    const cells = point.split(",");
    const where = `points, number ${index + 1}`;
    if (cells.length !== names.length) throw new Refusal(`${where}: write ${names};${names}`);
    return names.map((name, k) => typedNumber(cells[k], `${where}: ${name}`));
  })));
}

/** The points of a file that a person loads, with columns of these names, or the `chosen` ones. */
export const loaded = (names, file, bytes, chosen = null) => (
  enough(pointsOfFile(file, bytes, names, chosen))
);

/** The points without one of them (row from 0). */
export function removed(points, row) {
  const left = rowsOf(points).filter((_, index) => index !== row);
  return enough(pointsOf(Object.keys(points), left));
}
