// What theory says about a run if the error is linear in the parameters: the least possible error,
// and the rates that converge. core/theory.py does the same.
import { STEEP, ROUNDING } from "./constants.js";
import { countOf, rowsOf } from "./points.js";

const NOTHING = 1e-12;
// The number of sweeps of Jacobi's method.
const TURNS = 60;

const sum = (values) => values.reduce((total, value) => total + value, 0);
const dot = (a, b) => a.reduce((total, value, k) => total + value * b[k], 0);
const largestOf = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const allFinite = (values) => values.every(Number.isFinite);

/** All values of a model at a point, by name. */
function forwardAt({ sheet, forward }, names, parameters, row) {
  const values = {};
  Object.keys(sheet.parameters).forEach((name, k) => { values[name] = parameters[k]; });
  names.forEach((name, k) => { values[name] = row[k]; });
  forward(values);
  return values;
}

/** The error of all points with these parameters; Infinity if it is not finite. */
export function errorAt(job, parameters) {
  const names = Object.keys(job.points);
  const rows = names.length ? rowsOf(job.points) : [[]];
  let total = 0;
  for (const row of rows) total += forwardAt(job, names, parameters, row)[job.sheet.loss];
  const mean = total / rows.length;
  const error = job.sheet.errorName && mean >= 0 ? Math.sqrt(mean) : mean;
  return Number.isFinite(error) ? error : Infinity;
}

/** The errors as `features` times the parameters plus `rest`; null if they are not linear. */
function linearOf(job) {
  const { sheet, points } = job;
  if (!sheet.errorName) return null;
  const names = Object.keys(points);
  const rows = rowsOf(points);
  const errors = (parameters) => (
    rows.map((row) => forwardAt(job, names, parameters, row)[sheet.errorName])
  );
  const all = Object.keys(sheet.parameters);
  const unit = (at) => all.map((_, k) => Number(k === at));
  const rest = errors(unit(-1));
  const features = all.map((_, at) => errors(unit(at)).map((one, k) => one - rest[k]));
  // A model that is not linear does not agree at an arbitrary point.
  const there = all.map((_, k) => Math.PI / (k + 1) - 2);
  const expected = rest.map((value, k) => value + sum(features.map((one, p) => one[k] * there[p])));
  const found = errors(there);
  if (!allFinite(expected) || !allFinite(found)) return null;
  const off = largestOf(found.map((value, k) => value - expected[k]));
  return off <= 1e-9 * (largestOf(expected) + largestOf(rest)) ? { features, rest } : null;
}

/** The root mean square of `rest` without its projection on the features, by Gram-Schmidt. */
function leastOf({ features, rest }) {
  const basis = [];
  const without = (values) => basis.reduce((left, one) => {
    const share = dot(left, one);
    return left.map((value, k) => value - share * one[k]);
  }, values);
  const scaled = (values, size) => values.map((value) => value / size);
  for (const feature of features) {
    const size = Math.hypot(...feature);
    if (!Number.isFinite(size)) return null;
    if (!size) continue;
    // Twice, because rounding leaves a little of the others the first time.
    const left = without(without(scaled(feature, size)));
    const length = Math.hypot(...left);
    if (length > NOTHING) basis.push(scaled(left, length));
  }
  const left = without(without(rest));
  const least = Math.hypot(...left) / Math.sqrt(rest.length);
  if (!Number.isFinite(least)) return null;
  return least > ROUNDING * largestOf(rest) ? least : 0;
}

/** The eigenvalues of a symmetric matrix, ascending, by Jacobi's rotations. */
function eigenvaluesOf(matrix) {
  const a = matrix.map((row) => [...row]);
  const rotate = (p, q) => {
    if (!a[p][q]) return;
    const angle = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    const t = (angle < 0 ? -1 : 1) / (Math.abs(angle) + Math.hypot(angle, 1));
    const c = 1 / Math.hypot(t, 1);
    const s = t * c;
    for (const row of a) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
    const [first, second] = [a[p], a[q]];
    a[p] = first.map((value, k) => c * value - s * second[k]);
    a[q] = first.map((value, k) => s * value + c * second[k]);
  };
  for (let turn = 0; turn < TURNS; turn++) {
    for (let p = 0; p < a.length; p++) for (let q = p + 1; q < a.length; q++) rotate(p, q);
  }
  return a.map((row, k) => row[k]).sort((one, other) => one - other);
}

// How momentum changes the limit of the rate, for full batches and for single samples.
const FULL = {
  sgd: () => 1,
  momentum: ({ beta }) => (1 + beta) / (1 - beta),
  heavy_ball: ({ momentum }) => 1 + momentum,
  nesterov: ({ momentum }) => (1 + momentum) / (1 + 2 * momentum),
};
const SINGLE = {
  sgd: () => 1,
  momentum: () => 1,
  heavy_ball: ({ momentum }) => 1 - momentum,
  nesterov: ({ momentum }) => 1 - momentum,
};
export const FULL_WORDS = {
  sgd: "2 over",
  momentum: "2 (1 + beta) / (1 - beta) over",
  heavy_ball: "2 (1 + momentum) over",
  nesterov: "2 (1 + momentum) / (1 + 2 momentum) over",
};

/**
 * What theory says about a `job`, which has a `sheet`, `points` and the model `forward`. `least` is
 * the least possible error, or null; `nothing` is an error too small to mention; `steep` is how
 * many times steeper the loss is in one direction than in another; `full(inputs)` and
 * `single(inputs)` are the rates below which full batches and single samples converge, or null.
 */
export function theoryOf(job) {
  const { rule, plain } = job.sheet;
  const found = countOf(job.points) ? linearOf(job) : null;
  if (!found) {
    return { least: null, nothing: 0, steep: 1, isSteep: false, full: () => null, single: () => null };
  }
  const { features, rest } = found;
  const count = rest.length;
  const second = features.map((one) => features.map((other) => (2 * dot(one, other)) / count));
  const values = allFinite(second.flat()) ? eigenvaluesOf(second) : [];
  const largest = values.at(-1) ?? 0;
  const steepest = values.filter((value) => value > largest * 1e-15);
  const steep = largest > 0 ? largest / steepest[0] : 1;
  const mean = sum(rest) / count;
  const spread = Math.sqrt(sum(rest.map((value) => (value - mean) ** 2)) / count);
  const longest = rest.reduce(
    (most, _, k) => Math.max(most, sum(features.map((one) => one[k] * one[k]))), 0,
  );
  const known = (factors, base) => (inputs) => (
    plain && rule in factors && base > 0 && Number.isFinite(base) ? base * factors[rule](inputs) : null
  );
  return {
    least: leastOf(found),
    nothing: 0.01 * spread + 1e-9 * largestOf(rest),
    steep,
    isSteep: steep > STEEP,
    full: known(FULL, 2 / largest),
    single: known(SINGLE, 1 / (2 * longest)),
  };
}
