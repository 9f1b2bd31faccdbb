// A range of a grid's cells, from one corner to the other.

/** Its rows and columns from and to; of one cell alone where there is no other corner. */
export function cellRangeOf(here, anchor) {
  const other = anchor ?? here;
  return {
    top: Math.min(here.row, other.row), bottom: Math.max(here.row, other.row),
    left: Math.min(here.column, other.column), right: Math.max(here.column, other.column),
  };
}

/** A view's cells in a range as lines of values with tabs between, as spreadsheets take them. */
export function copiedFrom(view, { top, bottom, left, right }) {
  const lines = [];
  for (let row = top; row <= bottom; row++) {
    const cells = [];
    for (let column = left; column <= right; column++) cells.push(view.copied(row, column));
    lines.push(cells.join("\t"));
  }
  return lines.join("\n");
}
