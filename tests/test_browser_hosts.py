"""The sheet in Notebook 7 and in marimo: opened, dragged and practised, and Python knows of it."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from journeys import SETTLED, Sheet
from lab import KERNEL_IS_IDLE, run_all

WAIT = 60_000
TOLD = "the rate in Python: "
MARIMO = f"""
import marimo
app = marimo.App()

@app.cell
def _():
    import gdlab
    import marimo
    sheet = marimo.ui.anywidget(gdlab.workbook())
    sheet
    return (sheet, marimo)

@app.cell
def _(sheet, marimo):
    marimo.md(f"{TOLD}{{sheet.value['inputs']['adam.lr']}}")
    return

if __name__ == "__main__":
    app.run()
"""
NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": "one",
            "metadata": {},
            "outputs": [],
            "source": "import gdlab\nsheet = gdlab.workbook()\nsheet",
        }
    ],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@contextmanager
def serving(folder: Path, *command: str) -> Iterator[str]:
    """A server on a port of its own; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {
        name: str(folder / "home") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR",
        "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }  # fmt: skip
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", *command, f"--port={port}"],
            cwd=folder, env=os.environ | own, stdout=log, stderr=log,
        )  # fmt: skip
        address = f"http://127.0.0.1:{port}"
        try:
            deadline = time.monotonic() + WAIT / 1000
            while True:
                try:
                    urllib.request.urlopen(address, timeout=5).close()
                    break
                except OSError:
                    assert time.monotonic() < deadline and server.poll() is None
                    time.sleep(0.2)
            yield address
        finally:
            server.terminate()
            server.wait(30)


def asked_for(module: str) -> None:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is missing (pip install {module})")


def used(page: Any) -> Sheet:
    """Drag, and practise; the sheet is then where it was."""
    sheet = Sheet(page)
    sheet.begin("adam")
    track = page.locator("[data-input=lr] .gd-track")
    assert track.bounding_box()["width"] > 55, "too short for a hand"
    track.press("ArrowLeft")
    rate = float(sheet.box("lr").input_value())
    assert 0 < rate < 1 and sheet.python().hyper["lr"] == rate
    sheet.go_to(3)
    sheet.click_cell(3, 7)
    told = sheet.python().explain(3, sheet.python().table.names[7])
    assert sheet.said("numbers") == f"{told.numbers} = {told.result!r}"
    page.click("[data-do=practise]")
    page.keyboard.type(page.input_value("[data-input=start_intercept] .gd-box"))
    page.keyboard.press("Enter")
    assert page.locator("td.gd-right").count() == 1
    page.click("[data-do=leave]")
    # A key by itself is not a command of the host's.
    before = page.locator(".gd").count()
    sheet.press("x", "a", "d", "d")
    assert page.locator(".gd").count() == before == 1
    assert "follows from its formula" in sheet.said("alert")
    return sheet


def test_in_notebook_7(browser: Any, tmp_path: Path) -> None:
    asked_for("notebook")
    (tmp_path / "lesson.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    words = ("--no-browser", "--allow-root", "--IdentityProvider.token=", "--expose-app-in-browser")
    with serving(tmp_path, "notebook", *words) as address:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.goto(f"{address}/notebooks/lesson.ipynb")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=WAIT)
        page.wait_for_function(KERNEL_IS_IDLE, timeout=WAIT)
        run_all(page)
        page.wait_for_selector(SETTLED, timeout=WAIT)
        # What is higher than the window gets a box of a few lines there; the sheet does not.
        page.wait_for_selector(".jp-mod-outputsScrolled", timeout=WAIT)
        output, sheet = (page.locator(one).bounding_box() for one in (".jp-Cell-outputArea", ".gd"))
        assert output["height"] >= sheet["height"] > 844
        assert sheet["y"] - output["y"] < 20
        page.set_viewport_size({"width": 1366, "height": 900})
        rate = float(used(page).box("lr").input_value())
        # Python hears of it when it has done what it was asked before.
        said = page.locator(".jp-OutputArea").last
        for _ in range(20):
            page.evaluate(
                """(told) => {
                    const { commands, shell } = window.jupyterapp;
                    shell.currentWidget.content.activeCell.model.sharedModel.setSource(
                        `print(f"${told}{sheet.inputs['adam.lr']!r}")`);
                    return commands.execute("notebook:run-cell");
                }""",
                TOLD,
            )
            if said.inner_text().strip() == f"{TOLD}{rate}":
                break
            page.wait_for_timeout(500)
        assert said.inner_text().strip() == f"{TOLD}{rate}"
        page.close()


def test_in_marimo(browser: Any, tmp_path: Path) -> None:
    asked_for("marimo")
    (tmp_path / "lesson.py").write_text(MARIMO, encoding="utf-8")
    with serving(tmp_path, "marimo", "run", "lesson.py", "--headless", "--no-token") as address:
        # Light in marimo, whatever else a reader has dark.
        page = browser.new_page(viewport={"width": 1366, "height": 900}, color_scheme="dark")
        page.goto(address)
        page.wait_for_selector(SETTLED, timeout=WAIT)
        assert page.locator(".gd").evaluate("(one) => getComputedStyle(one).colorScheme") == "light"
        rate = used(page).box("lr").input_value()
        page.wait_for_selector(f"text={TOLD}{float(rate)}", timeout=WAIT)
        page.close()
