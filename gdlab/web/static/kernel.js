// Asks Python for what a page cannot do; gdlab/notebook/requests.py answers.
import { Refusal } from "./number_input.js";

export const GONE = "The kernel has stopped. The sheet goes on without it; run the cell again to bring "
  + "Python back.";
const SILENT_MS = 4000;
const SILENT = "The kernel is not answering. If it has stopped, run the cell again.";

/**
 * A function that sends a request and promises its result; `tell(share)` gets the progress,
 * `signal` stops it. `isThere()` says whether there is a kernel; `say` shows that it does not
 * answer.
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
    // A random number, because other views of this sheet get the answer too.
    const number = Math.random();
    // Only a person who waits is told that no answer comes, not a request in advance.
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
