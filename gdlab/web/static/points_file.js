// Finds the points in a text file or workbook, whatever else is around them. reading/rows.py and
// columns.py do the same, and tests/data/points_cases.json tests both.
import { byName } from "./by_name.js";
import { NEVER_CALCULATED } from "./constants.js";
import {
  Refusal, isMissing, meanings, provenMarks, refusalOf, typedNumber,
} from "./number_input.js";
import { sheetsOfFile } from "./xlsx_file.js";

const SAMPLED_ROWS = 200;

const isNumber = (text) => meanings(text).length > 0;
const isWord = (text) => !isMissing(text) && !isNumber(text);
const isTitle = (cells) => cells.some(isWord) && !cells.some(isNumber);
const filledCells = (cells) => cells.filter((cell) => cell.trim());

/** Whether a row is a note below the points: a single cell, or a sentence split at commas. */
function isNote(cells) {
  const filled = filledCells(cells);
  return isTitle(cells) && (filled.length === 1 || filled[0].trim().includes(" "));
}

/** Whether a row is a comment, `# station 4`; a header may be # and a value #N/A. */
function isComment(cells) {
  const first = filledCells(cells)[0];
  return /^\s*#+\s*[^#\s]/.test(first) && !isMissing(first) && !first.trim().endsWith("!");
}

/** The file has more columns of numbers than are needed; `columns` are their indices and titles. */
export class WhichColumns extends Refusal {
  constructor(said, columns) {
    super(said);
    this.columns = columns;
  }
}

/**
 * The points of a .csv, .tsv or .xlsx file: the columns with `words` as headers, or the only
 * columns of numbers, or those that were `chosen`, an index for each word.
 */
export async function pointsOfFile(name, bytes, words, chosen = null) {
  if (!/\.(csv|tsv|txt|xlsx)$/i.test(name)) {
    throw new Refusal(`${name}: this page reads points from .csv, .tsv and .xlsx files; `
      + "save it as one of these first");
  }
  if (!bytes.byteLength) throw new Refusal(`${name}: it is empty`);
  const all = /\.xlsx$/i.test(name) ? await rowsOfWorkbook(name, bytes)
    : rowsOfText(name, fileText(name, bytes));
  const rows = all
    .filter(([, cells]) => filledCells(cells).length && !isComment(cells));
  if (!rows.length) throw new Refusal(`${name}: no rows`);
  const [head, indices] = indicesOf(name, rows, words, chosen);
  const body = rows.slice(head + 1);
  while (body.length && isTitle(body[0][1])) body.shift();
  while (body.length && isNote(body.at(-1)[1])) body.pop();
  if (!body.length) throw new Refusal(`${name}: a header but no points under it`);
  const width = rows[Math.max(head, 0)][1].length;
  const marks = provenMarks(body.flatMap(([, cells]) => indices.map((index) => cells[index] ?? "")));
  const points = byName(words, () => []);
  for (const [line, cells] of body) {
    const where = `${name}, line ${line}`;
    if (cells.slice(width).some(isNumber)) {
      throw new Refusal(`${where}: more values than in the first line`);
    }
    const chosen = indices.map((index) => cells[index] ?? "");
    const absent = chosen.findIndex(isMissing);
    if (absent >= 0) {
      throw new Refusal(`${where}: ${words[absent]} is missing; fill it in, or take the `
        + "line out of the file");
    }
    words.forEach((word, k) => {
      points[word].push(typedNumber(chosen[k], `${where}: ${word}`, marks));
    });
  }
  return points;
}

/** The index of the header row, -1 if there is none, and the indices of the words' columns. */
function indicesOf(name, rows, words, chosen) {
  const asked = allOf(words);
  let first = rows.findIndex(([, cells]) => !isTitle(cells));
  if (first < 0) first = rows.length;
  for (let k = 0; k <= first && k < rows.length && !chosen; k += 1) {
    const indices = words.map((word) => indexOfHead(word, rows[k][1]));
    if (!indices.includes(-1)) return [k, indices];
  }
  if (first === rows.length) throw new Refusal(`${name}: no line of numbers`);
  const width = rows[first][1].length;
  const body = rows.slice(first).map(([, cells]) => cells.slice(0, width))
    .filter((cells) => !isNote(cells));
  const all = [...Array(width).keys()];
  const filled = all.filter((index) => body.some((cells) => (cells[index] ?? "").trim()));
  const numeric = filled.filter((index) => {
    const cells = body.map((row) => row[index] ?? "").filter((cell) => !isMissing(cell));
    return 2 * cells.filter(isNumber).length > cells.length;
  });
  let head = rows.slice(0, first)
    .findIndex(([, cells]) => filledCells(cells).length >= numeric.length);
  if (head < 0) head = first - 1;
  if (chosen) return [head, words.map((word) => chosen[word])];
  for (const indices of [filled, numeric]) {
    if (indices.length === words.length) return [head, indices];
  }
  if (filled.length < words.length) {
    throw new Refusal(`${name}: ${asked} need ${words.length} columns of numbers`);
  }
  const titles = head < 0 ? [] : rows[head][1].filter(isWord).map((title) => title.trim());
  const having = titles.length ? titles.join(", ") : `${filled.length} columns without headers`;
  const said = `${name}: which columns are ${asked}? It has ${having}; head them ${asked}`;
  if (numeric.length < words.length) throw new Refusal(said);
  throw new WhichColumns(said, numeric.map((index) => (
    { index, title: (head >= 0 && rows[head][1][index]?.trim()) || `column ${index + 1}` }
  )));
}

/** A list of words in a sentence: x, y and z. */
const allOf = (words) => [words.slice(0, -1).join(", "), words.at(-1)].filter(Boolean).join(" and ");

/** The index of a header: exactly, in another case, or followed by a unit; -1 if there is none. */
function indexOfHead(word, cells) {
  const titles = cells.map((cell) => cell.trim());
  const same = [
    (title) => title === word,
    (title) => title.toLowerCase() === word.toLowerCase(),
    (title) => title.split(/\s*[([{/,;:]|\s+in\s/)[0].trim().toLowerCase() === word.toLowerCase(),
  ];
  return same.reduce((found, test) => (found < 0 ? titles.findIndex(test) : found), -1);
}

/** The rows of a workbook's first sheet, each as its number and texts. */
async function rowsOfWorkbook(name, bytes) {
  const refused = (problem) => { throw new Refusal(`${name}: ${refusalOf(problem)}`); };
  const none = { cells: new Map(), rows: 0, columns: 0 };
  const [{ cells, rows, columns } = none] = await sheetsOfFile(bytes, Infinity).catch(refused);
  const textAt = (row, column) => {
    const { kind, value } = cells.get(`${row} ${column}`) ?? { value: "" };
    if (kind === "uncalculated") throw new Refusal(`${name}, line ${row}: ${NEVER_CALCULATED}`);
    // In this form a point or comma cannot be misread.
    return kind === "number" ? value.toExponential() : String(value);
  };
  return Array.from({ length: rows }, (_, row) => (
    [row + 1, Array.from({ length: columns }, (__, column) => textAt(row + 1, column + 1))]
  ));
}

/** The text of a file in UTF-8, in UTF-16 with a byte order mark, or in Windows-1252. */
function fileText(name, bytes) {
  const [first, second] = new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0);
  const wide = { 0xfffe: "utf-16le", 0xfeff: "utf-16be" }[first * 256 + second];
  for (const encoding of wide ? [wide] : ["utf-8", "windows-1252"]) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      // These characters occur only in files that are not text.
      if (!/[\0-\b\x0e-\x1b\x7f\x81\x8d\x8f\x90\x9d]/.test(text)) return text;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  throw new Refusal(`${name}: not a text that can be read; save it as .csv in UTF-8`);
}

/** The rows of a text, each as the number of its first line and its cells. */
function rowsOfText(name, text) {
  const [first, ...marks] = ["\t", ";", ","].map((mark) => [fitOf(text, mark), mark]);
  const better = (one, other) => one[0] - other[0] || one[1] - other[1];
  const best = marks.reduce((found, one) => (better(one[0], found[0]) > 0 ? one : found), first);
  const rows = [];
  rowsUpTo(rows, name, text, best[1], Infinity);
  return rows;
}

/** How many of the first rows have two numbers, and how many two cells, with this separator. */
function fitOf(text, separator) {
  const rows = [];
  try {
    rowsUpTo(rows, "", text, separator, SAMPLED_ROWS);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  const numbers = rows.filter(([, cells]) => cells.filter(isNumber).length > 1);
  return [numbers.length, rows.filter(([, cells]) => cells.length > 1).length];
}

/** Append the rows of a text to a list, with quoted values unquoted, up to `most` rows. */
function rowsUpTo(rows, name, text, separator, most) {
  let [at, line] = [0, 1];
  const endsLine = (mark) => mark === "\n" || mark === "\r";
  const passLineEnd = () => {
    at += text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1;
    line += 1;
  };
  while (at < text.length && rows.length < most) {
    const begin = line;
    const cells = [];
    for (;;) {
      while (text[at] === " ") at += 1;
      let cell = "";
      if (text[at] === '"') {
        at += 1;
        for (;;) {
          const end = text.indexOf('"', at);
          if (end < 0) throw unclosed(name, begin);
          cell += text.slice(at, end);
          line += text.slice(at, end).split(/\r\n|\r|\n/).length - 1;
          at = end + 1;
          if (text[at] !== '"') break;
          cell += '"';
          at += 1;
        }
        if (at < text.length && text[at] !== separator && !endsLine(text[at])) {
          throw unclosed(name, begin);
        }
      } else {
        const from = at;
        while (at < text.length && text[at] !== separator && !endsLine(text[at])) at += 1;
        cell = text.slice(from, at);
      }
      cells.push(cell);
      if (text[at] !== separator) break;
      at += 1;
    }
    if (at < text.length) passLineEnd();
    rows.push([begin, cells]);
  }
}

function unclosed(name, line) {
  return new Refusal(
    `${name}, line ${line}: a quotation mark is not closed, or stands inside a value`,
  );
}
