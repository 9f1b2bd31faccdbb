"""Causes of wrong gradients that lie in the update or in the loss."""

from collections.abc import Mapping, Sequence, Set

from gdlab.reading.book import Key
from gdlab.reading.gradient_verdicts import Judged
from gdlab.reading.graph import NAN, number
from gdlab.reading.losses import same, slopes_of
from gdlab.reading.read import Read

STEPS_LOOKED_AT = 6


def unused(read: Read, one: Judged, slopes: Sequence[Mapping[Key, float]]) -> str:
    """A sentence that the loss does not depend on a parameter; empty if it does."""
    parameter = read.descent.chains[one.chain].cells[one.step]
    if any(parameter in slope for slope in slopes):
        return ""
    return f"the loss does not depend on {read.say(parameter)}"


def takes_another(read: Read, ones: Sequence[Judged], wrong: Set[int]) -> str:
    """A sentence: updates use another parameter's gradient, which is ``wrong`` too; or empty."""
    assert read.loss is not None
    some = ones[:: max(len(ones) // STEPS_LOOKED_AT, 1)]
    steps, chain = [one.step for one in some], read.descent.chains[ones[0].chain]
    slopes = [
        slopes_of(read.graph, read.steps, read.loss.role, values, steps) for values in read.points
    ]
    for index in wrong - {ones[0].chain}:
        others = [read.cells.get((index, step)) for step in steps]
        pairs = [
            (number(values.get(other)) if other else NAN, slope.get(chain.cells[step], 0.0))
            for values, slope in zip(read.points, slopes, strict=True)
            for step, other in zip(steps, others, strict=True)
        ]
        is_right = any(right for _, right in pairs) and all(same(*pair) for pair in pairs)
        if is_right and others[0] is not None:
            return f"{read.say(some[0].cell)} stands where {read.say(others[0])} belongs"
    return ""


def is_part(read: Read, one: Judged, right: Sequence[Judged]) -> bool:
    """Whether a cell that an update takes for the gradient is a part of the others' gradients.

    Or it is one of the ``right`` ones, another parameter's.
    """
    if any(other.cell == one.cell for other in right):
        return True
    others = [
        (index, chain.updates[one.step])
        for index, chain in enumerate(read.descent.chains)
        if index != one.chain and one.step < len(chain.updates)
    ]
    return any(one.cell in read.graph.nodes[new].cells for _, new in others) and not any(
        read.cells.get((index, one.step)) == one.cell for index, _ in others
    )


def updates_of(read: Read, ones: Sequence[Judged]) -> list[Key]:
    """The updates that use these gradients of one parameter."""
    updates = read.descent.chains[ones[0].chain].updates
    return [updates[one.step] for one in ones if one.step < len(updates)]
