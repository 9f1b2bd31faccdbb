// Points as people type, paste and load them: text in, numbers out, or the reason why not.
import { Refusal, isPair, typedNumber } from "./number_input.js";

const MOST_POINTS = 10_000;

function enough({ x, y }) {
  if (!x.length) throw new Refusal("the last point stays: a line needs at least one");
  if (x.length > MOST_POINTS) {
    throw new Refusal(`${x.length} points; the sheet takes at most ${MOST_POINTS}`);
  }
  return { x, y };
}

const copied = ({ x, y }) => ({ x: [...x], y: [...y] });

/** Put a number in; one past the end adds a point with the last point's other number. */
function put(points, row, column, value) {
  if (row === points.x.length) {
    points.x.push(points.x.at(-1));
    points.y.push(points.y.at(-1));
  }
  points[column][row] = value;
}

/** The points with one cell (row from 0, "x" or "y") typed anew. */
export function edited(points, row, column, text) {
  const changed = copied(points);
  put(changed, row, column, typedNumber(text, `points: ${column} in row ${row + 1}`));
  return enough(changed);
}

/** The points with a block from a spreadsheet put in at a cell; all of it or nothing. */
export function pasted(points, row, column, text) {
  const lines = text.replace(/[\r\n]+$/, "").split(/\r?\n/).map((line) => line.split("\t"));
  if (lines[0].map((cell) => cell.trim().toLowerCase()).join("\t") === "x\ty") lines.shift();
  const changed = copied(points);
  const names = column === "x" ? ["x", "y"] : ["y"];
  if (names.length === 2 && lines.every((cells) => cells.length === 1 && isPair(cells[0]))) {
    const [pair] = lines[0];
    const [point, none] = [pair.replace(",", "."), pair.replace(",", " and ")];
    throw new Refusal(`paste, line 1: ${pair} may mean ${point} or ${none}; put a tab between x `
      + "and y, or a decimal point into each number");
  }
  lines.forEach((cells, place) => {
    const where = `paste, line ${place + 1}`;
    if (cells.length > names.length) {
      const fit = names.join(" and ");
      throw new Refusal(`${where}: ${cells.length} columns; only ${fit} fit here`);
    }
    cells.forEach((cell, k) => {
      put(changed, row + place, names[k], typedNumber(cell, `${where}: ${names[k]}`));
    });
  });
  return enough(changed);
}

/** The points of a link, x,y;x,y. */
export function listed(text) {
  const points = { x: [], y: [] };
  text.split(";").forEach((pair, place) => {
    const cells = pair.split(",");
    const where = `points, number ${place + 1}`;
    if (cells.length !== 2) throw new Refusal(`${where}: write x,y;x,y`);
    ["x", "y"].forEach((name, k) => points[name].push(typedNumber(cells[k], `${where}: ${name}`)));
  });
  return enough(points);
}

/** The points of a .csv file: columns headed x and y, or just two columns. */
export function loaded(name, bytes) {
  if (!name.toLowerCase().endsWith(".csv")) {
    throw new Refusal(`${name}: this page reads points from .csv files; save it as .csv first`);
  }
  const text = new TextDecoder().decode(bytes).replace(/^\ufeff/, "").trim();
  if (!text) throw new Refusal(`${name}: no rows`);
  const separator = [";", "\t"].find((mark) => text.split("\n", 1)[0].includes(mark)) ?? ",";
  const unquoted = (cell) => cell.trim().replace(/^"(.*)"$/, "$1").trim();
  const lines = text.split(/\r?\n/).map((line) => line.split(separator).map(unquoted));
  const heads = lines[0].map((head) => head.toLowerCase());
  let places = ["x", "y"].map((head) => heads.indexOf(head));
  const headed = !places.includes(-1);
  if (!headed) {
    if (heads.length !== 2) {
      throw new Refusal(`${name}: head the columns x and y, or give just two columns`);
    }
    places = [0, 1];
  }
  const points = { x: [], y: [] };
  lines.forEach((cells, place) => {
    if ((headed && !place) || !cells.some(Boolean)) return;
    const where = `${name}, line ${place + 1}`;
    if (cells.length > heads.length) {
      throw new Refusal(`${where}: more values than in the first line`);
    }
    ["x", "y"].forEach((word, k) => {
      points[word].push(typedNumber(cells[places[k]] ?? "", `${where}: ${word}`));
    });
  });
  if (!points.x.length) throw new Refusal(`${name}: a head but no points under it`);
  return enough(points);
}

/** The points without one of them (row from 0). */
export function removed(points, row) {
  const keep = (_, place) => place !== row;
  return enough({ x: points.x.filter(keep), y: points.y.filter(keep) });
}
