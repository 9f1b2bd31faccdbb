"""Drawings of runs: functions that draw on matplotlib axes.

Every function takes the axes and one or more runs (:class:`gdlab.Trace`) of the same points or the
same surface. A run keeps its colour, line style and marker in every picture, so that colour is
never alone in telling runs apart.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gdlab.core.assembly import EXTRAS, SURFACES
from gdlab.core.suggest import unknown
from gdlab.core.trace import Trace

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Colours of Okabe & Ito 2008, which people of every colour vision tell apart.
STYLES: tuple[dict[str, Any], ...] = (
    {"color": "#0072B2", "linestyle": "-", "marker": "o"},
    {"color": "#D55E00", "linestyle": "--", "marker": "s"},
    {"color": "#009E73", "linestyle": "-.", "marker": "^"},
    {"color": "#000000", "linestyle": ":", "marker": "D"},
    {"color": "#CC79A7", "linestyle": "-", "marker": "v"},
    {"color": "#E69F00", "linestyle": "--", "marker": "P"},
    {"color": "#56B4E9", "linestyle": "-.", "marker": "X"},
)
GREY, POINT_COLOUR = "#6B6B6B", "#444444"
MARKERS = 8  # how many markers stand along a curve
MANY = 200  # from so many rows on, a path's markers are small
GRID = 81  # the contours' grid, points each way
HIGHEST = 1e240  # a logarithmic axis ends here: its ticks must stay under 1.8e308
FAR = 1e12  # what lies further is drawn there: far out of every picture
MOST_SPREAD = 6.0  # how far a path may stretch its picture, in distances from start to goal


def draw_loss(axes: "Axes", runs: Sequence[Trace]) -> None:
    """The squared error of every row (a surface's loss), before its update; logarithmic."""
    for number, (run, label) in enumerate(zip(runs, _labels(runs), strict=True)):
        cells = run.column("err2" if run.table.point else "loss")
        end = f", exploded in row {run.exploded[0]}" if run.exploded else ""
        _curve(axes, cells, label + end, number)
    _log_axis(axes)
    point = bool(runs[0].table.point)
    axes.set(title="Loss in every row", xlabel="row", ylabel="squared error" if point else "loss")
    _legend(axes, runs, always=any(run.exploded for run in runs))


def draw_epochs(axes: "Axes", runs: Sequence[Trace]) -> None:
    """The root of the mean squared error of every epoch, in units of y."""
    from matplotlib.ticker import MaxNLocator

    for number, (run, label) in enumerate(zip(runs, _labels(runs), strict=True)):
        cells = run.epochs["rmse"].to_numpy()
        _curve(axes, cells, label, number, every=1 if len(cells) <= MARKERS else None)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _log_axis(axes)
    axes.set(title="RMSE of every epoch", xlabel="epoch", ylabel="RMSE, in units of y")
    _legend(axes, runs)


def draw_line(axes: "Axes", runs: Sequence[Trace], row: int | None = None) -> None:
    """The points, and every run's line after ``row`` (from 1; by default the last)."""
    x, y = (np.array(values) for values in runs[0].points)
    axes.scatter(x, y, s=22, color=POINT_COLOUR, alpha=0.65, linewidths=0, label="points")
    ends = np.array(_widened(min(x.min(), 0.0), x.max()))
    for number, (run, label) in enumerate(zip(runs, _labels(runs), strict=True)):
        at = (row or run.rows) - 1
        intercept, slope = (run.column(f"new_{name}")[at] for name in run.table.parameters)
        if np.isfinite(intercept) and np.isfinite(slope):
            style = {**STYLES[number % len(STYLES)], "marker": ""}
            with np.errstate(all="ignore"):
                heights = np.clip(intercept + slope * ends, -FAR, FAR)
            axes.plot(ends, heights, linewidth=2, label=label, **style)
    if row:
        at_x, at_y = (runs[0].value(name, row) for name in runs[0].table.point)
        axes.scatter(at_x, at_y, s=90, facecolors="none", edgecolors="#D55E00", linewidths=2)
    axes.set(title=f"The line after row {row or runs[0].rows}", xlabel="x", ylabel="y")
    axes.set(xlim=tuple(ends), ylim=_widened(min(y.min(), 0.0), y.max()))
    _legend(axes, runs, always=True)


def draw_path(axes: "Axes", runs: Sequence[Trace], row: int | None = None) -> None:
    """The way of the parameters over contours of the loss, up to ``row`` (by default all)."""
    first, second = runs[0].table.parameters
    ways = [_way(run, row or run.rows) for run in runs]
    goal = _goal(runs[0])
    spans = [_span([way[axis] for way in ways], goal[axis]) for axis in (0, 1)]
    grid = np.meshgrid(*(np.linspace(*span, GRID) for span in spans))
    heights = _loss_over(runs[0], *grid)
    low, high = np.min(heights), np.max(heights)
    levels = low + (high - low) * np.geomspace(0.0005, 1, 12)
    axes.contour(*grid, heights, levels=levels, colors="#B5B5B5", linewidths=0.9)
    for number, (label, way) in enumerate(zip(_labels(runs), ways, strict=True)):
        style = STYLES[number % len(STYLES)]
        drawn = np.clip(way, -FAR, FAR)
        size = 3 if len(way[0]) < MANY else 1.5
        axes.plot(*drawn, linewidth=1.2, markersize=size, label=label, **style)
        axes.plot(way[0][0], way[1][0], "o", color="white", markeredgecolor="black", markersize=8)
    if runs[0].table.point:
        axes.plot(*goal, "*", color="black", markersize=13, label="best line")
    axes.set(title="The way over the loss", xlabel=first, ylabel=second)
    axes.set(xlim=spans[0], ylim=spans[1])
    _legend(axes, runs, always=bool(runs[0].table.point))


def draw_steps(axes: "Axes", runs: Sequence[Trace]) -> None:
    """The size of every step, |step|, a curve for each parameter; logarithmic."""
    number = 0
    for run, rule in zip(runs, _labels(runs), strict=True):
        for parameter in run.table.parameters:
            label = parameter if len(runs) == 1 else f"{rule}, {parameter}"
            _curve(axes, np.abs(run.column(f"step_{parameter}")), label, number)
            number += 1
    _log_axis(axes)
    axes.set(title="Size of every step", xlabel="row", ylabel="|step|")
    axes.legend(fontsize=8)


def draw_tangent(axes: "Axes", run: Trace, parameter: str, row: int = 1) -> None:
    """The error of a row's point as a curve of one parameter, the other held; with its tangent.

    The tangent's slope is the row's gradient. Where the run has ``h``, the secant through +h
    stands beside it.
    """
    here = run.value(parameter, row)
    x, y, error = (run.value(name, row) for name in ("x", "y", "error"))
    rate = 1.0 if parameter == "intercept" else x
    reach = 1.6 * abs(error / rate) if rate and error else 1.0  # to behind the curve's bottom
    along = np.linspace(here - reach, here + reach, 121)
    height, gradient = error * error, run.value(f"grad_{parameter}", row)
    axes.plot(along, (error + rate * (along - here)) ** 2, color="#0072B2", label="squared error")
    axes.plot(
        along,
        height + gradient * (along - here),
        "--",
        color="#D55E00",
        label=f"tangent: slope {gradient:.6g}",
    )
    if "h" in run.hyper:
        h, raised = run.hyper["h"], run.value(f"err2_h_{parameter}", row)
        secant = run.value(f"est_grad_{parameter}", row)
        label = f"secant through +{h:g}: slope {secant:.6g}"
        axes.plot(along, height + secant * (along - here), ":", color="#009E73", label=label)
        axes.plot(here + h, raised, "^", color="#009E73")
    axes.plot(here, height, "o", color="black")
    axes.set(title=f"Point ({x:g}, {y:g}): error by {parameter}")
    axes.set(xlabel=parameter, ylabel="squared error", ylim=(-0.5 * height or -1, None))
    axes.legend(fontsize=8)


DRAWINGS: dict[str, Callable[..., None]] = {
    "loss": draw_loss,
    "epochs": draw_epochs,
    "line": draw_line,
    "path": draw_path,
    "steps": draw_steps,
}


def draw(drawing: str, axes: "Axes", runs: Sequence[Trace], row: int | None = None) -> None:
    """Make one drawing by its name; ValueError for an unknown one, or one that a surface lacks."""
    if drawing not in DRAWINGS:
        raise ValueError(unknown(f"no drawing is called {drawing!r}", drawing, DRAWINGS))
    if drawing in ("line", "epochs") and not runs[0].table.point:
        raise ValueError(f"a surface has no {drawing!r} to draw; there are loss, path, steps")
    until = {"row": row} if drawing in ("line", "path") else {}
    DRAWINGS[drawing](axes, runs, **until)


def _curve(
    axes: "Axes", cells: np.ndarray, label: str, number: int, every: int | None = None
) -> None:
    """One curve over the rows; cells that are no finite number leave a gap."""
    shown = np.where(np.isfinite(cells), cells, np.nan)
    # Markers of several curves stand beside each other, not on top of each other.
    apart = every or max(1, len(shown) // MARKERS)
    offset = 0 if every else (number * apart // 4) % apart
    axes.plot(
        np.arange(1, len(shown) + 1),
        shown,
        linewidth=1.5,
        markersize=5,
        markevery=(offset, apart),
        label=label,
        **STYLES[number % len(STYLES)],
    )


def _log_axis(axes: "Axes") -> None:
    """A logarithmic y axis, unless nothing drawn is over 0; it ends where doubles end."""
    from matplotlib.ticker import LogFormatter, NullLocator

    drawn = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in axes.lines])
    over = drawn[drawn > 0]
    if not len(over):
        return
    low, high = float(over.min()), float(over.max())
    axes.set_ylim(max(low / 2, 1e-300), 2 * min(high, HIGHEST))
    axes.set_yscale("log")
    if high < 100 * low:
        # Less than two powers of ten: plain numbers at the steps between them too.
        axes.yaxis.set_major_formatter(LogFormatter(labelOnlyBase=False))
        axes.yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(2, 0.5)))
    else:
        axes.yaxis.set_minor_locator(NullLocator())


def _labels(runs: Sequence[Trace]) -> list[str]:
    """The rules' names; where two are the same, with the inputs in which the runs differ."""
    names = [run.rule for run in runs]
    if len(set(names)) == len(names):
        return names
    inputs = [{**run.start, **run.hyper, **run.options} for run in runs]
    # What an option brings along, such as a schedule's own inputs, is left out.
    own = [name for run in runs for name in (*run.options, *EXTRAS, "batch_size") if name != "h"]
    shared = [name for name in inputs[0] if all(name in given for given in inputs)]
    known = dict.fromkeys([*own, *shared])
    different = [name for name in known if len({str(given.get(name)) for given in inputs}) > 1]
    return [
        ", ".join([rule, *(f"{name}={_brief(given[name])}" for name in different if name in given)])
        for rule, given in zip(names, inputs, strict=True)
    ]


def _brief(value: Any) -> str:
    return format(value, "g") if isinstance(value, float) else str(value)


def _legend(axes: "Axes", runs: Sequence[Trace], always: bool = False) -> None:
    if always or len(runs) > 1:
        axes.legend(fontsize=8)


def _way(run: Trace, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Both parameters from the start on, as far as they are finite."""
    both = [
        np.concatenate([[run.start[name]], run.column(f"new_{name}")[:rows]])
        for name in run.table.parameters
    ]
    finite = np.isfinite(both[0]) & np.isfinite(both[1])
    end = len(finite) if finite.all() else int(np.argmin(finite))
    return both[0][:end], both[1][:end]


def _goal(run: Trace) -> tuple[float, float]:
    """The best line by least squares; on a surface, where the run started."""
    if not run.table.point:
        first, second = run.table.parameters
        return run.start[first], run.start[second]
    x, y = (np.array(values) for values in run.points)
    if np.ptp(x) == 0:
        return float(np.mean(y)), 0.0
    slope = np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2)
    return float(y.mean() - slope * x.mean()), float(slope)


def _span(ways: Sequence[np.ndarray], goal: float) -> tuple[float, float]:
    """What one axis of the path shows: starts, goal, and the ways as far as they are near."""
    starts = [float(way[0]) for way in ways]
    low, high = min(goal, *starts), max(goal, *starts)
    far = MOST_SPREAD * max(high - low, 1.0)
    every = np.concatenate(ways)
    low, high = max(low - far, min(low, every.min())), min(high + far, max(high, every.max()))
    return _widened(low, high)


def _widened(low: float, high: float) -> tuple[float, float]:
    """A range with some air at both ends."""
    air = 0.08 * (high - low) or 0.5
    return float(low - air), float(high + air)


def _loss_over(run: Trace, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The surface's loss, or the points' mean squared error, over a grid of both parameters."""
    if not run.table.point:
        return SURFACES[run.options["surface"]](first, second)[0]
    x, y = (np.array(values) for values in run.points)
    # A parabola in both parameters: six means of the points tell all of it.
    return (
        first**2
        + 2 * first * second * x.mean()
        + second**2 * np.mean(x * x)
        - 2 * first * y.mean()
        - 2 * second * np.mean(x * y)
        + np.mean(y * y)
    )
