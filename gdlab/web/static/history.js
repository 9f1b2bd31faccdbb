// Undo and redo: what was set before each change, as a host keeps it.

const CHANGES = [
  "input", "epochs", "reset", "point", "paste", "remove", "points", "file", "race", "cell",
];
const MOST_STEPS = 200;
// What is set again within this time is one drag, and is undone as one.
const DRAG_MS = 700;

/** The host with two more events, `undo` and `redo`. */
export function withHistory(host) {
  const done = [];
  const undone = [];
  let last = { key: "", at: 0 };

  function step(from, to) {
    if (from.length) {
      to.push(host.kept());
      host.take(from.pop());
      last = { key: "", at: 0 };
    }
    return host.ask({ kind: "show" });
  }

  const own = { undo: () => step(done, undone), redo: () => step(undone, done) };

  return {
    ...host,
    ask(event, bytes) {
      if (own[event.kind]) return own[event.kind]();
      const before = host.kept();
      const answer = host.ask(event, bytes);
      if (!CHANGES.includes(event.kind) || answer.error || answer.work) return answer;
      const key = `${event.kind} ${event.name}`;
      const now = Date.now();
      const isDrag = ["input", "epochs"].includes(event.kind) && key === last.key
        && now - last.at < DRAG_MS;
      last = { key, at: now };
      if (!isDrag) done.push(before);
      if (done.length > MOST_STEPS) done.shift();
      undone.length = 0;
      return answer;
    },
  };
}
