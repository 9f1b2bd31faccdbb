// Reads the record on a practice sheet, which gdlab/marking/record.py writes, and finds the page's
// sheet with the same table.
import {
  LABELS, SEARCHED_LINES, MOST_PRACTICE_ROWS, MOST_DECIMALS, KEY_NAME,
} from "./constants.js";
import { Refusal } from "./number_input.js";
import { sha256 } from "./sha256.js";

// The options that the inputs' names do not show; batches, clipping and decay have inputs.
const TELLING = ["schedule", "scale", "model", "shuffle"];

const quoted = (name) => `'${name}'`;

/** The text in a cell; a number becomes text as JavaScript writes it, 6.0 as 6. */
const labelAt = (sheet, row, column) => String(sheet.cells.get(`${row} ${column}`)?.value ?? "");

/** The record of a workbook: its task, with `options` by name; throws a Refusal if it has none. */
export function recordOf(sheets) {
  for (const sheet of sheets) {
    const lines = new Map();
    for (let row = 1; row <= SEARCHED_LINES; row += 1) {
      lines.set(labelAt(sheet, row, 1).trim(), labelAt(sheet, row, 2));
    }
    if (lines.has("fingerprint")) return read(lines, sheet);
  }
  throw new Refusal("it is not a practice sheet; gdlab check reads other workbooks too");
}

function read(lines, sheet) {
  const texts = LABELS.map((label) => lines.get(label) ?? "");
  if (lines.get("learner")) texts.push(lines.get("learner"));
  if (lines.get("fingerprint") !== `x${sha256(texts.join("\n")).slice(0, 12)}`) {
    throw new Refusal(`the lines on the sheet ${quoted(sheet.name)} that say what was asked have been `
      + "changed; fill in a fresh copy of the practice sheet");
  }
  const [rule, options, rows, , blank, decimals, given, points] = texts;
  const record = {
    rule, options: options === "none" ? {} : JSON.parse(options), rows: Number(rows),
    blank: blank === "all" ? null : blank.split(", "),
    decimals: decimals === "any" ? null : Number(decimals),
    given: Object.fromEntries(given.split(", ").map((one) => {
      const [name, value] = one.split("=");
      return [name, Number(value)];
    })),
    points: points.split(", ").map((point) => point.split(" ").map(Number)),
    isKey: lines.get("Your name") === KEY_NAME,
  };
  record.epochs = record.options.epochs ?? 1;
  const numbers = [...Object.values(record.given), ...record.points.flat()];
  if (!(record.rows >= 1 && record.rows <= MOST_PRACTICE_ROWS) || !numbers.every(Number.isFinite)
    || record.points.length * record.epochs !== record.rows
    || !((record.decimals ?? 0) >= 0 && (record.decimals ?? 0) <= MOST_DECIMALS)) {
    throw new Refusal(`the record on the sheet ${quoted(sheet.name)} is damaged`);
  }
  return record;
}

/** The options that distinguish tables of the same rule with the same inputs. */
const askedShape = (options) => JSON.stringify([
  ...TELLING.map((name) => (options[name] === "line" ? null : options[name] ?? null)),
  options.switch?.to ?? null,
]);

/** The name of the page's sheet with the table of a record. */
export function sheetOfRecord(record, sheets) {
  const same = Object.entries(sheets).filter(([, { rule }]) => rule === record.rule);
  const fits = ([, { inputs, options, computed }]) => (
    Object.keys(inputs).join() === Object.keys(record.given).join()
    && askedShape(options) === askedShape(record.options)
    && (record.blank ?? []).every((name) => computed.includes(name))
  );
  const found = same.find(fits);
  if (found) return found[0];
  const why = same.length ? `it asks for ${record.rule} with other options than this page has`
    : `it asks for the rule ${record.rule}, which this page does not have`;
  throw new Refusal(`${why}; ask for a page of it, or use gdlab check`);
}
