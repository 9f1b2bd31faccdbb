// The fragment of the page's address: the model, sheet, inputs, epochs, points, race, practice,
// lens and cell that a link opens. `lr` is an input of that sheet, `adam.lr` of another one.
import { originOf } from "./further_runs.js";
import { full } from "./numbers.js";
import { rowsOf } from "./points.js";

const LONGEST_POINTS = 1500;
const OWN = [
  "model", "sheet", "epochs", "points", "race", "riddle", "practice", "lens", "row", "column",
];

const textOf = (points) => rowsOf(points).map((row) => row.map(full).join()).join(";");

/** Whether points fit into a link: mail programs cut off long addresses. */
export const fitsLink = (points) => textOf(points).length <= LONGEST_POINTS;

/** The fragment, without #: where `kept` differs from `first`, the lens and the selected cell. */
export function fragmentOf(kept, first, hasLens, selected) {
  const { model, tab, inputs, epochs, points, compared, riddle, practice } = kept;
  const parts = new URLSearchParams();
  if (model !== first.model) parts.set("model", model);
  if (tab !== first.tab) parts.set("sheet", tab);
  for (const sheet of new Set([...first.compared, ...compared])) {
    const own = first.inputs[originOf(sheet, first.inputs)];
    for (const [name, value] of Object.entries(inputs[sheet])) {
      if (value !== own[name]) parts.set(sheet === tab ? name : `${sheet}.${name}`, full(value));
    }
  }
  if (epochs !== first.epochs) parts.set("epochs", epochs);
  if (points !== first.points && fitsLink(points)) parts.set("points", textOf(points));
  if (compared.join() !== first.compared.join()) parts.set("race", compared.join());
  if (riddle) parts.set("riddle", `${riddle.question},${riddle.seed}`);
  // A sheet from a file cannot be opened by a link.
  if (practice && !practice.file) parts.set("practice", practice.seed);
  if (hasLens) parts.set("lens", "on");
  if (selected) {
    parts.set("row", selected.row);
    parts.set("column", selected.name);
  }
  return parts.toString().replaceAll("%2C", ",").replaceAll("%3B", ";");
}

/**
 * What a fragment asks for: the `events` to carry out, whether the lens is on, and the cell to
 * select, `{row, name}` or null. The `said` of an event is the part of the fragment that it comes
 * from.
 */
export function wishesOf(fragment) {
  const parts = new URLSearchParams(fragment.replace(/^#/, ""));
  // A text that is not a number is passed on, so that the message can quote it. A + in a link is a
  // space.
  const numberOf = (text) => {
    const value = Number(text.replaceAll(" ", "+"));
    return /\d/.test(text) && !Number.isNaN(value) ? value : text;
  };
  const events = [];
  const wish = (name, event, text = parts.get(name)) => {
    events.push({ event, said: `${name}=${text}` });
  };
  if (parts.has("model")) wish("model", { kind: "model", name: parts.get("model") });
  if (parts.has("points")) wish("points", { kind: "points", text: parts.get("points") });
  if (parts.has("epochs")) wish("epochs", { kind: "epochs", value: numberOf(parts.get("epochs")) });
  if (parts.has("race")) wish("race", { kind: "race", names: parts.get("race").split(",") });
  if (parts.has("sheet")) wish("sheet", { kind: "show", tab: parts.get("sheet") });
  for (const [name, text] of parts) {
    if (OWN.includes(name)) continue;
    const dot = name.lastIndexOf(".");
    const input = { kind: "input", name: name.slice(dot + 1), value: numberOf(text) };
    if (dot > 0) input.sheet = name.slice(0, dot);
    wish(name, input, text);
  }
  if (parts.has("riddle")) {
    const [question, seed] = parts.get("riddle").split(",");
    wish("riddle", { kind: "riddle", question, seed: Number(seed) });
  }
  if (parts.has("practice")) {
    wish("practice", { kind: "practise", seed: numberOf(parts.get("practice")) });
  }
  const selected = parts.has("row") || parts.has("column")
    ? { row: numberOf(parts.get("row") ?? "1"), name: parts.get("column") } : null;
  return { events, hasLens: parts.get("lens") === "on", selected };
}
