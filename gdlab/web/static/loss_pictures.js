// Pictures of the loss and of the steps by row, by epoch and by rate.
import { axes, decades, lineOf, pathOf, withUnit } from "./axes.js";
import { circle, lineClass, marker, near, path, runsOf } from "./drawn_runs.js";
import { escaped } from "./numbers.js";

const MOST_MARKERS = 50;
const BURST_HEIGHT = 10;
// How many rates are drawn on each side of those that reduce the error.
const RATES_BESIDE = 3;

/** The sign of an exploded run among several: its marker at the top, struck through. */
const burst = (look, x) => marker(look, x, BURST_HEIGHT)
  + path("gd-bad-line", `M${near(x - 6)} ${BURST_HEIGHT + 6}L${near(x + 6)} ${BURST_HEIGHT - 6}`);

function rowLine(area, row) {
  return row > 0 ? path("gd-now-line", `M${near(area.x(row))} 0V${area.height}`) : "";
}

const lossWord = ({ head }) => (head.squared ? "error²" : "loss");
const inUnits = ({ head }, said) => withUnit(said, head.lossUnit);

/** A labelled line at the row where a run exploded; `last` is the end of the axis. */
function explosionMark(area, at, last, said) {
  const [x, side] = [area.x(at), at > last / 2 ? [-4, "end"] : [4, "start"]];
  return path("gd-bad-line", `M${near(x)} 0V${area.height}`)
    + `<text class="gd-bad-word" x="${near(x + side[0])}" y="12" text-anchor="${side[1]}">`
    + `${escaped(said)}</text>`;
}

export function drawLoss(state, row) {
  const runs = runsOf(state);
  const single = runs.length === 1;
  const area = axes({
    title: "loss", logY: true, xLabel: "row",
    yLabel: inUnits(state, single && state.mse?.length
      ? `thin: ${lossWord(state)} per row, thick: per epoch` : `${lossWord(state)} per row`),
    x: [1, Math.max(2, state.rows)], y: decades(...runs.map((run) => run.loss)),
  });
  let marks = rowLine(area, row);
  for (const run of state.ghosts ?? []) marks += path("gd-ghost", lineOf(run.loss, area));
  if (state.exploded) {
    const [at] = state.exploded;
    const where = state.epochs > 1 ? `, epoch ${Math.ceil(at / state.samples)}` : "";
    marks += explosionMark(area, at, state.rows, `exploded in row ${at}${where}`);
  }
  const drawn = runs.map((run) => {
    let marks = path(`gd-thin ${lineClass(run.look)}`, lineOf(run.loss, area));
    if (single && run.mse?.length) {
      marks += path("gd-epochs", epochSteps(run.mse, state.samples, area));
    }
    const now = run.loss[row - 1];
    if (now) marks += marker(run.look, area.x(row), area.y(now));
    return marks;
  });
  return { frame: area.frame(), marks: [marks, ...drawn], area };
}

const plotted = (mse) => Float64Array.from(mse, (value) => value ?? NaN);

function epochSteps(mse, samples, area) {
  // Steps narrower than a pixel are drawn as a line.
  if (mse.length > area.width) return lineOf(plotted(mse), area, (k) => k * samples + 1);
  return pathOf(mse.flatMap((value, epoch) => {
    const height = value > 0 ? area.y(value) : NaN;
    return [[area.x(epoch * samples + 1), height], [area.x((epoch + 1) * samples), height]];
  }));
}

export function drawSteps(state, row) {
  const [{ steps }] = runsOf(state);
  const few = steps.length <= 2;
  const area = axes({
    title: "size of the steps", xLabel: "row",
    yLabel: few ? steps.map(({ letter, unit }, k) => `${withUnit(letter, unit)} ${k ? "dashed" : "solid"}`).join(", ") : "",
    logY: true, x: [1, Math.max(2, state.rows)], y: decades(...steps.map(({ values }) => values)),
  });
  let marks = rowLine(area, row);
  steps.forEach(({ letter, values }, index) => {
    const kind = few ? `gd-step-${index}` : lineClass({ colour: index % 6, round: Math.floor(index / 6) });
    marks += path(`gd-thin ${kind}`, lineOf(values, area));
    const now = values[row - 1];
    if (now) marks += circle(`gd-step-now ${kind}`, 4, area.x(row), area.y(now));
    // More than two lines are labelled at their ends.
    const last = area.y(values.at(-1)).toFixed(1);
    if (!few && values.at(-1)) {
      marks += `<text class="gd-tick-label" x="${area.width - 2}" y="${last}" text-anchor="end">`
        + `${escaped(letter)}</text>`;
    }
  });
  return { frame: area.frame(), marks: [marks], area };
}

export function drawEpochs(state) {
  const runs = runsOf(state);
  const area = axes({
    title: state.head.squared ? "mean squared error per epoch" : "mean loss per epoch",
    xLabel: "epoch", yLabel: inUnits(state, state.head.squared ? "mse" : "mean loss"), logY: true,
    x: [1, Math.max(2, state.epochs)],
    y: decades(...runs.map((run) => plotted(run.mse))),
  });
  const marks = runs.map((run) => {
    let drawn = path(`gd-path ${lineClass(run.look)}`, lineOf(plotted(run.mse), area));
    const bad = run.mse.indexOf(null);
    if (bad >= 0) drawn += burst(run.look, area.x(bad + 1));
    const every = Math.ceil(run.mse.length / MOST_MARKERS);
    for (let epoch = 0; epoch < run.mse.length; epoch += every) {
      const value = run.mse[epoch];
      if (value > 0) drawn += marker(run.look, area.x(epoch + 1), area.y(value));
    }
    return drawn;
  });
  return { frame: area.frame(), marks, area };
}

/** The error that each tried rate leaves, the rate that was found, and the limit from theory. */
export function drawRates({ found }) {
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
  const vertices = seen.map(([rate, left]) => [area.x(rate), left > 0 ? area.y(left) : NaN]);
  marks += path("gd-thin gd-run-0", pathOf(vertices));
  for (const [x, y] of vertices) if (Number.isFinite(y)) marks += circle("gd-tried", 2, x, y);
  return { frame: area.frame(), marks: [marks], area };
}
