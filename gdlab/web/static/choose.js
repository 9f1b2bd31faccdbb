// Asks which columns of a loaded file to use if it has more than are needed.
import { element } from "./column_header.js";

/** The question in the form `container`; `chosen(indices)` gets the answer, null after Cancel. */
export function createChoose(container, chosen) {
  let shown = null;
  container.addEventListener("submit", (event) => {
    event.preventDefault();
    const selects = [...container.querySelectorAll("select")];
    chosen(Object.fromEntries(selects.map(({ name, value }) => [name, Number(value)])));
  });

  function build({ name, columns }, words) {
    const fields = words.map((word, k) => {
      const select = element("select", { name: word, "data-control": `column of ${word}` });
      for (const { index: at, title } of columns) select.append(element("option", { value: at }, title));
      select.selectedIndex = Math.min(k, columns.length - 1);
      const label = element("label", {}, `${word} `);
      label.append(select);
      return label;
    });
    const leave = element("button", { type: "button", "data-control": "leave the file" }, "Cancel");
    leave.addEventListener("click", () => chosen(null));
    container.replaceChildren(
      element("span", {}, `Which columns of ${name}?`), ...fields,
      element("button", { type: "submit", "data-control": "use these" }, "Use these"), leave,
    );
    container.querySelector("select").focus();
  }

  return {
    /**
     * Ask which column of the file is meant by each word; hide the question if there is no file.
     */
    show(file, words) {
      container.hidden = !file;
      if (file && file.columns !== shown) build(file, words);
      shown = file?.columns ?? null;
    },
  };
}
