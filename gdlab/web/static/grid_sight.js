// What of a grid's table is in sight: whole rows and columns, as the scroll bars say.
import { WIDTHS, nameSections } from "./column_header.js";

const ROW_HEIGHT = 25;
const SCROLL_BAR = 18;

/**
 * The cells in sight in a grid's elements, `first` to `last`; `draw()` draws them when they have
 * become others.
 */
export function createGridSight({ container, scroller, sizer, table, thead, rows }, draw) {
  let view = null;
  let heads = [];
  let frozen = -1;
  let waiting = false;
  // What the page would have to lay itself out for is asked once, when it may have changed.
  const room = { width: 0, height: 0, head: 0 };
  const first = { row: 0, column: 0 };
  const last = { row: 0, column: 0 };

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
    let width = WIDTHS.heading + (frozen >= 0 && frozen < from ? widthOf(frozen) : 0);
    let to = from;
    while (to < view.columns.length && (width + widthOf(to) <= room.width || to === from)) {
      width += widthOf(to++);
    }
    return { to: to - 1, width };
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
    first.row = Math.max(0, Math.min(first.row, view.rows - fullRows()));
  }

  function isShown(column) {
    return column === frozen || (column >= first.column && column <= last.column);
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
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  }

  /** How many rows at the table's end are under the bar of tabs, which stays on the screen. */
  function coveredRows() {
    const bar = container.closest(".gd")?.querySelector(".gd-tabs");
    const end = Math.min(innerHeight, bar?.getBoundingClientRect().top ?? innerHeight);
    return Math.max(0, Math.ceil((scroller.getBoundingClientRect().bottom - end) / ROW_HEIGHT));
  }

  /** Bring a cell in sight. */
  function reveal(here) {
    // Nothing is laid out yet.
    if (!room.width) return;
    const full = Math.max(1, fullRows() - coveredRows());
    if (here.row < first.row) first.row = here.row;
    else if (here.row >= first.row + full) first.row = here.row - full + 1;
    let from = first.column;
    if (here.column !== frozen) {
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

  scroller.addEventListener("scroll", scroll, { passive: true });
  new ResizeObserver(() => {
    const { clientWidth, clientHeight } = scroller;
    if (!view || (room.width === clientWidth && room.height === clientHeight)) return;
    // Laid out for the first time, out of sight until now: it opens at its first row and column.
    if (!room.width) first.row = first.column = 0;
    measure();
    draw();
  }).observe(scroller);

  return {
    first, last, isShown, fullRows, measure, reveal,
    /** Follow a view; where its columns are others, `build` comes next. */
    take: (next) => { view = next; },
    /** Begin at the first cell with other columns, of which one is `frozen`. */
    build(made, index) {
      heads = made;
      frozen = index;
      first.row = first.column = 0;
    },
  };
}
