"""The sheet in a notebook: it runs in the page, and shares what is set there with Python."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import anywidget
import traitlets

from gdlab.core.lessons import LESSON_EPOCHS, LESSONS
from gdlab.core.model import find_model
from gdlab.core.points import lesson_pairs, pairs
from gdlab.core.rerun import rerun
from gdlab.core.trace import Trace
from gdlab.notebook import requests, sheet_state
from gdlab.notebook.snapshot import still
from gdlab.web.assets import module, style
from gdlab.web.data import COMPARE, guests_of, page_data, planned
from gdlab.web.limits import refuse_size
from gdlab.web.models import other_models, with_model
from gdlab.web.program import program


@dataclass
class Sheets:
    """The sheets of one model: what the page knows of them, and the runs that it began with.

    ``runs`` are those of all sheets and of the rules that can be compared, ``own`` those of the
    sheets alone. ``left`` is what was set for them when another model was chosen.
    """

    page: dict[str, Any]
    own: dict[str, Trace]
    runs: dict[str, Trace]
    left: dict[str, Any]

    @classmethod
    def of(cls, runs: Mapping[str, Trace]) -> "Sheets":
        """Sheets with these runs."""
        page = page_data(runs)
        return cls(page, dict(runs), {**runs, **guests_of(runs)}, sheet_state.at_first(page))


class LiveSheet(anywidget.AnyWidget):
    """A sheet, or several behind tabs, in the output of a notebook's cell.

    What is set on the page is shared with Python: assign to change it there, ``observe`` to hear of
    a change. Each raises ValueError for what cannot be.

    Args:
        model: the model that all sheets have, by its name; another brings its own points and
            inputs along.
        tab: the sheet that is shown.
        inputs: every input by its name, ``lr`` or, where there are several sheets, ``adam.lr``. An
            assignment sets those that it names; a plain ``lr`` is that of the sheet that is shown.
        epochs: passes over the points, for all sheets.
        points: rows of x and y, or of a model's own columns; assign any kind of points that
            :func:`gdlab.trace` takes.
        compared: the runs on the sheet compare: rules, and further runs of one, ``adam_2``, whose
            inputs are their own: ``sheet.inputs = {"adam_2.lr": 0.3}``.
        selected: the cell where a person is, ``{"row": 3, "column": "error"}``; empty where the
            sheet has opened.
        practice: the practice sheet that is open: ``sheet``, ``seed``, and the ``texts`` typed in
            its cells, by ``"3 error"``; empty where none is.
    """

    in_text = "A live sheet."
    _esm = module("jupyter.js")
    _css = style()
    # What the sheets are; it never changes.
    page = traitlets.Dict().tag(sync=True)
    programs = traitlets.Dict().tag(sync=True)

    model = traitlets.Unicode().tag(sync=True)
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
            refuse_size(run.samples if run.table.point else 0, run.rows)
        first = Sheets.of(runs)
        page = first.page
        self._first = page["model"]
        self._sheets = {self._first: first}
        page["practice"] = practice
        if practice:
            # What is to be computed by hand is not to be read off elsewhere.
            page["tabs"] = [tab for tab in page["tabs"] if tab != COMPARE]
        page["models"] = dict.fromkeys(self.models())
        self.tasks: set[Any] = set()
        self._is_told = False
        super().__init__(
            page=page,
            programs={name: program(run.table) for name, run in first.runs.items()},
            model=self._first,
            tab=page["tab"],
            epochs=page["epochs"],
            **first.left,
        )
        self.on_msg(self._heard)

    @property
    def _page(self) -> dict[str, Any]:
        return self.sheets_of(self.model).page

    @property
    def runs(self) -> dict[str, Trace]:
        """The runs that the sheets of this model, and the rules to compare, began with."""
        return self.sheets_of(self.model).runs

    def sheets_of(self, model: str) -> Sheets:
        """The sheets of a model, made when they are first asked for; ValueError for none such."""
        if model not in self._sheets:
            self._sheets[model] = Sheets.of(with_model(self._sheets[self._first].own, model))
        return self._sheets[model]

    def models(self) -> list[str]:
        """The models to choose from, those that were registered since among them."""
        first = self._sheets[self._first]
        # A practice that is given is one of its own model.
        others = [] if first.page["practice"] else other_models(first.own)
        return list(dict.fromkeys([self._first, *others]))

    def forget_changed(self) -> list[str]:
        """Forget the sheets of models that have been rewritten since, but keep those in use."""
        changed = [
            name
            for name, sheets in self._sheets.items()
            if name not in (self._first, self.model)
            and next(iter(sheets.own.values())).table.model is not find_model(name)
        ]
        for name in changed:
            del self._sheets[name]
        return changed

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the page has set: where that is another model, all that belongs to it too."""
        if sync_data.get("model", self.model) != self.model:
            self._leave(self.model)
        self._is_told = True
        try:
            super().set_state(sync_data)
        finally:
            self._is_told = False

    def _leave(self, model: str) -> None:
        sheets = self.sheets_of(model)
        sheets.left = {name: getattr(self, name) for name in sheets.left}

    @traitlets.observe("model")
    def _bring_along(self, change: Any) -> None:
        """Set what belongs to a model that Python has chosen."""
        if self._is_told or not change.old:
            return
        self._leave(change.old)
        with self.hold_sync():
            for name, value in self.sheets_of(change.new).left.items():
                setattr(self, name, value)

    @traitlets.validate("model")
    def _check_model(self, proposal: Any) -> str:
        model = str(proposal["value"])
        if model != self._first and self.page.get("practice"):
            raise ValueError("a practice is of one model; make another for another")
        self.sheets_of(model)
        return model

    @traitlets.validate(*sheet_state.CHECKS)
    def _check(self, proposal: Any) -> Any:
        check = sheet_state.CHECKS[proposal["trait"].name]
        return check(self._page, self, proposal["value"])

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
        """The run of one sheet, or of one that is compared, with everything that is set."""
        origin = sheet_state.origin_of(sheet, self.runs)
        if origin is None:
            raise ValueError(f"there is no sheet {sheet!r:.40}; there are {', '.join(self.runs)}")
        inputs = sheet_state.inputs_of_sheet(self._page, self.inputs, sheet)
        points = pairs(self.points, tuple(self._page["points"])) if self.points else None
        return rerun(self.runs[origin], points, self.epochs, inputs=inputs)

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
        display(bundle | {"text/plain": self.in_text}, metadata=metadata, raw=True)
        still_view = self._still()
        if still_view:
            display({"text/html": still_view, "text/plain": repr(self.trace)}, raw=True)

    def _still(self) -> str:
        return still({name: self.run(name) for name in self._page["sheets"]}, self.tab)


def sheet(
    rule: str | Callable | Trace, points: Any = None, *, epochs: int = LESSON_EPOCHS, **options: Any
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


def workbook(points: Any = None, *, epochs: int = LESSON_EPOCHS) -> LiveSheet:
    """The lessons' workbook, live: the points, a sheet per lesson, and all of them compared."""
    given = list(zip(*lesson_pairs(), strict=True)) if points is None else points
    runs = {
        name: planned(one.rule, given, epochs=epochs, **one.settings)
        for name, one in LESSONS.items()
    }
    return LiveSheet(runs)
