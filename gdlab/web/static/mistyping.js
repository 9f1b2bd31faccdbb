// Slips of the hand, as in gdlab/marking/mistyping.py: a number truncated instead of rounded,
// digits swapped, dropped or misread.
import { fixed } from "./numbers.js";

const isDigit = (text) => /^\d$/.test(text ?? "");
const without = (text, index) => text.slice(0, index) + text.slice(index + 1);

/** The ways to mistype the right number: a digit dropped, misread, or swapped with the next. */
export function mistypedOf(right, decimals, most) {
  if (decimals === null || decimals < 0 || decimals > most) return [];
  if (!Number.isFinite(right) || Math.abs(right) >= 10 ** most) return [];
  const digits = fixed(right, decimals);
  const indices = Array.from(digits, (_, index) => index).filter((index) => isDigit(digits[index]));
  const swapped = new Set(indices
    .filter((k) => isDigit(digits[k + 1]) && digits[k] !== digits[k + 1])
    .map((k) => digits.slice(0, k) + digits[k + 1] + digits[k] + digits.slice(k + 2)));
  // Not the last digit: rounding may have dropped or changed it.
  const inner = indices.slice(0, -1);
  const dropped = new Set(inner.filter((k) => !digits.slice(0, k).includes("."))
    .map((k) => without(digits, k)));
  // A number that lost a digit after the point has one decimal less.
  const longer = fixed(right, decimals + 1);
  for (let k = longer.indexOf(".") + 1; k < longer.length - 1; k++) dropped.add(without(longer, k));
  for (const text of [digits, longer.slice(0, -1)]) dropped.delete(text);
  const misread = new Set(inner.flatMap((k) => (
    [..."0123456789"].map((digit) => digits.slice(0, k) + digit + digits.slice(k + 1))
  )));
  const typed = (name, texts, ...others) => [...texts]
    .filter((text) => /\d/.test(text) && !others.some((other) => other.has(text)))
    .sort().map((text) => [name, Number(text)]);
  return [
    ...typed("digits_swapped", swapped),
    ...typed("digit_dropped", dropped, swapped),
    ...typed("digit_misread", misread, swapped, dropped, new Set([digits])),
  ];
}

/**
 * The wrong cells that were truncated instead of rounded, and whether that is a habit. A learner
 * may have continued with the truncated numbers or with all digits: the more likely way is taken.
 */
export function cutOff(verdicts, marking) {
  const ways = ["fromYours", "expected"].map((of) => cutOf(verdicts, of, marking.mostDigits));
  const weight = ({ places, roundedUp }) => places.length - roundedUp;
  const { places, roundedUp } = weight(ways[1]) > weight(ways[0]) ? ways[1] : ways[0];
  const isHabit = places.length >= marking.habit && roundedUp <= marking.rounded * places.length;
  return { places, isHabit };
}

/** The wrong cells that were truncated, and the number of cells that were rounded up. */
function cutOf(verdicts, of, mostDigits) {
  const places = [];
  let roundedUp = 0;
  for (const [place, { status, written, [of]: right }] of verdicts) {
    const { number = null, decimals = null } = written ?? {};
    // A 0 does not show what was cut off.
    if (!number || decimals === null || decimals < 0 || decimals > mostDigits) continue;
    if (!Number.isFinite(right)) continue;
    const exact = Math.abs(right) * 10 ** decimals;
    const shown = Math.round(Math.abs(number) * 10 ** decimals);
    // Skip a number that truncating and rounding make the same, or nearly.
    if (exact % 1 < 0.5 || exact % 1 >= 0.999 || exact > 10 ** mostDigits) continue;
    if (shown === Math.floor(exact) && number * right >= 0) {
      if (status === "wrong") places.push(place);
    } else if (shown === Math.ceil(exact)) roundedUp += 1;
  }
  return { places, roundedUp };
}
