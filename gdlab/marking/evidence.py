"""Which slips give a written number, and how often chance would find one as good."""

import ast
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gdlab.language.evaluate import CellError
from gdlab.marking.bounds import Interval, hull, meet, rounded
from gdlab.marking.claims import DECIMALS_IN_FULL
from gdlab.marking.judge import Judgement, find
from gdlab.marking.sheet import CellRef, Filled
from gdlab.marking.slips import VERY_USUAL, Slip

# A number that is known to this share of itself is known in full.
FULL = 1e-11
# So few decimals are no chance, and as near to them a number has no more.
GRID_DECIMALS, ON_GRID = 3, 1e-6


@dataclass(frozen=True)
class Candidate:
    """One slip that gives a written number, and how often chance would find one as good.

    ``gives`` is what the slip gives, ``claim`` what the number stands for.
    """

    slip: Slip
    gives: Interval
    claim: Interval
    chance: float


def sharp_claims(filled: Filled) -> dict[CellRef, Interval]:
    """What each number stands for if zeros were dropped at its end, as spreadsheets drop them."""
    most: dict[str, int] = {}
    for (_, column), cell in filled.written.items():
        claimed = DECIMALS_IN_FULL if cell.decimals is None else cell.decimals
        most[column] = max(most.get(column, 0), min(claimed, DECIMALS_IN_FULL))
    elsewhere = max(most.values(), default=0)
    return {
        # Where all of a column are whole, its numbers may have been copied.
        (row, column): rounded(cell.number, most[column] or elsewhere)
        for (row, column), cell in filled.written.items()
        if cell.number is not None
    }


def candidates(
    given: list[tuple[Slip, Interval]], claims: tuple[Interval, Interval], right: float
) -> list[Candidate]:
    """The slips that give a written number, by the first of its claims that they meet.

    A slip of the hand gives digits, no number: of them no zeros were dropped.
    """
    found: dict[int, Candidate] = {}
    for claim in claims:
        met = [
            one
            for one in given
            if id(one[0]) not in found
            and meet(one[1], claim)
            and (claim is claims[1] or not isinstance(one[0].tree, ast.Constant))
        ]
        if not met:
            continue
        near = _covered_near(given, claim, right, 0.0)
        # A slip that is seldom made is easily met among few numbers.
        seldom = _covered_near(given, claim, right, _grid((claim[0] + claim[1]) / 2, right))
        for slip, gives in met:
            covered = near if slip.usual <= VERY_USUAL else seldom
            chance = _chance_of(covered, slip.usual, claim)
            found[id(slip)] = Candidate(slip, gives, claim, chance)
    return list(found.values())


def _grid(written: float, right: float) -> float:
    """What apart numbers are where both have few decimals; 0 where one has more.

    Where a row is made of whole numbers, so is what most slips make of them.
    """
    for decimals in range(GRID_DECIMALS + 1):
        scaled = [one * 10.0**decimals for one in (written, right)]
        if all(abs(one - round(one)) <= ON_GRID for one in scaled):
            return 10.0**-decimals
    return 0.0


def _covered_near(
    given: Iterable[tuple[Slip, Interval]], claim: Interval, right: float, apart: float
) -> dict[int, float]:
    """How much of the room about as far from the right number as the claim the slips cover.

    ``apart`` is how far numbers there are from each other at least.
    """
    distance = abs((claim[0] + claim[1]) / 2 - right)
    # From a third of the distance to three times as far, on both sides.
    room = 16 / 3 * distance
    covered: dict[int, float] = {}
    for slip, gives in given:
        away = abs((gives[0] + gives[1]) / 2 - right)
        if meet(gives, claim) or distance / 3 <= away <= 3 * distance:
            width = gives[1] - gives[0] + max(claim[1] - claim[0], apart)
            share = width / room if room else 1.0
            covered[slip.usual] = covered.get(slip.usual, 0.0) + share
    return covered


def _chance_of(near: Mapping[int, float], usual: int, claim: Interval) -> float:
    """How often a random number would match a slip at least as usual.

    A number of few digits meets many: by 0.02 nothing is known, by 0.21 little.
    """
    middle = abs(claim[0] + claim[1]) / 2
    coarse = (claim[1] - claim[0]) / middle if middle else 1.0
    return min(1.0, max(coarse, sum(share for one, share in near.items() if one <= usual)))


class OwnNumbers:
    """The learner's own numbers in one row, to be put into slips."""

    def __init__(self, judgement: Judgement, place: CellRef) -> None:
        self.judgement = judgement
        self.row = place[0]
        self.known: dict[str, tuple[Interval, Interval] | None] = {}

    def into(self, slip: Slip) -> Interval | None:
        """What a slip gives here; None for no number, and where it asks for what is not there."""
        put = {}
        for name in slip.asks:
            if name not in self.known:
                self.known[name] = self._own(name)
            found = self.known[name]
            if found is None:
                return None
            exact, whole = found
            # What is copied is copied as it is written.
            put[name] = exact if slip.is_copied else whole
        try:
            low, high = slip.bound(put)
        except CellError:
            return None
        return (low, high) if math.isfinite(low) and math.isfinite(high) else None

    def _own(self, name: str) -> tuple[Interval, Interval] | None:
        """A number as it is written, and with all that it may have been."""
        try:
            one = find(self.judgement.filled, self.judgement.own, self.row, name)
        except KeyError:
            # The start row has no number there, and an empty cell counts as 0.
            above = name.removesuffix("_prev")
            empty = self.row == 1 and above != name
            is_column = above in self.judgement.filled.key.table.names
            return ((0.0, 0.0), (0.0, 0.0)) if empty and is_column else None
        if one.number is None:
            return None
        exact = one.number, one.number
        # A number in full is taken as it is: 0.5 is to round up, and not perhaps.
        full = one.before_rounding[1] - one.before_rounding[0] <= FULL * abs(one.number)
        return exact, exact if full else hull(one.before_rounding, exact)
