// Finds a rule's table on a learner's sheet by its headers, even if it was moved, as
// gdlab/marking/finding.py does.
import { SEARCHED_ROWS, FEWEST_HEADERS, HEADER_ROW, MOST_LISTED } from "./constants.js";
import { lettersOf } from "./numbers.js";
import { Refusal } from "./number_input.js";

export const addressAt = (row, column) => `${lettersOf(column - 1)}${row}`;

/** A list in a sentence, shortened: a, b and 2 more. */
export function listedOf(things) {
  if (things.length === 1) return things[0];
  const shown = things.length > MOST_LISTED + 1 ? things.slice(0, MOST_LISTED) : things.slice(0, -1);
  const rest = things.length - shown.length;
  const last = rest === 1 ? things.at(-1) : `${rest} more`;
  return `${shown.join(", ")} and ${last}`;
}

const wordAt = (sheet, row, column) => {
  const cell = sheet.cells.get(`${row} ${column}`);
  return cell?.kind === "text" ? cell.value.toLowerCase().split(/\s+/).filter(Boolean).join("_") : "";
};
const headAt = (sheet, row, column) => {
  const cell = sheet.cells.get(`${row} ${column}`);
  return cell?.kind === "text" ? cell.value.trim() : "";
};

/** A map from names to the columns with these headers in a row, the first of each. */
function headed(sheet, row, names) {
  const words = Array.from({ length: sheet.columns }, (_, k) => wordAt(sheet, row, k + 1));
  const found = names.map((name) => [name, words.indexOf(name) + 1]);
  return new Map(found.filter(([, column]) => column > 0));
}

/**
 * The table of a rule: its `sheet`, `headerRow`, `columns` by name and the cells of its `inputs`.
 * Sentences about what has changed are added to `notes`; `called` is the original name of the
 * sheet.
 */
export function findTable(sheets, names, inputs, called, notes) {
  let best = null;
  for (const sheet of sheets) {
    for (let row = 1; row <= Math.min(sheet.rows, SEARCHED_ROWS); row += 1) {
      const count = headed(sheet, row, names).size;
      const better = !best || count > best.count
        || (count === best.count && sheet.name === called && best.sheet.name !== called);
      if (better) best = { count, sheet, row };
    }
  }
  if (!best || best.count < FEWEST_HEADERS) {
    throw new Refusal(`no sheet has the table of ${called}, headed ${names.slice(0, 8).join(", ")} ...`);
  }
  const { sheet, row: headerRow } = best;
  if (sheet.name !== called) {
    notes.push(`the table was found on the sheet '${sheet.name}', not '${called}'`);
  }
  const columns = headed(sheet, headerRow, names);
  for (const [name, column] of renamed(sheet, headerRow, names, columns, notes)) {
    columns.set(name, column);
  }
  noteMoved(names, columns, headerRow, notes);
  return { sheet, headerRow, columns, inputs: inputCells(sheet, headerRow, inputs) };
}

/** Columns that were renamed, recognized by their neighbours; a note lists the missing ones. */
function renamed(sheet, row, names, columns, notes) {
  const taken = new Map();
  const missing = [];
  names.forEach((name, index) => {
    if (columns.has(name)) return;
    const known = new Map([...columns, ...taken]);
    const there = index ? (known.get(names[index - 1]) ?? -1) + 1 : 1;
    const next = known.get(names[index + 1]);
    const header = headAt(sheet, row, there);
    if (there < 1 || [...known.values()].includes(there) || (next && next !== there + 1)
      || !(header || next)) {
      missing.push(name);
      return;
    }
    taken.set(name, there);
    const reads = header ? `reads '${header}'` : "is empty";
    notes.push(`${addressAt(row, there)} ${reads}; by its place the column is ${name}`);
  });
  if (missing.length) notes.push(`there is no column ${listedOf(missing)}`);
  return taken;
}

function noteMoved(names, columns, row, notes) {
  const shifts = [...columns].map(([name, column]) => [name, column - names.indexOf(name)]);
  const times = (shift) => shifts.filter(([, one]) => one === shift).length;
  const usual = shifts.reduce((best, [, one]) => (times(one) > times(best) ? one : best), shifts[0][1]);
  if (row !== HEADER_ROW || usual !== 1) {
    notes.push(`the table was moved: its headers stand in row ${row}`);
  }
  const moved = shifts.filter(([, shift]) => shift !== usual).map(([name]) => name);
  if (moved.length) {
    notes.push(`${listedOf(moved)} stand elsewhere; they were found by their headers`);
  }
}

/** The cells of the inputs, which are below their labels, above the headers. */
function inputCells(sheet, headerRow, inputs) {
  const found = new Map();
  for (let row = 1; row < headerRow - 1; row += 1) {
    for (let column = 1; column <= sheet.columns; column += 1) {
      const name = wordAt(sheet, row, column);
      if (inputs.includes(name) && !found.has(name)) found.set(name, [row + 1, column]);
    }
  }
  return found;
}

/** A map from the table's rows to the sheet's rows, by the column t if that counts rows. */
export function rowsOfTable({ sheet, headerRow, columns }, counter, rows, notes) {
  const first = headerRow + 1;
  const column = counter && columns.get(counter);
  const all = Array.from({ length: rows }, (_, k) => k + 1);
  if (!column) return new Map(all.map((t) => [t, first + t]));
  const found = new Map();
  for (let row = first; row <= sheet.rows; row += 1) {
    const cell = sheet.cells.get(`${row} ${column}`);
    const t = cell?.kind === "number" ? cell.value : 0;
    if (!Number.isInteger(t) || t < 1) continue;
    if (found.has(t)) notes.push(`row ${row} has the same t as row ${found.get(t)}; the first counts`);
    else found.set(t, row);
  }
  const lost = all.filter((t) => !found.has(t)).map(String);
  if (lost.length) notes.push(`no row has t = ${listedOf(lost)}`);
  return new Map([...found].filter(([t]) => t <= rows));
}
