// The sheet that compares rules: counters, then the columns of each rule that are compared.
import { looksOf } from "./drawn_runs.js";
import { lossGridRanges } from "./loss_grid.js";
import { lettersOf, short } from "./numbers.js";
import { pythonLine } from "./python.js";
import { rateRange } from "./rates.js";

/** The header of the comparison; the first argument is `page.race`, `names` the compared rules. */
function comparedHead({ counters, source, shown }, head, sheets, names, isRiddle) {
  const own = names.flatMap((label) => shown.map((column, index) => ({
    ...column, name: `${label}: ${column.name}`, group: label,
    excel: isRiddle ? null : `=${label}!${Object.values(sheets[label].letters)[index]}{row}`,
  })));
  return {
    ...head, rule: null, source, inputs: [], frozen: "t",
    columns: [...counters, ...own].map(
      (column, index) => ({ ...column, letters: lettersOf(index) }),
    ),
    racers: names.map((label) => (
      { label, columns: shown.map(({ name }) => `${label}: ${name}`) }
    )),
  };
}

function comparedCells(counters, samples, epochs, sheets, names, runOf) {
  const rows = epochs * samples;
  const counts = {
    epoch: (r) => Math.floor(r / samples) + 1, sample: (r) => (r % samples) + 1, t: (r) => r + 1,
  };
  const columns = counters.map(
    ({ name }) => Float64Array.from({ length: rows }, (_, r) => counts[name](r)),
  );
  for (const name of names) {
    const { cells } = runOf(name);
    for (const shown of Object.keys(sheets[name].letters)) {
      const index = sheets[name].names.indexOf(shown);
      columns.push(cells.subarray(index * rows, (index + 1) * rows));
    }
  }
  const all = new Float64Array(columns.length * rows);
  columns.forEach((cells, index) => all.set(cells, index * rows));
  return all;
}

/** The part of the state that shows the runs which `kept` compares. */
export function comparedState(page, head, sheets, kept, runs) {
  const { samplesOf, runOf, forwardOf, constantsOf, startOf } = runs;
  const { points, epochs, inputs, riddle } = kept;
  const names = riddle ? riddle.runs.map(({ label }) => label) : kept.compared;
  const settingsOf = (name) => Object.entries(inputs[name])
    .filter(([input]) => !(input in sheets[name].carriers))
    .map(([input, value]) => `${input === sheets[name].startRate ? "lr" : input} ${short(value)}`);
  const lines = names.map(
    (name) => pythonLine(sheets[name], { inputs: inputs[name], points, epochs, page }),
  );
  const samples = samplesOf(names[0]);
  const frames = () => names.map((name) => runOf(name).frame);
  const questions = Object.keys(page.sheets).length > 1 ? ["rule", "rate"] : ["rate"];
  return {
    riddle, questions: head.surface ? [] : questions,
    head: comparedHead(page.race, head, sheets, names, riddle),
    table: comparedCells(page.race.counters, samples, epochs, sheets, names, runOf),
    choices: Object.keys(sheets).filter((name) => !sheets[name].isFurther),
    compared: names.map((name) => ({
      name, inputs: inputs[name], fields: fieldsOf(sheets[name], points),
      rate: sheets[name].rateInput,
    })),
    // In a riddle the usual colours would give the rules away.
    looks: looksOf(names.map((name, k) => (riddle ? k : sheets[name].colour))),
    mse: names.map((name) => runOf(name).mse),
    forward: names.map(forwardOf), constants: names.map(constantsOf),
    starts: names.map((name) => head.parameters.map((one) => startOf(name, one.name))),
    settings: names.map((name) => (riddle ? "" : settingsOf(name).join(", "))),
    python: riddle ? "" : `gdlab.plot([${lines.join(", ")}], 'path', '${head.surface ? "loss" : "epochs"}')`,
    ...(head.surface ? { lossRanges: lossGridRanges(head.parameters.slice(0, 2), frames()) } : {}),
  };
}

/** The fields of a sheet's inputs; the range of the rate's slider depends on the points. */
const fieldsOf = ({ head, fields = head.inputs }, points) => fields.map((input) => (
  input.isRate ? { ...input, slider: rateRange(points, input.slider) } : input
));
