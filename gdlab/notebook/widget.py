"""The sheet in a notebook: it runs in the page, and shares what is set there with Python."""

from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets

from gdlab.core.lessons import EPOCHS, LESSONS
from gdlab.core.points import lesson_pairs, pairs
from gdlab.core.rerun import rerun
from gdlab.core.trace import Trace
from gdlab.notebook import requests, sheet_state
from gdlab.notebook.snapshot import still
from gdlab.web.assets import module, style
from gdlab.web.data import page_data, planned, runs_of
from gdlab.web.limits import PAGE_ROWS
from gdlab.web.program import program


class LiveSheet(anywidget.AnyWidget):
    """A sheet, or several behind tabs, in the output of a notebook's cell.

    What is set on the page is shared with Python: assign to change it there, ``observe`` to hear of
    a change. Each raises ValueError for what cannot be.

    Args:
        tab: the sheet that is shown.
        inputs: every input by its name, ``lr`` or, where there are several sheets, ``adam.lr``. An
            assignment sets those that it names; a plain ``lr`` is that of the sheet that is shown.
        epochs: passes over the points, for all sheets.
        points: rows of x and y, or of a model's own columns; assign any kind of points that
            :func:`gdlab.trace` takes.
        compared: the rules on the sheet compare.
        selected: the cell where a person is, ``{"row": 3, "column": "error"}``; empty where the
            sheet has opened.
        practice: the practice sheet that is open: ``sheet``, ``seed``, and the ``texts`` typed in
            its cells, by ``"3 error"``; empty where none is.
    """

    _esm = module("jupyter.js")
    _css = style()
    # What the sheets are; it never changes.
    page = traitlets.Dict().tag(sync=True)
    programs = traitlets.Dict().tag(sync=True)

    tab = traitlets.Unicode().tag(sync=True)
    inputs = traitlets.Dict().tag(sync=True)
    epochs = traitlets.Any().tag(sync=True)
    points = traitlets.Any().tag(sync=True)
    compared: traitlets.List = traitlets.List().tag(sync=True)
    selected = traitlets.Dict().tag(sync=True)
    practice = traitlets.Dict().tag(sync=True)

    def __init__(
        self, runs: Mapping[str, Trace], practice: Mapping[str, Any] | None = None
    ) -> None:
        for run in runs.values():
            if run.rows > PAGE_ROWS:
                raise ValueError(
                    f"{run.rows} rows are more than the {PAGE_ROWS} that a page can hold"
                )
        page = page_data(runs) | {"practice": practice}
        # The runs of all sheets and of the rules that can be compared, as they were at first.
        self.runs = runs_of(page, runs)
        self.tasks: set[Any] = set()
        self._page = page
        self._inputs = sheet_state.inputs_at_first(page)
        super().__init__(
            page=page,
            programs={name: program(run.table) for name, run in self.runs.items()},
            tab=page["tab"],
            inputs=self._inputs,
            epochs=page["epochs"],
            points=[list(point) for point in zip(*page["points"].values(), strict=True)],
            compared=list(runs),
        )
        self.on_msg(self._heard)

    @traitlets.validate("tab")
    def _check_tab(self, proposal: Any) -> str:
        return sheet_state.checked_tab(self._page, proposal["value"])

    @traitlets.validate("inputs")
    def _check_inputs(self, proposal: Any) -> dict[str, float]:
        tab = self.tab or self._page["tab"]
        known = self.inputs or self._inputs
        return sheet_state.checked_inputs(self._page, tab, known, proposal["value"])

    @traitlets.validate("epochs")
    def _check_epochs(self, proposal: Any) -> int:
        own: list[float] = next(iter(self._page["points"].values()), [])
        samples = len(self.points or own)
        return sheet_state.checked_rows(self._page, samples, proposal["value"])

    @traitlets.validate("points")
    def _check_points(self, proposal: Any) -> list[list[float]]:
        if not self._page["points"]:
            return []
        points = sheet_state.checked_points(self._page, proposal["value"])
        sheet_state.checked_rows(self._page, len(points), self.epochs or self._page["epochs"])
        return points

    @traitlets.validate("compared")
    def _check_compared(self, proposal: Any) -> list[str]:
        return sheet_state.checked_names(list(self.runs), proposal["value"])

    def set(self, **inputs: float) -> None:
        """Set inputs of the sheet that is shown, as the sliders do.

        Raises ValueError where a value cannot be.
        """
        self.inputs = inputs

    @property
    def trace(self) -> Trace:
        """The run that the page shows, with everything that is set there, computed when asked."""
        first = next(iter(self._page["sheets"]))
        return self.run(self.tab if self.tab in self._page["sheets"] else first)

    def run(self, sheet: str) -> Trace:
        """The run of one sheet with everything that is set."""
        if sheet not in self.runs:
            raise ValueError(f"there is no sheet {sheet!r:.40}; there are {', '.join(self.runs)}")
        own = self._page["sheets"].get(sheet)
        inputs = own and sheet_state.inputs_of_sheet(self._page, self.inputs, sheet)
        points = pairs(self.points, tuple(self._page["points"])) if self.points else None
        return rerun(self.runs[sheet], points, self.epochs, inputs=inputs or {})

    @property
    def score(self) -> dict[str, int] | None:
        """How far a practice is: how many cells are right, follow, are unearned, wrong, empty.

        ``slips`` counts a mistake that all rows of a column repeat once; ``of`` counts all cells.
        None where no practice is open.
        """
        return requests.score(self) if self.practice else None

    def _heard(self, _widget: Any, event: Mapping[str, Any], buffers: list[Any]) -> None:
        requests.answer(self, event, buffers)

    def _ipython_display_(self) -> None:
        """Show the live sheet and, for readers without a kernel, a still view of it.

        The live sheet's style hides the still view as long as the sheet is there.
        """
        from IPython.display import display

        bundle, metadata = self._repr_mimebundle_() or ({}, {})
        display(bundle | {"text/plain": "A live sheet."}, metadata=metadata, raw=True)
        runs = {name: self.run(name) for name in self._page["sheets"]}
        shown = still(runs, self.tab)
        display({"text/html": shown, "text/plain": repr(self.trace)}, raw=True)


def sheet(
    rule: str | Callable | Trace, points: Any = None, *, epochs: int = EPOCHS, **options: Any
) -> LiveSheet:
    """The live sheet of one rule, or of a run that is there already.

    ``points``, ``epochs`` and ``options`` are those of :func:`gdlab.trace`, which also says what
    ValueError it raises.
    """
    if isinstance(rule, Trace):
        run = rule
    elif "surface" in options:
        run = planned(rule, points, **options)
    else:
        run = planned(rule, points, epochs=epochs, **options)
    return LiveSheet({run.rule: run})


def workbook(points: Any = None, *, epochs: int = EPOCHS) -> LiveSheet:
    """The lessons' workbook, live: the points, a sheet per lesson, and all of them compared."""
    given = list(zip(*lesson_pairs(), strict=True)) if points is None else points
    runs = {
        name: planned(one.rule, given, epochs=epochs, **one.settings)
        for name, one in LESSONS.items()
    }
    return LiveSheet(runs)
