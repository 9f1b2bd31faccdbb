// The host of a sheet, on a page and in a notebook: it keeps what a person has set and answers the
// sheet's events, with the data that Python wrote for each rule (gdlab/web/data.py).
import { byName } from "./by_name.js";
import { comparedState } from "./compared.js";
import { COMPARE, createComparing } from "./comparing.js";
import { csvOf } from "./download.js";
import { provide } from "./further_runs.js";
import { lossGridRanges } from "./loss_grid.js";
import { Refusal, accepted } from "./number_input.js";
import { createPointEvents } from "./point_events.js";
import { countOf, pointsOf } from "./points.js";
import { GIVEN, createPractice } from "./practice.js";
import { pythonLine } from "./python.js";
import { createRateSearch } from "./rate_search.js";
import { adviceOf } from "./rates.js";
import { createRuns } from "./runs.js";
import { screenWorkbook } from "./screen_workbook.js";

/** Whether two kept values are equal, even if they are different objects. */
export const alike = (a, b) => JSON.stringify(a) === JSON.stringify(b);

const inputsOf = (sheets) => byName(Object.keys(sheets), (name) => sheets[name].inputs);

/**
 * A host for a `page` (gdlab/web/data.py describes it). `does` carries out an event and returns
 * what goes into the answer beside the `state` or, for work that takes a while, a text `said` and
 * `run(tell, signal)`, which promises the same. If an event cannot be carried out, it throws a
 * Refusal and changes nothing. Beside its data, a page has `slipsOf(sheet)`, from which a practice
 * names causes, and `workbook(names, tell, signal)`, the template of a workbook of these rules; in a
 * notebook both come from Python.
 */
export function createHost(page) {
  const sheets = { ...page.sheets, ...page.guests };
  const dataNames = Object.keys(page.points);
  const atFirst = {
    tab: page.tab, epochs: page.epochs, points: page.points,
    inputs: inputsOf(sheets),
    compared: Object.keys(page.sheets), riddle: null, practice: null,
  };
  // Never changed in place: a new value is a new object, so that a run can see whether the objects
  // that it was computed from are still the current ones.
  let kept = atFirst;
  const keep = (changed) => { kept = { ...kept, ...changed }; };
  const runs = createRuns(sheets, () => kept);
  const { samplesOf, startRowOf, runOf, jobOf } = runs;
  const comparing = createComparing(page, sheets, () => kept);
  const rates = createRateSearch(sheets, () => kept, jobOf);
  const pointEvents = createPointEvents(dataNames, () => kept.points, (points) => set({ points }));
  const practice = createPractice(page, () => kept, keep);

  const isSheet = () => kept.tab in page.sheets;

  /** Points and epochs if they are within the limits; they are the same for all sheets. */
  function fitting(points, epochs) {
    const samples = countOf(points);
    const rows = epochs * samples;
    const { limits } = page;
    if (dataNames.length && !samples) {
      throw new Refusal("the last point cannot be removed: a line needs at least one");
    }
    if (samples > limits.points) {
      throw new Refusal(`${samples} points; the sheet takes at most ${limits.points}`);
    }
    if (rows > limits.rows) {
      const [many, most] = [rows, limits.rows].map((one) => one.toLocaleString("en"));
      throw new Refusal(`${many} rows are more than the ${most} that a page can hold`);
    }
    // The answers of a riddle were computed from the runs before.
    return { points, epochs, riddle: null };
  }

  function tabOf(wanted) {
    if (!page.tabs.includes(wanted)) throw new Refusal(`there is no sheet '${wanted}'`);
    return wanted;
  }

  /** The inputs by sheet, with those in `changed` replaced. */
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

  /** Set a part of what is kept; a Refusal is thrown before anything changes. */
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
   * What each kind of event does while no practice is open. It may return a part of the answer, or
   * work: a text `said`, and `run(tell, signal)`, which promises such a part.
   */
  const events = {
    input: ({ sheet = kept.tab, name, value }) => set({ inputs: { [sheet]: { [name]: value } } }),
    // The start of the run that is shown, or of all compared runs, by parameter.
    start({ values }) {
      set({ inputs: byName(isSheet() ? [kept.tab] : kept.compared, (sheet) => Object.fromEntries(
        Object.entries(values).map(([name, value]) => [runs.startInputOf(sheet, name), value]),
      )) });
    },
    epochs: ({ value }) => set({ epochs: value }),
    // Everything except the open tab.
    reset() {
      rates.forget();
      return keep({ ...atFirst, inputs: { ...kept.inputs, ...atFirst.inputs }, tab: kept.tab });
    },
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
    // The result goes to the sheet that is open now, even if another one is open by then.
    find() {
      const { tab } = kept;
      return rates.work(tab, (lr) => set({ inputs: { [tab]: { [sheets[tab].rateInput]: lr } } }));
    },
    export: () => screenWorkbook(page, sheets, kept, runs),
    csv: () => (
      { file: { name: `${kept.tab}.csv`, bytes: new TextEncoder().encode(csvOf(state())) } }
    ),
  };

  /** The events that are possible on every sheet, also in a practice. */
  const always = {
    ...practice.begin,
    show({ tab }) {
      // A practice that Python has drawn cannot be left.
      if (page.practice || [undefined, kept.practice?.sheet].includes(tab)) return;
      if (tab !== kept.tab) pointEvents.leaveFile();
      set({ tab, practice: null });
    },
    /** Set what was kept, or a part of it, without inputs of runs that are no longer compared. */
    take({ part: { practice: wanted, riddle: _, inputs = {}, ...part } }) {
      // Python has points as rows.
      if (Array.isArray(part.points)) part.points = pointsOf(dataNames, part.points);
      const here = [...Object.keys(kept.inputs), ...(part.compared ?? [])];
      const known = Object.entries(inputs).filter(([name]) => here.includes(name));
      // Equal values keep their objects, so that the runs need not be computed again.
      const changed = Object.entries(part).filter(([name, value]) => !alike(value, kept[name]));
      set({ ...Object.fromEntries(changed), inputs: Object.fromEntries(known) });
      practice.take(wanted);
    },
  };

  /** The state of the sheet. */
  function state() {
    const { tab, epochs, points } = kept;
    const name = isSheet() ? tab : Object.keys(page.sheets)[0];
    const sheet = sheets[name];
    const samples = samplesOf(name);
    const shown = {
      tab, tabs: page.tabs, epochs, samples, rows: epochs * samples, mark: tab, points, head: {},
      model: page.model, ...practice.offered(tab),
    };
    if (kept.practice) return { ...shown, ...practice.state() };
    shown.choosing = pointEvents.choosing();
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

  return {
    does(event, bytes = []) {
      const does = always[event.kind] ?? (kept.practice ? practice.within : events)[event.kind];
      if (!does) throw new Refusal(kept.practice ? GIVEN : `there is no event '${event.kind}'`);
      return does(event, bytes);
    },
    state,
    /** Take rules that were registered since the page was made. */
    learn(guests) {
      Object.assign(sheets, guests);
      provide(kept.compared, sheets);
      keep({ inputs: { ...inputsOf(guests), ...kept.inputs } });
    },
    atFirst,
    /** What is kept now; the event `take` can set it again. */
    kept: () => kept,
  };
}
