"""Notes for the teacher beside a sheet's marks: merged and hidden cells, missing decimals."""

import re

from gdlab.core.trace import Trace
from gdlab.core.words import listed
from gdlab.marking.finding import TableLocation
from gdlab.marking.grid import Grid
from gdlab.marking.sheet import Written

CURE = "open it in a spreadsheet program, save it there, and check it again"
UNCALCULATED = f"its formulas were never calculated, so it holds no values: {CURE}"


def refuse_uncalculated(grid: Grid, cells: dict[tuple[int, str], Written]) -> None:
    """Refuse a sheet of formulas that no program has calculated."""
    if cells and all(cell.address in grid.facts.uncalculated for cell in cells.values()):
        raise ValueError(UNCALCULATED)


def note_looks(location: TableLocation, rows: dict[int, int], notes: list[str]) -> None:
    """Merged cells and hidden rows among the table's."""
    facts, inside = location.grid.facts, set(rows.values())
    merged = []
    for area in facts.merged:
        match = re.fullmatch(r"[A-Z]{1,3}(\d{1,7}):[A-Z]{1,3}(\d{1,7})", area)
        if match and any(int(match[1]) <= row <= int(match[2]) for row in inside):
            merged.append(area)
    if merged:
        notes.append(f"{listed(merged)} are merged cells, which hold one number only: the first")
    hidden = sorted(facts.hidden_rows & inside)
    if hidden:
        notes.append(f"hidden, but judged all the same: row {listed([str(row) for row in hidden])}")
    columns = [
        name
        for name, column in location.columns.items()
        if any(low <= column <= high for low, high in facts.hidden_columns)
    ]
    if columns:
        notes.append(f"hidden, but judged all the same: column {listed(columns)}")


def note_short(
    cells: dict[tuple[int, str], Written], key: Trace, decimals: int, notes: list[str]
) -> None:
    """Cells that are right to the decimals they have, but have fewer than the sheet asks for.

    A spreadsheet drops zeros: where most numbers have all decimals, the others had them too.
    """
    claimed = [one.decimals for one in cells.values() if one.decimals]
    if sum(one >= decimals for one in claimed) > len(claimed) / 2:
        return
    short = []
    for (t, name), cell in cells.items():
        if cell.number is None or cell.decimals is None:
            continue
        off = abs(cell.number - key.value(name, t))
        if off <= 0.5 * 10.0**-cell.decimals and off > 0.6 * 10.0**-decimals:
            short.append(cell.address)
    if short:
        notes.append(f"written to fewer than the {decimals} decimals asked for: {listed(short)}")
