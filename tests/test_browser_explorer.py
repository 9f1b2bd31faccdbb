"""``explore`` in JupyterLab in a real browser: a slider is moved, and the page is read."""

from collections.abc import Callable, Iterator
from typing import Any

import engines
import numpy as np
import pytest
from conftest import CHROMIUM_FLAGS
from lab import lab, open_notebook, run_all

import gdlab

EXPLORER = ".gdlab-explore"
WAIT = 30_000
# All cells of a column of the table on the page, all digits: {column: [text, ...]}.
READ = """(area) => {
    const table = area.querySelector(".gdlab-rows table");
    const heads = [...table.querySelectorAll("th")].map((head) => head.textContent);
    const rows = [...table.querySelectorAll("tbody tr")];
    const text = (cell) => cell.title || cell.textContent;
    return Object.fromEntries(heads.map(
        (head, place) => [head, rows.map((row) => text(row.cells[place]))]));
}"""


# A box whose number has not changed for a second.
SETTLED = """(input) => {
    if (input.was !== input.value) Object.assign(input, { was: input.value, since: Date.now() });
    return Date.now() - input.since > 1000;
}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with lab("01_sgd.ipynb") as address:
        yield address


@pytest.fixture(scope="module")
def page(browser: Any, address: str) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    open_notebook(page, address, "01_sgd.ipynb")
    run_all(page)
    page.wait_for_selector(f"{EXPLORER} .gdlab-rows table", timeout=WAIT)
    yield page
    page.close()


def column(page: Any, name: str) -> list[float]:
    cells = page.locator(EXPLORER).first.evaluate(READ)[name]
    return [float(cell) for cell in cells]


def wait_for_words(page: Any, words: str) -> None:
    page.locator(f"{EXPLORER} .gdlab-words", has_text=words).wait_for(timeout=WAIT)


def test_the_slider_moves_the_table_the_charts_and_the_box(page: Any) -> None:
    area = page.locator(EXPLORER).first
    before = column(page, "new_slope")
    assert before == list(gdlab.trace("sgd", epochs=5).column("new_slope"))
    charts = area.locator(".gdlab-charts")
    drawn, size = charts.inner_html(), charts.bounding_box()
    # A learner has scrolled to a cell of interest.
    area.locator(".gdlab-scroll").evaluate("(box) => box.scrollTo(0, 480)")

    handle = area.locator(".noUi-handle").first
    handle.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    wait_for_words(page, "lr=0.000126")

    expected = gdlab.trace("sgd", epochs=5, lr=0.000126)
    for name in ("new_intercept", "new_slope", "err2"):
        assert column(page, name) == list(expected.column(name))
    assert float(area.locator("input[type=text]").first.input_value()) == 0.000126
    assert charts.inner_html() != drawn
    after = charts.bounding_box()
    assert (after["width"], after["height"]) == (size["width"], size["height"])
    assert area.locator(".gdlab-scroll").evaluate("(box) => box.scrollTop") == 480


def test_a_drag_ends_on_the_last_value(page: Any) -> None:
    area = page.locator(EXPLORER).first
    handle = area.locator(".noUi-handle").first
    handle.scroll_into_view_if_needed()
    place = handle.bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for moved in range(30):
        page.mouse.move(x + moved, y)
    page.mouse.up()
    number = area.locator("input[type=text]").first
    page.wait_for_function(SETTLED, arg=number.element_handle())
    rate = float(number.input_value())
    assert rate > 0.0003
    wait_for_words(page, f"(lr={rate:.10g})")
    expected = gdlab.trace("sgd", epochs=5, lr=rate)
    assert column(page, "new_slope") == list(expected.column("new_slope"))


def test_a_bad_number_is_refused_on_the_page_in_words(page: Any) -> None:
    area = page.locator(EXPLORER).first
    rows = column(page, "new_slope")
    number = area.locator("input[type=text]").first
    number.fill("many")
    number.press("Enter")
    alert = area.locator("[role=alert]")
    alert.wait_for(timeout=WAIT)
    assert alert.inner_text() == "lr must be a number, not 'many'"
    number.fill("-1")
    number.press("Enter")
    area.get_by_text("over 0").wait_for(timeout=WAIT)
    alert.wait_for(timeout=WAIT)
    assert alert.inner_text() == "lr must be a number over 0, not -1.0"
    # The box has -1: the page says of which run the rest still is.
    assert number.input_value() == "-1"
    assert "still those of sgd (lr=" in area.locator("[role=status]").inner_text()
    assert column(page, "new_slope") == rows
    number.fill("0.0002")
    number.press("Enter")
    wait_for_words(page, "lr=0.0002")
    assert area.locator("[role=alert]").count() == 0


def test_the_number_in_a_box_stays_as_it_is_typed(page: Any) -> None:
    """No slider rounds it on its way through the browser."""
    number = page.locator(EXPLORER).first.locator("input[type=text]").first
    for typed in ("0.25", "0.003", "0.000123456789", "0,05", "0.00005"):
        number.fill(typed)
        number.press("Enter")
        typed = typed.replace(",", ".")
        wait_for_words(page, f"lr={float(typed):.10g}")
        # Long enough for a slider to have answered.
        page.wait_for_function(SETTLED, arg=number.element_handle())
        assert number.input_value() == typed
        expected = gdlab.trace("sgd", epochs=5, lr=float(typed))
        np.testing.assert_array_equal(column(page, "new_slope"), expected.column("new_slope"))


# What scrolls inside the explorer, and how much of its last row is cut off.
SCROLLING = """(area) => [area, ...area.querySelectorAll("*")].filter((one) => {
    const { overflowX, overflowY } = getComputedStyle(one);
    const scrolls = (kind, whole, seen) => ["auto", "scroll"].includes(kind) && whole > seen + 1;
    return scrolls(overflowX, one.scrollWidth, one.clientWidth)
        || scrolls(overflowY, one.scrollHeight, one.clientHeight);
}).map((one) => [one.className.split(" ").at(-1), one.clientHeight % 24])"""


STICKS_OUT = """(area) => [...area.querySelectorAll("input, .noUi-target, svg")]
    .filter((one) => one.getBoundingClientRect().right > area.getBoundingClientRect().right)
    .map((one) => one.outerHTML.slice(0, 80))"""


def test_only_the_table_scrolls_and_no_row_is_cut_in_half(browser: Any, address: str) -> None:
    """With scroll bars as people have them: playwright's own browser hides them."""
    seen = browser.browser_type.launch(
        executable_path=engines.chromium(),
        args=list(CHROMIUM_FLAGS),
        ignore_default_args=["--hide-scrollbars"],
    )
    page = seen.new_page(viewport={"width": 1366, "height": 1000})
    open_notebook(page, address, "01_sgd.ipynb")
    run_all(page)
    area = page.locator(EXPLORER).first
    for width in (1366, 768, 480, 390):
        page.set_viewport_size({"width": width, "height": 1000})
        assert area.evaluate(SCROLLING) == [["gdlab-scroll", 0]]
        assert area.evaluate(STICKS_OUT) == []
        slider, box = (
            area.locator(one).first.bounding_box() for one in (".noUi-target", "input[type=text]")
        )
        assert slider["width"] > 55
        if width > 390:  # JupyterLab's own bar at the left leaves no room for both there.
            assert slider["x"] + slider["width"] < box["x"]
            assert box["y"] < slider["y"] < box["y"] + box["height"], "on two lines"
        cell = page.locator(".jp-OutputArea", has=page.locator(EXPLORER)).first
        inside, outside = area.bounding_box(), cell.bounding_box()
        assert inside["x"] + inside["width"] <= outside["x"] + outside["width"] + 1
    seen.close()


# Darkest to lightest of what is seen, 0 to 255, by the class of the element.
TONES = """(area) => Object.fromEntries(
    [["", "backgroundColor"], [".gdlab-ground", "fill"], ["td", "backgroundColor"],
     [".gdlab-title", "fill"], ["td[title]", "color"], [".gdlab-run", "stroke"]].map(
        ([name, kind]) => {
            const one = name ? area.querySelector(name) : area;
            const tones = getComputedStyle(one)[kind].match(/[\\d.]+/g).slice(0, 3).map(Number);
            return [name || "area", tones.reduce((a, b) => a + b) / 3];
        }))"""


def test_it_follows_the_theme(page: Any) -> None:
    for theme, is_dark in (("JupyterLab Dark", True), ("JupyterLab Light", False)):
        page.evaluate(
            "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })",
            theme,
        )
        body = page.locator(f"body[data-jp-theme-light='{str(not is_dark).lower()}']")
        body.wait_for(state="attached", timeout=WAIT)
        tones = page.locator(EXPLORER).first.evaluate(TONES)
        grounds = [tones[name] for name in ("area", ".gdlab-ground", "td")]
        words = [tones[name] for name in (".gdlab-title", "td[title]", ".gdlab-run")]
        if is_dark:
            assert max(grounds) + 60 < min(words), tones
        else:
            assert min(grounds) > max(words) + 60, tones


def test_every_box_and_every_slider_changes_the_table(page: Any) -> None:
    area = page.locator(EXPLORER).first
    boxes = gdlab.explore("sgd").boxes
    numbers, sliders = area.locator("input[type=text]"), area.locator(".noUi-handle")
    # All controls that there are, and as many as the code makes.
    assert numbers.count() == len(boxes) == sliders.count()
    assert area.locator("input:visible, button:visible, select:visible").count() == len(boxes)

    def changes(use: Callable[[], None]) -> None:
        before = area.locator(".gdlab-rows").inner_html()
        use()
        page.wait_for_function(
            "([area, before]) => area.querySelector('.gdlab-rows').innerHTML !== before",
            arg=[area.element_handle(), before],
            timeout=WAIT,
        )

    for number in numbers.all():
        wanted = str(float(number.input_value()) * 2)
        changes(lambda n=number, w=wanted: (n.fill(w), n.press("Enter")))  # type: ignore[misc]
    for slider in sliders.all():
        changes(lambda one=slider: one.press("ArrowLeft"))  # type: ignore[misc]


def test_without_a_kernel_the_page_still_has_the_table_and_the_picture(
    browser: Any, address: str
) -> None:
    """A stored notebook, opened and not run."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    open_notebook(page, address, "01_sgd.ipynb")
    still = page.locator('img[alt="Picture of sgd: loss, line"]')
    still.wait_for(timeout=WAIT)
    assert still.evaluate("(image) => image.complete && image.naturalWidth") == 1000
    assert page.locator(".jp-OutputArea table").count() >= 6
    page.close()
