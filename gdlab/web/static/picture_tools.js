// The buttons of the path picture: zoom in, zoom out, whole picture.
import { element } from "./column_header.js";

const ZOOM_STEP = 1.5;
const TOOLS = [
  ["zoom in", "+", "Look at the path more closely, where the row stands (Ctrl and the wheel)"],
  ["zoom out", "−", "See more of the loss"],
  ["whole picture", "whole path", "The whole path again (double click)"],
];

/** The buttons; they call `zoom(by)` and `whole()`. */
export function createTools(zoom, whole) {
  const tools = element("div", { class: "gd-picture-tools" });
  for (const [control, word, title] of TOOLS) {
    const button = element("button", {
      type: "button", "data-control": control, title, "aria-label": control,
    }, word);
    button.addEventListener("click", () => {
      if (control === "whole picture") whole();
      else zoom(control === "zoom in" ? ZOOM_STEP : 1 / ZOOM_STEP);
    });
    tools.append(button);
  }
  return tools;
}
