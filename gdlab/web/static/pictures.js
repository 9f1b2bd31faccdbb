// The pictures beside the table, each drawn from the state and the row that is selected.
import {
  HEIGHT, WIDTH, axes, decades, extent, lineOf, padded, pathOf, widened,
} from "./axes.js";
import { element } from "./column_header.js";
import { bowl, ellipsesOnce, gridContours } from "./contours.js";
import { REACH, lossGrid } from "./loss_grid.js";
import { escaped, short } from "./numbers.js";
import { valueOf } from "./state.js";

const SHAPES = [
  "M-4-4H4V4H-4Z", "M0-5L5 4H-5Z", "M0-5L5 0L0 5L-5 0Z",
  "M-4-4L4 4M-4 4L4-4", "M0 5L5-4H-5Z", "M0-5V5M-5 0H5",
];
// So many places of a prediction are joined by straight lines.
const CURVE_PLACES = 64;
// A loss that grows so many times over belongs to a run that leaves its picture.
const FAR_GROWN = 1000;
// So many places of a path are drawn before they are thinned out.
const DETAILED = 400;
const MOST_MARKERS = 50;
const BURST_HEIGHT = 10;
// So many rates are drawn beside those at which the error falls.
const RATES_BESIDE = 3;
const near = (value) => value.toFixed(1);
const colourOf = (run) => `gd-run-${run % SHAPES.length}`;
// After as many runs as there are colours, lines are dashed and each colour has another shape.
const roundOf = (run) => Math.floor(run / SHAPES.length);
const lineClass = (run) => `${colourOf(run)} gd-round-${roundOf(run)}`;
const shapeOf = (run) => SHAPES[(run + roundOf(run)) % SHAPES.length];
const path = (names, data) => `<path class="${names}" d="${data}"/>`;
const circle = (names, r, x, y) =>
  `<circle class="${names}" r="${r}" cx="${near(x)}" cy="${near(y)}"/>`;

/** The runs on a sheet: one on a rule's, several in a race. */
function runsOf(state) {
  const { head } = state;
  if (head.racers) {
    return head.racers.map(({ label, columns }, place) => ({
      label,
      ends: columns.slice(0, -1).map((name) => state.cells.get(name)),
      start: state.starts[place],
      loss: state.cells.get(columns.at(-1)),
      mse: state.mse[place],
      forward: state.forward[place],
    }));
  }
  if (!head.parameters) return [];
  const names = head.parameters.map((one) => one.new);
  return [
    {
      label: head.rule,
      ends: names.map((name) => state.cells.get(name)),
      start: names.map((name) => state.first[name]),
      loss: state.cells.get(head.loss),
      steps: head.parameters.map(
        ({ step, letter }) => ({ letter, values: state.cells.get(step) }),
      ),
      mse: state.mse,
      forward: state.forward,
    },
  ];
}

/** Where a run stands after a row; 0 is the start. */
function endOf(run, row) {
  return row > 0 ? run.ends.map((values) => values[row - 1]) : run.start;
}

/** Parameters by their names. */
const named = ({ parameters }, values) => Object.fromEntries(
  parameters.map(({ name }, place) => [name, values[place]]),
);

function marker(run, x, y) {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return "";
  const at = `transform="translate(${near(x)} ${near(y)})"`;
  return `<path class="gd-marker ${colourOf(run)}" d="${shapeOf(run)}" ${at}/>`;
}

/** Where a run of a race exploded: its marker at the top, struck through. */
const burst = (run, x) => marker(run, x, BURST_HEIGHT)
  + path("gd-bad-line", `M${near(x - 6)} ${BURST_HEIGHT + 6}L${near(x + 6)} ${BURST_HEIGHT - 6}`);

function drawPoints(state, row) {
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
    const place = { ...named(head, parameters), [xName]: at, [yName]: 0 };
    forward(place);
    return place[head.prediction];
  };
  const through = (run, parameters) => pathOf(
    ats.map((at) => [area.x(at), area.y(predicted(run, parameters, at))]),
  );
  let marks = "";
  const still = Array.from(x, (at, k) => circle("gd-point", 3, area.x(at), area.y(y[k]))).join("");
  const runs = runsOf(state);
  runs.forEach((run, place) => {
    const before = endOf(run, Math.max(0, row - 1));
    marks += path(`gd-line ${lineClass(place)}`, through(run, before));
    if (runs.length > 1 || row === 0) return;
    marks += path(`gd-line gd-faint ${lineClass(place)}`, through(run, endOf(run, row)));
  });
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
  return { frame: area.frame(still), marks };
}

/**
 * A path's places up to a row, a pixel apart, and the further apart the more there are: a browser
 * takes seconds for a line that crosses itself 100,000 times.
 */
function track(run, rows, area, [across, up]) {
  const places = [];
  let last = [Infinity, Infinity];
  for (let row = 0; row <= rows; row++) {
    const end = endOf(run, row);
    const place = [area.x(end[across]), area.y(end[up])];
    const apart = 0.7 * 2 ** Math.floor(places.length / DETAILED);
    if (Math.abs(place[0] - last[0]) + Math.abs(place[1] - last[1]) < apart && row < rows) continue;
    places.push((last = place));
  }
  return pathOf(places);
}

/** What one axis of a path shows; a run that gets far worse may leave the picture. */
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
 * Contours over two parameters, the others held where a row left them; drawn anew only where they
 * are others.
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

function drawPath(state, row) {
  const runs = runsOf(state);
  const found = state.model === "line" ? bowl(Object.values(state.points)) : null;
  const { pair } = state;
  const ranges = state.lossRanges ?? pair.map((which) => {
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
    title: "path over the loss", xLabel: first.letter, yLabel: second.letter,
    x: ranges[0], y: ranges[1],
  });
  let marks = "";
  const still = found ? ellipsesOnce(found, runs[0].start, ranges, area)
    : state.model === "line" ? "" : contoursOnce(state, runs[0], row, ranges, area);
  runs.forEach((run, place) => {
    const names = `gd-path ${lineClass(place)}`;
    marks += path(`gd-faint ${names}`, track(run, run.loss.length, area, pair));
    marks += path(names, track(run, row, area, pair));
    const [x, y] = pair.map((which) => endOf(run, row)[which]);
    marks += marker(place, area.x(x), area.y(y));
  });
  return { frame: area.frame(still), marks };
}

function rowLine(area, row) {
  return row > 0 ? path("gd-now-line", `M${near(area.x(row))} 0V${area.height}`) : "";
}

const lossWord = ({ head }) => (head.squared ? "error²" : "loss");

/** Where a run exploded, with a word beside it; `last` is the end of the axis. */
function explosionMark(area, at, last, said) {
  const [x, side] = [area.x(at), at > last / 2 ? [-4, "end"] : [4, "start"]];
  return path("gd-bad-line", `M${near(x)} 0V${area.height}`)
    + `<text class="gd-bad-word" x="${near(x + side[0])}" y="12" text-anchor="${side[1]}">`
    + `${escaped(said)}</text>`;
}

function drawLoss(state, row) {
  const runs = runsOf(state);
  const single = runs.length === 1;
  const area = axes({
    title: "loss", logY: true, xLabel: "row",
    yLabel: single && state.mse?.length ? `thin: ${lossWord(state)} per update, thick: mean per epoch`
      : `${lossWord(state)} per update`,
    x: [1, Math.max(2, state.rows)], y: decades(...runs.map((run) => run.loss)),
  });
  let marks = rowLine(area, row);
  if (state.exploded) {
    const [at] = state.exploded;
    const where = state.epochs > 1 ? `, epoch ${Math.ceil(at / state.samples)}` : "";
    marks += explosionMark(area, at, state.rows, `exploded in row ${at}${where}`);
  }
  runs.forEach((run, place) => {
    marks += path(`gd-thin ${lineClass(place)}`, lineOf(run.loss, area));
    if (single && run.mse?.length) {
      marks += path("gd-epochs", epochSteps(run.mse, state.samples, area));
    }
    const now = run.loss[row - 1];
    if (now) marks += marker(place, area.x(row), area.y(now));
  });
  return { frame: area.frame(), marks };
}

const plotted = (mse) => Float64Array.from(mse, (value) => value ?? NaN);

function epochSteps(mse, samples, area) {
  // Steps that are narrower than a pixel are no steps.
  if (mse.length > area.width) return lineOf(plotted(mse), area, (k) => k * samples + 1);
  return pathOf(mse.flatMap((value, epoch) => {
    const height = value > 0 ? area.y(value) : NaN;
    return [[area.x(epoch * samples + 1), height], [area.x((epoch + 1) * samples), height]];
  }));
}

function drawSteps(state, row) {
  const [{ steps }] = runsOf(state);
  const few = steps.length <= 2;
  const area = axes({
    title: "size of the steps", xLabel: "row",
    yLabel: few ? steps.map(({ letter }, k) => `${letter}: ${k ? "dashed" : "solid"}`).join(", ") : "",
    logY: true, x: [1, Math.max(2, state.rows)], y: decades(...steps.map(({ values }) => values)),
  });
  let marks = rowLine(area, row);
  steps.forEach(({ letter, values }, place) => {
    const kind = few ? `gd-step-${place}` : lineClass(place);
    marks += path(`gd-thin ${kind}`, lineOf(values, area));
    const now = values[row - 1];
    if (now) marks += circle(`gd-step-now ${kind}`, 4, area.x(row), area.y(now));
    // More lines than words tell apart are named where they end.
    const last = area.y(values.at(-1)).toFixed(1);
    if (!few && values.at(-1)) {
      marks += `<text class="gd-tick-label" x="${area.width - 2}" y="${last}" text-anchor="end">`
        + `${escaped(letter)}</text>`;
    }
  });
  return { frame: area.frame(), marks };
}

function drawEpochs(state) {
  const runs = runsOf(state);
  const area = axes({
    title: state.head.squared ? "mean squared error per epoch" : "mean loss per epoch",
    xLabel: "epoch", yLabel: state.head.squared ? "mse" : "mean loss", logY: true,
    x: [1, Math.max(2, state.epochs)],
    y: decades(...runs.map((run) => plotted(run.mse))),
  });
  let marks = "";
  runs.forEach((run, place) => {
    marks += path(`gd-path ${lineClass(place)}`, lineOf(plotted(run.mse), area));
    const bad = run.mse.indexOf(null);
    if (bad >= 0) marks += burst(place, area.x(bad + 1));
    const every = Math.ceil(run.mse.length / MOST_MARKERS);
    for (let epoch = 0; epoch < run.mse.length; epoch += every) {
      const value = run.mse[epoch];
      if (value > 0) marks += marker(place, area.x(epoch + 1), area.y(value));
    }
  });
  return { frame: area.frame(), marks };
}

/** What every rate left that was tried, the one that was found, and the limit of theory. */
function drawRates({ found }) {
  const { tried, startError, error, lr, limit, word } = found;
  const falls = tried.map(([rate, left]) => left < 0.99 * startError || rate === lr);
  const [first, last] = [falls.indexOf(true) - RATES_BESIDE, falls.lastIndexOf(true) + RATES_BESIDE];
  const seen = tried.slice(Math.max(0, first), last + 1);
  const top = startError * Math.sqrt(Math.max(10, startError / Math.max(error, 1e-300)));
  const area = axes({
    title: "what every rate leaves", xLabel: "lr", yLabel: `${word} at the end`, logX: true, logY: true,
    x: [seen[0][0], seen.at(-1)[0]], y: [Math.max(error / 5, startError * 1e-18), top],
  });
  const upright = (at, looks) => path(looks, `M${near(area.x(at))} 0V${area.height}`);
  let marks = path("gd-now-line", `M0 ${near(area.y(startError))}H${area.width}`);
  if (limit !== null) marks += upright(limit, "gd-bad-line");
  marks += upright(lr, "gd-line gd-run-1");
  const places = seen.map(([rate, left]) => [area.x(rate), left > 0 ? area.y(left) : NaN]);
  marks += path("gd-thin gd-run-0", pathOf(places));
  for (const [x, y] of places) if (Number.isFinite(y)) marks += circle("gd-tried", 2, x, y);
  return { frame: area.frame(), marks };
}

/** A line of text for those who do not see the picture. */
function spoken(state, row) {
  const letters = state.head.parameters?.map(({ letter }) => letter);
  const told = (run) => endOf(run, row).map((value, k) => `${letters[k]} ${short(value, 6)}`);
  return runsOf(state).map((run) => `${run.label}: ${told(run).join(", ")}`).join("; ");
}

function legendItem(state) {
  return ({ label }, k) => {
    const sign = `<svg viewBox="-7 -7 14 14">${marker(k, 0, 0)}</svg>`;
    return `<li>${sign}${escaped(label)} <small>${escaped(state.settings[k])}</small></li>`;
  };
}

/** The pictures in `place`, each at a fixed size; `show` draws them anew. */
export function createPictures(place) {
  let kinds = [];
  const svgs = [];
  const frames = [];
  const legend = document.createElement("ul");
  legend.className = "gd-legend";
  // The two parameters whose path is drawn, where there are more.
  const axesChoice = element("div", { class: "gd-axes-choice" });
  let pair = [0, 1];
  let last = null;

  function build(state) {
    const { head, points } = state;
    const fits = {
      [drawPath.name]: head.parameters?.length > 1,
      [drawPoints.name]: head.columns ? Boolean(head.prediction) : Object.keys(points).length === 2,
    };
    const all = !head.columns ? [drawPoints]
      : head.racers ? [drawPath, drawEpochs, drawPoints, drawLoss]
      : [drawPath, drawLoss, drawPoints, state.found ? drawRates : drawSteps];
    const drawn = all.filter(({ name }) => fits[name] ?? true);
    if (drawn.length === kinds.length && drawn.every((kind, k) => kind === kinds[k])) return;
    kinds = drawn;
    place.replaceChildren(legend, axesChoice);
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

  /** Offer the parameters for both axes of the path; the one that is taken twice gives way. */
  function offerAxes({ head }) {
    const names = (head.parameters ?? []).map(({ name }) => name);
    axesChoice.hidden = names.length < 3;
    if (axesChoice.dataset.names === names.join()) return;
    axesChoice.dataset.names = names.join();
    pair = [0, 1];
    const selects = ["across", "up"].map((side, k) => {
      const select = element("select", { "aria-label": `path ${side}`, "data-control": `path ${side}` });
      select.append(...names.map((name) => element("option", {}, name)));
      select.selectedIndex = k;
      select.addEventListener("change", () => {
        const other = pair[1 - k] === select.selectedIndex ? pair[k] : pair[1 - k];
        pair = k ? [other, select.selectedIndex] : [select.selectedIndex, other];
        selects.forEach((one, which) => { one.selectedIndex = pair[which]; });
        show(...last);
      });
      return select;
    });
    axesChoice.replaceChildren("path of ", selects[1], " against ", selects[0]);
  }

  function show(given, row) {
    last = [given, row];
    offerAxes(given);
    const state = { ...given, pair };
    build(state);
    const told = spoken(state, row);
    kinds.forEach((draw, k) => {
      const { frame, marks } = draw(state, row);
      // Axes stay as they are while a drag leaves their ranges alone.
      if (frames[k] !== frame) svgs[k].innerHTML = frames[k] = frame;
      svgs[k].querySelector(".gd-marks").innerHTML = marks;
      svgs[k].setAttribute("aria-label", `${svgs[k].dataset.picture}, row ${row}. ${told}`);
    });
    legend.hidden = !state.head.racers;
    const items = state.head.racers ? runsOf(state).map(legendItem(state)).join("") : "";
    if (legend.innerHTML !== items) legend.innerHTML = items;
  }

  return { show };
}
