// What is compared: rules, further runs of one with inputs of their own, and the runs of a riddle.
import { inOrder, nextName, originOf, provide } from "./further_runs.js";
import { Refusal } from "./number_input.js";
import { countOf } from "./points.js";
import { riddleOf } from "./riddle.js";

export const COMPARE = "compare";
// So many sheets full of rows are compared at once.
const MOST_COMPARED = 4;

/**
 * Each function gives the part of what a host keeps that is to be kept instead; a refusal where it
 * cannot be. `kept()` is what is set, `sheets` are the host's own, by name.
 */
export function createComparing(page, sheets, kept) {
  /** Compare the runs with these names, with inputs for each; `all` are those there are. */
  function named(names, all = kept().inputs) {
    const unknown = names.find((name) => originOf(name, sheets) === null);
    if (unknown !== undefined) throw new Refusal(`no rule is called '${unknown}'`);
    if (!names.length) throw new Refusal("name at least one rule to compare");
    const { points, epochs } = kept();
    const samples = sheets[originOf(names[0], sheets)].steps ?? countOf(points);
    if (samples * epochs * names.length > MOST_COMPARED * page.limits.rows) {
      throw new Refusal(`${names.length} runs of so many rows are too many`);
    }
    provide(names, sheets);
    const missing = names.filter((name) => !Object.hasOwn(all, name));
    const own = Object.fromEntries(missing.map((name) => [name, all[originOf(name, sheets)]]));
    return { compared: inOrder(names, sheets), inputs: { ...all, ...own } };
  }

  return {
    named,
    without: (sheet) => named(kept().compared.filter((name) => name !== sheet)),
    /** Compare a sheet as it is now with whatever it will be: a further run, with its inputs. */
    withFurther(sheet) {
      const { compared, inputs } = kept();
      const name = nextName(originOf(sheet, sheets), compared, sheets);
      // An earlier run of that name may have left its inputs.
      return { name, part: named([...compared, name], { ...inputs, [name]: inputs[sheet] }) };
    },
    /** Pose a riddle; null ends it. */
    posed(question, seed) {
      if (question === null) return { riddle: null };
      const own = Object.keys(page.sheets);
      const { points, epochs } = kept();
      const given = { sheets, points, epochs, samples: countOf(points) };
      const riddle = riddleOf(question, seed, given, own, sheets[own[0]].head);
      const inputs = { ...kept().inputs };
      for (const { label, name, inputs: its } of riddle.runs) {
        sheets[label] = { ...sheets[name], isFurther: true };
        inputs[label] = its;
      }
      return { riddle, inputs };
    },
  };
}
