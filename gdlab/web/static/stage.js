// The presentation for a class: one picture, or the lens, as large as the screen.
import { actionOf } from "./keys.js";
import { createLens } from "./lens.js";

const LENS = "lens";
const KEYS_TOLD = "→ or click step, ↓ row, PageDown epoch, R run, V view, D dark, Esc end";

/**
 * The stage in `root`. `on` has `go(row, name)`, `pictures()`, which returns the element of the
 * pictures, and `next(by)`, which shows another run.
 */
export function createStage(root, on) {
  const stage = document.createElement("dialog");
  stage.className = "gd-stage";
  stage.setAttribute("aria-label", "presentation");
  stage.innerHTML = `
    <div class="gd-stage-head"><b></b> <span></span>
      <button type="button" data-control="end presentation">End</button></div>
    <div class="gd-stage-picture"></div>
    <div class="gd-stage-lens gd-lens"></div>
    <div class="gd-stage-keys">${KEYS_TOLD}</div>
    <div class="gd-stage-pointer" hidden></div>`;
  root.append(stage);
  const part = (name) => stage.querySelector(`.gd-stage-${name}`);
  const lens = createLens(part("lens"), on.go);
  let view = 0;
  let shown = null;

  /** The views of a sheet: its pictures and, for a rule's sheet, the lens. */
  function views() {
    const names = [...on.pictures().querySelectorAll("svg[data-picture]")].map(
      ({ dataset }) => dataset.picture,
    );
    return shown.state.head.racers ? names : [...names, LENS];
  }

  function draw() {
    if (!stage.open || !shown) return;
    const { state, row, name } = shown;
    const all = views();
    const now = all[view % all.length];
    const epoch = Math.ceil(row / state.samples);
    const of = state.epochs > 1 && row ? `, epoch ${epoch} of ${state.epochs}` : "";
    part("head").querySelector("b").textContent = state.head.racers ? "compare" : state.head.title;
    part("head").querySelector("span").textContent = `row ${row} of ${state.rows}${of}`;
    part("lens").hidden = now !== LENS;
    part("picture").hidden = now === LENS;
    if (now === LENS) return lens.show(state, row, name);
    const legend = on.pictures().querySelector(".gd-legend");
    part("picture").innerHTML = legend.hidden ? "" : legend.outerHTML;
    part("picture").append(on.pictures().querySelector(`[data-picture=${now}]`).cloneNode(true));
  }

  function step(by) {
    if (!part("lens").hidden) lens.move(by);
    else moveRow(by);
  }

  function moveRow(by) {
    const { state, row, name } = shown;
    on.go(Math.max(1, Math.min(state.rows, row + by)), name);
  }

  stage.addEventListener("keydown", (event) => {
    const action = actionOf("stage", event);
    if (event.key !== "Escape") event.stopPropagation();
    if (!action || event.target.matches("button") && event.key === "Enter") return;
    event.preventDefault();
    if (action.step) step(action.step);
    else if (action.row) moveRow(action.row);
    else if (action.epoch) moveRow(action.epoch * shown.state.samples);
    else if (action.run) on.next(action.run);
    else if (action.view) {
      view++;
      draw();
    } else {
      const isDark = getComputedStyle(stage).colorScheme === "dark";
      stage.style.colorScheme = isDark ? "light" : "dark";
    }
  });
  stage.addEventListener("pointermove", ({ clientX, clientY }) => {
    part("pointer").hidden = false;
    Object.assign(part("pointer").style, { left: `${clientX}px`, top: `${clientY}px` });
  });
  stage.addEventListener("click", ({ target }) => {
    if (target.closest("button")) stage.close();
    else step(1);
  });
  // Leaving full screen with the browser's own key closes the stage too.
  const leave = () => {
    if (!document.fullscreenElement) stage.close();
  };
  stage.addEventListener("close", () => {
    document.removeEventListener("fullscreenchange", leave);
    part("picture").replaceChildren();
    if (document.fullscreenElement) document.exitFullscreen();
  });

  return {
    async open() {
      // If full screen is not allowed, the stage fills the window.
      await document.documentElement.requestFullscreen?.().catch(() => {});
      stage.style.colorScheme = getComputedStyle(root).colorScheme === "dark"
        || matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
      document.addEventListener("fullscreenchange", leave);
      stage.showModal();
      draw();
    },
    /** Set the state and the selected cell to show. */
    show(state, row, name) {
      shown = { state, row, name };
      draw();
    },
  };
}
