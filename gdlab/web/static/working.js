// Works out a number that is written as arithmetic, 2*-43*14, as gdlab/marking/working.py does.
import { LONGEST_WORKING, NOT_WORKED, TOO_FAR } from "./constants.js";
import { IEEE } from "./arithmetic.js";

const WORD = / ?(\d+(?:[.,]\d+)?(?:e[+-]?\d+)?|[.,]\d+|\*\*|[-+*/^()]|sqrt)/g;
// A comma before three digits may be a decimal comma or separate thousands.
const TWO_MEANINGS = /^[1-9]\d{0,2},\d{3}$/;

class Unworked extends Error {}

function workOf(words) {
  const next = (...wanted) => (wanted.includes(words[0]) ? words.shift() : "");
  const refuse = (why) => { throw new Unworked(why); };

  function sum() {
    let number = product();
    for (let sign; (sign = next("+", "-"));) {
      const other = product();
      number = sign === "+" ? number + other : number - other;
    }
    return number;
  }

  function product() {
    let number = signed();
    for (let sign; (sign = next("*", "/"));) {
      const other = signed();
      if (sign === "/" && other === 0) refuse("a division by zero");
      number = sign === "*" ? number * other : number / other;
    }
    return number;
  }

  function signed() {
    const sign = next("+", "-");
    const number = atom();
    if (!next("^")) return sign === "-" ? -number : number;
    if (sign === "-") refuse("read in two ways: put the power, or what it is of, in parentheses");
    const exponent = next("+", "-") === "-" ? -atom() : atom();
    if (next("^")) refuse("read in two ways: put one of the powers in parentheses");
    if (number === 0 && exponent < 0) refuse("a division by zero");
    return IEEE.pow(number, exponent);
  }

  function atom() {
    const root = next("sqrt");
    let number = 0;
    if (next("(")) {
      number = sum();
      if (!next(")")) refuse(NOT_WORKED);
    } else if (/^[\d.,]/.test(words[0] ?? "")) {
      const word = words.shift();
      if (TWO_MEANINGS.test(word)) refuse(`read in two ways: ${word} has decimals or thousands`);
      number = Number(word.replace(",", "."));
    } else {
      refuse(NOT_WORKED);
    }
    if (root && number < 0) refuse("the root of a negative number");
    return root ? Math.sqrt(number) : number;
  }

  const number = sum();
  if (words.length) refuse(NOT_WORKED);
  if (!Number.isFinite(number)) refuse(TOO_FAR);
  return number;
}

/**
 * The result of arithmetic in plain characters, `{number, problem}`; null if the text is not
 * arithmetic. Programs disagree on -3^2 and 2^3^2, so these need parentheses.
 */
export function workingOf(plain) {
  const text = plain.replace(/^[= ]+/, "").replaceAll("÷", "/").replaceAll("√", "sqrt")
    .replace(/[x×·⋅•∙]/g, "*");
  const words = Array.from(text.matchAll(WORD), ([, word]) => word);
  if (words.join("").length !== text.replaceAll(" ", "").length) return null;
  if (text.length > LONGEST_WORKING || !/\d/.test(text)) return null;
  if (!/[\d)] ?[-+*/^]|sqrt/.test(text)) return null;
  try {
    return { number: workOf(words.map((word) => (word === "**" ? "^" : word))), problem: "" };
  } catch (problem) {
    if (!(problem instanceof Unworked)) throw problem;
    return { number: null, problem: problem.message };
  }
}
