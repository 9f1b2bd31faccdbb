// Undo and redo: what was set before each change, as a host keeps it.

const CHANGES = [
  "input", "start", "epochs", "reset", "point", "paste", "remove", "points", "file", "race", "add",
  "drop", "cell", "find", "choose", "model",
];
const MOST_STEPS = 200;
// What is set again within this time is one drag, and is undone as one.
const DRAG_MS = 700;

const alikeKept = (one, other) => Object.keys(one).every((name) => one[name] === other[name]);

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

  /** What takes a while is a change where it has changed something in the end. */
  const remembered = (work) => ({
    ...work,
    async run(tell, signal) {
      const before = host.kept();
      const answer = await work.run(tell, signal);
      if (!alikeKept(host.kept(), before)) {
        done.push(before);
        undone.length = 0;
        last = { key: "", at: 0 };
      }
      return answer;
    },
  });

  const own = { undo: () => step(done, undone), redo: () => step(undone, done) };

  return {
    ...host,
    ask(event, bytes) {
      if (own[event.kind]) return own[event.kind]();
      const before = host.kept();
      const answer = host.ask(event, bytes);
      if (!CHANGES.includes(event.kind) || answer.error) return answer;
      if (answer.work) return { ...answer, work: remembered(answer.work) };
      if (alikeKept(host.kept(), before)) return answer;
      const key = `${event.kind} ${event.sheet} ${event.name}`;
      const now = Date.now();
      const isDrag = ["input", "start", "epochs"].includes(event.kind) && key === last.key
        && now - last.at < DRAG_MS;
      last = { key, at: now };
      if (!isDrag) done.push(before);
      if (done.length > MOST_STEPS) done.shift();
      undone.length = 0;
      return answer;
    },
  };
}
