"""``trace``: run a rule over the points and keep every cell."""

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdlab import kernel
from gdlab.assembly import EXTRAS, Plan, table_of
from gdlab.columns import POINT, Table
from gdlab.dialects.infix import TEXT, infix
from gdlab.dialects.latex import latex
from gdlab.layout import cell, formula
from gdlab.points import number, pairs
from gdlab.registry import Rule, find_rule, settings
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
    per row of the table; ``epoch_values`` the same for a schedule's columns, by epochs.
    ``options`` holds what else :func:`trace` was given (``batch_size`` stands in ``hyper``);
    ``order`` the samples of a shuffled run, from 0, row by row.
    """

    table: Table
    points: tuple[list[float], list[float]]
    passes: int
    samples: int
    start: dict[str, float]
    hyper: dict[str, float]
    options: dict[str, Any]
    order: list[int]
    values: "np.ndarray"
    epoch_values: "np.ndarray"

    @property
    def rule(self) -> str:
        """The rule's name."""
        return self.table.rule.name

    @property
    def schedule(self) -> str | None:
        """The schedule's name."""
        return self.options.get("schedule")

    @property
    def rows(self) -> int:
        """The number of rows: of updates, where every batch is one sample."""
        return self.values.shape[1]

    def column(self, name: str) -> "np.ndarray":
        """One column's cells from the top: int64 for counters, else float64."""
        import numpy as np

        self.table.column(name)
        if name in self.table.computed:
            cells = self.values[self.table.computed.index(name)]
            return cells.astype(np.int64) if name == "t" else cells
        if name == "t":
            return np.arange(1, self.rows + 1)
        if name == "epoch":
            return np.repeat(np.arange(1, self.passes + 1), self.samples)
        if name == "sample" and self.order:
            return np.array(self.order) + 1
        if name in ("sample", "position"):
            return np.tile(np.arange(1, self.samples + 1), self.passes)
        given = np.array(self.points[POINT.index(name)])
        return given[self.order] if self.order else np.tile(given, self.passes)

    def value(self, name: str, row: int) -> float:
        """The number behind a name in a row (from 1): a cell, ``NAME_prev`` above it, an input."""
        if name in self.table.names:
            return self.column(name)[row - 1].item()
        if name == "n":
            return float(self.samples)
        if not name.endswith("_prev"):
            return self.hyper["lr" if name == "start_lr" else name]
        above = name.removesuffix("_prev")
        if row > 1:
            return self.column(above)[row - 2].item()
        start = above.removeprefix("new_")
        return self.start[start] if start in self.start else self.table.counts[start]

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """The table as a DataFrame, one row per sample (per step on a surface)."""
        import pandas as pd

        given = (*self.table.counters, *self.table.point)
        whole = pd.DataFrame({name: self.column(name) for name in given})
        computed = pd.DataFrame(self.values.T, columns=list(self.table.computed), copy=False)
        if "t" in self.table.computed:
            computed["t"] = self.column("t")
        return pd.concat([whole, computed], axis=1)

    @cached_property
    def epochs(self) -> "pd.DataFrame":
        """One row per epoch.

        ``mse`` and ``rmse`` are of the epoch's rows, each error taken before its update, in units
        of y squared and of y; ``root_sum_err2`` is the lesson's figure, the root of the SUM of the
        squares; ``intercept`` and ``slope`` are the last new ones. Under a schedule its columns
        follow. A surface has one epoch, with its last ``loss``.
        """
        import numpy as np
        import pandas as pd

        columns: dict[str, Any] = {"epoch": np.arange(1, self.passes + 1)}
        last = slice(self.samples - 1, None, self.samples)
        if self.table.point:
            with np.errstate(all="ignore"):
                total = self.column("err2").reshape(self.passes, -1).sum(axis=1)
                columns["mse"] = total / self.samples
                columns["rmse"] = np.sqrt(total / self.samples)
                columns["root_sum_err2"] = np.sqrt(total)
        else:
            columns["loss"] = self.column("loss")[last]
        for parameter in self.table.parameters:
            columns[parameter] = self.column(f"new_{parameter}")[last]
        if self.table.schedule:
            columns["lr"] = self.column("lr")[last]
            for column, cells in zip(self.table.epoch_columns, self.epoch_values, strict=True):
                columns[column.name] = cells
        return pd.DataFrame(columns)

    @property
    def final(self) -> dict[str, float]:
        """The parameters after the last update."""
        return {name: float(self.column(f"new_{name}")[-1]) for name in self.table.parameters}

    @cached_property
    def exploded(self) -> tuple[int, str] | None:
        """The first cell that is no finite number, as (row, column); None where all are."""
        import numpy as np

        bad = ~np.isfinite(self.values)
        rows = np.flatnonzero(bad.any(axis=0))
        if not len(rows):
            return None
        return int(rows[0]) + 1, self.table.computed[int(np.argmax(bad[:, rows[0]]))]

    def explain(self, row: int, column: str, letters: str = "mb") -> Explanation:
        """How the cell of ``row`` (from 1) in ``column`` came about.

        Raises ValueError for a row or a column that is not there.
        """
        found = self.table.column(column)
        if isinstance(row, bool) or not isinstance(row, int) or not 1 <= row <= self.rows:
            raise ValueError(f"row must be a whole number from 1 to {self.rows}, not {row!r}")
        result = self.value(column, row)
        if found.expression is None:
            source = "given" if column in self.table.point else "counted"
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
            index=False,
            max_rows=SHOWN_ROWS,
            float_format=lambda value: format(value, ".6g"),
        )

    def __repr__(self) -> str:
        return f"<Trace {self.summary()}>"


def trace(
    rule: str | Callable,
    points: Any = None,
    *,
    epochs: int = 1,
    start: Mapping[str, float] | None = None,
    batch_size: int | str = 1,
    shuffle: bool | str = False,
    seed: int = 0,
    schedule: str | None = None,
    switch: Mapping[str, Any] | None = None,
    surface: str | None = None,
    steps: int | None = None,
    **hyper: float,
) -> Trace:
    """Run ``rule`` over ``points``, one row per sample, ``epochs`` times.

    ``rule`` is a name (see :func:`gdlab.rules`) or a registered function; ``points`` a DataFrame
    with ``x`` and ``y`` or rows of two numbers, by default the lesson's 29. ``start`` gives
    ``intercept`` and ``slope`` (default 1) and, where wanted, carried state by column name such as
    ``avg_intercept`` (default 0).

    ``batch_size``: samples per update, or ``"full"``. ``shuffle``: True draws each epoch's order
    anew without replacement, ``"replacement"`` draws every sample from all, both by ``seed``.
    ``schedule`` names a function of :mod:`gdlab.schedules` and makes ``lr`` a column. ``switch``,
    ``{"at_epoch": 3, "to": "momentum"}``, goes on with another rule from that epoch; its
    hyperparameters may stand beside (``"lr": 0.0001``). ``surface`` names a function of
    :mod:`gdlab.surfaces` to descend instead of the line, for ``steps`` updates.

    Among the hyperparameters, ``h`` adds finite differences beside the gradients, ``max_norm`` and
    ``max_value`` clip the gradient, and ``weight_decay`` adds L2 decay to a rule without its own.

    Raises ValueError, one line that names the thing, for an unknown rule or hyperparameter, a
    value out of its limits, and points that are no finite numbers.
    """
    found = find_rule(rule)
    _whole("epochs", epochs)
    other, switched = _switch(switch)
    plan = Plan(
        extras=frozenset(EXTRAS).intersection(hyper),
        batches=batch_size != 1,
        shuffled=_shuffled(shuffle),
        schedule=schedule,
        switch_to=other,
        surface=surface,
    )
    table = table_of(found, plan)
    if surface is None:
        if steps is not None:
            raise ValueError("steps goes with a surface; on the line give epochs")
        given = pairs(points)
        samples = len(given[0])
    else:
        if points is not None or epochs != 1:
            raise ValueError("a surface has no points and no epochs; give steps")
        given = ([], [])
        samples = _whole("steps", 100 if steps is None else steps)
    if plan.batches:
        hyper["batch_size"] = samples if batch_size == "full" else _whole("batch_size", batch_size)
    chosen = settings(table.hyper, hyper | switched, found.name)
    begin = dict(table.starts)
    for name, value in (start or {}).items():
        if name not in begin:
            raise ValueError(f"start has no {name!r}; {found.name} starts from {', '.join(begin)}")
        begin[name] = number(value, f"start {name}")
    order = _order(shuffle, seed, epochs, samples)
    values, epoch_values = kernel.run(table, given, epochs, samples, order, begin, chosen)
    options = {
        name: value
        for name, value, default in (
            ("shuffle", shuffle, False),
            ("seed", seed, 0),
            ("schedule", schedule, None),
            ("switch", switch, None),
            ("surface", surface, None),
        )
        if value != default
    }
    return Trace(
        table,
        given,
        epochs,
        samples,
        begin,
        chosen,
        options,
        order,
        values,
        epoch_values,
    )


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        also = ' or "full"' if name == "batch_size" else ""
        raise ValueError(f"{name} must be a whole number from 1{also}, not {value!r}")
    return int(value)


def _shuffled(shuffle: Any) -> bool:
    if shuffle not in (False, True, "replacement"):
        raise ValueError(f"shuffle must be True, False or 'replacement', not {shuffle!r}")
    return bool(shuffle)


def _order(shuffle: bool | str, seed: int, epochs: int, samples: int) -> list[int]:
    """The samples of a shuffled run, row by row; empty where the points come in their order."""
    if not shuffle:
        return []
    draw = random.Random(seed)
    if shuffle == "replacement":
        return [draw.randrange(samples) for _ in range(epochs * samples)]
    return [place for _ in range(epochs) for place in draw.sample(range(samples), samples)]


def _switch(switch: Mapping[str, Any] | None) -> tuple[Rule | None, dict[str, float]]:
    """The rule to switch to and its settings by their names in the table."""
    if switch is None:
        return None, {}
    wanted = 'switch must be like {"at_epoch": 3, "to": "momentum"}'
    if not hasattr(switch, "keys") or not {"at_epoch", "to"} <= set(switch):
        raise ValueError(wanted)
    other = find_rule(switch["to"])
    own = {name: value for name, value in switch.items() if name not in ("at_epoch", "to")}
    settings(other.hyper, own, other.name)
    given = {f"{name}_after": value for name, value in own.items()}
    return other, given | {"at_epoch": _whole("at_epoch", switch["at_epoch"])}


def _short(value: float) -> str:
    """A number for a line of text: at most 10 digits, whole ones without a point."""
    if not math.isfinite(value):
        return str(value)
    return format(value, ".10g")
