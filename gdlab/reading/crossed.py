"""Parameters updated with another one's gradient although the sheet has their own."""

from collections.abc import Sequence
from statistics import median_low

from gdlab.reading.book import Key, Value
from gdlab.reading.descent import Descent
from gdlab.reading.graph import Graph, number
from gdlab.reading.losses import Explained, same, slopes_of
from gdlab.reading.sites import CELL
from gdlab.reading.steps import Steps
from gdlab.reading.updates import original

Values = dict[Key, Value]


def uncross(
    graph: Graph,
    descent: Descent,
    steps: Steps,
    loss: Explained,
    cells: dict[tuple[int, int], Key],
    points: Sequence[Values],
) -> None:
    """Assign such parameters their own gradients, so that the update is judged to be wrong.

    Args:
        graph: The formulas.
        descent: The updates.
        steps: The cells of every update.
        loss: The loss and the gradients that are its derivatives; new ones are added.
        cells: The gradients' cells by index of parameter and update; they are corrected.
        points: Values with two draws of the parameters.
    """
    step = descent.updates // 2
    usual = median_low(list(loss.factors.values()))
    taken = {cells.get((index, step)) for index in loss.variants}
    slopes = [slopes_of(graph, steps, loss.role, values, [step]) for values in points]
    for index, chain in enumerate(descent.chains):
        own = cells.get((index, step))
        if index in loss.variants or not (own is None or own in taken) or step >= len(chain.cells):
            continue
        wanted = [usual * one.get(chain.cells[step], 0.0) for one in slopes]
        right = next(
            (
                key
                for key in steps.cells[step]
                if original(graph, key) == key
                and all(wanted)
                and all(same(number(v.get(key)), w) for v, w in zip(points, wanted, strict=True))
            ),
            None,
        )
        if right is None:
            continue
        for at in range(len(chain.updates)):
            found = steps.of_role(graph, steps.roles[right], at)
            if found:
                cells[index, at] = found[0]
        loss.variants[index], loss.factors[index] = CELL, usual
