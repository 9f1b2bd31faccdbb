"""Where a run's sheet shows errors, and which.

The frame follows IEEE 754: past 1.8e308 a number is inf, and 1/inf is 0 again. A sheet follows
spreadsheets: such a cell is #NUM!, a division by 0 is #DIV/0!, and every cell that depends on an
error is that error, without a way back. So a cell of a sheet is either an error or the frame's
number. From the first row with a cell that is not finite, this module finds out which, cell by
cell, by the rules of :mod:`gdlab.language.evaluate`.
"""

import ast
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from gdlab.core.columns import ABOVE, LAST_ROW, OWN, topological_order
from gdlab.core.trace import Trace
from gdlab.language.evaluate import DIV0, NUM, CellError, evaluate

# By the small numbers that stand for them in the arrays; 0 is not an error.
ERRORS = (None, NUM, DIV0)


@dataclass(frozen=True)
class Errors:
    """The errors of a sheet: ``rows[column]`` from row ``first`` on (from 1), ``epochs[column]``.

    Both hold a uint8 per cell, an index into :data:`ERRORS`. A run that stays finite has none.
    """

    first: int
    rows: dict[str, np.ndarray]
    epochs: dict[str, np.ndarray]

    def row(self, column: str, row: int) -> str | None:
        """The error in a cell of the rows, or None."""
        return ERRORS[self.rows[column][row - self.first]] if row >= self.first else None

    def epoch(self, column: str, epoch: int) -> str | None:
        """The error in a cell of the epoch table (``epoch`` from 1), or None."""
        return ERRORS[self.epochs[column][epoch - 1]]


def errors_of(trace: Trace) -> Errors | None:
    """Find the errors that a trace's sheet shows; None where it shows none."""
    first = trace.exploded[0] if trace.exploded else trace.rows + 1
    totals = trace.epochs.to_numpy(dtype=float) if trace.table.point else np.zeros((0, 0))
    bad_epochs = np.flatnonzero(~np.isfinite(totals).all(axis=1))
    if first > trace.rows and not len(bad_epochs):
        return None
    if len(bad_epochs):
        # A rate that comes from an error is one, even where IEEE 754 finds a way round it.
        first = min(first, (int(bad_epochs[0]) + 1) * trace.samples + 1)
    return _ErrorSearch(trace, first).errors()


def epoch_value(trace: Trace, errors: Errors | None, column: str, epoch: int) -> float | str:
    """What stands in a cell of the epoch table: its number, or its error."""
    error = errors and errors.epoch(column, epoch)
    return error or trace.epochs[column].iloc[epoch - 1].item()


class _ErrorSearch:
    """Goes through the rows in order, remembering the errors of this row and the row above."""

    def __init__(self, trace: Trace, first: int) -> None:
        self.trace, self.table, self.first = trace, trace.table, first
        self.totals = {name: trace.epochs[name].to_numpy() for name in trace.table.epoch_names}
        self.columns = {name: trace.column(name) for name in self.table.names}
        self.row_columns = topological_order(self.table.columns)
        self.epoch_columns = topological_order(self.table.epoch_columns)
        count = trace.rows - first + 1
        self.rows = {name: np.zeros(count, np.uint8) for name in self.table.names}
        self.epochs = {name: np.zeros(trace.n_epochs, np.uint8) for name in self.table.epoch_names}

    def errors(self) -> Errors:
        trace = self.trace
        if not self.table.point:
            for row in range(self.first, trace.rows + 1):
                self.mark_row(row)
            return Errors(self.first, self.rows, self.epochs)
        for epoch in range(1, trace.n_epochs + 1):
            last = epoch * trace.samples
            if self.table.schedule and epoch > 1:
                following = self.table.schedule.names["next_lr"]
                self.epochs[self.table.rate][epoch - 1] = self.epochs[following][epoch - 2]
            for row in range(max(self.first, last - trace.samples + 1), last + 1):
                self.mark_row(row)
            self.mark_epoch(epoch, last)
        return Errors(self.first, self.rows, self.epochs)

    def mark_row(self, row: int) -> None:
        for column in self.row_columns:
            if column.expression is not None:
                code = _code(column.expression, partial(self.value, row=row))
            elif column.name == self.table.rate:
                code = int(self.epochs[column.name][(row - 1) // self.trace.samples])
            else:
                continue
            self.rows[column.name][row - self.first] = code

    def value(self, name: str, row: int) -> float:
        """A name's number in a row, or the error that stands in its cell."""
        kind, column = self.table.resolve(name)
        at = row if kind == OWN else row - 1
        if kind not in (OWN, ABOVE) or at < 1:
            return self.trace.value(name, row)
        if at >= self.first:
            _raise(self.rows[column][at - self.first])
        return self.columns[column][at - 1].item()

    def mark_epoch(self, epoch: int, last: int) -> None:
        samples, codes = self.trace.samples, self.epochs
        since = last - samples + 1
        squares = self.rows[self.table.loss][
            max(since - self.first, 0) : max(last - self.first + 1, 0)
        ]
        among = squares[squares > 0]
        total = self.totals[next(iter(self.table.measures.values()))][epoch - 1]
        sum_code = int(among[0]) if len(among) else int(not math.isfinite(total))
        for measure in self.table.measures.values():
            codes[measure][epoch - 1] = sum_code
        for parameter in self.table.parameters:
            if last >= self.first:
                codes[parameter][epoch - 1] = self.rows[self.table.carrier(parameter)][
                    last - self.first
                ]
        for column in self.epoch_columns:
            value = partial(self.epoch_value, epoch=epoch, last=last)
            codes[column.name][epoch - 1] = _code(column.expression, value)

    def epoch_value(self, name: str, epoch: int, last: int) -> float:
        kind, found = self.table.resolve_epoch(name)
        if kind == LAST_ROW:
            return self.value(found, last)
        if kind not in (OWN, ABOVE):
            return self.trace.value(name, last)
        at = epoch if kind == OWN else epoch - 1
        if at < 1:
            return self.table.epoch_starts[found]
        _raise(self.epochs[found][at - 1])
        return self.totals[found][at - 1].item()


def _raise(code: int) -> None:
    error = ERRORS[code]
    if error:
        raise CellError(error)


def _code(expression: ast.expr | None, value: Callable[[str], float]) -> int:
    assert expression is not None
    try:
        evaluate(expression, value)
    except CellError as error:
        return ERRORS.index(str(error))
    return 0
