"""Run the updates of one parameter as a recurrence with random gradients, parameters, states."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from gdlab.reading.book import Key, Value
from gdlab.reading.descent import Chain, Descent
from gdlab.reading.draws import chance
from gdlab.reading.graph import NAN, Graph, is_cell, number
from gdlab.reading.interpreted import tree_value
from gdlab.reading.trees import leaves, limits, used_cells, without
from gdlab.reading.updates import bare_terms, original

UPDATES_TRIED = 5
# Adam and AMSGrad differ only when a maximum does, so there are several draws.
DRAWS = 3
# Below 1, an average of squares exceeds the square of an average, so their difference has a root.
STATES_ABOUT = 0.4


@dataclass
class Recurrence:
    """The updates of one parameter for given gradients: what they subtract in each draw.

    ``cells`` are the cells of the states before the first update. It is ``limited`` if the
    formulas use a minimum, a maximum or a condition, and ``placed`` if a state is a previous
    value of the parameter, or the result of a step from one.
    """

    first: int
    cells: list[Key]
    gradients: list[list[float]]
    parameters: list[list[float]]
    states: list[tuple[float, ...]]
    steps: list[list[float]]
    limited: bool = False
    placed: bool = False
    tried: int = 0


def recurrences(
    graph: Graph,
    descent: Descent,
    chain: Chain,
    number: int,
    gradients: dict[tuple[int, int], Key],
    size: float,
    level: float = STATES_ABOUT,
) -> Iterator[Recurrence]:
    """The recurrence from the second update, if its states are known, and that from the first.

    The random gradients are at most ``size``; the states are about ``level``.
    """
    count = len(chain.updates)
    for first in (1, 0) if count > 2 else (0,):
        last = min(first + UPDATES_TRIED, count)
        if any((number, step) not in gradients for step in range(first, last)):
            continue
        states = _states(graph, descent, chain, number, gradients, first)
        if states is not None and any(_is_place(graph, chain, one) for one in states):
            last = first + 1  # the last step is the difference of parameters, which are random here
        if states is not None and last > first:
            yield _run(graph, chain, number, gradients, first, last, states, (size, level))


def _is_place(graph: Graph, chain: Chain, key: Key) -> bool:
    """Whether a cell is a previous value of the parameter, or the result of a step from one."""
    if key in chain.cells:
        return True
    node = graph.nodes.get(key)
    terms = bare_terms(node.template.tree) if node and node.template.tree else []
    inputs = [node.inputs[leaf] for leaf in terms] if node else []
    return any(is_cell(one) and original(graph, one) in chain.cells for one in inputs)


def _states(
    graph: Graph,
    descent: Descent,
    chain: Chain,
    number: int,
    gradients: dict[tuple[int, int], Key],
    first: int,
) -> list[Key] | None:
    """The cells of the states before update ``first``; for update 0, the typed start values.

    None if the formulas of the first update have another form than those of the second.
    """
    if first > 0:
        found: dict[Key, None] = {}
        stack = used_cells(graph.nodes[chain.updates[first]])
        stops = {original(graph, gradients[number, first]), chain.cells[first]}
        while stack:
            # A state may start as a copy of another state, but is a different state.
            key = stack.pop()
            if original(graph, key) in stops or key in found:
                continue
            step = descent.latest.get(key, -1)
            if step == first and key in graph.nodes:
                stack += used_cells(graph.nodes[key])
            elif 0 <= step < first:
                found[key] = None
        return sorted(found)
    if len(chain.updates) < 2:
        return []
    starts: dict[Key, None] = {}
    pairs = [(chain.updates[0], chain.updates[1])]
    seen = set(pairs)
    stops = {original(graph, gradients[number, 0]), chain.cells[0]}
    while pairs:
        here, there = pairs.pop()
        a, b = graph.nodes.get(here), graph.nodes.get(there)
        if a is None or b is None:
            continue
        if len(a.inputs) != len(b.inputs):
            return None
        used = set(leaves(a.template.tree or ast.Constant(0)))
        for leaf, (one, other) in enumerate(zip(a.inputs, b.inputs, strict=True)):
            if leaf not in used or not is_cell(one) or not is_cell(other):
                continue
            x, y = original(graph, one), original(graph, other)
            if x in stops or (x, y) in seen:
                continue
            seen.add((x, y))
            step = descent.latest.get(y, -1)
            if step == 0 and descent.latest.get(x, -1) < 0:
                starts[x] = None
            elif step >= 0:
                pairs.append((x, y))
    return sorted(starts)


def _run(
    graph: Graph,
    chain: Chain,
    number: int,
    gradients: dict[tuple[int, int], Key],
    first: int,
    last: int,
    states: list[Key],
    sizes: tuple[float, float],
) -> Recurrence:
    """Run the sheet's updates with random gradients, parameters and states."""
    cells: list[Key] = []
    seen: set[Key] = set()
    stops = {gradients[number, step] for step in range(first, last)}
    stops |= {chain.cells[step] for step in range(first, last)} | set(states)
    stack = [chain.updates[step] for step in range(first, last)]
    news = set(stack)
    old = {chain.updates[step]: chain.cells[step] for step in range(first, last)}
    while stack:
        key = stack.pop()
        if key in seen or key not in graph.nodes or (key in stops and key not in news):
            continue
        seen.add(key)
        cells.append(key)
        stack += graph.nodes[key].cells
    position = graph.position
    cells.sort(key=lambda key: position[key])
    limited = any(limits(graph.nodes[key].template.tree) for key in cells)
    placed = {key for key in states if _is_place(graph, chain, key)}
    found = Recurrence(first, states, [], [], [], [], limited, bool(placed - set(chain.cells)))
    for draw in range(DRAWS):
        given: dict[Key, float] = {}
        for step in range(first, last):
            given[gradients[number, step]] = sizes[0] * chance("gradient", draw, step)
            given[chain.cells[step]] = min(sizes[0], 2.0) * chance("weight", draw, step)
        for index, key in enumerate(states):
            given[key] = sizes[1] * (1 + chance("state", draw, index) / 1.5)
        values = dict(graph.book.values)
        values.update(given)
        news_given = {key: given[key] for key in news if key in given}
        made: dict[Key, float] = {}
        for key in cells:
            if key in given and key not in news:
                continue
            if key in news:
                made[key] = _subtracted(graph, key, old[key], values)
            else:
                values[key] = graph.value(graph.nodes[key], values)
            if key in news_given:
                values[key] = news_given[key]
        steps = [made.get(chain.updates[step], NAN) for step in range(first, last)]
        found.gradients.append([given[gradients[number, step]] for step in range(first, last)])
        found.parameters.append([given[chain.cells[step]] for step in range(first, last)])
        now = given[chain.cells[first]]
        found.states.append(
            tuple(given[key] - now if key in placed else given[key] for key in states)
        )
        found.steps.append(steps)
    return found


def _subtracted(graph: Graph, key: Key, old: Key, values: dict[Key, Value]) -> float:
    """What a cell's formula subtracts from the parameter.

    If the parameter is a term of the sum, the step is computed without it: in the difference of
    two parameters, the digits of a small step would be lost.
    """
    node = graph.nodes[key]
    for leaf in bare_terms(node.template.tree) if node.template.tree else ():
        one = node.inputs[leaf]
        if is_cell(one) and original(graph, one) == old:
            try:
                added = tree_value(without(node.template.tree, leaf), graph.given(node, values))
            except (ArithmeticError, ValueError, TypeError, LookupError):
                return NAN
            return -number(added)
    return number(values[old]) - number(graph.value(node, values))
