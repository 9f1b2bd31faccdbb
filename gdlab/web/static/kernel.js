// Asks Python for what a page cannot do: gdlab/notebook/requests.py does it.
import { Refusal } from "./number_input.js";

export const GONE = "The kernel has stopped. The sheet goes on without it; run the cell again to bring "
  + "Python back.";
const SILENT_MS = 4000;
const SILENT = "The kernel is not answering. If it has stopped, run the cell again.";

/**
 * A function of a request that promises its result: `tell(share)` hears how much of it is done, and
 * `signal` stops it. `isThere()` is whether there is a kernel; `say` tells a person that it is silent.
 */
export function createKernel(model, isThere, say) {
  const waiting = new Map();

  model.on("msg:custom", ({ number, share, result, error }) => {
    const one = waiting.get(number);
    if (!one) return;
    clearTimeout(one.timer);
    if (share !== undefined) return one.tell?.(share);
    waiting.delete(number);
    if (error) one.refuse(new Refusal(error));
    else one.keep(result);
  });

  return (request, tell, signal) => new Promise((keep, refuse) => {
    if (!isThere()) return refuse(new Refusal(GONE));
    // Other views of this sheet hear the answer, too.
    const number = Math.random();
    // Who waits for an answer is told that none comes; what is fetched ahead may take its time.
    const timer = tell && setTimeout(() => say(SILENT), SILENT_MS);
    waiting.set(number, { tell, keep, refuse, timer });
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      waiting.delete(number);
      model.send({ kind: "stop", number });
      refuse(new Refusal("stopped"));
    });
    model.send({ kind: "request", number, ...request });
  });
}
