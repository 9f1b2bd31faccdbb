"""The notebooks: each a py:percent file to edit and a .ipynb with its outputs stored.

``python tests/notebooks.py [NAME ...]`` runs the files in ``notebooks/source`` (all, or those that
are named) from top to bottom and writes the .ipynb files into ``notebooks``. Equal sources give
equal files: no dates, no random names.
"""

import os
import sys
import tempfile
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
SOURCES = FOLDER / "source"
SECONDS_PER_CELL = 120
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# A line that showed progress; on a faster machine there is none.
NOTHING_LEFT = {"text/plain": ""}
METADATA = {
    "jupytext": {"formats": "ipynb,source//py:percent"},
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def sources() -> list[Path]:
    """The notebooks' py:percent files."""
    return sorted(SOURCES.glob("*.py"))


def stored(source: Path) -> Path:
    """Where the notebook of a py:percent file is kept with its outputs."""
    return FOLDER / f"{source.stem}.ipynb"


def run(source: Path) -> nbformat.NotebookNode:
    """Run a notebook from its .py file in an empty folder; raises where a cell does."""
    notebook = jupytext.read(source)
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number}"
    notebook.metadata = nbformat.from_dict(METADATA)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=SECONDS_PER_CELL,
            kernel_name="python3",
            record_timing=False,
            store_widget_state=False,
            resources={"metadata": {"path": folder}},
        )
        # Notebooks show figures in their own way, whatever the tests use.
        client.execute(env=os.environ | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"})
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            # A live widget changes its name with every run; pages without a kernel have its HTML.
            output.get("data", {}).pop(WIDGET_VIEW, None)
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if output.get("data") != NOTHING_LEFT]
    return notebook


def main(names: list[str]) -> None:
    """Run and store the notebooks that are named, or all."""
    for source in sources():
        if not names or source.stem in names:
            nbformat.write(run(source), stored(source))
            print(stored(source).name)


if __name__ == "__main__":
    main(sys.argv[1:])
