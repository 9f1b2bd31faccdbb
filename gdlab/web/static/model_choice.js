// The list from which a person chooses the model.
import { element } from "./column_header.js";

/** The list in the label `container`; `chosen(name)` gets the chosen model. */
export function createModelChoice(container, chosen) {
  const select = element("select", { "data-control": "model" });
  container.append("model ", select);
  select.addEventListener("change", () => chosen(select.value));

  return {
    /** Offer these models and select the one that is shown; hide the list if there is no choice. */
    show(names, shown) {
      container.hidden = names.length < 2;
      if (select.length !== names.length) {
        select.replaceChildren(...names.map((name) => element("option", {}, name)));
      }
      select.value = shown;
    },
  };
}
