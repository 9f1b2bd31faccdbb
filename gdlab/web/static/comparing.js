// Changes what is compared: rules, further runs of a rule with other inputs, or a riddle's runs.
import { byName } from "./by_name.js";
import { inOrder, nextName, originOf, provide } from "./further_runs.js";
import { Refusal } from "./number_input.js";
import { countOf } from "./points.js";
import { riddleOf } from "./riddle.js";

export const COMPARE = "compare";
// As many rows as this many full sheets have may be compared.
const MOST_COMPARED = 4;

/**
 * Each function returns the new values of what the host keeps, or throws a Refusal. `kept()` is
 * what the host keeps now, `sheets` are the host's sheets by name.
 */
export function createComparing(page, sheets, kept) {
  /** Compare the runs with these names; `all` are the known inputs, by run. */
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
    const own = byName(missing, (name) => all[originOf(name, sheets)]);
    return { compared: inOrder(names, sheets), inputs: { ...all, ...own } };
  }

  return {
    named,
    without: (sheet) => named(kept().compared.filter((name) => name !== sheet)),
    /** Keep a sheet's run as it is now: a further run with a copy of its inputs. */
    withFurther(sheet) {
      const { compared, inputs } = kept();
      const name = nextName(originOf(sheet, sheets), compared, sheets);
      // Replace inputs that an earlier run of that name may have left.
      return { name, part: named([...compared, name], { ...inputs, [name]: inputs[sheet] }) };
    },
    /** Pose a riddle; the question null ends it. */
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
