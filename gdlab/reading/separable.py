"""Join the descents of a separable loss, which has a term for each parameter."""

import ast
from collections import Counter
from itertools import combinations

from gdlab.reading.book import Key
from gdlab.reading.descent import Chain, Descent
from gdlab.reading.graph import Graph, Node, cells_of
from gdlab.reading.templates import leaf_number
from gdlab.reading.updates import Update, has_number, rates_of, shape_of

ADDING = {"SUM", "AVERAGE", "SUMSQ", "SUMPRODUCT", "SUMXMY2"}
STEPS_MET = 2


def join_separable(graph: Graph, descents: list[Descent]) -> list[Descent]:
    """The descents; those whose parameters one cell adds up in every step are joined.

    In (w - 1)^2 + (b + 2)^2 no gradient depends on the other parameter. Two runs side by side
    stay two: a cell that compares them subtracts, or their rates differ.
    """
    met: Counter[tuple[int, int]] = Counter()
    for key in graph.order if len(descents) > 1 else ():
        step_of = {
            number: one.latest[key]
            for number, one in enumerate(descents)
            if one.latest.get(key, -1) >= 0 and one.latest[key] == one.earliest[key]
        }
        if len(step_of) > 1 and len(set(step_of.values())) == 1:
            added = _added(graph.nodes[key], [descents[number] for number in step_of])
            met.update(combinations(step_of, 2) if added else ())
    groups = [[one] for one in descents]
    for (i, j), times in met.items():
        first, second = descents[i], descents[j]
        if times >= min(STEPS_MET, first.updates) and _alike(graph, first, second):
            whole = next(group for group in groups if first in group)
            other = next(group for group in groups if second in group)
            if whole is not other:
                whole += other
                groups.remove(other)
    return [_one(graph, group) for group in groups]


def _one(graph: Graph, group: list[Descent]) -> Descent:
    if len(group) == 1:
        return group[0]
    chains = [chain for one in group for chain in one.chains]
    descent = Descent(sorted(chains, key=lambda chain: chain.updates[0]))
    descent.level(graph)
    return descent


def _alike(graph: Graph, one: Descent, two: Descent) -> bool:
    """Whether two descents have the same number of updates and the same rate."""
    first, second = _first_update(one.chains[0]), _first_update(two.chains[0])
    rates = set(rates_of(graph, first)) & set(rates_of(graph, second))
    if one.updates != two.updates or not rates:
        return False
    # A rate typed into the formulas is equal if the formulas are equal.
    typed = any(has_number(graph.nodes[update.new].template) for update in (first, second))
    return any(rates) or not typed or shape_of(graph, first) == shape_of(graph, second)


def _first_update(chain: Chain) -> Update:
    return Update(chain.updates[0], chain.cells[0], chain.leaves[0])


def _added(node: Node, descents: list[Descent]) -> bool:
    """Whether cells that depend on different descents are only ever added."""

    def known(cells: tuple[Key, ...]) -> set[int]:
        return {
            number
            for number, one in enumerate(descents)
            if any(one.latest.get(cell, -1) >= 0 for cell in cells)
        }

    def below(part: ast.AST) -> set[int]:
        leaves = {leaf_number(one) for one in ast.walk(part) if isinstance(one, ast.Name)}
        return known(
            tuple(
                cell for leaf in leaves if leaf is not None for cell in cells_of(node.inputs[leaf])
            )
        )

    def adds(part: ast.AST) -> bool:
        if len(below(part)) < 2:
            return True
        match part:
            case ast.BinOp(left, ast.Add(), right):
                return adds(left) and adds(right)
            case ast.BinOp(ast.Name(), ast.Sub(), _) | ast.BinOp(_, ast.Sub(), ast.Name()):
                # This compares two runs: in a saddle, x^2 - y^2, neither term has its own cell.
                return False
            case ast.BinOp(left, ast.Sub(), right):
                return adds(left) and adds(right)
            case ast.Call(ast.Name(name), arguments):
                return name in ADDING and all(map(adds, arguments))
            case ast.Name():
                return True
        parts = [one for one in ast.iter_child_nodes(part) if below(one)]
        return len(parts) == 1 and adds(parts[0])

    return node.template.tree is not None and adds(node.template.tree)
