"""Recognise a rule whose first update differs: it uses the typed start of an average."""

from gdlab.reading.descent import Chain, Descent
from gdlab.reading.matching import Recognised
from gdlab.reading.read import Read
from gdlab.reading.recognition import recognise
from gdlab.reading.recurrence import UPDATES_TRIED

FIRST_DIFFERS = "takes the typed start of an average in the first update, without the gradient"


def from_the_second(read: Read) -> list[Recognised | None]:
    """The rule of the updates from the second one; None if they follow none."""
    descent = read.descent
    if descent.updates <= UPDATES_TRIED:
        return [None] * len(descent.chains)
    later = Descent(
        [Chain(one.cells[1:], one.updates[1:], one.leaves[1:]) for one in descent.chains]
    )
    later.level(read.graph)
    cells = {(index, step - 1): key for (index, step), key in read.cells.items() if step}
    for (_, step), key in cells.items():
        later.latest[key] = later.earliest[key] = step
    found = recognise(read.graph, later, cells, later.updates, read.sites.forward)
    for one in found:
        if one is not None:
            one.differs.append(FIRST_DIFFERS)
    return found
