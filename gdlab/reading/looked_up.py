"""Replace lookups by the cells that they give now, such as a batch or the sample of an update."""

import math
import re
from collections.abc import Sequence

from gdlab.core.layout import letters
from gdlab.language.addresses import REFERENCE, read_address
from gdlab.language.excel_reader import Unread, read_formula
from gdlab.reading.book import Book, Formula, Key
from gdlab.reading.interpreted import tree_value

CALL = re.compile(
    r"(?<![\w.])(?:_xlfn\.)?(OFFSET|INDEX|MATCH|[VHX]LOOKUP|ROWS?|COLUMNS?)\(", re.IGNORECASE
)
MOST_LOOKED_UP = 20


class _Unknown(ValueError):
    """The result of a lookup is not clear from the stored numbers."""


def put_looked_up(book: Book) -> None:
    """Replace OFFSET, INDEX and lookups in all formulas by addresses, as far as possible.

    MATCH, ROW, ROWS, COLUMN and COLUMNS are replaced by numbers.
    """
    for key, formula in list(book.formulas.items()):
        if CALL.search(formula.text):
            try:
                text = _resolved(book, key, _seen_from(formula, key))
            except (_Unknown, ArithmeticError, LookupError, TypeError, ValueError):
                continue
            book.formulas[key] = Formula(text, key[1:])


def _seen_from(formula: Formula, key: Key) -> str:
    """The text of a shared formula as it is in another cell."""
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
    for _ in range(MOST_LOOKED_UP):
        found = list(CALL.finditer(text))
        if not found:
            return text
        # The last call is an innermost one.
        call = found[-1]
        end, arguments = _arguments(text, call.end())
        put = PUT[call[1].upper()]
        text = text[: call.start()] + put(book, key, arguments) + text[end:]
    raise _Unknown


def _arguments(text: str, start: int) -> tuple[int, list[str]]:
    """The end of a call and the texts of its arguments; ``start`` is after its parenthesis."""
    depth, first, found = 1, start, []
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0 or (depth == 1 and text[at] == ","):
            found.append(text[first:at].strip())
            first = at + 1
        if depth == 0:
            return at + 1, found
    raise _Unknown


def _corners(book: Book, reference: str) -> tuple[str, int, int, int, int]:
    """The sheet of a reference or name, and its first row and column and last row and column."""
    reference = book.names.get(reference.lower(), reference).removeprefix("=")
    if not REFERENCE.fullmatch(reference):
        raise _Unknown
    sheet, mark, cells = reference.rpartition("!")
    corners = [one.seen_from(1, 1) for one in read_address(cells, 1, 1)]
    rows, columns = zip(*corners, strict=True)
    return f"{sheet}{mark}", min(rows), min(columns), max(rows), max(columns)


def _offset(book: Book, key: Key, arguments: Sequence[str]) -> str:
    sheet, top, left, bottom, right = _corners(book, arguments[0])
    given = [_number(book, key, one) if one else None for one in arguments[1:]]
    down, across, height, width = [*given, None, None, None, None][:4]
    top, left = top + (down or 0), left + (across or 0)
    rows = bottom - top + 1 + (down or 0) if height is None else height
    columns = right - left + 1 + (across or 0) if width is None else width
    return _area(sheet, top, left, top + rows - 1, left + columns - 1)


def _index(book: Book, key: Key, arguments: Sequence[str]) -> str:
    sheet, top, left, bottom, right = _corners(book, arguments[0])
    row, column = [*(_number(book, key, one) if one else 0 for one in arguments[1:]), 0, 0][:2]
    if len(arguments) == 2 and top == bottom:
        row, column = 1, row
    if row:
        top = bottom = top + row - 1
    if column:
        left = right = left + column - 1
    return _area(sheet, top, left, bottom, right)


def _row(book: Book, key: Key, arguments: Sequence[str]) -> str:
    return str(_corners(book, arguments[0])[1] if arguments[0] else key[1])


def _column(book: Book, key: Key, arguments: Sequence[str]) -> str:
    return str(_corners(book, arguments[0])[2] if arguments[0] else key[2])


def _rows(book: Book, key: Key, arguments: Sequence[str]) -> str:
    _, top, _, bottom, _ = _corners(book, arguments[0])
    return str(bottom - top + 1)


def _columns(book: Book, key: Key, arguments: Sequence[str]) -> str:
    _, _, left, _, right = _corners(book, arguments[0])
    return str(right - left + 1)


def _match(book: Book, key: Key, arguments: Sequence[str]) -> str:
    way = _number(book, key, arguments[2]) if len(arguments) > 2 and arguments[2] else 1
    return str(_found(book, key, arguments[0], _corners(book, arguments[1]), way) + 1)


def _vlookup(book: Book, key: Key, arguments: Sequence[str]) -> str:
    sheet, top, left, bottom, _ = _corners(book, arguments[1])
    row = top + _found(book, key, arguments[0], (sheet, top, left, bottom, left), _way(arguments))
    column = left + _number(book, key, arguments[2]) - 1
    return _area(sheet, row, column, row, column)


def _hlookup(book: Book, key: Key, arguments: Sequence[str]) -> str:
    sheet, top, left, _, right = _corners(book, arguments[1])
    column = left + _found(book, key, arguments[0], (sheet, top, left, top, right), _way(arguments))
    row = top + _number(book, key, arguments[2]) - 1
    return _area(sheet, row, column, row, column)


def _xlookup(book: Book, key: Key, arguments: Sequence[str]) -> str:
    at = _found(book, key, arguments[0], _corners(book, arguments[1]), 0)
    sheet, top, left, bottom, right = _corners(book, arguments[2])
    if bottom > top:
        return _area(sheet, top + at, left, top + at, right)
    return _area(sheet, top, left + at, bottom, left + at)


def _way(arguments: Sequence[str]) -> int:
    """0 for an exact lookup, 1 for the last value that is not larger than the wanted one."""
    exact = len(arguments) > 3 and arguments[3].upper() in ("0", "FALSE", "FALSE()", "")
    return 0 if exact else 1


def _found(
    book: Book, key: Key, text: str, corners: tuple[str, int, int, int, int], way: int
) -> int:
    """The index of a number in a row or column of numbers."""
    wanted = _value(book, key, text)
    sheet, top, left, bottom, right = corners
    name = sheet.rstrip("!").strip("'").replace("''", "'").lower()
    number = book.number_of.get(name, -1) if sheet else key[0]
    if (top != bottom and left != right) or way not in (0, 1):
        raise _Unknown
    cells = [(number, r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)]
    for index, one in reversed(list(enumerate(cells))) if way else enumerate(cells):
        value = book.values.get(one)
        if isinstance(value, float) and (value <= wanted if way else value == wanted):
            return index
    raise _Unknown


def _number(book: Book, key: Key, text: str) -> int:
    """A whole number from the stored values, with its decimals cut off."""
    return math.floor(_value(book, key, text))


def _value(book: Book, key: Key, text: str) -> float:
    """A number from the stored values; raises _Unknown if it is not a number."""

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
    return float(value)


def _area(sheet: str, top: int, left: int, bottom: int, right: int) -> str:
    if min(top, left) < 1 or bottom < top or right < left:
        raise _Unknown
    first = f"{sheet}${letters(left - 1)}${top}"
    return first if (top, left) == (bottom, right) else f"{first}:${letters(right - 1)}${bottom}"


PUT = {
    "OFFSET": _offset, "INDEX": _index, "MATCH": _match, "VLOOKUP": _vlookup, "HLOOKUP": _hlookup,
    "XLOOKUP": _xlookup, "ROW": _row, "ROWS": _rows, "COLUMN": _column, "COLUMNS": _columns,
}  # fmt: skip
