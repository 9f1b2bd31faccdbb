// The state that a sheet shows: a host's answer with its columns as arrays, and what to read from
// it.
import { full, short } from "./numbers.js";

/** The state of an answer: with `columns` and `cells` as maps by name. */
export function readState(answer) {
  const { head, points, table } = answer;
  const state = { ...answer, points, columns: new Map(), cells: new Map() };
  (head.columns ?? []).forEach((column, index) => {
    state.columns.set(column.name, { ...column, index });
  });
  if (state.columns.size) {
    const rows = table.length / state.columns.size;
    for (const { name, index } of state.columns.values()) {
      state.cells.set(name, table.subarray(index * rows, (index + 1) * rows));
    }
    state.rows = rows;
  }
  return state;
}

/** The number that a name stands for in a row (0 is the start row); undefined if it is blank. */
export function valueOf(state, name, row) {
  if (state.cells.has(name)) {
    return row > 0 ? state.cells.get(name)[row - 1] : state.first?.[name];
  }
  if (name.endsWith("_prev")) return valueOf(state, name.slice(0, -5), row - 1);
  if (name === state.head.count) return state.samples;
  return state.inputs?.[name];
}

/** A cell's address in the workbook. */
export function addressOf(state, name, row) {
  return `${state.columns.get(name).letters}${state.head.start_row + row}`;
}

/** The Excel formula of a cell, or its plain number. */
export function excelOf(state, name, row) {
  const { excel, startExcel } = state.columns.get(name);
  const value = valueOf(state, name, row);
  if (row === 0) return value === undefined ? "" : startExcel ?? full(value);
  if (!excel) return full(value);
  const here = state.head.start_row + row;
  const epochRow = state.head.start_row + 1 + Math.floor((row - 1) / state.samples);
  const lastPoint = state.head.points_row + state.samples;
  const rows = { row: here, above: here - 1, epoch_row: epochRow, last_point: lastPoint };
  return excel.replace(/\{(\w+)\}/g, (_, word) => rows[word]);
}

/** Whether a name stands for a cell that a learner has not filled in yet. */
function unknown(state, name, row) {
  const above = name.endsWith("_prev") && !state.cells.has(name);
  const [column, at] = above ? [name.slice(0, -5), row - 1] : [name, row];
  return Boolean(state.blanks?.[column]?.includes(at)) && Number.isNaN(valueOf(state, column, at));
}

/** The formula with the row's numbers substituted; empty if nothing is computed. */
export function numbersOf(state, name, row) {
  const { numbers } = state.columns.get(name);
  if (!numbers || row === 0) return "";
  return numbers
    .map((part) => {
      if (typeof part === "string") return part;
      const text = unknown(state, part[0], row) ? "?" : short(valueOf(state, part[0], row));
      return part[1] && text.startsWith("-") ? `(${text})` : text;
    })
    .join("");
}

/** The precedents of a cell: `cells` as `[name, row]`, and the names of `inputs`. */
export function precedentsOf(state, name, row) {
  const cells = [];
  const inputs = [];
  if (row === 0) {
    const { start } = state.columns.get(name);
    if (start) inputs.push(start);
    return { cells, inputs };
  }
  for (const word of state.columns.get(name).precedents) {
    const above = word.endsWith("_prev") ? word.slice(0, -5) : null;
    if (state.columns.has(word)) cells.push([word, row]);
    else if (above && state.columns.has(above)) cells.push([above, row - 1]);
    else inputs.push(word);
  }
  return { cells, inputs };
}
