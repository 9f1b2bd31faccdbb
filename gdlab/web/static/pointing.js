// What a pointer does on the pictures: it reads values, selects rows, drags the start, zooms, pans.
import { HEIGHT, MARGIN, WIDTH } from "./axes.js";
import { byName } from "./by_name.js";
import { endOf, runsOf } from "./drawn_runs.js";
import { escaped, short } from "./numbers.js";

// How close a pointer must be to a point, in the picture's own units.
const NEARBY = 12;
const ZOOM_BY = 1.5;
const HOVER_DIGITS = 4;

const zoomed = ([low, high], at, by) => [at - (at - low) / by, at + (high - at) / by];
const moved = ([low, high], by) => [low + by, high + by];
const isInside = ({ left, up }, { width, height }) => left >= 0 && up >= 0 && left <= width && up <= height;

/** The row at a value of x, in pictures with rows or epochs on the x axis; null in others. */
function rowUnder(kind, state, value) {
  const within = (row) => Math.max(1, Math.min(state.rows, row));
  if (kind === "loss" || kind === "steps") return within(Math.round(value));
  if (kind === "epochs") return within(Math.round(value) * state.samples);
  return null;
}

/** Lines of text about a point of a picture. */
function wordsAt(kind, state, x, y) {
  const row = rowUnder(kind, state, x);
  const many = runsOf(state);
  const lines = (told) => many.map(
    (run) => (many.length > 1 ? `${run.label}: ${told(run)}` : told(run)),
  );
  if (kind === "epochs") {
    const epoch = Math.ceil(row / state.samples);
    return [`epoch ${epoch}`, ...lines(({ mse }) => short(mse[epoch - 1] ?? NaN, HOVER_DIGITS))];
  }
  if (kind === "loss") return [`row ${row}`, ...lines(({ loss }) => short(loss[row - 1], HOVER_DIGITS))];
  if (kind === "steps") {
    const [{ steps }] = many;
    return [`row ${row}`, ...steps.map(({ letter, values }) => `${letter}: ${short(values[row - 1], HOVER_DIGITS)}`)];
  }
  if (kind === "path") {
    const letters = state.pair.map((which) => state.head.parameters[which].letter);
    return [`${letters[0]} ${short(x, HOVER_DIGITS)}, ${letters[1]} ${short(y, HOVER_DIGITS)}`];
  }
  const names = kind === "points" ? Object.keys(state.points) : ["x", "y"];
  return [`${names[0]} ${short(x, HOVER_DIGITS)}, ${names[1]} ${short(y, HOVER_DIGITS)}`];
}

/**
 * Watch the pictures in `container`. `pictureOf(svg)` returns a picture's `kind`, `area`, `state`,
 * `row` and, if it has one, `zoom`. Calls `on.go(row)`, `on.start(values)`, with the values by
 * parameter, and `on.zoom(kind, ranges)`, with null for the whole picture.
 */
export function watchPictures(container, pictureOf, on) {
  const hover = document.createElement("div");
  hover.className = "gd-hover";
  hover.hidden = true;
  let held = null;

  /** The position of a pointer on a picture, in its own units and as numbers on the axes. */
  function spot(event, svg) {
    const box = svg.getBoundingClientRect();
    // A picture keeps its proportions and is centred in its box.
    const scale = Math.min(box.width / WIDTH, box.height / HEIGHT);
    const left = (event.clientX - box.left - (box.width - WIDTH * scale) / 2) / scale - MARGIN.left;
    const up = (event.clientY - box.top - (box.height - HEIGHT * scale) / 2) / scale - MARGIN.top;
    const { area } = pictureOf(svg);
    return { left, up, x: area.atX(left), y: area.atY(up) };
  }

  const distance = ({ left, up }, area, [x, y]) => Math.hypot(area.x(x) - left, area.y(y) - up);

  /** The row with the nearest point on a path; null if none is near. */
  function rowOnPath(at, { area, state }) {
    const found = { row: null, away: NEARBY };
    for (const run of runsOf(state)) {
      for (let row = 0; row <= state.rows; row++) {
        const end = endOf(run, row);
        const away = distance(at, area, state.pair.map((which) => end[which]));
        if (away < found.away) Object.assign(found, { row, away });
      }
    }
    return found.row;
  }

  function drag(at) {
    const { kind, svg, from, ranges } = held;
    const { state, area } = pictureOf(svg);
    if (held.what === "start") {
      const names = state.pair.map((which) => state.head.parameters[which].name);
      const values = [at.x, at.y].map((value) => Number(value.toPrecision(HOVER_DIGITS)));
      on.start(byName(names, (_, k) => values[k]));
    } else if (held.what === "pan") {
      const by = [from.left - at.left, from.up - at.up];
      const across = (by[0] / area.width) * (ranges[0][1] - ranges[0][0]);
      const upwards = (-by[1] / area.height) * (ranges[1][1] - ranges[1][0]);
      on.zoom(kind, [moved(ranges[0], across), moved(ranges[1], upwards)]);
    } else {
      on.go(rowUnder(kind, state, at.x));
    }
  }

  container.addEventListener("pointerdown", (event) => {
    const svg = event.target.closest("svg[data-picture]");
    if (!svg || event.button) return;
    const picture = pictureOf(svg);
    const { kind, area, state } = picture;
    const at = spot(event, svg);
    if (!isInside(at, area)) return;
    held = { kind, svg, from: at, ranges: area.ranges, what: null, hadZoom: Boolean(picture.zoom) };
    const starts = kind === "path" ? runsOf(state).map(({ start }) => state.pair.map((k) => start[k])) : [];
    if (rowUnder(kind, state, at.x) !== null) held.what = "row";
    else if (starts.some((start) => distance(at, area, start) < NEARBY)) {
      held.what = "start";
      // The axes do not change while the start is dragged.
      on.zoom(kind, area.ranges);
    } else if (kind === "path") held.what = "pan";
    else held = null;
    if (!held) return;
    event.preventDefault();
    container.setPointerCapture(event.pointerId);
    if (held.what === "row") drag(at);
  });
  container.addEventListener("pointermove", (event) => {
    const svg = held?.svg ?? event.target.closest("svg[data-picture]");
    hover.hidden = true;
    if (!svg || !pictureOf(svg)) return;
    const at = spot(event, svg);
    const picture = pictureOf(svg);
    if (held) {
      held.moved = true;
      return drag(at);
    }
    if (!isInside(at, picture.area)) return;
    hover.innerHTML = wordsAt(picture.kind, picture.state, at.x, at.y).map(escaped).join("<br>");
    hover.hidden = false;
    const own = container.getBoundingClientRect();
    const isLeft = event.clientX - own.left < own.width / 2;
    Object.assign(hover.style, {
      top: `${event.clientY - own.top + container.scrollTop + 12}px`,
      left: isLeft ? `${event.clientX - own.left + 12}px` : "",
      right: isLeft ? "" : `${own.right - event.clientX + 12}px`,
    });
  });
  const letGo = (event) => {
    if (!held) return;
    const { what, kind, svg, hadZoom } = held;
    if (what === "start" && !hadZoom) on.zoom(kind, null);
    if (what === "pan" && !held.moved) {
      const row = rowOnPath(spot(event, svg), pictureOf(svg));
      if (row !== null) on.go(row);
    }
    held = null;
  };
  container.addEventListener("pointerup", letGo);
  container.addEventListener("pointercancel", letGo);
  container.addEventListener("pointerleave", () => { hover.hidden = true; });
  container.addEventListener("wheel", (event) => {
    const svg = event.target.closest("svg[data-picture=path]");
    // The wheel without Ctrl scrolls the page.
    if (!svg || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const { area } = pictureOf(svg);
    const { x, y } = spot(event, svg);
    const by = event.deltaY < 0 ? ZOOM_BY : 1 / ZOOM_BY;
    on.zoom("path", [zoomed(area.ranges[0], x, by), zoomed(area.ranges[1], y, by)]);
  }, { passive: false });
  container.addEventListener("dblclick", (event) => {
    if (event.target.closest("svg[data-picture=path]")) on.zoom("path", null);
  });
  return hover;
}

/** The ranges of the path picture, zoomed by a factor around the run's current position. */
export function zoomRound({ area, state, row }, by) {
  const [run] = runsOf(state);
  const here = state.pair.map((which) => endOf(run, row)[which]);
  const middle = area.ranges.map(([low, high], k) => (
    here[k] >= low && here[k] <= high ? here[k] : (low + high) / 2
  ));
  return area.ranges.map((range, k) => zoomed(range, middle[k], by));
}
