// Ties the sheet to a notebook's widget: what is set is shared with Python, and Python is asked only
// for what a page cannot do.
import { COMPARE, createHost } from "./host.js";
import { Refusal } from "./number_input.js";
import { pointsOf, rowsOf } from "./points.js";
import { practiceForPython } from "./practice.js";
import { createSession } from "./session.js";
import { createSheet } from "./sheet.js";

const SHARED = ["model", "tab", "compared", "inputs", "epochs", "points", "practice"];
const GONE = "The kernel has stopped. The sheet goes on without it; run the cell again to bring "
  + "Python back.";
const SILENT_MS = 4000;
const SILENT = "The kernel is not answering. If it has stopped, run the cell again.";

const alike = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** The programs of a page's sheets, which Python wrote as text. */
const compiled = (texts = {}) => Object.fromEntries(
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

/** What is kept under a name, as Python shares it: inputs are `lr` or, of several, `adam.lr`. */
function toPython(name, kept, sheets) {
  if (name === "points") return rowsOf(kept.points);
  if (name === "practice") return practiceForPython(kept.practice);
  if (name !== "inputs") return kept[name];
  const before = (sheet) => (sheets.length > 1 || sheet !== sheets[0] ? `${sheet}.` : "");
  return Object.fromEntries([...new Set([...sheets, ...kept.compared])].flatMap((sheet) => (
    Object.entries(kept.inputs[sheet]).map(([input, value]) => [before(sheet) + input, value])
  )));
}

/** What Python shares under a name, as it is kept. */
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
    const sheets = Object.keys(page.sheets);
    const pages = { [page.model]: { page, programs: compiled(model.get("programs")) } };
    let offered = Object.keys(page.models);
    let isThere = true;
    const kernel = createKernel(model, () => isThere, (text) => sheet.say(text));
    // What was told last, as it is kept; nothing is told while something is taken.
    let shared = {};
    let isTaking = false;
    let isAwaited = false;
    let isTelling = false;

    const session = createSession({
      names: () => [...new Set([...offered, ...Object.keys(pages)])],
      make: makeHost, bring, changed: share,
    });
    const sheet = createSheet(root, (event, bytes) => {
      if (event.kind === "show" && event.tab === COMPARE) askForNews();
      return session.ask(event, bytes);
    });
    const show = () => sheet.answer(session.ask({ kind: "show" }));

    /** Tell Python, and other views of this sheet, what is set. */
    function share() {
      if (isTaking) return;
      const kept = session.kept();
      for (const name of SHARED.filter((one) => kept[one] !== shared[one])) {
        const now = toPython(name, kept, sheets);
        if (!alike(model.get(name), now)) model.set(name, now);
      }
      shared = kept;
      if (isThere) model.save_changes();
    }

    const isOther = (name) => !alike(model.get(name), toPython(name, session.kept(), sheets));

    /** Take what Python, or another view, has set. */
    function take() {
      const name = model.get("model");
      const isHere = session.isHere(name);
      isTaking = true;
      // With a model comes what was set for it: the rest is compared with that.
      if (isHere && isOther("model")) session.ask({ kind: "take", part: { model: name } });
      const columns = Object.keys(session.kept().points);
      const part = Object.fromEntries((isHere ? SHARED.filter(isOther) : []).map(
        (one) => [one, fromPython(one, model.get(one), sheets, columns)],
      ));
      const answer = session.ask({ kind: "take", part });
      isTaking = false;
      if (isHere && !answer.work) share();
      sheet.answer(answer);
    }

    /** Take what was set once all of it is there: another view sets one name after the other. */
    async function takeSoon() {
      if (isAwaited) return;
      isAwaited = true;
      await null;
      try {
        while (!session.isHere(model.get("model"))) await bring(model.get("model"));
        if (SHARED.some(isOther)) take();
      } catch (problem) {
        share();
        sheet.say(problem.message);
      }
      isAwaited = false;
    }

    /** Have Python write what a page knows of a model. */
    async function bring(name, tell, signal) {
      const { page: own, programs } = await kernel({ what: "model", model: name }, tell, signal);
      pages[name] = { page: own, programs: compiled(programs) };
    }

    /** The host of a model; null where Python has to bring it first. */
    function makeHost(name) {
      if (!pages[name]) return null;
      const ask = (request, ...rest) => kernel({ ...request, model: name }, ...rest);
      const fetched = (request) => ask(request).then((found) => session.learn(name, found));
      // Without a kernel the sheet can then still write its workbook.
      if (name === page.model) fetched({ what: "workbook" }).catch(() => {});
      // A sheet's slips are many: only a practice needs them. Without a kernel hints only ask.
      const ahead = (request) => fetched(request).then(show, () => {});
      return createHost(pages[name].page, pages[name].programs, ask, ahead);
    }

    /** What was registered since the sheet was made, or written again; none without a kernel. */
    async function askForNews() {
      const name = session.kept().model;
      const known = [...sheets, ...Object.keys(pages[name].programs)];
      try {
        const found = await kernel({ what: "news", model: name, known });
        const { models, changed, guests, programs } = found;
        if (alike([models, changed, guests], [offered, [], {}])) return;
        offered = models;
        for (const one of changed) {
          delete pages[one];
          session.forget(one);
        }
        session.learn(name, { guests, programs: compiled(programs) });
        show();
      } catch (problem) {
        if (!(problem instanceof Refusal)) throw problem;
      }
    }

    const heard = {
      ...Object.fromEntries(SHARED.map((name) => [`change:${name}`, takeSoon])),
      "change:selected"() {
        if (isTelling) return;
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
      root.querySelector(".gd-model").addEventListener(kind, askForNews);
    }
    root.addEventListener("gd-select", ({ detail }) => {
      const now = detail ? { row: detail.row, column: detail.name } : {};
      if (alike(now, model.get("selected"))) return;
      isTelling = true;
      model.set("selected", now);
      isTelling = false;
      if (isThere) model.save_changes();
    });
    take();
    takeSoon();
    heard["change:selected"]();
    return () => {
      sheet.close();
      for (const [name, hear] of Object.entries(heard)) model.off(name, hear);
    };
  },
};
