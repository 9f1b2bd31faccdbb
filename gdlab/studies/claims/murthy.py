"""Murthy's article, which walks through the lesson's sheets: the line first, then digits."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import gdlab
from gdlab.core.points import LESSON_INTERCEPT, least_squares, pairs
from gdlab.core.trace import Trace
from gdlab.studies.claims.claim import UNTESTABLE, WITH_SETTINGS, Claim, Outcome, percent, verdict

if TYPE_CHECKING:
    import pandas as pd

MURTHY_START = 1.0


def _moved(run: Trace) -> float:
    """The share of the intercept's way, from 1 to 30, that a run has gone."""
    return (run.final["intercept"] - MURTHY_START) / (LESSON_INTERCEPT - MURTHY_START)


def _sgd_for_four() -> Any:
    return gdlab.trace("sgd", epochs=4, lr=0.0001)


def _judge_sgd_for_four(run: Trace, hardly: float = 0.05) -> Outcome:
    """Hardly: less than a twentieth of the way."""
    end = run.final
    return Outcome(
        f"the intercept goes from 1 to {end['intercept']:.4f}, {percent(_moved(run))} of the way "
        f"to 30; the slope from 1 to {end['slope']:.4f}",
        verdict([abs(_moved(run)) < hardly]),
        "The slope's gradient is the intercept's times x, and x goes up to 99: a rate that the "
        "slope can bear is far too small for the intercept.",
    )


def _sgd_and_momentum() -> Any:
    return [gdlab.trace(rule, epochs=2, lr=0.0001) for rule in ("sgd", "momentum")]


def _judge_momentum(runs: Sequence[Trace]) -> Outcome:
    plain, averaged = runs
    return Outcome(
        f"after 2 epochs the intercept is {averaged.final['intercept']:.4f} with momentum and "
        f"{plain.final['intercept']:.4f} without",
        verdict([_moved(averaged) <= _moved(plain)]),
        "A running average with weights that add up to 1 smooths the gradients. It does not make "
        "them larger, and while it fills, it is smaller than they are.",
    )


def _larger_rates() -> Any:
    return [gdlab.trace("sgd", epochs=60, lr=lr) for lr in (0.0001, 0.001, 0.01, 0.1, 1)]


def _judge_explosion(runs: Sequence[Trace], power: int = 153) -> Outcome:
    """Look in each exploding run for an error of that power of ten."""
    seen, trials = [], []
    for run in runs:
        rate = f"rate {run.hyper['lr']:g}"
        sizes = abs(run.column("error"))
        at = ((sizes >= 10.0**power) & (sizes < 10.0 ** (power + 1))).nonzero()[0]
        trials.append(len(at) > 0)
        if len(at):
            row = int(at[0]) + 1
            epoch = int(run.column("epoch")[row - 1])
            seen.append(f"{rate}: {sizes[row - 1]:.2g} in row {row} (epoch {epoch})")
        elif run.exploded:
            seen.append(f"{rate}: explodes past it, in row {run.exploded[0]}")
        else:
            seen.append(f"{rate}: no explosion")
    return Outcome(
        "; ".join(seen),
        verdict(trials),
        "The rate is not stated. Past the limit every update multiplies the error, so it runs "
        "through all sizes, until its square is over 1.8e308. Near 1e154 a sheet shows the last "
        "numbers before the first #NUM!.",
    )


def _rmsprop_for_two() -> Any:
    return [
        gdlab.trace("rmsprop", epochs=2, lr=0.1, beta=0.9, eps=0),
        gdlab.lesson("rmsprop", epochs=2),
    ]


def _judge_rmsprop(runs: Sequence[Trace], stated: float = 4.72) -> Outcome:
    ends = [run.final["intercept"] for run in runs]
    (lr, beta), (own_lr, own_beta) = ((run.hyper["lr"], run.hyper["beta"]) for run in runs)
    return Outcome(
        f"with rate {lr:g}, beta {beta:g}, the same row's average and no eps: {ends[0]:.4f}; with "
        f"the workbook's rate {own_lr:g}, beta {own_beta:g} and the row above's average: "
        f"{ends[1]:.4f}",
        verdict(round(end, 2) == stated for end in ends),
        "The number is found again to all its digits, but not with the sheet as it is handed out.",
    )


def _adam_for_two() -> Any:
    return [
        gdlab.trace(rule, epochs=epochs, lr=lr, beta1=beta1, beta2=beta2)
        for rule in ("adam", "adam_lesson")
        for epochs in (2, 10)
        for lr in (0.0001, 0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
        for beta1 in (0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
        for beta2 in (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999)
    ]


def _judge_adam(runs: Sequence[Trace], stated: float = 29.25) -> Outcome:
    """Only settings that somebody would state count as found; any other match is an accident."""
    near = sorted(runs, key=lambda run: abs(run.final["intercept"] - stated))
    usual = [run for run in near if _usual_adam(run)]
    hits = [run for run in usual if round(run.final["intercept"], 2) == stated]
    around = sum(abs(run.final["intercept"] - stated) < 1 for run in runs)
    return Outcome(
        f"of {len(runs)} settings the nearest are {_told(near[0])} and {_told(near[1])}; of the "
        f"{len(usual)} with usual betas and rates the nearest is {_told(usual[0])}",
        WITH_SETTINGS if hits else UNTESTABLE,
        f"The settings are not stated. {around} of the settings end within 1 of {stated:g}, so "
        f"about {around * 0.005:.1g} would agree to two decimals by accident: a match would prove "
        "little, unless its settings are usual ones. Searched were 2 epochs, and 10, for the "
        "sheet's button runs five at once, from averages of 0.",
    )


def _usual_adam(run: Trace) -> bool:
    """The workbook's two rates and its betas, or those of the paper."""
    rate, *betas = (run.hyper[name] for name in ("lr", "beta1", "beta2"))
    return rate in (0.1, 1) and betas in ([0.9, 0.9], [0.9, 0.95], [0.9, 0.999])


def _told(run: Trace) -> str:
    given = ", ".join(f"{name} {run.hyper[name]:g}" for name in ("lr", "beta1", "beta2"))
    return f"{run.final['intercept']:.2f} ({run.rule}, {run.n_epochs} epochs, {given})"


def _points() -> Any:
    return gdlab.lesson_points()


def _judge_names(frame: "pd.DataFrame", goal: float = LESSON_INTERCEPT) -> Outcome:
    """Is the number that the runs move towards, 30, the slope of the data?"""
    intercept, slope = least_squares(pairs(frame))
    return Outcome(
        f"the best line has the slope {slope:g} and the intercept {intercept:g}",
        verdict([slope == goal]),
        "The slope is what multiplies x. The number that creeps from 1 towards 30 is what is "
        "added: the intercept.",
    )


CLAIMS = (
    Claim(
        "SGD at a rate of 0.0001 hardly moves the intercept in 4 epochs.",
        _sgd_for_four,
        _judge_sgd_for_four,
        "intercept and slope in the table of epochs, epoch 4",
    ),
    Claim(
        "Momentum does no better in 2 epochs.",
        _sgd_and_momentum,
        _judge_momentum,
        "intercept in the table of epochs, epoch 2",
    ),
    Claim(
        "A larger rate explodes, to errors of 1e153.",
        _larger_rates,
        _judge_explosion,
        "error, the first row past 1e153",
    ),
    Claim(
        "RMSprop gets to 4.72 in 2 epochs.",
        _rmsprop_for_two,
        _judge_rmsprop,
        "new_intercept, row 58",
    ),
    Claim(
        "Adam gets to 29.25 in 2 epochs.",
        _adam_for_two,
        _judge_adam,
        "new_intercept, row 58, and row 290 of 10 epochs",
    ),
    Claim(
        "What the runs move from 1 towards 30 is the slope.",
        _points,
        _judge_names,
        "x and y, all rows",
    ),
)
