// Which whole rows and columns of a grid's table are visible, according to the scroll bars.
import { WIDTHS, nameSections } from "./column_header.js";

const ROW_HEIGHT = 25;
const SCROLL_BAR = 18;

/**
 * The visible cells of a grid, `first` to `last`; `draw()` is called when they have changed.
 */
export function createGridSight({ container, scroller, sizer, table, thead, rows }, draw) {
  let view = null;
  let heads = [];
  let frozen = -1;
  let waiting = false;
  // Measuring makes the browser lay out the page, so sizes are measured only when they may change.
  const room = { width: 0, height: 0, head: 0 };
  const first = { row: 0, column: 0 };
  const last = { row: 0, column: 0 };

  const widthOf = (column) => WIDTHS[view.columns[column].width];
  const fullRows = () => Math.max(1, Math.floor((room.height - room.head) / ROW_HEIGHT));

  /** The left edge of a column if nothing were scrolled, in pixels. */
  function leftOf(column) {
    let left = 0;
    for (let index = 0; index < column; index++) left += widthOf(index);
    return left;
  }

  /** The last column that fits if `from` is the first, and their width together. */
  function fit(from) {
    let width = WIDTHS.heading + (frozen >= 0 && frozen < from ? widthOf(frozen) : 0);
    let to = from;
    while (to < view.columns.length && (width + widthOf(to) <= room.width || to === from)) {
      width += widthOf(to++);
    }
    return { to: to - 1, width };
  }

  /** Let the tabs stick to the lower edge of what scrolls the sheet, below its padding. */
  function reachDown() {
    const parentOf = (node) => node.parentElement ?? node.getRootNode().host;
    let at = parentOf(container);
    while (at && !/auto|scroll/.test(getComputedStyle(at).overflowY)) at = parentOf(at);
    const below = at ? getComputedStyle(at).paddingBottom : "0px";
    container.closest(".gd")?.style.setProperty("--gd-below", below);
  }

  /** Measure the page, make as many rows as fit, and set the range of the scroll bars. */
  function measure() {
    reachDown();
    room.head = thead.offsetHeight;
    // A short table is no higher than its rows.
    const whole = `${room.head + view.rows * ROW_HEIGHT + SCROLL_BAR}px`;
    Object.assign(scroller.style, { maxHeight: whole, minHeight: "" });
    if (scroller.clientHeight > parseFloat(whole)) scroller.style.minHeight = whole;
    room.width = scroller.clientWidth;
    room.height = scroller.clientHeight;
    rows.provide(fullRows() + 1);
    showColumns();
    // The scroll bars end where the last row and the last column are just visible.
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
    // One more column may be partly visible.
    last.column = Math.min(to + 1, view.columns.length - 1);
    table.style.width = `${width + (last.column > to ? widthOf(last.column) : 0)}px`;
    for (let column = 0; column < view.columns.length; column++) {
      const hidden = !isShown(column);
      for (const head of heads[column]) head.hidden = hidden;
      rows.hide(column, hidden);
    }
    nameSections(view.columns, heads);
  }

  /** Show the cells at the position of the scroll bars. */
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

  /** How many rows at the table's end are covered by the bar of tabs, which stays on the screen. */
  function coveredRows() {
    const bar = container.closest(".gd")?.querySelector(".gd-tabs");
    const end = Math.min(innerHeight, bar?.getBoundingClientRect().top ?? innerHeight);
    return Math.max(0, Math.ceil((scroller.getBoundingClientRect().bottom - end) / ROW_HEIGHT));
  }

  /** Scroll until a cell is visible. */
  function reveal(here) {
    // The sheet is hidden and has no size yet.
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
    // The sheet becomes visible for the first time: it opens at its first row and column.
    if (!room.width) first.row = first.column = 0;
    measure();
    draw();
  }).observe(scroller);

  return {
    first, last, isShown, fullRows, measure, reveal,
    /** Use a new view; `build` must follow if its columns are different. */
    take: (next) => { view = next; },
    /** Start at the first cell with new header cells; `index` is the frozen column. */
    build(made, index) {
      heads = made;
      frozen = index;
      first.row = first.column = 0;
    },
  };
}
