// A host's practice: cells to fill in, judged as they are typed.
import { byName } from "./by_name.js";
import { slipsOfSheet } from "./changes.js";
import { compute, firstOf } from "./compute.js";
import { drawPractice } from "./draw.js";
import { handedIn } from "./handed_in.js";
import { Refusal, refusalOf } from "./number_input.js";
import { countOf, pointsOf, rowsOf } from "./points.js";
import { practiceState } from "./practice_state.js";

const PRACTICE_ROWS = 3;
const LONGEST_TEXT = 60;
const MOST_SEED = 999_999;
// Instead of a seed: practice with the sheet's own points and inputs.
const OWN_NUMBERS = "own";
export const GIVEN = "this is given; fill in the tinted cells only";

/**
 * The practice of a host and its events. The host keeps under `practice`, which is null if none is
 * open, its `sheet`, `seed`, `points`, `inputs` and `epochs`, the `texts` by cell, the `hinted`
 * cells, and the `file` that it was read from, if any. Each sheet has one, so that a person who
 * comes back finds it as they left it. If Python has drawn the numbers (`page.practice`), it is the
 * only one. A page with `checked` rules also opens practice sheets from files.
 */
export function createPractice(page, kept, keep) {
  const given = page.practice ?? null;
  const slips = {};
  const left = new Map();
  let known = { points: null };
  const opened = () => kept().practice;
  // A surface has no points, and practice needs some.
  const canPractise = (name) => name in page.sheets && !page.sheets[name].head.surface;
  const sheetOf = (name) => page.sheets[name] ?? page.checked[name];

  /** A sheet's slips; null until Python has sent them. */
  function slipsOf(name) {
    slips[name] ??= slipsOfSheet(page.slipsOf(name), page.model, name);
    return slips[name];
  }

  /** A practice with its run and blanks, which are computed once for the same points. */
  function whole(practice) {
    const { points, inputs, epochs, file } = practice;
    if (known.points !== points) {
      // Practice is in the points' order: a shuffled order was drawn for other points.
      const sheet = { ...sheetOf(practice.sheet), order: null };
      const samples = countOf(points);
      const first = firstOf(sheet, inputs);
      const run = compute(sheet.program, sheet, { points, epochs, samples, inputs, first });
      const { blank, decimals = null } = file ?? given ?? {};
      const all = sheet.head.columns.filter((one) => one.numbers).map(({ name }) => name);
      const rows = Array.from({ length: epochs * samples }, (_, k) => k + 1);
      const blanks = byName(blank ?? all, () => rows);
      known = { points, facts: { samples, rows: rows.length, first, run, blanks, decimals } };
    }
    return { ...practice, ...known.facts };
  }

  function set(practice) {
    keep({ practice });
    if (practice && !practice.file) left.set(practice.sheet, practice);
  }

  /** The points and inputs for a seed: the sheet's own, or drawn ones. */
  function numbersOf(sheet, seed) {
    if (!canPractise(sheet)) throw new Refusal("there is no practice on this sheet");
    if (seed === OWN_NUMBERS) {
      const { points, inputs } = kept();
      const first = rowsOf(points).slice(0, PRACTICE_ROWS);
      return { points: pointsOf(Object.keys(points), first), inputs: inputs[sheet] };
    }
    if (!Number.isInteger(seed) || seed < 0 || seed > MOST_SEED) {
      throw new Refusal(`a practice's number is a whole one from 0 to ${MOST_SEED}`);
    }
    return drawPractice(
      sheetOf(sheet), sheetOf(sheet).program, PRACTICE_ROWS, seed, page.ownPoints, slipsOf(sheet),
      page.marking,
    );
  }

  /** Begin a practice, with the seed's numbers unless others are given. */
  function start(sheet, seed, { points, inputs, epochs = 1 } = numbersOf(sheet, seed)) {
    const practice = { sheet, seed, texts: {}, hinted: [], points, inputs, epochs };
    const [row] = (seed === OWN_NUMBERS && whole(practice).run.exploded) || [];
    if (row) throw new Refusal(`the sheet's own numbers explode in row ${row}; find a rate first`);
    set(practice);
  }

  /** Open a practice sheet from a file, with the learner's cells. */
  async function check(name, bytes) {
    try {
      if (!/\.xlsx$/i.test(name)) throw new Refusal("it is not an .xlsx workbook; save it as one first");
      const file = await handedIn(bytes, { ...page.checked, ...page.sheets });
      const { tab: sheet, points, inputs, epochs } = file;
      const texts = Object.entries(file.written).map(([place, { text }]) => [place, text]);
      set({
        sheet, seed: null, texts: Object.fromEntries(texts), hinted: [], points, inputs, epochs,
        file: { ...file, name },
      });
    } catch (problem) {
      throw new Refusal(`${name}: ${refusalOf(problem)}`);
    }
  }

  const isAsked = (row, column) => Boolean(whole(opened()).blanks[column]?.includes(Number(row)));

  function placeOf({ row, column }) {
    if (!isAsked(row, column)) throw new Refusal(GIVEN);
    return `${row} ${column}`;
  }

  if (given) start(page.tab, given.seed, given);

  return {
    /** The events that open a practice. */
    begin: {
      practise({ seed }) {
        const { tab } = kept();
        if (seed === undefined && left.has(tab)) set(left.get(tab));
        else start(tab, seed ?? 1);
      },
      check: ({ name }, [bytes]) => ({ said: `Reading ${name}`, run: () => check(name, bytes) }),
    },

    /** The events within a practice; one that Python has drawn cannot be left. */
    within: {
      ...(given ? {} : {
        other() {
          const { sheet, seed } = opened();
          start(sheet, seed === OWN_NUMBERS ? 1 : (seed + 1) % (MOST_SEED + 1));
        },
        own: () => start(opened().sheet, OWN_NUMBERS),
        leave: () => set(null),
      }),
      reset: () => set({ ...opened(), texts: {}, hinted: [] }),
      cell(event) {
        const place = placeOf(event);
        const text = String(event.text).trim();
        if (text.length > LONGEST_TEXT) {
          throw new Refusal(`a cell takes a number, not ${text.length} characters`);
        }
        const { texts, hinted } = opened();
        const { [place]: _, ...others } = texts;
        set({
          ...opened(), hinted: hinted.filter((one) => one !== place),
          texts: text ? { ...others, [place]: text } : others,
        });
      },
      hint(event) {
        const place = placeOf(event);
        if (!(place in opened().texts)) {
          throw new Refusal("write a number first; a hint says where to look in what is written");
        }
        set({ ...opened(), hinted: [...opened().hinted, place] });
      },
    },

    /** Set a practice that was kept, or that Python or another view has set. */
    take(practice) {
      if (practice === undefined || practice === opened() || (given && !practice)) return;
      if (!practice || practice.file) return set(practice);
      const { sheet, seed, texts = {}, hinted = [] } = practice;
      if (given && seed !== given.seed) throw new Refusal(GIVEN);
      start(sheet, seed, practice.points ? practice : undefined);
      const asked = Object.entries(texts).filter(([place]) => isAsked(...place.split(" ")));
      set({
        ...opened(), texts: Object.fromEntries(asked), hinted: hinted.filter((one) => one in texts),
      });
    },

    /** Which practice buttons a sheet shows. */
    offered: (tab) => ({
      canPractise: opened() ? !given : canPractise(tab), canCheck: "checked" in page,
    }),

    /** The state of the sheet with the open practice. */
    state() {
      const { sheet, seed } = opened();
      return {
        ...practiceState(whole(opened()), sheetOf(sheet), slipsOf(sheet), page.marking),
        tab: sheet in page.sheets ? sheet : kept().tab, isOwn: seed === OWN_NUMBERS,
      };
    },
  };
}
