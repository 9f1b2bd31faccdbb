// What stands in the cells of a practice sheet as it was typed, and the numbers that it may stand
// for, as gdlab/marking has it (values.py, judge.py, counting.py).
import { roundedTo } from "./intervals.js";

// What a zero claims where nothing else says how many decimals were meant.
const DECIMALS_OF_ZERO = 2;
const TYPED = /^([+-]?)(\d{1,30}(?:[.,]\d{0,30})?|[.,]\d{1,30})(?:e([+-]?\d{1,3}))?(\s*%)?$/;
const LONGEST_SHOWN = 40;

/** What was typed in a cell: its number, null for none, and the decimals that it claims. */
export function readTyped(text) {
  const found = TYPED.exec(text.trim().replace("\u2212", "-").toLowerCase());
  if (found) {
    const [, sign, written, power, percent] = found;
    const digits = written.replace(",", ".");
    const tens = Number(power ?? 0) - (percent ? 2 : 0);
    const number = Number(`${sign}${digits}e${tens}`);
    const decimals = (digits.split(".")[1] ?? "").length - tens;
    if (Number.isFinite(number)) return { number, decimals, text, problem: "" };
  }
  const quoted = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 1)}…` : text;
  const why = found ? "no number that a spreadsheet can hold"
    : text.startsWith("=") ? "a formula typed as text" : "text, no number";
  return { number: null, decimals: null, text, problem: `'${quoted}' is ${why}` };
}

/** The columns whose every cell is a whole number, by their formulas alone: they only count. */
export function countingOf({ names, computed }, program, inputs) {
  const never = () => false;
  // A constant is whole by itself, a name where its column is.
  const isWhole = (value) => (typeof value === "number" ? Number.isInteger(value) : value);
  const both = (a, b) => isWhole(a) && isWhole(b);
  const WHOLE = {
    add: both, sub: both, mul: never, div: never, pow: never, neg: never, sqrt: never, cos: never,
    abs: never, floor: never, sign: never, min: never, max: never,
    choose: (sign, a, b, then, otherwise) => both(then(), otherwise()),
  };
  const counted = names.filter((name) => !computed.includes(name) && !["x", "y"].includes(name));
  const given = Object.fromEntries(Object.keys(inputs).map((name) => [name, name === "n"]));
  const column = {};
  const formulas = Object.entries(program(WHOLE, column, {}, given).rows);
  const mark = (name, whole) => { column[name] = [whole, whole]; };
  for (const name of names) mark(name, counted.includes(name));
  for (const [name] of formulas) mark(name, true);
  // All may count until one is found that does not; each may take others with it.
  for (let found = true; found;) {
    found = false;
    for (const [name, formula] of formulas) {
      if (!column[name][0] || isWhole(formula(1))) continue;
      mark(name, false);
      found = true;
    }
  }
  return new Set(formulas.map(([name]) => name).filter((name) => column[name][0]));
}

/** How many decimals most numbers have; of two as common, the fewer. */
function mostCommon(decimals, otherwise) {
  const times = (one) => decimals.filter((other) => other === one).length;
  const inOrder = [...new Set(decimals)].sort((a, b) => a - b);
  return inOrder.reduce((best, one) => (times(one) > times(best) ? one : best),
    inOrder[0] ?? otherwise);
}

/**
 * The numbers that each written cell may stand for. A whole number claims as many decimals as most
 * numbers of its column, or else of the sheet, have, up to four digits. Where all of a column are
 * whole, and not the same, whole ones are meant. One that only counts is that number alone.
 * `usual` are the decimals where no number of the sheet claims any.
 */
export function claimsOf(written, counts, usual) {
  const columns = new Map();
  for (const [place, { number, decimals }] of written) {
    if (number === null) continue;
    const [, name] = place.split(" ");
    if (!columns.has(name)) columns.set(name, { numbers: new Set(), decimals: [] });
    columns.get(name).numbers.add(number);
    if (decimals > 0) columns.get(name).decimals.push(decimals);
  }
  const elsewhere = mostCommon([...columns.values()].flatMap((one) => one.decimals), usual);
  const claims = new Map();
  for (const [place, { number, decimals }] of written) {
    if (number === null) continue;
    const [, name] = place.split(" ");
    if (counts.has(name) && Number.isInteger(number)) {
      claims.set(place, roundedTo(number, null));
      continue;
    }
    let digits = decimals;
    if (digits <= 0) {
      const own = columns.get(name);
      const allWhole = !own.decimals.length && own.numbers.size > 1;
      const meant = allWhole ? 0 : mostCommon(own.decimals, elsewhere);
      if (number === 0) {
        // A bare 0 would pass for anything under a half.
        digits = Math.max(meant, DECIMALS_OF_ZERO);
      } else {
        const size = Math.floor(Math.log10(Math.abs(number)));
        // 1E+9 would pass for anything from 5E+8 to 1.5E+9: two digits are the fewest.
        digits = digits === 0 ? Math.max(0, Math.min(meant, 3 - size)) : Math.max(digits, 1 - size);
      }
    }
    claims.set(place, roundedTo(number, digits));
  }
  return claims;
}
