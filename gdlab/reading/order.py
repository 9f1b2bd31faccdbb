"""The order in which formula cells are computed; circles are broken where a parameter changes."""

import ast
from typing import TYPE_CHECKING

from gdlab.reading.book import Key
from gdlab.reading.templates import leaf_number

if TYPE_CHECKING:
    from gdlab.reading.graph import Graph

CIRCULAR = "a circular reference"
# Circles that are broken at the best place; of more each is broken where it is found.
MOST_CIRCLES = 30


def ordered(graph: "Graph") -> list[Key]:
    """The formula cells in order of computing; a circle is broken at a cell that stays typed.

    As iterative calculation has it, such a cell holds what the last calculation left: one that
    refers to itself or copies its next value, where the circle has one.
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
    """The cells in order of computing, and the first circle that is met, each from the next.

    With ``every`` it goes on, and gives the cells at which all circles are to be broken.
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
