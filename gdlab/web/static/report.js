// The report on a practice sheet from a file, in the words of gdlab/marking (report.py and
// wording.py): how much is right, and why each other cell is not.
import {
  STATUS_SIGNS, MOST_LINES, MOST_WRONG_LINES, UNEARNED_NOTE, UNDECIDED_NOTE, IS_KEY,
} from "./constants.js";
import { byName } from "./by_name.js";
import { isAgain, marksOf } from "./marks.js";
import { shown } from "./numbers.js";
import { listedOf } from "./practice_table.js";

const SHOWN_DIGITS = 10;

const shortest = (value) => String(Number(value.toPrecision(SHOWN_DIGITS)));

/** The formula of a column in names, as they are in the sheet's header. */
function formulaOf({ name, numbers }) {
  const worded = (part) => (typeof part === "string" ? part : part[0].replace(/_prev$/, " above"));
  return `${name} = ${numbers.map(worded).join("")}`;
}

const told = (value) => (Number.isFinite(value) ? shortest(value) : shown(value));
const writtenText = ({ number, text }) => (number === null ? text : shortest(number));

/**
 * The report on a `file` (handed_in.js): a `summary`, `notes`, and `lines` about cells, wrong ones
 * before those that follow. `causes` are the result of diagnose, by place.
 */
export function reportOf(state, file, judged, causes) {
  const { verdicts } = judged;
  const marks = marksOf(judged, causes);
  const places = [...verdicts.keys()];
  const of = (status) => places.filter((place) => verdicts.get(place).status === status);
  const counts = byName(Object.keys(STATUS_SIGNS), (status) => of(status).length);
  const addressOfPlace = (place) => file.addresses[place] ?? "";
  const isUntouched = counts.empty === places.length;

  function whyOf(place) {
    const { status, written, origin, fromYours, like } = verdicts.get(place);
    if (like) {
      const other = like.includes(" ") ? addressOfPlace(like) : like;
      return `rounded so far that it looks like ${other}: write more digits`;
    }
    const from = origin && addressOfPlace(origin);
    if (status === "follows") return `right, given what stands in ${from}`;
    if (status === "unearned") {
      return `it follows from ${from}, but does not show that anything was computed`;
    }
    if (status === "empty") return "nothing is written here";
    if (written.problem) return written.problem;
    const formula = formulaOf(state.columns.get(place.split(" ")[1]));
    if (!Number.isFinite(fromYours)) return `the result here is ${told(fromYours)}, not a number; ${formula}`;
    const ways = written.orElse
      ? `neither ${shortest(written.number)} nor ${shortest(written.orElse.number)} is right; ` : "";
    const found = causes?.get(place);
    if (!found) return ways + formula;
    const [firstPlace, ...again] = found.places ?? [];
    if (again.includes(place)) return `the same as in ${addressOfPlace(firstPlace)}: ${found.because}`;
    return `${ways}${found.because}${inRows(found.places ?? [])}; ${formula}`;
  }

  const lineOf = (place) => {
    const { status, written, fromYours } = verdicts.get(place);
    const [row, name] = place.split(" ");
    return {
      place, status, row: Number(row), name, address: addressOfPlace(place),
      written: written ? writtenText(written) : "–",
      fromYours: told(fromYours), why: whyOf(place),
    };
  };
  const cells = isUntouched ? [] : [
    ...of("wrong").filter((place) => !isAgain(causes, place)), ...of("empty").slice(0, 1),
    ...of("unearned"), ...of("follows"),
  ];
  const first = counts.wrong ? `; first wrong: ${addressOfPlace(of("wrong")[0])}` : "";
  const most = Math.max(MOST_LINES, Math.min(MOST_WRONG_LINES, marks.slips));
  const notes = [...(file.isKey ? [IS_KEY] : []), ...file.notes, ...judged.notes];
  const unearned = of("unearned").map((place) => verdicts.get(place).like ?? null);
  if (marks.counts && unearned.includes(null)) notes.push(UNEARNED_NOTE);
  if (marks.counts && unearned.some((like) => like === "0" || like?.includes(" "))) {
    notes.push(UNDECIDED_NOTE);
  }
  if (!isUntouched && !marks.isLeast) notes.push(...marks.notes);
  return {
    summary: `${file.name}, ${state.head.rule}: ${summaryOf(counts, places.length, marks)}${first}`,
    notes, lines: cells.slice(0, most).map(lineOf), more: Math.max(0, cells.length - most),
  };
}

/** The rows of a repeated slip in words: ` (in rows 1 to 6)`. */
function inRows(places) {
  const rows = places.map((place) => Number(place.split(" ")[0]));
  if (rows.length < 2) return "";
  const areInARow = rows.every((row, k) => row === rows[0] + k) && rows.length > 2;
  return areInARow ? ` (in rows ${rows[0]} to ${rows.at(-1)})` : ` (in rows ${listedOf(rows.map(String))})`;
}

function summaryOf({ right, follows, unearned, wrong, empty }, all, { slips, score, isLeast }) {
  if (empty === all) return `nothing is filled in yet; ${all} cells are empty`;
  const following = follows ? [`${follows} ${follows === 1 ? "follows" : "follow"}`] : [];
  const rest = Object.entries({ unearned, wrong, empty }).filter(([, count]) => count)
    .map(([status, count]) => `${count} ${status}`);
  const bySlips = wrong === slips ? "" : ` by ${slips} ${slips === 1 ? "mistake" : "mistakes"}`;
  const share = right === all ? ""
    : `: ${isLeast ? "at least " : ""}${(100 * score).toFixed(1)} % of the marks`;
  return [`${right} of ${all} right`, ...following, ...rest].join(", ") + bySlips + share;
}

/** Show a report in a part of the page, or hide the part if there is none. */
export function showReport(part, report, goTo) {
  part.hidden = !report;
  if (!report) {
    part.replaceChildren();
    return;
  }
  const node = (tag, text, into) => {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    into?.append(made);
    return made;
  };
  const summary = node("p");
  node("b", report.summary, summary);
  const parts = [summary, ...report.notes.map((note) => node("p", `Note: ${note}`))];
  if (report.lines.length) {
    const table = node("table");
    const heads = node("tr", "", node("thead", "", table));
    for (const head of ["cell", "row", "column", "mark", "written", "from your numbers", "why"]) {
      node("th", head, heads).scope = "col";
    }
    const body = node("tbody", "", table);
    for (const line of report.lines) {
      const row = node("tr", "", body);
      const cell = node("th", "", row);
      cell.scope = "row";
      const button = node("button", line.address, cell);
      button.type = "button";
      button.addEventListener("click", () => goTo(line.row, line.name));
      for (const text of [line.row, line.name]) node("td", String(text), row);
      node("td", `${STATUS_SIGNS[line.status]} ${line.status}`, row).className = `gd-${line.status}`;
      for (const text of [line.written, line.fromYours, line.why]) node("td", text, row);
    }
    parts.push(table);
  }
  if (report.more) parts.push(node("p", `and ${report.more} more`));
  part.replaceChildren(...parts);
}
