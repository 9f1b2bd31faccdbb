// A rate that is looked for, and how long what was found holds.
import { Refusal } from "./number_input.js";
import { findRate } from "./rates.js";

/** The search of a host's sheets: `kept()` is what is set, `jobOf(name)` what the search goes by. */
export function createRateSearch(sheets, kept, jobOf) {
  const rates = new Map();

  /** What a found rate holds for: all but the rate itself. */
  function withoutRate(name) {
    const { points, epochs, inputs } = kept();
    const { [sheets[name].rateInput]: _, ...others } = inputs[name];
    return [points, epochs, JSON.stringify(others)];
  }

  return {
    /** The work of looking for a sheet's rate; `take(lr)` sets it. */
    work(name, take) {
      if (!sheets[name]?.rateInput) throw new Refusal(`sheet ${name} has no rate to look for`);
      const job = jobOf(name);
      const from = withoutRate(name);
      return {
        said: `Trying rates of ${name}`,
        async run(tell, signal) {
          const found = await findRate(job, tell, signal);
          rates.set(name, { ...found, from });
          take(found.lr);
        },
      };
    },
    /** The rate that was found, where nothing else has changed since. */
    found(name) {
      const one = rates.get(name);
      const from = one && withoutRate(name);
      return one?.from.every((part, k) => part === from[k]) ? one : null;
    },
  };
}
