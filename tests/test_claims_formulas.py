"""Claims on formulas, schedules and filters: what was recorded, and other runs that flip each."""

import pytest

import gdlab
from gdlab.studies.claims.claim import FAILS, HOLDS, UNTESTABLE, WITH_SETTINGS, line_of
from gdlab.studies.claims.table import ARTICLES

CLAIMS = {claim.text: claim for article in ARTICLES for claim in article.claims}


def same(run):
    return run


def trace(*arguments, **options):
    return gdlab.trace(*arguments, **options)


# Claim -> its verdict; then another run made of the claim's own, or another claimed number, and the
# verdict that it must have: none is typed in.
FLIPPED = {
    "At the minimum both derivatives are 0.": (
        WITH_SETTINGS, lambda runs: [*runs[:2], *runs[:2]], {}, HOLDS),
    "A positive derivative means that the parameter must fall.": (
        WITH_SETTINGS, lambda runs: runs[:1] * 4, {}, HOLDS),
    "With a beta of 0.9 a new gradient has a weight of 10 %.": (
        HOLDS, same, {"weight": 0.2}, FAILS),
    "RMSprop's 4.72 is three times SGD's value.": (FAILS, same, {"times": 4}, HOLDS),
    "A larger running average means a smaller step.": (
        WITH_SETTINGS, lambda rows: [row[::-1] for row in rows], {}, FAILS),
    "Adam's curve is steeper than RMSprop's.": (
        WITH_SETTINGS, lambda pairs: pairs[1:2], {}, HOLDS),
    "With Adam, one parameter overshoots 2 slightly.": (
        WITH_SETTINGS, same, {"slight": 1.0}, HOLDS),
    "Weight decay adds the decay times the sum of the squared weights to the loss.": (
        FAILS, same, {"factor": 0.5}, HOLDS),
    "Plain descent moves the same amount in every direction.": (
        FAILS, lambda _: trace("lion"), {}, HOLDS),
    "One sample at a time gives more and noisier updates per epoch.": (
        HOLDS, lambda runs: runs[::-1], {}, FAILS),
    "Averaging smooths noisy directions and speeds up constant ones.": (
        WITH_SETTINGS, lambda pairs: pairs[1:], {}, HOLDS),
    "Large recent gradients get smaller updates.": (
        WITH_SETTINGS, lambda runs: runs[1:2], {}, HOLDS),
    "Adam is momentum plus RMSprop plus the correction.": (
        HOLDS, lambda runs: [runs[0], trace("momentum", epochs=3, lr=1e-300, beta=0.8), runs[2]],
        {}, FAILS),
    "Momentum leaves saddle points sooner.": (
        WITH_SETTINGS, lambda rows: [[r[0], r[2], r[2], r[3]] for r in rows[:3]], {}, HOLDS),
    "Adam's default rate is too large near a finished minimum.": (
        FAILS, lambda runs: runs[::-1], {}, HOLDS),
    "Gradients that are not set to zero accumulate and spoil the update.": (
        HOLDS, lambda ways: ways[::-1], {}, FAILS),
    "Momentum carries stale velocity over a cut of the rate.": (
        WITH_SETTINGS,
        lambda _: trace("heavy_ball", epochs=2, lr=0.00001, schedule="step_decay", factor=0.9,
                        interval=29), {}, FAILS),
    "Adam with L2 is not AdamW.": (HOLDS, lambda pairs: pairs[:1] * 2, {}, FAILS),
    "Mu times the last step plus the rate times the gradient is PyTorch's buffer form.": (
        WITH_SETTINGS, lambda runs: runs[:1] * 2, {}, HOLDS),
    "With a beta of 0 momentum is plain descent.": (
        HOLDS, lambda runs: [runs[0], *(trace("momentum", epochs=5) for _ in range(2))], {}, FAILS),
    "Small steps improve the loss at every step.": (
        WITH_SETTINGS, lambda sizes: [runs[:5] for runs in sizes], {}, HOLDS),
    "To divide by the mean of the squares, without a root, is RMSprop.": (
        FAILS, lambda pairs: [(right, right) for right, _ in pairs], {}, HOLDS),
    "The printed average, with 1 - alpha * d^2, is RMSprop's.": (
        WITH_SETTINGS, lambda pairs: [(right, right) for right, _ in pairs], {}, HOLDS),
    "TensorFlow adds eps inside the root.": (HOLDS, same, {"theirs": 0.3065342865}, FAILS),
    "In a ravine plain descent oscillates, and momentum cancels it.": (
        WITH_SETTINGS, lambda rates: rates[1:], {}, HOLDS),
    "Plain descent stalls at saddle points.": (WITH_SETTINGS, same, {"long": 5000}, FAILS),
    "Without clipping, one bad batch sends the weights to infinity.": (
        WITH_SETTINGS, lambda runs: runs[4:] * 2, {}, HOLDS),
    "The printed warm-up loop, followed by a cosine scheduler, gives warm-up and cosine.": (
        WITH_SETTINGS, same, {"near": 0.001}, FAILS),
    "On a plateau of more than 5 epochs the rate is halved.": (
        HOLDS, same, {"patience": 4}, WITH_SETTINGS),
    "Too small a rate takes forever.": (HOLDS, lambda runs: runs[::-1], {}, WITH_SETTINGS),
    "The averages start biased towards 0.": (
        HOLDS, lambda _: trace("adam", [(0, 0.5)] * 50, lr=1e-300, beta1=0, beta2=0), {}, FAILS),
    "Adam first and then SGD with momentum ends better than either alone.": (
        WITH_SETTINGS, lambda sets: sets[:1] * 3, {}, HOLDS),
    "SGD with momentum is a low-pass filter.": (HOLDS, same, {"beta": 0.5}, WITH_SETTINGS),
    "A linear layer of ten inputs has learned after 50 full-batch epochs of Adam at 0.001.": (
        FAILS, same, {"left": 0.96}, HOLDS),
    "Plain SGD suits sparse data less.": (
        WITH_SETTINGS, lambda kinds: [kinds[0], [kinds[1][0], kinds[1][1][:1], kinds[1][2]]],
        {}, HOLDS),
    "AdamW and Ranger are better choices than Adam.": (
        FAILS, lambda grids: [runs[:1] if runs[0].rule == "adam" else runs for runs in grids],
        {}, HOLDS),
}  # fmt: skip
# Nothing that is run could decide it.
UNDECIDED = {"Flatter minima generalise better.": UNTESTABLE}
RECORDED = {text: verdict for text, (verdict, *_) in FLIPPED.items()} | UNDECIDED


@pytest.mark.parametrize("text", FLIPPED)
def test_a_verdict_turns_with_the_numbers(text):
    recorded, other, claimed, turned = FLIPPED[text]
    claim = CLAIMS[text]
    run = eval(line_of(claim.run), {"gdlab": gdlab})
    assert claim.judge(run).verdict == recorded
    assert claim.judge(other(run), **claimed).verdict == turned
