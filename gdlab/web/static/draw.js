// Draws pleasant numbers for a practice sheet, as gdlab/marking/numbers.py does. For the line:
// whole points, starts and rates of one or two digits, steps that show at a few decimals, no error
// near 0, and no usual slip that gives the right number. For another model: its own points, starts
// near its own, and steps that show. No run explodes. The same seed gives the same numbers on every
// page, but not those of a practice workbook, which draws in another way.
import {
  DRAWN_STARTS, SHORT_MEMORY, LONG_MEMORY, DRAWN_DECAYS, DRAWN_MOMENTUM_DECAYS, DRAWN_RATES,
  USUAL_RATES, NEGLIGIBLE_EPS, SMALLEST_STEP, LARGEST_STEP, SMALLEST_MODEL_STEP, SMALLEST_ERROR,
  LARGEST_ERROR, TELLING_NOTHING, TRIES,
} from "./constants.js";
import { byName } from "./by_name.js";
import { compute, firstOf } from "./compute.js";
import { Refusal } from "./number_input.js";
import { choosing, hiddenIn } from "./separating.js";

/** A random generator of numbers in [0, 1), seeded by a text (Jenkins' hash, mixed). */
function dice(text) {
  let state = 0;
  const mix = (value) => {
    state = Math.imul(state + value, 1025);
    state ^= state >>> 6;
  };
  for (const letter of text) mix(letter.codePointAt(0));
  return () => {
    mix(0x9e3779b9);
    let value = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    value = Math.imul(value ^ (value >>> 12), 0x297a2d39);
    return ((value ^ (value >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Functions that draw at random; the same text gives the same draws. */
export function drawing(text) {
  const next = dice(text);
  const upTo = (count) => Math.floor(next() * count);
  const choice = (list) => list[upTo(list.length)];
  return {
    choice,
    whole: (low, high) => low + upTo(high - low + 1),
    shuffled(list) {
      const left = [...list];
      return list.map(() => left.splice(upTo(left.length), 1)[0]);
    },
  };
}

function pointsOnLine(draw, count) {
  const [slope, intercept] = [draw.choice([-2, 2, 3]), draw.whole(-5, 9)];
  const points = { x: [], y: [] };
  for (let k = 0; k < count; k++) {
    // One x is not the next one, nor 1 off it: one of the row above, or x + 1, would not show. After
    // the last one the first comes again.
    const near = [points.x.at(-1), k === count - 1 ? points.x[0] : null];
    const x = draw.choice([3, 4, 5, 6, 7, 8, 9].filter(
      (one) => near.every((other) => !other || Math.abs(one - other) > 1),
    ));
    points.x.push(x);
    // Nor is its y, which may be taken for it, nor -y.
    const ys = [-2, -1, 0, 1, 2].map((off) => slope * x + intercept + off);
    points.y.push(draw.choice(ys.filter((y) => Math.abs(Math.abs(y) - x) > 1)));
  }
  return points;
}

/** A model's own points in another order; tenths from -2 to 2 for a model without points. */
function pointsOfModel(draw, count, names, own) {
  const points = byName(names, () => []);
  const rows = own ? own[names[0]].length : 0;
  let order = [];
  for (let k = 0; k < count; k++) {
    if (!order.length) order = draw.shuffled([...Array(rows).keys()]);
    const row = order.shift();
    for (const name of names) {
      points[name].push(own ? own[name][row] : draw.whole(-20, 20) / 10);
    }
  }
  return points;
}

/** Starts for the line; they differ, so that confusing them shows. */
const startsOfLine = (draw, parameters) => {
  const starts = draw.shuffled(DRAWN_STARTS);
  return Object.fromEntries(parameters.map(({ start }, k) => [start, starts[k]]));
};

/** Starts a few tenths from the model's own, all different, each of which tells. */
function startsNear(draw, parameters, own) {
  const tenths = draw.shuffled(Array.from({ length: 21 }, (_, k) => k - 10));
  const starts = Object.fromEntries(parameters.map(
    ({ start }, k) => [start, Number((own[start] + tenths[k] / 10).toFixed(2))],
  ));
  const numbers = [...Object.values(starts), ...TELLING_NOTHING];
  const differ = new Set(numbers).size === numbers.length;
  return differ ? starts : startsNear(draw, parameters, own);
}

/**
 * Decay rates with a short memory, longer where the sheet's own is long; other inputs drawn alike.
 */
function inputsFrom(draw, { inputs, limits }) {
  const drawn = {};
  for (const [name, own] of Object.entries(inputs)) {
    const { low, lowAllowed, below } = limits[name];
    if (low === 0 && lowAllowed && below === 1 && own > 0) {
      const memories = own > Math.max(...SHORT_MEMORY) ? LONG_MEMORY : SHORT_MEMORY;
      drawn[name] = draw.choice(memories.filter((one) => !Object.values(drawn).includes(one)));
    } else if (name === "weight_decay" || (name === "eps" && own > NEGLIGIBLE_EPS)) {
      drawn[name] = draw.choice(DRAWN_DECAYS);
    } else if (name === "momentum_decay") {
      drawn[name] = draw.choice(DRAWN_MOMENTUM_DECAYS);
    }
  }
  return drawn;
}

/** Whether a rate is the rule's own, but for where its decimal point stands. */
const isDefault = (...rates) => {
  const [one, other] = rates.map((rate) => rate.toExponential(9).split("e")[0]);
  return one === other;
};

const sizesOf = ({ frame }, name) => Array.from(frame[name].subarray(1), Math.abs);

/** Whether a run can be followed by hand: its steps show, and its errors are neither 0 nor huge. */
function isPleasant(run, parameters, isLine) {
  const steps = parameters.flatMap(({ step }) => sizesOf(run, step)).sort((a, b) => a - b);
  if (steps.at(-1) > LARGEST_STEP) return false;
  if (!isLine) return steps[Math.floor(steps.length / 2)] >= SMALLEST_MODEL_STEP;
  const errors = sizesOf(run, "error");
  if (Math.min(...errors) < SMALLEST_ERROR || Math.max(...errors) > LARGEST_ERROR) return false;
  return steps[Math.floor(steps.length / 4)] >= SMALLEST_STEP;
}

/** Whether at least half of the steps show: rectified Adam's first rectified steps are tiny. */
function isBearable(run, parameters) {
  const steps = parameters.flatMap(({ step }) => sizesOf(run, step));
  const seen = steps.filter((one) => one >= SMALLEST_STEP).length;
  return 2 * seen >= steps.length && Math.max(...steps) <= LARGEST_STEP
    && Math.min(...sizesOf(run, "error")) >= SMALLEST_ERROR;
}

/**
 * The given numbers of practice sheet number `seed` with so many rows, and its true run: `{points,
 * inputs, first, run}`. Settings such as the batch size stay as the sheet has them. `own` are the
 * model's own points, or null; `slips` and `marking` are those of diagnose, which a notebook lacks
 * until Python has sent them.
 */
export function drawPractice(sheet, program, rows, seed, own, slips, marking) {
  const draw = drawing(`${sheet.rule} ${rows} ${seed}`);
  const { parameters, model } = sheet.head;
  const isLine = model === "line";
  const rate = ["lr", "start_lr"].find((name) => name in sheet.inputs);
  const pleasant = choosing();
  let [usable, bearable] = [null, null];
  // Rates above 1 are tried if none of the usual ones will do.
  for (let tries = 0; tries < 2 * TRIES; tries++) {
    const rates = rate ? draw.shuffled(tries < TRIES ? USUAL_RATES : DRAWN_RATES) : [null];
    const points = isLine ? pointsOnLine(draw, rows) : pointsOfModel(draw, rows, sheet.data, own);
    const starts = isLine ? startsOfLine(draw, parameters)
      : startsNear(draw, parameters, sheet.starts);
    const inputs = { ...sheet.inputs, ...sheet.starts, ...inputsFrom(draw, sheet), ...starts };
    for (const one of rates) {
      const tried = { points, inputs: rate ? { ...inputs, [rate]: one } : inputs };
      tried.first = firstOf(sheet, tried.inputs);
      // Practice is in the points' order: a shuffled order was drawn for other points.
      tried.run = compute(program, { ...sheet, order: null }, {
        points, epochs: 1, samples: rows, inputs: tried.inputs, first: tried.first,
      });
      if (tried.run.exploded || (rate && isDefault(one, sheet.inputs[rate]))) continue;
      if (isPleasant(tried.run, parameters, isLine)) {
        const counted = { ...tried, inputs: { ...tried.inputs, [sheet.count]: rows } };
        const hidden = isLine && slips
          ? hiddenIn(sheet, program, counted, tried.run, slips, marking) : new Set();
        const found = pleasant.withOneMore(tried, hidden);
        if (found) return found;
      }
      usable ??= tried;
      if (isLine && isBearable(tried.run, parameters)) bearable ??= tried;
    }
  }
  const found = pleasant.best() ?? bearable ?? usable;
  if (found) return found;
  throw new Refusal(
    `no points and rates were found with which ${sheet.rule} does not explode`,
  );
}
