"""A run as tables: a DataFrame of its rows, one of its epochs, and HTML."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from gdlab.core.trace import Trace

SHOWN_ROWS = 60
PRINTED = (
    "<style>@media print{.gdlab-table{max-height:none!important;overflow:visible!important}"
    ".gdlab-table table{font-size:6pt}.gdlab-table td,.gdlab-table th{padding:1px 2px}}</style>"
)


def counted_cells(
    run: "Trace", name: str, epochs: "np.ndarray", within: "np.ndarray"
) -> "np.ndarray":
    """The cells of a counter or a column of the points, by epoch and row within it, both from 0."""
    import numpy as np

    if name in run.table.point:
        values = np.array(run.points[run.table.point.index(name)])
        return np.asarray(values[counted_cells(run, "sample", epochs, within) - 1])
    counted = within + 1
    if name == "epoch":
        counted = epochs + 1
    elif name == "t":
        counted = epochs * run.samples + (within + 1)
    elif name == "sample" and run.order:
        counted = run.order_drawn[epochs * run.samples + within] + 1
    return np.asarray(counted)


def frame_of(run: "Trace") -> "pd.DataFrame":
    """The table as a DataFrame, one row per sample (per step on a surface), by t from 1.

    Counters, points and computed columns are one array each: pandas makes a frame from an array in
    a fraction of the time that it takes for single columns.
    """
    import pandas as pd

    written = run.table.computed if run.kept is None else run.kept
    counters, point = run.table.counters, run.table.point
    rows = pd.RangeIndex(1, run.rows + 1) if run.every == 1 else pd.Index(run.column("t"))
    # Without a copy, because a long table may fill the memory; on one index, or pandas looks
    # whether three are the same.
    blocks = (_given(run, counters, int), _given(run, point, float), run.values)
    parts = [pd.DataFrame(cells.T, index=rows, copy=False) for cells in blocks]
    frame = pd.concat(parts, axis=1, ignore_index=True)
    frame.columns = _names(*counters, *point, *written).view()
    if "t" in written:
        frame["t"] = run.column("t")
    return frame


@lru_cache(maxsize=64)
def _names(*columns: str) -> "pd.Index":
    import pandas as pd

    return pd.Index(columns)


def _given(run: "Trace", names: tuple[str, ...], kind: type) -> "np.ndarray":
    """The cells of counters or points, a row for each of the names."""
    import numpy as np

    cells: np.ndarray = np.empty((len(names), run.values.shape[1]), kind)
    if run.every > 1:
        for name, column in zip(names, cells, strict=True):
            column[:] = run.column(name)
        return cells
    # As epochs by samples: most of these columns repeat along one of the two axes.
    epochs, within = np.arange(run.n_epochs)[:, None], np.arange(run.samples)
    for name, column in zip(names, cells, strict=True):
        column.reshape(run.n_epochs, -1)[:] = counted_cells(run, name, epochs, within)
    return cells


def epochs_of(run: "Trace") -> "pd.DataFrame":
    """One row per epoch, from 1, with the columns that ``Trace.epochs`` explains."""
    import numpy as np
    import pandas as pd

    table = run.table
    columns: dict[str, Any] = {"epoch": np.arange(1, run.n_epochs + 1)}
    last = slice(run.samples - 1, None, run.samples)
    if table.point:
        with np.errstate(all="ignore"):
            # Added one by one, as a loop does; NumPy's sum adds in another order.
            losses = run.column(table.loss).reshape(run.n_epochs, -1)
            total = np.add.accumulate(losses, axis=1)[:, -1]
            figures = {
                "mean_loss": total / run.samples,
                "mse": total / run.samples,
                "rmse": np.sqrt(total / run.samples),
                "root_sum_err2": np.sqrt(total),
            }
        columns |= {name: figures[base] for base, name in table.measures.items()}
    else:
        columns[table.loss] = run.column(table.loss)[last]
    for parameter in table.parameters:
        columns[parameter] = run.column(table.carrier(parameter))[last]
    if table.schedule:
        columns[table.rate] = run.column(table.rate)[last]
        for column, cells in zip(table.epoch_columns, run.epoch_values, strict=True):
            columns[column.name] = cells
    return pd.DataFrame(columns, index=pd.RangeIndex(1, run.n_epochs + 1))


def html_of(run: "Trace") -> str:
    """The summary and the rows as HTML; a long table shows only its first and last rows."""
    import html

    rows = run.frame.to_html(
        index=False,
        max_rows=SHOWN_ROWS,
        float_format=lambda value: format(value, ".6g"),
    )
    # A long table scrolls in its own box on the screen, and is printed in full.
    scroll = 'class="gdlab-table" style="max-height:26em;overflow:auto"'
    frame = f"{PRINTED}<div {scroll}>{rows}</div>"
    left_out = len(run.frame) - SHOWN_ROWS
    note = f"<p>{left_out:,} rows in the middle are not shown.</p>" if left_out > 0 else ""
    return f"<p>{html.escape(run.summary())}</p>{frame}{note}"
