// Lines of text about what changed elsewhere on the sheet, for a person who looks somewhere else.
import { shown } from "./numbers.js";
import { addressOf, valueOf } from "./state.js";

const MOST_ANNOUNCED = 3;

/** One line of text: the cells of a practice sheet that have a new mark or hint. */
export function announcementsOf(state, before) {
  const lines = [];
  for (const [place, { status, hint }] of Object.entries(state.judged ?? {})) {
    const old = before?.judged?.[place];
    if (old?.status === status && old.hint === hint) continue;
    const [row, name] = place.split(" ");
    lines.push(`${name}, row ${row}: ${hint}`);
  }
  return lines.slice(0, MOST_ANNOUNCED).join("; ");
}

/** What is wrong with a run and how to mend it; empty for a good run. */
export function wrongOf(state) {
  if (!state.exploded) return state.advice ? `${state.advice}.` : "";
  const [row, name] = state.exploded;
  const error = shown(valueOf(state, name, row));
  const where = `${name} in row ${row} (${addressOf(state, name, row)})`;
  return `Exploded: ${where} is ${error}; ${state.advice}.`;
}

/** How much of a practice sheet is done: "30 of 38 right, 5 follow, 2 wrong". */
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
