// The lens: the cells of a row one by one, as a person would work them out.
import { HEIGHT, WIDTH } from "./axes.js";
import { actionOf } from "./keys.js";
import { lensPicture } from "./lens_pictures.js";
import { full, short } from "./numbers.js";
import { numbersOf, valueOf } from "./state.js";

/** A sentence that explains a column. */
function meaningOf({ head }, name) {
  const one = head.parameters.find((other) => name.endsWith(other.name));
  if (one?.name === name) return `${one.letter} as the row above left it`;
  if (name === head.prediction) return "what the model predicts at this point";
  if (name === "error") return "how far the prediction is from the point";
  if (name === head.loss) return "the loss at this point, which training makes small";
  if (one?.new === name) return `${one.letter} after this row: what it was, less the step`;
  if (one?.step === name) return `what is subtracted from ${one.letter}`;
  if (name.startsWith("grad_")) return `how fast the loss changes when ${one?.letter ?? name.slice(5)} does`;
  if (name.includes("_hat_")) return "the average, corrected for its start at 0";
  if (name.startsWith("sqr_avg")) return "a running average of the squared gradients";
  if (name.startsWith("avg")) return "a running average of the gradients";
  return "";
}

/** The names of the computed columns, in order. */
export const stepsOf = (state) => [...state.columns.values()].filter(({ numbers }) => numbers)
  .map(({ name }) => name);

/**
 * The cell `by` steps after a cell (or before, if negative), across the ends of rows; null outside
 * the table.
 */
export function stepFrom(state, row, name, by) {
  const names = stepsOf(state);
  const here = names.indexOf(name);
  // From a given cell the first step is the first that follows it.
  const step = here < 0 ? (by > 0 ? 0 : names.length - 1) : here + by;
  const to = { row: row + Math.floor(step / names.length), name: names.at(step % names.length) };
  return to.row >= 1 && to.row <= state.rows ? to : null;
}

/** The panel in `container`; `go(row, name)` selects a cell, which is then shown. */
export function createLens(container, go) {
  container.tabIndex = 0;
  container.dataset.control = "lens panel";
  container.setAttribute("role", "region");
  container.setAttribute("aria-label", "the row under the lens");
  container.innerHTML = `
    <div class="gd-lens-text">
      <div class="gd-lens-where" aria-live="polite"></div>
      <div class="gd-lens-symbols"></div>
      <div class="gd-lens-numbers"></div>
      <div class="gd-lens-result"></div>
      <div class="gd-lens-meaning"></div>
      <div class="gd-lens-moves">
        <button type="button" data-control="step back" title="one step back (left arrow)">◀ Step</button>
        <button type="button" data-control="step on" title="one step on (right arrow)">Step ▶</button>
      </div>
    </div>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"></svg>`;
  const part = (name) => container.querySelector(`.gd-lens-${name}`);
  const svg = container.querySelector(`svg[role=img]`);
  let shown = null;
  let typeset = null;

  function move(by) {
    const { state, row, name } = shown;
    const to = stepFrom(state, Math.max(1, row), row ? name : null, by);
    if (to) go(to.row, to.name);
  }

  function moveRow(by) {
    const row = shown.row + by;
    if (row >= 1 && row <= shown.state.rows) go(row, shown.name);
  }

  container.addEventListener("click", ({ target }) => {
    const control = target.closest("[data-control]")?.dataset.control;
    if (control === "step on") move(1);
    if (control === "step back") move(-1);
  });
  container.addEventListener("keydown", (event) => {
    const action = actionOf("lens", event);
    if (!action) return;
    event.preventDefault();
    if (action.step) move(action.step);
    else moveRow(action.row);
  });

  return {
    move,
    moveRow,
    /** Show how a cell is computed, or that it is given. */
    show(state, row, name) {
      shown = { state, row, name };
      const names = stepsOf(state);
      const { formula, section } = state.columns.get(name);
      const step = names.indexOf(name) + 1;
      const where = [row ? `row ${row}` : "start", step ? `step ${step} of ${names.length}` : "given"];
      part("where").textContent = [...where, section].filter(Boolean).join(", ");
      if (typeset !== formula) part("symbols").innerHTML = typeset = formula;
      const value = valueOf(state, name, row);
      const put = numbersOf(state, name, row);
      part("numbers").textContent = put ? `= ${put}` : "";
      part("result").textContent = value === undefined ? "" : `= ${full(value)}`;
      part("meaning").textContent = meaningOf(state, name);
      const { frame, marks } = lensPicture(state, Math.max(1, row), name);
      svg.innerHTML = frame;
      svg.querySelector(".gd-marks").innerHTML = marks.join("");
      const told = value === undefined ? "" : ` is ${short(value)}`;
      svg.setAttribute("aria-label", `the step that gives ${name}, which${told}`);
    },
  };
}
