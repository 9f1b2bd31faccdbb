// Parses a learner's Excel formula into the tree that slips are written in
// (gdlab/language/javascript.py). It accepts what gdlab/language/excel_reader.py accepts; a cell
// with any other formula is judged by its number alone.

const NUMBER = String.raw`(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;
const TOKEN = new RegExp(
  String.raw`\s*(?:(?<number>${NUMBER})|(?<call>[A-Za-z][\w.]*)\(|(?<name>\$?[A-Za-z_][\w.$]*)`
  + String.raw`|(?<sign><=|>=|<>|[-+*/^()%,<>=]))\s*`, "y",
);
// Functions with one argument, and their names in the grammar.
const FUNCTIONS = {
  SQRT: "sqrt", EXP: "exp", LN: "log", COS: "cos", SIN: "sin", ABS: "abs", SIGN: "sign", INT: "floor",
};
const OPERATORS = {
  "+": [2, "add"], "-": [2, "sub"], "*": [3, "mul"], "/": [3, "div"], "^": [4, "pow"],
};
const COMPARED = ["<", "<=", ">", ">=", "=", "<>"];
const IN_DATA = { "=": "==", "<>": "!=" };
const COMPARISONS = COMPARED.map((sign) => IN_DATA[sign] ?? sign);
const [MOST_CHARACTERS, MOST_DEPTH] = [8192, 150];

/** Whether a tree gives true or false instead of a number. */
const isComparison = (tree) => (
  Array.isArray(tree) && COMPARISONS.includes(tree[0]) && tree.length === 3
);

const hasComparison = (tree) => (
  isComparison(tree) || (Array.isArray(tree) && tree.slice(1).some(hasComparison))
);

/** The formula uses something outside the grammar. */
export class Unread extends Error {}

function tokensOf(text) {
  if (text.length > MOST_CHARACTERS) throw new Unread();
  const tokens = [];
  TOKEN.lastIndex = text.startsWith("=") ? 1 : 0;
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text);
    if (!found) throw new Unread();
    tokens.push(found.groups);
  }
  return tokens;
}

function called(name, parts) {
  const count = parts.length;
  if (name === "PI" && !count) return Math.PI;
  if (name in FUNCTIONS && count === 1) return [FUNCTIONS[name], parts[0]];
  if (name === "POWER" && count === 2) return ["pow", ...parts];
  if (["MIN", "MAX"].includes(name) && count === 2) return [name.toLowerCase(), ...parts];
  if (name === "IFERROR" && count === 2) return parts[0];
  if (name === "IF" && count > 1 && count < 4) {
    const [test, then, otherwise = 0] = parts;
    return [...(isComparison(test) ? test : ["!=", test, 0]), then, otherwise];
  }
  throw new Unread();
}

/**
 * The tree of a formula; `leaf` converts a name or an address to a leaf. Throws Unread if the
 * formula is outside the grammar.
 */
export function treeOfFormula(text, leaf) {
  const tokens = tokensOf(text);
  let at = 0;
  const isNext = (sign) => tokens[at]?.sign === sign;
  const close = () => {
    if (!isNext(")")) throw new Unread();
    at += 1;
  };

  function operand(depth) {
    const { number, call, name, sign } = tokens[at++] ?? {};
    if (number) return Number(number);
    if (name) return leaf(name);
    if (sign === "(") {
      const tree = expression(0, depth + 1);
      close();
      return tree;
    }
    if (!call) throw new Unread();
    const parts = [];
    while (!isNext(")")) {
      parts.push(expression(0, depth + 1));
      if (isNext(",")) at += 1;
      else break;
    }
    close();
    return called(call.toUpperCase().replace(/^_XLFN\./, ""), parts);
  }

  /** An operand with the signs before it and the percent signs after it. */
  function signed(depth) {
    let minus = 0;
    for (; isNext("+") || isNext("-"); at += 1) minus += isNext("-");
    let tree = operand(depth);
    for (; isNext("%"); at += 1) tree = ["div", tree, 100];
    for (; minus; minus -= 1) tree = ["neg", tree];
    return tree;
  }

  function expression(least, depth) {
    if (depth > MOST_DEPTH) throw new Unread();
    let tree = signed(depth);
    for (;;) {
      const { sign } = tokens[at] ?? {};
      const [level, operation] = OPERATORS[sign] ?? [1, IN_DATA[sign] ?? sign];
      if (!sign || level < least || (level === 1 && !COMPARED.includes(sign))) return tree;
      at += 1;
      tree = [operation, tree, expression(level + 1, depth + 1)];
    }
  }

  const tree = expression(0, 0);
  if (at < tokens.length || hasComparison(tree)) throw new Unread();
  return tree;
}
