"""What explains the wrong cells of a sheet: the slips that give what stands in all of a column."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import replace

from gdlab.marking.bounds import meet
from gdlab.marking.evidence import Candidate, OwnNumbers, candidates, sharp_claims
from gdlab.marking.judge import RIGHT, WRONG, Judgement, Verdict
from gdlab.marking.mistyping import mistyped
from gdlab.marking.settling import Cause
from gdlab.marking.sheet import CellRef
from gdlab.marking.slips import VERY_USUAL, Slip, made_of, pairs, slips

# Chance would have found a slip as good in fewer than this share of cells: it is believed.
BELIEVED = 0.08
# Two slips at once are a bolder claim than one.
BELIEVED_OF_TWO = 0.005
# Wrong cells of one column that are searched one by one, and columns searched for two slips.
MOST_CELLS_SEARCHED, MOST_COLUMNS_IN_PAIRS = 4, 3


class CauseSearch:
    """What explains the wrong cells of a sheet, column by column."""

    def __init__(self, judgement: Judgement) -> None:
        self.judgement = judgement
        self.sharp = sharp_claims(judgement.filled)
        self.wrong: dict[str, list[Verdict]] = {}
        self.right: dict[str, list[Verdict]] = {}
        self.verdicts = {one.place: one for one in judgement.verdicts}
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
        causes = [one for one in causes if not self._copies_wrong_cells(one.slip, cells)]
        # Where several rows are wrong, the right ones are made by the same formula, if by any.
        right = self.right.get(cells[0].place[1], []) if len(cells) > 1 else []
        agreeing = [one for one in causes if all(self.gives(cell, one.slip) for cell in right)]
        return agreeing or causes

    def _copies_wrong_cells(self, slip: Slip, cells: list[Verdict]) -> bool:
        """Whether a slip copies numbers that are wrong themselves, or follow from what is wrong.

        It explains nothing then.
        """
        if not isinstance(slip.tree, ast.Name):
            return False
        copied = [(one.place, self.verdicts.get((one.place[0], slip.tree.id))) for one in cells]
        return all(
            one is not None and (one.status == WRONG or one.origin == place)
            for place, one in copied
        )

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
        return [self._doubted(verdict, one) for one in candidates(given, claims, right)]

    def _doubted(self, verdict: Verdict, match: Candidate) -> Candidate:
        """A match as it is; not believed where a digit is another by a number of the row.

        That was added, as likely as not.
        """
        right = verdict.from_yours
        if match.slip.name != "digit_misread" or isinstance(right, str):
            return match
        (row, column), (low, high) = verdict.place, match.claim
        off = abs((low + high) / 2 - right)
        numbers = (
            self.judgement.own[row, name].number
            for name in made_of(self.judgement.filled.key.table, column)
        )
        is_added = any(one is not None and abs(abs(one) - off) <= high - low for one in numbers)
        return replace(match, chance=max(match.chance, BELIEVED)) if is_added else match
