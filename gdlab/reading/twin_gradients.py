"""Correct a wrong gradient by the formula of another parameter's gradient."""

import itertools
from collections.abc import Sequence

from gdlab.reading.book import Key
from gdlab.reading.calculate import calculate
from gdlab.reading.graph import Node, is_cell
from gdlab.reading.losses import same
from gdlab.reading.read import Read
from gdlab.reading.repairs import Repair
from gdlab.reading.templates import Area, Template

MOST_TWIN_INPUTS, MOST_TWINS = 5, 12


def find_twin(
    read: Read, cell: Key, wanted: Sequence[float], right: Sequence[Key]
) -> Repair | None:
    """A right gradient's formula with each reference moved by the distance of the two, or not.

    ``wanted`` are the right values of the wrong gradient at each point. None if none fits.
    """
    near = sorted(right, key=lambda key: (key[0] != cell[0], abs(key[2] - cell[2])))
    for twin in near[:MOST_TWINS]:
        node = read.graph.nodes[twin]
        if twin[0] != cell[0] or min(twin[1], cell[1]) < 1 or len(node.inputs) > MOST_TWIN_INPUTS:
            continue
        cells = [one for one in node.inputs if is_cell(one)]
        if len(cells) < len(node.inputs) or node.template.tree is None:
            continue
        move = cell[1] - twin[1], cell[2] - twin[2]
        for moved in itertools.product((True, False), repeat=len(cells)):
            inputs = tuple(
                (one[0], one[1] + move[0], one[2] + move[1]) if is_moved else one
                for one, is_moved in zip(cells, moved, strict=True)
            )
            new = Node(Template(node.template.tree, _areas(node, inputs, cell)), inputs)
            values = (calculate(read.graph, new, point) for point in read.points)
            if all(same(a, b) for a, b in zip(values, wanted, strict=True)):
                return Repair(new, f"made as {read.say(twin)} is, it would be right")
    return None


def _areas(node: Node, inputs: Sequence[Key], cell: Key) -> tuple[Area, ...]:
    """References to some cells seen from a cell; fixed references of the node stay fixed."""
    found = []
    for (first, _), (_, row, column) in zip(node.template.areas, inputs, strict=True):
        at = row - (0 if first.row_fixed else cell[1])
        beside = column - (0 if first.column_fixed else cell[2])
        found.append(Area(first._replace(row=at, column=beside), None))
    return tuple(found)
