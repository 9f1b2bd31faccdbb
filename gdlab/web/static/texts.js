// Reads numbers as people write them, as gdlab/marking/texts.py does: with any dash, as fractions
// or powers of ten, with thousands separators, or as arithmetic.
import { MOST_READ_DIGITS, DIGITS_OF_FRACTION, DECIMALS_OF_FRACTION } from "./constants.js";
import { DASHES } from "./number_input.js";
import { workingOf } from "./working.js";

const APOSTROPHES = /[\u2019\u02bc\u00b4`]/g;
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻";
const PLAIN_OF_RAISED = "0123456789+-";
// The zeros of other digits: Arabic, Persian, Devanagari, Bengali, Tamil, Thai.
const NOUGHTS = [0x660, 0x6f0, 0x966, 0x9e6, 0xbe6, 0xe50];
const OTHER_DIGITS = new RegExp(
  "[\\u0660-\\u0669\\u06f0-\\u06f9\\u0966-\\u096f\\u09e6-\\u09ef\\u0be6-\\u0bef\\u0e50-\\u0e59]", "g",
);
const IN_THOUSANDS = /^\d{1,3}(?:'\d{3})+$/;
const FRACTION = /^([+-]?) ?(?:(\d{1,9}) )?(\d{1,9}) ?\/ ?(\d{1,9})$/;
const POWER_OF_TEN = /^(?:(.+?) ?[*x×·⋅•∙] ?|([+-]) ?)?10 ?(?:\^|\*\*) ?\(?([+-]?\d{1,3})\)?$/;
const PLAIN_NUMBER = /^([+-]?) ?([\d.,']{1,60})(?: ?e ?([+-]?\d{1,3}))?( ?%)?$/;
const IN_BRACKETS = /^\( ?([\d.,']{1,60}) ?\)$/;
// Around a number: TeX's dollar signs, the apostrophe that marks text, a full stop; the word minus,
// or a minus at the end.
const AROUND = [
  [/^\$ ?(.+?) ?\$$/, "$1"],
  [/^' ?(?=[-+]? ?[\d.,(])/, ""],
  [/^minus (?=[\d.,])/, "-"],
  [/^([\d.,']+) ?-$/, "-$1"],
  [/(?<=[.,]\d)(\d*)\.$/, "$1"],
];

/** A text in plain keyboard characters, in lower case, with single spaces. */
function plainOf(text) {
  let spelled = "";
  let before = "";
  for (const character of text.trim()) {
    const raised = RAISED.indexOf(character);
    if (raised >= 0) {
      spelled += (before && RAISED.includes(before) ? "" : "^") + PLAIN_OF_RAISED[raised];
    } else {
      // 1½ is 1 1/2, not 11/2.
      spelled += /\p{No}/u.test(character) ? ` ${character}` : character;
    }
    before = character;
  }
  const digit = (one) => {
    const code = one.codePointAt(0);
    return String(code - NOUGHTS.findLast((nought) => nought <= code));
  };
  const plain = spelled.normalize("NFKC").replace(OTHER_DIGITS, digit)
    .replaceAll("\u066b", ",").replaceAll("\u066c", "'")
    .replace(DASHES, "-").replaceAll("\u2044", "/").replace(APOSTROPHES, "'")
    .toLowerCase().split(/\s+/).filter(Boolean).join(" ")
    .replace(/(?<=\d)[ '](?=\d{3}(?!\d| ?\/))/g, "'");
  return AROUND.reduce((text, [pattern, instead]) => text.replace(pattern, instead), plain)
    .replace(/^[=≈~] ?(?=[+-]? ?[\d.,])/, "");
}

/** The readings of a text with points, commas and groups, each as digits with at most one point. */
function withoutGroups(body) {
  const count = body.replace(/\D/g, "").length;
  if (count < 1 || count > MOST_READ_DIGITS) return [];
  const used = [".", ",", "'"].filter((sign) => body.includes(sign));
  if (used.length > 1) {
    const last = used.reduce((a, b) => (body.lastIndexOf(b) > body.lastIndexOf(a) ? b : a));
    const at = body.lastIndexOf(last);
    const [whole, decimals] = [body.slice(0, at), body.slice(at + 1)];
    const others = used.filter((sign) => sign !== last);
    if (last === "'" || others.length > 1 || whole.includes(last)) return [];
    const grouped = whole.replaceAll(others[0], "'");
    return IN_THOUSANDS.test(grouped) ? [`${grouped.replaceAll("'", "")}.${decimals}`] : [];
  }
  if (!used.length) return [body];
  const grouped = body.replaceAll(used[0], "'");
  const inGroups = IN_THOUSANDS.test(grouped) ? [grouped.replaceAll("'", "")] : [];
  if (used[0] === "'" || body.split(used[0]).length > 2) return inGroups;
  // A leading 0 rules out thousands, as in 0.125.
  const asDecimals = body.replace(",", ".");
  return body.startsWith("0") ? [asDecimals] : [asDecimals, ...inGroups];
}

/** The power of ten of a number's first digit; 0 for the number 0. */
export const orderOf = (number) => (number ? Math.floor(Math.log10(Math.abs(number))) : 0);

/** A number worked out from arithmetic: it claims only some digits of the result. */
const workedOut = (number) => ({ number, decimals: DIGITS_OF_FRACTION - 1 - orderOf(number) });

/**
 * After how many decimals a fraction ends, at least four; the most that are read if it does not.
 */
function decimalsOfFraction(above, below) {
  for (let kept = DECIMALS_OF_FRACTION; kept < MOST_READ_DIGITS; kept++) {
    if ((BigInt(above) * 10n ** BigInt(kept)) % BigInt(below) === 0n) return kept;
  }
  return MOST_READ_DIGITS;
}

/** Why arithmetic in a text has no result; empty if it has one, or is no arithmetic. */
export const unworkedOf = (text) => workingOf(plainOf(text))?.problem ?? "";

/**
 * The numbers that a text may mean, the most likely first, each with the decimals that it claims.
 */
export function readingsOf(text) {
  const plain = plainOf(text);
  const inBrackets = IN_BRACKETS.exec(plain);
  if (inBrackets) {
    // Accountants write a negative number in parentheses.
    return readingsOf(inBrackets[1]).slice(0, 1)
      .flatMap((one) => [{ ...one, number: -one.number }, one]);
  }
  const fraction = FRACTION.exec(plain);
  if (fraction) {
    let [, sign, whole, above, below] = fraction;
    if (Number(below) === 0) return [];
    // 12 345/7 is 12345/7; 12 345/700 is 12 and 345/700.
    if (whole && above.length === 3 && Number(above) >= Number(below)) {
      [whole, above] = [undefined, whole + above];
    }
    const size = Number(whole ?? 0) + Number(above) / Number(below);
    const found = workedOut(sign === "-" ? -size : size);
    return [{ ...found, decimals: Math.min(found.decimals, decimalsOfFraction(above, below)) }];
  }
  const power = POWER_OF_TEN.exec(plain);
  const rest = power ? power[1] ?? `${power[2] ?? ""}1` : plain;
  const match = PLAIN_NUMBER.exec(rest);
  if (!match) {
    const number = workingOf(plain)?.number ?? null;
    return number === null ? [] : [workedOut(number)];
  }
  const [, sign, body, exponent, percent] = match;
  if (power && (exponent || percent)) return [];
  const tens = (power ? Number(power[3]) : 0) + Number(exponent ?? 0) - (percent ? 2 : 0);
  return withoutGroups(body).map((given) => {
    let digits = given;
    if ((power || exponent) && digits.includes(".")) {
      // Programs write 0.037 as 3.70 * 10^-2 or 3.70E-02: the zero is no claim.
      digits = digits.replace(/0+$/, "").replace(/\.$/, "") || "0";
    }
    const decimals = (digits.split(".")[1] ?? "").length - tens;
    return { number: Number(`${sign}${digits}e${tens}`), decimals };
  }).filter(({ number }) => Number.isFinite(number));
}
