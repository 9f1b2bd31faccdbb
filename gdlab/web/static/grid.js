// A table of cells that holds only those in sight: a real HTML table with grid roles.
import { copiedFrom, cellRangeOf } from "./cell_range.js";
import { WIDTHS, createColumnHeader, element, nameSections } from "./column_header.js";
import { openEditor } from "./editor.js";
import { createGridEdges } from "./grid_edges.js";
import { actionOf } from "./keys.js";
import { createRows } from "./rows.js";

const ROW_HEIGHT = 25;
const SCROLL_BAR = 18;

let grids = 0;

/**
 * A grid in `container`. The caller's `view` says what it shows:
 *   label               what the table is called
 *   columns             [{name, letters, symbol, label, width}], width a word of WIDTHS
 *   rows, frozen        how many rows; the name of the column that stays in sight
 *   heading(row)        the row's own heading
 *   text(row, column)   a cell's text; marks(row, column): its classes; spoken(row, column)
 *   copied(row, column) what of a cell goes to the clipboard
 *   leansOn()           the cells that the selected one was computed from: {row, column, name}
 *   refuse(row, column) someone types where nothing can be typed
 *   editable(row, column), edit(row, column, text), paste(row, column, text), remove(row, column)
 *   select(row, column) the cell that a person went to
 * Rows count from 0, columns by index. As in a spreadsheet program the table stands still and is
 * scrolled by whole rows and columns: the scroll bars only say which cells it shows.
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

  let view = null;
  let heads = [];
  let here = { row: 0, column: 0 };
  // The other corner of a range of cells; null where one cell alone is selected.
  let anchor = null;
  let editing = false;
  let waiting = false;
  let byTouch = false;
  let again = false;
  // What the page would have to lay itself out for is asked once, when it may have changed.
  const room = { width: 0, height: 0, head: 0 };
  const first = { row: 0, column: 0 };
  const last = { row: 0, column: 0 };

  const frozen = () => view.columns.findIndex(({ name }) => name === view.frozen);
  const widthOf = (column) => WIDTHS[view.columns[column].width];
  const fullRows = () => Math.max(1, Math.floor((room.height - room.head) / ROW_HEIGHT));

  /** How far to the right a column would begin if nothing were scrolled. */
  function leftOf(column) {
    let left = 0;
    for (let index = 0; index < column; index++) left += widthOf(index);
    return left;
  }

  /** The last column that fits in when `from` is the first, and what width they have together. */
  function fit(from) {
    const fixed = frozen();
    let width = WIDTHS.heading + (fixed >= 0 && fixed < from ? widthOf(fixed) : 0);
    let to = from;
    while (to < view.columns.length && (width + widthOf(to) <= room.width || to === from)) {
      width += widthOf(to++);
    }
    return { to: to - 1, width };
  }

  function build() {
    table.setAttribute("aria-label", view.label);
    table.setAttribute("aria-colcount", view.columns.length + 1);
    const made = createColumnHeader(view.columns, frozen());
    heads = made.heads;
    thead.replaceChildren(...made.rows);
    rows.build(view, frozen());
  }

  /** Take the page's measures, make the rows that there is room for, and set the scroll bars. */
  function measure() {
    room.head = thead.offsetHeight;
    // A short table needs no more height than its rows.
    const whole = `${room.head + view.rows * ROW_HEIGHT + SCROLL_BAR}px`;
    Object.assign(scroller.style, { maxHeight: whole, minHeight: "" });
    if (scroller.clientHeight > parseFloat(whole)) scroller.style.minHeight = whole;
    room.width = scroller.clientWidth;
    room.height = scroller.clientHeight;
    rows.provide(fullRows() + 1);
    showColumns();
    // The scroll bars reach to where the last row and the last column are just in sight.
    let from = view.columns.length - 1;
    while (from > 0 && fit(from - 1).to === view.columns.length - 1) from--;
    sizer.style.width = `${leftOf(from) + room.width}px`;
    sizer.style.height = `${Math.max(0, view.rows - fullRows()) * ROW_HEIGHT + room.height}px`;
  }

  function isShown(column) {
    return column === frozen() || (column >= first.column && column <= last.column);
  }

  function showColumns() {
    const { to, width } = fit(first.column);
    // One more may be seen in part.
    last.column = Math.min(to + 1, view.columns.length - 1);
    table.style.width = `${width + (last.column > to ? widthOf(last.column) : 0)}px`;
    for (let column = 0; column < view.columns.length; column++) {
      const hidden = !isShown(column);
      for (const head of heads[column]) head.hidden = hidden;
      rows.hide(column, hidden);
    }
    nameSections(view.columns, heads);
  }

  function draw() {
    waiting = false;
    if (!view) return;
    rows.draw(view, first.row, here, cellRangeOf(here, anchor), isShown);
    last.row = first.row + fullRows() - 1;
    showEdges(view.leansOn?.() ?? [], first, last, isShown);
    const inSight = isShown(here.column) && rows.holds(here.row);
    if (inSight) table.setAttribute("aria-activedescendant", id);
    else table.removeAttribute("aria-activedescendant");
  }

  /** Follow the scroll bars. */
  function scroll() {
    if (!view) return;
    const row = Math.round(scroller.scrollTop / ROW_HEIGHT);
    first.row = Math.max(0, Math.min(row, view.rows - fullRows()));
    const left = scroller.scrollLeft;
    let column = 0;
    while (column < view.columns.length - 1 && leftOf(column) + widthOf(column) / 2 < left) {
      column++;
    }
    if (column !== first.column) {
      first.column = column;
      showColumns();
    }
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(draw);
  }

  /** How many rows at the table's end are under the bar of tabs, which stays on the screen. */
  function coveredRows() {
    const bar = container.closest(".gd")?.querySelector(".gd-tabs");
    const end = Math.min(innerHeight, bar?.getBoundingClientRect().top ?? innerHeight);
    return Math.max(0, Math.ceil((scroller.getBoundingClientRect().bottom - end) / ROW_HEIGHT));
  }

  /** Bring the selected cell in sight. */
  function reveal() {
    const full = Math.max(1, fullRows() - coveredRows());
    if (here.row < first.row) first.row = here.row;
    else if (here.row >= first.row + full) first.row = here.row - full + 1;
    let from = first.column;
    if (here.column !== frozen()) {
      if (here.column < from) from = here.column;
      while (fit(from).to < here.column) from++;
    }
    if (from !== first.column) {
      first.column = from;
      showColumns();
    }
    const top = first.row * ROW_HEIGHT;
    const left = leftOf(first.column);
    if (Math.abs(scroller.scrollTop - top) > ROW_HEIGHT / 2) scroller.scrollTop = top;
    if (Math.abs(scroller.scrollLeft - left) > 1) scroller.scrollLeft = left;
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
    if (inSight && room.width) reveal();
    draw();
  }

  const editable = () => Boolean(view.editable?.(here.row, here.column));

  /** Open the selected cell for typing, with `typed` in it or with what stands there. */
  function edit(typed) {
    const cell = rows.cell(here.row - first.row, here.column);
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

  scroller.addEventListener("scroll", scroll, { passive: true });
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
  // A tablet may have no keyboard to begin to type with: there a second tap opens the cell.
  table.addEventListener("click", () => byTouch && again && edit());
  table.addEventListener("dblclick", () => edit());
  table.addEventListener("keydown", (event) => {
    if (!view || editing) return;
    const far = event.ctrlKey || event.metaKey;
    const action = actionOf("grid", event);
    const page = { "page up": [-fullRows(), 0], "page down": [fullRows(), 0] };
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
  new ResizeObserver(() => {
    const { clientWidth, clientHeight } = scroller;
    if (!view || (room.width === clientWidth && room.height === clientHeight)) return;
    // Laid out for the first time, out of sight until now: it opens at its first row and column.
    if (!room.width) first.row = first.column = 0;
    measure();
    draw();
  }).observe(scroller);

  /** Show a view at the cell where we are or, where its columns are others, at `position`. */
  function show(next, position) {
    const before = view?.rows;
    view = next;
    if (position) {
      first.row = first.column = 0;
      here = position;
      anchor = null;
      build();
    }
    if (position || before !== next.rows) {
      table.setAttribute("aria-rowcount", next.rows + 2);
      measure();
      first.row = Math.max(0, Math.min(first.row, next.rows - fullRows()));
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
