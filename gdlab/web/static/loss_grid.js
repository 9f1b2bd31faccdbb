// The loss of a surface over a rectangle round a run's path.
import { IEEE } from "./arithmetic.js";

const SIDE = 48;
const REACH = 10;

/** Both parameters' ranges; a path that goes far from its start leaves the rectangle. */
export function lossGridRanges(parameters, frame) {
  return parameters.map(({ name }) => {
    const [start, ...path] = frame[`new_${name}`];
    const near = path.filter((value) => Math.abs(value - start) <= REACH);
    const [low, high] = [Math.min(start, ...near), Math.max(start, ...near)];
    const air = 0.15 * (high - low) || 1;
    return [low - air, high + air];
  });
}

/** The heights at SIDE times SIDE places, row by row upwards. */
export function lossGrid([across, up], program) {
  const { loss } = program(IEEE, {}, {}, {});
  const at = ([from, to], k) => from + ((to - from) * k) / (SIDE - 1);
  return Float64Array.from(
    { length: SIDE * SIDE },
    (_, k) => loss(at(across, k % SIDE), at(up, Math.floor(k / SIDE))),
  );
}
