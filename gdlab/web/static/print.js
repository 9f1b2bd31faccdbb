// Printing: a handout, or the whole table, since the grid on the screen contains only visible
// cells.
import { element, labelOf } from "./column_header.js";
import { fillHandout } from "./handout.js";

const MOST_PRINTED_ROWS = 2000;
// So many columns are legible side by side on a landscape page.
const ACROSS = 14;

function headOf(view, columns) {
  const head = element("tr");
  head.append(element("th", { scope: "col" }, "row"));
  for (const column of columns) {
    const { symbol, label } = view.columns[column];
    const cell = element("th", { scope: "col" });
    cell.innerHTML = symbol;
    cell.append(labelOf(label));
    head.append(cell);
  }
  const thead = element("thead");
  thead.append(head);
  return thead;
}

function bodyOf(view, columns, rows) {
  const body = element("tbody");
  for (let row = 0; row < rows; row++) {
    const line = element("tr");
    line.append(element("th", { scope: "row" }, String(view.heading(row))));
    for (const column of columns) {
      line.append(element("td", { class: view.marks(row, column) }, view.text(row, column)));
    }
    body.append(line);
  }
  return body;
}

/**
 * Fill `container` with a grid's view, split into tables of a page's width; the frozen column is
 * repeated in each. `view.printed` is the number of rows to print, by default all;
 * `view.unnumbered` of them are not counted in messages.
 */
function fillPrint(container, view) {
  const fixed = view.columns.findIndex(({ name }) => name === view.frozen);
  const others = [...view.columns.keys()].filter((column) => column !== fixed);
  const all = view.printed ?? view.rows;
  const rows = Math.min(all, MOST_PRINTED_ROWS + view.unnumbered);
  const across = Math.ceil(others.length / Math.ceil(others.length / ACROSS));
  container.replaceChildren();
  for (let from = 0; from < others.length; from += across) {
    const columns = others.slice(from, from + across);
    if (fixed >= 0) columns.unshift(fixed);
    const table = element("table");
    table.append(headOf(view, columns), bodyOf(view, columns, rows));
    container.append(table);
  }
  if (rows < all) {
    const [here, whole] = [rows - view.unnumbered, all - view.unnumbered];
    container.append(element("p", {}, `The first ${here} of ${whole} rows; a file has them all.`));
  }
}

/**
 * Fill `container` while the window prints: with the table of `shown()`, which returns `state` and
 * the grid's `view`, or with a handout after `handout()`. `signal` ends this with the sheet.
 */
export function createPrint(root, container, shown, signal) {
  const HANDOUT = "gd-is-handout";
  window.addEventListener("beforeprint", () => {
    const { state, view } = shown();
    if (root.classList.contains(HANDOUT)) fillHandout(container, state);
    else if (view) fillPrint(container, view);
  }, { signal });
  window.addEventListener("afterprint", () => {
    root.classList.remove(HANDOUT);
    container.replaceChildren();
  }, { signal });

  return {
    handout() {
      root.classList.add(HANDOUT);
      window.print();
    },
  };
}
