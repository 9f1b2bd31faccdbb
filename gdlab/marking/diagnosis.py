"""Which usual slip gives what a learner wrote, where that can be believed.

Each slip's formula is computed on the learner's own numbers, in all wrong cells of its column. A
slip is named only if it explains all of them, if no other one does so too, and if numbers written
at random would seldom have met any slip as usual as it. No diagnosis is better than a wrong one.
"""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gdlab.core.rerun import inputs_of
from gdlab.marking.bounds import meet
from gdlab.marking.evidence import Candidate, OwnNumbers, candidates, sharp_claims
from gdlab.marking.judge import RIGHT, WRONG, Judgement, Verdict
from gdlab.marking.kinds import KINDS
from gdlab.marking.mistyping import CUT_OFF, cut_off, mistyped
from gdlab.marking.parts import say
from gdlab.marking.settling import BY_HAND, Cause, settle
from gdlab.marking.sheet import CellRef, Filled, OwnFormula
from gdlab.marking.slips import VERY_USUAL, Slip, pairs, slip_of, slips

# Chance would have found a slip as good in fewer than this share of cells: it is believed.
BELIEVED = 0.08
# Two slips at once are a bolder claim than one.
BELIEVED_OF_TWO = 0.005
# In fewer than this share: it is spoken of as one that could be.
POSSIBLE = 0.25
# Wrong cells of one column that are searched one by one, and columns searched for two slips.
MOST_CELLS_SEARCHED, MOST_COLUMNS_IN_PAIRS = 4, 3
MOST_SLIPS_NAMED = 3
# Two slips give the same number that are less than this share of its last digit apart.
SAME_SHARE = 0.05
NO_SLIP = "no usual slip gives this number"


@dataclass(frozen=True)
class Diagnosis:
    """What was most probably done in one cell.

    ``slip`` is its short name, None where it is not sure; ``because`` says it in a sentence
    without a value, and so does ``hint``, more covertly. ``places`` are the wrong cells of the
    column where the same was done, none where that is not known; ``once``: it counts once, because
    every number was computed, if wrongly, and not copied.
    """

    slip: str | None
    because: str
    hint: str
    places: tuple[CellRef, ...] = ()
    once: bool = False


def diagnose(judgement: Judgement) -> dict[CellRef, Diagnosis]:
    """The diagnoses of the wrong cells, as far as there are any."""
    search = _CauseSearch(judgement)
    named, shown = _of_formulas(search)
    causes = {name: search.causes(name, cells) for name, cells in search.wrong.items()}
    table = judgement.filled.key.table
    settled = settle(causes, table)
    diagnoses: dict[CellRef, Diagnosis] = {}
    for name, cells in search.wrong.items():
        places = tuple(one.place for one in cells)
        found = _of_causes(settled[name]) if settled[name] else None
        if found is not None:
            differ = len({one.written.number for one in cells if one.written}) > 1
            # Where a column repeats a number by itself, another one repeated is a slip like any.
            repeats = isinstance(table.column(name).expression, ast.Name)
            copied = not repeats and all(_is_copy(one.slip) for one in settled[name])
            once = differ and not copied
            diagnoses |= dict.fromkeys(places, replace(found, places=places, once=once))
        elif not settled[name]:
            diagnoses |= _possible(search.found[name])
    sure = {place: found for place, found in diagnoses.items() if found.slip is not None}
    return _cut_off(judgement, diagnoses) | shown | sure | named


def _of_formulas(
    search: "_CauseSearch",
) -> tuple[dict[CellRef, Diagnosis], dict[CellRef, Diagnosis]]:
    """The wrong cells whose own formula is a slip, and those where it is only shown.

    The first need no search then. A formula that does not give the number beside it proves nothing.
    """
    judgement = search.judgement
    filled = judgement.filled
    written = filled.formulas() if search.wrong else {}
    found: dict[CellRef, Diagnosis] = {}
    for name, cells in search.wrong.items():
        for one in cells:
            own = written.get(one.place)
            if own is None or not search.gives(one, Slip((), "", own.tree)):
                continue
            found[one.place] = _of_formula(filled, name, own)
    named = {place: one for place, one in found.items() if one.slip is not None}
    left = {
        name: [one for one in cells if one.place not in named]
        for name, cells in search.wrong.items()
    }
    search.wrong = {name: cells for name, cells in left.items() if cells}
    shown = {place: one for place, one in found.items() if place not in named}
    return _together(named), _together(shown)


def _of_formula(filled: Filled, column: str, own: OwnFormula) -> Diagnosis:
    if own.moved:
        return Diagnosis("cell_moved", own.moved, KINDS["cell_moved"].hint)
    table = filled.key.table
    given = {**inputs_of(filled.key), "n": filled.key.samples}
    slip = slip_of(table, column, own.tree, given)
    if slip is not None:
        return Diagnosis(slip.name, slip.because, slip.hint, once=not _is_copy(slip))
    formula = say(own.tree)
    hint = f"the formula there is {formula}: which part of it is not as it should be?"
    return Diagnosis(None, f"{formula} was computed", hint, once=True)


def _together(found: dict[CellRef, Diagnosis]) -> dict[CellRef, Diagnosis]:
    """Diagnoses with all cells of a column of which the same is said."""
    alike: dict[tuple[str, Diagnosis], list[CellRef]] = {}
    for place, one in found.items():
        alike.setdefault((place[1], one), []).append(place)
    return {
        place: replace(one, places=tuple(places))
        for (_, one), places in alike.items()
        for place in places
    }


def _is_copy(slip: Slip) -> bool:
    """Whether a number of another cell stands there: nothing was computed."""
    bare = isinstance(slip.tree, ast.Name) and slip.name == "other_parameter"
    return bare or slip.is_copied


def _cut_off(judgement: Judgement, known: Mapping[CellRef, Diagnosis]) -> dict[CellRef, Diagnosis]:
    places, habit = cut_off(judgement.verdicts)
    because = CUT_OFF if habit else f"could be: {CUT_OFF}"
    found = Diagnosis("cut_off" if habit else None, because, KINDS["cut_off"].hint)
    return {**known, **dict.fromkeys(places, found)}


class _CauseSearch:
    """What explains the wrong cells of a sheet, column by column."""

    def __init__(self, judgement: Judgement) -> None:
        self.judgement = judgement
        self.sharp = sharp_claims(judgement.filled)
        self.wrong: dict[str, list[Verdict]] = {}
        self.right: dict[str, list[Verdict]] = {}
        self.status = {one.place: one.status for one in judgement.verdicts}
        # The slips that give single cells, for those that nothing explains together.
        self.found: dict[str, dict[CellRef, list[Candidate]]] = {}
        self.in_pairs = 0
        for verdict in judgement.verdicts:
            known = {WRONG: self.wrong, RIGHT: self.right}.get(verdict.status)
            if known is not None and verdict.place in judgement.claims:
                known.setdefault(verdict.place[1], []).append(verdict)

    def causes(self, name: str, cells: list[Verdict]) -> list[Cause]:
        """The slips that explain all wrong cells of a column; two at once if no single one does."""
        table = self.judgement.filled.key.table
        single = slips(table, name)
        self.found[name] = {
            one.place: self.matches(one, [*single, *mistyped(one)])
            for one in cells[:MOST_CELLS_SEARCHED]
        }
        found = self._explaining(cells, self.found[name])
        sure = any(one.slip.usual <= VERY_USUAL for one in found)
        if sure or self.in_pairs >= MOST_COLUMNS_IN_PAIRS:
            return found
        self.in_pairs += 1
        double = pairs(table, name)
        both = {one.place: self.matches(one, double) for one in cells[:MOST_CELLS_SEARCHED]}
        two = [one for one in self._explaining(cells, both) if one.chance < BELIEVED_OF_TWO]
        # Where one slip gives a number, two are one too many; where it is none of the very usual
        # ones, they are as likely.
        alone = any(self.found[name].values())
        return found + two if found or not alone else []

    def _explaining(
        self, cells: list[Verdict], found: Mapping[CellRef, list[Candidate]]
    ) -> list[Cause]:
        by_slip: dict[int, dict[CellRef, Candidate]] = {}
        for place, matches in found.items():
            for match in matches:
                by_slip.setdefault(id(match.slip), {})[place] = match
        causes = []
        for where in by_slip.values():
            slip = next(iter(where.values())).slip
            # What the last row has below it, a learner may have read in many ways.
            if all(
                one.place in where
                or self._no_row_below(one.place, slip)
                or (one.place not in found and self.gives(one, slip))
                for one in cells
            ):
                causes.append(Cause(slip, where))
        causes = [one for one in causes if not self._of_a_wrong_cell(one.slip, cells)]
        # Where several rows are wrong, the right ones are made by the same formula, if by any.
        right = self.right.get(cells[0].place[1], []) if len(cells) > 1 else []
        agreeing = [one for one in causes if all(self.gives(cell, one.slip) for cell in right)]
        return agreeing or causes

    def _of_a_wrong_cell(self, slip: Slip, cells: list[Verdict]) -> bool:
        """Whether a slip copies numbers that are all wrong themselves: it explains nothing then."""
        if not isinstance(slip.tree, ast.Name):
            return False
        copied = slip.tree.id
        return all(self.status.get((one.place[0], copied)) == WRONG for one in cells)

    def _no_row_below(self, place: CellRef, slip: Slip) -> bool:
        last = place[0] == self.judgement.filled.key.rows
        return last and any(name.endswith("_next") for name in slip.asks)

    def gives(self, verdict: Verdict, slip: Slip) -> bool:
        """Whether a slip gives what is written in one more cell."""
        gives = OwnNumbers(self.judgement, verdict.place).into(slip)
        claims = self.sharp[verdict.place], self.judgement.claims[verdict.place]
        return gives is not None and any(meet(gives, claim) for claim in claims)

    def matches(self, verdict: Verdict, tried: Iterable[Slip]) -> list[Candidate]:
        """The slips that give a written number."""
        right = verdict.expected if isinstance(verdict.from_yours, str) else verdict.from_yours
        if isinstance(right, str):
            return []
        put = OwnNumbers(self.judgement, verdict.place)
        given = [(slip, gives) for slip in tried if (gives := put.into(slip)) is not None]
        claims = self.sharp[verdict.place], self.judgement.claims[verdict.place]
        return candidates(given, claims, right)


def _of_causes(causes: list[Cause]) -> Diagnosis | None:
    """What is said where slips explain all wrong cells of a column; None if chance would too."""
    sure = [one for one in causes if one.chance < BELIEVED]
    likely = [
        one.slip
        for one in causes
        if one.chance < POSSIBLE or any(_same(one, other) for other in sure)
    ]
    if not likely:
        return None
    if not sure:
        return _could_be(likely)
    # A slip of the hand is a coincidence where a very usual formula leads there.
    by_formula = [slip for slip in likely if slip.name not in BY_HAND[1:]]
    is_usual = any(slip.usual <= VERY_USUAL for slip in by_formula)
    return _named(by_formula if is_usual else likely)


def _same(first: Cause, second: Cause) -> bool:
    """Whether two slips give the same number somewhere, as far as it is written."""
    return any(
        abs(sum(one.gives) - sum(second.matches[place].gives)) / 2
        <= SAME_SHARE * (one.claim[1] - one.claim[0])
        for place, one in first.matches.items()
        if place in second.matches
    )


def _possible(found: Mapping[CellRef, list[Candidate]]) -> dict[CellRef, Diagnosis]:
    """For single cells the slips that could be, where none explains the whole column."""
    diagnoses = {}
    for place, matches in found.items():
        # What other rows contradict is not spoken of; a slip of the hand is made once.
        possible = [
            match.slip
            for match in matches
            if match.chance < POSSIBLE and (len(found) == 1 or match.slip.name in BY_HAND)
        ]
        if possible:
            diagnoses[place] = _could_be(possible)
        elif not matches:
            diagnoses[place] = Diagnosis(None, NO_SLIP, "")
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
    return "; could also be: ".join(dict.fromkeys(slip.because for slip in _usual(likely)))


def _usual(likely: list[Slip]) -> list[Slip]:
    return sorted(likely, key=lambda slip: slip.usual)[:MOST_SLIPS_NAMED]
