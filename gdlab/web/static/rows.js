// The visible rows of the grid; only cells that have changed are drawn again.
import { element } from "./column_header.js";

/** Rows in `tbody`; the selected cell gets the `id`. */
export function createRows(tbody, id) {
  let view = null;
  let frozen = -1;
  const rows = [];

  function newRow() {
    const node = element("tr", { role: "row" });
    const heading = element("th", {
      scope: "row", role: "rowheader", class: "gd-heading", "aria-colindex": 1,
    });
    node.append(heading);
    const cells = view.columns.map((column, index) => {
      const cell = element("td", {
        role: "gridcell", "aria-colindex": index + 2, "data-column": index,
      });
      const words = document.createTextNode("");
      cell.append(words);
      node.append(cell);
      const base = index === frozen ? "gd-frozen" : "";
      return { node: cell, words, text: "", marks: "", base };
    });
    tbody.append(node);
    return { node, heading, cells };
  }

  function drawRow(row, number, here, range, isShown) {
    const there = number < view.rows;
    row.node.hidden = !there;
    if (!there) {
      row.number = null;
      delete row.node.dataset.row;
      row.cells.forEach(clear);
      return;
    }
    if (row.number !== number) {
      row.number = number;
      row.node.dataset.row = number;
      row.node.setAttribute("aria-rowindex", number + 3);
    }
    row.node.classList.toggle("gd-current", number === here.row);
    const heading = String(view.heading(number));
    if (row.heading.textContent !== heading) row.heading.textContent = heading;
    for (let column = 0; column < row.cells.length; column++) {
      if (!isShown(column)) continue;
      const isHere = number === here.row && column === here.column;
      const inRange = number >= range.top && number <= range.bottom
        && column >= range.left && column <= range.right;
      drawCell(row.cells[column], number, column, isHere, inRange && !isHere);
    }
  }

  function drawCell(cell, row, column, isHere, inRange) {
    const text = view.text(row, column);
    if (cell.text !== text) cell.words.data = cell.text = text;
    const marks = `${cell.base} ${view.marks(row, column)}${isHere ? " gd-here" : ""}${inRange ? " gd-range" : ""}`;
    if (cell.marks !== marks) cell.node.className = cell.marks = marks;
    if (isHere) {
      cell.node.id = id;
      cell.node.setAttribute("aria-selected", "true");
      cell.node.setAttribute("aria-label", view.spoken(row, column));
    } else if (cell.node.id) {
      unselect(cell);
    }
  }

  function unselect(cell) {
    for (const name of ["id", "aria-selected", "aria-label"]) cell.node.removeAttribute(name);
  }

  /** Remove the marks of a cell that is out of sight. */
  function clear(cell) {
    if (cell.marks !== cell.base) cell.node.className = cell.marks = cell.base;
    if (cell.node.id) unselect(cell);
  }

  return {
    /** Start again with the columns of a new view. */
    build(next, frozenIndex) {
      view = next;
      frozen = frozenIndex;
      rows.length = 0;
      tbody.replaceChildren();
    },
    /** Create or remove rows until there are as many as `wanted`. */
    provide(wanted) {
      while (rows.length < wanted) rows.push(newRow());
      for (const row of rows.splice(wanted)) row.node.remove();
    },
    hide(column, hidden) {
      for (const { cells } of rows) {
        cells[column].node.hidden = hidden;
        if (hidden) clear(cells[column]);
      }
    },
    /** Draw a view from its row `first` on, in the columns for which `isShown(column)` is true. */
    draw(next, first, here, range, isShown) {
      view = next;
      rows.forEach((row, index) => drawRow(row, first + index, here, range, isShown));
    },
    /** Whether a row is visible. */
    holds: (number) => rows.some((row) => row.number === number),
    /** A cell by the index of its visible row. */
    cell: (index, column) => rows[index]?.cells[column]?.node,
  };
}
