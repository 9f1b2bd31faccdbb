"""The usual slips as plain data: gdlab/web/static/diagnosis.js puts a learner's numbers into them.

So a page and the command line name the same cause. A page checks sheets of every rule, and most
slips of most columns are the same change of another formula: each is there once.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from gdlab.core.columns import Table
from gdlab.language.javascript import as_data
from gdlab.marking import diagnosis, evidence, mistyping, settling
from gdlab.marking import slips as family
from gdlab.marking.changes import change_of
from gdlab.marking.claims import DECIMALS_IN_FULL
from gdlab.marking.kinds import KINDS
from gdlab.marking.separating import HARDLY
from gdlab.marking.slips import slips

# A name, perhaps that of its start, or of the row above or below.
WORD = re.compile(r"\b(start_|)([A-Za-z_]\w*?)(_prev|_next|)\b")


def slips_of(tables: Mapping[str, Table]) -> dict[str, Any]:
    """The single slips of some sheets, for gdlab/web/static/changes.js, which makes pairs of them.

    ``changes`` are ``[name, because, change]``; a column is ``[formula, numbers, paths]``, which
    changes of its formula are its slips, the most usual first, and where each is made. ``sheets``
    have, by name, the number of each column among ``columns`` and the names that stand in it for
    ``$0``, ``$1`` and so on, so that the same slips of other names are there once; the ``parts``
    of all names are a word and a parameter.
    """
    changes, columns = _Rows(), _Rows()
    sheets = {
        name: {
            "columns": {
                one.name: _column(table, one.name, changes, columns)
                for one in table.columns
                if one.expression is not None
            },
            "parts": {one: table.part(one) for one in table.names},
        }
        for name, table in tables.items()
    }
    return {"changes": changes.in_order(), "columns": columns.in_order(), "sheets": sheets}


class _Rows:
    """Rows of a list, each there once."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, row: Any) -> int:
        return self.numbers.setdefault(json.dumps(row, ensure_ascii=False), len(self.numbers))

    def in_order(self) -> list[Any]:
        return [json.loads(text) for text in self.numbers]


class _Unnamed:
    """Replaces the names of a table's columns by their numbers; ``names`` has them in order."""

    def __init__(self, table: Table) -> None:
        self.known = table.names
        self.names: list[str] = []

    def __call__(self, part: Any) -> Any:
        return json.loads(WORD.sub(self._number, json.dumps(part, ensure_ascii=False)))

    def _number(self, word: re.Match[str]) -> str:
        before, name, after = word.groups()
        if name not in self.known:
            return word[0]
        if name not in self.names:
            self.names.append(name)
        return f"{before}${self.names.index(name)}{after}"


def _column(table: Table, column: str, changes: _Rows, columns: _Rows) -> list[Any]:
    """The number of a column among ``columns``, and the names that stand in it."""
    expression = table.column(column).expression
    assert expression is not None
    formula = as_data(expression)
    unnamed = _Unnamed(table)
    own, numbers, paths = unnamed(formula), [], []
    for slip in slips(table, column):
        path, new = change_of(formula, as_data(slip.tree))
        numbers.append(changes.number([slip.name, unnamed(slip.because), unnamed(new)]))
        paths.append(path)
    return [columns.number([own, numbers, paths]), unnamed.names]


def marking_data() -> dict[str, Any]:
    """What is the same for all sheets: each kind of slip, and when a slip is believed."""
    return {
        "kinds": {name: [kind.usual, kind.hint] for name, kind in KINDS.items()},
        "believed": diagnosis.BELIEVED,
        "believedOfTwo": diagnosis.BELIEVED_OF_TWO,
        "possible": diagnosis.POSSIBLE,
        "same": diagnosis.SAME_SHARE,
        "full": evidence.FULL,
        "mostCells": diagnosis.MOST_CELLS_SEARCHED,
        "mostColumnsInPairs": diagnosis.MOST_COLUMNS_IN_PAIRS,
        "mostNamed": diagnosis.MOST_SLIPS_NAMED,
        "mostPairs": family.MOST_PAIRS,
        "veryUsual": family.VERY_USUAL,
        "wholeColumn": family.WHOLE_COLUMN,
        "byHand": settling.BY_HAND,
        "becauseByHand": mistyping.BECAUSE | {"cut_off": mistyping.CUT_OFF},
        "hardly": HARDLY,
        "noSlip": diagnosis.NO_SLIP,
        "mostDigits": mistyping.MOST_MISTYPED_DIGITS,
        "habit": mistyping.HABIT,
        "rounded": mistyping.ROUNDED_SHARE,
        "decimalsInFull": DECIMALS_IN_FULL,
    }
