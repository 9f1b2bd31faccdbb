"""``sweep``: run a rule over a grid of hyperparameters and starts, one number per run."""

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdlab.core.columns import Table
from gdlab.core.explanation import short
from gdlab.core.files import replacing
from gdlab.core.model import LINE
from gdlab.core.points import least_squares, number
from gdlab.core.progress import progress
from gdlab.core.run import Run, prepare
from gdlab.core.suggest import unknown
from gdlab.core.symbols import refusal
from gdlab.core.trace import Trace, trace
from gdlab.studies.sweeps.best import LONGER, best_index
from gdlab.studies.sweeps.lanes import in_lanes, lanes_text, numbers, shared_and_lanes
from gdlab.studies.sweeps.measures import MEASURES, lines_of
from gdlab.studies.sweeps.work import Work, compute_all

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from gdlab.studies.sweeps.maps import Map

MOST_RUNS = 2**31  # 16 GiB
ROWS_AT_ONCE = 1_000_000
# Settings that decide which rows and columns there are, not a number in them.
NOT_SWEPT = ("batch_size", "at_epoch", "epochs", "steps", "seed")


@dataclass(frozen=True, eq=False)
class Sweep:
    """One number for every run of a grid.

    ``over`` holds the swept names with their values, ``values`` the measure as a float64 array
    with one axis per swept name, in their order. ``points`` and ``settings`` are what else
    :func:`sweep` was given; ``rows`` are those of each run.
    """

    rule: str | Callable
    points: Any
    over: dict[str, "np.ndarray"]
    measure: str
    settings: dict[str, Any]
    values: "np.ndarray"
    rows: int
    table: Table

    @property
    def runs(self) -> int:
        """The number of runs."""
        return self.values.size

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """One row per run: a column per swept name, and one named after the measure."""
        return self._rows(0, self.runs)

    def _rows(self, first: int, last: int) -> "pd.DataFrame":
        import numpy as np
        import pandas as pd

        indices = np.unravel_index(np.arange(first, last), self.values.shape)
        columns = {
            name: values[k] for (name, values), k in zip(self.over.items(), indices, strict=True)
        }
        return pd.DataFrame({**columns, self.measure: self.values[indices]})

    @property
    def best(self) -> dict[str, float] | None:
        """The swept values and the measure of the best run.

        It is the smallest number that the neighbours in the grid and three times as many epochs
        bear out, not a single cell that came out small by chance; of ``exploded_at`` a run that
        never did, else the latest. None where no run has a finite number.
        """
        if self.best_index is None:
            return None
        return self._chosen(self.best_index) | {self.measure: self.values[self.best_index].item()}

    @cached_property
    def best_index(self) -> tuple[int, ...] | None:
        """The indices (from 0) of the best run in the values of each swept name."""
        import numpy as np

        if self.measure != "exploded_at":
            return best_index(self.values, self._later)
        never = np.isnan(self.values)
        k = int(np.argmax(never if never.any() else self.values))
        return tuple(map(int, np.unravel_index(k, self.values.shape)))

    def _later(self, *indices: int) -> float:
        """The measure of one run after three times as many epochs."""
        if self.measure == "epochs_to_threshold":
            return self.values[indices].item()
        over = {name: [value] for name, value in self._chosen(indices).items()}
        longer = {**self.settings, "epochs": LONGER * self.settings.get("epochs", 1)}
        later = sweep(self.rule, self.points, over=over, measure=self.measure, **longer)
        return later.values.item()

    def _chosen(self, indices: tuple[int, ...]) -> dict[str, float]:
        return {
            name: values[k].item()
            for (name, values), k in zip(self.over.items(), indices, strict=True)
        }

    def arguments(self, *indices: int) -> dict[str, Any]:
        """What :func:`gdlab.trace` is given for one run: its indices in the values of each name."""
        if len(indices) != len(self.over):
            raise ValueError(f"give an index for each of {', '.join(self.over)}")
        for k, (name, values) in zip(indices, self.over.items(), strict=True):
            if not (isinstance(k, Integral) and -len(values) <= k < len(values)):
                raise ValueError(f"{name} has indices 0 to {len(values) - 1}, not {k!r:.40}")
        chosen = self._chosen(indices)
        starts = {name: value for name, value in chosen.items() if name in self.table.starts}
        given = {**self.settings, **{n: v for n, v in chosen.items() if n not in starts}}
        if starts:
            given["start"] = {**(self.settings.get("start") or {}), **starts}
        return given

    def trace(self, *indices: int) -> Trace:
        """The whole table of one run, by its indices (from 0) in the values of each swept name.

        Raises ValueError for indices that are not there.
        """
        return trace(self.rule, self.points, **self.arguments(*indices))

    def to_parquet(self, path: str | Path) -> Path:
        """Write the rows of :attr:`frame` to a file, a million at a time; returns the path."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        fields = [pa.field(name, pa.float64()) for name in (*self.over, self.measure)]
        with replacing(path) as beside, pq.ParquetWriter(beside, pa.schema(fields)) as writer:
            for rows in self._in_parts():
                writer.write_table(pa.Table.from_pandas(rows, preserve_index=False))
        return Path(path)

    def to_csv(self, path: str | Path) -> Path:
        """Write the rows of :attr:`frame` as comma-separated text; returns the path."""
        with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="\n") as out:
            for k, rows in enumerate(self._in_parts()):
                rows.to_csv(out, index=False, header=not k, na_rep="nan")
        return Path(path)

    def _in_parts(self) -> "Iterator[pd.DataFrame]":
        runs = self.runs
        with progress("Writing", runs) as advance:
            for first in range(0, runs, ROWS_AT_ONCE):
                yield (rows := self._rows(first, min(first + ROWS_AT_ONCE, runs)))
                advance(len(rows))

    def plot(self) -> "Map":
        """Draw the measure over one or two swept names, and the edge of divergence.

        In a notebook a click on a cell opens that run's sheet; ``.figure`` is matplotlib's own.

        Raises ValueError for a sweep over more names.
        """
        from gdlab.studies.sweeps.maps import draw

        if not _in_notebook():
            return draw(self)
        from gdlab.studies.sweeps.map_widget import ClickableMap

        return draw(self, ClickableMap)

    def __repr__(self) -> str:
        grid = " x ".join(f"{len(values)} {name}" for name, values in self.over.items())
        best = self.best and ", ".join(f"{name}={short(v)}" for name, v in self.best.items())
        return f"<Sweep {self.measure} of {grid}, best: {best}>"


def _in_notebook() -> bool:
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")


def sweep(
    rule: str | Callable,
    points: Any = None,
    *,
    over: Mapping[str, Iterable[float]],
    measure: str | None = None,
    threshold: float = 1.0,
    **settings: Any,
) -> Sweep:
    """Run ``rule`` once for every combination of the values in ``over``; keep one number per run.

    ``over`` maps hyperparameters, and starts such as ``intercept``, to their values; all other
    arguments are those of :func:`gdlab.trace` and hold for every run. ``measure``, by default rmse
    where the loss is a squared error and else loss:

    ``"loss"``
        the mean of the last epoch's losses;
    ``"rmse"``
        of the last epoch's rows, as in ``Trace.epochs``, in units of y;
    ``"epochs_to_threshold"``
        the first epoch whose rmse is not over ``threshold``; nan where there is none;
    ``"exploded_at"``
        the first row with a cell that is not a finite number, as in ``Trace.exploded``; nan: none;
    ``"distance"``
        from the last (intercept, slope) to that of the least squares line.

    The numbers are those of :func:`gdlab.trace`, bit for bit. The runs go through joblib: to all
    cores of this machine, or wherever ``joblib.parallel_config`` sends them. Raises ValueError,
    one line, as :func:`gdlab.trace` does.
    """
    values = _values(over)
    job = _job(rule, points, values, settings)
    if measure is None:
        measure = "rmse" if job.table.model.squared_error else "loss"
    if measure not in MEASURES:
        raise ValueError(unknown(f"no measure is called {measure!r:.40}", measure, MEASURES))
    _refuse_measure(measure, job.table)
    lines = lines_of(measure, job.table)
    inputs = {"_threshold": number(threshold, "threshold"), "_never": math.nan}
    if measure == "distance":
        inputs |= dict(zip(lines.inputs, least_squares(job.points), strict=True))
    shared, lanes = shared_and_lanes(job.table, {name: len(v) for name, v in values.items()})
    start_of = {**job.start, **job.table.epoch_starts, **job.hyper}
    work = Work(
        text=lanes_text(job.table, shared, lanes, lines),
        swept=tuple(values[name] for name in (*shared, *lanes)),
        fast=math.prod(len(values[name]) for name in lanes),
        epochs=job.n_epochs,
        samples=job.samples,
        points=job.points,
        order=job.order,
        numbers=tuple(start_of[name] for name in numbers(job.table))
        + tuple(inputs[name] for name in lines.inputs),
        kept=len(in_lanes(job.table, lanes, lines)),
    )
    with progress(f"{work.runs:,} runs", work.runs) as advance:
        found = compute_all(work, advance)
    grid = found.reshape([len(values[name]) for name in (*shared, *lanes)])
    order = [(*shared, *lanes).index(name) for name in values]
    values_of = grid.transpose(order)
    return Sweep(rule, points, values, measure, settings, values_of, work.rows, job.table)


def _values(over: Any) -> dict[str, "np.ndarray"]:
    """The swept values as float64 arrays; ValueError that names the one which is not a number."""
    if not hasattr(over, "items") or not over:
        raise ValueError("over must be like {'lr': [0.01, 0.1]}, with at least one name")
    found = {}
    for name, given in over.items():
        if not isinstance(name, str):
            raise ValueError(f"over {name!r:.40} must be the name of a hyperparameter or a start")
        try:
            several = list(given)
        except TypeError:
            raise ValueError(f"over {name!r:.40} must be a list of numbers") from None
        if not several:
            raise ValueError(f"over {name!r:.40} has no values")
        found[name] = _floats(given, several, f"over {name!r:.40}: value")
    runs = math.prod(map(len, found.values()))
    if runs > MOST_RUNS:
        raise ValueError(f"{runs:,} runs are more than fit in memory; make several sweeps of them")
    return found


def _floats(given: Any, several: list[Any], where: str) -> "np.ndarray":
    import numpy as np

    row_of_floats = isinstance(given, np.ndarray) and given.ndim == 1 and given.dtype == float
    # Such a row needs no look at each of its numbers by itself.
    if row_of_floats and np.isfinite(given).all():
        return given.copy()
    return np.array([number(one, f"{where} {i}") for i, one in enumerate(several, 1)])


def _refuse_measure(measure: str, table: Table) -> None:
    """ValueError for a measure that a model does not have."""
    if not table.point and measure != "exploded_at":
        raise ValueError(f"measure {measure} is one of points; on a surface take exploded_at")
    if measure == "rmse" and not table.model.squared_error:
        raise ValueError(f"measure rmse is one of squared errors; of {table.model.name} take loss")
    if measure == "distance" and table.model.name != LINE:
        raise ValueError("measure distance is one of the line; take loss")


def _job(
    rule: str | Callable,
    points: Any,
    values: Mapping[str, "np.ndarray"],
    settings: Mapping[str, Any],
) -> Run:
    """The first run's job, with every swept value checked."""
    for name in values:
        if name in NOT_SWEPT:
            raise ValueError(f"{name} cannot be swept; make one sweep for each")
        if name in settings:
            raise ValueError(f"{name} is swept over; do not also give it a value")
    first = {name: several[0].item() for name, several in values.items()}
    # A start is one of the table's, which does not depend on the numbers in it.
    table = prepare(rule, points, **settings).table
    for one in table.inputs:
        if one.after and one.name in values:
            raise ValueError(f"{one.name} cannot be swept; make one sweep for each")
    starts = {name: value for name, value in first.items() if name in table.starts}
    hyper = {name: value for name, value in first.items() if name not in starts}
    given = dict(settings)
    if starts and hasattr(given.get("start", {}), "keys"):
        given["start"] = {**(given.get("start") or {}), **starts}
    job = prepare(rule, points, **given, **hyper)
    for name in hyper:
        # A hyperparameter's limits are two ends, so the least and the largest value tell.
        for value in (values[name].min().item(), values[name].max().item()):
            why = refusal(name, value, job.table.part(name).base)
            if why:
                raise ValueError(f"over {name}: {why}")
    return job
