// Which rules run side by side: a box to tick for each.
import { element } from "./column_header.js";

/** The boxes in `place`; `chosen(names)` tells which are ticked. */
export function createRace(place, chosen) {
  let shown = "";

  place.addEventListener("change", () => {
    chosen(Array.from(place.querySelectorAll("input:checked"), (box) => box.value));
  });

  return {
    show(choices, racing) {
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
      // Whoever ticks with the keyboard stays where they were.
      const focused = place.querySelector("input:focus")?.value;
      place.replaceChildren(set);
      if (focused) place.querySelector(`input[value="${CSS.escape(focused)}"]`)?.focus();
    },
  };
}
