"""Every cell asked for is right, follows, wrong or empty: judged by the truth and by its own row.

A cell follows where it is what its column's formula makes of the learner's OWN cells before it. A
learner may have gone on with a cell as it is written, or with one more digit or all those that
were not written; that is allowed for, cell by cell, by interval arithmetic
(:mod:`gdlab.marking.bounds`). A cell left empty is computed from the learner's own cells before it.

A number counts as written if it is the nearest to as many decimals as it has: cutting off is not
rounding.
"""

import ast
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gdlab.core.columns import ABOVE, OWN, Column, topological_order
from gdlab.language.evaluate import NUM, CellError, evaluate
from gdlab.marking.bounds import Bound, Interval, bound, hull, meet, rounded
from gdlab.marking.counting import counting
from gdlab.marking.sheet import CellRef, Filled, Written

RIGHT, FOLLOWS, WRONG, EMPTY = "right", "follows", "wrong", "empty"
# What a zero claims where nothing else says how many decimals were meant.
DECIMALS_OF_ZERO = 2
# What a number in full claims where a whole one stands beside it.
DECIMALS_IN_FULL = 12
# With more own cells than this in one formula, their ways to be rounded are taken together.
MOST_APART = 4


@dataclass(frozen=True)
class LearnerCell:
    """What a learner has in one cell.

    ``number`` is the cell as it is written, None for an error such as #NUM!; ``before_rounding``
    holds what it may have been before it was rounded. ``first_error`` is the first wrong cell that
    it leans on.
    """

    number: float | None
    before_rounding: Interval
    first_error: CellRef | None = None


@dataclass(frozen=True)
class Verdict:
    """One judged cell.

    ``expected`` is the true value and ``from_yours`` what follows from the learner's own cells:
    a number, or the name of the error that stands there instead. ``origin`` is the first wrong
    cell that a cell which follows leans on.
    """

    place: CellRef
    status: str
    written: Written | None
    expected: float | str
    from_yours: float | str
    origin: CellRef | None = None


@dataclass(frozen=True)
class Judgement:
    """All verdicts in the order of computing, and what the learner has in every cell."""

    filled: Filled
    verdicts: tuple[Verdict, ...]
    own: Mapping[CellRef, LearnerCell]
    claims: Mapping[CellRef, Interval]


def judge(filled: Filled) -> Judgement:
    """Judge every cell asked for."""
    table = filled.key.table
    truth = {name: filled.key.column(name).tolist() for name in table.names}
    columns = [(column, _formula(column)) for column in topological_order(table.columns)]
    claims = _claims(filled)
    own: dict[CellRef, LearnerCell] = {}
    verdicts = []
    for row in range(1, filled.key.rows + 1):
        for column, formula in columns:
            place = row, column.name
            true = truth[column.name][row - 1]
            if place not in filled.asked:
                own[place] = _given(filled, place, float(true))
                continue
            before = {name: find(filled, own, row, name) for name in column.precedents}
            verdict, own[place] = _judge_cell(
                filled, place, true, column, formula, before, claims.get(place)
            )
            verdicts.append(verdict)
    return Judgement(filled, tuple(verdicts), own, claims)


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
    try:
        number = float(key.value(name, row))
    except ValueError:
        raise KeyError(name) from None
    return LearnerCell(number, (number, number))


def _formula(column: Column) -> Bound | None:
    return bound(column.expression) if column.expression is not None else None


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


def _claims(filled: Filled) -> dict[CellRef, Interval]:
    """The numbers that each written cell may stand for.

    A spreadsheet drops the zeros of 2.00, so a whole number claims as many decimals as most
    numbers of its column, or else of the sheet, have, up to four digits: 2 is no 2.13 where the
    learner writes decimals, but 17991 is 17991.2. Where all of a column are whole, and not the
    same, whole ones are meant. A whole number in a column that only counts is that number alone.
    """
    counts = counting(filled.key.table)
    numbers: dict[str, set[float]] = {}
    decimals: dict[str, list[int]] = {}
    for (_, column), cell in filled.written.items():
        if cell.number is not None:
            numbers.setdefault(column, set()).add(cell.number)
            claimed = DECIMALS_IN_FULL if cell.decimals is None else cell.decimals
            if claimed > 0:
                decimals.setdefault(column, []).append(claimed)
    elsewhere = _most_common(list(itertools.chain(*decimals.values())), filled.shown or 0)
    claims = {}
    for (row, column), cell in filled.written.items():
        if cell.number is None:
            continue
        digits = cell.decimals
        if column in counts and cell.number.is_integer():
            claims[row, column] = rounded(cell.number, None)
            continue
        if digits is not None and digits <= 0:
            whole = column not in decimals and len(numbers[column]) > 1
            meant = 0 if whole else _most_common(decimals.get(column, []), elsewhere)
            if cell.number == 0:
                # A bare 0 would pass for anything under a half.
                digits = max(meant, DECIMALS_OF_ZERO)
            else:
                size = math.floor(math.log10(abs(cell.number)))
                # 1E+9 would pass for anything from 5E+8 to 1.5E+9: two digits are the fewest.
                digits = max(0, min(meant, 3 - size)) if digits == 0 else max(digits, 1 - size)
        claims[row, column] = rounded(cell.number, digits)
    return claims


def _most_common(decimals: list[int], otherwise: int) -> int:
    """How many decimals most numbers have; of two as common, the fewer."""
    return max(sorted(set(decimals)), key=decimals.count, default=otherwise)


def _judge_cell(
    filled: Filled,
    place: CellRef,
    true: float,
    column: Column,
    formula: Bound | None,
    before: Mapping[str, LearnerCell],
    claim: Interval | None,
) -> tuple[Verdict, LearnerCell]:
    expected = true if math.isfinite(true) else NUM
    if column.expression is None or formula is None:
        from_yours, bands = expected, [] if expected == NUM else [(true, true)]
    else:
        from_yours, bands = _from_own(column.expression, formula, before)
    first_error = next((one.first_error for one in before.values() if one.first_error), None)
    written = filled.written.get(place)
    error = written is not None and written.number is None and written.text.startswith("#")

    if claim is not None and written is not None:
        fitting = [part for band in bands if (part := meet(band, claim)) is not None]
        is_true = expected != NUM and claim[0] <= true <= claim[1]
        status = _status(is_true, bool(fitting), first_error)
        leans = place if status == WRONG else (first_error if fitting else None)
        mine = LearnerCell(written.number, _kept(fitting, claim) if fitting else claim, leans)
    elif error:
        status = _status(expected == NUM, isinstance(from_yours, str), first_error)
        leans = place if status == WRONG else first_error
        mine = LearnerCell(None, (math.nan, math.nan), leans)
    else:
        status = EMPTY if written is None else WRONG
        number = None if isinstance(from_yours, str) else from_yours
        mine = LearnerCell(number, hull(*bands) if bands else (math.nan, math.nan), first_error)
    origin = first_error if status == FOLLOWS else None
    return Verdict(place, status, written, expected, from_yours, origin), mine


def _kept(fitting: list[Interval], claim: Interval) -> Interval:
    """What a rounded number may have been before, if at least one more digit of it was kept."""
    low, high = hull(*fitting)
    if low == high:
        # A count, or another number that has no digits but those written.
        return low, high
    digit = (claim[1] - claim[0]) / 20
    # What is not 0 does not come to lie about 0: rounded, it is 0 itself or a digit away from it.
    lowest = low if low > 0 >= low - digit else low - digit
    highest = high if high < 0 <= high + digit else high + digit
    return max(lowest, claim[0]), min(highest, claim[1])


def _status(is_true: bool, fits: bool, first_error: CellRef | None) -> str:
    if is_true or (fits and first_error is None):
        return RIGHT
    return FOLLOWS if fits else WRONG


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
