"""Every cell asked for is right, follows, unearned, wrong or empty.

It is judged by the truth and by its own row. A cell follows where it is what its column's formula
makes of the learner's OWN cells before it. A learner may have gone on with a cell as it is written,
or with one more digit or all those that were not written; that is allowed for, cell by cell, by
interval arithmetic (:mod:`gdlab.marking.bounds`). A cell left empty is computed from the learner's
own cells before it.

To follow must be earned: what follows from a wrong number counts only if it says that something was
computed. 0, and the number of a cell that it is computed from or of the cell above, say nothing by
themselves; chains of them are unearned.

A number counts as written if it is the nearest to as many decimals as it has: cutting off is not
rounding.
"""

import ast
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from gdlab.core.columns import ABOVE, OWN, Column, Table, topological_order
from gdlab.core.rerun import inputs_of
from gdlab.language.evaluate import NUM, CellError, evaluate
from gdlab.marking.bounds import Bound, Interval, bound, hull, meet, rounded
from gdlab.marking.claims import claims_of
from gdlab.marking.sheet import CellRef, Filled, Written

RIGHT, FOLLOWS, UNEARNED, WRONG, EMPTY = "right", "follows", "unearned", "wrong", "empty"
# Of two ways to read a cell the first of these counts.
BEST_FIRST = (RIGHT, FOLLOWS, UNEARNED, WRONG)
# With more own cells than this in one formula, their ways to be rounded are taken together.
MOST_APART = 4
# What differs from a written number by less than this share of its next digit is that number.
MORE_DIGITS = 1e-6
NOWHERE: Interval = (math.nan, math.nan)


@dataclass(frozen=True)
class LearnerCell:
    """What a learner has in one cell.

    ``number`` is the cell as it is written, None for an error such as #NUM!; ``before_rounding``
    holds what it may have been before it was rounded. ``first_error`` is the first wrong cell that
    it depends on. ``tells``: it follows, and shows that something was computed; ``slips``: it is
    wrong itself, and not 0. ``instead`` is what should stand in a wrong one: beside a wrong
    2 * error, 2 * error * x is right, too.
    """

    number: float | None
    before_rounding: Interval
    first_error: CellRef | None = None
    tells: bool = False
    slips: bool = False
    instead: "LearnerCell | None" = None


@dataclass(frozen=True)
class Verdict:
    """One judged cell.

    ``expected`` is the true value and ``from_yours`` what follows from the learner's own cells:
    a number, or the name of the error that stands there instead. ``origin`` is the first wrong
    cell that a cell which follows, earned or not, depends on.
    """

    place: CellRef
    status: str
    written: Written | None
    expected: float | str
    from_yours: float | str
    origin: CellRef | None = None
    claim: Interval | None = None
    like: CellRef | str | None = None


@dataclass(frozen=True)
class Judgement:
    """All verdicts in the order of computing, and what the learner has in every cell.

    ``claims`` are the numbers that a cell may stand for, as it was read.
    """

    filled: Filled
    verdicts: tuple[Verdict, ...]
    own: Mapping[CellRef, LearnerCell]
    claims: Mapping[CellRef, Interval]


def judge(filled: Filled) -> Judgement:
    """Judge every cell asked for."""
    table = filled.key.table
    truth = {name: filled.key.column(name).tolist() for name in table.names}
    columns = _columns(table)
    claims = claims_of(filled)
    own: dict[CellRef, LearnerCell] = {}
    taken: dict[CellRef, Interval] = {}
    verdicts = []
    for row in range(1, filled.key.rows + 1):
        for column, formula in columns:
            place = row, column.name
            true = truth[column.name][row - 1]
            if place not in filled.asked:
                own[place] = _given(filled, place, float(true))
                continue
            before = {name: find(filled, own, row, name) for name in column.precedents}
            factor = filled.factors.get(column.name, 1.0)
            above = own[row - 1, column.name].number if row > 1 else None
            cell = _Cell(table, place, true, column, formula, before, above, factor)
            verdict, own[place] = cell.judged(filled.written.get(place), claims.get(place, ()))
            verdicts.append(verdict)
            if verdict.claim is not None:
                taken[place] = verdict.claim
    return Judgement(filled, tuple(verdicts), own, taken)


def find(filled: Filled, own: Mapping[CellRef, LearnerCell], row: int, name: str) -> LearnerCell:
    """What a learner has for a name in a row: a cell, a cell above, or a given input.

    Raises KeyError for a cell that is not there.
    """
    key = filled.key
    kind, found = key.table.resolve(name)
    if kind == OWN:
        return own[row, found]
    if kind == ABOVE and row > 1:
        return own[row - 1, found]
    below = name.removesuffix("_next")
    if below != name and below in key.table.point:
        # After the last row the first one comes again.
        return own[row % key.rows + 1, below]
    try:
        start = name.removeprefix("start_")
        number = float(key.value(name, row) if start == name else inputs_of(key)[name])
    except ValueError:
        raise KeyError(name) from None
    return LearnerCell(number, (number, number))


def _is_cell(table: Table, name: str, row: int) -> bool:
    kind = table.resolve(name).kind
    return kind == OWN or (kind == ABOVE and row > 1)


@lru_cache(maxsize=64)
def _columns(table: Table) -> list[tuple[Column, Bound | None]]:
    """The columns of a table in the order of computing, with what rounding makes of them."""
    return [
        (one, None if one.expression is None else bound(one.expression))
        for one in topological_order(table.columns)
    ]


def _given(filled: Filled, place: CellRef, true: float) -> LearnerCell:
    """A cell that was not asked for: as the sheet shows it, and in full."""
    changed = filled.written.get(place)
    if changed is not None and changed.number is not None:
        kept = rounded(changed.number, changed.decimals)
        return LearnerCell(changed.number, kept, None if kept[0] <= true <= kept[1] else place)
    if not math.isfinite(true):
        return LearnerCell(None, (math.nan, math.nan))
    full = rounded(true, None)
    if filled.shown is None:
        return LearnerCell(true, full)
    shown = round(true, filled.shown)
    return LearnerCell(shown, _kept([full], rounded(shown, filled.shown)))


class _Cell:
    """One cell to judge: what is true there, and what the learner's own cells make of it."""

    def __init__(
        self,
        table: Table,
        place: CellRef,
        true: float,
        column: Column,
        formula: Bound | None,
        before: Mapping[str, LearnerCell],
        above: float | None,
        factor: float,
    ) -> None:
        self.place = place
        self.above = above
        self.expected = true if math.isfinite(true) else NUM
        self.factor = factor
        self.is_copy = isinstance(column.expression, ast.Name)
        # Inputs are not cells: nothing is copied from them.
        row = place[0]
        self.before = [one for name, one in before.items() if _is_cell(table, name, row)]
        self.first_error = next((one.first_error for one in self.before if one.first_error), None)
        self.expression, self.formula, self.all_before = column.expression, formula, before
        self.from_yours: float | str = self.expected
        self.bands = [] if self.expected == NUM else [(true, true)]
        if column.expression is not None and formula is not None:
            self.from_yours, self.bands = _from_own(column.expression, formula, before)

    def judged(
        self, written: Written | None, claims: tuple[Interval, ...]
    ) -> tuple[Verdict, LearnerCell]:
        """What stands there, judged in each way that it can be read; the best way counts."""
        if written is None:
            return self._verdict(EMPTY, None), self._computed()
        if not claims:
            if not written.text.startswith("#"):
                return self._verdict(WRONG, written), self._computed()
            return self._error(written)
        ways = [written] if written.or_else is None else [written, written.or_else]
        found = [self._number(way, claim) for way, claim in zip(ways, claims, strict=True)]
        return min(found, key=lambda one: BEST_FIRST.index(one[0].status))

    def _verdict(
        self, status: str, written: Written | None, claim: Interval | None = None
    ) -> Verdict:
        origin = self.first_error if status in (FOLLOWS, UNEARNED) else None
        return Verdict(self.place, status, written, self.expected, self.from_yours, origin, claim)

    def _computed(self) -> LearnerCell:
        """What follows where no number is written."""
        number = None if isinstance(self.from_yours, str) else self.from_yours
        kept = hull(*self.bands) if self.bands else NOWHERE
        return LearnerCell(number, kept, self.first_error, tells=self._tells_above())

    def _error(self, written: Written) -> tuple[Verdict, LearnerCell]:
        status = self._status(self.expected == NUM, isinstance(self.from_yours, str), None)
        leans = self.place if status == WRONG else self.first_error
        mine = LearnerCell(None, NOWHERE, leans, tells=status == FOLLOWS)
        return self._verdict(status, written), mine

    def _number(self, written: Written, claim: Interval) -> tuple[Verdict, LearnerCell]:
        number = None if written.number is None else written.number * self.factor
        low, high = sorted(end * self.factor for end in claim)
        claim = low, high
        fitting = _meeting(self.bands, claim)
        is_true = not isinstance(self.expected, str) and claim[0] <= self.expected <= claim[1]
        if not fitting and not is_true:
            fitting = self._around_wrong_cells(claim)
        status = self._status(is_true, bool(fitting), number)
        leans = self.place if status == WRONG else (self.first_error if fitting else None)
        mine = LearnerCell(
            number,
            _kept(fitting, claim) if fitting else claim,
            leans,
            tells=status == FOLLOWS,
            slips=status == WRONG and number != 0,
            instead=self._computed() if status == WRONG else None,
        )
        return self._verdict(status, written, claim), mine

    def _around_wrong_cells(self, claim: Interval) -> list[Interval]:
        """What fits where wrong cells before it are as they should be; it depends on none then."""
        if self.formula is None or self.expression is None:
            return []
        mended = {name: one.instead or one for name, one in self.all_before.items()}
        if mended == self.all_before:
            return []
        fitting = _meeting(_from_own(self.expression, self.formula, mended)[1], claim)
        if fitting:
            leaning = (one.first_error for one in mended.values() if one.first_error)
            self.first_error = next(leaning, None)
        return fitting

    def _status(self, is_true: bool, fits: bool, number: float | None) -> str:
        if is_true or (fits and self.first_error is None):
            return RIGHT
        if not fits:
            return WRONG
        return FOLLOWS if self._is_earned(number) else UNEARNED

    def _is_earned(self, number: float | None) -> bool:
        if self.is_copy:
            return any(one.tells or one.slips for one in self.before)
        same = number == self.above or any(one.number == number for one in self.before)
        return bool(number and not same) or self._tells_above()

    def _tells_above(self) -> bool:
        return any(one.tells for one in self.before)


def _meeting(bands: list[Interval], claim: Interval) -> list[Interval]:
    return [part for band in bands if (part := meet(band, claim)) is not None]


def _kept(fitting: list[Interval], claim: Interval) -> Interval:
    """What a rounded number may have been before, if at least one more digit of it was kept."""
    low, high = hull(*fitting)
    digit = (claim[1] - claim[0]) / 20
    written = (claim[0] + claim[1]) / 2
    if low == high or max(written - low, high - written) < MORE_DIGITS * digit:
        # A count, or another number that has no digits but those written.
        return low, high
    # What is not 0 does not come to lie about 0: rounded, it is 0 itself or a digit away from it.
    lowest = low if low > 0 >= low - digit else low - digit
    highest = high if high < 0 <= high + digit else high + digit
    return max(lowest, claim[0]), min(highest, claim[1])


def _from_own(
    expression: ast.expr, formula: Bound, before: Mapping[str, LearnerCell]
) -> tuple[float | str, list[Interval]]:
    """What a formula makes of a learner's numbers as written, and all that rounding can make."""
    try:
        as_written: float | str = evaluate(expression, lambda name: number(before[name]))
    except CellError as error:
        as_written = str(error)
    if any(one.number is None for one in before.values()):
        return as_written, [] if isinstance(as_written, str) else [(as_written, as_written)]
    bands = []
    for chosen in _roundings(before):
        try:
            bands.append(formula(chosen))
        except CellError:
            continue
    return as_written, bands


def number(one: LearnerCell) -> float:
    """The number of a cell; CellError where it holds an error."""
    if one.number is None:
        raise CellError(NUM)
    return one.number


def _roundings(before: Mapping[str, LearnerCell]) -> Iterator[dict[str, Interval]]:
    """Each number as it is written or as it was kept, in every combination."""
    ways: list[list[Interval]] = []
    for one in before.values():
        low, high = one.before_rounding
        written = number(one)
        ways.append(
            [one.before_rounding]
            if low <= written <= high
            else [(written, written), one.before_rounding]
        )
    if sum(len(way) > 1 for way in ways) > MOST_APART:
        ways = [[hull(*way)] for way in ways]
    for chosen in itertools.product(*ways):
        yield dict(zip(before, chosen, strict=True))
