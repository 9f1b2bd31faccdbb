"""``explore``: sliders over a rule's table and two charts, the light form of the sheet."""

import html
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import anywidget
import pandas as pd
import traitlets

from gdlab.core.lessons import LESSON_EPOCHS
from gdlab.core.number_text import number_of
from gdlab.core.ranges import range_of
from gdlab.core.rerun import inputs_of, rerun, whole_or_not
from gdlab.core.trace import Trace, trace
from gdlab.notebook.pictures import image, plot
from gdlab.notebook.svg import charts

FIRST_STEPS = 100  # what a run on a surface begins with where nothing is said
EXPLORED_ROWS = 100_000  # more take too long at every event of a drag
MOST_LETTERS = 13  # of a number with six digits: -1.23457e+100
LISTED_ROWS = 290  # more are cut out of the middle of the table on the page
HERE = Path(__file__).parent


def explore(rule: str | Callable | Trace, points: Any = None, **settings: Any) -> "Explorer":
    """Sliders and number boxes over a rule's table, its loss and its line (on a surface its path).

    A trace, such as the ``run`` of a workbook's table, is shown as it is.

    ``rule``, ``points`` and ``settings`` are those of :func:`gdlab.trace`, by default five epochs
    or, on a surface, a hundred steps. Every hyperparameter and everything that the first row
    starts from has a number box; those with a range in :mod:`gdlab.core.ranges` have a slider too.
    Raises ValueError as :func:`gdlab.trace` does.
    """
    if isinstance(rule, Trace):
        return Explorer(rule)
    if "surface" in settings:
        settings.setdefault("steps", FIRST_STEPS)
    else:
        settings.setdefault("epochs", LESSON_EPOCHS)
    return Explorer(trace(rule, points, **settings))


class Box(traitlets.HasTraits):
    """A number that is set by hand; ``value`` is that number."""

    value = traitlets.Float()


class Explorer(anywidget.AnyWidget):
    """What ``explore`` shows.

    ``boxes`` holds the number boxes by the inputs' names, and ``run`` the trace on the page. A
    number in a box is the number that is used, all its digits. After a value that is refused the
    table is still the one before; ``words`` says so, and why.
    """

    _esm = (HERE / "explore.js").read_text(encoding="utf-8")
    _css = (HERE / "explore.css").read_text(encoding="utf-8")
    fields: traitlets.List = traitlets.List().tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)
    charts = traitlets.Unicode().tag(sync=True)
    rows = traitlets.Unicode().tag(sync=True)
    # By an input's name what was done there last: a slider moved to ``at``, or a ``text`` typed.
    asked = traitlets.Dict().tag(sync=True)

    def __init__(self, run: Trace) -> None:
        super().__init__()
        self.run = run
        table = run.table
        length = ("epochs", run.n_epochs) if table.point else ("steps", run.rows)
        values = inputs_of(run) | dict([length])
        parameters = [table.start_inputs[name] for name in table.parameters]
        self._carried = [name for name in table.start_inputs.values() if name not in parameters]
        others = [name for name in values if name not in table.start_inputs.values()]
        order = [*others, *parameters, *self._carried]
        self.boxes = {name: Box(value=values[name]) for name in order}
        self._ranges = {name: range_of(name, table, run.points) for name in order}
        for box in self.boxes.values():
            box.observe(lambda _: self._changed(), "value")
        self._show()

    def _changed(self) -> None:
        """Run again with what stands in the boxes, or say in words why not."""
        given = {name: box.value for name, box in self.boxes.items()}
        name = "epochs" if "epochs" in given else "steps"
        length = whole_or_not(given.pop(name))
        try:
            if length * (self.run.samples if self.run.table.point else 1) > EXPLORED_ROWS:
                raise ValueError(
                    f"{name}: more than {EXPLORED_ROWS:,} rows; gdlab.trace makes them"
                )
            self.run = rerun(self.run, inputs=given, **{name: length})
            self._show()
        except ValueError as error:
            self._refuse(str(error))
        except Exception as error:
            # The page is the only place where a learner looks: no error may end in a log alone.
            self._refuse(f"{type(error).__name__}: {error}")

    @traitlets.observe("asked")
    def _answer(self, change: Any) -> None:
        """Do what was done on the page."""
        for name, asked in change.new.items():
            limits = self._ranges[name]
            if asked == change.old.get(name):
                continue
            if "at" in asked and limits:
                self.boxes[name].value = limits.at(asked["at"])
            else:
                self.typed(name, asked["text"])

    def typed(self, name: str, text: str) -> None:
        """Take what was typed into a box, or say in words why not."""
        try:
            number = number_of(text, name)
        except ValueError as error:
            self._refuse(str(error))
            return
        if number == self.boxes[name].value:
            # What was refused in between goes from the page.
            self._changed()
        self.boxes[name].value = number

    def _refuse(self, why: str) -> None:
        """Say why nothing was computed, and which run the table and the charts still show."""
        still = f"The charts and the table are still those of {self.run.summary()}"
        self.words = _words(why, "alert") + _words(still, "status")
        self.fields = self._fields()

    def _show(self) -> None:
        with self.hold_sync():
            self.charts = charts(self.run)
            self.rows = _table(self.run, LISTED_ROWS)
            self.words = _words(self.run.summary(), "status")
            self.fields = self._fields()

    def _fields(self) -> list[dict[str, Any]]:
        fields = []
        for name, box in self.boxes.items():
            one = {"name": name, "value": _written(box.value), "carried": name in self._carried}
            if limits := self._ranges[name]:
                one |= {"at": limits.step_of(box.value), "steps": limits.steps}
            fields.append(one)
        return fields

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget, and for a page without a kernel the same as a picture and a table."""
        bundle, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        bundle["text/plain"] = self.run.summary()
        bundle["text/html"] = image(plot(self.run)) + self.run._repr_html_()
        return bundle, metadata


def _written(number: float) -> str:
    """A number in full as the sheet shows it: 0.00005, and 5e-07."""
    text = repr(number).removesuffix(".0")
    return f"{Decimal(text):f}" if 1e-6 <= abs(number) < 1e21 else text


def _words(text: str, role: str) -> str:
    return f'<p class="gdlab-words" role="{role}">{html.escape(text)}</p>'


def _table(run: Trace, rows: int) -> str:
    """The frame as HTML: six digits in the cell, all of them when the pointer rests there.

    Of more than ``rows`` rows the first and the last are there. It is written at every event of a
    drag, and pandas' own ``to_html`` takes four times as long.
    """
    frame = run.frame
    left_out = max(len(frame) - rows, 0)
    shown = pd.concat([frame.head(rows // 2), frame.tail(rows - rows // 2)]) if left_out else frame
    heads = "".join(f"<th>{name}</th>" for name in frame.columns)
    columns = [_cells(shown[name].tolist()) for name in frame.columns]
    lines = [f"<tr>{''.join(cells)}</tr>" for cells in zip(*columns, strict=True)]
    note = ""
    if left_out:
        lines.insert(rows // 2, f"<tr>{'<td>...</td>' * len(columns)}</tr>")
        note = f"{left_out:,} rows in the middle are left out"
    widths = [
        2 + max(len(name), MOST_LETTERS if name in run.table.computed else _longest(shown[name]))
        for name in frame.columns
    ]
    look = f"width:{sum(widths)}ch;--columns:{' '.join(f'{width}ch' for width in widths)}"
    written = f"<thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody>"
    return f'<div class="gdlab-rows"><table style="{look}">{written}</table>{note}</div>'


def _longest(values: pd.Series) -> int:
    return max(len(f"{value:.6g}") for value in values)


def _cells(values: list[float]) -> list[str]:
    if isinstance(values[0], int):
        return [f"<td>{value}</td>" for value in values]
    return [f'<td title="{value!r}">{value:.6g}</td>' for value in values]
