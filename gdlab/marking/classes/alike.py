"""Learners with the same wrong cells, and files that are copies: a question, not an accusation."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from gdlab.marking.classes.attempts import Result

HEADS = ("question", "learners", "same_numbers", "cells")
QUESTION = "did they work together, or make the same mistakes?"
IS_A_COPY = "is one file a copy of the other? Their content is the same"
# One wrong cell in common is nothing to ask about.
FEWEST_IN_COMMON = 2
# What more learners than these, and than this share of those with the rule, have in common is the
# lesson's slip, not theirs: of one that every tenth makes alone, six of sixty would be asked
# whether they worked together. A larger group that did is not asked; two or three always are.
MANY_LEARNERS, MANY_SHARE = 3, 0.05
UNKNOWN = "the cause is not known"
NOUGHTS = ("0", "0.0")

Wrong = tuple[int, str, str]


class Alike:
    """Gathers the wrong cells of the attempts that count."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, dict[Wrong, str]]] = []
        self.contents: dict[str, list[str]] = defaultdict(list)
        self.said: dict[str, str] = {}

    def add(self, who: str, content: str, result: Result) -> None:
        """One learner's sheet."""
        wrong = {
            (row, column, slip or UNKNOWN): str(number)
            for row, column, slip, number in sorted(result["wrong"], key=lambda cell: cell[:2])
        }
        self.sheets.append((who, result["rule"], wrong))
        self.said |= result.get("said", {})
        if content:
            self.contents[content].append(who)

    def rows(self) -> Iterator[list[str]]:
        """Copies first, then the groups, those with the most cells in common first."""
        for learners in self.contents.values():
            if len(set(learners)) > 1:
                yield [IS_A_COPY, "; ".join(sorted(set(learners))), "yes", ""]
        yield from self._groups()

    def _groups(self) -> Iterator[list[str]]:
        common = self._common()
        groups: dict[bytes, list[tuple[str, str]]] = defaultdict(list)
        cells: dict[bytes, list[Wrong]] = {}
        for who, rule, wrong in self.sheets:
            # Anybody may come to put 0 into a cell.
            own = [
                cell
                for cell, number in wrong.items()
                if (rule, *cell[1:]) not in common and number not in NOUGHTS
            ]
            if len(own) >= FEWEST_IN_COMMON:
                key = _digest([rule, *map(str, own)])
                groups[key].append((who, str([wrong[cell] for cell in own])))
                cells[key] = own
        several = [key for key, members in groups.items() if len({who for who, _ in members}) > 1]
        for key in sorted(several, key=lambda key: -len(cells[key])):
            told = "; ".join(
                f"row {row} {column}: {self.said.get(f'{column} {slip}', slip)}"
                for row, column, slip in cells[key]
            )
            same = "yes" if len({numbers for _, numbers in groups[key]}) == 1 else "no"
            yield [QUESTION, "; ".join(sorted({who for who, _ in groups[key]})), same, told]

    def _common(self) -> set[tuple[str, str, str]]:
        """The slips, by rule and column, that many learners made."""
        counts: Counter[tuple[str, str, str]] = Counter()
        for _, rule, wrong in self.sheets:
            counts.update({(rule, column, slip) for _, column, slip in wrong if slip != UNKNOWN})
        sheets = Counter(rule for _, rule, _ in self.sheets)
        return {
            slip
            for slip, count in counts.items()
            if count > max(MANY_LEARNERS, MANY_SHARE * sheets[slip[0]])
        }


def _digest(words: Iterable[str]) -> bytes:
    return hashlib.sha256("\n".join(words).encode(errors="backslashreplace")).digest()
