// explore on the page: each input has a box and perhaps a slider; the box's number is the one used.

function field(model, { name, steps }) {
  const row = document.createElement("label");
  row.className = "gdlab-field";
  // A long name breaks after an underscore: all sliders are as long.
  row.innerHTML = `<span>${name.replaceAll("_", "_<wbr>")}</span>`;
  const add = (type, kind, event, asked) => {
    const input = Object.assign(document.createElement("input"), { type });
    input.setAttribute("aria-label", `${name}, ${kind}`);
    input.addEventListener(event, () => {
      model.set("asked", { ...model.get("asked"), [name]: asked(input.value) });
      model.save_changes();
    });
    row.append(input);
    return input;
  };
  if (steps) add("range", "slider", "input", (value) => ({ at: Number(value) })).max = steps;
  // A box for numbers would drop a decimal comma, and give 0 for nothing.
  add("text", "number", "change", (text) => ({ text }));
  return row;
}

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "gdlab-explore";
  root.innerHTML = `<div class="gdlab-fields"></div>
    <details><summary>What the first row finds above it</summary><div class="gdlab-fields"></div></details>
    <div></div><div></div><div class="gdlab-scroll"></div>`;
  const [first, folded, words, charts, rows] = root.children;
  const fields = model.get("fields").map((one) => field(model, one));
  model.get("fields").forEach(({ carried }, k) => (carried ? folded.lastChild : first).append(fields[k]));
  folded.hidden = !folded.lastChild.children.length;

  function follow() {
    model.get("fields").forEach(({ value, at }, k) => {
      for (const input of fields[k].querySelectorAll("input")) {
        if (input.type === "text") input.value = value;
        // A slider under a hand is where the hand has it: an answer is of a moment ago.
        else if (input !== input.getRootNode().activeElement) input.value = at;
      }
    });
  }

  const heard = { "change:fields": follow };
  // The box scrolls and stays while its table is written again: its place is kept.
  for (const [name, part] of Object.entries({ words, charts, rows })) {
    heard[`change:${name}`] = () => { part.innerHTML = model.get(name); };
  }
  for (const [name, hear] of Object.entries(heard)) {
    model.on(name, hear);
    hear();
  }
  // Jupyter's own shortcuts would take keys away, some of them before the element hears of them.
  root.addEventListener("focusin", ({ target }) => { target.dataset.lmSuppressShortcuts = "true"; });
  root.addEventListener("keydown", (event) => event.stopPropagation());
  el.append(root);
  return () => {
    for (const [name, hear] of Object.entries(heard)) model.off(name, hear);
  };
}

export default { render };
