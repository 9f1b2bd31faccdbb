"""Finds a rule's table on a learner's sheet by its headers, wherever they are."""

from dataclasses import dataclass

from gdlab.core.columns import Table
from gdlab.core.layout import HEADER_ROW, inputs
from gdlab.core.words import listed, shown
from gdlab.marking.grid import Grid, address, is_number

SEARCHED_ROWS = 60
FEWEST_HEADERS = 4


@dataclass(frozen=True)
class TableLocation:
    """A table found: its sheet, its headers' row, its columns by name, its inputs' cells."""

    grid: Grid
    header_row: int
    columns: dict[str, int]
    inputs: dict[str, tuple[int, int]]


def find_table(grids: list[Grid], table: Table, sheet: str, notes: list[str]) -> TableLocation:
    """The sheet and the columns of a table; whatever has changed goes to ``notes``.

    ``sheet`` is the name that its sheet should have. Raises ValueError where no sheet has it.
    """
    found = [
        (len(columns), grid.name == sheet, -index, row)
        for index, grid in enumerate(grids)
        for row, columns in [_header_row(grid, table)]
    ]
    if not found or max(found)[0] < FEWEST_HEADERS:
        names = f"{', '.join(table.names[:8])} ..."
        raise ValueError(f"no sheet has the table of {table.rule.name}, headed {names}")
    _, as_named, index, row = max(found)
    grid = grids[-index]
    if not as_named:
        notes.append(f"the table was found on the sheet {shown(grid.name)}, not {shown(sheet)}")
    columns = _headers(grid, row, table)
    columns |= _renamed(grid, row, table, columns, notes)
    _note_moved(table, columns, row, notes)
    return TableLocation(grid, row, columns, _inputs(grid, row, table))


def word(text: str) -> str:
    """A header as a column's name is written: ``New slope`` is ``new_slope``."""
    return "_".join(text.lower().split())


def _header_row(grid: Grid, table: Table) -> tuple[int, dict[str, int]]:
    rows = range(1, min(grid.rows, SEARCHED_ROWS) + 1)
    best = max(rows, key=lambda row: len(_headers(grid, row, table)), default=0)
    return best, _headers(grid, best, table)


def _headers(grid: Grid, row: int, table: Table) -> dict[str, int]:
    """The columns under the table's names, the first of each; not those of the epoch table."""
    words = [word(grid.text(row, column)) for column in range(1, grid.columns + 1)]
    first = next(iter(table.measures.values()))
    if first in words:
        measure = words.index(first)
        start = max((i for i in range(measure) if words[i] == "epoch"), default=measure)
        words = words[:start]
    return {name: words.index(name) + 1 for name in table.names if name in words}


def _renamed(
    grid: Grid, row: int, table: Table, columns: dict[str, int], notes: list[str]
) -> dict[str, int]:
    """Columns under another header, whose neighbours are where they belong; the rest is missing."""
    taken: dict[str, int] = {}
    missing = []
    for index, name in enumerate(table.names):
        if name in columns:
            continue
        known = columns | taken
        there = known.get(table.names[index - 1], -1) + 1 if index else 1
        after = [known[other] for other in table.names[index + 1 : index + 2] if other in known]
        header = grid.text(row, there)
        if (
            there < 1
            or there in known.values()
            or after not in ([], [there + 1])
            or not (header or after)
        ):
            missing.append(name)
            continue
        taken[name] = there
        reads = f"reads {shown(header)}" if header else "is empty"
        notes.append(f"{address(row, there)} {reads}; by its place the column is {name}")
    if missing:
        notes.append(f"there is no column {listed(missing)}")
    return taken


def _note_moved(table: Table, columns: dict[str, int], row: int, notes: list[str]) -> None:
    shifts = {name: column - table.names.index(name) for name, column in columns.items()}
    usual = max(shifts.values(), key=list(shifts.values()).count)
    if row != HEADER_ROW or usual != 1:
        notes.append(f"the table was moved: its headers stand in row {row}")
    moved = [name for name, shift in shifts.items() if shift != usual]
    if moved:
        notes.append(f"{listed(moved)} stand elsewhere; they were found by their headers")


def _inputs(grid: Grid, header_row: int, table: Table) -> dict[str, tuple[int, int]]:
    """The cells under the inputs' labels, which stand above the headers."""
    wanted = set(inputs(table))
    places: dict[str, tuple[int, int]] = {}
    for row, column in sorted(grid.cells):
        name = word(grid.text(row, column))
        if row < header_row - 1 and name in wanted:
            places.setdefault(name, (row + 1, column))
    return places


def sheet_rows(
    location: TableLocation, counter: str | None, rows: int | None, notes: list[str]
) -> dict[int, int]:
    """The sheet's row of every row of the table, by the column ``counter``; else by counting.

    ``rows`` is how many there should be, None where the file does not say.
    """
    grid, first = location.grid, location.header_row + 1
    column = location.columns.get(counter) if counter else None
    found: dict[int, int] = {}
    if column is None:
        # The row under the headers is what the first update finds above it.
        last = grid.rows if rows is None else first + rows
        return {row - first: row for row in range(first + 1, last + 1)}
    for row in range(first, grid.rows + 1):
        t = grid.value(row, column)
        if is_number(t) and 1 <= t == int(t):
            if int(t) in found:
                notes.append(f"row {row} has the same t as row {found[int(t)]}; the first counts")
            found.setdefault(int(t), row)
    if rows is not None:
        lost = [str(t) for t in range(1, rows + 1) if t not in found]
        if lost:
            notes.append(f"no row has t = {listed(lost)}")
    return {t: row for t, row in found.items() if rows is None or t <= rows}
