// The sheet: tabs, inputs, formula bar, table and pictures, all drawn from one state.
import { createChoose } from "./choose.js";
import { createCloseUps } from "./close_ups.js";
import { copyFrom, saveFile } from "./download.js";
import { takeFiles } from "./files.js";
import { createFormulaBar } from "./formula_bar.js";
import { FRAME } from "./frame.js";
import { createGrid } from "./grid.js";
import { createInputs } from "./inputs.js";
import { actionOf } from "./keys.js";
import { announcementsOf, progressOf, wrongOf } from "./announcements.js";
import { createModelChoice } from "./model_choice.js";
import { createPeek } from "./peek.js";
import { createPictures } from "./pictures.js";
import { createPlayer } from "./player.js";
import { createPrint } from "./print.js";
import { createRace } from "./race.js";
import { showReport } from "./report.js";
import { createRiddles } from "./riddle_form.js";
import { createSections } from "./sections.js";
import { addressOf, precedentsOf, readState } from "./state.js";
import { createTabs } from "./tabs.js";
import { pointsView, sheetView } from "./views.js";
import { createWork } from "./work.js";

const ABOUT_POINTS = (model) => (
  `that every sheet uses; ${model === "line" ? "the line" : "the model"} is fitted to them`
);
const EPOCHS = {
  name: "epochs", symbol: null, address: null, slider: { low: 1, high: 50, step: 1, log: false },
};

/**
 * A sheet in `root`. `host(event, bytes)` takes the events of a person and answers with the state
 * that the sheet shows then. Where that takes a while, the answer has `work`: what is `said`, and
 * `run(tell, signal)`, which promises the answer that comes at its end.
 * A sheet that `isAlone` on its page prints handouts, too.
 * The event gd-select tells the selected cell, `{row, name}`; null where a sheet opens by itself.
 */
export function createSheet(root, host, isAlone = false) {
  root.classList.add("gd");
  // Jupyter's own shortcuts would take keys away, some of them before the sheet hears of them: it
  // looks at the very element that has the focus.
  root.addEventListener("focusin", ({ target }) => {
    target.dataset.lmSuppressShortcuts = "true";
  });
  root.innerHTML = FRAME;
  const part = (name) => root.querySelector(`.gd-${name}`);

  let state = null;
  let view = null;
  const positions = new Map();

  function ask(event, bytes) {
    answer(host(event, bytes));
  }

  /** Show an answer, and whatever comes with it. */
  function answer(given) {
    const before = state;
    state = readState(given);
    showAll(before);
    alert(given.error ?? "");
    if (given.error) putBack();
    if (given.file) saveFile(given.file.name, given.file.bytes);
    if (given.work) work.start(given.work);
    root.setAttribute("aria-busy", work.isOn());
  }

  /** Say something in a part; what is said already is not said again. */
  function say(name, text) {
    part(name).hidden = !text;
    if (part(name).textContent !== text) part(name).textContent = text;
  }

  function alert(text) {
    // The same refusal a second time is to be heard a second time.
    say("alert", "");
    say("alert", text);
  }

  const putBack = () => [inputs, race].forEach((one) => one.putBack());
  const grid = createGrid(part("grid"));
  const tabs = createTabs(part("tabs"), (tab) => ask({ kind: "show", tab }));
  const work = createWork(part("work"), {
    end(given) {
      root.setAttribute("aria-busy", "false");
      if (given) answer(given);
      else putBack();
    },
    fail: (problem) => alert(`This could not be done (${problem.message}).`),
  });
  takeFiles(root, {
    boxes: { file: part("data-tools"), check: part("check") },
    canDrop: () => state?.canCheck,
    take: (kind, name, bytes) => ask({ kind, name }, [bytes]),
    refuse: alert,
  });
  const inputs = createInputs(part("inputs"), (name, value) => {
    ask({ kind: name === "epochs" ? "epochs" : "input", name, value });
  }, alert);
  const bar = createFormulaBar(part("bar"));
  const pictures = createPictures(part("pictures"), {
    go: (row) => grid.goTo(Math.max(1, row), grid.here().column),
    start: (values) => ask({ kind: "start", values }),
  });
  const closeUps = createCloseUps(root, part, () => state, {
    go: goToCell, open: (tab) => ask({ kind: "show", tab }), redraw: () => showAll(state),
    say: (text) => say("found", text),
  });
  const riddles = createRiddles(part("riddles"), (question, seed) => (
    ask({ kind: "riddle", question, seed })
  ));
  const peek = createPeek(root, part("pictures"));
  const player = createPlayer(part("player"), (row) => {
    grid.goTo(Math.max(1, Math.min(state.rows, row)), grid.here().column);
  });
  const choose = createChoose(part("choose"), (indices) => ask({ kind: "choose", indices }));
  const models = createModelChoice(part("model"), (name) => ask({ kind: "model", name }));
  const race = createRace(part("race"), {
    chosen: (names) => ask({ kind: "race", names }),
    changed: (sheet, name, value) => ask({ kind: "input", sheet, name, value }),
    another: (sheet) => ask({ kind: "add", sheet }),
    drop: (sheet) => ask({ kind: "drop", sheet }),
    refused: alert,
  });

  const isData = () => !state.columns.size;
  // Points are counted from 1, as they are headed; row 0 of a rule's sheet is its start.
  const firstRow = () => (isData() ? 1 : 0);
  const sections = createSections(part("sections"), () => {
    const { row, name } = positions.get(positionKey());
    showGrid({ row, name });
  });
  // The columns that are not folded away.
  const shownNames = () => (isData() ? Object.keys(state.points) : [...state.columns.values()]
    .filter(({ section }) => !sections.isFolded(section)).map(({ name }) => name));
  const nameOf = (column) => shownNames()[column];

  const lit = new Map();
  const onSheet = {
    edit: (row, column, text) => ask({ kind: "cell", row, column, text }),
    refuse: alert,
    select(row, column) {
      const name = nameOf(column);
      wentTo(row, name);
      const found = precedentsOf(state, name, row);
      lit.clear();
      const names = shownNames();
      for (const [word, at] of found.cells) {
        const index = names.indexOf(word);
        const address = addressOf(state, word, at);
        lit.set(`${at} ${word}`, { row: at, column: index, name: `${word} ${address}` });
      }
      inputs.light(found.inputs);
      player.show(Math.max(1, row), state.rows);
      bar.show(state, name, row);
      if (state.blanks) return;
      pictures.show(state, row);
      closeUps.show(state, row, name);
    },
  };
  const onPoints = {
    edit: (row, column, text) => ask({ kind: "point", row, column, text }),
    paste: (row, column, text) => ask({ kind: "paste", row, column, text }),
    remove: (row) => ask({ kind: "remove", row }),
    select: (row, column) => wentTo(row, nameOf(column)),
  };

  /** Keep the position for when the tab is shown again, and tell whoever mounted the sheet. */
  function wentTo(row, name) {
    positions.set(positionKey(), { row, name });
    const first = positionAtFirst();
    const moved = row !== first.row || name !== first.name;
    root.dispatchEvent(new CustomEvent("gd-select", { detail: moved ? { row: row + firstRow(), name } : null }));
  }

  function showAll(before) {
    const anew = before?.mark !== state.mark || before?.tab !== state.tab
      || before?.model !== state.model;
    const data = isData();
    const racing = Boolean(state.head.racers);
    const practising = Boolean(state.blanks);
    if (before?.tab !== state.tab || practising) player.pause();
    part("rule").textContent = racing ? "compare" : data ? "the points" : state.head.title;
    const told = practising ? ` ${progressOf(state)}.` : "";
    part("source").textContent = data ? ABOUT_POINTS(state.model) : `${state.head.source}${told}`;
    models.show(practising ? [] : state.models ?? [], state.model);
    part("inputs").hidden = data || racing;
    part("race").hidden = !racing || Boolean(state.riddle);
    part("riddles").hidden = !racing || !state.questions.length;
    part("data-tools").hidden = !data;
    choose.show(state.choosing, Object.keys(state.points));
    const hasLens = closeUps.arrange(!data && !racing && !practising);
    part("bar").hidden = data || hasLens;
    part("steps-row").hidden = data || practising;
    // A learner who fills the cells in has no run to play or to draw yet.
    part("pictures").hidden = practising;
    part("python").hidden = !state.python;
    // A film shows one run.
    part("python").querySelector("[data-do=film]").hidden = racing;
    showActions(practising, racing);
    if (!data && !racing) {
      const own = state.head.inputs;
      const hasEpochs = !state.head.surface && !practising;
      const given = Boolean(before?.blanks) !== practising;
      if (given || (before?.head !== state.head && JSON.stringify(before?.head?.inputs) !== JSON.stringify(own))) {
        inputs.build(hasEpochs ? [...own, EPOCHS] : own, practising);
      }
      inputs.show({ ...state.inputs, epochs: state.epochs });
    }
    part("python").querySelector("input").value = state.python ?? "";
    if (racing) riddles.show(state);
    if (racing && !state.riddle) race.show(state);
    else race.leave();
    showReport(part("report"), state.report, (row, name) => {
      grid.goTo(row, state.columns.get(name).index);
      grid.focus();
    });
    showStatus(data, racing, practising);
    say("news", announcementsOf(state, before));
    tabs.show(state.tabs, state.tab);
    part("body").setAttribute("aria-label", `sheet ${state.tab}`);
    sections.show([...state.columns.values()]);
    showGrid(anew ? positions.get(positionKey()) ?? positionAtFirst() : null);
    if (data) pictures.show(state, 0);
    if (!practising) peek.show();
    if (before?.tab !== state.tab) tabs.reveal();
  }

  /** Show the table at a position or, where its columns are as they were, where we are. */
  function showGrid(position) {
    const names = shownNames();
    view = isData() ? pointsView(state, onPoints) : sheetView(state, lit, names, onSheet);
    const { row, name } = position ?? {};
    grid.show(view, position && { row, column: Math.max(0, names.indexOf(name)) });
  }

  /** Where the run exploded; a line that is always there, so that nothing jumps in a drag. */
  function showStatus(data, racing, practising) {
    part("exploded").hidden = data || racing || practising;
    const wrong = wrongOf(state);
    part("exploded").classList.toggle("gd-is-bad", Boolean(wrong));
    const said = wrong || `${state.rows} rows; every number is finite.`;
    if (part("exploded").textContent !== said) part("exploded").textContent = said;
    say("found", state.told || (!practising && state.found?.said) || "");
  }

  /** Show the buttons of the head that do something here. */
  function showActions(practising, racing) {
    const here = {
      practise: !practising && state.canPractise,
      find: !practising && Boolean(state.canFind),
      handout: isAlone && !practising && !racing && !isData(),
      add: !practising && Boolean(state.canAdd),
      hint: practising,
      other: practising && state.canPractise && !state.report,
      own: practising && state.canPractise && !state.isOwn && !state.report,
      leave: practising && state.canPractise,
      reset: !practising,
    };
    part("check").hidden = !state.canCheck;
    const held = root.getRootNode().activeElement;
    for (const button of part("actions").querySelectorAll("[data-do]")) {
      button.hidden = !(here[button.dataset.do] ?? !practising);
      // Who pressed a button that goes is led to the table.
      if (button.hidden && button === held) grid.focus();
    }
  }

  function goToCell(row, name) {
    sections.unfold(state.columns.get(name)?.section);
    grid.goTo(row, shownNames().indexOf(name));
  }

  const positionKey = () => `${state.blanks ? "practice " : ""}${state.model} ${state.tab}`;

  function positionAtFirst() {
    if (isData()) return { row: 0, name: Object.keys(state.points)[0] };
    const columns = [...state.columns.values()];
    // The first cell that is really computed, not just taken over from the row above.
    const first = state.blanks ? ({ name }) => name in state.blanks
      : ({ numbers, group }) => group || numbers?.length > 3;
    return { row: 1, name: (columns.find(first) ?? columns[0]).name };
  }

  root.addEventListener("click", (event) => {
    const action = event.target.closest("[data-do]")?.dataset.do;
    const { row, column } = grid.here();
    if (action === "copy") copyFrom(part("python").querySelector("input"));
    else if (action === "hint") ask({ kind: "hint", row, column: nameOf(column) });
    else if (action === "remove") ask({ kind: "remove", row });
    else if (action === "stop") work.stop();
    else if (action === "handout") printed.handout();
    else if (action && !closeUps.act(action)) ask({ kind: action });
  });
  part("alert").title = "Click, or press Escape, to close";
  part("alert").addEventListener("click", () => say("alert", ""));
  root.addEventListener("keydown", (event) => {
    // A key by itself stays in the sheet: a notebook would take it for a command of its own.
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
    const action = actionOf("sheet", event);
    // In a box for text the browser's own undo is meant.
    if (!action || (action !== "close" && event.target.matches("input"))) return;
    event.stopPropagation();
    if (action === "close") return say("alert", "");
    event.preventDefault();
    ask({ kind: action });
  });
  const closing = new AbortController();
  const printed = createPrint(root, part("print"), () => ({ state, view }), closing.signal);

  return {
    hasLens: closeUps.hasLens,
    /** Have the lens lie over rules' sheets, or not, from the next answer on. */
    setLens: closeUps.setLens,
    /** Show a state of the host that no event led to. */
    answer,
    /**
     * Go to a cell of the sheet that is shown, with null for a name in the column where we are;
     * false where it has none of that row or name.
     */
    goTo(row, name) {
      sections.unfold(state.columns.get(name)?.section);
      const names = shownNames();
      const column = name === null ? grid.here().column : names.indexOf(name);
      // Under the points is the row for a new one.
      const last = isData() ? state.samples + 1 : state.rows;
      const there = Number.isInteger(row) && row >= firstRow() && row <= last && column >= 0;
      if (there) grid.goTo(row - firstRow(), column);
      return there;
    },
    /** Say something of the host's own, such as that it has stopped. */
    say: alert,
    /** Let go of the window, before the sheet goes from the page. */
    close: () => closing.abort(),
  };
}
