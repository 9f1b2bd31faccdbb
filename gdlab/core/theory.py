"""What theory says about a run: the least possible error, and the rates that converge."""

import math
from typing import TYPE_CHECKING, Any

from gdlab.core.columns import Table
from gdlab.core.model import Model
from gdlab.core.run import Run

if TYPE_CHECKING:
    import numpy as np

STEEP = 100  # how much steeper one direction may be than another before one rate cannot suit both
ROUNDING = 1e-12  # what computing in another order may change, as a share of the number
WITHOUT_THEORY = ("h",)


def error_word(model: Model) -> str:
    """The name of a model's error."""
    if not model.data:
        return "loss"
    return "rmse" if model.squared_error else "mean loss"


def error_at(run: Run, parameters: Any) -> float:
    """The error of all points with these parameters; inf if it is not finite."""
    import numpy as np

    model = run.table.model
    with np.errstate(all="ignore"):
        losses = np.atleast_1d(_forward(run, parameters)[model.loss])
        # Added one by one, as the page does, so that both find the same rate.
        mean = float(np.cumsum(losses)[-1]) / len(losses)
        error = math.sqrt(mean) if model.error and mean >= 0 else mean
    return error if math.isfinite(error) else math.inf


def _forward(run: Run, parameters: Any) -> dict[str, Any]:
    """All values of the model at all points, as arrays by name."""
    import numpy as np

    model = run.table.model
    values: dict[str, Any] = {name: run.hyper[name] for name in model.constants}
    values |= dict(zip(model.parameters, map(float, parameters), strict=True))
    columns = (np.asarray(column, dtype=float) for column in run.points)
    return model.forward({**values, **dict(zip(model.data, columns, strict=True))})


def _linear(run: Run) -> "tuple[np.ndarray, np.ndarray] | None":
    """The error as a linear function of the parameters, ``features @ parameters + rest``.

    None if the loss is not a squared error, or if the error is not linear in the parameters.
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
        # A model that is not linear does not agree at arbitrary parameters.
        there = np.array([math.pi / (k + 1) - 2 for k in range(len(units))])
        expected = features @ there + rest
        size = np.abs(expected).max() + np.abs(rest).max()
        if not np.abs(errors(there) - expected).max() <= 1e-9 * size:
            return None
    return features, rest


def _eigenvalues(run: Run) -> "np.ndarray | None":
    """The eigenvalues of the mean loss's second derivatives, ascending; None if unknown."""
    import numpy as np

    found = _linear(run)
    if found is None:
        return None
    with np.errstate(all="ignore"):
        second = 2 * found[0].T @ found[0] / len(found[1])
        return np.linalg.eigvalsh(second) if np.isfinite(second).all() else None


def least_error(run: Run) -> float | None:
    """The root mean squared error of the least squares fit; None if it is not known."""
    import numpy as np

    found = _linear(run)
    if found is None:
        return None
    features, rest = found
    with np.errstate(all="ignore"):
        # Scale the columns to equal length, so that small ones are not treated as zero.
        sizes = np.sqrt((features**2).sum(axis=0))
        sizes[sizes == 0] = 1
        if not (np.isfinite(sizes).all() and np.isfinite(rest).all()):
            return None
        best = np.linalg.lstsq(features / sizes, -rest, rcond=None)[0]
        least = float(np.sqrt(np.mean((features / sizes @ best + rest) ** 2)))
        return least if least > ROUNDING * np.abs(rest).max() else 0.0


def nothing(run: Run) -> float:
    """An error too small to mention: 1 % of the spread of the fitted values, such as y."""
    import numpy as np

    found = _linear(run)
    return 0.01 * float(np.std(found[1])) + 1e-9 * float(np.abs(found[1]).max()) if found else 0.0


def steepness(run: Run) -> float:
    """How many times steeper the loss is in one direction than in another; 1 if unknown."""
    found = _eigenvalues(run)
    if found is None or not found[-1] > 0:
        return 1.0
    # A flat direction, as for points with a single x, needs no rate.
    steep = found[found > found[-1] * 1e-15]
    return float(steep[-1] / steep[0])


def plain(run: Run) -> bool:
    """Whether nothing changes the rule's own steps: no clipping, decay, schedule or switch."""
    known = {*run.table.rule.hyper, *run.table.model.constants, "batch_size", *WITHOUT_THEORY}
    bases = {run.table.part(name).base for name in run.hyper}
    return bases <= known and not run.table.start_rate and "switch" not in run.options


def limit_words(table: Table) -> str:
    """The factor in the limit of full batches, in words."""
    return {
        "sgd": "2 over",
        "momentum": "2 (1 + beta) / (1 - beta) over",
        "heavy_ball": "2 (1 + momentum) over",
        "nesterov": "2 (1 + momentum) / (1 + 2 momentum) over",
    }[table.rule.name]


def full_batch_limit(run: Run) -> float | None:
    """The rate below which full batches converge on a quadratic loss, by theory.

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
    """A rate below which single samples, in any order, do not diverge; None if it is not known.

    At a rate of 1 over twice the squared length of a sample's features (for the line 1 + x²), a
    step of sgd removes the error of that sample; at twice that rate the error only changes its
    sign. A momentum m makes steps 1 / (1 - m) times as long.
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
