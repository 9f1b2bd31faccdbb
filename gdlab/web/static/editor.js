// The text box in which a cell is edited.
import { element } from "./column_header.js";
import { actionOf } from "./keys.js";

/**
 * Open the box in `cell` with `text` in it; `spoken` is its name for a screen reader. `done(text,
 * by)` gets what was typed, or null after Escape, and how many rows and columns to move on.
 */
export function openEditor(cell, { text, select, spoken, done }) {
  const box = element("input", {
    "data-control": "editor", type: "text", class: "gd-editor", "aria-label": `edit ${spoken}`,
  });
  box.value = text;
  cell.append(box);
  box.focus();
  if (select) box.select();
  let open = true;
  const finish = (typed, by = [0, 0]) => {
    // Removing the box takes its focus away, and that would finish a second time.
    if (!open) return;
    open = false;
    box.remove();
    done(typed, by);
  };
  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const action = actionOf("editor", event);
    if (!action) return;
    event.preventDefault();
    if (action === "drop") finish(null);
    else finish(box.value, action);
  });
  box.addEventListener("blur", () => finish(box.value));
}
