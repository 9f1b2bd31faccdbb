// The pictures beside the table, each drawn from the state and the row that is selected.
import { HEIGHT, WIDTH, axes, decades, extent, lineOf, padded, pathOf } from "./axes.js";
import { escaped, short } from "./numbers.js";
import { valueOf } from "./state.js";

const SHAPES = [
  "M-4-4H4V4H-4Z", "M0-5L5 4H-5Z", "M0-5L5 0L0 5L-5 0Z", "M-4-4L4 4M-4 4L4-4", "M0 5L5-4H-5Z", "M0-5V5M-5 0H5",
];
const LEVELS = 7;
const CONTOURS = 11;

/** The runs on a sheet: one on a rule's, several in a race. */
function runsOf(state) {
  const { head } = state;
  if (head.racers) {
    return head.racers.map(({ label, columns }, place) => ({
      label,
      ends: columns.slice(0, 2).map((name) => state.cells.get(name)),
      start: state.starts[place],
      loss: state.cells.get(columns[2]),
      mse: state.mse[place],
    }));
  }
  if (!head.parameters) return [];
  const names = head.parameters.map(({ name }) => `new_${name}`);
  return [
    {
      label: head.rule,
      ends: names.map((name) => state.cells.get(name)),
      start: names.map((name) => state.first[name]),
      loss: state.cells.get(head.loss),
      steps: head.parameters.map(({ name, letter }) => ({ letter, values: state.cells.get(`step_${name}`) })),
      mse: state.mse,
    },
  ];
}

/** Where a run stands after a row; 0 is the start. */
function endOf(run, row) {
  return row > 0 ? run.ends.map((values) => values[row - 1]) : run.start;
}

function marker(run, x, y) {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return "";
  return `<path class="gd-marker gd-run-${run % SHAPES.length}" d="${SHAPES[run % SHAPES.length]}" transform="translate(${x.toFixed(1)} ${y.toFixed(1)})"/>`;
}

function drawPoints(state, row) {
  const { x, y } = state.points;
  const area = axes({
    title: "points and line", xLabel: "x", yLabel: "y",
    x: padded(extent(x)), y: padded(extent(y), 0.25),
  });
  const [low, high] = padded(extent(x));
  const through = (end) => pathOf([low, high].map((at) => [area.x(at), area.y(end[0] + end[1] * at)]));
  let marks = Array.from(x, (at, place) => `<circle class="gd-point" r="3" cx="${area.x(at).toFixed(1)}" cy="${area.y(y[place]).toFixed(1)}"/>`).join("");
  const runs = runsOf(state);
  runs.forEach((run, place) => {
    const before = endOf(run, Math.max(0, row - 1));
    marks += `<path class="gd-line gd-run-${place % SHAPES.length}" d="${through(before)}"/>`;
    if (runs.length === 1 && row > 0) marks += `<path class="gd-line gd-faint gd-run-0" d="${through(endOf(run, row))}"/>`;
  });
  if (runs.length && row > 0) {
    const sample = Number(valueOf(state, "sample", row)) - 1;
    const [atX, atY] = [area.x(x[sample]), area.y(y[sample])];
    if (runs.length === 1) {
      const before = endOf(runs[0], row - 1);
      const onLine = area.y(before[0] + before[1] * x[sample]);
      if (Number.isFinite(onLine)) marks += `<path class="gd-residual" d="M${atX.toFixed(1)} ${atY.toFixed(1)}V${onLine.toFixed(1)}"/>`;
    }
    marks += `<circle class="gd-now" r="5.5" cx="${atX.toFixed(1)}" cy="${atY.toFixed(1)}"/>`;
  }
  return { frame: area.frame(), marks };
}

/** The least squares line, and the square root of the loss's curvature as a triangle. */
function bowl({ x, y }) {
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const spread = mean(x.map((at) => (at - meanX) ** 2));
  if (!(spread > 0)) return null;
  const slope = mean(x.map((at, place) => (at - meanX) * (y[place] - meanY))) / spread;
  return { best: [meanY - slope * meanX, slope], meanX, spread };
}

/** Contours of the mean squared error of a straight line: ellipses round the best one. */
function contours(points, start, area) {
  const found = bowl(points);
  if (!found) return "";
  const { best, meanX, spread } = found;
  const [across, up] = [start[0] - best[0], start[1] - best[1]];
  const excess = (across + up * meanX) ** 2 + up ** 2 * spread || 1;
  let marks = "";
  for (let level = 0; level < LEVELS; level++) {
    const size = Math.sqrt(excess * 4 ** (1 - level));
    const ring = [];
    for (let k = 0; k <= 96; k++) {
      const angle = (k / 96) * 2 * Math.PI;
      const slope = (size * Math.sin(angle)) / Math.sqrt(spread);
      ring.push([area.x(best[0] + size * Math.cos(angle) - slope * meanX), area.y(best[1] + slope)]);
    }
    marks += `<path class="gd-contour" d="${pathOf(ring)}"/>`;
  }
  return `${marks}<path class="gd-best" d="M-5-5L5 5M-5 5L5-5" transform="translate(${area.x(best[0]).toFixed(1)} ${area.y(best[1]).toFixed(1)})"/>`;
}

/** Contours of a surface from its heights on a square grid: in every small square, straight bits. */
function surfaceContours({ ground: [across, up], heights }, area) {
  const side = Math.sqrt(heights.length);
  const [low, high] = extent(heights);
  const at = ([from, to], k) => from + ((to - from) * k) / (side - 1);
  let marks = "";
  for (let level = 0; level < CONTOURS; level++) {
    const height = low + (high - low) * 2 ** (level - CONTOURS);
    let data = "";
    for (let j = 0; j < side - 1; j++) {
      for (let i = 0; i < side - 1; i++) {
        const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
        const crossings = [];
        corners.forEach(([x, y], k) => {
          const [nextX, nextY] = corners[(k + 1) % 4];
          const [here, there] = [heights[y * side + x], heights[nextY * side + nextX]];
          if (here < height === there < height) return;
          const share = (height - here) / (there - here);
          crossings.push([area.x(at(across, x + share * (nextX - x))), area.y(at(up, y + share * (nextY - y)))]);
        });
        for (let k = 0; k + 1 < crossings.length; k += 2) data += pathOf(crossings.slice(k, k + 2));
      }
    }
    marks += `<path class="gd-contour" d="${data}"/>`;
  }
  return marks;
}

/** A path's places up to a row; where rows are dense, those that are a pixel apart. */
function track(run, rows, area) {
  const places = [];
  let last = [Infinity, Infinity];
  for (let row = 0; row <= rows; row++) {
    const end = endOf(run, row);
    const place = [area.x(end[0]), area.y(end[1])];
    if (Math.abs(place[0] - last[0]) + Math.abs(place[1] - last[1]) < 0.7 && row < rows) continue;
    places.push((last = place));
  }
  return pathOf(places);
}

function drawPath(state, row) {
  const runs = runsOf(state);
  const onLine = state.head.loss !== "loss";
  const found = onLine ? bowl(state.points) : null;
  const ranges = state.ground ?? [0, 1].map((which) => {
    const fixed = extent(runs.map((run) => run.start[which]), found ? [found.best[which]] : []);
    const [low, high] = padded(fixed, 0.25);
    const [least, most] = extent(...runs.map((run) => run.ends[which]));
    // A run that explodes leaves the picture rather than shrinking everything to a dot.
    const span = high - low;
    return padded([Math.min(low, Math.max(least, low - span)), Math.max(high, Math.min(most, high + span))], 0.04);
  });
  const [first, second] = state.head.parameters;
  const area = axes({
    title: "path over the loss", xLabel: first.letter, yLabel: second.letter,
    x: ranges[0], y: ranges[1],
  });
  let marks = found ? contours(state.points, runs[0].start, area) : state.ground ? surfaceContours(state, area) : "";
  runs.forEach((run, place) => {
    const colour = `gd-run-${place % SHAPES.length}`;
    marks += `<path class="gd-path gd-faint ${colour}" d="${track(run, run.loss.length, area)}"/>`;
    marks += `<path class="gd-path ${colour}" d="${track(run, row, area)}"/>`;
    const end = endOf(run, row);
    marks += marker(place, area.x(end[0]), area.y(end[1]));
  });
  return { frame: area.frame(), marks };
}

function rowLine(area, row) {
  return row > 0 ? `<path class="gd-now-line" d="M${area.x(row).toFixed(1)} 0V${area.height}"/>` : "";
}

function drawLoss(state, row) {
  const runs = runsOf(state);
  const single = runs.length === 1;
  const area = axes({
    title: "loss", logY: true, xLabel: "row",
    yLabel: single && state.mse?.length ? "thin: error² per update, thick: mean per epoch"
      : state.head.loss === "loss" ? "loss per update" : "error² per update",
    x: [1, Math.max(2, state.rows)], y: decades(...runs.map((run) => run.loss)),
  });
  let marks = rowLine(area, row);
  runs.forEach((run, place) => {
    const colour = `gd-run-${place % SHAPES.length}`;
    marks += `<path class="gd-thin ${colour}" d="${lineOf(run.loss, area)}"/>`;
    if (single && run.mse?.length) marks += `<path class="gd-epochs" d="${epochSteps(run.mse, state.samples, area)}"/>`;
    if (row > 0 && run.loss[row - 1]) marks += marker(place, area.x(row), area.y(run.loss[row - 1]));
  });
  return { frame: area.frame(), marks };
}

function epochSteps(mse, samples, area) {
  return pathOf(mse.flatMap((value, epoch) => {
    const height = value > 0 ? area.y(value) : NaN;
    return [[area.x(epoch * samples + 1), height], [area.x((epoch + 1) * samples), height]];
  }));
}

function drawSteps(state, row) {
  const [{ steps }] = runsOf(state);
  const area = axes({
    title: "size of the steps", xLabel: "row", yLabel: steps.map(({ letter }, k) => `${letter}: ${k ? "dashed" : "solid"}`).join(", "),
    logY: true, x: [1, Math.max(2, state.rows)], y: decades(...steps.map(({ values }) => values)),
  });
  let marks = rowLine(area, row);
  steps.forEach(({ values }, place) => {
    marks += `<path class="gd-thin gd-step-${place}" d="${lineOf(values, area)}"/>`;
    const now = values[row - 1];
    if (now) marks += `<circle class="gd-step-now gd-step-${place}" r="4" cx="${area.x(row).toFixed(1)}" cy="${area.y(now).toFixed(1)}"/>`;
  });
  return { frame: area.frame(), marks };
}

function drawEpochs(state) {
  const runs = runsOf(state);
  const area = axes({
    title: "mean squared error per epoch", xLabel: "epoch", yLabel: "mse", logY: true,
    x: [1, Math.max(2, state.epochs)], y: decades(...runs.map((run) => run.mse.map((value) => value ?? NaN))),
  });
  let marks = "";
  runs.forEach((run, place) => {
    const places = run.mse.map((value, epoch) => [area.x(epoch + 1), value > 0 ? area.y(value) : NaN]);
    marks += `<path class="gd-path gd-run-${place % SHAPES.length}" d="${pathOf(places)}"/>`;
    marks += places.map(([x, y]) => marker(place, x, y)).join("");
  });
  return { frame: area.frame(), marks };
}

/** A line of text for those who do not see the picture. */
function spoken(state, row) {
  return runsOf(state)
    .map((run) => `${run.label}: ${endOf(run, row).map((value, k) => `${state.head.parameters[k].letter} ${short(value, 6)}`).join(", ")}`)
    .join("; ");
}

/** The pictures in `place`, each at a fixed size; `show` draws them anew. */
export function createPictures(place) {
  let kinds = [];
  const svgs = [];
  const frames = [];
  const legend = document.createElement("ul");
  legend.className = "gd-legend";

  function build(state) {
    const onLine = state.head.loss !== "loss";
    const drawn = !state.head.columns ? [drawPoints]
      : state.head.racers ? [drawPath, drawEpochs, drawPoints, drawLoss]
      : onLine ? [drawPath, drawLoss, drawPoints, drawSteps]
      : [drawPath, drawLoss, drawSteps];
    if (drawn.length === kinds.length && drawn.every((kind, k) => kind === kinds[k])) return;
    kinds = drawn;
    place.replaceChildren(legend);
    svgs.length = frames.length = 0;
    for (const kind of kinds) {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
      svg.setAttribute("role", "img");
      svg.dataset.picture = kind.name.slice(4).toLowerCase();
      svgs.push(svg);
      place.append(svg);
    }
  }

  return {
    show(state, row) {
      build(state);
      kinds.forEach((draw, k) => {
        const { frame, marks } = draw(state, row);
        // Axes stay as they are while a drag leaves their ranges alone.
        if (frames[k] !== frame) svgs[k].innerHTML = frames[k] = frame;
        svgs[k].querySelector(".gd-marks").innerHTML = marks;
        svgs[k].setAttribute("aria-label", `${svgs[k].dataset.picture}, row ${row}. ${spoken(state, row)}`);
      });
      legend.hidden = !state.head.racers;
      const items = !state.head.racers ? "" : runsOf(state)
        .map(({ label }, k) => `<li><svg viewBox="-7 -7 14 14"><path class="gd-marker gd-run-${k % SHAPES.length}" d="${SHAPES[k % SHAPES.length]}"/></svg>${escaped(label)} <small>${escaped(state.settings[k])}</small></li>`)
        .join("");
      if (legend.innerHTML !== items) legend.innerHTML = items;
    },
  };
}
