// The formulas that a learner wrote into a sheet, in the words of its table, as
// gdlab/marking/own_formulas.py has them, and the slip that such a formula is.
import { drawing } from "./draw.js";
import { Unread, treeOfFormula } from "./excel_formula.js";
import { asHeaded, formulaText } from "./formula_text.js";
import { NoNumber } from "./intervals.js";
import { short } from "./numbers.js";
import { pairsOf } from "./changes.js";
import { addressAt } from "./practice_table.js";
import { bound, namesIn } from "./slips.js";
import { columnNumber } from "./xlsx_file.js";

// Formulas beside the table that lead to each other; more come from no person.
const MOST_HELPERS = 8;
const ROUNDED = /^=?\s*ROUND\((.*)[,;]\s*\d{1,2}\s*\)\s*$/is;
const CELL = /^(\$?)([A-Z]{1,3})(\$?)([1-9]\d{0,6})$/i;
// Numbers are told apart by so many digits.
const TOLD_DIGITS = 10;

/** Whether the inside of brackets closes all that it opens. */
function isBalanced(text) {
  let depth = 0;
  return [...text].every((letter) => {
    depth += (letter === "(") - (letter === ")");
    return depth >= 0;
  });
}

/**
 * By place the learner's formulas in a `table` of practice_table.js: `{tree, moved}`, the formula in
 * the words of the table and what is wrong with where it points; those that can be read. `rows` are
 * the sheet's rows by the table's; of the page's sheet `data` are the points' columns, `inputNames`
 * the inputs by the names that they have in a workbook.
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

  /** What a formula of row `t` means by a cell. */
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

/** Arbitrary numbers for names, the same ones always; `known` are given. */
function somewhere(columns, known, seed) {
  const values = new Map(Object.entries(known));
  const valueOf = (name) => {
    if (!values.has(name)) {
      const tree = columns[name]?.formula;
      // Under 1, so that shares are, and what they are subtracted from 1 for has a root.
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
 * The slip that a formula is, one or two together, of what `slips` has of a sheet: `[name, tree,
 * because]`; null for any other formula, and for the right one. A number in it may stand for one of
 * the `inputs`.
 */
export function slipOfFormula(tree, { columns }, column, inputs, marking) {
  const { formula, single } = columns[column];
  // Where a formula leaves a tiny eps out, or has it elsewhere, that is its least slip.
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
 * The wrong cells whose own formula is a slip, `named`, and those where it is only `shown`: causes by
 * place. The first need no search: `wrong` is the rest. A formula that does not give the number beside
 * it is not evidence; `slipAt` says which slip it is.
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

/** What is said of a formula, with the slip that it is, null where it is none that is known. */
function causeOfFormula(tree, slip) {
  if (slip) {
    return { slip: slip.name, hint: slip.hint, because: slip.because, once: !isCopy(slip) };
  }
  const text = formulaText(tree);
  const hint = `the formula there is ${text}: which part of it is not as it should be?`;
  return { slip: null, hint, because: `${text} was computed`, once: true };
}

/** Whether a number of another cell stands there: nothing was computed. */
export const isCopy = ({ name, tree }) => name.startsWith("copied_")
  || (typeof tree === "string" && name === "other_parameter");
