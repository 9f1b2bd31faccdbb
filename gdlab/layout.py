"""Where every cell of a rule's sheet stands: the addresses that its formulas use.

Rows, from the top: title, source, a gap, labels of the inputs and under them the inputs, a gap,
symbols, headers, the start row (what row 1 finds above it), then one row per update. The epoch
table stands right of the rows, behind one empty column, its first epoch level with row 1.
"""

import re

from gdlab.columns import COUNTERS, POINT, Table
from gdlab.dialects.infix import excel

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
    # R and C alone, and R1C1, are addresses too.
    return f"{name}_" if name.lower() in ("r", "c", "rc") else name


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


def cell(table: Table, name: str, t: int) -> str:
    """The address of a column's cell at update ``t``; t = 0 is the start row."""
    return f"{letters(table.names.index(name))}{START_ROW + t}"


def reference(table: Table, name: str, t: int) -> str:
    """What a formula of update ``t`` writes for a name: a cell, the cell above, or an input."""
    above = name.removesuffix("_prev")
    if name in table.names:
        return cell(table, name, t)
    return cell(table, above, t - 1) if above != name else defined_name(name)


def points_block(name: str, points: int) -> str:
    """The cells of the data sheet that hold the points' x or y."""
    place = f"${letters(POINT.index(name))}$"
    return f"{DATA_SHEET}!{place}{DATA_START_ROW + 1}:{place}{DATA_START_ROW + points}"


def formula(table: Table, name: str, t: int, points: int, epochs: int) -> str | None:
    """The Excel formula of a cell, ``=...``; None for the counters, which are plain numbers."""

    def put(word: str) -> str:
        return f"COUNT({points_block('x', points)})" if word == "n" else reference(table, word, t)

    column = table.column(name)
    if column.expression is not None:
        return excel(column.expression, put)
    if name in table.point:
        return f"=INDEX({points_block(name, points)},{cell(table, 'sample', t)})"
    if name == "lr":
        place = f"${epoch_letters(table, 'lr')}$"
        return (
            f"=INDEX({place}{START_ROW + 1}:{place}{START_ROW + epochs},{cell(table, 'epoch', t)})"
        )
    return None
