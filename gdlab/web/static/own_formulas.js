// Reads the formulas that a learner wrote into a sheet, in the names of its table, and finds the
// slip that a formula is, as in gdlab/marking/own_formulas.py.
import { drawing } from "./draw.js";
import { Unread, treeOfFormula } from "./excel_formula.js";
import { asHeaded, formulaText } from "./formula_text.js";
import { NoNumber } from "./intervals.js";
import { short } from "./numbers.js";
import { pairsOf } from "./changes.js";
import { addressAt } from "./practice_table.js";
import { bound, namesIn } from "./slips.js";
import { columnNumber } from "./xlsx_file.js";

// The longest chain of formulas beside the table: no person writes longer ones.
const MOST_HELPERS = 8;
const ROUNDED = /^=?\s*ROUND\((.*)[,;]\s*\d{1,2}\s*\)\s*$/is;
const CELL = /^(\$?)([A-Z]{1,3})(\$?)([1-9]\d{0,6})$/i;
// Numbers with so many equal digits are the same.
const TOLD_DIGITS = 10;

/** Whether no parenthesis closes before it was opened. */
function isBalanced(text) {
  let depth = 0;
  return [...text].every((letter) => {
    depth += (letter === "(") - (letter === ")");
    return depth >= 0;
  });
}

/**
 * The learner's formulas that can be read, `{tree, moved}` by place: the formula in the names of
 * the table, and what is wrong with a reference in it. The first argument is a table of
 * practice_table.js, `rows` has the sheet's row for each row of the table, `data` are the points'
 * columns, `inputNames` the inputs by their names in a workbook.
 */
export function ownFormulas({ sheet, headerRow, columns, inputs }, rows, { data, inputNames }) {
  const tableRows = new Map([[headerRow + 1, 0], ...[...rows].map(([t, row]) => [row, t])]);
  const nameOf = new Map([...columns].map(([name, column]) => [column, name]));
  const inputAt = new Map([...inputs].map(([name, where]) => [where.join(" "), name]));
  const cellAt = (row, column) => sheet.cells.get(`${row} ${column}`);
  let moved = "";

  function treeOf({ text, at }, row, column, t, left) {
    const [, inside = text] = ROUNDED.exec(text) ?? [];
    if (!isBalanced(inside)) throw new Unread();
    return treeOfFormula(inside, (word) => {
      const found = CELL.exec(word);
      if (!found) {
        const input = inputNames[word.toLowerCase()];
        if (!input) throw new Unread();
        return input;
      }
      const [, isColumnFixed, letters, isRowFixed, digits] = found;
      const to = (number, here, from, isFixed) => number + (isFixed ? 0 : here - from);
      return leafOf(
        to(Number(digits), row, at.row, isRowFixed),
        to(columnNumber(letters), column, at.column, isColumnFixed), t, left,
      );
    });
  }

  /** The name or number that a reference in a formula of row `t` stands for. */
  function leafOf(row, column, t, left) {
    const input = inputAt.get(`${row} ${column}`);
    if (input) return input;
    const [name, there] = [nameOf.get(column), tableRows.get(row)];
    if (name && there !== undefined) {
      if (there === t) return name;
      if (there === t - 1) return `${name}_prev`;
      if (there === t + 1 && data.includes(name)) return `${name}_next`;
      throw new Unread();
    }
    const cell = cellAt(row, column);
    if (cell?.formula && left) return treeOf(cell.formula, row, column, t, left - 1);
    if (cell?.kind === "number") return cell.value;
    if (cell || row < 1) throw new Unread();
    const above = [...inputs].find(([, [at, beside]]) => beside === column && at < row);
    if (above) {
      moved ||= `${asHeaded(above[0])} stands in ${addressAt(...above[1])}, but an empty cell below it `
        + "was taken: a $ keeps the place of a cell when a formula is filled down";
    }
    return 0;
  }

  const found = new Map();
  for (const [name, column] of columns) {
    for (const [t, row] of rows) {
      const formula = cellAt(row, column)?.formula;
      if (!formula) continue;
      moved = "";
      try {
        found.set(`${t} ${name}`, { tree: treeOf(formula, row, column, t, MOST_HELPERS), moved });
      } catch (problem) {
        if (!(problem instanceof Unread)) throw problem;
      }
    }
  }
  return found;
}

/** A function of a name that gives an arbitrary, but always the same number; `known` are fixed. */
function somewhere(columns, known, seed) {
  const values = new Map(Object.entries(known));
  const valueOf = (name) => {
    if (!values.has(name)) {
      const tree = columns[name]?.formula;
      // Below 1, so that 1 - beta is positive and has a square root.
      values.set(name, (tree ?? null) === null ? drawing(`${name} ${seed}`).whole(2e5, 95e4) / 1e6
        : resultOf(tree, valueOf));
    }
    return values.get(name);
  };
  return valueOf;
}

function resultOf(tree, valueOf) {
  const own = new Map(namesIn(tree).map((name) => [name, [valueOf(name), valueOf(name)]]));
  const [low, high] = bound(tree, own);
  return (low + high) / 2;
}

/**
 * The slip, or pair of slips, that a formula is, `[name, tree, because]`; null for the right
 * formula and for one that is no known slip. A number in the formula may stand for one of the
 * `inputs`.
 */
export function slipOfFormula(tree, { columns }, column, inputs, marking) {
  const { formula, single } = columns[column];
  // A tiny eps that is missing or in another position does not matter: look for the larger slip.
  for (const known of [inputs, { ...inputs, eps: 0 }]) {
    const draws = [0, 1].map((seed) => somewhere(columns, known, seed));
    const valuesOf = (one) => {
      try {
        return draws.map((valueOf) => short(resultOf(one, valueOf), TOLD_DIGITS)).join(" ");
      } catch (problem) {
        if (!(problem instanceof NoNumber)) throw problem;
        return JSON.stringify(one);
      }
    };
    const wanted = valuesOf(tree);
    if (wanted === valuesOf(formula)) return null;
    const isIt = ([, one]) => valuesOf(one) === wanted;
    const found = single.find(isIt) ?? pairsOf(columns[column], marking).find(isIt);
    if (found) return found;
  }
  return null;
}

/**
 * Causes by place from the learner's formulas: `named` if a formula is a known slip, `shown` if it
 * is not. `wrong` are the cells that still need a search. A formula that does not give its cell's
 * number is not evidence; `slipAt(place, tree)` finds the slip that a formula is.
 */
export function formulaCauses(wrong, formulas, gives, slipAt, { kinds }) {
  const found = new Map();
  for (const cells of formulas.size ? wrong.values() : []) {
    const alike = new Map();
    for (const cell of cells) {
      const own = formulas.get(cell.place);
      if (!own || !gives(cell, own)) continue;
      const cause = own.moved
        ? { slip: "cell_moved", hint: kinds.cell_moved[1], because: own.moved, once: false }
        : causeOfFormula(own.tree, slipAt(cell.place, own.tree));
      const key = JSON.stringify(cause);
      if (!alike.has(key)) alike.set(key, { ...cause, places: [] });
      alike.get(key).places.push(cell.place);
      found.set(cell.place, alike.get(key));
    }
  }
  const named = new Map([...found].filter(([, one]) => one.slip));
  const shown = new Map([...found].filter(([, one]) => !one.slip));
  const left = [...wrong].map(([name, cells]) => [name, cells.filter(({ place }) => !named.has(place))]);
  return { named, shown, wrong: new Map(left.filter(([, cells]) => cells.length)) };
}

/** The cause of a wrong cell from its formula; `slip` is null if it is no known slip. */
function causeOfFormula(tree, slip) {
  if (slip) {
    return { slip: slip.name, hint: slip.hint, because: slip.because, once: !isCopy(slip) };
  }
  const text = formulaText(tree);
  const hint = `the formula there is ${text}: which part of it is not as it should be?`;
  return { slip: null, hint, because: `${text} was computed`, once: true };
}

/** Whether a slip only copies another cell's number. */
export const isCopy = ({ name, tree }) => name.startsWith("copied_")
  || (typeof tree === "string" && name === "other_parameter");
