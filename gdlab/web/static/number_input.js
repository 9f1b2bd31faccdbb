// Reads a number as people and programs write it, or says why a text is not a number.
// core/number_text.py does the same, and tests/data/number_cases.json tests both.

const PLAIN = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const DECIMAL_COMMA = /^[-+]?(\d+,\d*|,\d+)(e[-+]?\d+)?$/i;
// 1,000 and 1.000; a number with thousands does not begin with 0.
const ONE_GROUP = /^[-+]?[1-9]\d{0,2}[.,]\d{3}$/;
// 1,000,000 and 1,000.5; 1.000.000 and 1.000,5; 1 000,5 and 1'000.5.
const COMMA_GROUPS = /^[-+]?[1-9]\d{0,2}((,\d{3}){2,}|(,\d{3})+\.\d*)$/;
const POINT_GROUPS = /^[-+]?[1-9]\d{0,2}((\.\d{3}){2,}|(\.\d{3})+,\d*)$/;
const SPACE_GROUPS = /^[-+]?[1-9]\d{0,2}([ '’])\d{3}(\1\d{3})*([.,]\d*)?$/;
// The dashes that a word processor puts for a minus sign, and the minus sign itself.
export const DASHES = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g;
const MISSING = new Set(["", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "missing", "?",
  ".", "-"]);

// The meaning of the mark in 1,000 or 1.000: a point is decimal, for a comma the person is asked.
const TYPED_MARKS = { ".": "decimal", ",": "ask" };

/** A request that cannot be carried out; its message is for the person. */
export class Refusal extends Error {}

/** The message of an error: a refusal's own, or what went wrong. */
export function refusalOf(problem) {
  if (problem instanceof Refusal) return problem.message;
  return `this page could not do this (${problem.name}: ${problem.message})`;
}

const keyboard = (text) => text.replace(/[\u00a0\u2007\u2009\u202f]/g, " ").trim().replace(DASHES, "-");

/** Whether a text stands for a missing value: nothing, NA, ?, -. */
export const isMissing = (text) => MISSING.has(keyboard(text).toLowerCase());

/** The numbers that a text may mean, as texts for Number; an empty list if it is not a number. */
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

/** The decimal sign that a comma in a text proves: 2,5 and 1.000,5, or 1,000,000; else null. */
function decimalSign(text) {
  const plain = keyboard(text);
  if (ONE_GROUP.test(plain)) return null;
  if (DECIMAL_COMMA.test(plain) || POINT_GROUPS.test(plain)) return ",";
  if (COMMA_GROUPS.test(plain)) return ".";
  return SPACE_GROUPS.test(plain) && plain.includes(",") ? "," : null;
}

/** The meaning of the marks in texts by one person or program: 2,5 proves a decimal comma. */
export function provenMarks(texts) {
  const signs = [...new Set(texts.map(decimalSign).filter(Boolean))];
  if (!signs.length) return TYPED_MARKS;
  if (signs.length === 1 && signs[0] === ".") return { ".": "decimal", ",": "thousands" };
  return { ",": signs.length === 1 ? "decimal" : "ask", ".": "ask" };
}

/** Whether a text may be two numbers with a comma between them, or one with a decimal comma. */
export function isPair(text) {
  const halves = text.split(",").map((half) => half.trim());
  return halves.length === 2 && halves.every((half) => PLAIN.test(half));
}

/** The number that a text means; throws a Refusal that says where it is and what is wrong. */
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

/** An input's number if it is within its limits; otherwise throws a Refusal. */
export function accepted({ told, words, low, lowAllowed, below, whole }, value) {
  const fits = typeof value === "number" && Number.isFinite(value)
    && (low === null || value > low || (lowAllowed && value === low))
    && (below === null || value < below)
    && (!whole || Number.isInteger(value));
  if (!fits) throw new Refusal(`${told} must be ${words}, not ${value}`);
  return value;
}
