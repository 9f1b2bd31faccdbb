// Which slips give a written number, and how often chance would find one as good, as
// gdlab/marking/evidence.py says it.
import { meet, roundedTo } from "./intervals.js";
import { ownNumbers } from "./slips.js";

export const middle = ([low, high]) => (low + high) / 2;

/** What each number stands for if zeros were dropped at its end, as spreadsheets drop them. */
function sharpClaims(written, inFull) {
  const most = {};
  for (const [place, { decimals }] of written) {
    const [, name] = place.split(" ");
    most[name] = Math.max(most[name] ?? 0, Math.min(decimals ?? inFull, inFull));
  }
  // Where all of a column are whole, its numbers may have been copied.
  const elsewhere = Math.max(0, ...Object.values(most));
  return new Map([...written].map(([place, { number }]) => (
    [place, roundedTo(number, most[place.split(" ")[1]] || elsewhere)]
  )));
}

/**
 * How slips are compared with what is written: `matchesOf(cell, slips)` finds those that give a
 * cell's number, each with how often chance would find one as good; `gives(cell, slip)` says no more
 * than whether one does.
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
      // A slip of the hand gives digits, no number: of them no zeros were dropped.
      const met = given.filter(({ slip, gives }) => (
        !found.has(slip) && meet(gives, claim)
        && (claim === claims[1] || typeof slip.tree !== "number")
      ));
      if (!met.length) continue;
      const near = nearOf(given, claim, right, 0);
      // A slip that is seldom made is easily met among few numbers.
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
 * What apart numbers are where both have few decimals; 0 where one has more. Where a row is made of
 * whole numbers, so is what most slips make of them.
 */
function gridOf(written, right, { gridDecimals, onGrid }) {
  for (let decimals = 0; decimals <= gridDecimals; decimals++) {
    const isOn = (one) => Math.abs(one - Math.round(one)) <= onGrid;
    if ([written, right].every((one) => isOn(one * 10 ** decimals))) return 10 ** -decimals;
  }
  return 0;
}

/**
 * How much of the room about as far from the right number as the claim the slips cover; numbers
 * there are `apart` at least.
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
 * How often a number written at random would meet a slip at least as usual. A number of few digits
 * meets many: by 0.02 nothing is known, by 0.21 little.
 */
function chanceOf(near, usual, claim) {
  const size = Math.abs(middle(claim));
  const coarse = size ? (claim[1] - claim[0]) / size : 1;
  const shares = [...near].map(([one, share]) => (one <= usual ? share : 0));
  return Math.min(1, Math.max(coarse, shares.reduce((sum, share) => sum + share, 0)));
}
