"""What a page has to show of a run, computed from the run by NumPy."""

import numpy as np

from gdlab.core.model import mean_loss
from gdlab.core.trace import Trace
from gdlab.excel.errors import errors_of

SIDE = 48
REACH = 10.0
CODES = np.array([0, np.nan, np.inf])


def cells(run: Trace) -> np.ndarray:
    """All columns of a run's sheet in their order."""
    table = np.array([run.column(name) for name in run.table.names], dtype=float)
    if run.exploded is None:
        return table
    errors = errors_of(run)
    if errors is not None:
        for place, name in enumerate(run.table.names):
            if name in errors.rows:
                found = errors.rows[name]
                tail = table[place, errors.first - 1 :]
                tail[found > 0] = CODES[found[found > 0]]
    return table


def loss_grid(run: Trace) -> tuple[list[list[float]], np.ndarray]:
    """Both parameters' ranges, and the loss at ``SIDE`` times ``SIDE`` places, row by row upwards.

    A path that goes further than ``REACH`` from its start leaves the rectangle.
    """
    ranges = []
    for name in run.table.parameters:
        start = run.start[name]
        path = run.column(run.table.carrier(name))
        near = path[np.abs(path - start) <= REACH]
        low, high = min([start, *near]), max([start, *near])
        air = 0.15 * (high - low) or 1.0
        ranges.append([low - air, high + air])
    across, up = np.meshgrid(*(np.linspace(low, high, SIDE) for low, high in ranges))
    values = dict(zip(run.table.parameters, (across, up), strict=True))
    return ranges, mean_loss(run.table.model, run.points, values)
