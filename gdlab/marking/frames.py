"""A learner's table in pandas as the sheet that is judged."""

import math
from collections.abc import Iterable
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

from gdlab.core.model import find_model
from gdlab.core.trace import Trace, trace
from gdlab.core.words import listed, shown
from gdlab.marking.sheet import Filled, Written
from gdlab.marking.values import claimed, typed

if TYPE_CHECKING:
    import pandas as pd

FRAME_ROWS = 10_000


def filled_frame(
    frame: "pd.DataFrame", key: Trace | str, blank: str | Iterable[str] = "all"
) -> Filled:
    """What a learner filled in, from a frame with the table's columns by name.

    ``key`` is the run to judge by, or a rule's name: then the frame's x and y are the points and
    all inputs are the rule's own. Row 1 is the first of the frame; NaN, None and an empty text are
    empty cells. ``blank`` names the columns to judge, by default all computed ones that are there.
    Raises ValueError for columns or rows that are not there.
    """
    run = key if isinstance(key, Trace) else _run(frame, key)
    computed = [column.name for column in run.table.columns if column.expression is not None]
    there = [str(name) for name in frame.columns]
    twice = sorted({name for name in there if there.count(name) > 1 and name in computed})
    if twice:
        raise ValueError(f"the frame has more than one column called {', '.join(twice)}")
    asked = [name for name in computed if name in there] if blank == "all" else _names(blank)
    for name in asked:
        if name not in computed:
            raise ValueError(
                f"{shown(name)} is not a column to judge; there are {', '.join(computed)}"
            )
        if name not in there:
            raise ValueError(f"the frame has no column {name}")
    if not asked:
        raise ValueError(f"the frame has none of the columns to judge: {', '.join(computed)}")
    if not 1 <= len(frame) <= min(run.rows, FRAME_ROWS):
        raise ValueError(f"the frame has {len(frame)} rows; the run to judge it by has {run.rows}")
    written = {}
    for name in asked:
        for row, value in enumerate(frame[name].tolist(), 1):
            cell = _written(value)
            if cell is not None:
                written[row, name] = cell
    places = frozenset((row, name) for name in asked for row in range(1, len(frame) + 1))
    given = {*run.table.names, *run.table.point} - set(computed)
    others = [shown(name) for name in there if name not in given and name not in asked]
    notes = (f"not judged: {_columns(others)}",) if others else ()
    return Filled(run, places, written, notes=notes)


def _columns(names: list[str]) -> str:
    return f"the column{'s' if len(names) > 1 else ''} {listed(names)}"


def _run(frame: "pd.DataFrame", rule: str) -> Trace:
    data = find_model().data
    absent = [name for name in data if name not in frame.columns]
    if absent:
        raise ValueError(
            f"the frame has no column {' and no '.join(absent)}: hand over the run to judge it by, "
            f"as in check(frame, gdlab.trace({rule!r}, points))"
        )
    return trace(rule, frame[list(data)])


def _names(blank: str | Iterable[str]) -> list[str]:
    return [blank] if isinstance(blank, str) else [str(name) for name in blank]


def _written(value: Any) -> Written | None:
    """One value of a frame; None for an empty cell."""
    if value is None:
        return None
    if isinstance(value, (Real, Decimal)) and not isinstance(value, bool):
        number = _double(value)
        if math.isnan(number):
            return None
        if math.isinf(number):
            return Written(None, text="#NUM!")
        return Written(number, claimed(number), repr(value))
    text = str(value)
    if text.strip() in ("", "<NA>", "NaT"):
        return None
    if isinstance(value, str) and text.startswith("#"):
        return Written(None, text=text)
    return typed(text, "")[0]


def _double(value: Real | Decimal) -> float:
    """A number as a double: inf for one that is too large, nan for a Decimal that is none."""
    try:
        return float(value)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan
