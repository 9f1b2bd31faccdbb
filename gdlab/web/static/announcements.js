// What is told of an answer that shows elsewhere than where a person is.
import { shown } from "./numbers.js";
import { addressOf, valueOf } from "./state.js";

const MOST_TOLD = 3;

/** The cells of a practice sheet whose mark or hint is new, as a line of text. */
export function announcementsOf(state, before) {
  const told = [];
  for (const [place, { status, hint }] of Object.entries(state.judged ?? {})) {
    const old = before?.judged?.[place];
    if (old?.status === status && old.hint === hint) continue;
    const [row, name] = place.split(" ");
    told.push(`${name}, row ${row}: ${hint}`);
  }
  return told.slice(0, MOST_TOLD).join("; ");
}

/** Where a run exploded, or that it diverges or hardly moves, and a way out; empty for a good run. */
export function wrongOf(state) {
  if (!state.exploded) return state.advice ? `${state.advice}.` : "";
  const [row, name] = state.exploded;
  const error = shown(valueOf(state, name, row));
  const where = `${name} in row ${row} (${addressOf(state, name, row)})`;
  return `Exploded: ${where} is ${error}; ${state.advice}.`;
}

/** How far a practice sheet is: "30 of 38 right, 5 follow, 2 wrong". */
export function progressOf({ blanks, judged }) {
  const all = Object.values(blanks).reduce((sum, rows) => sum + rows.length, 0);
  const count = (wanted) => (
    Object.values(judged).filter(({ status }) => status === wanted).length
  );
  const [follow, unearned, wrong] = [count("follows"), count("unearned"), count("wrong")];
  const following = follow ? `, ${follow} ${follow === 1 ? "follows" : "follow"}` : "";
  const rest = (unearned ? `, ${unearned} unearned` : "") + (wrong ? `, ${wrong} wrong` : "");
  return `${count("right")} of ${all} right${following}${rest}`;
}
