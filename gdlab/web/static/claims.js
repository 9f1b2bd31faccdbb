// Reads the cells of a practice sheet as they were typed, and works out which numbers each may
// stand for, as gdlab/marking does (values.py, claims.py, counting.py).
import {
  DECIMALS_IN_FULL, DECIMALS_OF_ZERO, MANY, MOST_DIGITS_OF_WHOLE, FEWEST_DIGITS, MOST_SHOWN, OFTEN,
  TOO_FAR,
} from "./constants.js";
import { SHEET } from "./arithmetic.js";
import { byName } from "./by_name.js";
import { roundedTo } from "./intervals.js";
import { orderOf, readingsOf, unworkedOf } from "./texts.js";

const TOO_LARGE_TEXT = /^[+-]?\d+e\d+$/;

/**
 * What was typed in a cell: its `number`, or null, the `decimals` that it claims, and in `orElse` a
 * second number that the text may mean.
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

/** The columns that only count: by their formulas, all their cells are whole numbers. */
export function countingOf({ names, computed, data, count }, program, inputs) {
  const never = () => false;
  // A constant is a number; a name is already true or false.
  const isWhole = (value) => (typeof value === "number" ? Number.isInteger(value) : value);
  const both = (a, b) => isWhole(a) && isWhole(b);
  const WHOLE = {
    ...byName(Object.keys(SHEET), () => never),
    add: both, sub: both, choose: (sign, a, b, then, otherwise) => both(then(), otherwise()),
  };
  const counted = names.filter((name) => !computed.includes(name) && !data.includes(name));
  const given = byName(Object.keys(inputs), (name) => name === count);
  const column = {};
  const formulas = Object.entries(program(WHOLE, column, {}, given).rows);
  const mark = (name, whole) => { column[name] = [whole, whole]; };
  for (const name of names) mark(name, counted.includes(name));
  for (const [name] of formulas) mark(name, true);
  // Start with all of them, and drop those that do not count until none is left to drop.
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

/** The most common number of decimals; the smaller one of two that are equally common. */
function mostCommon(decimals, otherwise) {
  const times = (one) => decimals.filter((other) => other === one).length;
  const inOrder = [...new Set(decimals)].sort((a, b) => a - b);
  return inOrder.reduce((best, one) => (times(one) > times(best) ? one : best),
    inOrder[0] ?? otherwise);
}

/**
 * The decimals of numbers of at least some size: the most common, or the most if there are few such
 * numbers. 0 if there are many and none has decimals: from that size on whole numbers are meant.
 */
function decimalsFrom(least, sizes) {
  const decimals = [...sizes.values()].filter(([size]) => size >= least).map(([, one]) => one);
  const some = decimals.filter(Boolean);
  if (!some.length) return decimals.length < MANY ? DECIMALS_IN_FULL : 0;
  return some.length >= OFTEN ? mostCommon(some, 0) : Math.max(...some);
}

/**
 * How a learner writes numbers on one sheet, by column and overall. `usual` is the number of
 * decimals that the sheet asks for, `counts` the columns that only count.
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
    // Zeros alone do not show that somebody rounds to whole numbers.
    isWhole: !digits.length && numbers.size > 1,
    // The most common number of decimals among numbers that have any; 0 if none has.
    decimals,
    elsewhere: decimals || usual,
    ofSize: new Map([...sizes.values()].map(([size]) => [size, decimalsFrom(size, sizes)])),
    digits: Math.min(MOST_DIGITS_OF_WHOLE, longest),
    // Somebody who rounds to significant digits writes many numbers of that length and none longer.
    toDigits: longest >= fewest && often ? longest : null,
  };
}

/** The decimals that a whole number claims. */
function decimalsOfWhole(habits, name, number, decimals) {
  const own = habits.columns.get(name);
  const allWhole = habits.isWhole || (!own.decimals.length && own.numbers.size > 1);
  const most = allWhole ? 0 : mostCommon(own.decimals, habits.elsewhere);
  // Otherwise a bare 0 would pass for anything below a half.
  if (number === 0) return most > 0 || habits.isWhole ? most : DECIMALS_OF_ZERO;
  const size = orderOf(number);
  const meant = Math.min(most, habits.ofSize.get(size) ?? most);
  // Otherwise 1E+9 would pass for anything from 5E+8 to 1.5E+9: it claims two digits at least.
  if (decimals < 0) return Math.max(decimals, 1 - size);
  if (habits.toDigits !== null && size >= habits.toDigits) {
    // Where all numbers have three digits, 1660 may stand for 1663; 1661 has four digits.
    const tens = size + 1 - habits.toDigits;
    return number % 10 ** tens ? 0 : -tens;
  }
  return Math.max(0, Math.min(meant, habits.digits - 1 - size));
}

/**
 * The numbers that each cell may stand for: a list of `[reading, interval]`, one for each way to
 * read the text. A whole number claims the usual decimals of its column, or else of the sheet, but
 * no more than numbers of its size or larger usually have, and no more digits than the longest
 * number, four at most. If a whole column (with different numbers) or sheet has no decimals, whole
 * numbers are meant. In a column that only counts, a whole number stands for itself alone.
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
