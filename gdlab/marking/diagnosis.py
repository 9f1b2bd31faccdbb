"""Which usual slip gives what a learner wrote, where that can be believed.

Each slip's formula is computed on the learner's own numbers. One that gives the written number is
believed where a number written at random would seldom have met any slip as usual as it: the more
digits were written, and the more cells of the column it explains, the surer. No diagnosis is
better than a wrong one.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gdlab.language.evaluate import CellError
from gdlab.marking.bounds import Interval, hull, meet, rounded
from gdlab.marking.judge import DECIMALS_IN_FULL, WRONG, Judgement, Verdict, find
from gdlab.marking.kinds import KINDS
from gdlab.marking.mistyping import CUT_OFF, cut_off, swapped_digits
from gdlab.marking.sheet import CellRef, Filled
from gdlab.marking.slips import Slip, pairs, slips

# Chance would have found a slip as good in fewer than this share of cells: it is believed.
BELIEVED = 0.04
# Two slips at once are a bolder claim than one.
BELIEVED_OF_TWO = 0.01
# In fewer than this share: it is spoken of as one that could be.
POSSIBLE = 0.25
# Wrong cells of one column that are searched, and columns that are searched for two slips.
MOST_CELLS, MOST_COLUMNS_IN_PAIRS = 4, 3
MOST_NAMED = 3
# Two slips give the same number that are less than this share of its last digit apart.
SAME = 0.05
# A number that is known to this share of itself is known in full.
FULL = 1e-11


@dataclass(frozen=True)
class Diagnosis:
    """What was most probably done in one cell.

    ``slip`` is its short name, None where it is not sure; ``because`` says it in a sentence
    without a value, and so does ``hint``, more covertly.
    """

    slip: str | None
    because: str
    hint: str


@dataclass(frozen=True)
class Match:
    """One slip that gives a written number, and how often chance would find one as good.

    ``gives`` is what the slip gives, ``claim`` what the number stands for.
    """

    slip: Slip
    gives: Interval
    claim: Interval
    chance: float


Found = dict[CellRef, list[Match]]


def diagnose(judgement: Judgement) -> dict[CellRef, Diagnosis]:
    """The diagnoses of the wrong cells, as far as there are any."""
    table = judgement.filled.key.table
    sharp = _sharp_claims(judgement.filled)
    wrong: dict[str, list[Verdict]] = {}
    for verdict in judgement.verdicts:
        if verdict.status == WRONG and verdict.place in judgement.claims:
            wrong.setdefault(verdict.place[1], []).append(verdict)
    diagnoses: dict[CellRef, Diagnosis] = {}
    in_pairs = 0
    for name, cells in wrong.items():
        searched = cells[:MOST_CELLS]
        single: Found = {
            one.place: _matches(judgement, one, [*slips(table, name), *swapped_digits(one)], sharp)
            for one in searched
        }
        believed = _believed(single, BELIEVED)
        # Where one slip gives the number, two are one too many.
        left = [one for one in searched if not single[one.place]]
        if left and in_pairs < MOST_COLUMNS_IN_PAIRS:
            in_pairs += 1
            double = {
                one.place: _matches(judgement, one, pairs(table, name), sharp) for one in left
            }
            believed |= _believed(double, BELIEVED_OF_TWO)
        diagnoses |= _possible(single) | believed
    return diagnoses | _cut_off(judgement, diagnoses)


def _cut_off(judgement: Judgement, known: Mapping[CellRef, Diagnosis]) -> dict[CellRef, Diagnosis]:
    places, habit = cut_off(judgement.verdicts)
    because = CUT_OFF if habit else f"could be: {CUT_OFF}"
    found = Diagnosis("cut_off" if habit else None, because, KINDS["cut_off"].hint)
    return {place: found for place in places if place not in known or known[place].slip is None}


def _sharp_claims(filled: Filled) -> dict[CellRef, Interval]:
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


def _matches(
    judgement: Judgement, verdict: Verdict, tried: Iterable[Slip], sharp: Mapping[CellRef, Interval]
) -> list[Match]:
    """The slips that give a written number."""
    right = verdict.expected if isinstance(verdict.from_yours, str) else verdict.from_yours
    if isinstance(right, str):
        return []
    put = _Put(judgement, verdict.place)
    given = [(slip, gives) for slip in tried if (gives := put.into(slip)) is not None]
    found: dict[int, Match] = {}
    for claim in (sharp[verdict.place], judgement.claims[verdict.place]):
        near: dict[int, float] | None = None
        for slip, gives in given:
            if id(slip) not in found and meet(gives, claim):
                near = near or _near(given, claim, right)
                found[id(slip)] = Match(slip, gives, claim, _chance(near, slip.usual))
    return list(found.values())


def _near(
    given: Iterable[tuple[Slip, Interval]], claim: Interval, right: float
) -> dict[int, float]:
    """How much of the room about as far from the right number as the claim the slips cover."""
    distance = abs((claim[0] + claim[1]) / 2 - right)
    # From a third of the distance to three times as far, on both sides.
    room = 16 / 3 * distance
    covered: dict[int, float] = {}
    for slip, gives in given:
        away = abs((gives[0] + gives[1]) / 2 - right)
        if meet(gives, claim) or distance / 3 <= away <= 3 * distance:
            width = gives[1] - gives[0] + claim[1] - claim[0]
            share = width / room if room else 1.0
            covered[slip.usual] = covered.get(slip.usual, 0.0) + share
    return covered


def _chance(near: Mapping[int, float], usual: int) -> float:
    """How often a number written at random would meet a slip at least as usual."""
    return min(1.0, sum(share for one, share in near.items() if one <= usual))


class _Put:
    """The learner's own numbers in one row, to be put into slips."""

    def __init__(self, judgement: Judgement, place: CellRef) -> None:
        self.judgement = judgement
        self.row = place[0]
        self.known: dict[str, Interval | None] = {}

    def into(self, slip: Slip) -> Interval | None:
        """What a slip gives here; None for no number, and where it asks for what is not there."""
        put = {}
        for name in slip.asks:
            if name not in self.known:
                self.known[name] = self._own(name)
            interval = self.known[name]
            if interval is None:
                return None
            put[name] = interval
        try:
            low, high = slip.bound(put)
        except CellError:
            return None
        return (low, high) if math.isfinite(low) and math.isfinite(high) else None

    def _own(self, name: str) -> Interval | None:
        try:
            one = find(self.judgement.filled, self.judgement.own, self.row, name)
        except KeyError:
            return None
        if one.number is None:
            return None
        exact = one.number, one.number
        # A number in full is taken as it is: 0.5 is to round up, and not perhaps.
        full = one.before_rounding[1] - one.before_rounding[0] <= FULL * abs(one.number)
        return exact if full else hull(one.before_rounding, exact)


def _weighed(found: Found) -> tuple[dict[int, float], dict[int, int]]:
    """For every slip: how often chance would do as well in all its cells, and how many they are."""
    together: dict[int, float] = {}
    explained: dict[int, int] = {}
    for matches in found.values():
        for match in matches:
            key = id(match.slip)
            together[key] = together.get(key, 1.0) * match.chance
            explained[key] = explained.get(key, 0) + 1
    return together, explained


def _believed(found: Found, limit: float) -> dict[CellRef, Diagnosis]:
    """For each cell the slip that explains most of the column, if chance would not do as well."""
    together, explained = _weighed(found)
    diagnoses = {}
    for place, matches in found.items():
        sure = [match for match in matches if together[id(match.slip)] < limit]
        if not sure:
            continue
        most = max(explained[id(match.slip)] for match in sure)
        best = [match for match in sure if explained[id(match.slip)] == most]
        # Another formula that gives the very same number cannot be told apart, sure or not.
        alike = [
            match.slip
            for match in matches
            if explained[id(match.slip)] >= most
            and (together[id(match.slip)] < POSSIBLE or any(_same(match, one) for one in best))
        ]
        # Digits in each other's place are a coincidence where a formula leads there.
        by_formula = [slip for slip in alike if slip.names != ("digits_swapped",)]
        diagnoses[place] = _named(by_formula or alike)
    return diagnoses


def _same(first: Match, second: Match) -> bool:
    """Whether two slips give the same number, as far as it is written."""
    apart = abs(sum(first.gives) - sum(second.gives)) / 2
    return apart <= SAME * (first.claim[1] - first.claim[0])


def _possible(found: Found) -> dict[CellRef, Diagnosis]:
    """For each cell the slips that could be."""
    together, explained = _weighed(found)
    diagnoses = {}
    for place, matches in found.items():
        possible = [match.slip for match in matches if together[id(match.slip)] < POSSIBLE]
        if possible:
            most = max(explained[id(slip)] for slip in possible)
            likely = [slip for slip in possible if explained[id(slip)] == most]
            diagnoses[place] = _could_be(likely)
    return diagnoses


def _named(likely: list[Slip]) -> Diagnosis:
    """A slip by its name, where all that are likely have the same."""
    if len({slip.name for slip in likely}) == 1:
        return Diagnosis(likely[0].name, _list(likely), likely[0].hint)
    return _could_be(likely)


def _could_be(likely: list[Slip]) -> Diagnosis:
    hint = " Or: ".join(dict.fromkeys(slip.hint for slip in _usual(likely)))
    return Diagnosis(None, f"could be: {_list(likely)}", hint)


def _list(likely: list[Slip]) -> str:
    return "; could also be: ".join(slip.because for slip in _usual(likely))


def _usual(likely: list[Slip]) -> list[Slip]:
    return sorted(likely, key=lambda slip: slip.usual)[:MOST_NAMED]
