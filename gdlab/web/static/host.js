// The host of a sheet, on a page and in a notebook alike: it keeps what a person has set and answers
// the sheet's events from it, with what Python wrote of each rule (gdlab/web/data.py).
import { IEEE } from "./arithmetic.js";
import { compute } from "./compute.js";
import { lossGridRanges } from "./loss_grid.js";
import { full, lettersOf, short } from "./numbers.js";
import { countOf } from "./points.js";
import { pythonLine } from "./python.js";
import { Refusal } from "./number_input.js";
import { adviceOf, findRate, rateRange } from "./rates.js";
import { theoryOf } from "./theory.js";
import { WhichColumns } from "./points_file.js";
import { edited, listed, loaded, pasted, removed } from "./typed.js";
import { writeWorkbook } from "./workbook.js";

export const DATA = "data";
export const COMPARE = "compare";

/** What a page cannot do and a kernel can: its request, and what the result leads to. */
class Wanted extends Error {
  constructor(said, request, then) {
    super(said);
    Object.assign(this, { request, then });
  }
}

/** An input's number as it may be; a refusal in words where it may not. */
function accepted({ told, words, low, lowAllowed, below, whole }, value) {
  const fits = typeof value === "number" && Number.isFinite(value)
    && (low === null || value > low || (lowAllowed && value === low))
    && (below === null || value < below)
    && (!whole || Number.isInteger(value));
  if (!fits) throw new Refusal(`${told} must be ${words}, not ${value}`);
  return value;
}

/** Event by event what a host refuses in words: what cannot be done changes nothing. */
export function refusalOf(problem) {
  if (problem instanceof Refusal) return problem.message;
  return `this page could not do this (${problem.name}: ${problem.message})`;
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
    compared: Object.keys(page.sheets),
  };
  // Nothing in it is ever changed: what is set anew is a new object, so that each run knows by
  // what it was computed from whether it still holds.
  let kept = atFirst;
  const dataNames = Object.keys(page.points);
  let template = page.workbook ?? null;
  // The file whose columns a person is asked about.
  let choosing = null;
  const [computed, theories, foundRates, heads] = [new Map(), new Map(), new Map(), new Map()];

  const isSheet = () => kept.tab in page.sheets;
  const one = () => page.sheets[isSheet() ? kept.tab : Object.keys(page.sheets)[0]];
  const samplesOf = (sheet) => sheet.steps ?? countOf(kept.points);

  /** What the first row finds above it, by column. */
  function firstOf(name) {
    const { carriers, counts } = sheets[name];
    const starts = Object.entries(carriers).map(
      ([start, column]) => [column, kept.inputs[name][start]],
    );
    return { ...Object.fromEntries(starts), ...counts };
  }

  /** The run of a sheet, computed when it is first asked for. */
  function runOf(name) {
    const from = [kept.points, kept.epochs, kept.inputs[name], sheets[name].order];
    const known = computed.get(name);
    if (known && from.every((part, place) => part === known.from[place])) return known.run;
    const sheet = sheets[name];
    const run = compute(programs[name], sheet, {
      points: kept.points, epochs: kept.epochs, samples: samplesOf(sheet),
      inputs: kept.inputs[name], first: firstOf(name),
    });
    computed.set(name, { from, run });
    return run;
  }

  /** All that theory, advice and the search for a rate go by. */
  function jobOf(name) {
    const sheet = sheets[name];
    const forward = forwardOf(name);
    const constants = constantsOf(name);
    const known = theories.get(name);
    if (known?.points !== kept.points || known.constants.some((one, k) => one !== constants[k])) {
      const theory = theoryOf({ sheet, forward, points: kept.points });
      theories.set(name, { points: kept.points, constants, theory });
    }
    return {
      sheet, program: programs[name], forward, points: kept.points, epochs: kept.epochs,
      samples: samplesOf(sheet), inputs: kept.inputs[name], first: firstOf(name),
      start: Object.keys(sheet.parameters).map((one) => startOf(name, one)),
      theory: theories.get(name).theory,
    };
  }

  /** What a found rate holds for: all but the rate itself. */
  function withoutRate(name) {
    const { [sheets[name].rateInput]: _, ...others } = kept.inputs[name];
    return [kept.points, kept.epochs, JSON.stringify(others)];
  }

  /** Look for a rate of the sheet that is shown, which then has it. */
  function searchRate() {
    const { tab } = kept;
    if (!sheets[tab]?.rateInput) throw new Refusal(`sheet ${tab} has no rate to look for`);
    const job = jobOf(tab);
    const from = withoutRate(tab);
    return {
      said: `Trying rates of ${tab}`,
      async run(tell, signal) {
        try {
          const found = await findRate(job, tell, signal);
          foundRates.set(tab, { ...found, from });
          keep({ inputs: inputsWith(kept.inputs, tab, job.sheet.rateInput, found.lr) });
        } catch (problem) {
          return { ...state(), error: refusalOf(problem) };
        }
        return state();
      },
    };
  }

  /** The rate that was found, where nothing else has changed since. */
  function foundOf(name) {
    const found = foundRates.get(name);
    const from = found && withoutRate(name);
    return found?.from.every((part, k) => part === from[k]) ? found : null;
  }

  /** A sheet's head, its rate's slider as the points ask for it. */
  function headOf(name) {
    const { head } = sheets[name];
    const known = heads.get(name);
    if (known?.points !== kept.points || known.plain !== head) {
      const inputs = head.inputs.map((input) => (
        input.isRate ? { ...input, slider: rateRange(kept.points, input.slider) } : input
      ));
      heads.set(name, { points: kept.points, plain: head, head: { ...head, inputs } });
    }
    return heads.get(name).head;
  }

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
    return { points, epochs };
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
    tabOf(sheet);
    if (!(sheet in page.sheets)) throw new Refusal(`sheet ${sheet} has no inputs`);
    const { limits } = page.sheets[sheet];
    if (!Object.hasOwn(limits, name)) throw new Refusal(`sheet ${sheet} has no input '${name}'`);
    const number = accepted(limits[name], value);
    return number === all[sheet][name] ? all
      : { ...all, [sheet]: { ...all[sheet], [name]: number } };
  }

  function comparedOf(names) {
    const unknown = names.find((name) => !(name in sheets));
    if (unknown) throw new Refusal(`no rule is called '${unknown}'`);
    if (!names.length) throw new Refusal("name at least one rule to compare");
    return Object.keys(sheets).filter((name) => names.includes(name));
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
    if (!template) {
      throw new Wanted("Python prepares the workbook", { what: "workbook" }, learn);
    }
    const book = tab in template.books ? tab : Object.keys(template.books).at(-1);
    const names = book in page.sheets ? [book] : Object.keys(page.sheets);
    return {
      said: `Writing ${tab}.xlsx`,
      async run(tell, signal) {
        const shown = Object.fromEntries(names.map((name) => [name, {
          sheet: sheets[name], head: sheets[name].head, run: runOf(name), first: firstOf(name),
          inputs: kept.inputs[name], advice: adviceOf(jobOf(name), runOf(name)),
          given: { points, epochs, samples: samplesOf(sheets[name]) },
        }]));
        const bytes = await writeWorkbook(template, book, shown, points, tell, signal);
        return { ...state(), file: { name: `${tab}.xlsx`, bytes } };
      },
    };
  }

  /** What each kind of event does. Back come a file to save, or work that takes a while. */
  const events = {
    show({ tab = kept.tab }) {
      if (tab !== kept.tab) leaveFile();
      keep({ tab: tabOf(tab) });
    },
    input: ({ sheet = kept.tab, name, value }) => keep({
      inputs: inputsWith(kept.inputs, sheet, name, value),
    }),
    epochs: ({ value }) => keep(epochsOf(value)),
    // Everything but where a person looks.
    reset: () => keep({ ...atFirst, inputs: { ...kept.inputs, ...atFirst.inputs }, tab: kept.tab }),
    point: ({ row, column, text }) => withPoints(edited(kept.points, row, column, text)),
    paste: ({ row, column, text }) => withPoints(pasted(kept.points, row, column, text)),
    remove: ({ row }) => withPoints(removed(kept.points, row)),
    points: ({ text }) => withPoints(listed(dataNames, text)),
    file: ({ name }, bytes) => readFile({ name, bytes }, null),
    // Which columns of the file that was loaded last are meant; none of them where none are named.
    choose: ({ places }) => (places ? readFile(choosing, places) : leaveFile()),
    race: ({ names }) => keep({ compared: comparedOf(names) }),
    find: () => searchRate(),
    export: () => workbook(),
    csv: () => ({ name: `${kept.tab}.csv`, bytes: new TextEncoder().encode(csv()) }),
  };

  /** The sheet that is shown as a .csv file's text, every number in full. */
  function csv() {
    const { names, columns } = shownColumns();
    const lines = [names.join(",")];
    for (let row = 0; row < columns[0].length; row++) {
      lines.push(columns.map((cells) => full(cells[row])).join(","));
    }
    return `${lines.join("\n")}\n`;
  }

  function shownColumns() {
    if (kept.tab === DATA) return { names: dataNames, columns: Object.values(kept.points) };
    const cells = isSheet() ? runOf(kept.tab).cells : raceCells();
    const names = isSheet() ? one().names : raceHead().columns.map(({ name }) => name);
    const rows = cells.length / names.length;
    const part = (_, place) => cells.subarray(place * rows, (place + 1) * rows);
    return { names, columns: names.map(part) };
  }

  function raceHead() {
    const { counters, source } = page.race;
    const own = kept.compared.flatMap((label) => page.race.shown.map((column, place) => ({
      ...column, name: `${label}: ${column.name}`, group: label,
      excel: `=${label}!${Object.values(sheets[label].places)[place]}{row}`,
    })));
    return {
      ...one().head, rule: null, source, inputs: [], frozen: "t",
      columns: [...counters, ...own].map(
        (column, place) => ({ ...column, letters: lettersOf(place) }),
      ),
      racers: kept.compared.map((label) => (
        { label, columns: page.race.shown.map(({ name }) => `${label}: ${name}`) }
      )),
    };
  }

  function raceCells() {
    const samples = countOf(kept.points);
    const rows = kept.epochs * samples;
    const columns = [
      Float64Array.from({ length: rows }, (_, r) => Math.floor(r / samples) + 1),
      Float64Array.from({ length: rows }, (_, r) => (r % samples) + 1),
      Float64Array.from({ length: rows }, (_, r) => r + 1),
    ];
    for (const name of kept.compared) {
      const { cells } = runOf(name);
      for (const shown of Object.keys(sheets[name].places)) {
        const place = sheets[name].names.indexOf(shown);
        columns.push(cells.subarray(place * rows, (place + 1) * rows));
      }
    }
    const all = new Float64Array(columns.length * rows);
    columns.forEach((cells, place) => all.set(cells, place * rows));
    return all;
  }

  /** A function that fills a place in with a sheet's model. */
  const forwardOf = (name) => programs[name](IEEE, {}, {}, kept.inputs[name]).forward;

  const constantsOf = (name) => sheets[name].constants.map((one) => kept.inputs[name][one]);

  /** What a parameter starts from. */
  function startOf(name, parameter) {
    const { carried } = sheets[name];
    return kept.inputs[name][Object.keys(carried).find((input) => carried[input] === parameter)];
  }

  /** What the sheet shows now. */
  function state() {
    const { tab, epochs, points } = kept;
    const sheet = one();
    const samples = samplesOf(sheet);
    const shown = {
      tab, tabs: page.tabs, epochs, samples, rows: epochs * samples, mark: tab, points, head: {},
      model: page.model, choosing: choosing && { name: choosing.name, columns: choosing.columns },
    };
    if (isSheet()) {
      const run = runOf(tab);
      Object.assign(shown, {
        head: headOf(tab), inputs: kept.inputs[tab], first: firstOf(tab), exploded: run.exploded,
        advice: adviceOf(jobOf(tab), run), found: foundOf(tab),
        canFind: Boolean(sheet.rateInput), mse: run.mse, table: run.cells, forward: forwardOf(tab),
        constants: constantsOf(tab),
        python: pythonLine(sheet, { inputs: kept.inputs[tab], points, epochs, page }),
      });
      if (sheet.steps) {
        shown.lossRanges = lossGridRanges(sheet.head.parameters.slice(0, 2), run.frame);
      }
    } else if (tab === COMPARE) {
      const head = raceHead();
      const told = (name) => Object.entries(kept.inputs[name])
        .filter(([input]) => !(input in sheets[name].carriers))
        .map(([input, value]) => `${input === sheets[name].startRate ? "lr" : input} ${short(value)}`);
      Object.assign(shown, {
        head, mark: `${tab} ${kept.compared.join(" ")}`, table: raceCells(),
        choices: Object.keys(sheets),
        mse: kept.compared.map((name) => runOf(name).mse),
        forward: kept.compared.map(forwardOf), constants: kept.compared.map(constantsOf),
        starts: kept.compared.map((name) => head.parameters.map((one) => startOf(name, one.name))),
        settings: kept.compared.map((name) => told(name).join(", ")),
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
      return { ...state(), ...(done?.run ? { work: done } : { file: done }) };
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
      let inputs = { ...atFirst.inputs, ...kept.inputs };
      for (const [sheet, own] of Object.entries(part.inputs ?? {})) {
        if (!(sheet in page.sheets)) continue;
        for (const [name, value] of Object.entries(own)) {
          inputs = inputsWith(inputs, sheet, name, value);
        }
      }
      const epochs = accepted(page.epochsLimits, next.epochs);
      keep({
        ...fitting(next.points, epochs), inputs, tab: tabOf(next.tab),
        compared: comparedOf(next.compared),
      });
    },
    /** What a person has changed: sheet, epochs, points, inputs, race; null where they have not. */
    changes() {
      const own = Object.keys(page.sheets);
      const { tab, epochs, points, inputs, compared } = kept;
      const changed = ([name, sheet]) => Object.entries(inputs[name])
        .filter(([input, value]) => value !== sheet.inputs[input])
        .map(([input, value]) => [name === tab ? input : `${name}.${input}`, value]);
      return {
        tab: tab === page.tab ? null : tab,
        epochs: epochs === page.epochs ? null : epochs,
        points: points === page.points ? null : points,
        inputs: Object.entries(page.sheets).flatMap(changed),
        race: compared.join() === own.join() ? null : compared,
      };
    },
  };
}
