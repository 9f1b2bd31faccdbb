"""Of several slips that explain a column, those that the rest of the sheet supports."""

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass

from gdlab.core.columns import Table
from gdlab.language.grammar import names, substitute
from gdlab.language.javascript import as_data
from gdlab.marking.changes import as_text
from gdlab.marking.column_slips import exchanged
from gdlab.marking.evidence import Candidate
from gdlab.marking.sheet import CellRef
from gdlab.marking.slips import Slip

# Slips of the hand: nobody makes one in every row.
BY_HAND = ("point_shifted", "digits_swapped", "digit_dropped", "digit_misread")


@dataclass(frozen=True)
class Cause:
    """One slip that explains every wrong cell of a column, and how often chance would do so.

    ``matches`` are those in the cells that were searched one by one.
    """

    slip: Slip
    matches: Mapping[CellRef, Candidate]

    @property
    def chance(self) -> float:
        """How often numbers written at random would be explained as well.

        The same number once more is no more evidence.
        """
        distinct = {match.claim: match.chance for match in self.matches.values()}
        return math.prod(distinct.values())


def settle(causes: dict[str, list[Cause]], table: Table) -> dict[str, list[Cause]]:
    """Of several causes for a column those that also explain other columns of the sheet."""
    found = {name: _without_hand(them) for name, them in causes.items()}
    for name, them in found.items():
        for other in _siblings(name, table):
            theirs = {as_text(as_data(one.slip.tree)) for one in found.get(other[0], [])}
            alike = [one for one in them if _renamed(one.slip, *other[1], table) in theirs]
            found[name] = them = alike or them
    # Who is known to make a slip in one column makes it in another too.
    named = {
        them[0].slip.name
        for them in found.values()
        if them and len({one.slip.name for one in them}) == 1
    }
    return {
        name: [one for one in them if one.slip.name in named] or them
        for name, them in found.items()
    }


def _without_hand(causes: list[Cause]) -> list[Cause]:
    """Causes without slips of the hand, where a formula explains several cells as well."""
    if all(len(one.matches) == 1 for one in causes):
        return causes
    return [one for one in causes if one.slip.name not in BY_HAND] or causes


def _siblings(column: str, table: Table) -> list[tuple[str, tuple[str, str]]]:
    """The same column of other parameters, each with the two parameters."""
    own = table.part(column).parameter
    return [
        (exchanged(column, own, other, table), (own, other))
        for other in table.parameters
        if own and other != own
    ]


def _renamed(slip: Slip, own: str, other: str, table: Table) -> str:
    put: dict[str, ast.expr] = {
        name: ast.Name(exchanged(name, own, other, table)) for name in names(slip.tree)
    }
    return as_text(as_data(substitute(slip.tree, put)))
