// The line of Python that computes a sheet's run, as gdlab/core/rerun.py writes it.
import { full } from "./numbers.js";
import { rowsOf } from "./points.js";

const same = (a, b) => a.length === b.length && a.every((value, k) => value === b[k]);

/**
 * The call of gdlab.trace. `sheet.arguments` holds its arguments in order: a text as it is; `[name,
 * input, default]`, left out at the default (null: never); or the name of a function below.
 */
export function pythonLine(sheet, { inputs, points, epochs, page }) {
  const written = {
    points() {
      const { ownPoints } = page;
      if (ownPoints && Object.keys(points).every((name) => same(points[name], ownPoints[name]))) {
        return null;
      }
      const one = (row) => `(${row.map(full).join(", ")}${row.length === 1 ? "," : ""})`;
      return `points=[${rowsOf(points).map(one).join(", ")}]`;
    },
    epochs: () => (epochs === 1 ? null : `epochs=${epochs}`),
    start() {
      const starts = Object.keys(sheet.carriers)
        .filter((name) => inputs[name] !== sheet.starts[name])
        .map((name) => `'${sheet.carried[name]}': ${full(inputs[name])}`);
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
  const words = [`'${sheet.rule}'`, ...given];
  return `gdlab.trace(${words.join(", ")})`;
}
