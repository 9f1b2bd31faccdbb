"""The sheet as a widget of the notebook: its events go to a :class:`SheetState` and back."""

from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from gdlab.core.lessons import EPOCHS, lesson
from gdlab.core.trace import Trace, trace
from gdlab.notebook.sheet_state import COMPARE, DATA, SheetState
from gdlab.notebook.snapshot import still
from gdlab.web.assets import module, style

LESSON_TABS = ("basic", "momentum", "rmsprop", "adam", "adam_ann")


class LiveSheet(anywidget.AnyWidget):
    """A sheet, or several behind tabs, in the output of a notebook's cell."""

    _esm = module("jupyter.js")
    _css = style()
    # What the page shows before it has asked for anything: the kernel may still be busy then.
    first = traitlets.Dict().tag(sync=True)

    def __init__(self, book: SheetState) -> None:
        state, numbers = book.state()
        super().__init__(first={"state": state, "numbers": numbers})
        self.book = book
        self.on_msg(self._answer)

    def _answer(self, _widget: Any, event: Any, buffers: list[Any]) -> None:
        # "heard" is no event: it only hurries the answer to the one before (see jupyter.js).
        if event.get("kind") != "heard":
            self.send(*self.book.ask(event, buffers))

    @property
    def trace(self) -> Trace:
        """The run that the page shows, with everything that was changed there."""
        return self.book.runs.get(self.book.tab, self.book.one)

    def set(self, **inputs: float) -> None:
        """Give inputs of the sheet that is shown other values, as the sliders do.

        Raises ValueError where a value cannot be.
        """
        self.book.set(inputs)
        self.send(*self.book.state())

    def _ipython_display_(self) -> None:
        """Show the live sheet and, for readers without a kernel, a still view of it.

        The live sheet's style hides the still view as long as the sheet is there.
        """
        from IPython.display import display

        bundle, metadata = self._repr_mimebundle_() or ({}, {})
        display(bundle | {"text/plain": "A live sheet."}, metadata=metadata, raw=True)
        display({"text/html": still(self.book), "text/plain": repr(self.trace)}, raw=True)


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
        run = trace(rule, points, **options)
    else:
        run = trace(rule, points, epochs=epochs, **options)
    return LiveSheet(SheetState({run.rule: run}, (run.rule,)))


def workbook(points: Any = None, *, epochs: int = EPOCHS) -> LiveSheet:
    """The lessons' workbook, live: the points, a sheet per lesson, and all of them compared."""
    runs = {name: lesson(name, points, epochs=epochs) for name in LESSON_TABS}
    return LiveSheet(SheetState(runs, (DATA, *LESSON_TABS, COMPARE)))
