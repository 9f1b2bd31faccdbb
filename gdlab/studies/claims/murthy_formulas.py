"""Murthy's article once more: what its sentences say of derivatives, averages and curves."""

from collections.abc import Sequence
from itertools import pairwise
from math import log
from typing import Any

import numpy as np

import gdlab
from gdlab.core.trace import Trace
from gdlab.studies.claims.claim import Claim, Outcome, percent, verdict

# A gradient that is nothing but rounding, beside gradients of 1 and more.
AS_GOOD_AS_ZERO = 1e-9


# First the lesson's points from their own line, then three points that no line meets, from their
# least squares line. At a rate of 1e-30 the line stays where it is.
def _at_the_minimum() -> Any:
    return [
        gdlab.trace("sgd", points, batch_size=size, start=start, lr=1e-30)
        for points, start in (
            (None, {"intercept": 30, "slope": 2}),
            ([(0, 0), (1, 2), (2, 1)], {"intercept": 0.5, "slope": 0.5}),
        )
        for size in (1, "full")
    ]


def _judge_minimum(runs: Sequence[Trace]) -> Outcome:
    """The last row of a full batch holds the mean gradient; single points, each its own."""
    told, trials = [], []
    for run, where in zip(
        runs,
        ("exact points, one by one", "exact points, full batch", "others, one by one",
         "others, full batch"),
        strict=True,
    ):  # fmt: skip
        first = 0 if "one" in where else run.rows - 1
        largest = max(
            abs(run.column(f"grad_{name}")[first:]).max() for name in ("intercept", "slope")
        )
        trials.append(largest < AS_GOOD_AS_ZERO)
        told.append(f"{where}: at most {largest:.3g}")
    return Outcome(
        f"the derivatives at the minimum are, {'; '.join(told)}",
        verdict(trials),
        "The derivatives of the loss that is minimized, the mean over all points, are 0 at its "
        "minimum. A single point pulls towards itself, unless the line goes through it.",
        "holds for the full batch; point by point only where every point lies on the line",
    )


def _three_rules() -> Any:
    return [gdlab.trace(rule, epochs=5) for rule in ("sgd", "momentum", "heavy_ball", "adam")]


def _judge_sign(runs: Sequence[Trace]) -> Outcome:
    """Rows in which the slope goes the way of its derivative, up where that is positive."""
    told, trials, follow = [], [], []
    for run in runs:
        against = run.column("step_slope") * run.column("grad_slope") < 0
        trials.append(not against.any())
        follow += [] if against.any() else [run.rule]
        told.append(f"{run.rule} {int(against.sum())}")
    return Outcome(
        f"of {runs[0].rows} updates, those in which the slope moves with the sign of its "
        f"derivative: {', '.join(told)}",
        verdict(trials),
        "Plain descent always goes against the derivative. A rule with an average follows the "
        "average, and that may still have the other sign.",
        f"holds for {' and '.join(follow)}",
    )


# The gradient is 1 in the first row and 0 after it.
def _one_gradient() -> Any:
    return gdlab.trace("momentum", [(0, 0.5)] + [(0, 1)] * 40, lr=1e-30, beta=0.9)


def _judge_weight(run: Trace, weight: float = 0.1) -> Outcome:
    """The weight of a new gradient in its average, and how it fades."""
    weights = run.column("avg_intercept")
    half = log(0.5) / log(weights[1] / weights[0])
    return Outcome(
        f"a new gradient has a weight of {percent(weights[0])}; ten updates later it has "
        f"{percent(weights[10])}; its weight halves every {half:.2f} updates",
        verdict([abs(weights[0] - weight) < 1e-12]),
        "A new gradient enters with 1 - beta, and every update multiplies its weight by beta.",
    )


def _two_and_twelve_epochs() -> Any:
    return [
        gdlab.trace("rmsprop", epochs=2, lr=0.1, beta=0.9, eps=0),
        gdlab.trace("sgd", epochs=20, lr=0.0001),
    ]


def _judge_three_times(runs: Sequence[Trace], times: float = 3) -> Outcome:
    """Three times, to the nearest whole number, for SGD's 2 epochs and for its 4."""
    reached = runs[0].final["intercept"]
    plain = runs[1].epochs["intercept"]
    ratios = {epochs: reached / plain[epochs] for epochs in (2, 4)}
    near = next((k for k, value in enumerate(plain, 1) if reached / value <= times), None)
    told = " and ".join(f"{ratio:.2f} times that of {k} epochs" for k, ratio in ratios.items())
    return Outcome(
        f"RMSprop's {reached:.2f} is {told} of SGD",
        verdict(round(ratio) == times for ratio in ratios.values()),
        "SGD's intercept creeps, so the factor depends on the epoch it is read in; both start at "
        "1, and counted from there RMSprop has gone "
        f"{(reached - 1) / (plain[2] - 1):.0f} times as far.",
        f"the factor falls to {times:g} only after {near} epochs of SGD" if near else "",
    )


# One row each: gradients of -2 and -20, from averages of different size.
def _larger_averages() -> Any:
    return [
        [
            gdlab.trace("rmsprop", [(0, y)], start={"intercept": 0, "sqr_avg_intercept": start})
            for start in (0, 1, 100, 10000)
        ]
        for y in (1, 10)
    ]


def _judge_larger_average(runs: Sequence[Sequence[Trace]]) -> Outcome:
    steps = [[abs(run.value("step_intercept", 1)) for run in row] for row in runs]
    averages = [[run.value("sqr_avg_intercept", 1) for run in row] for row in runs]
    falls = [all(a > b for a, b in pairwise(row)) for row in steps]
    # From the same 0, the larger gradient makes the larger average, and the same step.
    between = steps[1][0] < steps[0][0] * 0.99
    return Outcome(
        f"at the same gradient the step falls from {steps[0][0]:.3g} to {steps[0][-1]:.3g}; with "
        f"a gradient ten times as large the average is {averages[1][0] / averages[0][0]:.0f} times "
        f"as large and the step {steps[1][0] / steps[0][0]:.3g} times",
        verdict([*falls, between]),
        "The average is in the denominator, the gradient in the numerator. What makes the average "
        "large makes the gradient large too, and the two cancel.",
        "holds while the gradient stays the same",
    )


def _adam_and_rmsprop() -> Any:
    return [
        [gdlab.trace(rule, epochs=5, lr=lr) for rule in ("adam", "rmsprop")]
        for lr in (0.01, 0.1, 1)
    ]


def _judge_steeper(pairs: Sequence[Sequence[Trace]]) -> Outcome:
    """Steeper: the root mean squared error falls by more from the first epoch to the fifth."""
    told, trials = [], []
    for pair in pairs:
        falls = [run.epochs["rmse"].iloc[0] - run.epochs["rmse"].iloc[-1] for run in pair]
        trials.append(falls[0] > falls[1])
        told.append(f"rate {pair[0].hyper['lr']:g}: {falls[0]:.3g} against {falls[1]:.3g}")
    return Outcome(
        f"from epoch 1 to epoch 5 Adam's error falls by, and RMSprop's: {'; '.join(told)}",
        verdict(trials),
        "Both steps are about the rate long. Which curve is steeper depends on the rate, and on "
        "how far the first epoch has come already.",
    )


def _lesson_adam() -> Any:
    return [gdlab.lesson("adam", epochs=20), gdlab.lesson("adam_ann", epochs=20)]


def _judge_overshoot(runs: Sequence[Trace], goal: float = 2, slight: float = 0.5) -> Outcome:
    """Slightly: beyond the goal, by less than half of it."""
    highest = [float(run.column("new_slope").max()) for run in runs]
    return Outcome(
        f"the slope's highest value is {highest[0]:.3f} on the sheet adam and {highest[1]:.3f} on "
        "adam_ann",
        verdict(goal < value < goal * (1 + slight) for value in highest),
        "The slope gets near 2 while the intercept is far below 30: a steeper line makes up for "
        "that, until the intercept has come.",
    )


def _decays() -> Any:
    return [gdlab.trace("sgd", weight_decay=decay) for decay in (0.01, 0.02)]


def _judge_decay(runs: Sequence[Trace], factor: float = 1) -> Outcome:
    """The derivative of err2 + factor * 0.01 (b^2 + m^2) in row 1, by central differences."""
    own, _ = runs
    decay = own.hyper["weight_decay"]

    def penalized(slope: float) -> float:
        error = own.start["intercept"] + slope * own.points[0][0] - own.points[1][0]
        return error * error + factor * decay * (own.start["intercept"] ** 2 + slope**2)

    h, slope = 1e-4, own.start["slope"]
    wanted = (penalized(slope + h) - penalized(slope - h)) / (2 * h) - own.value("grad_slope", 1)
    found = [run.value("decayed_grad_slope", 1) - run.value("grad_slope", 1) for run in runs]
    return Outcome(
        f"with a decay of {decay:g} the penalty adds {wanted:.3g} to the slope's gradient; the "
        f"decay of optimizers adds {found[0]:.3g}, and at twice {decay:g} {found[1]:.3g}",
        verdict([bool(np.isclose(found[0], wanted, rtol=1e-3))]),
        "The derivative of a square has a factor 2. An optimizer's weight_decay stands for the "
        "penalty with 1/2 before it.",
        "the same at twice the decay",
    )


CLAIMS = (
    Claim(
        "At the minimum both derivatives are 0.",
        _at_the_minimum,
        _judge_minimum,
        "grad_intercept and grad_slope; of a full batch in the epoch's last row",
    ),
    Claim(
        "A positive derivative means that the parameter must fall.",
        _three_rules,
        _judge_sign,
        "grad_slope beside step_slope, every row",
    ),
    Claim(
        "With a beta of 0.9 a new gradient has a weight of 10 %.",
        _one_gradient,
        _judge_weight,
        "avg_intercept, rows 1 to 11",
    ),
    Claim(
        "RMSprop's 4.72 is three times SGD's value.",
        _two_and_twelve_epochs,
        _judge_three_times,
        "intercept in the table of epochs",
    ),
    Claim(
        "A larger running average means a smaller step.",
        _larger_averages,
        _judge_larger_average,
        "sqr_avg_intercept beside step_intercept, row 1",
    ),
    Claim(
        "Adam's curve is steeper than RMSprop's.",
        _adam_and_rmsprop,
        _judge_steeper,
        "rmse in the table of epochs, epochs 1 and 5",
    ),
    Claim(
        "With Adam, one parameter overshoots 2 slightly.",
        _lesson_adam,
        _judge_overshoot,
        "the largest new_slope",
    ),
    Claim(
        "Weight decay adds the decay times the sum of the squared weights to the loss.",
        _decays,
        _judge_decay,
        "decayed_grad_slope less grad_slope, row 1",
    ),
)
