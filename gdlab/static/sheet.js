// The sheet: tabs, inputs, formula bar, table and pictures, all drawn from one state.
import { createBar } from "./bar.js";
import { createGrid } from "./grid.js";
import { createInputs } from "./inputs.js";
import { full, shown } from "./numbers.js";
import { createPictures } from "./pictures.js";
import { createPlayer } from "./player.js";
import { createRace } from "./race.js";
import { addressOf, excelOf, numbersOf, precedentsOf, readState, valueOf } from "./state.js";

const SLOW_MS = 4000;
const EPOCHS = { name: "epochs", symbol: null, address: null, slider: { low: 1, high: 50, step: 1, log: false } };
const STATUS = { right: "right", follows: "follows from an earlier slip", wrong: "wrong", empty: "empty" };

const FRAME = `
  <header class="gd-head">
    <div><b class="gd-rule"></b> <span class="gd-source"></span></div>
    <div class="gd-actions">
      <button type="button" data-do="hint">hint for this cell</button>
      <button type="button" data-do="reset">start values</button>
      <button type="button" data-do="export">export .xlsx</button>
    </div>
  </header>
  <div class="gd-alert" role="alert" hidden></div>
  <div class="gd-inputs"></div>
  <div class="gd-race"></div>
  <div class="gd-data-tools">
    <label class="gd-button">load a file <input type="file" accept=".csv,.xlsx"></label>
    <button type="button" data-do="remove">remove this point</button>
    <span>Click a cell and type. Two columns copied from a spreadsheet can be pasted.</span>
  </div>
  <div class="gd-player"></div>
  <div class="gd-bar"></div>
  <div class="gd-exploded" role="status" hidden></div>
  <div class="gd-body"><div class="gd-grid"></div><div class="gd-pictures"></div></div>
  <div class="gd-tabs" role="tablist" aria-label="sheets"></div>
  <div class="gd-python"><label>in Python <input type="text" readonly></label>
    <button type="button" data-do="copy">copy</button></div>`;

/**
 * A sheet in `root`. `send(event, bytes)` takes the events of a person to the host, which answers
 * each, sooner or later, through `answer(state, buffers)` with the event's number in it. Of a drag's
 * events only the newest waits: at most one is with the host and one is kept for it.
 */
export function createSheet(root, send) {
  root.classList.add("gd");
  // JupyterLab's own shortcuts would take the arrow keys away.
  root.dataset.lmSuppressShortcuts = "true";
  root.innerHTML = FRAME;
  const part = (name) => root.querySelector(`.gd-${name}`);

  let state = null;
  let number = 0;
  let withHost = 0;
  let slow = 0;
  const queue = [];
  const places = new Map();

  function ask(event, bytes) {
    const last = queue.at(-1);
    const sameThing = last && last.event.kind === event.kind && ["input", "epochs"].includes(event.kind) && last.event.name === event.name;
    if (sameThing) queue.pop();
    queue.push({ event, bytes });
    pump();
  }

  function pump() {
    if (withHost || !queue.length) return;
    const { event, bytes } = queue.shift();
    withHost = ++number;
    root.setAttribute("aria-busy", "true");
    clearTimeout(slow);
    slow = setTimeout(() => alert("No answer yet: the kernel is busy or has stopped. If it has stopped, run the cell again."), SLOW_MS);
    send({ ...event, number: withHost, head: state?.mark }, bytes ?? []);
  }

  function alert(text) {
    part("alert").hidden = !text;
    part("alert").textContent = text;
  }

  const grid = createGrid(part("grid"));
  const inputs = createInputs(part("inputs"), (name, value) => ask(name === "epochs" ? { kind: name, value } : { kind: "input", name, value }));
  const bar = createBar(part("bar"));
  const pictures = createPictures(part("pictures"));
  const player = createPlayer(part("player"), (row) => grid.goTo(Math.max(1, Math.min(state.rows, row)), grid.here().column));
  const race = createRace(part("race"), (names) => ask({ kind: "race", names }));

  const isData = () => !state.columns.size;

  /** What the grid shows of a rule's sheet or a race; row 0 is what the first row starts from. */
  function sheetView() {
    const columns = [...state.columns.values()];
    const light = { cells: new Set(), column: columns.findIndex(({ name }) => name === "sample") };
    const judged = (row, column) => state.judged?.[`${row} ${columns[column].name}`];
    const blank = (row, column) => state.blanks?.[columns[column].name]?.includes(row) ?? false;
    return {
      label: `sheet ${state.tab}`,
      columns: columns.map((column) => ({ ...column, label: column.name, width: column.group ? "wide" : !column.numbers && column.name.length < 9 ? "narrow" : "normal" })),
      rows: state.rows + 1,
      frozen: state.head.frozen,
      heading: (row) => state.head.start_row + row,
      text(row, column) {
        if (blank(row, column)) return judged(row, column)?.text ?? "";
        const value = valueOf(state, columns[column].name, row);
        return value === undefined ? "" : shown(value);
      },
      marks(row, column) {
        const names = [];
        const value = valueOf(state, columns[column].name, row);
        if (light.cells.has(`${row} ${column}`)) names.push("gd-precedent");
        if (value !== undefined && !Number.isFinite(value) && !blank(row, column)) names.push("gd-bad");
        if (row === 0) names.push("gd-start");
        if (light.column >= 0 && row > 0 && row < state.rows && valueOf(state, "epoch", row) !== valueOf(state, "epoch", row + 1)) names.push("gd-epoch-end");
        if (blank(row, column)) names.push("gd-blank", `gd-${judged(row, column)?.status ?? "empty"}`);
        return names.join(" ");
      },
      spoken(row, column) {
        const { name } = columns[column];
        const said = blank(row, column) ? `${judged(row, column)?.text ?? ""} ${STATUS[judged(row, column)?.status ?? "empty"]}` : this.text(row, column);
        return `${name}, ${row ? `row ${row}` : "start"}: ${said || "blank"}`;
      },
      copied: (row, column) => {
        const value = valueOf(state, columns[column].name, row);
        return value === undefined ? "" : full(value);
      },
      editable: blank,
      edit: (row, column, text) => ask({ kind: "cell", row, column: columns[column].name, text }),
      select(row, column) {
        places.set(state.tab, { row, column });
        const { name } = columns[column];
        const found = precedentsOf(state, name, row);
        light.cells = new Set(found.cells.map(([word, at]) => `${at} ${state.columns.get(word).place}`));
        inputs.light(found.inputs);
        player.show(Math.max(1, row), state.rows);
        showBar(name, row, blank(row, column) ? judged(row, column) : null, blank(row, column));
        if (!state.blanks) pictures.show(state, row);
      },
    };
  }

  function showBar(name, row, judged, blank) {
    const column = state.columns.get(name);
    const value = valueOf(state, name, row);
    if (blank) {
      bar.show({ address: addressOf(state, name, row), formula: column.formula, numbers: judged?.hint ?? "", excel: "" });
      return;
    }
    const put = numbersOf(state, name, row);
    const result = value === undefined ? "" : full(value);
    bar.show({
      address: addressOf(state, name, row),
      formula: column.formula,
      numbers: put ? `${put} = ${result}` : result,
      excel: excelOf(state, name, row),
    });
  }

  /** What the grid shows of the points; the row past the last one takes a new point. */
  function dataView() {
    const names = ["x", "y"];
    const { points, samples } = state;
    return {
      label: "points",
      columns: names.map((name, place) => ({ name, letters: "AB"[place], label: name, symbol: "", width: "normal" })),
      rows: samples + 1,
      frozen: null,
      heading: (row) => (row < samples ? row + 1 : "new"),
      text: (row, column) => (row < samples ? full(points[names[column]][row]) : ""),
      marks: () => "gd-editable",
      spoken: (row, column) => (row < samples ? `${names[column]} of point ${row + 1}: ${full(points[names[column]][row])}` : `${names[column]} of a new point`),
      editable: () => true,
      edit(row, column, text) {
        if (text !== this.text(row, column)) ask({ kind: "point", row, column: names[column], text });
      },
      paste: (row, column, text) => ask({ kind: "paste", row, column: names[column], text }),
      remove: (row) => row < samples && ask({ kind: "remove", row }),
      select(row, column) {
        places.set(state.tab, { row, column });
      },
    };
  }

  function showTabs() {
    const tabs = part("tabs");
    tabs.hidden = state.tabs.length < 2;
    if (tabs.children.length !== state.tabs.length) {
      tabs.replaceChildren(...state.tabs.map((name) => {
        const tab = document.createElement("button");
        Object.assign(tab, { type: "button", textContent: name });
        tab.setAttribute("role", "tab");
        tab.dataset.tab = name;
        return tab;
      }));
    }
    for (const tab of tabs.children) {
      const open = tab.dataset.tab === state.tab;
      tab.setAttribute("aria-selected", open);
      tab.tabIndex = open ? 0 : -1;
    }
  }

  function showAll(before) {
    const anew = before?.mark !== state.mark || before?.tab !== state.tab;
    const data = isData();
    const racing = Boolean(state.head.racers);
    if (before?.tab !== state.tab) player.pause();
    part("rule").textContent = racing ? "compare" : data ? "the points" : state.head.rule;
    part("source").textContent = data ? "that every sheet uses; the line is fitted to them" : state.head.source;
    part("inputs").hidden = data || racing;
    part("race").hidden = !racing;
    part("data-tools").hidden = !data;
    part("bar").hidden = data;
    // A learner who fills the cells in has no run to play or to draw yet.
    part("player").hidden = data || Boolean(state.blanks);
    part("pictures").hidden = Boolean(state.blanks);
    part("python").hidden = !state.python;
    root.querySelector("[data-do=export]").hidden = Boolean(state.blanks);
    root.querySelector("[data-do=hint]").hidden = !state.blanks;
    root.querySelector("[data-do=reset]").hidden = racing || Boolean(state.blanks);
    // What a practice sheet is given cannot be changed.
    part("inputs").inert = Boolean(state.blanks);
    if (!data && !racing) {
      const all = state.head.loss === "loss" || state.blanks ? state.head.inputs : [...state.head.inputs, EPOCHS];
      if (anew && JSON.stringify(before?.head?.inputs) !== JSON.stringify(state.head.inputs)) inputs.build(all, Boolean(state.blanks));
      inputs.show({ ...state.inputs, epochs: state.epochs });
      part("python").querySelector("input").value = state.python ?? "";
    }
    if (racing) race.show(state.choices, state.head.racers.map(({ label }) => label));
    const told = part("exploded");
    told.hidden = !state.exploded;
    if (state.exploded) told.textContent = `Exploded: ${state.exploded[1]} in row ${state.exploded[0]} (${addressOf(state, state.exploded[1], state.exploded[0])}) is ${shown(valueOf(state, state.exploded[1], state.exploded[0]))}.`;
    showTabs();
    const place = places.get(state.tab) ?? { row: data ? 0 : 1, column: startColumn() };
    grid.show(data ? dataView() : sheetView(), anew);
    if (anew) grid.goTo(place.row, place.column);
    if (data) pictures.show(state, 0);
  }

  function startColumn() {
    // The first cell that is really computed, not just taken over from the row above.
    const columns = [...state.columns.values()];
    return Math.max(0, columns.findIndex(({ numbers, group }) => group || numbers?.length > 3));
  }

  function download(name, bytes) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes]));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  async function copyLine() {
    const line = part("python").querySelector("input");
    line.select();
    try {
      await navigator.clipboard.writeText(line.value);
    } catch {
      // Without the right to the clipboard the line stays selected, ready for Ctrl+C.
    }
  }

  root.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]")?.dataset.tab;
    if (tab) ask({ kind: "show", tab });
    const action = event.target.closest("[data-do]")?.dataset.do;
    if (action === "copy") copyLine();
    else if (action === "hint") ask({ kind: "hint", row: grid.here().row, column: [...state.columns.keys()][grid.here().column] });
    else if (action === "remove") ask({ kind: "remove", row: grid.here().row });
    else if (action) ask({ kind: action });
  });
  part("tabs").addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    const { tabs } = state;
    const next = (tabs.indexOf(state.tab) + by + tabs.length) % tabs.length;
    ask({ kind: "show", tab: tabs[next] });
    part("tabs").children[next].focus();
  });
  part("data-tools").querySelector("input").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) ask({ kind: "file", name: file.name }, [await file.arrayBuffer()]);
    event.target.value = "";
  });

  return {
    /** Ask the host for the first state. */
    start: () => ask({ kind: "show" }),
    /** Take a state from the host; one without a number was not asked for. */
    answer(given, buffers) {
      if (given.number === withHost) {
        withHost = 0;
        clearTimeout(slow);
      }
      const before = state;
      state = readState(given, buffers, before);
      showAll(before);
      alert(given.error ?? "");
      if (given.error) inputs.putBack();
      if (given.file) download(given.file, buffers.at(-1));
      if (!withHost && !queue.length) root.setAttribute("aria-busy", "false");
      pump();
    },
    /** Say something of the host's own, such as that it has stopped. */
    say: alert,
  };
}
