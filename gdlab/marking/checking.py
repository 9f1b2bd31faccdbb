"""``check``: mark a workbook or a frame."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from gdlab.core.trace import Trace
from gdlab.marking.report import Report, report

if TYPE_CHECKING:
    import pandas as pd


def check(
    path_or_frame: "str | Path | pd.DataFrame",
    key: Trace | str | None = None,
    *,
    blank: str | Iterable[str] = "all",
) -> Report:
    """Mark what a learner filled in: every cell right, follows, wrong or empty, and why.

    A path is a practice workbook or an exported sheet; it says itself what it is judged by, so
    ``key`` and ``blank`` go with a frame only. A frame has the table's columns by their names;
    ``key`` is the run to judge it by, ``gdlab.trace("adam", points)``, or a rule's name where the
    inputs are the rule's own. ``blank`` names the columns to judge, by default all that are there.
    ``Report.hint()`` gives no values away. Raises ValueError, one line, for what cannot be judged.
    """
    if isinstance(path_or_frame, (str, Path)):
        if key is not None or blank != "all":
            raise ValueError("key and blank go with a frame; a workbook says what it is judged by")
        from gdlab.marking.reading import read_filled

        return report(read_filled(path_or_frame))
    if not (hasattr(path_or_frame, "columns") and hasattr(path_or_frame, "to_dict")):
        kind = type(path_or_frame).__name__
        raise ValueError(f"check takes the path of a workbook or a DataFrame, not a {kind}")
    if key is None:
        raise ValueError(
            "a frame does not say which run it is judged by: check(frame, gdlab.trace('adam'))"
        )
    from gdlab.marking.frames import filled_frame

    return report(filled_frame(path_or_frame, key, blank))
