// Points as the page keeps them: an object of the data's columns by name, each a list of numbers.
import { byName } from "./by_name.js";

/** The name of the sheet with the points. */
export const DATA = "data";

/** The number of points; 0 for a surface. */
export const countOf = (points) => Object.values(points)[0]?.length ?? 0;

/** A list of points, each a list of its values in the columns' order. */
export const rowsOf = (points) => Array.from(
  { length: countOf(points) },
  (_, row) => Object.values(points).map((column) => column[row]),
);

/** The columns with these names from a list of points. */
export const pointsOf = (names, rows) => byName(names, (_, k) => rows.map((row) => row[k]));
