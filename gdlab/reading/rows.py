"""Read the rows of a file of points, each with its line number, in any supported format.

The page reads texts in static/points_file.js; tests/data/points_cases.json tests both.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from gdlab.core.number_text import ONE_GROUP, PLAIN, meanings
from gdlab.reading.columns import UNCALCULATED_CELL, Row
from gdlab.reading.door import LONGEST_ROW, MOST_FIELDS, READ_AT_ONCE, Refused
from gdlab.reading.guard import OLD_FORMAT, POINTS, package_of, part_of, stored_sheets
from gdlab.reading.ods import tables_of

# This many rows, in any format, are read within 5 seconds and 500 MB.
MOST_TABLE_ROWS = 250_000
MOST_POINT_COLUMNS = 50
TOO_MANY_LINES = f"it has more than {MOST_TABLE_ROWS:,} lines"
SAMPLED_ROWS = 200
FIELD_SEPARATORS = "\t;,"
# A character that shows that the bytes are no text.
CONTROL_CHARACTERS = re.compile("[\0-\x08\x0e-\x1b\x7f]")
ODS = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"


def rows_of(data: bytes, sheet: str | None = None) -> list[Row]:
    """The rows of a file's bytes; ``sheet`` names a workbook's sheet, by default the first.

    The bytes show whether it is a workbook (.xlsx, .xlsm, .ods) or a text. Raises Refused with
    one sentence if it is neither.
    """
    if not data:
        raise Refused("it is empty")
    if data.startswith((b"PK", OLD_FORMAT)):
        return _ods_rows(data, sheet) if ODS in data[:200] else _xlsx_rows(data, sheet)
    if sheet is not None:
        raise Refused("it is a text file and has no sheets")
    return text_rows(data)


def _ods_rows(data: bytes, sheet: str | None) -> list[Row]:
    tables = tables_of(
        part_of(data, "content.xml"), MOST_TABLE_ROWS, MOST_POINT_COLUMNS, UNCALCULATED_CELL
    )
    return list(tables[_sheet_index([table.name for table in tables], sheet)].rows)


def _xlsx_rows(data: bytes, sheet: str | None) -> list[Row]:
    package = package_of(data, POINTS)
    with stored_sheets(package) as sheets:
        found = sheets[_sheet_index([one.title for one in sheets], sheet)]
        facts = package.sheets.get(found._worksheet_path)
        uncalculated = facts.uncalculated if facts else ()
        # An iterator, so that a million empty rows take no memory.
        rows = found.iter_rows(
            max_row=MOST_TABLE_ROWS, max_col=MOST_POINT_COLUMNS, values_only=True
        )
        return [
            (line, _with_formulas(line, row, uncalculated))
            for line, row in enumerate(rows, 1)
            if uncalculated or row.count(None) < len(row)
        ]


def _with_formulas(line: int, row: Sequence[Any], uncalculated: Any) -> list[Any]:
    """A row's values, with a special mark for a formula that was never calculated."""
    if not uncalculated:
        return list(row)
    from openpyxl.utils import get_column_letter

    return [
        UNCALCULATED_CELL
        if value is None and f"{get_column_letter(index)}{line}" in uncalculated
        else value
        for index, value in enumerate(row, 1)
    ]


def _sheet_index(names: Sequence[str], wanted: str | None) -> int:
    """The index of the sheet with this name; by default of the first."""
    if not names:
        raise Refused("it has no sheets")
    if wanted is None:
        return 0
    for same in (wanted, wanted.casefold()):
        for index, name in enumerate(names):
            if same in (name, name.casefold()):
                return index
    raise Refused(f"there is no sheet {wanted!r:.40}; it has {', '.join(names[:12])}")


def text_rows(data: bytes) -> list[Row]:
    """The rows of a text whose values are separated by commas, semicolons or tabs.

    A plain number is yielded as a float, which takes less memory than its text.
    """
    # This refuses a long text at once; the remaining rows are counted again when read.
    if max(data.count(b"\n"), data.count(b"\r")) > MOST_TABLE_ROWS:
        raise Refused(TOO_MANY_LINES)
    encoding = _encoding(data)
    separator = max(FIELD_SEPARATORS, key=lambda mark: _fit(data, encoding, mark))
    # If no value contains a comma, the dot in 1.000 is a decimal point.
    sure = (b'"' if separator == "," else b",") not in data
    return [
        (line, [_value(field, sure) for field in row])
        for line, row in _rows(data, encoding, separator, MOST_TABLE_ROWS)
    ]


def _value(field: str, sure: bool) -> Any:
    """A plain number as a float; any other text unchanged."""
    # 1e999 stays text, so that the refusal can quote it.
    if PLAIN.fullmatch(field) and (sure or not ONE_GROUP.fullmatch(field)):
        value = float(field)
        return value if value - value == 0 else field
    return field


@lru_cache(maxsize=1)
def _encoding(data: bytes) -> str:
    """UTF-8, UTF-16 (as spreadsheet programs save texts) or Windows-1252; Refused if no text."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        decoder = codecs.getincrementaldecoder(encoding)()
        with suppress(UnicodeDecodeError):
            pieces = (
                data[first : first + READ_AT_ONCE] for first in range(0, len(data), READ_AT_ONCE)
            )
            if not any(CONTROL_CHARACTERS.search(decoder.decode(piece)) for piece in pieces):
                decoder.decode(b"", final=True)
                return encoding
    raise Refused("not a text that can be read; save it as .csv in UTF-8")


def _fit(data: bytes, encoding: str, separator: str) -> tuple[int, int]:
    """How many of the first lines have two numbers, and two values, with this separator."""
    numbers = values = 0
    with suppress(Refused):
        for _, row in _rows(data, encoding, separator, SAMPLED_ROWS):
            numbers += sum(bool(meanings(value)) for value in row) > 1
            values += len(row) > 1
    return numbers, values


def _rows(data: bytes, encoding: str, separator: str, most: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a text; Refused after more than ``most`` rows."""
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    taken = fields = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        while line := text.readline(LONGEST_ROW + 1):
            taken += len(line)
            if taken > LONGEST_ROW:
                raise Refused(f"line {first}: longer than {LONGEST_ROW:,} characters")
            yield line

    reader = csv.reader(lines(), delimiter=separator, skipinitialspace=True, strict=True)
    for _ in range(most):
        first, taken = reader.line_num + 1, 0
        try:
            row = next(reader, None)
        except csv.Error:
            fault = "a quotation mark is not closed, or stands inside a value"
            raise Refused(f"line {first}: {fault}") from None
        if row is None:
            return
        fields += len(row)
        if fields > MOST_FIELDS:
            raise Refused(f"it has more than {MOST_FIELDS:,} values")
        yield first, row
    if most == MOST_TABLE_ROWS:
        raise Refused(TOO_MANY_LINES)
