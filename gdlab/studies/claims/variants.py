"""The article on the variants of gradient descent: its NumPy Adam, and the bias correction."""

from collections.abc import Sequence
from typing import Any

import gdlab
from gdlab.core.trace import Trace
from gdlab.studies.claims.claim import Claim, Outcome, verdict

TARGETS = (1.0, 2.0, 3.0)


# A weight w with the gradient 2 * w - target is the intercept of a line through the one point
# (0, target / 2), whose gradient is 2 * (w - target / 2): the same number to the last bit.
def _hundred_steps() -> Any:
    return [
        gdlab.trace("adam", [(0, target / 2)], epochs=100, start={"intercept": 0})
        for target in (1, 2, 3)
    ]


def _many_steps() -> Any:
    return [
        gdlab.trace("adam", [(0, target / 2)], epochs=2000, start={"intercept": 0}, lr=0.1)
        for target in (1, 2, 3)
    ]


def _judge_minimum(runs: Sequence[Trace], goals: Sequence[float] = TARGETS) -> Outcome:
    """Where a run ends that is given enough time."""
    ends = [run.final["intercept"] for run in runs]
    return Outcome(
        f"given enough time the weights come to rest at {_row(ends)}",
        verdict([all(abs(end - goal) < 1e-3 for end, goal in zip(ends, goals, strict=True))]),
        "2 * w - target is 0 where w is half the target. The gradient of (w - target)^2 would be "
        "2 * (w - target).",
    )


def _judge_distance(runs: Sequence[Trace], goals: Sequence[float] = TARGETS) -> Outcome:
    """Whether a run gets near its own minimum or the stated goals: within a hundredth."""
    ends = [run.final["intercept"] for run in runs]
    minima = [run.points[1][0] for run in runs]
    updates, rate = runs[0].rows, runs[0].hyper["lr"]
    arrived = [
        any(abs(end - goal) < 0.01 for goal in pair)
        for end, *pair in zip(ends, minima, goals, strict=True)
    ]
    return Outcome(
        f"after {updates} updates from 0 the weights are {_row(ends)}; the minimum is at "
        f"{_row(minima)}",
        verdict(arrived),
        f"Adam's step is about its rate, {rate:g}, so {updates} updates go about "
        f"{updates * rate:g}, wherever they start.",
    )


def _row(values: Sequence[float]) -> str:
    return f"[{', '.join(f'{value:.4g}' for value in values)}]"


def _first_steps() -> Any:
    return [
        [gdlab.trace(rule, lr=1, beta1=0.9, beta2=beta2) for rule in ("adam_lesson", "adam")]
        for beta2 in (0.999, 0.9)
    ]


def _judge_correction(pairs: Sequence[Sequence[Trace]]) -> Outcome:
    """The first step without correction, as a share of the corrected one."""
    told, trials = [], []
    for plain, corrected in pairs:
        share = plain.value("step_slope", 1) / corrected.value("step_slope", 1)
        trials.append(share < 1)
        betas = " and ".join(f"{corrected.hyper[name]:g}" for name in ("beta1", "beta2"))
        told.append(f"{share:.4g} times the corrected one with betas {betas}")
    return Outcome(
        f"the uncorrected first step is {'; '.join(told)}",
        verdict(trials),
        "Both averages start too small, and one is under a root in the denominator. Without "
        "correction the step is multiplied by (1 - beta1^t) / sqrt(1 - beta2^t), at first "
        "(1 - beta1) / sqrt(1 - beta2): 0.1 / sqrt(0.001) is 3.16, 0.1 / sqrt(0.1) is 0.316.",
    )


CLAIMS = (
    Claim(
        "The gradient 2 * w - target has its minimum at the target.",
        _many_steps,
        _judge_minimum,
        "new_intercept, row 2,000",
    ),
    Claim(
        "A NumPy Adam at its default rate converges to [1, 2, 3] in 100 steps.",
        _hundred_steps,
        _judge_distance,
        "new_intercept, row 100",
    ),
    Claim(
        "Bias correction prevents tiny first updates.",
        _first_steps,
        _judge_correction,
        "step_slope, row 1",
    ),
)
