// Searches for learning rates, and forgets a result when the run has changed.
import { Refusal } from "./number_input.js";
import { findRate } from "./rates.js";

/**
 * The search for a host's sheets; `kept()` is what the host keeps, `jobOf(name)` is for findRate.
 */
export function createRateSearch(sheets, kept, jobOf) {
  const rates = new Map();

  /** Everything that a found rate depends on: points, epochs and the other inputs. */
  function withoutRate(name) {
    const { points, epochs, inputs } = kept();
    const { [sheets[name].rateInput]: _, ...others } = inputs[name];
    return [points, epochs, JSON.stringify(others)];
  }

  return {
    /** The work of searching for a sheet's rate; `take(lr)` sets the result. */
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
    /** Forget all results, as for a reset. */
    forget: () => rates.clear(),
    /** The result of the last search; null if something else has changed since. */
    found(name) {
      const one = rates.get(name);
      const from = one && withoutRate(name);
      return one?.from.every((part, k) => part === from[k]) ? one : null;
    },
  };
}
