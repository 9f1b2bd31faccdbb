"""The page on screens of five widths: what a drag changes is in sight, and so are the tabs."""

from pathlib import Path
from typing import Any

import pytest
from pages import go

import gdlab

SCREENS = [(390, 844), (768, 1024), (1000, 700), (1366, 768), (1920, 1080)]
# Whether a picture of the path is fully visible, in its place or beside the slider.
IN_SIGHT = """() => [...document.querySelectorAll(
    ".gd-peek:not([hidden]) > svg, .gd-pictures > [data-picture=path]")].some((picture) => {
        const { left, width, top, bottom } = picture.getBoundingClientRect();
        const seen = (y) => picture.contains(document.elementFromPoint(left + width / 2, y))
            || picture.closest(".gd-peek") !== null;
        return top >= 0 && bottom <= innerHeight && seen(top + 2) && seen(bottom - 2);
    })"""
DRAGGED = """(track) => {
    track.value = Number(track.value) + 2 * Number(track.step);
    track.dispatchEvent(new Event("input", { bubbles: true }));
}"""


@pytest.mark.sample(2)
@pytest.mark.parametrize(("width", "height"), SCREENS)
@pytest.mark.parametrize("sheet", ["basic", "adam"])
def test_the_picture_that_a_drag_changes_is_in_sight(
    browser: Any, lessons: Path, width: int, height: int, sheet: str
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    go(page, lessons, f"sheet={sheet}")
    for track in page.locator(".gd-track:visible").all():
        track.scroll_into_view_if_needed()
        track.evaluate(DRAGGED)
        assert page.evaluate(IN_SIGHT), track.get_attribute("aria-label")
    # It disappears when the drag has ended.
    page.wait_for_selector(".gd-peek", state="hidden")
    page.close()


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_tabs_are_in_sight_and_it_opens_at_the_first_row_and_column(
    browser: Any, lessons: Path, width: int, height: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    for sheet in ("adam", "compare", "data"):
        go(page, lessons, f"sheet={sheet}")
        tabs = page.locator(".gd-tabs").bounding_box()
        assert tabs["y"] >= 0 and tabs["y"] + tabs["height"] <= height
        first = page.locator("td[data-column='0']").first
        assert first.is_visible() and page.is_visible("tr[data-row='0']")
    page.close()


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_presentation_fits_the_screen_and_a_tap_steps(
    browser: Any, lessons: Path, width: int, height: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    go(page, lessons, "sheet=adam")
    page.click("[data-do=present]")
    for part in (".gd-stage-head button", ".gd-stage-picture > svg", ".gd-stage-keys"):
        box = page.locator(part).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width, part
        assert box["y"] >= 0 and box["y"] + box["height"] <= height, part
    page.click(".gd-stage-picture")
    assert "row 2 of 145" in page.locator(".gd-stage-head").text_content()
    page.click("[data-control='end presentation']")
    page.wait_for_selector(".gd-stage", state="hidden")
    page.close()


def test_the_tabs_are_at_the_lower_edge_of_what_scrolls_the_sheet(
    browser: Any, lessons: Path
) -> None:
    """As in marimo's editor, whose outputs scroll and have a padding."""
    page = browser.new_page(viewport={"width": 1366, "height": 900})
    go(page, lessons, "sheet=adam")
    page.evaluate(
        """() => {
            const box = document.createElement("div");
            box.style.cssText = "overflow: auto; height: 600px; width: 1200px; padding: 16px";
            const sheet = document.querySelector(".gd");
            sheet.before(box);
            box.append(sheet);
            box.scrollTop = 40;
        }"""
    )
    page.wait_for_function(
        """() => {
            const box = document.querySelector(".gd").parentElement.getBoundingClientRect();
            const tabs = document.querySelector(".gd-tabs").getBoundingClientRect();
            return Math.abs(tabs.bottom - box.bottom) < 1;
        }"""
    )
    page.close()


def test_the_cell_of_a_link_and_of_a_key_is_above_the_tabs(browser: Any, lessons: Path) -> None:
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    go(page, lessons, "sheet=adam&row=12&column=step_slope")
    for key in ("ArrowDown", "ArrowDown", "PageDown", "ArrowUp"):
        there = page.locator("td[aria-selected=true]").bounding_box()
        assert there["y"] + there["height"] <= page.locator(".gd-tabs").bounding_box()["y"] + 1
        page.focus(".gd-table")
        page.keyboard.press(key)
    # It is there again when another sheet has been looked at.
    name = page.locator(".gd-name-box").text_content()
    for tab in ("compare", "adam"):
        page.click(f"[data-tab={tab}]")
    page.wait_for_selector("td[aria-selected=true]")
    assert page.locator(".gd-name-box").text_content() == name
    again = page.locator("td[aria-selected=true]").bounding_box()
    assert again["y"] + again["height"] <= page.locator(".gd-tabs").bounding_box()["y"] + 1
    page.close()


def test_it_opens_so_where_it_was_laid_out_out_of_sight(browser: Any, lessons: Path) -> None:
    page = browser.new_page(viewport={"width": 600, "height": 800})
    page.add_init_script(
        """new MutationObserver((_, observer) => {
            const main = document.querySelector("main");
            if (main) { main.style.display = "none"; observer.disconnect(); }
        }).observe(document, { childList: true, subtree: true });"""
    )
    page.goto(lessons.as_uri() + "#sheet=adam")
    page.wait_for_selector(".gd[aria-busy=false]", state="attached")
    page.evaluate("document.querySelector('main').style.display = ''")
    page.wait_for_selector("tr[data-row='5']")
    assert page.is_visible("tr[data-row='0'] td[data-column='0']")
    assert page.evaluate("document.querySelector('.gd-scroll').scrollLeft") == 0
    page.close()


def test_a_run_that_explodes_in_mid_drag_pushes_nothing_away(browser: Any, lessons: Path) -> None:
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    go(page, lessons, "sheet=basic")
    before = page.locator(".gd-grid").bounding_box()
    page.fill("[data-input=lr] .gd-box", "1")
    page.press("[data-input=lr] .gd-box", "Enter")
    page.wait_for_selector(".gd-is-bad")
    page.fill("[data-input=lr] .gd-box", "-1")
    page.press("[data-input=lr] .gd-box", "Enter")
    page.wait_for_selector(".gd-alert:not([hidden])")
    assert page.locator(".gd-grid").bounding_box() == before
    page.keyboard.press("Escape")
    assert page.is_hidden(".gd-alert")
    page.close()


def test_a_typed_number_is_kept_digit_for_digit(browser: Any, lessons: Path) -> None:
    page = browser.new_page()
    go(page, lessons, "sheet=adam")
    for typed in ("0.25", "0.501", "0.00302", "1e-05", "123.456789"):
        page.fill("[data-input=lr] .gd-box", typed)
        page.press("[data-input=lr] .gd-box", "Enter")
        assert float(page.input_value("[data-input=lr] .gd-box")) == float(typed)
        run = eval(page.input_value(".gd-python input"), {"gdlab": gdlab})
        assert run.hyper["lr"] == float(typed)
    box = page.locator("[data-input=lr] .gd-box")
    box.fill("0.123456789")
    box.press("Enter")
    assert box.evaluate("(box) => box.scrollWidth <= box.clientWidth")
    page.close()


def test_a_window_that_changes_in_mid_drag_sets_nothing(browser: Any, lessons: Path) -> None:
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    go(page, lessons, "sheet=adam")
    track, box = (page.locator(f"[data-input=lr] .gd-{one}") for one in ("track", "box"))
    at = track.bounding_box()
    x, y = at["x"] + 0.6 * at["width"], at["y"] + at["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 3, y)
    dragged = box.input_value()
    assert dragged != "1"
    page.set_viewport_size({"width": 1000, "height": 768})
    page.wait_for_function("innerWidth === 1000")
    for by in (4, 5):
        page.mouse.move(x + by, y)
        assert box.input_value() == dragged
    page.mouse.up()
    assert f"lr={dragged}" in page.input_value(".gd-python input")
    track.press("ArrowRight")
    assert box.input_value() != dragged
    page.close()
