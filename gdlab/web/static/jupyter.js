// Ties the sheet to a notebook's widget: what is set is shared with Python, and Python is asked only
// for what a page cannot do.
import { withHistory } from "./history.js";
import { COMPARE, createHost } from "./host.js";
import { withModels } from "./models.js";
import { Refusal } from "./number_input.js";
import { pointsOf, rowsOf } from "./points.js";
import { withPractice } from "./practice.js";
import { createSheet } from "./sheet.js";

const SHARED = ["model", "tab", "compared", "inputs", "epochs", "points", "practice"];
const GONE = "The kernel has stopped. The sheet goes on without it; run the cell again to bring "
  + "Python back.";
const SILENT_MS = 4000;
const SILENT = "The kernel is not answering. If it has stopped, run the cell again.";

const alike = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** The programs of a page's sheets, which Python wrote as text. */
const compiled = (texts) => Object.fromEntries(
  Object.entries(texts).map(([name, text]) => [name, new Function(`return ${text}`)()]),
);

/** Asks Python: `kernel(request, tell, signal)` promises the result; `isThere()` may be no more. */
function createKernel(model, isThere, say) {
  const waiting = new Map();
  let last = 0;

  model.on("msg:custom", ({ number, share, result, error }) => {
    const one = waiting.get(number);
    if (!one) return;
    clearTimeout(one.timer);
    if (share !== undefined) return one.tell?.(share);
    waiting.delete(number);
    if (error) one.refuse(new Refusal(error));
    else one.keep(result);
  });

  return ({ bytes = [], ...request }, tell, signal) => new Promise((keep, refuse) => {
    if (!isThere()) return refuse(new Refusal(GONE));
    const number = ++last;
    // Who waits for an answer is told that none comes; what is fetched ahead may take its time.
    const timer = tell && setTimeout(() => say(SILENT), SILENT_MS);
    waiting.set(number, { tell, keep, refuse, timer });
    signal?.addEventListener("abort", () => {
      clearTimeout(waiting.get(number)?.timer);
      waiting.delete(number);
      model.send({ kind: "stop", number });
      refuse(new Refusal("stopped"));
    });
    model.send({ kind: "request", number, ...request }, undefined, bytes);
  });
}

/** An input's name in Python: `lr` or, where there are several runs, `adam.lr`. */
const nameOfInput = (sheets, sheet, name) => (
  sheets.length > 1 || sheet !== sheets[0] ? `${sheet}.${name}` : name
);

/** What a host keeps, in the form in which Python shares it, by its name there. */
function toPython(host, sheets) {
  const kept = host.kept();
  return {
    model: () => kept.model,
    tab: () => kept.tab,
    epochs: () => kept.epochs,
    compared: () => kept.compared,
    points: () => rowsOf(kept.points),
    inputs: () => Object.fromEntries([...new Set([...sheets, ...kept.compared])].flatMap(
      (sheet) => Object.entries(kept.inputs[sheet]).map(
        ([name, value]) => [nameOfInput(sheets, sheet, name), value],
      ),
    )),
    practice: () => host.practice(),
  };
}

/** What Python shares under a name, as a host keeps it. */
function fromPython(name, value, sheets, columns) {
  if (name === "points") return pointsOf(columns, value);
  if (name === "practice") return value.sheet === undefined ? null : value;
  if (name !== "inputs") return value;
  const inputs = {};
  for (const [input, number] of Object.entries(value)) {
    const dot = input.lastIndexOf(".");
    const sheet = dot < 0 ? sheets[0] : input.slice(0, dot);
    (inputs[sheet] ??= {})[input.slice(dot + 1)] = number;
  }
  return inputs;
}

export default {
  render({ model, el }) {
    const root = document.createElement("div");
    el.append(root);
    const page = model.get("page");
    const pages = { [page.model]: { page, programs: compiled(model.get("programs")) } };
    let isThere = true;
    const kernel = createKernel(model, () => isThere, (text) => sheet.say(text));
    let offered = Object.keys(page.models);
    const names = () => [...new Set([...offered, ...Object.keys(pages)])];
    const host = withHistory(withModels(names, makeHost, bring));
    const sheets = Object.keys(page.sheets);
    let shared = {};
    let isBringing = false;
    let isTaking = false;
    let telling = false;

    const sheet = createSheet(root, (event, bytes) => {
      const answer = host.ask(event, bytes);
      share();
      if (answer.work) return { ...answer, work: thenShared(answer.work) };
      if (event.kind === "show" && host.kept().tab === COMPARE) askForRules(host.kept().model);
      return answer;
    });

    /** What takes a while leads to another state, which is shared too. */
    const thenShared = (work) => ({
      ...work,
      async run(tell, signal) {
        const answer = await work.run(tell, signal);
        share();
        return answer;
      },
    });

    /** Tell Python, and other views of this sheet, what is set. */
    function share() {
      const kept = host.kept();
      const forms = toPython(host, sheets);
      for (const name of SHARED) {
        if (kept[name] === shared[name]) continue;
        const now = forms[name]();
        if (!alike(model.get(name), now)) model.set(name, now);
      }
      shared = kept;
      if (isThere) model.save_changes();
    }

    /** Take what Python, or another view, has set. */
    function take() {
      const wanted = model.get("model");
      if (!host.isHere(wanted)) {
        takeOnceHere(wanted);
        return;
      }
      const isOther = (name) => !alike(model.get(name), toPython(host, sheets)[name]());
      if (!SHARED.some(isOther)) return;
      try {
        // With a model comes what was set for it: the rest is compared with that.
        host.take({ model: wanted });
        const columns = Object.keys(host.kept().points);
        host.take(Object.fromEntries(SHARED.filter(isOther).map(
          (name) => [name, fromPython(name, model.get(name), sheets, columns)],
        )));
      } catch (problem) {
        sheet.say(problem.message);
      }
      share();
      sheet.answer(host.ask({ kind: "show" }));
    }

    /** Take what was set once all of it is there: another view sets one name after the other. */
    function takeSoon() {
      if (!isTaking) queueMicrotask(() => {
        isTaking = false;
        take();
      });
      isTaking = true;
    }

    /** Take all that is set of a model that Python has to bring first. */
    async function takeOnceHere(wanted) {
      if (isBringing) return;
      isBringing = true;
      try {
        await bring(wanted);
        take();
      } catch (problem) {
        share();
        sheet.say(problem.message);
      }
      isBringing = false;
    }

    /** Have Python write what a page knows of a model. */
    async function bring(name, tell, signal) {
      const { page: own, programs } = await kernel({ what: "model", model: name }, tell, signal);
      pages[name] = { page: own, programs: compiled(programs) };
    }

    /** The host of a model; null where Python has to bring it first. */
    function makeHost(name) {
      if (!pages[name]) return null;
      const { page: own, programs } = pages[name];
      const ask = (request, ...rest) => kernel({ ...request, model: name }, ...rest);
      // A sheet's slips are many: only a practice needs them. Without a kernel hints only ask.
      const askForSlips = (tab) => ask({ what: "slips", sheet: tab }).then((found) => {
        made.learn(found);
        sheet.answer(host.ask({ kind: "show" }));
      }, () => {});
      const made = withPractice(createHost(own, programs, ask), own, programs, askForSlips);
      // While there is a kernel: without one the sheet can then still write its workbook.
      if (name === page.model) ask({ what: "workbook" }).then(made.learn, () => {});
      return made;
    }

    /** Rules that were registered since the sheet was made can be compared too. */
    async function askForRules(name) {
      const { page: own, programs } = pages[name];
      const known = [...Object.keys(own.sheets), ...Object.keys(programs)];
      try {
        const { guests = {}, programs: texts = {} } = await kernel({ what: "rules", model: name, known });
        if (!Object.keys(guests).length || host.kept().model !== name) return;
        host.learn({ guests, programs: compiled(texts) });
        if (host.kept().tab === COMPARE) sheet.answer(host.ask({ kind: "show" }));
      } catch {
        // Without a kernel there are no new rules.
      }
    }

    /** Models that were registered, or written anew, since the sheet was made can be chosen too. */
    async function askForModels() {
      try {
        const { models, changed } = await kernel({ what: "models" });
        offered = models;
        for (const name of changed) {
          delete pages[name];
          host.forget(name);
        }
        sheet.answer(host.ask({ kind: "show" }));
      } catch {
        // Without a kernel there are no new models.
      }
    }

    const heard = {
      ...Object.fromEntries(SHARED.map((name) => [`change:${name}`, takeSoon])),
      "change:selected"() {
        if (telling) return;
        const { row, column } = model.get("selected");
        if (row !== undefined) sheet.goTo(row, column);
      },
      comm_live_update() {
        isThere = false;
        sheet.say(GONE);
      },
    };
    for (const [name, hear] of Object.entries(heard)) model.on(name, hear);
    for (const kind of ["pointerenter", "focusin"]) {
      root.querySelector(".gd-model").addEventListener(kind, askForModels);
    }
    root.addEventListener("gd-select", ({ detail }) => {
      const now = detail ? { row: detail.row, column: detail.name } : {};
      if (alike(now, model.get("selected"))) return;
      telling = true;
      model.set("selected", now);
      telling = false;
      if (isThere) model.save_changes();
    });
    take();
    sheet.answer(host.ask({ kind: "show" }));
    heard["change:selected"]();
    return () => {
      sheet.close();
      for (const [name, hear] of Object.entries(heard)) model.off(name, hear);
    };
  },
};
