"""The cells of a stranger's workbook: bounded, read as data, nothing evaluated."""

import datetime
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeGuard

from gdlab.core.layout import letters
from gdlab.marking.looks import PLAIN, Look, look_of
from gdlab.reading.book import Book, Formula
from gdlab.reading.door import read_bytes
from gdlab.reading.guard import (
    MOST_WORKBOOK_BYTES,
    Package,
    package_of,
    part_of,
    stored_sheets,
)
from gdlab.reading.ods import tables_of
from gdlab.reading.open_document import read_open_document
from gdlab.reading.open_xml import read_open_xml
from gdlab.reading.part_walker import SheetFacts
from gdlab.reading.rows import ODS

MOST_SHEETS = 40
READ_ROWS = 2_100
READ_COLUMNS = 150
MOST_TEXT = 32_767  # what a cell of a spreadsheet program holds

Value = float | int | str | bool | datetime.date | datetime.time | datetime.timedelta


@dataclass(frozen=True)
class GridCell:
    """One stored value: ``error`` says that it is one such as #NUM!, ``form`` how it is shown.

    ``look`` is its type, colours and border.
    """

    value: Value
    form: str
    error: bool = False
    look: Look = PLAIN


@dataclass(frozen=True)
class Grid:
    """One sheet: its stored values by (row, column), both from 1, and what else its XML says."""

    name: str
    cells: dict[tuple[int, int], GridCell]
    facts: SheetFacts = field(default_factory=SheetFacts)
    book: Callable[[], Book] = Book

    @cached_property
    def formulas(self) -> dict[tuple[int, int], Formula]:
        """The formulas that are written, by (row, column); read when they are first asked for."""
        book = self.book()
        sheet = book.number_of.get(self.name.lower())
        return {key[1:]: one for key, one in book.formulas.items() if key[0] == sheet}

    def value(self, row: int, column: int) -> Value | None:
        """A cell's stored value; None where it is empty."""
        cell = self.cells.get((row, column))
        return cell.value if cell else None

    def text(self, row: int, column: int) -> str:
        """A cell's text without the spaces around it; empty where it holds none."""
        value = self.value(row, column)
        return value.strip() if isinstance(value, str) else ""

    @cached_property
    def rows(self) -> int:
        """The last row that holds a value, 0 for an empty sheet."""
        return max((row for row, _ in self.cells), default=0)

    @cached_property
    def columns(self) -> int:
        """The last column that holds a value, 0 for an empty sheet."""
        return max((column for _, column in self.cells), default=0)


def address(row: int, column: int) -> str:
    """The address of a cell, both counted from 1: ``B7``."""
    return f"{letters(column - 1)}{row}"


def read_grids(path: Path) -> list[Grid]:
    """Read the sheets of a workbook in their order, their first 2,100 rows and 150 columns.

    Raises ValueError with one sentence, without the file's name.
    """
    data = read_bytes(path, MOST_WORKBOOK_BYTES)
    if ODS in data[:200]:
        return _ods_grids(data)
    package = package_of(data)
    with stored_sheets(package) as sheets:
        formulas = _formulas_of(package)
        return [_grid(sheet, package.sheets, formulas) for sheet in sheets[:MOST_SHEETS]]


def _formulas_of(package: Package) -> Callable[[], Book]:
    """What reads the formulas of a workbook once; nothing where it has none."""
    if not any(facts.formulas for facts in package.sheets.values()):
        return Book
    return cache(lambda: read_open_xml(package.archive))


def _ods_grids(data: bytes) -> list[Grid]:
    """The sheets of an OpenDocument spreadsheet, whose formulas are taken by their values."""
    formulas = cache(lambda: read_open_document(part_of(data, "content.xml")))
    tables = tables_of(part_of(data, "content.xml"), READ_ROWS, READ_COLUMNS, None)
    return [
        Grid(
            table.name,
            {
                (row, column): GridCell(_stored(value), "General")
                for row, values in table.rows
                for column, value in enumerate(values, 1)
                if value is not None
            },
            book=formulas,
        )
        for table in tables[:MOST_SHEETS]
    ]


def _grid(sheet: Any, facts: dict[str, SheetFacts], formulas: Callable[[], Book]) -> Grid:
    cells = {}
    looks: dict[int, Look] = {}
    for row in sheet.iter_rows(max_row=READ_ROWS, max_col=READ_COLUMNS):
        for cell in row:
            # A damaged cell may name a row of its own, far from the one it stands in.
            if cell.value is not None and cell.row <= READ_ROWS:
                value = _stored(cell.value)
                form = cell.number_format or ""
                style = cell._style_id
                if style not in looks:
                    looks[style] = look_of(cell)
                is_error = cell.data_type == "e"
                cells[cell.row, cell.column] = GridCell(value, form, is_error, looks[style])
    return Grid(sheet.title, cells, facts.get(sheet._worksheet_path, SheetFacts()), formulas)


def _stored(value: Any) -> Value:
    """A cell's value, bounded: a whole number past what a double holds is infinite, as in one."""
    if isinstance(value, str):
        return value[:MOST_TEXT]
    if isinstance(value, int) and abs(value) > sys.float_info.max:
        return math.inf if value > 0 else -math.inf
    return value


def is_number(value: object) -> TypeGuard[float]:
    """Whether a stored value is a finite number (True and False are none)."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
