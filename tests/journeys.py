"""What a person does with each control of the sheet and sees then, the same in every host.

A journey begins at a sheet as it was at first and names the controls and keys that it uses; the
page reports what was really used (``WATCH``), so none is named in vain.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

import gdlab
from gdlab.core.rerun import inputs_of
from gdlab.web.assets import STATIC

SETTLED = ".gd[aria-busy=false]"
VALUES = "all => all.map((one) => one.value)"
# What can be used: by the pointer or, as the table, by keys.
CONTROLS = "button, input, select, textarea, summary, a, [role=tab], [role=grid], [role=alert]"
# Records by name every control that has been on the page and every one that was used, and keeps a
# saved file instead of downloading it.
WATCH = """() => {
    const named = "[data-do], [data-move], [data-tab], [data-control]";
    const nameOf = (one) => {
        if (!one.matches(named)) return `nameless: ${one.outerHTML.slice(0, 80)}`;
        const { do: action, move, tab, control } = one.dataset;
        const field = one.closest("[data-input]")?.dataset.input;
        return [control ?? action ?? move ?? `tab ${tab}`, field].filter(Boolean).join(" ");
    };
    window.seen = new Set();
    window.used = new Set();
    new MutationObserver(() => {
        for (const one of document.querySelectorAll(`.gd :is(CONTROLS)`)) seen.add(nameOf(one));
    }).observe(document, { childList: true, subtree: true });
    for (const kind of ["click", "input", "change", "keydown"]) {
        addEventListener(kind, (event) => {
            const one = event.target.closest?.(named);
            if (!one?.closest(".gd")) return;
            used.add(nameOf(one));
            if (kind !== "keydown") return;
            const { key, ctrlKey, shiftKey } = event;
            const held = `${ctrlKey ? "Control+" : ""}${shiftKey ? "Shift+" : ""}`;
            used.add(`key ${held}${key.length === 1 ? key.toUpperCase() : key}`);
        }, true);
    }
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => make.call(URL, (window.lastSaved = blob));
}""".replace("CONTROLS", CONTROLS)
MADE = r"<(?:button|input|select|textarea|summary|a)\b[^>]*>"
MADE_IN_CODE = r"\b(?:element|createElement)\(\s*\"(?:button|input|select|textarea|summary)\"[^)]*"

JOURNEYS: list[tuple[Callable[["Sheet"], None], tuple[str, ...]]] = []


def uses(*names: str) -> Callable:
    """A journey that uses these controls, ``key grid Enter`` for a key of a part."""

    def keep(journey: Callable[["Sheet"], None]) -> Callable[["Sheet"], None]:
        JOURNEYS.append((journey, names))
        return journey

    return keep


def nameless() -> list[str]:
    """The controls in the sheet's modules that have no name there."""
    found = []
    for path in sorted(Path(STATIC).glob("*.js")):
        code = path.read_text(encoding="utf-8")
        for made in re.findall(f"{MADE}|{MADE_IN_CODE}", code):
            if not re.search(r"data-(do|move|tab|control)|\$\{said\}", made):
                found.append(f"{path.name}: {made}")
    return found


class Sheet:
    """A sheet in a host: ``page`` is where it is."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def begin(self, tab: str) -> None:
        """A sheet as it was at first."""
        if self.page.is_visible("[data-do=leave]"):
            self.page.click("[data-do=leave]")
        self.page.click(f"[data-tab={tab}]")
        self.page.click("[data-do=reset]")
        self.page.wait_for_selector(SETTLED)
        assert self.said("alert") == ""
        if tab != "data":
            self.go_to(1)

    def said(self, name: str) -> str:
        return self.page.locator(f".gd-{name}").text_content()

    def cell(self) -> str:
        return self.said("name-box")

    def python(self) -> gdlab.Trace:
        """The run of the line in Python."""
        return eval(self.page.input_value(".gd-python input"), {"gdlab": gdlab})

    def go_to(self, row: int) -> None:
        self.page.fill(".gd-row", str(row))
        self.page.press(".gd-row", "Enter")

    def box(self, name: str) -> Any:
        return self.page.locator(f"[data-input={name}] .gd-box")

    def press(self, *keys: str) -> None:
        self.page.focus(".gd-table")
        for key in keys:
            self.page.keyboard.press(key)

    def here(self) -> tuple[int, int]:
        """Row and column of the selected cell."""
        there = self.page.locator("td[aria-selected=true]")
        return tuple(
            there.evaluate("(one) => [one.parentNode.dataset.row, one.dataset.column].map(Number)")
        )

    def click_cell(self, row: int, column: int) -> None:
        self.page.click(f"tr[data-row='{row}'] td[data-column='{column}']")

    def text(self, row: int, column: int) -> str:
        return self.page.locator(f"tr[data-row='{row}'] td[data-column='{column}']").text_content()

    def points(self) -> int:
        return int(self.page.get_attribute(".gd-table", "aria-rowcount")) - 3

    def saved(self) -> bytes:
        """The file that was saved last; it counts once."""
        self.page.wait_for_function("() => window.lastSaved")
        content = self.page.evaluate(
            """async () => {
                const bytes = new Uint8Array(await window.lastSaved.arrayBuffer());
                window.lastSaved = null;
                return [...bytes];
            }"""
        )
        return bytes(content)

    def tabs(self) -> list[str]:
        return self.page.locator("[data-tab]").all_text_contents()

    def rules(self) -> list[str]:
        return [tab for tab in self.tabs() if tab not in ("data", "compare")]


def all_tabs(sheet: Sheet) -> None:
    for tab in sheet.tabs():
        sheet.begin(tab)
        assert sheet.page.get_attribute(f"[data-tab={tab}]", "aria-selected") == "true"
        assert sheet.page.get_attribute(".gd-body", "aria-label") == f"sheet {tab}"


def all_boxes(sheet: Sheet) -> None:
    for tab in sheet.rules():
        sheet.begin(tab)
        for name, before in inputs(sheet).items():
            wanted = "3" if name == "epochs" else repr((before or 0.5) / 2)
            sheet.box(name).fill(wanted)
            sheet.box(name).press("Enter")
            assert used_by_run(sheet, name) == float(wanted), (tab, name, sheet.said("alert"))


def all_sliders(sheet: Sheet) -> None:
    for tab in sheet.rules():
        sheet.begin(tab)
        for name, before in inputs(sheet).items():
            track = sheet.page.locator(f"[data-input={name}] .gd-track")
            if not track.count():
                continue
            track.press("ArrowRight")
            now = float(sheet.box(name).input_value())
            assert now > before, (tab, name)
            assert used_by_run(sheet, name) == now


def inputs(sheet: Sheet) -> dict[str, float]:
    """All inputs that are shown, with their numbers; folded ones are unfolded."""
    folded = sheet.page.locator(".gd-more:not([open]) summary")
    if folded.count():
        folded.click()
    fields = sheet.page.locator(".gd-field").evaluate_all(
        "all => all.map((one) => [one.dataset.input, Number(one.querySelector('.gd-box').value)])"
    )
    return dict(fields)


def used_by_run(sheet: Sheet, name: str) -> float:
    """An input of the sheet's run, as the line in Python has it."""
    run = sheet.python()
    return run.n_epochs if name == "epochs" else inputs_of(run)[name]


@uses("practise", "leave", "hint", "other", "editor")
def practice(sheet: Sheet) -> None:
    page = sheet.page
    sheet.begin("basic")
    page.click("[data-do=practise]")
    assert page.locator("td.gd-blank").count() > 20
    given = sheet.text(1, 3)
    page.keyboard.type("123")
    page.keyboard.press("Enter")
    assert page.locator("td.gd-wrong").count() == 1
    page.keyboard.press("ArrowUp")
    page.click("[data-do=hint]")
    assert sheet.said("numbers").startswith("hint: ")
    page.click("[data-do=other]")
    assert sheet.text(1, 3) != given and page.locator("td.gd-wrong").count() == 0
    page.click("[data-do=leave]")
    assert page.locator("td.gd-blank").count() == 0


@uses("own")
def practice_on_the_sheets_own_points(sheet: Sheet) -> None:
    sheet.begin("basic")
    points = [sheet.text(row, 3) for row in (1, 2, 3)]
    sheet.page.click("[data-do=practise]")
    assert [sheet.text(row, 3) for row in (1, 2, 3)] != points
    sheet.page.click("[data-do=own]")
    assert [sheet.text(row, 3) for row in (1, 2, 3)] == points
    sheet.page.click("[data-do=other]")
    sheet.page.click("[data-do=leave]")


@uses("find")
def rate(sheet: Sheet) -> None:
    sheet.begin("basic")
    sheet.page.click("[data-do=find]")
    sheet.page.wait_for_selector(".gd-found:not([hidden])")
    run = sheet.python()
    assert run.hyper["lr"] == gdlab.find_rate("sgd", epochs=run.n_epochs).lr
    sheet.page.click("[data-do=reset]")
    sheet.page.wait_for_selector(".gd-found", state="hidden")


@uses("column of x", "column of y", "use these", "leave the file")
def columns(sheet: Sheet) -> None:
    sheet.begin("data")
    table = b"id,TV,Sales\n1,10,5\n2,20,9\n"
    file = {"name": "many.csv", "mimeType": "text/csv", "buffer": table}
    sheet.page.set_input_files(".gd-data-tools input", file)
    sheet.page.get_by_text("Cancel").click()
    sheet.page.set_input_files(".gd-data-tools input", file)
    sheet.page.select_option(".gd-choose [name=x]", "1")
    sheet.page.select_option(".gd-choose [name=y]", "2")
    sheet.page.click("text=Use these")
    assert [sheet.text(0, 0), sheet.text(0, 1)] == ["10", "5"]
    sheet.page.click("[data-do=reset]")


@uses("reset")
def reset(sheet: Sheet) -> None:
    sheet.begin("basic")
    before = sheet.page.input_value(".gd-python input")
    sheet.box("lr").fill("0.5")
    sheet.box("lr").press("Tab")
    assert sheet.page.input_value(".gd-python input") != before
    sheet.page.click("[data-do=reset]")
    assert sheet.page.input_value(".gd-python input") == before


@uses("csv")
def csv(sheet: Sheet) -> None:
    sheet.begin("basic")
    sheet.page.click("[data-do=csv]")
    lines = sheet.saved().decode().splitlines()
    assert len(lines) == 146 and lines[0].startswith("epoch,sample,t,")


@uses("export")
def workbook(sheet: Sheet) -> None:
    sheet.begin("basic")
    sheet.page.click("[data-do=export]")
    assert sheet.saved().startswith(b"PK")


@uses("stop")
def stop(sheet: Sheet) -> None:
    sheet.begin("adam")
    sheet.box("epochs").fill("2000")
    sheet.box("epochs").press("Enter")
    sheet.page.click("[data-do=export]")
    sheet.page.click("[data-do=stop]")
    sheet.page.wait_for_selector(".gd-work", state="hidden")
    assert sheet.page.evaluate("window.lastSaved ?? null") is None
    sheet.page.click("[data-do=reset]")


@uses("copy", "python")
def python(sheet: Sheet) -> None:
    sheet.begin("basic")
    sheet.page.click(".gd-python input")
    sheet.page.click("[data-do=copy]")
    # The text stays selected, ready for Ctrl+C if there is no permission for the clipboard.
    assert sheet.page.evaluate("getSelection().toString()").startswith("gdlab.trace(")
    assert sheet.python().rows == 145


@uses("film")
def film(sheet: Sheet) -> None:
    sheet.begin("basic")
    told = sheet.page.input_value(".gd-python input")
    sheet.page.click("[data-do=film]")
    assert sheet.page.input_value(".gd-python input") == f"{told}.to_film('basic.gif')"
    assert "a film of the run" in sheet.said("found")


@uses("forward", "back", "start", "end", "row", "key row Enter")
def steps(sheet: Sheet) -> None:
    page = sheet.page
    sheet.begin("basic")
    sheet.go_to(7)
    assert sheet.cell().endswith("16")
    for move, row in (("forward", 8), ("back", 7), ("end", 145), ("start", 1)):
        page.click(f"[data-move={move}]")
        assert page.input_value(".gd-row") == str(row)
        picture = page.get_attribute("[data-picture=path]", "aria-label")
        assert picture.startswith(f"path, row {row}.")


@uses("play", "speed")
def play(sheet: Sheet) -> None:
    page = sheet.page
    sheet.begin("basic")
    page.focus(".gd-speed input")
    page.keyboard.press("End")
    assert page.locator(".gd-speed output").text_content() == "100 a second"
    page.click("[data-move=play]")
    page.wait_for_function("() => Number(document.querySelector('.gd-row').value) > 5")
    page.click("[data-move=play]")
    assert page.get_attribute("[data-move=play]", "aria-label") == "play"
    # A person who goes to a row, or to a cell, stays there.
    page.click("[data-move=play]")
    page.fill(".gd-row", "40")
    page.press(".gd-row", "Enter")
    assert page.get_attribute("[data-move=play]", "aria-label") == "play"
    page.click("[data-move=play]")
    page.press(".gd-table", "ArrowLeft")
    assert page.get_attribute("[data-move=play]", "aria-label") == "play"


SECTIONS = ("data", "parameters", "forward", "backward", "rule", "update")


@uses("model", *(f"fold {name}" for name in SECTIONS))
def model(sheet: Sheet) -> None:
    page = sheet.page
    sheet.begin("adam")
    page.select_option(".gd-model select", "logistic")
    page.wait_for_selector("[data-input=start_weight]")
    run = sheet.python()
    assert (run.rule, run.options["model"]) == ("adam_lesson", "logistic")
    assert sheet.text(1, 3) == "0.5" and page.input_value("[data-input=lr] .gd-box") == "0.1"
    for name in SECTIONS:
        for is_open in ("false", "true"):
            page.click(f"[data-control='fold {name}']")
            folded = page.get_attribute(f"[data-control='fold {name}']", "aria-expanded")
            assert folded == is_open
    page.click("[data-tab=data]")
    assert sheet.text(0, 1) == "0"
    page.click("[data-tab=adam]")
    sheet.press("Control+z")
    page.wait_for_selector("[data-input=start_slope]")
    assert sheet.text(1, 3) == "14"


@uses("race")
def race(sheet: Sheet) -> None:
    page = sheet.page
    sheet.begin("compare")
    names = page.locator(".gd-race [type=checkbox]").evaluate_all(
        "all => all.map((one) => one.value)"
    )
    for name in (names[0], names[-1]):
        before = page.locator(".gd-legend li").count()
        page.locator(f".gd-race [value={name}]").click()
        assert abs(page.locator(".gd-legend li").count() - before) == 1
        page.locator(f".gd-race [value={name}]").click()
        assert page.locator(".gd-legend li").count() == before


@uses("add", "another", "drop", "other inputs")
def two_settings_of_one_rule(sheet: Sheet) -> None:
    page = sheet.page
    sheet.begin("adam")
    rate = sheet.python().hyper["lr"]
    page.click("[data-do=add]")
    assert "adam_2" in sheet.said("found")
    sheet.box("lr").fill(repr(3 * rate))
    sheet.box("lr").press("Enter")
    page.click("[data-tab=compare]")
    runs = page.locator(".gd-compared-name")
    expect(runs.filter(has_text="adam_2")).to_have_count(1)
    line = page.get_by_role("group", name="adam_2", exact=True)
    assert float(line.locator("[data-input=lr] .gd-box").input_value()) == rate
    line.locator("summary").click()
    line.locator("[data-input=start_slope] .gd-box").fill("2")
    line.locator("[data-input=start_slope] .gd-box").press("Enter")
    # The line of Python draws the same runs.
    told = page.input_value(".gd-python input")
    assert f"lr={3 * rate!r}" in told and "start={'slope': 2}" in told
    line.locator("[data-control=another]").click()
    expect(runs.filter(has_text="adam_3")).to_have_count(1)
    page.get_by_role("group", name="adam_3", exact=True).locator("[data-control=drop]").click()
    expect(runs.filter(has_text="adam_3")).to_have_count(0)
    page.click("[data-do=reset]")
    expect(runs.filter(has_text="adam_2")).to_have_count(0)


@uses(
    "lens",
    "step back",
    "step on",
    *(f"key lens Arrow{way}" for way in ("Left", "Right", "Up", "Down")),
)
def lens(sheet: Sheet) -> None:
    page = sheet.page
    sheet.begin("adam")
    sheet.go_to(4)
    page.click("[data-do=lens]")
    lens = page.locator(".gd-lens").first
    names = sheet.python().table.computed
    for way, row in (("Down", 5), ("Up", 4)):
        page.keyboard.press(f"Arrow{way}")
        expect(lens.locator(".gd-lens-where")).to_contain_text(f"row {row},")
    for way in ("Right", "Left", "Right"):
        page.keyboard.press(f"Arrow{way}")
    step = int(re.search(r"step (\d+)", lens.locator(".gd-lens-where").text_content())[1])
    told = sheet.python().explain(4, names[step - 1])
    assert lens.locator(".gd-lens-numbers").text_content() == f"= {told.numbers}"
    assert lens.locator(".gd-lens-result").text_content() == f"= {told.result!r}"
    page.click(".gd-body [data-control='step on'], .gd-lens [data-control='step on']")
    expect(lens.locator(".gd-lens-where")).to_contain_text(f"step {step + 1} of")
    page.click(".gd-lens [data-control='step back']")
    expect(lens.locator(".gd-lens-where")).to_contain_text(f"step {step} of")
    page.click("[data-do=lens]")
    expect(lens).to_be_hidden()


@uses(
    "present",
    "end presentation",
    *(f"key stage Arrow{way}" for way in ("Left", "Right", "Up", "Down")),
    *(f"key stage {key}" for key in ("PageUp", "PageDown", "R", "Shift+R", "V", "D")),
)
def presentation(sheet: Sheet) -> None:
    page = sheet.page
    sheet.begin("adam")
    page.click("[data-do=present]")
    stage = page.locator(".gd-stage")
    expect(stage).to_be_visible()
    head = stage.locator(".gd-stage-head")
    for key, row in (
        ("ArrowDown", 2), ("ArrowRight", 3), ("ArrowUp", 2), ("ArrowLeft", 1),
        ("PageDown", 30), ("PageUp", 1),
    ):  # fmt: skip
        page.keyboard.press(key)
        expect(head).to_contain_text(f"row {row} of 145")
    ground = stage.evaluate("one => getComputedStyle(one).backgroundColor")
    page.keyboard.press("d")
    expect(stage).not_to_have_css("background-color", ground)
    page.keyboard.press("d")
    # Nothing is smaller than 24 pixels: what a picture writes is measured where it stands.
    sizes = stage.locator(".gd-stage-picture text").evaluate_all(
        """all => all.map((one) => parseFloat(getComputedStyle(one).fontSize)
            * one.getScreenCTM().a)"""
    )
    words = stage.locator(":is(b, span, button, .gd-stage-keys):visible").evaluate_all(
        "all => all.map((one) => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert len(sizes) > 5 and min(sizes + words) >= 24
    shown = stage.locator("svg[data-picture]").get_attribute("data-picture")
    page.keyboard.press("v")
    expect(stage.locator(f"svg[data-picture={shown}]")).to_have_count(0)
    page.keyboard.press("r")
    expect(head).to_contain_text("adam_ann")
    page.keyboard.press("Shift+R")
    expect(head).not_to_contain_text("adam_ann")
    page.mouse.move(400, 300)
    expect(stage.locator(".gd-stage-pointer")).to_be_visible()
    stage.locator("[data-control='end presentation']").click()
    expect(stage).to_be_hidden()


@uses("zoom in", "zoom out", "whole picture")
def pictures_that_answer(sheet: Sheet) -> None:
    page = sheet.page
    sheet.begin("adam")
    for control in ("zoom in", "zoom in", "zoom out", "whole picture"):
        before = page.locator("[data-picture=path]").inner_html()
        page.click(f"[data-control='{control}']")
        assert page.locator("[data-picture=path]").inner_html() != before, control
    # A click on the loss goes to the row under it; so does a pointer that is dragged along.
    ground = page.locator("[data-picture=loss] .gd-ground")
    ground.scroll_into_view_if_needed()
    box = ground.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.click(box["x"] + 0.5 * box["width"], middle)
    assert page.input_value(".gd-row") == "73"
    page.mouse.move(box["x"] + 0.25 * box["width"], middle)
    row = 37
    loss = sheet.python().frame.iloc[row - 1, 9]
    hover = page.locator(".gd-hover")
    expect(hover).to_contain_text(f"row {row}")
    assert float(hover.inner_text().split()[-1]) == float(f"{loss:.4g}")
    # The start is dragged over the contours, and the run follows.
    start = page.locator("[data-picture=path] .gd-start-point").bounding_box()
    middle = [start["x"] + start["width"] / 2, start["y"] + start["height"] / 2]
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 30, middle[1] - 20, steps=3)
    page.mouse.up()
    begun = sheet.python().start
    assert begun["intercept"] > 1 and begun["slope"] > 1
    assert float(sheet.box("start_slope").input_value()) == begun["slope"]
    # The run before stays visible in a pale colour until the next drag.
    page.wait_for_timeout(800)
    page.locator("[data-input=lr] .gd-track").press("ArrowRight")
    expect(page.locator("[data-picture=path] .gd-ghost")).to_have_count(1)
    page.click("[data-do=reset]")


@uses("riddle rule", "riddle rate", "guess", "show answers", "another riddle", "end riddle")
def riddles(sheet: Sheet) -> None:
    page = sheet.page
    sheet.begin("compare")
    page.click("[data-control='riddle rule']")
    assert page.locator(".gd-legend li").all_text_contents() == [f"run {one} " for one in "ABCD"]
    guesses = page.locator("[data-control=guess]")
    guesses.first.select_option(index=1)
    page.click("[data-control='show answers']")
    expect(page.locator(".gd-answers li")).to_have_count(4)
    for told in page.locator(".gd-answers b").all_inner_texts():
        assert re.match(r"run \w is (\w+)", told)[1] in gdlab.rules()
    page.click("[data-control='another riddle']")
    expect(page.locator(".gd-answers li")).to_have_count(0)
    page.click("[data-control='end riddle']")
    page.click("[data-control='riddle rate']")
    page.click("[data-control='show answers']")
    told = page.locator(".gd-answers li").all_inner_texts()
    # Each verdict holds for the run that Python computes.
    for line in told:
        verdict, rate, rule = re.match(r"run \w is (.+?): lr (\S+) of (\w+):", line).groups()
        run = gdlab.trace(rule, epochs=5, lr=float(rate))
        start = gdlab.trace(rule, epochs=1, lr=1e-300).frame["err2"].mean()
        last = run.frame["err2"].tail(29).mean()
        assert bool(run.exploded or last > 2 * start) == (verdict == "too large"), line
    assert sum("too large" in line for line in told) == 1
    page.click("[data-control='end riddle']")


@uses("file", "remove")
def points(sheet: Sheet) -> None:
    sheet.begin("data")
    file = {"name": "mine.csv", "mimeType": "text/csv", "buffer": b"x,y\n1,2\n3,4\n5,6\n"}
    sheet.page.set_input_files(".gd-data-tools input", file)
    sheet.page.wait_for_function("() => document.querySelector('.gd-table').ariaRowCount === '6'")
    sheet.click_cell(1, 0)
    sheet.page.click("[data-do=remove]")
    assert [sheet.text(row, 0) for row in (0, 1)] == ["1", "5"]


@uses("alert", "key sheet Escape")
def refusals(sheet: Sheet) -> None:
    page = sheet.page
    sheet.begin("basic")
    for close in (lambda: page.click(".gd-alert"), lambda: sheet.press("Escape")):
        sheet.box("lr").fill("-1")
        sheet.box("lr").press("Enter")
        assert sheet.said("alert") == "lr must be a number over 0, not -1"
        close()
        assert page.is_hidden(".gd-alert")


@uses("more")
def folded(sheet: Sheet) -> None:
    sheet.begin("adam")
    assert "start_avg_slope" in inputs(sheet)
    assert sheet.box("start_avg_slope").is_visible()
    sheet.page.click(".gd-more summary")
    assert not sheet.box("start_avg_slope").is_visible()


@uses("grid")
def click(sheet: Sheet) -> None:
    sheet.begin("basic")
    sheet.click_cell(3, 5)
    told = sheet.python().explain(3, sheet.python().table.names[5])
    assert sheet.cell() == told.cell
    assert sheet.said("numbers") == f"{told.numbers} = {told.result!r}"


@uses(
    *(f"key grid {held}Arrow{way}" for held in ("", "Control+") for way in ("Up", "Down")),
    *(f"key grid {held}Arrow{way}" for held in ("", "Control+") for way in ("Left", "Right")),
    *(f"key grid {held}{key}" for held in ("", "Control+") for key in ("Home", "End")),
    "key grid PageUp",
    "key grid PageDown",
)
def walk(sheet: Sheet) -> None:
    sheet.begin("basic")
    sheet.click_cell(2, 4)
    last = len(sheet.python().table.names) - 1
    for key, there in (
        ("ArrowDown", (3, 4)),
        ("ArrowRight", (3, 5)),
        ("ArrowUp", (2, 5)),
        ("ArrowLeft", (2, 4)),
        ("Control+ArrowDown", (145, 4)),
        ("Control+ArrowRight", (145, last)),
        ("Control+ArrowUp", (0, last)),
        ("Control+ArrowLeft", (0, 0)),
        ("End", (0, last)),
        ("Home", (0, 0)),
        ("Control+End", (145, last)),
        ("Control+Home", (0, 0)),
    ):
        sheet.press(key)
        assert sheet.here() == there, key
    sheet.press("PageDown")
    row, column = sheet.here()
    assert 3 < row < 145 and column == 0
    sheet.press("PageUp")
    assert sheet.here() == (0, 0)


@uses("key grid Enter", "key grid F2", *(f"key editor {key}" for key in ("Enter", "Tab", "Escape")))
@uses("key editor Shift+Tab", "key grid Delete", "key grid Backspace")
def typing(sheet: Sheet) -> None:
    page = sheet.page
    sheet.begin("data")
    sheet.click_cell(1, 0)
    for opening, leaving, there in (
        ("Enter", "Enter", (2, 0)),
        ("F2", "Tab", (2, 1)),
        ("Enter", "Shift+Tab", (2, 0)),
    ):
        row, column = sheet.here()
        sheet.press(opening)
        page.keyboard.press("Control+a")
        page.keyboard.type("77")
        page.keyboard.press(leaving)
        assert sheet.text(row, column) == "77" and sheet.here() == there
    sheet.press("Enter")
    page.keyboard.type("5")
    page.keyboard.press("Escape")
    assert sheet.text(2, 0) == "77" and page.locator(".gd-editor").count() == 0
    for key in ("Delete", "Backspace"):
        before = sheet.points()
        sheet.press(key)
        assert sheet.points() == before - 1


@uses("key sheet Control+Z", "key sheet Control+Y", "key sheet Control+Shift+Z")
def undo(sheet: Sheet) -> None:
    sheet.begin("basic")
    before = sheet.box("lr").input_value()
    sheet.box("lr").fill("0.25")
    sheet.box("lr").press("Tab")
    for key, value in (
        ("Control+z", before),
        ("Control+y", "0.25"),
        ("Control+z", before),
        ("Control+Shift+z", "0.25"),
    ):
        sheet.press(key)
        assert sheet.box("lr").input_value() == value


@uses("key input ArrowUp", "key input ArrowDown", "key input Enter")
def box_keys(sheet: Sheet) -> None:
    sheet.begin("basic")
    box = sheet.box("lr")
    box.fill("0.1")
    box.press("Enter")
    assert sheet.python().hyper["lr"] == 0.1
    box.press("ArrowUp")
    assert sheet.python().hyper["lr"] == float(box.input_value()) > 0.1
    more = float(box.input_value())
    box.press("ArrowDown")
    assert sheet.python().hyper["lr"] == float(box.input_value()) < more


@uses(*(f"key tabs {key}" for key in ("ArrowLeft", "ArrowRight", "Home", "End")))
def tab_keys(sheet: Sheet) -> None:
    sheet.begin("basic")
    tabs = sheet.tabs()
    sheet.page.focus("[data-tab=basic]")
    at = tabs.index("basic")
    for key, place in (
        ("ArrowRight", at + 1),
        ("ArrowLeft", at),
        ("End", len(tabs) - 1),
        ("ArrowRight", 0),
        ("Home", 0),
    ):
        sheet.page.keyboard.press(key)
        assert sheet.page.get_attribute(f"[data-tab={tabs[place]}]", "aria-selected") == "true"
