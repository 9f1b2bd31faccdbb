// Writes a formula's tree as a line of text, as gdlab/language/infix.py does for readers.

const SIGNS = { add: "+", sub: "-", mul: "*", div: "/" };
const LEVELS = { add: 1, sub: 1, mul: 2, div: 2, pow: 4 };
const IN_TEXT = { "==": "=", "!=": "<>" };
const [UNARY, ATOM] = [3, 5];

/** A name in a formula as readers of the sheet know it: "avg_prev" is "avg above". */
export const asHeaded = (name) => name.replace(/_prev$/, " above").replace(/_next$/, " below");

/** The text of a formula. */
export const formulaText = (tree) => written(tree)[0];

/** The text of a tree, and the precedence of its outermost operator. */
function written(tree) {
  if (tree === Math.PI) return ["π", ATOM];
  if (typeof tree === "number") return [String(tree).toUpperCase().replace(/E-(\d)$/, "E-0$1"), ATOM];
  if (typeof tree === "string") return [asHeaded(tree), ATOM];
  const [operation, ...parts] = tree;
  const inner = (part, least) => {
    const [text, level] = written(part);
    return level < least || level === UNARY ? `(${text})` : text;
  };
  if (operation === "neg") return [`-${inner(parts[0], ATOM)}`, UNARY];
  if (operation === "pow") return [parts.map((part) => inner(part, ATOM)).join("^"), LEVELS.pow];
  if (operation in SIGNS) {
    const level = LEVELS[operation];
    return [`${inner(parts[0], level)} ${SIGNS[operation]} ${inner(parts[1], level + 1)}`, level];
  }
  const texts = parts.map(formulaText);
  if (parts.length < 4) return [`${operation}(${texts.join(", ")})`, ATOM];
  const [left, right, then, otherwise] = texts;
  return [`(${then} if ${left} ${IN_TEXT[operation] ?? operation} ${right}, else ${otherwise})`, ATOM];
}
