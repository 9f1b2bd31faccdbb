"""A workbook as data: the formula and the stored value of every cell. Nothing is evaluated."""

from dataclasses import dataclass, field
from functools import cached_property

from gdlab.core.layout import letters

# A sheet's number from 0, a row and a column from 1.
Key = tuple[int, int, int]
Value = float | str | bool


@dataclass(frozen=True)
class Formula:
    """A formula's text as it is in the cell at (row, column); other cells may share it."""

    text: str
    at: tuple[int, int]


@dataclass
class Book:
    """The cells of a workbook.

    ``values`` are the stored values, also of formulas; an error is a text. ``arrays`` has the
    number of rows and columns that an array formula fills, by its first cell; ``names`` maps each
    defined name, in lower case, to what it stands for.
    """

    sheets: list[str] = field(default_factory=list)
    values: dict[Key, Value] = field(default_factory=dict)
    formulas: dict[Key, Formula] = field(default_factory=dict)
    arrays: dict[Key, tuple[int, int]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def text(self, key: Key) -> str:
        """The text in a cell, stripped of spaces; empty if it contains no text."""
        value = self.values.get(key)
        return value.strip() if isinstance(value, str) and key not in self.formulas else ""

    @cached_property
    def number_of(self) -> dict[str, int]:
        """The number of each sheet by its name in lower case."""
        return {name.lower(): number for number, name in enumerate(self.sheets)}


def address(key: Key) -> str:
    """A cell's address on its sheet: ``B7``."""
    return f"{letters(key[2] - 1)}{key[1]}"


def area(keys: list[Key]) -> str:
    """The range around cells of one sheet: ``B7:B12``, or ``B7`` for one cell."""
    rows, columns = [key[1] for key in keys], [key[2] for key in keys]
    first = f"{letters(min(columns) - 1)}{min(rows)}"
    last = f"{letters(max(columns) - 1)}{max(rows)}"
    return first if first == last else f"{first}:{last}"
