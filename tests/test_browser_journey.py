"""A class's first ten minutes in JupyterLab, notebook by notebook: by keys alone, and by mouse."""

from collections.abc import Iterator
from typing import Any

import pytest
from hands import Keys, Mouse
from lab import KERNEL_IS_IDLE, lab, open_notebook
from playwright.sync_api import expect

import gdlab

# A notebook, the tab of its sheet, and the rule behind it.
NOTEBOOKS = {
    "00_start_here": ("sgd", "sgd"),
    "01_sgd": ("sgd", "sgd"),
    "02_momentum": ("momentum", "momentum"),
    "03_rmsprop": ("rmsprop", "rmsprop"),
    "04_adam": ("adam", "adam"),
    "workbook": ("adam", "adam_lesson"),
}
SETTLED = ".gd[aria-busy=false]"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with lab(*(f"{name}.ipynb" for name in NOTEBOOKS)) as address:
        yield address


@pytest.mark.parametrize("hand", [Keys, Mouse], ids=["keys", "mouse"])
@pytest.mark.parametrize("name", NOTEBOOKS)
@pytest.mark.sample(7)
def test_the_first_ten_minutes(browser: Any, address: str, name: str, hand: Any) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(20_000)
    surprises: list[str] = []
    page.on("pageerror", lambda error: surprises.append(str(error)))
    page.on("console", lambda one: surprises.append(one.text) if one.type == "error" else None)
    open_notebook(page, address, f"{name}.ipynb")
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    person = hand(page)
    person.run_cells()
    page.locator(SETTLED).first.wait_for()
    sheet = page.locator(".gd").first
    person.enter(sheet)
    in_the_sheet(person, sheet, *NOTEBOOKS[name])
    compared_and_practised(person, sheet, *NOTEBOOKS[name])
    if page.locator(".gd").count() > 1:
        your_turn(person, page.locator(".gd").nth(1))
    if page.locator(".gdlab-explore").count():
        explored(person, page.locator(".gdlab-explore"))
    # Nothing of the notebook was cut, added or asked, and the kernel is there.
    assert page.locator(".jp-Notebook .jp-Cell").count() - (hand is Mouse) == cells
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    page.wait_for_function(KERNEL_IS_IDLE)
    assert surprises == []
    context.close()


def python(sheet: Any) -> gdlab.Trace:
    """The run of the line in Python."""
    return eval(sheet.locator(".gd-python input").input_value(), {"gdlab": gdlab})


def said(sheet: Any, name: str) -> str:
    return sheet.locator(f".gd-{name}").first.text_content()


def in_the_sheet(person: Any, sheet: Any, tab: str, rule: str) -> None:
    """Drag, type, ask a cell how it came about, copy some, and undo."""
    page = person.page
    person.tab(sheet, tab)
    box = sheet.locator("[data-input=lr] .gd-box")
    given = float(box.input_value())
    person.slide(sheet, "[data-input=lr] .gd-track")
    assert python(sheet).hyper["lr"] == float(box.input_value()) > given
    person.write(sheet, "[data-input=lr] .gd-box", "0.000234567")
    assert box.input_value() == "0.000234567"
    run = python(sheet)
    assert (run.rule, run.hyper["lr"]) == (rule, 0.000234567)
    names = run.table.names
    person.cell(sheet, 3, names.index("grad_slope"))
    told = run.explain(3, "grad_slope")
    assert said(sheet, "name-box") == told.cell
    assert said(sheet, "numbers") == f"{told.numbers} = {told.result!r}"
    # Keys by which Jupyter cuts a cell, inserts one, and restarts the kernel.
    for key in ("x", "a", "b", "d", "d", "0", "0"):
        person.press(key)
    assert "follows from its formula" in said(sheet, "alert")
    person.press("Escape")
    person.range(sheet, 1, names.index("x"), 2, 3)
    person.press("Control+c")
    copied = [
        line.split("\t") for line in page.evaluate("navigator.clipboard.readText()").split("\n")
    ]
    wanted = [[run.value(one, row) for one in ("x", "y", "intercept")] for row in (1, 2)]
    assert [[float(cell) for cell in line] for line in copied] == wanted
    person.press("Control+z")
    assert float(box.input_value()) != 0.000234567
    person.press("Control+y")
    assert box.input_value() == "0.000234567"


def compared_and_practised(person: Any, sheet: Any, tab: str, rule: str) -> None:
    """The lens over a row, a second run beside the first, a practice table, and the start again."""
    page = person.page
    person.cell(sheet, 1, 2)
    person.use(sheet, "[data-do=lens]")
    computed = python(sheet).table.computed
    for step in range(1, 6):
        person.press("ArrowRight")
        assert f"step {step} of {len(computed)}" in said(sheet, "lens-where")
    told = python(sheet).explain(1, computed[4])
    assert said(sheet, "lens-numbers") == f"= {told.numbers}"
    assert float(said(sheet, "lens-result").removeprefix("= ")) == told.result
    person.use(sheet, "[data-do=lens]")
    person.use(sheet, "[data-do=add]")
    person.tab(sheet, "compare")
    sheet.locator(".gd-compared-name", has_text=f"{tab}_2").wait_for()
    person.tab(sheet, tab)
    person.use(sheet, "[data-do=practise]")
    start = sheet.locator("[data-input=start_intercept] .gd-box").input_value()
    page.keyboard.type(start)
    person.press("Enter")
    sheet.locator("td.gd-right").wait_for()
    person.press("ArrowUp")
    person.press("ArrowRight")
    page.keyboard.type("1234")
    person.press("Tab")
    sheet.locator("td.gd-wrong").wait_for()
    person.press("ArrowLeft")
    person.use(sheet, "[data-do=hint]")
    assert said(sheet, "numbers").startswith("hint: ")
    person.at(sheet, ".gd-table")
    person.press("Control+z")
    assert sheet.locator("td.gd-wrong").count() == 0
    person.use(sheet, "[data-do=leave]")
    person.use(sheet, "[data-do=reset]")
    assert sheet.locator("[data-input=lr] .gd-box").input_value() != "0.000234567"
    assert said(sheet, "alert") == ""


def your_turn(person: Any, sheet: Any) -> None:
    """The practice sheet: a number, arithmetic that shows the working, and a wrong one."""
    page = person.page
    person.enter(sheet)
    starts = [
        sheet.locator(f"[data-input=start_{one}] .gd-box").input_value()
        for one in ("intercept", "slope")
    ]
    x, y = (sheet.locator("tr[data-row='1'] td").nth(column).text_content() for column in (3, 4))
    person.cell(sheet, 1, 5)
    intercept, slope = starts
    for text in (intercept, slope, f"={intercept}+{slope}*{x}"):
        page.keyboard.type(text)
        person.press("Tab")
    page.wait_for_function(
        "(sheet) => sheet.querySelectorAll('td.gd-right').length === 3", arg=sheet.element_handle()
    )
    page.keyboard.type(f"{y}-1000")
    person.press("Enter")
    sheet.locator("td.gd-wrong").wait_for()


def explored(person: Any, area: Any) -> None:
    """A slider over the frame."""
    person.enter(area)
    words = area.locator(".gdlab-words")
    before = words.text_content()
    if isinstance(person, Keys):
        person.slide(area, ".noUi-handle")
    else:
        area.locator(".noUi-base").first.click()
    expect(words).not_to_have_text(before, timeout=20_000)
