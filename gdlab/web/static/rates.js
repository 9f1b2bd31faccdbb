// Finds a learning rate for the points by trying rates, and gives advice on a run that diverges or
// hardly moves. core/rates.py, outcome.py and ranges.py do the same.
import { NEAR_LEAST, ROUNDING } from "./constants.js";
import { createTrial } from "./compute.js";
import { Refusal } from "./number_input.js";
import { short } from "./numbers.js";
import { FULL_WORDS, errorAt } from "./theory.js";

// First powers of ten are tried, then ten rates per power of ten around the best one.
const [LOWEST, HIGHEST, FINE] = [-30, 20, 10];
const PAUSE_MS = 40;
// STAYED and GREW are factors of the error at the start, the next two of the least possible error.
const [STAYED, GREW] = [0.99, 1.1];
const [NOT_THERE, FAR_FROM_IT] = [1.5, 4];
const USUAL = { low: -6, high: 1 };

/** The power of ten of a number's first digit; the lowest one for 0. */
const decadeOf = (value) => (value ? Number(value.toExponential().split("e")[1]) : LOWEST);

/** The slider of a learning rate: the usual range, or a wider one if the points need it. */
export function rateRange(points, slider) {
  const columns = Object.values(points);
  if (!columns.length) return slider;
  const last = columns.at(-1);
  const lengths = last.map((_, k) => columns.slice(0, -1).reduce(
    (total, column) => total + column[k] * column[k], 1,
  ));
  const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const [longest, size] = [largest(lengths), largest(last)];
  const low = Math.min(USUAL.low, decadeOf(1 / longest) - 1, size ? decadeOf(size) - 5 : 0);
  const high = Math.max(USUAL.high, decadeOf(size) - 1);
  return {
    ...slider, low: Number(`1e${Math.max(low, LOWEST)}`), high: Number(`1e${Math.min(high, HIGHEST)}`),
  };
}

/** The name of a run's error. */
function errorWord({ sheet, points }) {
  if (!Object.keys(points).length) return "loss";
  return sheet.errorName ? "rmse" : "mean loss";
}

/**
 * Find a rate for a `job`: its `sheet`, `program`, `forward`, `points`, `epochs`, `samples`,
 * `inputs`, `first`, the parameters at the `start`, and the result of `theoryOf`. Returns `lr`, the
 * errors that were `tried`, `[rate, error]` by ascending rate, `startError`, the `limit` for full
 * batches or null, and `said`, the reason in words. Throws a Refusal if no rate reduces the error;
 * `signal` stops it.
 */
export async function findRate(job, tell = () => {}, signal = null) {
  const trial = createTrial(job.program, job.sheet, job);
  const startError = errorAt(job, job.start);
  const tried = new Map();
  const most = HIGHEST - LOWEST + 2 * FINE + 1;
  let last = performance.now();

  function best() {
    const found = [...tried].reduce(
      (one, other) => (other[1] < one[1] || (other[1] === one[1] && other[0] < one[0]) ? other : one),
    );
    if (found[1] === Infinity) {
      throw new Refusal(`${job.sheet.rule} explodes at every rate from 1e${LOWEST} to 1e${HIGHEST}; `
        + "start elsewhere, or scale");
    }
    if (!(found[1] < startError)) {
      throw new Refusal(`no rate from 1e${LOWEST} to 1e${HIGHEST} makes the error of `
        + `${job.sheet.rule} smaller than it is at the start, ${short(startError)}; start `
        + "elsewhere, or scale");
    }
    return found[0];
  }

  async function attempt(lr) {
    if (tried.has(lr)) return;
    tried.set(lr, errorAt(job, trial({ ...job.inputs, [job.sheet.rateInput]: lr })));
    if (performance.now() - last < PAUSE_MS) return;
    tell(tried.size / most);
    await new Promise((done) => setTimeout(done));
    last = performance.now();
    if (signal?.aborted) throw new Refusal("stopped");
  }

  for (let power = LOWEST; power <= HIGHEST; power++) await attempt(Number(`1e${power}`));
  const coarse = best();
  const fine = [];
  for (let step = -FINE; step <= FINE; step++) {
    fine.push(Number((coarse * 10 ** (step / FINE)).toPrecision(2)));
    await attempt(fine.at(-1));
  }
  // Beyond the edge of divergence a single rate may do well by chance, but its neighbours do not.
  const judged = fine.slice(1, -1).map((lr, k) => (
    [Math.max(...fine.slice(k, k + 3).map((one) => tried.get(one))), tried.get(lr), lr]
  ));
  const [, , lr] = judged.reduce((one, other) => {
    const index = one.findIndex((value, k) => value !== other[k]);
    return index >= 0 && other[index] < one[index] ? other : one;
  });
  const found = {
    lr, tried: [...tried].sort(([one], [other]) => one - other), startError,
    error: tried.get(lr), limit: job.theory.full(job.inputs), word: errorWord(job),
  };
  return { ...found, said: explanationOf(job, found) };
}

/** The reasons for the rate that was found, in one line. */
function explanationOf(job, { lr, tried, startError, error, limit, word }) {
  const { epochs, samples, sheet, theory } = job;
  const length = sheet.steps ? `${samples} steps` : `${epochs} epoch${epochs === 1 ? "" : "s"}`;
  const falls = tried.filter(([, one]) => one < startError).at(-1)[0];
  const said = [
    `lr=${short(lr, 6)} leaves the smallest ${word} of ${tried.length} rates from `
      + `${short(tried[0][0], 6)} to ${short(tried.at(-1)[0], 6)} after ${length}: ${short(error)}, `
      + `from ${short(startError)}`,
    `the error still falls up to lr=${short(falls, 6)}`,
  ];
  if (limit !== null) {
    said.push(`full batches converge under ${short(limit, 3)}, ${FULL_WORDS[sheet.rule]} the largest `
      + "eigenvalue of the mean loss's second derivatives");
  }
  const { least, nothing } = theory;
  if (least !== null && error > NEAR_LEAST * least + nothing) {
    said.push(`the least squares fit has ${short(least)}: ${whyNot(job)}`);
  }
  return said.join("; ");
}

function whyNot({ theory: { steep, isSteep }, inputs }) {
  if (isSteep) {
    return `the loss is ${short(steep, 2)} times steeper along one direction than along another, `
      + "so one rate cannot suit both; scale x, or give it more epochs";
  }
  if (inputs.weight_decay) return "weight decay draws the parameters towards 0";
  return "give it more epochs or larger batches, or let a schedule lower the rate";
}

const scaling = ({ isSteep }) => (isSteep ? ", or scale x" : "");

/** A rate rounded down to two digits. */
function roundedDown(rate) {
  const [digits, power] = rate.toExponential(16).split("e");
  return short(Number(`${Math.floor(Number(digits) * 10) / 10}e${power}`), 2);
}

/** Advice for a run that ends worse than it began. */
function wayOut({ theory, inputs, sheet }) {
  const look = sheet.rateInput ? "Find a rate looks for one" : "other inputs may help";
  const limit = theory.single(inputs);
  if (limit === null) return `${look}${scaling(theory)}`;
  return `rates under ${roundedDown(limit)} converge here; ${look}${scaling(theory)}`;
}

/** Advice for a run of compute that diverges or hardly moves; empty for any other. */
export function adviceOf(job, run) {
  const { sheet, theory, samples } = job;
  if (run.exploded) return wayOut(job);
  const losses = run.frame[sheet.loss].subarray(1);
  const word = errorWord(job);
  const ends = Object.values(sheet.parameters).map((name) => run.frame[name].at(-1));
  const [before, after] = [errorAt(job, job.start), errorAt(job, ends)];
  const mean = sheet.steps ? losses.at(-1)
    : losses.subarray(-samples).reduce((total, value) => total + value, 0) / samples;
  const end = sheet.errorName ? Math.sqrt(mean) : mean;
  const begin = sheet.steps ? losses[0] : before;
  if (!(end <= begin * (1 + ROUNDING))) {
    const told = `Ends worse than it began: ${sheet.errorName ? word : "loss"} `
      + `${short(begin, 3)} at the start, ${short(end, 3)} in the last epoch`;
    return after > GREW * before && after > FAR_FROM_IT * (theory.least ?? 0) ? `${told}; ${wayOut(job)}` : told;
  }
  const { least } = theory;
  if (least === null || !(after > STAYED * before && before > NOT_THERE * least)) return "";
  return `Hardly moved: ${word} went from ${short(before)} to ${short(after)}, the least squares fit has `
    + `${short(least)}; Find a rate looks for a rate${scaling(theory)}`;
}
