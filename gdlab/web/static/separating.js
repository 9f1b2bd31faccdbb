// Finds the slips that drawn numbers would hide, as gdlab/marking/separating.py does.
import {
  COMPARED_DECIMALS, COMPARED_ROWS, FEWEST_RUNS, LAST_BITS, MOST_RUNS_DRAWN,
} from "./constants.js";
import { SHEET } from "./arithmetic.js";
import { NoNumber } from "./intervals.js";
import { bound, namesIn } from "./slips.js";

const HALF_UNIT = 0.5 * 10 ** -COMPARED_DECIMALS;

/**
 * Chooses the numbers that hide the fewest slips. `withOneMore(tried, hidden)` adds a candidate
 * with the set of slips that it hides, and returns the best one once none can be better, or else
 * null. `best()` is the first that hides fewest, null if there is none.
 */
export function choosing() {
  const seen = [];
  const best = () => seen.reduce(
    (found, one) => (found && found.hidden.size <= one.hidden.size ? found : one), null,
  )?.tried ?? null;
  function withOneMore(tried, hidden) {
    seen.push({ tried, hidden });
    if (!hidden.size) return tried;
    const never = [...hidden].filter((one) => seen.every((other) => other.hidden.has(one)));
    const isLeast = seen.length >= FEWEST_RUNS && seen.some((one) => one.hidden.size === never.length);
    return isLeast || seen.length === MOST_RUNS_DRAWN ? best() : null;
  }
  return { withOneMore, best };
}

/**
 * The very usual slips that give the right numbers in a whole column, each as a text: the column
 * and the slip. The third argument has the run's `inputs` (with the number of points) and `first`,
 * its start row; `slips` and `marking` are those of diagnose.
 */
export function hiddenIn(sheet, program, { inputs, first }, { frame }, slips, marking) {
  const isLooked = ([name]) => marking.kinds[name][0] === 1 && !marking.hardly.includes(name);
  const rows = Math.min(frame[sheet.computed[0]].length - 1, COMPARED_ROWS);
  const starts = Object.entries(sheet.carried);

  function aboveFirst(name) {
    const start = starts.find(([, column]) => column === name);
    return first[name] ?? (start && inputs[start[0]]);
  }

  function valueOf(name, row, known) {
    if (name in frame) return frame[name][row];
    const above = name.endsWith("_prev") ? name.slice(0, -5) : null;
    if (above) return row > 1 ? frame[above]?.[row - 1] : aboveFirst(above);
    return known[name];
  }

  /** The distance of a slip's number from the right one; null if it has no number. */
  function offOf(name, tree, row, known, right) {
    const own = new Map(namesIn(tree).map((one) => [one, valueOf(one, row, known)]));
    if ([...own.values()].includes(undefined)) return null;
    try {
      const [low, high] = bound(tree, new Map([...own].map(([one, value]) => [one, [value, value]])));
      return Math.abs((low + high) / 2 - right[name](row));
    } catch (problem) {
      // An error is as visible as a wrong number.
      if (problem instanceof NoNumber) return Infinity;
      throw problem;
    }
  }

  const offsOf = (name, tree, known) => {
    const right = program(SHEET, frame, {}, known).rows;
    return Array.from({ length: rows }, (_, k) => offOf(name, tree, k + 1, known, right));
  };

  /** Whether a slip gives the right numbers in all rows, and not only because eps is small. */
  function isHidden(name, [slip, tree]) {
    const off = offsOf(name, tree, inputs);
    if (off.every((one) => one === null) || off.some((one) => one > HALF_UNIT - LAST_BITS)) {
      return false;
    }
    // If both parameters have equal numbers in every row, confusing them is no slip.
    const isSame = off.every((one) => (one ?? 0) <= LAST_BITS);
    if (slip === "other_parameter" && isSame) return false;
    const isOfEps = namesIn(tree).includes("eps")
      && offsOf(name, tree, { ...inputs, eps: 0 }).every((one) => (one ?? 0) <= LAST_BITS);
    return !isOfEps;
  }

  return new Set(sheet.computed.flatMap((name) => slips.columns[name].single
    .filter((slip) => isLooked(slip) && isHidden(name, slip))
    .map(([, , because]) => `${name}: ${because}`)));
}
