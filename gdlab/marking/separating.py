"""Which usual slips a sheet hides: they give the right numbers all through a column."""

import math
from functools import lru_cache

from gdlab.core.columns import Table
from gdlab.core.model import LINE
from gdlab.core.trace import Trace
from gdlab.core.words import listed
from gdlab.language.evaluate import CellError
from gdlab.marking.bounds import Bound, bound
from gdlab.marking.slips import Slip, slips

# Slips that are to show are looked for in so many rows, at so many decimals where none are asked.
COMPARED_ROWS, COMPARED_DECIMALS = 8, 2
# Numbers as near as this differ in no more than their last bits.
LAST_BITS = 1e-9
# Slips that hardly show in any numbers.
HARDLY = (
    "eps_inside", "eps_outside", "rounded_too_early", "another_convention", "start_value",
)  # fmt: skip


# A column, and what is said of a slip in it.
Hidden = tuple[str, str]


def hidden(run: Trace, decimals: int) -> frozenset[Hidden]:
    """The very usual slips that give the right numbers all through a column."""
    half = 0.5 * 10.0**-decimals
    return frozenset(
        (column.name, slip.because)
        for column in run.table.columns
        if column.expression is not None
        for slip in slips(run.table, column.name)
        if slip.usual == 1 and slip.name not in HARDLY and _hides(run, column.name, slip, half)
    )


def unseen(run: Trace, decimals: int | None) -> str:
    """A warning for the maker of a sheet in which usual slips do not show; else empty."""
    if run.table.model.name != LINE:
        return ""
    shown = COMPARED_DECIMALS if decimals is None else decimals
    columns = sorted({column for column, _ in hidden(run, shown)})
    if not columns:
        return ""
    return (
        f"some usual mistakes in {listed(columns)} give the right numbers on this sheet; "
        "more rows, epochs or decimals may show them"
    )


def _hides(run: Trace, column: str, slip: Slip, half: float) -> bool:
    """Whether a slip's numbers are the right ones in all rows, and not because eps is small."""
    rows = range(1, min(run.rows, COMPARED_ROWS) + 1)
    off = []
    for row in rows:
        off.append(_off(run, column, slip, row, {}))
        # At half a unit the last bits would decide.
        if (off[-1] or 0.0) > half - LAST_BITS:
            return False
    if all(one is None for one in off):
        return False
    # What is the same for both parameters in every row is no other number.
    if slip.name == "other_parameter" and all((one or 0.0) <= LAST_BITS for one in off):
        return False
    is_of_eps = "eps" in slip.asks and all(
        (_off(run, column, slip, row, {"eps": 0.0}) or 0.0) <= LAST_BITS for row in rows
    )
    return not is_of_eps


def _off(run: Trace, column: str, slip: Slip, row: int, known: dict[str, float]) -> float | None:
    """How far a slip's number is from the right one; None where it has none."""
    found = []
    for tree, asks in ((slip.bound, slip.asks), _right(run.table, column)):
        try:
            put = {name: known.get(name, float(run.value(name, row))) for name in asks}
            low, high = tree({name: (one, one) for name, one in put.items()})
        except CellError:
            # An error shows as well as another number does.
            return math.inf
        except ValueError:
            return None
        found.append((low + high) / 2)
    return abs(found[0] - found[1])


@lru_cache(maxsize=256)
def _right(table: Table, column: str) -> tuple[Bound, tuple[str, ...]]:
    one = table.column(column)
    assert one.expression is not None
    return bound(one.expression), one.precedents
