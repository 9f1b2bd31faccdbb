"""The article on variants once more: what each rule does with a gradient."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

import gdlab
from gdlab.core.trace import Trace
from gdlab.studies.claims.claim import UNTESTABLE, Claim, Outcome, percent, verdict

# In these runs x is 0, so the gradient of the intercept is 2 * (b - y), and a rate of 1e-30 or
# 1e-300 leaves b where it is: every gradient is what the points make it.


def _one_row() -> Any:
    return gdlab.trace("sgd")


def _judge_same_amount(run: Trace) -> Outcome:
    steps = [abs(run.value(f"step_{name}", 1)) for name in run.table.parameters]
    grads = [abs(run.value(f"grad_{name}", 1)) for name in run.table.parameters]
    return Outcome(
        f"in row 1 the intercept moves by {steps[0]:.4g} and the slope by {steps[1]:.4g}, "
        f"{steps[1] / steps[0]:.3g} times as far; the gradients are {grads[0]:g} and {grads[1]:g}",
        verdict([bool(np.isclose(steps[0], steps[1]))]),
        "The rate is the same in every direction, the step is not: it is in proportion to the "
        "gradient. Rules that divide by an average of squares come near to equal steps.",
    )


def _three_sizes() -> Any:
    return [gdlab.trace("sgd", batch_size=size, lr=1e-30, epochs=1) for size in (1, 4, 29)]


def _judge_noise(runs: Sequence[Trace]) -> Outcome:
    """The spread of the gradients that updates use, all from the same line."""
    told, spreads, counts = [], [], []
    for run in runs:
        due = np.ones(run.rows, bool) if "last" not in run.table.names else run.column("last") == 1
        grads = run.column("grad_slope")[due]
        counts.append(len(grads))
        spreads.append(float(np.std(grads)))
        size = run.hyper.get("batch_size", 1)
        told.append(
            f"batches of {size:.0f}: {counts[-1]} updates an epoch, gradients of the slope "
            f"{np.mean(grads):.4g} with a spread of {spreads[-1]:.4g}"
        )
    more = all(a > b for a, b in pairwise(counts))
    noisier = all(a > b for a, b in pairwise(spreads))
    return Outcome(
        "; ".join(told),
        verdict([more, noisier]),
        "A mean over a batch averages the points' differences out; the full batch has none left.",
    )


# First 60 gradients of 1, then 60 that change their sign every time.
def _constant_and_alternating() -> Any:
    return [
        [
            gdlab.trace(rule, [(0, 1 - g / 2) for g in gradients], lr=1e-300)
            for gradients in ([1] * 60, [1, -1] * 30)
        ]
        for rule in ("momentum", "heavy_ball")
    ]


def _judge_averaging(pairs: Sequence[Sequence[Trace]]) -> Outcome:
    """The last step over the rate, where plain descent's is 1."""
    told, trials = [], []
    for pair in pairs:
        constant, noisy = (abs(run.value("step_intercept", 60)) / run.hyper["lr"] for run in pair)
        trials += [noisy < 1, constant > 1.01]
        told.append(f"{pair[0].rule}: {noisy:.3g} times the alternating gradient, {constant:.3g} "
                    "times the constant one")  # fmt: skip
    return Outcome(
        f"the step is, {'; '.join(told)}",
        verdict(trials),
        "Both smooth. Weights that add up to 1 leave a constant gradient as it is; heavy_ball's "
        "add up to 1 / (1 - momentum), so its steps are ten times as long: it is the larger rate.",
        "smoothing holds for both, speeding up for heavy_ball alone",
    )


# Twenty gradients of 1, then one of 10.
def _a_spike() -> Any:
    return [
        gdlab.trace(rule, [(0, 0.5)] * 20 + [(0, -4)] + [(0, 0.5)] * 5, lr=1e-30)
        for rule in ("rmsprop", "adam", "adagrad")
    ]


def _judge_spike(runs: Sequence[Trace]) -> Outcome:
    told, trials = [], []
    for run in runs:
        before, spike, after = (run.value("step_intercept", row) for row in (20, 21, 22))
        relative = spike / 10 < before
        trials += [relative, spike < before, after < before]
        told.append(f"{run.rule}: {spike / before:.2f} times the step before, and after it "
                    f"{after / before:.2f} times")  # fmt: skip
    return Outcome(
        f"a gradient ten times as large makes a step of, {'; '.join(told)}",
        verdict(trials),
        "Relative to its gradient the step is smaller. In itself it is longer with rmsprop and "
        "adagrad; the smaller steps come afterwards, while the average remembers the large one.",
        "holds for the updates after it, and for the step over the gradient",
    )


# The rate 1e-300 leaves the parameters where they are: the three see the same gradients.
def _three_of_the_same() -> Any:
    return [
        gdlab.trace("adam", epochs=3, lr=1e-300, beta1=0.9, beta2=0.999, eps=1e-8),
        gdlab.trace("momentum", epochs=3, lr=1e-300, beta=0.9),
        gdlab.trace("rmsprop", epochs=3, lr=1e-300, beta=0.999, eps=1e-8),
    ]


def _judge_composed(runs: Sequence[Trace]) -> Outcome:
    """Adam's steps made once more from the two other rules' averages."""
    adam, averaged, scaled = runs
    beta1, beta2, eps, lr = (adam.hyper[name] for name in ("beta1", "beta2", "eps", "lr"))
    same = 0
    for t in range(1, adam.rows + 1):
        avg, sqr_avg = averaged.value("avg_slope", t), scaled.value("sqr_avg_slope", t)
        step = lr * (avg / (1 - beta1**t)) / ((sqr_avg / (1 - beta2**t)) ** 0.5 + eps)
        same += step == adam.value("step_slope", t)
    return Outcome(
        f"of {adam.rows} steps, those made of momentum's average, rmsprop's average and the two "
        f"corrections that equal Adam's bit for bit: {same}",
        verdict([same == adam.rows]),
        "Adam holds the two averages of the other rules. Momentum's step and RMSprop's, each with "
        "its rate, are not parts of it.",
    )


def _saddle_starts() -> Any:
    return [
        [
            gdlab.trace(rule, surface="saddle", steps=600, start={"u": -1, "v": v}, lr=0.05)
            for rule in ("sgd", "momentum", "heavy_ball", "adam")
        ]
        for v in (0.1, 0.001, 0.000001, 0)
    ]


def _judge_saddle(rows: Sequence[Sequence[Trace]], left: float = 1) -> Outcome:
    """The first update after which v is over 1 away from the saddle."""
    told, trials = [], []
    for runs in rows:
        away = [_first(abs(run.column("new_v")) > left) for run in runs]
        trials += [bool(one and away[0] and one < away[0]) for one in away[1:3]]
        names = ", ".join(
            f"{run.rule} {one or 'never'}" for run, one in zip(runs, away, strict=True)
        )
        told.append(f"from v = {runs[0].start['v']:g}: {names}")
    return Outcome(
        f"updates until it is 1 away: {'; '.join(told)}",
        verdict(trials),
        "At the saddle the gradient is as small as v. A velocity that adds up grows faster; one "
        "that averages is later than plain descent. From the ridge itself nothing moves.",
        "holds for heavy_ball from any start off the ridge v = 0",
    )


def _first(hits: np.ndarray) -> int | None:
    return int(np.argmax(hits)) + 1 if hits.any() else None


# From the least squares line of three points that no line meets.
def _from_the_optimum() -> Any:
    return [
        gdlab.trace("adam", [(0, 0), (1, 2), (2, 1)], epochs=200, lr=lr,
                    start={"intercept": 0.5, "slope": 0.5})
        for lr in (0.001, 0.01, 0.1, 1, 10)
    ]  # fmt: skip


def _judge_near_minimum(runs: Sequence[Trace], more: float = 0.01) -> Outcome:
    """Too large: the error of the last epoch is more than a hundredth above the least."""
    told, trials = [], []
    least = 0.5**0.5  # residuals of 0.5, -1 and 0.5
    for run in runs:
        b, m = (run.column(f"new_{name}") for name in run.table.parameters)
        far = float(np.hypot(b - 0.5, m - 0.5).max())
        errors = np.sqrt((b**2 + (b + m - 2) ** 2 + (b + 2 * m - 1) ** 2) / 3)[-60:]
        over = float(errors.mean()) / least - 1
        trials.append(over > more)
        told.append(
            f"rate {run.hyper['lr']:g}: up to {far:.2g} away, in the last 60 the error is "
            f"{percent(over)} over the least"
        )
    return Outcome(
        f"600 updates from the best line: {'; '.join(told)}",
        verdict(trials[:1]),
        "Single points pull to and fro, and Adam's steps are about its rate long however small "
        "the mean gradient is. How far that leads goes with the rate.",
        next(
            (
                f"too large, by 1 % of the error, is from {run.hyper['lr']:g} on"
                for run, large in zip(runs, trials, strict=True)
                if large
            ),
            "",
        ),
    )


def _not_zeroed() -> Any:
    return [
        gdlab.audit.walk(gdlab.audit.sgd_not_zeroed, lambda w: 2 * (w - 1), 0, 100, lr=0.05),
        gdlab.trace("sgd", [(0, 1)], epochs=100, start={"intercept": 0}, lr=0.05)
        .column("new_intercept")
        .tolist(),
    ]


def _judge_not_zeroed(ways: Sequence[Sequence[float]], goal: float = 1) -> Outcome:
    last = [max(abs(weight - goal) for weight in way[-20:]) for way in ways]
    return Outcome(
        f"in the last 20 of 100 updates the weight is up to {last[0]:.2g} away from {goal:g} where "
        f"gradients add up, and {last[1]:.2g} where they are set to zero",
        verdict([last[0] > 100 * last[1]]),
        "The sum of all gradients is a velocity that never fades: the weight swings about the "
        "minimum forever, like a ball without friction.",
    )


def _rate_cut() -> Any:
    return gdlab.trace(
        "heavy_ball", epochs=2, lr=0.00001, schedule="step_decay", factor=0.1, interval=29
    )


def _judge_stale(run: Trace) -> Outcome:
    """The first step after the cut: as torch has it, and as Polyak's two-step method has it."""
    cut, momentum = 30, run.hyper["momentum"]
    rates, grads = run.column("lr"), run.column("grad_slope")
    step = 0.0
    polyak = [step := momentum * step + rate * g for rate, g in zip(rates, grads, strict=True)]
    torchs = run.column("step_slope")
    shares = [abs(steps[cut - 1] / steps[cut - 2]) for steps in (torchs, polyak)]
    fresh = abs(rates[cut - 1] * grads[cut - 1] / torchs[cut - 1])
    return Outcome(
        f"the rate falls to a tenth at update {cut}; the step falls to {shares[0]:.3f} of the one "
        f"before in torch's form, to {shares[1]:.3f} in Polyak's; in torch's the new gradient is "
        f"{fresh:.2f} of the step",
        verdict([shares[1] > 0.5, shares[0] > 0.5]),
        "Polyak's momentum keeps the last step, made with the old rate. Torch keeps the sum of "
        "gradients and multiplies it by the new rate: the old gradients stay, the old rate goes.",
        "holds for Polyak's form; in torch's only the direction is stale",
    )


def _two_decays() -> Any:
    return [
        [gdlab.trace(rule, epochs=20, lr=0.1, weight_decay=decay) for rule in ("adam", "adamw")]
        for decay in (0, 0.01, 0.1, 1)
    ]


def _judge_adamw(pairs: Sequence[Sequence[Trace]]) -> Outcome:
    told, trials = [], []
    for adam, adamw in pairs:
        apart = abs(adam.final["slope"] - adamw.final["slope"])
        trials.append(apart > 1e-12)
        told.append(f"decay {adam.hyper['weight_decay']:g}: {apart:.3g}")
    return Outcome(
        f"the slopes after 20 epochs differ by, {'; '.join(told)}",
        verdict(trials[1:]),
        "L2 joins the gradient and is divided by its root mean square as everything else is; "
        "AdamW's decay is not divided. With no decay they are one rule.",
        "" if trials[0] else "the same, but for rounding, at a decay of 0",
    )


def _the_loss_of_a_line() -> Any:
    return gdlab.trace("sgd", batch_size="full", epochs=20)


def _judge_flat(run: Trace) -> Outcome:
    """Nothing to choose between: a line's squared error has one minimum."""
    x = np.array(run.points[0])
    determinant = 4 * (np.mean(x * x) - np.mean(x) ** 2)
    return Outcome(
        f"the loss's curvature has the same determinant, {determinant:.4g}, everywhere",
        UNTESTABLE,
        "The squared error of a line is one bowl with one minimum, so there is no flatter one to "
        "compare it with; and the points that it has not seen lie on the same line.",
    )


CLAIMS = (
    Claim(
        "Plain descent moves the same amount in every direction.",
        _one_row,
        _judge_same_amount,
        "step_intercept and step_slope, row 1",
    ),
    Claim(
        "One sample at a time gives more and noisier updates per epoch.",
        _three_sizes,
        _judge_noise,
        "grad_slope, the last row of each batch",
    ),
    Claim(
        "Averaging smooths noisy directions and speeds up constant ones.",
        _constant_and_alternating,
        _judge_averaging,
        "step_intercept, row 60",
    ),
    Claim(
        "Large recent gradients get smaller updates.",
        _a_spike,
        _judge_spike,
        "step_intercept, rows 20 to 22",
    ),
    Claim(
        "Adam is momentum plus RMSprop plus the correction.",
        _three_of_the_same,
        _judge_composed,
        "step_slope beside avg_slope and sqr_avg_slope, every row",
    ),
    Claim(
        "Momentum leaves saddle points sooner.",
        _saddle_starts,
        _judge_saddle,
        "new_v, the first row over 1",
    ),
    Claim(
        "Adam's default rate is too large near a finished minimum.",
        _from_the_optimum,
        _judge_near_minimum,
        "new_intercept and new_slope, 600 rows",
    ),
    Claim(
        "Gradients that are not set to zero accumulate and spoil the update.",
        _not_zeroed,
        _judge_not_zeroed,
        "the weight, updates 81 to 100",
    ),
    Claim(
        "Momentum carries stale velocity over a cut of the rate.",
        _rate_cut,
        _judge_stale,
        "step_slope, rows 29 and 30",
    ),
    Claim("Adam with L2 is not AdamW.", _two_decays, _judge_adamw, "new_slope, row 580"),
    Claim(
        "Flatter minima generalise better.",
        _the_loss_of_a_line,
        _judge_flat,
        "err2, everywhere",
    ),
)
