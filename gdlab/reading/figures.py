"""A table of bare numbers: its columns, the digits that they are written to, what stands around."""

from collections.abc import Sequence
from dataclasses import dataclass

from gdlab.reading.book import Book, Key
from gdlab.reading.labels import label

FEWEST_COLUMNS, FEWEST_ROWS, FIGURE_COLUMNS, FIGURE_ROWS = 5, 2, 40, 2_000
# A double in full; what has fewer decimals is rounded.
FULL_DECIMALS = 11


@dataclass(frozen=True)
class Figures:
    """One column of numbers, in order of updates: None where a cell is empty.

    ``half`` is half a unit of the last place that the column is written to.
    """

    keys: tuple[Key, ...]
    values: tuple[float | None, ...]
    half: float
    label: str

    def slack(self, row: int) -> float:
        """How far the number that was meant may lie from the one written."""
        value = self.values[row]
        return max(self.half, 1e-12 * abs(value or 0.0))


@dataclass(frozen=True)
class FigureTable:
    """The columns of one table, and the numbers that stand around it, each with its cell."""

    columns: list[Figures]
    rows: int
    down: bool
    sheet: int
    around: list[tuple[float, Key]]


def figure_tables(book: Book, sheet: int) -> list[FigureTable]:
    """The largest table of numbers of a sheet, read down and read to the right."""
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
        line, place = (key[1], key[2]) if down else (key[2], key[1])
        along.setdefault(line, {})[place] = key
    block = _block(along)
    if block is None:
        return None
    lines, places = block
    lines, places = lines[:FIGURE_ROWS], places[:FIGURE_COLUMNS]
    columns = []
    for place in places:
        keys = tuple((sheet, line, place) if down else (sheet, place, line) for line in lines)
        values = tuple(numbers.get(key) for key in keys)
        columns.append(Figures(keys, values, _half(values), label(book, keys[0], down)))
    inside = {key for column in columns for key in column.keys}
    around = [
        (value, key)
        for key, value in sorted(numbers.items(), key=lambda one: one[0])
        if key not in inside
    ]
    return FigureTable(columns, len(lines), down, sheet, around)


def _block(along: dict[int, dict[int, Key]]) -> tuple[list[int], list[int]] | None:
    """The consecutive lines with the most cells in common, and the places of their columns."""
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
                    for place in along[line]:
                        counts[place] = counts.get(place, 0) + 1
                places = sorted(p for p, count in counts.items() if count >= 0.6 * len(own))
                best = size, own, places
        start = end + 1
    return (best[1], best[2]) if best else None


def _half(values: Sequence[float | None]) -> float:
    """Half a unit of the last decimal that any number of a column has; 0 for doubles in full."""
    decimals = 0
    for value in values:
        if value is None:
            continue
        text = f"{value:.15g}"
        if "e" in text:
            mantissa, _, exponent = text.partition("e")
            places = len(mantissa.partition(".")[2]) - int(exponent)
        else:
            places = len(text.partition(".")[2])
        decimals = max(decimals, places)
    return 0.0 if decimals >= FULL_DECIMALS or decimals <= 0 else 0.5 * 10.0**-decimals
