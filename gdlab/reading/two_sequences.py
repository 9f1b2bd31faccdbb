"""Read Nesterov's method in two columns: x = y - lr*g(y), with y from the row above, and
y = x + mu*(x - x above).

Neither is its previous value minus a step, but y is once the formula of x is inserted.
"""

import ast
from collections import defaultdict
from typing import NamedTuple

from gdlab.language.addresses import Address
from gdlab.language.grammar import substitute
from gdlab.reading.book import Key
from gdlab.reading.draws import chance
from gdlab.reading.graph import Graph, Node, cells_of, is_cell, number
from gdlab.reading.losses import same
from gdlab.reading.order import ordered
from gdlab.reading.templates import LEAF, Area, Template
from gdlab.reading.trees import without
from gdlab.reading.updates import bare_terms, original

MOVED_BY = 0.75
MOST_TRIED = 8


class TwoColumns(NamedTuple):
    """How points follow from steps: both original formulas, and that of the point with x inserted.

    ``before`` is the point's reference to the previous step, ``start`` the step's to the point.
    """

    step: Template
    written: Template
    before: int
    start: int


def write_out_sequences(graph: Graph) -> None:
    """Insert a step's formula into the column that is computed from it and the previous step."""
    made: dict[tuple[Template, int], TwoColumns] = {}
    columns: dict[tuple[Template, int, int], list[Key]] = defaultdict(list)
    for key, node in graph.nodes.items():
        columns[node.template, key[0], key[2]].append(key)
    # What does not go on in the first rows does not in the rest of its column.
    for key in (key for keys in columns.values() for key in keys[:MOST_TRIED]):
        node = graph.nodes[key]
        for leaf, x in enumerate(node.inputs):
            if (node.template, leaf) in made or not is_cell(x) or x not in graph.nodes:
                continue
            step = graph.nodes[x].template
            found = _goes_on(graph, node, x)
            if found is not None:
                made[node.template, leaf] = TwoColumns(step, _written_out(graph, key, leaf), *found)
    new: dict[Key, Node] = {}
    points: dict[Key, Key] = {}
    for key, node in graph.nodes.items() if made else ():
        for leaf, x in enumerate(node.inputs):
            known = made.get((node.template, leaf))
            step_node = graph.nodes.get(x) if known and is_cell(x) else None
            if known is None or step_node is None or step_node.template is not known.step:
                continue
            new[key] = Node(known.written, (*node.inputs, *step_node.inputs))
            before, start = node.inputs[known.before], step_node.inputs[known.start]
            assert is_cell(x) and is_cell(before) and is_cell(start)
            points[x] = key
            points.setdefault(before, start)
    if new:
        _look_ahead(graph, points)
        graph.nodes.update(new)
        graph.order = ordered(graph)


def _look_ahead(graph: Graph, points: dict[Key, Key]) -> None:
    """Make a loss of x one of y, where the gradient is computed: it is the same function."""
    kept = {*points, *points.values()}
    for key, node in graph.nodes.items():
        if key not in kept and not points.keys().isdisjoint(node.cells):
            inputs = [
                points.get(one, one)
                if is_cell(one)
                else tuple(points.get(cell, cell) for cell in cells_of(one))
                for one in node.inputs
            ]
            graph.nodes[key] = Node(node.template, tuple(inputs), node.whole)


def _goes_on(graph: Graph, node: Node, x: Key) -> tuple[int, int] | None:
    """How a formula computes the point ahead from the step in ``x`` and the previous step.

    The step starts from the previous point, which has the same formula; if both steps are
    shifted, the point shifts equally. The result is the point's reference to the previous step,
    and the step's reference to the point.
    """
    step = graph.nodes[x]
    starts = [
        leaf
        for leaf in bare_terms(step.template.tree or ast.Constant(0))
        if is_cell(one := step.inputs[leaf])
        and (point := graph.nodes.get(original(graph, one))) is not None
        and point.template is node.template
    ]
    steps = {
        one: leaf
        for leaf, one in enumerate(node.inputs)
        if is_cell(one) and one in graph.nodes and graph.nodes[one].template is step.template
    }
    if len(starts) != 1 or len(steps) != 2 or x != max(steps, key=graph.position.__getitem__):
        return None
    given = {cell: 1.0 + 0.5 * chance("sequence", cell) for cell in node.cells}
    moved = {cell: value + MOVED_BY * (cell in steps) for cell, value in given.items()}
    here, there = number(graph.value(node, given)), number(graph.value(node, moved))
    before = next(leaf for one, leaf in steps.items() if one != x)
    return (before, starts[0]) if same(there - here, MOVED_BY) else None


def _written_out(graph: Graph, key: Key, leaf: int) -> Template:
    """The formula of a point with the step's formula inserted at a leaf."""
    node = graph.nodes[key]
    x = node.inputs[leaf]
    assert is_cell(x) and node.template.tree is not None
    step = graph.nodes[x].template
    assert step.tree is not None
    tree, areas = node.template.tree, node.template.areas
    moved = LEAF.sub(lambda match: f"_{int(match[1]) + len(areas)}", ast.unparse(step.tree))
    first = ast.parse(moved, mode="eval").body
    rest = (
        without(tree, leaf)
        if leaf in bare_terms(tree)
        else ast.BinOp(tree, ast.Sub(), ast.Name(f"_{leaf}"))
    )
    rest = substitute(rest, {f"_{leaf}": first})
    down, right = x[1] - key[1], x[2] - key[2]
    shifted = tuple(
        Area(_moved(one.first, down, right), one.last and _moved(one.last, down, right))
        for one in step.areas
    )
    return Template(ast.BinOp(first, ast.Add(), rest), (*areas, *shifted))


def _moved(one: Address, down: int, right: int) -> Address:
    """A reference as seen from a cell this many rows above and columns to the left."""
    row = one.row if one.row_fixed else one.row + down
    column = one.column if one.column_fixed else one.column + right
    return one._replace(row=row, column=column)
