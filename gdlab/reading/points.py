"""``read_points`` reads columns of a table from a file, the clipboard or a frame."""

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdlab.reading.columns import Found, WhichColumns, find_columns, listed
from gdlab.reading.door import MOST_TEXT_BYTES, Refused, read_bytes
from gdlab.reading.rows import rows_of

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".ods")
CLIPBOARD = "clipboard"
LEFT_OUT_NAMED = 5


def read_points(
    source: Any,
    *,
    x: str | int | None = None,
    y: str | int | None = None,
    sheet: str | None = None,
    decimal: str | None = None,
    drop_missing: bool = False,
) -> "pd.DataFrame":
    """Read points from a file, the clipboard or a frame, as a DataFrame of floats ``x`` and ``y``.

    Titles, units, notes, comments and empty lines around the points are skipped, and so is a
    unit after a header. Values in a text are separated by commas, semicolons or tabs.

    Args:
        source: the path of a .csv, .tsv, .txt, .xlsx, .xlsm or .ods file, or such a file opened;
            ``"clipboard"``; a DataFrame of pandas or polars, or an arrow table. From a workbook
            the stored values are read.
        x: the column's header, or its number from 1; by default the one headed x or, if exactly
            two columns have numbers, the first of them.
        y: the same for y.
        sheet: a workbook's sheet by name; by default the first.
        decimal: "." or ",", needed if numbers such as 1,000 can be read in two ways.
        drop_missing: leave out rows with a missing value, with a warning that says how many.

    Raises ValueError naming the file and the line of the first value that is missing, is not a
    number, or can be read in two ways.
    """
    found = read_columns(source, {"x": x, "y": y}, sheet, decimal, drop_missing)
    if found.dropped:
        warnings.warn(left_out(found), stacklevel=2)
    import pandas as pd

    return pd.DataFrame(found.columns, dtype=float)


def read_columns(
    source: Any,
    wanted: Mapping[str, Any],
    sheet: str | None = None,
    decimal: str | None = None,
    drop_missing: bool = False,
) -> Found:
    """Any number of ``wanted`` columns as lists, read as by :func:`read_points`."""
    if decimal not in (None, ".", ","):
        raise ValueError(f"decimal must be '.' or ',', not {decimal!r:.40}")
    if hasattr(source, "columns") or hasattr(source, "column_names"):
        with _naming("points"):
            return find_columns(_frame_rows(source), wanted, decimal, drop_missing, "row")
    name, data = _bytes_of(source)
    return columns_of(name, data, wanted, sheet, decimal, drop_missing)


def columns_of(
    name: str,
    data: bytes,
    wanted: Mapping[str, Any],
    sheet: str | None = None,
    decimal: str | None = None,
    drop_missing: bool = False,
) -> Found:
    """The columns of a file's bytes; ``name`` is for messages."""
    with _naming(name):
        if len(data) > MOST_TEXT_BYTES:
            raise Refused(f"it is larger than {MOST_TEXT_BYTES // 10**6} MB")
        return find_columns(rows_of(data, sheet), wanted, decimal, drop_missing)


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Put the file's name before the message of a ValueError."""
    try:
        yield
    except ValueError as error:
        mark = "," if re.match(r"(line|row) \d", str(error)) else ":"
        message = f"{name}{mark} {error}"
        if isinstance(error, WhichColumns):
            raise WhichColumns(message, error.columns) from None
        raise ValueError(message) from None


def left_out(found: Found) -> str:
    """A sentence: how many rows were left out, and the first few of their lines."""
    lines = [str(line) for line in found.dropped[:LEFT_OUT_NAMED]]
    more = len(found.dropped) - len(lines)
    named = f"{', '.join(lines)} and {more} more" if more else listed(lines)
    rows = f"{len(found.dropped)} row" + ("s" if len(found.dropped) != 1 else "")
    return f"{rows} left out for a missing value: line {named}"


def _bytes_of(source: Any) -> tuple[str, bytes]:
    if isinstance(source, str) and source == CLIPBOARD:
        return CLIPBOARD, _clipboard().encode()
    if hasattr(source, "read"):
        name = Path(str(getattr(source, "name", "")).strip("<>")).name
        data = source.read(MOST_TEXT_BYTES + 1)
        return name or "points", data.encode() if isinstance(data, str) else data
    try:
        path = Path(source)
    except TypeError:
        raise ValueError(f"points are read from a file's path, not {source!r:.40}") from None
    ending = path.suffix.lower()
    with _naming(path.name):
        if ending == ".xls":
            raise Refused("it is in the old .xls format; save it as .xlsx or .csv")
        if ending not in ENDINGS:
            raise Refused(f"points are read from {listed(ENDINGS)} files")
        return path.name, read_bytes(path, MOST_TEXT_BYTES)


def _clipboard() -> str:
    from pandas.io.clipboard import clipboard_get  # type: ignore[attr-defined]

    try:
        return clipboard_get()
    except (RuntimeError, OSError) as error:
        why = str(error).strip().partition("\n")[0]
        raise ValueError(f"the clipboard cannot be read here: {why:.100}") from None


def _frame_rows(frame: Any) -> list[tuple[int, list[Any]]]:
    """A frame's headers and rows; the headers have the number 0."""
    names = list(frame.columns if hasattr(frame, "columns") else ())
    if hasattr(frame, "column_names"):
        names = list(frame.column_names)
    columns = [_values(frame[name]) for name in names]
    return [(0, names), *enumerate(map(list, zip(*columns, strict=True)), 1)]


def _values(column: Any) -> list[Any]:
    return column.to_pylist() if hasattr(column, "to_pylist") else list(column)
