// A rectangular range of a grid's cells.

/** The rows and columns of the range between two corners; of one cell if there is no `anchor`. */
export function cellRangeOf(here, anchor) {
  const other = anchor ?? here;
  return {
    top: Math.min(here.row, other.row), bottom: Math.max(here.row, other.row),
    left: Math.min(here.column, other.column), right: Math.max(here.column, other.column),
  };
}

/** The cells in a range as tab-separated lines, which spreadsheets can paste. */
export function copiedFrom(view, { top, bottom, left, right }) {
  const lines = [];
  for (let row = top; row <= bottom; row++) {
    const cells = [];
    for (let column = left; column <= right; column++) cells.push(view.copied(row, column));
    lines.push(cells.join("\t"));
  }
  return lines.join("\n");
}
