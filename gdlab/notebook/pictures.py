"""Pictures of runs for a notebook: some drawings side by side, and the two tangents of a row."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdlab.core.rates import FoundRate
from gdlab.core.trace import Trace
from gdlab.notebook.axes import legend_columns
from gdlab.notebook.plots import draw, draw_rates, draw_tangent, drawings_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEGEND_LINE = 0.17  # inches
WIDTH, HEIGHT, DPI = 5.0, 3.6, 100  # inches of one drawing, and dots per inch


@dataclass(frozen=True)
class Picture:
    """A figure that a notebook shows and stores; ``figure`` is matplotlib's own."""

    figure: "Figure"
    words: str

    def _repr_png_(self) -> bytes:
        return png(self.figure)

    def __repr__(self) -> str:
        return self.words


def plot(
    runs: Trace | Sequence[Trace] | FoundRate,
    *drawings: str,
    row: int | None = None,
    parameters: Sequence[str] | None = None,
) -> Picture:
    """Show some drawings of one run or several, side by side: loss, epochs, line, path, steps.

    ``row`` stops the line and the path after that row; ``parameters`` are the two of the path, by
    default the first. Of what :func:`gdlab.find_rate` found it shows every rate that was tried.
    Raises ValueError for an unknown drawing.
    """
    if isinstance(runs, FoundRate):
        figure, [axes] = side_by_side(1)
        draw_rates(axes, runs)
        return Picture(figure, f"Picture of the rates tried: {runs.explanation}")
    several = [runs] if isinstance(runs, Trace) else list(runs)
    if not several:
        raise ValueError("plot needs at least one run: plot(gdlab.trace('sgd'), 'loss')")
    there = drawings_of(several[0])
    wanted = drawings or ("loss", next(name for name in ("line", "path", "steps") if name in there))
    figure, panels = side_by_side(len(wanted))
    for axes, drawing in zip(panels, wanted, strict=True):
        draw(drawing, axes, several, row, parameters)
    make_room(figure, panels)
    names = ", ".join(run.rule for run in several)
    return Picture(figure, f"Picture of {names}: {', '.join(wanted)}")


def plot_tangents(run: Trace, row: int = 1) -> Picture:
    """Show the gradient of one row as slopes of two curves: the error against each parameter."""
    figure, panels = side_by_side(len(run.table.parameters))
    for axes, parameter in zip(panels, run.table.parameters, strict=True):
        draw_tangent(axes, run, parameter, row)
    make_room(figure, panels)
    return Picture(figure, f"Picture of {run.rule}: tangents in row {row}")


def side_by_side(count: int) -> tuple["Figure", list[Any]]:
    """A figure with ``count`` axes in one row, always at the same size and place."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH * count, HEIGHT), dpi=DPI)
    panels = list(figure.subplots(1, count, squeeze=False)[0])
    figure.subplots_adjust(
        left=0.8 / (WIDTH * count),
        right=1 - 0.15 / (WIDTH * count),
        bottom=0.14,
        top=0.91,
        wspace=0.85 / (WIDTH - 0.95),
    )
    for axes in panels:
        axes.grid(color="#E3E3E3", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    return figure, panels


def make_room(figure: "Figure", panels: list[Any]) -> None:
    """Make the figure higher by its legends, which stand under the axes."""
    legends = [axes.get_legend_handles_labels()[1] for axes in panels if axes.get_legend()]
    lines = [math.ceil(len(labels) / legend_columns(labels)) for labels in legends]
    more = LEGEND_LINE * max(lines) + 0.1 if lines else 0.0
    height = HEIGHT + more
    figure.set_size_inches(figure.get_figwidth(), height)
    figure.subplots_adjust(bottom=(0.14 * HEIGHT + more) / height, top=1 - 0.09 * HEIGHT / height)


def png(figure: "Figure") -> bytes:
    """The figure as a PNG without date or program in it, so that equal pictures are equal files."""
    written = io.BytesIO()
    figure.savefig(written, format="png", metadata={"Software": None})
    return written.getvalue()
