"""The article that writes Adam and its friends from scratch beside PyTorch's."""

from collections.abc import Sequence
from typing import Any

import gdlab
from gdlab.core.trace import Trace
from gdlab.studies.claims.claim import Claim, Outcome, verdict

# Intercept and slope that PyTorch 2.13 gives after 500 updates from (1, 1) on the lesson's points
# by the settings of ``from_scratch``: in float64, and in its default float32.
UPDATES = 500
PYTORCH = {
    "sgd": (
        (1.9761209632422705, 2.3816072168998765),
        (1.9761213064193726, 2.3816072940826416),
    ),
    "heavy_ball": (
        (1.874144875942482, 2.42563856349458),
        (1.8741449117660522, 2.4256386756896973),
    ),
    "rmsprop": (
        (6.716971776597327, 2.3969319667548183),
        (6.716973781585693, 2.3969321250915527),
    ),
    "adam": (
        (17.6280323617361, 2.1796690751307954),
        (17.628015518188477, 2.1796696186065674),
    ),
}


def _from_scratch() -> Any:
    return [
        gdlab.trace("sgd", epochs=18, lr=0.0001),
        gdlab.trace("heavy_ball", epochs=18, lr=0.00001, momentum=0.9),
        gdlab.trace("rmsprop", epochs=18, lr=0.02, beta=0.9, eps=1e-8),
        gdlab.trace("adam", epochs=18, lr=0.1, beta1=0.9, beta2=0.999, eps=1e-8),
    ]


def _judge_pytorch(runs: Sequence[Trace], precise: float = 1e-12) -> Outcome:
    worst = {"float64": 0.0, "float32": 0.0}
    for run in runs:
        own = [run.value(f"new_{name}", UPDATES) for name in run.table.parameters]
        for kind, theirs in zip(worst, PYTORCH[run.rule], strict=True):
            apart = [abs(a / b - 1) for a, b in zip(own, theirs, strict=True)]
            worst[kind] = max(worst[kind], *apart)
    rules = ", ".join(run.rule for run in runs)
    return Outcome(
        f"{rules}: after {UPDATES} updates in float64 the largest relative difference is "
        f"{worst['float64']:.1g}; against PyTorch in its default float32 {worst['float32']:.1g}",
        verdict([worst["float64"] <= precise]),
        "The formulas are the same, so only rounding differs: in the 16th digit where both "
        "compute in float64, in the 7th where PyTorch keeps float32.",
    )


def _both_adams() -> Any:
    return [
        gdlab.trace("adam", [(0, 1)], epochs=1000, start={"intercept": 0}, lr=0.01)
        .column("new_intercept")
        .tolist(),
        gdlab.audit.walk(gdlab.audit.adam_corrected_twice, lambda w: 2 * (w - 1), 0, 1000, lr=0.01),
    ]


def _judge_twice(ways: Sequence[Sequence[float]], goal: float = 1) -> Outcome:
    """Both start from 0; the second way has its start as its first number."""
    once, twice = ways[0], ways[1][1:]
    arrived = [
        next((row for row, weight in enumerate(way, 1) if abs(weight - goal) < 0.01), None)
        for way in (once, twice)
    ]
    return Outcome(
        f"the first step is {twice[0] / once[0]:.3f} of Adam's; on the way from 0 to {goal:g} it "
        f"is within a hundredth after {arrived[1]} updates, Adam after {arrived[0]}",
        verdict([list(once) == list(twice)]),
        "A second division multiplies every step by sqrt(1 - beta2^t) / (1 - beta1^t). With betas "
        "0.9 and 0.999 that shortens them for thousands of updates; with both at 0.9 it would "
        "make the first ones longer, by 3.16.",
    )


CLAIMS = (
    Claim(
        "Its rules from scratch do what PyTorch's do.",
        _from_scratch,
        _judge_pytorch,
        "new_intercept and new_slope, row 500",
    ),
    Claim(
        "The Adam that it prints is Adam.",
        _both_adams,
        _judge_twice,
        "new_intercept, rows 1 to 1,000",
    ),
)
