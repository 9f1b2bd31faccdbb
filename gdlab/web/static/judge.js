// Every cell of a practice sheet is right, follows, unearned, wrong or empty, as
// gdlab/marking/judge.py has it: by the truth and by the learner's own cells before it, as written
// or before their rounding. 0 and copied numbers that follow from a wrong one are unearned.
import { BEST_FIRST, MORE_DIGITS, MOST_APART } from "./constants.js";
import { SHEET } from "./arithmetic.js";
import { claimsOf, countingOf, habitsOf, readTyped } from "./claims.js";
import { INTERVALS, NoNumber, hull, meet, roundedTo } from "./intervals.js";

const NOWHERE = [NaN, NaN];

/** What a rounded number may have been before, if at least one more digit of it was kept. */
function keptOf(fitting, claim) {
  const [low, high] = hull(...fitting);
  const digit = (claim[1] - claim[0]) / 20;
  const written = (claim[0] + claim[1]) / 2;
  // A count, or another number that has no digits but those written.
  if (low === high || Math.max(written - low, high - written) < MORE_DIGITS * digit) {
    return [low, high];
  }
  // What is not 0 does not come to lie about 0: rounded, it is 0 itself or a digit away from it.
  const lowest = low > 0 && low - digit <= 0 ? low : low - digit;
  const highest = high < 0 && high + digit >= 0 ? high : high + digit;
  return [Math.max(lowest, claim[0]), Math.min(highest, claim[1])];
}

/** Each number as it is written or as it was kept, in every combination. */
function combinationsOf(owns) {
  let ways = owns.map(({ number, kept }) => (
    kept[0] <= number && number <= kept[1] ? [kept] : [[number, number], kept]
  ));
  if (ways.filter((way) => way.length > 1).length > MOST_APART) {
    ways = ways.map((way) => [hull(...way)]);
  }
  return ways.reduce(
    (chosen, way) => chosen.flatMap((before) => way.map((one) => [...before, one])), [[]],
  );
}

/** A cell that is given: in full, or as a sheet of so many decimals shows it. */
function givenCell(number, decimals) {
  if (!Number.isFinite(number)) return { number: null, kept: NOWHERE, astray: null };
  const full = roundedTo(number, null);
  if (decimals === null) return { number, kept: full, astray: null };
  const shown = Number(number.toFixed(decimals));
  return { number: shown, kept: keptOf([full], roundedTo(shown, decimals)), astray: null };
}

/** A cell that was given, and has been changed: what follows from it follows from another number. */
function changedCell({ number, decimals }, expected, place) {
  const kept = roundedTo(number, decimals);
  return { number, kept, astray: kept[0] <= expected && expected <= kept[1] ? null : place };
}

/** The columns that repeat a number from another cell: there nothing is computed. */
function copiesOf({ names }, program, inputs) {
  const cell = {};
  const column = Object.fromEntries(names.map((name) => [name, [cell, cell]]));
  const nothing = () => null;
  const NOTHING = Object.fromEntries(Object.keys(SHEET).map((name) => [name, nothing]));
  const { rows } = program(NOTHING, column, {}, inputs);
  return new Set(Object.keys(rows).filter((name) => rows[name](1) === cell));
}

/**
 * Judge a sheet. `sheet` is what Python wrote of it, `given` its `rows`, `inputs` (with n) and
 * `first`, by column its `blanks` to fill in (by default all that is computed) and the `decimals`
 * that it asks for, and `factors` that columns count times; `truth` the true columns by name, from
 * index 1 on; `texts` what was typed, by place ("row name"), or what was read already; of a cell
 * that is given, what stands there instead. Gives `verdicts`, by place `{status, written, claim, origin, expected, fromYours, cells}` of
 * every cell to fill in: `origin` is the first wrong cell that a cell which follows depends on,
 * `expected` the true number and `fromYours` what follows from the learner's own cells, NaN for an
 * error; `own`, what the learner has in each cell; `written`, what was read; and the sheet with what
 * it is given.
 */
export function judgeTyped(sheet, program, given, truth, texts) {
  const { rows, inputs, first, blanks = null, decimals = null, factors = {} } = given;
  const written = new Map([...texts].map(([place, text]) => (
    [place, typeof text === "string" ? readTyped(text) : text]
  )));
  const counts = countingOf(sheet, program, inputs);
  const habits = habitsOf(written, decimals ?? 0, counts);
  const claims = claimsOf(written, counts, habits);
  const copies = copiesOf(sheet, program, inputs);
  const precedents = new Map(sheet.head.columns.map((one) => [one.name, one.precedents]));
  // The formulas look their cells up here: numbers as written, and what they may have been.
  const numbers = {};
  const bands = {};
  for (const name of sheet.names) {
    numbers[name] = [first[name]];
    bands[name] = [first[name]];
  }
  const exact = program(SHEET, numbers, {}, inputs).rows;
  const wideOnes = program(INTERVALS, bands, {}, inputs).rows;
  const own = new Map();
  const verdicts = new Map();

  /** The cells that a cell is computed from: `{name, row, own}`; inputs are exact and left out. */
  function before(name, row) {
    return precedents.get(name).flatMap((word) => {
      const isAbove = word.endsWith("_prev") && !sheet.names.includes(word);
      const at = isAbove ? { name: word.slice(0, -5), row: row - 1 } : { name: word, row };
      const found = own.get(`${at.row} ${at.name}`);
      return found ? [{ ...at, own: found }] : [];
    });
  }

  /** What a formula makes of a learner's numbers as written, and all that rounding can make. */
  function fromOwn(name, row, cells) {
    for (const at of cells) numbers[at.name][at.row] = at.own.number ?? NaN;
    const asWritten = exact[name](row);
    if (cells.some((at) => at.own.number === null)) {
      return [asWritten, Number.isFinite(asWritten) ? [[asWritten, asWritten]] : []];
    }
    const found = [];
    for (const chosen of combinationsOf(cells.map((at) => at.own))) {
      cells.forEach((at, k) => { bands[at.name][at.row] = chosen[k]; });
      try {
        const band = wideOnes[name](row);
        found.push(typeof band === "number" ? [band, band] : band);
      } catch (problem) {
        if (!(problem instanceof NoNumber)) throw problem;
      }
    }
    return [asWritten, found];
  }

  /** Whether a cell that follows says that something was computed. */
  function isEarned(number, name, row, cells) {
    if (copies.has(name)) return cells.some((at) => at.own.tells || at.own.slips);
    const above = own.get(`${row - 1} ${name}`);
    const isSame = above?.number === number || cells.some((at) => at.own.number === number);
    return Boolean(number && !isSame) || cells.some((at) => at.own.tells);
  }

  /** What fits where the wrong cells before a cell are as they should be: it depends on none then. */
  function aroundWrongCells(name, row, cells, claim) {
    if (!cells.some((at) => at.own.instead)) return null;
    const mended = cells.map((at) => ({ ...at, own: at.own.instead ?? at.own }));
    const found = fromOwn(name, row, mended)[1].map((band) => meet(band, claim)).filter(Boolean);
    const leaning = mended.map((at) => at.own.astray).find(Boolean) ?? null;
    return found.length ? { fitting: found, leaning } : null;
  }

  function judgeCell(name, row, place) {
    const expected = truth[name][row];
    const cells = before(name, row);
    const [fromYours, found] = fromOwn(name, row, cells);
    let astray = cells.map((at) => at.own.astray).find(Boolean) ?? null;
    const computed = () => ({
      number: Number.isFinite(fromYours) ? fromYours : null,
      kept: found.length ? hull(...found) : NOWHERE,
      astray,
      tells: cells.some((at) => at.own.tells),
    });
    const typed = written.get(place);
    const statusOf = (isTrue, fits, number) => (
      isTrue || (fits && !astray) ? "right"
        : !fits ? "wrong" : isEarned(number, name, row, cells) ? "follows" : "unearned"
    );
    const verdictOf = (status, way, claim) => {
      const origin = status === "follows" || status === "unearned" ? astray : null;
      return { status, written: way, claim, origin, expected, fromYours, cells };
    };
    const ways = claims.get(place);
    if (ways) {
      const factor = factors[name] ?? 1;
      const judged = ways.map(([way, written]) => {
        const number = way.number * factor;
        const claim = written.map((end) => end * factor).sort((a, b) => a - b);
        let fitting = found.map((band) => meet(band, claim)).filter(Boolean);
        const isTrue = Number.isFinite(expected) && claim[0] <= expected && expected <= claim[1];
        const around = fitting.length || isTrue ? null : aroundWrongCells(name, row, cells, claim);
        if (around) ({ fitting, leaning: astray } = around);
        const status = statusOf(isTrue, fitting.length > 0, number);
        return [verdictOf(status, way, claim), {
          number,
          kept: fitting.length ? keptOf(fitting, claim) : claim,
          astray: status === "wrong" ? place : fitting.length ? astray : null,
          tells: status === "follows",
          slips: status === "wrong" && number !== 0,
          instead: status === "wrong" ? computed() : null,
        }];
      });
      const rank = ([{ status }]) => BEST_FIRST.indexOf(status);
      const [verdict, mine] = judged.reduce((a, b) => (rank(b) < rank(a) ? b : a));
      own.set(place, mine);
      return verdict;
    }
    if (typed?.text.startsWith("#")) {
      const status = statusOf(!Number.isFinite(expected), !Number.isFinite(fromYours), null);
      own.set(place, {
        number: null, kept: NOWHERE, astray: status === "wrong" ? place : astray,
        tells: status === "follows",
      });
      return verdictOf(status, typed);
    }
    own.set(place, computed());
    return verdictOf(typed ? "wrong" : "empty", typed);
  }

  const isAsked = (name) => name in exact && (!blanks || name in blanks);
  const fixed = sheet.names.filter((name) => !isAsked(name));
  for (let row = 1; row <= rows; row++) {
    for (const name of fixed) {
      const place = `${row} ${name}`;
      const changed = written.get(place);
      own.set(place, changed ? changedCell(changed, truth[name][row], place)
        : givenCell(truth[name][row], decimals));
    }
    for (const name of Object.keys(exact).filter(isAsked)) {
      verdicts.set(`${row} ${name}`, judgeCell(name, row, `${row} ${name}`));
    }
  }
  return {
    verdicts, own, written, sheet, rows, inputs, first, decimals, habits, counts, copies,
  };
}
