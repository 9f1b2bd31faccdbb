// Points as the sheet holds them: by the name of each column, its numbers.

/** How many points there are. */
export const countOf = (points) => Object.values(points)[0].length;

/** The points row by row. */
export const pointsOf = (points) => Array.from(
  { length: countOf(points) }, (_, row) => Object.values(points).map((column) => column[row]),
);

/** The points with each column changed. */
export const mapped = (points, change) => Object.fromEntries(
  Object.entries(points).map(([name, column]) => [name, change(column)]),
);
