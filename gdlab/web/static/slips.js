// Computes the result of a slip, a formula as a tree (gdlab/web/slips.py), on a learner's own
// numbers.
import { INTERVALS, NoNumber, hull } from "./intervals.js";

/** Whether two formulas are the same. */
export const sameFormula = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** The names in a formula. */
export const namesIn = (tree) => (
  Array.isArray(tree) ? tree.slice(1).flatMap(namesIn) : typeof tree === "string" ? [tree] : []
);

/** The interval that a formula gives; `own` maps each name to its interval. */
export function bound(tree, own) {
  if (typeof tree === "number") return [tree, tree];
  if (typeof tree === "string") return own.get(tree);
  const [operation, ...parts] = tree;
  const part = (k) => bound(parts[k], own);
  if (!(operation in INTERVALS)) {
    return INTERVALS.choose(operation, part(0), part(1), () => part(2), () => part(3));
  }
  const first = part(0);
  if (parts.length === 1) return INTERVALS[operation](first);
  // The interval arithmetic recognizes a square by two arguments that are the same object.
  const isSquare = operation === "mul" && sameFormula(...parts);
  return INTERVALS[operation](first, isSquare ? first : [...part(1)]);
}

/**
 * A function that substitutes the learner's own numbers of a row into a slip and returns the
 * interval of its result; null if there is none or a number is missing. A number with an interval
 * narrower than the share `full` of itself counts as exact.
 */
export function ownNumbers({ sheet, inputs, first, own, rows }, row, full) {
  const known = new Map();
  const isColumn = (name) => sheet.names.includes(name);

  /** The cell above the first row; an empty cell counts as 0. */
  function aboveFirst(name) {
    const input = Object.keys(sheet.carried).find((one) => sheet.carried[one] === name);
    return first[name] ?? inputs[input] ?? (isColumn(name) ? 0 : undefined);
  }

  function find(name) {
    if (isColumn(name)) return own.get(`${row} ${name}`);
    const column = name.slice(0, -5);
    const isBelow = name.endsWith("_next") && sheet.data.includes(column);
    // After the last row the first one comes again.
    if (isBelow) return own.get(`${(row % rows) + 1} ${column}`);
    if (!name.endsWith("_prev")) return inputs[name];
    return row > 1 ? own.get(`${row - 1} ${column}`) : aboveFirst(column);
  }

  /** The interval of a number as it is written, and before its rounding. */
  function intervalsOf(name) {
    const found = find(name);
    if (typeof found === "number") return [[found, found], [found, found]];
    if (!found || found.number === null) return null;
    const exact = [found.number, found.number];
    // A number in full is exact, so that a comparison with it is certain.
    const isFull = found.kept[1] - found.kept[0] <= full * Math.abs(found.number);
    return [exact, isFull ? exact : hull(found.kept, exact)];
  }

  return function into({ name: slip = "", tree }) {
    const put = new Map();
    for (const name of namesIn(tree)) {
      if (!known.has(name)) known.set(name, intervalsOf(name));
      if (!known.get(name)) return null;
      // A copied number is copied as it is written.
      put.set(name, known.get(name)[slip.startsWith("copied_") ? 0 : 1]);
    }
    try {
      const found = bound(tree, put);
      return found.every(Number.isFinite) ? found : null;
    } catch (problem) {
      if (problem instanceof NoNumber) return null;
      throw problem;
    }
  };
}
