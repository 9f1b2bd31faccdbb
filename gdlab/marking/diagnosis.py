"""Which usual slip gives what a learner wrote, where that can be believed.

Each slip's formula is computed on the learner's own numbers. One that gives the written number is
believed where a number written at random would seldom have met any slip as usual as it: the more
digits were written, and the more cells of the column it explains, the surer. No diagnosis is
better than a wrong one.
"""

import ast
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gdlab.dialects.evaluate import CellError
from gdlab.grammar import names
from gdlab.marking.bounds import OTHER_ORDER, Interval, hull, meet
from gdlab.marking.judge import WRONG, Judgement, Verdict, find
from gdlab.marking.sheet import Place
from gdlab.marking.slips import KINDS, Slip, pairs, slips

# A slip is believed where chance would have found one as good in fewer than this share of cells.
BELIEVED = 0.03
# Wrong cells of one column that are searched, and columns that are searched for two slips.
MOST_CELLS, MOST_COLUMNS_IN_PAIRS = 8, 3
MOST_DIGITS = 12


@dataclass(frozen=True)
class Diagnosis:
    """What was most probably done in one cell.

    ``slip`` is its short name, None where several are as likely; ``because`` says it in a sentence
    without a value, and so does ``hint``, more covertly.
    """

    slip: str | None
    because: str
    hint: str


@dataclass(frozen=True)
class Match:
    """One slip that gives a written number, and how often chance would find one as good."""

    slip: Slip
    chance: float


@dataclass
class Column:
    """The search in one column: its wrong cells, and the slips that give what stands in them."""

    cells: list[Verdict]
    singles: list[Slip]
    matches: dict[Place, list[Match]] = field(default_factory=dict)


def diagnose(judgement: Judgement) -> dict[Place, Diagnosis]:
    """The diagnoses of the wrong cells, as far as there are any that can be believed."""
    columns: dict[str, Column] = {}
    for verdict in judgement.verdicts:
        if verdict.status != WRONG or verdict.place not in judgement.claims:
            continue
        name = verdict.place[1]
        if name not in columns:
            columns[name] = Column([], slips(judgement.filled.key.table, name))
        if len(columns[name].cells) < MOST_CELLS:
            columns[name].cells.append(verdict)
    found: dict[Place, Diagnosis] = {}
    in_pairs = 0
    for name, column in columns.items():
        for verdict in column.cells:
            tried = [*column.singles, *_typing(verdict)]
            column.matches[verdict.place] = _matches(judgement, verdict, tried)
        diagnoses = _believed(column)
        unexplained = [one for one in column.cells if one.place not in diagnoses]
        if unexplained and in_pairs < MOST_COLUMNS_IN_PAIRS:
            in_pairs += 1
            both = pairs(judgement.filled.key.table, name)
            two = Column(unexplained, both)
            for verdict in unexplained:
                two.matches[verdict.place] = _matches(judgement, verdict, both)
            diagnoses |= _believed(two)
        found |= diagnoses
    return _cut_off(judgement, found) | found


def _cut_off(judgement: Judgement, found: Mapping[Place, Diagnosis]) -> dict[Place, Diagnosis]:
    """Numbers that were cut off where they should be rounded; sure where it is a habit."""
    cut, rounded_up = [], 0
    for verdict in judgement.verdicts:
        written, right = verdict.written, verdict.from_yours
        if written is None or written.number is None or isinstance(right, str):
            continue
        if written.decimals is None or not 0 <= written.decimals <= MOST_DIGITS:
            continue
        scale = 10.0**written.decimals
        exact, shown = abs(right) * scale, abs(written.number) * scale
        if exact % 1.0 < 0.5 or exact > 1 / OTHER_ORDER:
            continue
        rounded_up += verdict.status != WRONG and shown > exact
        if (
            verdict.status == WRONG
            and round(shown) == math.floor(exact)
            and verdict.place not in found
        ):
            cut.append(verdict.place)
    habit = len(cut) >= 3 and rounded_up <= len(cut) / 10
    because, hint = "the last digit was cut off, not rounded", KINDS["cut_off"].hint
    one = Diagnosis(
        "cut_off" if habit else None, because if habit else f"could be: {because}", hint
    )
    return dict.fromkeys(cut, one)


def _typing(verdict: Verdict) -> list[Slip]:
    """The right number, mistyped: two neighbouring digits in each other's place."""
    right, written = verdict.from_yours, verdict.written
    if written is None or written.decimals is None or not 0 <= written.decimals <= MOST_DIGITS:
        return []
    if isinstance(right, str) or abs(right) >= 1e12:
        return []
    digits = f"{right:.{written.decimals}f}"
    mistyped = {
        digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :]
        for i in range(len(digits) - 1)
        if digits[i] != digits[i + 1] and digits[i].isdigit() and digits[i + 1].isdigit()
    }
    because = "two digits stand in each other's place"
    return [Slip(("digits_swapped",), because, ast.Constant(float(text))) for text in mistyped]


def _matches(judgement: Judgement, verdict: Verdict, tried: Iterable[Slip]) -> list[Match]:
    """The slips that give a written number."""
    claim = judgement.claims[verdict.place]
    right = verdict.from_yours if isinstance(verdict.from_yours, float) else verdict.expected
    intervals = _Intervals(judgement, verdict.place)
    given: list[tuple[Slip, Interval]] = []
    for slip in tried:
        interval = intervals.of(slip)
        if interval is not None:
            given.append((slip, interval))
    found = [slip for slip, interval in given if meet(interval, claim)]
    if not found or isinstance(right, str):
        return []
    distance = abs((claim[0] + claim[1]) / 2 - right)
    room = 16 / 3 * distance
    near: dict[int, float] = {}
    for slip, interval in given:
        away = abs((interval[0] + interval[1]) / 2 - right)
        if meet(interval, claim) or distance / 3 <= away <= 3 * distance:
            width = interval[1] - interval[0] + claim[1] - claim[0]
            near[slip.usual] = near.get(slip.usual, 0.0) + width
    return [Match(slip, _share(near, slip.usual, room)) for slip in found]


def _share(near: Mapping[int, float], usual: int, room: float) -> float:
    """How often a number written at random would meet a slip at least as usual."""
    covered = sum(width for one, width in near.items() if one <= usual)
    return min(1.0, covered / room) if room and math.isfinite(covered) else 1.0


class _Intervals:
    """The intervals of slips in one cell, from the learner's own numbers there."""

    def __init__(self, judgement: Judgement, place: Place) -> None:
        self.judgement = judgement
        self.place = place
        self.known: dict[str, Interval | None] = {}

    def of(self, slip: Slip) -> Interval | None:
        """What a slip gives here; None where it gives no number, or asks for what is not there."""
        put = {}
        for name in names(slip.tree):
            if name not in self.known:
                self.known[name] = self.own(name)
            interval = self.known[name]
            if interval is None:
                return None
            put[name] = interval
        try:
            return slip.bound(put)
        except CellError:
            return None

    def own(self, name: str) -> Interval | None:
        try:
            one = find(self.judgement.filled, self.judgement.own, self.place[0], name)
        except KeyError:
            return None
        return None if one.number is None else hull(one.kept, (one.number, one.number))


def _believed(column: Column) -> dict[Place, Diagnosis]:
    """For each cell the slip that explains most of the column, if chance would not do as well."""
    together: dict[tuple, float] = {}
    explained: dict[tuple, int] = {}
    for matches in column.matches.values():
        for match in matches:
            key = match.slip.names, match.slip.because
            together[key] = together.get(key, 1.0) * match.chance
            explained[key] = explained.get(key, 0) + 1
    diagnoses = {}
    for place, matches in column.matches.items():
        keys = {(match.slip.names, match.slip.because): match.slip for match in matches}
        sure = {key: slip for key, slip in keys.items() if together[key] < BELIEVED}
        if sure:
            most = max(explained[key] for key in sure)
            likely = [slip for key, slip in sure.items() if explained[key] == most]
            diagnoses[place] = _named(likely)
    return diagnoses


def _named(likely: list[Slip]) -> Diagnosis:
    if len(likely) == 1:
        return Diagnosis(likely[0].name, likely[0].because, likely[0].hint)
    because = "; could also be: ".join(slip.because for slip in likely)
    hint = " Or: ".join(dict.fromkeys(slip.hint for slip in likely))
    return Diagnosis(None, f"could be: {because}", hint)
