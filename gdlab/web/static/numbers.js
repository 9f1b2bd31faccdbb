// Numbers as text: in cells, in formulas with numbers substituted, and in full.

/** The spreadsheet error for NaN or infinity; empty for a finite number. */
export function errorOf(value) {
  if (Number.isNaN(value)) return "#NUM!";
  return Number.isFinite(value) ? "" : "#DIV/0!";
}

function trimmed(mantissa) {
  return mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
}

/** A number with at most `digits` significant digits, as Python's format ".10g"; or an error. */
export function short(value, digits = 10) {
  if (!Number.isFinite(value)) return errorOf(value);
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= digits) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${trimmed(mantissa)}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  return trimmed(value.toFixed(Math.max(0, digits - 1 - exponent)));
}

/** A number rounded to so many decimals, a half to the even digit, as Python does it. */
export function fixed(value, decimals) {
  const text = value.toFixed(decimals);
  const longer = value.toFixed(decimals + 1);
  const isHalf = longer.endsWith("5") && Number.isInteger(value * 2 ** (decimals + 1));
  const down = longer.slice(0, decimals ? -1 : -2);
  return isHalf && Number(down.at(-1)) % 2 === 0 ? down : text;
}

/** A cell's text: six digits, or the spreadsheet's error. */
export function shown(value) {
  return short(value, 6);
}

/** A number in full: it reads back as the same double. */
export function full(value) {
  if (!Number.isFinite(value)) return errorOf(value);
  return Object.is(value, -0) ? "-0" : String(value);
}

/** A number as Python's repr writes a float: 1e-08, 15.0; it reads back as the same double. */
export function pythonFloat(value) {
  // Adding 0 turns -0 into 0.
  const [mantissa, power] = (value + 0).toExponential().split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  const plain = String(value + 0);
  if (exponent >= 0) return plain.includes(".") ? plain : `${plain}.0`;
  // JavaScript writes numbers without an exponent down to a millionth, like Python here.
  return plain;
}

/** A slider's number, rounded to the three digits that a hand can aim at. */
export function rounded(value) {
  return Number(value.toPrecision(3));
}

/** Text escaped for HTML and XML. */
export function escaped(text) {
  const marks = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return String(text).replace(/[&<>"]/g, (mark) => marks[mark]);
}

/** A column's letters: 0 is A, 26 is AA. */
export function lettersOf(index) {
  const before = index >= 26 ? lettersOf(Math.floor(index / 26) - 1) : "";
  return before + String.fromCharCode(65 + (index % 26));
}
