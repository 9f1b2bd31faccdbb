"""The sheet in a notebook: it runs in the page, and shares what is set there with Python."""

from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets

from gdlab.core.lessons import LESSON_EPOCHS, LESSONS
from gdlab.core.model import find_model
from gdlab.core.rerun import rerun
from gdlab.core.trace import Trace
from gdlab.notebook import requests
from gdlab.notebook.score import score
from gdlab.notebook.sheet_state import Sheets
from gdlab.notebook.snapshot import still
from gdlab.web.assets import module, style
from gdlab.web.data import COMPARE, planned
from gdlab.web.limits import refuse_size
from gdlab.web.models import other_models, with_model


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

    in_text = "A live sheet: run this cell to open it."
    has_still = True
    _esm = module("jupyter.js")
    _css = style()
    # What the sheets are; it never changes.
    page = traitlets.Dict().tag(sync=True)

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
        first = Sheets(runs)
        page = first.page
        page["practice"] = practice
        if practice:
            # What is to be computed by hand is not to be read off elsewhere.
            page["tabs"] = [tab for tab in page["tabs"] if tab != COMPARE]
        self._first = page["model"]
        self._sheets = {self._first: first}
        self.works: dict[float, requests.Work] = {}
        page["models"] = self.models()
        super().__init__(
            page=page, model=self._first, tab=page["tab"], epochs=page["epochs"], **first.left
        )
        self.on_msg(lambda _, event, __: requests.answer(self, event))

    @property
    def _here(self) -> Sheets:
        return self.sheets_of(self.model)

    @property
    def runs(self) -> dict[str, Trace]:
        """The runs that the sheets of this model, and the rules to compare, began with."""
        return self._here.runs

    def sheets_of(self, model: str) -> Sheets:
        """The sheets of a model, made when they are first asked for; ValueError for none such."""
        if model not in self._sheets:
            self._sheets[model] = Sheets(with_model(self._sheets[self._first].own, model))
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
            if name not in (self._first, self.model) and sheets.model is not find_model(name)
        ]
        for name in changed:
            del self._sheets[name]
        return changed

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the page has set; what belongs to another model is there before the model."""
        super().set_state(dict(sorted(sync_data.items(), key=lambda one: one[0] == "model")))

    @traitlets.observe("compared", "inputs", "points", "practice", "model")
    def _remember(self, change: Any) -> None:
        """Remember what is set with its model, and bring it along when that is chosen again."""
        left = self._here.left
        if change.name != "model":
            left[change.name] = change.new
        elif change.old:
            with self.hold_sync():
                for name, value in left.items():
                    setattr(self, name, value)

    @traitlets.validate("model")
    def _check_model(self, proposal: Any) -> str:
        model = str(proposal["value"])
        if model != self._first and self.page.get("practice"):
            raise ValueError("a practice sheet belongs to one model; make another for another")
        self.sheets_of(model)
        return model

    @traitlets.validate("tab", "inputs", "epochs", "points", "compared")
    def _check(self, proposal: Any) -> Any:
        check = getattr(self._here, f"checked_{proposal['trait'].name}")
        return check(self, proposal["value"])

    def set(self, **inputs: float) -> None:
        """Set inputs of the sheet that is shown, as the sliders do.

        Raises ValueError where a value cannot be.
        """
        self.inputs = inputs

    @property
    def trace(self) -> Trace:
        """The run that the page shows, with everything that is set there, computed when asked."""
        own = self._here.own
        return self.run(self.tab if self.tab in own else next(iter(own)))

    def run(self, sheet: str) -> Trace:
        """The run of one sheet, or of one that is compared, with everything that is set."""
        run = self.runs[self._here.origin(sheet)]
        points = tuple(map(list, zip(*self.points, strict=True))) or None
        return rerun(run, points, self.epochs, inputs=self._here.inputs(sheet, self.inputs))

    @property
    def score(self) -> dict[str, int] | None:
        """How far a practice is: how many cells are right, follow, are unearned, wrong, empty.

        ``slips`` counts a mistake that all rows of a column repeat once; ``of`` counts all cells.
        None where no practice is open.
        """
        practice = self.practice
        if not practice:
            return None
        return score(self.runs[practice["sheet"]], practice, self.page["practice"] or {})

    def _ipython_display_(self) -> None:
        """Show the live sheet and, for readers without a kernel, a still view of it.

        The live sheet's style hides the still view as long as the sheet is there.
        """
        from IPython.display import display

        bundle, metadata = self._repr_mimebundle_() or ({}, {})
        display(bundle | {"text/plain": self.in_text}, metadata=metadata, raw=True)
        if self.has_still:
            runs = {name: self.run(name) for name in self._here.own}
            display({"text/html": still(runs, self.tab), "text/plain": repr(self.trace)}, raw=True)


def sheet(
    rule: str | Callable | Trace, points: Any = None, *, epochs: int = LESSON_EPOCHS, **options: Any
) -> LiveSheet:
    """The live sheet of one rule, or of a run that is there already.

    ``points``, ``epochs`` and ``options`` are those of :func:`gdlab.trace`, which also says what
    ValueError it raises.
    """
    # A surface has steps instead.
    passes = {} if "surface" in options else {"epochs": epochs}
    run = rule if isinstance(rule, Trace) else planned(rule, points, **passes, **options)
    return LiveSheet({run.rule: run})


def workbook(points: Any = None, *, epochs: int = LESSON_EPOCHS) -> LiveSheet:
    """The lessons' workbook, live: the points, a sheet per lesson, and all of them compared."""
    return LiveSheet(
        {
            name: planned(one.rule, points, epochs=epochs, **one.settings)
            for name, one in LESSONS.items()
        }
    )
