"""The lesson's workbook: whether its cells are what their labels say."""

from collections.abc import Sequence
from typing import Any

import numpy as np

import gdlab
from gdlab.core.trace import Trace
from gdlab.studies.claims.claim import Claim, Outcome, verdict

SAME_BUT_ROUNDING = 1e-9  # two ways of computing one number differ by rounding alone


def _basic() -> Any:
    return gdlab.lesson("basic", epochs=1)


def _judge_rmse(run: Trace) -> Outcome:
    """The workbook's cell is SQRT(SUM(err^2)) over the rows of one pass."""
    cell, rmse = (float(run.epochs[name].iloc[0]) for name in ("root_sum_err2", "rmse"))
    return Outcome(
        f"the cell, the root of the sum of the squares, is {cell:.4f}; the root of their mean is "
        f"{rmse:.4f}",
        verdict([abs(cell / rmse - 1) < SAME_BUT_ROUNDING]),
        f"The sum is not divided by the {run.samples} rows, so the figure is {cell / rmse:.3f} "
        f"times too large: the root of {run.samples}.",
    )


def _rmsprop() -> Any:
    return [gdlab.lesson("rmsprop", epochs=1), gdlab.trace("rmsprop", lr=0.02, eps=0)]


def _judge_rmsprop(runs: Sequence[Trace]) -> Outcome:
    """Whether the square of each row's divisor is that row's average, or the one above's."""
    sheet, textbook = runs
    divisor = sheet.hyper["lr"] * sheet.column("grad_slope") / sheet.column("step_slope")
    average = sheet.column("sqr_avg_slope")
    above = np.concatenate([[sheet.start["sqr_avg_slope"]], average[:-1]])
    own_rows = int(np.sum(abs(divisor**2 / average - 1) < SAME_BUT_ROUNDING))
    above_rows = int(np.sum(abs(divisor**2 / above - 1) < SAME_BUT_ROUNDING))
    return Outcome(
        f"the divisor's square is the same row's average in {own_rows} of {sheet.rows} rows, and "
        f"that of the row above in {above_rows}; after one epoch the slope is "
        f"{sheet.final['slope']:.4f}, with RMSprop as published {textbook.final['slope']:.4f}",
        verdict([own_rows == sheet.rows]),
        "The sheet divides by an average that does not yet know the row's own gradient. It needs "
        "a start above 0 for that, and gets one from two passes of its macro.",
    )


def _adam() -> Any:
    return [gdlab.lesson("adam", epochs=1), gdlab.trace("adam", lr=0.1, beta1=0.9, beta2=0.9)]


def _judge_adam(runs: Sequence[Trace]) -> Outcome:
    sheet, published = runs
    share = sheet.column("step_slope") / published.column("step_slope")
    return Outcome(
        f"the first step is {share[0]:.3f} of the published rule's, the second {share[1]:.3f}; "
        f"after one epoch the slope is {sheet.final['slope']:.4f} against "
        f"{published.final['slope']:.4f}",
        verdict([bool(np.all(abs(share - 1) < SAME_BUT_ROUNDING))]),
        "The sheet has neither bias correction nor eps. With both betas at 0.9 its steps are too "
        "short at first; without eps a first gradient of 0 would be divided by 0.",
    )


CLAIMS = (
    Claim(
        "The cell called rmse is the root mean squared error.",
        _basic,
        _judge_rmse,
        "root_sum_err2 beside rmse in the table of epochs",
    ),
    Claim(
        "The sheet rmsprop divides by the running average of its row.",
        _rmsprop,
        _judge_rmsprop,
        "sqr_avg_slope, start row and row 1; step_slope, row 1",
    ),
    Claim("The sheet adam shows Adam.", _adam, _judge_adam, "step_slope, rows 1 and 2"),
)
