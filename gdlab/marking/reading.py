"""A learner's workbook as the sheet that is judged. Its values are read; nothing is evaluated."""

import re
from pathlib import Path
from typing import Any

from gdlab.core.assembly import EXTRAS, table_of
from gdlab.core.columns import Table
from gdlab.core.draft import Plan
from gdlab.core.layout import HEADER_ROW, inputs
from gdlab.core.model import Model, find_model, models
from gdlab.core.registry import find_rule, rules
from gdlab.core.scales import KINDS, constants_of, scaled_model
from gdlab.core.trace import Trace, trace
from gdlab.core.words import listed, shortened, shown
from gdlab.marking.finding import TableLocation, find_table, sheet_rows, word
from gdlab.marking.grid import Grid, address, is_number, read_grids
from gdlab.marking.own_formulas import own_formulas
from gdlab.marking.reading_notes import (
    CURE,
    UNCALCULATED,
    note_looks,
    note_short,
    refuse_uncalculated,
)
from gdlab.marking.record import Record, find_record, practice_table, run_of, sheet_name
from gdlab.marking.sheet import Filled, Written
from gdlab.marking.values import written

# Headers and inputs of runs that are not checked from a workbook.
NOT_CHECKED = {
    "position": "a shuffled order",
    "in_batch": "batches",
    "at_epoch": "a switch of rules",
    "start_lr": "a schedule",
}
# So many numbers that are typed as text are spoken of one by one.
MOST_TEXTS = 4


def read_filled(path: str | Path) -> Filled:
    """Read a workbook that a learner has filled in.

    Raises ValueError, the file's name and one sentence, where nothing of it can be judged.
    """
    file = Path(path)
    try:
        grids = read_grids(file)
        return filled(grids, str(path))
    except ValueError as error:
        raise ValueError(f"{file.name or path}: {error}") from None


def filled(grids: list[Grid], file: str) -> Filled:
    """What was handed in, from the sheets of a workbook; ValueError where it cannot be judged."""
    notes: list[str] = []
    record = find_record(grids)
    table, sheet = (
        (practice_table(record.rule, record.options), sheet_name(record.rule))
        if record
        else _of_sheet(grids, notes)
    )
    location = find_table(grids, table, sheet, notes)
    # In batches t counts updates, not rows.
    counter = "t" if "t" in table.counters else None
    rows = sheet_rows(location, counter, record.rows if record else None, notes)
    count = record.rows if record else max(rows, default=0)
    if not rows:
        raise ValueError(f"the table of {table.rule.name} has no rows")
    key = _key(location, table, rows, count, record, notes)
    blank = record.blank if record else _judged(table, location)
    cells, remarks = _cells(location, key, rows, frozenset(blank))
    refuse_uncalculated(location.grid, cells)
    notes += remarks
    note_looks(location, rows, notes)
    asked = frozenset((t, name) for t in range(1, key.rows + 1) for name in blank)
    if record and record.decimals is not None:
        note_short(cells, key, record.decimals, notes)
    return Filled(
        key=key,
        asked=asked,
        written=cells,
        shown=record.decimals if record else None,
        addresses={
            (t, name): address(row, column)
            for name, column in location.columns.items()
            for t, row in rows.items()
        },
        file=file,
        sheet=location.grid.name,
        notes=tuple(shortened(notes)),
        formulas=own_formulas(location, table, rows),
    )


def _judged(table: Table, location: TableLocation) -> list[str]:
    """The computed columns of a sheet without a record, and those that they are computed from.

    Without them a wrong number that was carried on would count as right.
    """
    computed = {one.name: one for one in table.columns if one.expression is not None}
    waiting = [name for name in computed if name in location.columns]
    judged: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in judged:
            judged.add(name)
            waiting += [one for one in computed[name].precedents if one in computed]
    return [name for name in computed if name in judged]


def _of_sheet(grids: list[Grid], notes: list[str]) -> tuple[Table, str]:
    """The rule of a workbook without a record: its source line, title or sheet's name says it."""
    sources = {source: name for name, source in rules().items()}
    for grid in grids:
        said = [*re.findall(r"\w+", grid.text(1, 1))[:30], grid.name]
        name = sources.get(grid.text(2, 1)) or next((one for one in said if one in rules()), None)
        if name is None:
            continue
        words = {word(text) for row in range(1, HEADER_ROW + 1) for text in _texts(grid, row)}
        for sign, meaning in NOT_CHECKED.items():
            if sign in words:
                raise ValueError(
                    f"the sheet {shown(grid.name)} has {meaning}, which is not checked"
                )
        notes.append(
            f"no record of a practice sheet was found: the rule {name} was read from the "
            f"sheet {shown(grid.name)}, and every computed column was judged"
        )
        others = [shown(one.name) for one in grids if one is not grid and one.text(2, 1) in sources]
        if others:
            notes.append(f"one sheet is judged at a time; not judged: {listed(others)}")
        plan = Plan(extras=frozenset(EXTRAS) & words, model=_model_of(words))
        return table_of(find_rule(name), plan), grid.name
    raise ValueError("it does not say which rule it is about; name the sheet after the rule: adam")


def _model_of(words: set[str]) -> Model:
    """The largest model of which all names stand on the sheet, scaled where the sheet is.

    The line where there is none.
    """
    known = [model for name in models() if words.issuperset((model := find_model(name)).names)]
    found = max(known, key=lambda model: len(model.names), default=find_model())
    scales = tuple(
        (column, kind)
        for column in found.data
        for kind in KINDS
        if words.issuperset(constants_of(((column, kind),)))
    )
    return scaled_model(found, scales) if scales else found


def _texts(grid: Grid, row: int) -> list[str]:
    return [grid.text(row, column) for column in range(1, grid.columns + 1)]


def _key(
    location: TableLocation,
    table: Table,
    rows: dict[int, int],
    count: int,
    record: Record | None,
    notes: list[str],
) -> Trace:
    """The true run, with the inputs and points that stand on the learner's sheet."""
    samples = count
    if record is not None:
        samples = len(record.points)
    else:
        epochs = [_whole(location, "epoch", row) for row in rows.values()]
        samples = max(count // max(epochs, default=1), 1)
    given = _inputs(location, table, record, notes)
    points = [
        _point(location, table.point, rows, sample, record, notes)
        for sample in range(1, samples + 1)
    ]
    if record is not None:
        return run_of(record, points, given)
    begin = {start: given[name] for start, name in table.start_inputs.items()}
    hyper: dict[str, Any] = {
        name: given[table.start_rate if name == table.rate else name] for name in table.hyper
    }
    passes = count // samples
    return trace(table.rule.name, points, epochs=passes, start=begin, model=table.model, **hyper)


def _whole(location: TableLocation, name: str, row: int) -> int:
    value = location.grid.value(row, location.columns[name]) if name in location.columns else None
    return max(int(value), 1) if is_number(value) else 1


def _inputs(
    location: TableLocation, table: Table, record: Record | None, notes: list[str]
) -> dict[str, float]:
    """The inputs on the sheet; where one cannot be read, the one that the sheet was given with."""
    found: dict[str, float] = {}
    for name in inputs(table):
        where = location.inputs.get(name)
        value = location.grid.value(*where) if where else None
        at = f"in {address(*where)}" if where else "among the inputs"
        if where and address(*where) in location.grid.facts.uncalculated:
            raise ValueError(UNCALCULATED)
        found[name] = _number(f"{name} {at}", value, record.given[name] if record else None, notes)
    return found


def _point(
    location: TableLocation,
    names: tuple[str, ...],
    rows: dict[int, int],
    sample: int,
    record: Record | None,
    notes: list[str],
) -> tuple[float, ...]:
    """One point: as it stands in its row; where it cannot be read, as it was given."""
    values = []
    for index, name in enumerate(names):
        row, column = rows.get(sample, 0), location.columns.get(name, 0)
        value = location.grid.value(row, column)
        at = f"in {address(row, column)}" if row and column else f"of sample {sample}"
        given = record.points[sample - 1][index] if record else None
        if row and column and address(row, column) in location.grid.facts.uncalculated:
            raise ValueError(UNCALCULATED)
        values.append(_number(f"{name} {at}", value, given, notes))
    return tuple(values)


def _number(what: str, value: object, given: float | None, notes: list[str]) -> float:
    """A number on the sheet; where it cannot be read, the one that the sheet was given with."""
    if is_number(value):
        if given is not None and not _same(float(value), given):
            notes.append(f"{what} is {float(value)!r} here; it was given as {given!r}")
        return float(value)
    if given is None:
        raise ValueError(f"{what} is not a number")
    notes.append(f"{what} cannot be read; it was given as {given!r}, and that was taken")
    return given


def _cells(
    location: TableLocation, key: Trace, rows: dict[int, int], blank: frozenset[str]
) -> tuple[dict[tuple[int, str], Written], list[str]]:
    """What stands in the cells asked for, and in given cells that are not as they were given."""
    cells: dict[tuple[int, str], Written] = {}
    remarks: list[str] = []
    as_text: list[str] = []
    for column in key.table.columns:
        if column.expression is None or column.name not in location.columns:
            continue
        true = key.column(column.name)
        for t, row in rows.items():
            at = address(row, location.columns[column.name])
            stored = location.grid.cells.get((row, location.columns[column.name]))
            asked = column.name in blank
            if stored is None:
                if asked and at in location.grid.facts.uncalculated:
                    why = f"its formula was never calculated: {CURE}"
                    cells[t, column.name] = Written(None, address=at, problem=why)
                continue
            cell, remark = written(stored, at)
            if asked:
                cells[t, column.name] = cell
                is_text = isinstance(stored.value, str) and cell.or_else is None
                (as_text if is_text else remarks).extend([remark] if remark else [])
            elif cell.number is not None and not _same(cell.number, float(true[t - 1])):
                cells[t, column.name] = cell
                remarks.append(f"{at} was given and has been changed")
    if len(as_text) > MOST_TEXTS:
        as_text = [f"{len(as_text)} numbers are typed as text, and were read; {as_text[0]}"]
    return cells, shortened([*as_text, *remarks])


def _same(a: float, b: float) -> bool:
    # Spreadsheet programs save 15 digits.
    return abs(a - b) <= 1e-12 * max(abs(a), abs(b)) or a == b
