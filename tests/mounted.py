"""A live sheet on a page of its own, as a notebook mounts it, with its host in this process."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gdlab
from gdlab.notebook.widget import LiveSheet
from gdlab.web.assets import style

SETTLED = ".gd[aria-busy=false]"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>a sheet</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body {{ margin: 8px; background: light-dark(#fff, #111417); color-scheme: light dark }}
{style}</style></head><body><main></main></body></html>"""
MOUNT = """async ({ code, first }) => {
    const revived = (one) => {
        if (Array.isArray(one)) return one.map(revived);
        if (!one || typeof one !== "object") return one;
        if ("base64" in one) {
            const bytes = Uint8Array.from(atob(one.base64), (mark) => mark.charCodeAt(0));
            return new DataView(bytes.buffer);
        }
        return Object.fromEntries(Object.entries(one).map(([name, part]) => [name, revived(part)]));
    };
    const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
    const model = {
        comm_live: true,
        on(name, heard) { if (name === "msg:custom") this.heard = heard; },
        off() {},
        get: () => revived(first),
        async send(event, _, buffers = []) {
            for (const answer of await window.askHost([event, buffers.map(text)])) {
                this.heard(...revived(answer));
            }
        },
    };
    const blob = new Blob([code], { type: "text/javascript" });
    const glue = await import(URL.createObjectURL(blob));
    glue.default.render({ model, el: document.querySelector("main") });
}"""


@contextmanager
def sheets(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open sheets on pages: ``open_one("adam", width=390)``; nothing may go wrong there."""
    pages, wrong = [], []

    def open_one(sheet: str, width: int = 1400, height: int = 1000, **options: Any) -> Any:
        page = browser.new_page(viewport={"width": width, "height": height}, **options)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        pages.append(page)
        mount(page, live(sheet))
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
    made.book.tab = sheet
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


def mount(page: Any, sheet: LiveSheet) -> None:
    """Put a live sheet on an empty page and wait until it is there."""
    answers: list[Any] = []
    # What the widget would send to a notebook goes to the page.
    object.__setattr__(sheet, "send", lambda *content: answers.append(content))

    def host(_source: Any, asked: Any) -> Any:
        event, buffers = asked
        answers.clear()
        sheet._answer(sheet, event, [b64decode(one) for one in buffers])
        return _plain(answers)

    page.expose_binding("askHost", host)
    page.set_content(PAGE.format(style=style()))
    page.evaluate(MOUNT, {"code": sheet._esm, "first": _plain(sheet.first)})
    page.wait_for_selector(SETTLED)


def _plain(one: Any) -> Any:
    """The same without bytes, which a call into the page cannot carry."""
    if isinstance(one, bytes):
        return {"base64": b64encode(one).decode()}
    if isinstance(one, dict):
        return {name: _plain(part) for name, part in one.items()}
    return [_plain(part) for part in one] if isinstance(one, (list, tuple)) else one
