// Which model the sheets have.
import { element } from "./column_header.js";

/** The box in `container`, a label; `chosen(name)` hears which model is asked for. */
export function createModelChoice(container, chosen) {
  const select = element("select", { "data-control": "model" });
  container.append("model ", select);
  select.addEventListener("change", () => chosen(select.value));

  return {
    /** Offer these models, none where there is no choice; the one that is shown is asked for. */
    show(names, shown) {
      container.hidden = names.length < 2;
      if (select.length !== names.length) {
        select.replaceChildren(...names.map((name) => element("option", {}, name)));
      }
      select.value = shown;
    },
  };
}
