"""Judge whether each gradient is the derivative of the sheet's own loss."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median_low

from gdlab.reading.book import Key, Value
from gdlab.reading.descent import Chain, Descent
from gdlab.reading.graph import NAN, Graph
from gdlab.reading.graph import number as number_of
from gdlab.reading.losses import RIGHT, SCALED, UNCHECKED, WRONG, Explained, same, slopes_of
from gdlab.reading.steps import Steps

# Wrong gradients differ by at least 1e-4.
APART = 1e-6
# With more updates, only some are checked one by one.
ALL_LOOKED_AT = 1_000
Values = dict[Key, Value]


@dataclass
class Judged:
    """A gradient of one update: its cell, its verdict, and its factor relative to the derivative.

    ``holds`` is false if it is the derivative only with the sheet's own data.
    """

    chain: int
    step: int
    cell: Key
    verdict: str
    factor: float | None = None
    holds: bool = True

    @property
    def is_wrong(self) -> bool:
        """Whether it is not the derivative."""
        return self.verdict == WRONG

    def alike(self, other: "Judged") -> bool:
        """Whether two gradients of one parameter have the same verdict."""
        return (self.verdict, self.factor, self.holds) == (
            other.verdict, other.factor, other.holds,
        )  # fmt: skip


@dataclass(frozen=True)
class GradientJudge:
    """Compares gradients with the derivative of the loss at two or more points.

    ``cells`` has the gradients' cells by index of parameter and update; ``points`` are the values
    of all cells with other parameters.
    """

    graph: Graph
    descent: Descent
    steps: Steps
    explained: Explained
    cells: dict[tuple[int, int], Key]
    points: list[Values]

    def judge(self) -> list[Judged]:
        """Judge every gradient of every update.

        If there are thousands of updates, some hundreds are checked first. If a parameter's
        gradient has the same verdict in all of them, and the same formula in all others, the
        verdict applies to all.
        """
        every = range(self.descent.updates + 1)
        if len(every) <= ALL_LOOKED_AT:
            return self._of_updates(every)
        found = self._of_updates(sorted({*every[:50], *every[:: len(every) // 300], *every[-2:]}))
        usual = {one.chain: one for one in found}
        roles = {number: self.steps.roles.get(one.cell) for number, one in usual.items()}
        if not all(one.alike(usual[one.chain]) for one in found) or not all(
            roles[number] is not None and self.steps.roles.get(cell) == roles[number]
            for (number, _), cell in self.cells.items()
        ):
            return self._of_updates(every)
        return [
            replace(usual[number], step=step, cell=self.cells[number, step])
            for number in range(len(self.descent.chains))
            for step in every
            if (number, step) in self.cells
        ]

    def _of_updates(self, which: Sequence[int]) -> list[Judged]:
        role = self.explained.role
        slopes = [slopes_of(self.graph, self.steps, role, one, which) for one in self.points]
        found = []
        for number, chain in enumerate(self.descent.chains):
            factors = [
                self._factor(chain, number, one, values, which)
                for one, values in zip(slopes, self.points, strict=True)
            ]
            factor = self.explained.factors.get(number, factors[0])
            for step in which:
                cell = self.cells.get((number, step))
                if cell is None:
                    continue
                marks = [
                    _mark(values.get(cell), k * one.get(chain.cells[step], 0.0))
                    for values, one, k in zip(self.points, slopes, factors, strict=True)
                ]
                verdict = _verdict(marks, factor)
                found.append(Judged(number, step, cell, verdict, factor, False not in marks))
        # If x is 1, a formula without x is right by chance: a formula that is wrong in other
        # updates is wrong there too.
        wrong = {(one.chain, self.steps.roles.get(one.cell)) for one in found if one.is_wrong}
        for one in found:
            if not one.holds and (one.chain, self.steps.roles.get(one.cell)) in wrong:
                one.verdict = WRONG
        return found

    def _factor(
        self,
        chain: Chain,
        number: int,
        slopes: dict[Key, float],
        values: Values,
        which: Sequence[int],
    ) -> float:
        """The factor that most of some updates of a parameter agree on, at one point."""
        usual = self.explained.factors.get(number)
        if usual is None:
            return median_low(list(self.explained.factors.values()))
        ratios = []
        for step in (one for one in which if one < len(chain.updates)):
            cell, slope = self.cells.get((number, step)), slopes.get(chain.cells[step], 0.0)
            value = values.get(cell, NAN) if cell else NAN
            # A gradient that is wrongly 0 has no factor.
            if isinstance(value, (int, float)) and value and value == value and slope == slope != 0:
                ratios.append(value / slope)
        if not ratios:
            return usual
        middle = median_low(ratios)
        agree = sum(same(ratio, middle) for ratio in ratios)
        return middle if agree > 1 or len(ratios) == 1 else usual


def _mark(given: Value | None, wanted: float) -> bool | None:
    """Whether a gradient has its right value; None if that cannot be decided."""
    value = number_of(given)
    if value != value or wanted != wanted or abs(value) > 1e150:
        return None
    if same(value, wanted):
        return True
    return None if same(value, wanted, APART) else False


def _verdict(marks: list[bool | None], factor: float) -> str:
    known = [mark for mark in marks if mark is not None]
    if not known:
        return UNCHECKED
    # The first two points have the sheet's own data. With other data, the targets of a softmax do
    # not add up to 1, so its short form fails; or an x of 0 becomes 1, so a slip no longer shows.
    if all(known) or marks[:2] == [True, True]:
        return RIGHT if same(factor, 1.0) else SCALED
    return WRONG if not any(known) or marks[:2] == [False, False] else UNCHECKED
