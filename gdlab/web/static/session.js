// A person's time with a sheet: the host of the model that is open, and what was set before each
// change, to be undone.
import { refusalOf } from "./number_input.js";

// What only leads elsewhere is not undone.
const LOOKS = [
  "show", "practise", "other", "own", "check", "leave", "hint", "riddle", "take", "undo", "redo",
];
const DRAGS = ["input", "start", "epochs"];
const MOST_STEPS = 200;
// What is set again within this time is one drag, and is undone as one.
const DRAG_MS = 700;

/**
 * A session takes the events of a host, and `model`, `undo` and `redo`. `names()` are the models to
 * choose from, the first of them shown at first; `make(name)` gives the host of one, null where it
 * needs what `bring(name, tell, signal)` promises. `changed()` hears when an event is done, or the
 * work that it led to.
 */
export function createSession({ names, make, bring = null, changed }) {
  const hosts = new Map();
  const [first] = names();
  const done = [];
  const undone = [];
  let last = { key: "", at: 0 };
  let model = first;

  function hostOf(name) {
    const host = hosts.get(name) ?? make(name);
    if (host) hosts.set(name, host);
    return host;
  }

  const kept = () => ({ ...hostOf(model).kept(), model });
  const look = () => hostOf(model).ask({ kind: "show" });

  /** Show a model's sheets, at the tab and with the epochs of the model before. */
  function choose(name) {
    const { tab, epochs } = kept();
    model = name;
    const { error, work } = hostOf(model).ask({ kind: "take", part: { tab, epochs } });
    // So many epochs of other points may be more than there can be: its own stay then.
    if (error || work) hostOf(model).ask({ kind: "take", part: { tab } });
    return look();
  }

  /** Do what leads back to where we were, or there again. */
  function step(from, to) {
    if (!from.length) return look();
    to.push(kept());
    last = { key: "", at: 0 };
    return own.take({ part: from.pop() });
  }

  const own = {
    undo: () => step(done, undone),
    redo: () => step(undone, done),
    model({ name }) {
      if (!names().includes(name)) return { ...look(), error: `there is no model '${name}'` };
      if (name === model) return look();
      if (hostOf(name)) return choose(name);
      const run = async (tell, signal) => {
        try {
          await bring(name, tell, signal);
        } catch (problem) {
          return { ...look(), error: refusalOf(problem) };
        }
        return choose(name);
      };
      return { ...look(), work: { said: `Python prepares the model ${name}`, run } };
    },
    take({ part: { model: name = model, ...part } }) {
      if (name !== model) choose(name);
      return hostOf(model).ask({ kind: "take", part });
    },
  };

  function remember({ kind, sheet, name }, before) {
    const now = kept();
    const isSame = Object.keys(now).every((part) => now[part] === before[part]);
    if (isSame || LOOKS.includes(kind)) return;
    const [key, at] = [`${kind} ${sheet} ${name}`, Date.now()];
    const isDrag = DRAGS.includes(kind) && key === last.key && at - last.at < DRAG_MS;
    last = { key, at };
    if (!isDrag) done.push(before);
    if (done.length > MOST_STEPS) done.shift();
    undone.length = 0;
  }

  /** The answer to an event as the sheet shows it; of its work, what comes out is one more. */
  function settled(event, before, answer) {
    remember(event, before);
    changed();
    const { work } = answer;
    const run = async (...given) => settled(event, kept(), await work.run(...given));
    return { ...answer, models: names(), ...(work ? { work: { ...work, run } } : {}) };
  }

  return {
    kept,
    ask(event, bytes) {
      const before = kept();
      const answer = own[event.kind]?.(event) ?? hostOf(model).ask(event, bytes);
      return settled(event, before, answer);
    },
    /** What was set so far is where a person begins: it is not undone. */
    begin: () => { done.length = 0; },
    isHere: (name) => Boolean(hostOf(name)),
    /** Make a model's host again when it is chosen next. */
    forget: (name) => hosts.delete(name),
    /** Have the host of a model take what Python knows. */
    learn: (name, found) => hostOf(name)?.learn(found),
    changes: () => ({ ...hostOf(model).changes(), model: model === first ? null : model }),
  };
}
