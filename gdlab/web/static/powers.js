// Powers, exponentials, logarithms, cosines and sines, correct to the last bit: computed in double-
// double arithmetic, then rounded once.
//
// Browsers differ in Math.pow, Math.exp, Math.log, Math.cos and Math.sin: in some, one power in ten
// is a unit off in the last place, where the C library that Python calls hardly ever is. Here a
// number is a pair, [high, low], whose sum holds about 106 bits (Dekker 1971, "A floating-point
// technique for extending the available precision").

const SPLITTER = 2 ** 27 + 1;
const LN2 = [0.6931471805599453, 2.3190468138462996e-17];
const HALF_PI = [1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33];
const EXP_TERMS = 14;
const COS_TERMS = 30;
const LOG_TERMS = 17;
const LARGEST_ANGLE = 2 ** 20;
const SMALL_ANGLE = 2 ** -27;
const LARGEST_WHOLE = 2 ** 31;
// 2 to a power this far from 0 overflows or underflows.
const FAR = 1200;

/** The sum of two numbers and its rounding error. */
function twoSum(a, b) {
  const sum = a + b;
  const part = sum - a;
  return [sum, a - (sum - part) + (b - part)];
}

function split(a) {
  const large = SPLITTER * a;
  const high = large - (large - a);
  return [high, a - high];
}

/** The product of two numbers and its rounding error. */
function twoProduct(a, b) {
  const product = a * b;
  const [aHigh, aLow] = split(a);
  const [bHigh, bLow] = split(b);
  return [product, aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)];
}

function plus(a, b) {
  const [high, rest] = twoSum(a[0], b[0]);
  const [low, less] = twoSum(a[1], b[1]);
  const [sum, left] = twoSum(high, rest + low);
  return twoSum(sum, left + less);
}

function times(a, b) {
  const [high, low] = twoProduct(a[0], b[0]);
  return twoSum(high, low + (a[0] * b[1] + a[1] * b[0]));
}

function over(a, b) {
  const first = a[0] / b[0];
  const [back, rest] = times([first, 0], b);
  return twoSum(first, (a[0] - back - rest + a[1]) / b[0]);
}

/** 1/0!, 1/1!, 1/2! ... as pairs. */
const INVERSES = [[1, 0]];
for (let k = 1; k <= COS_TERMS + 1; k++) INVERSES.push(over(INVERSES[k - 1], [k, 0]));

/** The exponential of a small pair: the series of its 16th part, raised to the power of 16. */
function expOfSmall(r) {
  const part = [r[0] / 16, r[1] / 16];
  let sum = INVERSES[EXP_TERMS];
  for (let k = EXP_TERMS - 1; k >= 0; k--) sum = plus(INVERSES[k], times(sum, part));
  for (let k = 0; k < 4; k++) sum = times(sum, sum);
  return sum;
}

/** The exponential of a pair, as a pair and a power of two. */
function expOf(value) {
  const k = Math.round(value[0] / LN2[0]);
  return [expOfSmall(plus(value, times([-k, 0], LN2))), k];
}

/** The logarithm of a number very near 1, as a pair: 2 (s + s^3/3 + s^5/5 ...). */
function logNearOne(m) {
  const s = over([m - 1, 0], twoSum(m, 1));
  const square = times(s, s);
  let sum = [0, 0];
  for (let k = LOG_TERMS; k > 0; k -= 2) sum = plus(over([1, 0], [k, 0]), times(sum, square));
  return times([2, 0], times(s, sum));
}

/** The logarithm of a number near 1 as a pair: one Newton step from the browser's own. */
function logOf(m) {
  if (Math.abs(m - 1) < 0.02) return logNearOne(m);
  const first = Math.log(m);
  const [close, k] = expOf([-first, 0]);
  const [off, rest] = plus(times(close, [m * 2 ** k, 0]), [-1, 0]);
  return plus([first, 0], [off, rest - (off * off) / 2]);
}

/** A positive number as a mantissa from 1 to 2 and a power of two. */
function normal(x) {
  const k = Math.max(-1022, Math.min(1023, Math.floor(Math.log2(x))));
  return [x / 2 ** k, k];
}

/** A number times a power of two, in two steps, because 2 ** k alone may overflow. */
function scaled(high, k) {
  const half = Math.trunc(k / 2);
  return high * 2 ** half * 2 ** (k - half);
}

/** x to a whole power from 1, by squaring. */
function wholePower(x, count) {
  let [base, baseK] = normal(x);
  base = [base, 0];
  let [result, resultK] = [[1, 0], 0];
  for (let left = count; left > 0; left = Math.floor(left / 2)) {
    if (left % 2) {
      [result, resultK] = [times(result, base), resultK + baseK];
      if (result[0] >= 2) [result, resultK] = [[result[0] / 2, result[1] / 2], resultK + 1];
    }
    [base, baseK] = [times(base, base), 2 * baseK];
    if (base[0] >= 2) [base, baseK] = [[base[0] / 2, base[1] / 2], baseK + 1];
  }
  return [result, resultK];
}

function realPower(x, y) {
  let [m, k] = normal(x);
  if (m > Math.SQRT2) [m, k] = [m / 2, k + 1];
  return expOf(times(plus(logOf(m), times([k, 0], LN2)), [y, 0]));
}

/** x to the power y for positive x. */
function newSize(x, y) {
  const exponent = y * Math.log2(x);
  if (Math.abs(exponent) > FAR) return exponent > 0 ? Infinity : 0;
  if (!Number.isInteger(y) || Math.abs(y) > LARGEST_WHOLE) {
    const [size, k] = realPower(x, y);
    return scaled(size[0], k);
  }
  const [size, k] = wholePower(x, Math.abs(y));
  return y < 0 ? scaled(over([1, 0], size)[0], -k) : scaled(size[0], k);
}

// A drag computes the same powers again and again: by base, a map from exponents to results.
const sizes = new Map();
const MOST_SIZES = 50_000;

function sizeOf(x, y) {
  let known = sizes.get(x);
  if (!known || known.size > MOST_SIZES) {
    // Dragging the base itself leaves many maps behind.
    if (sizes.size > 8) sizes.clear();
    sizes.set(x, (known = new Map()));
  }
  if (!known.has(y)) known.set(y, newSize(x, y));
  return known.get(y);
}

/** x to the power y, with the special cases of C's pow. */
export function power(x, y) {
  if (x === 1 || y === 0 || (x === -1 && Math.abs(y) === Infinity)) return 1;
  if (!Number.isFinite(x) || !Number.isFinite(y) || x === 0) return x ** y;
  if (x < 0 && !Number.isInteger(y)) return NaN;
  return (x < 0 && y % 2 ? -1 : 1) * sizeOf(Math.abs(x), y);
}

/** e to the power x. */
export function exponential(x) {
  if (!(Math.abs(x) <= FAR)) return Math.exp(x);
  const [size, k] = expOf([x, 0]);
  return scaled(size[0], k);
}

/** The natural logarithm of x. */
export function logarithm(x) {
  if (!(x > 0 && x < Infinity)) return Math.log(x);
  let [m, k] = normal(x);
  if (m > Math.SQRT2) [m, k] = [m / 2, k + 1];
  return plus(logOf(m), times([k, 0], LN2))[0];
}

/** The sum of (-1)^j r^(2j) / (from + 2j)! over j: cos r from 0, sin r / r from 1. */
function alternating(r, from) {
  const [high, low] = times(r, r);
  let sum = INVERSES[COS_TERMS + from];
  for (let k = COS_TERMS + from - 2; k >= from; k -= 2) {
    sum = plus(INVERSES[k], times(sum, [-high, -low]));
  }
  return sum;
}

/** The cosine of x minus a number of quarter turns. */
function turned(x, quarters) {
  const turns = Math.round(x / HALF_PI[0]);
  let r = [x, 0];
  for (const part of HALF_PI) r = plus(r, twoProduct(-turns, part));
  const quarter = (((turns - quarters) % 4) + 4) % 4;
  const value = quarter % 2 ? times(r, alternating(r, 1))[0] : alternating(r, 0)[0];
  return quarter === 1 || quarter === 2 ? -value : value;
}

/** The cosine of x. */
export function cosine(x) {
  return Math.abs(x) <= LARGEST_ANGLE ? turned(x, 0) : Math.cos(x);
}

/** The sine of x. */
export function sine(x) {
  // A small angle is its own sine, to the last bit, and 0 keeps its sign.
  if (Math.abs(x) < SMALL_ANGLE) return x;
  return Math.abs(x) <= LARGEST_ANGLE ? turned(x, 1) : Math.sin(x);
}
