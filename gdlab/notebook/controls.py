"""The boxes and sliders of ``explore``: a number in a box is the number that is used."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import ipywidgets as widgets
import traitlets

from gdlab.core.ranges import Range


class Box(traitlets.HasTraits):
    """A number that is set by hand; ``value`` is that number."""

    value = traitlets.Float()


def control(
    name: str, box: Box, limits: Range | None, label_width: str, typed: Callable[[str], None]
) -> widgets.Widget:
    """A box on the page, with a slider bound to it where the input has a range.

    ``typed(text)`` is called with what a person typed.
    """
    style = {"description_width": label_width}
    # A box for numbers would drop a decimal comma: 0,05 became 5.
    text = widgets.Text(
        _written(box.value),
        continuous_update=False,
        tooltip=name,
        layout=widgets.Layout(width="110px"),
    )

    def take(change: dict[str, Any]) -> None:
        typed(change["new"])

    def show(change: dict[str, Any]) -> None:
        # What is shown was not typed.
        text.unobserve(take, "value")
        text.value = _written(change["new"])
        text.observe(take, "value")

    text.observe(take, "value")
    box.observe(show, "value")
    if limits is None:
        text.description, text.style = name, style
        text.layout.width = f"calc({label_width} + 118px)"
        return text
    slider = widgets.IntSlider(
        limits.step_of(box.value),
        min=0,
        max=limits.steps,
        description=name,
        readout=False,
        style=style,
        # At its end the handle stands clear of the box.
        layout=widgets.Layout(
            flex=f"1 1 calc({label_width} + 110px)", width="auto", margin="2px 10px 2px 2px"
        ),
    )

    def move(change: dict[str, Any]) -> None:
        # A slider that follows its box stands where the box's number belongs, and says nothing.
        if change["new"] != limits.step_of(box.value):
            box.value = limits.at(change["new"])

    def follow(change: dict[str, Any]) -> None:
        slider.value = limits.step_of(change["new"])

    slider.observe(move, "value")
    box.observe(follow, "value")
    # Where there is no room for both, the box stands under its slider, at the right.
    text.layout.margin = "2px 2px 2px auto"
    return widgets.HBox([slider, text], layout=widgets.Layout(flex_flow="row wrap"))


def _written(number: float) -> str:
    """A number in full as the sheet shows it: 0.00005, and 5e-07."""
    text = repr(number).removesuffix(".0")
    return f"{Decimal(text):f}" if 1e-6 <= abs(number) < 1e21 else text
