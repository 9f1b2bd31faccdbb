// The charts of the workbook: their references, and the numbers that are stored with them.
import { pythonFloat, short } from "./numbers.js";
import { FIGURES_ROW, endsOf, figuresOf, mover, numberOf, onLine } from "./workbook_content.js";

/** A chart of epochs with the epoch in which the run exploded in its title. */
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

/** The XML of a chart with its references moved and their numbers stored with them. */
export function chart(text, template, contents, points) {
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

/** Whether the cells of a column are plain numbers instead of formulas. */
function isPlain({ head, figures }, letters, from) {
  const column = [...head.columns, ...figures.epochs].find((one) => one.letters === letters);
  return Number(from) > FIGURES_ROW + 1 && column.excel === null;
}

/** The cells of a column from a row on. */
function valuesAt(content, letters, from, start) {
  if (from <= start) {
    const known = figuresOf(content, start);
    return [known.get(`${letters}${from}`), known.get(`${letters}${from + 1}`)];
  }
  const column = content.head.columns.find((one) => one.letters === letters);
  if (column) return content.columns[column.name].subarray(from - start - 1);
  return content.epochs[content.figures.epochs.find((one) => one.letters === letters).name];
}
