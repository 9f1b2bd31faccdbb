"""The workbook in real Chromium, through JupyterLab: what a person does, and what the page says."""

import io
import os
import re
import signal
import subprocess

import openpyxl
import pytest
from lab import KERNEL_IS_IDLE, lab, open_notebook, run_all
from playwright.sync_api import expect

import gdlab
from gdlab.core.explanation import short
from gdlab.core.lessons import lesson

SETTLED = ".gd[aria-busy=false]"


@pytest.fixture(scope="module")
def address(browser):
    with lab("workbook.ipynb") as served:
        yield served


@pytest.fixture(scope="module")
def opened(browser, address):
    """The workbook's page with its sheet, and what went wrong on the page."""
    context = browser.new_context(viewport={"width": 1400, "height": 1150})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.wrong = []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    open_notebook(page, address, "workbook.ipynb")
    run_all(page)
    page.wait_for_selector(SETTLED)
    yield page
    context.close()


@pytest.fixture
def page(opened):
    """The page with the sheet ``adam`` open at its start values."""
    show(opened, "data")
    opened.click("[data-do=reset]")
    show(opened, "adam")
    opened.click("[data-do=reset]")
    opened.wait_for_selector(SETTLED)
    yield opened
    assert opened.wrong == []


def show(page, tab):
    page.click(f"[data-tab={tab}]")
    page.wait_for_selector(f"[data-tab={tab}][aria-selected=true]")
    page.wait_for_selector(SETTLED)


def go_to(page, row, column):
    """Walk to a cell by the keyboard: row by its box, column by the arrow keys."""
    page.fill(".gd-row", str(row))
    page.press(".gd-row", "Enter")
    names = page.locator(".gd-table .gd-label").all_text_contents()
    page.focus(".gd-table")
    page.keyboard.press("Home")
    for _ in range(names.index(column)):
        page.keyboard.press("ArrowRight")


def cell(page, row, column):
    """A cell's text as it stands in the table; the cell must be in sight."""
    place = page.locator(".gd-table .gd-label").all_text_contents().index(column)
    return page.locator(f"tr[data-row='{row}'] td[data-column='{place}']").text_content()


def line(page, name):
    return page.locator(f".gd-{name}").text_content()


def drag(page, name, value):
    """Set a slider as a hand does: an input event from the element itself."""
    page.locator(f"[data-input={name}] .gd-track").evaluate(
        "(track, value) => { track.value = value; track.dispatchEvent(new Event('input')) }", value
    )
    page.wait_for_selector(SETTLED)


def test_a_slider_changes_the_cells(page):
    drag(page, "lr", -0.5)
    run = gdlab.trace("adam_lesson", epochs=5, lr=0.316)
    assert page.input_value("[data-input=lr] .gd-box") == "0.316"
    for row in (1, 2, 145):
        for column in ("err2", "step_slope"):
            go_to(page, row, column)
            value = run.frame[column][row]
            assert cell(page, row, column) == short_six(value)
            assert line(page, "numbers") == f"{run.explain(row, column).numbers} = {in_full(value)}"


def test_a_number_box_and_its_slider_are_one(page):
    page.fill("[data-input=lr] .gd-box", "0.01")
    page.press("[data-input=lr] .gd-box", "Tab")
    page.wait_for_selector(SETTLED)
    assert float(page.input_value("[data-input=lr] .gd-track")) == -2
    go_to(page, 145, "new_slope")
    expected = gdlab.trace("adam_lesson", epochs=5, lr=0.01).frame["new_slope"].iloc[-1]
    assert line(page, "numbers").endswith(f"= {in_full(expected)}")


def test_enter_is_enough(page):
    page.fill(".gd-row", "52")
    page.press(".gd-row", "Enter")
    assert line(page, "name-box").endswith("61")
    page.fill("[data-input=lr] .gd-box", "0.2")
    page.press("[data-input=lr] .gd-box", "Enter")
    page.wait_for_selector(SETTLED)
    assert "lr=0.2" in page.input_value(".gd-python input")


def test_an_impossible_number_is_refused_on_the_page(page):
    page.fill("[data-input=beta1] .gd-box", "1")
    page.press("[data-input=beta1] .gd-box", "Tab")
    page.wait_for_selector(".gd-alert:not([hidden])")
    assert "beta1 must be a number from 0" in line(page, "alert")
    assert page.input_value("[data-input=beta1] .gd-box") == "0.9"


def test_a_click_fills_the_formula_bar_and_lights_the_precedents(page):
    go_to(page, 3, "avg_slope")
    place = page.locator(".gd-table .gd-label").all_text_contents().index("avg_slope")
    page.click(f"tr[data-row='4'] td[data-column='{place}']")
    told = lesson("adam").explain(4, "avg_slope")
    assert line(page, "name-box") == told.cell
    assert line(page, "numbers") == f"{told.numbers} = {in_full(told.result)}"
    assert line(page, "excel") == told.excel
    assert page.locator(".gd-symbols math mfrac").count() == 1
    lit = page.locator("td.gd-precedent").evaluate_all(
        "cells => cells.map(cell => [cell.parentNode.dataset.row, cell.dataset.column])"
    )
    names = page.locator(".gd-table .gd-label").all_text_contents()
    found = {(int(row), names[int(column)]) for row, column in lit}
    assert found == {(3, "avg_slope"), (4, "grad_slope")}
    assert page.locator(".gd-field.gd-precedent").get_attribute("data-input") == "beta1"


def test_the_arrow_keys_walk_and_the_reader_is_told(page):
    go_to(page, 2, "error")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    here = page.locator("#" + page.get_attribute(".gd-table", "aria-activedescendant"))
    assert here.get_attribute("aria-label") == f"err2, row 3: {cell(page, 3, 'err2')}"
    assert page.get_attribute(".gd-table", "role") == "grid"
    assert page.get_attribute(".gd-table", "aria-rowcount") == "148"
    page.keyboard.press("Control+End")
    assert line(page, "name-box") == lesson("adam").explain(145, "new_slope").cell
    # JupyterLab's own keys would have gone to another cell of the notebook.
    assert page.evaluate("document.activeElement.className") == "gd-table"


def test_stepping_and_playing_move_the_pictures(page):
    go_to(page, 1, "err2")
    place = "[data-picture=points] .gd-now"
    first = page.get_attribute(place, "cx")
    page.click("[data-move=forward]")
    assert page.input_value(".gd-row") == "2"
    assert page.get_attribute(place, "cx") != first
    page.click("[data-move=back]")
    assert page.get_attribute(place, "cx") == first
    page.locator(".gd-speed input").evaluate(
        "box => { box.value = 2; box.dispatchEvent(new Event('input', {bubbles: true})) }"
    )
    page.click("[data-move=play]")
    page.wait_for_function("Number(document.querySelector('.gd-row').value) > 10")
    page.click("[data-move=play]")
    stopped = page.input_value(".gd-row")
    page.wait_for_timeout(100)
    assert page.input_value(".gd-row") == stopped
    assert page.get_attribute("[data-picture=path]", "aria-label").startswith(
        f"path, row {stopped}."
    )


def test_an_edited_point_changes_the_sheets(page):
    show(page, "data")
    page.dblclick("tr[data-row='1'] td[data-column='1']")
    page.keyboard.type("250")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "document.querySelector(\"tr[data-row='1']\").textContent.includes('250')"
    )
    x, y = (list(column) for column in lesson("adam").points)
    y[1] = 250
    show(page, "adam")
    go_to(page, 2, "err2")
    expected = lesson("adam", list(zip(x, y, strict=True))).explain(2, "err2")
    assert line(page, "numbers") == f"{expected.numbers} = {in_full(expected.result)}"


def test_a_bad_point_is_refused_and_the_old_one_stays(page):
    show(page, "data")
    page.click("tr[data-row='2'] td[data-column='0']")
    page.keyboard.type("many")
    page.keyboard.press("Enter")
    page.wait_for_selector(".gd-alert:not([hidden])")
    assert line(page, "alert") == "points: x in row 3 must be a number, not 'many'"
    assert page.locator("tr[data-row='2'] td[data-column='0']").text_content() == "28"


def test_points_are_pasted_from_a_spreadsheet_and_loaded_from_a_file(page):
    show(page, "data")
    page.focus(".gd-table")
    page.keyboard.press("Control+End")
    page.click("tr[data-row='29'] td[data-column='0']")
    page.evaluate("navigator.clipboard.writeText('1\\t2\\n3,5\\t4\\n')")
    page.keyboard.press("Control+v")
    page.wait_for_selector(".gd-table[aria-rowcount='34']")
    page.keyboard.press("Control+End")
    assert page.locator("tr[data-row='30'] td").all_text_contents() == ["3.5", "4"]
    file = {"name": "mine.csv", "mimeType": "text/csv", "buffer": b"x,y\n1,2\n3,4\n"}
    page.set_input_files(".gd-data-tools input", file)
    page.wait_for_selector(".gd-table[aria-rowcount='5']")


def test_the_exported_workbook_is_what_is_on_the_screen(page):
    drag(page, "lr", -0.5)
    go_to(page, 145, "new_slope")
    shown = line(page, "numbers").split(" = ")[1]
    with page.expect_download() as waiting:
        page.click("[data-do=export]")
    book = openpyxl.load_workbook(io.BytesIO(waiting.value.path().read_bytes()), data_only=True)
    sheet = book["adam"]
    assert in_full(sheet[line(page, "name-box")].value) == shown
    run = gdlab.trace("adam_lesson", epochs=5, lr=0.316)
    for place, name in enumerate(run.table.names, 1):
        assert sheet.cell(154, place).value == run.frame[name].iloc[-1]


def test_the_copied_line_gives_the_same_run(page):
    drag(page, "lr", -0.5)
    page.click("[data-do=copy]")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert (
        eval(copied, {"gdlab": gdlab}).final == gdlab.trace("adam_lesson", epochs=5, lr=0.316).final
    )


def test_an_explosion_is_named_by_its_row(page):
    show(page, "basic")
    drag(page, "lr", 0)
    row, column = gdlab.trace("sgd", epochs=5, lr=1, h=0.01).exploded
    assert f"{column} in row {row}" in line(page, "exploded")
    go_to(page, row, column)
    assert cell(page, row, column) == "#NUM!"
    page.click("[data-do=reset]")


def test_a_race_shows_every_rule(page):
    show(page, "compare")
    page.check(".gd-race [value=lion]")
    page.wait_for_function("document.querySelectorAll('.gd-legend li').length === 7")
    page.click("[data-move=end]")
    markers = page.locator("[data-picture=path] .gd-marker")
    assert markers.count() == 7
    page.uncheck(".gd-race [value=lion]")
    page.wait_for_function("document.querySelectorAll('.gd-legend li').length === 6")


def test_a_hundred_thousand_rows_scroll_as_well_as_29(page):
    page.fill("[data-input=epochs] .gd-box", "3500")
    page.press("[data-input=epochs] .gd-box", "Tab")
    page.wait_for_selector(".gd-table[aria-rowcount='101503']")
    page.wait_for_selector(SETTLED)
    assert page.locator(".gd-table tbody tr").count() < 50
    page.focus(".gd-table")
    page.keyboard.press("Control+End")
    last = lesson("adam", epochs=3500).frame["new_slope"].iloc[-1]
    assert cell(page, 101_500, "new_slope") == short_six(last)
    page.fill("[data-input=epochs] .gd-box", "5")
    page.press("[data-input=epochs] .gd-box", "Tab")
    page.wait_for_selector(".gd-table[aria-rowcount='148']")


IN_A_NEW_CELL = """async (source) => {
    const { commands, shell } = window.jupyterapp;
    const { content } = shell.currentWidget;
    content.activeCellIndex = content.widgets.length - 1;
    await commands.execute("notebook:insert-cell-below");
    content.activeCell.model.sharedModel.setSource(source);
    await commands.execute("notebook:run-cell");
}"""


def test_the_tabs_are_in_sight_on_a_small_screen(page):
    before = page.viewport_size
    page.set_viewport_size({"width": 1366, "height": 768})
    for tab in ("basic", "adam", "compare"):
        show(page, tab)
        page.evaluate("document.querySelector('.gd').scrollIntoView()")
        tabs = page.locator(".gd-tabs").bounding_box()
        seen = page.locator(".jp-WindowedPanel-outer").bounding_box()
        assert tabs["y"] + tabs["height"] <= seen["y"] + seen["height"] + 1, tab
    page.set_viewport_size(before)


def test_two_views_of_a_sheet_and_another_beside_it(page):
    made = "mine, other = gdlab.sheet('adam'), gdlab.sheet('adam')\ndisplay(mine, mine, other)"
    page.evaluate(IN_A_NEW_CELL, f"import gdlab\n{made}")
    views = page.locator(".gd")
    expect(views).to_have_count(4)
    whole, first, second, other = views.all()
    rates = [view.locator("[data-input=lr] .gd-box") for view in (first, second, other, whole)]
    rates[0].fill("0.25")
    rates[0].press("Enter")
    for box, rate in zip(rates, ("0.25", "0.25", "0.001", "0.1"), strict=True):
        expect(box).to_have_value(rate)
    second.locator(".gd-model select").select_option("plane")
    for view, count in ((first, 1), (second, 1), (other, 0), (whole, 0)):
        expect(view.locator("[data-input=start_slope1]")).to_have_count(count)
    page.evaluate(
        IN_A_NEW_CELL, "print(mine.model, mine.trace.rows, other.model, other.trace.rows)"
    )
    expect(page.locator(".jp-OutputArea").last).to_have_text(re.compile("plane 45 line 145"))
    for _ in range(2):
        page.evaluate("window.jupyterapp.commands.execute('notebook:delete-cell')")
    expect(views).to_have_count(1)


KERNEL = "window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.id"


def test_a_kernel_that_is_killed_in_mid_drag_is_not_missed(page, tmp_path):
    """Nor does what a person holds in their hand; one line says it, where the eye is."""
    found = page.evaluate(KERNEL)
    track = page.locator("[data-input=lr] .gd-track")
    box = track.bounding_box()
    across, down = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(across, down)
    page.mouse.down()
    page.mouse.move(across + 5, down)
    killed = subprocess.run(["pgrep", "-f", f"kernel-{found}.json"], capture_output=True, text=True)
    os.kill(int(killed.stdout.split()[0]), signal.SIGKILL)
    page.wait_for_selector(".gd-alert:not([hidden])", timeout=60_000)
    assert line(page, "alert").startswith("The kernel has stopped. The sheet goes on without it")
    assert page.locator(".gd-alert").bounding_box()["y"] < page.viewport_size["height"]
    for step in range(6, 30):
        page.mouse.move(across + step, down)
    page.mouse.up()
    assert not page.is_visible(".gd-alert")
    run = eval(page.input_value(".gd-python input"), {"gdlab": gdlab})
    assert run.hyper["lr"] == float(page.input_value("[data-input=lr] .gd-box")) > 1
    go_to(page, 145, "new_slope")
    assert cell(page, 145, "new_slope") == short_six(run.frame["new_slope"].iloc[-1])
    with page.expect_download() as waiting:
        page.click("[data-do=export]")
    book = openpyxl.load_workbook(io.BytesIO(waiting.value.path().read_bytes()), data_only=True)
    assert book["adam"].cell(154, len(run.table.names)).value == run.frame["new_slope"].iloc[-1]

    # With a new kernel, and after running the cell, it is live again.
    for _ in range(3):
        if page.locator(".jp-Dialog button.jp-mod-accept").count():
            page.locator(".jp-Dialog button.jp-mod-accept").first.click()
    page.wait_for_function(KERNEL_IS_IDLE, timeout=60_000)
    run_all(page)
    page.wait_for_selector(SETTLED)
    show(page, "adam")
    assert page.input_value("[data-input=lr] .gd-box") == "0.1"
    assert not page.is_visible(".gdlab-still")


def test_without_a_kernel_the_notebook_still_shows_its_table(page):
    """Last, because it stops the kernel that the others use."""
    assert not page.is_visible(".gdlab-still")
    page.evaluate("void window.jupyterapp.commands.execute('kernelmenu:restart')")
    page.click(".jp-Dialog button.jp-mod-accept")
    page.wait_for_selector(".gd-alert:not([hidden])")
    assert "kernel has stopped" in line(page, "alert")
    page.evaluate(
        """() => {
            const saving = window.jupyterapp.commands.execute("docmanager:save");
            saving.then(() => { window.isSaved = true; });
        }"""
    )
    page.wait_for_function("window.isSaved")
    page.reload()
    page.wait_for_selector(".gdlab-still")
    assert page.is_visible(".gdlab-still")
    shown = page.locator(".gdlab-still").text_content()
    assert f"{lesson('basic').frame['err2'].iloc[0]:.6g}" in shown
    page.wrong.clear()


def short_six(value):
    """A cell's text: six digits."""
    return format(value, ".6g")


def in_full(value):
    """A number as the page writes it in full."""
    text = repr(float(value)) if short(value) != repr(value) else repr(value)
    return text.removesuffix(".0")
