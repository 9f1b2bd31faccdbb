// Buttons that fold the sections of a wide table: data, parameters, forward, backward, rule,
// update.
import { element } from "./column_header.js";

/** A button for each section in `container`; `changed()` is called when one folds or unfolds. */
export function createSections(container, changed) {
  const folded = new Set();
  let shown = "";

  function build(counts) {
    container.replaceChildren(...Object.entries(counts).map(([name, count]) => {
      const button = element("button", { type: "button", "data-control": `fold ${name}` });
      button.addEventListener("click", () => {
        if (!folded.delete(name)) folded.add(name);
        say(button, name, count);
        changed();
      });
      say(button, name, count);
      return button;
    }));
  }

  function say(button, name, count) {
    const isOpen = !folded.has(name);
    button.setAttribute("aria-expanded", isOpen);
    button.title = isOpen ? `Fold the columns of ${name}` : `Show the columns of ${name}`;
    button.textContent = `${isOpen ? "▾" : "▸"} ${name} ${count}`;
  }

  return {
    /** Show buttons for the sections of these columns, or nothing if they have none. */
    show(columns) {
      const counts = {};
      for (const { section } of columns) if (section) counts[section] = (counts[section] ?? 0) + 1;
      container.hidden = !Object.keys(counts).length;
      const now = JSON.stringify(counts);
      if (now !== shown) build(counts);
      shown = now;
    },
    isFolded: (section) => folded.has(section),
    /** Show a section's columns again. */
    unfold(section) {
      if (!folded.delete(section)) return;
      build(JSON.parse(shown));
      changed();
    },
  };
}
