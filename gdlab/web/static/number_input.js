// A number as people and programs write it: a text in, a number out, or the reason why not.
// core/number_text.py does the same; tests/data/number_cases.json is for both.

const PLAIN = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const DECIMAL_COMMA = /^[-+]?(\d+,\d*|,\d+)(e[-+]?\d+)?$/i;
// 1,000 and 1.000; a number with thousands does not begin with 0.
const ONE_GROUP = /^[-+]?[1-9]\d{0,2}[.,]\d{3}$/;
// 1,000,000 and 1,000.5; 1.000.000 and 1.000,5; 1 000,5 and 1'000.5.
const COMMA_GROUPS = /^[-+]?[1-9]\d{0,2}((,\d{3}){2,}|(,\d{3})+\.\d*)$/;
const POINT_GROUPS = /^[-+]?[1-9]\d{0,2}((\.\d{3}){2,}|(\.\d{3})+,\d*)$/;
const SPACE_GROUPS = /^[-+]?[1-9]\d{0,2}([ '’])\d{3}(\1\d{3})*([.,]\d*)?$/;
// What a word processor makes of a minus sign, the sign itself among them.
export const DASHES = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g;
const MISSING = new Set(["", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "missing", "?",
  ".", "-"]);

// What the mark in 1,000 or 1.000 does: by itself a point is decimal, and a comma is asked about.
const TYPED_MARKS = { ".": "decimal", ",": "ask" };

/** What a person asked for and cannot have; its message is for them. */
export class Refusal extends Error {}

/** Why something was not done, in words: a refusal's own, or what went wrong. */
export function refusalOf(problem) {
  if (problem instanceof Refusal) return problem.message;
  return `this page could not do this (${problem.name}: ${problem.message})`;
}

const keyboard = (text) => text.replace(/[\u00a0\u2007\u2009\u202f]/g, " ").trim().replace(DASHES, "-");

/** Whether a text stands for a value that is not there: nothing, NA, ?, -. */
export const isMissing = (text) => MISSING.has(keyboard(text).toLowerCase());

/** The numbers that a text may mean, as a program writes them; none where it is not a number. */
export function meanings(text, marks = TYPED_MARKS) {
  const plain = keyboard(text);
  if (ONE_GROUP.test(plain)) {
    const mark = plain.includes(",") ? "," : ".";
    const both = [plain.replace(mark, "."), plain.replace(mark, "")];
    return { decimal: both.slice(0, 1), thousands: both.slice(1), ask: both }[marks[mark]];
  }
  if (PLAIN.test(plain)) return [plain];
  if (DECIMAL_COMMA.test(plain)) return [plain.replace(",", ".")];
  if (COMMA_GROUPS.test(plain)) return [plain.replaceAll(",", "")];
  if (POINT_GROUPS.test(plain)) return [plain.replaceAll(".", "").replace(",", ".")];
  if (SPACE_GROUPS.test(plain)) return [plain.replace(/[ '’]/g, "").replace(",", ".")];
  return [];
}

/** The decimal sign that a text proves by a comma in it: 2,5 and 1.000,5; 1,000,000. */
function decimalSign(text) {
  const plain = keyboard(text);
  if (ONE_GROUP.test(plain)) return null;
  if (DECIMAL_COMMA.test(plain) || POINT_GROUPS.test(plain)) return ",";
  if (COMMA_GROUPS.test(plain)) return ".";
  return SPACE_GROUPS.test(plain) && plain.includes(",") ? "," : null;
}

/** What the marks do in texts that one person or program wrote: 2,5 proves a decimal comma. */
export function provenMarks(texts) {
  const signs = [...new Set(texts.map(decimalSign).filter(Boolean))];
  if (!signs.length) return TYPED_MARKS;
  if (signs.length === 1 && signs[0] === ".") return { ".": "decimal", ",": "thousands" };
  return { ",": signs.length === 1 ? "decimal" : "ask", ".": "ask" };
}

/** Whether a text is two numbers with a comma between: a decimal comma's number, or a pair. */
export function isPair(text) {
  const halves = text.split(",").map((half) => half.trim());
  return halves.length === 2 && halves.every((half) => PLAIN.test(half));
}

/** The number that a text means; a Refusal says where it stands and why it is none. */
export function typedNumber(text, where, marks = TYPED_MARKS) {
  const found = meanings(text, marks);
  if (!keyboard(text)) throw new Refusal(`${where} is empty; type a number`);
  if (!found.length) {
    const shown = text.trim().slice(0, 40).replace(/\s/g, " ");
    throw new Refusal(`${where} must be a number, not '${shown}'`);
  }
  if (found.length > 1) {
    throw new Refusal(`${where}: ${keyboard(text)} may mean ${found.join(" or ")}; type one`);
  }
  const value = Number(found[0]);
  if (!Number.isFinite(value)) throw new Refusal(`${where} must be a number under 1.8e308`);
  return value;
}

/** An input's number as it may be; a refusal in words where it may not. */
export function accepted({ told, words, low, lowAllowed, below, whole }, value) {
  const fits = typeof value === "number" && Number.isFinite(value)
    && (low === null || value > low || (lowAllowed && value === low))
    && (below === null || value < below)
    && (!whole || Number.isInteger(value));
  if (!fits) throw new Refusal(`${told} must be ${words}, not ${value}`);
  return value;
}
