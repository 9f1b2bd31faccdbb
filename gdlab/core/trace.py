"""``trace`` runs a rule and keeps every cell; a :class:`Trace` shows and writes the cells."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdlab.core import engine
from gdlab.core.columns import ABOVE, COUNT, OWN
from gdlab.core.explanation import Explanation, explain_cell, short
from gdlab.core.frames import counted_cells, epochs_of, frame_of, html_of
from gdlab.core.model import mean_loss
from gdlab.core.outcome import far_off, hardly_moved, way_out
from gdlab.core.points import whole
from gdlab.core.rates import FIND, FoundRate, find_rate
from gdlab.core.registry import Rule
from gdlab.core.run import Run, check_size, prepare
from gdlab.core.scales import unscaled
from gdlab.core.symbols import refuse_letters
from gdlab.core.theory import ROUNDING
from gdlab.core.writers import writer

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Trace(Run):
    """Every cell of one run: a rule, its points, starts and hyperparameters, and the values.

    ``values`` is a float64 array, one row per computed column (``table.computed``) by one column
    per row of the table; ``epoch_values`` the same for a schedule's columns, by epochs. ``ends``
    are the last parameters. ``kept`` names the columns of a run that kept only a part, each
    ``every``-th row of them; methods that need whole rows then raise ValueError. ``found`` is the
    rate that ``lr="find"`` has found.
    """

    values: "np.ndarray"
    epoch_values: "np.ndarray"
    ends: tuple[float, ...]
    kept: tuple[str, ...] | None = None
    every: int = 1
    found: FoundRate | None = None

    @property
    def rule(self) -> str:
        """The rule's name."""
        return self.table.rule.name

    @property
    def schedule(self) -> str | None:
        """The schedule's name."""
        return self.options.get("schedule")

    @property
    def updates(self) -> int:
        """The number of updates: one per batch, including the shorter last batch of an epoch."""
        return self.n_epochs * -(-self.samples // int(self.hyper.get("batch_size", 1)))

    def column(self, name: str, first: int = 0, last: int | None = None) -> "np.ndarray":
        """One column's kept cells from the top: int64 for counters, else float64.

        ``first`` and ``last`` choose a part of them, as in a slice.
        """
        import numpy as np

        self.table.column(name)
        written = self.table.computed if self.kept is None else self.kept
        if name in written:
            cells: np.ndarray = self.values[written.index(name)][first:last]
            return cells.astype(np.int64) if name == "t" else cells
        if name in self.table.computed:
            raise ValueError(f"this run kept no {name}; name it in columns=")
        rows = range(self.every - 1, self.rows, self.every)[first:last]
        counted = np.arange(rows.start, rows.stop, rows.step)
        return counted_cells(self, name, *np.divmod(counted, self.samples))

    @cached_property
    def order_drawn(self) -> "np.ndarray":
        """The samples of a shuffled run in order, from 0; empty if the run is not shuffled."""
        import numpy as np

        return np.array(self.order, dtype=np.int64)

    def value(self, name: str, row: int) -> float:
        """The number that a name stands for in a row (from 1): a cell, the cell above, or an input.

        ``NAME_prev`` is the cell above. Raises ValueError for a row or a name that does not exist.
        """
        self._need_whole()
        self._check_row(row)
        kind, found = self.table.resolve(name)
        if kind == OWN:
            return self._cell(found, row)
        if kind == COUNT:
            return float(self.samples)
        if kind == ABOVE:
            return self._cell(found, row - 1) if row > 1 else self._above_first(found)
        if found == self.table.start_rate:
            found = self.table.rate
        if found not in self.hyper:
            self.table.column(found)
        return self.hyper[found]

    def _cell(self, column: str, row: int) -> float:
        found: float = self.column(column)[row - 1].item()
        return found

    def _above_first(self, column: str) -> float:
        """The start of a column, which is above row 1."""
        for start, value in (self.start | self.table.counts).items():
            if self.table.carrier(start) == column:
                return value
        if column in self.start:
            return self.start[column]
        raise ValueError(f"nothing stands above {column} in row 1")

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """The table as a DataFrame, one row per sample (or step on a surface), indexed by t."""
        return frame_of(self)

    @cached_property
    def epochs(self) -> "pd.DataFrame":
        """One row per epoch, counted from 1.

        ``mse`` and ``rmse`` are of the epoch's rows, each error taken before its update, in units
        of y squared and of y; ``root_sum_err2`` is the lesson's figure, the root of the SUM of the
        squares. A model whose loss is not a squared error has ``mean_loss`` instead. Parameters are
        those after the epoch. The columns of a schedule follow. A surface has one epoch, with its
        last loss.
        """
        self._need_whole()
        return epochs_of(self)

    @property
    def final(self) -> dict[str, float]:
        """The parameters after the last update."""
        return dict(zip(self.table.parameters, self.ends, strict=True))

    @property
    def final_unscaled(self) -> dict[str, float]:
        """The parameters after the last update in the points' own units; empty without a scale."""
        return unscaled(self.table.model, self.hyper | self.final)

    @cached_property
    def exploded(self) -> tuple[int, str] | None:
        """The first cell that is not a finite number, as (row, column); None if all are finite."""
        import numpy as np

        self._need_whole()
        bad = ~np.isfinite(self.values)
        rows = np.flatnonzero(bad.any(axis=0))
        if not len(rows):
            return None
        return int(rows[0]) + 1, self.table.computed[int(np.argmax(bad[:, rows[0]]))]

    @property
    def diverged(self) -> bool:
        """Whether the last epoch's mean loss is above the start's, or is not finite.

        On a surface the last loss counts.
        """
        begin, end = self._begin_and_end
        return not end <= begin * (1 + ROUNDING)

    @cached_property
    def _begin_and_end(self) -> tuple[float, float]:
        """The mean loss over all points at the start, and that of the last epoch."""
        import numpy as np

        self._need_whole()
        loss = self.column(self.table.loss)
        if not self.table.point:
            return loss[0].item(), loss[-1].item()
        constants = {name: self.hyper[name] for name in self.table.model.constants}
        start = {name: self.start[name] for name in self.table.parameters}
        with np.errstate(all="ignore"):
            begin = mean_loss(self.table.model, self.points, start | constants)
            return float(begin), float(loss[-self.samples :].mean())

    @property
    def _worse(self) -> str:
        squared = self.table.model.squared_error
        begin, end = (value**0.5 if squared else value for value in self._begin_and_end)
        name = "rmse" if squared else "loss"
        return f"{name} {begin:.3g} at the start, {end:.3g} in the last epoch"

    def explain(self, row: int, column: str, letters: str = "mb") -> Explanation:
        """Explain how the cell in ``row`` (from 1) and ``column`` is computed.

        Raises ValueError for a row, a column or ``letters`` that do not exist.
        """
        self.table.column(column)
        self._check_row(row)
        refuse_letters(letters)
        return explain_cell(self.table, int(row), column, self.value, self.samples, letters)

    def _need_whole(self) -> None:
        if self.kept is not None:
            raise ValueError(
                "this run kept less than its table; trace it without columns= and every="
            )

    def _check_row(self, row: Any) -> None:
        whole = isinstance(row, Integral) and not isinstance(row, bool)
        if not whole or not 1 <= row <= self.rows:
            more = "epochs" if self.table.point else "steps"
            raise ValueError(
                f"row must be a whole number from 1 to {self.rows}, not {row!r:.40}; "
                f"more {more} make more rows"
            )

    def to_excel(self, path: str | Path, **options: Any) -> Path:
        """Write the table as a workbook with live formulas; returns the path.

        Raises ValueError if there are more rows than a sheet can have.
        """
        self._need_whole()
        return writer("to_excel")(self, path, **options)

    def to_html(self, path: str | Path) -> Path:
        """Write the table as a web page that computes by itself; returns the path.

        Raises ValueError if there are more rows than a page can hold.
        """
        self._need_whole()
        return writer("to_html")({self.rule: self}, path)

    def to_film(self, path: str | Path) -> Path:
        """Write the path across the loss as a film, .gif or (if ffmpeg is installed) .mp4.

        Raises ValueError for another ending, and if the file cannot be written.
        """
        self._need_whole()
        return writer("to_film")(self, path)

    def summary(self) -> str:
        """One line: the rule, its hyperparameters, and where it ended or exploded."""
        given = ", ".join(f"{name}={short(value)}" for name, value in self.hyper.items())
        updates = f"{self.updates} update" + ("s" if self.updates != 1 else "")
        if self.updates != self.rows:
            updates = f"{self.rows} rows, {updates}"
        if self.kept is None and self.exploded:
            t, column = self.exploded
            end = f"exploded: {column} in row {t} is not a finite number"
        else:
            end = ", ".join(f"{name} {short(value)}" for name, value in self.final.items())
            own = self.final_unscaled
            if own:
                unscaled_text = ", ".join(f"{name} {short(value)}" for name, value in own.items())
                end += f" (in the points' units: {unscaled_text})"
        advice = self.advice
        return f"{self.rule} ({given}), {updates}: {end}" + (f"; {advice}" if advice else "")

    @cached_property
    def advice(self) -> str:
        """Advice for a run that ends worse than it began or hardly moved; else empty."""
        if self.kept is not None:
            return ""
        if self.exploded:
            return way_out(self)
        if self.diverged:
            worse = f"ends worse than it began: {self._worse}"
            return f"{worse}; {way_out(self)}" if far_off(self, self.ends) else worse
        return hardly_moved(self, self.ends)

    def _repr_html_(self) -> str:
        return html_of(self)

    def __repr__(self) -> str:
        return f"<Trace {self.summary()}>"


def trace(
    rule: str | Callable[..., object] | Rule,
    points: Any = None,
    *,
    columns: Sequence[str] | None = None,
    every: int = 1,
    **options: Any,
) -> Trace:
    """Run ``rule`` over ``points``, one row per sample, ``epochs`` times.

    Args:
        rule: a name (see :func:`gdlab.rules`), a registered function, or a rule that was read.
        points: a DataFrame with the model's columns, ``x`` and ``y`` for the line, or rows of as
            many numbers; by default the lesson's 29.
        epochs: the number of passes over the points.
        start: the starts of parameters such as ``intercept`` and ``slope`` (default 1), and of
            carried state by column name such as ``avg_intercept`` (default 0).
        batch_size: samples per update, or ``"full"``.
        shuffle: True reshuffles every epoch, ``"replacement"`` draws every sample from all points.
        seed: the seed of ``shuffle``.
        schedule: a function of :mod:`gdlab.formulas.schedules`, by name; it makes ``lr`` a column.
        switch: ``{"at_epoch": 3, "to": "momentum"}`` goes on with another rule from that epoch;
            its hyperparameters may be given beside it (``"lr": 0.0001``).
        surface: a function of :mod:`gdlab.formulas.surfaces`, by name, to minimize instead of the
            line's loss.
        steps: the number of updates on a surface.
        model: a model to fit instead of the line, by its name or itself (:mod:`gdlab.core.model`).
        scale: ``"standard"`` or ``"minmax"`` scales every column of the points (not a label),
            ``{"x": "standard"}`` some of them, in further columns (:mod:`gdlab.core.scales`).
        columns: the only columns to keep of a long run.
        every: keep only each ``every``-th row.
        hyper: hyperparameters, and the model's constants; ``lr="find"`` looks for a rate first
            (:func:`gdlab.find_rate`). ``h`` adds finite differences beside
            the gradients, ``max_norm`` and ``max_value`` clip the gradient, ``weight_decay`` adds
            L2 decay to a rule without its own.

    Raises ValueError, with a message of one line, for an unknown rule or hyperparameter, a value
    out of its limits, and points that are not finite numbers.
    """
    found = find_rate(rule, points, **options) if options.get("lr") == FIND else None
    if found:
        options["lr"] = found.lr
    run = prepare(rule, points, **options)
    table, kept = run.table, None
    if columns is not None or whole("every", every) > 1:
        for name in table.names if columns is None else columns:
            table.column(name)
        asked = table.computed if columns is None else columns
        kept = tuple(name for name in table.computed if name in asked)
    check_size(run.rows // every, len(table.computed if kept is None else kept))
    values, epoch_values, ends = engine.run(run, kept, every)
    return Trace(
        **vars(run),
        values=values,
        epoch_values=epoch_values,
        ends=ends,
        kept=kept,
        every=every,
        found=found,
    )


def _whole_signature() -> inspect.Signature:
    """The signature of ``trace``, with the options of a run from ``prepare``."""
    options = inspect.signature(prepare)
    own = inspect.signature(trace).parameters
    *before, hyper = options.parameters.values()
    return options.replace(
        parameters=[*before, own["columns"], own["every"], hyper], return_annotation=Trace
    )


trace.__signature__ = _whole_signature()  # type: ignore[attr-defined]
