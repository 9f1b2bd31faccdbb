"""The addresses of all cells of a rule's sheet, and its formulas.

Rows, from the top: title, source, status, labels of the inputs and under them the inputs, a gap
(above a wide table the names of its sections), symbols, headers, the start row, then one row per
sample. The epoch table is to the right, after one empty column; its first epoch is level with row
1.
"""

import re
from functools import lru_cache

from gdlab.core.columns import ABOVE, COUNT, COUNTERS, INPUT, LAST_ROW, OWN, Table
from gdlab.core.model import LINE
from gdlab.language.infix import excel

TITLE_ROW, SOURCE_ROW, STATUS_ROW, LABEL_ROW, INPUT_ROW = 1, 2, 3, 4, 5
SECTION_ROW, SYMBOL_ROW, HEADER_ROW, START_ROW = 6, 7, 8, 9
FIRST_INPUT_COLUMN = len(COUNTERS)
DATA_SHEET, DATA_START_ROW = "data", 6
GIVEN_ROWS, BLANK_ROWS = 3, 2  # of a handout: rows with numbers, and rows to fill in


def letters(column: int) -> str:
    """A column's letters: 0 is A, 26 is AA."""
    return (letters(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)


def defined_name(word: str) -> str:
    """A word as a defined name: underscores before digits keep it from being an address."""
    name = re.sub(r"([A-Za-z])(\d)", r"\1_\2", word)
    # R and C are addresses in R1C1 notation, and TRUE and FALSE are taken.
    return f"{name}_" if name.lower() in ("r", "c", "rc", "true", "false") else name


@lru_cache(maxsize=256)
def defined_names(table: Table) -> dict[str, str]:
    """The defined names of a table's inputs, all different in lower case."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in inputs(table):
        own, number = defined_name(name), 2
        while own.lower() in taken:
            own, number = f"{defined_name(name)}__{number}", number + 1
        taken.add(own.lower())
        found[name] = own
    return found


def inputs(table: Table) -> tuple[str, ...]:
    """The names of the sheet's inputs in order: starts first, then hyperparameters."""
    return tuple(one.name for one in table.inputs)


def input_address(table: Table, name: str) -> str:
    """The absolute address of an input's cell."""
    return f"${letters(FIRST_INPUT_COLUMN + inputs(table).index(name))}${INPUT_ROW}"


def epoch_letters(table: Table, name: str) -> str:
    """The letters of a column of the epoch table."""
    return letters(len(table.columns) + 1 + table.epoch_names.index(name))


def column_letters(table: Table, name: str) -> str:
    """The letters of a column of the rows."""
    return letters(table.names.index(name))


def cell(table: Table, name: str, t: int) -> str:
    """The address of a column's cell in row ``t`` of the table; t = 0 is the start row."""
    return f"{column_letters(table, name)}{START_ROW + t}"


def sections(table: Table) -> dict[str, range]:
    """The sections of a model's table, with the indices of their columns; empty for the plain line.

    They are data, parameters, forward pass, backward pass, rule and update.
    """
    if table.model.name == LINE:
        return {}
    bases = [column.part.base for column in table.columns]
    first = table.names.index(table.parameters[0])
    last_gradient = max(index for index, base in enumerate(bases) if "grad" in base)
    ends = {
        "data": first,
        "parameters": first + len(table.parameters),
        "forward": table.names.index(table.loss) + 1,
        "backward": last_gradient + 1,
        "rule": bases.index("step"),
        "update": len(bases),
    }
    begins = [0, *ends.values()]
    found = {
        name: range(begin, end) for begin, (name, end) in zip(begins, ends.items(), strict=False)
    }
    return {name: columns for name, columns in found.items() if columns}


def rows_block(table: Table, name: str, rows: int) -> str:
    """The cells of a column from the first row to the last."""
    return f"{cell(table, name, 1)}:{cell(table, name, rows)}"


def points_block(table: Table, name: str, points: int | str) -> str:
    """The cells of the data sheet that hold one column of the points.

    ``points`` is their number, or a placeholder for the row of the last one.
    """
    column = f"${letters(table.point.index(name))}$"
    last = points if isinstance(points, str) else DATA_START_ROW + points
    return f"{DATA_SHEET}!{column}{DATA_START_ROW + 1}:{column}{last}"


def count(table: Table, points: int | str) -> str:
    """The Excel expression for the number of points in an epoch."""
    return f"COUNT({points_block(table, table.point[0], points)})"


def shape(table: Table, name: str, points: int | str) -> str | None:
    """The template of a column's formulas: ``=...`` with {row}, {above} and {epoch_row}.

    They stand for the number of a cell's row, of the row above, and of its epoch's row in the epoch
    table; ``points`` is as in :func:`points_block`. None for the counters, which are plain numbers.
    """

    def put(word: str) -> str:
        kind, found = table.resolve(word)
        if kind == OWN:
            return column_letters(table, found) + "{row}"
        if kind == ABOVE:
            return column_letters(table, found) + "{above}"
        return count(table, points) if kind == COUNT else defined_names(table)[found]

    column = table.column(name)
    if column.expression is not None:
        return excel(column.expression, put)
    if name in table.point:
        return f"=INDEX({points_block(table, name, points)},{put('sample')})"
    if name == table.rate:
        # The cell itself, not INDEX over all epochs: later epochs depend on this row, and a program
        # that looks at the whole range would see a circular reference.
        return f"=${epoch_letters(table, name)}${{epoch_row}}"
    return None


def row_numbers(t: int, points: int) -> dict[str, int]:
    """The numbers for {row}, {above} and {epoch_row} in row ``t`` of the table."""
    row = START_ROW + t
    return {"row": row, "above": row - 1, "epoch_row": START_ROW + 1 + (t - 1) // max(points, 1)}


def formula(table: Table, name: str, t: int, points: int) -> str | None:
    """The Excel formula of a cell, ``=...``; None for the counters, which are plain numbers."""
    written = shape(table, name, points)
    return written and written.format(**row_numbers(t, points))


def epoch_formula(table: Table, name: str, epoch: int, points: int) -> str | None:
    """The Excel formula of a cell in the epoch table; None for the number of the epoch.

    Epoch 0 is the start row, where only the next rate of a schedule has a formula; its other
    columns start from plain numbers (``Table.epoch_starts``) or not at all.
    """
    row = START_ROW + epoch
    first, last = START_ROW + (epoch - 1) * points + 1, START_ROW + epoch * points
    next_rate = table.schedule.names["next_lr"] if table.schedule else None

    def own(name: str, row: int) -> str:
        return f"{epoch_letters(table, name)}{row}"

    def put(word: str) -> str:
        kind, found = table.resolve_epoch(word)
        if kind == COUNT:
            return count(table, points)
        if kind == INPUT:
            return defined_names(table)[found]
        if kind == LAST_ROW:
            return f"{column_letters(table, found)}{last}"
        return own(found, row if kind == OWN else row - 1)

    if not epoch:
        return f"={defined_names(table)[table.start_rate]}" if name == next_rate else None
    if name in table.parameters:
        return f"={column_letters(table, table.carrier(name))}{last}"
    if next_rate and name == table.rate:
        return f"={own(next_rate, row - 1)}"
    losses = f"{column_letters(table, table.loss)}{first}:{column_letters(table, table.loss)}{last}"
    measures = {
        "mean_loss": f"=AVERAGE({losses})",
        "mse": f"=AVERAGE({losses})",
        "rmse": f"=SQRT({own(table.measures.get('mse', 'epoch'), row)})",
        "root_sum_err2": f"=SQRT(SUM({losses}))",
    }
    for base, measure in table.measures.items():
        if name == measure:
            return measures[base]
    by_name = {column.name: column.expression for column in table.epoch_columns}
    expression = by_name.get(name)
    return excel(expression, put) if expression is not None else None
