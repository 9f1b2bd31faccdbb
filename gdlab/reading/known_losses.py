"""Gradients of a well-known loss other than the one that the sheet shows.

If a sheet shows the squared error but minimizes the log loss, no cell is wrong. The intended loss
is added to the graph as further cells, and every gradient is compared with it.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gdlab.language.addresses import Address
from gdlab.reading.book import Key
from gdlab.reading.graph import NAN, Node, cells_of, number
from gdlab.reading.implied import unequal_pairs
from gdlab.reading.losses import Explained, candidates, same
from gdlab.reading.read import Read
from gdlab.reading.sites import CELL, INLINE
from gdlab.reading.templates import Area, Template
from gdlab.reading.trees import is_difference
from gdlab.reading.updates import original

CHOICES = (0.5, 1.0, 2.0)
MOST_LOSSES_SHOWN, MOST_TARGETS_TRIED, FEWEST_OF_MOST = 4, 12, 2


@dataclass(frozen=True)
class Known:
    """A loss of a prediction _0 and a target _1: name, formula, and derivative by _0."""

    name: str
    tree: ast.expr
    slope: Callable[[float, float], float]


def _known(name: str, text: str, slope: Callable[[float, float], float]) -> Known:
    return Known(name, ast.parse(text, mode="eval").body, slope)


KNOWN = (
    _known("the squared error", "(_0 - _1)**2", lambda p, y: 2 * (p - y)),
    _known("half the squared error", "(_0 - _1)**2 / 2", lambda p, y: p - y),
    _known(
        "the log loss", "-(_1*log(_0) + (1 - _1)*log(1 - _0))",
        lambda p, y: (p - y) / (p * (1 - p)) if 0 < p < 1 else NAN,
    ),
    _known("the absolute error", "abs(_0 - _1)", lambda p, y: (p > y) - (p < y)),
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A formula's references to a prediction and its target: cells or equally large ranges."""

    role: int
    prediction: int
    target: int

    def cells(self, read: Read, step: int) -> Iterator[tuple[Key, Key]]:
        """Yield the predictions with their targets in one update."""
        for user in read.steps.of_role(read.graph, self.role, step):
            inputs = read.graph.nodes[user].inputs
            yield from zip(
                cells_of(inputs[self.prediction]), cells_of(inputs[self.target]), strict=True
            )


def mean_known_loss(read: Read) -> None:
    """Set the loss to a well-known one if the gradients are its derivatives.

    It takes the prediction and the target of the loss that is shown. All gradients are its own, or
    most of them, two at least, with one factor; of such losses one whose factor is 1. Of two
    gradients one is enough where they are not the derivatives of one function, whatever that is.
    """
    step = read.descent.updates // 2
    count = len(read.descent.chains)
    if any((index, step) not in read.cells for index in range(count)):
        return
    best: tuple[tuple[int, int], Known, Pair, dict[int, float], Key] | None = None
    roles = candidates(read.graph, read.descent, read.steps, step)[:MOST_LOSSES_SHOWN]
    cells = [read.steps.of_role(read.graph, role, step) for role in roles]
    losses = [own for own in cells if _is_shown(read, own, step)]
    if read.line is not None and not losses:
        return
    is_torn = count == 2 and unequal_pairs(read, step)
    for shown in losses or cells:
        for pair in _pairs(read, shown, step):
            for known in KNOWN:
                factors = _factors(read, pair, known, step)
                merit = len(factors), max(map(_plain, factors.values()), default=0)
                most = len(factors) >= FEWEST_OF_MOST and 2 * len(factors) > count
                most = most or (bool(is_torn) and any(map(is_choice, factors.values())))
                if (len(factors) == count or most) and (best is None or merit > best[0]):
                    best = merit, known, pair, factors, shown[0]
    if best is not None:
        _, known, pair, factors, at = best
        variants = {
            index: INLINE if read.cells[index, step] in read.sites.inside else CELL
            for index in factors
        }
        read.loss = Explained(_add_cells(read, pair, known.tree), variants, factors)
        prediction, target = next(pair.cells(read, step))
        read.meant = f"{known.name} of {read.say(prediction)} against {read.say(target)}"
        if losses:
            read.meant += f", not of the loss shown in {read.say(at)}"
        read.shows_loss = bool(losses)


def _is_shown(read: Read, cells: list[Key], step: int) -> bool:
    """Whether cells can be intended as the loss: they are never negative and not used further."""
    used = {one for key in read.steps.cells[step] for one in read.graph.nodes[key].cells}
    used |= {key for (_, at), key in read.cells.items() if at == step}
    news = [chain.updates[step] for chain in read.descent.chains if step < len(chain.updates)]
    used |= {one for new in news for one in read.graph.nodes[new].cells}
    below = any(number(values.get(key)) < 0 for values in read.points for key in cells)
    trees = [read.graph.nodes[key].template.tree for key in cells]
    is_error = any(is_difference(tree) for tree in trees)
    return used.isdisjoint(cells) and not below and not is_error


def is_choice(factor: float) -> bool:
    """Whether a gradient with this factor is one that people choose: half, whole, or double."""
    return any(same(abs(factor), one) for one in CHOICES)


def _plain(factor: float) -> int:
    """How plain a factor is: 2 for 1, 1 for -1, 0 for any other."""
    return 2 if factor == 1 else abs(factor) == 1


def _pairs(read: Read, shown: list[Key], step: int) -> list[Pair]:
    """The pairs of prediction and target from which a loss is computed, the nearest first."""
    graph, latest = read.graph, read.descent.latest
    inside, seen, queue = set(read.steps.cells[step]), set(shown), list(shown)
    found: dict[Pair, None] = {}
    parameters = {cell for chain in read.descent.chains for cell in chain.cells}
    while queue and len(found) < MOST_TARGETS_TRIED:
        key = queue.pop(0)
        cells = [cells_of(one) for one in graph.nodes[key].inputs]
        for i, own in enumerate(cells):
            for j, other in enumerate(cells):
                if (
                    len(own) == len(other) > 0
                    and all(one in inside and original(graph, one) not in parameters for one in own)
                    and not any(one in latest or one in parameters for one in other)
                    and all(isinstance(read.book.values.get(one), float) for one in other)
                ):
                    found[Pair(read.steps.roles[key], i, j)] = None
        for one in graph.nodes[key].cells:
            if one in inside and one not in seen:
                seen.add(one)
                queue.append(one)
    return list(found)


def _factors(read: Read, pair: Pair, known: Known, step: int) -> dict[int, float]:
    """The common factor between the gradients and a known loss's derivatives, by parameter."""
    graph = read.graph
    ratios: dict[int, list[float]] = {}
    for at in {step, max(step - 1, 0)}:
        for values in read.points[:2]:
            seeds: dict[Key, float] = {}
            for prediction, target in pair.cells(read, at):
                p, y = (number(values.get(key, 0.0)) for key in (prediction, target))
                seeds[prediction] = seeds.get(prediction, 0.0) + known.slope(p, y)
            slopes = graph.adjoints(seeds, values, lambda _: False, read.steps.cells[at])
            for index, chain in enumerate(read.descent.chains):
                slope = slopes.get(chain.cells[at], 0.0)
                given = number(values.get(read.cells.get((index, at), chain.cells[at])))
                ratios.setdefault(index, []).append(given / slope if slope else NAN)
    found = {
        index: own[0] for index, own in ratios.items() if all(same(own[0], one) for one in own)
    }
    if not found:
        return {}
    usual = sorted(found.values())[len(found) // 2]
    usual = next((near for near in (1.0, -1.0) if same(near, usual)), usual)
    return {index: usual for index, one in found.items() if same(one, usual)}


def _add_cells(read: Read, pair: Pair, tree: ast.expr) -> int:
    """Add a cell of a loss for every prediction of every update; returns their role."""
    graph, steps = read.graph, read.steps
    role = max(steps.roles.values()) + 1
    # The nodes are bound directly, so the addresses in the template are never used.
    cell = Area(Address(None, 0, 0, False, False), None)
    template = Template(tree, (cell, cell))
    made: list[Key] = []
    for step in range(read.descent.updates + 1):
        for index, inputs in enumerate(dict.fromkeys(pair.cells(read, step))):
            key = (inputs[0][0], -1 - step, len(read.descent.chains) + 1 + index)
            graph.nodes[key] = Node(template, inputs)
            steps.cells[step].append(key)
            steps.roles[key] = role
            read.descent.latest[key] = read.descent.earliest[key] = step
            made.append(key)
    graph.order = [*graph.order, *made]
    return role
