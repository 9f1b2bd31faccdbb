"""What was handed in: the key that it is judged by, the cells asked for, what stands there."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from gdlab.core.layout import cell
from gdlab.core.trace import Trace

# A cell's place in a table: the row, from 1, and the column's name.
CellRef = tuple[int, str]


@dataclass(frozen=True)
class Written:
    """What stands in one cell.

    ``number`` is None where it is none; then ``problem`` says in a sentence what stands there
    instead, or ``text`` begins with # for an error such as #NUM!. ``decimals`` are the digits after
    the point that it claims (fewer than 0: whole tens, hundreds), None for a number in full.
    ``text`` is what was typed. ``address`` is where it stands. ``or_else`` is the second number
    that it may mean, such as 1204 for ``1,204``.
    """

    number: float | None
    decimals: int | None = None
    text: str = ""
    address: str = ""
    problem: str | None = None
    or_else: "Written | None" = None


@dataclass(frozen=True)
class OwnFormula:
    """A learner's formula in the words of the table, and what is wrong with where it points."""

    tree: ast.expr
    moved: str = ""


@dataclass(frozen=True)
class Filled:
    """A sheet as handed in.

    ``key`` is the run with the inputs and points that are given; ``asked`` are the cells to fill
    in, ``written`` what stands in them (an empty cell is not there). A given cell stands in
    ``written`` only where the learner has changed it: it is computed with, but not judged.
    ``shown`` are the decimals that given cells show, None where they show all. ``addresses`` is
    for cells that do not stand where :mod:`gdlab.core.layout` has them. ``notes`` are sentences
    about the file as a whole. What stands in a column of ``factors`` counts times its factor.
    ``formulas`` reads the learner's own formulas, as far as the grammar has them.
    """

    key: Trace
    asked: frozenset[CellRef]
    written: Mapping[CellRef, Written]
    shown: int | None = None
    addresses: Mapping[CellRef, str] = field(default_factory=dict)
    file: str | None = None
    sheet: str = ""
    notes: tuple[str, ...] = ()
    factors: Mapping[str, float] = field(default_factory=dict)
    formulas: Callable[[], Mapping[CellRef, OwnFormula]] = dict

    def address(self, place: CellRef) -> str:
        """Where a cell stands."""
        if place in self.written and self.written[place].address:
            return self.written[place].address
        row, column = place
        return self.addresses.get(place) or cell(self.key.table, column, row)


def decimals_of(number: float | str) -> int:
    """The digits after the point that a number claims as it is typed: 58.05 claims 2, "58.10" too.

    A float claims those of its shortest form; a whole one claims none.
    """
    try:
        written = Decimal(repr(float(number)) if not isinstance(number, str) else number.strip())
    except InvalidOperation:
        raise ValueError(f"not a number: {number!r:.40}") from None
    if not written.is_finite():
        raise ValueError(f"not a finite number: {number!r:.40}")
    if not isinstance(number, str) and written == written.to_integral_value():
        # Of 580.0 nothing was typed after the point; 1.2e+20 claims two digits.
        return min(0, -int(written.normalize().as_tuple().exponent)) if abs(written) >= 1e16 else 0
    return -int(written.as_tuple().exponent)
