"""What all drawings share: a style for each run, curves, labels, legends, and their axes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gdlab.core.assembly import EXTRAS
from gdlab.core.looks import COLOURS, Look, looks
from gdlab.core.trace import Trace

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What tells runs of one colour apart, and in print those of several.
LINES = ("-", "--", ":", "-.")
MARKS = ("o", "s", "^", "D", "v", "P", "X")
POINT_COLOUR = "#444444"
LONG_LABEL = 24  # letters; two longer ones do not stand side by side in a legend
CURVE_MARKERS = 8  # how many markers stand along a curve
HIGHEST_DRAWN = 1e240  # a logarithmic axis ends here: its ticks must stay under 1.8e308


def style_of(look: Look) -> dict[str, Any]:
    """Colour, line and marker of a look, as matplotlib has them."""
    return {
        "color": COLOURS[look.colour],
        "linestyle": LINES[look.round % len(LINES)],
        "marker": MARKS[(look.colour + look.round) % len(MARKS)],
    }


def numbered_style(number: int) -> dict[str, Any]:
    """The style of a curve that stands for no rule."""
    return style_of(Look(number % len(COLOURS), number // len(COLOURS)))


def rule_styles(rules: Sequence[str]) -> list[dict[str, Any]]:
    """The styles of the runs of some rules beside each other."""
    return [style_of(look) for look in looks(rules)]


def draw_curve(
    axes: "Axes",
    cells: np.ndarray,
    label: str,
    style: dict[str, Any],
    number: int = 0,
    every: int | None = None,
) -> None:
    """One curve over the rows, the ``number``-th; cells that are not finite leave a gap."""
    shown = np.where(np.isfinite(cells), cells, np.nan)
    # Markers of several curves stand beside each other, not on top of each other.
    apart = every or max(1, len(shown) // CURVE_MARKERS)
    offset = 0 if every else (number * apart // 4) % apart
    axes.plot(
        np.arange(1, len(shown) + 1),
        shown,
        linewidth=1.5,
        markersize=5,
        markevery=(offset, apart),
        label=label,
        **style,
    )


def mark_explosion(axes: "Axes", at: float, color: str) -> None:
    """Where a run exploded: its curve has a gap from there on."""
    # From bottom to top on any axis. It is not a curve, so the axis does not grow for it.
    across = axes.get_xaxis_transform()
    axes.vlines(at, 0, 1, transform=across, color=color, linestyle=":", linewidth=1.2)


def log_axis(axes: "Axes") -> None:
    """A logarithmic y axis, unless nothing drawn is over 0; it ends where doubles end."""
    from matplotlib.ticker import LogFormatter, NullLocator

    drawn = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in axes.lines])
    over = drawn[drawn > 0]
    if not len(over):
        return
    low, high = float(over.min()), float(over.max())
    axes.set_ylim(max(low / 2, 1e-300), 2 * min(high, HIGHEST_DRAWN))
    axes.set_yscale("log")
    if high < 100 * low:
        # Less than two powers of ten: plain numbers at the steps between them too.
        axes.yaxis.set_major_formatter(LogFormatter(labelOnlyBase=False))
        axes.yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(2, 0.5)))
    else:
        axes.yaxis.set_minor_locator(NullLocator())


def labels(runs: Sequence[Trace]) -> list[str]:
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


def legend(axes: "Axes", runs: Sequence[Trace], always: bool = False) -> None:
    """A legend where there are several runs, or ``always``."""
    if always or len(runs) > 1:
        legend_below(axes)


def legend_below(axes: "Axes") -> None:
    """A legend under the axes, where no curve runs; pictures.py makes room for it."""
    columns = legend_columns(axes.get_legend_handles_labels()[1])
    below: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.17)}
    axes.legend(fontsize=8, ncols=columns, frameon=False, **below)


def legend_columns(labels: Sequence[str]) -> int:
    """How many of a legend's labels stand side by side."""
    return 1 if len(labels) < 2 or max(map(len, labels)) > LONG_LABEL else 2


def rows_axis(axes: "Axes", count: int) -> None:
    """An axis of whole numbers from 1, without a 0 that no row or epoch has."""
    from matplotlib.ticker import MaxNLocator

    air = min(0.5, 0.02 * count)
    axes.set_xlim(1 - air, max(count, 2) + 0.02 * count)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def widened(low: float, high: float) -> tuple[float, float]:
    """A range with some air at both ends."""
    air = 0.08 * (high - low) or 0.5
    return float(low - air), float(high + air)
