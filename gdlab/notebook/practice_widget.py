"""``practice_sheet``: a sheet in the notebook to fill in, judged as it is typed."""

import html
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import traitlets

from gdlab.core.columns import COUNTERS
from gdlab.core.explanation import short
from gdlab.core.trace import Trace
from gdlab.marking.handout import make, warn_of_unseen
from gdlab.marking.record import Record
from gdlab.notebook.widget import LiveSheet

if TYPE_CHECKING:
    import pandas as pd

BLANK = "__"
GIVEN = "this is given; fill in the tinted cells only"


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

    The arguments, ``points`` and ``lr`` too, are those of :func:`gdlab.practice`, which also says
    what ValueError it raises, and when it warns. The same seed gives the same numbers in the
    workbook and in the notebook.
    """
    record, run = make(rule, rows=rows, seed=seed, blank=blank, decimals=decimals, **options)
    warn_of_unseen(record, run)
    return PracticeSheet(record, run)


class PracticeSheet(LiveSheet):
    """A practice sheet in the output of a notebook's cell.

    ``sheet.practice = sheet.practice | {"texts": {"1 error": "-6"}}`` types into its cells;
    ``score`` tells how far it is. As text and as HTML it is the sheet as it is filled in so far.
    """

    in_text = "A practice sheet: run this cell to fill it in."
    # A view without a kernel would have the answers.
    has_still = False

    def __init__(self, record: Record, run: Trace) -> None:
        self._record, self._run = record, run
        self._own = {
            "sheet": run.rule,
            "seed": record.seed,
            "epochs": run.n_epochs,
            "points": dict(zip(run.table.point, run.points, strict=True)),
            "inputs": record.given,
        }
        told = {"blank": list(record.blank), "decimals": record.decimals}
        super().__init__({run.rule: run}, self._own | told)
        self.practice = {"texts": {}, "hinted": []}

    @traitlets.validate("practice")
    def _check_practice(self, proposal: Any) -> dict[str, Any]:
        return proposal["value"] | self._own

    def _shown(self) -> tuple[str, "pd.DataFrame"]:
        """A caption, and the sheet with what is given and what was typed; no answer."""
        record, texts = self._record, self.practice["texts"]
        rows = range(1, record.rows + 1)
        table = self._run.frame.drop(columns=list(COUNTERS), errors="ignore").map(short)
        for name in record.blank:
            table[name] = [texts.get(f"{row} {name}", BLANK) for row in rows]
        table.insert(0, "row", rows)
        given = ", ".join(f"{name} = {short(value)}" for name, value in record.given.items())
        filled = f"{len(texts)} of {len(record.blank) * record.rows} cells filled in"
        return f"Practice: {record.rule}, {filled}; {given}", table

    def __repr__(self) -> str:
        caption, table = self._shown()
        return f"{caption}\n{table.to_string(index=False)}"

    def _repr_html_(self) -> str:
        caption, table = self._shown()
        return f"<p>{html.escape(caption)}</p>{table.to_html(index=False)}"

    def set(self, **inputs: float) -> None:
        """Refuse: the inputs are given, and so are the true numbers with them."""
        raise ValueError(GIVEN)
