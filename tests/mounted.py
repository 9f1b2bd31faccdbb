"""A live sheet on a page of its own, as a notebook mounts it, with its Python in this process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gdlab
from gdlab.notebook import requests
from gdlab.notebook.widget import LiveSheet
from gdlab.web.assets import style

# Where the parameters start on the practice sheet, as `live` draws it: its first two right cells.
STARTS = "1.4", "3.7"
SETTLED = ".gd[aria-busy=false]"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>a sheet</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body {{ margin: 8px; background: light-dark(#fff, #111417); color-scheme: light dark }}
{style}</style></head><body><main></main></body></html>"""
SHARED = ("page", "model", "tab", "inputs", "epochs", "points", "compared", "selected")
# A model as anywidget gives it: what is set is told to Python by save_changes.
MOUNT = """async ({ code, state, views }) => {
    const heard = {};
    window.answered = [];
    const [asked, changed] = [{}, {}];
    const fire = (name, ...told) => (heard[name] ?? []).slice().forEach((one) => one(...told));
    const model = window.model = {
        on(name, hear) { (heard[name] ??= []).push(hear); },
        off(name, hear) { heard[name] = (heard[name] ?? []).filter((one) => one !== hear); },
        get: (name) => state[name],
        set(name, value) {
            state[name] = changed[name] = value;
            fire(`change:${name}`);
        },
        save_changes() {
            window.tellPython({ ...changed });
            for (const name of Object.keys(changed)) delete changed[name];
        },
        async send(event) {
            const what = asked[event.number] ??= event.what;
            const answer = await window.askPython(event);
            fire("msg:custom", answer, []);
            if (!("share" in answer)) window.answered.push(what);
        },
        // As when Python has set something.
        take(name, value) {
            state[name] = value;
            fire(`change:${name}`);
        },
        die() {
            fire("comm_live_update");
        },
    };
    const blob = new Blob([code], { type: "text/javascript" });
    const glue = await import(URL.createObjectURL(blob));
    for (let view = 0; view < views; view++) {
        const el = document.createElement("div");
        document.querySelector("main").append(el);
        glue.default.render({ model, el });
    }
}"""


@contextmanager
def sheets(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open sheets on pages: ``open_one("adam", width=390)``; nothing may go wrong there."""
    pages, wrong = [], []

    def open_one(sheet: Any, width: int = 1400, height: int = 1000, **options: Any) -> Any:
        page = browser.new_page(viewport={"width": width, "height": height}, **options)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        pages.append(page)
        mount(page, live(sheet) if isinstance(sheet, str) else sheet)
        return page

    yield open_one
    for page in pages:
        page.close()
    assert wrong == []


def live(sheet: str) -> LiveSheet:
    """What shows a sheet of the workbook, or ``practice``."""
    if sheet == "practice":
        return gdlab.practice_sheet("adam", rows=3, seed=1)
    made = gdlab.workbook()
    made.tab = sheet
    return made


def fill_in(page: Any, *texts: str) -> None:
    """Type into the first row's blank cells, from the left, by keyboard alone."""
    page.focus(".gd-table")
    page.keyboard.press("Home")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    for text in texts:
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.wait_for_selector(SETTLED)


def mount(page: Any, sheet: LiveSheet, views: int = 1) -> None:
    """Put a live sheet on an empty page and wait until it is there."""
    answers: list[Any] = []
    # What the widget would send to a notebook goes to the page.
    object.__setattr__(sheet, "send", lambda *content: answers.append(content[0]))

    def ask(_source: Any, event: Any) -> Any:
        requests.answer(sheet, event)
        return answers.pop()

    def tell(_source: Any, changed: dict[str, Any]) -> None:
        sheet.set_state(changed)

    page.expose_binding("askPython", ask)
    page.expose_binding("tellPython", tell)
    page.set_content(PAGE.format(style=style()))
    state = {name: getattr(sheet, name) for name in (*SHARED, "practice")}
    page.evaluate(MOUNT, {"code": sheet._esm, "state": state, "views": views})
    page.wait_for_selector(SETTLED)
