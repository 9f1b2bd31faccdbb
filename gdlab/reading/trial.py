"""Run one update of one parameter with random numbers beside a known rule."""

from dataclasses import dataclass

from gdlab.reading.book import Key, Value
from gdlab.reading.draws import chance
from gdlab.reading.graph import Graph, number
from gdlab.reading.losses import same
from gdlab.reading.read import Read
from gdlab.reading.updates import original
from gdlab.reading.variants import Variant

DRAWN, MOST_SLIP_STATES = 3, 3
Values = dict[Key, Value]
Hyper = dict[str, float]
Order = tuple[int, ...]


@dataclass(frozen=True)
class Trial:
    """One update of one parameter with random numbers: states before and after, the step."""

    gradients: list[float]
    parameters: list[float]
    before: list[tuple[float, ...]]
    after: list[tuple[float, ...]]
    steps: list[float]
    points: list[Values]
    states: list[Key]
    number: int
    update: Key
    cone: list[Key]


def drawn(read: Read, index: int, step: int) -> Trial | None:
    """One update of a parameter with random numbers; None if its states are not its own."""
    graph, chain = read.graph, read.descent.chains[index]
    if step >= len(chain.updates) or (index, step) not in read.cells:
        return None
    gradient, parameter = read.cells[index, step], chain.cells[step]
    cone = _cone(graph, chain.updates[step], {gradient, parameter}, read, step)
    pairs = [
        (one, key)
        for key in cone
        for one in (original(graph, cell) for cell in graph.nodes[key].cells)
        if one not in (gradient, parameter)
        and read.descent.latest.get(one) == step - 1
        and key != chain.updates[step]
    ]
    if not 0 < len(pairs) <= MOST_SLIP_STATES or len({one for one, _ in pairs}) != len(pairs):
        return None
    made = Trial([], [], [], [], [], [], [key for _, key in pairs], step + 1, chain.updates[step],
                 cone)  # fmt: skip
    for draw in range(DRAWN):
        values: Values = dict(read.book.values)
        values[gradient] = 2 * chance("slip's gradient", draw)
        values[parameter] = 2 * chance("slip's parameter", draw)
        for k, (before, _) in enumerate(pairs):
            values[before] = 1.5 + chance("slip's state", draw, k)
        for key in cone:
            values[key] = graph.value(graph.nodes[key], values)
        made.gradients.append(number(values[gradient]))
        made.parameters.append(number(values[parameter]))
        made.before.append(tuple(number(values[before]) for before, _ in pairs))
        made.after.append(tuple(number(values[key]) for _, key in pairs))
        made.steps.append(number(values[parameter]) - number(values[chain.updates[step]]))
        made.points.append(values)
    return made


def _cone(graph: Graph, update: Key, stops: set[Key], read: Read, step: int) -> list[Key]:
    """The cells of one update after its gradient, in topological order."""
    found, stack = {update}, [update]
    while stack:
        for key in graph.nodes[stack.pop()].cells:
            inside = key in graph.nodes and read.descent.latest.get(key) == step
            if inside and key not in found and key not in stops:
                found.add(key)
                stack.append(key)
    position = graph.position
    return sorted(found, key=lambda key: position[key])


def expected(
    variant: Variant, hyper: Hyper, order: Order, update: Trial, draw: int
) -> tuple[tuple[float, ...], float] | None:
    """The states of a rule after one update, and its step; None if they do not exist."""
    before = [update.before[draw][k] for k in order]
    after = [update.after[draw][k] for k in order]
    try:
        states, step = variant.beside(
            update.gradients[draw], update.parameters[draw], update.number, before, after, hyper
        )
    except (ArithmeticError, ValueError, TypeError):
        return None
    return None if not step or isinstance(step, complex) else (states, step)


def are_states(states: tuple[float, ...], update: Trial, order: Order, draw: int) -> bool:
    """Whether states equal those of the sheet after the update."""
    after = update.after[draw]
    return all(same(state, after[order[k]]) for k, state in enumerate(states))
