"""The loss of a surface over a rectangle round a run's path, for the contours in the page."""

import numpy as np

from gdlab.core.model import mean_loss
from gdlab.core.trace import Trace

SIDE = 48
REACH = 10.0


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
