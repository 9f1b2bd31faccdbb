"""``explore`` for a host that knows anywidget and not ipywidgets, such as marimo.

The panel has no state of its own: it hands what is moved or typed to the explorer's boxes, and
shows what the explorer shows.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from gdlab.core.ranges import range_of

if TYPE_CHECKING:
    from gdlab.notebook.explore import Explorer


class Panel(anywidget.AnyWidget):
    """Sliders, boxes, charts and table; ``asked`` is what was moved or typed last."""

    _esm = (Path(__file__).parent / "panel.js").read_text(encoding="utf-8")
    look = traitlets.Unicode().tag(sync=True)
    fields: traitlets.List = traitlets.List().tag(sync=True)
    page = traitlets.Unicode().tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)


def panel(explorer: "Explorer", look: str) -> Panel:
    """A panel over an explorer; ``look`` is its style."""
    shown = Panel(look=look, fields=_fields(explorer), page=_page(explorer))

    def answer(change: dict[str, Any]) -> None:
        asked = change["new"]
        name = asked["name"]
        limits = range_of(name, explorer.run.table, explorer.run.points)
        if "at" in asked and limits:
            explorer.boxes[name].value = limits.at(asked["at"])
        else:
            explorer.typed(name, asked["text"])
        shown.fields, shown.page = _fields(explorer), _page(explorer)

    shown.observe(answer, "asked")
    return shown


def _fields(explorer: "Explorer") -> list[dict[str, Any]]:
    fields = []
    for name, box in explorer.boxes.items():
        limits = range_of(name, explorer.run.table, explorer.run.points)
        slider = {"at": limits.step_of(box.value), "steps": limits.steps} if limits else {}
        fields.append({"name": name, "value": box.value, **slider})
    return fields


def _page(explorer: "Explorer") -> str:
    table = f'<div class="gdlab-scroll">{explorer.rows.value}</div>'
    return explorer.words.value + explorer.charts.value + table
