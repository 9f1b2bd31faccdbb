"""Recognise the rule of the updates: run the sheet's recurrence beside every known rule."""

from collections.abc import Callable, Set
from functools import partial

from gdlab.reading.book import Key
from gdlab.reading.descent import Chain, Descent
from gdlab.reading.graph import Graph
from gdlab.reading.matching import LACKS_RATE, Match, Recognised, constants_of, match_of, said_of
from gdlab.reading.recurrence import Recurrence, recurrences
from gdlab.reading.schedules import decayed, scheduled
from gdlab.reading.variants import Variant, variants_of

# With gradients and states as small as these, rules with eps in different positions differ.
FEW_DIGITS = 3e-5, 1.5e-10
# Gradients are tried up to the first size; up to the second, no limit of a sheet is reached.
LARGE_GRADIENTS, TINY_GRADIENTS = 3.0, 1e-3


def recognise(
    graph: Graph,
    descent: Descent,
    gradients: dict[tuple[int, int], Key],
    samples: int,
    data: Set[Key],
) -> list[Recognised | None]:
    """The rule of every parameter's updates; None if no known rule computes the same.

    ``data`` are the typed cells that the loss is computed from.
    """
    # The rule of one parameter's updates is tried first for the others.
    usual: dict[Variant, dict[str, float]] = {}
    return [
        _recognise(graph, descent, number, gradients, samples, data, usual)
        for number in range(len(descent.chains))
    ]


def _recognise(
    graph: Graph,
    descent: Descent,
    number: int,
    gradients: dict[tuple[int, int], Key],
    samples: int,
    data: Set[Key],
    usual: dict[Variant, dict[str, float]],
) -> Recognised | None:
    constants = constants_of(graph, descent, descent.chains[number], number, gradients)
    chain = descent.chains[number]
    limited = False
    for size in (LARGE_GRADIENTS, TINY_GRADIENTS):
        if size == TINY_GRADIENTS and not limited:
            continue
        for recurrence in recurrences(graph, descent, chain, number, gradients, size):
            small = partial(_small, graph, descent, chain, number, gradients, recurrence.first)
            found = _match(graph, chain, recurrence, small, constants, samples, data, usual)
            if found is not None:
                return found
            limited = limited or recurrence.limited
    return None


def _match(
    graph: Graph, chain: Chain, recurrence: Recurrence, small: Callable[[], Recurrence | None],
    constants: list[tuple[float, Key | None]], samples: int, data: Set[Key],
    usual: dict[Variant, dict[str, float]],
) -> Recognised | None:  # fmt: skip
    """The rule that a recurrence follows; the rules of other parameters are tried first."""
    numbers = [value for value, _ in constants]
    count = len(recurrence.states[0])
    for variant, hyper in usual.items():
        same_hyper = [hyper[name] for name in variant.hyper if name != "lr"]
        if len(variant.rule.carried) == count:
            found = match_of(variant, recurrence, same_hyper, samples)
            same = found is not None and found.hyper == hyper
            if found is not None and same and _holds(variant, found, small, samples):
                return said_of(graph, variant, found, constants, recurrence)
    without_rate = None
    for variant in variants_of(count):
        found = match_of(variant, recurrence, numbers, samples)
        if found is not None and _holds(variant, found, small, samples):
            said = said_of(graph, variant, found, constants, recurrence)
            # A rate of 0.1 beside 0.9 looks like an average without a rate; a cell with the rate
            # decides.
            is_rated = said.hyper.get("lr", (1.0, None))[1] is not None
            if LACKS_RATE in said.differs or (without_rate and not is_rated):
                without_rate = without_rate or (variant, found, said)
                continue
            usual[variant] = found.hyper
            return said
    if without_rate:
        usual[without_rate[0]] = without_rate[1].hyper
        return without_rate[2]
    return decayed(graph, recurrence, constants, samples) or scheduled(
        graph, chain, recurrence, samples, constants, data
    )


def _small(
    graph: Graph, descent: Descent, chain: Chain, number: int,
    gradients: dict[tuple[int, int], Key], first: int,
) -> Recurrence | None:  # fmt: skip
    """The recurrence of the same updates for small gradients and states."""
    found = recurrences(graph, descent, chain, number, gradients, *FEW_DIGITS)
    return next((one for one in found if one.first == first), None)


def _holds(
    variant: Variant, found: Match, small: Callable[[], Recurrence | None], samples: int
) -> bool:
    """Whether a rule with eps also agrees for small gradients, where eps matters."""
    if "eps" not in variant.hyper or (recurrence := small()) is None:
        return True
    if any(step != step for own in recurrence.steps for step in own):
        return True  # the root of a negative number
    numbers = [value for name, value in found.hyper.items() if name != "lr"]
    small_match = match_of(variant, recurrence, numbers, samples)
    return small_match is not None and small_match.hyper == found.hyper
