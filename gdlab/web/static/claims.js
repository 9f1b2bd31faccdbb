// What stands in the cells of a practice sheet as it was typed, and the numbers that it may stand
// for, as gdlab/marking has it (values.py, claims.py, counting.py).
import {
  DECIMALS_IN_FULL, DECIMALS_OF_ZERO, MANY, MOST_DIGITS_OF_WHOLE, FEWEST_DIGITS, MOST_SHOWN, OFTEN,
  TOO_FAR,
} from "./constants.js";
import { SHEET } from "./arithmetic.js";
import { roundedTo } from "./intervals.js";
import { orderOf, readingsOf, unworkedOf } from "./texts.js";

const TOO_LARGE_TEXT = /^[+-]?\d+e\d+$/;

/**
 * What was typed in a cell: its number, null for none, the decimals that it claims, and in `orElse`
 * the second number that it may mean.
 */
export function readTyped(text) {
  const [first, second] = readingsOf(text);
  if (first) {
    const plain = { text, problem: "" };
    return { ...first, ...plain, orElse: second ? { ...second, ...plain } : null };
  }
  const quoted = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN - 1)}…` : text;
  const why = TOO_LARGE_TEXT.test(text.trim().toLowerCase()) ? TOO_FAR
    : text.trimStart().startsWith("=") ? "a formula typed as text" : "text, not a number";
  return { number: null, decimals: null, text, problem: `'${quoted}' is ${unworkedOf(text) || why}`, orElse: null };
}

/** The columns whose every cell is a whole number, by their formulas alone: they only count. */
export function countingOf({ names, computed, data, count }, program, inputs) {
  const never = () => false;
  // A constant is whole by itself, a name where its column is.
  const isWhole = (value) => (typeof value === "number" ? Number.isInteger(value) : value);
  const both = (a, b) => isWhole(a) && isWhole(b);
  const WHOLE = {
    ...Object.fromEntries(Object.keys(SHEET).map((name) => [name, never])),
    add: both, sub: both, choose: (sign, a, b, then, otherwise) => both(then(), otherwise()),
  };
  const counted = names.filter((name) => !computed.includes(name) && !data.includes(name));
  const given = Object.fromEntries(Object.keys(inputs).map((name) => [name, name === count]));
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
 * The decimals that numbers from a size on have: most of them, or of few the most. 0 where none of
 * many has any: whole ones are meant from that size on.
 */
function decimalsFrom(least, sizes) {
  const decimals = [...sizes.values()].filter(([size]) => size >= least).map(([, one]) => one);
  const some = decimals.filter(Boolean);
  if (!some.length) return decimals.length < MANY ? DECIMALS_IN_FULL : 0;
  return some.length >= OFTEN ? mostCommon(some, 0) : Math.max(...some);
}

/**
 * How the numbers of one sheet are written: by column their numbers and decimals, and overall.
 * `usual` are the decimals that it asks for, `counts` the columns that only count.
 */
export function habitsOf(written, usual, counts) {
  const columns = new Map();
  const sizes = new Map();
  const digits = [];
  const ofWhole = [0];
  for (const [place, { number, decimals: own }] of written) {
    if (number === null) continue;
    const decimals = own ?? DECIMALS_IN_FULL;
    const [, name] = place.split(" ");
    if (!columns.has(name)) columns.set(name, { numbers: new Set(), decimals: [] });
    columns.get(name).numbers.add(number);
    if (!counts.has(name)) sizes.set(number, [orderOf(number), Math.max(decimals, 0)]);
    if (decimals <= 0) {
      ofWhole.push(BigInt(Math.round(Math.abs(number))).toString().replace(/0+$/, "").length);
      continue;
    }
    columns.get(name).decimals.push(decimals);
    digits.push(decimals + 1 + orderOf(number));
  }
  const longest = digits.length ? Math.max(...digits) : MOST_DIGITS_OF_WHOLE;
  const often = digits.filter((one) => one === longest).length >= OFTEN;
  const fewest = Math.max(...ofWhole) > longest ? FEWEST_DIGITS : 2;
  const every = [...columns.values()];
  const numbers = new Set(every.flatMap((one) => [...one.numbers].filter((number) => number)));
  const decimals = mostCommon(every.flatMap((one) => one.decimals), 0);
  return {
    columns,
    // A sheet of zeros is not a sheet of rounded numbers.
    isWhole: !digits.length && numbers.size > 1,
    // The decimals that most numbers have that have some, 0 where none has.
    decimals,
    elsewhere: decimals || usual,
    ofSize: new Map([...sizes.values()].map(([size]) => [size, decimalsFrom(size, sizes)])),
    digits: Math.min(MOST_DIGITS_OF_WHOLE, longest),
    // Who rounds to digits, not to decimals, writes many numbers with as many and none longer.
    toDigits: longest >= fewest && often ? longest : null,
  };
}

/** The decimals that a whole number claims. */
function decimalsOfWhole(habits, name, number, decimals) {
  const own = habits.columns.get(name);
  const allWhole = habits.isWhole || (!own.decimals.length && own.numbers.size > 1);
  const most = allWhole ? 0 : mostCommon(own.decimals, habits.elsewhere);
  // A bare 0 would pass for anything under a half.
  if (number === 0) return most > 0 || habits.isWhole ? most : DECIMALS_OF_ZERO;
  const size = orderOf(number);
  const meant = Math.min(most, habits.ofSize.get(size) ?? most);
  // 1E+9 would pass for anything from 5E+8 to 1.5E+9: two digits are the fewest.
  if (decimals < 0) return Math.max(decimals, 1 - size);
  if (habits.toDigits !== null && size >= habits.toDigits) {
    // 1660 may be 1663 where all numbers have three digits; 1661 has four.
    const tens = size + 1 - habits.toDigits;
    return number % 10 ** tens ? 0 : -tens;
  }
  return Math.max(0, Math.min(meant, habits.digits - 1 - size));
}

/**
 * The numbers that each written cell may stand for, in each way that it can be read: a list of
 * `[number, interval]`. A whole number claims as many decimals as most numbers of its column, or
 * else of the sheet, have, but no more than most numbers of its size and larger ones, up to as many
 * digits as the longest number has, at most four. Where all of a column are whole, and not the same,
 * or all of the sheet, whole ones are meant. One that only counts is that number alone. `habits`
 * are the sheet's.
 */
export function claimsOf(written, counts, habits) {
  const claims = new Map();
  for (const [place, cell] of written) {
    if (cell.number === null) continue;
    const [, name] = place.split(" ");
    const ways = [cell, cell.orElse].filter(Boolean);
    claims.set(place, ways.map((way) => {
      const { number, decimals } = way;
      const whole = Number.isInteger(number);
      if (counts.has(name) && whole) return [way, roundedTo(number, null)];
      const claimed = whole && decimals <= 0
        ? decimalsOfWhole(habits, name, number, decimals) : decimals;
      return [way, roundedTo(number, claimed)];
    }));
  }
  return claims;
}
