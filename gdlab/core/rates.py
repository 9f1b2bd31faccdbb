"""A learning rate that fits the points, tried out by the rule itself; and what theory says of it.

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
from gdlab.core.model import Model
from gdlab.core.run import Run, prepare

if TYPE_CHECKING:
    import numpy as np

FIND = "find"
# Powers of ten that are tried first; around the best of them ten rates a power of ten.
LOWEST, HIGHEST, FINE = -30, 20, 10
# A trial has at most so many rows, but always one whole epoch.
MOST_ROWS, MOST_PLAIN_ROWS = 500_000, 5_000
NEAR = 1.01  # times the smallest error that there is
STEEP = 100  # how much steeper one direction may be than another before one rate cannot suit both
ROUNDING = 1e-12  # an error so far under the data is that of the computing
WITHOUT_THEORY = ("h",)


@dataclass(frozen=True, eq=False)
class FoundRate:
    """The rate that was found for a run, and all that were tried.

    ``tried`` has the error after the last row for every rate, in the order of the rates; it is
    inf where a run exploded. Errors are of all points at once: the root of the mean squared error
    in units of y, for another loss its mean.
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
        """The smallest error that any parameters have, where the least squares tell it."""
        return least_error(self.run)

    @cached_property
    def limit(self) -> float | None:
        """The rate under which full batches converge, where theory knows it."""
        return full_batch_limit(self.run)

    @property
    def falls_up_to(self) -> float:
        """The largest rate tried at which the error is smaller at the end than at the start."""
        return max(rate for rate, error in self.tried.items() if error < self.start_error)

    @property
    def explanation(self) -> str:
        """Why this rate, in one line."""
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
                f"full batches converge under {self.limit:.3g}, {_limit_words(self.run.table)} "
                "the largest eigenvalue of the mean loss's second derivatives"
            )
        if not self.is_near:
            said.append(f"least squares have {short(self.least_error or 0)}: {self._why_not()}")
        return "; ".join(said)

    @property
    def is_near(self) -> bool:
        """Whether the error is within 1 % of the smallest there is, or of the values' spread.

        True too where the smallest is not known.
        """
        if self.least_error is None:
            return True
        return self.error <= NEAR * self.least_error + _nothing(self.run)

    def _why_not(self) -> str:
        """Why no rate comes near the smallest error there is."""
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


def find_rate(rule: str | Callable[..., object], points: Any = None, **options: Any) -> FoundRate:
    """Find a learning rate for a run: the one that ends with the smallest error.

    ``rule``, ``points`` and ``options`` are those of :func:`gdlab.trace`, which takes
    ``lr="find"``; in a long run only its first epochs are tried. Raises ValueError as there, and
    where no rate makes the error smaller.
    """
    import numpy as np

    options.pop("lr", None)
    run = prepare(rule, points, **options)
    rate = _rate(run.table)
    # Fewer rows where every one of them is plain Python.
    rows = MOST_ROWS if engine.numba_wanted() else MOST_PLAIN_ROWS
    epochs = max(1, min(run.n_epochs, rows // run.samples))
    run = replace(run, n_epochs=epochs, order=run.order[: epochs * run.samples])
    # Lists become arrays once, not again for every rate.
    arrays: Any = tuple(np.array(column, dtype=float) for column in run.points)
    order: Any = np.array(run.order, dtype=np.int64)
    quick = replace(run, points=arrays, order=order)
    start_error = error_at(quick, [run.start[name] for name in run.table.parameters])
    tried: dict[float, float] = {}

    def best() -> float:
        found = min(tried, key=lambda one: (tried[one], one))
        if tried[found] == math.inf:
            raise ValueError(
                f"lr='find': {rule} explodes at every rate from 1e{LOWEST} to 1e{HIGHEST}; "
                "start elsewhere, or scale"
            )
        if not tried[found] < start_error:
            raise ValueError(
                f"lr='find': no rate from 1e{LOWEST} to 1e{HIGHEST} makes the error of {rule} "
                f"smaller than it is at the start, {short(start_error)}; start elsewhere, or scale"
            )
        return found

    def attempt(lr: float) -> None:
        if lr not in tried:
            one = replace(quick, hyper={**run.hyper, rate: lr})
            tried[lr] = error_at(one, engine.run(one, (), one.rows)[2])

    for power in range(LOWEST, HIGHEST + 1):
        attempt(float(f"1e{power}"))
    coarse = best()
    fine = [float(f"{coarse * 10 ** (step / FINE):.2g}") for step in range(-FINE, FINE + 1)]
    for lr in fine:
        attempt(lr)
    # Past the edge of divergence a single rate may come out well by chance: its neighbours do not.
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
    """The input that is the rule's learning rate; None for a rule that has none."""
    for one in table.inputs:
        if one.carried is None and not one.after:
            name = table.rate if one.name == table.start_rate else one.name
            if table.part(name).base == "lr":
                return one.name
    return None


def error_word(model: Model) -> str:
    """What the error of a model is called."""
    if not model.data:
        return "loss"
    return "rmse" if model.squared_error else "mean loss"


def error_at(run: Run, parameters: Any) -> float:
    """The error of all points with some parameters; inf where it is no finite number."""
    import numpy as np

    model = run.table.model
    with np.errstate(all="ignore"):
        losses = np.atleast_1d(_forward(run, parameters)[model.loss])
        # One after the other, as the page adds them up: the same rate is found there.
        mean = float(np.cumsum(losses)[-1]) / len(losses)
        error = math.sqrt(mean) if model.error and mean >= 0 else mean
    return error if math.isfinite(error) else math.inf


def _forward(run: Run, parameters: Any) -> dict[str, Any]:
    """All that the model computes at all points, as arrays."""
    import numpy as np

    model = run.table.model
    values: dict[str, Any] = {name: run.hyper[name] for name in model.constants}
    values |= dict(zip(model.parameters, map(float, parameters), strict=True))
    columns = (np.asarray(column, dtype=float) for column in run.points)
    return model.forward({**values, **dict(zip(model.data, columns, strict=True))})


def _linear(run: Run) -> "tuple[np.ndarray, np.ndarray] | None":
    """The error as a linear function of the parameters, ``features @ parameters + rest``.

    None for a model whose loss is no squared error, or whose error is not linear in them.
    """
    import numpy as np

    model = run.table.model
    error = model.error
    if error is None:
        return None
    units = np.eye(len(model.parameters))

    def errors(parameters: Any) -> "np.ndarray":
        return np.broadcast_to(_forward(run, parameters)[error], len(run.points[0])).astype(float)

    with np.errstate(all="ignore"):
        rest = errors(units[0] * 0)
        features = np.array([errors(unit) - rest for unit in units]).T
        # A model that is not linear cannot agree at a point of no kind.
        there = np.array([math.pi / (place + 1) - 2 for place in range(len(units))])
        expected = features @ there + rest
        size = np.abs(expected).max() + np.abs(rest).max()
        if not np.abs(errors(there) - expected).max() <= 1e-9 * size:
            return None
    return features, rest


def _eigenvalues(run: Run) -> "np.ndarray | None":
    """Of the mean loss's second derivatives, ascending; None where they are not known."""
    import numpy as np

    found = _linear(run)
    if found is None:
        return None
    with np.errstate(all="ignore"):
        second = 2 * found[0].T @ found[0] / len(found[1])
        return np.linalg.eigvalsh(second) if np.isfinite(second).all() else None


def least_error(run: Run) -> float | None:
    """The root mean squared error of the least squares, None where it is not known."""
    import numpy as np

    found = _linear(run)
    if found is None:
        return None
    features, rest = found
    with np.errstate(all="ignore"):
        # Columns of one size, so that small ones are not taken for nothing.
        sizes = np.sqrt((features**2).sum(axis=0))
        sizes[sizes == 0] = 1
        if not (np.isfinite(sizes).all() and np.isfinite(rest).all()):
            return None
        best = np.linalg.lstsq(features / sizes, -rest, rcond=None)[0]
        least = float(np.sqrt(np.mean((features / sizes @ best + rest) ** 2)))
        return least if least > ROUNDING * np.abs(rest).max() else 0.0


def _nothing(run: Run) -> float:
    """An error not worth a word: 1 % of the spread of what is fitted, for the line of y."""
    import numpy as np

    found = _linear(run)
    return 0.01 * float(np.std(found[1])) + 1e-9 * float(np.abs(found[1]).max()) if found else 0.0


def steepness(run: Run) -> float:
    """How many times steeper the loss is along one direction than along another; 1 if unknown."""
    found = _eigenvalues(run)
    if found is None or not found[-1] > 0:
        return 1.0
    # What is flat, as for points of one x, needs no rate at all.
    steep = found[found > found[-1] * 1e-15]
    return float(steep[-1] / steep[0])


def plain(run: Run) -> bool:
    """Whether nothing changes the rule's own steps: no clipping, decay, schedule or switch."""
    known = {*run.table.rule.hyper, *run.table.model.constants, "batch_size", *WITHOUT_THEORY}
    bases = {run.table.part(name).base for name in run.hyper}
    return bases <= known and not run.table.start_rate and "switch" not in run.options


def _limit_words(table: Table) -> str:
    return {
        "sgd": "2 over",
        "momentum": "2 (1 + beta) / (1 - beta) over",
        "heavy_ball": "2 (1 + momentum) over",
        "nesterov": "2 (1 + momentum) / (1 + 2 momentum) over",
    }[table.rule.name]


def full_batch_limit(run: Run) -> float | None:
    """The rate under which full batches converge on a loss that is a parabola, by theory.

    Known for sgd and its relatives with momentum (Polyak 1964): a multiple of 2 over the largest
    eigenvalue of the second derivatives. None for other rules and models.
    """
    rule, hyper = run.table.rule.name, run.hyper
    factors = {
        "sgd": lambda: 1.0,
        "momentum": lambda: (1 + hyper["beta"]) / (1 - hyper["beta"]),
        "heavy_ball": lambda: 1 + hyper["momentum"],
        "nesterov": lambda: (1 + hyper["momentum"]) / (1 + 2 * hyper["momentum"]),
    }
    if rule not in factors or not plain(run):
        return None
    found = _eigenvalues(run)
    return 2 * factors[rule]() / float(found[-1]) if found is not None and found[-1] > 0 else None


def single_sample_limit(run: Run) -> float | None:
    """A rate under which single samples, in any order, do not diverge; None where it is not known.

    At 1 over twice the squared length of a sample's features, for the line 1 + x², a step of sgd
    leads to the parameters without an error in that sample; at twice that rate it leads past them
    as far as they were. A momentum m makes steps 1 / (1 - m) as long.
    """
    import numpy as np

    rule, hyper = run.table.rule.name, run.hyper
    shares = {
        "sgd": lambda: 1.0,
        "momentum": lambda: 1.0,
        "heavy_ball": lambda: 1 - hyper["momentum"],
        "nesterov": lambda: 1 - hyper["momentum"],
    }
    found = _linear(run) if rule in shares and plain(run) else None
    if found is None:
        return None
    with np.errstate(all="ignore"):
        longest = float((found[0] ** 2).sum(axis=1).max())
    return shares[rule]() / (2 * longest) if 0 < longest < math.inf else None
