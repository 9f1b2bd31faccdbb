// The events that change the points: typing, pasting, removing and loading.
import { Refusal, isPair, meanings, provenMarks, typedNumber } from "./number_input.js";
import { countOf, pointsOf, rowsOf } from "./points.js";
import { WhichColumns, pointsOfFile } from "./points_file.js";

/** Set a number in place; after the last row, add a point with the last point's other numbers. */
function put(points, row, column, value) {
  if (row === countOf(points)) {
    for (const values of Object.values(points)) values.push(values.at(-1));
  }
  points[column][row] = value;
}

/** A copy of the points with one cell (row from 0, column by name) replaced by a typed number. */
function edited(points, row, column, text) {
  const changed = structuredClone(points);
  put(changed, row, column, typedNumber(text, `points: ${column} in row ${row + 1}`));
  return changed;
}

/**
 * A copy of the points with a block from a spreadsheet pasted at a cell, or a Refusal if any part
 * of it is wrong. Several whole points pasted at the first cell replace all points.
 */
function pasted(points, row, column, text) {
  // Where a comma is the decimal sign, semicolons separate numbers.
  const between = text.includes("\t") ? "\t" : ";";
  const lines = text.replace(/[\r\n]+$/, "").split(/\r?\n/).map((line) => line.split(between));
  // The block begins with headers.
  const heads = Number(lines.length > 1 && !lines[0].some((cell) => meanings(cell).length));
  if (heads) lines.shift();
  const all = Object.keys(points);
  const isWhole = row === 0 && column === all[0] && lines.length > 1
    && lines.every((cells) => cells.length === all.length);
  const changed = isWhole ? pointsOf(all, []) : structuredClone(points);
  const names = all.slice(all.indexOf(column));
  if (names.length === 2 && lines.every((cells) => cells.length === 1 && isPair(cells[0]))) {
    const [pair] = lines[0];
    const [point, none] = [pair.replace(",", "."), pair.replace(",", " and ")];
    throw new Refusal(`paste, line 1: ${pair} may mean ${point} or ${none}; put a tab between `
      + `${names.join(" and ")}, or a decimal point into each number`);
  }
  const marks = provenMarks(lines.flat());
  lines.forEach((cells, index) => {
    const where = `paste, line ${index + heads + 1}`;
    if (cells.length > names.length) {
      const fit = names.join(" and ");
      throw new Refusal(`${where}: ${cells.length} columns; only ${fit} fit here`);
    }
    cells.forEach((cell, k) => {
      put(changed, row + index, names[k], typedNumber(cell, `${where}: ${names[k]}`, marks));
    });
  });
  return changed;
}

/** The points in a link, such as 1,2;3,4 for the columns x and y. */
const listed = (names, text) => pointsOf(names, text.split(";").map((point, index) => {
  const cells = point.split(",");
  const where = `points, number ${index + 1}`;
  if (cells.length !== names.length) throw new Refusal(`${where}: write ${names};${names}`);
  return names.map((name, k) => typedNumber(cells[k], `${where}: ${name}`));
}));

/**
 * The events of the points, with columns of these `names`: each returns the result of
 * `set(points)`, or a part of the answer, or work. `points()` are the current points.
 */
export function createPointEvents(names, points, set) {
  // The file about which a person is asked which columns to use.
  let asked = null;

  /** Read a file; if it has more columns than are needed, ask which of them to use. */
  async function read(name, bytes, chosen = null) {
    try {
      set(await pointsOfFile(name, bytes, names, chosen));
    } catch (problem) {
      if (!(problem instanceof WhichColumns)) throw problem;
      asked = { name, bytes, columns: problem.columns };
    }
  }

  const reading = (name, ...given) => ({ said: `Reading ${name}`, run: () => read(name, ...given) });

  return {
    /** The file and the columns to choose from; null if no question is open. */
    choosing: () => asked && { name: asked.name, columns: asked.columns },
    leaveFile: () => { asked = null; },
    events: {
      point: ({ row, column, text }) => set(edited(points(), row, column, text)),
      paste({ row, column, text }) {
        const before = countOf(points());
        set(pasted(points(), row, column, text));
        const now = countOf(points());
        if (now >= before) return {};
        return { told: `${now} points took the place of ${before}; Ctrl+Z brings those back.` };
      },
      remove: ({ row }) => set(pointsOf(names, rowsOf(points()).filter((_, at) => at !== row))),
      points: ({ text }) => set(listed(names, text)),
      file({ name }, [bytes]) {
        asked = null;
        return reading(name, bytes);
      },
      // The answer to the question; without `indices` it was cancelled.
      choose({ indices }) {
        const { name, bytes } = asked;
        asked = null;
        if (indices) return reading(name, bytes, indices);
      },
    },
  };
}
