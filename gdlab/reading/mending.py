"""Report cells that are certainly wrong, and correct them for all later steps."""

from collections.abc import Mapping, Sequence

from gdlab.language.addresses import Address
from gdlab.reading.book import Key, Value, address, area
from gdlab.reading.draws import chance
from gdlab.reading.graph import Graph, Node, cells_of
from gdlab.reading.labels import said
from gdlab.reading.losses import same
from gdlab.reading.order import ordered
from gdlab.reading.repairs import find_repair, gives
from gdlab.reading.result import Finding
from gdlab.reading.templates import Area

Values = dict[Key, Value]


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
    """Replace the formulas of some cells, and their stored values."""
    if not mended:
        return
    graph.nodes.update(mended)
    graph.order = ordered(graph)
    values = graph.evaluate({})
    for key in graph.order:
        # Use the values of the corrected sheet: the stored ones contain the error.
        if key in mended:
            value = values.get(key)
            if isinstance(value, float) and value == value:
                graph.book.values[key] = value


def is_same(one: Node, other: Node, graph: Graph) -> bool:
    """Whether two formulas are the same function, perhaps written in different ways."""
    cells = set(one.cells) | set(other.cells)
    for draw in range(3):
        values: Values = {key: 1.0 + 0.5 * chance("equal", draw, key) for key in cells}
        a, b = graph.value(one, values), graph.value(other, values)
        if not isinstance(a, (int, float)) or not isinstance(b, (int, float)) or not same(a, b):
            return False
    return True


def difference(graph: Graph, key: Key, own: Node, expected: Node, down: Mapping[int, bool]) -> str:
    """How a formula differs from the expected one, in words; empty if that is not clear."""

    def say(one: Key) -> str:
        return said(graph.book, one, down[one[0]])

    values: list[Values] = [
        {one: 1.0 + 0.5 * chance("odd", draw, one) for one in {*own.cells, *expected.cells}}
        for draw in range(2)
    ]
    targets = [_real(graph.value(expected, one)) for one in values]
    fits = gives(graph, values, targets)
    repair = find_repair(graph, key, own, expected.cells, fits, say)
    return repair.because if repair else _missing_number(graph, own, values, targets)


def _real(value: Value | None) -> float:
    return float(value) if isinstance(value, (int, float)) and value == value else 0.0


def _missing_number(
    graph: Graph, own: Node, values: Sequence[Values], targets: Sequence[float]
) -> str:
    """The factor by which a formula differs from the expected one, in words; empty for none."""
    found = [_real(graph.value(own, one)) for one in values]
    ratios = [a / b if b else 0.0 for a, b in zip(targets, found, strict=True)]
    if not ratios[0] or not all(same(ratios[0], ratio) for ratio in ratios):
        return ""
    if abs(ratios[0]) < 1:
        return f"the factor {1 / ratios[0]:.6g} does not belong here"
    return f"the factor {ratios[0]:.6g} is missing"


def area_from(right: Key | tuple[Key, ...], here: Key, areas: Sequence[Area], index: int) -> Area:
    """The reference from one cell to another, with $ as in one of the given references."""
    first = areas[index].first if index < len(areas) else Address(None, 0, 0, False, False)
    key = cells_of(right)[0]
    row = key[1] - (0 if first.row_fixed else here[1])
    column = key[2] - (0 if first.column_fixed else here[2])
    return Area(first._replace(row=row, column=column), None)
