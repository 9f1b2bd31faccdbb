"""The fixtures of all tests, and what happens if a program that they need is missing.

A newcomer's machine has no LibreOffice, browser or torch: their tests are skipped, with the reason.
Where GDLAB_CI is set everything is meant to be there: a missing part is a failure.
"""

import gc
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import engines
import pytest

from gdlab.cli.process import OBJECTS_BETWEEN_SEARCHES

MARKS = dict.fromkeys(("formualizer", "formulon", "ironcalc", "libreoffice"), "engine")
MARKS["browser"] = "browser"
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_configure(config: pytest.Config) -> None:
    """Keep compiled code in a folder of this run, which pytest-xdist's workers inherit."""
    if "GDLAB_CACHE" not in os.environ:
        os.environ["GDLAB_CACHE"] = tempfile.mkdtemp(prefix="gdlab-tests-")
        config.add_cleanup(_forget_cache)
    os.environ["MPLBACKEND"] = "agg"
    # As in a command's own process.
    gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)


def _forget_cache() -> None:
    shutil.rmtree(os.environ.pop("GDLAB_CACHE"), ignore_errors=True)


FULL = os.environ.get("GDLAB_PROOF") == "full"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests that need an engine or the browser; leave out those of the full proof."""
    seen: Counter[str] = Counter()
    left_out = []
    for item in [] if FULL else items:
        marker = item.get_closest_marker("sample")
        if marker:
            test = item.nodeid.partition("[")[0]
            left_out += [item] if seen[test] % marker.args[0] else []
            seen[test] += 1
    config.hook.pytest_deselected(items=left_out)
    dropped = set(left_out)
    items[:] = [item for item in items if item not in dropped]
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in MARKS:
                item.add_marker(MARKS[fixture])
        # On a loaded machine a browser may answer late: try again, and say so in the summary.
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def missing(what: str) -> None:
    """Skip the test with a reason, or fail it if nothing may be missing."""
    if os.environ.get("GDLAB_CI"):
        pytest.fail(f"{what} is missing, and GDLAB_CI is set", pytrace=False)
    pytest.skip(f"{what} is missing")


@pytest.fixture(autouse=True)
def rules_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget after each test what it registered: a workbook compares all rules there are."""
    from gdlab.core import model, registry

    monkeypatch.setattr(registry, "_registered", dict(registry._registered))
    monkeypatch.setattr(model, "_registered", dict(model._registered))


@pytest.fixture(scope="session")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of all lessons: written once for all who open it."""
    from gdlab.web.page import write_lessons_page

    return write_lessons_page(tmp_path_factory.mktemp("lessons") / "lessons.html")


@pytest.fixture(scope="session")
def formualizer() -> Any:
    """Recompute a workbook with formualizer: ``formualizer(path)``."""
    if not engines.has_module("formualizer"):
        missing("formualizer (pip install formualizer)")
    return engines.recompute_formualizer


@pytest.fixture(scope="session")
def ironcalc() -> Any:
    """Recompute a workbook with IronCalc: ``ironcalc(path)``."""
    if not engines.has_module("ironcalc"):
        missing("ironcalc (pip install ironcalc)")
    return engines.recompute_ironcalc


@pytest.fixture(scope="session")
def formulon() -> Any:
    """Recompute a workbook with Formulon: ``formulon(path)``."""
    if not engines.has_module("formulon"):
        missing("formulon (pip install formulon)")
    return engines.recompute_formulon


@pytest.fixture(scope="session")
def libreoffice() -> Any:
    """Recompute workbooks with one start of LibreOffice: ``libreoffice([path, ...])``."""
    if engines.soffice() is None:
        missing("LibreOffice (the program soffice)")
    return engines.recompute_libreoffice


@pytest.fixture(scope="session")
def torch() -> Any:
    """The package torch."""
    if not engines.has_module("torch"):
        missing("torch (pip install torch)")
    import torch

    return torch


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start Chromium once: a playwright ``Browser``."""
    program = engines.chromium()
    if program is None:
        missing("Chromium (the program chromium or google-chrome)")
    if not engines.has_module("playwright"):
        missing("playwright (pip install playwright)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_FLAGS))
        yield started
        started.close()


@pytest.fixture
def run(capsys, monkeypatch):
    """Run a command in this process: exit code, standard output, standard error."""
    from gdlab.cli import main

    # A width of the terminal that runs the tests would fold the tables.
    monkeypatch.delenv("COLUMNS", raising=False)

    def run(*words: str) -> tuple[int, str, str]:
        try:
            code = main(words)
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        return code, out, err

    return run
