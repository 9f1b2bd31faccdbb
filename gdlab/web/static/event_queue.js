// Events on their way to the host: one at a time, and of a drag only the newest waits.

const SLOW_MS = 4000;
const REPLACED = ["input", "epochs"];

/** `send(event, bytes)` takes an event to the host; `waiting(on)`, `slow()` tell how it goes. */
export function createEventQueue(send, { waiting, slow }) {
  const queue = [];
  let number = 0;
  let withHost = 0;
  let timer = 0;

  function pump() {
    if (withHost || !queue.length) return;
    const { event, bytes } = queue.shift();
    withHost = ++number;
    waiting(true);
    clearTimeout(timer);
    timer = setTimeout(slow, SLOW_MS);
    send({ ...event, number }, bytes);
  }

  return {
    ask(event, bytes = []) {
      const last = queue.at(-1)?.event;
      const same = last && last.kind === event.kind && last.name === event.name;
      if (same && REPLACED.includes(event.kind)) queue.pop();
      queue.push({ event, bytes });
      pump();
    },
    /** Whether an event waits that the host has not seen. */
    waits: () => queue.length > 0,
    /** The host has answered the event of that number: the next one may go. */
    answered(answer) {
      if (answer === withHost) {
        withHost = 0;
        clearTimeout(timer);
      }
      if (!withHost && !queue.length) waiting(false);
      pump();
    },
  };
}
