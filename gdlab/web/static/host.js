// The host of a sheet, on a page and in a notebook alike: it keeps what a person has set and answers
// the sheet's events from it, with what Python wrote of each rule (gdlab/web/data.py).
import { comparedState } from "./compared.js";
import { createComparing } from "./comparing.js";
import { csvOf } from "./download.js";
import { originOf, provide } from "./further_runs.js";
import { lossGridRanges } from "./loss_grid.js";
import { Refusal, accepted, refusalOf } from "./number_input.js";
import { DATA, countOf } from "./points.js";
import { WhichColumns } from "./points_file.js";
import { pythonLine } from "./python.js";
import { createRateSearch } from "./rate_search.js";
import { adviceOf } from "./rates.js";
import { createRuns } from "./runs.js";
import { edited, listed, loaded, pasted, removed } from "./typed.js";
import { writeWorkbook } from "./workbook.js";

export const COMPARE = "compare";

/** What a page cannot do and a kernel can: its request, and what the result leads to. */
class Wanted extends Refusal {
  constructor(said, request, then) {
    super(said);
    Object.assign(this, { request, then });
  }
}

/**
 * A host for a `page` (gdlab/web/data.py says what is in it) and its `programs` by sheet. `ask`
 * takes an event and gives what the sheet shows then. `kernel(request, tell, signal)`, where there
 * is one, does what only Python can and promises the result.
 */
export function createHost(page, programs, kernel = null) {
  const sheets = { ...page.sheets, ...page.guests };
  const inputsAtFirst = () => Object.fromEntries(
    Object.entries(sheets).map(([name, { inputs }]) => [name, inputs]),
  );
  const atFirst = {
    tab: page.tab, epochs: page.epochs, points: page.points, inputs: inputsAtFirst(),
    compared: Object.keys(page.sheets), riddle: null,
  };
  // Nothing in it is ever changed: what is set anew is a new object, so that each run knows by
  // what it was computed from whether it still holds.
  let kept = atFirst;
  const dataNames = Object.keys(page.points);
  let template = null;
  // The file whose columns a person is asked about.
  let choosing = null;
  const runs = createRuns(sheets, programs, () => kept);
  const { samplesOf, firstOf, runOf, jobOf } = runs;
  const comparing = createComparing(page, sheets, programs, () => kept);
  const rates = createRateSearch(sheets, () => kept, jobOf);

  const isSheet = () => kept.tab in page.sheets;
  const shownSheet = () => (isSheet() ? kept.tab : Object.keys(page.sheets)[0]);

  /** Points and epochs as they may be, for all sheets at once. */
  function fitting(points, epochs) {
    const samples = countOf(points);
    const rows = epochs * samples;
    const { limits } = page;
    if (samples > limits.points) {
      throw new Refusal(`${samples} points; the sheet takes at most ${limits.points}`);
    }
    if (rows > limits.rows) {
      throw new Refusal(`${rows} rows are more than the ${limits.rows} that a page can hold`);
    }
    for (const { order, orderSamples } of Object.values(sheets)) {
      if (!order || (samples === orderSamples && rows <= order.length)) continue;
      if (kernel) {
        throw new Wanted(
          "Python draws the samples' order", { what: "order", samples, epochs }, learn,
        );
      }
      if (samples !== orderSamples) {
        throw new Refusal("the samples' order was drawn for the points that were here at first; "
          + "change a point, but add or remove none");
      }
      const most = Math.floor(order.length / samples);
      throw new Refusal(`the samples' order was drawn for ${most} epochs; take no more`);
    }
    // The reasons of a riddle were read off other runs.
    return { points, epochs, riddle: null };
  }

  const keep = (changed) => { kept = { ...kept, ...changed }; };
  const withPoints = (points) => keep(fitting(points, kept.epochs));

  function tabOf(wanted) {
    if (!page.tabs.includes(wanted)) throw new Refusal(`there is no sheet '${wanted}'`);
    return wanted;
  }

  function epochsOf(value) {
    return fitting(kept.points, accepted(page.epochsLimits, value));
  }

  /** Inputs by sheet with one of them set anew. */
  function inputsWith(all, sheet, name, value) {
    if (!Object.hasOwn(all, sheet)) {
      tabOf(sheet);
      throw new Refusal(`sheet ${sheet} has no inputs`);
    }
    const { limits } = sheets[sheet];
    if (!Object.hasOwn(limits, name)) throw new Refusal(`sheet ${sheet} has no input '${name}'`);
    const number = accepted(limits[name], value);
    return number === all[sheet][name] ? all
      : { ...all, [sheet]: { ...all[sheet], [name]: number } };
  }

  function startedAt(values) {
    let { inputs } = kept;
    for (const sheet of isSheet() ? [kept.tab] : kept.compared) {
      for (const [input, parameter] of Object.entries(sheets[sheet].carried)) {
        if (parameter in values) inputs = inputsWith(inputs, sheet, input, values[parameter]);
      }
    }
    return inputs;
  }

  const leaveFile = () => { choosing = null; };

  /** Read a file's points; where it has more columns than are needed, which of them is asked. */
  function readFile({ name, bytes }, chosen) {
    leaveFile();
    const ask = (columns) => { choosing = { name, bytes, columns }; };
    if (kernel && name.toLowerCase().endsWith(".xlsx")) {
      const take = ({ columns, points }) => (columns ? ask(columns) : withPoints(points));
      throw new Wanted(`Python reads ${name}`, { what: "points", name, bytes, chosen }, take);
    }
    try {
      withPoints(loaded(dataNames, name, bytes[0], chosen));
    } catch (problem) {
      if (!(problem instanceof WhichColumns)) throw problem;
      ask(problem.columns);
    }
  }

  /** The workbook of the sheet that is shown or, of the points or a race, of all sheets. */
  function workbook() {
    const { tab, points, epochs } = kept;
    const isOne = isSheet();
    const own = isOne ? [tab] : Object.keys(page.sheets);
    const further = tab === COMPARE ? kept.compared.filter((name) => !own.includes(name)) : [];
    const originals = further.map((name) => originOf(name, sheets));
    // A rule that was registered since is in no template yet.
    const has = (name) => template && name in template.sheets;
    if (kernel && !own.concat(originals).every(has)) {
      throw new Wanted("Python prepares the workbook", { what: "workbook" }, learn);
    }
    const hasGuests = originals.some((name) => !own.includes(name));
    const book = hasGuests ? COMPARE : isOne || own.length === 1 ? own[0] : DATA;
    return {
      said: `Writing ${tab}.xlsx`,
      async run(tell, signal) {
        template ??= page.workbook();
        const headOf = (name) => sheets[name].head ?? template.heads[originOf(name, sheets)];
        const shown = Object.fromEntries([...own, ...further].map((name) => [name, {
          sheet: sheets[name], head: headOf(name), run: runOf(name), first: firstOf(name),
          inputs: kept.inputs[name], advice: adviceOf(jobOf(name), runOf(name)),
          given: { points, epochs, samples: samplesOf(name) },
          origin: sheets[name].isFurther ? originOf(name, sheets) : null,
        }]));
        const bytes = await writeWorkbook(template, book, shown, points, tell, signal);
        return { ...state(), file: { name: `${tab}.xlsx`, bytes } };
      },
    };
  }

  /** Look for a rate of the sheet that is shown, which then has it. */
  function searchRate() {
    const { tab } = kept;
    const take = (lr) => keep({ inputs: inputsWith(kept.inputs, tab, sheets[tab].rateInput, lr) });
    return rates.work(tab, take, state);
  }

  /** What each kind of event does. Back come a file to save, a word, or work that takes a while. */
  const events = {
    show({ tab = kept.tab }) {
      if (tab !== kept.tab) leaveFile();
      keep({ tab: tabOf(tab) });
    },
    input: ({ sheet = kept.tab, name, value }) => keep({
      inputs: inputsWith(kept.inputs, sheet, name, value),
    }),
    // Where the run that is shown starts from, or all those that are compared, by parameter.
    start: ({ values }) => keep({ inputs: startedAt(values) }),
    epochs: ({ value }) => keep(epochsOf(value)),
    // Everything but where a person looks.
    reset: () => keep({ ...atFirst, inputs: { ...kept.inputs, ...atFirst.inputs }, tab: kept.tab }),
    point: ({ row, column, text }) => withPoints(edited(kept.points, row, column, text)),
    paste({ row, column, text }) {
      const before = countOf(kept.points);
      withPoints(pasted(kept.points, row, column, text));
      const now = countOf(kept.points);
      return now < before
        ? { said: `${now} points took the place of ${before}; Ctrl+Z brings those back.` } : null;
    },
    remove: ({ row }) => withPoints(removed(kept.points, row)),
    points: ({ text }) => withPoints(listed(dataNames, text)),
    file: ({ name }, bytes) => readFile({ name, bytes }, null),
    // Which columns of the file that was loaded last are meant; none of them where none are named.
    choose: ({ indices }) => (indices ? readFile(choosing, indices) : leaveFile()),
    race: ({ names }) => keep(comparing.named(names)),
    add({ sheet = kept.tab }) {
      const { name, part } = comparing.withFurther(sheet);
      keep(part);
      return { said: `${sheet} as it is now is on the sheet ${COMPARE}, as ${name}.` };
    },
    drop: ({ sheet }) => keep(comparing.without(sheet)),
    riddle: ({ question, seed }) => keep({ ...comparing.posed(question, seed), tab: tabOf(COMPARE) }),
    find: () => searchRate(),
    export: () => workbook(),
    csv: () => ({ name: `${kept.tab}.csv`, bytes: new TextEncoder().encode(csvOf(state())) }),
  };

  /** What the sheet shows now. */
  function state() {
    const { tab, epochs, points } = kept;
    const name = shownSheet();
    const sheet = sheets[name];
    const samples = samplesOf(name);
    const shown = {
      tab, tabs: page.tabs, epochs, samples, rows: epochs * samples, mark: tab, points, head: {},
      model: page.model, choosing: choosing && { name: choosing.name, columns: choosing.columns },
    };
    if (isSheet()) {
      const run = runOf(tab);
      Object.assign(shown, {
        head: runs.headOf(tab), colour: sheet.colour, inputs: kept.inputs[tab], first: firstOf(tab),
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

  /** What Python drew or registered since the page was made. */
  function learn({ orders = {}, guests = {}, programs: more = {}, workbook: found = template }) {
    template = found;
    for (const [name, order] of Object.entries(orders)) {
      sheets[name] = { ...sheets[name], ...order };
    }
    Object.assign(sheets, guests);
    Object.assign(programs, more);
    provide(kept.compared, sheets, programs);
    const inputs = Object.entries(guests).map(([name, sheet]) => [name, sheet.inputs]);
    if (inputs.length) keep({ inputs: { ...kept.inputs, ...Object.fromEntries(inputs) } });
  }

  /**
   * Do what an event says; what cannot be done changes nothing and is told under `error`. Where the
   * kernel has to help, `work` says what it does, and `run(tell, signal)` promises the answer.
   */
  function ask(event, bytes = []) {
    try {
      if (!events[event.kind]) throw new Refusal(`there is no event '${event.kind}'`);
      const done = events[event.kind](event, bytes) ?? null;
      const given = done?.run ? { work: done } : done?.said ? { told: done.said } : { file: done };
      return { ...state(), ...given };
    } catch (problem) {
      if (!(problem instanceof Wanted)) return { ...state(), error: refusalOf(problem) };
      const run = async (tell, signal) => {
        try {
          problem.then(await kernel(problem.request, tell, signal));
        } catch (refused) {
          return { ...state(), error: refusalOf(refused) };
        }
        return problem.then === learn ? ask(event, bytes) : state();
      };
      return { ...state(), work: { said: problem.message, run } };
    }
  }

  return {
    ask,
    learn,
    /** What is set now; it may be given back to `take`. */
    kept: () => kept,
    /** Set what was kept, or a part of it; a refusal where it cannot be, and nothing is changed. */
    take(part) {
      const next = { ...kept, ...part };
      const { compared, inputs: known } = comparing.named(
        next.compared, { ...atFirst.inputs, ...kept.inputs },
      );
      let inputs = known;
      for (const [sheet, own] of Object.entries(part.inputs ?? {})) {
        if (!Object.hasOwn(inputs, sheet)) continue;
        for (const [name, value] of Object.entries(own)) {
          inputs = inputsWith(inputs, sheet, name, value);
        }
      }
      const epochs = accepted(page.epochsLimits, next.epochs);
      keep({ ...fitting(next.points, epochs), inputs, tab: tabOf(next.tab), compared });
    },
    /** What a person has changed: sheet, epochs, points, inputs, race; null where they have not. */
    changes() {
      const own = Object.keys(page.sheets);
      const { tab, epochs, points, inputs, compared } = kept;
      const changed = (name) => Object.entries(inputs[name])
        .filter(([input, value]) => value !== sheets[name].inputs[input])
        .map(([input, value]) => [name === tab ? input : `${name}.${input}`, value]);
      return {
        tab: tab === page.tab ? null : tab,
        epochs: epochs === page.epochs ? null : epochs,
        points: points === page.points ? null : points,
        inputs: [...new Set([...own, ...compared])].flatMap(changed),
        riddle: kept.riddle && `${kept.riddle.question},${kept.riddle.seed}`,
        race: compared.join() === own.join() ? null : compared,
      };
    },
  };
}
