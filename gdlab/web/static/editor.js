// The box in which a cell is typed anew.

/**
 * Open the box in `cell` with a text in it; `spoken` is what it is called. `done(text, by)` gets
 * what was typed and how many rows and columns to go on, or null where nothing is to be kept.
 */
export function openEditor(cell, { text, select, spoken, done }) {
  const box = document.createElement("input");
  box.type = "text";
  box.className = "gd-editor";
  box.setAttribute("aria-label", `edit ${spoken}`);
  box.value = text;
  cell.append(box);
  box.focus();
  if (select) box.select();
  let open = true;
  const finish = (typed, by = [0, 0]) => {
    // Leaving the page takes the focus away, which would finish a second time.
    if (!open) return;
    open = false;
    box.remove();
    done(typed, by);
  };
  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") finish(box.value, [1, 0]);
    else if (event.key === "Escape") finish(null);
    else if (event.key === "Tab") {
      event.preventDefault();
      finish(box.value, [0, event.shiftKey ? -1 : 1]);
    }
  });
  box.addEventListener("blur", () => finish(box.value));
}
