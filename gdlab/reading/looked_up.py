"""OFFSET and INDEX put as the cells that they give now: a batch, or the sample of an update."""

import math
import re
from collections.abc import Sequence

from gdlab.core.layout import letters
from gdlab.language.addresses import REFERENCE, read_address
from gdlab.language.excel_reader import Unread, read_formula
from gdlab.reading.book import Book, Formula, Key
from gdlab.reading.interpreted import tree_value

CALL = re.compile(r"\b(OFFSET|INDEX)\(", re.IGNORECASE)
ROW = re.compile(r"\b(ROW|COLUMN)\(\s*\)", re.IGNORECASE)
MOST_LOOKED_UP = 20


class _Unknown(ValueError):
    """What is looked up cannot be told from the stored numbers."""


def put_looked_up(book: Book) -> None:
    """Put addresses for OFFSET and INDEX in every formula, as far as their numbers are known."""
    for key, formula in list(book.formulas.items()):
        if CALL.search(formula.text):
            try:
                text = _resolved(book, key, _seen_from(formula, key))
            except (_Unknown, ArithmeticError, LookupError, TypeError, ValueError):
                continue
            book.formulas[key] = Formula(text, key[1:])


def _seen_from(formula: Formula, key: Key) -> str:
    """A formula's text as it is in the cell that it was filled on to."""
    if formula.at == key[1:]:
        return formula.text

    def put(match: re.Match[str]) -> str:
        sheet, mark, cells = match[0].rpartition("!")
        corners = read_address(cells, *formula.at)
        texts = []
        for one in corners:
            row, column = one.seen_from(key[1], key[2])
            fixed = "$" if one.column_fixed else "", "$" if one.row_fixed else ""
            texts.append(f"{fixed[0]}{letters(column - 1)}{fixed[1]}{row}")
        return f"{sheet}{mark}{':'.join(texts)}"

    return REFERENCE.sub(put, formula.text)


def _resolved(book: Book, key: Key, text: str) -> str:
    text = ROW.sub(lambda match: str(key[1] if match[1].upper() == "ROW" else key[2]), text)
    for _ in range(MOST_LOOKED_UP):
        found = list(CALL.finditer(text))
        if not found:
            return text
        # The innermost stands last.
        call = found[-1]
        end, arguments = _arguments(text, call.end())
        put = _offset if call[1].upper() == "OFFSET" else _index
        text = text[: call.start()] + put(book, key, arguments) + text[end:]
    raise _Unknown


def _arguments(text: str, start: int) -> tuple[int, list[str]]:
    """Where a call ends, and its arguments' texts; ``start`` is behind its bracket."""
    depth, first, found = 1, start, []
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0 or (depth == 1 and text[at] == ","):
            found.append(text[first:at].strip())
            first = at + 1
        if depth == 0:
            return at + 1, found
    raise _Unknown


def _corners(reference: str) -> tuple[str, int, int, int, int]:
    """The sheet's part of a reference, and its first and last row and column."""
    if not REFERENCE.fullmatch(reference):
        raise _Unknown
    sheet, mark, cells = reference.rpartition("!")
    corners = [one.seen_from(1, 1) for one in read_address(cells, 1, 1)]
    rows, columns = zip(*corners, strict=True)
    return f"{sheet}{mark}", min(rows), min(columns), max(rows), max(columns)


def _offset(book: Book, key: Key, arguments: Sequence[str]) -> str:
    sheet, top, left, bottom, right = _corners(arguments[0])
    given = [_number(book, key, one) if one else None for one in arguments[1:]]
    down, aside, height, width = [*given, None, None, None, None][:4]
    top, left = top + (down or 0), left + (aside or 0)
    rows = bottom - top + 1 + (down or 0) if height is None else height
    columns = right - left + 1 + (aside or 0) if width is None else width
    return _area(sheet, top, left, top + rows - 1, left + columns - 1)


def _index(book: Book, key: Key, arguments: Sequence[str]) -> str:
    sheet, top, left, bottom, right = _corners(arguments[0])
    row, column = [*(_number(book, key, one) if one else 0 for one in arguments[1:]), 0, 0][:2]
    if len(arguments) == 2 and top == bottom:
        row, column = 1, row
    if row:
        top = bottom = top + row - 1
    if column:
        left = right = left + column - 1
    return _area(sheet, top, left, bottom, right)


def _number(book: Book, key: Key, text: str) -> int:
    """A whole number from the stored values; raises _Unknown where it is none."""

    def put(match: re.Match[str]) -> str:
        sheet, mark, cells = match[0].rpartition("!")
        name = sheet.strip("'").replace("''", "'").lower()
        number = book.number_of.get(name, -1) if mark else key[0]
        corners = read_address(cells, 1, 1)
        value = book.values.get((number, *corners[0].seen_from(1, 1)), 0.0)
        if len(corners) != 1 or not isinstance(value, float):
            raise _Unknown
        return f"({value!r})"

    try:
        value = tree_value(read_formula(REFERENCE.sub(put, text)), ())
    except Unread:
        raise _Unknown from None
    # As spreadsheets take it: without its decimals.
    return math.floor(float(value))


def _area(sheet: str, top: int, left: int, bottom: int, right: int) -> str:
    if min(top, left) < 1 or bottom < top or right < left:
        raise _Unknown
    first = f"{sheet}${letters(left - 1)}${top}"
    return first if (top, left) == (bottom, right) else f"{first}:${letters(right - 1)}${bottom}"
