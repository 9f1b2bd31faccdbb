// The inputs of a sheet: each has a number box and, if its range is known, a slider.
import { full, rounded } from "./numbers.js";
import { element } from "./column_header.js";
import { actionOf } from "./keys.js";
import { Refusal, typedNumber } from "./number_input.js";

/**
 * One input. `changed(value)` gets the number that a person sets, `refused(text)` the reason why a
 * text is not a number; `of` names the run if there are several.
 */
function createField({ name, symbol, address, slider }, changed, refused, of) {
  const field = element("div", { class: "gd-field", "data-input": name });
  const called = name.replaceAll("_", " ");
  const spoken = of ? `${of}: ${called}` : called;
  const label = element("span", { class: "gd-field-name", title: address ? `cell ${address}` : "" });
  if (symbol) label.insertAdjacentHTML("beforeend", `${symbol} `);
  label.append(called);
  const box = element("input", {
    // Not type="number": that drops a decimal comma, so that 0,05 becomes 5.
    "data-control": "box", type: "text", inputmode: "decimal", class: "gd-box", "aria-label": `${spoken}, number`,
  });
  field.append(label);
  let track = null;
  const toTrack = (value) => (slider.log ? Math.log10(Math.max(value, slider.low)) : value);
  const fromTrack = (at) => (slider.log ? rounded(10 ** at) : Number(at.toPrecision(12)));
  if (slider) {
    track = element("input", {
      "data-control": "slider", type: "range", class: "gd-track", "aria-label": `${spoken}, slider`,
      min: toTrack(slider.low), max: toTrack(slider.high), step: slider.step,
    });
    const across = () => {
      const { left, width } = track.getBoundingClientRect();
      return `${left} ${width}`;
    };
    let held = "";
    track.addEventListener("pointerdown", () => { held = across(); });
    track.addEventListener("input", () => {
      // If the slider itself moved under the pointer (a resized window), the person set nothing.
      if (track.matches(":active") && held !== across()) {
        track.value = toTrack(Number(box.value));
        return;
      }
      const value = fromTrack(Number(track.value));
      box.value = full(value);
      changed(value);
    });
    field.append(track);
  }
  function putBack() {
    box.value = box.dataset.value;
    if (track) track.value = toTrack(Number(box.dataset.value));
  }

  /** The number in the box; if it is not one, restore the old one, say why and return null. */
  function typedHere() {
    try {
      return typedNumber(box.value, called);
    } catch (problem) {
      if (!(problem instanceof Refusal)) throw problem;
      putBack();
      refused(problem.message);
      return null;
    }
  }

  function take() {
    const value = typedHere();
    if (value === null) return;
    box.value = full(value);
    if (box.value !== box.dataset.value) changed(value);
  }

  box.addEventListener("change", take);
  box.addEventListener("keydown", (event) => {
    // An arrow key moves by a slider's step: adding 1 to a rate of 0.001 would be useless.
    const by = actionOf("input", event);
    // A notebook may intercept Enter, and then the browser fires no change event.
    if (by === "take") take();
    if (!Number.isInteger(by) || !slider || box.readOnly) return;
    event.preventDefault();
    const typed = typedHere();
    if (typed === null) return;
    const value = fromTrack(toTrack(typed) + by * slider.step);
    box.value = full(value);
    changed(value);
  });
  field.append(box);
  return {
    node: field,
    show(value) {
      const text = full(value);
      // Do not overwrite what a person is typing or dragging.
      const held = field.getRootNode().activeElement;
      if (held !== box && box.value !== text) box.value = text;
      if (box.dataset.value === text) return;
      // The tooltip shows a number that is too long for the box.
      box.title = box.dataset.value = text;
      if (track && held !== track) track.value = toTrack(value);
      track?.setAttribute("aria-valuetext", text);
    },
    putBack,
    /** Make a given input read-only. */
    give() {
      box.readOnly = true;
      track?.remove();
    },
    light: (on) => field.classList.toggle("gd-precedent", on),
  };
}

/**
 * The fields of a sheet in `container`. `changed(name, value)` gets what a person sets,
 * `refused(text)` the reason why a text is not a number; `of` names the run if there are several.
 */
export function createInputs(container, changed, refused, of = "") {
  let fields = new Map();

  function build(inputs, given) {
    const first = element("div", { class: "gd-fields" });
    const carried = element("div", { class: "gd-fields" });
    fields = new Map();
    for (const input of inputs) {
      const field = createField(input, (value) => changed(input.name, value), refused, of);
      if (given) field.give();
      fields.set(input.name, field);
      (input.carried ? carried : first).append(field.node);
    }
    container.replaceChildren(first);
    if (carried.children.length) {
      const more = element("details", { class: "gd-more" });
      more.append(element("summary", { "data-control": "more" }, "Starting values of the averages"), carried);
      container.append(more);
    }
  }

  return {
    /** Create the fields, read-only if they are `given`. */
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
