// The tabs below a sheet.
import { element } from "./column_header.js";
import { actionOf } from "./keys.js";

/** The tabs in `container`; `open(name)` asks for one. */
export function createTabs(container, open) {
  let names = [];
  let shown = null;

  container.addEventListener("click", ({ target }) => {
    const tab = target.closest("[data-tab]")?.dataset.tab;
    if (tab) open(tab);
  });
  container.addEventListener("keydown", (event) => {
    const action = actionOf("tabs", event);
    if (!action) return;
    event.preventDefault();
    const to = { first: 0, last: -1 }[action] ?? names.indexOf(shown) + action;
    const next = (to + names.length) % names.length;
    open(names[next]);
    container.children[next].focus();
  });

  return {
    show(all, which) {
      names = all;
      shown = which;
      container.hidden = names.length < 2;
      if (container.children.length !== names.length) {
        container.replaceChildren(...names.map((name) => (
          element("button", { type: "button", role: "tab", "data-tab": name }, name)
        )));
      }
      for (const tab of container.children) {
        const isOpen = tab.dataset.tab === shown;
        tab.setAttribute("aria-selected", isOpen);
        tab.tabIndex = isOpen ? 0 : -1;
      }
    },
    /** Scroll only the tabs until the open one is visible. */
    reveal() {
      const { offsetLeft: left, offsetWidth: width } = container.querySelector("[aria-selected=true]");
      container.scrollLeft = Math.max(
        left + width - container.clientWidth, Math.min(container.scrollLeft, left),
      );
    },
  };
}
