// A right number that is rounded so much that it does not show any computing is unearned, as in
// gdlab/marking/deciding.py.

import { TELLING_DIGITS, SAME_NUMBER, MOST_KEPT_DIGITS, SPARE_OF_CLAIM } from "./constants.js";
import { orderOf } from "./texts.js";

const isIn = (claim, number) => claim[0] <= number && number <= claim[1];
const isGood = ({ status }) => status === "right" || status === "follows";

/**
 * The places of rates that differ from the start rate, if no digit in the column shows that; and
 * whether the decimals that the sheet asks for cannot show it either.
 */
function undecidedRates({ verdicts, sheet, inputs, decimals }) {
  if (!sheet.startRate) return [[], false];
  const start = inputs[sheet.startRate];
  const column = [...verdicts].filter(([place, { claim }]) => (
    claim && place.endsWith(` ${sheet.rate}`)
  ));
  if (!column.every(([, { claim }]) => isIn(claim, start))) return [[], false];
  const moved = column.filter(([, { expected }]) => expected !== start);
  const isAsked = decimals !== null && moved.every(([, { claim }]) => (
    claim[1] - claim[0] <= 10 ** -decimals * SPARE_OF_CLAIM
  ));
  return [moved.map(([place]) => place), isAsked];
}

/** Whether a number has only a digit or two, and could have been written with more. */
function isCoarse({ habits, counts, decimals }, name, { claim, expected, fromYours }) {
  const width = claim[1] - claim[0];
  const middle = (claim[0] + claim[1]) / 2;
  if (decimals === 0 || counts.has(name)) return false;
  if (Math.abs(middle) >= width * 10 ** (TELLING_DIGITS - 1)) return false;
  // A spreadsheet drops the zero of 3.0: a number may have more decimals than are seen.
  const digits = orderOf(middle) + 1 - (habits.toDigits ?? MOST_KEPT_DIGITS);
  const spare = Math.max(habits.decimals ? 0.5 * 10 ** -habits.decimals : SAME_NUMBER, 0.5 * 10 ** digits);
  const known = habits.decimals ? [expected, fromYours] : [expected];
  return !known.some((one) => Math.abs(one - middle) <= SPARE_OF_CLAIM * spare);
}

/**
 * The verdicts, where an unearned cell that equals a cell of its row only by chance follows: its
 * column shows computing elsewhere, as in gdlab/marking/coincidences.py.
 */
function withoutChance({ verdicts, own }) {
  const parts = (place) => [Number(place.split(" ")[0]), place.split(" ")[1]];
  const numberAt = (place) => own.get(place)?.number ?? null;
  const above = ([row, name]) => numberAt(`${row - 1} ${name}`);
  const computed = new Set([...verdicts].filter(([place, one]) => (
    isGood(one) && numberAt(place) && numberAt(place) !== above(parts(place))
    && !one.cells.some((at) => at.own.number === numberAt(place))
  )).map(([place]) => parts(place)[1]));
  return new Map([...verdicts].map(([place, one]) => {
    const isChance = one.status === "unearned" && computed.has(parts(place)[1])
      && numberAt(place) && numberAt(place) !== above(parts(place));
    return [place, isChance ? { ...one, status: "follows" } : one];
  }));
}

/**
 * The result of judgeTyped, with cells that have too few digits to show any computing as unearned.
 * `like` is what such a cell cannot be told from: a place, an input's name, or 0. `notes` are about
 * the sheet as a whole.
 */
export function decided(judged) {
  const { own, sheet, copies } = judged;
  const verdicts = withoutChance(judged);
  const [moved, isAsked] = undecidedRates(judged);
  const rates = new Set(isAsked ? [] : moved);
  const unearned = new Set();
  const likeOf = (place, verdict) => {
    const [row, name] = [Number(place.split(" ")[0]), place.split(" ")[1]];
    const cells = verdict.cells.filter((at) => sheet.computed.includes(at.name))
      .map((at) => `${at.row} ${at.name}`);
    const isCopy = copies.has(name);
    if (isCopy && unearned.has(cells[0])) return cells[0];
    if (!verdict.claim || !isCoarse(judged, name, verdict)) return null;
    if (isIn(verdict.claim, 0)) return "0";
    return [`${row - 1} ${name}`, ...(isCopy ? [] : cells)].find((one) => {
      const number = own.get(one)?.number ?? null;
      return number !== null && isIn(verdict.claim, number);
    }) ?? null;
  };
  const settled = new Map();
  for (const [place, verdict] of verdicts) {
    const like = !isGood(verdict) ? null
      : rates.has(place) ? sheet.startRate : likeOf(place, verdict);
    if (like) unearned.add(place);
    settled.set(place, like ? { ...verdict, status: "unearned", origin: null, like } : verdict);
  }
  const notes = judged.note ? [judged.note] : [];
  if (moved.length) {
    notes.push(`${sheet.rate} has too few digits to tell the schedule from a rate that stays the `
      + "same: write more of them");
  }
  return { ...judged, verdicts: settled, notes };
}
