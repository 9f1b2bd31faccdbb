"""The one state of a known rule that a sheet computes wrongly, where its updates follow no rule."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gdlab.reading.book import Key, Value, address
from gdlab.reading.draws import chance
from gdlab.reading.graph import Graph, number
from gdlab.reading.labels import ranges
from gdlab.reading.losses import same
from gdlab.reading.matching import choices_of, constants_of
from gdlab.reading.read import Found, Read
from gdlab.reading.repairs import find_repair, gives
from gdlab.reading.result import UPDATE, Finding
from gdlab.reading.updates import original
from gdlab.reading.variants import Variant, rules_as_they_are
from gdlab.reading.written import formula_text

DRAWN, MOST_SLIP_STATES, MOST_SLIP_CHOICES = 3, 3, 400
Values = dict[Key, Value]


@dataclass(frozen=True)
class Trial:
    """One update of one parameter with random numbers put in: states before and after, the step."""

    gradients: list[float]
    parameters: list[float]
    before: list[tuple[float, ...]]
    after: list[tuple[float, ...]]
    steps: list[float]
    points: list[Values]
    states: list[Key]
    number: int


def rule_slips(read: Read, which: Sequence[int]) -> tuple[str, Found] | None:
    """The rule that some parameters' updates are meant by, and the column that is not its state.

    With what mends it; None where there is no such column.
    """
    for index in which:
        update = _drawn(read, index)
        if update is None:
            continue
        numbers = constants_of(
            read.graph, read.descent, read.descent.chains[index], index, read.cells
        )
        found = _slip(read, update, numbers)
        if found is not None:
            return found
    return None


def _drawn(read: Read, index: int) -> Trial | None:
    graph, chain = read.graph, read.descent.chains[index]
    step = max(len(chain.updates) // 2, 1)
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
    made = Trial([], [], [], [], [], [], [key for _, key in pairs], step + 1)
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
    """The cells of one update from its gradient on, in order of computing."""
    found, stack = {update}, [update]
    while stack:
        for key in graph.nodes[stack.pop()].cells:
            inside = key in graph.nodes and read.descent.latest.get(key) == step
            if inside and key not in found and key not in stops:
                found.add(key)
                stack.append(key)
    position = graph.position
    return sorted(found, key=lambda key: position[key])


def _slip(
    read: Read, update: Trial, constants: Sequence[tuple[float, Key | None]]
) -> tuple[str, Found] | None:
    numbers = [value for value, _ in constants]
    typed = [key for _, key in constants if key is not None]
    for variant, hyper, order in _tried(len(update.states), numbers):
        wrong, wanted = _one_wrong(variant, hyper, order, update)
        if wrong is None:
            continue
        cell = update.states[wrong]
        others = [*typed, *(one for one in read.graph.nodes[cell].cells)]
        fits = gives(read.graph, update.points, wanted)
        repair = find_repair(read.graph, cell, read.graph.nodes[cell], others, fits, read.say)
        if repair is None:
            continue
        graph, book = read.graph, read.book
        template = graph.nodes[cell].template
        keys = [key for key in graph.order if graph.nodes[key].template is template]
        first = keys[0]
        because = f"not what {variant.name} remembers: {repair.because}"
        expected = formula_text(book, first, graph.node(first, repair.node.template))
        finding = Finding(
            book.sheets[first[0]], ranges(book, keys), UPDATE,
            formula_text(book, first, graph.nodes[first]), expected, because,
            f"this is not what {variant.name} remembers", tuple(address(key) for key in keys),
        )  # fmt: skip
        return variant.name, [(first, finding)]
    return None


def _tried(
    count: int, numbers: list[float]
) -> Iterator[tuple[Variant, dict[str, float], tuple[int, ...]]]:
    """Every rule with so many states, with numbers of the sheet, its states in every order."""
    for variant in rules_as_they_are(count):
        names = [name for name in variant.hyper if name != "lr"]
        choices = [choices_of(name, variant, numbers) for name in names]
        for values in itertools.islice(itertools.product(*choices), MOST_SLIP_CHOICES):
            for order in itertools.permutations(range(count)):
                yield variant, {"lr": 1.0, **dict(zip(names, values, strict=True))}, order


def _one_wrong(
    variant: Variant, hyper: Mapping[str, float], order: tuple[int, ...], update: Trial
) -> tuple[int | None, list[float]]:
    """The index of the one state that is not the rule's, with what it should be; else None."""
    wanted: list[tuple[float, ...]] = []
    ratio = None
    for draw in range(DRAWN):
        before = [update.before[draw][k] for k in order]
        after = [update.after[draw][k] for k in order]
        try:
            expected, step = variant.beside(
                update.gradients[draw], update.parameters[draw], update.number, before, after, hyper
            )
        except (ArithmeticError, ValueError, TypeError):
            return None, []
        if not step or isinstance(step, complex):
            return None, []
        ratio = update.steps[draw] / step if ratio is None else ratio
        if not same(update.steps[draw], ratio * step):
            return None, []
        wanted.append(expected)
    wrong = [
        k
        for k in range(len(order))
        if not all(same(row[k], update.after[draw][order[k]]) for draw, row in enumerate(wanted))
    ]
    if len(wrong) != 1:
        return None, []
    return order[wrong[0]], [row[wrong[0]] for row in wanted]
