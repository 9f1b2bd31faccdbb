// Practice: cells to fill in, judged as they are typed.
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
// In place of a seed: the practice on the points and inputs of the sheet itself.
const OWN_NUMBERS = "own";
export const GIVEN = "this is given; fill in the tinted cells only";

/** What Python knows of an open practice: all that it marks it by; nothing where none is open. */
export const practiceForPython = (open) => (open ? {
  sheet: open.tab, seed: open.seed, texts: open.texts, hinted: open.hinted,
  points: rowsOf(open.numbers.points), inputs: open.numbers.inputs, epochs: open.numbers.epochs,
} : {});

/**
 * The practice of a host: what it keeps under `practice`, null where none is open, and its events.
 * One is kept for each sheet, so that who looks elsewhere finds it as they left it. Where Python has
 * drawn the numbers (`page.practice`), that practice is all there is. `ahead(request)` fetches a
 * sheet's slips where the page does not have them. A page that has rules to be `checked` takes
 * sheets that were filled in elsewhere, too.
 */
export function createPractice(page, kept, keep, ahead) {
  const given = page.practice ?? null;
  // What a page has of slips and of other rules is unpacked when it is first looked at.
  const slips = {};
  const askedFor = new Set();
  const left = new Map();
  const dataNames = Object.keys(page.points);
  const opened = () => kept().practice;
  // A surface has no points to draw.
  const canPractise = (tab) => tab in page.sheets && !page.sheets[tab].head.surface;
  const canCheck = "checked" in page;
  const sheetOf = (tab) => page.sheets[tab] ?? page.checked[tab];

  /** A sheet's slips; null where neither the page nor Python has told them yet. */
  function slipsOf(tab) {
    slips[tab] ??= slipsOfSheet(page.slips ?? {}, page.model, tab);
    return slips[tab];
  }

  /** The numbers of a practice that are not drawn here, with their run. */
  function numbersOf(tab, { points, inputs, epochs, samples }, order = sheetOf(tab).order) {
    const sheet = { ...sheetOf(tab), order };
    const first = firstOf(sheet, inputs);
    const run = compute(sheet.program, sheet, { points, epochs, samples, inputs, first });
    return { points, inputs, first, run, epochs, samples };
  }

  /** A practice in which nothing is typed yet; `asked` is what is to be filled in, and how. */
  function begun(tab, seed, numbers, asked = given) {
    const { head, count } = sheetOf(tab);
    const rows = numbers.epochs * numbers.samples;
    const all = Array.from({ length: rows }, (_, k) => k + 1);
    const blank = asked?.blank ?? head.columns.filter((one) => one.numbers).map(({ name }) => name);
    return {
      tab, seed, numbers, rows, texts: {}, hinted: [], file: null, decimals: asked?.decimals ?? null,
      inputs: { ...numbers.inputs, [count]: numbers.samples },
      blanks: Object.fromEntries(blank.map((name) => [name, all])),
    };
  }

  function set(practice) {
    keep({ practice });
    if (!practice) return;
    const { tab, file } = practice;
    if (!file) left.set(tab, practice);
    if (slipsOf(tab) || askedFor.has(tab)) return;
    askedFor.add(tab);
    ahead({ what: "slips", sheet: tab });
  }

  /** Begin a practice by its seed; `own` are numbers in place of the sheet's first ones. */
  function start(tab, seed, own = null) {
    if (!canPractise(tab)) throw new Refusal("there is no practice on this sheet");
    if (seed === OWN_NUMBERS) {
      const { points, inputs } = own ?? {
        points: pointsOf(dataNames, rowsOf(kept().points).slice(0, PRACTICE_ROWS)),
        inputs: kept().inputs[tab],
      };
      // Samples come in their order.
      const numbers = numbersOf(
        tab, { points, inputs, epochs: 1, samples: countOf(points) }, null,
      );
      const [row] = numbers.run.exploded ?? [];
      if (row) throw new Refusal(`the sheet's own numbers explode in row ${row}; find a rate first`);
      set(begun(tab, seed, numbers));
      return;
    }
    if (!Number.isInteger(seed) || seed < 0 || seed > MOST_SEED) {
      throw new Refusal(`a practice's number is a whole one from 0 to ${MOST_SEED}`);
    }
    const drawn = drawPractice(
      sheetOf(tab), sheetOf(tab).program, PRACTICE_ROWS, seed, page.ownPoints, slipsOf(tab),
      page.marking,
    );
    set(begun(tab, seed, { ...drawn, epochs: 1, samples: PRACTICE_ROWS }));
  }

  /** Open a sheet that was filled in elsewhere, with what stands in it. */
  async function check(name, bytes) {
    try {
      if (!/\.xlsx$/i.test(name)) throw new Refusal("it is not an .xlsx workbook; save it as one first");
      const file = await handedIn(bytes, { ...page.checked, ...page.sheets });
      const texts = Object.entries(file.written).map(([place, { text }]) => [place, text]);
      set({
        ...begun(file.tab, null, numbersOf(file.tab, file), file),
        file: { ...file, name }, texts: Object.fromEntries(texts),
      });
    } catch (problem) {
      throw new Refusal(`${name}: ${refusalOf(problem)}`);
    }
  }

  const isAsked = (row, column) => Boolean(opened().blanks[column]?.includes(row));

  function placeOf({ row, column }) {
    if (!isAsked(row, column)) throw new Refusal(GIVEN);
    return `${row} ${column}`;
  }

  if (given) set(begun(page.tab, given.seed, numbersOf(page.tab, given)));

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

    /** Those of an open one; a practice that is given stays. */
    within: {
      ...(given ? {} : {
        other() {
          const { tab, seed } = opened();
          start(tab, seed === OWN_NUMBERS ? 1 : (seed + 1) % (MOST_SEED + 1));
        },
        own: () => start(opened().tab, OWN_NUMBERS),
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

    /** Take what was kept here, or what Python or another view has set. */
    take(practice) {
      const open = opened();
      if (practice === undefined || practice === open || (given && practice === null)) return;
      if (practice === null || practice.numbers) {
        set(practice);
        return;
      }
      const { sheet: tab, seed, points, inputs } = practice;
      if (given && seed !== given.seed) throw new Refusal(GIVEN);
      const isOther = open?.tab !== tab || open.seed !== seed || seed === OWN_NUMBERS;
      if (!given && isOther) {
        start(tab, seed, points && inputs ? { points: pointsOf(dataNames, points), inputs } : null);
      }
      const texts = Object.fromEntries(Object.entries(practice.texts ?? {}).filter(([place]) => {
        const [row, column] = place.split(" ");
        return isAsked(Number(row), column);
      }));
      set({
        ...opened(), texts, hinted: (practice.hinted ?? []).filter((place) => place in texts),
      });
    },

    /** Take slips that Python has told. */
    learn(found) {
      for (const tab of Object.keys(found?.models[page.model] ?? {})) {
        slips[tab] = slipsOfSheet(found, page.model, tab);
      }
    },

    /** What a sheet without practice shows of it. */
    offered: (tab) => ({ canPractise: canPractise(tab), canCheck }),

    /** What the sheet shows of the open practice. */
    state() {
      const { tab, seed } = opened();
      return {
        ...practiceState(opened(), sheetOf(tab), slipsOf(tab), page.marking),
        tab: tab in page.sheets ? tab : kept().tab, tabs: page.tabs, model: page.model,
        isOwn: seed === OWN_NUMBERS, canPractise: !given, canCheck,
      };
    },
  };
}
