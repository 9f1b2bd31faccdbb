"""A notebook of one cell, run in JupyterLab and shown by Chromium, for what is measured there."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat

TESTS = str(Path(__file__).parents[1] / "tests")


@contextmanager
def shown(code: str) -> Iterator[Any]:
    """The browser's page with the notebook open; its cell has not been run."""
    sys.path.insert(0, TESTS)
    from conftest import CHROMIUM_FLAGS
    from engines import chromium
    from lab import lab, open_notebook
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder:
        notebook = Path(folder) / "adam.ipynb"
        # With its kernel named, or JupyterLab would ask for one.
        metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        cells = [nbformat.v4.new_code_cell(code)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), notebook)
        with lab(str(notebook)) as address, sync_playwright() as playwright:
            started = playwright.chromium.launch(
                executable_path=chromium(), args=list(CHROMIUM_FLAGS)
            )
            page = started.new_page(viewport={"width": 1400, "height": 1000})
            open_notebook(page, address, notebook.name)
            yield page
            started.close()
