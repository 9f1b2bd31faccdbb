"""``practice_sheet``: a sheet in the notebook to fill in, judged as it is typed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from gdlab.core.trace import Trace
from gdlab.marking.handout import make
from gdlab.marking.judge import RIGHT, WRONG
from gdlab.marking.record import Record
from gdlab.marking.report import Marked, report
from gdlab.marking.sheet import CellRef, Filled
from gdlab.marking.values import typed
from gdlab.notebook.sheet_state import Answer, Event, SheetState
from gdlab.notebook.widget import LiveSheet

LONGEST_TEXT = 60
GIVEN = "this is given; only the tinted cells are filled in"
ASIDE = "Fill in the tinted cells; each is judged as it is typed."


class Said(NamedTuple):
    """What is said of one cell: its mark, a sentence at once, and a hint on request."""

    status: str
    sentence: str
    hint: str


Judge = Callable[[Mapping[CellRef, str]], dict[CellRef, Said]]


def practice_sheet(
    rule: str | Callable,
    rows: int = 3,
    *,
    seed: int = 0,
    blank: str | Iterable[str] = "all",
    decimals: int | None = None,
    **options: Any,
) -> "PracticeSheet":
    """An empty sheet of ``rows`` rows, each cell judged as soon as it is typed.

    The arguments are those of :func:`gdlab.practice`, which also says what ValueError it raises:
    the same seed gives the same numbers in the workbook and in the notebook.
    """
    record, run = make(rule, rows=rows, seed=seed, blank=blank, decimals=decimals, **options)
    return PracticeSheet(record, run)


def judging(record: Record, run: Trace) -> Judge:
    """A judge of one sheet: from all texts typed so far to what is said of each of those cells."""
    asked = frozenset((t, name) for t in range(1, record.rows + 1) for name in record.blank)

    def judge(texts: Mapping[CellRef, str]) -> dict[CellRef, Said]:
        written = {place: typed(text, "")[0] for place, text in texts.items() if place in asked}
        found = report(Filled(run, asked, written, shown=record.decimals))
        cells = {(cell.row, cell.column): cell for cell in found.cells}
        return {place: _said(cells[place]) for place in written}

    return judge


def _said(cell: Marked) -> Said:
    if cell.status == RIGHT:
        return Said(cell.status, "", "")
    if isinstance(cell.written, str):
        return Said(cell.status, cell.because or "", "")
    hint = cell.hint or ""
    # That a cell follows, and from where, is no secret; what went wrong is.
    return Said(cell.status, "" if cell.status == WRONG else hint, hint)


def _told(said: Said, hinted: bool) -> str:
    """What stands in the formula bar: the sentence, or the hint where it was asked for."""
    if hinted and said.status == WRONG and said.hint:
        return f"hint: {said.hint}"
    return said.sentence or said.status


class PracticeBook(SheetState):
    """The state behind a practice sheet: what was typed, and what is said of it.

    No true value of a blank cell is ever in the state: it would stand in the page's source.
    """

    def __init__(self, record: Record, run: Trace) -> None:
        super().__init__({run.rule: run}, (run.rule,))
        self.blank = record.blank
        self.judge = judging(record, run)
        self.texts: dict[CellRef, str] = {}
        self.hinted: set[CellRef] = set()

    def _do(self, event: Event, buffers: Sequence[Any]) -> bytes:
        match event.get("kind"):
            case "cell":
                self._type(self._place(event), str(event.get("text", "")).strip())
            case "hint":
                self._hint(self._place(event))
            case "show":
                pass
            case _:
                raise ValueError(GIVEN)
        return b""

    def set(self, inputs: Mapping[str, float]) -> None:
        """Refuse: the inputs are given, and so are the true numbers with them."""
        raise ValueError(GIVEN)

    def _place(self, event: Event) -> CellRef:
        row, column = event.get("row"), event.get("column")
        if column not in self.blank or not isinstance(row, int) or not 1 <= row <= self.one.rows:
            raise ValueError(GIVEN)
        return row, column

    def _type(self, place: CellRef, text: str) -> None:
        if len(text) > LONGEST_TEXT:
            raise ValueError(f"a cell takes a number, not {len(text)} characters")
        self.hinted.discard(place)
        self.texts.pop(place, None)
        if text:
            self.texts[place] = text

    def _hint(self, place: CellRef) -> None:
        if place not in self.texts:
            raise ValueError("write a number first; a hint says where to look in what is written")
        self.hinted.add(place)

    def state(self, known: str | None = None) -> Answer:
        """What the page shows: the given cells, what was typed, and what is said of it."""
        state, numbers = super().state(known)
        if "head" in state:
            state["head"] |= {"source": ASIDE}
        said = self.judge(self.texts)
        state |= {
            "python": "",
            "exploded": None,
            "mse": [],
            "blanks": {name: list(range(1, self.one.rows + 1)) for name in self.blank},
            "judged": {
                f"{row} {column}": {
                    "text": self.texts[row, column],
                    "status": one.status,
                    "hint": _told(one, (row, column) in self.hinted),
                }
                for (row, column), one in said.items()
            },
        }
        return state, [numbers[0], self._own_cells(numbers[1])]

    def _own_cells(self, true: bytes) -> bytes:
        """The cells with the learner's own numbers for the blank ones, and NaN for the rest."""
        names = self.one.table.names
        cells = np.frombuffer(true).reshape(len(names), -1).copy()
        for name in self.blank:
            cells[names.index(name)] = np.nan
        for (row, name), text in self.texts.items():
            number = typed(text, "")[0].number
            cells[names.index(name), row - 1] = np.nan if number is None else number
        return cells.tobytes()


class PracticeSheet(LiveSheet):
    """A practice sheet in the output of a notebook's cell."""

    def __init__(self, record: Record, run: Trace) -> None:
        super().__init__(PracticeBook(record, run))

    def _ipython_display_(self) -> None:
        """Show the sheet; no still view without a kernel, because that would have the answers."""
        from IPython.display import display

        bundle, metadata = self._repr_mimebundle_() or ({}, {})
        still = {"text/plain": "A practice sheet: run this cell to fill it in."}
        display(bundle | still, metadata=metadata, raw=True)
