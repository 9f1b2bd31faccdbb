"""Recognise rules with a learning rate schedule, and rules with weight decay."""

import itertools
import math
from collections.abc import Callable, Set
from dataclasses import replace

from gdlab.reading.book import Key
from gdlab.reading.descent import Chain
from gdlab.reading.graph import Graph, is_cell, number
from gdlab.reading.losses import same
from gdlab.reading.matching import ASCENT, MATCHES_TO, Recognised, choices_of, match_of, said_of
from gdlab.reading.recurrence import DRAWS, Recurrence
from gdlab.reading.trees import used_cells
from gdlab.reading.updates import original
from gdlab.reading.variants import Variant, rules_as_they_are

# The end of the sentence about weight decay.
DECAYS = "times the parameter to the gradient"


def decayed(
    graph: Graph,
    recurrence: Recurrence,
    constants: list[tuple[float, Key | None]],
    samples: int,
) -> Recognised | None:
    """A rule applied to the gradient plus a constant times the parameter: L2 weight decay."""
    numbers = [value for value, _ in constants]
    for decay, cell in constants:
        if not 0 < decay < 1:
            continue
        gradients = [
            [g + decay * w for g, w in zip(own, parameters, strict=True)]
            for own, parameters in zip(recurrence.gradients, recurrence.parameters, strict=True)
        ]
        decayed = replace(recurrence, gradients=gradients)
        for variant in rules_as_they_are(len(recurrence.states[0])):
            match = match_of(variant, decayed, numbers, samples)
            if match is not None:
                found = said_of(graph, variant, match, constants, recurrence)
                found.differs.append(f"adds {decay:.6g} {DECAYS}")
                found.hyper["weight_decay"] = decay, cell
                return found
    return None


def scheduled(
    graph: Graph,
    chain: Chain,
    recurrence: Recurrence,
    samples: int,
    constants: list[tuple[float, Key | None]],
    data: Set[Key],
) -> Recognised | None:
    """A rule with a schedule: its rate changes with the updates, independently of the data."""
    updates = chain.updates[recurrence.first : recurrence.first + len(recurrence.steps[0])]
    if any(original(graph, one) in data for key in updates for one in used_cells(graph.nodes[key])):
        return None
    numbers = [value for value, _ in constants]
    for variant in rules_as_they_are(len(recurrence.states[0])):
        names = [name for name in variant.hyper if name != "lr"]
        for values in itertools.product(*(choices_of(name, variant, numbers) for name in names)):
            hyper = {"lr": 1.0, **dict(zip(names, values, strict=True))}
            order = tuple(range(len(recurrence.states[0])))
            rates = _rates(variant, recurrence, hyper, order, samples)
            if rates is None:
                continue
            cells = _rate_cells(graph, chain, recurrence.first, rates)
            found = Recognised(variant.name, ["changes its learning rate from row to row"])
            found.hyper = {"lr": (abs(rates[0]), cells[0] if cells else None)}
            form = _form_of(rates, recurrence.first, constants)
            if form is not None:
                found.differs = [f"has the learning rate {form[0]} in update t"]
                found.hyper = form[1]
            if form is None and not cells and "beta2" in names:
                # No schedule if the rule itself divides by something that changes with the updates.
                found.differs = ["corrects the start of its averages in another way"]
                found.hyper = {}
            found.hyper |= {name: (hyper[name], None) for name in names}
            if rates[0] < 0:
                found.differs.append(ASCENT)
            return found
    return None


FORMS: tuple[tuple[str, Callable[[float, float, float], float]], ...] = (
    ("lr/(1 + decay*t)", lambda lr, decay, t: lr / (1 + decay * t)),
    ("lr*decay^t", lambda lr, decay, t: lr * decay**t),
    ("lr*exp(-decay*t)", lambda lr, decay, t: lr * math.exp(-decay * t)),
)


def _form_of(
    rates: list[float], first: int, constants: list[tuple[float, Key | None]]
) -> tuple[str, dict[str, tuple[float, Key | None]]] | None:
    """The usual schedule, counted from 0 or 1, that gives the rates with numbers of the sheet."""
    numbers = [one for one in constants if one[0] not in (0, 1)]
    for lr, cell in numbers:
        made = [lr / math.sqrt(first + k + 1) for k in range(len(rates))]
        if all(same(abs(a), b) for a, b in zip(rates, made, strict=True)):
            return "lr/sqrt(t)", {"lr": (lr, cell)}
    for (lr, cell), (decay, of) in itertools.product(numbers, repeat=2):
        for (words, form), start in itertools.product(FORMS, (0, 1)):
            try:
                made = [form(lr, decay, first + k + start) for k in range(len(rates))]
            except ArithmeticError:
                continue
            if all(same(abs(a), b) for a, b in zip(rates, made, strict=True)):
                return words, {"lr": (lr, cell), "decay": (decay, of)}
    return None


def _rates(
    variant: Variant,
    recurrence: Recurrence,
    hyper: dict[str, float],
    order: tuple[int, ...],
    samples: int,
) -> list[float] | None:
    """The rate of each update if it is the same in every draw."""
    rates: list[float] = []
    for draw in range(DRAWS):
        states = tuple(recurrence.states[draw][index] for index in order)
        try:
            steps = variant.steps(
                recurrence.gradients[draw], recurrence.parameters[draw], recurrence.first,
                states, hyper, samples,
            )  # fmt: skip
            for index, (own, step) in enumerate(zip(recurrence.steps[draw], steps, strict=True)):
                if isinstance(step, complex) or not step or not own or own != own:
                    return None
                if draw == 0:
                    rates.append(own / step)
                elif not same(own, rates[index] * step, MATCHES_TO):
                    return None
        except (ArithmeticError, ValueError, TypeError):
            return None
    return rates


def _rate_cells(graph: Graph, chain: Chain, first: int, rates: list[float]) -> list[Key]:
    """The cells with the rates: one reference of every update."""
    nodes = [graph.nodes[chain.updates[first + index]] for index in range(len(rates))]
    for index in range(len(nodes[0].inputs)):
        cells = [node.inputs[index] for node in nodes if index < len(node.inputs)]
        references = [one for one in cells if is_cell(one)]
        values = [number(graph.book.values.get(one)) for one in references]
        if len(references) == len(rates) and all(
            same(abs(a), abs(b)) for a, b in zip(values, rates, strict=True)
        ):
            return references
    return []
