"""The usual slips as plain data: gdlab/web/static/diagnosis.js puts a learner's numbers into them.

So a page and the command line name the same cause. A page checks sheets of every rule, and most
slips of most columns are the same change of another formula: each is there once.
"""

import json
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


def slips_of(tables: Mapping[str, Table]) -> dict[str, Any]:
    """The single slips of some sheets, for gdlab/web/static/changes.js, which makes pairs of them.

    ``changes`` are ``[name, because, change]``; a column is ``[formula, numbers, paths]``, which
    changes of its formula are its slips, the most usual first, and where each is made. ``sheets``
    have the number of each column among ``columns`` by name, and the ``parts`` of all names, a word
    and a parameter.
    """
    changes, columns = _Rows(), _Rows()
    sheets = {
        name: {
            "columns": {
                one.name: columns.number(_column(table, one.name, changes))
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


def _column(table: Table, column: str, changes: _Rows) -> list[Any]:
    expression = table.column(column).expression
    assert expression is not None
    formula = as_data(expression)
    numbers, paths = [], []
    for slip in slips(table, column):
        path, new = change_of(formula, as_data(slip.tree))
        numbers.append(changes.number([slip.name, slip.because, new]))
        paths.append(path)
    return [formula, numbers, paths]


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
