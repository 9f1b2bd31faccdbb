"""Drawings of runs: functions that draw on matplotlib axes.

Every function takes the axes and one or more runs (:class:`gdlab.Trace`) of the same points or the
same surface. A run keeps its colour, line style and marker in every picture, so that colour is
never alone in telling runs apart.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gdlab.core.looks import COLOURS
from gdlab.core.model import LINE
from gdlab.core.rates import FoundRate
from gdlab.core.suggest import unknown
from gdlab.core.theory import error_word
from gdlab.core.trace import Trace
from gdlab.core.units import unit_of, with_unit
from gdlab.notebook.axes import (
    CURVE_MARKERS,
    HIGHEST_DRAWN,
    POINT_COLOUR,
    draw_curve,
    labels,
    legend,
    legend_below,
    log_axis,
    mark_explosion,
    numbered_style,
    rows_axis,
    rule_styles,
    widened,
)
from gdlab.notebook.geometry import (
    CURVE,
    constants_of,
    goal_of,
    loss_over,
    parameters_after,
    predicted,
    reach_of,
    span,
    two_parameters,
    way_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MANY_MARKERS = 200  # from so many rows on, a path's markers are small
GRID_SIDE = 81  # the contours' grid, points each way
OUT_OF_PICTURE = 1e12  # what lies further is drawn there: far out of every picture


def _labelled(runs: Sequence[Trace]) -> Iterator[tuple[Trace, str, dict[str, Any]]]:
    """Every run with its label and its style."""
    styles = rule_styles([run.rule for run in runs])
    return zip(runs, labels(runs), styles, strict=True)


def draw_loss(axes: "Axes", runs: Sequence[Trace]) -> None:
    """The loss of every row, for the line the squared error, before its update; logarithmic."""
    for number, (run, label, style) in enumerate(_labelled(runs)):
        cells = run.column(run.table.loss)
        end = f", exploded in row {run.exploded[0]}" if run.exploded else ""
        draw_curve(axes, cells, label + end, style, number)
        if run.exploded:
            mark_explosion(axes, run.exploded[0], style["color"])
    rows_axis(axes, max(run.rows for run in runs))
    log_axis(axes)
    model = runs[0].table.model
    said = with_unit("squared error" if model.squared_error else "loss", unit_of(model, model.loss))
    axes.set(title="Loss in every row", xlabel="row", ylabel=said)
    legend(axes, runs, always=any(run.exploded for run in runs))


def draw_epochs(axes: "Axes", runs: Sequence[Trace]) -> None:
    """The root of the mean squared error of every epoch; of other losses, their mean."""
    measures = runs[0].table.measures
    figure = "rmse" if "rmse" in measures else "mean_loss"
    for number, (run, label, style) in enumerate(_labelled(runs)):
        cells = run.epochs[measures[figure]].to_numpy()
        bad = np.flatnonzero(~np.isfinite(cells))
        end = f", exploded in epoch {bad[0] + 1}" if len(bad) else ""
        every = 1 if len(cells) <= CURVE_MARKERS else None
        draw_curve(axes, cells, label + end, style, number, every)
        if len(bad):
            mark_explosion(axes, bad[0] + 1, style["color"])
    rows_axis(axes, max(run.n_epochs for run in runs))
    log_axis(axes)
    if figure == "rmse":
        unit = f"RMSE, in units of {runs[0].table.point[-1]}"
        axes.set(title="RMSE of every epoch", xlabel="epoch", ylabel=unit)
    else:
        axes.set(title="Mean loss of every epoch", xlabel="epoch", ylabel="mean loss")
    legend(axes, runs, always=any("exploded" in str(line.get_label()) for line in axes.lines))


def draw_rates(axes: "Axes", found: FoundRate) -> None:
    """The error that every rate leaves, the rate that was found, and the limit of theory."""
    rates, errors = np.array(list(found.tried.items())).T
    # Far below, a rate does nothing, and far above, it explodes: the picture shows both beginnings.
    shown = np.flatnonzero((errors < 0.99 * found.start_error) | (errors == found.error))
    first, last = max(shown[0] - 3, 0), min(shown[-1] + 3, len(rates) - 1)
    rates, errors = rates[first : last + 1], np.minimum(errors[first : last + 1], HIGHEST_DRAWN)
    style = {**numbered_style(0), "markersize": 3.5}
    axes.loglog(rates, np.where(errors > 0, errors, np.nan), **style, label="tried")
    axes.axhline(found.start_error, color=POINT_COLOUR, linewidth=0.8, label="at the start")
    axes.axvline(found.lr, color=COLOURS[1], label=f"found: {found.lr:g}")
    if found.limit is not None:
        label = f"limit of full batches: {found.limit:.2g}"
        axes.axvline(found.limit, color=COLOURS[2], linestyle=":", label=label)
    top = found.start_error * max(10, found.start_error / max(found.error, 1e-300)) ** 0.5
    axes.set_ylim(max(found.error / 5, found.start_error * 1e-18), top)
    axes.set_xlim(rates[0], rates[-1])
    word = error_word(found.run.table.model)
    axes.set(title="What every rate leaves", xlabel="lr", ylabel=f"{word} at the end")
    legend_below(axes)


def draw_line(axes: "Axes", runs: Sequence[Trace], row: int | None = None) -> None:
    """The points, and what every run predicts after ``row`` (from 1; by default the last)."""
    x, y = (np.array(values) for values in runs[0].points)
    axes.scatter(x, y, s=22, color=POINT_COLOUR, alpha=0.65, linewidths=0, label="points")
    ends = np.array(widened(min(x.min(), 0.0), x.max()))
    for run, label, style in _labelled(runs):
        now = parameters_after(run, row or run.rows)
        if np.isfinite(list(now.values())).all():
            # Two ends are enough for a line.
            along = ends if run.table.model.name == LINE else np.linspace(ends[0], ends[1], CURVE)
            with np.errstate(all="ignore"):
                heights = np.clip(predicted(run, now, along), -OUT_OF_PICTURE, OUT_OF_PICTURE)
            axes.plot(along, heights, linewidth=2, label=label, **{**style, "marker": ""})
    if row:
        at_x, at_y = (runs[0].value(name, row) for name in runs[0].table.point)
        axes.scatter(at_x, at_y, s=90, facecolors="none", edgecolors=COLOURS[1], linewidths=2)
    what = "line" if runs[0].table.model.name == LINE else "prediction"
    across, up = runs[0].table.point
    axes.set(title=f"The {what} after row {row or runs[0].rows}", xlabel=across, ylabel=up)
    axes.set(xlim=tuple(ends), ylim=widened(min(y.min(), 0.0), y.max()))
    legend(axes, runs, always=True)


def draw_path(
    axes: "Axes",
    runs: Sequence[Trace],
    row: int | None = None,
    parameters: Sequence[str] | None = None,
) -> None:
    """The path of two parameters over contours of the loss, up to ``row`` (by default all).

    They are the first two, or those that are chosen; the contours hold the others where the first
    run has them after that row.
    """
    chosen = two_parameters(runs[0], parameters)
    ways = [way_of(run, row or run.rows, chosen) for run in runs]
    goal = goal_of(runs[0], chosen)
    spans = [span([way[axis] for way in ways], goal[axis]) for axis in (0, 1)]
    grid = np.meshgrid(*(np.linspace(*span, GRID_SIDE) for span in spans))
    heights = loss_over(runs[0], row or runs[0].rows, dict(zip(chosen, grid, strict=True)))
    low, high = np.min(heights), np.max(heights)
    levels = low + (high - low) * np.geomspace(0.0005, 1, 12)
    axes.contour(*grid, heights, levels=levels, colors="#B5B5B5", linewidths=0.9)
    for (_, label, style), way in zip(_labelled(runs), ways, strict=True):
        drawn = np.clip(way, -OUT_OF_PICTURE, OUT_OF_PICTURE)
        size = 3 if len(way[0]) < MANY_MARKERS else 1.5
        axes.plot(*drawn, linewidth=1.2, markersize=size, label=label, **style)
        axes.plot(way[0][0], way[1][0], "o", color="white", markeredgecolor="black", markersize=8)
    line = runs[0].table.model.name == LINE
    if line:
        axes.plot(*goal, "*", color="black", markersize=13, label="best line")
    across, up = (with_unit(one, unit_of(runs[0].table.model, one)) for one in chosen)
    axes.set(title="Path across the loss", xlabel=across, ylabel=up)
    axes.set(xlim=spans[0], ylim=spans[1])
    legend(axes, runs, always=line)


def draw_steps(axes: "Axes", runs: Sequence[Trace]) -> None:
    """The size of every step, |step|, a curve for each parameter; logarithmic."""
    number = 0
    for run, rule in zip(runs, labels(runs), strict=True):
        for parameter in run.table.parameters:
            label = parameter if len(runs) == 1 else f"{rule}, {parameter}"
            sizes = np.abs(run.column(run.table.named("step", parameter)))
            draw_curve(axes, sizes, label, numbered_style(number), number)
            number += 1
    rows_axis(axes, max(run.rows for run in runs))
    log_axis(axes)
    axes.set(title="Size of every step", xlabel="row", ylabel="|step|, in its parameter's units")
    legend_below(axes)


def draw_tangent(axes: "Axes", run: Trace, parameter: str, row: int = 1) -> None:
    """The loss at a row's point as a curve of one parameter, the others held; with its tangent.

    The tangent's slope is the row's gradient. Where the run has ``h``, the secant through +h
    stands beside it.
    """
    table = run.table
    here, height = run.value(parameter, row), run.value(table.loss, row)
    gradient = run.value(f"grad_{parameter}", row)
    along = np.linspace(here - (reach := reach_of(run, parameter, row)), here + reach, 121)
    held = {name: run.value(name, row) for name in (*table.point, *table.parameters)}
    with np.errstate(all="ignore"):
        values = {**constants_of(run), **held, parameter: along}
        curve = np.broadcast_to(table.model.forward(values)[table.loss], along.shape)
    word = "squared error" if table.model.squared_error else "loss"
    axes.plot(along, curve, color=COLOURS[0], label=word)
    axes.plot(
        along,
        height + gradient * (along - here),
        "--",
        color=COLOURS[1],
        label=f"tangent: slope {gradient:.6g}",
    )
    if any(one.part.base == "h" for one in table.inputs):
        h = run.hyper[next(one.name for one in table.inputs if one.part.base == "h")]
        raised = run.value(table.named(f"{table.loss}_h", parameter), row)
        secant = run.value(table.named("est_grad", parameter), row)
        label = f"secant through +{h:g}: slope {secant:.6g}"
        axes.plot(along, height + secant * (along - here), ":", color=COLOURS[2], label=label)
        axes.plot(here + h, raised, "^", color=COLOURS[2])
    axes.plot(here, height, "o", color="black")
    point = ", ".join(f"{run.value(name, row):g}" for name in table.point)
    axes.set_title(f"Point ({point}), varying {parameter}" if point else f"Varying {parameter}")
    across, up = unit_of(table.model, parameter), unit_of(table.model, table.loss)
    axes.set(xlabel=with_unit(parameter, across), ylabel=with_unit(word, up))
    axes.set(ylim=(-0.5 * height or -1, None))
    legend_below(axes)


DRAWINGS: dict[str, Callable[..., None]] = {
    "loss": draw_loss,
    "epochs": draw_epochs,
    "line": draw_line,
    "path": draw_path,
    "steps": draw_steps,
}


def draw(
    drawing: str,
    axes: "Axes",
    runs: Sequence[Trace],
    row: int | None = None,
    parameters: Sequence[str] | None = None,
) -> None:
    """Make one drawing by its name; ValueError for an unknown one, or one that a model lacks."""
    if drawing not in DRAWINGS:
        raise ValueError(unknown(f"no drawing is called {drawing!r}", drawing, DRAWINGS))
    there = drawings_of(runs[0])
    if drawing not in there:
        what = runs[0].table.model.name if runs[0].table.point else "a surface"
        raise ValueError(f"{what} has no {drawing!r} to draw; there are {', '.join(there)}")
    more: dict[str, Any] = {"row": row} if drawing in ("line", "path") else {}
    if drawing == "path":
        more["parameters"] = parameters
    DRAWINGS[drawing](axes, runs, **more)


def drawings_of(run: Trace) -> tuple[str, ...]:
    """The drawings that a run's model has."""
    model = run.table.model
    there = {
        "epochs": bool(model.data),
        "line": model.prediction is not None,
        "path": len(model.parameters) > 1,
    }
    return tuple(name for name in DRAWINGS if there.get(name, True))
