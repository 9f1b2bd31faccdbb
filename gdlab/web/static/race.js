// The choice of compared runs: a checkbox for each rule, and a line with sliders for each run.
import { element } from "./column_header.js";
import { marker } from "./drawn_runs.js";
import { createInputs } from "./inputs.js";

/** The line of a run; `ask` and `refused` are those of createRace. */
function createLine(run, ask, refused) {
  let shown = run;
  let signNow = "";
  const node = element("div", { class: "gd-compared", role: "group", "aria-label": run.name });
  const sign = element("span", { class: "gd-compared-name" });
  const changed = (name, value) => ask({ kind: "input", sheet: run.name, name, value });
  const parts = [element("div"), element("div")].map(
    (container) => ({ container, inputs: createInputs(container, changed, refused, run.name) }),
  );
  const isFirst = ({ name }) => name === run.rate;
  parts[0].inputs.build(run.fields.filter(isFirst));
  const rest = element("details", { class: "gd-more" });
  const others = run.fields.filter((field) => !isFirst(field));
  rest.append(element("summary", {
    "data-control": "other inputs", "aria-label": `start and other inputs: ${run.name}`,
  }, "start and other inputs"), parts[1].container);
  const buttons = [["add", "another", "Another", "Compare with another run of this rule"],
    ["drop", "drop", "Remove", "Compare without this run"]].map(([kind, control, word, title]) => {
    const button = element("button", {
      type: "button", "data-control": control, title, "aria-label": `${word}: ${run.name}`,
    }, word);
    button.addEventListener("click", () => ask({ kind, sheet: run.name }));
    return button;
  });
  node.append(sign, parts[0].container, ...buttons, rest);
  rest.addEventListener("toggle", () => {
    // Build the fields only when needed: most are never opened.
    if (rest.open && !parts[1].container.children.length) {
      parts[1].inputs.build(others);
      parts[1].inputs.show(shown.inputs);
    }
  });
  return {
    node,
    show(now, look) {
      shown = now;
      const drawn = `<svg viewBox="-7 -7 14 14" aria-hidden="true">${marker(look, 0, 0)}</svg>`;
      if (signNow !== drawn) {
        sign.innerHTML = signNow = drawn;
        sign.append(now.name);
      }
      for (const { inputs } of parts) inputs.show(now.inputs);
    },
    putBack: () => parts.forEach(({ inputs }) => inputs.putBack()),
  };
}

/**
 * Checkboxes and lines in `container`; events go to `ask`, messages about bad numbers to `refused`.
 */
export function createRace(container, ask, refused) {
  let shown = "";
  const boxes = element("div");
  const list = element("div");
  container.append(boxes, list);
  let lines = new Map();

  boxes.addEventListener("change", () => {
    const names = Array.from(boxes.querySelectorAll("input:checked"), (box) => box.value);
    const further = [...lines.keys()].filter((name) => !boxes.querySelector(`[value="${CSS.escape(name)}"]`));
    ask({ kind: "race", names: [...names, ...further] });
  });

  function showBoxes(choices, racing) {
    const state = JSON.stringify([choices, racing]);
    if (state === shown) return;
    shown = state;
    const set = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = "side by side";
    set.append(legend);
    for (const name of choices) {
      const label = document.createElement("label");
      const box = element("input", { "data-control": "race", type: "checkbox", value: name });
      box.checked = racing.includes(name);
      label.append(box, ` ${name}`);
      set.append(label);
    }
    // Keep the keyboard focus on its checkbox.
    const focused = boxes.querySelector("input:focus")?.value;
    boxes.replaceChildren(set);
    if (focused) boxes.querySelector(`input[value="${CSS.escape(focused)}"]`)?.focus();
  }

  return {
    show({ choices, compared, looks }) {
      showBoxes(choices, compared.map(({ name }) => name));
      const keyOf = ({ name, fields }) => `${name} ${JSON.stringify(fields.map(({ slider }) => slider))}`;
      const next = new Map(compared.map(
        (run) => [run.name, lines.get(run.name)?.key === keyOf(run) ? lines.get(run.name)
          : { ...createLine(run, ask, refused), key: keyOf(run) }],
      ));
      const isSame = next.size === lines.size
        && [...next].every(([name, line]) => lines.get(name) === line);
      if (!isSame) list.replaceChildren(...Array.from(next.values(), ({ node }) => node));
      lines = next;
      compared.forEach((run, k) => lines.get(run.name).show(run, looks[k]));
    },
    /** Remove the lines while another sheet is shown. */
    leave() {
      if (!lines.size) return;
      list.replaceChildren();
      lines = new Map();
    },
    putBack: () => lines.forEach((line) => line.putBack()),
  };
}
