// The inputs of a sheet: each has a number box and, where its range is written down, a slider.
import { full, rounded } from "./numbers.js";

function node(tag, attributes = {}, text = "") {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text) made.textContent = text;
  return made;
}

/** One input; `changed(value)` is called with the number that a person chose. */
function createField({ name, symbol, address, slider }, changed) {
  const field = node("div", { class: "gd-field", "data-input": name });
  const called = name.replaceAll("_", " ");
  const label = node("span", { class: "gd-field-name", title: address ? `cell ${address}` : "" });
  if (symbol) label.insertAdjacentHTML("beforeend", `${symbol} `);
  label.append(called);
  const box = node("input", {
    type: "number", step: "any", class: "gd-box", "aria-label": `${called}, number`,
  });
  field.append(label);
  let track = null;
  const toTrack = (value) => (slider.log ? Math.log10(Math.max(value, slider.low)) : value);
  const fromTrack = (at) => (slider.log ? rounded(10 ** at) : Number(at.toPrecision(12)));
  if (slider) {
    track = node("input", {
      type: "range", class: "gd-track", "aria-label": `${called}, slider`,
      min: toTrack(slider.low), max: toTrack(slider.high), step: slider.step,
    });
    track.addEventListener("input", () => {
      const value = fromTrack(Number(track.value));
      box.value = full(value);
      changed(value);
    });
    field.append(track);
  }
  const take = () => {
    if (box.value === "") box.value = box.dataset.value;
    else if (box.value !== box.dataset.value) changed(Number(box.value));
  };
  box.addEventListener("change", take);
  box.addEventListener("keydown", (event) => {
    // An arrow is a slider's step: on a rate of 0.001 a whole 1 would be no step but a leap.
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    // A notebook may keep the key for itself, and then no change is reported.
    if (event.key === "Enter") take();
    if (!by || !slider || box.readOnly) return;
    event.preventDefault();
    const value = fromTrack(toTrack(Number(box.value)) + by * slider.step);
    box.value = full(value);
    changed(value);
  });
  field.append(box);
  return {
    node: field,
    show(value) {
      const text = full(value);
      // What a person is typing or dragging stays under their hand.
      const held = field.ownerDocument.activeElement;
      if (held !== box && box.value !== text) box.value = text;
      if (box.dataset.value === text) return;
      box.dataset.value = text;
      if (track && held !== track) track.value = toTrack(value);
      track?.setAttribute("aria-valuetext", text);
    },
    putBack() {
      box.value = box.dataset.value;
      if (track) track.value = toTrack(Number(box.dataset.value));
    },
    /** What is given can be read, and not changed. */
    give() {
      box.readOnly = true;
      track?.remove();
    },
    light: (on) => field.classList.toggle("gd-precedent", on),
  };
}

/** The fields of a sheet in `place`; `changed(name, value)` tells what a person set. */
export function createInputs(place, changed) {
  let fields = new Map();

  function build(inputs, given) {
    const first = node("div", { class: "gd-fields" });
    const carried = node("div", { class: "gd-fields" });
    fields = new Map();
    for (const input of inputs) {
      const field = createField(input, (value) => changed(input.name, value));
      if (given) field.give();
      fields.set(input.name, field);
      (input.carried ? carried : first).append(field.node);
    }
    place.replaceChildren(first);
    if (carried.children.length) {
      const more = node("details", { class: "gd-more" });
      more.append(node("summary", {}, "what the first row's averages start from"), carried);
      place.append(more);
    }
  }

  return {
    /** Make the fields; those that are `given` cannot be changed. */
    build,
    show(values) {
      for (const [name, field] of fields) field.show(values[name]);
    },
    putBack: () => fields.forEach((field) => field.putBack()),
    light(names) {
      for (const [name, field] of fields) field.light(names.includes(name));
    },
  };
}
