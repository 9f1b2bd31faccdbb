// Writes the workbook of what is on the screen, with formulas and values, in Python's layout: it
// fills the template of gdlab/web/workbook_template.py with the current rows.
import { byName } from "./by_name.js";
import { errorOf, escaped, lettersOf, pythonFloat } from "./numbers.js";
import { DATA, countOf, rowsOf } from "./points.js";
import { chart } from "./workbook_chart.js";
import {
  contentOf, endsOf, figuresOf, mover, numberOf, onLine, statusOf,
} from "./workbook_content.js";
import { withFurther, withOnly } from "./workbook_further.js";
import { zipped } from "./zip.js";

const CHUNK = 1000;

/** The XML of a cell; `formula` is without =, or null for a plain number. */
function cell(address, style, formula, value) {
  const error = Number.isFinite(value) ? "" : errorOf(value);
  const type = error ? ' t="e"' : "";
  const written = formula === null ? "" : `<f>${formula}</f>`;
  return `<c r="${address}" s="${style}"${type}>${written}<v>${error || pythonFloat(value)}</v></c>`;
}

const escapedFormula = (excel) => escaped(excel.slice(1)).replaceAll("&quot;", '"');

/** A function that fills the holes of "=F{row}+{above}", which is split once for all rows. */
function filler(excel) {
  const parts = escapedFormula(excel).split(/\{(\w+)\}/);
  return (holes) => parts.map((part, index) => (index % 2 ? holes[part] : part)).join("");
}

const pause = () => new Promise((done) => setTimeout(done));

/** The styles of the cells in a row of the template, by column letters. */
function stylesOf(text, row) {
  const found = {};
  for (const [, letters, style] of text.matchAll(new RegExp(`<c r="([A-Z]+)${row}" s="(\\d+)"`, "g"))) {
    found[letters] = style;
  }
  return found;
}

/** A rule's sheet with the current rows, as pieces of text. */
async function ruleSheet(text, template, content, check) {
  const { head, columns, epochs, figures, given, rows, sheet } = content;
  const { start_row: start, samples } = template;
  const move = mover(template, endsOf(template, content));
  const [before, after] = [text.indexOf("<sheetData>") + 11, text.indexOf("</sheetData>")];
  const data = text.slice(before, after);
  const rowAt = (number) => data.match(new RegExp(`<row r="${number}".*?</row>`))?.[0] ?? "";
  const ending = start + (figures.epochs.length ? samples : template.rows);
  const [normal, underlined] = [start + 1, ending].map((row) => stylesOf(rowAt(row), row));
  const known = figuresOf(content, start);
  const status = statusOf(content, start);
  const fixed = data.slice(0, data.indexOf(`<row r="${start + 1}"`)).replace(
    /<c r="([A-Z]+\d+)"( s="\d+")(?: t="(\w+)")?(?:\/>|>(?:<f>(.*?)<\/f>)?<v>(.*?)<\/v><\/c>)/g,
    (whole, address, style, type, formula, value) => {
      if (value === undefined || type === "s") return whole;
      let now = value;
      let kind = type;
      if (address === "A3") {
        now = status;
      } else if (known.has(address)) {
        const number = known.get(address);
        const error = Number.isFinite(number) ? "" : errorOf(number);
        now = error || pythonFloat(number);
        kind = error ? "e" : undefined;
      }
      let moved = formula && move(formula).replace(`=${template.rows},`, `=${rows},`);
      // Replace the advice about the template's own run.
      if (address === "A3") moved = moved.replace(/( numbers| on)\.[^"]*"/g, `$1.${content.saved}"`);
      const written = moved ? `<f>${moved}</f>` : "";
      const typed = kind ? ` t="${kind}"` : "";
      return `<c r="${address}"${style}${typed}>${written}<v>${now}</v></c>`;
    },
  );
  const shapes = head.columns.map(({ name, letters, excel }) => ({
    values: columns[name], letters, shape: excel && filler(excel),
    styles: [normal[letters], underlined[letters]],
  }));
  const beside = figures.epochs.map(({ name, letters, excel }) => ({
    values: epochs[name], letters, shape: excel && filler(excel), style: normal[letters],
  }));
  const widest = text.match(/<dimension ref="A1:([A-Z]+)\d+"/)[1];
  const spans = [numberOf(widest), sheet.names.length];
  const lastEpoch = figures.epochs.length ? given.epochs : 0;
  const pieces = [move(text.slice(0, before)), fixed];
  const lastPoint = template.data_start_row + given.samples;
  for (let r = 1; r <= rows; r++) {
    const row = start + r;
    const blockFirst = row - ((row - 1) % 16);
    const span = blockFirst <= start + Math.max(lastEpoch, 1) && (lastEpoch || blockFirst < start)
      ? spans[0] : spans[1];
    const isLast = Number(r % given.samples === 0);
    const holes = {
      row, above: row - 1, epoch_row: start + 1 + Math.floor((r - 1) / given.samples),
      last_point: lastPoint,
    };
    let line = `<row r="${row}" spans="1:${span}">`;
    for (const { values, letters, shape, styles } of shapes) {
      line += cell(`${letters}${row}`, styles[isLast], shape ? shape(holes) : null, values[r - 1]);
    }
    if (r <= lastEpoch) {
      holes.first = start + (r - 1) * given.samples + 1;
      holes.last = start + r * given.samples;
      for (const { values, letters, shape, style } of beside) {
        line += cell(`${letters}${row}`, style, shape ? shape(holes) : null, values[r - 1]);
      }
    }
    pieces.push(`${line}</row>`);
    if (r % CHUNK === 0) await check(r / rows);
  }
  const foot = text.slice(after).replace(
    /(<conditionalFormatting sqref=")([^"]+)/g, (_, begin, ref) => begin + move(ref),
  );
  return [...pieces, foot];
}

/** The sheet of the points, as pieces of text. */
function dataSheet(text, template, points) {
  const first = template.data_start_row + 1;
  const [before, after] = [text.indexOf(`<row r="${first}"`), text.indexOf("</sheetData>")];
  const row = text.slice(before, text.indexOf("</row>", before));
  const formula = row.match(/<f>(.*?)<\/f>/)?.[1] ?? null;
  const styles = stylesOf(row, first);
  const move = mover(template, { points: template.data_start_row + countOf(points) });
  const pieces = [text.slice(0, before).replace(/<dimension ref="[^"]+"/, (ref) => move(ref))];
  rowsOf(points).forEach((values, k) => {
    const at = first + k;
    // For points on the lesson's line, y is a formula.
    const own = formula && formula.replace(/A\d+$/, `A${at}`);
    const cells = values.map((value, index) => {
      const letters = lettersOf(index);
      return cell(`${letters}${at}`, styles[letters], index ? own : null, value);
    });
    pieces.push(`<row r="${at}" spans="1:${values.length}">${cells.join("")}</row>`);
  });
  const foot = text.slice(after).replace(/ sqref="[^"]+"/g, (ref) => move(ref));
  return [...pieces, foot];
}

/** The sheet with a rule's handout: its inputs, and a line for each column of its first rows. */
function handoutSheet(text, { start_row: start }, content) {
  const known = figuresOf(content, start);
  const { columns } = content.head;
  const [, firstLine] = text.match(/<c r="C(\d+)" s="\d+"><f\/>/).map(Number);
  const [, source] = text.match(/<f>([^<]*!)\$/);
  return text
    .replace(/<c r="(\w+)" s="(\d+)"><f>([^<]*!\$(\w+)\$(\d+))<\/f><v>[^<]*<\/v><\/c>/g,
      (_, address, style, formula, letters, row) => (
        cell(address, style, formula, known.get(letters + row))
      ))
    .replace(/<c r="([A-Z])(\d+)" s="(\d+)"><f\/><\/c>/g, (_, letter, line, style) => {
      const { name, letters } = columns[line - firstLine];
      const row = numberOf(letter) - numberOf("C");
      const value = content.columns[name][row];
      return value === undefined ? `<c r="${letter}${line}" s="${style}"/>`
        : cell(`${letter}${line}`, style, `${source}${letters}${start + 1 + row}`, value);
    });
}

/** The print areas of the sheets: rows, epochs and charts, each starting on a new page. */
function printAreas(text, template, contents) {
  return text.replace(
    /(<definedName name="_xlnm.Print_Area"[^>]*>)(.*?)(<\/definedName>)/g,
    (_, open, refs, close) => {
      const [, quoted] = refs.match(/^(.*?)!/);
      const content = contents.get(quoted.replace(/^'|'$/g, "").replaceAll("''", "'"));
      if (!content) return open + refs + close;
      const ends = endsOf(template, content);
      const [rows, ...beside] = refs.split(",");
      // The epochs, if any, come before the charts, and the charts do not move.
      if (content.figures.epochs.length) beside[0] = beside[0].replace(/\d+$/, ends.epochs);
      const moved = [mover(template, ends)(rows), ...beside];
      return open + moved.join(",") + close;
    },
  );
}

/** The drawing of a sheet's notes, with ids that are unique in the workbook. */
function notes(text, { note }, sheet) {
  let count = 0;
  return text.replace('data="{}"', `data="${sheet}"`).replace(/\{(.*?)\}/g, (_, told) => {
    count++;
    const values = [1024 * sheet + count, ...told.split("|"), count];
    return note.replace(/\{(\d)\}/g, (_hole, number) => values[number]);
  });
}

/**
 * The bytes of a workbook; `book` is the name of its template, "data" for all sheets. `sheets`
 * holds what each sheet shows, by name: its `sheet`, `head`, `run`, `given`, `inputs` and `first`,
 * and for a further run its `origin`, the name of the sheet that is copied for it. `tell(share)`
 * gets the progress; `signal` stops it.
 */
export async function writeWorkbook(template, book, sheets, points, tell = () => {}, signal = null) {
  const kinds = template.books[book];
  const { files, sheets: own } = kinds[kinds.line && onLine(points) ? "line" : "free"];
  const plain = byName(Object.keys(files), (path) => template.parts[files[path]]);
  const further = Object.entries(sheets).filter(([, one]) => one.origin)
    .map(([name, { origin }]) => [name, origin]);
  // The rule of a handout's sheet name; empty for other sheets.
  const ofHandout = (name = "") => (
    name.startsWith(template.handout) ? name.slice(template.handout.length) : ""
  );
  const whole = withFurther(plain, own, further);
  const { texts, sheetNames } = withOnly(whole.texts, whole.sheetNames, (name) => (
    name in sheets || name === DATA || ofHandout(name) in sheets
  ));
  const contents = new Map(Object.entries(sheets).map(
    ([name, one]) => [name, contentOf(one, template.sheets[one.origin ?? name])],
  ));
  const names = Object.values(sheetNames);
  const written = [];
  for (const [path, text] of Object.entries(texts)) {
    const content = contents.get(sheetNames[path]);
    const done = names.indexOf(sheetNames[path]);
    const check = async (share) => {
      tell(((done + share) / names.length) * 0.8);
      await pause();
      signal?.throwIfAborted();
    };
    let pieces = [text];
    if (content) pieces = await ruleSheet(text, template, content, check);
    else if (ofHandout(sheetNames[path])) {
      pieces = [handoutSheet(text, template, contents.get(ofHandout(sheetNames[path])))];
    } else if (sheetNames[path]) pieces = dataSheet(text, template, points);
    else if (path.endsWith(".vml")) pieces = [notes(text, template, Number(path.match(/\d+/)[0]))];
    else if (path.startsWith("xl/charts/")) pieces = [chart(text, template, contents, points)];
    else if (path === "xl/workbook.xml") pieces = [printAreas(text, template, contents)];
    written.push([path, new Uint8Array(await new Blob(pieces).arrayBuffer())]);
  }
  return zipped(written, (share) => tell(0.8 + share * 0.2));
}
