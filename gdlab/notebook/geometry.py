"""Where a picture's lines run: a run's path and goal, predictions, and the loss around them."""

from collections.abc import Sequence

import numpy as np

from gdlab.core.model import LINE, mean_loss
from gdlab.core.points import least_squares
from gdlab.core.scales import in_own_units
from gdlab.core.trace import Trace
from gdlab.notebook.axes import widened

CURVE = 200  # points along a prediction that is no line
MOST_SPREAD = 6.0  # how far a path may stretch its picture, in distances from start to goal


def reach_of(run: Trace, parameter: str, row: int) -> float:
    """How far a tangent's curve is drawn: of a parabola to behind its bottom, else near by."""
    table, here = run.table, run.value(parameter, row)
    height, gradient = run.value(table.loss, row), run.value(f"grad_{parameter}", row)
    near = 2 * max(1.0, abs(here))
    if not gradient:
        return near
    # At its bottom a parabola's height is 0: that lies 2 * height / gradient away.
    away = 2 * height / gradient
    values = {name: run.value(name, row) for name in (*table.point, *table.parameters)}
    with np.errstate(all="ignore"):
        bottom = table.model.forward({**constants_of(run), **values, parameter: here - away})
    is_parabola = bool(bottom[table.loss] < 0.1 * height)
    return abs(1.6 * away) if is_parabola and np.isfinite(away) else near


def two_parameters(run: Trace, chosen: Sequence[str] | None) -> tuple[str, str]:
    """The parameters of a path; ValueError where they are not two of the run's."""
    own = run.table.parameters
    wanted = own[:2] if chosen is None else tuple(chosen)
    if len(set(wanted)) != 2 or not set(wanted) <= set(own):
        raise ValueError(f"a path has two parameters of {', '.join(own)}, not {chosen!r:.60}")
    return wanted[0], wanted[1]


def way_of(run: Trace, rows: int, chosen: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Both parameters from the start on, as far as they are finite."""
    both = [
        np.concatenate([[run.start[name]], run.column(run.table.carrier(name))[:rows]])
        for name in chosen
    ]
    finite = np.isfinite(both[0]) & np.isfinite(both[1])
    end = len(finite) if finite.all() else int(np.argmin(finite))
    return both[0][:end], both[1][:end]


def parameters_after(run: Trace, row: int) -> dict[str, float]:
    """All parameters after a row."""
    return {name: run.column(run.table.carrier(name))[row - 1] for name in run.table.parameters}


def constants_of(run: Trace) -> dict[str, float]:
    """The model's constants in a run."""
    return {name: run.hyper[name] for name in run.table.model.constants}


def predicted(run: Trace, parameters: dict[str, float], along: np.ndarray) -> np.ndarray:
    """What the model predicts along its first column of the points."""
    model = run.table.model
    assert model.prediction
    # What is to be predicted has no part in it.
    values = {**constants_of(run), **parameters, model.data[0]: along, model.data[1]: 0.0}
    found = np.broadcast_to(model.forward(values)[model.prediction], along.shape)
    return in_own_units(model, model.data[1], found, run.hyper)


def goal_of(run: Trace, chosen: Sequence[str]) -> tuple[float, float]:
    """The best line by least squares; of another model, where the run started."""
    if run.table.model.name != LINE:
        return run.start[chosen[0]], run.start[chosen[1]]
    x, y = run.points
    if min(x) == max(x):
        best = dict(zip(run.table.parameters, (float(np.mean(y)), 0.0), strict=True))
    else:
        best = dict(zip(run.table.parameters, least_squares(run.points), strict=True))
    return best[chosen[0]], best[chosen[1]]


def span(ways: Sequence[np.ndarray], goal: float) -> tuple[float, float]:
    """What one axis of the path shows: starts, goal, and the ways as far as they are near."""
    starts = [float(way[0]) for way in ways]
    low, high = min(goal, *starts), max(goal, *starts)
    far = MOST_SPREAD * max(high - low, 1.0)
    every = np.concatenate(ways)
    low, high = max(low - far, min(low, every.min())), min(high + far, max(high, every.max()))
    return widened(low, high)


def loss_over(run: Trace, row: int, grid: dict[str, np.ndarray]) -> np.ndarray:
    """The mean loss over a grid of two parameters; the others are held where a row left them."""
    held = parameters_after(run, row)
    finite = {name: value if np.isfinite(value) else 0.0 for name, value in held.items()}
    values = {**constants_of(run), **finite, **grid}
    found = mean_loss(run.table.model, run.points, values)
    return np.broadcast_to(found, next(iter(grid.values())).shape)
