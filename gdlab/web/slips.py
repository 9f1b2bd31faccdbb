"""The usual slips as plain data: gdlab/web/static/diagnosis.js puts a learner's numbers into them.

So a page and the command line name the same cause.
"""

from collections.abc import Iterable
from typing import Any

from gdlab.core.columns import Part, Table
from gdlab.language.javascript import as_data
from gdlab.marking import diagnosis, evidence, mistyping, settling
from gdlab.marking.claims import DECIMALS_IN_FULL
from gdlab.marking.kinds import KINDS
from gdlab.marking.numbers import HARDLY
from gdlab.marking.slips import Slip, pairs, slips


def slips_of(table: Table, name: str) -> dict[str, list[list[Any]]]:
    """The slips of a column, one by one and two at once, the most usual first.

    Each is its short name, its formula and what is said of it.
    """

    def as_lists(found: Iterable[Slip]) -> list[list[Any]]:
        return [[slip.name, as_data(slip.tree), slip.because] for slip in found]

    return {"single": as_lists(slips(table, name)), "double": as_lists(pairs(table, name))}


def parts_of(table: Table) -> dict[str, Part]:
    """What each column's name is made of: a word and a parameter."""
    return {name: table.part(name) for name in table.names}


def sheet_slips(table: Table) -> dict[str, Any]:
    """The slips of all columns, and what tells the columns of one parameter from another's."""
    columns = {name: slips_of(table, name) for name in table.names}
    return {"columns": columns, "parts": parts_of(table)}


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
        "byHand": settling.BY_HAND,
        "becauseByHand": mistyping.BECAUSE | {"cut_off": mistyping.CUT_OFF},
        "hardly": HARDLY,
        "noSlip": diagnosis.NO_SLIP,
        "mostDigits": mistyping.MOST_MISTYPED_DIGITS,
        "habit": mistyping.HABIT,
        "rounded": mistyping.ROUNDED_SHARE,
        "decimalsInFull": DECIMALS_IN_FULL,
    }
