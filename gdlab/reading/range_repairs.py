"""Try changes of the ranges in a formula: longer, shorter, moved, or a further one."""

import ast
from collections.abc import Iterator

from gdlab.reading.book import Key, address
from gdlab.reading.graph import Graph, Node, cells_of, is_cell
from gdlab.reading.templates import Area, Template, leaf_number
from gdlab.reading.trees import replaced

FARTHEST = 12
Moves = tuple[int, int, int, int]
# The rows and columns by which the first and the last corner of a range move.
LONGER: tuple[tuple[Moves, str], ...] = (
    ((0, 0, 1, 0), "ends too early"), ((0, 0, -1, 0), "ends too late"),
    ((-1, 0, 0, 0), "begins too late"), ((1, 0, 0, 0), "begins too early"),
    ((0, 0, 0, 1), "ends too early"), ((0, 0, 0, -1), "ends too late"),
    ((0, -1, 0, 0), "begins too late"), ((0, 1, 0, 0), "begins too early"),
    ((1, 0, 1, 0), "stands one row too high"), ((-1, 0, -1, 0), "stands one row too low"),
    ((0, 0, 2, 0), "ends too early"), ((0, 0, 0, 2), "ends too early"),
)  # fmt: skip


def changed_ranges(graph: Graph, key: Key, node: Node) -> Iterator[tuple[Node, str]]:
    """Yield the formula with its ranges changed in one way, and what that corrects, in words."""
    tree = node.template.tree
    wide = [index for index, one in enumerate(node.inputs) if not is_cell(one) and one]
    if tree is None or not wide:
        return
    for moves, words in LONGER:
        for those in [wide, *([one] for one in wide if len(wide) > 1)]:
            new = _moved(graph, key, node, dict.fromkeys(those, moves))
            if new is not None:
                yield new, f"{_said(node, those[0])} {words}"
    for index in wide:
        for apart in _aside():
            new = _moved(graph, key, node, {index: (*apart, *apart)})
            if new is not None and _is_full(graph, new, index):
                yield new, f"{_said(node, index)} stands where {_said(new, index)} belongs"
    for part in ast.walk(tree):
        match part:
            case ast.Call(ast.Name("SUM"), [argument]) if leaf_number(argument) in wide:
                yield from _with_factor(graph, key, node, tree, part, argument)


def _aside() -> Iterator[tuple[int, int]]:
    """Yield the offsets of other possible ranges, the nearest first."""
    for far in range(1, FARTHEST + 1):
        yield from ((0, far), (0, -far), (far, 0), (-far, 0))


def _moved(graph: Graph, key: Key, node: Node, moves: dict[int, Moves]) -> Node | None:
    """A formula with some ranges moved; None if one is reversed or off the sheet."""
    areas = list(node.template.areas)
    for index, (top, left, bottom, right) in moves.items():
        first, last = areas[index]
        if last is None:
            return None
        first = first._replace(row=first.row + top, column=first.column + left)
        last = last._replace(row=last.row + bottom, column=last.column + right)
        a, b = first.seen_from(key[1], key[2]), last.seen_from(key[1], key[2])
        if min(a) < 1 or a[0] > b[0] or a[1] > b[1]:
            return None
        areas[index] = Area(first, last)
    return graph.node(key, Template(node.template.tree, tuple(areas)))


def _is_full(graph: Graph, node: Node, index: int) -> bool:
    cells = cells_of(node.inputs[index])
    return bool(cells) and all(isinstance(graph.book.values.get(one), float) for one in cells)


def _with_factor(
    graph: Graph, key: Key, node: Node, tree: ast.expr, total: ast.Call, argument: ast.expr
) -> Iterator[tuple[Node, str]]:
    """Yield the formula with SUM of a range replaced by SUMPRODUCT with a range beside it."""
    index = leaf_number(argument)
    assert index is not None
    other = ast.Name(f"_{len(node.inputs)}")
    product = ast.Call(ast.Name("SUMPRODUCT"), [argument, other], [])
    new_tree = replaced(tree, total, product)
    first, last = node.template.areas[index]
    assert last is not None
    for row, column in _aside():
        area = Area(
            first._replace(row=first.row + row, column=first.column + column),
            last._replace(row=last.row + row, column=last.column + column),
        )
        if min(area.first.seen_from(key[1], key[2])) < 1:
            continue
        new = graph.node(key, Template(new_tree, (*node.template.areas, area)))
        if _is_full(graph, new, len(node.inputs)):
            yield new, f"the factor {_said(new, len(node.inputs))} is missing"


def _said(node: Node, index: int) -> str:
    cells = cells_of(node.inputs[index])
    return f"{address(cells[0])}:{address(cells[-1])}"
