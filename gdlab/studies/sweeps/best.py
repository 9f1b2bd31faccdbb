"""The best run of a sweep: one that its neighbours and the next epochs bear out.

A single cell past the edge of divergence can come out small by chance. So a run counts by the worst
of its neighbours in the grid, and must not be much worse after three times as many epochs.
"""

from collections.abc import Callable

import numpy as np

LONGER = 3  # times as many epochs
NEIGHBOURS = 40  # a neighbour is as near as this part of an axis, or next to it
MUCH_WORSE = 2.0  # times the run's own number
MOST_RUNS_TRIED = 20  # runs that are looked at over more epochs
MOST_CELLS_COPIED = 10_000_000  # of a larger grid the least number is taken, without a copy


def best_index(values: np.ndarray, later: Callable[..., float]) -> tuple[int, ...] | None:
    """The index of the best run in ``values``; None where no number is finite.

    ``later`` gives the number of the run at an index after three times as many epochs. Where none
    of the runs that are tried holds up, it is the one with the best neighbours.
    """
    least = np.fmin.reduce(values, axis=None)
    if not np.isfinite(least):
        return None
    if values.size > MOST_CELLS_COPIED:
        return _index_of(values, int(np.argmax(values == least)))
    around = worst_around(values).ravel()
    own = np.where(np.isfinite(values), values, np.inf).ravel()
    order = np.lexsort((own, around))[:MOST_RUNS_TRIED]
    tried = [_index_of(values, int(index)) for index in order if np.isfinite(own[index])]
    held = (index for index in tried if later(*index) <= MUCH_WORSE * values[index])
    return next(held, tried[0])


def worst_around(values: np.ndarray) -> np.ndarray:
    """The largest number within a fortieth of each axis round every run; inf for none finite."""
    found = np.where(np.isfinite(values), values, np.inf)
    for axis, count in enumerate(found.shape):
        for _ in range(max(1, count // NEIGHBOURS)):
            edge = [(1, 1) if one == axis else (0, 0) for one in range(found.ndim)]
            wide = np.pad(found, edge, constant_values=-np.inf)
            parts = [np.take(wide, range(first, first + count), axis) for first in range(3)]
            found = np.maximum.reduce(parts)
    return found


def _index_of(values: np.ndarray, flat: int) -> tuple[int, ...]:
    return tuple(map(int, np.unravel_index(flat, values.shape)))
