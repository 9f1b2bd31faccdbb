"""Gradient descent as a spreadsheet: one rule seen as table, sheet, formula and mark.

Names are imported when they are first used, so that ``import gdlab`` itself costs nothing.
"""

from importlib import import_module

TYPE_CHECKING = False  # importing typing would take as long as the whole of `gdlab --help` may
if TYPE_CHECKING:
    from typing import Any

_HOMES = {
    "lesson_points": "points",
    "make_line": "points",
    "read_points": "points",
    "rule": "registry",
    "rules": "registry",
    "trace": "tracing",
    "Trace": "runs",
    "lesson": "lessons",
    "sweep": "sweeping",
    "plot": "pictures",
    "plot_tangents": "pictures",
    "show_rule": "showing",
    "show_row": "showing",
    "show_cells": "showing",
    "explore": "explorer",
    "sheet": "widget",
    "workbook": "widget",
    "practice_sheet": "exercise",
    "practice": "marking",
    "check": "marking",
    "claims": "audit",
}
# Parts of the package with a name of their own: gdlab.digits.race.
_PARTS = ("audit", "digits")
__all__ = tuple(_HOMES)
__version__ = "0.1.0"


def __getattr__(name: str) -> "Any":
    if name in _PARTS:
        return import_module(f"gdlab.{name}")
    if name not in _HOMES:
        names = ", ".join(sorted([*_HOMES, *_PARTS]))
        raise AttributeError(f"gdlab has no {name!r}; it has {names}")
    value = getattr(import_module(f"gdlab.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_PARTS})
