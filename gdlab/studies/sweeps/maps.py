"""A sweep drawn as a map of cells over two names, or as a curve over one.

A run has diverged if it ends further off than it began, and exploded if a cell is no longer a
finite number. The edge of divergence is drawn where runs begin to diverge. Two measures do not
say how far off a run is: for ``exploded_at`` it is the edge of the runs that explode, for
``epochs_to_threshold`` of those that never got under the threshold.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gdlab.core.looks import COLOURS
from gdlab.core.model import mean_loss
from gdlab.core.points import least_squares, pairs
from gdlab.core.symbols import text
from gdlab.core.theory import ROUNDING
from gdlab.notebook.pictures import Picture, png

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DRAWN_CELLS = 1_000  # drawn along one side; of more, each so many-th
LOG_FROM = 50.0  # positive values that span more are drawn on a logarithmic axis
LABELS = {
    "loss": "mean loss of the last epoch",
    "rmse": "RMSE of the last epoch, in units of y",
    "epochs_to_threshold": "epochs until the RMSE is under the threshold",
    "exploded_at": "row of the first cell that is not a finite number",
    "distance": "distance to the least squares line",
}
EDGES = {
    "loss": "edge of divergence: past it a run ends worse than it began",
    "rmse": "edge of divergence: past it a run ends worse than it began",
    "epochs_to_threshold": "past this edge the threshold is not reached",
    "exploded_at": "past this edge a run explodes: a cell is not a finite number",
    "distance": "edge of divergence: past it a run ends further off than it began",
}
NO_RUN = {
    "loss": "every run diverged",
    "rmse": "every run diverged",
    "epochs_to_threshold": "no run reached the threshold",
    "exploded_at": "no run exploded",
    "distance": "every run diverged",
}
BEST = "the best run, borne out by its neighbours and by three times the epochs"
EDGE_COLOUR, NONE_COLOUR = COLOURS[1], "#D9D9D9"
WIDTH, HEIGHT, DPI = 6.4, 4.8, 100
# A sweep, whose class knows its map: to name it here would close a circle of imports.
Swept = Any


@dataclass(frozen=True)
class Side:
    """One axis of a map: the drawn values in rising order, and their indices in the sweep."""

    name: str
    values: np.ndarray
    indices: np.ndarray

    @property
    def logarithmic(self) -> bool:
        """Whether the axis is a logarithmic one."""
        low, high = self.values[0], self.values[-1]
        return bool(low > 0 and high / low > LOG_FROM)

    @property
    def edges(self) -> np.ndarray:
        """The edges of the cells: half-way between values, as the axis goes."""
        at = np.log(self.values) if self.logarithmic else self.values
        if len(at) == 1:
            found = np.array([at[0] - 0.5, at[0] + 0.5])
        else:
            middle = (at[1:] + at[:-1]) / 2
            found = np.concatenate([[2 * at[0] - middle[0]], middle, [2 * at[-1] - middle[-1]]])
        return np.exp(found) if self.logarithmic else found

    def at(self, value: float) -> int | None:
        """The index in the sweep of the cell that holds ``value``; None outside."""
        cell = int(np.searchsorted(self.edges, value, side="right")) - 1
        return int(self.indices[cell]) if 0 <= cell < len(self.indices) else None


@dataclass(frozen=True)
class Map(Picture):
    """The picture of a sweep."""

    sweep: Swept
    sides: tuple[Side, ...]

    def indices(self, across: float, down: float) -> tuple[int, ...] | None:
        """The run at a point of the drawn picture, given as shares of its width and height.

        It is given by its indices in the values of each swept name; None outside of the cells.
        """
        axes = self.figure.axes[0]
        width, height = self.figure.bbox.size
        spot = np.array([across * width, (1 - down) * height])
        if not axes.bbox.contains(*spot):
            return None
        at = axes.transData.inverted().transform(spot)
        found = [side.at(value) for side, value in zip(self.sides, at, strict=False)]
        return None if None in found else tuple(index for index in found if index is not None)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"image/png": png(self.figure), "text/plain": self.words}


def sides(sweep: Swept) -> list[Side]:
    """The axes of a sweep's map; ValueError for a sweep over more than two names."""
    if len(sweep.over) > 2:
        names = ", ".join(sweep.over)
        raise ValueError(f"a map has one or two swept names, not {len(sweep.over)}: {names}")
    found = []
    for name, values in sweep.over.items():
        _, indices = np.unique(values, return_index=True)
        indices = indices[:: math.ceil(len(indices) / DRAWN_CELLS)]
        found.append(Side(name, values[indices], indices))
    return found


def draw(sweep: Swept, kind: type[Map] = Map) -> Map:
    """The picture of a sweep; ``figure`` is matplotlib's own."""
    from matplotlib.figure import Figure

    axes_of = sides(sweep)
    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    cells = sweep.values[np.ix_(*(side.indices for side in axes_of))]
    off = ~_near(sweep)[np.ix_(*(side.indices for side in axes_of))]
    (_draw_curve if len(axes_of) == 1 else _draw_map)(axes, sweep.measure, axes_of, cells, off)
    rule = sweep.rule if isinstance(sweep.rule, str) else sweep.rule.__name__
    axes.set_title(f"{rule}: {sweep.runs:,} runs of {sweep.rows:,} rows")
    _mark_best(axes, sweep)
    _legend_below(axes)
    return kind(figure, f"Map of {sweep!r}", sweep, tuple(axes_of))


def _near(sweep: Swept) -> np.ndarray:
    """Which runs have not diverged."""
    if sweep.measure == "exploded_at":
        return np.isnan(sweep.values)
    if sweep.measure == "epochs_to_threshold":
        return np.isfinite(sweep.values)
    with np.errstate(all="ignore"):
        return np.isfinite(sweep.values) & (sweep.values <= _beginning(sweep) * (1 + ROUNDING))


def _beginning(sweep: Swept) -> np.ndarray:
    """The measure of what every run starts from, shaped to go with the values."""
    table = sweep.table
    over = list(sweep.over)

    def shaped(name: str, otherwise: float) -> np.ndarray:
        if name not in over:
            return np.array(otherwise)
        shape = [-1 if one == name else 1 for one in over]
        return sweep.over[name].reshape(shape)

    given = sweep.settings.get("start") or {}
    start = {
        name: shaped(name, given.get(name, own)) for name, own in table.model.parameters.items()
    }
    own = {name: sweep.settings.get(name, value) for name, value in table.model.constants.items()}
    constants = {name: shaped(name, value) for name, value in own.items()}
    points = sweep.points
    known = table.model.points if points is None else None
    columns = known() if known else pairs(points, table.point)
    if sweep.measure == "distance":
        best = least_squares(columns)
        return np.hypot(*(start[name] - b for name, b in zip(start, best, strict=True)))
    loss = mean_loss(table.model, columns, start | constants)
    # A mean of squares that is 0 may come out a little under it.
    rooted = table.model.squared_error and sweep.measure != "loss"
    return np.sqrt(np.maximum(loss, 0.0)) if rooted else loss


def _draw_map(
    axes: "Axes", measure: str, axes_of: list[Side], cells: np.ndarray, off: np.ndarray
) -> None:
    from matplotlib.lines import Line2D

    across, up = axes_of
    _scale(axes, across, up)
    axes.set_facecolor(NONE_COLOUR)
    known = np.ma.masked_invalid(cells)
    mesh = axes.pcolormesh(
        across.edges, up.edges, known.T, norm=_norm(measure, cells, off), cmap="viridis_r",
        rasterized=True,
    )  # fmt: skip
    if np.isfinite(cells).any():
        axes.figure.colorbar(mesh, ax=axes, label=LABELS[measure], extend="both")
    else:
        _say(axes, NO_RUN[measure])
    if off.any() and not off.all() and min(off.shape) > 1:
        # A contour through the middle of cells, as a map draws a coast.
        axes.contour(across.values, up.values, off.T, [0.5], colors=EDGE_COLOUR, linewidths=2)
        axes.add_line(Line2D([], [], color=EDGE_COLOUR, linewidth=2, label=EDGES[measure]))
    if known.mask is not np.ma.nomask and known.mask.any():
        axes.scatter([], [], marker="s", color=NONE_COLOUR, label=_nothing(measure))


def _draw_curve(
    axes: "Axes", measure: str, axes_of: list[Side], cells: np.ndarray, off: np.ndarray
) -> None:
    (side,) = axes_of
    _scale(axes, side, None)
    axes.set_ylabel(LABELS[measure])
    few = len(cells) <= 60
    drawn = np.where(off & (measure != "exploded_at"), np.nan, cells)
    axes.plot(side.values, drawn, color=COLOURS[0], marker="o" if few else "", markersize=4)
    if not np.isfinite(drawn).any():
        axes.set_xlim(side.edges[0], side.edges[-1])
        _say(axes, NO_RUN[measure])
    shown = cells[np.isfinite(cells) & ~off]
    if len(shown) and shown.min() > 0 and shown.max() / shown.min() > LOG_FROM:
        axes.set_yscale("log")
    for index in np.flatnonzero(off[1:] != off[:-1]):
        label = EDGES[measure] if not axes.get_legend_handles_labels()[1] else None
        axes.axvline(side.edges[index + 1], color=EDGE_COLOUR, linewidth=2, label=label)
    axes.grid(color="#E3E3E3", linewidth=0.6)


def _mark_best(axes: "Axes", sweep: Swept) -> None:
    """A star at the best run; none of a measure without a best one."""
    if sweep.measure == "exploded_at" or sweep.best is None:
        return
    at = [sweep.best[name] for name in (*sweep.over, sweep.measure)][:2]
    star: dict[str, Any] = {"s": 130, "color": "white", "edgecolors": "black", "zorder": 5}
    axes.scatter(*at, marker="*", label=BEST, **star)


def _say(axes: "Axes", words: str) -> None:
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", size="large")


def _nothing(measure: str) -> str:
    named = {"exploded_at": "never", "epochs_to_threshold": "not reached"}
    return named.get(measure, "no finite number")


def _norm(measure: str, cells: np.ndarray, off: np.ndarray) -> Any:
    """The scale of the colours: logarithmic where that shows more, up to where runs diverge."""
    from matplotlib.colors import LogNorm, Normalize

    known = cells[np.isfinite(cells) & (cells > 0) & (~off | (measure == "exploded_at"))]
    if not len(known):
        return None
    # A few cells by themselves would take the colours from all others.
    low, high = np.quantile(known, 0.02), known.max()
    return LogNorm(low, high) if high / low >= LOG_FROM else Normalize(low, high)


def _scale(axes: "Axes", across: Side, up: Side | None) -> None:
    axes.set_xlabel(text(across.name))
    axes.set_xscale("log" if across.logarithmic else "linear")
    if up is not None:
        axes.set_ylabel(text(up.name))
        axes.set_yscale("log" if up.logarithmic else "linear")


def _legend_below(axes: "Axes") -> None:
    marks = axes.get_legend_handles_labels()[0]
    if marks:
        axes.figure.legend(handles=marks, loc="outside lower center", frameon=False)
