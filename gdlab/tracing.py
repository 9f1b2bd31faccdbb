"""``trace``: run a rule over the points and keep every cell."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdlab import kernel
from gdlab.columns import COUNTERS, PARAMETERS, POINT, Table, table_of
from gdlab.dialects.infix import TEXT, infix
from gdlab.dialects.latex import latex
from gdlab.layout import cell, formula
from gdlab.points import number, pairs
from gdlab.registry import find_rule, settings
from gdlab.symbols import latex as latex_symbol
from gdlab.symbols import text as text_symbol

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

SHOWN_ROWS = 60


@dataclass(frozen=True)
class Explanation:
    """How one cell came about.

    ``symbols`` is its formula in plain letters and ``latex`` the same typeset, ``numbers`` the
    formula with this row's numbers put in, ``result`` the cell's value, ``excel`` its formula in
    the exported sheet (None for a counter) and ``cell`` its address there.
    """

    rule: str
    row: int
    column: str
    symbols: str
    latex: str
    numbers: str
    result: float
    excel: str | None
    cell: str

    def __str__(self) -> str:
        lines = [
            f"{self.rule}, row {self.row}, column {self.column}",
            f"  symbols  {self.symbols}",
            f"  numbers  {self.numbers}",
            f"  result   {self.result!r}",
            f"  Excel    {self.cell}: {self.excel or _short(self.result)}",
        ]
        return "\n".join(lines)

    def _repr_markdown_(self) -> str:
        return (
            f"$${self.latex}$$\n\n`{self.numbers} = {self.result!r}`\n\n"
            f"`{self.cell}: {self.excel or _short(self.result)}`"
        )


@dataclass(frozen=True, eq=False)
class Trace:
    """Every cell of one run: a rule, its points, starts and hyperparameters, and the values.

    ``values`` is a float64 array, one row per computed column (``table.computed``) by one column
    per update; ``epoch_values`` the same for a schedule's columns, by epochs.
    """

    table: Table
    points: tuple[list[float], list[float]]
    passes: int
    start: dict[str, float]
    hyper: dict[str, float]
    schedule: str | None
    values: "np.ndarray"
    epoch_values: "np.ndarray"

    @property
    def rule(self) -> str:
        """The rule's name."""
        return self.table.rule.name

    @property
    def samples(self) -> int:
        """The number of points, which is the number of updates in an epoch."""
        return len(self.points[0])

    @property
    def rows(self) -> int:
        """The number of updates."""
        return self.values.shape[1]

    def column(self, name: str) -> "np.ndarray":
        """One column's cells, in order of t: int64 for epoch, sample and t, else float64."""
        import numpy as np

        self.table.column(name)
        if name == "t":
            return np.arange(1, self.rows + 1)
        if name == "epoch":
            return np.repeat(np.arange(1, self.passes + 1), self.samples)
        if name == "sample":
            return np.tile(np.arange(1, self.samples + 1), self.passes)
        if name in POINT:
            return np.tile(np.array(self.points[POINT.index(name)]), self.passes)
        return self.values[self.table.computed.index(name)]

    def value(self, name: str, t: int) -> float:
        """The number behind a name in update ``t``: a cell, ``NAME_prev`` above it, an input."""
        if name in self.table.names:
            return _python(self.column(name)[t - 1])
        if name == "n":
            return float(self.samples)
        if not name.endswith("_prev"):
            return self.hyper[name]
        above = name.removesuffix("_prev")
        if t > 1:
            return _python(self.column(above)[t - 2])
        return self.start[above.removeprefix("new_")]

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """The table as a DataFrame, one row per update."""
        import pandas as pd

        whole = pd.DataFrame({name: self.column(name) for name in COUNTERS})
        given = pd.DataFrame({name: self.column(name) for name in POINT})
        computed = pd.DataFrame(self.values.T, columns=list(self.table.computed), copy=False)
        return pd.concat([whole, given, computed], axis=1)

    @cached_property
    def epochs(self) -> "pd.DataFrame":
        """One row per epoch.

        ``mse`` and ``rmse`` are of the epoch's rows, each error taken before its update, in units
        of y squared and of y; ``root_sum_err2`` is the lesson's figure, the root of the SUM of the
        squares; ``intercept`` and ``slope`` are the last new ones. Under a schedule its columns follow.
        """
        import numpy as np
        import pandas as pd

        with np.errstate(all="ignore"):
            total = self.column("err2").reshape(self.passes, -1).sum(axis=1)
            columns = {
                "epoch": np.arange(1, self.passes + 1),
                "mse": total / self.samples,
                "rmse": np.sqrt(total / self.samples),
                "root_sum_err2": np.sqrt(total),
            }
        last = slice(self.samples - 1, None, self.samples)
        for parameter in PARAMETERS:
            columns[parameter] = self.column(f"new_{parameter}")[last]
        if self.schedule:
            columns["lr"] = self.column("lr")[last]
            for name, cells in zip(self.table.epoch_columns, self.epoch_values, strict=True):
                columns[name.name] = cells
        return pd.DataFrame(columns)

    @property
    def final(self) -> dict[str, float]:
        """The parameters after the last update."""
        return {name: float(self.column(f"new_{name}")[-1]) for name in PARAMETERS}

    @cached_property
    def exploded(self) -> tuple[int, str] | None:
        """The first cell that is no finite number, as (t, column); None where all are."""
        import numpy as np

        bad = ~np.isfinite(self.values)
        rows = np.flatnonzero(bad.any(axis=0))
        if not len(rows):
            return None
        return int(rows[0]) + 1, self.table.computed[int(np.argmax(bad[:, rows[0]]))]

    def explain(self, row: int, column: str, letters: str = "mb") -> Explanation:
        """How the cell of update ``row`` (t, from 1) in ``column`` came about.

        Raises ValueError for a row or a column that is not there.
        """
        found = self.table.column(column)
        if isinstance(row, bool) or not isinstance(row, int) or not 1 <= row <= self.rows:
            raise ValueError(f"row must be a whole number from 1 to {self.rows}, not {row!r}")
        result = self.value(column, row)
        if found.expression is None:
            source = "counted" if column in COUNTERS else "given"
            symbols, typeset, numbers = source, rf"\text{{{source}}}", _short(result)
        else:
            symbols = infix(found.expression, lambda name: text_symbol(name, letters), TEXT)
            typeset = latex(found.expression, lambda name: latex_symbol(name, letters))
            numbers = infix(found.expression, lambda name: _short(self.value(name, row)), TEXT)
        return Explanation(
            self.rule,
            row,
            column,
            f"{text_symbol(column, letters)} = {symbols}",
            f"{latex_symbol(column, letters)} = {typeset}",
            numbers,
            result,
            formula(self.table, column, row, self.samples, self.passes),
            cell(self.table, column, row),
        )

    def to_excel(self, path: str | Path, **options: Any) -> Path:
        """Write the table as a workbook with live formulas; returns the path.

        Raises ValueError where there are more rows than a sheet has.
        """
        from gdlab.workbooks import write_trace

        return write_trace(self, path, **options)

    def summary(self) -> str:
        """One line: the rule, what it was given, where it ended or exploded."""
        given = ", ".join(f"{name}={_short(value)}" for name, value in self.hyper.items())
        updates = f"{self.rows} update" + ("s" if self.rows != 1 else "")
        if self.exploded:
            t, column = self.exploded
            end = f"exploded: {column} in row {t} is no finite number"
        else:
            end = ", ".join(f"{name} {_short(value)}" for name, value in self.final.items())
        return f"{self.rule} ({given}), {updates}: {end}"

    def _repr_html_(self) -> str:
        import html

        frame = self.frame
        return f"<p>{html.escape(self.summary())}</p>" + frame.to_html(
            index=False, max_rows=SHOWN_ROWS, float_format=lambda value: format(value, ".6g")
        )

    def __repr__(self) -> str:
        return f"<Trace {self.summary()}>"


def trace(
    rule: str | Callable,
    points: Any = None,
    *,
    epochs: int = 1,
    start: Mapping[str, float] | None = None,
    schedule: str | None = None,
    **hyper: float,
) -> Trace:
    """Run ``rule`` over ``points``, one update after every point, ``epochs`` times.

    ``rule`` is a name (see :func:`gdlab.rules`) or a registered function; ``points`` a DataFrame
    with ``x`` and ``y`` or rows of two numbers, by default the lesson's 29. ``start`` gives
    ``intercept`` and ``slope`` (default 1) and, where wanted, carried state by column name such as
    ``avg_intercept`` (default 0). ``h`` among the hyperparameters adds the finite differences
    beside the gradients. ``schedule="lesson_annealing"`` changes the rate after each epoch.

    Raises ValueError, one line that names the thing, for an unknown rule or hyperparameter, a
    value out of its limits, and points that are no finite numbers.
    """
    found = find_rule(rule)
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
        raise ValueError(f"epochs must be a whole number from 1, not {epochs!r}")
    table = table_of(found, estimates="h" in hyper, schedule=schedule)
    chosen = settings(table.hyper, hyper, found.name)
    begin = dict(table.starts)
    for name, value in (start or {}).items():
        if name not in begin:
            raise ValueError(f"start has no {name!r}; {found.name} starts from {', '.join(begin)}")
        begin[name] = number(value, f"start {name}")
    given = pairs(points)
    values, epoch_values = kernel.run(table, given, epochs, begin, chosen)
    return Trace(table, given, epochs, begin, chosen, schedule, values, epoch_values)


def _python(value: Any) -> float:
    """A NumPy scalar as Python's own number: whole counters stay whole."""
    return value.item()


def _short(value: float) -> str:
    """A number for a line of text: at most 10 digits, whole ones without a point."""
    if not math.isfinite(value):
        return str(value)
    return format(value, ".10g")
