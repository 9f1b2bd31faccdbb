// A person's time with a sheet: the host of the model that is open, and what was set before each
// change, to be undone.
import { Refusal, refusalOf } from "./number_input.js";

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
 * choose from, the first of them shown at first; `hostOf(name)` is the host of one, nothing where it
 * needs what `bring(name, tell, signal)` promises. `changed()` hears when an event is done, or the
 * work that it led to.
 */
export function createSession({ names, hostOf, bring, changed }) {
  const done = [];
  const undone = [];
  let last = { key: "", at: 0 };
  const [first] = names();
  let model = first;

  const kept = () => ({ ...hostOf(model).kept(), model });

  /** Show a model's sheets, at the tab and with the epochs of the model before. */
  function choose(name) {
    const { tab, epochs } = kept();
    model = name;
    try {
      hostOf(model).does({ kind: "take", part: { tab, epochs } });
    } catch (problem) {
      if (!(problem instanceof Refusal)) throw problem;
      // So many epochs of other points may be more than there can be: its own stay then.
      hostOf(model).does({ kind: "take", part: { tab } });
    }
  }

  /** Do what leads back to where we were, or there again. */
  function step(from, to) {
    if (!from.length) return;
    to.push(kept());
    last = { key: "", at: 0 };
    own.take({ part: from.pop() });
  }

  const own = {
    undo: () => step(done, undone),
    redo: () => step(undone, done),
    model({ name }) {
      if (!names().includes(name)) throw new Refusal(`there is no model '${name}'`);
      if (hostOf(name)) return own.take({ part: { model: name } });
      return {
        said: `Python prepares the model ${name}`,
        run: (tell, signal) => bring(name, tell, signal).then(() => choose(name)),
      };
    },
    take({ part: { model: name = model, ...part } }) {
      if (name !== model) choose(name);
      return hostOf(model).does({ kind: "take", part });
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

  const refused = (problem) => ({ error: refusalOf(problem) });

  /** The answer to an event: what the sheet shows now, and what was given or, of work, comes out. */
  function answered(event, before, { said, run, ...part } = {}) {
    remember(event, before);
    if (!run) changed();
    const answer = { ...hostOf(model).state(), models: names(), ...part };
    if (!run) return answer;
    const runs = async (...how) => {
      const start = kept();
      return answered(event, start, await run(...how).catch(refused));
    };
    return { ...answer, work: { said, run: runs } };
  }

  return {
    kept,
    /** What was set at first in the model that is open, and the first model. */
    atFirst: () => ({ ...hostOf(model).atFirst, model: first }),
    changedInputs: () => hostOf(model).changedInputs(),
    ask(event, bytes) {
      const before = kept();
      let part;
      try {
        part = (own[event.kind] ?? hostOf(model).does)(event, bytes);
      } catch (problem) {
        part = refused(problem);
      }
      return answered(event, before, part);
    },
    /** What was set so far is where a person begins: it is not undone. */
    begin: () => { done.length = 0; },
  };
}
