"""References without $ that move to wrong cells when a formula is filled down."""

from collections.abc import Sequence

from gdlab.reading.book import Key, address
from gdlab.reading.calculate import calculate
from gdlab.reading.graph import Node, cells_of, is_cell
from gdlab.reading.labels import ranges
from gdlab.reading.losses import same
from gdlab.reading.read import Read


def unanchored(read: Read, number: int) -> str | None:
    """Why an update has no learning rate: its reference has no $ and moves down to empty cells."""
    chain = read.descent.chains[number]
    nodes = [read.graph.nodes[key] for key in chain.updates]
    for index in range(len(nodes[0].inputs)):
        cells = [node.inputs[index] for node in nodes if index < len(node.inputs)]
        first, last = cells[0], cells[-1]
        if not is_cell(first) or not is_cell(last) or first == last or first in chain.cells:
            continue
        typed = isinstance(read.book.values.get(first), float) and first not in read.graph.nodes
        lost = [
            key
            for key in cells
            if is_cell(key) and not isinstance(read.book.values.get(key), float)
        ]
        if typed and lost:
            return (
                f"{address(first)} is not anchored with $, and moves down with the rows: "
                f"{address(lost[0])} holds no number"
            )
    return None


def moves_away(read: Read, which: tuple[int, int], wanted: Sequence[float]) -> str:
    """Why a gradient is right only in the first row: its references to data move with the rows.

    ``which`` is the index of the parameter and of the update, ``wanted`` are the right values.
    """
    cell, first = read.cells[which], read.cells.get((which[0], 0))
    if first is None or first == cell or cell in read.sites.inside:
        return ""
    here, there = read.graph.nodes[cell], read.graph.nodes[first]
    latest = read.descent.latest
    pairs = list(zip(here.inputs, there.inputs, strict=False))
    moved = [
        (own, right)
        for own, right in pairs
        if own != right and not any(key in latest for key in (*cells_of(own), *cells_of(right)))
    ]
    if len(here.inputs) != len(there.inputs) or not moved:
        return ""
    inputs = tuple(right if (own, right) in moved else own for own, right in pairs)
    mended = Node(here.template, inputs)
    values = (calculate(read.graph, mended, point) for point in read.points)
    if not all(same(a, b) for a, b in zip(values, wanted, strict=True)):
        return ""
    data = cells_of(moved[0][1]) if here.whole is None else _moving_range(read, first)
    line = "down with the rows" if read.down[first[0]] else "right with the columns"
    return f"{ranges(read.book, data)} is not anchored with $, and moves {line}"


def _moving_range(read: Read, first: Key) -> tuple[Key, ...]:
    """The cells of the first range without $ in a formula over whole ranges."""
    node = read.graph.nodes[first]
    assert node.whole is not None
    area = next(
        one
        for one in node.whole.areas
        if one.last is not None and not (one.first.row_fixed and one.first.column_fixed)
    )
    return cells_of(read.graph.bound(first, area))
