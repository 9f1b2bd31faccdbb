"""Updates that limit the gradient or the step."""

import ast

from gdlab.core.registry import all_rules
from gdlab.reading.book import Key
from gdlab.reading.graph import cells_of
from gdlab.reading.read import Read
from gdlab.reading.trees import leaves, limits


def clips(read: Read, rule: str) -> bool:
    """Whether there is a minimum, maximum or condition between a gradient and its update.

    False if the rule itself has one, as AMSGrad does.
    """
    known = [one for one in all_rules() if one.name == rule]
    if any(limits(tree) for one in known for tree in one.formulas.expressions.values()):
        return False
    step = read.descent.updates // 2
    return any(
        limits(tree)
        for index, chain in enumerate(read.descent.chains)
        if step < len(chain.updates)
        for tree in _between(read, chain.updates[step], {read.cells.get((index, step))}, step)
    )


def _between(read: Read, update: Key, stops: set[Key | None], step: int) -> list[ast.expr]:
    """The formulas between a gradient and its update."""
    parameters = read.sites.parameters - {update}
    found, stack, seen = [], [update], {update}
    while stack:
        node = read.graph.nodes[stack.pop()]
        tree = node.template.tree
        if tree is None:
            continue
        found.append(tree)
        # Only the references that are still in the formula: a gradient may have become another
        # cell.
        for key in [key for leaf in leaves(tree) for key in cells_of(node.inputs[leaf])]:
            inside = read.descent.latest.get(key) == step and key in read.graph.nodes
            if inside and key not in seen and key not in stops and key not in parameters:
                seen.add(key)
                stack.append(key)
    return found
