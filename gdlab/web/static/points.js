// Points as a page keeps them: the columns of the model's data, each a list of numbers, by name.

/** The sheet that they stand on. */
export const DATA = "data";

/** How many there are; none on a surface. */
export const countOf = (points) => Object.values(points)[0]?.length ?? 0;

/** The values of each point, in the columns' order. */
export const rowsOf = (points) => Array.from(
  { length: countOf(points) },
  (_, row) => Object.values(points).map((column) => column[row]),
);

/** Columns of these names from each point's values. */
export const pointsOf = (names, rows) => Object.fromEntries(
  names.map((name, k) => [name, rows.map((row) => row[k])]),
);
