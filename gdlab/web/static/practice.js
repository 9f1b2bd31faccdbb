// Practice: cells to fill in, judged as they are typed.
import { compute } from "./compute.js";
import { drawPractice } from "./draw.js";
import { handedIn } from "./handed_in.js";
import { Refusal, refusalOf } from "./number_input.js";
import { slipsOfSheet } from "./changes.js";
import { countOf, pointsOf, rowsOf } from "./points.js";
import { practiceState } from "./practice_state.js";

const PRACTICE_ROWS = 3;
const LONGEST_TEXT = 60;
const MOST_SEED = 999_999;
// In place of a seed: the practice on the points and inputs of the sheet itself.
const OWN_NUMBERS = "own";
const GIVEN = "this is given; only the tinted cells are filled in";

/**
 * The numbers of a practice that are there already: those that Python drew, `given` as
 * gdlab/notebook/practice_widget.py has it, or those of the sheet.
 */
function numbersThere(sheet, program, { points, inputs, epochs, samples }) {
  const first = { ...sheet.counts };
  for (const [start, column] of Object.entries(sheet.carriers)) first[column] = inputs[start];
  const run = compute(program, sheet, { points, epochs, samples, inputs, first });
  return { points, inputs, first, run, epochs, samples };
}

/**
 * The host of a sheet that also has practice: `ask` and the rest as createHost gives them. One
 * practice is kept for each sheet, so that who looks elsewhere finds it as they left it. Where
 * Python has drawn the numbers (`page.practice`), that practice is all there is. `askForSlips(tab)`
 * fetches a sheet's slips where the page does not have them yet: learn({ slips }) takes them. A page
 * that has rules to be `checked` takes sheets that were filled in elsewhere, too.
 */
export function withPractice(host, page, programs, askForSlips = () => {}) {
  const given = page.practice ?? null;
  // What a page has of slips and of other rules is unpacked when it is first looked at.
  const slips = {};
  const askedFor = new Set();
  const sheetOf = (tab) => page.sheets[tab] ?? page.checked[tab];
  const left = new Map();
  const drawn = new Map();
  // `held` are the points and inputs of a practice on the sheet's own.
  const begun = (sheet, seed, held = null) => ({ sheet, seed, held, texts: {}, hinted: [] });
  let open = null;

  // A surface has no points to draw.
  const canPractise = (tab) => tab in page.sheets && !page.sheets[tab].head.surface;
  const dataNames = Object.keys(page.points);

  /** A sheet's slips; null where neither the page nor Python has told them yet. */
  function slipsOf(tab) {
    slips[tab] ??= slipsOfSheet(page.slips ?? {}, tab);
    return slips[tab];
  }

  /** The first points of the sheet and its inputs, to practise with. */
  function numbersOfSheet(tab) {
    const { points, inputs } = host.kept();
    return {
      points: pointsOf(dataNames, rowsOf(points).slice(0, PRACTICE_ROWS)), inputs: inputs[tab],
    };
  }

  /** The numbers of a practice, drawn when they are first asked for. */
  function numbersOfPractice({ sheet: tab, seed, held, file }) {
    if (file) return file.drawn;
    const key = held ?? `${tab} ${seed}`;
    if (!drawn.has(key)) {
      const sheet = page.sheets[tab];
      if (held) {
        const samples = countOf(held.points);
        const there = { ...held, epochs: 1, samples };
        // Samples come in their order.
        drawn.set(key, numbersThere({ ...sheet, order: null }, programs[tab], there));
        return drawn.get(key);
      }
      drawn.set(key, given ? numbersThere(sheet, programs[tab], given) : {
        ...drawPractice(
          sheet, programs[tab], PRACTICE_ROWS, seed, page.ownPoints, slipsOf(tab), page.marking,
        ),
        epochs: 1, samples: PRACTICE_ROWS,
      });
    }
    return drawn.get(key);
  }

  /** All that a practice is made of. */
  function whole(practice) {
    const numbers = numbersOfPractice(practice);
    const rows = numbers.epochs * numbers.samples;
    const sheet = sheetOf(practice.sheet);
    const computed = sheet.head.columns.filter((one) => one.numbers).map(({ name }) => name);
    const all = Array.from({ length: rows }, (_, k) => k + 1);
    const asked = practice.file ?? given;
    const blank = asked?.blank ?? computed;
    return {
      ...practice, drawn: numbers, rows, sheet, tab: practice.sheet, decimals: asked?.decimals ?? null,
      inputs: { ...numbers.inputs, [sheet.count]: numbers.samples },
      blanks: Object.fromEntries(blank.map((name) => [name, all])),
    };
  }

  function start(tab, seed, held = null) {
    if (!canPractise(tab)) throw new Refusal("there is no practice on this sheet");
    if (seed === OWN_NUMBERS) {
      startOwn(tab, held ?? numbersOfSheet(tab));
      return;
    }
    if (!Number.isInteger(seed) || seed < 0 || seed > MOST_SEED) {
      throw new Refusal(`a practice's number is a whole one from 0 to ${MOST_SEED}`);
    }
    const practice = begun(tab, seed);
    numbersOfPractice(practice);
    set(practice);
  }

  function startOwn(tab, held) {
    const practice = begun(tab, OWN_NUMBERS, held);
    const { run: { exploded } } = numbersOfPractice(practice);
    if (exploded) {
      throw new Refusal(`the sheet's own numbers explode in row ${exploded[0]}; find a rate first`);
    }
    set(practice);
  }

  function set(practice) {
    open = practice;
    if (!practice) return;
    if (!practice.file) left.set(practice.sheet, practice);
    if (slipsOf(practice.sheet) || askedFor.has(practice.sheet)) return;
    askedFor.add(practice.sheet);
    askForSlips(practice.sheet);
  }

  /** Open a sheet that was filled in elsewhere, with what stands in it. */
  async function check(name, bytes) {
    const extension = /\.[^.]*$/.exec(name)?.[0].toLowerCase() ?? "";
    if (extension !== ".xlsx") throw new Refusal("it is no .xlsx workbook; save it as one first");
    const file = await handedIn(bytes, { ...page.checked, ...page.sheets });
    file.drawn = numbersThere(sheetOf(file.tab), programs[file.tab], file);
    const texts = Object.fromEntries(
      Object.entries(file.written).map(([place, { text }]) => [place, text]),
    );
    set({ ...begun(file.tab, null), file: { ...file, name }, texts });
  }

  function placeOf({ row, column }) {
    if (!whole(open).blanks[column]?.includes(row)) throw new Refusal(GIVEN);
    return `${row} ${column}`;
  }

  const events = {
    practise({ seed }) {
      const { tab } = host.kept();
      if (seed === undefined && left.has(tab)) set(left.get(tab));
      else start(tab, seed ?? 1);
    },
    other() {
      if (given) throw new Refusal(GIVEN);
      start(open.sheet, open.held ? 1 : (open.seed + 1) % (MOST_SEED + 1));
    },
    own() {
      if (given) throw new Refusal(GIVEN);
      start(open.sheet, OWN_NUMBERS);
    },
    check({ name }, [bytes]) {
      return {
        said: `Reading ${name}`,
        async run() {
          try {
            await check(name, bytes);
          } catch (problem) {
            return { ...shown(), error: `${name}: ${refusalOf(problem)}` };
          }
          return shown();
        },
      };
    },
    leave() {
      if (given) throw new Refusal(GIVEN);
      set(null);
    },
    reset: () => set({ ...begun(open.sheet, open.seed, open.held), file: open.file }),
    show() {},
    cell(event) {
      const place = placeOf(event);
      const text = String(event.text).trim();
      if (text.length > LONGEST_TEXT) {
        throw new Refusal(`a cell takes a number, not ${text.length} characters`);
      }
      const { [place]: _, ...others } = open.texts;
      set({
        ...open, hinted: open.hinted.filter((one) => one !== place),
        texts: text ? { ...others, [place]: text } : others,
      });
    },
    hint(event) {
      const place = placeOf(event);
      if (!(place in open.texts)) {
        throw new Refusal("write a number first; a hint says where to look in what is written");
      }
      set({ ...open, hinted: [...open.hinted, place] });
    },
  };

  function ask(event, bytes) {
    const elsewhere = event.kind === "show" && event.tab && event.tab !== open?.sheet;
    if (elsewhere && !given) set(null);
    const isOwn = ["practise", "check"].includes(event.kind);
    if (!isOwn && !open) return offered(host.ask(event, bytes));
    let error = "";
    let work = null;
    try {
      if (!events[event.kind]) throw new Refusal(GIVEN);
      work = events[event.kind](event, bytes) ?? null;
    } catch (problem) {
      error = refusalOf(problem);
    }
    return { ...shown(), ...(error ? { error } : {}), ...(work ? { work } : {}) };
  }

  /** What the sheet shows of the open practice. */
  function practised() {
    const practice = whole(open);
    const { tab } = practice;
    const own = { program: programs[tab], slips: slipsOf(tab), marking: page.marking };
    return {
      ...practiceState(practice, own),
      tab: tab in page.sheets ? tab : host.kept().tab, tabs: page.tabs,
      model: page.model, canPractise: !given,
      canCheck: "checked" in page,
    };
  }

  const shown = () => (open ? practised() : offered(host.ask({ kind: "show" })));
  const offered = (state) => (
    { ...state, canPractise: canPractise(state.tab), canCheck: "checked" in page }
  );

  /** The numbers of a practice on the sheet's own, as they were kept here or shared with Python. */
  function heldOf({ held, points, inputs }) {
    if (held || !points || !inputs) return held ?? null;
    return { points: pointsOf(dataNames, points), inputs };
  }

  if (given) set(begun(page.tab, given.seed));

  return {
    ...host,
    ask,
    learn({ slips: found = {}, ...rest }) {
      for (const tab of Object.keys(found.sheets ?? {})) slips[tab] = slipsOfSheet(found, tab);
      host.learn(rest);
    },
    /** All of the open practice that Python needs to mark it; nothing where none is open. */
    practice() {
      if (!open) return {};
      const { points, inputs, epochs } = numbersOfPractice(open);
      const { held, ...own } = open;
      return { ...own, points: rowsOf(points), inputs, epochs };
    },
    /** What is set now, the practice that is open with it. */
    kept: () => ({ ...host.kept(), practice: open }),
    take({ practice, ...rest }) {
      host.take(rest);
      if (practice === undefined || practice === open) return;
      if (practice === null) {
        set(given ? open : null);
        return;
      }
      if (practice.file) {
        set(practice);
        return;
      }
      if (given && practice.seed !== given.seed) throw new Refusal(GIVEN);
      if (!given) start(practice.sheet, practice.seed, heldOf(practice));
      const { blanks } = whole(open);
      const asked = ([place]) => blanks[place.split(" ")[1]]?.includes(Number(place.split(" ")[0]));
      const texts = Object.fromEntries(Object.entries(practice.texts ?? {}).filter(asked));
      const hinted = (practice.hinted ?? []).filter((place) => place in texts);
      set({ ...open, texts, hinted });
    },
    changes() {
      const changes = host.changes();
      return open && !given && !open.file ? { ...changes, practice: open.seed } : changes;
    },
  };
}
