// Practice on a page: cells to fill in, judged as they are typed. What the sheet is told is what
// gdlab/notebook/practice_widget.py tells it in a notebook.
import { drawPractice } from "./draw.js";
import { judgeTyped } from "./judge.js";
import { Refusal } from "./number_input.js";
import { slipHint } from "./slips.js";
import { addressOf, numbersOf, readState } from "./state.js";

const PRACTICE_ROWS = 3;
const LONGEST_TEXT = 60;
const MOST_SEED = 999_999;
const GIVEN = "this is given; only the tinted cells are filled in";
const ASIDE = "Fill in the tinted cells; each is judged as it is typed.";

/**
 * The host of a page that also has practice: `ask` and `changes` as createHost gives them. One
 * practice is kept for each sheet, so that who looks elsewhere finds it as they left it.
 */
export function withPractice(host, page, programs) {
  const kept = new Map();
  let open = null;

  const canPractise = (tab) => tab in page.sheets && page.sheets[tab].steps === null;

  function start(tab, seed) {
    if (!canPractise(tab)) throw new Refusal("there is no practice on this sheet");
    if (!Number.isInteger(seed) || seed < 0 || seed > MOST_SEED) {
      throw new Refusal(`a practice's number is a whole one from 0 to ${MOST_SEED}`);
    }
    const sheet = page.sheets[tab];
    const drawn = drawPractice(sheet, programs[tab], PRACTICE_ROWS, seed);
    const inputs = { ...drawn.inputs, n: PRACTICE_ROWS };
    open = { tab, seed, sheet, drawn, inputs, texts: new Map(), hinted: new Set() };
    kept.set(tab, open);
  }

  function placeOf({ row, column }) {
    const there = Number.isInteger(row) && row >= 1 && row <= PRACTICE_ROWS;
    if (!there || !(column in blanksOf(open))) throw new Refusal(GIVEN);
    return `${row} ${column}`;
  }

  const events = {
    practise({ seed }) {
      const { tab } = host.ask({ kind: "show" })[0];
      if (seed === undefined && kept.has(tab)) open = kept.get(tab);
      else start(tab, seed ?? 1);
    },
    other: () => start(open.tab, (open.seed + 1) % (MOST_SEED + 1)),
    leave: () => { open = null; },
    show() {},
    cell(event) {
      const place = placeOf(event);
      const text = String(event.text).trim();
      if (text.length > LONGEST_TEXT) {
        throw new Refusal(`a cell takes a number, not ${text.length} characters`);
      }
      open.hinted.delete(place);
      if (text) open.texts.set(place, text);
      else open.texts.delete(place);
    },
    hint(event) {
      const place = placeOf(event);
      if (!open.texts.has(place)) {
        throw new Refusal("write a number first; a hint says where to look in what is written");
      }
      open.hinted.add(place);
    },
  };

  function ask(event, bytes) {
    const elsewhere = event.kind === "show" && event.tab && event.tab !== open?.tab;
    if (elsewhere) open = null;
    if (event.kind !== "practise" && !open) return offered(host.ask(event, bytes));
    let error = "";
    try {
      if (!events[event.kind]) throw new Refusal(GIVEN);
      events[event.kind](event);
    } catch (problem) {
      if (!(problem instanceof Refusal)) throw problem;
      error = problem.message;
    }
    const [state, buffers] = open ? stateOf(open, event.head)
      : offered(host.ask({ kind: "show", head: event.head }));
    state.number = event.number;
    if (error) state.error = error;
    return [state, buffers];
  }

  function offered([state, buffers]) {
    state.canPractise = canPractise(state.tab);
    return [state, buffers];
  }

  /** What the sheet shows of a practice; `known` is the mark of the head that it has. */
  function stateOf(practice, known) {
    const { tab, seed, sheet, drawn, texts } = practice;
    const shown = {
      tab, tabs: page.tabs, epochs: 1, samples: PRACTICE_ROWS, rows: PRACTICE_ROWS,
      mark: `practice ${tab}`, inputs: drawn.inputs, first: drawn.first, exploded: null, mse: [],
      python: "", canPractise: true, seed, blanks: blanksOf(practice),
    };
    const verdicts = judgeTyped(
      sheet, programs[tab], { rows: PRACTICE_ROWS, inputs: practice.inputs, first: drawn.first },
      drawn.run.frame, texts,
    );
    const cells = ownCells(practice, verdicts);
    const { x, y } = drawn.points;
    const buffers = [Float64Array.from([...x, ...y]), cells];
    const head = { ...sheet.head, source: ASIDE };
    const seen = readState({ ...shown, head }, buffers, null);
    shown.judged = {};
    for (const [place, text] of texts) {
      const { status, written } = verdicts.get(place);
      const hint = tellingOf(practice, seen, verdicts, place) || status;
      shown.judged[place] = { text, status: written ? status : "empty", hint };
    }
    if (known !== shown.mark) shown.head = head;
    return [shown, buffers];
  }

  /** What is said of a cell in the formula bar: a sentence, or a hint where it was asked for. */
  function tellingOf({ tab, sheet, drawn, inputs, hinted }, seen, verdicts, place) {
    const verdict = verdicts.get(place);
    const { status, written, origin, fromYours } = verdict;
    const [row, name] = [Number(place.split(" ")[0]), place.split(" ")[1]];
    const cellAt = (other) => addressOf(seen, other.split(" ")[1], Number(other.split(" ")[0]));
    if (status === "follows") return `right, given what stands in ${cellAt(origin)}`;
    if (status !== "wrong" || written.problem) return written.problem;
    if (!hinted.has(place)) return "";
    if (!Number.isFinite(fromYours)) return "hint: does a number come out here at all?";
    const before = verdict.cells.map((at) => `${at.row} ${at.name}`);
    const empty = before.find((one) => verdicts.get(one)?.status === "empty");
    const bad = before.find((one) => verdicts.get(one)?.status === "wrong");
    if (empty) return `hint: first fill in ${cellAt(empty)}`;
    const look = bad ? `first look at ${cellAt(bad)}` : "";
    const columns = ownNumbers(sheet, drawn, verdicts);
    const { parameters } = sheet.head;
    const slip = slipHint(programs[tab], columns, inputs, parameters, name, row, verdict);
    const numbers = numbersOf(seen, name, row);
    return `hint: ${slip || look || "look at this column's formula again"}: ${numbers}`;
  }

  return {
    ask,
    changes() {
      const changes = host.changes();
      if (!open) return changes;
      return { ...changes, practice: open.seed };
    },
  };
}

/** The rows to fill in, by column: all of every computed column. */
function blanksOf({ sheet }) {
  const rows = Array.from({ length: PRACTICE_ROWS }, (_, k) => k + 1);
  const columns = sheet.head.columns.filter(({ numbers }) => numbers);
  return Object.fromEntries(columns.map(({ name }) => [name, rows]));
}

/** The sheet's cells: what is given, the learner's own numbers, and NaN for the rest. */
function ownCells({ sheet, drawn, texts }, verdicts) {
  return Float64Array.from(sheet.names.flatMap((name) => (
    Array.from({ length: PRACTICE_ROWS }, (_, k) => {
      const place = `${k + 1} ${name}`;
      if (!verdicts.has(place)) return drawn.run.frame[name][k + 1];
      return texts.has(place) ? verdicts.get(place).written.number ?? NaN : NaN;
    })
  )));
}

/** By column the numbers that the learner computes with: their own, or what follows from them. */
function ownNumbers({ names }, { run, first }, verdicts) {
  const numberAt = (name, row) => {
    const verdict = verdicts.get(`${row} ${name}`);
    if (!verdict) return run.frame[name][row];
    return verdict.written?.number ?? verdict.fromYours;
  };
  const rows = Array.from({ length: PRACTICE_ROWS }, (_, k) => k + 1);
  return Object.fromEntries(names.map(
    (name) => [name, [first[name], ...rows.map((row) => numberAt(name, row))]],
  ));
}
