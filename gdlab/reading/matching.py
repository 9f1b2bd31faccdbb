"""Match a rule with a recurrence, and find its hyperparameters among the sheet's numbers."""

import ast
import itertools
from collections import deque
from dataclasses import dataclass, field

from gdlab.reading.book import Key
from gdlab.reading.descent import Chain, Descent
from gdlab.reading.graph import Graph, is_cell
from gdlab.reading.losses import same
from gdlab.reading.recurrence import DRAWS, Recurrence
from gdlab.reading.trees import leaves
from gdlab.reading.updates import original
from gdlab.reading.variants import Variant

MATCHES_TO = 1e-9
MOST_MATCHES_TRIED = 30_000
SMALLEST_BETA = 0.05
LACKS_RATE = "has no learning rate"
ASCENT = "adds the step, where the rule subtracts it"
# Hyperparameters that people leave at their defaults.
UNUSUAL = ("rho_over", "sync_every", "momentum_decay")


@dataclass
class Recognised:
    """A rule's name, how the sheet differs from it, and its hyperparameters by name.

    A hyperparameter is a value and its cell, or None if it is typed in a formula.
    """

    name: str
    differs: list[str] = field(default_factory=list)
    hyper: dict[str, tuple[float, Key | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Match:
    """The hyperparameters without the rate, the rate, the scale of the states and their order."""

    hyper: dict[str, float]
    ratio: float
    scale: float
    order: tuple[int, ...]


def match_of(
    variant: Variant, recurrence: Recurrence, numbers: list[float], samples: int
) -> "Match | None":
    """The hyperparameters, rate and scale with which a rule gives the same steps; None for none."""
    names = [name for name in variant.hyper if name != "lr"]
    choices = [choices_of(name, variant, numbers) for name in names]
    small = sum(len(one) for one in choices) < 60
    scales = [1.0]
    if recurrence.placed and variant.name != "nesterov":
        return None
    if len(variant.rule.carried) == 1 and variant.name in ("heavy_ball", "nesterov"):
        # The velocity may already contain the rate or its negative.
        included = [c for c in numbers if c not in (0, 1)]
        if recurrence.placed:
            # The look-ahead is the velocity times the rate and the momentum factor.
            included += [c * d for c in included for d in included if d < c]
        scales += [scale for c in included for scale in (1 / c, -1 / c)]
    orders = list(itertools.permutations(range(len(recurrence.states[0]))))
    if len(orders) > 24 or not small or recurrence.tried > MOST_MATCHES_TRIED:
        return None
    for values in itertools.product(*choices):
        hyper = {"lr": 1.0, **dict(zip(names, values, strict=True))}
        for order in orders:
            for scale in scales:
                recurrence.tried += 1
                ratio = _ratio(variant, recurrence, hyper, order, scale, samples)
                if ratio is not None:
                    return Match(hyper, ratio, scale, order)
    return None


def choices_of(name: str, variant: Variant, numbers: list[float]) -> list[float]:
    """The numbers of a sheet that may be a hyperparameter."""
    found: dict[float, None] = {}
    if name in UNUSUAL:
        return [variant.rule.hyper[name]]
    for one in numbers:
        if name == "eps":
            if 0 < one <= 0.01:
                found[one] = None
        elif name == "weight_decay":
            found[one] = None
        else:
            for value in (one, round(1 - one, 12)):
                if SMALLEST_BETA <= value < 1:
                    found[value] = None
    if name == "weight_decay":
        found[0.0] = None
    return list(found)


def _ratio(
    variant: Variant,
    recurrence: Recurrence,
    hyper: dict[str, float],
    order: tuple[int, ...],
    scale: float,
    samples: int,
) -> float | None:
    ratio = None
    for draw in range(DRAWS):
        states = tuple(recurrence.states[draw][index] * scale for index in order)
        try:
            steps = variant.steps(
                recurrence.gradients[draw],
                recurrence.parameters[draw],
                recurrence.first,
                states,
                hyper,
                samples,
            )
            for own, step in zip(recurrence.steps[draw], steps, strict=True):
                if isinstance(step, complex) or not step or not own or own != own:
                    return None
                if ratio is None:
                    ratio = own / step
                elif not same(own, ratio * step, MATCHES_TO):
                    return None
        except (ArithmeticError, ValueError, TypeError):
            return None
    return ratio


def constants_of(
    graph: Graph,
    descent: Descent,
    chain: Chain,
    number: int,
    gradients: dict[tuple[int, int], Key],
) -> list[tuple[float, Key | None]]:
    """The constants between the gradient and the parameter of one update, with their cells."""
    step = min(1, len(chain.updates) - 1)
    stops = {gradients.get((number, step)), gradients.get((number, 0)), chain.cells[step]}
    found: dict[tuple[float, Key | None], None] = {}
    queue, seen = deque([chain.updates[step]]), set()
    while queue:
        key = queue.popleft()
        if key in seen or key in stops:
            continue
        seen.add(key)
        node = graph.nodes.get(key)
        if descent.latest.get(key, -1) < 0:
            value = graph.book.values.get(key)
            if isinstance(value, float):
                found[value, key] = None
        if node is None:
            continue
        tree = node.template.tree or ast.Constant(0)
        for part in ast.walk(tree):
            if isinstance(part, ast.Constant) and isinstance(part.value, (int, float)):
                found[float(part.value), None] = None
        # What only the gradient refers to, which was taken out of the formula, is no rate.
        for one in [node.inputs[leaf] for leaf in leaves(tree)]:
            if is_cell(one):
                cell = original(graph, one)
                if descent.latest.get(cell, -1) <= step and cell not in chain.cells:
                    queue.append(cell)
    return list(found)


def said_of(
    graph: Graph,
    variant: Variant,
    match: Match,
    constants: list[tuple[float, Key | None]],
    recurrence: Recurrence,
) -> Recognised:
    """The recognized rule with its hyperparameters, their cells, and what differs in words."""
    found = Recognised(variant.name, list(variant.differs))
    states = recurrence.cells
    includes_rate = match.scale != 1.0 and not recurrence.placed
    rate = abs(1 / match.scale) if includes_rate else abs(match.ratio)
    for name in variant.hyper:
        value = rate if name == "lr" else match.hyper[name]
        those = [key for number, key in constants if key and same(number, value)]
        # Two betas may be equal; each is in the formula of its own state.
        own = _state_of(name, variant, match, states)
        near = set(graph.nodes[own].cells) if own in graph.nodes else set()
        typed = [key for key in those if key in near] or those
        typed = [key for key in typed if key not in graph.nodes] or typed
        cell = typed[0] if typed else None
        exact = graph.book.values.get(cell) if cell else None
        tidy = exact if isinstance(exact, float) else float(f"{value:.12g}")
        found.hyper[name] = tidy, cell
    typed_numbers = [one for one in constants if one[1] and one[0] not in (0.0, 1.0)]
    if "lr" in found.hyper and found.hyper["lr"][1] is None:
        twice = [one for one in typed_numbers if same(rate, one[0] * one[0])]
        if same(rate, 1.0):
            found.differs.append(LACKS_RATE)
        elif twice:
            found.differs.append("has the learning rate twice")
            found.hyper["lr"] = twice[0]
    if match.ratio < 0:
        found.differs.append(ASCENT)
    return found


def _state_of(name: str, variant: Variant, match: Match, states: list[Key]) -> Key | None:
    """The state that a hyperparameter belongs to: the first for beta1, the second for beta2."""
    index = {"beta1": 0, "beta2": 1}.get(name, len(match.order))
    return states[match.order[index]] if index < len(match.order) else None
