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
  model.on("msg:custom", (answer) => waiting.get(answer.number)?.(answer));

  return (request, tell, signal) => new Promise((keep, refuse) => {
    // A random number, because other views of this sheet get the answer too.
    const number = Math.random();
    let timer = 0;
    function send(message) {
      if (!isThere()) return refuse(new Refusal(GONE));
      // Only a person who waits is told that no answer comes, not a request in advance.
      timer = tell && setTimeout(() => say(SILENT), SILENT_MS);
      model.send({ number, ...message });
    }
    waiting.set(number, ({ share, result, error }) => {
      clearTimeout(timer);
      if (share !== undefined && !signal?.aborted) {
        tell?.(share);
        // Python does a further step only when it is asked for.
        return send({});
      }
      waiting.delete(number);
      if (error) refuse(new Refusal(error));
      else keep(result);
    });
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      refuse(new Refusal("stopped"));
    });
    send(request);
  });
}
