// The sections of a wide table's columns, which fold: data, parameters, forward, backward, rule,
// update.
import { element } from "./column_header.js";

/** The buttons in `container`, one a section; `changed()` hears that one was folded or unfolded. */
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
    /** Offer the sections of these columns; nothing where they have none. */
    show(columns) {
      const counts = {};
      for (const { section } of columns) if (section) counts[section] = (counts[section] ?? 0) + 1;
      container.hidden = !Object.keys(counts).length;
      const now = JSON.stringify(counts);
      if (now !== shown) build(counts);
      shown = now;
    },
    isFolded: (section) => folded.has(section),
    /** Bring a section's columns back. */
    unfold(section) {
      if (!folded.delete(section)) return;
      build(JSON.parse(shown));
      changed();
    },
  };
}
