// Interval arithmetic, which shows how far rounding can change a result: each operation rounds
// outwards, as in gdlab/marking/bounds.py. A plain number counts as an interval too.
import { OTHER_ORDER } from "./constants.js";

const ULP = 2 ** -52;
const EVERYTHING = [-Infinity, Infinity];

/** The operation has no result for any number in the intervals. */
export class NoNumber extends Error {}

/** How far a double may change if it is computed in another order; a whole number is exact. */
const spread = (number) => (Number.isInteger(number) ? 0 : Math.abs(number) * OTHER_ORDER);

/** The interval of the numbers that round to this one; `decimals` null means it is in full. */
export function roundedTo(number, decimals) {
  const half = decimals === null ? 0 : 0.5 * 10 ** -decimals;
  const spare = spread(number) + half * 1e-9;
  return [number - half - spare, number + half + spare];
}

/** The intersection of two intervals; null if it is empty. */
export function meet(first, second) {
  const [low, high] = [Math.max(first[0], second[0]), Math.min(first[1], second[1])];
  return low <= high ? [low, high] : null;
}

/** The smallest interval that contains the others. */
export function hull(...intervals) {
  const [low, high] = [0, 1].map((end) => intervals.map((one) => one[end]));
  return [Math.min(...low), Math.max(...high)];
}

const wide = (value) => (typeof value === "number" ? [value, value] : value);

function outward(low, high) {
  // NaN comes from infinity minus infinity: then nothing is known.
  if (Number.isNaN(low) || Number.isNaN(high)) return EVERYTHING;
  // A whole number stays exact, as in spread, so that floor gives one number.
  if (low === high && Number.isInteger(low)) return [low, high];
  return [low - Math.abs(low) * ULP, high + Math.abs(high) * ULP];
}

const ofCorners = (corners) => outward(Math.min(...corners), Math.max(...corners));
const negative = ([low, high]) => [-high, -low];

function absolute(a) {
  if (a[0] >= 0) return a;
  return a[1] <= 0 ? negative(a) : [0, Math.max(-a[0], a[1])];
}

function product(a, b) {
  if (a !== b) return ofCorners([a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]]);
  // The same interval twice is a square: both factors are the same number.
  const [low, high] = absolute(a);
  return outward(low * low, high * high);
}

function quotient(a, b) {
  if (b[0] > 0 || b[1] < 0) {
    return ofCorners([a[0] / b[0], a[0] / b[1], a[1] / b[0], a[1] / b[1]]);
  }
  if (b[0] === 0 && b[1] === 0) throw new NoNumber();
  if (b[0] === 0) {
    return outward(a[0] >= 0 ? a[0] / b[1] : -Infinity, a[1] <= 0 ? a[1] / b[1] : Infinity);
  }
  return b[1] === 0 ? quotient(negative(a), negative(b)) : EVERYTHING;
}

function powerOf(a, b) {
  const whole = b[0] === b[1] && Number.isInteger(b[0]);
  if (a[0] < 0 && whole) {
    if (a[1] <= 0) {
      const size = powerOf(negative(a), b);
      return b[0] % 2 === 0 ? size : negative(size);
    }
    return b[0] < 0 ? EVERYTHING : ofCorners([a[0] ** b[0], a[1] ** b[0], 0]);
  }
  if (a[1] < 0) throw new NoNumber();
  const low = Math.max(a[0], 0);
  return ofCorners([low, a[1]].flatMap((base) => b.map((exponent) => base ** exponent)));
}

function rootOf(a) {
  if (a[1] < 0) throw new NoNumber();
  return outward(Math.sqrt(Math.max(a[0], 0)), Math.sqrt(a[1]));
}

function exponentialOf(a) {
  const [low, high] = outward(...a.map(Math.exp));
  // For a subnormal result the last bit is this large.
  return [Math.max(low - Number.MIN_VALUE, 0), high + Number.MIN_VALUE];
}

function logarithmOf(a) {
  if (a[1] <= 0) throw new NoNumber();
  return outward(Math.log(Math.max(a[0], 0)), Math.log(a[1]));
}

/** The interval of a cosine or a sine, which is 1 at `top` and -1 half a turn later. */
function waveOf(a, operation, top) {
  if (!a.every(Number.isFinite)) return [-1, 1];
  const turns = 2 * Math.PI;
  /** Whether an angle plus some number of whole turns lies in the interval. */
  const holds = (angle) => (
    Math.ceil((a[0] - angle) / turns) <= Math.floor((a[1] - angle) / turns)
  );
  const [low, high] = ofCorners(a.map(operation));
  return [holds(top + Math.PI) ? -1 : low, holds(top) ? 1 : high];
}

const less = (a, b) => (a[1] < b[0] ? true : a[0] >= b[1] ? false : null);
const lessOrEqual = (a, b) => (a[1] <= b[0] ? true : a[0] > b[1] ? false : null);
const equal = (a, b) => (
  a[0] === a[1] && b[0] === b[1] && a[0] === b[0] ? true : meet(a, b) ? null : false
);
const not = (held) => (held === null ? null : !held);
// True or false if that is certain, or null if it depends on the numbers.
const SURELY = {
  "<": less,
  "<=": lessOrEqual,
  ">": (a, b) => less(b, a),
  ">=": (a, b) => lessOrEqual(b, a),
  "==": equal,
  "!=": (a, b) => not(equal(a, b)),
};

/** The branch that applies; if that is not certain, the hull of both. */
function choose(sign, a, b, then, otherwise) {
  const held = SURELY[sign](a, b);
  if (held !== null) return wide(held ? then() : otherwise());
  const results = [then, otherwise].flatMap((side) => {
    try {
      return [wide(side())];
    } catch (problem) {
      if (problem instanceof NoNumber) return [];
      throw problem;
    }
  });
  if (!results.length) throw new NoNumber();
  return hull(...results);
}

const one = (operation) => (a) => operation(wide(a));
const two = (operation) => (a, b) => operation(wide(a), wide(b));

export const INTERVALS = {
  add: two((a, b) => outward(a[0] + b[0], a[1] + b[1])),
  sub: two((a, b) => outward(a[0] - b[1], a[1] - b[0])),
  mul: two(product),
  div: two(quotient),
  pow: two(powerOf),
  neg: one(negative),
  sqrt: one(rootOf),
  exp: one(exponentialOf),
  log: one(logarithmOf),
  cos: one((a) => waveOf(a, Math.cos, 0)),
  sin: one((a) => waveOf(a, Math.sin, Math.PI / 2)),
  abs: one(absolute),
  floor: one((a) => a.map(Math.floor)),
  sign: one((a) => a.map(Math.sign)),
  min: two((a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1])]),
  max: two((a, b) => [Math.max(a[0], b[0]), Math.max(a[1], b[1])]),
  choose: (sign, a, b, then, otherwise) => choose(sign, wide(a), wide(b), then, otherwise),
};
