"""``explore``: sliders over a rule's table and two plots, the light form of the sheet."""

import base64
import html
from collections.abc import Callable
from math import log10
from typing import Any

import ipywidgets as widgets

from gdlab.core.ranges import Range, range_of
from gdlab.core.rerun import inputs_of, rerun
from gdlab.core.run import trace
from gdlab.core.trace import Trace
from gdlab.notebook.pictures import plot

EPOCHS, STEPS = 5, 100  # what a run begins with where nothing is said
MOST_ROWS = 100_000
LETTER, CONTROL = 9, 260  # pixels: a label's letter, and a slider with its number box
SHOWN_ROWS = 290  # more are cut out of the middle of the table on the page
STYLE = """<style>
.gdlab-rows { max-height: 22em; overflow: auto; max-width: 100%; }
.gdlab-rows table { border-collapse: collapse; font-size: 12px; }
.gdlab-rows th { position: sticky; top: 0; background: var(--jp-layout-color2, #eee); }
.gdlab-rows th, .gdlab-rows td { padding: 2px 8px; text-align: right; white-space: nowrap; }
.gdlab-rows tr:nth-child(even) td { background: var(--jp-layout-color1, #fafafa); }
.gdlab-words { margin: 4px 0; line-height: 1.4; color: var(--jp-ui-font-color1, #222); }
.gdlab-words[role=alert] { border-left: 4px solid #d33; padding-left: 8px; font-weight: bold; }
</style>"""


def explore(rule: str | Callable, points: Any = None, **settings: Any) -> "Explorer":
    """Sliders and number boxes over a rule's table, its loss and its line (a surface: its path).

    ``rule``, ``points`` and ``settings`` are those of :func:`gdlab.trace`, by default five epochs
    or, on a surface, a hundred steps. Every hyperparameter and everything that the first row
    starts from has a number box; those with a range in :mod:`gdlab.core.ranges` have a slider too.
    Raises ValueError as :func:`gdlab.trace` does.
    """
    if "surface" in settings:
        settings.setdefault("steps", STEPS)
    else:
        settings.setdefault("epochs", EPOCHS)
    return Explorer(trace(rule, points, **settings))


class Explorer(widgets.VBox):
    """What ``explore`` shows.

    ``boxes`` holds the number boxes by the inputs' names, and ``run`` the trace on the page: after
    a value that is refused it is still the one before, and ``words`` says why.
    """

    def __init__(self, run: Trace) -> None:
        self.run = run
        self.boxes: dict[str, widgets.FloatText] = {}
        self.words = widgets.HTML()
        self.picture = widgets.Image(format="png", layout=widgets.Layout(width="100%"))
        self.picture.layout.max_width = "1000px"
        self.rows = widgets.HTML()
        super().__init__([*self._controls(), self.words, self.picture, self.rows])
        self._show()

    def _controls(self) -> list[widgets.Widget]:
        """The inputs in two columns; what the first row finds above it waits folded."""
        length = "epochs" if self.run.table.point else "steps"
        values = inputs_of(self.run)
        values[length] = self.run.n_epochs if self.run.table.point else self.run.rows
        parameters = [f"start_{name}" for name in self.run.table.parameters]
        carried = [f"start_{name}" for name in self.run.start if f"start_{name}" not in parameters]
        first = [name for name in values if name not in carried and name not in parameters]
        shown = [self._grid({name: values[name] for name in [*first, *parameters]})]
        if carried:
            grid = self._grid({name: values[name] for name in carried})
            title = "What the first row finds above it"
            shown.append(widgets.Accordion([grid], titles=(title,), selected_index=None))
        return shown

    def _grid(self, values: dict[str, float]) -> widgets.Widget:
        label = LETTER * max(map(len, values))
        controls = []
        for name, value in values.items():
            control, self.boxes[name] = _control(name, value, f"{label}px")
            self.boxes[name].observe(lambda _: self._changed(), "value")
            controls.append(control)
        columns = f"repeat(auto-fill, minmax({label + CONTROL}px, 1fr))"
        return widgets.GridBox(controls, layout=widgets.Layout(grid_template_columns=columns))

    def _changed(self) -> None:
        """Run again with what stands in the boxes, or say in words why not."""
        given = {name: box.value for name, box in self.boxes.items()}
        length = {name: _whole(given.pop(name)) for name in ("epochs", "steps") if name in given}
        try:
            rows = next(iter(length.values())) * (self.run.samples if self.run.table.point else 1)
            if rows > MOST_ROWS:
                name = next(iter(length))
                raise ValueError(f"{name}: more than {MOST_ROWS:,} rows; gdlab.trace makes them")
            self.run = rerun(self.run, inputs=given, **length)
            self._show()
        except ValueError as error:
            self.words.value = STYLE + _words(str(error), "alert")
        except Exception as error:
            # The page is the only place where a learner looks: no error may end in a log alone.
            self.words.value = STYLE + _words(f"{type(error).__name__}: {error}", "alert")

    def _show(self) -> None:
        self.picture.value = plot(self.run)._repr_png_()
        self.rows.value = _table(self.run, SHOWN_ROWS)
        self.words.value = STYLE + _words(self.run.summary(), "status")

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The widget, and for a page without a kernel the same as a picture and a table."""
        bundle = super()._repr_mimebundle_(**kwargs)
        encoded = base64.b64encode(self.picture.value).decode()
        words = html.escape(repr(plot(self.run)))
        image = f'<img alt="{words}" src="data:image/png;base64,{encoded}">'
        bundle["text/plain"] = self.run.summary()
        bundle["text/html"] = image + self.run._repr_html_()
        return bundle


def _control(name: str, value: float, label_width: str) -> tuple[widgets.Widget, widgets.FloatText]:
    """A number box, with a slider bound to it where the input has a range."""
    limits = range_of(name)
    box = widgets.FloatText(value, step=None, tooltip=name, layout=widgets.Layout(width="110px"))
    style = {"description_width": label_width}
    if limits is None:
        box.description, box.style = name, style
        box.layout.width = f"calc({label_width} + 118px)"
        return box, box
    slider = _slider(name, value, limits, style)

    def move(change: dict[str, Any]) -> None:
        box.value = _rounded(change["new"], limits)

    def follow(change: dict[str, Any]) -> None:
        # A typed number keeps all its digits: the slider follows it and does not answer.
        if _rounded(slider.value, limits) != change["new"]:
            slider.unobserve(move, "value")
            slider.value = min(max(change["new"], limits.low), limits.high)
            slider.observe(move, "value")

    slider.observe(move, "value")
    box.observe(follow, "value")
    return widgets.HBox([slider, box]), box


def _slider(name: str, value: float, limits: Range, style: dict[str, str]) -> widgets.Widget:
    within = min(max(value, limits.low), limits.high)
    given = {"description": name, "readout": False, "style": style, "step": limits.step}
    given["layout"] = widgets.Layout(flex="1 1 auto", width="auto", min_width="200px")
    if not limits.log:
        return widgets.FloatSlider(within, min=limits.low, max=limits.high, **given)
    return widgets.FloatLogSlider(within, min=log10(limits.low), max=log10(limits.high), **given)


def _rounded(value: float, limits: Range) -> float:
    """A slider's place as a number to read: three digits on a log scale, no trailing noise."""
    return float(f"{value:.3g}" if limits.log else f"{value:.10g}")


def _whole(value: float) -> Any:
    return int(value) if float(value).is_integer() else value


def _words(text: str, role: str) -> str:
    return f'<p class="gdlab-words" role="{role}">{html.escape(text)}</p>'


def _table(run: Trace, rows: int) -> str:
    """The frame as HTML: six digits in the cell, all of them when the pointer rests there."""

    def cell(value: float) -> str:
        return f'<span title="{float(value)!r}">{value:.6g}</span>'

    frame = run.frame
    floats: Any = {name: cell for name in frame.columns if frame[name].dtype == float}
    written = frame.to_html(index=False, max_rows=rows, formatters=floats, escape=False, border=0)
    return f'<div class="gdlab-rows" tabindex="0">{written}</div>'
