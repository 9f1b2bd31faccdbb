// The picture of the path of two parameters across the loss.
import { axes, extent, padded, pathOf, widened, withUnit } from "./axes.js";
import { bowl, ellipsesOnce, gridContours } from "./contours.js";
import { circle, endOf, lineClass, marker, named, path, runsOf } from "./drawn_runs.js";
import { REACH, lossGrid } from "./loss_grid.js";

// A run with a loss that grows by this factor may leave the picture.
const FAR_GROWN = 1000;
// Each time so many vertices have been drawn, the next ones are twice as far apart.
const DETAILED = 400;

/**
 * The path up to a row, with vertices about a pixel apart, and further apart the more there are:
 * browsers take seconds to draw a line that crosses itself 100,000 times.
 */
function track(run, rows, area, [across, up]) {
  const vertices = [];
  let last = [Infinity, Infinity];
  for (let row = 0; row <= rows; row++) {
    const end = endOf(run, row);
    const vertex = [area.x(end[across]), area.y(end[up])];
    const apart = 0.7 * 2 ** Math.floor(vertices.length / DETAILED);
    if (Math.abs(vertex[0] - last[0]) + Math.abs(vertex[1] - last[1]) < apart && row < rows) continue;
    vertices.push((last = vertex));
  }
  return pathOf(vertices);
}

/** The range of one axis; a run with a loss that grows a lot may leave the picture. */
function rangeOf(runs, which) {
  const seen = runs.map(({ start, ends, loss }) => {
    const far = loss.some((value) => !(value <= FAR_GROWN * loss[0]));
    const near = (value) => Math.abs(value - start[which]) <= REACH;
    return far ? ends[which].filter(near) : ends[which];
  });
  return widened(padded(extent(runs.map(({ start }) => start[which]), ...seen), 0.15));
}

const drawnContours = { key: "", marks: "" };

/**
 * Contours over two parameters, with the others fixed at a row's values; kept until something
 * changes.
 */
function contoursOnce({ head, points, constants, pair }, run, row, ranges, area) {
  const end = endOf(run, row);
  const others = end.every(Number.isFinite) ? end : run.start;
  const [first, second] = pair.map((which) => head.parameters[which].name);
  const rest = others.filter((_, which) => !pair.includes(which));
  const key = JSON.stringify([head.model, constants, ranges, pair, rest, points]);
  if (drawnContours.key !== key) {
    const held = named(head, others);
    const given = { forward: run.forward, loss: head.loss, points, held };
    const marks = gridContours(ranges, lossGrid(ranges, [first, second], given), area);
    Object.assign(drawnContours, { key, marks });
  }
  return drawnContours.marks;
}

export function drawPath(state, row) {
  const runs = runsOf(state);
  const found = state.model === "line" ? bowl(Object.values(state.points)) : null;
  const { pair } = state;
  const whole = state.lossRanges ?? pair.map((which) => {
    if (state.model !== "line") return rangeOf(runs, which);
    const fixed = extent(runs.map((run) => run.start[which]), found ? [found.best[which]] : []);
    const [low, high] = padded(fixed, 0.25);
    const [least, most] = extent(...runs.map((run) => run.ends[which]));
    // A run that explodes leaves the picture rather than shrinking everything to a dot.
    const span = high - low;
    const from = Math.min(low, Math.max(least, low - span));
    const to = Math.max(high, Math.min(most, high + span));
    return widened(padded([from, to], 0.04));
  });
  const [first, second] = pair.map((which) => state.head.parameters[which]);
  const area = axes({
    title: "path over the loss", xLabel: withUnit(first.letter, first.unit), yLabel: withUnit(second.letter, second.unit),
   
    x: whole[0], y: whole[1], zoom: state.zoom,
  });
  const { ranges } = area;
  const ghosts = (state.ghosts ?? []).map(
    (run) => path("gd-ghost", track(run, run.loss.length, area, pair)),
  );
  const still = found ? ellipsesOnce(found, runs[0].start, ranges, area)
    : state.model === "line" ? "" : contoursOnce(state, runs[0], row, ranges, area);
  const drawn = runs.map((run) => {
    const names = `gd-path ${lineClass(run.look)}`;
    const start = pair.map((which) => run.start[which]);
    const [x, y] = pair.map((which) => endOf(run, row)[which]);
    return path(`gd-faint ${names}`, track(run, run.loss.length, area, pair))
      + path(names, track(run, row, area, pair))
      + circle("gd-start-point", 5, area.x(start[0]), area.y(start[1]))
      + marker(run.look, area.x(x), area.y(y));
  });
  return { frame: area.frame(still), marks: [ghosts.join(""), ...drawn], area };
}
