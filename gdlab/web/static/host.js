// The host of a sheet, on a page and in a notebook alike: it keeps what a person has set and answers
// the sheet's events from it, with what Python wrote of each rule (gdlab/web/data.py).
import { comparedState } from "./compared.js";
import { COMPARE, createComparing } from "./comparing.js";
import { csvOf } from "./download.js";
import { provide } from "./further_runs.js";
import { lossGridRanges } from "./loss_grid.js";
import { Refusal, accepted } from "./number_input.js";
import { createPointEvents } from "./point_events.js";
import { countOf } from "./points.js";
import { GIVEN, createPractice } from "./practice.js";
import { pythonLine } from "./python.js";
import { createRateSearch } from "./rate_search.js";
import { adviceOf } from "./rates.js";
import { createRuns } from "./runs.js";
import { createScreenWorkbook } from "./screen_workbook.js";

/** Whether two things that were set are the same, made anew or not. */
export const alike = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * A host for a `page` (gdlab/web/data.py says what is in it). `does` takes an event and gives what
 * goes with the `state` then: a part of an answer or, of what takes a while, what is `said` and
 * `run(tell, signal)`, which promises such a part. A Refusal says what cannot be done, and then
 * nothing is changed. `kernel(request, tell, signal)`, where there is one, does what only Python can
 * and promises the result; `show()` hears of what came without being waited for.
 */
export function createHost(page, kernel = null, show = null) {
  const sheets = { ...page.sheets, ...page.guests };
  const dataNames = Object.keys(page.points);
  const atFirst = {
    tab: page.tab, epochs: page.epochs, points: page.points,
    inputs: Object.fromEntries(Object.entries(sheets).map(([name, { inputs }]) => [name, inputs])),
    compared: Object.keys(page.sheets), riddle: null, practice: null,
  };
  // Nothing in it is ever changed: what is set anew is a new object, so that each run knows by
  // what it was computed from whether it still holds.
  let kept = atFirst;
  const keep = (changed) => { kept = { ...kept, ...changed }; };
  const runs = createRuns(sheets, () => kept);
  const { samplesOf, startRowOf, runOf, jobOf } = runs;
  const comparing = createComparing(page, sheets, () => kept);
  const rates = createRateSearch(sheets, () => kept, jobOf);
  const pointEvents = createPointEvents(dataNames, () => kept.points, (points) => set({ points }));
  const askPython = async (request, ...how) => learn(await kernel(request, ...how));
  const workbook = createScreenWorkbook(page, sheets, () => kept, runs, kernel && askPython);
  const practice = createPractice(page, () => kept, keep, (request) => {
    // Without a kernel hints only ask.
    if (kernel) askPython(request).then(show, () => {});
  });

  const isSheet = () => kept.tab in page.sheets;

  /** Points and epochs as they may be, for all sheets at once. */
  function fitting(points, epochs) {
    const samples = countOf(points);
    const rows = epochs * samples;
    const { limits } = page;
    if (dataNames.length && !samples) {
      throw new Refusal("the last point stays: a line needs at least one");
    }
    if (samples > limits.points) {
      throw new Refusal(`${samples} points; the sheet takes at most ${limits.points}`);
    }
    if (rows > limits.rows) {
      const [many, most] = [rows, limits.rows].map((one) => one.toLocaleString("en"));
      throw new Refusal(`${many} rows are more than the ${most} that a page can hold`);
    }
    // The reasons of a riddle were read off other runs.
    return { points, epochs, riddle: null };
  }

  function tabOf(wanted) {
    if (!page.tabs.includes(wanted)) throw new Refusal(`there is no sheet '${wanted}'`);
    return wanted;
  }

  /** Inputs by sheet with those of `changed` set anew. */
  function inputsWith(all, changed) {
    let inputs = all;
    for (const [sheet, own] of Object.entries(changed)) {
      if (!Object.hasOwn(all, sheet)) throw new Refusal(`sheet ${tabOf(sheet)} has no inputs`);
      const { limits } = sheets[sheet];
      for (const [name, value] of Object.entries(own)) {
        if (!Object.hasOwn(limits, name)) {
          throw new Refusal(`sheet ${sheet} has no input '${name}'`);
        }
        const number = accepted(limits[name], value);
        if (number === inputs[sheet][name]) continue;
        inputs = { ...inputs, [sheet]: { ...inputs[sheet], [name]: number } };
      }
    }
    return inputs;
  }

  /** Set a part of what is kept; a refusal where it cannot be, and then nothing is changed. */
  function set({ tab, points, epochs, compared, inputs, ...others }) {
    const next = others;
    if (tab !== undefined) next.tab = tabOf(tab);
    if (points !== undefined || epochs !== undefined) {
      const number = accepted(page.epochsLimits, epochs ?? kept.epochs);
      Object.assign(next, fitting(points ?? kept.points, number));
    }
    if (compared) Object.assign(next, comparing.named(compared));
    if (inputs) next.inputs = inputsWith(next.inputs ?? kept.inputs, inputs);
    keep(next);
  }

  /**
   * What each kind of event does where no practice is open. It may give a part of the answer, or
   * work: what is `said`, and `run(tell, signal)`, which promises such a part.
   */
  const events = {
    input: ({ sheet = kept.tab, name, value }) => set({ inputs: { [sheet]: { [name]: value } } }),
    // Where the run that is shown starts from, or all those that are compared, by parameter.
    start({ values }) {
      const startsOf = (sheet) => Object.entries(values).map(
        ([parameter, value]) => [runs.startInputOf(sheet, parameter), value],
      );
      set({ inputs: Object.fromEntries((isSheet() ? [kept.tab] : kept.compared).map(
        (sheet) => [sheet, Object.fromEntries(startsOf(sheet))],
      )) });
    },
    epochs: ({ value }) => set({ epochs: value }),
    // Everything but where a person looks.
    reset: () => keep({ ...atFirst, inputs: { ...kept.inputs, ...atFirst.inputs }, tab: kept.tab }),
    ...pointEvents.events,
    race: ({ names }) => set({ compared: names }),
    add({ sheet = kept.tab }) {
      const { name, part } = comparing.withFurther(sheet);
      keep(part);
      return { told: `${sheet} as it is now is on the sheet ${COMPARE}, as ${name}.` };
    },
    drop: ({ sheet }) => keep(comparing.without(sheet)),
    riddle({ question, seed }) {
      keep({ ...comparing.posed(question, seed), tab: tabOf(COMPARE) });
    },
    // The sheet that is shown now has the rate in the end.
    find() {
      const { tab } = kept;
      return rates.work(tab, (lr) => set({ inputs: { [tab]: { [sheets[tab].rateInput]: lr } } }));
    },
    export: workbook.work,
    csv: () => (
      { file: { name: `${kept.tab}.csv`, bytes: new TextEncoder().encode(csvOf(state())) } }
    ),
  };

  /** What can be done on every sheet, a practice too. */
  const always = {
    ...practice.begin,
    show({ tab }) {
      // A practice that is given stays.
      if (page.practice || [undefined, kept.practice?.sheet].includes(tab)) return;
      if (tab !== kept.tab) pointEvents.leaveFile();
      set({ tab, practice: null });
    },
    /** Set what was kept, or a part of it, but inputs of runs that are not compared any more. */
    take({ part: { practice: wanted, riddle: _, inputs = {}, ...part } }) {
      const here = [...Object.keys(kept.inputs), ...(part.compared ?? [])];
      const known = Object.entries(inputs).filter(([name]) => here.includes(name));
      // What is the same stays the same object, and so do the runs.
      const changed = Object.entries(part).filter(([name, value]) => !alike(value, kept[name]));
      set({ ...Object.fromEntries(changed), inputs: Object.fromEntries(known) });
      practice.take(wanted);
    },
  };

  /** What the sheet shows now. */
  function state() {
    if (kept.practice) return practice.state();
    const { tab, epochs, points } = kept;
    const name = isSheet() ? tab : Object.keys(page.sheets)[0];
    const sheet = sheets[name];
    const samples = samplesOf(name);
    const shown = {
      tab, tabs: page.tabs, epochs, samples, rows: epochs * samples, mark: tab, points, head: {},
      model: page.model, choosing: pointEvents.choosing(),
      ...practice.offered(tab),
    };
    if (isSheet()) {
      const run = runOf(tab);
      Object.assign(shown, {
        head: runs.headOf(tab), colour: sheet.colour, inputs: kept.inputs[tab], first: startRowOf(tab),
        exploded: run.exploded, advice: adviceOf(jobOf(tab), run), found: rates.found(tab),
        canFind: Boolean(sheet.rateInput),
        canAdd: page.tabs.includes(COMPARE), mse: run.mse, table: run.cells,
        shareOf: (column, row) => runs.shareOf(tab, column, row),
        forward: runs.forwardOf(tab), constants: runs.constantsOf(tab),
        python: pythonLine(sheet, { inputs: kept.inputs[tab], points, epochs, page }),
      });
      if (sheet.steps) {
        shown.lossRanges = lossGridRanges(sheet.head.parameters.slice(0, 2), [run.frame]);
      }
    } else if (tab === COMPARE) {
      Object.assign(shown, {
        mark: `${tab} ${kept.riddle ? "riddle" : kept.compared.join(" ")}`,
        ...comparedState(page, sheet.head, sheets, kept, runs),
      });
    }
    return shown;
  }

  /** Take what Python wrote or registered since the page was made. */
  function learn({ guests = {}, workbook: template, slips }) {
    workbook.learn(template);
    practice.learn(slips);
    Object.assign(sheets, guests);
    provide(kept.compared, sheets);
    const inputs = Object.entries(guests).map(([name, sheet]) => [name, sheet.inputs]);
    if (inputs.length) keep({ inputs: { ...kept.inputs, ...Object.fromEntries(inputs) } });
  }

  return {
    does(event, bytes = []) {
      const does = always[event.kind] ?? (kept.practice ? practice.within : events)[event.kind];
      if (!does) throw new Refusal(kept.practice ? GIVEN : `there is no event '${event.kind}'`);
      return does(event, bytes);
    },
    state,
    learn,
    askPython,
    atFirst,
    /** What is set now; the event `take` sets it again. */
    kept: () => kept,
    /** The inputs that are not as they were, `[name, value]`: of other sheets by `adam.lr`. */
    changedInputs() {
      const { tab, inputs, compared } = kept;
      const changed = (name) => Object.entries(inputs[name])
        .filter(([input, value]) => value !== sheets[name].inputs[input])
        .map(([input, value]) => [name === tab ? input : `${name}.${input}`, value]);
      return [...new Set([...atFirst.compared, ...compared])].flatMap(changed);
    },
  };
}
