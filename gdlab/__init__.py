"""Gradient descent as a spreadsheet: one rule seen as table, sheet, formula and mark.

Names are imported when they are first used, so that ``import gdlab`` itself costs nothing.
"""

from importlib import import_module

from gdlab.core.writers import WRITERS

TYPE_CHECKING = False  # importing typing would take as long as the whole of `gdlab --help` may
if TYPE_CHECKING:
    from typing import Any

_HOMES = {
    "lesson_points": "core.points",
    "make_line": "core.points",
    "read_points": "reading.points",
    "sample_points": "core.samples",
    "rule": "core.registry",
    "rules": "core.registry",
    "model": "core.model",
    "models": "core.model",
    "find_rate": "core.rates",
    "trace": "core.trace",
    "Trace": "core.trace",
    "lesson": "core.lessons",
    "sweep": "studies.sweeps",
    "plot": "notebook.pictures",
    "plot_tangents": "notebook.pictures",
    "show_rule": "notebook.display",
    "show_row": "notebook.display",
    "show_cells": "notebook.display",
    "explore": "notebook.explore",
    "sheet": "notebook.widget",
    "workbook": "notebook.widget",
    "practice_sheet": "notebook.practice_widget",
    "practice": "marking",
    "check": "marking",
    "read_workbook": "reading.workbook",
    "claims": "studies.claims",
}
# Parts of the package with a name of their own: gdlab.digits.race.
_PARTS = {"audit": "studies.claims", "digits": "studies.digits"}
# What only notebooks need; an installation without them does not have it.
_LAB = ("IPython", "anywidget", "ipywidgets")
# What a trace can be written as; the writers stand above it, so they are named to it here.
WRITERS.update(
    to_excel="gdlab.excel.workbook:write_trace",
    to_html="gdlab.web.page:write_page",
    to_film="gdlab.notebook.film:write_film",
)
__all__ = tuple(_HOMES)
__version__ = "0.2.0"


def __getattr__(name: str) -> "Any":
    if name in _PARTS:
        return import_module(f"gdlab.{_PARTS[name]}")
    if name not in _HOMES:
        names = ", ".join(sorted([*_HOMES, *_PARTS]))
        raise AttributeError(f"gdlab has no {name!r}; it has {names}")
    try:
        value = getattr(import_module(f"gdlab.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name not in _LAB:
            raise
        raise ImportError(f"gdlab.{name} needs {error.name}: pip install 'gdlab[lab]'") from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_PARTS})
