// The pictures beside the table, drawn from the state and the selected row.
import { HEIGHT, WIDTH } from "./axes.js";
import { element } from "./column_header.js";
import { endOf, marker, runsOf } from "./drawn_runs.js";
import { drawEpochs, drawLoss, drawRates, drawSteps } from "./loss_pictures.js";
import { escaped, short } from "./numbers.js";
import { drawPath } from "./path_picture.js";
import { createTools } from "./picture_tools.js";
import { watchPictures, zoomRound } from "./pointing.js";
import { drawPoints } from "./points_picture.js";

// Changes within this time of each other are one drag.
const GHOST_MS = 700;

/** A line of text for people who cannot see the picture. */
function spoken(state, row) {
  const letters = state.head.parameters?.map(({ letter }) => letter);
  const valuesOf = (run) => endOf(run, row).map((value, k) => `${letters[k]} ${short(value, 6)}`);
  return runsOf(state).map((run) => `${run.label}: ${valuesOf(run).join(", ")}`).join("; ");
}

const nameOf = (draw) => draw.name.slice(4).toLowerCase();

function legendItem(state) {
  return ({ label, look }, k) => {
    const sign = `<svg viewBox="-7 -7 14 14">${marker(look, 0, 0)}</svg>`;
    return `<li>${sign}${escaped(label)} <small>${escaped(state.settings[k])}</small></li>`;
  };
}

/**
 * The run before the last drag of an input: it stays visible in a pale colour until the next drag.
 */
function createGhosts() {
  let [now, at, ghosts] = [null, 0, []];
  return (state) => {
    if (state.table === now?.table) return ghosts;
    const isSame = now && now.mark === state.mark && now.rows === state.rows;
    const time = performance.now();
    if (!isSame || !state.inputs || now.points !== state.points) ghosts = [];
    else if (time - at > GHOST_MS) ghosts = runsOf(now);
    at = time;
    now = state;
    return ghosts;
  };
}

/** Draw the layers of marks that have changed: when one run is dragged, the others stay. */
function drawLayers(marks, layers, before) {
  while (marks.children.length > layers.length) marks.lastChild.remove();
  layers.forEach((layer, k) => {
    if (before[k] === layer) return;
    const group = marks.children[k]
      ?? marks.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "g"));
    group.innerHTML = layer;
  });
  before.splice(0, before.length, ...layers);
}

/**
 * The pictures in `container`; `show` draws them. A pointer on them calls `on.go(row)` and
 * `on.start(values)`, with the values by parameter.
 */
export function createPictures(container, on) {
  let kinds = [];
  const drawn = new Map();
  const zooms = new Map();
  const ghostsOf = createGhosts();
  const svgs = [];
  const frames = [];
  const layers = [];
  const legend = document.createElement("ul");
  legend.className = "gd-legend";
  let legendNow = "";
  // The two parameters of the path, if there are more than two.
  const axesChoice = element("div", { class: "gd-axes-choice" });
  let pair = [0, 1];
  let last = null;
  const zoom = (kind, ranges) => {
    if (ranges) zooms.set(kind, ranges);
    else zooms.delete(kind);
    show(...last);
  };
  const tools = createTools(
    (by) => zoom("path", zoomRound(drawn.get("path"), by)), () => zoom("path", null),
  );
  const hover = watchPictures(container, (svg) => drawn.get(svg.dataset.picture), { ...on, zoom });

  function build(state) {
    const { head, points } = state;
    const fits = {
      [drawPath.name]: head.parameters?.length > 1,
      [drawEpochs.name]: !head.surface,
      [drawPoints.name]: head.columns ? Boolean(head.prediction) : Object.keys(points).length === 2,
    };
    const all = !head.columns ? [drawPoints]
      : head.racers ? [drawPath, drawEpochs, drawPoints, drawLoss]
      : [drawPath, drawLoss, drawPoints, state.found ? drawRates : drawSteps];
    const wanted = all.filter(({ name }) => fits[name] ?? true);
    if (wanted.length === kinds.length && wanted.every((kind, k) => kind === kinds[k])) return;
    kinds = wanted;
    zooms.clear();
    container.replaceChildren(legend, axesChoice, tools, hover);
    svgs.length = frames.length = layers.length = 0;
    for (const kind of kinds) {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
      svg.setAttribute("role", "img");
      svg.dataset.picture = nameOf(kind);
      svgs.push(svg);
      container.append(svg);
    }
  }

  /** Offer the parameters for both axes; choosing the other axis's parameter swaps the axes. */
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
    const state = { ...given, pair, ghosts: ghostsOf(given) };
    build(state);
    tools.hidden = !kinds.includes(drawPath);
    const told = spoken(state, row);
    kinds.forEach((draw, k) => {
      const kind = nameOf(draw);
      const own = zooms.get(kind);
      const { frame, marks, area } = draw({ ...state, zoom: own }, row);
      drawn.set(kind, { kind, area, state, row, zoom: own });
      // Axes are drawn again only if their ranges have changed.
      if (frames[k] !== frame) {
        svgs[k].innerHTML = frames[k] = frame;
        layers[k] = [];
      }
      drawLayers(svgs[k].querySelector(".gd-marks"), marks, layers[k]);
      svgs[k].setAttribute("aria-label", `${svgs[k].dataset.picture}, row ${row}. ${told}`);
    });
    legend.hidden = !state.head.racers;
    const items = state.head.racers ? runsOf(state).map(legendItem(state)).join("") : "";
    if (legendNow !== items) legend.innerHTML = legendNow = items;
  }

  return { show };
}
