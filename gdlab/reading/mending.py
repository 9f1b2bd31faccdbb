"""Cells that are wrong beyond doubt: reported, and put right for all that follows."""

from collections.abc import Mapping, Sequence

from gdlab.reading.book import Key, address, area
from gdlab.reading.graph import Graph, Node
from gdlab.reading.order import ordered
from gdlab.reading.result import Finding


def finding_at(
    graph: Graph,
    keys: Sequence[Key],
    kind: str,
    written: str | float | None,
    expected: str | float | None,
    because: str,
    hint: str,
) -> Finding:
    """A finding about some cells of one sheet."""
    book = graph.book
    cells = tuple(address(key) for key in keys)
    return Finding(
        book.sheets[keys[0][0]], area(list(keys)), kind, written, expected, because, hint, cells
    )


def put_right(graph: Graph, mended: Mapping[Key, Node]) -> None:
    """Put other formulas in place of cells' own, with the values that they give."""
    if not mended:
        return
    graph.nodes.update(mended)
    graph.order = ordered(graph)
    values = graph.evaluate({})
    for key in graph.order:
        # The parameters that the mended sheet has: the stored ones carry the fault on.
        if key in mended:
            value = values.get(key)
            if isinstance(value, float) and value == value:
                graph.book.values[key] = value
