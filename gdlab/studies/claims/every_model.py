"""The article on the algorithm that trains every model: eps, the rate, the size of a batch."""

from collections.abc import Sequence
from typing import Any

import numpy as np

import gdlab
from gdlab.core.trace import Trace
from gdlab.studies.claims.claim import Claim, Outcome, verdict

TO_THE_EYE = 0.01  # what differs by less than a hundredth is the same to the eye


# From 0 towards the one point (0, y) the first gradient is -2 * y.
def _gradients_of_all_sizes() -> Any:
    return [
        [
            gdlab.trace(rule, [(0, 10 ** (k / 100))], start={"intercept": 0}, eps=1e-8)
            for rule in ("rmsprop", "rmsprop_eps_inside")
        ]
        for k in range(-700, 201)
    ]


def _judge_eps(pairs: Sequence[Sequence[Trace]]) -> Outcome:
    outside, inside = (
        np.array([pair[which].value("step_intercept", 1) for pair in pairs]) for which in (0, 1)
    )
    sizes = np.array([abs(pair[0].value("grad_intercept", 1)) for pair in pairs])
    roots = np.array([pair[0].value("sqr_avg_intercept", 1) for pair in pairs]) ** 0.5
    apart = abs(outside / inside - 1) > TO_THE_EYE
    told = "they differ nowhere by more than 1 %"
    if apart.any():
        last = int(np.flatnonzero(apart)[-1])
        told = (
            f"they differ by more than 1 % where the average's root is under {roots[last]:.2g}, in "
            f"row 1 a gradient under {sizes[last]:.2g}; at {sizes[0]:.0e} the step with eps "
            f"outside is {outside[0] / inside[0]:.0f} times as long"
        )
    return Outcome(
        f"of gradients from {sizes[0]:.0e} to {sizes[-1]:.0e}: {told}",
        verdict(~apart),
        "Outside, eps counts where the root is near 1e-8; inside, its own root counts, 1e-4. So "
        "an eps of 1e-8 inside is like one of 1e-4 outside. The lesson's gradients are far larger.",
    )


def _rates_by_tens() -> Any:
    return [
        [gdlab.trace(rule, epochs=20, lr=10.0**power) for power in range(-7, 2)]
        for rule in ("sgd", "momentum", "rmsprop", "adam")
    ]


def _judge_diagnosis(rules: Sequence[Sequence[Trace]]) -> Outcome:
    """Whether the best of three neighbouring rates lies towards the best of all.

    Nothing is to be seen where the three end alike to 1 %, or have all exploded.
    """
    right = wrong = blind = 0
    for runs in rules:
        ends = [_last_rmse(run) for run in runs]
        best = int(np.nanargmin(ends))
        for k in range(1, len(ends) - 1):
            three = ends[k - 1 : k + 2]
            if not np.isfinite(three).any() or max(three) < min(three) * (1 + TO_THE_EYE):
                blind += 1
                continue
            better = k - 1 + int(np.nanargmin(three))
            right += np.sign(better - k) == np.sign(best - k)
            wrong += np.sign(better - k) != np.sign(best - k)
    return Outcome(
        f"{right} of {right + wrong + blind} rates are sent the right way, {wrong} the wrong way; "
        f"{blind} times the runs do not tell",
        verdict([True] * right + [False] * (wrong + blind)),
        "Towards either end of the range the three runs look alike: all stand still, or all "
        "explode. In between, the better neighbour points to the best rate.",
    )


# Five sets of noisy points, three sizes of batch, rates by the square root of 2.
def _batches_and_rates() -> Any:
    return [
        [
            [
                gdlab.trace("adam", points, epochs=60, batch_size=size, lr=0.1 * 2 ** (k / 2))
                for k in range(-8, 13)
            ]
            for size in (1, 4, 16)
        ]
        for points in (gdlab.make_line(noise=10, seed=seed) for seed in range(1, 6))
    ]


def _judge_square_root(sets: Sequence[Sequence[Sequence[Trace]]], within: float = 0.1) -> Outcome:
    """Whether the rule's rate ends near the error of the best rate for its size of batch."""
    told, trials = [], []
    for k, size in ((1, 4), (2, 16)):
        by_rule, unchanged = [], []
        for grid in sets:
            single, batch = ([_last_rmse(run) for run in grid[which]] for which in (0, k))
            best = int(np.argmin(single))
            # Twice the root's power of two: the rates go by half powers.
            scaled = best + int(np.log2(size))
            by_rule.append(batch[scaled] / min(batch) - 1)
            unchanged.append(batch[best] / min(batch) - 1)
        trials += [excess < within for excess in by_rule]
        told.append(
            f"with {size} points the rule's rate ends {_range(by_rule)} above the error of the "
            f"best, the unchanged rate {_range(unchanged)}"
        )
    return Outcome(
        f"of {len(sets)} sets of 29 points: {'; '.join(told)}",
        verdict(trials),
        "The rule weighs the noise of a mean gradient. A large batch also leaves few steps (at 16 "
        "points 2 an epoch), and in the same number of epochs these must be larger for that.",
    )


def _last_rmse(run: Trace) -> float:
    return float(run.epochs["rmse"].iloc[-1])


def _range(shares: Sequence[float]) -> str:
    return f"{100 * min(shares):.0f} to {100 * max(shares):.0f} %"


CLAIMS = (
    Claim(
        "With eps inside the root RMSprop makes the same steps as with eps outside.",
        _gradients_of_all_sizes,
        _judge_eps,
        "step_intercept, row 1",
    ),
    Claim(
        "A run with ten times the rate and one with a tenth show which way to go.",
        _rates_by_tens,
        _judge_diagnosis,
        "rmse in the table of epochs, epoch 20",
    ),
    Claim(
        "With Adam, the rate goes with the square root of the batch's size.",
        _batches_and_rates,
        _judge_square_root,
        "rmse in the table of epochs, epoch 60",
    ),
)
