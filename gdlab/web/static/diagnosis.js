// Finds the usual slip that explains a wrong number, if that can be believed, as in
// gdlab/marking/diagnosis.py.
import { pairsOf } from "./changes.js";
import { comparing, middle } from "./evidence.js";
import { cutOff, mistypedOf } from "./mistyping.js";
import { formulaCauses, isCopy, slipOfFormula } from "./own_formulas.js";
import { namesIn, sameFormula } from "./slips.js";

/**
 * The causes of wrong cells, certain or possible: `{slip, hint, because, places}` by place. `slip`
 * is null if the cause is not certain, two names with a | between if it is either of two; `places`
 * are all cells with the same cause. `judged` is the result of judgeTyped; `slips` are this sheet's
 * and `marking` the limits of all sheets, both from Python; `formulas` are the learner's own
 * (own_formulas.js).
 */
export function diagnose(judged, slips, marking, formulas = new Map()) {
  const { verdicts, sheet } = judged;
  const slipOf = ([name, tree, because = marking.becauseByHand[name]]) => {
    const kinds = name.split("+").map((one) => marking.kinds[one]);
    // Two slips together are always rarer than one.
    const usual = Math.max(...kinds.map(([one]) => one)) + 3 * (kinds.length - 1);
    const hint = [...new Set(kinds.map(([, one]) => one))].join("; ");
    return { name, tree, usual, hint, because };
  };
  const { matchesOf, gives } = comparing(judged, marking);
  const { named, shown, wrong } = formulaCauses(cellsThatAre("wrong", verdicts), formulas, gives, (place, tree) => {
    const found = slipOfFormula(tree, slips, place.split(" ")[1], judged.inputs, marking);
    return found && slipOf(found);
  }, marking);
  // Matches cell by cell, for columns that no slip explains as a whole.
  const single = new Map();
  const causes = new Map();
  const right = cellsThatAre("right", verdicts);
  let inPairs = 0;
  for (const [name, cells] of wrong) {
    const rightOnes = right.get(name) ?? [];
    const known = slips.columns[name].single.map(slipOf);
    const searched = cells.slice(0, marking.mostCells);
    single.set(name, new Map(searched.map((cell) => {
      const mistyped = mistypedOf(cell.fromYours, cell.written.decimals, marking.mostDigits);
      const matches = matchesOf(cell, [...known, ...mistyped.map(slipOf)]);
      return [cell.place, matches.map((one) => doubted(judged, slips, cell, one, marking))];
    })));
    const found = causesOf(judged, cells, rightOnes, single.get(name), gives);
    const isSure = found.some(({ slip }) => slip.usual <= marking.veryUsual);
    if (!isSure && inPairs++ < marking.mostColumnsInPairs) {
      const double = pairsOf(slips.columns[name], marking).map(slipOf);
      const both = new Map(searched.map((cell) => [cell.place, matchesOf(cell, double)]));
      // If one slip gives a number, two need not be tried, unless that slip is rare: then two
      // usual ones are as likely.
      const isOne = [...single.get(name).values()].some((matches) => matches.length);
      if (found.length || !isOne) {
        found.push(...causesOf(judged, cells, rightOnes, both, gives)
          .filter(({ chance }) => chance < marking.believedOfTwo));
      }
    }
    causes.set(name, found);
  }
  const parameters = sheet.head.parameters.map((one) => one.name);
  const settled = settledCauses(causes, slips.parts, parameters, marking);
  const said = new Map();
  for (const [name, cells] of wrong) {
    const found = settled.get(name).length ? ofCauses(settled.get(name), marking) : null;
    const places = cells.map(({ place }) => place);
    const once = isMadeOnce(judged, name, cells, settled.get(name));
    if (found) for (const place of places) said.set(place, { ...found, places, once });
    if (settled.get(name).length) continue;
    for (const [place, matches] of single.get(name)) {
      // A cause that other rows contradict is not mentioned; a slip of the hand happens once.
      const possible = matches.filter(({ chance, slip }) => chance < marking.possible
        && (single.get(name).size === 1 || marking.byHand.includes(slip.name)));
      if (possible.length) said.set(place, couldBe(possible.map(({ slip }) => slip), marking));
      else if (!matches.length) said.set(place, { slip: null, hint: "", because: marking.noSlip });
    }
  }
  const { places, isHabit } = cutOff(verdicts, marking);
  for (const place of places.filter((one) => !said.get(one)?.slip)) {
    const because = `${isHabit ? "" : "could be: "}${marking.becauseByHand.cut_off}`;
    said.set(place, { slip: isHabit ? "cut_off" : null, hint: marking.kinds.cut_off[1], because });
  }
  const sure = [...said].filter(([, one]) => one.slip);
  return new Map([...said, ...shown, ...sure, ...named]);
}

/**
 * A match as it is; not believed where a digit is another by a number of the row: that was added, as
 * likely as not.
 */
function doubted({ own }, { columns }, { place, fromYours }, match, { believed }) {
  const [row, column] = place.split(" ");
  const { slip, claim, chance } = match;
  if (slip.name !== "digit_misread" || !Number.isFinite(fromYours)) return match;
  const off = Math.abs(middle(claim) - fromYours);
  const isAdded = madeOf(columns, column).map((name) => own.get(`${row} ${name}`)?.number ?? null)
    .some((one) => one !== null && Math.abs(Math.abs(one) - off) <= claim[1] - claim[0]);
  return isAdded ? { ...match, chance: Math.max(chance, believed) } : match;
}

/** The columns of its own row that a column is made of, at first, second or further hand. */
function madeOf(columns, name) {
  const own = namesIn(columns[name].formula).filter((one) => one in columns);
  return own.flatMap((one) => [one, ...madeOf(columns, one)]);
}

/**
 * Whether a slip counts once in a column: its numbers were computed, though wrongly, not copied.
 */
function isMadeOnce({ copies }, name, cells, causes) {
  // In a column that repeats a number anyway, repeating another one is a slip like any other.
  const isComputed = copies.has(name) || !causes.every(({ slip }) => isCopy(slip));
  return isComputed && new Set(cells.map(({ written }) => written.number)).size > 1;
}

/** The cells with a status that hold a number, by column. */
function cellsThatAre(status, verdicts) {
  const cells = new Map();
  for (const [place, verdict] of verdicts) {
    if (verdict.status !== status || !verdict.claim) continue;
    const [row, name] = place.split(" ");
    if (!cells.has(name)) cells.set(name, []);
    cells.get(name).push({ place, row: Number(row), ...verdict });
  }
  return cells;
}

/**
 * The slips that explain all wrong cells of a column; `found` are the matches of some of these
 * cells, `right` are the column's right cells.
 */
function causesOf({ verdicts, rows }, cells, right, found, gives) {
  const bySlip = new Map();
  for (const [place, matches] of found) {
    for (const match of matches) {
      if (!bySlip.has(match.slip)) bySlip.set(match.slip, new Map());
      bySlip.get(match.slip).set(place, match);
    }
  }
  const explains = (slip, matches) => cells.every((cell) => (
    matches.has(cell.place)
    // The last row has no row below: a learner may have used anything there.
    || (cell.row === rows && namesIn(slip.tree).some((name) => name.endsWith("_next")))
    || (!found.has(cell.place) && gives(cell, slip))
  ));
  // A copy of numbers that are wrong themselves, or follow from what is wrong, explains nothing.
  const copiesWrongCells = ({ tree }) => typeof tree === "string" && cells.every(({ row, place }) => {
    const { status, origin } = verdicts.get(`${row} ${tree}`) ?? {};
    return status === "wrong" || origin === place;
  });
  const causes = [...bySlip]
    .filter(([slip, matches]) => explains(slip, matches) && !copiesWrongCells(slip))
    .map(([slip, matches]) => {
      // The same number twice is no further evidence.
      const distinct = new Map([...matches.values()].map(({ claim, chance }) => [claim.join(), chance]));
      return { slip, matches, chance: [...distinct.values()].reduce((all, one) => all * one, 1) };
    });
  // If several rows are wrong, the right ones were probably made with the same formula.
  const agreeing = causes.filter(({ slip }) => right.every((cell) => gives(cell, slip)));
  return cells.length > 1 && agreeing.length ? agreeing : causes;
}

/** The causes of each column; those that explain other columns too are preferred. */
function settledCauses(causes, parts, parameters, { byHand }) {
  const found = new Map([...causes].map(([name, them]) => [name, withoutHand(them, byHand)]));
  for (const name of found.keys()) {
    for (const { column, renamed } of siblingsOf(name, parts, parameters)) {
      const theirs = found.get(column) ?? [];
      const shared = found.get(name).filter(
        ({ slip }) => theirs.some((one) => sameFormula(one.slip.tree, renamed(slip.tree))),
      );
      if (shared.length) found.set(name, shared);
    }
  }
  // A learner who makes a slip in one column probably makes it in another too.
  const named = new Set([...found.values()].flatMap((them) => {
    const names = new Set(them.map(({ slip }) => slip.name));
    return names.size === 1 ? [...names] : [];
  }));
  return new Map([...found].map(([name, them]) => {
    const known = them.filter(({ slip }) => named.has(slip.name));
    return [name, known.length ? known : them];
  }));
}

/** Causes without slips of the hand if a wrong formula explains several cells. */
function withoutHand(causes, byHand) {
  if (causes.every(({ matches }) => matches.size === 1)) return causes;
  const others = causes.filter(({ slip }) => !byHand.includes(slip.name));
  return others.length ? others : causes;
}

/** The same column of each other parameter, with a function that renames a formula to match. */
function siblingsOf(column, parts, parameters) {
  const columnOf = (base, parameter) => Object.keys(parts).find(
    (name) => parts[name][0] === base && parts[name][1] === parameter,
  );
  const [, own] = parts[column];
  return parameters.filter((other) => own && other !== own).map((other) => {
    const exchanged = (name) => {
      const above = name.endsWith("_prev") ? name.slice(0, -5) : name;
      const [base, parameter] = parts[above] ?? [];
      const swapped = parameter === own ? other : parameter === other ? own : null;
      if (name === `start_${own}`) return `start_${other}`;
      return ((swapped && columnOf(base, swapped)) ?? above) + name.slice(above.length);
    };
    const renamed = (tree) => (
      Array.isArray(tree) ? [tree[0], ...tree.slice(1).map(renamed)]
        : typeof tree === "string" ? exchanged(tree) : tree
    );
    return { column: exchanged(column), renamed };
  });
}

/** The diagnosis of a column from its causes; null if chance would explain it as well. */
function ofCauses(causes, marking) {
  const sure = causes.filter(({ chance }) => chance < marking.believed);
  const likely = causes.filter(
    (one) => one.chance < marking.possible || sure.some((other) => giveTheSame(one, other, marking)),
  ).map(({ slip }) => slip);
  if (!likely.length) return null;
  if (!sure.length) return couldBe(likely, marking);
  // A slip of the hand is a coincidence if a very usual wrong formula gives the number.
  const byFormula = likely.filter(({ name }) => !marking.byHand.slice(1).includes(name));
  const them = byFormula.some(({ usual }) => usual <= marking.veryUsual) ? byFormula : likely;
  const names = [...new Set(them.map(({ name }) => name))].sort();
  if (names.length === 1) {
    return { slip: names[0], hint: them[0].hint, because: listOf(usualOf(them, marking)) };
  }
  const areSure = names.every((name) => sure.some(({ slip }) => slip.name === name));
  if (names.length > 2 || !areSure || them.length > marking.mostNamed) return couldBe(them, marking);
  const usual = usualOf(them, marking);
  return {
    slip: names.join("|"), hint: hintsOf(usual), because: `either ${listOf(usual, ", or ")}`,
  };
}

/** Whether two causes give the same number in some cell, to the digits that were written. */
function giveTheSame(first, second, { same }) {
  return [...first.matches].some(([place, { gives, claim }]) => {
    const other = second.matches.get(place);
    return other && Math.abs(middle(gives) - middle(other.gives)) <= same * (claim[1] - claim[0]);
  });
}

function couldBe(likely, marking) {
  const usual = usualOf(likely, marking);
  return { slip: null, hint: hintsOf(usual), because: `could be: ${listOf(usual)}` };
}

const hintsOf = (likely) => [...new Set(likely.map(({ hint }) => hint))].join(" Or: ");

const usualOf = (likely, { mostNamed }) => (
  [...likely].sort((a, b) => a.usual - b.usual).slice(0, mostNamed)
);

const listOf = (likely, between = "; could also be: ") => (
  [...new Set(likely.map(({ because }) => because))].join(between)
);
