// The header of the grid: letters as in a spreadsheet, and below them symbols and names.

/** Widths of columns in pixels. */
export const WIDTHS = { heading: 46, narrow: 62, normal: 102, wide: 116 };

export function element(tag, attributes = {}, text = "") {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text) node.textContent = text;
  return node;
}

const COLUMN_HEAD = { scope: "col", role: "columnheader" };
const ofWidth = (width) => ({ style: `width: ${width}px` });

function nameCell(column, index, freeze) {
  const name = element("th", {
    class: `gd-name${freeze}`, "aria-colindex": index + 2, "aria-label": column.label,
    ...COLUMN_HEAD,
  });
  if (column.symbol) {
    const symbol = element("span", { class: "gd-symbol", "aria-hidden": "true" });
    symbol.innerHTML = column.symbol;
    name.append(symbol);
  }
  name.append(labelOf(column.label));
  return name;
}

/** A column's name; lines may break after underscores and after the colon of a rule's name. */
export function labelOf(name) {
  const label = element("span", { class: "gd-label" });
  for (const part of name.split(/(?<=[_:])/)) label.append(part, element("wbr"));
  return label;
}

/**
 * The rows of the header, and for each column its header cells. `frozen` is the index of the column
 * that stays in sight. If columns belong to sections, a first row shows the sections' names, and a
 * column's first header cell is in it.
 */
export function createColumnHeader(columns, frozen) {
  // The table takes its column widths from its first row.
  const sections = element("tr", { "aria-hidden": "true" });
  sections.append(element("th", { class: "gd-section", ...ofWidth(WIDTHS.heading) }));
  // A screen reader says the names only: the letters would be a second header of each cell.
  const letters = element("tr", { "aria-hidden": "true" });
  const names = element("tr", { role: "row", "aria-rowindex": 2 });
  letters.append(element("th", { class: "gd-corner", ...ofWidth(WIDTHS.heading) }));
  names.append(element("th", { class: "gd-corner", "aria-colindex": 1, ...COLUMN_HEAD }, "row"));
  const heads = columns.map((column, index) => {
    const freeze = index === frozen ? " gd-frozen" : "";
    const looks = { class: `gd-letters${freeze}`, ...ofWidth(WIDTHS[column.width]) };
    const over = [element("th", looks, column.letters), nameCell(column, index, freeze)];
    letters.append(over[0]);
    names.append(over[1]);
    if (!column.section) return over;
    sections.append(element("th", { class: "gd-section", ...ofWidth(WIDTHS[column.width]) }));
    return [sections.lastChild, ...over];
  });
  const isParted = sections.children.length > 1;
  return { rows: isParted ? [sections, letters, names] : [letters, names], heads };
}

/** Write each section's name above its first visible column. */
export function nameSections(columns, heads) {
  let before = null;
  columns.forEach(({ section }, index) => {
    const [cell] = heads[index];
    if (!section || cell.hidden) return;
    const said = section === before ? "" : section;
    if (cell.textContent !== said) cell.textContent = said;
    cell.classList.toggle("gd-section-begins", Boolean(said));
    before = section;
  });
}
