"""Sweeps: the numbers are the trace's, whatever the grid, the engine and the measure."""

import itertools
import math
import os

import joblib
import numpy as np
import pandas as pd
import pytest

import gdlab
from gdlab.cli import main
from gdlab.core.assembly import SCHEDULES, table_of
from gdlab.core.parallel import workers
from gdlab.core.registry import find_rule
from gdlab.studies.sweeps import work
from gdlab.studies.sweeps.lanes import shared_and_lanes
from gdlab.studies.sweeps.work import Work, shrinking

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
    if measure == "exploded_at":
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


@pytest.fixture
def engine(request, monkeypatch):
    monkeypatch.setattr(work, "COMPILE_SWEEP_FROM", 0 if request.param == "compiled" else math.inf)
    return request.param


# Compiling takes seconds: the suite does it for a few, the proof for all.
SAMPLE = [
    ("adam", "rmse", "compiled"),
    ("nadam", "exploded_at", "compiled"),
    ("sgd", "rmse", "interpreted"),
    ("adam", "exploded_at", "interpreted"),
    ("lion", "rmse", "interpreted"),
    # Its test of the row is the same in all lanes.
    ("lookahead", "rmse", "interpreted"),
    ("adagrad_lesson", "rmse", "interpreted"),
]
ALL = list(itertools.product(gdlab.rules(), ["rmse", "exploded_at"], ["compiled", "interpreted"]))


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("rule", "measure", "engine"), ALL if FULL else SAMPLE, indirect=["engine"]
)
def test_a_sweep_has_the_bits_of_the_trace(rule, measure, engine):
    second = next((name for name in find_rule(rule).hyper if name != "lr"), "slope")
    over = {"lr": RATES, second: [0.0, 0.3, 0.9]}
    sweep = gdlab.sweep(rule, over=over, epochs=12, measure=measure)
    assert_equal_at(sweep, measure, sampled(sweep, 12 if engine == "compiled" else 4))


@pytest.mark.parametrize("measure", ["epochs_to_threshold", "distance"])
@pytest.mark.parametrize(
    "engine", ["interpreted", "compiled"] if FULL else ["interpreted"], indirect=True
)
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


def test_a_surface_is_swept_from_its_own_starts():
    over = {"lr": [0.1, 0.6, 5.0], "v": [0.5, 2.0]}
    sweep = gdlab.sweep("sgd", over=over, surface="ravine", steps=400, measure="exploded_at")
    assert np.isnan(sweep.values[0]).all()
    assert np.isfinite(sweep.values[2]).all()
    assert_equal_at(sweep, "exploded_at", sampled(sweep, 6))


def test_long_sweeps_go_out_in_pieces_and_come_back_in_order(monkeypatch):
    monkeypatch.setattr(work, "FIRST_ROWS", 1000)
    monkeypatch.setattr(work, "PIECE_SECONDS", 0.0)
    monkeypatch.setattr(work, "PIECE_ROWS", 5000)
    # 37 is no multiple of 64: blocks begin and end inside of pieces.
    over = {"beta1": np.linspace(0, 0.9, 41), "lr": np.geomspace(1e-3, 10, 37), "eps": [1e-8, 1.0]}
    sweep = gdlab.sweep("adam", over=over, epochs=2)
    assert sweep.values.shape == (41, 37, 2)
    assert_equal_at(sweep, "rmse", sampled(sweep, 200 if FULL else 25))


def test_an_error_in_one_piece_ends_all(monkeypatch):
    begun = []

    def broken(work, first, out):
        begun.append(first)
        if first:
            raise MemoryError("no more memory")

    monkeypatch.setattr(work, "compute", broken)
    with pytest.raises(MemoryError):
        gdlab.sweep("sgd", over={"lr": RATES, "slope": np.linspace(0, 1, 1000)}, epochs=40)
    assert len(begun) < 10


def test_pieces_are_all_runs_once_and_never_too_long():
    for runs, rows, fast in [(10**6, 116, 1000), (77, 29, 7), (10**7, 29, 10**7), (5, 10**8, 1)]:
        given = Work("", (np.empty(runs),), fast, rows, 1, ([], []), [], (), 0)
        parts = list(itertools.islice(shrinking(given, 2), 10_000))
        assert parts[0][0] == 0
        assert all(before[1] == after[0] for before, after in itertools.pairwise(parts))
        assert parts[-1][1] == runs or len(parts) == 10_000
        assert max(last - first for first, last in parts) <= max(64, 20_000_000 // rows)


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


def test_the_best_run(capsys):
    over = {"lr": [1e-5, 1e-4, 1.0]}
    sweep = gdlab.sweep("sgd", over=over, epochs=40)
    assert sweep.values[0] < sweep.values[1]
    assert np.isnan(sweep.values[2])
    assert sweep.best == {"lr": 1e-5, "rmse": sweep.values[0]}
    assert gdlab.sweep("sgd", over={"lr": [1.0]}, epochs=40).best is None
    diverged = gdlab.sweep("sgd", over={"lr": [1.0, 1e-4]}, epochs=40, measure="exploded_at")
    assert diverged.best["lr"] == 1e-4
    later = gdlab.sweep("sgd", over={"lr": [1.0, 0.01]}, epochs=40, measure="exploded_at")
    assert later.best["lr"] == 0.01
    main(["sweep", "sgd", "--over", "lr=1,0.0001", "--epochs", "40", "--measure", "exploded_at"])
    assert "best: lr=0.0001, exploded_at=never" in capsys.readouterr().out


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
        ({"over": {"avg_slope": [1]}}, "sgd has no hyperparameter 'avg_slope'"),
        ({"over": {"lr": [1]}, "lr": 2}, "do not also give it"),
        ({"over": {"batch_size": [1, 2]}}, "cannot be swept"),
        ({"over": {"epochs": [1, 2]}}, "epochs cannot be swept"),
        ({"over": {"seed": [1, 2]}, "shuffle": True}, "seed cannot be swept"),
        ({"over": {1: [0.1]}}, "over 1 must be the name"),
        ({"over": {"slope": [1, 2]}, "start": 5}, "start must be like"),
        ({"over": {"lr": [1]}, "measure": "losses"}, "no measure is called 'losses'"),
        ({"over": {"lr": [1]}, "threshold": "x"}, "threshold must be a number"),
        ({"over": {"lr": [1]}, "surface": "ravine"}, "exploded_at"),
        ({"over": {"lr": range(10**5), "slope": range(10**5)}}, "more than fit"),
        ({"over": {"lr": [1]}, "measure": "distance", "points": [(1, 2), (1, 3)]}, "different x"),
    ],
)
def test_bad_input_is_answered_in_one_line(given, words):
    with pytest.raises(ValueError, match=words) as caught:
        gdlab.sweep("sgd", **given)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ((), "an index for each of lr"),
        ((0, 0), "an index for each of lr"),
        ((2,), "lr has indices 0 to 1, not 2"),
        (("0",), "lr has indices 0 to 1, not '0'"),
    ],
)
def test_a_run_that_is_not_there(places, words):
    with pytest.raises(ValueError, match=words):
        gdlab.sweep("sgd", over={"lr": [1e-5, 1e-4]}).trace(*places)


def run(capsys, *arguments):
    code = main(["sweep", *map(str, arguments)])
    return code, *capsys.readouterr()


def test_the_command_writes_the_rows_and_draws_the_map(tmp_path, capsys):
    rows, picture = tmp_path / "map.parquet", tmp_path / "map.png"
    code, out, err = run(
        capsys, "momentum", "--over", "lr=1e-6:10:8:log", "--over", "beta=0:0.9:4",
        "--epochs", 3, "--set", "h=0.01", "--out", rows, "--plot", picture,
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert out.startswith("momentum: 32 runs of 87 rows\nbest: lr=")
    frame = pd.read_parquet(rows)
    assert frame["lr"].iloc[0] == 1e-6
    assert frame["beta"].tolist()[:4] == pytest.approx([0, 0.3, 0.6, 0.9])
    expected = gdlab.trace("momentum", epochs=3, lr=frame["lr"][9], beta=frame["beta"][9])
    assert frame["rmse"][9] == expected.epochs["rmse"].iloc[-1]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_command_writes_csv_with_every_digit(tmp_path, capsys):
    path = tmp_path / "map.csv"
    assert run(capsys, "sgd", "--over", "lr=1e-5,0.3", "--epochs", 40, "--out", path)[0] == 0
    found = gdlab.sweep("sgd", over={"lr": [1e-5, 0.3]}, epochs=40)
    assert np.isnan(found.values[1])
    assert path.read_text() == f"lr,rmse\n1e-05,{found.values[0].item()!r}\n0.3,nan\n"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--over", "lr"], "write NAME=FROM:TO:COUNT"),
        (["--over", "lr=1:2"], "write NAME=FROM:TO:COUNT"),
        (["--over", "lr=1:2:3:lin"], "write NAME=FROM:TO:COUNT"),
        (["--over", "lr=1:2:0"], "count must be a whole number from 1"),
        (["--over", "lr=0:2:3:log"], "both ends must be over 0"),
        (["--over", "lr=1:inf:3"], "'inf' is not a finite number"),
        (["--over", "lr=1,x"], "'x' is not a finite number"),
        (["--over", "lr=1", "--over", "lr=2"], "given twice"),
        (["--over", "lr=1", "--out", "rows.xlsx"], "end the name in .parquet or .csv"),
        (["--over", "lr=1", "--plot", "map.gif"], "end the name in"),
        (["--over", "lr=1", "--over", "slope=1", "--over", "intercept=1", "--plot", "m.png"],
         "one or two"),
        (["--over", "lr=1", "--out", "nowhere/rows.csv"], "there is no folder"),
        (["--over", "lr=1", "--plot", "nowhere/map.png"], "there is no folder"),
    ],
)  # fmt: skip
def test_the_command_answers_bad_input_in_one_line(given, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, "sgd", *given)
    # If its file cannot be written, the sweep prints nothing, because it was not made.
    assert (code, out) == (2, "")
    assert err.startswith("gdlab sweep: ")
    assert words in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_all_cores_work_where_nobody_chose():
    for prefer in ("threads", "processes"):
        assert workers(prefer).size == joblib.cpu_count()
        with joblib.parallel_config(n_jobs=1):
            assert workers(prefer).size == 1


def test_the_best_run_is_borne_out_by_its_neighbours_and_the_next_epochs():
    """Past the edge a single cell comes out small: 0.075 after four epochs, 15.7 after twelve."""
    over = {"lr": np.geomspace(1e-5, 10, 100), "beta1": np.linspace(0, 0.99, 100)}
    sweep = gdlab.sweep("adam", over=over, epochs=4)
    found = sweep.best
    lr, beta1 = sweep.best_index
    around = sweep.values[lr - 1 : lr + 2, beta1 - 1 : beta1 + 2]
    begin = np.sqrt(np.mean([(1 + x - (2 * x + 30)) ** 2 for x in gdlab.lesson_points()["x"]]))
    assert around.max() < begin / 3
    own = {name: found[name] for name in over}
    later = gdlab.trace("adam", epochs=12, **own).epochs["rmse"].iloc[-1]
    assert later <= 2 * found["rmse"]
    assert found["rmse"] == gdlab.trace("adam", epochs=4, **own).epochs["rmse"].iloc[-1]
    # The least of all is such an island: one of the two does not hold for it.
    least = np.unravel_index(np.nanargmin(sweep.values), sweep.values.shape)
    assert tuple(map(int, least)) != sweep.best_index


def test_where_no_run_holds_up_the_best_neighbourhood_is_named():
    from gdlab.studies.sweeps.best import best_index, worst_around

    values = np.array([[9.0, 9, 9, 9], [9, 1, 2, 9], [9, 9, 3, np.inf], [0.1, np.nan, 9, 9]])
    assert worst_around(values)[1, 1] == 9
    assert best_index(values, lambda *_: np.inf) is not None
    line = np.array([50.0, 5, 4, 3, 4, 60, 0.5, 70, np.nan])
    assert best_index(line, lambda index: line[index]) == (3,)
    # After the next epochs the fourth is worse: the run with the next best neighbours is taken.
    assert best_index(line, lambda index: 99 if index == 3 else line[index]) == (2,)
    assert best_index(np.array([np.nan, np.inf]), lambda _: 0.0) is None
