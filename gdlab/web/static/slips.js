// Which usual slip gives what was typed: a formula is computed again with one step of it done
// otherwise, or with one number taken from another cell.
import { SHEET } from "./arithmetic.js";

// Chance would have met a slip as near in fewer than this share of cells: it is believed.
const BELIEVED = 0.25;
const SIGNS = "look at the signs";
const FACTORS = "count the factors";
const ROWS = "this row's number or the row above's?";
const UPDATED = "the old parameter or the updated one?";
const OTHER = "does every number belong to this parameter?";

/** What else may be done for each operation: `[hint, what comes out]`. */
const OTHERWISE = {
  add: (a, b) => [[SIGNS, a - b], [SIGNS, b - a], ["count the terms", a], ["count the terms", b]],
  sub: (a, b) => [
    [SIGNS, a + b], ["which of the two is subtracted from which?", b - a],
    ["which share belongs here?", b],
  ],
  mul: (a, b) => (
    a === b ? [["is something squared here?", a], ["is something squared here?", 2 * a]]
      : [[FACTORS, a], [FACTORS, b]]
  ),
  div: (a, b) => [["is something divided here?", a], ["what is divided by what?", b / a]],
  pow: (a, b) => [["is there a power?", a], ["a power is no product", a * b]],
  sqrt: (a) => [["is there a root here?", a]],
  neg: (a) => [["look at the sign", a]],
  min: (a, b) => [["the larger or the smaller?", Math.max(a, b)]],
  max: (a, b) => [["the larger or the smaller?", Math.min(a, b)]],
};

/** SHEET, with the step `at` of a computation, from 0, done in its way `way`; `told` hears all. */
function altered(at, way, told) {
  let step = -1;
  const counted = ([name, operation]) => {
    const ways = OTHERWISE[name];
    if (!ways) return [name, operation];
    return [name, (...given) => {
      step += 1;
      if (step !== at) return operation(...given);
      const all = ways(...given);
      told(all);
      return all[way][1];
    }];
  };
  return {
    arithmetic: Object.fromEntries(Object.entries(SHEET).map(counted)),
    restart: () => { step = -1; },
    steps: () => step + 1,
  };
}

/** All that one step done otherwise makes of a column's cell. */
function* byStep(program, cells, inputs, name, row) {
  const run = (at, way, told) => {
    const { arithmetic, steps } = altered(at, way, told);
    const value = program(arithmetic, cells, {}, inputs).rows[name](row);
    return [value, steps()];
  };
  const [, steps] = run(-1, 0, () => {});
  for (let at = 0; at < steps; at++) {
    let ways = [];
    for (let way = 0; way === 0 || way < ways.length; way++) {
      const [value] = run(at, way, (all) => { ways = all; });
      yield [ways[way][0], value];
    }
  }
}

/** Where a cell may have been taken from instead: `[hint, column, row]`. */
function* insteadOf({ name, row }, here, names, parameters) {
  yield [ROWS, name, row === here ? row - 1 : here];
  if (names.includes(`new_${name}`)) yield [UPDATED, `new_${name}`, here];
  const [first, second] = parameters.map((one) => one.name);
  for (const [own, other] of [[first, second], [second, first]]) {
    if (name.endsWith(own)) yield [OTHER, name.slice(0, -own.length) + other, row];
  }
}

/** All that one number from another cell makes of a column's cell; `cells` are as they were. */
function* byCell(formula, cells, taken, row, parameters) {
  const names = Object.keys(cells);
  for (const at of taken) {
    const right = cells[at.name][at.row];
    for (const [hint, name, there] of insteadOf(at, row, names, parameters)) {
      const instead = cells[name]?.[there];
      if (!Number.isFinite(instead) || instead === right) continue;
      cells[at.name][at.row] = instead;
      yield [hint, formula(row)];
      cells[at.name][at.row] = right;
    }
  }
}

/**
 * A hint at the slips that give a wrong cell's number, without a value; empty where none is to be
 * believed. `cells` are the learner's numbers by column, `verdict` is what judgeTyped says.
 */
export function slipHint(program, cells, inputs, parameters, name, row, verdict) {
  const { written, claim, fromYours } = verdict;
  if (!claim || !Number.isFinite(fromYours)) return "";
  const formula = program(SHEET, cells, {}, inputs).rows[name];
  const found = [
    ...byStep(program, cells, inputs, name, row),
    ...byCell(formula, cells, verdict.cells, row, parameters),
  ].filter(([, value]) => Number.isFinite(value) && value !== fromYours);
  const width = claim[1] - claim[0];
  const near = found.filter(([, value]) => Math.abs(value - written.number) <= width);
  const tried = new Set(found.map(([, value]) => value)).size;
  const chance = (tried * width) / Math.abs(written.number - fromYours);
  return chance < BELIEVED ? [...new Set(near.map(([hint]) => hint))].join(" Or: ") : "";
}
