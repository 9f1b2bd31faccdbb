"""Sweeps: the numbers are the trace's, whatever the grid, the engine and the measure."""

import itertools
import math
import os

import numpy as np
import pandas as pd
import pytest

import gdlab
from gdlab.assembly import SCHEDULES, table_of
from gdlab.registry import find_rule
from gdlab.sweeping import work
from gdlab.sweeping.lanes import shared_and_lanes

FULL = os.environ.get("GDLAB_PROOF") == "full"
# Rates from far too small to far too large for any rule on the lesson's points.
RATES = np.geomspace(1e-6, 10, 11)


def measured(trace, measure, threshold=1.0):
    """The measure read off a whole table, by NumPy and by hand, not by the sweep's loop."""
    if measure == "distance":
        # The lesson's points lie on y = 2x + 30.
        intercept = trace.final["intercept"] - 30.0
        slope = trace.final["slope"] - 2.0
        with np.errstate(all="ignore"):
            return float(np.sqrt(np.float64(intercept * intercept + slope * slope)))
    if measure == "diverged_at":
        frame = trace.frame
        bad = ~np.isfinite(frame.to_numpy(dtype=float)).all(axis=1)
        return float(np.argmax(bad)) + 1 if bad.any() else math.nan
    rmse = trace.epochs["rmse"].tolist()
    if measure == "rmse":
        return rmse[-1]
    reached = [epoch for epoch, value in enumerate(rmse, 1) if value <= threshold]
    return float(reached[0]) if reached else math.nan


def assert_equal_at(sweep, measure, places, threshold=1.0):
    for place in places:
        expected = measured(sweep.trace(*place), measure, threshold)
        found = sweep.values[place]
        assert found == expected or (np.isnan(found) and np.isnan(expected)), (place, sweep)


def sampled(sweep, count, seed=0):
    cells = list(itertools.product(*map(range, sweep.values.shape)))
    draw = np.random.default_rng(seed)
    chosen = draw.choice(len(cells), size=min(count, len(cells)), replace=False)
    return [cells[i] for i in chosen]


@pytest.fixture(params=["compiled", "interpreted"])
def engine(request, monkeypatch):
    monkeypatch.setattr(work, "COMPILE_FROM", 0 if request.param == "compiled" else math.inf)
    return request.param


@pytest.mark.kernel
@pytest.mark.parametrize("rule", gdlab.rules() if FULL else ["sgd", "adam", "nadam", "lion"])
@pytest.mark.parametrize("measure", ["rmse", "diverged_at"])
def test_a_sweep_has_the_bits_of_the_trace(rule, measure, engine):
    second = next((name for name in find_rule(rule).hyper if name != "lr"), "slope")
    over = {"lr": RATES, second: [0.0, 0.3, 0.9]}
    sweep = gdlab.sweep(rule, over=over, epochs=12, measure=measure)
    assert_equal_at(sweep, measure, sampled(sweep, 12 if engine == "compiled" else 4))


@pytest.mark.parametrize("measure", ["epochs_to_threshold", "distance"])
def test_the_other_measures_have_the_bits_of_the_trace(measure, engine):
    sweep = gdlab.sweep(
        "adam", over={"beta1": [0.5, 0.9], "lr": RATES}, epochs=9, measure=measure, threshold=20
    )
    values = sweep.values.ravel()
    assert len(set(values[np.isfinite(values)])) > 2
    assert_equal_at(sweep, measure, sampled(sweep, 22), threshold=20)


OPTIONS = [
    *({"schedule": name} for name in SCHEDULES),
    {"batch_size": 4},
    {"batch_size": "full", "shuffle": True, "seed": 5},
    {"shuffle": "replacement", "max_norm": 3.0},
    {"weight_decay": 0.01, "max_value": 50.0, "h": 0.01},
    {"switch": {"at_epoch": 3, "to": "momentum", "lr": 0.00001}},
    {"start": {"intercept": 5, "sqr_avg_slope": 2}},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("over", [{"lr": RATES}, {"slope": [0, 3], "beta": [0.2, 0.9]}], ids=str)
def test_every_option_of_a_trace_goes_for_a_sweep(options, over):
    sweep = gdlab.sweep("rmsprop", over=over, epochs=5, **options)
    assert_equal_at(sweep, "rmse", sampled(sweep, 4))


def test_long_sweeps_go_out_in_pieces_and_come_back_in_order(monkeypatch):
    monkeypatch.setattr(work, "FIRST_ROWS", 1000)
    monkeypatch.setattr(work, "THREAD_SECONDS", 0.0)
    # 37 is no multiple of 64: blocks begin and end inside of pieces.
    over = {"beta1": np.linspace(0, 0.9, 41), "lr": np.geomspace(1e-3, 10, 37), "eps": [1e-8, 1.0]}
    sweep = gdlab.sweep("adam", over=over, epochs=2)
    assert sweep.values.shape == (41, 37, 2)
    assert_equal_at(sweep, "rmse", sampled(sweep, 200 if FULL else 25))


def test_names_in_powers_are_shared_by_a_block_of_runs():
    table = table_of(find_rule("adam"))
    assert shared_and_lanes(table, {"lr": 400, "beta1": 400}) == (("beta1",), ("lr",))
    assert shared_and_lanes(table, {"beta1": 9, "beta2": 20}) == (("beta1",), ("beta2",))
    assert shared_and_lanes(table, {"lr": 2, "beta2": 20}) == ((), ("lr", "beta2"))


def test_the_frame_has_a_row_per_run(tmp_path):
    sweep = gdlab.sweep("sgd", [(1, 2), (2, 3)], over={"lr": [0.1, 0.2], "slope": [0, 1, 2]})
    assert list(sweep.frame) == ["lr", "slope", "rmse"]
    assert sweep.frame["slope"].tolist() == [0, 1, 2, 0, 1, 2]
    row = sweep.frame.iloc[4]
    trace = gdlab.trace("sgd", [(1, 2), (2, 3)], start={"slope": 1}, lr=0.2)
    assert row["rmse"] == trace.epochs["rmse"].iloc[-1]
    path = sweep.to_parquet(tmp_path / "map.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(path), sweep.frame)


def test_the_best_run():
    over = {"lr": [1e-5, 1e-4, 1.0]}
    sweep = gdlab.sweep("sgd", over=over, epochs=40)
    assert sweep.values[0] < sweep.values[1]
    assert np.isnan(sweep.values[2])
    assert sweep.best == {"lr": 1e-5, "rmse": sweep.values[0]}
    assert gdlab.sweep("sgd", over={"lr": [1.0]}, epochs=40).best is None
    diverged = gdlab.sweep("sgd", over={"lr": [1.0, 1e-4]}, epochs=40, measure="diverged_at")
    assert diverged.best["lr"] == 1e-4
    later = gdlab.sweep("sgd", over={"lr": [1.0, 0.01]}, epochs=40, measure="diverged_at")
    assert later.best["lr"] == 0.01


def test_the_least_squares_line_is_numpys():
    points = gdlab.make_line(slope=-1.5, intercept=7, n=40, noise=3, seed=2)
    slope, intercept = np.polyfit(points["x"], points["y"], 1)
    sweep = gdlab.sweep("sgd", points, over={"lr": [1e-300]}, measure="distance")
    # A rate of nothing leaves the line at intercept 1, slope 1.
    assert sweep.values[0] == pytest.approx(math.hypot(intercept - 1, slope - 1), rel=1e-9)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"over": {}}, "over must be like"),
        ({"over": 3}, "over must be like"),
        ({"over": {"lr": []}}, "no values"),
        ({"over": {"lr": 3}}, "list of numbers"),
        ({"over": {"lr": [0.1, "x"]}}, "value 2 must be a number"),
        ({"over": {"lr": [0.1, -1]}}, "lr must be a number over 0"),
        ({"over": {"gamma": [1]}}, "has no hyperparameter 'gamma'"),
        ({"over": {"avg_slope": [1]}}, "start has no 'avg_slope'"),
        ({"over": {"lr": [1]}, "lr": 2}, "do not also give it"),
        ({"over": {"batch_size": [1, 2]}}, "cannot be swept"),
        ({"over": {"lr": [1]}, "measure": "loss"}, "no measure is called 'loss'"),
        ({"over": {"lr": [1]}, "threshold": "x"}, "threshold must be a number"),
        ({"over": {"lr": [1]}, "surface": "ravine"}, "diverged_at"),
        ({"over": {"lr": range(10**5), "slope": range(10**5)}}, "more than fit"),
        ({"over": {"lr": [1]}, "measure": "distance", "points": [(1, 2), (1, 3)]}, "different x"),
    ],
)
def test_bad_input_is_answered_in_one_line(given, words):
    with pytest.raises(ValueError, match=words) as caught:
        gdlab.sweep("sgd", **given)
    assert "\n" not in str(caught.value)
