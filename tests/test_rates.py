"""Rates that are found, what theory says about them, and runs that diverge or hardly move."""

import math
import os

import numpy as np
import pandas as pd
import pytest

import gdlab
from gdlab.core.model import BUILT_IN_MODELS
from gdlab.core.outcome import _rounded_down
from gdlab.core.rates import NEAR_LEAST
from gdlab.core.registry import BUILT_IN_RULES

DRAW = np.random.default_rng(0)
SPREAD = DRAW.uniform(0, 1, 30)
NOISE = DRAW.normal(0, 0.1, 30)
MADE = {
    "huge": (1e9 * SPREAD, 3e9 * SPREAD + 1e9 * NOISE),
    "tiny": (1e-6 * SPREAD, 3e-6 * SPREAD + 1e-6 * NOISE),
    "shifted": (1000 + SPREAD, 3 * SPREAD + NOISE),
    "constant x": (np.full(10, 5.0), np.arange(10.0)),
    "one point": ([2.0], [5.0]),
}
SETS = {
    "lesson": gdlab.lesson_points(),
    "cars": gdlab.sample_points("cars"),
    "temperature": gdlab.sample_points("temperature"),
    "anscombe": gdlab.sample_points("anscombe1"),
    **{name: pd.DataFrame(dict(zip("xy", pair, strict=True))) for name, pair in MADE.items()},
}
REASONS = ("times steeper", "weight decay draws", "more epochs or larger batches")


def rmse(points, intercept, slope):
    return float(np.sqrt(np.mean((intercept + slope * points["x"] - points["y"]) ** 2)))


def least_rmse(points):
    """Of the least squares line, by NumPy; for one x, of the mean."""
    x, y = points["x"].to_numpy(), points["y"].to_numpy()
    if np.ptp(x) == 0:
        return float(y.std())
    centred = x - x.mean()
    slope = (centred @ (y - y.mean())) / (centred @ centred)
    return rmse(points, y.mean() - slope * x.mean(), slope)


FULL = os.environ.get("GDLAB_PROOF") == "full"
# Every rule on every set in the full proof; each on two of them in the suite.
EVERY = [
    (function.__name__, name)
    for k, function in enumerate(BUILT_IN_RULES)
    for j, name in enumerate(SETS)
    if FULL or j in (k % len(SETS), (k + 4) % len(SETS))
]


@pytest.mark.sample(3)
@pytest.mark.parametrize(("rule", "name"), EVERY)
def test_every_rule_comes_near_the_least_squares_or_says_why_not(rule, name):
    points = SETS[name]
    run = gdlab.trace(rule, points, lr="find", epochs=50)
    least, found = least_rmse(points), rmse(points, **run.final)
    assert found == pytest.approx(run.found.error, rel=1e-9, abs=1e-12 * points["y"].abs().max())
    # Where the least is 0, 1 % of it would be none: then 1 % of the spread of y counts.
    nothing = 0.01 * points["y"].std(ddof=0) + 1e-9 * points["y"].abs().max()
    near = found <= NEAR_LEAST * least + nothing
    told = [reason for reason in REASONS if reason in run.found.explanation]
    assert len(told) == (0 if near else 1)
    assert "\n" not in run.found.explanation


# The columns that a model's parameters go with, where its error is linear in them and its loss the
# error's square.
FEATURES = {
    "line": lambda x: [x**0, x],
    "quadratic": lambda x: [x**0, x, x * x],
}
MODELS = [
    (function.__name__, model)
    for k, function in enumerate(BUILT_IN_RULES)
    for j, model in enumerate(BUILT_IN_MODELS)
    if FULL or j == k % len(BUILT_IN_MODELS)
]


@pytest.mark.parametrize(("rule", "model"), MODELS)
def test_every_rule_on_every_models_own_points(rule, model):
    # The lesson's Adam divides by 0 where a gradient is 0, whatever its rate.
    if all(gdlab.trace(rule, model=model, lr=lr, epochs=50).exploded for lr in (1e-20, 1e-6)):
        with pytest.raises(ValueError, match=f"{rule} explodes at every rate"):
            gdlab.trace(rule, model=model, lr="find", epochs=50)
        return
    run = gdlab.trace(rule, model=model, lr="find", epochs=50)
    *inputs, y = (np.array(column) for column in run.points)
    told = [reason for reason in REASONS if reason in run.found.explanation]
    assert run.found.error < run.found.start_error
    if model not in FEATURES:
        assert told == []
        return
    features = np.array(FEATURES[model](*inputs)).T
    best = np.linalg.lstsq(features, y, rcond=None)[0]
    least = float(np.sqrt(np.mean((features @ best - y) ** 2)))
    found = float(np.sqrt(np.mean((features @ list(run.final.values()) - y) ** 2)))
    assert found == pytest.approx(run.found.error, rel=1e-9, abs=1e-12 * np.abs(y).max())
    near = found <= NEAR_LEAST * least + 0.01 * y.std() + 1e-9 * np.abs(y).max()
    assert len(told) == (0 if near else 1)


def test_a_found_rate_is_the_best_of_those_tried():
    found = gdlab.find_rate("momentum", SETS["anscombe"], epochs=20)
    errors = {
        lr: rmse(
            SETS["anscombe"], **gdlab.trace("momentum", SETS["anscombe"], epochs=20, lr=lr).final
        )
        for lr in list(found.tried)[25:50]
    }
    for lr, error in errors.items():
        shown = error if math.isfinite(error) else math.inf
        assert found.tried[lr] == pytest.approx(shown, rel=1e-9)
    # A neighbour may be a little better, but the rates around this one do as well.
    rates = list(found.tried)
    place = rates.index(found.lr)
    assert max(found.tried[lr] for lr in rates[place - 1 : place + 2]) < 1.05 * min(
        found.tried.values()
    )
    assert found.tried[found.falls_up_to] < found.start_error
    assert all(
        error >= found.start_error for lr, error in found.tried.items() if lr > found.falls_up_to
    )


@pytest.mark.parametrize(
    ("rule", "options"),
    [
        ("sgd", {}),
        ("momentum", {"beta": 0.5}),
        ("momentum", {}),
        ("heavy_ball", {"momentum": 0.7}),
        ("nesterov", {"momentum": 0.7}),
    ],
)
def test_full_batches_converge_under_the_limit_of_theory_and_not_over_it(rule, options):
    points = SETS["anscombe"]
    limit = gdlab.find_rate(rule, points, batch_size="full", epochs=5, **options).limit
    start = rmse(points, 1, 1)
    for factor, converges in ((0.98, True), (1.02, False)):
        run = gdlab.trace(
            rule, points, batch_size="full", epochs=2000, lr=limit * factor, **options
        )
        assert (rmse(points, **run.final) < start) == converges


def test_the_limit_of_sgd_is_numpys():
    points = SETS["cars"]
    features = np.column_stack([np.ones(len(points)), points["x"]])
    largest = np.linalg.eigvalsh(2 * features.T @ features / len(points))[-1]
    assert gdlab.find_rate("sgd", points).limit == pytest.approx(2 / largest, rel=1e-9)


@pytest.mark.parametrize(
    "options",
    [{"rule": "adam"}, {"rule": "sgd", "max_norm": 1}, {"rule": "sgd", "schedule": "cosine"},
     {"rule": "sgd", "weight_decay": 0.1}, {"rule": "sgd", "surface": "ravine"},
     {"rule": "sgd", "switch": {"at_epoch": 2, "to": "momentum"}}],
)  # fmt: skip
def test_no_limit_is_told_where_theory_knows_none(options):
    found = gdlab.find_rate(**options)
    assert found.limit is None
    assert "full batches converge" not in found.explanation


def test_rules_without_a_rate_and_points_without_one_are_refused():
    def fixed(g, gain=0.1):
        step = gain * g
        return (), (step,)

    gdlab.rule(fixed)
    with pytest.raises(ValueError, match="fixed has no learning rate lr"):
        gdlab.trace("fixed", lr="find")
    with pytest.raises(ValueError, match="sgd explodes at every rate from 1e-30 to 1e20"):
        gdlab.trace("sgd", [(1e200, 2e200), (2e200, 3e200)], lr="find")
    with pytest.raises(ValueError, match="lr must be a number over 0, not 'search'"):
        gdlab.trace("sgd", lr="search")


YEARS = [(1990 + i, 300 + 2.5 * i) for i in range(30)]


def test_a_run_that_diverges_while_finite_says_so_and_what_helps():
    told = gdlab.trace("sgd", YEARS).summary()
    assert "; ends worse than it began: rmse 1.67e+03 at the start, " in told
    assert "rates under 1.2e-07 converge here; lr='find' looks for one, or scale x" in told
    assert gdlab.trace("sgd", YEARS, lr=1.2e-07, epochs=200).advice == ""
    assert "ends worse" in gdlab.trace("sgd", YEARS, lr=2.4e-06).summary()


@pytest.mark.parametrize("rule", ["sgd", "momentum", "heavy_ball", "nesterov"])
@pytest.mark.parametrize("name", SETS)
def test_rates_under_the_one_that_is_told_do_not_diverge(rule, name):
    points = SETS[name]
    told = gdlab.trace(rule, points, lr=1e3 / min(1, (points["x"] ** 2).max()), epochs=40).advice
    assert "rates under " in told
    limit = float(told.partition("rates under ")[2].partition(" ")[0])
    for share in (1, 0.3):
        assert "lr=" not in gdlab.trace(rule, points, lr=limit * share, epochs=40).advice


def test_a_run_that_explodes_says_what_helps():
    told = gdlab.trace("sgd", lr=0.001, epochs=60).summary()
    assert "exploded: err2 in row 593 is not a finite number; rates under 5.1e-05 converge" in told


def test_a_run_that_hardly_moves_says_so():
    salaries = SETS["cars"].assign(y=SETS["cars"]["y"] * 3000)
    told = gdlab.trace("adam", salaries, epochs=5).summary()
    assert "hardly moved: rmse went from " in told
    assert "the least squares fit has 11207.69775; lr='find' looks for a rate, or scale x" in told
    assert gdlab.trace("adam", salaries, lr="find", epochs=5).advice == ""


@pytest.mark.parametrize("rule", ["sgd", "adam", "lion"])
def test_runs_that_go_well_are_left_without_a_word(rule):
    run = gdlab.trace(rule, SETS["anscombe"], lr="find", epochs=50)
    assert run.advice == ""
    best = {"intercept": 3.0, "slope": 0.5}
    # Single samples draw it away from the best line; no rate is to blame.
    assert "lr=" not in gdlab.trace(rule, SETS["anscombe"], start=best, lr=1e-4).advice


def test_a_limit_is_never_rounded_up():
    for rate in (2.46e-7, 1.0199e-4, 9.99e-3, 0.1, 1.0, 123.0):
        assert 0.89 * rate < float(_rounded_down(rate)) <= rate


def test_the_command_line_finds_a_rate(run):
    code, out, err = run("table", "sgd", "--set", "lr=find", "--epochs", "9")
    assert code == 0
    assert err.startswith("gdlab table: lr=")
    assert "leaves the smallest rmse of 69 rates" in err
    found = gdlab.find_rate("sgd", epochs=9)
    assert out.splitlines()[-1].startswith(f"sgd (lr={found.lr:g}), 261 updates: ")


def test_the_rates_are_drawn():
    found = gdlab.find_rate("sgd", SETS["cars"], epochs=9)
    picture = gdlab.plot(found)
    [axes] = picture.figure.axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels[2:] == [f"found: {found.lr:g}", f"limit of full batches: {found.limit:.2g}"]
    assert found.explanation in repr(picture)
