// The model that all sheets have: a host for each, made when it is first chosen.
import { Refusal, refusalOf } from "./number_input.js";

/**
 * A host that also takes the event `model`. `make(name)` gives the host of a model, null where only
 * `fetch(name, tell, signal)`, which promises what `make` needs, can bring it. `names()` are those
 * to choose from, the first of them shown at first.
 */
export function withModels(names, make, fetch = null) {
  const hosts = new Map();
  const [first] = names();
  let open = null;
  let host = null;

  const isHere = (name) => Boolean(hostOf(name));

  function hostOf(name) {
    if (!hosts.has(name)) {
      const made = make(name);
      if (made) hosts.set(name, made);
    }
    return hosts.get(name) ?? null;
  }

  /** Show a model's sheets, at the tab and with the epochs of the model before. */
  function choose(name) {
    const next = hostOf(name);
    if (!next) throw new Refusal(`the model ${name} is not here`);
    const before = host?.kept();
    [open, host] = [name, next];
    if (!before) return;
    for (const part of [{ tab: before.tab }, { epochs: before.epochs }]) {
      try {
        host.take(part);
      } catch (problem) {
        // So many epochs of other points may be more than there can be: its own stay then.
        if (!(problem instanceof Refusal)) throw problem;
      }
    }
  }

  const shown = (answer) => ({ ...answer, models: names() });
  const show = (error = "") => ({ ...shown(host.ask({ kind: "show" })), ...(error ? { error } : {}) });

  /** What brings a model that is not here yet, and shows it. */
  const bringing = (name) => ({
    said: `Python prepares the model ${name}`,
    async run(tell, signal) {
      try {
        await fetch(name, tell, signal);
        choose(name);
      } catch (problem) {
        return show(refusalOf(problem));
      }
      return show();
    },
  });

  function ask(event, bytes) {
    if (event.kind !== "model") return later(host.ask(event, bytes));
    const { name } = event;
    if (!names().includes(name)) return show(`there is no model '${name}'`);
    if (name !== open && !isHere(name)) return { ...show(), work: bringing(name) };
    if (name !== open) choose(name);
    return show();
  }

  /** An answer and, where work leads to another, that one too. */
  function later(answer) {
    const { work } = answer;
    if (!work) return shown(answer);
    const run = async (...given) => shown(await work.run(...given));
    return { ...shown(answer), work: { ...work, run } };
  }

  choose(first);

  return {
    ask,
    isHere,
    /** Make a model's host again when it is chosen next. */
    forget: (name) => hosts.delete(name),
    practice: () => host.practice(),
    kept: () => ({ ...host.kept(), model: open }),
    take({ model = open, ...rest }) {
      if (model !== open) choose(model);
      host.take(rest);
    },
    changes: () => ({ ...host.changes(), model: open === first ? null : open }),
    learn: (found) => host.learn(found),
  };
}
