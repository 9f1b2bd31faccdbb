"""Digits that decide nothing: a right number, rounded so far that it shows no computation.

A number of one or two digits, with fewer decimals than the sheet has, counts where its digits tell
it from 0, from the cell above it and from the computed cells that it is made of; a copy counts as
what it is copied from. The rates of a schedule count where any of them is told from the start rate,
or has all the decimals that are asked for.
"""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import replace

from gdlab.core.columns import ABOVE, OWN
from gdlab.marking.bounds import Interval
from gdlab.marking.claims import Claims, size
from gdlab.marking.coincidences import coincidences_earned
from gdlab.marking.counting import counting
from gdlab.marking.judge import FOLLOWS, RIGHT, UNEARNED, Judgement, Verdict
from gdlab.marking.sheet import CellRef

# A number of as many digits is told from others well enough.
TELLING_DIGITS = 3
NOUGHT = "0"
NO_SCHEDULE = (
    "{} has too few digits to tell the schedule from a rate that stays the same: write more of them"
)
SPARE_OF_CLAIM = 1.001  # for a claim's own spare
SAME_NUMBER, MOST_KEPT_DIGITS = 1e-9, 15


def decided(judgement: Judgement) -> tuple[Judgement, tuple[str, ...]]:
    """The judgement in which cells are unearned whose digits decide nothing, and what to note."""
    judgement = coincidences_earned(judgement)
    digits = _Digits(judgement)
    rates = digits.undecided_rates()
    notes = (NO_SCHEDULE.format(judgement.filled.key.table.rate),) if rates else ()
    if digits.has_asked_decimals(rates):
        rates = {}
    return replace(judgement, verdicts=tuple(digits.verdicts(rates))), notes


class _Digits:
    """What the digits of a sheet tell apart."""

    def __init__(self, judgement: Judgement) -> None:
        self.judgement = judgement
        self.table = judgement.filled.key.table
        self.counts = counting(self.table)
        self.claims = Claims(judgement.filled)
        self.unearned: set[CellRef] = set()

    def verdicts(self, rates: Mapping[CellRef, str]) -> Iterable[Verdict]:
        """Every verdict, in the order of computing; ``rates`` are those that decide nothing."""
        for verdict in self.judgement.verdicts:
            like: CellRef | str | None = None
            if verdict.status in (RIGHT, FOLLOWS):
                like = rates.get(verdict.place) or self._like(verdict)
            if like is not None:
                self.unearned.add(verdict.place)
                verdict = replace(verdict, status=UNEARNED, origin=None, like=like)
            yield verdict

    def undecided_rates(self) -> dict[CellRef, str]:
        """The rates that are not the start rate, where no digit of the column says so."""
        filled, start = self.judgement.filled, self.table.start_rate
        if not start:
            return {}
        rate = filled.key.value(start, 1)
        column = {
            one.place: (one, one.claim)
            for one in self.judgement.verdicts
            if one.place[1] == self.table.rate and one.claim is not None
        }
        if not all(_holds(claim, rate) for _, claim in column.values()):
            return {}
        return {place: start for place, (one, _) in column.items() if one.expected != rate}

    def has_asked_decimals(self, places: Iterable[CellRef]) -> bool:
        """Whether no number in some places could have been written otherwise."""
        asked = self.judgement.filled.shown
        claims = (self.judgement.claims[place] for place in places)
        return asked is not None and all(
            high - low <= 10.0**-asked * SPARE_OF_CLAIM for low, high in claims
        )

    def _like(self, verdict: Verdict) -> CellRef | str | None:
        """What a rounded number cannot be told from: a cell, or 0; None where it can."""
        (row, name), claim = verdict.place, verdict.claim
        expression = self.table.column(name).expression
        made_of = [self._place(row, one) for one in self.table.column(name).precedents]
        if isinstance(expression, ast.Name):
            if made_of[0] in self.unearned:
                return made_of[0]
            made_of = []
        if claim is None or not self._is_coarse(verdict, claim):
            return None
        if _holds(claim, 0.0):
            return NOUGHT
        for place in [(row - 1, name), *made_of]:
            own = self.judgement.own.get(place) if place else None
            if place and own and own.number is not None and _holds(claim, own.number):
                return place
        return None

    def _is_coarse(self, verdict: Verdict, claim: Interval) -> bool:
        """Whether a number has only a digit or two, and fewer decimals than it could have."""
        low, high = claim
        middle, width = (low + high) / 2, high - low
        asked = self.judgement.filled.shown == 0 or verdict.place[1] in self.counts
        if asked or abs(middle) >= width * 10.0 ** (TELLING_DIGITS - 1):
            return False
        # A program drops the zeros of 3.0: where decimals are written, it may have all of them.
        spare = max(
            0.5 * 10.0**-self.claims.written if self.claims.written else SAME_NUMBER,
            0.5 * 10.0 ** (size(middle) + 1 - (self.claims.to_digits or MOST_KEPT_DIGITS)),
        )
        known = (verdict.expected, verdict.from_yours if self.claims.written else "")
        return not any(
            isinstance(one, float) and abs(one - middle) <= SPARE_OF_CLAIM * spare for one in known
        )

    def _place(self, row: int, name: str) -> CellRef | None:
        """Where a computed cell stands that a formula names; None for all else."""
        kind, found = self.table.resolve(name)
        if kind not in (OWN, ABOVE) or self.table.column(found).expression is None:
            return None
        return (row, found) if kind == OWN else (row - 1, found)


def _holds(claim: Interval, number: float) -> bool:
    return claim[0] <= number <= claim[1]
