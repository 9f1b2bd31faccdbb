"""The sheet in a notebook: Python knows what is set there, and what Python sets is shown."""

from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import openpyxl
import pytest
from combinations import OPTIONS
from mounted import SETTLED, fill_in, live, mount, sheets
from pages import differences, drag, line, paste, saved
from playwright.sync_api import expect

import gdlab
from gdlab.core.lessons import lesson
from gdlab.marking.handout import make

# What a page would save, instead of a download.
CAUGHT = """() => {
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => make.call(URL, (window.lastSaved = blob));
}"""


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    with sheets(browser) as open_one:
        yield open_one


def texts(page: Any) -> list[dict[str, str]]:
    """The cells in sight, row by row: names to texts."""
    return page.evaluate(
        """() => {
            const names = [...document.querySelectorAll(".gd-table .gd-label")]
                .map((label) => label.textContent);
            const rows = [...document.querySelectorAll("tr[data-row]:not([hidden])")].filter(
                (row) => Number(row.dataset.row) > 0);
            return rows.map((row) => Object.fromEntries(
                [...row.querySelectorAll("td[data-column]:not([hidden])")].map(
                    (cell) => [names[cell.dataset.column], cell.textContent])));
        }"""
    )


def assert_shows(page: Any, run: gdlab.Trace) -> None:
    rows = texts(page)
    assert len(rows) > 5
    for number, row in enumerate(rows, 1):
        shown = {name: float(text) for name, text in row.items()}
        assert shown == {name: six_digits(run.value(name, number)) for name in row}


def six_digits(value: float) -> float:
    """A number as a browser rounds it: half of the last digit goes up."""
    with localcontext(rounding=ROUND_HALF_UP):
        return float(format(Decimal(value), ".6g"))


def settled(page: Any, sheet: Any, **wanted: Any) -> None:
    """Wait until Python has heard of a change: its messages take a moment."""
    for _ in range(500):
        if sheet.get_state(tuple(wanted)) == wanted:
            break
        page.wait_for_timeout(20)
    assert sheet.get_state(tuple(wanted)) == wanted


CASES = [
    ("rmsprop", {"schedule": "lesson_annealing", "h": 0.01}),
    *((rule, {}) for rule in gdlab.rules()),
    *(("adam", given) for name, given in OPTIONS.items() if name != "surface"),
    ("sgd", {"model": "relu_neuron"}),
]


@pytest.mark.parametrize(("rule", "options"), CASES, ids=str)
@pytest.mark.sample(5)
def test_a_drag_is_shown_at_once_and_the_kernel_has_the_same_bits(
    opened: Any, rule: str, options: dict[str, Any]
) -> None:
    sheet = gdlab.sheet(rule, **options)
    page = opened(sheet, 3600)
    page.evaluate(CAUGHT)
    name = "start_lr" if "schedule" in options else "lr"
    for exponent in (-5, -4, -3):
        drag(page, name, exponent)
    wanted = gdlab.trace(rule, epochs=5, lr=0.001, **options)
    assert_shows(page, wanted)
    settled(page, sheet, inputs=sheet.inputs | {name: 0.001})
    assert sheet.trace.frame.equals(wanted.frame)
    assert differences(saved(page), sheet.trace) == []
    assert eval(page.input_value(".gd-python input")).final == wanted.final


def test_what_python_sets_is_shown(opened: Any) -> None:
    sheet = gdlab.workbook()
    page = opened(sheet)
    sheet.tab = "adam"
    sheet.set(lr=0.3)
    sheet.epochs = 2
    sheet.points = [(1, 5), (3, 4), (5, 7)]
    for name in ("tab", "inputs", "epochs", "points"):
        page.evaluate("([name, value]) => model.take(name, value)", [name, getattr(sheet, name)])
    assert page.get_attribute("[data-tab=adam]", "aria-selected") == "true"
    assert page.input_value("[data-input=lr] .gd-box") == "0.3"
    assert_shows(page, sheet.trace)
    page.evaluate("model.take('selected', { row: 4, column: 'err2' })")
    assert line(page, "name-box") == sheet.trace.explain(4, "err2").cell


def test_two_views_of_one_sheet_agree(browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 1800})
    sheet = live("adam")
    mount(page, sheet, views=2)
    first, second = page.locator(".gd").all()
    first.locator("[data-input=lr] .gd-track").evaluate(
        "(track) => { track.value = -0.5; track.dispatchEvent(new Event('input')) }"
    )
    assert second.locator("[data-input=lr] .gd-box").input_value() == "0.316"
    second.locator("[data-tab=data]").click()
    second.locator("tr[data-row='0'] td[data-column='1']").click()
    page.keyboard.type("250")
    page.keyboard.press("Enter")
    assert first.locator("tr[data-row='0']").inner_text().split() == ["1", "14", "250"]
    settled(page, sheet, tab="data")
    assert sheet.run("adam").frame["y"][1] == 250
    # A model that Python has to bring to each of them.
    first.locator(".gd-model select").select_option("logistic")
    for view in (first, second):
        expect(view.locator("tr[data-row='0']")).to_have_text("10.50")
    settled(page, sheet, model="logistic")
    sheet.model = "line"
    for name in ("model", "inputs", "points"):
        page.evaluate("([name, value]) => model.take(name, value)", [name, getattr(sheet, name)])
    for view in (first, second):
        expect(view.locator("tr[data-row='0']")).to_have_text("114250")
    page.close()


def test_a_model_registered_since_is_in_the_box(opened: Any) -> None:
    sheet = live("basic")
    page = opened(sheet)
    box = page.locator(".gd-model select")

    @gdlab.model
    def proportion(x, y, slope=1):
        """A line through the origin."""
        error = slope * x - y
        loss = error * error
        return error, loss

    assert "proportion" not in box.locator("option").all_text_contents()
    box.hover()
    expect(box.locator("option").last).to_have_text("proportion")
    box.select_option("proportion")
    settled(page, sheet, model="proportion")
    expect(page.locator("[data-input=start_slope]")).to_have_count(1)
    expect(page.locator("[data-input=start_intercept]")).to_have_count(0)
    points, rate = gdlab.lesson_points(), sheet.inputs["basic.lr"]
    assert_shows(page, gdlab.trace("sgd", points, model="proportion", epochs=5, lr=rate, h=0.01))


def test_the_sheet_goes_on_without_its_kernel(opened: Any, tmp_path: Any) -> None:
    sheet = live("adam")
    page = opened(sheet)
    page.evaluate(CAUGHT)
    # The workbook's template comes while there is a kernel.
    page.wait_for_function("window.answered.includes('workbook')")
    drag(page, "lr", -2)
    page.evaluate("model.die()")
    assert line(page, "alert").startswith("The kernel has stopped. The sheet goes on without it")
    assert page.locator(".gd-alert").evaluate(
        "one => one.getBoundingClientRect().bottom <= innerHeight"
    )
    drag(page, "lr", -1)
    assert_shows(page, gdlab.trace("adam_lesson", epochs=5, lr=0.1))
    assert not page.is_visible(".gd-alert")
    page.click("[data-do=export]")
    page.wait_for_function("window.lastSaved")
    content = page.evaluate("lastSaved.arrayBuffer().then((all) => [...new Uint8Array(all)])")
    (tmp_path / "adam.xlsx").write_bytes(bytes(content))
    row = openpyxl.load_workbook(tmp_path / "adam.xlsx", data_only=True)["adam"][154]
    run = gdlab.trace("adam_lesson", epochs=5, lr=0.1)
    assert [cell.value for cell in row][: len(run.table.names)] == run.frame.iloc[-1].tolist()


def test_a_workbook_from_python_shows_how_far_it_is_and_is_stopped(opened: Any) -> None:
    page = opened("adam")
    page.evaluate(CAUGHT)
    page.wait_for_function("window.answered.includes('workbook')")
    page.select_option(".gd-model select", "network_2_2_2")
    expect(page.locator("[data-input=start_w8]")).to_be_visible()
    page.evaluate(
        """() => {
            const bar = document.querySelector(".gd-work progress");
            window.shares = [];
            new MutationObserver(() => {
                if (bar.hasAttribute("value")) shares.push(bar.value);
            }).observe(bar, { attributes: true });
        }"""
    )
    page.click("[data-do=export]")
    page.wait_for_function("shares.length > 2")
    assert page.locator(".gd-work span").inner_text() == "Writing adam.xlsx …"
    page.click("[data-do=stop]")
    expect(page.locator(".gd-work")).to_be_hidden()
    stopped = page.evaluate("shares.splice(0)")
    assert stopped == sorted(stopped) and 0 < stopped[-1] < 1
    page.click("[data-do=export]")
    page.wait_for_function("window.lastSaved")
    assert len(set(page.evaluate("shares"))) > len(stopped)
    # What was stopped was not done to its end: only the line's, at first, and this one.
    assert page.evaluate("answered.filter((what) => what === 'workbook').length") == 2


def test_the_page_draws_the_order_of_other_points_and_epochs(opened: Any) -> None:
    sheet = gdlab.sheet("sgd", shuffle=True, seed=3)
    page = opened(sheet, 2000)
    page.fill("[data-input=epochs] .gd-box", "60")
    page.press("[data-input=epochs] .gd-box", "Enter")
    page.wait_for_function("document.querySelector('.gd-row').max === '1740'")
    page.wait_for_selector(SETTLED)
    assert_shows(page, gdlab.trace("sgd", epochs=60, shuffle=True, seed=3))
    settled(page, sheet, epochs=60)
    page.click("[data-tab=data]")
    page.click("tr[data-row='3'] td[data-column='0']")
    page.click("[data-do=remove]")
    page.wait_for_function("document.querySelectorAll('.gd-table tr[data-row]').length > 0")
    page.click("[data-tab=sgd]")
    page.wait_for_function("document.querySelector('.gd-row').max === '1680'")
    points = sheet.points
    wanted = gdlab.trace("sgd", points, epochs=60, shuffle=True, seed=3)
    assert_shows(page, wanted)
    # The points that come back, and what Python sets, have another order too.
    page.focus(".gd-table")
    page.keyboard.press("Control+z")
    settled(page, sheet, points=gdlab.sheet("sgd").points)
    page.click("[data-tab=sgd]")
    sheet.epochs = 70
    page.evaluate("model.take('epochs', 70)")
    page.wait_for_function("document.querySelector('.gd-row').max === '2030'")
    assert_shows(page, gdlab.trace("sgd", epochs=70, shuffle=True, seed=3))
    assert sheet.epochs == 70
    page.select_option(".gd-model select", "relu_neuron")
    expect(page.locator("[data-input=start_weight]")).to_be_visible()
    settled(page, sheet, model="relu_neuron", epochs=70)
    assert_shows(page, gdlab.trace("sgd", model="relu_neuron", epochs=70, shuffle=True, seed=3))


def test_a_rule_registered_since_can_be_compared(opened: Any) -> None:
    page = opened("adam")

    @gdlab.rule
    def half(g, gamma=0.5):
        """Mine."""
        step = gamma * g
        return (), (step,)

    page.click("[data-tab=compare]")
    page.check(".gd-race [value=half]")
    assert "half" in page.locator(".gd-legend").inner_text()


def test_a_workbook_of_points_is_read(opened: Any, tmp_path: Any) -> None:
    made = openpyxl.Workbook()
    # A decimal comma in a text leaves no doubt about a number beside it.
    for row in (["x", "y"], [1.234, "2,5"], [3, 4]):
        made.active.append(row)
    made.save(tmp_path / "mine.xlsx")
    made.active.append([5, "=1+1"])
    made.save(tmp_path / "new.xlsx")
    (tmp_path / "bad.xlsx").write_bytes(b"PK")
    sheet = live("data")
    page = opened(sheet)
    page.set_input_files(".gd-data-tools input", tmp_path / "mine.xlsx")
    read = gdlab.read_points(tmp_path / "mine.xlsx").to_numpy().tolist()
    assert read == [[1.234, 2.5], [3.0, 4.0]]
    settled(page, sheet, points=read)
    for name, told in (
        ("bad.xlsx", "bad.xlsx: it is damaged, or not an .xlsx workbook"),
        ("new.xlsx", "new.xlsx, line 4: its formulas were never calculated"),
    ):
        page.set_input_files(".gd-data-tools input", tmp_path / name)
        expect(page.locator(".gd-alert")).to_contain_text(told)
    assert sheet.points == read


def test_practice_is_there_on_every_rules_tab_and_python_can_mark_it(opened: Any) -> None:
    sheet = live("data")
    page = opened(sheet)
    for tab in sheet.page["sheets"]:
        page.click(f"[data-tab={tab}]")
        page.click("[data-do=practise]")
        assert page.locator("td.gd-blank").count() > 20, tab
        page.keyboard.type("0.123")
        page.keyboard.press("Enter")
        assert line(page, "alert") == ""
        for _ in range(500):
            if sheet.practice.get("sheet") == tab and sheet.practice["texts"]:
                break
            page.wait_for_timeout(20)
        assert sheet.score["wrong"] + sheet.score["right"] == 1
        page.click("[data-do=leave]")
    for tab in ("data", "compare"):
        page.click(f"[data-tab={tab}]")
        assert page.is_hidden("[data-do=practise]")


def test_a_models_practice_has_its_hints_from_python(opened: Any) -> None:
    sheet = gdlab.practice_sheet("sgd", rows=2, seed=4, model="quadratic")
    _, run = make("sgd", rows=2, seed=4, model="quadratic")
    page = opened(sheet)
    page.wait_for_function("window.answered.includes('slips')")
    right = [run.value(name, 1) for name in ("intercept", "slope", "curvature", "y_pred")]
    turned = -run.value("error", 1)
    fill_in(page, *(f"{number:.4f}" for number in (*right, turned)))
    page.keyboard.press("ArrowLeft")
    page.click("[data-do=hint]")
    said = line(page, "numbers")
    assert said.startswith("hint: which of the two is subtracted from which?: ")
    page.wait_for_timeout(100)
    assert sheet.score | {"right": 4, "wrong": 1, "slips": 1} == sheet.score


def test_reset_brings_everything_back_and_undo_takes_it_back(opened: Any) -> None:
    sheet = live("adam")
    page = opened(sheet)
    before = sheet.get_state(("inputs", "epochs", "points"))
    drag(page, "lr", -3)
    page.fill("[data-input=epochs] .gd-box", "7")
    page.press("[data-input=epochs] .gd-box", "Enter")
    page.click("[data-tab=data]")
    page.click("tr[data-row='0'] td[data-column='0']")
    paste(page, "1\t2\n3\t4\n")
    settled(page, sheet, epochs=7, points=[[1, 2], [3, 4]])
    changed = sheet.get_state(("inputs", "epochs", "points"))
    page.click("[data-tab=adam]")
    page.click("[data-do=reset]")
    settled(page, sheet, **before)
    page.focus(".gd-table")
    page.keyboard.press("Control+z")
    settled(page, sheet, **changed)
    for _ in range(3):
        page.keyboard.press("Control+z")
    settled(page, sheet, inputs=before["inputs"])
    page.keyboard.press("Control+Shift+z")
    settled(page, sheet, inputs=changed["inputs"])
    assert sheet.points == before["points"]
    for _ in range(2):
        page.keyboard.press("Control+y")
    settled(page, sheet, points=changed["points"])


def test_a_range_of_cells_is_copied_as_a_spreadsheet_takes_it(opened: Any) -> None:
    page = opened("basic")
    run = lesson("basic")
    page.click("tr[data-row='1'] td[data-column='2']")
    page.click("tr[data-row='3'] td[data-column='4']", modifiers=["Shift"])
    assert page.locator("td.gd-range").count() == 8
    copied = page.locator(".gd-table").evaluate(
        """(table) => {
            const data = new DataTransfer();
            const copy = new ClipboardEvent("copy", { clipboardData: data, cancelable: true });
            table.dispatchEvent(copy);
            return data.getData("text/plain");
        }"""
    )
    names = run.table.names[2:5]
    wanted = [[f"{run.value(name, row):g}" for name in names] for row in (1, 2, 3)]
    assert [one.split("\t") for one in copied.split("\n")] == wanted
    page.keyboard.press("Shift+ArrowDown")
    assert page.locator("td.gd-range").count() == 11
    page.keyboard.press("ArrowDown")
    assert page.locator("td.gd-range").count() == 0


def test_what_a_cell_leans_on_is_named_where_it_is_out_of_sight(opened: Any) -> None:
    page = opened("adam", 390)
    page.fill(".gd-row", "3")
    page.press(".gd-row", "Enter")
    page.focus(".gd-table")
    page.keyboard.press("End")
    told = page.locator(".gd-edge-left").inner_text()
    assert told.startswith("◂ ") and "slope G12" in told
    page.keyboard.press("Home")
    assert page.is_hidden(".gd-edge-left")


def test_keys_in_a_computed_cell_say_that_it_follows(opened: Any) -> None:
    page = opened("adam")
    page.evaluate("document.addEventListener('keydown', (event) => { window.lost = event.key; })")
    page.focus(".gd-table")
    page.keyboard.press("Home")
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    for key in ("x", "a", "0", "d", "Escape", "Enter", "Delete", "F2"):
        page.keyboard.press(key)
        assert page.evaluate("window.lost") in (None, "Enter", "F2")
    assert line(page, "alert") == "H10 follows from its formula: change an input."
