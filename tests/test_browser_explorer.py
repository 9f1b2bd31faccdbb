"""The first notebook in a real browser: a slider is moved, and the page is read."""

from collections.abc import Iterator
from typing import Any

import pytest
from lab import lab, open_notebook, run_all

import gdlab

EXPLORER = ".jp-OutputArea:has(.widget-image)"
WAIT = 30_000
# All cells of a column of the table on the page, all digits: {column: [text, ...]}.
READ = """(area) => {
    const table = area.querySelector(".gdlab-rows table");
    const heads = [...table.querySelectorAll("th")].map((head) => head.textContent);
    const rows = [...table.querySelectorAll("tbody tr")];
    const text = (cell) => cell.querySelector("span")?.title ?? cell.textContent;
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
    with lab("00_start_here.ipynb", "01_sgd.ipynb") as address:
        yield address


@pytest.fixture(scope="module")
def page(browser: Any, address: str) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    open_notebook(page, address, "01_sgd.ipynb")
    run_all(page)
    page.wait_for_selector(f"{EXPLORER} .gdlab-rows", timeout=WAIT)
    yield page
    page.close()


def column(page: Any, name: str) -> list[float]:
    cells = page.locator(EXPLORER).first.evaluate(READ)[name]
    return [float(cell) for cell in cells]


def wait_for_words(page: Any, words: str) -> None:
    page.locator(f"{EXPLORER} .gdlab-words", has_text=words).wait_for(timeout=WAIT)


def test_the_slider_moves_the_table_the_picture_and_the_box(page: Any) -> None:
    area = page.locator(EXPLORER).first
    before = column(page, "new_slope")
    assert before == list(gdlab.trace("sgd", epochs=5).column("new_slope"))
    picture = area.locator("img").get_attribute("src")
    size = area.locator("img").bounding_box()

    handle = area.locator(".noUi-handle").first
    handle.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    wait_for_words(page, "lr=0.000126")

    expected = gdlab.trace("sgd", epochs=5, lr=0.000126)
    for name in ("new_intercept", "new_slope", "err2"):
        assert column(page, name) == list(expected.column(name))
    assert float(area.locator("input[type=number]").first.input_value()) == 0.000126
    assert area.locator("img").get_attribute("src") != picture
    after = area.locator("img").bounding_box()
    assert (after["width"], after["height"]) == (size["width"], size["height"])


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
    number = area.locator("input[type=number]").first
    page.wait_for_function(SETTLED, arg=number.element_handle())
    rate = float(number.input_value())
    assert rate > 0.0003
    wait_for_words(page, f"(lr={rate:.10g})")
    expected = gdlab.trace("sgd", epochs=5, lr=rate)
    assert column(page, "new_slope") == list(expected.column("new_slope"))


def test_a_bad_number_is_refused_on_the_page_in_words(page: Any) -> None:
    area = page.locator(EXPLORER).first
    rows = column(page, "new_slope")
    number = area.locator("input[type=number]").first
    number.fill("-1")
    number.press("Enter")
    alert = area.locator("[role=alert]")
    alert.wait_for(timeout=WAIT)
    assert alert.inner_text() == "lr must be a number over 0, not -1.0"
    assert column(page, "new_slope") == rows
    number.fill("0.0002")
    number.press("Enter")
    wait_for_words(page, "lr=0.0002")
    assert area.locator("[role=alert]").count() == 0


def test_without_a_kernel_the_page_still_has_the_table_and_the_picture(
    browser: Any, address: str
) -> None:
    """A stored notebook, opened and not run."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    open_notebook(page, address, "00_start_here.ipynb")
    still = page.locator('img[alt="Picture of sgd: loss, line"]')
    still.wait_for(timeout=WAIT)
    assert still.evaluate("(image) => image.complete && image.naturalWidth") == 1000
    assert page.locator(".jp-OutputArea table").count() >= 6
    page.close()
