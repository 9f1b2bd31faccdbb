// The picture of one step in a row, which shows what its number means.
import { axes, extent, padded, pathOf, withUnit } from "./axes.js";
import { circle, colourOf, lineClass, named, near, path } from "./drawn_runs.js";
import { drawPath } from "./path_picture.js";
import { drawPoints } from "./points_picture.js";
import { valueOf } from "./state.js";

const TANGENT_PLACES = 80;
const ROWS_BACK = 12;
const SHARE_DIGITS = 4;
// A parabola that touches 0 has its minimum 2 * height / gradient away.
const BOTTOM_REACH = 3.2;
const SHALLOW = 0.1;
const NEAR_REACH = 2;

const partsOf = ({ head }) => head.parameters.map(({ name }) => name);

/** The index of the parameter that a column's name ends with, or -1. */
const parameterOf = (state, name) => partsOf(state).findIndex((one) => name.endsWith(`_${one}`));

/** The loss at the row's point against one parameter; the slope of its tangent is the gradient. */
function drawTangent(state, row, parameter) {
  const { head, forward } = state;
  const { name, letter, unit } = head.parameters[parameter];
  const at = (one) => valueOf(state, one, row);
  const [here, height, slope] = [at(name), at(head.loss), at(`grad_${name}`)];
  const given = { ...named(head, partsOf(state).map(at)) };
  for (const column of Object.keys(state.points)) given[column] = at(column);
  const lossAt = (value) => {
    const values = { ...given, [name]: value };
    forward(values);
    return values[head.loss];
  };
  // A curve other than a parabola is drawn only near the point.
  const isParabola = lossAt(here - (2 * height) / slope) < SHALLOW * height;
  const reach = isParabola ? Math.abs((BOTTOM_REACH * height) / slope)
    : NEAR_REACH * Math.max(1, Math.abs(here));
  const ats = Array.from(
    { length: TANGENT_PLACES + 1 }, (_, k) => here + reach * ((2 * k) / TANGENT_PLACES - 1),
  );
  const curve = ats.map((value) => [value, lossAt(value)]);
  const [low, high] = extent(curve.map(([, value]) => value));
  const area = axes({
    title: "slope of the tangent: the gradient", xLabel: withUnit(letter, unit),
    yLabel: withUnit(head.squared ? "error²" : "loss", head.lossUnit),
    x: [here - reach, here + reach], y: padded([isParabola ? Math.min(low, 0) : low, high]),
  });
  const drawn = (vertices) => pathOf(vertices.map(([x, y]) => [area.x(x), area.y(y)]));
  const tangent = [ats[0], ats.at(-1)].map((value) => [value, height + slope * (value - here)]);
  const marks = path(`gd-line ${lineClass({ colour: state.colour, round: 0 })}`, drawn(curve))
    + path("gd-residual", drawn(tangent)) + circle("gd-now", 5, area.x(here), area.y(height));
  return { frame: area.frame(), marks: [marks] };
}

/**
 * A column's last rows as bars. If a cell keeps a share of the cell above, each bar is what that
 * row's own number still contributes to this row's cell: the bars decay, and add up to the cell.
 */
function drawBars(state, row, name) {
  const share = state.shareOf(name, row);
  const from = Math.max(1, row - ROWS_BACK + 1);
  const rows = Array.from({ length: row - from + 1 }, (_, k) => from + k);
  const cell = (r) => valueOf(state, name, r) ?? 0;
  const heights = rows.map((r) => (
    share === null ? cell(r) : (cell(r) - share * cell(r - 1)) * share ** (row - r)
  ));
  const area = axes({
    title: share === null ? `${name}, the last rows`
      : `what each row still adds: ${Number(share.toPrecision(SHARE_DIGITS))} is left in the next`,
    xLabel: "row", yLabel: "",
    x: [Math.min(from, row - 3) - 0.5, row + 0.5], y: padded(extent(heights, [0])),
  });
  const zero = area.y(0);
  const wide = (area.x(1) - area.x(0)) * 0.7;
  const bars = heights.map((height, k) => {
    const [x, y] = [area.x(rows[k]) - wide / 2, area.y(height)];
    if (!Number.isFinite(y)) return "";
    const names = `gd-bar-of ${colourOf(state)} ${rows[k] === row ? "gd-bar-now" : ""}`;
    return `<rect class="${names}" style="fill: var(--${colourOf(state)})" x="${near(x)}" y="${near(Math.min(y, zero))}" `
      + `width="${near(wide)}" height="${near(Math.abs(y - zero))}"/>`;
  });
  const marks = [...bars, path("gd-now-line", `M0 ${near(zero)}H${area.width}`)];
  return { frame: area.frame(), marks };
}

/** The picture for a column in a row. */
export function lensPicture(state, row, name) {
  const { head } = state;
  const parameter = parameterOf(state, name);
  const word = parameter < 0 ? name : name.slice(0, -partsOf(state)[parameter].length - 1);
  if (word === "grad" && parameter >= 0) return drawTangent(state, row, parameter);
  const goes = head.parameters.findIndex((one) => one.step === name || one.new === name);
  if (goes >= 0 && head.parameters.length > 1) {
    return drawPath({ ...state, pair: goes > 1 ? [0, goes] : [0, 1] }, row);
  }
  const ofModel = parameter < 0 || partsOf(state).includes(name);
  const canDraw = head.prediction && Object.keys(state.points).length === 2;
  if (ofModel && canDraw && !state.shareOf(name, row)) return drawPoints(state, row);
  return drawBars(state, row, name);
}
