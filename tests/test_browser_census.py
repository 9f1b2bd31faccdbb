"""Every control and key of the sheet is used, on the page and in JupyterLab, and does something.

The code itself says what there is: a control by a data attribute where it is made, a key by
web/static/keys.js. What is new and without a journey, or without a name, fails here.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import journeys
import pytest
from journeys import JOURNEYS, SETTLED, WATCH, Sheet, nameless
from lab import lab, open_notebook, run_all
from pages import go

from gdlab.web.assets import STATIC

# Controls that the lessons do not show: by their names the test that uses them, and how.
ELSEWHERE = {
    "path across": ("test_sections.py", "[data-control='path across']"),
    "path up": ("test_sections.py", "[data-control='path up']"),
    "handout": ("test_browser_paper.py", "[data-do=handout]"),
    "check": ("test_browser_page_check.py", 'set_input_files(".gd-check input"'),
}


@pytest.fixture(scope="module", params=["page", "JupyterLab"])
def sheet(request: Any, browser: Any, lessons: Path) -> Iterator[Sheet]:
    context = browser.new_context(viewport={"width": 1400, "height": 1150})
    context.add_init_script(f"({WATCH})()")
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    if request.param == "page":
        go(page, lessons)
        yield Sheet(page)
    else:
        with lab("workbook.ipynb") as address:
            open_notebook(page, address, "workbook.ipynb")
            run_all(page)
            page.wait_for_selector(SETTLED)
            yield Sheet(page)
    context.close()
    assert wrong == []


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda one: one[0].__name__)
def test_a_journey(sheet: Sheet, journey: Any) -> None:
    walk, names = journey
    sheet.page.evaluate("used.clear()")
    walk(sheet)
    used = sheet.page.evaluate("[...used]")
    words = {f"key {name.split()[-1]}" if name.startswith("key ") else name for name in names}
    assert words <= set(used)


def test_every_box_slider_and_tab(sheet: Sheet) -> None:
    # Another model's boxes were there in its journey.
    before = sheet.page.evaluate("() => { const all = [...seen]; seen.clear(); return all; }")
    sheet.page.evaluate("used.clear()")
    journeys.all_tabs(sheet)
    journeys.all_boxes(sheet)
    journeys.all_sliders(sheet)
    seen = set(sheet.page.evaluate("[...seen]"))
    sheet.page.evaluate("(all) => { for (const one of all) seen.add(one); }", before)
    fields = {name for name in seen if name.split()[0] in ("box", "slider", "tab")}
    assert len(fields) > 30
    assert fields <= set(sheet.page.evaluate("[...used]"))


def test_no_control_and_no_key_is_without_a_journey(sheet: Sheet) -> None:
    """Last, when everything that there is has been on the page."""
    seen = sheet.page.evaluate("[...seen]")
    code = (STATIC / "keys.js").read_text(encoding="utf-8").replace("export ", "")
    keys = sheet.page.evaluate(
        f"""(() => {{ {code}
            return Object.entries(KEYS).flatMap(
                ([part, own]) => Object.keys(own).map((key) => `key ${{part}} ${{key}}`));
        }})()"""
    )
    found = {name for name in seen if name.split()[0] not in ("box", "slider", "tab")} | set(keys)
    assert found == {name for _, names in JOURNEYS for name in names} | set(ELSEWHERE)
    for file, how in ELSEWHERE.values():
        assert how in Path(__file__).with_name(file).read_text(encoding="utf-8")
    assert nameless() == []
