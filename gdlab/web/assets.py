"""The sheet's module and style as two texts.

The module is written in several files, each an ES module. A notebook widget and a page without a
network both take one text, so they are joined here: imports between them fall away, and so does
the word export. Every top-level name is therefore used once over all files that are joined.
"""

import re
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
# Each file after those that it imports from.
MODULES = (
    "numbers.js",
    "number_input.js",
    "state.js",
    "announcements.js",
    "views.js",
    "event_queue.js",
    "editor.js",
    "column_header.js",
    "keys.js",
    "rows.js",
    "grid.js",
    "inputs.js",
    "formula_bar.js",
    "axes.js",
    "contours.js",
    "pictures.js",
    "player.js",
    "print.js",
    "race.js",
    "frame.js",
    "download.js",
    "sheet.js",
)
IMPORT = re.compile(r"^import\b.*?;\n", re.MULTILINE | re.DOTALL)


@cache
def module(*own: str) -> str:
    """The sheet's files and then ``own``, those that tie it to its surroundings, in their order."""
    *before, last = [(STATIC / name).read_text(encoding="utf-8") for name in (*MODULES, *own)]
    joined = "\n".join(
        re.sub(r"^export (?=\w)", "", IMPORT.sub("", text), flags=re.M) for text in before
    )
    return joined + "\n" + IMPORT.sub("", last)


@cache
def style() -> str:
    """The sheet's style."""
    return (STATIC / "sheet.css").read_text(encoding="utf-8")
