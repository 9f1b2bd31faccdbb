// A table of cells, a real HTML table with grid roles, that contains only the visible cells.
import { copiedFrom, cellRangeOf } from "./cell_range.js";
import { createColumnHeader, element } from "./column_header.js";
import { openEditor } from "./editor.js";
import { createGridEdges } from "./grid_edges.js";
import { createGridSight } from "./grid_sight.js";
import { actionOf } from "./keys.js";
import { createRows } from "./rows.js";

let grids = 0;

/**
 * A grid in `container`. The caller's `view` says what it shows:
 *   label               what the table is called
 *   columns             [{name, letters, symbol, label, width}], width a word of WIDTHS
 *   rows, frozen        how many rows; the name of the column that stays in sight
 *   heading(row)        the row's own heading
 *   text(row, column)   a cell's text; marks(row, column): its classes; spoken(row, column)
 *   copied(row, column) a cell's text for the clipboard
 *   precedents()        the cells from which the selected one is computed: {row, column, name}
 *   refuse(row, column) called when a person types in a cell that cannot be edited
 *   editable(row, column), edit(row, column, text), paste(row, column, text), remove(row, column)
 *   select(row, column) called when a person goes to a cell
 * Rows and columns count from 0. As in a spreadsheet program the table itself does not move: it
 * scrolls by whole rows and columns, and the scroll bars say which cells it shows.
 */
export function createGrid(container) {
  const id = `gd-cell-${++grids}`;
  const scroller = element("div", { class: "gd-scroll" });
  const sizer = element("div", { class: "gd-sizer" });
  const table = element("table", { class: "gd-table", role: "grid", tabindex: "0", "data-control": "grid" });
  const thead = element("thead", { role: "rowgroup" });
  const tbody = element("tbody", { role: "rowgroup" });
  table.append(thead, tbody);
  sizer.append(table);
  scroller.append(sizer);
  container.append(scroller);
  const showEdges = createGridEdges(container);
  const rows = createRows(tbody, id);
  const sight = createGridSight({ container, scroller, sizer, table, thead, rows }, draw);

  let view = null;
  let here = { row: 0, column: 0 };
  // The other corner of a range of cells; null if only one cell is selected.
  let anchor = null;
  let editing = false;
  let byTouch = false;
  let again = false;

  function build() {
    table.setAttribute("aria-label", view.label);
    table.setAttribute("aria-colcount", view.columns.length + 1);
    const frozen = view.columns.findIndex(({ name }) => name === view.frozen);
    const made = createColumnHeader(view.columns, frozen);
    thead.replaceChildren(...made.rows);
    rows.build(view, frozen);
    sight.build(made.heads, frozen);
  }

  function draw() {
    if (!view) return;
    const { first, last, isShown } = sight;
    rows.draw(view, first.row, here, cellRangeOf(here, anchor), isShown);
    last.row = first.row + sight.fullRows() - 1;
    showEdges(view.precedents?.() ?? [], first, last, isShown);
    const inSight = isShown(here.column) && rows.holds(here.row);
    if (inSight) table.setAttribute("aria-activedescendant", id);
    else table.removeAttribute("aria-activedescendant");
  }

  /** Go to a cell and tell the caller; `extend` keeps the range's other corner where it is. */
  function goTo(row, column, { extend = false, inSight = true } = {}) {
    if (!view) return;
    anchor = extend ? anchor ?? here : null;
    here = {
      row: Math.max(0, Math.min(view.rows - 1, row)),
      column: Math.max(0, Math.min(view.columns.length - 1, column)),
    };
    view.select(here.row, here.column);
    if (inSight) sight.reveal(here);
    draw();
  }

  const editable = () => Boolean(view.editable?.(here.row, here.column));

  /** Open the selected cell for editing, with `typed` in it or its present text. */
  function edit(typed) {
    const cell = rows.cell(here.row - sight.first.row, here.column);
    if (editing || !cell || !editable()) return false;
    const { row, column } = here;
    editing = true;
    openEditor(cell, {
      text: typed ?? view.text(row, column),
      select: typed === undefined,
      spoken: view.spoken(row, column),
      done(text, [down, right]) {
        editing = false;
        draw();
        if (text !== null) {
          view.edit(row, column, text);
          if (down || right) goTo(row + down, column + right);
        }
        table.focus({ preventScroll: true });
      },
    });
    return true;
  }

  table.addEventListener("mousedown", (event) => {
    const cell = event.target.closest("td[data-column]");
    if (!cell || event.target.closest("input")) return;
    const { row, column } = here;
    const there = [Number(cell.parentNode.dataset.row), Number(cell.dataset.column)];
    goTo(...there, { extend: event.shiftKey });
    if (event.shiftKey) event.preventDefault();
    again = here.row === row && here.column === column;
  });
  table.addEventListener("pointerdown", (event) => { byTouch = event.pointerType === "touch"; });
  // A tablet has no keyboard until a text box is open: there a second tap opens the cell.
  table.addEventListener("click", () => byTouch && again && edit());
  table.addEventListener("dblclick", () => edit());
  table.addEventListener("keydown", (event) => {
    if (!view || editing) return;
    const far = event.ctrlKey || event.metaKey;
    const action = actionOf("grid", event);
    const page = { "page up": [-sight.fullRows(), 0], "page down": [sight.fullRows(), 0] };
    const move = Array.isArray(action) ? action : page[action];
    if (move) {
      goTo(here.row + move[0], here.column + move[1], { extend: event.shiftKey });
    } else if (action === "edit") {
      if (!edit()) return;
    } else if (action === "remove") {
      if (editable()) view.remove?.(here.row, here.column);
      else view.refuse?.(here.row, here.column);
    } else if (event.key.length === 1 && !far && !event.altKey) {
      if (!edit(event.key)) view.refuse?.(here.row, here.column);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  table.addEventListener("paste", (event) => {
    if (editing || !view || !editable()) return;
    event.preventDefault();
    view.paste?.(here.row, here.column, event.clipboardData.getData("text/plain"));
  });
  table.addEventListener("copy", (event) => {
    if (editing || !view) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", copiedFrom(view, cellRangeOf(here, anchor)));
  });
  /** Show a view at the selected cell, or at `position`, which is given if the columns are new. */
  function show(next, position) {
    const before = view?.rows;
    view = next;
    sight.take(view);
    if (position) {
      here = position;
      anchor = null;
      build();
    }
    if (position || before !== next.rows) {
      table.setAttribute("aria-rowcount", next.rows + 2);
      sight.measure();
    }
    goTo(here.row, here.column, { extend: Boolean(anchor), inSight: false });
    if (position) scroller.scrollTop = scroller.scrollLeft = 0;
  }

  return {
    show,
    goTo,
    here: () => ({ ...here }),
    focus: () => table.focus({ preventScroll: true }),
  };
}
