"""``read_points``: the points of a .csv or .xlsx file, read through the guarded door."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdlab.core.points import Pair, frame_of, number
from gdlab.reading.door import LONGEST_ROW, MOST_ROWS, Refused, read_text, text_rows
from gdlab.reading.guard import read_package

if TYPE_CHECKING:
    import pandas as pd

MOST_COLUMNS = 50


def read_points(path: str | Path) -> "pd.DataFrame":
    """Read points from a .csv or .xlsx file: columns headed x and y, or just two columns.

    In a .csv the values are separated by commas, semicolons or tabs; with the last two a decimal
    comma is understood. Of a workbook the first sheet is read, its stored values only. Raises
    ValueError naming the file and the line of the first bad value.
    """
    return frame_of(*read_pairs(path))


def read_pairs(path: str | Path) -> Pair:
    """What :func:`read_points` reads, as two lists."""
    try:
        path = Path(path)
    except TypeError:
        raise ValueError(f"points are read from a file's path, not {path!r:.40}") from None
    readers = {".csv": _csv_rows, ".xlsx": _xlsx_rows}
    if path.suffix.lower() not in readers:
        raise ValueError(f"{path.name}: points are read from .csv or .xlsx files")
    try:
        rows = [
            (line, row)
            for line, row in enumerate(readers[path.suffix.lower()](path), 1)
            if any(value not in (None, "") for value in row)
        ]
    except Refused as refusal:
        raise ValueError(f"{path.name}: {refusal}") from None
    return _two_columns(path.name, rows)


def _two_columns(name: str, rows: list[tuple[int, list[Any]]]) -> Pair:
    """Pick x and y out of a file's rows, by their heads or by there being just two columns."""
    if not rows:
        raise ValueError(f"{name}: no rows")
    heads = [str(value).strip().lower() if value is not None else "" for value in rows[0][1]]
    if "x" in heads and "y" in heads:
        places = heads.index("x"), heads.index("y")
        rows = rows[1:]
    elif sum(head != "" for head in heads) == 2:
        first, second = (place for place, head in enumerate(heads) if head)
        places = first, second
    else:
        raise ValueError(f"{name}: head the columns x and y, or give just two columns")
    if not rows:
        raise ValueError(f"{name}: a head but no points under it")
    columns: Pair = ([], [])
    for line, row in rows:
        # 1,5,2 under x,y is a decimal comma that became a separator.
        if any(value not in (None, "") for value in row[len(heads) :]):
            raise ValueError(f"{name}, line {line}: more values than in the first line")
        for column, place, word in zip(columns, places, "xy", strict=True):
            value = row[place] if place < len(row) else None
            column.append(number(value, f"{name}, line {line}: {word}"))
    return columns


def _csv_rows(path: Path) -> Iterator[list[Any]]:
    text = read_text(path)
    # The first line that is not empty; of one that is too long no more than its beginning.
    first = next(filter(str.strip, iter(lambda: text.readline(LONGEST_ROW), "")), "")
    text.seek(0)
    separator = next((mark for mark in (";", "\t") if mark in first), ",")

    def value(field: str) -> Any:
        field = field.strip()
        # float() would take 1_000, which no spreadsheet does.
        if "_" in field:
            return field
        try:
            return float(field.replace(",", ".") if separator != "," else field)
        except ValueError:
            return field

    for row in text_rows(text, separator):
        yield [value(field) for field in row]


def _xlsx_rows(path: Path) -> Iterable[list[Any]]:
    package = read_package(path)
    import openpyxl

    # openpyxl reports a damaged file through many exception types of other libraries.
    try:
        book = openpyxl.load_workbook(package.archive, read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            # An iterator: of a million empty rows none is kept.
            for row in sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True):
                yield [] if row.count(None) == len(row) else list(row)
        finally:
            book.close()
    except Exception:
        raise Refused("it is damaged, or no workbook that can be read") from None
