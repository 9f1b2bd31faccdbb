// The runs of the sheets, each kept until something that it depends on changes.
import { IEEE } from "./arithmetic.js";
import { byName } from "./by_name.js";
import { compute, firstOf } from "./compute.js";
import { countOf } from "./points.js";
import { rateRange } from "./rates.js";
import { theoryOf } from "./theory.js";

/** The runs of `sheets` and what is derived from them; `kept()` is what the host keeps. */
export function createRuns(sheets, kept) {
  const [computed, theories, heads] = [new Map(), new Map(), new Map()];

  const samplesOf = (name) => sheets[name].steps ?? countOf(kept().points);

  const startRowOf = (name) => firstOf(sheets[name], kept().inputs[name]);

  /** The run of a sheet, computed when it is first needed. */
  function runOf(name) {
    const { points, epochs, inputs } = kept();
    const from = [points, epochs, inputs[name]];
    const known = computed.get(name);
    if (known && from.every((part, index) => part === known.from[index])) return known.run;
    const run = compute(sheets[name].program, sheets[name], {
      points, epochs, samples: samplesOf(name), inputs: inputs[name], first: startRowOf(name),
    });
    computed.set(name, { from, run });
    return run;
  }

  /** The model of a sheet: a function that adds its results to an object of named values. */
  const forwardOf = (name) => sheets[name].program(IEEE, {}, {}, kept().inputs[name]).forward;

  const constantsOf = (name) => sheets[name].constants.map((one) => kept().inputs[name][one]);

  /** The name of the input that is a parameter's starting value. */
  function startInputOf(name, parameter) {
    const { carried } = sheets[name];
    return Object.keys(carried).find((input) => carried[input] === parameter);
  }

  const startOf = (name, parameter) => kept().inputs[name][startInputOf(name, parameter)];

  /**
   * The share of the cell above that a column's cell keeps, such as beta of an average: its change
   * when the cell above grows by 1; null if it keeps nothing, or not in proportion.
   */
  function shareOf(name, column, row) {
    const { names, count, program } = sheets[name];
    const { frame } = runOf(name);
    const cells = byName(names, (one) => frame[one].slice(row - 1, row + 1));
    const inputs = { ...kept().inputs[name], [count]: samplesOf(name) };
    const given = program(IEEE, cells, {}, inputs).rows[column];
    if (!given) return null;
    const [none, one, two] = [0, 1, 2].map((above) => {
      cells[column][0] = above;
      return given(1);
    });
    const share = one - none;
    return share && Math.abs(two - one - share) < 1e-6 * Math.abs(share) ? share : null;
  }

  /** Everything that theory, advice and the search for a rate need. */
  function jobOf(name) {
    const { points, epochs, inputs } = kept();
    const sheet = sheets[name];
    const forward = forwardOf(name);
    const constants = constantsOf(name);
    const known = theories.get(name);
    if (known?.points !== points || known.constants.some((one, k) => one !== constants[k])) {
      theories.set(name, { points, constants, theory: theoryOf({ sheet, forward, points }) });
    }
    return {
      sheet, program: sheet.program, forward, points, epochs, samples: samplesOf(name),
      inputs: inputs[name], first: startRowOf(name),
      start: Object.keys(sheet.parameters).map((one) => startOf(name, one)),
      theory: theories.get(name).theory,
    };
  }

  /** A sheet's header; the range of the rate's slider depends on the points. */
  function headOf(name) {
    const { points } = kept();
    const { head } = sheets[name];
    const known = heads.get(name);
    if (known?.points !== points || known.plain !== head) {
      const inputs = head.inputs.map((input) => (
        input.isRate ? { ...input, slider: rateRange(points, input.slider) } : input
      ));
      heads.set(name, { points, plain: head, head: { ...head, inputs } });
    }
    return heads.get(name).head;
  }

  return {
    samplesOf, startRowOf, runOf, forwardOf, constantsOf, startInputOf, startOf, shareOf, jobOf, headOf,
  };
}
