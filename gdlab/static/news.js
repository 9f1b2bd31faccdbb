// What is told of an answer that shows elsewhere than where a person is.
import { shown } from "./numbers.js";
import { addressOf, valueOf } from "./state.js";

const MOST_TOLD = 3;

/** The cells of a practice sheet whose mark or hint is new, as a line of text. */
export function newsOf(state, before) {
  const told = [];
  for (const [place, { status, hint }] of Object.entries(state.judged ?? {})) {
    const old = before?.judged?.[place];
    if (old?.status === status && old.hint === hint) continue;
    const [row, name] = place.split(" ");
    told.push(`${name}, row ${row}: ${hint}`);
  }
  return told.slice(0, MOST_TOLD).join("; ");
}

/** Where a run exploded, as a sentence; empty where it did not. */
export function explosionOf(state) {
  if (!state.exploded) return "";
  const [row, name] = state.exploded;
  const error = shown(valueOf(state, name, row));
  const where = `${name} in row ${row} (${addressOf(state, name, row)})`;
  return `Exploded: ${where} is ${error}.`;
}
