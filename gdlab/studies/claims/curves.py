"""Some curves over one axis, in the manner of the other pictures."""

from collections.abc import Mapping, Sequence

import numpy as np

from gdlab.notebook.axes import numbered_style
from gdlab.notebook.pictures import Picture, side_by_side

WIDE = 7.5  # inches
MOST_MARKED = 25  # up to so many places each one is marked


def plot_curves(
    x: Sequence[float],
    curves: Mapping[str, Sequence[float]],
    title: str,
    x_name: str,
    y_name: str,
    *,
    logarithmic: bool = True,
) -> Picture:
    """Draw ``curves`` by their names over ``x``, both axes ``logarithmic`` or neither.

    What is not a finite number leaves a gap.
    """
    from matplotlib.ticker import LogFormatter

    figure, (axes,) = side_by_side(1)
    figure.set_size_inches(WIDE, figure.get_figheight())
    figure.subplots_adjust(left=0.8 / WIDE, right=1 - 0.15 / WIDE)
    for number, (name, heights) in enumerate(curves.items()):
        style = numbered_style(number)
        if len(x) > MOST_MARKED:
            style["marker"] = ""
        shown = np.asarray(heights, dtype=float)
        axes.plot(x, np.where(np.isfinite(shown), shown, np.nan), label=name, markersize=4, **style)
    if logarithmic:
        axes.set(xscale="log", yscale="log")
        # Between two powers of ten too, where the axis has few of them.
        axes.yaxis.set_major_formatter(LogFormatter(labelOnlyBase=False))
        axes.yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(1.5, 0.5)))
    axes.set(title=title, xlabel=x_name, ylabel=y_name)
    axes.legend(fontsize=8)
    return Picture(figure, f"Picture: {title}")
