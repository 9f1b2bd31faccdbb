"""Which usual slip gives what a learner wrote, where that can be believed.

Each slip's formula is computed on the learner's own numbers, in all wrong cells of its column. A
slip is named only if it explains all of them, and if numbers written at random would seldom have
met any slip as usual as it. Of two that do so either is named. No diagnosis is better than a wrong
one.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gdlab.core.rerun import inputs_of
from gdlab.marking.evidence import Candidate
from gdlab.marking.judge import Judgement
from gdlab.marking.kinds import KINDS
from gdlab.marking.mistyping import CUT_OFF, cut_off
from gdlab.marking.parts import say
from gdlab.marking.searching import BELIEVED, CauseSearch
from gdlab.marking.settling import BY_HAND, Cause, settle
from gdlab.marking.sheet import CellRef, Filled, OwnFormula
from gdlab.marking.slips import VERY_USUAL, Slip, slip_of

# In fewer than this share: it is spoken of as one that could be.
POSSIBLE = 0.25
MOST_SLIPS_NAMED = 3
# Two slips give the same number that are less than this share of its last digit apart.
SAME_SHARE = 0.05
NO_SLIP = "no usual slip gives this number"


@dataclass(frozen=True)
class Diagnosis:
    """What was most probably done in one cell.

    ``slip`` is its short name, None where it is not sure; where either of two was made, the names
    have a | between. ``because`` says it in a sentence without a value, and so does ``hint``, more
    covertly. ``places`` are the wrong cells of the column where the same was done, none where that
    is not known; ``once``: it counts once, because every number was computed, if wrongly, and not
    copied.
    """

    slip: str | None
    because: str
    hint: str
    places: tuple[CellRef, ...] = ()
    once: bool = False


def diagnose(judgement: Judgement) -> dict[CellRef, Diagnosis]:
    """The diagnoses of the wrong cells, as far as there are any."""
    search = CauseSearch(judgement)
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
    search: CauseSearch,
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
    return _named(by_formula if is_usual else likely, {one.slip.name for one in sure})


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


def _named(likely: list[Slip], sure: set[str]) -> Diagnosis:
    """A slip by its name, where all that are likely have the same; or either of two sure ones."""
    names = dict.fromkeys(slip.name for slip in likely)
    if len(names) == 1:
        return Diagnosis(likely[0].name, _list(likely), likely[0].hint)
    if len(names) == 2 and sure.issuperset(names) and len(likely) <= MOST_SLIPS_NAMED:
        because = f"either {', or '.join(_reasons(likely))}"
        return Diagnosis("|".join(sorted(names)), because, _hints(likely))
    return _could_be(likely)


def _could_be(likely: list[Slip]) -> Diagnosis:
    return Diagnosis(None, f"could be: {_list(likely)}", _hints(likely))


def _hints(likely: list[Slip]) -> str:
    return " Or: ".join(dict.fromkeys(slip.hint for slip in _usual(likely)))


def _list(likely: list[Slip]) -> str:
    return "; could also be: ".join(_reasons(likely))


def _reasons(likely: list[Slip]) -> list[str]:
    return list(dict.fromkeys(slip.because for slip in _usual(likely)))


def _usual(likely: list[Slip]) -> list[Slip]:
    return sorted(likely, key=lambda slip: slip.usual)[:MOST_SLIPS_NAMED]
