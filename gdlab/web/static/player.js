// The player: play, pause and step through the rows.
import { actionOf } from "./keys.js";

const ICONS = {
  start: "M5 4v12M16 4L7 10l9 6z", back: "M14 4L5 10l9 6z", play: "M6 3l11 7-11 7z",
  pause: "M6 4v12M14 4v12", forward: "M6 4l9 6-9 6z", end: "M15 4v12M4 4l9 6-9 6z",
};

function icon(name) {
  return `<svg viewBox="0 0 20 20" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;
}

/** The buttons in `container`; `go(row)` asks for a row from 1, `show` sets the current row. */
export function createPlayer(container, go) {
  container.setAttribute("role", "group");
  container.setAttribute("aria-label", "steps");
  const button = (name, label) => {
    const said = `aria-label="${label}" title="${label}"`;
    return `<button type="button" data-move="${name}" ${said}>${icon(name)}</button>`;
  };
  container.innerHTML = `
    ${button("start", "to the first row")}${button("back", "one row back")}
    ${button("play", "play")}
    ${button("forward", "one row on")}${button("end", "to the last row")}
    <label>row <input data-control="row" type="number" class="gd-box gd-row"
      min="1" step="1"></label>
    <label class="gd-speed">speed <input data-control="speed" type="range" min="0" max="2" step="0.1"
      value="0.7" aria-label="rows a second"><output></output></label>`;
  const box = container.querySelector(".gd-row");
  const speed = container.querySelector(".gd-speed input");
  const playButton = container.querySelector("[data-move=play]");
  let at = 1;
  let rows = 1;
  let timer = 0;

  const perSecond = () => Math.round(10 ** Number(speed.value));
  const sayPlaying = () => {
    playButton.innerHTML = icon(timer ? "pause" : "play");
    playButton.setAttribute("aria-label", timer ? "pause" : "play");
  };

  function pause() {
    clearInterval(timer);
    timer = 0;
    sayPlaying();
  }

  function play() {
    if (at >= rows) go(1);
    timer = setInterval(() => {
      // Stop if the sheet has been removed from the page.
      if (at >= rows || !container.isConnected) pause();
      else go(at + 1);
    }, 1000 / perSecond());
    sayPlaying();
  }

  function saySpeed() {
    container.querySelector("output").textContent = `${perSecond()} a second`;
    if (timer) {
      pause();
      play();
    }
  }

  container.addEventListener("click", (event) => {
    const move = event.target.closest("[data-move]")?.dataset.move;
    if (!move) return;
    if (move === "play") {
      if (timer) pause();
      else play();
      return;
    }
    pause();
    go({ start: 1, back: at - 1, forward: at + 1, end: rows }[move]);
  });
  const take = () => {
    pause();
    go(Math.round(Number(box.value)) || 1);
    // The row may not exist: show the row that was reached.
    box.value = at;
  };
  box.addEventListener("change", take);
  box.addEventListener("keydown", (event) => {
    if (actionOf("row", event)) take();
  });
  speed.addEventListener("input", saySpeed);
  saySpeed();

  return {
    pause,
    show(row, count) {
      at = row;
      rows = count;
      box.max = count;
      if (container.getRootNode().activeElement !== box) box.value = row;
    },
  };
}
