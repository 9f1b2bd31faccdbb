// A session with a sheet: the host of the open model, and the states before and after each change,
// for undo and redo.
import { Refusal, refusalOf } from "./number_input.js";

// Events that only change what is shown; undo skips them.
const LOOKS = [
  "show", "practise", "other", "own", "check", "leave", "hint", "riddle", "take", "undo", "redo",
];
const DRAGS = ["input", "start", "epochs"];
const MOST_STEPS = 200;
// Changes within this time of each other are one drag, which is undone as a whole.
const DRAG_MS = 700;

/**
 * A session takes the events of a host, and `model`, `undo` and `redo`. `names()` are the models to
 * choose from, and the first is shown first; `hostOf(name)` is the host of a model, undefined until
 * `bring(name, tell, signal)` has made it. `changed()` is called after each event, or after the
 * work that it started.
 */
export function createSession({ names, hostOf, bring, changed }) {
  const [done, undone] = [[], []];
  let last = { key: "", at: 0 };
  const [first] = names();
  let model = first;

  const kept = () => ({ ...hostOf(model).kept(), model });
  const take = (part) => hostOf(model).does({ kind: "take", part });

  /** Show a model's sheets, with the tab and the epochs of the model before. */
  function choose(name) {
    const { tab, epochs } = kept();
    model = name;
    take({ tab });
    try {
      take({ epochs });
    } catch (problem) {
      // That many epochs may be too many rows with other points: keep the model's own epochs.
      if (!(problem instanceof Refusal)) throw problem;
    }
  }

  /** Undo or redo: return to the last state in `from`, and keep the present one in `to`. */
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
      return own.take({ part: { model: name } });
    },
    take({ part: { model: name = model, ...part } }) {
      const taken = () => {
        if (name !== model) choose(name);
        return take(part);
      };
      if (hostOf(name)) return taken();
      return {
        said: `Python prepares the model ${name}`,
        run: (...how) => bring(name, ...how).then(taken),
      };
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

  /** The answer to an event: the state, and what the event returned or its work promises. */
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
    /** What the open model began with, and the first model. */
    atFirst: () => ({ ...hostOf(model).atFirst, model: first }),
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
    /** Forget the changes so far: undo does not go back beyond this state. */
    begin: () => { done.length = 0; },
  };
}
