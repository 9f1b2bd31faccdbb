// A table of cells that draws only the rows in sight: a real HTML table with grid roles.

const ROW_HEIGHT = 25;
const SPARE_ROWS = 6;

let grids = 0;

function element(tag, attributes = {}, text = "") {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text) node.textContent = text;
  return node;
}

/**
 * A grid in `place`. The caller's `view` says what it shows:
 *   label               what the table is called
 *   columns             [{name, letters, symbol, label, width}: width wide-, narrow- or none]
 *   rows, frozen        how many rows; the name of the column that stays in sight
 *   heading(row)        the row's own heading
 *   text(row, column)   a cell's text; marks(row, column): its classes; spoken(row, column)
 *   editable(row, column), edit(row, column, text), paste(row, column, text)
 *   select(row, column) the cell that a person went to
 * Rows count from 0, columns by place.
 */
export function createGrid(place) {
  const id = `gd-cell-${++grids}`;
  const scroller = element("div", { class: "gd-scroll" });
  const table = element("table", { class: "gd-table", role: "grid", tabindex: "0" });
  const columnGroup = element("colgroup");
  const thead = element("thead", { role: "rowgroup" });
  const tbody = element("tbody", { role: "rowgroup" });
  const above = element("tr", { "aria-hidden": "true", class: "gd-gap" });
  const below = above.cloneNode();
  tbody.append(above, below);
  table.append(columnGroup, thead, tbody);
  scroller.append(table);
  place.append(scroller);

  let view = null;
  let pool = [];
  let first = -1;
  let here = { row: 0, column: 0 };
  let editor = null;
  let waiting = false;

  function build(next) {
    const frozen = next.columns.findIndex((column) => column.name === next.frozen);
    table.setAttribute("aria-label", next.label);
    table.setAttribute("aria-colcount", next.columns.length + 1);
    columnGroup.replaceChildren(element("col", { class: "gd-heading-col" }));
    const letters = element("tr", { role: "row" });
    const names = element("tr", { role: "row" });
    letters.append(element("th", { class: "gd-corner", "aria-hidden": "true" }));
    names.append(element("th", { class: "gd-corner", scope: "col", role: "columnheader" }, "row"));
    for (const [place, column] of next.columns.entries()) {
      columnGroup.append(element("col", { class: `gd-${column.width ?? ""}col` }));
      const freeze = place === frozen ? " gd-frozen" : "";
      letters.append(element("th", { class: `gd-letters${freeze}`, "aria-hidden": "true" }, column.letters));
      const name = element("th", { scope: "col", role: "columnheader", class: `gd-name${freeze}`, "aria-colindex": place + 2 });
      if (column.symbol) name.insertAdjacentHTML("beforeend", `<span class="gd-symbol" aria-hidden="true">${column.symbol}</span>`);
      const label = element("span", { class: "gd-label" });
      // A name may break after its underscores and after the colon behind a rule's name.
      for (const part of column.label.split(/(?<=[_:])/)) label.append(part, element("wbr"));
      name.append(label);
      names.append(name);
    }
    thead.replaceChildren(letters, names);
    for (const row of pool) row.node.remove();
    pool = [];
    first = -1;
    for (let place = 0; place < poolSize(); place++) pool.push(newRow(next, frozen));
    for (const row of pool) below.before(row.node);
  }

  function poolSize() {
    return Math.ceil((scroller.clientHeight || 480) / ROW_HEIGHT) + 2 * SPARE_ROWS;
  }

  function newRow(next, frozen) {
    const node = element("tr", { role: "row" });
    const heading = element("th", { scope: "row", role: "rowheader", class: "gd-heading" });
    node.append(heading);
    const cells = next.columns.map((column, place) => {
      const cell = element("td", { role: "gridcell", "aria-colindex": place + 2 });
      cell.dataset.column = place;
      if (place === frozen) cell.className = "gd-frozen";
      node.append(cell);
      return { node: cell, text: "", marks: "", base: place === frozen ? "gd-frozen" : "" };
    });
    return { node, heading, cells };
  }

  function draw() {
    waiting = false;
    if (!view) return;
    const start = Math.floor(scroller.scrollTop / ROW_HEIGHT) - SPARE_ROWS;
    first = Math.max(0, Math.min(start, view.rows - pool.length));
    const last = Math.min(view.rows, first + pool.length);
    above.style.height = `${first * ROW_HEIGHT}px`;
    below.style.height = `${(view.rows - last) * ROW_HEIGHT}px`;
    pool.forEach((row, place) => drawRow(row, first + place));
  }

  function drawRow(row, number) {
    const there = number < view.rows;
    row.node.hidden = !there;
    if (!there) return;
    row.node.dataset.row = number;
    row.node.setAttribute("aria-rowindex", number + 3);
    row.node.classList.toggle("gd-current", number === here.row);
    const heading = String(view.heading(number));
    if (row.heading.textContent !== heading) row.heading.textContent = heading;
    row.cells.forEach((cell, column) => {
      const text = view.text(number, column);
      if (cell.text !== text && !(editor && editor.cell === cell.node)) cell.node.textContent = cell.text = text;
      const isHere = number === here.row && column === here.column;
      const marks = `${cell.base} ${view.marks(number, column)}${isHere ? " gd-here" : ""}`;
      if (cell.marks !== marks) cell.node.className = cell.marks = marks;
      if (isHere) {
        cell.node.id = id;
        cell.node.setAttribute("aria-selected", "true");
        const spoken = view.spoken?.(number, column);
        if (spoken) cell.node.setAttribute("aria-label", spoken);
      } else if (cell.node.id) {
        for (const name of ["id", "aria-selected", "aria-label"]) cell.node.removeAttribute(name);
      }
    });
  }

  function drawSoon() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(draw);
  }

  function reveal() {
    const head = thead.offsetHeight;
    const top = here.row * ROW_HEIGHT;
    const room = scroller.clientHeight - head - ROW_HEIGHT - 16;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top > scroller.scrollTop + room) scroller.scrollTop = top - room;
    const cell = pool[0]?.cells[here.column]?.node;
    if (!cell) return;
    const frozen = pool[0].node.querySelector("td.gd-frozen");
    const inset = pool[0].heading.offsetWidth + (frozen && frozen !== cell ? frozen.offsetWidth : 0);
    if (cell.classList.contains("gd-frozen")) return;
    const left = cell.offsetLeft;
    if (left - inset < scroller.scrollLeft) scroller.scrollLeft = left - inset;
    else if (left + cell.offsetWidth > scroller.scrollLeft + scroller.clientWidth) {
      scroller.scrollLeft = left + cell.offsetWidth - scroller.clientWidth;
    }
  }

  /** Go to a cell; `quietly` without telling the caller, who asked for it. */
  function goTo(row, column, quietly = false) {
    if (!view) return;
    here = {
      row: Math.max(0, Math.min(view.rows - 1, row)),
      column: Math.max(0, Math.min(view.columns.length - 1, column)),
    };
    table.setAttribute("aria-activedescendant", id);
    if (!quietly) view.select(here.row, here.column);
    reveal();
    draw();
  }

  function cellAt(row, column) {
    return pool[row - first]?.cells[column]?.node;
  }

  function edit(start) {
    if (editor || !view.editable?.(here.row, here.column)) return false;
    const cell = cellAt(here.row, here.column);
    if (!cell) return false;
    const at = { ...here };
    const box = element("input", { type: "text", class: "gd-editor", "aria-label": `edit ${view.spoken?.(at.row, at.column) ?? "cell"}` });
    box.value = start ?? view.text(at.row, at.column);
    cell.replaceChildren(box);
    editor = { cell, box };
    box.focus();
    if (start === undefined) box.select();
    const finish = (keep, by = 0) => {
      if (!editor) return;
      editor = null;
      const text = box.value;
      // The row may show another number by now: what stands there is drawn again.
      pool.forEach((row) => row.cells.forEach((other) => { if (other.node === cell) other.text = null; }));
      box.remove();
      draw();
      if (keep) {
        view.edit(at.row, at.column, text);
        if (by) goTo(at.row + by, at.column);
      }
      table.focus({ preventScroll: true });
    };
    box.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") finish(true, 1);
      else if (event.key === "Escape") finish(false);
      else if (event.key === "Tab") {
        finish(true);
        goTo(at.row, at.column + (event.shiftKey ? -1 : 1));
        event.preventDefault();
      }
    });
    box.addEventListener("blur", () => finish(true));
    return true;
  }

  scroller.addEventListener("scroll", drawSoon, { passive: true });
  table.addEventListener("mousedown", (event) => {
    const cell = event.target.closest("td[data-column]");
    if (!cell || event.target.closest("input")) return;
    goTo(Number(cell.parentNode.dataset.row), Number(cell.dataset.column));
  });
  table.addEventListener("dblclick", () => edit());
  table.addEventListener("keydown", (event) => {
    if (!view || editor) return;
    const page = Math.max(1, Math.floor((scroller.clientHeight - thead.offsetHeight) / ROW_HEIGHT) - 1);
    const far = event.ctrlKey || event.metaKey;
    const moves = {
      ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
      PageUp: [-page, 0], PageDown: [page, 0],
      Home: [far ? -Infinity : 0, -Infinity], End: [far ? Infinity : 0, Infinity],
    };
    if (event.key in moves && !event.altKey) {
      const [down, right] = moves[event.key];
      const jump = far && event.key.startsWith("Arrow") ? Infinity : 1;
      goTo(here.row + (down ? down * jump : 0), here.column + (right ? right * jump : 0));
    } else if (event.key === "Enter" || event.key === "F2") {
      if (!edit()) return;
    } else if (event.key === "Delete" && view.editable?.(here.row, here.column)) {
      view.remove?.(here.row, here.column);
    } else if (event.key.length === 1 && !far && !event.altKey && view.editable?.(here.row, here.column)) {
      edit(event.key);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  table.addEventListener("paste", (event) => {
    if (editor || !view?.editable?.(here.row, here.column)) return;
    event.preventDefault();
    view.paste?.(here.row, here.column, event.clipboardData.getData("text/plain"));
  });
  table.addEventListener("copy", (event) => {
    if (editor || !view) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", view.copied?.(here.row, here.column) ?? view.text(here.row, here.column));
  });
  // The room may change when the page's width does; rows that are missing are made then.
  new ResizeObserver(() => {
    if (view && pool.length < poolSize()) show(view, true);
  }).observe(scroller);

  /** Show a view; `anew` where its columns are others. */
  function show(next, anew) {
    view = next;
    if (anew) build(next);
    table.setAttribute("aria-rowcount", next.rows + 2);
    here = { row: Math.min(here.row, next.rows - 1), column: Math.min(here.column, next.columns.length - 1) };
    draw();
  }

  /** The same cell once more, after its numbers have changed. */
  function refresh() {
    if (here.row >= 0) view.select(here.row, here.column);
    draw();
  }

  return { show, goTo, refresh, here: () => ({ ...here }) };
}
