"""``explore``: sliders over a rule's table and two charts, the light form of the sheet."""

import base64
import html
from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets as widgets
import pandas as pd

from gdlab.core.lessons import LESSON_EPOCHS
from gdlab.core.number_text import number_of
from gdlab.core.ranges import range_of
from gdlab.core.rerun import inputs_of, rerun
from gdlab.core.trace import Trace, trace
from gdlab.notebook.controls import Box, control
from gdlab.notebook.panel import Panel, panel
from gdlab.notebook.pictures import plot
from gdlab.notebook.svg import charts

FIRST_STEPS = 100  # what a run on a surface begins with where nothing is said
EXPLORED_ROWS = 100_000  # more take too long at every event of a drag
LETTER, CONTROL = 9, 260  # pixels: a label's letter, and a slider with its number box
MOST_LETTERS = 13  # of a number with six digits: -1.23457e+100
LISTED_ROWS = 290  # more are cut out of the middle of the table on the page
# The colours are those of the sheet: of JupyterLab's theme, elsewhere of the reader's choice.
STYLE = """<style>
.gdlab-explore {
  --ground: var(--jp-layout-color0, light-dark(#ffffff, #111417));
  --raised: var(--jp-layout-color1, light-dark(#ffffff, #1b1f24));
  --shade: var(--jp-layout-color2, light-dark(#eef0f2, #2a2f36));
  --line: var(--jp-border-color2, light-dark(#cfd4da, #454c55));
  --text: var(--jp-ui-font-color0, light-dark(#14171a, #f1f3f5));
  --quiet: light-dark(#565d66, #a9b1ba);
  --run: light-dark(#0b62c4, #6db3ff);
  --bad: light-dark(#b3261e, #ff9d94);
  --bad-ground: light-dark(#fde7e5, #4a1d1a);
  background: var(--ground); color: var(--text);
  border: 1px solid var(--line); border-radius: 4px; padding: 6px 10px;
  font: 13px/1.4 var(--jp-ui-font-family, system-ui, sans-serif);
  accent-color: var(--run);
}
[data-jp-theme-light="true"] .gdlab-explore, .light .gdlab-explore { color-scheme: light; }
[data-jp-theme-light="false"] .gdlab-explore, .dark .gdlab-explore { color-scheme: dark; }
/* The table scrolls, and nothing round it: not an output that Notebook 7 finds too high either. */
.jp-mod-outputsScrolled.jp-CodeCell .jp-Cell-outputArea:has(.gdlab-explore) {
  max-height: none; overflow: visible; resize: none;
  &::after { display: none; }
}
.gdlab-explore, .gdlab-explore .widget-box, .gdlab-explore .jupyter-widgets {
  overflow: visible; max-width: 100%;
}
.gdlab-explore .widget-html, .gdlab-explore .widget-html-content {
  display: block; height: auto; min-width: 0; line-height: 1.4; margin: 0; width: auto;
}
.gdlab-explore .gdlab-scroll {
  /* The heads, twelve rows, and a scroll bar whose height is known: no row is cut in half. */
  overflow: scroll auto; max-height: calc(24px * 13 + 12px + 2px); margin-top: 4px;
  border: 1px solid var(--line); border-radius: 3px; display: block; box-sizing: border-box;
  /* A table that is written again moves nothing of the notebook. */
  contain: content;
}
.gdlab-scroll::-webkit-scrollbar { width: 12px; height: 12px; }
.gdlab-scroll::-webkit-scrollbar, .gdlab-scroll::-webkit-scrollbar-corner {
  background: var(--ground);
}
.gdlab-scroll::-webkit-scrollbar-thumb { background: var(--line); border-radius: 6px; }
.gdlab-explore .gdlab-scroll .widget-html { overflow: visible; width: max-content; }
/* A drag is followed: columns have known widths, and a row is laid out when it comes into sight. */
.gdlab-explore table {
  display: block; margin: 0; color: var(--text);
  font: 12px/1 ui-monospace, "DejaVu Sans Mono", Consolas, Menlo, monospace;
}
.gdlab-explore :is(thead, tbody) { display: block; }
.gdlab-explore thead { position: sticky; top: 0; }
.gdlab-explore tr { display: grid; grid-template-columns: var(--columns); height: 24px; }
.gdlab-explore tbody tr { content-visibility: auto; }
.gdlab-explore :is(th, td) {
  height: 24px; padding: 0 1ch; line-height: 24px; text-align: right; white-space: nowrap;
  box-sizing: border-box;
}
.gdlab-explore th { background: var(--shade); font-weight: 600; }
.gdlab-explore td {
  border-top: 1px solid var(--line); background: var(--ground); line-height: 23px;
}
.gdlab-fields {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 4px 18px;
}
.gdlab-field {
  display: grid; grid-template-columns: minmax(0, 1.3fr) minmax(0, 1fr) 98px; gap: 8px;
  align-items: center; line-height: 1.1;
}
.gdlab-field input { min-width: 0; font: inherit; color: var(--text); background: var(--raised); }
.gdlab-field input:not([type=range]) {
  border: 1px solid var(--line); grid-column: 3; padding: 2px 4px;
  font: 12px/1.5 ui-monospace, "DejaVu Sans Mono", Consolas, Menlo, monospace;
}
.gdlab-words { margin: 4px 0; }
.gdlab-words[role=alert] {
  border-left: 4px solid var(--bad); background: var(--bad-ground); padding: 4px 10px;
}
/* Two beside each other as long as their words can be read, and never so large that they shout. */
.gdlab-charts { display: flex; flex-wrap: wrap; gap: 4px 10px; container-type: inline-size; }
.gdlab-chart {
  flex: 1 1 320px; min-width: 0; max-width: 475px; height: auto; display: block; overflow: hidden;
}
.gdlab-chart text { fill: var(--quiet); font-size: 11px; }
.gdlab-chart .gdlab-title { fill: var(--text); font-weight: 600; font-size: 12px; }
@container (max-width: 330px) {
  .gdlab-chart text, .gdlab-chart .gdlab-title { font-size: 15px; }
  .gdlab-chart .gdlab-title { transform: translateY(-4px); }
}
/* On a phone a slider and its box share a line: the first chart is in sight while it is dragged. */
@media (max-width: 500px) {
  .gdlab-explore > .widget-gridbox .widget-hslider { flex-basis: 180px !important; }
  .gdlab-explore > .widget-gridbox .widget-label { width: auto !important; min-width: 96px; }
}
.gdlab-ground { fill: var(--raised); stroke: var(--line); }
.gdlab-tick { stroke: var(--line); stroke-width: 0.6; }
.gdlab-run { fill: none; stroke: var(--run); stroke-width: 1.8; stroke-linecap: round; }
.gdlab-contour { fill: none; stroke: var(--quiet); stroke-width: 0.7; opacity: 0.6; }
.gdlab-point { fill: var(--quiet); }
.gdlab-start { fill: var(--ground); stroke: var(--text); stroke-width: 1.5; }
.gdlab-bad { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 4 3; }
.gdlab-chart .gdlab-bad-word { fill: var(--bad); }
</style>"""


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


class Explorer(widgets.VBox):
    """What ``explore`` shows.

    ``boxes`` holds the number boxes by the inputs' names, and ``run`` the trace on the page. A
    number in a box is the number that is used, all its digits. After a value that is refused the
    table is still the one before; ``words`` says so, and why.
    """

    def __init__(self, run: Trace) -> None:
        self.run = run
        self.boxes: dict[str, Box] = {}
        self.words = widgets.HTML()
        self.charts = widgets.HTML()
        self.rows = widgets.HTML()
        # The box scrolls and stays while its table is written again: its place is kept.
        scroll = widgets.Box([self.rows])
        scroll.add_class("gdlab-scroll")
        look = widgets.HTML(STYLE, layout=widgets.Layout(display="none"))
        super().__init__([look, *self._controls(), self.words, self.charts, scroll])
        self.add_class("gdlab-explore")
        self._show()

    def _controls(self) -> list[widgets.Widget]:
        """The inputs in two columns; what the first row finds above it is folded away."""
        length = "epochs" if self.run.table.point else "steps"
        values = inputs_of(self.run)
        values[length] = self.run.n_epochs if self.run.table.point else self.run.rows
        table = self.run.table
        parameters = [table.start_inputs[name] for name in table.parameters]
        carried = [name for name in table.start_inputs.values() if name not in parameters]
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
            self.boxes[name] = box = Box(value=value)
            limits = range_of(name, self.run.table, self.run.points)
            controls.append(control(name, box, limits, f"{label}px", partial(self.typed, name)))
            box.observe(lambda _: self._changed(), "value")
        columns = f"repeat(auto-fill, minmax(min({label + CONTROL}px, 100%), 1fr))"
        return widgets.GridBox(controls, layout=widgets.Layout(grid_template_columns=columns))

    def _changed(self) -> None:
        """Run again with what stands in the boxes, or say in words why not."""
        given = {name: box.value for name, box in self.boxes.items()}
        length = {name: _whole(given.pop(name)) for name in ("epochs", "steps") if name in given}
        try:
            rows = next(iter(length.values())) * (self.run.samples if self.run.table.point else 1)
            if rows > EXPLORED_ROWS:
                name = next(iter(length))
                raise ValueError(
                    f"{name}: more than {EXPLORED_ROWS:,} rows; gdlab.trace makes them"
                )
            self.run = rerun(self.run, inputs=given, **length)
            self._show()
        except ValueError as error:
            self._refuse(str(error))
        except Exception as error:
            # The page is the only place where a learner looks: no error may end in a log alone.
            self._refuse(f"{type(error).__name__}: {error}")

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
        self.words.value = _words(why, "alert") + _words(still, "status")

    def _show(self) -> None:
        self.charts.value = charts(self.run)
        self.rows.value = _table(self.run, LISTED_ROWS)
        self.words.value = _words(self.run.summary(), "status")

    def _display_(self) -> Panel:
        """What marimo shows, which draws no ipywidgets."""
        return panel(self, STYLE)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The widget, and for a page without a kernel the same as a picture and a table."""
        bundle = super()._repr_mimebundle_(**kwargs)
        picture = plot(self.run)
        encoded = base64.b64encode(picture._repr_png_()).decode()
        words = html.escape(repr(picture))
        image = f'<img alt="{words}" src="data:image/png;base64,{encoded}">'
        bundle["text/plain"] = self.run.summary()
        bundle["text/html"] = image + self.run._repr_html_()
        return bundle


def _whole(value: float) -> Any:
    return int(value) if float(value).is_integer() else value


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
