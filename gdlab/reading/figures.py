"""Tables of numbers without formulas: columns, written digits, and the numbers around them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gdlab.reading.book import Book, Key
from gdlab.reading.labels import label

FEWEST_COLUMNS, FEWEST_ROWS, FIGURE_COLUMNS, FIGURE_ROWS = 5, 2, 40, 2_000
# A number with fewer significant digits than this was rounded.
FULL_DIGITS = 14


@dataclass(frozen=True)
class Figures:
    """One column of numbers, in the order of the updates; None for an empty cell.

    ``halves`` are half a unit in the last written place of each number.
    """

    keys: tuple[Key, ...]
    values: tuple[float | None, ...]
    halves: tuple[float, ...]
    label: str

    @property
    def is_whole(self) -> bool:
        """Whether all numbers are whole."""
        return all(value is None or value == int(value) for value in self.values)

    def may_be_rounded(self, row: int, off: float) -> bool:
        """Whether rounding to whole numbers, tens ... may explain a difference ``off``."""
        value = self.values[row]
        if value is None or not self.is_whole:
            return False
        tens = [one for one in self.values if one is not None and one % 10 == 0]
        unit = 1
        while 2 * len(tens) > len(self.values) and value and value % (10 * unit) == 0:
            unit *= 10
        return off <= 0.5 * unit

    def slack(self, row: int) -> float:
        """How far the exact number may be from the written one."""
        value = self.values[row]
        return max(self.halves[row], 1e-12 * abs(value or 0.0))


@dataclass(frozen=True)
class FigureTable:
    """The columns of one table, and the numbers around it with their cells."""

    columns: list[Figures]
    rows: int
    down: bool
    sheet: int
    around: list[tuple[float, Key]]


def figure_tables(book: Book, sheet: int) -> list[FigureTable]:
    """The largest tables of numbers on a sheet: one read downwards, one read to the right."""
    numbers = {
        key: float(value)
        for key, value in book.values.items()
        if key[0] == sheet and isinstance(value, float) and value == value
    }
    found = []
    for down in (True, False):
        table = _table(book, sheet, numbers, down)
        if table is not None:
            found.append(table)
    return found


def _table(book: Book, sheet: int, numbers: dict[Key, float], down: bool) -> FigureTable | None:
    along: dict[int, dict[int, Key]] = {}
    for key in numbers:
        line, at = (key[1], key[2]) if down else (key[2], key[1])
        along.setdefault(line, {})[at] = key
    block = _block(along)
    if block is None:
        return None
    lines, across = block
    lines, across = lines[:FIGURE_ROWS], across[:FIGURE_COLUMNS]
    columns = []
    for at in across:
        keys = tuple((sheet, line, at) if down else (sheet, at, line) for line in lines)
        values = tuple(numbers.get(key) for key in keys)
        columns.append(Figures(keys, values, _halves(values), label(book, keys[0], down)))
    inside = {key for column in columns for key in column.keys}
    around = [
        (value, key)
        for key, value in sorted(numbers.items(), key=lambda one: one[0])
        if key not in inside
    ]
    return FigureTable(columns, len(lines), down, sheet, around)


def _block(along: dict[int, dict[int, Key]]) -> tuple[list[int], list[int]] | None:
    """The consecutive lines that share the most columns, and these columns; None if few."""
    best: tuple[int, list[int], list[int]] | None = None
    lines = sorted(along)
    start = 0
    while start < len(lines):
        end = start
        common = set(along[lines[start]])
        while (
            end + 1 < len(lines)
            and lines[end + 1] == lines[end] + 1
            and len(common & set(along[lines[end + 1]])) >= FEWEST_COLUMNS
        ):
            end += 1
            common &= set(along[lines[end]])
        own = lines[start : end + 1]
        if len(own) >= FEWEST_ROWS and len(common) >= FEWEST_COLUMNS:
            size = len(own) * len(common)
            if best is None or size > best[0]:
                counts: dict[int, int] = {}
                for line in own:
                    for column in along[line]:
                        counts[column] = counts.get(column, 0) + 1
                columns = sorted(p for p, count in counts.items() if count >= 0.6 * len(own))
                best = size, own, columns
        start = end + 1
    return (best[1], best[2]) if best else None


def _halves(values: Sequence[float | None]) -> tuple[float, ...]:
    """Half a unit in the last place of every number, from the decimals or digits of its column.

    The numbers of a column usually have equal decimals, or equal significant digits; then large
    numbers have fewer decimals. 0 for whole numbers and for numbers in full.
    """
    written = [None if value is None else _places(value) for value in values]
    decimals = max((one[0] for one in written if one), default=0)
    digits = max((one[1] for one in written if one), default=0)
    if digits >= FULL_DIGITS or decimals == 0:
        return (0.0,) * len(values)
    half = 0.5 * 10.0**-decimals
    of_digits = sum(one is not None and one[1] == digits for one in written)
    of_decimals = sum(one is not None and one[0] == decimals for one in written)
    if of_digits <= of_decimals:
        return (half,) * len(values)
    return tuple(
        max(half, 0.5 * 10.0 ** (math.floor(math.log10(abs(value))) + 1 - digits))
        if value
        else half
        for value in values
    )


def _places(value: float) -> tuple[int, int]:
    """The numbers of decimals and of significant digits of a written number."""
    mantissa, _, exponent = f"{value:.15g}".lstrip("-").partition("e")
    decimals = max(0, len(mantissa.partition(".")[2]) - int(exponent or 0))
    return decimals, len(mantissa.replace(".", "").strip("0"))
