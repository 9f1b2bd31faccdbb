"""Pages in Chromium as a person has them: opened from a folder, with the network switched off."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shown import cells

import gdlab
from gdlab.web.page import write_page

STATIC = Path(gdlab.__file__).parent / "web" / "static"
SETTLED = ".gd[aria-busy=false]"
ERRORS = {"#NUM!": np.nan, "#DIV/0!": np.inf}
# Chromium loses some downloads in quick succession: saved files are read before they get there.
# And no cell may depend on a browser's own powers, which differ between browsers.
PREPARED = """
    Math.pow = () => NaN;
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => make.call(URL, (window.lastSaved = blob));
"""


def alone(runs: "gdlab.Trace | dict[str, gdlab.Trace]", path: Path) -> Path:
    """Write a page whose reader takes no other model: theirs cost most of a page's time."""
    if isinstance(runs, gdlab.Trace):
        runs = {runs.rule: runs}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gdlab.web.page.other_models", lambda _: [])
        return write_page(runs, path)


@contextmanager
def opened(browser: Any, **options: Any) -> Iterator[Any]:
    """A browser's page without a network; fails at the end where anything went wrong on it."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, **options)
    context.set_offline(True)
    context.add_init_script(PREPARED)
    page = context.new_page()
    page.wrong = []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("console", lambda said: page.wrong.append(said.text) if said.type == "error" else None)
    page.on("request", lambda asked: _refuse_foreign(page, asked.url))
    try:
        yield page
        assert page.wrong == []
    finally:
        context.close()


def _refuse_foreign(page: Any, url: str) -> None:
    if not url.startswith(("file:", "blob:")):
        page.wrong.append(f"the page asked for {url}")


def go(page: Any, path: Path, fragment: str = "") -> None:
    """Open a page's file at a fragment, as a link does; it is loaded again even if it was open."""
    page.goto("about:blank")
    page.goto(path.as_uri() + (f"#{fragment}" if fragment else ""))
    page.wait_for_selector(SETTLED)


def link(page: Any, fragment: str) -> None:
    """Follow a link to another fragment of the page that is open."""
    page.evaluate(
        """(fragment) => new Promise((done) => {
            if (location.hash === `#${fragment}`) return done();
            addEventListener("hashchange", () => setTimeout(done), { once: true });
            location.hash = fragment;
        })""",
        fragment,
    )


def line(page: Any, name: str) -> str:
    """What a line of the sheet says."""
    return page.locator(f".gd-{name}").text_content()


def drag(page: Any, name: str, value: float) -> None:
    """Set a slider as a hand does: an input event from the element itself."""
    page.locator(f"[data-input={name}] .gd-track").evaluate(
        "(track, value) => { track.value = value; track.dispatchEvent(new Event('input')) }", value
    )


def paste(page: Any, text: str) -> None:
    """Paste a text at the selected cell."""
    page.locator(".gd-table").evaluate(
        """(table, text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            table.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
        }""",
        text,
    )


def saved(page: Any) -> dict[str, np.ndarray]:
    """Every cell of the sheet that is shown, as the page saves it; errors as in shown.cells."""
    text = page.evaluate(
        """() => {
            document.querySelector("[data-do=csv]").click();
            return window.lastSaved.text();
        }"""
    )
    return read(text)


def read(text: str) -> dict[str, np.ndarray]:
    """The columns of a saved sheet."""
    names, *rows = (line.split(",") for line in text.splitlines())
    numbers = [[ERRORS.get(text) or float(text) for text in row] for row in rows]
    return dict(zip(names, np.array(numbers).T, strict=True))


def differences(shown: dict[str, np.ndarray], run: gdlab.Trace) -> list[str]:
    """The cells that differ from the run's in any bit, in words."""
    assert list(shown) == list(run.table.names)
    found = []
    for name, wanted in zip(run.table.names, cells(run), strict=True):
        here = np.ascontiguousarray(shown[name])
        bits_differ = here.view(np.int64) != wanted.view(np.int64)
        for place in np.flatnonzero(bits_differ & ~(np.isnan(here) & np.isnan(wanted))):
            found.append(f"{name} in row {place + 1}: {here[place]!r}, not {wanted[place]!r}")
    return found


def joined(last: str) -> str:
    """The arithmetic's modules, up to one of them, as one text."""
    names = (
        "powers.js", "arithmetic.js", "drawn_order.js", "compute.js", "points.js", "axes.js",
        "loss_grid.js",
    )  # fmt: skip
    return "".join(
        re.sub(r"^import .*|^export ", "", (STATIC / name).read_text("utf-8"), flags=re.M)
        for name in names[: names.index(last) + 1]
    )
