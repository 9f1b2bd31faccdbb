"""Gradients that do not depend on any parameter, because a slip left out what does."""

import ast

from gdlab.reading.book import Key
from gdlab.reading.descent import Descent
from gdlab.reading.graph import Graph, is_cell
from gdlab.reading.updates import original

MOST_CELLS_WALKED = 60
Cells = dict[tuple[int, int], Key]


def add_dead_gradients(graph: Graph, descent: Descent, cells: Cells) -> None:
    """Add the cells that correspond to another parameter's gradient in an equal update."""
    known = dict(cells)
    for number, chain in enumerate(descent.chains):
        for step in range(len(chain.updates)):
            if (number, step) in known:
                continue
            for other, beside in enumerate(descent.chains):
                gradient = known.get((other, step))
                if gradient is None or step >= len(beside.updates):
                    continue
                found = _counterpart(graph, chain.updates[step], beside.updates[step], gradient)
                if found in graph.nodes and found not in descent.latest:
                    cells[number, step] = found
                    break


def _counterpart(graph: Graph, own: Key, other: Key, gradient: Key) -> Key | None:
    """The cell that corresponds, from ``own``, to the gradient seen from ``other``; or None."""
    pairs = [(own, other)]
    seen = set(pairs)
    while pairs and len(seen) < MOST_CELLS_WALKED:
        here, there = (graph.nodes[key] for key in pairs.pop(0))
        if len(here.inputs) != len(there.inputs) or _form(here.template.tree) != _form(
            there.template.tree
        ):
            continue
        for mine, theirs in zip(here.inputs, there.inputs, strict=True):
            if not is_cell(mine) or not is_cell(theirs):
                continue
            pair = original(graph, mine), original(graph, theirs)
            if pair[1] == gradient:
                return pair[0]
            if pair not in seen and all(key in graph.nodes for key in pair):
                seen.add(pair)
                pairs.append(pair)
    return None


def _form(tree: ast.expr | None) -> str:
    return ast.dump(tree) if tree is not None else ""
