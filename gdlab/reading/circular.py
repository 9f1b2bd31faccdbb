"""Parameters with circular references: iterative calculation makes one update at a time.

One such update is read; the value before it gets a further cell.
"""

import ast
from dataclasses import replace

from gdlab.core.words import listed
from gdlab.reading.book import Key, address
from gdlab.reading.graph import Graph, Node, cells_of, is_cell
from gdlab.reading.order import ordered
from gdlab.reading.templates import Template
from gdlab.reading.updates import bare_terms

# Rows for the values before an update; no sheet has rows with such numbers.
FIRST_BEFORE = -1_000_000


def unroll(graph: Graph) -> None:
    """Replace every parameter's reference to itself by a cell with the value before the update."""
    before: dict[Key, Key] = {}
    for key, node in graph.circular.items():
        template = _updating(graph, key, node)
        if template is not None and isinstance(graph.book.values.get(key), float):
            old = key[0], FIRST_BEFORE - len(before), key[2]
            before[key] = old
            graph.book.values[old] = graph.book.values[key]
            graph.nodes[key] = Node(template, node.inputs)
            graph.unread.pop(key, None)
    if not before:
        return
    for key, node in graph.nodes.items():
        if not before.keys().isdisjoint(node.cells):
            inputs: list[Key | tuple[Key, ...]] = []
            for one in node.inputs:
                cells = tuple(before.get(cell, cell) for cell in cells_of(one))
                inputs.append(cells[0] if is_cell(one) else cells)
            graph.nodes[key] = Node(node.template, tuple(inputs), node.whole)
    graph.stands = {old: key for key, old in before.items()}
    graph.order = ordered(graph)


def _updating(graph: Graph, key: Key, node: Node) -> Template | None:
    """The formula, or the branch that applies now, if it adds to its own cell; else None."""
    tree = node.template.tree
    while tree is not None:
        if any(node.inputs[leaf] == key for leaf in bare_terms(tree)):
            return replace(node.template, tree=tree)
        if not isinstance(tree, ast.IfExp):
            return None
        test = Node(replace(node.template, tree=ast.IfExp(
            tree.test, ast.Constant(1), ast.Constant(0)
        )), node.inputs)  # fmt: skip
        tree = tree.body if graph.value(test, graph.book.values) else tree.orelse
    return None


def circle_words(graph: Graph, cells: list[Key]) -> str:
    """A sentence that parameters are updated by a circular reference; empty if they are not."""
    found = [graph.stands.get(key, key) for key in cells]
    found = [key for key in found if key in graph.circular]
    if not found:
        return ""
    names = listed([address(key) for key in found])
    return (
        f"computes {names} in a circle, as iterative calculation does: one update each time that "
        "the sheet is calculated"
    )
