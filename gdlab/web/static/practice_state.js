// The state that shows a practice: the learner's cells, their marks and messages.
import { decided } from "./deciding.js";
import { diagnose } from "./diagnosis.js";
import { judgedAsMeant } from "./equivalents.js";
import { isSame } from "./handed_in.js";
import { reportOf } from "./report.js";
import { addressOf, numbersOf, readState } from "./state.js";

const ASIDE = "Fill in the tinted cells; each is judged as it is typed.";

/** The state that shows a practice of createPractice on a sheet with its slips. */
export function practiceState(practice, sheet, slips, marking) {
  const { seed, points, inputs, epochs, texts, file } = practice;
  const { samples, rows, first, run, blanks, decimals } = practice;
  // Cells from a file are already read; cells typed since are not.
  const known = ([place, text]) => [
    place, file?.written[place]?.text === text ? file.written[place] : text,
  ];
  const judged = decided(judgedAsMeant(
    sheet, sheet.program,
    { rows, inputs: { ...inputs, [sheet.count]: samples }, first, blanks, decimals },
    run.frame,
    new Map([...Object.entries(texts).map(known), ...changedIn(practice)]),
  ));
  const { verdicts } = judged;
  const shown = {
    epochs, samples, rows, inputs, first, points, seed, blanks,
    mark: `practice ${practice.sheet} ${file?.name ?? ""}`, exploded: null, mse: [], python: "",
    head: { ...sheet.head, source: ASIDE }, table: ownCells(sheet, practice, verdicts), judged: {},
  };
  const seen = readState(shown);
  const causes = (practice.hinted.length || file) && slips
    ? diagnose(judged, slips, marking, formulasIn(practice)) : null;
  for (const [place, text] of Object.entries(texts)) {
    const { status, written } = verdicts.get(place);
    const isOther = status === "right" && place.split(" ")[1] === judged.shownBy;
    const hint = isOther ? judged.note
      : messageOf(practice, seen, verdicts, place, causes?.get(place)?.hint) || status;
    shown.judged[place] = { text, status: written ? status : "empty", hint };
  }
  if (file) {
    shown.report = reportOf(seen, file, judged, causes);
    for (const { place, why } of shown.report.lines) {
      if (place in shown.judged) shown.judged[place].hint = why;
    }
  }
  return shown;
}

/** The message about a cell in the formula bar: a sentence, or a hint if one was asked for. */
function messageOf({ hinted }, seen, verdicts, place, cause) {
  const verdict = verdicts.get(place);
  const { status, written, origin, fromYours, like } = verdict;
  const [row, name] = [Number(place.split(" ")[0]), place.split(" ")[1]];
  const cellAt = (other) => addressOf(seen, other.split(" ")[1], Number(other.split(" ")[0]));
  if (status === "follows") return `right, given what stands in ${cellAt(origin)}`;
  if (like) {
    const other = like.includes(" ") ? cellAt(like) : like;
    return `rounded so far that it looks like ${other}: write more digits`;
  }
  if (status === "unearned") {
    return `it follows from ${cellAt(origin)}, but does not show that anything was computed`;
  }
  if (status !== "wrong" || written.problem) return written.problem;
  if (!hinted.includes(place)) return "";
  if (!Number.isFinite(fromYours)) return "hint: is the result a number at all?";
  const before = verdict.cells.map((at) => `${at.row} ${at.name}`);
  const empty = before.find((one) => verdicts.get(one)?.status === "empty");
  const bad = before.find((one) => verdicts.get(one)?.status === "wrong");
  if (empty) return `hint: first fill in ${cellAt(empty)}`;
  const look = bad ? `first look at ${cellAt(bad)}` : "";
  const numbers = numbersOf(seen, name, row);
  const question = `which step with these numbers gives a different ${name}?`;
  return `hint: ${cause || look || question}: ${numbers}`;
}

/** The formulas of a file in cells that have not been changed since. */
function formulasIn({ file, texts }) {
  return new Map([...file?.formulas ?? []].filter(([place]) => (
    file.written[place]?.text === texts[place]
  )));
}

/** The given cells that were changed in the file, by place. */
function changedIn({ file, run }) {
  return Object.entries(file?.given ?? {}).filter(([place, { number }]) => {
    const [row, name] = place.split(" ");
    return !isSame(number, run.frame[name][row]);
  });
}

/** The sheet's cells: what is given, the learner's own numbers, and NaN for the rest. */
function ownCells(sheet, { run, texts, rows, blanks }, verdicts) {
  return Float64Array.from(sheet.names.flatMap((name) => (
    Array.from({ length: rows }, (_, k) => {
      const place = `${k + 1} ${name}`;
      if (!(name in blanks)) return run.frame[name][k + 1];
      return place in texts ? verdicts.get(place).written.number ?? NaN : NaN;
    })
  )));
}
