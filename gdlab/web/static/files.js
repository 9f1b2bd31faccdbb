// Takes files that a person chooses in a file input or drops on the sheet.
import { MOST_WORKBOOK_BYTES } from "./constants.js";

/**
 * Take files in `root`. `boxes` are elements with a file input, by the kind of event that they
 * cause; a dropped file is checked, if `canDrop()`. `take(kind, name, bytes)` gets a file;
 * `refuse(message)` is called instead for one that is too large to read.
 */
export function takeFiles(root, { boxes, canDrop, take, refuse }) {
  async function read(kind, [file]) {
    if (!file) return;
    if (file.size > MOST_WORKBOOK_BYTES) refuse(`${file.name}: it is larger than 10 MB`);
    else take(kind, file.name, await file.arrayBuffer());
  }

  for (const [kind, box] of Object.entries(boxes)) {
    box.querySelector("input").addEventListener("change", ({ target }) => {
      read(kind, target.files);
      target.value = "";
    });
  }
  root.addEventListener("dragover", (event) => {
    if (canDrop() && event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  root.addEventListener("drop", (event) => {
    if (!canDrop() || !event.dataTransfer.files.length) return;
    event.preventDefault();
    read("check", event.dataTransfer.files);
  });
}
