// Reads the cells of an .xlsx workbook as data; nothing is evaluated.
import { DAMAGED, MOST_CELLS, MOST_SHEETS, READ_COLUMNS, READ_ROWS } from "./constants.js";
import { Refusal } from "./number_input.js";
import { unzipped } from "./unzip.js";

const OLD_FORMAT = [0xd0, 0xcf, 0x11, 0xe0];
const MARKED_ZIP = [0x50, 0x4b];
// The built-in number formats for dates and times.
const DATES = [[14, 22], [27, 36], [45, 47], [50, 58]];
const [PERCENTS, DAY_MS] = [[9, 10], 86_400_000];

const elementsIn = (node, name) => [...node.getElementsByTagNameNS("*", name)];
const inner = (node, name) => elementsIn(node, name)[0]?.textContent ?? null;

function parsed(text) {
  if (text.includes("<!DOCTYPE")) throw new Refusal("it declares a document type; no workbook does");
  const tree = new DOMParser().parseFromString(text, "application/xml");
  if (elementsIn(tree, "parsererror").length) throw new Refusal(DAMAGED);
  return tree;
}

/**
 * The sheets of a workbook in order: `name`, `cells` by "row column", both from 1, and the numbers
 * of `rows` and `columns`. A cell is `{value, kind, form, formula}`; `kind` is number, text, bool,
 * error, date, or uncalculated for a formula without a saved value. `formula` is null, or its
 * `text` and the cell `at` that its addresses are relative to. Rows after `mostRows` are left out.
 */
export async function sheetsOfFile(bytes, mostRows = READ_ROWS) {
  const [first] = [[...new Uint8Array(bytes, 0, Math.min(4, bytes.byteLength))]];
  const begins = (mark) => mark.every((byte, position) => first[position] === byte);
  if (begins(OLD_FORMAT)) throw new Refusal("it is in the old .xls format; save it as .xlsx");
  if (bytes.byteLength && !begins(MARKED_ZIP)) throw new Refusal(DAMAGED);
  const zip = unzipped(bytes);
  if (zip.names.includes("content.xml")) {
    throw new Refusal("it is an OpenDocument file; save it as .xlsx");
  }
  if (!zip.names.includes("xl/workbook.xml")) {
    throw new Refusal("it is a zip file, but not an .xlsx workbook");
  }
  const book = parsed(await zip.text("xl/workbook.xml"));
  const from1904 = /^(1|true)$/.test(elementsIn(book, "workbookPr")[0]?.getAttribute("date1904") ?? "");
  const links = await part(zip, "xl/_rels/workbook.xml.rels");
  const targets = new Map(elementsIn(links, "Relationship").map((one) => (
    [one.getAttribute("Id"), targetPath(one.getAttribute("Target") ?? "")]
  )));
  const texts = zip.names.includes("xl/sharedStrings.xml")
    ? elementsIn(await part(zip, "xl/sharedStrings.xml"), "si").map(runsText) : [];
  const forms = zip.names.includes("xl/styles.xml")
    ? formsOf(await part(zip, "xl/styles.xml")) : [];
  const found = [];
  for (const sheet of elementsIn(book, "sheet").slice(0, MOST_SHEETS)) {
    const link = [...sheet.attributes].find((one) => one.prefix && one.localName === "id");
    const target = targets.get(link?.value);
    if (!target?.startsWith("xl/worksheets/")) continue;
    const tree = await part(zip, target);
    found.push(sheetOf(sheet.getAttribute("name") ?? "", tree, texts, forms, from1904, mostRows));
  }
  return found;
}

async function part(zip, name) {
  if (!zip.names.includes(name)) throw new Refusal(DAMAGED);
  return parsed(await zip.text(name));
}

const targetPath = (target) => (target.startsWith("/") ? target.slice(1) : `xl/${target}`);

/** The text of a cell with several runs of formatting, without phonetic readings. */
function runsText(node) {
  return elementsIn(node, "t").filter((one) => one.parentNode.localName !== "rPh")
    .map((one) => one.textContent).join("");
}

/** For each style how its numbers are shown: "date", "percent" or "plain". */
function formsOf(tree) {
  const within = (number, ranges) => ranges.some(([low, high]) => low <= number && number <= high);
  const own = new Map(elementsIn(tree, "numFmt").map((one) => (
    [Number(one.getAttribute("numFmtId")), one.getAttribute("formatCode") ?? ""]
  )));
  return elementsIn(elementsIn(tree, "cellXfs")[0] ?? tree, "xf").map((one) => {
    const number = Number(one.getAttribute("numFmtId") ?? 0);
    const code = (own.get(number) ?? "").replace(/"[^"]*"|\\.|\[[^\]]*\]/g, "");
    if (own.has(number) ? /[dmhys]/i.test(code) : within(number, DATES)) return "date";
    return code.includes("%") || within(number, [PERCENTS]) ? "percent" : "plain";
  });
}

function sheetOf(name, tree, texts, forms, from1904, mostRows) {
  const cells = new Map();
  const shared = new Map();
  let row = 0;
  for (const line of elementsIn(tree, "row")) {
    row = Number(line.getAttribute("r") ?? row + 1);
    let column = 0;
    for (const node of line.children) {
      if (node.localName !== "c") continue;
      const [, letters = "", digits = row] = /^([A-Z]{1,3})(\d+)$/.exec(node.getAttribute("r")) ?? [];
      column = letters ? columnNumber(letters) : column + 1;
      if (column > READ_COLUMNS || Number(digits) > mostRows) continue;
      const cell = cellOf(node, texts, forms, from1904);
      const formula = formulaIn(node, { row: Number(digits), column }, shared);
      if (cell) cells.set(`${Number(digits)} ${column}`, { ...cell, formula });
      if (cells.size > MOST_CELLS) throw new Refusal("it has more cells than are read");
    }
  }
  const positions = [...cells.keys()].map((position) => position.split(" ").map(Number));
  const last = (k) => positions.reduce((most, position) => Math.max(most, position[k]), 0);
  return { name, cells, rows: last(0), columns: last(1) };
}

/** The number of a column from its letters, from 1: AA is 27. */
export const columnNumber = (letters) => (
  [...letters.toUpperCase()].reduce((sum, letter) => 26 * sum + letter.charCodeAt(0) - 64, 0)
);

/** A cell's formula; a shared formula is written only in the first cell that has it. */
function formulaIn(node, at, shared) {
  const [written] = elementsIn(node, "f");
  if (!written) return null;
  const number = written.getAttribute("t") === "shared" ? written.getAttribute("si") : null;
  const text = written.textContent;
  if (!text) return shared.get(number) ?? null;
  if (number !== null) shared.set(number, { text, at });
  return { text, at };
}

function cellOf(node, texts, forms, from1904) {
  const type = node.getAttribute("t") ?? "n";
  const form = forms[Number(node.getAttribute("s") ?? 0)] ?? "plain";
  if (type === "inlineStr") {
    const text = runsText(node);
    return text ? { value: text, kind: "text", form } : null;
  }
  const text = inner(node, "v");
  if (text === null || (text === "" && type !== "str")) {
    return inner(node, "f") === null ? null : { value: null, kind: "uncalculated", form };
  }
  if (type === "s") return { value: texts[Number(text)] ?? "", kind: "text", form };
  if (type === "str") return { value: text, kind: "text", form };
  if (type === "b") return { value: text === "1", kind: "bool", form };
  if (type === "e") return { value: text, kind: "error", form };
  const value = Number(text);
  if (type === "d") return { value: text, kind: "date", form };
  if (Number.isNaN(value)) throw new Refusal(DAMAGED);
  return form === "date" ? { value: dateOf(value, from1904), kind: "date", form }
    : { value, kind: "number", form };
}

/** The date of a day's number, or the time of day for a number below 1. */
function dateOf(days, from1904) {
  const start = from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, days < 60 ? 31 : 30);
  const moment = new Date(Math.round((start + days * DAY_MS) / 1000) * 1000);
  if (Number.isNaN(moment.getTime())) return String(days);
  const [day, time] = moment.toISOString().split(/[T.]/);
  return days >= 0 && days < 1 ? time : `${day} ${time}`;
}
