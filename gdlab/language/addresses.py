"""Addresses in formulas, as A1 and as R1C1: where they are, and what they mean."""

import re
from functools import lru_cache
from typing import NamedTuple

from gdlab.language.infix import SHEET_COLUMNS, SHEET_ROWS


class Address(NamedTuple):
    """A cell as a formula names it: row and column from 1, or as offsets where they are not fixed.

    ``sheet`` is None for the formula's own sheet.
    """

    sheet: str | None
    row: int
    column: int
    row_fixed: bool
    column_fixed: bool

    def seen_from(self, row: int, column: int) -> tuple[int, int]:
        """The row and column that it means in the cell at ``row`` and ``column``."""
        return (
            self.row if self.row_fixed else row + self.row,
            self.column if self.column_fixed else column + self.column,
        )


# A sheet's name, then a cell in A1 notation, or a whole row or column; none that goes on as a word.
SHEET = r"(?:(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)?"
CELL = r"\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}"
WHOLE = r"\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\$?[1-9][0-9]{0,6}:\$?[1-9][0-9]{0,6}"
REFERENCE = re.compile(rf"(?<![\w.$!'\]])({SHEET})({CELL}:{CELL}|{WHOLE}|{CELL})(?![\w.(!])")
A1 = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([1-9][0-9]{0,6})")
R1C1 = re.compile(r"R(?:\[(-?\d{1,7})\]|(\d{1,7}))?C(?:\[(-?\d{1,5})\]|(\d{1,5}))?", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def column_number(letters: str) -> int:
    """The number of a column from its letters, from 1: ``AA`` is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def read_address(text: str, row: int, column: int) -> tuple[Address, ...]:
    """One address, or the two corners of a range, as written in the cell at ``row``, ``column``.

    A1 and R1C1 notation, ``Sheet2!$A$1:B3``, ``A:A`` and ``3:7``. Empty for
    anything else, such as a name.
    """
    return tuple(
        Address(
            one.sheet,
            one.row if one.row_fixed or one.is_offset else one.row - row,
            one.column if one.column_fixed or one.is_offset else one.column - column,
            one.row_fixed,
            one.column_fixed,
        )
        for one in _corners(text)
    )


class _Corner(NamedTuple):
    """A cell as it is written: in R1C1 notation what is not fixed is an offset already."""

    sheet: str | None
    row: int
    column: int
    row_fixed: bool
    column_fixed: bool
    is_offset: bool


@lru_cache(maxsize=100_000)
def _corners(text: str) -> tuple[_Corner, ...]:
    sheet, mark, cells = text.rpartition("!")
    name = sheet.strip("'").replace("''", "'") if mark else None
    first, _, second = cells.partition(":")
    if second:
        whole = _whole(first, second)
        if whole:
            first, second = whole
    found = [_corner(name, corner) for corner in (first, second) if corner]
    return tuple(one for one in found if one) if all(found) else ()


def _whole(first: str, second: str) -> tuple[str, str] | None:
    """The corners of whole columns or rows."""
    a, b = first.replace("$", ""), second.replace("$", "")
    if a.isalpha() and b.isalpha() and len(a) <= 3 and len(b) <= 3:
        return f"${a}$1", f"${b}${SHEET_ROWS}"
    if a.isdigit() and b.isdigit():
        return f"$A${a}", f"$XFD${b}"
    return None


def _corner(sheet: str | None, text: str) -> _Corner | None:
    if match := A1.fullmatch(text):
        row, column = int(match[4]), column_number(match[2])
        if row > SHEET_ROWS or column > SHEET_COLUMNS:
            return None
        return _Corner(sheet, row, column, bool(match[3]), bool(match[1]), False)
    if match := R1C1.fullmatch(text):
        relative_row, own_row, relative_column, own_column = match.groups()
        return _Corner(
            sheet,
            int(own_row) if own_row else int(relative_row or 0),
            int(own_column) if own_column else int(relative_column or 0),
            bool(own_row),
            bool(own_column),
            True,
        )
    return None
