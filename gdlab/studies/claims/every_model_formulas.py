"""The article on the algorithm that trains every model once more: ravines, saddles, schedules."""

from collections.abc import Sequence
from itertools import pairwise
from math import cos, pi
from typing import Any

import numpy as np

import gdlab
from gdlab.core.trace import Trace
from gdlab.studies.claims.claim import Claim, Outcome, verdict


def _in_a_ravine() -> Any:
    return [
        [gdlab.trace("sgd", surface="ravine", steps=100, lr=lr, start={"u": -8, "v": 2})]
        + [
            gdlab.trace(rule, surface="ravine", steps=100, lr=lr, start={"u": -8, "v": 2}, **given)
            for rule, given in (
                ("momentum", {"beta": 0.5}),
                ("momentum", {"beta": 0.9}),
                ("heavy_ball", {"momentum": 0.5}),
                ("heavy_ball", {"momentum": 0.9}),
            )
        ]
        for lr in (0.1, 0.3, 0.45)
    ]


def _judge_ravine(rates: Sequence[Sequence[Trace]]) -> Outcome:
    """Sign changes of v's step in 100 updates, plain descent's first."""
    told, trials = [], []
    for runs in rates:
        changes = [int((np.diff(np.sign(run.column("step_v"))) != 0).sum()) for run in runs]
        plain, *others = changes
        trials += [plain > 50, *(other < plain for other in others)]
        names = [
            f"{run.rule} {run.hyper.get('beta', run.hyper.get('momentum')):g}" for run in runs[1:]
        ]
        rest = ", ".join(f"{name} {count}" for name, count in zip(names, others, strict=True))
        told.append(f"rate {runs[0].hyper['lr']:g}: sgd {plain}, {rest}")
    return Outcome(
        f"changes of sign across the ravine in 100 updates: {'; '.join(told)}",
        verdict(trials),
        "Plain descent jumps across where its rate is over 1 over the curvature, 4. There a "
        "momentum turns the zigzag into a slow swing; below that rate it makes the only swing.",
        "plain descent oscillates from a rate of 0.25 on",
    )  # fmt: skip


def _on_a_saddle() -> Any:
    return [
        gdlab.trace("sgd", surface="saddle", steps=2000, start={"u": -1, "v": v}, lr=0.01)
        for v in (0.1, 0.001, 1e-6, 1e-12, 0)
    ]


def _judge_stalls(runs: Sequence[Trace], long: int = 100) -> Outcome:
    """How long the loss stays within a tenth of the saddle's."""
    told, trials = [], []
    for run in runs:
        still = int((abs(run.column("loss")) < 0.1).sum())
        trials.append(still > long)
        over = still < run.rows and abs(run.column("loss")[-1]) > 0.1
        told.append(f"v = {run.start['v']:g}: {still} updates" if over else
                    f"v = {run.start['v']:g}: forever")  # fmt: skip
    return Outcome(
        f"at a rate of 0.01 it stays near the saddle from, {'; '.join(told)}",
        verdict(trials),
        "v grows by the factor 1.02 an update, so a thousandth of the start costs 350 updates "
        "more. Only on the ridge v = 0 itself does it stay.",
        "stalls forever only from v = 0",
    )


# Eight of the lesson's points, one of them far too large.
def _one_outlier() -> Any:
    return [
        gdlab.trace(
            "sgd",
            [(14, 58), (86, 202), (28, 86), (51, 132), (x, y), (29, 88), (72, 174), (62, 154)],
            epochs=epochs,
            lr=0.0001,
            **clip,
        )
        for x, y in ((28, 1000000), (3000, 6030))
        for clip in ({}, {"max_norm": 1})
        for epochs in (1, 400)
    ]


def _judge_outlier(runs: Sequence[Trace]) -> Outcome:
    """Infinity: a cell that is not a finite number, within 400 epochs."""
    told, trials = [], []
    for which, words in ((0, "y = 1,000,000"), (4, "x = 3,000")):
        plain, clipped = runs[which + 1], runs[which + 3]
        gone = [run.exploded is not None for run in (plain, clipped)]
        trials += [gone[0], not gone[1]]
        far = runs[which].final["slope"]
        told.append(
            f"one point with {words}: after one epoch the slope is {far:.3g}; in 400 epochs it "
            f"{'explodes' if gone[0] else 'does not explode'}, with max_norm 1 it "
            f"{'does too' if gone[1] else 'does not'}"
        )
    return Outcome(
        "; ".join(told),
        verdict(trials),
        "An outlier in y gives a push, which the other points take back. An outlier in x makes the "
        "loss steep: the rate is too large every time it comes round, and the error multiplies.",
        "holds where lr * 2 (1 + x^2) is over 2 and the other points do not make up for it",
    )


def _warmup() -> Any:
    return gdlab.trace("sgd", epochs=5, schedule="warmup_cosine", lr=0.0001, warmup=29, period=145)


def _judge_warmup(run: Trace, near: float = 0.02) -> Outcome:
    """Torch's published recursion, started with the first update or after the warm-up."""
    base, warm, period = run.hyper["lr"], 29, 145
    meant = run.column("lr")
    ways = {}
    for words, first in (("from the first update", 0), ("after the warm-up", warm)):
        rates, rate = [], base
        length = period if first == 0 else period - warm
        for t in range(period):
            if t < warm:
                # The loop sets the rate; a scheduler that steps as well goes on from that.
                rate = base * (t + 1) / warm
            elif t - first > 0:
                rate *= (1 + cos(pi * (t - first) / length)) / (
                    1 + cos(pi * (t - first - 1) / length)
                )
            rates.append(rate)
        ways[words] = np.array(rates)
    apart = {words: float(abs(rates - meant).max() / base) for words, rates in ways.items()}
    told = "; ".join(f"stepped {words} it is off by up to {100 * far:.3g} % of the rate"
                     for words, far in apart.items())  # fmt: skip
    return Outcome(
        f"beside a warm-up of {warm} updates and half a cosine over the rest, {told}",
        verdict(far < near for far in apart.values()),
        "The scheduler multiplies the rate that it finds. If it has counted the warm-up too, it "
        "starts from the full rate at a point where the cosine has fallen already.",
        "holds where the scheduler's first step comes after the warm-up",
    )  # fmt: skip


def _plateau() -> Any:
    return gdlab.trace(
        "adam",
        gdlab.make_line(noise=10, seed=1),
        epochs=60,
        lr=1,
        schedule="reduce_on_plateau",
        patience=5,
        factor=0.5,
    )


def _judge_plateau(run: Trace, patience: int = 5) -> Outcome:
    """Every cut, and the number of epochs without a better one before it."""
    mse, rates = run.epochs["mse"].to_numpy(), run.epochs["lr"].to_numpy()
    best, poor, waits, halves = np.inf, 0, [], []
    for epoch in range(len(mse) - 1):
        better = mse[epoch] < best * (1 - run.hyper["threshold"])
        best, poor = (mse[epoch], 0) if better else (best, poor + 1)
        if rates[epoch + 1] != rates[epoch]:
            waits.append(poor)
            halves.append(rates[epoch + 1] == 0.5 * rates[epoch])
            poor = 0
    return Outcome(
        f"in 60 epochs the rate is cut {len(waits)} times, each time after "
        f"{'/'.join(map(str, sorted(set(waits))))} epochs without a better one, by one half",
        verdict([*(wait == patience + 1 for wait in waits), *halves]),
        "Patience counts the poor epochs that are allowed: five pass, the sixth cuts the rate.",
    )


def _small_rates() -> Any:
    return [
        gdlab.trace("sgd", batch_size="full", epochs=1000, lr=lr, start={"intercept": 30},
                    columns=["err2"], every=29)
        for lr in (0.0001, 0.00001, 0.000001)
    ]  # fmt: skip


def _judge_small(runs: Sequence[Trace]) -> Outcome:
    """Full-batch updates until the last point's error is a hundredth of the first."""
    found = []
    for run in runs:
        errors = np.sqrt(run.column("err2"))
        low = errors < errors[0] / 100
        found.append(int(np.argmax(low)) + 1 if low.any() else None)
    told = "; ".join(
        f"rate {run.hyper['lr']:g}: {count}" for run, count in zip(runs, found, strict=True)
    )
    ratios = [b / a for a, b in pairwise(found) if a and b]
    return Outcome(
        f"updates until the error is 1 % of the first: {told}",
        verdict([all(found), *(5 < ratio < 15 for ratio in ratios)]),
        "A tenth of the rate takes ten times the updates: long, and never forever.",
    )


CLAIMS = (
    Claim(
        "In a ravine plain descent oscillates, and momentum cancels it.",
        _in_a_ravine,
        _judge_ravine,
        "step_v, changes of sign",
    ),
    Claim("Plain descent stalls at saddle points.", _on_a_saddle, _judge_stalls, "loss, all rows"),
    Claim(
        "Without clipping, one bad batch sends the weights to infinity.",
        _one_outlier,
        _judge_outlier,
        "new_slope after the outlier, and the first cell that is not a finite number",
    ),
    Claim(
        "The printed warm-up loop, followed by a cosine scheduler, gives warm-up and cosine.",
        _warmup,
        _judge_warmup,
        "lr, rows 1 to 145",
    ),
    Claim(
        "On a plateau of more than 5 epochs the rate is halved.",
        _plateau,
        _judge_plateau,
        "lr in the table of epochs",
    ),
    Claim("Too small a rate takes forever.", _small_rates, _judge_small, "err2, each 29th row"),
)
