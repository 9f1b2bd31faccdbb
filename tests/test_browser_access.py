"""The sheet without a mouse, without eyes, zoomed, narrow and in the dark: in real Chromium.

axe-core reads the page as it stands; what it cannot know is walked through here by the keyboard
and read from the tree that Chromium gives to screen readers.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import missing
from engines import has_module
from mounted import STARTS, fill_in, sheets
from pages import go

FULL = os.environ.get("GDLAB_PROOF") == "full"
SHEETS = ("adam", "data", "compare", "practice")
# Where the focus is: what a person would call it, and whether they can see that it is there.
FOCUSED = """() => {
    const here = document.activeElement;
    if (here === document.body) return null;
    const shown = [here, here.closest(".gd-scroll"), here.closest(".gd-button")].some((one) => {
        if (!one) return false;
        const { outlineStyle, outlineWidth } = getComputedStyle(one);
        return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    });
    const box = here.getBoundingClientRect();
    // Of what is taller than the screen, the part that is in sight.
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    const hit = document.elementFromPoint(box.x + box.width / 2, (top + bottom) / 2);
    return {
        name: here.dataset.tab ?? here.dataset.do ?? here.dataset.move
            ?? here.getAttribute("aria-label") ?? here.closest("label")?.textContent.trim()
            ?? here.textContent.trim(),
        shown,
        uncovered: here.classList.contains("gd-table") || box.width < 2
            || here.contains(hit) || Boolean(hit?.contains(here)),
    };
}"""
# Controls that stick out of the page, or whose words are cut off.
CUT_OFF = """() => [...document.querySelectorAll(".gd button, .gd input, .gd summary, .gd-rule")]
    .filter((one) => one.checkVisibility() && one.type !== "file" && !one.closest(".gd-tabs"))
    .filter((one) => {
        const { left, right } = one.getBoundingClientRect();
        const cut = one.tagName !== "INPUT" && one.scrollWidth > one.clientWidth + 1;
        return left < 0 || right > innerWidth || (cut && one.clientWidth > 0);
    })
    .map((one) => one.outerHTML.slice(0, 80))"""
# Settled once a frame has been drawn after what was changed.
DRAWN = """() => new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(() => done()));
})"""
TOO_WIDE = "() => document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    with sheets(browser) as open_one:
        yield open_one


@pytest.fixture(scope="module")
def serious() -> Callable[[Any], list[str]]:
    """What axe-core finds on a page and calls serious or critical."""
    if not has_module("axe_playwright_python"):
        missing("axe-core (pip install axe-playwright-python)")
    from axe_playwright_python.sync_playwright import Axe

    options = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}

    def found(page: Any) -> list[str]:
        results = Axe().run(page, options=options).response["violations"]
        return [
            f"{one['id']}: {node['target']}"
            for one in results
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    return found


def explode(page: Any) -> None:
    page.fill("[data-input=lr] .gd-box", "1e200")
    page.press("[data-input=lr] .gd-box", "Enter")
    page.wait_for_selector(".gd-is-bad")


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.sample(2)
def test_axe_finds_nothing_serious(opened: Any, serious: Any, sheet: str) -> None:
    page = opened(sheet, reduced_motion="reduce")
    if sheet == "adam":
        explode(page)
        page.fill("[data-input=beta1] .gd-box", "7")
        page.press("[data-input=beta1] .gd-box", "Enter")
        page.wait_for_selector(".gd-alert:not([hidden])")
        page.click(".gd-more summary")
        page.click("[data-do=lens]")
    elif sheet == "compare":
        page.click("[data-control='riddle rule'], [data-control='riddle rate']")
        page.click("[data-control='show answers']")
    elif sheet == "practice":
        fill_in(page, *STARTS, "13.5")
        assert page.locator("td.gd-right").count() == 2 and page.locator("td.gd-wrong").count() == 1
    for width in (390, 820, 1400) if FULL else (390, 820):
        page.set_viewport_size({"width": width, "height": 1000})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert serious(page) == [], (width, scheme)
    if sheet == "compare":
        page.click("[data-control='end riddle']")
        page.locator("[data-control='other inputs']").first.click()
        assert serious(page) == []
    if sheet != "practice" and sheet != "data":
        page.click("[data-do=present]")
        assert serious(page) == []


def test_axe_finds_nothing_serious_on_the_lessons_page(
    browser: Any, serious: Any, lessons: Path
) -> None:
    # A page as it is: axe-core computes contrasts with the browser's own powers.
    page = browser.new_page(color_scheme="dark")
    for fragment in ("sheet=adam&row=145&column=new_slope", "sheet=basic&practice=7"):
        go(page, lessons, fragment)
        for width in (320, 390, 820):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(TOO_WIDE) <= 0
            assert serious(page) == []
    page.close()


def test_axe_finds_what_is_planted(opened: Any, serious: Any) -> None:
    page = opened("adam")
    page.locator("[data-move=play]").evaluate("one => one.removeAttribute('aria-label')")
    page.locator("[data-move=play]").evaluate("one => one.removeAttribute('title')")
    page.locator(".gd-source").evaluate("one => { one.style.color = '#aaa' }")
    assert [one.partition(":")[0] for one in serious(page)] == ["button-name", "color-contrast"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_lines_in_the_pictures_stand_out(opened: Any, scheme: str) -> None:
    page = opened("compare", color_scheme=scheme)
    ground = page.locator(".gd").evaluate("one => getComputedStyle(one).backgroundColor")
    words = colours(page, ".gd-pictures text", "fill")
    lines = colours(page, ".gd-pictures .gd-marker, .gd-best", "stroke")
    assert len(words) == 2 and len(lines) >= 6
    assert min(contrast(one, ground) for one in words) >= 4.5
    assert min(contrast(one, ground) for one in lines) >= 3


def colours(page: Any, selector: str, name: str) -> set[str]:
    code = f"all => all.map(one => getComputedStyle(one).{name})"
    return set(page.locator(selector).evaluate_all(code))


def contrast(first: str, second: str) -> float:
    """WCAG 2.2's contrast ratio of two opaque colours, written rgb(r, g, b)."""

    def luminance(colour: str) -> float:
        assert colour.startswith("rgb("), colour
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted(map(luminance, (first, second)))
    return (light + 0.05) / (dark + 0.05)


def walk(page: Any, key: str = "Tab") -> list[dict[str, Any]]:
    """What has the focus, from the start of the page to its end, and once round at most."""
    page.evaluate("document.activeElement.blur()")
    stops: list[dict[str, Any]] = []
    for _ in range(120):
        page.keyboard.press(key)
        stop = page.evaluate(FOCUSED)
        if stop is None or (stops and stop["name"] == stops[0]["name"]):
            return stops
        stops.append(stop)
    raise AssertionError("the focus never comes to the end")


WALKS = {
    "adam": """practise reset csv export start intercept, number
        Starting values of the averages start back play forward end row rows a second
        formula in symbols sheet adam pictures adam""",
    "data": "reset csv export Load a file remove points pictures data",
    "compare": """reset csv export basic heavy_ball start play formula in symbols
        sheet compare pictures""",
    "practice": "hint formula in symbols sheet adam",
}


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize(("width", "height"), [(390, 300), (1400, 1000)])
@pytest.mark.sample(3)
def test_every_control_is_met_by_tab_and_is_seen(
    opened: Any, sheet: str, width: int, height: int
) -> None:
    page = opened(sheet, width, height)
    stops = walk(page)
    assert [one["name"] for one in stops if not one["shown"]] == []
    assert [one["name"] for one in stops if not one["uncovered"]] == []
    names = [one["name"] for one in stops]
    assert len(set(names)) == len(names)
    in_order = " ".join(names)
    place = 0
    for words in WALKS[sheet].split():
        assert words in in_order[place:], (words, names)
        place = in_order.index(words, place) + len(words)
    backwards = [one["name"] for one in walk(page, "Shift+Tab")]
    assert backwards == names[::-1]


def test_the_tabs_are_one_stop_and_are_walked_with_the_arrows(opened: Any) -> None:
    page = opened("adam", 390)
    page.focus("[role=tab][aria-selected=true]")
    for key, tab in (
        ("ArrowRight", "adam_ann"),
        ("End", "compare"),
        ("ArrowRight", "data"),
        ("ArrowLeft", "compare"),
        ("Home", "data"),
    ):
        page.keyboard.press(key)
        page.wait_for_selector(f"[data-tab={tab}][aria-selected=true]")
        open_one = page.locator(f"[data-tab={tab}]")
        assert open_one.evaluate("one => one === document.activeElement")
        box = open_one.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390


def test_the_open_tab_is_in_sight_on_a_narrow_page(opened: Any) -> None:
    page = opened("compare", 390)
    box = page.locator("[data-tab=compare]").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert 0 < box["y"] < 1000 < page.evaluate("document.documentElement.scrollHeight")


def test_a_cell_is_opened_typed_and_left_by_keys(opened: Any) -> None:
    page = opened("practice")
    fill_in(page, *STARTS)
    assert page.evaluate("document.activeElement.className") == "gd-table"
    page.keyboard.press("F2")
    assert page.evaluate("document.activeElement.className") == "gd-editor"
    page.keyboard.press("Escape")
    assert page.locator(".gd-editor").count() == 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") != "gd-table"


def test_a_cell_is_opened_by_two_taps_where_there_is_no_keyboard(opened: Any) -> None:
    page = opened("practice", 820, has_touch=True)
    cell = page.locator("tr[data-row='1'] td.gd-blank").nth(1)
    cell.tap()
    assert page.locator(".gd-editor").count() == 0
    cell.tap()
    page.fill(".gd-editor", STARTS[1])
    page.press(".gd-editor", "Enter")
    page.wait_for_selector("td.gd-right")
    page.locator("td.gd-blank").first.click()
    page.locator("td.gd-blank").first.click(delay=50)
    assert page.locator(".gd-editor").count() == 0


def tree(page: Any) -> list[dict[str, Any]]:
    """What Chromium tells a screen reader: role, name and value of all that it does not ignore."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()

    def plain(node: dict[str, Any]) -> dict[str, Any]:
        own = {name: node.get(name, {}).get("value") for name in ("role", "name", "value")}
        return own | {one["name"]: one["value"].get("value") for one in node.get("properties", [])}

    return [plain(node) for node in nodes if not node["ignored"]]


def named(nodes: list[dict[str, Any]], role: str) -> list[str]:
    return [one["name"] for one in nodes if one["role"] == role]


def test_a_screen_reader_meets_a_grid_with_heads(opened: Any) -> None:
    page = opened("adam")
    nodes = tree(page)
    assert named(nodes, "grid") == ["sheet adam"]
    heads = named(nodes, "columnheader")
    assert heads[:3] == ["row", "epoch", "sample"] and "y_pred" in heads
    # The letters of the columns would be a second head over every cell.
    assert not {"A", "B", "C"} & set(heads)
    assert named(nodes, "rowheader")[:3] == ["9", "10", "11"]
    assert {"start intercept, number", "lr, number"} <= set(named(nodes, "textbox"))
    assert "row" in named(nodes, "spinbutton")
    assert {"start intercept, slider", "rows a second"} <= set(named(nodes, "slider"))
    assert named(nodes, "heading") == ["adam_lesson (the lesson's adam)"]
    assert [one["name"] for one in nodes if one["role"] == "tab" and one.get("selected")] == [
        "adam"
    ]
    assert all(named(nodes, "button")) and all(named(nodes, "image"))
    assert any(name.startswith("path, row 1. adam_lesson: b 1") for name in named(nodes, "image"))


def test_a_screen_reader_hears_where_it_is_and_what_happens(opened: Any) -> None:
    page = opened("adam")
    page.focus(".gd-table")
    page.keyboard.press("ArrowDown")
    here = page.get_attribute(".gd-table", "aria-activedescendant")
    assert page.locator(f"#{here}").get_attribute("aria-label") == "y_pred, row 2: 89.7512"
    explode(page)
    live = {one["role"]: one["live"] for one in tree(page) if one.get("live")}
    assert live == {"status": "polite"}
    assert "Exploded: " in page.locator("[role=status]").inner_text()
    page.fill("[data-input=beta1] .gd-box", "7")
    page.press("[data-input=beta1] .gd-box", "Enter")
    page.wait_for_selector(".gd-alert:not([hidden])")
    live = {one["role"]: one["live"] for one in tree(page) if one.get("live")}
    assert live == {"status": "polite", "alert": "assertive"}


def test_a_screen_reader_hears_how_a_cell_is_judged(opened: Any) -> None:
    page = opened("practice")
    fill_in(page, *STARTS, "13.5")
    news = page.locator("[role=status] .gd-news")
    assert news.text_content() == "y_pred, row 1: wrong"
    assert news.evaluate("one => one.checkVisibility()")
    page.keyboard.press("ArrowLeft")
    page.click("[data-do=hint]")
    page.wait_for_function(
        "() => document.querySelector('.gd-news').textContent.includes('hint: ')"
    )
    here = page.locator("td.gd-wrong").first
    page.locator(".gd-table").press("ArrowRight")
    page.locator(".gd-table").press("ArrowLeft")
    assert here.get_attribute("aria-label") == "y_pred, row 1: 13.5 wrong"


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.sample(2)
def test_nothing_is_lost_when_narrow_or_zoomed(opened: Any, sheet: str) -> None:
    page = opened(sheet, 1400)
    if sheet == "adam":
        page.click("[data-move=end]")
        page.focus(".gd-table")
        page.keyboard.press("End")
    controls = page.locator(".gd :is(button, input, summary):visible").count()
    # 700 is 1400 at 200 %; 320 is 1280 at 400 %.
    for width in (700, 390, 320):
        page.set_viewport_size({"width": width, "height": 500})
        page.evaluate(DRAWN)
        assert page.evaluate(TOO_WIDE) <= 0, width
        assert page.evaluate(CUT_OFF) == [], width
        assert page.locator(".gd :is(button, input, summary):visible").count() == controls
