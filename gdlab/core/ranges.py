"""The slider ranges of all inputs: fixed here, never guessed from a value.

A slider covers the values that a class tries; the limits in :mod:`gdlab.core.symbols` are the
values that are possible at all. A number box accepts any value within the limits, and the slider
then stays at its end.
"""

import math
from decimal import Decimal
from typing import NamedTuple

from gdlab.core.columns import Table
from gdlab.core.points import Points


class Range(NamedTuple):
    """A slider from ``low`` to ``high``; ``log`` spaces it evenly in powers of ten.

    ``step`` is what an arrow key adds, on a log scale as a number of decades.
    """

    low: float
    high: float
    step: float
    log: bool = False

    @property
    def steps(self) -> int:
        """The number of steps from ``low`` to ``high``."""
        return round((self._scaled(self.high) - self._scaled(self.low)) / self.step)

    def step_of(self, value: float) -> int:
        """The step nearest to a number, from ``low``; the first or last one outside the range."""
        if not value > self.low:  # nan too
            return 0
        if value >= self.high:
            return self.steps
        return round((self._scaled(value) - self._scaled(self.low)) / self.step)

    def at(self, step: int) -> float:
        """The number at a step, rounded: to three digits on a log scale."""
        if not self.log:
            return float(f"{self.low + step * self.step:.10g}")
        return float(f"{self.low * 10 ** (step * self.step):.3g}")

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self.log else value


RATES = ("lr", "start_lr")
EPOCHS_RANGE = Range(1, 50, 1)
STEPS_RANGE = Range(1, 500, 1)  # updates on a surface
PARAMETER = Range(-100, 100, 0.5)

RANGES: dict[str, Range] = {
    "lr": Range(1e-6, 10, 0.01, log=True),
    "h": Range(1e-6, 1, 0.05, log=True),
    "eps": Range(1e-12, 1, 0.1, log=True),
    "max_norm": Range(1e-3, 1e5, 0.05, log=True),
    "max_value": Range(1e-3, 1e5, 0.05, log=True),
    "beta": Range(0, 0.999, 0.001),
    "beta1": Range(0, 0.999, 0.001),
    "beta2": Range(0, 0.999, 0.001),
    "momentum": Range(0, 0.999, 0.001),
    "decay": Range(0.5, 0.999, 0.001),
    "momentum_decay": Range(0, 0.1, 0.001),
    "weight_decay": Range(0, 0.5, 0.001),
    "batch_size": Range(1, 64, 1),
    "at_epoch": Range(1, 20, 1),
    "interval": Range(1, 290, 1),
    "period": Range(1, 1450, 1),
    "warmup": Range(1, 290, 1),
    "patience": Range(0, 10, 1),
    "factor": Range(0.05, 1, 0.05),
    "limit": Range(1, 10, 0.1),
    "threshold": Range(1e-6, 0.1, 0.05, log=True),
}

# Starts of carried names, by name without parameter.
STARTS: dict[str, Range] = {
    "avg": Range(-10_000, 10_000, 10),
    "velocity": Range(-10_000, 10_000, 10),
    "sqr_avg": Range(1e-2, 1e9, 0.05, log=True),
    "max_sqr_avg": Range(1e-2, 1e9, 0.05, log=True),
    "sum_sqr": Range(1e-2, 1e9, 0.05, log=True),
    "max_abs": Range(1e-2, 1e6, 0.05, log=True),
    "sqr_step": Range(1e-12, 1, 0.1, log=True),
    "divisor": Range(1e-2, 1e6, 0.05, log=True),
}


RATE = RANGES["lr"]
LOWEST_RATE, HIGHEST_RATE = -30, 20  # powers of ten


def rate_range(points: Points) -> Range:
    """The slider of a learning rate: the usual range, or a wider one if the points need it.

    It goes down to a tenth of 1 over a sample's squared inputs, where sgd still converges, and to a
    hundred-thousandth of the last column, where rules with steps as long as the rate still
    converge, and up to a tenth of the last column. static/rates.js does the same.
    """
    if not points:
        return RATE
    *inputs, last = points
    longest = max(1 + sum(value * value for value in point) for point in zip(*inputs, strict=True))
    size = max(map(abs, last))
    low = min(_decade(RATE.low), _decade(1 / longest) - 1, _decade(size) - 5 if size else 0)
    high = max(_decade(RATE.high), _decade(size) - 1)
    return RATE._replace(
        low=float(f"1e{max(low, LOWEST_RATE)}"), high=float(f"1e{min(high, HIGHEST_RATE)}")
    )


def _decade(value: float) -> int:
    """The power of ten of a number's first digit; the lowest one for 0."""
    return Decimal(repr(value)).adjusted() if value else LOWEST_RATE


def range_of(name: str, table: Table, points: Points = ()) -> Range | None:
    """The slider of one of a table's inputs, of ``epochs`` or of ``steps``.

    The range of a learning rate depends on the ``points``. None if no range is known (for a user's
    own hyperparameter): that input is only a number box.
    """
    if name in ("epochs", "steps"):
        return EPOCHS_RANGE if name == "epochs" else STEPS_RANGE
    found = table.input(name)
    if found.part.base in RATES:
        return rate_range(points)
    if found.carried is None:
        return RANGES.get(found.part.base)
    return STARTS.get(found.part.base) if found.part.base else PARAMETER
