"""A live sheet on a page of its own, as a notebook mounts it, with its host in this process."""

from base64 import b64encode
from typing import Any

from gdlab.browser.assets import module, style
from gdlab.widget.book import Book

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>a sheet</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body {{ margin: 8px; background: light-dark(#fff, #111417); color-scheme: light dark }}
{style}</style></head><body><main></main></body></html>"""
MOUNT = """async ({ code, first }) => {
    const bytes = (text) => new DataView(
        Uint8Array.from(atob(text), (one) => one.charCodeAt(0)).buffer);
    const model = {
        comm_live: true,
        on(name, heard) { if (name === "msg:custom") this.heard = heard; },
        off() {},
        get: () => ({ state: first[0], numbers: first[1].map(bytes) }),
        async send(event) {
            if (event.kind === "heard") return;
            const [state, numbers] = await window.askHost(event);
            this.heard(state, numbers.map(bytes));
        },
    };
    const blob = new Blob([code], { type: "text/javascript" });
    const glue = await import(URL.createObjectURL(blob));
    glue.default.render({ model, el: document.querySelector("main") });
}"""


def mount(page: Any, book: Book) -> None:
    """Put the sheet of a book on an empty page and wait until it is there."""

    def plain(answer: tuple[dict[str, Any], list[bytes]]) -> list[Any]:
        state, numbers = answer
        return [state, [b64encode(one).decode() for one in numbers]]

    page.expose_binding("askHost", lambda _source, event: plain(book.ask(event)))
    page.set_content(PAGE.format(style=style()))
    page.evaluate(MOUNT, {"code": module("jupyter.js"), "first": plain(book.state())})
    page.wait_for_selector(".gd[aria-busy=false]")
