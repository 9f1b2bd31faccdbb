"""Find the one wrong cell between a rule's states and its update."""

import ast
import re
from collections.abc import Sequence

from gdlab.reading.book import Key
from gdlab.reading.graph import Graph, Node, number
from gdlab.reading.losses import same
from gdlab.reading.read import Read
from gdlab.reading.repairs import Repair, find_repair
from gdlab.reading.trial import DRAWN, Hyper, Order, Trial, are_states, expected
from gdlab.reading.variants import Variant

LEAF = re.compile(r"_\d+")


def wrong_between(
    read: Read, updates: Sequence[Trial], tried: Sequence[tuple[Variant, Hyper, Order]],
    typed: Sequence[Key],
) -> tuple[str, Key, Repair] | None:  # fmt: skip
    """The rule, the wrong cell, and the change of one reference in it that corrects it.

    ``updates`` are two updates of one parameter; ``typed`` are the sheet's typed cells. None if
    there is no such cell, or if the updates already follow a rule.
    """
    graph = read.graph
    if len(updates) < 2:
        return None
    for variant, hyper, order in tried:
        steps = _steps(variant, hyper, order, updates)
        if not steps:
            continue
        first = updates[0]
        if _are(graph, updates, steps, 0, graph.nodes[first.cone[0]]):
            return None
        for index, cell in enumerate(first.cone):
            own = graph.nodes[cell]
            if cell in first.states:
                continue

            def fits(
                new: Node, index: int = index, own: Node = own, steps: list[list[float]] = steps
            ) -> bool:
                return _form(new) == _form(own) and _are(graph, updates, steps, index, new)

            repair = find_repair(graph, cell, own, [*typed, *first.states], fits, read.say)
            if repair is not None:
                return variant.name, cell, repair
    return None


def _steps(
    variant: Variant, hyper: Hyper, order: Order, updates: Sequence[Trial]
) -> list[list[float]]:
    """The rule's step for each update and draw; empty if a state differs from the rule's."""
    found = []
    for update in updates:
        row = []
        for draw in range(DRAWN):
            one = expected(variant, hyper, order, update, draw)
            if one is None or not are_states(one[0], update, order, draw):
                return []
            row.append(one[1])
        found.append(row)
    return found


def _are(
    graph: Graph, updates: Sequence[Trial], steps: list[list[float]], index: int, new: Node
) -> bool:
    """Whether the updates with one cell changed are the rule's steps times one common rate."""
    ratios = []
    for update, row in zip(updates, steps, strict=True):
        cell = update.cone[index]
        node = new if update is updates[0] else graph.node(cell, new.template)
        for draw, step in enumerate(row):
            values = dict(update.points[draw])
            for key in update.cone:
                values[key] = graph.value(node if key == cell else graph.nodes[key], values)
            moved = update.parameters[draw] - number(values[update.update])
            ratios.append(moved / step)
    return bool(ratios[0]) and all(same(one, ratios[0]) for one in ratios)


def _form(node: Node) -> str:
    """A formula without the addresses of its references."""
    return LEAF.sub("_", ast.dump(node.template.tree or ast.Constant(0)))
