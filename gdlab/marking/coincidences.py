"""A number that equals a neighbour's by chance: 1 * x is x, but it was computed all the same.

A cell that follows, and has the number of a cell of its row that it is made of, is unearned by
itself. It is earned where the same column has a number that shows computing in another row, unless
it repeats the cell above it.
"""

from dataclasses import replace

from gdlab.core.columns import ABOVE, OWN
from gdlab.marking.judge import FOLLOWS, RIGHT, UNEARNED, Judgement, Verdict
from gdlab.marking.sheet import CellRef


def coincidences_earned(judgement: Judgement) -> Judgement:
    """The judgement in which cells follow that are like another cell only by chance."""
    if not any(one.status == UNEARNED for one in judgement.verdicts):
        return judgement
    computed = {
        one.place[1]
        for one in judgement.verdicts
        if one.status in (RIGHT, FOLLOWS) and not _is_like_another(judgement, one.place)
    }
    return replace(
        judgement, verdicts=tuple(_earned(judgement, one, computed) for one in judgement.verdicts)
    )


def _earned(judgement: Judgement, verdict: Verdict, computed: set[str]) -> Verdict:
    row, name = verdict.place
    number = judgement.own[verdict.place].number
    above = judgement.own.get((row - 1, name))
    is_chance = (
        verdict.status == UNEARNED
        and name in computed
        and number
        and (above is None or above.number != number)
    )
    return replace(verdict, status=FOLLOWS) if is_chance else verdict


def _is_like_another(judgement: Judgement, place: CellRef) -> bool:
    """Whether a cell is 0, or has the number of the cell above it or of one that it is made of."""
    row, name = place
    table = judgement.filled.key.table
    made_of = [table.resolve(one) for one in table.column(name).precedents]
    cells = [(row - (kind == ABOVE), found) for kind, found in made_of if kind in (OWN, ABOVE)]
    others = (judgement.own.get(one) for one in [(row - 1, name), *cells])
    return judgement.own[place].number in {0, None, *(one.number for one in others if one)}
