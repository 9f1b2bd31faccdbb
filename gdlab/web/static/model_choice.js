// Which model the sheets have.
import { element } from "./column_header.js";

/** The box in `place`, a label; `chosen(name)` hears which model is asked for. */
export function createModelChoice(place, chosen) {
  const select = element("select", { "data-control": "model" });
  place.append("model ", select);
  select.addEventListener("change", () => chosen(select.value));

  return {
    /** Offer these models, none where there is no choice; the one that is shown is asked for. */
    show(names, shown) {
      place.hidden = names.length < 2;
      if (select.length !== names.length) {
        select.replaceChildren(...names.map((name) => element("option", {}, name)));
      }
      select.value = shown;
    },
  };
}
