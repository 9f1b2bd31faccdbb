"""The deep dive once more: biased averages, a change of rules, filters, and better choices."""

from cmath import exp
from collections.abc import Sequence
from itertools import pairwise
from math import pi
from typing import Any

import numpy as np

import gdlab
from gdlab.core.trace import Trace
from gdlab.studies.claims.claim import Claim, Outcome, percent, verdict


# Every gradient is 1.
def _constant() -> Any:
    return gdlab.trace("adam", [(0, 0.5)] * 5000, lr=1e-300)


def _judge_bias(run: Trace) -> Outcome:
    """The averages as a share of what they average, which is 1."""
    averages = [run.column(f"{name}_intercept") for name in ("avg", "sqr_avg")]
    first = [average[0] for average in averages]
    full = [int(np.argmax(average > 0.99)) + 1 for average in averages]
    return Outcome(
        f"of gradients that are all 1, the first average is {percent(first[0])}, that of squares "
        f"{percent(first[1])}; they reach 99 % after {full[0]} and {full[1]} updates",
        verdict(share < 0.5 for share in first),
        "After t updates an average that began at 0 holds 1 - beta^t of what it should.",
    )


def _switched() -> Any:
    return [
        [
            gdlab.trace("adam", points, epochs=40, lr=1),
            gdlab.trace("heavy_ball", points, epochs=40, lr=0.00001),
            gdlab.trace("adam", points, epochs=40, lr=1,
                        switch={"at_epoch": 11, "to": "heavy_ball", "lr": 0.00001}),
        ]
        for points in (gdlab.lesson_points(), gdlab.make_line(noise=10, seed=1),
                       gdlab.make_line(noise=30, seed=2))
    ]  # fmt: skip


def _judge_switched(sets: Sequence[Sequence[Trace]]) -> Outcome:
    """Better: a smaller error over the last epoch than either rule alone."""
    told, trials = [], []
    for runs, words in zip(
        sets, ("the lesson's points", "noise of 10", "noise of 30"), strict=True
    ):
        ends = [float(run.epochs["rmse"].iloc[-1]) for run in runs]
        trials.append(ends[2] < min(ends[:2]))
        told.append(f"{words}: adam {ends[0]:.3g}, heavy_ball {ends[1]:.3g}, "
                    f"one after the other {ends[2]:.3g}")  # fmt: skip
    return Outcome(
        f"the last epoch's error: {'; '.join(told)}",
        verdict(trials),
        "Adam moves the intercept, for which the other rule's rate is far too small. Whether "
        "small steps then improve on Adam's depends on the noise that they have to average out.",
        f"holds on {sum(trials)} of {len(trials)} sets of points",
    )


# Gradients of 1 and -1 in turn, each for half a period.
def _waves() -> Any:
    return [
        gdlab.trace(
            "momentum",
            [(0, 0.5 + (k % period >= period / 2)) for k in range(800)],
            lr=1e-300,
        )
        for period in (2, 4, 20, 200)
    ]


def _judge_filter(runs: Sequence[Trace], beta: float = 0.9) -> Outcome:
    """The gain at each wave's frequency, measured, beside |(1 - beta) / (1 - beta e^-iw)|."""
    told, gains, fits = [], [], []
    for run, period in zip(runs, (2, 4, 20, 200), strict=True):
        wave = np.exp(-2j * pi * np.arange(run.rows) / period)
        whole = slice(run.rows - 2 * max(period, 100), run.rows)
        grads, averages = (run.column(f"{n}_intercept")[whole] for n in ("grad", "avg"))
        gain = abs((averages * wave[whole]).sum()) / abs((grads * wave[whole]).sum())
        formula = abs((1 - beta) / (1 - beta * exp(-2j * pi / period)))
        gains.append(gain)
        fits.append(abs(gain / formula - 1) < 0.01)
        told.append(f"period {period}: {gain:.3g} ({formula:.3g})")
    falls = all(a < b for a, b in pairwise(gains))
    return Outcome(
        f"measured gain, and the formula's: {'; '.join(told)}",
        verdict([falls, *fits]),
        "A running average lets slow changes through and reduces the fast ones to "
        "(1 - beta) / (1 + beta), a nineteenth.",
    )


def _better_choices() -> Any:
    return [
        [
            gdlab.trace(rule, points, epochs=20, lr=digit * 10.0**power)
            for power in range(-5, 1)
            for digit in (1, 2, 5)
        ]
        for points in (gdlab.lesson_points(), gdlab.make_line(noise=10, seed=1))
        for rule in ("sgd", "adam", "adamw", "ranger")
    ]


def _judge_choices(grids: Sequence[Sequence[Trace]]) -> Outcome:
    """Each rule at its best rate: better is a smaller error than Adam's, by a hundredth."""
    told, trials = [], []
    for which, words in ((0, "the lesson's points"), (4, "noise of 10")):
        best = {}
        for runs in grids[which : which + 4]:
            ends = [float(run.epochs["rmse"].iloc[-1]) for run in runs]
            best[runs[0].rule] = np.nanmin([end if np.isfinite(end) else np.nan for end in ends])
        trials += [best[rule] < 0.99 * best["adam"] for rule in ("adamw", "ranger")]
        told.append(f"{words}: " + ", ".join(f"{rule} {end:.3g}" for rule, end in best.items()))
    return Outcome(
        f"the last epoch's error at the best of 18 rates: {'; '.join(told)}",
        verdict(trials),
        "A line has nothing that decay could keep small, and Ranger's slow copy holds back a run "
        "of 580 updates. Both were made for networks; here Adam is as good or better.",
    )


CLAIMS = (
    Claim(
        "The averages start biased towards 0.",
        _constant,
        _judge_bias,
        "avg_intercept and sqr_avg_intercept, row 1",
    ),
    Claim(
        "Adam first and then SGD with momentum ends better than either alone.",
        _switched,
        _judge_switched,
        "rmse in the table of epochs, epoch 40",
    ),
    Claim(
        "SGD with momentum is a low-pass filter.",
        _waves,
        _judge_filter,
        "avg_intercept beside grad_intercept, the last 200 rows",
    ),
    Claim(
        "AdamW and Ranger are better choices than Adam.",
        _better_choices,
        _judge_choices,
        "rmse in the table of epochs, epoch 20",
    ),
)
