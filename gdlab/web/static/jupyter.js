// Connects the sheet with a notebook's widget: what is set is shared with Python, and Python is
// asked only for what a page cannot do.
import { byName, withPrograms } from "./by_name.js";
import { COMPARE } from "./comparing.js";
import { alike, createHost } from "./host.js";
import { GONE, createKernel } from "./kernel.js";
import { Refusal } from "./number_input.js";
import { rowsOf } from "./points.js";
import { createSession } from "./session.js";
import { createSheet } from "./sheet.js";

const SHARED = ["model", "tab", "compared", "inputs", "epochs", "points", "practice"];

/** Sheets with their programs as functions: Python sends them as text. */
const compiled = (sheets) => withPrograms(
  sheets, (name) => new Function(`return ${sheets[name].program}`)(),
);

/** A kept value in Python's form: inputs are named `lr` or, with several sheets, `adam.lr`. */
function toPython(name, kept, sheets) {
  if (name === "points") return rowsOf(kept.points);
  if (name === "practice") return kept.practice ?? {};
  if (name !== "inputs") return kept[name];
  const before = (sheet) => (sheets.length > 1 || sheet !== sheets[0] ? `${sheet}.` : "");
  return Object.fromEntries([...new Set([...sheets, ...kept.compared])].flatMap((sheet) => (
    Object.entries(kept.inputs[sheet]).map(([input, value]) => [before(sheet) + input, value])
  )));
}

/** A value that Python shares in the form in which a host takes it. */
function fromPython(name, value, sheets) {
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
    const root = el.appendChild(document.createElement("div"));
    const page = model.get("page");
    const sheets = Object.keys(page.sheets);
    let offered = page.models;
    let isThere = true;
    let isAwaited = false;
    let isTelling = false;
    const kernel = createKernel(model, () => isThere, (text) => sheet.say(text));
    const own = pageOf(page);
    const hosts = { [page.model]: createHost(own) };
    const session = createSession({
      names: () => [...new Set([...offered, ...Object.keys(hosts)])],
      hostOf: (name) => hosts[name], bring, changed: share,
    });
    // What Python knows already: at first what the sheet begins with.
    let shared = session.kept();
    const sheet = createSheet(root, (event, bytes) => {
      if (event.kind === "show" && event.tab === COMPARE) askForNews();
      return session.ask(event, bytes);
    });

    function show() {
      sheet.answer(session.ask({ kind: "show" }));
    }

    /** A model's page, which asks Python for what it needs later. */
    function pageOf(own) {
      const ask = (what, request, ...how) => kernel({ what, model: own.model, ...request }, ...how);
      const slips = {};
      let template = { sheets: {} };
      return {
        ...own, sheets: compiled(own.sheets), guests: compiled(own.guests),
        slipsOf(name) {
          if (!slips[name]) {
            slips[name] = {};
            ask("slips", { sheet: name }).then((found) => {
              slips[name] = found;
              show();
            }, () => {});
          }
          return slips[name];
        },
        async workbook(names, ...how) {
          // Rules that were registered later are not in the template yet.
          if (!names.every((name) => name in template.sheets)) template = await ask("workbook", {}, ...how);
          return template;
        },
      };
    }

    /** Ask Python for the page of a model. */
    async function bring(name, ...how) {
      const found = await kernel({ what: "model", model: name }, ...how);
      hosts[name] = createHost(pageOf(found));
    }

    /** Send values by name to Python and to other views of this sheet. */
    function tell(values) {
      const changed = Object.entries(values).filter(([name, value]) => !alike(model.get(name), value));
      isTelling = true;
      for (const [name, value] of changed) model.set(name, value);
      isTelling = false;
      if (changed.length && isThere) model.save_changes();
    }

    /** Send what has been set since `before`. */
    function share(before = shared) {
      shared = session.kept();
      const changed = SHARED.filter((name) => shared[name] !== before[name]);
      tell(byName(changed, (name) => toPython(name, shared, sheets)));
    }

    /**
     * Take what Python or another view has set. Names change one by one, so wait for all of them.
     */
    async function take() {
      if (isAwaited || isTelling) return;
      isAwaited = true;
      await null;
      isAwaited = false;
      const part = byName(SHARED, (name) => fromPython(name, model.get(name), sheets));
      const answer = session.ask({ kind: "take", part });
      if (answer.error) share({});
      sheet.answer(answer);
    }

    /** Ask Python for rules and models that were registered or changed since the sheet was made. */
    async function askForNews() {
      const { model: name, inputs } = session.kept();
      try {
        const request = { what: "news", model: name, known: Object.keys(inputs) };
        const { models, changed, guests } = await kernel(request);
        if (alike([models, changed, guests], [offered, [], {}])) return;
        offered = models;
        for (const one of changed) delete hosts[one];
        hosts[name].learn(compiled(guests));
        show();
      } catch (problem) {
        if (!(problem instanceof Refusal)) throw problem;
      }
    }

    function goToSelected() {
      const { row, column } = model.get("selected");
      if (row !== undefined && !isTelling) sheet.goTo(row, column);
    }

    const heard = {
      ...byName(SHARED.map((name) => `change:${name}`), () => take),
      "change:selected": goToSelected,
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
      goToSelected();
      root.addEventListener("gd-select", ({ detail }) => {
        tell({ selected: detail ? { row: detail.row, column: detail.name } : {} });
      });
    });
    // Fetched now, so that the sheet can write its workbook even when the kernel has stopped.
    own.workbook(sheets).catch(() => {});
    return () => {
      sheet.close();
      for (const [name, hear] of Object.entries(heard)) model.off(name, hear);
    };
  },
};
