"""``check``: mark a workbook or a frame."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from gdlab.core.trace import Trace
from gdlab.marking.report import Report
from gdlab.marking.reporting import report

if TYPE_CHECKING:
    import pandas as pd


def check(
    path_or_frame: "str | Path | pd.DataFrame",
    key: Trace | str | None = None,
    *,
    blank: str | Iterable[str] = "all",
    follows: float = 1.0,
) -> Report:
    """Mark what a learner filled in: every cell right, follows, unearned, wrong or empty, and why.

    A path is a practice workbook or an exported sheet. It says itself what it is judged by, so
    ``key`` and ``blank`` are for a frame only. A frame has the table's columns by their names;
    ``key`` is the run to judge it by, ``gdlab.trace("adam", points)``, or a rule's name where the
    inputs are the rule's own. ``blank`` names the columns to judge, by default all that are there.
    ``follows`` is how much a cell counts that follows from a slip or repeats it, from 0 to 1: a
    slip counts once. What follows without showing that anything was computed counts nothing.
    ``Report.hint()`` gives no values away. Raises ValueError, one line, for what cannot be judged.
    """
    if not 0 <= follows <= 1:
        raise ValueError(f"follows must be from 0 to 1, not {follows!r:.40}")
    if isinstance(path_or_frame, (str, Path)):
        if key is not None or blank != "all":
            raise ValueError("key and blank go with a frame; a workbook says what it is judged by")
        from gdlab.marking.reading import read_filled

        return report(read_filled(path_or_frame), follows)
    if not (hasattr(path_or_frame, "columns") and hasattr(path_or_frame, "to_dict")):
        kind = type(path_or_frame).__name__
        raise ValueError(f"check takes the path of a workbook or a DataFrame, not a {kind}")
    if key is None:
        raise ValueError(
            "a frame does not say which run it is judged by: check(frame, gdlab.trace('adam'))"
        )
    from gdlab.marking.frames import filled_frame

    return report(filled_frame(path_or_frame, key, blank), follows)
