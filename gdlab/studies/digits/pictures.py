"""Pictures of a race: its curves under their rules' names or others, and the weights as images."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from gdlab.notebook.axes import HIGHEST_DRAWN, numbered_style, rule_styles
from gdlab.notebook.pictures import DPI, Picture, side_by_side
from gdlab.studies.digits.data import CLASSES, SIDE
from gdlab.studies.digits.results import Race

if TYPE_CHECKING:
    from matplotlib.axes import Axes

IMAGE = 1.05  # inches of one digit's weights


def plot_race(race: Race) -> Picture:
    """Show the loss of the first epoch, the smooth loss after it, and the test accuracy."""
    from matplotlib.ticker import MaxNLocator

    figure, panels = side_by_side(3)
    draw_curves(panels[0], panels[1], race, dict(zip(race.rules, race.rules, strict=True)))
    for rule, style in zip(race.rules, rule_styles(race.rules), strict=True):
        panels[2].plot(race.accuracy[rule], markersize=5, label=rule, **style)
    panels[2].set(title="Test accuracy after every epoch", xlabel="epoch", ylabel="share right")
    panels[2].xaxis.set_major_locator(MaxNLocator(integer=True))
    panels[2].legend(fontsize=8)
    return Picture(figure, f"Picture of a race of {', '.join(race.rules)}: loss and accuracy")


def draw_curves(first: "Axes", later: "Axes", race: Race, names: Mapping[str, str]) -> None:
    """The batches' loss in the first epoch; then its mean over an epoch; both logarithmic.

    ``names`` maps what stands in the legend to the rules; where those are not to be known, their
    colours are not told either.
    """
    known = list(names) == list(names.values())
    styles = rule_styles(list(names)) if known else [*map(numbered_style, range(len(names)))]
    for axes, curves in ((first, race.loss.iloc[: race.batches]), (later, race.smooth)):
        for (name, rule), style in zip(names.items(), styles, strict=True):
            values = curves[rule].where(np.isfinite(curves[rule]))
            axes.plot(values, linewidth=1.5, label=name, **{**style, "marker": ""})
        _log_axis(axes)
        axes.set(xlabel="update", ylabel="mean squared error")
        axes.legend(fontsize=8)
    first.set(title="Loss of every batch, first epoch")
    later.set(title="Mean loss over the last epoch")


def _log_axis(axes: "Axes") -> None:
    """A logarithmic y axis with plain numbers; it ends where doubles end."""
    low, high = axes.dataLim.intervaly
    if not 0 < low <= high:
        axes.text(0.5, 0.5, "nothing to draw yet", ha="center", transform=axes.transAxes)
        return
    axes.set_ylim(low / 1.1, 1.1 * min(high, HIGHEST_DRAWN))
    axes.set_yscale("log")
    if high < 100 * low:
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("{x:g}")


def plot_weights(race: Race) -> Picture:
    """Show each rule's weights as ten images: red speaks for the digit, blue against it.

    A rule's images share one scale, from white at 0 to the colour at its largest weight.
    """
    from matplotlib.figure import Figure

    size = IMAGE * CLASSES + 0.9, IMAGE * len(race.rules) + 0.3
    figure = Figure(figsize=size, dpi=DPI)
    panels = figure.subplots(len(race.rules), CLASSES, squeeze=False)
    left, top = 0.85 / size[0], 1 - 0.25 / size[1]
    figure.subplots_adjust(left, 0.01, 0.995, top, wspace=0.06, hspace=0.06)
    for row, rule in zip(panels, race.rules, strict=True):
        weights = race.weights[rule]
        most = float(np.abs(weights).max())
        for digit, axes in enumerate(row):
            image = weights[:, digit].reshape(SIDE, SIDE)
            axes.imshow(image, cmap="RdBu_r", vmin=-most, vmax=most)
            axes.set(xticks=[], yticks=[])
        row[0].set_ylabel(f"{rule}\n±{most:.2g}", fontsize=9)
    for digit, axes in enumerate(panels[0]):
        axes.set_title(digit, fontsize=10)
    return Picture(
        figure, f"Picture of the weights of {', '.join(race.rules)}, an image for each digit"
    )
