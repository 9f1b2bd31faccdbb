"""Find the topological order of formula cells, and break circular references at parameters."""

import ast
from typing import TYPE_CHECKING

from gdlab.reading.book import Key
from gdlab.reading.templates import leaf_number

if TYPE_CHECKING:
    from gdlab.reading.graph import Graph

CIRCULAR = "a circular reference"
# So many circles are broken at the best cell; further ones are broken where they are found.
MOST_CIRCLES = 30


def ordered(graph: "Graph") -> list[Key]:
    """The formula cells in topological order; a circle is broken at a cell that counts as typed.

    As in iterative calculation, that cell has its value from the last calculation. Preferred is a
    cell that refers to itself or copies its next value.
    """
    for key, node in list(graph.nodes.items()):
        if key in node.cells:
            _break(graph, key)
    for _ in range(MOST_CIRCLES):
        order, circle = _order(graph)
        if not circle:
            return order
        copies = (
            key
            for key in circle
            if leaf_number(graph.nodes[key].template.tree or ast.Constant(0)) is not None
        )
        _break(graph, next(copies, circle[0]))
    order, circle = _order(graph, every=True)
    for key in dict.fromkeys(circle):
        _break(graph, key)
    return [key for key in order if key in graph.nodes]


def _break(graph: "Graph", key: Key) -> None:
    graph.unread[key] = CIRCULAR
    graph.circular[key] = graph.nodes.pop(key)


def _order(graph: "Graph", every: bool = False) -> tuple[list[Key], list[Key]]:
    """The cells in topological order, and the first circle that is found, or an empty list.

    With ``every`` it continues, and returns the cells at which all circles must be broken.
    """
    order: list[Key] = []
    broken: list[Key] = []
    state: dict[Key, int] = {}
    for start in graph.nodes:
        if start in state:
            continue
        state[start] = 1
        stack = [(start, iter(graph.nodes[start].cells))]
        while stack:
            key, rest = stack[-1]
            for cell in rest:
                if cell not in graph.nodes:
                    continue
                seen = state.get(cell)
                if seen is None:
                    state[cell] = 1
                    stack.append((cell, iter(graph.nodes[cell].cells)))
                    break
                if seen == 1 and every:
                    broken.append(cell)
                elif seen == 1:
                    keys = [one for one, _ in stack]
                    return order, keys[keys.index(cell) :]
            else:
                stack.pop()
                state[key] = 2
                order.append(key)
    return order, broken
