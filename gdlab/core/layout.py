"""Where every cell of a rule's sheet stands: the addresses that its formulas use.

Rows, from the top: title, source, a gap, labels of the inputs and under them the inputs, a gap,
symbols, headers, the start row (what row 1 finds above it), then one row per update. The epoch
table stands right of the rows, behind one empty column, its first epoch level with row 1.
"""

import re

from gdlab.core.columns import COUNTERS, POINT, Table
from gdlab.language.infix import excel

TITLE_ROW, SOURCE_ROW, LABEL_ROW, INPUT_ROW, SYMBOL_ROW, HEADER_ROW, START_ROW = (
    1,
    2,
    4,
    5,
    7,
    8,
    9,
)
FIRST_INPUT_COLUMN = len(COUNTERS)
EPOCH_MEASURES = ("mse", "rmse", "root_sum_err2")
DATA_SHEET, DATA_START_ROW = "data", 6
MOST_ROWS = 1_048_576


def letters(column: int) -> str:
    """A column's letters: 0 is A, 26 is AA."""
    return (letters(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)


def defined_name(word: str) -> str:
    """A word as a workbook name: digits are set off, so that it never looks like an address."""
    name = re.sub(r"([A-Za-z])(\d)", r"\1_\2", word)
    # R and C alone are addresses too, and the words for truth are taken.
    return f"{name}_" if name.lower() in ("r", "c", "rc", "true", "false") else name


def inputs(table: Table) -> tuple[str, ...]:
    """The sheet's inputs in order: starts first, then hyperparameters.

    Where a schedule makes lr a column, the hyperparameter lr is what it starts from: start_lr.
    """
    hyper = ("start_lr" if name in table.names else name for name in table.hyper)
    return (*(f"start_{name}" for name in table.starts), *hyper)


def input_address(table: Table, name: str) -> str:
    """The absolute address of an input's cell."""
    return f"${letters(FIRST_INPUT_COLUMN + inputs(table).index(name))}${INPUT_ROW}"


def epoch_columns(table: Table) -> tuple[str, ...]:
    """The epoch table's columns in order; none for a surface, which has no epochs."""
    if not table.point:
        return ()
    under_schedule = ("lr", *(column.name for column in table.epoch_columns))
    return (
        "epoch",
        *EPOCH_MEASURES,
        *table.parameters,
        *(under_schedule if table.schedule else ()),
    )


def epoch_letters(table: Table, name: str) -> str:
    """The letters of one column of the epoch table."""
    return letters(len(table.columns) + 1 + epoch_columns(table).index(name))


def place(table: Table, name: str) -> str:
    """The letters of one of the rows' columns."""
    return letters(table.names.index(name))


def cell(table: Table, name: str, t: int) -> str:
    """The address of a column's cell at update ``t``; t = 0 is the start row."""
    return f"{place(table, name)}{START_ROW + t}"


def rows_block(table: Table, name: str, rows: int) -> str:
    """The cells of a column from the first row to the last."""
    return f"{cell(table, name, 1)}:{cell(table, name, rows)}"


def points_block(name: str, points: int | str) -> str:
    """The cells of the data sheet that hold the points' x or y.

    ``points`` is their number, or a text that stands for the last one's row.
    """
    place = f"${letters(POINT.index(name))}$"
    last = points if isinstance(points, str) else DATA_START_ROW + points
    return f"{DATA_SHEET}!{place}{DATA_START_ROW + 1}:{place}{last}"


def count(points: int | str) -> str:
    """What a formula writes for ``n``, the number of points in an epoch."""
    return f"COUNT({points_block('x', points)})"


def shape(table: Table, name: str, points: int | str) -> str | None:
    """The one shape of a column's formulas: ``=...`` with {row}, {above} and {epoch_row}.

    They stand for the numbers of its row, of the one above it, and of its epoch's row in the epoch
    table; ``points`` is as for :func:`points_block`. None for the counters, plain numbers.
    """

    def put(word: str) -> str:
        above = word.removesuffix("_prev")
        if word in table.names:
            return place(table, word) + "{row}"
        if above != word:
            return place(table, above) + "{above}"
        return count(points) if word == "n" else defined_name(word)

    column = table.column(name)
    if column.expression is not None:
        return excel(column.expression, put)
    if name in table.point:
        return f"=INDEX({points_block(name, points)},{put('sample')})"
    if name == "lr":
        # Its own cell, not INDEX over all epochs: later ones lean on this row, which would be
        # a circle to a program that looks at the whole range.
        return f"=${epoch_letters(table, name)}${{epoch_row}}"
    return None


def row_numbers(t: int, points: int) -> dict[str, int]:
    """What stands in a shape for {row}, {above} and {epoch_row} at update ``t``."""
    row = START_ROW + t
    return {"row": row, "above": row - 1, "epoch_row": START_ROW + 1 + (t - 1) // max(points, 1)}


def formula(table: Table, name: str, t: int, points: int) -> str | None:
    """The Excel formula of a cell, ``=...``; None for the counters, which are plain numbers."""
    written = shape(table, name, points)
    return written and written.format(**row_numbers(t, points))


def epoch_formula(table: Table, name: str, epoch: int, points: int) -> str | None:
    """The Excel formula of a cell of the epoch table; None for the epoch's number itself.

    Epoch 0 is the start row, with what a schedule's first epoch finds above it: None for what has
    no start, and where it starts from a number (``Table.epoch_starts``).
    """
    row = START_ROW + epoch
    first, last = START_ROW + (epoch - 1) * points + 1, START_ROW + epoch * points

    def own(name: str, row: int) -> str:
        return f"{epoch_letters(table, name)}{row}"

    def put(word: str) -> str:
        above = word.removesuffix("_prev")
        if word in epoch_columns(table):
            return own(word, row)
        if word in table.names:
            return f"{place(table, word)}{last}"
        if above != word:
            return own(above, row - 1)
        return count(points) if word == "n" else defined_name(word)

    if not epoch:
        return f"={defined_name('start_lr')}" if name == "next_lr" else None
    if name in table.parameters:
        return f"={place(table, f'new_{name}')}{last}"
    if name == "lr":
        return f"={own('next_lr', row - 1)}"
    squares = f"{place(table, 'err2')}{first}:{place(table, 'err2')}{last}"
    measures = {
        "epoch": None,
        "mse": f"=AVERAGE({squares})",
        "rmse": f"=SQRT({own('mse', row)})",
        "root_sum_err2": f"=SQRT(SUM({squares}))",
    }
    if name in measures:
        return measures[name]
    by_name = {column.name: column.expression for column in table.epoch_columns}
    expression = by_name[name]
    assert expression is not None
    return excel(expression, put)
