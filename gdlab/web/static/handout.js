// A rule's handout, one printed page: formulas, the first rows, rows to fill in, then the pictures.
import { element } from "./column_header.js";
import { BLANK_ROWS, GIVEN_ROWS } from "./constants.js";
import { short } from "./numbers.js";
import { valueOf } from "./state.js";

const DIGITS = 6;

/** The numbers of a column with equal decimals; the largest number has six digits. */
function fixedTexts(values) {
  const finite = values.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs);
  const power = finite.length ? Math.floor(Math.log10(Math.max(...finite))) : 0;
  if (values.every(Number.isInteger)) return values.map(String);
  if (Math.abs(power) >= DIGITS) return values.map((value) => short(value, DIGITS - 1));
  const decimals = Math.max(0, DIGITS - 1 - power);
  return values.map((value) => (Number.isFinite(value) ? value.toFixed(decimals) : short(value)));
}

/** The list of formulas; formulas that differ only in the parameter are listed once. */
function formulasOf({ head, columns }) {
  const ownWords = head.parameters.map(({ name }) => new RegExp(`(^|_)${name}(?=_prev$|$)`));
  const list = element("ul", { class: "gd-formulas" });
  const seen = new Set();
  for (const { name, formula, numbers } of columns.values()) {
    if (!numbers) continue;
    const own = ownWords.find((word) => word.test(name)) ?? /$^/;
    const words = [name, ...numbers.map((part) => (typeof part === "string" ? part : part[0]))];
    const shape = words.map((word) => word.replace(own, "$1*")).join(" ");
    if (seen.has(shape)) continue;
    seen.add(shape);
    const line = element("li");
    line.innerHTML = formula;
    list.append(line);
  }
  return list;
}

/** The first rows, each as a column of the page; the last ones show only given numbers. */
function rowsTable(state) {
  const rows = Array.from({ length: Math.min(GIVEN_ROWS + BLANK_ROWS, state.rows) }, (_, k) => k + 1);
  const table = element("table");
  const top = element("tr");
  top.append(element("th"), element("th"), ...rows.map((row) => element("th", {}, `row ${row}`)));
  table.append(top);
  for (const { name, symbol, numbers } of state.columns.values()) {
    const line = element("tr");
    const sign = element("td");
    sign.innerHTML = symbol ?? "";
    line.append(element("th", { scope: "row" }, name), sign);
    const texts = fixedTexts(rows.map((row) => valueOf(state, name, row)));
    rows.forEach((row, k) => {
      const isAsked = numbers && row > GIVEN_ROWS;
      line.append(element("td", isAsked ? { class: "gd-blank" } : {}, isAsked ? "" : texts[k]));
    });
    table.append(line);
  }
  return table;
}

/** Fill `container` with the handout of the rule in a state. */
export function fillHandout(container, state) {
  const { head, inputs } = state;
  const given = head.inputs.filter(({ carried }) => !carried).map(
    ({ name }) => `${name.replaceAll("_", " ")} = ${short(inputs[name])}`,
  );
  const title = element("h2", {}, head.title);
  title.append(element("span", {}, `Name: ${"_".repeat(26)}`));
  container.replaceChildren(
    title, element("p", {}, head.source), element("p", {}, `${given.join(", ")}.`),
    formulasOf(state), rowsTable(state),
  );
}
