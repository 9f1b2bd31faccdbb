"""Find the wanted columns in the rows of any file or frame, and read their numbers.

Lines without a number around the points are titles, units or notes, and are skipped.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from numbers import Number
from typing import Any, NamedTuple

from gdlab.core.number_text import (
    Marks,
    is_missing,
    marks_of,
    meanings,
    number_of,
    plain,
    proven_marks,
)
from gdlab.core.points import number
from gdlab.reading.door import Refused

MOST_COLUMNS_NAMED = 12
SAMPLED = 1000  # rows by which columns are told apart
UNCALCULATED_CELL = object()
NEVER_CALCULATED = (
    "its formulas were never calculated; open it in a spreadsheet program, save it there"
)

WAYS_OUT = "fill it in, or leave such rows out (drop_missing=True, --drop-missing)"

Row = tuple[int, Sequence[Any]]


class WhichColumns(Refused):
    """The table has more columns of numbers than are wanted; ``columns`` has indices and titles."""

    def __init__(self, said: str, columns: list[tuple[int, str]]) -> None:
        super().__init__(said)
        self.columns = columns


class Found(NamedTuple):
    """The wanted columns by name, and the lines that were left out because of a missing value."""

    columns: dict[str, list[float]]
    dropped: list[int]


def find_columns(
    rows: Sequence[Row],
    wanted: Mapping[str, Any],
    decimal: str | None = None,
    drop_missing: bool = False,
    line: str = "line",
) -> Found:
    """The ``wanted`` columns of a table as floats.

    Args:
        rows: each with the number of its line.
        wanted: for each column's new name its header or its number in the file (from 1), or None
            to look for a header of that name, or for exactly as many columns of numbers as are
            wanted.
        decimal: the decimal sign, which decides how 1,000 and 1.000 are read.
        drop_missing: leave out rows with a missing value; else they raise ValueError.
        line: the word for a row in messages.

    Raises ValueError, one sentence that names the line of the first bad value.
    """
    # Most rows begin with a number, and that test is the fastest.
    rows = [
        (at, cells)
        for at, cells in rows
        if (cells and type(cells[0]) is float) or not (_is_blank(cells) or _is_comment(cells))
    ]
    if not rows:
        raise Refused("no rows")
    head, indices = _indices(rows, wanted)
    body = rows[head + 1 :]
    first = next((k for k, (_, cells) in enumerate(body) if not _is_title(cells)), len(body))
    while len(body) > first and _is_note(body[-1][1]):
        body.pop()
    body = body[first:]
    if not body:
        raise Refused("a header but no points under it")
    width = len(rows[max(head, 0)][1])
    columns: dict[str, list[float]] = {word: [] for word in indices}
    at_indices, takers = list(indices.values()), [column.append for column in columns.values()]
    texts = [cells[k] for _, cells in body for k in at_indices if k < len(cells)]
    marks = marks_of(decimal) if decimal else proven_marks(filter(_is_str, texts))
    dropped = []
    for at, cells in body:
        if len(cells) == width and all(map(_is_float, [cells[k] for k in at_indices])):
            for k, take in zip(at_indices, takers, strict=True):
                take(cells[k])
            continue
        where = f"{line} {at}"
        # 1,5,2 under x,y has a decimal comma that was read as a separator.
        if any(map(_is_number, cells[width:])):
            raise Refused(f"{where}: more values than in the first {line}")
        chosen = {word: cells[k] if k < len(cells) else None for word, k in indices.items()}
        absent = next((word for word, value in chosen.items() if _is_missing(value)), None)
        if absent and not drop_missing:
            raise Refused(f"{where}: {absent} is missing; {WAYS_OUT}")
        if absent:
            dropped.append(at)
            continue
        for word, value in chosen.items():
            columns[word].append(_value(value, f"{where}: {word}", marks))
    if len(dropped) == len(body):
        raise Refused(f"a value is missing in every {line}")
    return Found(columns, dropped)


def _indices(rows: Sequence[Row], wanted: Mapping[str, Any]) -> tuple[int, dict[str, int]]:
    """The index of the header row, -1 if there is none, and the index of every wanted column."""
    first = next((k for k, (_, cells) in enumerate(rows) if not _is_title(cells)), len(rows))
    for k, (_, cells) in enumerate(rows[: first + 1]):
        if any(_is_index(given, cells) for given in wanted.values()):
            break
        found = {
            word: _column_of(word if given is None else given, cells)
            for word, given in wanted.items()
        }
        if None not in found.values():
            return k, {word: index for word, index in found.items() if index is not None}
    if first == len(rows):
        raise Refused("no line of numbers")
    width = len(rows[first][1])
    body = [cells[:width] for _, cells in rows[first : first + SAMPLED] if not _is_note(cells)]
    filled = _filled(body)
    numeric = [index for index in filled if _is_numeric(body, index)]
    leading = [k for k in range(first) if len(_filled([rows[k][1]])) >= len(numeric)]
    head = leading[0] if leading else first - 1
    titles = rows[head][1] if head >= 0 else ()
    chosen = {
        word: _given_column(given, titles, body)
        for word, given in wanted.items()
        if given is not None
    }
    unnamed = [word for word, given in wanted.items() if given is None]
    for columns in (filled, numeric, []):
        left = [index for index in columns if index not in chosen.values()]
        if len(left) == len(unnamed):
            chosen |= dict(zip(unnamed, left, strict=True))
            return head, {word: chosen[word] for word in wanted}
    if len(filled) < len(wanted):
        raise Refused(f"{listed(wanted)} need {len(wanted)} columns of numbers")
    ways = listed([f"{word}=" for word in unnamed]), listed([f"--{word}" for word in unnamed])
    said = (
        f"which columns are {listed(unnamed)}? It has {_heads(titles, body)}; "
        f"name them with {ways[0]} ({ways[1]})"
    )
    if len(numeric) < len(wanted):
        raise Refused(said)
    named = [str(titles[index] or "").strip() if index < len(titles) else "" for index in numeric]
    offered = [
        (index, name or f"column {index + 1}") for index, name in zip(numeric, named, strict=True)
    ]
    raise WhichColumns(said, offered)


def _given_column(given: Any, titles: Sequence[Any], body: list[Sequence[Any]]) -> int:
    """The index of a column given by its number from 1, or by its header."""
    index = int(given) - 1 if _is_index(given, body[0]) else _column_of(given, titles)
    if index is None or index not in _filled(body):
        raise Refused(f"there is no column {str(given)!r:.40}; it has {_heads(titles, body)}")
    return index


def _is_index(given: Any, cells: Sequence[Any]) -> bool:
    """Whether a column is given by its number from 1; 2019 is rather a header."""
    text = str(given)
    return text.isascii() and text.isdigit() and 1 <= int(text) <= len(cells)


def listed(words: Iterable[str]) -> str:
    """``x``, ``x and y``, ``a, b and c``."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _heads(titles: Sequence[Any], body: Sequence[Sequence[Any]]) -> str:
    """``id, TV, Sales``, or the number of columns if they have no headers."""
    named = [str(title).strip() for title in titles if _is_text(title)]
    if not named:
        return f"{len(_filled(body))} columns without headers"
    more = ", ..." if len(named) > MOST_COLUMNS_NAMED else ""
    return ", ".join(f"{one:.30}" for one in named[:MOST_COLUMNS_NAMED]) + more


def _column_of(head: Any, cells: Sequence[Any]) -> int | None:
    """The index of a header in a row: exactly, in another case, or before a unit; else None."""
    asked = str(head).strip()
    # A header that is a number, such as a year, was read as a number.
    titles = [f"{cell:.15g}" if _is_float(cell) else plain(str(cell or "")) for cell in cells]
    for same in (
        lambda title: title == asked,
        lambda title: title.casefold() == asked.casefold(),
        lambda title: _without_unit(title).casefold() == asked.casefold(),
    ):
        found = [index for index, title in enumerate(titles) if title and same(title)]
        if found:
            return found[0]
    return None


def _without_unit(title: str) -> str:
    """``x (cm)``, ``x [cm]``, ``x / cm``, ``x in cm`` and ``x, cm`` are x."""
    return re.split(r"\s*[(\[{/,;:]|\s+in\s", title, maxsplit=1)[0].strip()


def _filled(rows: Sequence[Sequence[Any]]) -> list[int]:
    """The indices of columns that are not empty in all rows."""
    return sorted({k for cells in rows for k, cell in enumerate(cells) if not _is_empty(cell)})


def _is_numeric(body: Sequence[Sequence[Any]], index: int) -> bool:
    """Whether most values of a column are numbers."""
    cells = [cells[index] for cells in body if index < len(cells)]
    cells = [cell for cell in cells if not _is_missing(cell)]
    return 2 * sum(map(_is_number, cells)) > len(cells)


def _value(value: Any, where: str, marks: Marks) -> float:
    if value is UNCALCULATED_CELL:
        raise Refused(f"{where}: {NEVER_CALCULATED}")
    return number_of(value, where, marks) if isinstance(value, str) else number(value, where)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not plain(value))


def _is_float(value: Any) -> bool:
    """Whether a value is a finite float."""
    return type(value) is float and value - value == 0


def _is_str(value: Any) -> bool:
    return isinstance(value, str)


def _is_missing(value: Any) -> bool:
    """Whether a value is missing: None, an empty text, NA, nan, or pandas' NA and NaT."""
    if isinstance(value, str):
        return is_missing(value)
    return value is None or type(value).__name__ in ("NAType", "NaTType") or _is_nan(value)


def _is_nan(value: Any) -> bool:
    try:
        return isinstance(value, Number) and value != value
    except ArithmeticError:
        # A signaling nan of the module decimal.
        return True


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return bool(meanings(value))
    number_like = isinstance(value, Number) and not isinstance(value, bool)
    return value is UNCALCULATED_CELL or (number_like and not _is_nan(value))


def _is_text(value: Any) -> bool:
    return not _is_missing(value) and not _is_number(value)


def _is_blank(cells: Sequence[Any]) -> bool:
    return all(map(_is_empty, cells))


def _is_comment(cells: Sequence[Any]) -> bool:
    """Whether a row is a comment, ``# station 4``; a header may be # and a value #N/A."""
    first = next(cell for cell in cells if not _is_empty(cell))
    return (
        isinstance(first, str)
        and re.match(r"\s*#+\s*[^#\s]", first) is not None
        and (not is_missing(first) and not first.strip().endswith("!"))
    )


def _is_title(cells: Sequence[Any]) -> bool:
    """Whether a row is a title, headers or units: it has words and no number."""
    return any(map(_is_text, cells)) and not any(map(_is_number, cells))


def _is_note(cells: Sequence[Any]) -> bool:
    """Whether a row is a note below the points: a single cell, or a sentence split at commas."""
    filled = [cell for cell in cells if not _is_empty(cell)]
    return _is_title(cells) and (len(filled) == 1 or " " in str(filled[0]).strip())
