// The head of the grid: letters as in a spreadsheet, and under them symbols and names.

/** Widths of columns in pixels. */
export const WIDTHS = { heading: 46, narrow: 62, normal: 102, wide: 116 };

export function element(tag, attributes = {}, text = "") {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text) node.textContent = text;
  return node;
}

const COLUMN_HEAD = { scope: "col", role: "columnheader" };
const unspoken = (width) => ({ "aria-hidden": "true", style: `width: ${width}px` });

function nameCell(column, place, freeze) {
  const name = element("th", {
    class: `gd-name${freeze}`, "aria-colindex": place + 2, ...COLUMN_HEAD,
  });
  if (column.symbol) {
    const symbol = element("span", { class: "gd-symbol", "aria-hidden": "true" });
    symbol.innerHTML = column.symbol;
    name.append(symbol);
  }
  const label = element("span", { class: "gd-label" });
  // A name may break after its underscores and after the colon behind a rule's name.
  for (const part of column.label.split(/(?<=[_:])/)) label.append(part, element("wbr"));
  name.append(label);
  return name;
}

/** Both rows, and by column the cells that stand over it; `frozen` is a column's place. */
export function createHead(columns, frozen) {
  const letters = element("tr", { role: "row" });
  const names = element("tr", { role: "row" });
  letters.append(element("th", { class: "gd-corner", ...unspoken(WIDTHS.heading) }));
  names.append(element("th", { class: "gd-corner", ...COLUMN_HEAD }, "row"));
  const heads = columns.map((column, place) => {
    const freeze = place === frozen ? " gd-frozen" : "";
    const looks = { class: `gd-letters${freeze}`, ...unspoken(WIDTHS[column.width]) };
    const over = [element("th", looks, column.letters), nameCell(column, place, freeze)];
    letters.append(over[0]);
    names.append(over[1]);
    return over;
  });
  return { rows: [letters, names], heads };
}
