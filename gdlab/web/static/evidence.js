// Which slips give a written number, and how often a random number would match one as well, as in
// gdlab/marking/evidence.py.
import { meet, roundedTo } from "./intervals.js";
import { ownNumbers } from "./slips.js";

export const middle = ([low, high]) => (low + high) / 2;

/** The interval of each number if a spreadsheet has dropped zeros at its end. */
function sharpClaims(written, inFull) {
  const most = {};
  for (const [place, { decimals }] of written) {
    const [, name] = place.split(" ");
    most[name] = Math.max(most[name] ?? 0, Math.min(decimals ?? inFull, inFull));
  }
  // A column of whole numbers may have been copied from a column with decimals.
  const elsewhere = Math.max(0, ...Object.values(most));
  return new Map([...written].map(([place, { number }]) => (
    [place, roundedTo(number, most[place.split(" ")[1]] || elsewhere)]
  )));
}

/**
 * Two functions that compare slips with what was written. `matchesOf(cell, slips)` finds the slips
 * that give a cell's number, each with the chance that a random number would match as well;
 * `gives(cell, slip)` says only whether one slip gives it.
 */
export function comparing(judged, marking) {
  const sharp = sharpClaims(judged.written, marking.decimalsInFull);
  const rows = new Map();
  const numbersIn = (row) => {
    if (!rows.has(row)) rows.set(row, ownNumbers(judged, row, marking.full));
    return rows.get(row);
  };
  const claimsOf = (cell) => [sharp.get(cell.place), cell.claim];
  const gives = (cell, slip) => {
    const found = numbersIn(cell.row)(slip);
    return found !== null && claimsOf(cell).some((claim) => meet(found, claim));
  };
  const matchesOf = (cell, slips) => {
    const right = Number.isFinite(cell.fromYours) ? cell.fromYours : cell.expected;
    if (!Number.isFinite(right)) return [];
    const given = slips.map((slip) => ({ slip, gives: numbersIn(cell.row)(slip) }))
      .filter(({ gives }) => gives);
    const found = new Map();
    const claims = claimsOf(cell);
    for (const claim of claims) {
      // A slip of the hand concerns the digits as typed, so no zeros were dropped.
      const met = given.filter(({ slip, gives }) => (
        !found.has(slip) && meet(gives, claim)
        && (claim === claims[1] || typeof slip.tree !== "number")
      ));
      if (!met.length) continue;
      const near = nearOf(given, claim, right, 0);
      // Where few numbers are possible, a rare slip easily matches by chance.
      const seldom = nearOf(given, claim, right, gridOf(middle(claim), right, marking));
      for (const one of met) {
        const { usual } = one.slip;
        const chance = chanceOf(usual <= marking.veryUsual ? near : seldom, usual, claim);
        found.set(one.slip, { ...one, claim, chance });
      }
    }
    return [...found.values()];
  };
  return { matchesOf, gives };
}

/**
 * The spacing of the numbers if both have few decimals, or else 0: from whole numbers most slips
 * make whole numbers, too.
 */
function gridOf(written, right, { gridDecimals, onGrid }) {
  for (let decimals = 0; decimals <= gridDecimals; decimals++) {
    const isOn = (one) => Math.abs(one - Math.round(one)) <= onGrid;
    if ([written, right].every((one) => isOn(one * 10 ** decimals))) return 10 ** -decimals;
  }
  return 0;
}

/**
 * By how usual slips are: the share of a neighbourhood that they cover. The neighbourhood is as far
 * from the right number as the claim is; numbers in it are at least `apart`.
 */
function nearOf(given, claim, right, apart) {
  const distance = Math.abs(middle(claim) - right);
  // From a third of the distance to three times as far, on both sides.
  const room = (16 / 3) * distance;
  const covered = new Map();
  for (const { slip, gives } of given) {
    const away = Math.abs(middle(gives) - right);
    if (!meet(gives, claim) && (away < distance / 3 || away > 3 * distance)) continue;
    const width = gives[1] - gives[0] + Math.max(claim[1] - claim[0], apart);
    covered.set(slip.usual, (covered.get(slip.usual) ?? 0) + (room ? width / room : 1));
  }
  return covered;
}

/**
 * The probability that a random number would match a slip at least as usual. A number of few digits
 * matches many: 0.02 proves nothing, 0.21 little.
 */
function chanceOf(near, usual, claim) {
  const size = Math.abs(middle(claim));
  const coarse = size ? (claim[1] - claim[0]) / size : 1;
  const shares = [...near].map(([one, share]) => (one <= usual ? share : 0));
  return Math.min(1, Math.max(coarse, shares.reduce((sum, share) => sum + share, 0)));
}
