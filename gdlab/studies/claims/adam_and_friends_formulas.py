"""Adam and its friends once more: what the printed formulas compute."""

from collections.abc import Sequence
from typing import Any

import numpy as np

import gdlab
from gdlab.core.trace import Trace
from gdlab.studies.claims.claim import Claim, Outcome, verdict

# keras.optimizers.RMSprop of Keras 3.15.1 in float64 at learning_rate=0.1, rho=0.9, epsilon=1e-8:
# its first step for a gradient of 1e-6.
KERAS_STEP = 0.0009999950000374458
SAME_TO = 1e-12


def _constant_and_falling() -> Any:
    return [
        gdlab.trace("heavy_ball", epochs=2, lr=0.00001),
        gdlab.trace("heavy_ball", epochs=2, lr=0.00001, schedule="step_decay", factor=0.1),
    ]


def _judge_buffer(runs: Sequence[Trace]) -> Outcome:
    """The steps as mu times the last step plus lr times the gradient, beside torch's."""
    told, trials = [], []
    for run, rate in zip(runs, ("a constant rate", "a rate cut at update 30"), strict=True):
        rates = run.column("lr") if "lr" in run.table.names else [run.hyper["lr"]] * run.rows
        step, apart = 0.0, 0.0
        for row, (lr, g) in enumerate(zip(rates, run.column("grad_slope"), strict=True), 1):
            step = run.hyper["momentum"] * step + lr * g
            apart = max(apart, abs(step / run.value("step_slope", row) - 1))
        trials.append(apart < SAME_TO)
        told.append(f"at {rate} they differ by at most {apart:.2g} of a step")
    return Outcome(
        "; ".join(told),
        verdict(trials),
        "The buffer is the last step over the rate. While the rate stays, it does not matter when "
        "it is multiplied in; after a change the buffer form takes the new rate at once.",
        "holds while the rate is constant",
    )


def _without_momentum() -> Any:
    return [
        gdlab.trace("sgd", epochs=5, lr=0.0001),
        gdlab.trace("momentum", epochs=5, lr=0.0001, beta=0),
        gdlab.trace("heavy_ball", epochs=5, lr=0.0001, momentum=0),
    ]


def _judge_no_beta(runs: Sequence[Trace]) -> Outcome:
    plain, *others = (run.column("new_slope") for run in runs)
    same = [int((plain == other).sum()) for other in others]
    return Outcome(
        f"of {runs[0].rows} rows, those that equal plain descent's bit for bit: momentum "
        f"{same[0]}, heavy_ball {same[1]}",
        verdict(count == runs[0].rows for count in same),
        "With a beta of 0 nothing of the past is kept.",
    )


def _full_and_single() -> Any:
    return [
        [gdlab.trace("sgd", epochs=60, batch_size=size, lr=k * 0.00002) for k in range(1, 25)]
        for size in ("full", 1)
    ]


def _judge_monotone(sizes: Sequence[Sequence[Trace]]) -> Outcome:
    """The largest rate of a rising row of rates up to which no epoch is worse than the last."""
    told, trials, reached = [], [], []
    for runs, words in zip(sizes, ("full batch", "single points"), strict=True):
        falls = [bool((np.diff(run.epochs["mse"]) <= 0).all()) for run in runs]
        first = falls.index(False) if False in falls else len(falls)
        reached.append(runs[first - 1].hyper["lr"] if first else 0.0)
        trials += falls
        told.append(f"{words}: up to a rate of {reached[-1]:g}" if first else f"{words}: at none")
    x = np.array(sizes[0][0].points[0])
    curvature = np.linalg.eigvalsh(2 * np.array([[1, x.mean()], [x.mean(), (x * x).mean()]]))[-1]
    return Outcome(
        f"in 60 epochs the error falls in every one, {'; '.join(told)}",
        verdict(trials),
        "The full batch descends for sure while the rate is under 2 over the largest curvature. "
        "Single points each have a curvature of their own, up to 2 (1 + 99^2).",
        f"full batch: 2 over the largest curvature is {2 / curvature:.3g}",
    )


# From 0 towards the one point (0, y) the first gradient is -2 * y.
def _with_and_without_root() -> Any:
    return [
        [
            gdlab.trace("rmsprop", [(0, y)], start={"intercept": 0}, lr=0.01).final["intercept"],
            gdlab.audit.walk(
                gdlab.audit.rmsprop_without_root, lambda w, y=y: 2 * (w - y), 0, 1, lr=0.01
            )[1],
        ]
        for y in (0.01, 1, 100)
    ]  # fmt: skip


def _judge_root(
    pairs: Sequence[Sequence[float]], sizes: Sequence[float] = (0.02, 2, 200)
) -> Outcome:
    """The first steps, at gradients of three sizes."""
    told = [
        f"gradient {size:g}: {rooted:.3g} with the root, {plain:.3g} without"
        for size, (rooted, plain) in zip(sizes, pairs, strict=True)
    ]
    return Outcome(
        f"the first step: {'; '.join(told)}",
        verdict(bool(np.isclose(rooted, plain, rtol=0.01)) for rooted, plain in pairs),
        "With the root a step is about the rate long, whatever unit the loss has. Without it the "
        "step goes with 1 over the gradient: largest where the gradient is smallest.",
    )  # fmt: skip


def _misplaced() -> Any:
    return [
        [
            gdlab.trace("rmsprop", [(0, y)], start={"intercept": 0}, lr=0.01).final["intercept"],
            gdlab.audit.walk(
                gdlab.audit.rmsprop_misplaced, lambda w, y=y: 2 * (w - y), 0, 1, lr=0.01
            )[1],
        ]
        for y in (0.05, 0.2, 0.5)
    ]  # fmt: skip


def _judge_misplaced(pairs: Sequence[Sequence[float]], beta: float = 0.9) -> Outcome:
    told = [f"{printed:.3g} for {right:.3g}" for right, printed in pairs]
    return Outcome(
        f"the first step for gradients of 0.1, 0.4 and 1 is {', '.join(told)}",
        verdict(bool(np.isclose(right, printed, rtol=0.01)) for right, printed in pairs),
        "The bracket stands one sign too far to the right: every update adds nearly 1 to the "
        "average, whatever the gradient, so small gradients no longer get longer steps.",
        f"from a gradient of {(1 / beta) ** 0.5:.3g} on the average can fall under 0, and has no "
        "root then",
    )


def _first_steps() -> Any:
    return [
        gdlab.trace(rule, [(0, 0.0000005)], start={"intercept": 0}, lr=0.1, beta=0.9, eps=1e-8)
        for rule in ("rmsprop", "rmsprop_eps_inside")
    ]


def _judge_keras(runs: Sequence[Trace], theirs: float = KERAS_STEP) -> Outcome:
    """Keras' recorded step, to its last digits but five: it is a difference of numbers near 1."""
    outside, inside = (abs(run.value("step_intercept", 1)) for run in runs)
    near = [abs(own / theirs - 1) < 1e-8 for own in (inside, outside)]
    return Outcome(
        f"for a gradient of 1e-6 Keras steps by {theirs:.6g}; with eps inside the root the step is "
        f"{inside:.6g}, outside {outside:.6g}",
        verdict([near == [True, False]]),
        "1e-8 under the root is like 1e-4 beside it. A rate that was found with one library does "
        "not carry over to another where gradients are that small.",
        "only gradients near and under 1e-3 tell the two apart",
    )


CLAIMS = (
    Claim(
        "Mu times the last step plus the rate times the gradient is PyTorch's buffer form.",
        _constant_and_falling,
        _judge_buffer,
        "step_slope, every row; row 30 after the cut",
    ),
    Claim(
        "With a beta of 0 momentum is plain descent.",
        _without_momentum,
        _judge_no_beta,
        "new_slope, every row",
    ),
    Claim(
        "Small steps improve the loss at every step.",
        _full_and_single,
        _judge_monotone,
        "mse in the table of epochs",
    ),
    Claim(
        "To divide by the mean of the squares, without a root, is RMSprop.",
        _with_and_without_root,
        _judge_root,
        "step_intercept, row 1",
    ),
    Claim(
        "The printed average, with 1 - alpha * d^2, is RMSprop's.",
        _misplaced,
        _judge_misplaced,
        "step_intercept, row 1",
    ),
    Claim(
        "TensorFlow adds eps inside the root.",
        _first_steps,
        _judge_keras,
        "step_intercept, row 1",
    ),
)
