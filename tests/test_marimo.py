"""gdlab in marimo, in a real browser: formulas that are drawn, and an explorer with its sliders."""

import importlib.util
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import missing

import gdlab

WAIT = 60_000
KINDS = {"range": "input[type=range]", "box": "input:not([type=range])"}
NOTEBOOK = """
import marimo
app = marimo.App()

@app.cell
def _():
    import gdlab
    gdlab.explore("adagrad")
    return (gdlab,)

@app.cell
def _(gdlab):
    gdlab.show_row(gdlab.trace("adam"), 1)
    return

if __name__ == "__main__":
    app.run()
"""


@pytest.fixture(scope="module")
def page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if importlib.util.find_spec("marimo") is None:
        missing("marimo (pip install marimo)")
    folder = tmp_path_factory.mktemp("marimo")
    (folder / "lesson.py").write_text(NOTEBOOK, encoding="utf-8")
    (folder / ".marimo.toml").write_text('[display]\ntheme = "dark"\n', encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "marimo", "run", "lesson.py", "--headless", "--no-token"]
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(
            [*command, "--port", str(port)], cwd=folder, stdout=log, stderr=log
        )
        try:
            wait_until_up(server, f"http://127.0.0.1:{port}")
            page = browser.new_page(viewport={"width": 1200, "height": 1000})
            page.goto(f"http://127.0.0.1:{port}")
            page.locator(".gdlab-explore table").wait_for(timeout=WAIT)
            yield page
            page.close()
        finally:
            server.terminate()
            server.wait(30)


def wait_until_up(server: subprocess.Popen, address: str) -> None:
    deadline = time.monotonic() + WAIT / 1000
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.3)
            continue
        return
    raise RuntimeError("marimo did not start")


def field(page: Any, name: str, kind: str) -> Any:
    row = page.locator(".gdlab-field").filter(has_text=name).first
    return row.locator(KINDS[kind])


def last_slope(page: Any) -> str:
    return (
        page.locator(".gdlab-scroll tbody tr").last.locator("td[title]").last.get_attribute("title")
    )


def test_explore_has_its_sliders_and_the_number_in_the_box(page: Any) -> None:
    box, slider = field(page, "lr", "box"), field(page, "lr", "range")
    assert box.input_value() == "0.5"
    box.fill("0.25")
    box.press("Enter")
    page.locator("[role=status]", has_text="lr=0.25").wait_for(timeout=WAIT)
    assert box.input_value() == "0.25"
    assert last_slope(page) == repr(gdlab.trace("adagrad", epochs=5, lr=0.25).final["slope"])
    slider.press("ArrowRight")
    # 0.25 stands nearest to 10^-0.6; one step of a hundredth of a decade further is 0.257.
    page.locator("[role=status]", has_text="lr=0.257").wait_for(timeout=WAIT)
    assert box.input_value() == "0.257"
    assert last_slope(page) == repr(gdlab.trace("adagrad", epochs=5, lr=0.257).final["slope"])


def test_it_is_as_dark_as_marimo(page: Any) -> None:
    style = page.locator(".gdlab-explore").evaluate(
        "(one) => [getComputedStyle(one).colorScheme, getComputedStyle(one).backgroundColor]"
    )
    assert style == ["dark", "rgb(17, 20, 23)"]


def test_all_sliders_are_as_long(page: Any) -> None:
    """However long their names are, on a phone too."""
    for width in (390, 1200):
        page.set_viewport_size({"width": width, "height": 1000})
        sliders = page.locator(".gdlab-field input[type=range]").all()
        widths = [slider.bounding_box()["width"] for slider in sliders]
        assert max(widths) - min(widths) < 1 and min(widths) > 60, widths


def test_every_box_and_every_slider_changes_the_table(page: Any) -> None:
    boxes = gdlab.explore("adagrad").boxes
    fields = page.locator(".gdlab-field")
    assert fields.count() == len(boxes)
    for place in range(len(boxes)):
        for kind in ("box", "range"):
            control = fields.nth(place).locator(KINDS[kind])
            if not control.count():
                continue
            before = page.locator(".gdlab-scroll").inner_html()
            if kind == "range":
                control.press("ArrowLeft")
            else:
                control.fill(str(float(control.input_value()) * 2 or 0.5))
                control.press("Enter")
            _wait_until_other(page, before)
    page.reload()
    page.locator(".gdlab-explore table").wait_for(timeout=WAIT)


def _wait_until_other(page: Any, before: str) -> None:
    for _ in range(300):
        if page.locator(".gdlab-scroll").inner_html() != before:
            return
        page.wait_for_timeout(50)
    raise AssertionError("nothing has changed")


def test_a_refused_number_is_said(page: Any) -> None:
    box = field(page, "lr", "box")
    for typed, told in (("–1", "lr must be a number over 0"), ("", "lr is empty; type a number")):
        box.fill(typed)
        box.press("Enter")
        page.locator("[role=alert]", has_text=told).wait_for(timeout=WAIT)
    box.fill("0,5")
    box.press("Enter")
    page.locator("[role=alert]").wait_for(state="detached", timeout=WAIT)


def test_formulas_are_drawn_and_no_latex_is_seen(page: Any) -> None:
    assert page.locator("math").count() == len(gdlab.trace("adam").table.computed)
    assert page.locator("math").first.bounding_box()["width"] > 20
    assert "displaystyle" not in page.locator("body").inner_text()
