// Reads a practice sheet that a learner filled in from its file, as gdlab/marking/reading.py does.
import {
  CURE, UNCALCULATED, MOST_SENTENCES, COMPUTED_DIGITS, DIGITS_OF_SINGLE, SINGLE_DIGITS,
  LARGEST_SINGLE, TOO_FAR,
} from "./constants.js";
import { byName } from "./by_name.js";
import { readTyped } from "./claims.js";
import { Refusal } from "./number_input.js";
import { ownFormulas } from "./own_formulas.js";
import { recordOf, sheetOfRecord } from "./practice_record.js";
import { addressAt, findTable, rowsOfTable } from "./practice_table.js";
import { sheetsOfFile } from "./xlsx_file.js";

/** A number as Python writes a float: 12.0. */
const python = (value) => {
  const text = String(value).replace(/e([+-])(\d)$/, "e$10$2");
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
};

/** The number of decimals that a stored number claims; null if it was computed in full. */
function decimalsOfStored(number) {
  if (number === 0) return 0;
  const [digits, power] = Math.abs(number).toExponential().split("e");
  const significant = digits.replace(".", "");
  const single = Math.abs(number) <= LARGEST_SINGLE
    && Math.abs(Math.fround(number) - number) <= 1e-15 * Math.abs(number);
  if (significant.length >= SINGLE_DIGITS && single) {
    return DIGITS_OF_SINGLE - 1 - Math.floor(Math.log10(Math.abs(number)));
  }
  if (significant.length >= COMPUTED_DIGITS) return null;
  const decimals = significant.length - 1 - Number(power);
  if (!Number.isInteger(number)) return decimals;
  return Math.abs(number) >= 1e16 ? Math.min(0, decimals) : 0;
}

/** The content of a cell, in the form of readTyped, and a note if it is not a plain number. */
function writtenIn({ value, kind, form }, at) {
  const none = (text, problem) => [{ number: null, decimals: null, text, problem, orElse: null }, ""];
  if (kind === "error") return none(value.slice(0, 20), "");
  if (kind === "bool") {
    const text = String(value).toUpperCase();
    return none(text, `${text} is not a number`);
  }
  if (kind === "date") {
    const why = `the number was taken for a date or time (${value}): format the cell as a number`;
    return none(value, why);
  }
  if (kind === "uncalculated") return none("", `its formula was never calculated: ${CURE}`);
  if (kind === "text") {
    const found = readTyped(value);
    if (found.number === null) return [found, ""];
    const means = found.orElse
      ? `: may mean ${python(found.number)} or ${found.orElse.number}`
      : `; it was read as the number ${python(found.number)}`;
    return [found, `${at} holds the text '${value}'${means}`];
  }
  if (!Number.isFinite(value)) {
    return none(String(value), `this is ${TOO_FAR}`);
  }
  const shown = form === "percent"
    ? `${at} is shown as a percentage; it holds ${python(value)}, and that is judged` : "";
  const decimals = decimalsOfStored(value);
  return [{ number: value, decimals, text: String(value), problem: "", orElse: null }, shown];
}

// Spreadsheet programs save 15 digits.
export const isSame = (a, b) => (
  a === b || Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b))
);

/** A given number as it is on the sheet now; the original one if it cannot be read. */
function givenNumber(cell, what, given, notes) {
  if (cell?.kind === "uncalculated") throw new Refusal(UNCALCULATED);
  if (cell?.kind === "number" && Number.isFinite(cell.value)) {
    if (!isSame(cell.value, given)) {
      notes.push(`${what} is ${python(cell.value)} here; it was given as ${python(given)}`);
    }
    return cell.value;
  }
  notes.push(`${what} cannot be read; it was given as ${python(given)}, and that was taken`);
  return given;
}

/**
 * The practice sheet in a file. `tab` is the sheet of the page with the same table; `points`,
 * `inputs`, `epochs`, `samples`, `decimals` and `blank` are the task; `written` holds the learner's
 * cells and `given` the other ones, both by place ("row name"); `addresses` are by place;
 * `formulas` are the learner's own; `notes` are sentences. Throws a Refusal that says why a file
 * has none.
 */
export async function handedIn(bytes, sheets) {
  const workbook = await sheetsOfFile(bytes);
  const record = recordOf(workbook);
  const tab = sheetOfRecord(record, sheets);
  const { names, computed, data } = sheets[tab];
  const notes = [];
  const inputNames = Object.keys(record.given);
  const table = findTable(workbook, names, inputNames, record.rule, notes);
  const counter = names.includes("in_batch") ? null : "t";
  const rows = rowsOfTable(table, counter, record.rows, notes);
  if (!rows.size) throw new Refusal(`the table of ${record.rule} has no rows`);
  const cellAt = (row, column) => table.sheet.cells.get(`${row} ${column}`);

  const inputs = Object.fromEntries(inputNames.map((name) => {
    const where = table.inputs.get(name);
    const at = where ? `in ${addressAt(...where)}` : "among the inputs";
    const cell = where && cellAt(...where);
    return [name, givenNumber(cell, `${name} ${at}`, record.given[name], notes)];
  }));
  const points = byName(data, () => []);
  record.points.forEach((point, sample) => {
    data.forEach((name, k) => {
      const [row, column] = [rows.get(sample + 1), table.columns.get(name)];
      const at = row && column ? `in ${addressAt(row, column)}` : `of sample ${sample + 1}`;
      const cell = row && column ? cellAt(row, column) : null;
      points[name].push(givenNumber(cell, `${name} ${at}`, point[k], notes));
    });
  });

  const blank = record.blank ?? computed;
  const [written, given, addresses] = [{}, {}, {}];
  const remarks = [];
  for (const name of computed) {
    const column = table.columns.get(name);
    if (!column) continue;
    for (const [t, row] of rows) {
      const place = `${t} ${name}`;
      addresses[place] = addressAt(row, column);
      const cell = cellAt(row, column);
      if (!cell) continue;
      const [found, remark] = writtenIn(cell, addresses[place]);
      if (blank.includes(name)) {
        written[place] = found;
        if (remark) remarks.push(remark);
      } else if (found.number !== null) {
        given[place] = found;
      }
    }
  }
  const all = Object.values(written);
  if (all.length && all.every(({ problem }) => problem.startsWith("its formula was never"))) {
    throw new Refusal(UNCALCULATED);
  }
  return {
    tab, points, inputs, epochs: record.epochs, samples: record.points.length, written, given,
    decimals: record.decimals, blank, addresses, isKey: record.isKey,
    formulas: ownFormulas(table, rows, sheets[tab]),
    notes: [...notes, ...remarks].slice(0, MOST_SENTENCES),
  };
}
