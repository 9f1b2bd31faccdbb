// The line of Python that gives a sheet's run, as gdlab/core/rerun.py writes it.
import { full } from "./numbers.js";

const same = (a, b) => a.length === b.length && a.every((value, place) => value === b[place]);

/**
 * The call of gdlab.trace. `sheet.arguments` are, in order: texts; `[name, input, default]` of what
 * is left out at its default (null: never); and the names of what is written here.
 */
export function pythonLine(sheet, { inputs, points, epochs, page }) {
  const written = {
    points() {
      const { lesson } = page;
      const names = Object.keys(points);
      if (lesson && names.every((name) => same(points[name], lesson[name]))) return null;
      const one = (_, place) => (
        `(${names.map((name) => full(points[name][place])).join(", ")}${names.length < 2 ? "," : ""})`
      );
      return `points=[${points[names[0]].map(one).join(", ")}]`;
    },
    epochs: () => (epochs === 1 ? null : `epochs=${epochs}`),
    start() {
      const starts = Object.keys(sheet.carriers)
        .filter((name) => inputs[name] !== sheet.starts[name])
        .map((name) => `'${name.replace(/^start_/, "")}': ${full(inputs[name])}`);
      return starts.length ? `start={${starts.join(", ")}}` : null;
    },
  };
  const parts = sheet.arguments.map((part) => {
    if (typeof part === "string") return written[part] ? written[part]() : part;
    if (part.switch) {
      const own = part.switch.map(
        ([name, input, text]) => `'${name}': ${text ?? full(inputs[input])}`,
      );
      return `switch={${own.join(", ")}}`;
    }
    const [name, input, left] = part;
    return inputs[input] === left ? null : `${name}=${full(inputs[input])}`;
  });
  const given = parts.filter((part) => part !== null);
  return `gdlab.trace(${[`'${sheet.rule}'`, ...given].join(", ")})`;
}
