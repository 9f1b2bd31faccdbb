"""Find a learning rate for the points by trying rates, and say what theory knows about it.

``find_rate`` runs the rule once for every rate of a grid and takes the one that ends with the
smallest error.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gdlab.core import engine
from gdlab.core.columns import Table
from gdlab.core.explanation import short
from gdlab.core.registry import Rule
from gdlab.core.run import Run, prepare
from gdlab.core.theory import (
    STEEP,
    error_at,
    error_word,
    full_batch_limit,
    least_error,
    limit_words,
    nothing,
    steepness,
)

if TYPE_CHECKING:
    pass

FIND = "find"
# First powers of ten are tried, then ten rates per power of ten around the best one.
LOWEST_POWER, HIGHEST_POWER, RATES_A_POWER = -30, 20, 10
ALL_TRIED = f"from 1e{LOWEST_POWER} to 1e{HIGHEST_POWER}"
# A trial has at most this many rows, but at least one whole epoch.
MOST_TRIAL_ROWS, MOST_PLAIN_TRIAL_ROWS = 500_000, 5_000
NEAR_LEAST = 1.01  # times the smallest error that there is


@dataclass(frozen=True, eq=False)
class FoundRate:
    """The rate that was found for a run, and all rates that were tried.

    ``tried`` has the error after the last row for every rate, in ascending order of rates; inf if a
    run exploded. An error is that of all points: the root of the mean squared error, in units of y,
    or the mean of another loss.
    """

    run: Run
    lr: float
    tried: dict[float, float]
    start_error: float

    @property
    def error(self) -> float:
        """The error that the rate leaves."""
        return self.tried[self.lr]

    @cached_property
    def least_error(self) -> float | None:
        """The least possible error, from the least squares fit; None if it is not known."""
        return least_error(self.run)

    @cached_property
    def limit(self) -> float | None:
        """The rate below which full batches converge, by theory; None if it is not known."""
        return full_batch_limit(self.run)

    @property
    def falls_up_to(self) -> float:
        """The largest rate tried at which the error is smaller at the end than at the start."""
        return max(rate for rate, error in self.tried.items() if error < self.start_error)

    @property
    def explanation(self) -> str:
        """The reasons for this rate, in one line."""
        word, rates = error_word(self.run.table.model), list(self.tried)
        length = f"{self.run.n_epochs} epoch" + ("s" if self.run.n_epochs != 1 else "")
        if not self.run.table.point:
            length = f"{self.run.samples} steps"
        said = [
            f"lr={self.lr:g} leaves the smallest {word} of {len(rates)} rates from {rates[0]:g} to "
            f"{rates[-1]:g} after {length}: {short(self.error)}, from {short(self.start_error)}",
            f"the error still falls up to lr={self.falls_up_to:g}",
        ]
        if self.limit is not None:
            said.append(
                f"full batches converge under {self.limit:.3g}, {limit_words(self.run.table)} "
                "the largest eigenvalue of the mean loss's second derivatives"
            )
        if not self.is_near:
            said.append(
                f"the least squares fit has {short(self.least_error or 0)}: {self._why_not()}"
            )
        return "; ".join(said)

    @property
    def is_near(self) -> bool:
        """Whether the error is within 1 % of the least possible one, or of the values' spread.

        True, too, if the least possible error is not known.
        """
        if self.least_error is None:
            return True
        return self.error <= NEAR_LEAST * self.least_error + nothing(self.run)

    def _why_not(self) -> str:
        """Why no rate comes near the least possible error."""
        steep = steepness(self.run)
        if steep > STEEP:
            return (
                f"the loss is {steep:.2g} times steeper along one direction than along another, "
                "so one rate cannot suit both; scale x, or give it more epochs"
            )
        if self.run.hyper.get("weight_decay"):
            return "weight decay draws the parameters towards 0"
        return "give it more epochs or larger batches, or let a schedule lower the rate"

    def __repr__(self) -> str:
        return f"<FoundRate {self.explanation}>"


def find_rate(
    rule: str | Callable[..., object] | Rule, points: Any = None, **options: Any
) -> FoundRate:
    """Find a learning rate for a run: the one that ends with the smallest error.

    ``rule``, ``points`` and ``options`` are those of :func:`gdlab.trace`, which also takes
    ``lr="find"``. For a long run only the first epochs are tried. Raises ValueError as there, and
    if no rate reduces the error.
    """
    import numpy as np

    options.pop("lr", None)
    run = prepare(rule, points, **options)
    rate = _rate(run.table)
    # Fewer rows if they run as plain Python.
    rows = MOST_TRIAL_ROWS if engine.numba_wanted() else MOST_PLAIN_TRIAL_ROWS
    epochs = max(1, min(run.n_epochs, rows // run.samples))
    run = replace(run, n_epochs=epochs, order=run.order[: epochs * run.samples])
    # Convert the lists to arrays once instead of for every rate.
    arrays: Any = tuple(np.array(column, dtype=float) for column in run.points)
    order: Any = np.array(run.order, dtype=np.int64)
    quick = replace(run, points=arrays, order=order)
    start_error = error_at(quick, [run.start[name] for name in run.table.parameters])
    tried: dict[float, float] = {}

    def best() -> float:
        found = min(tried, key=lambda one: (tried[one], one))
        if tried[found] == math.inf:
            raise ValueError(
                f"lr='find': {rule} explodes at every rate {ALL_TRIED}; start elsewhere, or scale"
            )
        if not tried[found] < start_error:
            raise ValueError(
                f"lr='find': no rate {ALL_TRIED} makes the error of {rule} "
                f"smaller than it is at the start, {short(start_error)}; start elsewhere, or scale"
            )
        return found

    def attempt(lr: float) -> None:
        if lr not in tried:
            one = replace(quick, hyper={**run.hyper, rate: lr})
            tried[lr] = error_at(one, engine.run(one, (), one.rows)[2])

    for power in range(LOWEST_POWER, HIGHEST_POWER + 1):
        attempt(float(f"1e{power}"))
    coarse = best()
    fine = [
        float(f"{coarse * 10 ** (step / RATES_A_POWER):.2g}")
        for step in range(-RATES_A_POWER, RATES_A_POWER + 1)
    ]
    for lr in fine:
        attempt(lr)
    # Beyond the edge of divergence a single rate may do well by chance, but its neighbours do not.
    worst = {
        lr: (max(tried[one] for one in (below, lr, above)), tried[lr], lr)
        for below, lr, above in zip(fine, fine[1:], fine[2:], strict=False)
    }
    best()
    return FoundRate(
        run, min(worst, key=worst.__getitem__), dict(sorted(tried.items())), start_error
    )


def _rate(table: Table) -> str:
    """The name of the rule's learning rate in its table."""
    found = rate_input(table)
    if found is None:
        raise ValueError(f"{table.rule.name} has no learning rate lr that could be found")
    return table.rate if found == table.start_rate else found


def rate_input(table: Table) -> str | None:
    """The input that is the rule's learning rate; None if the rule has none."""
    for one in table.inputs:
        if one.carried is None and not one.after:
            name = table.rate if one.name == table.start_rate else one.name
            if table.part(name).base == "lr":
                return one.name
    return None
