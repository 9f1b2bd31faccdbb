// Axes for the pictures: they convert numbers to pixels, choose ticks and write lines as path data.
import { escaped, short } from "./numbers.js";

export const WIDTH = 340;
export const HEIGHT = 232;
export const MARGIN = { left: 50, right: 12, top: 24, bottom: 32 };
const INNER = {
  width: WIDTH - MARGIN.left - MARGIN.right,
  height: HEIGHT - MARGIN.top - MARGIN.bottom,
};
const HALF_LETTER = 3.6;
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
  for (let k = Math.ceil(low / step); k * step <= high + step * 1e-9; k++) {
    ticks.push(Number((k * step).toPrecision(12)));
  }
  return ticks;
}

function logTicks([low, high]) {
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const step = Math.max(1, Math.ceil((to - from) / 5));
  const ticks = [];
  for (let power = from; power <= to; power += step) ticks.push(10 ** power);
  return ticks;
}

const SUPERSCRIPTS = { "-": "⁻", ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].entries()) };

/** The text of a tick: 50000 in full, and from a million on as a power of ten. */
export function tickText(value) {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-4 && size < 1e6)) return short(value, 7);
  const [mantissa, power] = value.toExponential(3).split("e");
  const digits = String(Number(mantissa));
  const raised = [...String(Number(power))].map((mark) => SUPERSCRIPTS[mark]).join("");
  const sign = digits.startsWith("-") ? "-" : "";
  return Math.abs(Number(digits)) === 1 ? `${sign}10${raised}` : `${digits}·10${raised}`;
}

/** The label of an axis, with its unit where the points have units. */
export const withUnit = (said, unit) => (unit ? `${said} (${unit})` : said);

/** A range with a margin on both sides; `share` is the margin as a part of the range. */
export function padded([low, high], share = 0.08) {
  const air = (high - low) * share || Math.abs(high) * share || 1;
  return [low - air, high + air];
}

/** A range widened to round numbers, so that a drag does not move its axis at every event. */
export function widened([low, high]) {
  const step = niceStep(high - low, 12);
  return [Math.floor(low / step) * step, Math.ceil(high / step) * step];
}

/** The smallest and the largest finite number in some lists; `[0, 1]` if there is none. */
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

/**
 * The whole decades that contain the sizes of the numbers, at most twelve below the first number.
 */
export function decades(...lists) {
  const fits = (value) => value > 0 && Number.isFinite(value);
  const positive = lists.map((list) => Array.from(list, Math.abs).filter(fits));
  const [low, high] = extent(...positive);
  if (!(low > 0)) return [0.1, 1];
  const [, begin] = extent(positive.map((list) => list[0] ?? NaN));
  const lowest = Math.floor(Math.log10(begin)) - MOST_DECADES;
  const bottom = Math.max(Math.floor(Math.log10(low)), lowest);
  return [10 ** bottom, Math.min(10 ** Math.ceil(Math.log10(high) + 1e-9), Number.MAX_VALUE)];
}

/**
 * Axes over two ranges, or over those of a `zoom`. `x` and `y` convert a number to a pixel, `atX`
 * and `atY` a pixel to a number. `frame(still)` is their SVG, with marks that change only when the
 * axes do.
 */
export function axes({
  title, x: wholeX, y: wholeY, xLabel, yLabel, logX = false, logY = false, zoom = null,
}) {
  const [x, y] = zoom ?? [wholeX, wholeY];
  const clamp = (at) => Math.max(-FAR_OUT, Math.min(FAR_OUT, at));
  const share = (value, [low, high]) => (value - low) / (high - low);
  const across = logX ? x.map(Math.log10) : x;
  const xAt = (value) => clamp(share(logX ? Math.log10(value) : value, across) * INNER.width);
  const scaled = logY ? y.map(Math.log10) : y;
  const height = (value) => share(logY ? Math.log10(Math.abs(value)) : value, scaled);
  const yAt = (value) => clamp((1 - height(value)) * INNER.height);
  const read = (part, [low, high], isLog) => {
    const value = low + part * (high - low);
    return isLog ? 10 ** value : value;
  };
  return {
    x: xAt,
    y: yAt,
    atX: (at) => read(at / INNER.width, across, logX),
    atY: (at) => read(1 - at / INNER.height, scaled, logY),
    ranges: [x, y],
    width: INNER.width,
    height: INNER.height,
    frame(still = "") {
      const word = (name, x, y, anchor, said) =>
        `<text class="${name}" x="${x}" y="${y}" text-anchor="${anchor}">${escaped(said)}</text>`;
      const parts = [word("gd-title", MARGIN.left, 14, "start", title)];
      parts.push(`<g transform="translate(${MARGIN.left} ${MARGIN.top})">`);
      parts.push(`<rect class="gd-ground" width="${INNER.width}" height="${INNER.height}"/>`);
      for (const tick of logX ? logTicks(x) : linearTicks(x, 7)) {
        const [at, said] = [Number(xAt(tick).toFixed(1)), tickText(tick)];
        const inside = Math.min(at, INNER.width + MARGIN.right - HALF_LETTER * said.length);
        parts.push(`<path class="gd-tick" d="M${at} 0V${INNER.height}"/>`);
        parts.push(word("gd-tick-label", inside, INNER.height + 12, "middle", said));
      }
      for (const tick of logY ? logTicks(y) : linearTicks(y, 6)) {
        const at = Number(yAt(tick).toFixed(1));
        parts.push(`<path class="gd-tick" d="M0 ${at}H${INNER.width}"/>`);
        parts.push(word("gd-tick-label", -5, at + 3.5, "end", tickText(tick)));
      }
      parts.push(word("gd-axis-label", INNER.width, INNER.height + 26, "end", xLabel));
      parts.push(word("gd-axis-label", INNER.width, -6, "end", yLabel));
      // The inner svg clips what lies outside the ranges.
      const size = `width="${INNER.width}" height="${INNER.height}"`;
      parts.push(`<svg ${size}>${still}</svg><svg class="gd-marks" ${size}></svg></g>`);
      return parts.join("");
    },
  };
}

/** Path data through vertices, with a gap where one is not finite. */
export function pathOf(vertices) {
  let data = "";
  let pen = "M";
  for (const [x, y] of vertices) {
    if (Number.isFinite(x) && Number.isFinite(y)) {
      data += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
      pen = "L";
    } else {
      pen = "M";
    }
  }
  return data;
}

/**
 * Path data of numbers; `at` gives the x of each from its index, by default its row. With more
 * numbers than pixels, each pixel gets the smallest and largest of its numbers, or a gap if it has
 * none.
 */
export function lineOf(values, area, at = (k) => k + 1) {
  const bit = Math.max(1, Math.floor(values.length / area.width));
  if (bit === 1) {
    const pixel = (value, k) => [area.x(at(k)), value ? area.y(value) : NaN];
    return pathOf(Array.from(values, pixel));
  }
  const vertices = [];
  for (let from = 0; from < values.length; from += bit) {
    const sizes = values.subarray(from, from + bit).map(Math.abs);
    const [low, high] = sizes.some(Number.isFinite) ? extent(sizes) : [NaN, NaN];
    const heights = [high, low || high].map((size) => (size ? area.y(size) : NaN));
    vertices.push(...heights.map((height) => [area.x(at(from)), height]));
  }
  return pathOf(vertices);
}
