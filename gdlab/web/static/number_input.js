// A number as people type it: text in, a number out, or the reason why not.

const THOUSANDS = /^[-+]?\d{1,3}(,\d{3})+$/;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** What a person asked for and cannot have; its message is for them. */
export class Refusal extends Error {}

/** Whether a text is two numbers with a comma between: a decimal comma's number, or a pair. */
export function isPair(text) {
  const halves = text.split(",").map((half) => half.trim());
  return halves.length === 2 && halves.every((half) => NUMBER.test(half));
}

/** A typed number; a decimal comma is understood where it cannot mean thousands. */
export function typedNumber(text, where) {
  const plain = text.trim().replace("−", "-").replace("\u00a0", "");
  if (!plain) throw new Refusal(`${where} is empty; type a number`);
  if (THOUSANDS.test(plain)) {
    const [point, none] = [plain.replaceAll(",", "."), plain.replaceAll(",", "")];
    throw new Refusal(`${where}: ${plain} may mean ${point} or ${none}; type one`);
  }
  const written = plain.includes(".") ? plain : plain.replace(",", ".");
  if (!NUMBER.test(written)) {
    throw new Refusal(`${where} must be a number, not '${text.trim().slice(0, 40)}'`);
  }
  const value = Number(written);
  if (!Number.isFinite(value)) throw new Refusal(`${where} must be a number under 1.8e308`);
  return value;
}
