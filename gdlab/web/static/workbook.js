// The workbook of what is on the screen, with formulas and their values, in the layout of Python's
// own: its parts (gdlab/web/workbook_template.py) with the rows of now.
import { errorOf, escaped, lettersOf, pythonFloat, short } from "./numbers.js";
import { countOf, rowsOf } from "./points.js";
import { zipped } from "./zip.js";

const CHUNK = 1000;
const STATUS_LINES = {
  fine: "All parameters are finite numbers.",
  exploded: "The parameters are no numbers any more from row ",
};
// Above the epochs: two rows with the ends of the line, and in the second of them the inputs.
const FIGURES_ROW = 4;

/** A cell; `formula` without its =, null for a plain number. */
function cell(address, style, formula, value) {
  const error = Number.isFinite(value) ? "" : errorOf(value);
  const type = error ? ' t="e"' : "";
  const written = formula === null ? "" : `<f>${formula}</f>`;
  return `<c r="${address}" s="${style}"${type}>${written}<v>${error || pythonFloat(value)}</v></c>`;
}

const escapedFormula = (excel) => escaped(excel.slice(1)).replaceAll("&quot;", '"');

/** A function of a shape's holes: "=F{row}+{above}" is split once, not for each of its rows. */
function filler(excel) {
  const parts = escapedFormula(excel).split(/\{(\w+)\}/);
  return (holes) => parts.map((part, place) => (place % 2 ? holes[part] : part)).join("");
}

const pause = () => new Promise((done) => setTimeout(done));

/** References to the last row, epoch or point of the template, moved to where these are now. */
function mover({ last }, { rows, epochs, points, epochFirst }) {
  const to = new Map([[last.rows, rows], [last.epochs, epochs], [last.points, points]]);
  if (epochFirst) to.set(last.epoch_first, epochFirst);
  return (text) => text.replace(
    /(\$?[A-Z]{1,3}\$?)(\d+)(?![\d(])/g,
    (whole, column, row) => (to.has(Number(row)) ? column + to.get(Number(row)) : whole),
  );
}

/** The cells of the epoch table, by column; an error as NaN or infinity. */
function epochCells(sheet, given, run, { epochs: columns }) {
  const { samples, epochs } = given;
  const cellsOf = columnsOf(sheet, run);
  const found = Object.fromEntries(columns.map(({ name }) => [name, new Float64Array(epochs)]));
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
function columnsOf({ names }, { cells }) {
  const rows = cells.length / names.length;
  const part = (place) => cells.subarray(place * rows, (place + 1) * rows);
  return Object.fromEntries(names.map((name, place) => [name, part(place)]));
}

/** What helps a run that goes wrong, in Python's words: what is saved is read without this page. */
function savedAdvice(advice) {
  const own = advice.replace("Find a rate looks", "lr='find' looks");
  return own && ` As saved, ${own[0].toLowerCase()}${own.slice(1)}.`;
}

/** All that is on one rule's sheet now. */
function contentOf({ sheet, given, run, inputs, first, head, advice }, figures) {
  const columns = columnsOf(sheet, run);
  const epochs = figures.epochs.length ? epochCells(sheet, given, run, figures) : {};
  const rows = run.cells.length / sheet.names.length;
  const saved = savedAdvice(advice);
  return { sheet, given, run, inputs, first, head, figures, columns, epochs, rows, saved };
}

/** What stands in the rows above the table and is a number, by address. */
function figuresOf(content, startRow) {
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
    [-largest(xs.map((value) => -value)), largest(xs)].forEach((at, place) => {
      const bad = ends.find((value) => !Number.isFinite(value));
      const value = bad ?? ends[0] + ends[1] * at;
      found.set(`${x}${FIGURES_ROW + place}`, at);
      found.set(`${y}${FIGURES_ROW + place}`, bad === undefined && !Number.isFinite(value) ? NaN : value);
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

/** The line that says in words whether the numbers explode. */
function statusOf({ head, columns, rows, saved }, startRow) {
  const finite = head.parameters.map((one) => {
    const bad = columns[one.new].findIndex((value) => !Number.isFinite(value));
    return bad < 0 ? rows : bad;
  });
  const least = Math.min(...finite);
  if (least === rows) return STATUS_LINES.fine + saved;
  return `${STATUS_LINES.exploded}${startRow + 1 + least} on.${saved}`;
}

/** A template's cells of a row: style by column's letters. */
function stylesOf(text, row) {
  const found = {};
  for (const [, letters, style] of text.matchAll(new RegExp(`<c r="([A-Z]+)${row}" s="(\\d+)"`, "g"))) {
    found[letters] = style;
  }
  return found;
}

/** A rule's sheet with the rows of now, as pieces of text. */
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
      // The template's own run may have gone wrong too.
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

/** A column's number from its letters: A is 1. */
function numberOf(letters) {
  return [...letters].reduce((sum, letter) => 26 * sum + letter.charCodeAt(0) - 64, 0);
}

/** The last rows of a sheet's table, epochs and points. */
function endsOf({ start_row: start, data_start_row: dataStart }, { rows, given }) {
  return { rows: start + rows, epochs: start + given.epochs, points: dataStart + given.samples };
}

/** The sheet of the points. */
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
    // Of points on the lesson's line, y is a formula.
    const own = formula && formula.replace(/A\d+$/, `A${at}`);
    const cells = values.map((value, place) => {
      const letters = lettersOf(place);
      return cell(`${letters}${at}`, styles[letters], place ? own : null, value);
    });
    pieces.push(`<row r="${at}" spans="1:${values.length}">${cells.join("")}</row>`);
  });
  const foot = text.slice(after).replace(/ sqref="[^"]+"/g, (ref) => move(ref));
  return [...pieces, foot];
}

/** The title of a chart of epochs, with the epoch in which the numbers explode. */
function explosionNamed(text, contents) {
  const name = text.match(/<c:f>(.*?)!/)?.[1].replace(/^'|'$/g, "").replaceAll("''", "'");
  const { epochs, figures } = contents.get(name) ?? {};
  const measure = figures?.epochs.find((one) => ["rmse", "mean_loss"].includes(one.measure));
  const bad = measure ? epochs[measure.name].findIndex((value) => !Number.isFinite(value)) : -1;
  if (bad < 0) return text;
  return text.replace(
    /(a:t>(?:RMSE|Mean loss) by epoch[^<]*)/, `$1 (as saved, exploded in epoch ${bad + 1})`,
  );
}

/** A chart with its references moved, and what they refer to stored beside them. */
function chart(text, template, contents, points) {
  return explosionNamed(text, contents).replace(/<c:f>(.*?)<\/c:f><c:numCache\/>/g, (_, ref) => {
    const [, quoted, letters, begin] = ref.match(/^(.*)!\$([A-Z]+)\$(\d+):/);
    const name = quoted.replace(/^'|'$/g, "").replaceAll("''", "'");
    const content = contents.get(name) ?? contents.values().next().value;
    const ends = endsOf(template, content);
    const { start_row: start, data_start_row: dataStart, charted } = template;
    ends.rows = Math.min(ends.rows, start + charted);
    ends.epochs = Math.min(ends.epochs, start + charted);
    ends.points = Math.min(ends.points, dataStart + charted);
    if (Number(begin) === template.last.epoch_first) {
      ends.epochFirst = start + content.rows - content.given.samples + 1;
      ends.rows = ends.epochFirst + Math.min(content.given.samples, charted) - 1;
    }
    const moved = mover(template, ends)(ref);
    const from = moved.match(/(\d+):[^:]*$/)[1];
    const to = Number(moved.match(/(\d+)$/)[1]);
    const isData = name === "data" && !contents.has(name);
    const values = isData ? Object.values(points)[numberOf(letters) - 1]
      : valuesAt(content, letters, Number(from), start);
    const isFormula = content.figures.line && letters !== "A" && onLine(points);
    const isNumber = isData ? !isFormula : isPlain(content, letters, from);
    const written = isNumber ? (value) => short(value, 16) : pythonFloat;
    let cache = "<c:numCache><c:formatCode>General</c:formatCode>";
    const count = to - Number(from) + 1;
    cache += `<c:ptCount val="${count}"/>`;
    for (let k = 0; k < count; k++) {
      if (!Number.isFinite(values[k])) continue;
      cache += `<c:pt idx="${k}"><c:v>${written(values[k])}</c:v></c:pt>`;
    }
    const single = moved.replace(/(\$[A-Z]+\$\d+):\1$/, "$1");
    return `<c:f>${single}</c:f>${cache}</c:numCache>`;
  });
}

/** Whether the cells of a column are plain numbers, no formulas. */
function isPlain({ head, figures }, letters, from) {
  const column = [...head.columns, ...figures.epochs].find((one) => one.letters === letters);
  return Number(from) > FIGURES_ROW + 1 && column.excel === null;
}

/** The cells that begin in a column at a row. */
function valuesAt(content, letters, from, start) {
  if (from <= start) {
    const known = figuresOf(content, start);
    return [known.get(`${letters}${from}`), known.get(`${letters}${from + 1}`)];
  }
  const column = content.head.columns.find((one) => one.letters === letters);
  if (column) return content.columns[column.name].subarray(from - start - 1);
  return content.epochs[content.figures.epochs.find((one) => one.letters === letters).name];
}

/** Where a sheet is printed: its rows, its epochs and its charts, each from a new page on. */
function printAreas(text, template, contents) {
  return text.replace(
    /(<definedName name="_xlnm.Print_Area"[^>]*>)(.*?)(<\/definedName>)/g,
    (_, open, refs, close) => {
      const [, quoted] = refs.match(/^(.*?)!/);
      const content = contents.get(quoted.replace(/^'|'$/g, "").replaceAll("''", "'"));
      if (!content) return open + refs + close;
      const ends = endsOf(template, content);
      const [rows, ...beside] = refs.split(",");
      // Where there are epochs, they come before the charts, which stay where they are.
      if (content.figures.epochs.length) beside[0] = beside[0].replace(/\d+$/, ends.epochs);
      const moved = [mover(template, ends)(rows), ...beside];
      return open + moved.join(",") + close;
    },
  );
}

/** Whether every point lies on the lesson's own line: y is a formula then. */
const onLine = ({ x, y }) => x.every((at, place) => y[place] === 30 + 2 * at);

/**
 * The bytes of the workbook of one sheet or, as `data`, of all. `sheets` holds by name what each
 * shows now: `sheet` and `head` as Python wrote them, `run`, `given`, `inputs` and `first`.
 * `tell(share)` hears how far it is; `signal` stops it.
 */
export async function writeWorkbook(template, book, sheets, points, tell = () => {}, signal = null) {
  const kinds = template.books[book];
  const { files, sheets: places } = kinds[kinds.line && onLine(points) ? "line" : "free"];
  const contents = new Map(
    Object.entries(sheets).map(([name, one]) => [name, contentOf(one, template.sheets[name])]),
  );
  const names = Object.values(places);
  const written = [];
  for (const [path, at] of Object.entries(files)) {
    const text = template.parts[at];
    const content = contents.get(places[path]);
    const done = names.indexOf(places[path]);
    const check = async (share) => {
      tell(((done + share) / names.length) * 0.8);
      await pause();
      signal?.throwIfAborted();
    };
    let pieces = [text];
    if (content) pieces = await ruleSheet(text, template, content, check);
    else if (places[path]) pieces = dataSheet(text, template, points);
    else if (path.startsWith("xl/charts/")) pieces = [chart(text, template, contents, points)];
    else if (path === "xl/workbook.xml") pieces = [printAreas(text, template, contents)];
    written.push([path, new Uint8Array(await new Blob(pieces).arrayBuffer())]);
  }
  return zipped(written, (share) => tell(0.8 + share * 0.2));
}
