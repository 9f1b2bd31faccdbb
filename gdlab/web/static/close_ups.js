// Three ways to show one row: the lens, the stage for a class, and the line of Python for a film.
import { copyFrom } from "./download.js";
import { createLens } from "./lens.js";
import { createStage } from "./stage.js";

/**
 * The close-ups of a sheet in `root`, whose parts are `part(name)`. `on` has `go(row, name)`,
 * `open(tab)`, `redraw()` and `say(text)`; `stateOf()` is what the sheet shows.
 */
export function createCloseUps(root, part, stateOf, on) {
  const lens = createLens(part("lens"), on.go);
  const stage = createStage(root, {
    go: on.go, pictures: () => part("pictures"),
    next(by) {
      const { tabs, tab } = stateOf();
      const runs = tabs.filter((name) => name !== "data");
      on.open(runs.at((runs.indexOf(tab) + by) % runs.length));
    },
  });
  const button = root.querySelector("[data-do=lens]");
  let hasLens = false;

  function setLens(isOn) {
    hasLens = isOn;
    button.setAttribute("aria-pressed", isOn);
  }

  const actions = {
    lens() {
      setLens(!hasLens);
      on.redraw();
      if (hasLens) part("lens").focus();
    },
    present: () => stage.open(),
    // The page cannot write a film, so it gives the line of Python that does.
    film() {
      const { python, tab } = stateOf();
      const box = part("python").querySelector("input");
      box.value = `${python}.to_film('${tab}.gif')`;
      copyFrom(box);
      on.say(`This line in Python writes ${tab}.gif, a film of the run; it is copied.`);
    },
  };

  return {
    hasLens: () => hasLens,
    setLens,
    /** Do what a button asks for; false if the action is not one of these. */
    act(action) {
      if (!Object.hasOwn(actions, action)) return false;
      actions[action]();
      return true;
    },
    /** Show or hide the lens, which needs rows to work out; returns whether it is shown. */
    arrange(canLens) {
      button.hidden = !canLens;
      part("lens").hidden = !hasLens || !canLens;
      return !part("lens").hidden;
    },
    show(state, row, name) {
      if (!part("lens").hidden) lens.show(state, row, name);
      stage.show(state, row, name);
    },
  };
}
