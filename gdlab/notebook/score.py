"""How far a practice in a notebook is, in the marks of ``gdlab check``."""

from collections.abc import Mapping
from typing import Any

from gdlab.core.rerun import arguments
from gdlab.core.trace import Trace, trace
from gdlab.marking.reporting import report
from gdlab.marking.sheet import Filled
from gdlab.marking.values import typed


def score(run: Trace, practice: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, int]:
    """The marks of a practice on the sheet of a run; ``given`` is what Python has drawn of it."""
    # Samples come in their order: one that is drawn was drawn for other points.
    options = arguments(run, practice["inputs"]) | {"shuffle": False, "seed": 0}
    key = trace(run.table.rule, **options | {name: practice[name] for name in ("points", "epochs")})
    blank = given.get("blank") or [one.name for one in key.table.columns if one.expression]
    asked = frozenset((row, name) for row in range(1, key.rows + 1) for name in blank)
    cells = {}
    for place, text in practice["texts"].items():
        row, name = place.split(" ")
        cells[int(row), name] = typed(text, "")[0]
    return report(Filled(key, asked, cells, shown=given.get("decimals"))).marks
