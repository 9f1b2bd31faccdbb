// The sliders of explore for a host without ipywidgets: each with a box whose number is the truth.
function field(model, { name, value, at, steps }) {
  const row = document.createElement("label");
  row.className = "gdlab-field";
  // A long name breaks after an underscore: all sliders are as long.
  const label = document.createElement("span");
  label.innerHTML = name.replaceAll("_", "_<wbr>");
  row.append(label);
  const ask = (asked) => {
    model.set("asked", { name, ...asked });
    model.save_changes();
  };
  // A box for numbers would drop a decimal comma, and give 0 for nothing.
  const box = Object.assign(document.createElement("input"), { inputMode: "decimal" });
  if (steps) {
    const slider = Object.assign(document.createElement("input"), { type: "range", max: steps });
    slider.setAttribute("aria-label", `${name}, slider`);
    slider.value = at;
    slider.addEventListener("input", () => ask({ at: Number(slider.value) }));
    row.append(slider);
  }
  box.value = value;
  box.addEventListener("change", () => ask({ text: box.value }));
  row.append(box);
  return row;
}

function render({ model, el }) {
  const root = Object.assign(document.createElement("div"), { className: "gdlab-explore" });
  const [style, fields, shown] = ["div", "div", "div"].map((tag) => document.createElement(tag));
  style.innerHTML = model.get("look");
  fields.className = "gdlab-fields";
  fields.append(...model.get("fields").map((one) => field(model, one)));
  const follow = () => {
    model.get("fields").forEach(({ value, at }, k) => {
      const inputs = fields.children[k].querySelectorAll("input");
      for (const input of inputs) input.value = input.type === "range" ? at : value;
    });
  };
  const show = () => {
    const scrolled = shown.querySelector(".gdlab-scroll")?.scrollTop ?? 0;
    shown.innerHTML = model.get("page");
    shown.querySelector(".gdlab-scroll").scrollTop = scrolled;
  };
  model.on("change:fields", follow);
  model.on("change:page", show);
  show();
  root.append(style, fields, shown);
  el.append(root);
}

export default { render };
