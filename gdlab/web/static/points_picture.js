// The picture of the points and of a run's predictions before and after a row.
import { axes, extent, padded, pathOf } from "./axes.js";
import { circle, endOf, lineClass, named, near, path, runsOf } from "./drawn_runs.js";
import { valueOf } from "./state.js";

// A curve is drawn as so many straight pieces.
const CURVE_PLACES = 64;

export function drawPoints(state, row) {
  const { head } = state;
  const [xName, yName] = Object.keys(state.points);
  const [x, y] = Object.values(state.points);
  const straight = state.model === "line";
  const area = axes({
    title: straight ? "points and line" : "points and prediction", xLabel: xName, yLabel: yName,
    x: padded(extent(x)), y: padded(extent(y), 0.25),
  });
  const [low, high] = padded(extent(x));
  const pieces = straight ? 1 : CURVE_PLACES;
  const ats = Array.from({ length: pieces + 1 }, (_, k) => low + ((high - low) * k) / pieces);
  const predicted = ({ forward }, parameters, at) => {
    const values = { ...named(head, parameters), [xName]: at, [yName]: 0 };
    forward(values);
    return values[head.prediction];
  };
  const through = (run, parameters) => pathOf(
    ats.map((at) => [area.x(at), area.y(predicted(run, parameters, at))]),
  );
  const still = Array.from(x, (at, k) => circle("gd-point", 3, area.x(at), area.y(y[k]))).join("");
  const runs = runsOf(state);
  const drawn = runs.map((run) => {
    const before = endOf(run, Math.max(0, row - 1));
    const line = path(`gd-line ${lineClass(run.look)}`, through(run, before));
    if (runs.length > 1 || row === 0) return line;
    return line + path(`gd-line gd-faint ${lineClass(run.look)}`, through(run, endOf(run, row)));
  });
  let marks = "";
  if (runs.length && row > 0) {
    const sample = Number(valueOf(state, "sample", row)) - 1;
    const [atX, atY] = [area.x(x[sample]), area.y(y[sample])];
    if (runs.length === 1) {
      const before = endOf(runs[0], row - 1);
      const onLine = area.y(predicted(runs[0], before, x[sample]));
      if (Number.isFinite(onLine)) {
        marks += path("gd-residual", `M${near(atX)} ${near(atY)}V${near(onLine)}`);
      }
    }
    marks += circle("gd-now", 5.5, atX, atY);
  }
  return { frame: area.frame(still), marks: [...drawn, marks], area };
}
