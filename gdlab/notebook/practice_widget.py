"""``practice_sheet``: a sheet in the notebook to fill in, judged as it is typed."""

from collections.abc import Callable, Iterable
from typing import Any

import traitlets

from gdlab.core.explanation import short
from gdlab.core.trace import Trace
from gdlab.marking.handout import make, warn_of_unseen
from gdlab.marking.record import Record
from gdlab.notebook.display import Shown
from gdlab.notebook.widget import LiveSheet

BLANK = "__"
GIVEN = "this is given; only the tinted cells are filled in"


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

    def __init__(self, record: Record, run: Trace) -> None:
        given = {
            "seed": record.seed,
            "blank": list(record.blank),
            "decimals": record.decimals,
            "epochs": run.n_epochs,
            "samples": run.samples,
            "points": dict(zip(run.table.point, run.points, strict=True)),
            "inputs": record.given,
        }
        self._record, self._run = record, run
        super().__init__({run.rule: run}, given)
        self.practice = {"sheet": run.rule, "seed": record.seed, "texts": {}, "hinted": []}

    @traitlets.validate("practice")
    def _check_practice(self, proposal: Any) -> dict[str, Any]:
        given = self._page["practice"]
        points = [list(point) for point in zip(*given["points"].values(), strict=True)]
        own = {"points": points, "inputs": given["inputs"], "epochs": given["epochs"]}
        return proposal["value"] | own

    def _shown(self) -> Shown:
        """The sheet with what is given and what was typed; no answer."""
        record, run, texts = self._record, self._run, self.practice["texts"]
        columns = [name for name in run.table.names if name not in ("epoch", "sample", "t")]

        def text(name: str, row: int) -> str:
            if name in record.blank:
                return texts.get(f"{row} {name}", BLANK)
            return short(run.value(name, row))

        lines = tuple(
            (str(row), *(text(name, row) for name in columns)) for row in range(1, record.rows + 1)
        )
        given = ", ".join(f"{name} = {short(value)}" for name, value in record.given.items())
        asked = len(record.blank) * record.rows
        caption = f"Practice: {run.rule}, {len(texts)} of {asked} cells filled in; {given}"
        return Shown(caption, ("row", *columns), lines, "")

    def __repr__(self) -> str:
        import pandas as pd

        shown = self._shown()
        table = pd.DataFrame(shown.lines, columns=shown.heads)
        return f"{shown.caption}\n{table.to_string(index=False)}"

    def _repr_html_(self) -> str:
        return self._shown()._repr_html_()

    def set(self, **inputs: float) -> None:
        """Refuse: the inputs are given, and so are the true numbers with them."""
        raise ValueError(GIVEN)

    def _still(self) -> str:
        """Nothing: a view without a kernel would have the answers."""
        return ""
