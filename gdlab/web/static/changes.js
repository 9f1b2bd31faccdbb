// Where a slip changes a formula, and two slips in one formula, as gdlab/marking/changes.py has it:
// a change is the path to a part, a digit a step, and what stands there then, in which "#12" is what
// stood in the part's first part's second part, and "#" the part itself.

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

/** The paths of the parts that a change keeps. */
const keptIn = (one) => (
  Array.isArray(one) ? one.slice(1).flatMap(keptIn) : isPartOfIt(one) ? [one.slice(1)] : []
);

/** A formula with two changes; null where one is made in what the other takes away. */
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
 * Every two very usual slips of a column together, each in its own place, as gdlab/marking/slips.py
 * has them: `[name, tree, because]` each.
 */
export function pairsOf({ formula, single, changes }, { kinds, veryUsual, wholeColumn, mostPairs }) {
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

/** All slips of a sheet from what Python wrote (gdlab/web/slips.py); null where it wrote none. */
export function slipsOfSheet({ sheets = {}, columns, changes: made }, sheet) {
  if (!(sheet in sheets)) return null;
  const { columns: own, parts } = sheets[sheet];
  const columnOf = (name) => {
    if (!(name in own)) return { formula: null, single: [], changes: [] };
    const [column, names] = own[name];
    const named = (part) => JSON.parse(
      JSON.stringify(part).replace(/\$(\d+)/g, (_, number) => names[number]),
    );
    const [unnamed, numbers, paths] = columns[column];
    const formula = named(unnamed);
    const changes = numbers.map((number, at) => [paths[at], named(made[number][2])]);
    const single = numbers.map((number, at) => (
      [made[number][0], changed(formula, changes[at]), named(made[number][1])]
    ));
    return { formula, single, changes };
  };
  return { columns: Object.fromEntries(Object.keys(parts).map((name) => [name, columnOf(name)])), parts };
}
