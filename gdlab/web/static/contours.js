// Contour lines of the loss: ellipses for a straight line, marching squares for another model.
import { extent, pathOf } from "./axes.js";

const ELLIPSES = 7;
const CORNERS = 96;
const CONTOURS = 11;

/**
 * The least squares line through the points, the mean and variance of x; null if it is not unique.
 */
export function bowl([x, y]) {
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const spread = mean(x.map((at) => (at - meanX) ** 2));
  if (!(spread > 0)) return null;
  const slope = mean(x.map((at, k) => (at - meanX) * (y[k] - meanY))) / spread;
  const best = [meanY - slope * meanX, slope];
  // The squares of very distant points overflow.
  return best.every(Number.isFinite) ? { best, meanX, spread } : null;
}

const contour = (data) => `<path class="gd-contour" d="${data}"/>`;

const drawn = { key: "", marks: "" };

/** The ellipses, kept until they change: dragging a rate does not change them. */
export function ellipsesOnce(bowl, start, ranges, area) {
  const key = JSON.stringify([bowl, start, ranges]);
  if (drawn.key !== key) Object.assign(drawn, { key, marks: ellipses(bowl, start, area) });
  return drawn.marks;
}

/** Ellipses of equal mean squared error around the best line, one of them through `start`. */
function ellipses({ best, meanX, spread }, start, area) {
  const [across, up] = [start[0] - best[0], start[1] - best[1]];
  const excess = (across + up * meanX) ** 2 + up ** 2 * spread || 1;
  let marks = "";
  for (let level = 0; level < ELLIPSES; level++) {
    const size = Math.sqrt(excess * 4 ** (1 - level));
    const ring = [];
    for (let k = 0; k <= CORNERS; k++) {
      const angle = (k / CORNERS) * 2 * Math.PI;
      const slope = (size * Math.sin(angle)) / Math.sqrt(spread);
      const intercept = size * Math.cos(angle) - slope * meanX;
      ring.push([area.x(best[0] + intercept), area.y(best[1] + slope)]);
    }
    marks += contour(pathOf(ring));
  }
  const at = `${area.x(best[0]).toFixed(1)} ${area.y(best[1]).toFixed(1)}`;
  return `${marks}<path class="gd-best" d="M-5-5L5 5M-5 5L5-5" transform="translate(${at})"/>`;
}

/**
 * The points where a height is crossed on the sides of the grid's square with first corner (i, j).
 */
function crossings(heights, side, i, j, height) {
  const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
  const found = [];
  corners.forEach(([x, y], k) => {
    const [nextX, nextY] = corners[(k + 1) % 4];
    const [here, there] = [heights[y * side + x], heights[nextY * side + nextX]];
    if (here < height === there < height) return;
    const share = (height - here) / (there - here);
    found.push([x + share * (nextX - x), y + share * (nextY - y)]);
  });
  return found;
}

/** Contours from heights on a square grid over two ranges. */
export function gridContours([across, up], heights, area) {
  const side = Math.sqrt(heights.length);
  const [low, high] = extent(heights);
  const at = ([from, to], k) => from + ((to - from) * k) / (side - 1);
  let marks = "";
  for (let level = 0; level < CONTOURS; level++) {
    const height = low + (high - low) * 2 ** (level - CONTOURS);
    let data = "";
    for (let j = 0; j < side - 1; j++) {
      for (let i = 0; i < side - 1; i++) {
        const crossed = crossings(heights, side, i, j, height).map(
          ([x, y]) => [area.x(at(across, x)), area.y(at(up, y))],
        );
        for (let k = 0; k + 1 < crossed.length; k += 2) data += pathOf(crossed.slice(k, k + 2));
      }
    }
    marks += contour(data);
  }
  return marks;
}
