"""Updates that use more than a gradient: Newton's method, line search, conjugate gradients."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gdlab.reading.book import Key, Value
from gdlab.reading.descent import Chain, Descent
from gdlab.reading.graph import Graph, is_cell, number
from gdlab.reading.losses import candidates, same, slopes_of, tidy
from gdlab.reading.steps import Steps
from gdlab.reading.templates import leaf_number
from gdlab.reading.trees import factors, without

NEWTON, SEARCHED, CONJUGATE = "newton", "searched", "conjugate"
# Limits for the number of parameters, roles and cells that are tried.
MOST_METHOD_PARAMETERS, MOST_METHOD_ROLES, MOST_METHOD_CELLS = 8, 12, 400
Values = dict[Key, Value]


@dataclass(frozen=True)
class Method:
    """A method of updating: the role of the loss, and the cells of the gradients in one update.

    ``role`` is None if the sheet shows no loss; ``factors`` are the ratios of the gradients to the
    derivatives.
    """

    name: str
    role: int | None
    gradients: dict[int, Key]
    factors: dict[int, float]


def method_of(
    graph: Graph, descent: Descent, steps: Steps, points: Sequence[Values]
) -> Method | None:
    """The method by which the parameters are updated; None for a rule that scales gradients.

    In Newton's method the matrix of second derivatives times the step is the gradient. With a line
    search the step is the gradient times a number that is the same for all parameters, but depends
    on their values.
    """
    step = descent.updates // 2
    chains = descent.chains
    if len(chains) > MOST_METHOD_PARAMETERS or any(step >= len(one.updates) for one in chains):
        return None
    if len(steps.cells[step]) > MOST_METHOD_CELLS:
        return None
    taken = [
        [
            number(values.get(one.cells[step]))
            - number(graph.value(graph.nodes[one.updates[step]], values))
            for one in chains
        ]
        for values in points
    ]
    if not all(size and size == size for sizes in taken for size in sizes):
        return None
    before = [_before(graph, descent, one.updates[step], steps.cells[step]) for one in chains]
    for role in candidates(graph, descent, steps, step)[:MOST_METHOD_ROLES]:
        slopes = [slopes_of(graph, steps, role, values, [step]) for values in points]
        gradients, factors = {}, {}
        for index, chain in enumerate(chains):
            wanted = [one.get(chain.cells[step], 0.0) for one in slopes]
            found = _multiple_of(wanted, before[index], points)
            if found is not None:
                gradients[index], factors[index] = found
        if len(gradients) == len(chains):
            name = _name(graph, descent, steps, step, gradients, taken, points)
            if name is None and _conjugate(graph, descent, step, gradients, taken, points):
                name = CONJUGATE
            if name is not None:
                return Method(name, role, gradients, factors)
    if len(chains) == 1:
        for key in before[0]:
            if _name(graph, descent, steps, step, {0: key}, taken, points) == NEWTON:
                return Method(NEWTON, None, {0: key}, {})
    return None


def _before(graph: Graph, descent: Descent, update: Key, inside: Sequence[Key]) -> list[Key]:
    """The cells of one update that depend only on its own parameters, the nearest first."""
    step = descent.latest[inside[0]] if inside else -1
    own = set(inside)
    return [key for key in _behind(graph, descent, update, step) if key in own]


def _behind(graph: Graph, descent: Descent, update: Key, step: int) -> list[Key]:
    """The cells of one step that an update depends on, the nearest first."""
    found: dict[Key, None] = {}
    queue = [update]
    while queue and len(found) < MOST_METHOD_CELLS:
        for one in graph.nodes[queue.pop(0)].cells:
            if one in graph.nodes and one not in found and descent.latest.get(one) == step:
                found[one] = None
                queue.append(one)
    return list(found)


def _multiple_of(
    wanted: list[float], cells: list[Key], points: Sequence[Values]
) -> tuple[Key, float] | None:
    """The cell that is a constant times the wanted numbers at all points, and that constant."""
    if not all(wanted) or all(same(one, wanted[0]) for one in wanted):
        return None
    found = []
    for key in cells:
        ratios = [number(one.get(key)) / size for one, size in zip(points, wanted, strict=True)]
        if ratios[0] and all(same(ratio, ratios[0]) for ratio in ratios):
            found.append((key, tidy(ratios[0])))
    return min(found, key=lambda one: abs(one[1] - 1), default=None)


def _name(
    graph: Graph, descent: Descent, steps: Steps, step: int, gradients: dict[int, Key],
    taken: list[list[float]], points: Sequence[Values],
) -> str | None:  # fmt: skip
    """What the updates do with these gradients: Newton's method, a line search, or None."""
    chains = descent.chains
    rates, solved = [], []
    for values, subtracted in zip(points, taken, strict=True):
        given = [number(values.get(gradients[index])) for index in range(len(chains))]
        if not all(given):
            return None
        rates.append([a / b for a, b in zip(subtracted, given, strict=True)])
        rows = [
            graph.adjoints({gradients[index]: 1.0}, values, lambda _: False, steps.cells[step])
            for index in range(len(chains))
        ]
        back = [
            sum(
                row.get(one.cells[step], 0.0) * a for one, a in zip(chains, subtracted, strict=True)
            )
            for row in rows
        ]
        solved += [a / b for a, b in zip(back, given, strict=True)]
    first = [one[0] for one in rates]
    if all(same(first[0], one) for one in first):
        return None
    if solved[0] and all(same(one, solved[0]) for one in solved):
        return NEWTON
    # With one parameter any step is a number times the gradient, so it must be a product.
    known = len(chains) > 1 or _is_factor(graph, chains[0], step, gradients[0])
    equal = known and all(same(one[0], rate) for one in rates for rate in one)
    return SEARCHED if equal else None


def has_computed_rate(graph: Graph, descent: Descent, cells: dict[tuple[int, int], Key]) -> bool:
    """Whether every update multiplies its gradient by a common cell that depends on parameters."""
    step = descent.updates // 2
    rates: list[set[Key]] = []
    for index, chain in enumerate(descent.chains):
        gradient = cells.get((index, step))
        if gradient is None or step >= len(chain.updates):
            return False
        if not _is_factor(graph, chain, step, gradient):
            return False
        beside = {key for key, _ in _factor_cells(graph, chain, step)} - {gradient}
        rates.append({key for key in beside if key in descent.latest})
    return bool(set.intersection(*rates)) and len(set().union(*rates)) == 1


def _is_factor(graph: Graph, chain: Chain, step: int, gradient: Key) -> bool:
    """Whether an update subtracts a product with a gradient's cell as a factor."""
    return (gradient, False) in _factor_cells(graph, chain, step)


def _factor_cells(graph: Graph, chain: Chain, step: int) -> list[tuple[Key, bool]]:
    """The cells that are factors of an update's step, each with whether it is a divisor."""
    node = graph.nodes[chain.updates[step]]
    found = []
    for part, divides in factors(without(node.template.tree, chain.leaves[step])):
        leaf = leaf_number(part)
        if leaf is not None and is_cell(one := node.inputs[leaf]):
            found.append((one, divides))
    return found


def _conjugate(
    graph: Graph, descent: Descent, step: int, gradients: dict[int, Key],
    taken: list[list[float]], points: Sequence[Values],
) -> bool:  # fmt: skip
    """Whether the parameters move along the gradient plus a computed share of the last direction.

    The share and the step length are the same for all parameters, and differ between points.
    """
    shares: list[list[list[float]]] = []
    for index, chain in enumerate(descent.chains):
        own = []
        for key in _behind(graph, descent, chain.updates[step], step):
            if descent.earliest[key] == step:
                continue
            for before in graph.nodes[key].cells:
                if descent.latest.get(before, -1) == step - 1:
                    lengths, found = [], []
                    for values, sizes in zip(points, taken, strict=True):
                        along, last = number(values.get(key)), number(values.get(before))
                        given = number(values.get(gradients[index]))
                        lengths.append(sizes[index] / along if along else 0.0)
                        sign = 1.0 if lengths[-1] > 0 else -1.0
                        found.append((along - sign * given) / last if last else 0.0)
                    own.append(lengths + found)
        shares.append(own)
    return len(shares) > 1 and any(
        all(any(all(map(same, first, other)) for other in own) for own in shares[1:])
        and all(first)
        and not same(first[0], first[1])
        and not same(first[-1], first[-2])
        for first in shares[0]
    )


def is_exact_search(
    cells: dict[tuple[int, int], Key], updates: int, count: int, values: Values
) -> bool:
    """Whether every gradient is orthogonal to the one before, as in an exact line search."""
    rows = [
        [number(values.get(cells[index, step])) for index in range(count)]
        for step in range(updates)
        if all((index, step) in cells for index in range(count))
    ]
    return len(rows) > 1 and all(
        abs(sum(x * y for x, y in zip(a, b, strict=True)))
        <= 1e-6 * (sum(x * x for x in a) * sum(y * y for y in b)) ** 0.5
        for a, b in pairwise(rows)
    )
