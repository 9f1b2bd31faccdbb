"""A workbook as data: the formula and the stored value of every cell. Nothing is evaluated."""

from dataclasses import dataclass, field
from functools import cached_property

from gdlab.core.layout import letters

# A sheet's number from 0, a row and a column from 1.
Key = tuple[int, int, int]
Value = float | str | bool


@dataclass(frozen=True)
class Formula:
    """A formula's text, as written in the cell at (row, column) from which it may be filled on."""

    text: str
    at: tuple[int, int]


@dataclass
class Book:
    """The cells of a workbook.

    ``values`` are stored values, of formulas too; an error's name is a text. ``arrays`` has the
    number of rows and columns that an array formula fills, by its first cell; ``names`` what each
    defined name, in small letters, stands for.
    """

    sheets: list[str] = field(default_factory=list)
    values: dict[Key, Value] = field(default_factory=dict)
    formulas: dict[Key, Formula] = field(default_factory=dict)
    arrays: dict[Key, tuple[int, int]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def text(self, key: Key) -> str:
        """A cell's text without the spaces around it; empty where it holds none."""
        value = self.values.get(key)
        return value.strip() if isinstance(value, str) and key not in self.formulas else ""

    @cached_property
    def number_of(self) -> dict[str, int]:
        """A sheet's number by its name in small letters."""
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
