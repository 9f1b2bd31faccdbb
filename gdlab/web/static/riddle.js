// Riddles about real runs without their names: which rule is which, or which rate is too large? The
// answers give reasons that are computed from the runs.
import { IEEE } from "./arithmetic.js";
import { byName } from "./by_name.js";
import { compute, firstOf } from "./compute.js";
import { drawing } from "./draw.js";
import { Refusal } from "./number_input.js";
import { short } from "./numbers.js";
import { rowsOf } from "./points.js";

const LETTERS = ["A", "B", "C", "D"];
const FACTORS = Array.from({ length: 15 }, (_, k) => (k % 2 ? 3 : 1) * 10 ** (Math.floor(k / 2) - 3));
const ROUGH_DIGITS = 3;
// A loss that differs from the start's by this factor leaves no doubt.
const CLEARLY = 2;
// Curves closer than this on the logarithmic axis look the same.
const SEEN_DECADES = 0.1;
export const QUESTIONS = {
  rule: "Which rule is which?",
  rate: "Which learning rate is too large?",
};

const rough = (value) => short(Number(value.toPrecision(ROUGH_DIGITS)));

/** "fine" or "too large" for a run's rate by its last loss; null if that is not clear. */
function judgedRun({ exploded, mse }, startLoss) {
  if (exploded || mse.at(-1) > CLEARLY * startLoss) return "too large";
  return mse.at(-1) < startLoss / CLEARLY ? "fine" : null;
}

/** How a run's loss develops, in words. */
function courseOf({ exploded, mse }, startLoss) {
  if (exploded) return `it explodes in row ${exploded[0]}`;
  const last = rough(mse.at(-1));
  return `the mean loss is ${rough(startLoss)} at the start and ${last} in the last epoch`;
}

/** What distinguishes a rule from others, in words, computed from its run. */
function traitsOf(sheet, { frame }, rows) {
  const parts = sheet.head.parameters;
  const first = parts.map(({ step, name }) => [frame[step][1], frame[`grad_${name}`][1]]);
  const ratios = first.map(([step, gradient]) => step / gradient);
  const [steps, gradients] = [0, 1].map((k) => first.map((one) => rough(one[k])).join(" and "));
  const alike = (values) => values.every((value) => Math.abs(value / values[0] - 1) < 0.01);
  const start = alike(ratios) ? `its first steps are ${rough(ratios[0])} times their gradients, all alike`
    : alike(first.map(([step]) => Math.abs(step)))
      ? `its first steps are of the same size, ${steps}, although the gradients are ${gradients}`
      : `its first steps are ${steps} where the gradients are ${gradients}`;
  const { step, name } = parts.at(-1);
  let against = 0;
  for (let row = 1; row <= rows; row++) {
    if (frame[step][row] * frame[`grad_${name}`][row] < 0) against++;
  }
  const after = against
    ? `in ${against} of ${rows} rows it goes on against that row's own gradient: it remembers others`
    : "every step follows its own row's gradient";
  return `${start}; ${after}`;
}

/** A run of a sheet with its default inputs, or with another rate. */
function tried({ sheets, points, epochs, samples }, name, rate = null) {
  const sheet = sheets[name];
  const inputs = rate === null ? sheet.inputs : { ...sheet.inputs, [sheet.rateInput]: rate };
  const first = firstOf(sheet, inputs);
  const run = compute(sheet.program, sheet, { points, epochs, samples, inputs, first });
  const { forward } = sheet.program(IEEE, {}, {}, inputs);
  let total = 0;
  for (const row of rowsOf(points)) {
    const values = byName(Object.keys(points), (_, k) => row[k]);
    for (const [start, parameter] of Object.entries(sheet.carried)) values[parameter] = inputs[start];
    forward(values);
    total += values[sheet.loss];
  }
  return { name, inputs, run, rate, startLoss: total / samples, judged: judgedRun(run, total / samples) };
}

/** Whether two runs look the same in the pictures: their errors are nearly equal. */
const looksLike = ({ run: one }, { run: other }) => one.mse.every(
  (value, epoch) => Math.abs(Math.log10(value / other.mse[epoch])) < SEEN_DECADES,
);

function rulesOf(draw, given, head) {
  const { sheets } = given;
  const seen = new Set();
  const found = [];
  for (const name of draw.shuffled(Object.keys(sheets).filter((one) => !sheets[one].isFurther))) {
    if (found.length === LETTERS.length) break;
    if (seen.has(sheets[name].rule)) continue;
    const one = tried(given, name);
    if (one.judged === "too large" || found.some((other) => looksLike(one, other))) continue;
    seen.add(sheets[name].rule);
    found.push(one);
  }
  if (found.length < 2) throw new Refusal("there are too few rules here for this riddle");
  const rows = given.epochs * given.samples;
  return found.map((one) => ({
    ...one, answer: sheets[one.name].rule,
    reason: traitsOf({ head: { parameters: stepsOfParameters(sheets[one.name], head) } }, one.run, rows),
  }));
}

/** A sheet's parameters with the names of their step columns. */
const stepsOfParameters = (sheet, head) => head.parameters.map((one) => ({
  ...one, step: sheet.names.includes(one.step) ? one.step : `step_${one.name}`,
}));

function ratesOf(draw, given, names) {
  const { sheets } = given;
  for (const name of draw.shuffled(names.filter((one) => sheets[one].rateInput))) {
    const base = sheets[name].inputs[sheets[name].rateInput];
    const before = [];
    for (const factor of FACTORS) {
      const one = tried(given, name, Number((base * factor).toPrecision(ROUGH_DIGITS)));
      if (one.judged) before.push({ ...one, answer: one.judged });
      if (one.judged === "too large") break;
    }
    const shown = before.slice(-LETTERS.length);
    if (shown.length < 3 || shown.at(-1).answer !== "too large") continue;
    const { rule } = sheets[name];
    return draw.shuffled(shown).map((one) => ({
      ...one, reason: `lr ${short(one.rate)} of ${rule}: ${courseOf(one.run, one.startLoss)}`,
    }));
  }
  throw new Refusal("no rate of these rules is too large here");
}

/**
 * The riddle of a `seed`: its `question`, and for each run its `label`, the `name` of its sheet,
 * `inputs`, `answer` and `reason`. `given` holds `sheets`, `points`, `epochs` and `samples`.
 */
export function riddleOf(question, seed, given, names, head) {
  if (!Object.hasOwn(QUESTIONS, question)) throw new Refusal(`no riddle is called '${question}'`);
  if (!Number.isInteger(seed) || seed < 0) throw new Refusal("a riddle's number is a whole one from 0");
  const draw = drawing(`riddle ${question} ${seed}`);
  const runs = question === "rule" ? rulesOf(draw, given, head) : ratesOf(draw, given, names);
  return {
    question, seed,
    runs: runs.map(({ run, judged, startLoss, ...one }, k) => ({ ...one, label: `run ${LETTERS[k]}` })),
    options: [...new Set(runs.map(({ answer }) => answer))].sort(),
  };
}
