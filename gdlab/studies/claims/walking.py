"""A rule on one weight with a gradient of one's own; the rule need not be registered."""

from collections.abc import Callable

from gdlab.core.registry import read_rule, settings


def walk(
    rule: Callable,
    gradient: Callable[[float], float],
    weight: float,
    updates: int,
    **hyper: float,
) -> list[float]:
    """The weight at the start and after each of ``updates`` updates.

    ``rule`` is a function written as those of :mod:`gdlab.formulas.optimizers`; ``gradient`` gives
    the loss's derivative at a weight. Raises ValueError where ``rule`` is none, or for an unknown
    hyperparameter.
    """
    read = read_rule(rule)
    given = settings(read.hyper, hyper, read.name)
    state = {f"{name}_prev": value for name, value in read.starts.items()}
    weights = [float(weight)]
    for update in range(1, updates + 1):
        now = {"g": gradient(weights[-1]), "w": weights[-1], "t": float(update), **state, **given}
        carried, shown = rule(**{name: now[name] for name in read.formulas.arguments})
        state = dict(zip(state, carried, strict=True))
        weights.append(weights[-1] - shown[-1])
    return weights
