"""Points with parameters far from the stored ones, for causes that near points do not distinguish.

If all parameters near the stored ones are positive, w and abs(w) are the same.
"""

import random
from collections.abc import Sequence
from math import inf

from gdlab.reading.book import Key, Value
from gdlab.reading.draws import SHIFT
from gdlab.reading.gradient_verdicts import Judged
from gdlab.reading.graph import NAN, number
from gdlab.reading.losses import RIGHT, SCALED, WRONG, same, slopes_of
from gdlab.reading.read import Read

# Factors for the parameters.
FAR = (-1.0, 2.5, 8.0)
Values = dict[Key, Value]
# The factor of a gradient, and that of the others.
Factors = tuple[float, float]


def look_farther(read: Read, judged: Sequence[Judged], uneven: dict[int, Factors]) -> None:
    """Add distant points to those at which the cause of a wrong gradient is searched.

    If a gradient has another factor than the others only near the stored parameters, it is wrong:
    it is removed from ``uneven``.
    """
    assert read.loss is not None
    if not uneven and not any(one.is_wrong for one in judged):
        return
    step = read.descent.updates // 2
    here = [one for one in judged if one.step == step and one.verdict in (RIGHT, SCALED)]
    found = []
    for times in FAR:
        values = read.graph.evaluate(_far_parameters(read, times))
        slopes = slopes_of(read.graph, read.steps, read.loss.role, values, [step])
        wanted = [slopes.get(chain.cells[step], NAN) for chain in read.descent.chains]
        if all(abs(slope) < inf for slope in wanted) and all(
            _has(values, one, wanted) for one in here if one.chain not in uneven
        ):
            found.append((values, wanted))
    read.points += [values for values, _ in found]
    for index in list(uneven):
        own = [one for one in here if one.chain == index]
        if not all(_has(values, one, wanted) for values, wanted in found for one in own):
            usual = next(one.factor for one in here if one.chain not in uneven)
            del uneven[index]
            for one in judged:
                if one.chain == index:
                    one.verdict, one.factor = WRONG, usual


def _far_parameters(read: Read, times: float) -> dict[Key, float]:
    moves = random.Random(f"far {times}")
    return {
        key: times * number(read.book.values.get(key, 0.0)) + SHIFT * (2 * moves.random() - 1)
        for chain in read.descent.chains
        for key in chain.cells
    }


def _has(values: Values, one: Judged, wanted: Sequence[float]) -> bool:
    """Whether a gradient equals its factor times the derivative at a point."""
    return same(number(values.get(one.cell)), (one.factor or 1.0) * wanted[one.chain])
