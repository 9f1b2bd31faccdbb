// Axes for the pictures: numbers to places on the page, ticks, and lines as path data.
import { escaped, short } from "./numbers.js";

export const WIDTH = 340;
export const HEIGHT = 232;
const MARGIN = { left: 50, right: 12, top: 24, bottom: 32 };
const INNER = { width: WIDTH - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
const MOST_DECADES = 12;
const FAR_OUT = 20000;

function niceStep(span, count) {
  const raw = span / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= raw * 0.999);
}

function linearTicks([low, high], count) {
  const step = niceStep(high - low, count);
  const ticks = [];
  for (let k = Math.ceil(low / step); k * step <= high + step * 1e-9; k++) ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

function logTicks([low, high]) {
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const step = Math.max(1, Math.ceil((to - from) / 5));
  const ticks = [];
  for (let power = from; power <= to; power += step) ticks.push(10 ** power);
  return ticks;
}

/** A range with some air round it. */
export function padded([low, high], share = 0.08) {
  const air = (high - low) * share || Math.abs(high) * share || 1;
  return [low - air, high + air];
}

/** The least and largest finite number of some lists; `[0, 1]` where there is none. */
export function extent(...lists) {
  let [low, high] = [Infinity, -Infinity];
  for (const list of lists) {
    for (const value of list) {
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

/** Whole decades round the positive numbers of some lists, at most twelve below where they begin. */
export function decades(...lists) {
  const positive = lists.map((list) => Array.from(list, Math.abs).filter((value) => value > 0 && Number.isFinite(value)));
  const [low, high] = extent(...positive);
  if (!(low > 0)) return [0.1, 1];
  const [, begin] = extent(positive.map((list) => list[0] ?? NaN));
  const bottom = Math.max(Math.floor(Math.log10(low)), Math.floor(Math.log10(begin)) - MOST_DECADES);
  return [10 ** bottom, Math.min(10 ** Math.ceil(Math.log10(high) + 1e-9), Number.MAX_VALUE)];
}

/** Axes over two ranges: `x` and `y` place a number; `frame` is what they look like, `marks` goes into them. */
export function axes({ title, x, y, xLabel, yLabel, logY = false }) {
  const clamp = (at) => Math.max(-FAR_OUT, Math.min(FAR_OUT, at));
  const share = (value, [low, high]) => (value - low) / (high - low);
  const xAt = (value) => clamp(share(value, x) * INNER.width);
  const scaled = logY ? y.map(Math.log10) : y;
  const yAt = (value) => clamp((1 - share(logY ? Math.log10(Math.abs(value)) : value, scaled)) * INNER.height);
  return {
    x: xAt,
    y: yAt,
    width: INNER.width,
    height: INNER.height,
    frame() {
      const parts = [`<text class="gd-title" x="${MARGIN.left}" y="14">${escaped(title)}</text>`];
      parts.push(`<g transform="translate(${MARGIN.left} ${MARGIN.top})">`);
      parts.push(`<rect class="gd-ground" width="${INNER.width}" height="${INNER.height}"/>`);
      for (const tick of linearTicks(x, 7)) {
        const at = xAt(tick).toFixed(1);
        parts.push(`<path class="gd-tick" d="M${at} 0V${INNER.height}"/>`);
        parts.push(`<text class="gd-tick-label" x="${at}" y="${INNER.height + 12}" text-anchor="middle">${short(tick, 4)}</text>`);
      }
      for (const tick of logY ? logTicks(y) : linearTicks(y, 6)) {
        const at = yAt(tick).toFixed(1);
        parts.push(`<path class="gd-tick" d="M0 ${at}H${INNER.width}"/>`);
        parts.push(`<text class="gd-tick-label" x="-5" y="${at}" dy="3.5" text-anchor="end">${short(tick, 4)}</text>`);
      }
      parts.push(`<text class="gd-axis-label" x="${INNER.width}" y="${INNER.height + 26}" text-anchor="end">${escaped(xLabel)}</text>`);
      parts.push(`<text class="gd-axis-label" x="${INNER.width}" y="-6" text-anchor="end">${escaped(yLabel)}</text>`);
      // What lies outside the range is cut off at the frame.
      parts.push(`<svg class="gd-marks" width="${INNER.width}" height="${INNER.height}"></svg></g>`);
      return parts.join("");
    },
  };
}

/** Path data through places; a gap where one is no number. */
export function pathOf(places) {
  let data = "";
  let pen = "M";
  for (const [x, y] of places) {
    if (Number.isFinite(x) && Number.isFinite(y)) {
      data += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
      pen = "L";
    } else {
      pen = "M";
    }
  }
  return data;
}

/** Path data of numbers by row; where rows are dense, the least and largest of each bit of width. */
export function lineOf(values, area, first = 1) {
  const bit = Math.max(1, Math.floor(values.length / area.width));
  if (bit === 1) {
    return pathOf(Array.from(values, (value, row) => [area.x(row + first), value ? area.y(value) : NaN]));
  }
  const places = [];
  for (let from = 0; from < values.length; from += bit) {
    const [low, high] = extent(values.subarray(from, from + bit).map(Math.abs));
    places.push([area.x(from + first), area.y(high)], [area.x(from + first), area.y(low || high)]);
  }
  return pathOf(places);
}
