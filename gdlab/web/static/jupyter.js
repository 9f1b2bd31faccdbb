// Ties the sheet to a notebook's widget: what is set is shared with Python, and Python is asked only
// for what a page cannot do.
import { COMPARE, alike, createHost } from "./host.js";
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

/** Sheets as a host has them: Python wrote their programs as text. */
const compiled = (sheets) => Object.fromEntries(Object.entries(sheets).map(
  ([name, sheet]) => [name, { ...sheet, program: new Function(`return ${sheet.program}`)() }],
));

/** Asks Python: `kernel(request, tell, signal)` promises the result; `isThere()` may be no more. */
function createKernel(model, isThere, say) {
  const waiting = new Map();

  model.on("msg:custom", ({ number, share, result, error }) => {
    const one = waiting.get(number);
    if (!one) return;
    clearTimeout(one.timer);
    if (share !== undefined) return one.tell?.(share);
    waiting.delete(number);
    if (error) one.refuse(new Refusal(error));
    else one.keep(result);
  });

  return (request, tell, signal) => new Promise((keep, refuse) => {
    if (!isThere()) return refuse(new Refusal(GONE));
    // Other views of this sheet hear the answer, too.
    const number = Math.random();
    // Who waits for an answer is told that none comes; what is fetched ahead may take its time.
    const timer = tell && setTimeout(() => say(SILENT), SILENT_MS);
    waiting.set(number, { tell, keep, refuse, timer });
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      waiting.delete(number);
      model.send({ kind: "stop", number });
      refuse(new Refusal("stopped"));
    });
    model.send({ kind: "request", number, ...request });
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
    let offered = page.models;
    let isThere = true;
    let isAwaited = false;
    let isTelling = false;
    const kernel = createKernel(model, () => isThere, (text) => sheet.say(text));
    const hosts = { [page.model]: makeHost(page) };
    const session = createSession({
      names: () => [...new Set([...offered, ...Object.keys(hosts)])],
      hostOf: (name) => hosts[name], bring, changed: share,
    });
    // What was told last, as it is kept; of what a sheet begins with nothing.
    let shared = session.kept();
    const sheet = createSheet(root, (event, bytes) => {
      if (event.kind === "show" && event.tab === COMPARE) askForNews();
      return session.ask(event, bytes);
    });

    function show() {
      sheet.answer(session.ask({ kind: "show" }));
    }

    function makeHost(own) {
      const ask = (request, ...how) => kernel({ ...request, model: own.model }, ...how);
      const all = { ...own, sheets: compiled(own.sheets), guests: compiled(own.guests) };
      return createHost(all, ask, show);
    }

    /** Have Python write what a page knows of a model. */
    async function bring(name, tell, signal) {
      const found = await kernel({ what: "model", model: name }, tell, signal);
      hosts[name] = makeHost(found.page);
    }

    /** Tell Python, and other views of this sheet, what has been set since `before`. */
    function share(before = shared) {
      const kept = session.kept();
      for (const name of SHARED.filter((one) => kept[one] !== before[one])) {
        const now = toPython(name, kept, sheets);
        if (!alike(model.get(name), now)) model.set(name, now);
      }
      shared = kept;
      if (isThere) model.save_changes();
    }

    /** Take what Python, or another view, has set, once all of it is there: it comes name by name. */
    async function take() {
      if (isAwaited) return;
      isAwaited = true;
      await null;
      try {
        while (!hosts[model.get("model")]) await bring(model.get("model"));
        const wanted = hosts[model.get("model")];
        const isOther = (name) => !alike(model.get(name), toPython(name, session.kept(), sheets));
        if (SHARED.some(isOther)) {
          const columns = Object.keys(wanted.kept().points);
          const part = SHARED.map((one) => [one, fromPython(one, model.get(one), sheets, columns)]);
          const answer = session.ask({ kind: "take", part: Object.fromEntries(part) });
          if (answer.error) share({});
          sheet.answer(answer);
        }
      } catch (problem) {
        share({});
        sheet.say(problem.message);
      }
      isAwaited = false;
    }

    /** What was registered since the sheet was made, or written again; none without a kernel. */
    async function askForNews() {
      const { model: name, inputs } = session.kept();
      try {
        const request = { what: "news", model: name, known: Object.keys(inputs) };
        const { models, changed, guests } = await kernel(request);
        if (alike([models, changed, guests], [offered, [], {}])) return;
        offered = models;
        for (const one of changed) delete hosts[one];
        hosts[name].learn({ guests: compiled(guests) });
        show();
      } catch (problem) {
        if (!(problem instanceof Refusal)) throw problem;
      }
    }

    const heard = {
      ...Object.fromEntries(SHARED.map((name) => [`change:${name}`, take])),
      "change:selected"() {
        const { row, column } = model.get("selected");
        if (row !== undefined && !isTelling) sheet.goTo(row, column);
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
    show();
    take().then(() => {
      heard["change:selected"]();
      root.addEventListener("gd-select", ({ detail }) => {
        const now = detail ? { row: detail.row, column: detail.name } : {};
        if (alike(now, model.get("selected"))) return;
        isTelling = true;
        model.set("selected", now);
        isTelling = false;
        if (isThere) model.save_changes();
      });
    });
    // Without a kernel the sheet can then still write its workbook.
    hosts[page.model].fetch({ what: "workbook" }).catch(() => {});
    return () => {
      sheet.close();
      for (const [name, hear] of Object.entries(heard)) model.off(name, hear);
    };
  },
};
