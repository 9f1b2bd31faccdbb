// Judges every cell of a practice sheet as right, follows, unearned, wrong or empty, as
// gdlab/marking/judge.py does. A cell is compared with the true number and with what follows from
// the learner's own cells, as written or before rounding. A 0 or a copied number that follows from
// a wrong cell is unearned.
import { byName } from "./by_name.js";
import { BEST_FIRST, MORE_DIGITS, MOST_APART } from "./constants.js";
import { SHEET } from "./arithmetic.js";
import { claimsOf, countingOf, habitsOf, readTyped } from "./claims.js";
import { INTERVALS, NoNumber, hull, meet, roundedTo } from "./intervals.js";

const NOWHERE = [NaN, NaN];

/** The interval of a rounded number before rounding, if at least one more digit was kept. */
function keptOf(fitting, claim) {
  const [low, high] = hull(...fitting);
  const digit = (claim[1] - claim[0]) / 20;
  const written = (claim[0] + claim[1]) / 2;
  // A count, or another number with no further digits.
  if (low === high || Math.max(written - low, high - written) < MORE_DIGITS * digit) {
    return [low, high];
  }
  // A number other than 0 keeps its sign: rounded, it is 0 or at least one digit away from 0.
  const lowest = low > 0 && low - digit <= 0 ? low : low - digit;
  const highest = high < 0 && high + digit >= 0 ? high : high + digit;
  return [Math.max(lowest, claim[0]), Math.min(highest, claim[1])];
}

/** All combinations in which each number is taken as written or as before rounding. */
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

/** A given cell: in full, or as a sheet shows it with so many decimals. */
function givenCell(number, decimals) {
  if (!Number.isFinite(number)) return { number: null, kept: NOWHERE, astray: null };
  const full = roundedTo(number, null);
  if (decimals === null) return { number, kept: full, astray: null };
  const shown = Number(number.toFixed(decimals));
  return { number: shown, kept: keptOf([full], roundedTo(shown, decimals)), astray: null };
}

/** A given cell that the learner changed: what follows from it follows from a wrong number. */
function changedCell({ number, decimals }, expected, place) {
  const kept = roundedTo(number, decimals);
  return { number, kept, astray: kept[0] <= expected && expected <= kept[1] ? null : place };
}

/** The columns that only repeat another cell, without computing. */
function copiesOf({ names }, program, inputs) {
  const cell = {};
  const column = byName(names, () => [cell, cell]);
  const nothing = () => null;
  const NOTHING = byName(Object.keys(SHEET), () => nothing);
  const { rows } = program(NOTHING, column, {}, inputs);
  return new Set(Object.keys(rows).filter((name) => rows[name](1) === cell));
}

/**
 * Judge a sheet. `given` holds its `rows`, `inputs` (with n) and `first`, the start row by column;
 * the `blanks` to fill in by column (by default every computed column), the `decimals` that it asks
 * for, and `factors` by which columns are multiplied before they are compared. `truth` has the true
 * columns by name, from index 1 on. `texts` are the typed texts, or their readings, by place ("row
 * name"); for a given cell, what replaced it.
 *
 * Returns `verdicts` of all cells to fill in, by place: `{status, written, claim, origin, expected,
 * fromYours, cells}`. `origin` is the first wrong cell on which the cell depends, `expected` the
 * true number, `fromYours` what follows from the learner's own cells (NaN for an error). Returns
 * also `own`, the learner's number in each cell, `written`, what was read, and the arguments.
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
  // The formulas read their cells from here: as numbers, and as intervals.
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

  /**
   * The cells that a cell is computed from, `{name, row, own}`, without inputs, which are exact.
   */
  function before(name, row) {
    return precedents.get(name).flatMap((word) => {
      const isAbove = word.endsWith("_prev") && !sheet.names.includes(word);
      const at = isAbove ? { name: word.slice(0, -5), row: row - 1 } : { name: word, row };
      const found = own.get(`${at.row} ${at.name}`);
      return found ? [{ ...at, own: found }] : [];
    });
  }

  /**
   * A formula's result on the learner's numbers as written, and the intervals that rounding allows.
   */
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

  /** Whether a cell that follows shows that something was computed. */
  function isEarned(number, name, row, cells) {
    if (copies.has(name)) return cells.some((at) => at.own.tells || at.own.slips);
    const above = own.get(`${row - 1} ${name}`);
    const isSame = above?.number === number || cells.some((at) => at.own.number === number);
    return Boolean(number && !isSame) || cells.some((at) => at.own.tells);
  }

  /** What fits if the wrong cells before this one are put right; null if nothing does. */
  function aroundWrongCells(name, row, cells, claim) {
    if (!cells.some((at) => at.own.instead)) return null;
    const mended = cells.map((at) => ({ ...at, own: at.own.instead ?? at.own }));
    const found = fromOwn(name, row, mended)[1].map((band) => meet(band, claim)).filter(Boolean);
    const leadsTo = mended.map((at) => at.own.astray).find(Boolean) ?? null;
    return found.length ? { fitting: found, leadsTo } : null;
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
        if (around) ({ fitting, leadsTo: astray } = around);
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
