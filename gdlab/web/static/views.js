// The views that the grid shows: the cells of a rule's sheet or of compare, or the points.
import { full, lettersOf, shown } from "./numbers.js";
import { valueOf } from "./state.js";

const STATUS = {
  right: "right",
  follows: "follows from an earlier slip",
  unearned: "does not show that it was computed",
  wrong: "wrong",
  empty: "empty",
};
const SHORT_NAME = 9;
const ONE_CELL = "paste one number at a time; each cell is judged as it is filled in";

function widthOf({ group, numbers, name }) {
  if (group) return "wide";
  return !numbers && name.length < SHORT_NAME ? "narrow" : "normal";
}

/**
 * The view of a rule's sheet or of compare; row 0 is the start row. `lit` holds the precedents of
 * the selected cell, {row, column, name} by "row name"; `names` are the columns that are not
 * folded; `on` has `edit(row, name, text)`, `refuse(text)` and `select(row, column)`.
 */
export function sheetView(state, lit, names, on) {
  const columns = names.map((name) => state.columns.get(name));
  const value = (row, column) => valueOf(state, columns[column].name, row);
  const judged = (row, column) => state.judged?.[`${row} ${columns[column].name}`];
  const blank = (row, column) => state.blanks?.[columns[column].name]?.includes(row) ?? false;
  const status = (row, column) => judged(row, column)?.status ?? "empty";
  const epochs = state.cells.get("epoch");
  const endsEpoch = (row) => row > 0 && row < state.rows && epochs?.[row - 1] !== epochs?.[row];
  return {
    label: `sheet ${state.tab}`,
    columns: columns.map((column) => ({ ...column, label: column.name, width: widthOf(column) })),
    rows: state.rows + 1,
    // Row 0, the start, is not counted.
    unnumbered: 1,
    frozen: state.head.frozen,
    heading: (row) => state.head.start_row + row,
    text(row, column) {
      if (blank(row, column)) return judged(row, column)?.text ?? "";
      const number = value(row, column);
      return number === undefined ? "" : shown(number);
    },
    marks(row, column) {
      const number = value(row, column);
      const names = [];
      if (lit.has(`${row} ${columns[column].name}`)) names.push("gd-precedent");
      if (row === 0) names.push("gd-start");
      if (endsEpoch(row)) names.push("gd-epoch-end");
      if (blank(row, column)) names.push("gd-blank", `gd-${status(row, column)}`);
      else if (number !== undefined && !Number.isFinite(number)) names.push("gd-bad");
      return names.join(" ");
    },
    spoken(row, column) {
      const text = this.text(row, column);
      const said = blank(row, column) ? `${text} ${STATUS[status(row, column)]}` : text || "blank";
      const where = row ? `row ${row}` : "start";
      return `${columns[column].name}, ${where}: ${said}`;
    },
    copied(row, column) {
      const number = value(row, column);
      return number === undefined ? "" : full(number);
    },
    editable: blank,
    edit: (row, column, text) => on.edit(row, columns[column].name, text),
    paste(row, column, block) {
      const text = block.trim();
      if (/[\t\n]/.test(text)) on.refuse(ONE_CELL);
      else on.edit(row, columns[column].name, text);
    },
    remove: (row, column) => on.edit(row, columns[column].name, ""),
    precedents: () => lit.values(),
    refuse(row, column) {
      const { letters, group, numbers } = columns[column];
      const address = `${letters}${state.head.start_row + row}`;
      if (state.blanks) on.refuse(`${address} is given; fill in the tinted cells only.`);
      else if (row === 0) on.refuse(`${address} is a start value: change it among the inputs.`);
      else if (numbers || group) on.refuse(`${address} follows from its formula: change an input.`);
      else on.refuse(`${address} is given: points are changed on the sheet data.`);
    },
    select: on.select,
  };
}

/**
 * The view of the points; the row after the last is for a new point. `on` has `edit(row, name,
 * text)`, `paste(row, name, text)`, `remove(row)` and `select(row, column)`.
 */
export function pointsView({ points, samples }, on) {
  const names = Object.keys(points);
  const text = (row, column) => (row < samples ? full(points[names[column]][row]) : "");
  return {
    label: "points",
    columns: names.map((name, index) => ({
      name, letters: lettersOf(index), label: name, symbol: "", width: "normal",
    })),
    rows: samples + 1,
    // The row for a new point is not printed.
    printed: samples,
    unnumbered: 0,
    frozen: null,
    heading: (row) => (row < samples ? row + 1 : "new"),
    text,
    marks: () => "gd-editable",
    spoken(row, column) {
      const name = names[column];
      if (row >= samples) return `${name} of a new point`;
      return `${name} of point ${row + 1}: ${text(row, column)}`;
    },
    copied: text,
    editable: () => true,
    edit(row, column, typed) {
      if (typed !== text(row, column)) on.edit(row, names[column], typed);
    },
    paste: (row, column, block) => on.paste(row, names[column], block),
    remove: (row) => row < samples && on.remove(row),
    select: on.select,
  };
}
