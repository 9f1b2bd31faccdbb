// Applies slips to formulas, one or two at a time, as gdlab/marking/changes.py does. A change is a
// path to a part of the formula, one digit per step down the tree, and the part's replacement. In a
// replacement "#" is the old part itself, and "#12" the second part of the old part's first part.
import { byName } from "./by_name.js";

const isPartOfIt = (one) => typeof one === "string" && one.startsWith("#");

const filled = (one, formula) => (
  Array.isArray(one) ? [one[0], ...one.slice(1).map((part) => filled(part, formula))]
    : isPartOfIt(one) ? [...one.slice(1)].reduce((part, at) => part[at], formula) : one
);

/** A formula with one change. */
export const changed = (formula, [path, one]) => (
  path ? formula.map((part, at) => (
    at === Number(path[0]) ? changed(part, [path.slice(1), one]) : part
  )) : filled(one, formula)
);

/** The paths of the old parts that a replacement keeps. */
const keptIn = (one) => (
  Array.isArray(one) ? one.slice(1).flatMap(keptIn) : isPartOfIt(one) ? [one.slice(1)] : []
);

/** A formula with two changes; null if one changes what the other removes. */
function bothChanged(formula, first, second) {
  const [outer, inner] = first[0].length <= second[0].length ? [first, second] : [second, first];
  if (inner[0].startsWith(outer[0])) {
    const within = inner[0].slice(outer[0].length);
    const kept = keptIn(outer[1]);
    const isThere = kept.some((path) => within.startsWith(path));
    const isTakenApart = kept.some((path) => path.startsWith(within) && path !== within);
    if (!within || !isThere || isTakenApart) return null;
  }
  return changed(changed(formula, inner), outer);
}

/**
 * All pairs of very usual slips in one column, each in its own part of the formula, as in
 * gdlab/marking/slips.py: a list of `[name, tree, because]`.
 */
export function pairsOf(column, marking) {
  if (!knownPairs.has(column)) knownPairs.set(column, makePairs(column, marking));
  return knownPairs.get(column);
}

// A sheet is judged again at every number that is typed.
const knownPairs = new WeakMap();

function makePairs({ formula, single, changes }, { kinds, veryUsual, wholeColumn, mostPairs }) {
  const seen = new Set([formula, ...single.map(([, tree]) => tree)].map((one) => JSON.stringify(one)));
  const usual = single.flatMap(([name, , because], at) => (
    kinds[name][0] <= veryUsual && !wholeColumn.includes(name)
      ? [{ name, because, change: changes[at] }] : []
  ));
  const found = [];
  usual.forEach((one, at) => {
    for (const other of usual.slice(at + 1)) {
      const [first, second] = other.name < one.name ? [other, one] : [one, other];
      const tree = bothChanged(formula, first.change, second.change);
      const text = JSON.stringify(tree);
      if (!tree || seen.has(text)) continue;
      seen.add(text);
      found.push([`${first.name}+${second.name}`, tree, `${first.because}, and ${second.because}`]);
    }
  });
  return found.length <= mostPairs ? found : [];
}

/** The columns' names, each with its two parts: a word and a parameter. */
const namePartsOf = ({ names, parameters }) => Object.fromEntries(names.flatMap((one) => {
  if (Array.isArray(one)) return [[one[0], one.slice(1)]];
  if (!one.endsWith("@")) return [[one, [one, null]]];
  const base = one.slice(0, -1);
  return parameters.map((own) => [base ? `${base}_${own}` : own, [base, own]]);
}));

/** The numbers of the names in a slip. */
const signNumbersIn = (slip) => (
  [...JSON.stringify(slip).matchAll(/\$(\d+)/g)].map(([, number]) => number)
);

/** All slips of a sheet, from the data of gdlab/web/slips.py; null if that has none for it. */
export function slipsOfSheet({ models = {}, sets, columns, changes: made }, model, sheet) {
  const own = models[model]?.[sheet];
  if (!own) return null;
  const parts = namePartsOf(own);
  const names = Object.keys(parts);
  const found = Object.assign({}, ...own.columns.map((number) => sets[number]));
  const nameOf = (base, parameter) => names.find(
    (name) => parts[name][0] === base && parts[name][1] === parameter,
  );
  const columnOf = (name) => {
    const [base, parameter] = parts[name];
    const at = names.indexOf(name);
    const beside = new Map([["-", names[at - 1]], ["+", names[at + 1]]]);
    const [column, signs] = found[name] ?? found[`${base}@`] ?? [];
    if (!signs) return { formula: null, single: [], changes: [] };
    const nameAt = (number, other) => {
      const sign = signs[number];
      if (beside.has(sign)) return beside.get(sign);
      const word = sign.slice(0, -1);
      return sign.endsWith("@") ? nameOf(word, parameter)
        : sign.endsWith("?") ? nameOf(word, other) : sign;
    };
    const named = (part, other) => JSON.parse(
      JSON.stringify(part).replace(/\$(\d+)/g, (_, number) => nameAt(number, other)),
    );
    /** The other parameters that a slip can take; `[null]` if it does not involve another one. */
    const turnsOf = (slip) => {
      const used = signNumbersIn(slip).map((number) => signs[number]);
      const near = used.find((sign) => beside.has(sign));
      if (near && parameter && (parts[beside.get(near)]?.[0] ?? base) === base) return [];
      return used.some((sign) => sign.endsWith("?"))
        ? own.parameters.filter((one) => one !== parameter) : [null];
    };
    const [unnamed, numbers, where] = columns[column];
    const paths = where.split(",");
    const formula = named(unnamed);
    const slips = numbers.flatMap((number, nth) => turnsOf(made[number]).map((other) => {
      const [kind, because, change] = named(made[number], other);
      return { kind, because, change: [paths[nth], change] };
    }));
    return {
      formula,
      single: slips.map(({ kind, because, change }) => [kind, changed(formula, change), because]),
      changes: slips.map(({ change }) => change),
    };
  };
  return { columns: byName(names, columnOf), parts };
}
