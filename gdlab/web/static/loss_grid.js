// The loss on a grid over two parameters.
import { extent } from "./axes.js";
import { rowsOf } from "./points.js";

const SIDE = 48;
export const REACH = 10;
// More points than this are thinned out.
const MOST_POINTS = 100;

/** The ranges of a surface's picture; a path that goes far from its start leaves it. */
export function lossGridRanges(parameters, frames) {
  return parameters.map((one) => {
    const near = frames.flatMap(({ [one.new]: values }) => (
      Array.from(values).filter((value) => Math.abs(value - values[0]) <= REACH)
    ));
    const [low, high] = extent(near);
    const air = 0.15 * (high - low) || 1;
    return [low - air, high + air];
  });
}

/**
 * The loss at SIDE times SIDE values of two parameters, row by row upwards, from a model's
 * `forward`: its mean over the points, if there are any. `held` are the fixed values of the other
 * parameters.
 */
export function lossGrid([across, up], [first, second], { forward, loss, points, held }) {
  const at = ([from, to], k) => from + ((to - from) * k) / (SIDE - 1);
  const names = Object.keys(points);
  const all = rowsOf(points);
  const every = Math.ceil(all.length / MOST_POINTS);
  const rows = names.length ? all.filter((_, k) => k % every === 0) : [[]];
  const values = { ...held };
  return Float64Array.from({ length: SIDE * SIDE }, (_, k) => {
    values[first] = at(across, k % SIDE);
    values[second] = at(up, Math.floor(k / SIDE));
    let total = 0;
    for (const row of rows) {
      names.forEach((name, column) => { values[name] = row[column]; });
      forward(values);
      total += values[loss];
    }
    return total / rows.length;
  });
}
