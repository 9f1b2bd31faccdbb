"""The article that dives deep into optimizers: a rate of 1, Adam's rank, the full batch."""

from collections.abc import Sequence
from typing import Any

import numpy as np

import gdlab
from gdlab.core.trace import Trace
from gdlab.studies.claims.claim import Claim, Outcome, verdict

X = ("the lesson's x", "x / 100", "standardized x", "every x 0")
BATCH = ("point by point", "full batch")


def _rate_one() -> Any:
    return [
        gdlab.trace(
            "sgd", gdlab.lesson_points().assign(x=x), epochs=1200, batch_size=size, lr=1
        )
        for x in (
            lambda points: points.x,
            lambda points: points.x / 100,
            lambda points: (points.x - points.x.mean()) / points.x.std(ddof=0),
            0,
        )
        for size in (1, "full")
    ]  # fmt: skip


def _judge_rate_one(runs: Sequence[Trace]) -> Outcome:
    names = [f"{x}, {batch}" for x in X for batch in BATCH]
    told = []
    for name, run in zip(names, runs, strict=True):
        rmse = run.epochs["rmse"].iloc[-1]
        end = f"explodes in row {run.exploded[0]}" if run.exploded else f"stays at {rmse:.0f}"
        told.append(f"{name}: {end}")
    return Outcome(
        "; ".join(told),
        verdict(run.exploded is not None for run in runs),
        "An update at rate 1 multiplies its point's error by 1 - 2 (1 + x^2): longer than 1, "
        "except at x = 0, where the error only changes its sign. For a full batch the largest "
        "curvature decides: standardized, it is just at the limit, and every step jumps to the "
        "mirror image. On half the squared error every limit is twice as high.",
    )


def _four_surfaces() -> Any:
    return [
        [
            gdlab.trace(
                rule,
                surface=surface,
                steps=200,
                start={"u": -1, "v": 1.5},
                lr=digit * 10.0**power,
            )
            for rule in ("sgd", "heavy_ball", "nesterov", "rmsprop", "adam")
            for power in range(-4, 1)
            for digit in (1, 2, 5)
        ]
        for surface in ("ravine", "rosenbrock", "beale", "himmelblau")
    ]


def _judge_rank(surfaces: Sequence[Sequence[Trace]], rule: str = "adam") -> Outcome:
    """Every rule with the rate that suits it best; the claim needs one surface where it loses."""
    told, first = [], []
    for runs in surfaces:
        least: dict[str, float] = {}
        for run in runs:
            loss = float(run.column("loss")[-1])
            least[run.rule] = float(np.fmin(least.get(run.rule, np.inf), loss))
        best = min(least, key=lambda name: least[name])
        first.append(best == rule)
        told.append(
            f"{runs[0].options['surface']}: {best} {least[best]:.1g}"
            + (f", {rule} {least[rule]:.1g}" if best != rule else "")
        )
    return Outcome(
        f"least loss after 200 updates, each rule at its best rate: {'; '.join(told)}",
        verdict([not all(first)]),
        "Adam's steps stay about as long as its rate while the gradients shrink, so it settles "
        "late. Steps that shrink with the gradient come to rest by themselves.",
    )


def _batches() -> Any:
    return [
        [
            gdlab.trace(rule, epochs=50, batch_size=size, lr=digit * 10.0**power)
            for size in (4, "full")
            for power in range(-5, 1)
            for digit in (1, 2, 5)
        ]
        for rule in ("sgd", "momentum", "rmsprop", "adam")
    ]


def _judge_batches(rules: Sequence[Sequence[Trace]]) -> Outcome:
    """Better: less than half of the full batch's error, both at their best rates."""
    told, trials = [], []
    for runs in rules:
        best: dict[bool, float] = {}
        for run in runs:
            full = run.hyper["batch_size"] == run.samples
            best[full] = float(np.fmin(best.get(full, np.inf), _rmse_at_the_end(run)))
        trials.append(best[False] < best[True] / 2)
        told.append(f"{runs[0].rule} {best[False]:.2g} against {best[True]:.2g}")
    return Outcome(
        f"after 50 epochs at the best rate, the RMSE of batches of 4 against the full batch: "
        f"{'; '.join(told)}",
        verdict(trials),
        "Batches of 4 take eight steps where the full batch takes one. Plain SGD gains nothing "
        "by that here: its rate is limited by the slope's curvature, and the intercept lags.",
    )


def _rmse_at_the_end(run: Trace) -> float:
    """Of the last line, over all points: the table's own errors are from before the updates."""
    x, y = (np.array(values) for values in run.points)
    with np.errstate(all="ignore"):
        error = run.final["intercept"] + run.final["slope"] * x - y
        return float(np.sqrt(np.mean(error * error)))


def _noisy() -> Any:
    return [
        gdlab.trace(
            rule,
            gdlab.make_line(noise=10, seed=1),
            epochs=50,
            batch_size=size,
            shuffle=True,
            lr=lr,
        )
        for rule, lr in (("sgd", 0.0001), ("rmsprop", 0.1), ("momentum", 0.0001), ("adam", 0.1))
        for size in (1, "full")
    ]  # fmt: skip


def _judge_smooth(runs: Sequence[Trace]) -> Outcome:
    """Smooth: the epochs' error never rises."""
    told, trials = [], []
    for single, full in zip(runs[::2], runs[1::2], strict=True):
        rises = [int((run.epochs["rmse"].diff() > 0).sum()) for run in (single, full)]
        trials.append(rises[1] == 0 < rises[0])
        told.append(f"{full.rule} {rises[1]} times, point by point {rises[0]} times")
    return Outcome(
        f"in 50 epochs of noisy points the full batch's error rises with {'; '.join(told)}",
        verdict(trials),
        "A full batch has no randomness, so at a safe rate the error of plain SGD only falls. A "
        "rule with a running average of gradients overshoots by itself, and the error rises.",
    )


CLAIMS = (
    Claim(
        "A rate of 1.0 diverges.",
        _rate_one,
        _judge_rate_one,
        "the first cell that is not a finite number",
    ),
    Claim("Adam is not always the best in the end.", _four_surfaces, _judge_rank, "loss, row 200"),
    Claim(
        "In the same number of epochs, mini-batches get further than the full batch.",
        _batches,
        _judge_batches,
        "rmse in the table of epochs, epoch 50",
    ),
    Claim(
        "The full batch's curve is smooth, that of single points is not.",
        _noisy,
        _judge_smooth,
        "rmse in the table of epochs, all epochs",
    ),
)
