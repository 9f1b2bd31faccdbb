"""The sheet's modules and style as two texts.

The sheet is written in several files, each an ES module. A notebook widget and a page without a
network both take one text, so they are joined here, in the order of their own imports: the imports
fall away, and so do the word export, the comments and the layout, a quarter of it. Every top-level
name is therefore used once over all files that are joined.
"""

import re
from functools import cache
from pathlib import Path

from rjsmin import jsmin

from gdlab.web import constants

CONSTANTS = "constants.js"
STATIC = Path(__file__).parent / "static"
IMPORT = re.compile(r"^import\b[^;]*?\bfrom \"\./([\w-]+\.js)\";\n", re.MULTILINE)


@cache
def module(entry: str) -> str:
    """A file and all that it imports as one text, without its layout."""
    return jsmin(joined(entry))


def joined(entry: str) -> str:
    """A file and all that it imports, each behind those that it imports from, as one text."""
    *before, last = map(_source, in_order(entry))
    imported = "\n".join(
        re.sub(r"^export (?=\w)", "", IMPORT.sub("", text), flags=re.M) for text in before
    )
    return imported + "\n" + IMPORT.sub("", last)


@cache
def in_order(entry: str) -> tuple[str, ...]:
    """The names of the files that ``entry`` needs, itself the last.

    Raises ValueError where files import each other in a circle.
    """
    found: list[str] = []

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise ValueError(f"{name} imports itself, by way of {' and '.join(above)}")
        if name in found:
            return
        for imported in IMPORT.findall(_source(name)):
            visit(imported, (*above, name))
        found.append(name)

    visit(entry, ())
    return tuple(found)


def _source(name: str) -> str:
    """A module as it is written; constants.js is written by Python."""
    if name == CONSTANTS:
        return constants.module_text()
    return (STATIC / name).read_text(encoding="utf-8")


@cache
def style() -> str:
    """The sheet's style."""
    return (STATIC / "sheet.css").read_text(encoding="utf-8")
