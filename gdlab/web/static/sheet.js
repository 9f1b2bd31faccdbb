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
import { announcementsOf, wrongOf } from "./announcements.js";
import { createModelChoice } from "./model_choice.js";
import { createPeek } from "./peek.js";
import { createPictures } from "./pictures.js";
import { createPlayer } from "./player.js";
import { createPrint } from "./print.js";
import { createRace } from "./race.js";
import { showReport } from "./report.js";
import { createRiddles } from "./riddle_form.js";
import { createSections } from "./sections.js";
import { firstCellOf, kindOf, shownButtonsOf, shownPartsOf, titleOf } from "./sheet_parts.js";
import { addressOf, precedentsOf, readState } from "./state.js";
import { createTabs } from "./tabs.js";
import { pointsView, sheetView } from "./views.js";
import { createWork } from "./work.js";

const EPOCHS = {
  name: "epochs", symbol: null, address: null, slider: { low: 1, high: 50, step: 1, log: false },
};

/**
 * A sheet in `root`. `host(event, bytes)` takes a person's events and answers with the state to
 * show. If that takes a while, the answer has `work`: a text `said`, and `run(tell, signal)`, which
 * promises the final answer. A sheet that `isAlone` on its page can also print handouts. The event
 * gd-select has the selected cell as its detail, `{row, name}`, or null for the cell where a sheet
 * opens.
 */
export function createSheet(root, host, isAlone = false) {
  root.classList.add("gd");
  // This attribute keeps JupyterLab from treating keys as its own shortcuts; JupyterLab looks for
  // it on the element that has the focus.
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

  /** Show an answer: its state, error, file and work. */
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

  /** Write a text unless it is there already: a screen reader would say it again. */
  function write(name, text) {
    if (part(name).textContent !== text) part(name).textContent = text;
  }

  /** Show a text in a part, or hide the part if the text is empty. */
  function say(name, text) {
    part(name).hidden = !text;
    write(name, text);
  }

  function alert(text) {
    // Emptied first, so that a screen reader says a repeated message again.
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
    go: goToRow,
    start: (values) => ask({ kind: "start", values }),
  });
  const closeUps = createCloseUps(root, part, () => state, {
    go: goToCell, open: (tab) => ask({ kind: "show", tab }), redraw: () => showAll(state),
    say: (text) => say("found", text),
  });
  const riddles = createRiddles(part("riddles"), ask);
  const peek = createPeek(root, part("pictures"));
  const player = createPlayer(part("player"), goToRow);
  // In the table a person takes over from the player.
  for (const event of ["pointerdown", "keydown"]) part("grid").addEventListener(event, player.pause, true);
  const choose = createChoose(part("choose"), (indices) => ask({ kind: "choose", indices }));
  const models = createModelChoice(part("model"), (name) => ask({ kind: "model", name }));
  const race = createRace(part("race"), ask, alert);

  const isData = () => !state.columns.size;
  // Points count from 1, as their headings do; row 0 of a rule's sheet is its start.
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

  /** Keep the position for the next time the tab is shown, and dispatch gd-select. */
  function wentTo(row, name) {
    positions.set(positionKey(), { row, name });
    const detail = isFirst(row, name) ? null : { row: row + firstRow(), name };
    root.dispatchEvent(new CustomEvent("gd-select", { detail }));
  }

  function isFirst(row, name) {
    const first = firstCellOf(state);
    return row === first.row && name === first.name;
  }

  function showAll(before) {
    const isNew = before?.mark !== state.mark || before?.tab !== state.tab
      || before?.model !== state.model;
    const { isData, isRace, isPractice } = kindOf(state);
    if (before?.tab !== state.tab || isPractice) player.pause();
    const { head } = state;
    [part("rule").textContent, part("source").textContent] = titleOf(state);
    for (const [name, isShown] of Object.entries(shownPartsOf(state))) part(name).hidden = !isShown;
    showButtons();
    models.show(isPractice ? [] : state.models ?? [], state.model);
    choose.show(state.choosing, Object.keys(state.points));
    const hasLens = closeUps.arrange(!isData && !isRace && !isPractice);
    part("bar").hidden = isData || hasLens;
    if (!isData && !isRace) {
      const own = head.inputs;
      const given = Boolean(before?.blanks) !== isPractice;
      const known = before?.head;
      if (given || (known !== head && JSON.stringify(known?.inputs) !== JSON.stringify(own))) {
        inputs.build(head.surface || isPractice ? own : [...own, EPOCHS], isPractice);
      }
      inputs.show({ ...state.inputs, epochs: state.epochs });
    }
    part("python").querySelector("input").value = state.python ?? "";
    if (isRace) riddles.show(state);
    if (isRace && !state.riddle) race.show(state);
    else race.leave();
    showReport(part("report"), state.report, (row, name) => {
      grid.goTo(row, state.columns.get(name).index);
      grid.focus();
    });
    // This line is always there, so that nothing jumps when a drag makes the run explode.
    const wrong = wrongOf(state);
    part("exploded").classList.toggle("gd-is-bad", Boolean(wrong));
    write("exploded", wrong || `${state.rows} rows; every number is finite.`);
    say("found", state.told || (!isPractice && state.found?.said) || "");
    say("news", announcementsOf(state, before));
    tabs.show(state.tabs, state.tab);
    part("body").setAttribute("aria-label", `sheet ${state.tab}`);
    sections.show([...state.columns.values()]);
    showGrid(isNew ? positions.get(positionKey()) ?? firstCellOf(state) : null);
    if (isData) pictures.show(state, 0);
    if (!isPractice) peek.show();
    if (before?.tab !== state.tab) tabs.reveal();
  }

  /** Show the buttons that apply to this sheet. */
  function showButtons() {
    const held = root.getRootNode().activeElement;
    for (const [name, isShown] of Object.entries(shownButtonsOf(state, isAlone))) {
      const button = root.querySelector(`[data-do=${name}]`);
      button.hidden = !isShown;
      // If the focused button disappears, the table gets the focus.
      if (!isShown && button === held) grid.focus();
    }
  }

  /** Show the table at a position, or at the selected cell if its columns are the same. */
  function showGrid(position) {
    const names = shownNames();
    view = isData() ? pointsView(state, onPoints) : sheetView(state, lit, names, onSheet);
    const { row, name } = position ?? {};
    const column = Math.max(0, names.indexOf(name));
    grid.show(view, position && { row, column });
    if (!position || isFirst(row, name)) return;
    // A sheet opens again where a person left it, once the table has its size.
    const shown = view;
    const goBack = () => {
      if (view === shown && grid.here().row === row) grid.goTo(row, column);
    };
    requestAnimationFrame(() => requestAnimationFrame(goBack));
  }

  function goToRow(row) {
    grid.goTo(Math.max(1, Math.min(state.rows, row)), grid.here().column);
  }

  function goToCell(row, name) {
    sections.unfold(state.columns.get(name)?.section);
    grid.goTo(row, shownNames().indexOf(name));
  }

  const positionKey = () => `${state.blanks ? "practice " : ""}${state.model} ${state.tab}`;

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
    // A plain key stays in the sheet: a notebook would treat it as a command.
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
    const action = actionOf("sheet", event);
    // In a text box, Ctrl+Z is the browser's own undo.
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
    /** Turn the lens on or off, from the next answer on. */
    setLens: closeUps.setLens,
    /** Show an answer of the host that no event of this sheet asked for. */
    answer,
    /**
     * Go to a cell of the sheet; a name of null means the current column. Returns false if there is
     * no such cell.
     */
    goTo(row, name) {
      sections.unfold(state.columns.get(name)?.section);
      const names = shownNames();
      const column = name === null ? grid.here().column : names.indexOf(name);
      // Below the points is a row for a new one.
      const last = isData() ? state.samples + 1 : state.rows;
      const there = Number.isInteger(row) && row >= firstRow() && row <= last && column >= 0;
      if (there) grid.goTo(row - firstRow(), column);
      return there;
    },
    /** Show a message of the host, such as that the kernel has stopped. */
    say: alert,
    /** Remove the listeners on the window before the sheet is removed. */
    close: () => closing.abort(),
  };
}
