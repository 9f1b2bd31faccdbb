// The host of a sheet on a page without Python: it answers a sheet's events as gdlab/notebook/sheet_state.py
// does, from what Python wrote into the page.
import { compute } from "./compute.js";
import { full, short } from "./numbers.js";
import { lossGridRanges, lossGrid } from "./loss_grid.js";
import { pythonLine } from "./python.js";
import { Refusal } from "./number_input.js";
import { edited, listed, loaded, pasted, removed } from "./typed.js";

const DATA = "data";
const COMPARE = "compare";
const MOST_HOST_ROWS = 500_000;

/** A column's letters: 0 is A, 26 is AA. */
function lettersOf(place) {
  const before = place >= 26 ? lettersOf(Math.floor(place / 26) - 1) : "";
  return before + String.fromCharCode(65 + (place % 26));
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

/**
 * A host for a `page` (gdlab/web/data.py says what is in it) and its `programs` by sheet. `ask`
 * takes an event and gives what the sheet takes as an answer, `[state, buffers]`.
 */
export function createHost(page, programs) {
  const sheets = { ...page.sheets, ...page.guests };
  let { tab, epochs, points } = page;
  let racing = Object.keys(page.sheets);
  const inputs = {};
  for (const [name, sheet] of Object.entries(sheets)) inputs[name] = { ...sheet.inputs };
  let computed = new Map();

  const isSheet = () => tab in page.sheets;
  const one = () => page.sheets[isSheet() ? tab : Object.keys(page.sheets)[0]];
  const samplesOf = (sheet) => sheet.steps ?? points.x.length;

  /** What the first row finds above it, by column. */
  function firstOf(name) {
    const { carriers, counts } = sheets[name];
    const starts = Object.entries(carriers).map(
      ([start, column]) => [column, inputs[name][start]],
    );
    return { ...Object.fromEntries(starts), ...counts };
  }

  function runOf(name) {
    if (!computed.has(name)) {
      const sheet = sheets[name];
      computed.set(name, compute(programs[name], sheet, {
        ...points, epochs, samples: samplesOf(sheet), inputs: inputs[name], first: firstOf(name),
      }));
    }
    return computed.get(name);
  }

  /** Take other points or epochs, for all sheets at once. */
  function change(newPoints, newEpochs) {
    const samples = newPoints.x.length;
    const rows = newEpochs * samples;
    if (rows > MOST_HOST_ROWS) {
      throw new Refusal(`${rows} rows are more than the ${MOST_HOST_ROWS} that a page can hold`);
    }
    for (const { order } of Object.values(sheets)) {
      if (!order) continue;
      if (samples !== page.points.x.length) {
        throw new Refusal("the samples' order was drawn for the points that were here at first; "
          + "change a point, but add or remove none");
      }
      if (rows > order.length) {
        const most = Math.floor(order.length / samples);
        throw new Refusal(`the samples' order was drawn for ${most} epochs; take no more`);
      }
    }
    [points, epochs] = [newPoints, newEpochs];
    computed = new Map();
  }

  /** What each kind of event does; where a file is to be saved, its name and bytes come back. */
  const events = {
    show(event) {
      const wanted = event.tab ?? tab;
      if (!page.tabs.includes(wanted)) throw new Refusal(`there is no sheet '${wanted}'`);
      tab = wanted;
    },
    input({ sheet = tab, name, value }) {
      if (!page.tabs.includes(sheet)) throw new Refusal(`there is no sheet '${sheet}'`);
      if (!(sheet in page.sheets)) throw new Refusal(`sheet ${sheet} has no inputs`);
      const { limits } = page.sheets[sheet];
      if (!Object.hasOwn(limits, name)) {
        throw new Refusal(`sheet ${sheet} has no input '${name}'`);
      }
      inputs[sheet][name] = accepted(limits[name], value);
      computed.delete(sheet);
    },
    epochs({ value }) {
      change(points, accepted(page.epochsLimits, value));
    },
    reset() {
      if (isSheet()) {
        inputs[tab] = { ...page.sheets[tab].inputs };
        computed.delete(tab);
      } else if (tab === DATA) {
        change(page.points, epochs);
      }
    },
    point: ({ row, column, text }) => change(edited(points, row, column, text), epochs),
    paste: ({ row, column, text }) => change(pasted(points, row, column, text), epochs),
    remove: ({ row }) => change(removed(points, row), epochs),
    points: ({ text }) => change(listed(text), epochs),
    file: ({ name }, bytes) => change(loaded(name, bytes[0]), epochs),
    race({ names }) {
      const unknown = names.find((name) => !(name in sheets));
      if (unknown) throw new Refusal(`no rule is called '${unknown}'`);
      if (!names.length) throw new Refusal("a race needs at least one rule");
      racing = Object.keys(sheets).filter((name) => names.includes(name));
    },
    export: () => ({ name: page.workbook.name, bytes: page.workbook.bytes() }),
    csv: () => ({ name: `${tab}.csv`, bytes: new TextEncoder().encode(csv()) }),
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
    if (tab === DATA) return { names: ["x", "y"], columns: [points.x, points.y] };
    const cells = isSheet() ? runOf(tab).cells : raceCells();
    const names = isSheet() ? one().names : raceHead().columns.map(({ name }) => name);
    const rows = cells.length / names.length;
    const part = (_, place) => cells.subarray(place * rows, (place + 1) * rows);
    return { names, columns: names.map(part) };
  }

  function raceHead() {
    const { counters, source } = page.race;
    const own = racing.flatMap((label) => page.race.shown.map((column) => ({
      ...column, name: `${label}: ${column.name}`, group: label,
      excel: `=${label}!${sheets[label].places[column.name]}{row}`,
    })));
    return {
      ...one().head, rule: null, source, loss: undefined, inputs: [], frozen: "t",
      columns: [...counters, ...own].map(
        (column, place) => ({ ...column, letters: lettersOf(place) }),
      ),
      racers: racing.map((label) => (
        { label, columns: page.race.shown.map(({ name }) => `${label}: ${name}`) }
      )),
    };
  }

  function raceCells() {
    const samples = points.x.length;
    const rows = epochs * samples;
    const columns = [
      Float64Array.from({ length: rows }, (_, r) => Math.floor(r / samples) + 1),
      Float64Array.from({ length: rows }, (_, r) => (r % samples) + 1),
      Float64Array.from({ length: rows }, (_, r) => r + 1),
    ];
    for (const name of racing) {
      const { cells } = runOf(name);
      for (const shown of page.race.shown) {
        const place = sheets[name].names.indexOf(shown.name);
        columns.push(cells.subarray(place * rows, (place + 1) * rows));
      }
    }
    const all = new Float64Array(columns.length * rows);
    columns.forEach((cells, place) => all.set(cells, place * rows));
    return all;
  }

  /** What the sheet shows now; the head is left out where the sheet has it: `known` is its mark. */
  function state(known) {
    const sheet = one();
    const samples = samplesOf(sheet);
    const shown = { tab, tabs: page.tabs, epochs, samples, rows: epochs * samples, mark: tab };
    const buffers = [Float64Array.from([...points.x, ...points.y])];
    let head = {};
    if (isSheet()) {
      const run = runOf(tab);
      head = sheet.head;
      Object.assign(shown, {
        inputs: inputs[tab], first: firstOf(tab), exploded: run.exploded, mse: run.mse,
        python: pythonLine(sheet, { inputs: inputs[tab], points, epochs, page }),
      });
      buffers.push(run.cells);
      if (sheet.steps) {
        shown.lossRanges = lossGridRanges(head.parameters, run.frame);
        buffers.push(lossGrid(shown.lossRanges, programs[tab]));
      }
    } else if (tab === COMPARE) {
      head = raceHead();
      const told = (name) => Object.entries(inputs[name])
        .filter(([input]) => !(input in sheets[name].carriers))
        .map(([input, value]) => `${input === "start_lr" ? "lr" : input} ${short(value)}`);
      Object.assign(shown, {
        mark: `${tab} ${racing.join(" ")}`,
        choices: Object.keys(sheets),
        mse: racing.map((name) => runOf(name).mse),
        starts: racing.map((name) => head.parameters.map(
          (parameter) => inputs[name][`start_${parameter.name}`],
        )),
        settings: racing.map((name) => told(name).join(", ")),
      });
      buffers.push(raceCells());
    }
    if (known !== shown.mark) shown.head = head;
    return [shown, buffers];
  }

  /** Do what an event says; what cannot be done changes nothing and is told under `error`. */
  function ask(event, bytes = []) {
    let error = "";
    let file = null;
    try {
      if (!events[event.kind]) throw new Refusal(`there is no event '${event.kind}'`);
      file = events[event.kind](event, bytes);
    } catch (problem) {
      error = problem instanceof Refusal ? problem.message
        : `this page could not do this (${problem.name}: ${problem.message})`;
    }
    const [shown, buffers] = state(event.head);
    shown.number = event.number;
    if (error) shown.error = error;
    if (file) {
      shown.file = file.name;
      buffers.push(file.bytes);
    }
    return [shown, buffers];
  }

  return {
    ask,
    /** What a person has changed: sheet, epochs, points, inputs, race; null where they have not. */
    changes() {
      const own = Object.keys(page.sheets);
      const changed = ([name, sheet]) => Object.entries(inputs[name])
        .filter(([input, value]) => value !== sheet.inputs[input])
        .map(([input, value]) => [name === tab ? input : `${name}.${input}`, value]);
      return {
        tab: tab === page.tab ? null : tab,
        epochs: epochs === page.epochs ? null : epochs,
        points: points === page.points ? null : points,
        inputs: Object.entries(page.sheets).flatMap(changed),
        race: racing.join() === own.join() ? null : racing,
      };
    },
  };
}
