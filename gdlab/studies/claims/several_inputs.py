"""Claims on layers with several inputs: how far Adam gets in 50 epochs, and sparse data."""

from collections.abc import Sequence
from typing import Any

import numpy as np

import gdlab
from gdlab.core.trace import Trace
from gdlab.studies.claims.claim import Claim, Outcome, percent, verdict

LEARNED = 0.05  # of the loss at the start


# A hundred sets of 20 points, each from other weights of its own.
def _ten_inputs() -> Any:
    return [
        gdlab.trace(
            "adam",
            [
                (*(((7 * k + 13 * i + 29 * seed) * (k + i + 3) % 41 - 20) / 10 for i in range(10)),
                 ((k * k + 17 * seed) % 31 - 15) / 5)
                for k in range(20)
            ],
            model=gdlab.audit.layer_of_ten,
            epochs=50,
            batch_size="full",
            lr=0.001,
            columns=["err2"],
        )
        for seed in range(100)
    ]  # fmt: skip


def _judge_ten(runs: Sequence[Trace], left: float = LEARNED) -> Outcome:
    """Learned: a twentieth of the first epoch's loss is left, or less."""
    shares = []
    for run in runs:
        loss = run.column("err2").reshape(run.n_epochs, -1).mean(axis=1)
        shares.append(float(loss[-1] / loss[0]))
    rate = runs[0].hyper["lr"]
    return Outcome(
        f"of the first epoch's loss {percent(min(shares))} to {percent(max(shares))} are left, in "
        f"the middle {percent(float(np.median(shares)))}, over {len(runs)} sets of points",
        verdict(share < left for share in shares),
        f"A step is about {rate:g} long, so 50 of them move a weight by about {50 * rate:g}, "
        "wherever it has to go.",
        f"a weight at most about {50 * rate:g} from its goal can get there",
    )


# y = 1 + x1 + 3 x2; the second input is 0 but in every 20th point, or as often there as the first.
def _sparse_and_dense() -> Any:
    return [
        [
            [
                gdlab.trace(
                    rule,
                    [
                        (x1, x2, 1 + x1 + 3 * x2)
                        for k in range(40)
                        for x1 in [(k * 7 % 11 - 5) / 5]
                        for x2 in [(k * k % 7 - 3) / 3 if dense else float(k % 20 == 7)]
                    ],
                    model="plane",
                    epochs=2,
                    lr=digit * 10.0**power,
                )
                for power in range(-3, 1)
                for digit in (1, 3)
            ]
            for rule in ("sgd", "adagrad", "adam")
        ]
        for dense in (False, True)
    ]


def _judge_sparse(kinds: Sequence[Sequence[Sequence[Trace]]]) -> Outcome:
    """Less: at its best rate SGD ends with a larger loss than a rule that adapts, and not so on
    dense data."""
    told, worse = [], []
    for rules, words in zip(kinds, ("sparse", "dense"), strict=True):
        best = {}
        for runs in rules:
            ends = [float(run.epochs["mean_loss"].iloc[-1]) for run in runs]
            best[runs[0].rule] = float(np.nanmin([e if np.isfinite(e) else np.nan for e in ends]))
        worse.append(best["sgd"] > min(best["adagrad"], best["adam"]))
        told.append(f"{words}: " + ", ".join(f"{rule} {loss:.2g}" for rule, loss in best.items()))
    return Outcome(
        f"the last epoch's mean loss at the best of eight rates: {'; '.join(told)}",
        verdict([worse[0], not worse[1]]),
        "One rate must serve a weight with a gradient in every update and one with a gradient in "
        "every twentieth. A rule with a rate for each weight gives the rare one long steps. Where "
        "Adagrad is ahead on dense data too, that is not the reason.",
    )


TEN = Claim(
    "A linear layer of ten inputs has learned after 50 full-batch epochs of Adam at 0.001.",
    _ten_inputs,
    _judge_ten,
    "err2, the mean of the first and of the last epoch",
)
SPARSE = Claim(
    "Plain SGD suits sparse data less.",
    _sparse_and_dense,
    _judge_sparse,
    "the loss in the table of epochs, epoch 2",
)
