// What a sheet will show once its host has answered, computed in the page: so a drag is followed at
// once, however busy the host is. The host's own answer then takes its place.
import { compute } from "./compute.js";
import { pythonLine } from "./python.js";

/** A function of a state and an event: the answer to it, or null where only the host knows it. */
export function createPreview() {
  const programs = new Map();

  function programOf(text) {
    if (!programs.has(text)) programs.set(text, new Function(`return ${text}`)());
    return programs.get(text);
  }

  /** Whether a slider could have given that value: what else is typed may be refused. */
  function within({ slider } = {}, value) {
    return Boolean(slider) && value >= slider.low && value <= slider.high;
  }

  return (state, { kind, name, value }) => {
    const { ahead, inputs: fields } = state.head;
    const epochs = kind === "epochs" ? value : state.epochs;
    const rows = epochs * state.samples;
    const known = kind === "epochs" ? Number.isInteger(epochs) && epochs > 0
      : within(fields?.find((field) => field.name === name), value);
    if (!ahead || !known || rows > ahead.most_rows) return null;
    const { sheet, lesson } = ahead;
    const inputs = kind === "epochs" ? state.inputs : { ...state.inputs, [name]: value };
    const first = { ...state.first };
    if (sheet.carriers[name]) first[sheet.carriers[name]] = value;
    const points = { x: [...state.points.x], y: [...state.points.y] };
    const run = compute(programOf(ahead.program), sheet, {
      ...points, epochs, samples: state.samples, inputs, first,
    });
    const python = pythonLine(sheet, { inputs, points, epochs, page: { lesson } });
    const { tab, tabs, samples, mark } = state;
    const { exploded, mse } = run;
    return [
      { tab, tabs, samples, mark, epochs, rows, inputs, first, exploded, mse, python },
      [Float64Array.from([...points.x, ...points.y]), run.cells],
    ];
  };
}
