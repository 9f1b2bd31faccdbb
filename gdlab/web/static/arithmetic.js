// A program can run in two arithmetics: that of IEEE 754, or that of a spreadsheet with its errors.
import { cosine, exponential, logarithm, power, sine } from "./powers.js";

/** #NUM! and #DIV/0!, as cells hold them: a spreadsheet has neither NaN nor infinity. */
const NUM = NaN;
const DIV0 = Infinity;

const HOLDS = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

// sign, min and max treat NaN as Python does (gdlab/formulas/functions.py).
export const IEEE = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  neg: (a) => -a,
  pow: power,
  sqrt: Math.sqrt,
  exp: exponential,
  log: logarithm,
  cos: cosine,
  sin: sine,
  abs: Math.abs,
  floor: (a) => (Number.isFinite(a) ? Math.floor(a) : NaN),
  sign: (a) => (a > 0 ? 1 : a < 0 ? -1 : a * 0),
  min: (a, b) => (a < b || a !== a ? a : b),
  max: (a, b) => (a > b || a !== a ? a : b),
  choose: (sign, a, b, then, otherwise) => (HOLDS[sign](a, b) ? then() : otherwise()),
};

/** The first error among two numbers; undefined where there is none. */
function fault(a, b) {
  if (!Number.isFinite(a)) return a;
  return Number.isFinite(b) ? undefined : b;
}

/** An operation that passes on the first error among its arguments; its own error is #NUM!. */
function checked(operation) {
  return (a, b = 0) => {
    const error = fault(a, b);
    if (error !== undefined) return error;
    const value = operation(a, b);
    return Number.isFinite(value) ? value : NUM;
  };
}

const all = Object.entries(IEEE).map(([name, operation]) => [name, checked(operation)]);

/**
 * A spreadsheet's arithmetic (gdlab/language/evaluate.py): once a cell is an error, so is what
 * follows.
 */
export const SHEET = {
  ...Object.fromEntries(all),
  div: (a, b) => fault(a, b) ?? (b === 0 ? DIV0 : checked(IEEE.div)(a, b)),
  pow: (a, b) => fault(a, b) ?? (a === 0 && b < 0 ? DIV0 : checked(power)(a, b)),
  // If either side of the comparison is an error, the result is that error.
  choose: (sign, a, b, then, otherwise) => (
    fault(a, b) ?? IEEE.choose(sign, a, b, then, otherwise)
  ),
};
