"""A run: its table, epochs, final values, explosions, explanations, and bad input."""

import math
import re

import numpy as np
import pandas as pd
import pytest

import gdlab

LINE = ["epoch", "sample", "t", "x", "y", "intercept", "slope", "y_pred", "error", "err2"]
LINE += ["grad_intercept", "grad_slope"]
AFTER = ["step_intercept", "step_slope", "new_intercept", "new_slope"]
STATES = {
    "sgd": [],
    "momentum": ["avg"],
    "heavy_ball": ["velocity"],
    "rmsprop": ["sqr_avg"],
    "rmsprop_eps_inside": ["sqr_avg"],
    "rmsprop_lesson": ["sqr_avg"],
    "adam": ["avg", "sqr_avg", "avg_hat", "sqr_avg_hat"],
    "adam_lesson": ["avg", "sqr_avg"],
}


def refused(*arguments, **options):
    """The one line with which ``gdlab.trace`` answers bad input."""
    with pytest.raises(ValueError, match=r".") as refusal:
        gdlab.trace(*arguments, **options)
    message = str(refusal.value)
    assert "\n" not in message
    assert len(message) < 300
    return message


# --- the table ---


@pytest.mark.parametrize("rule", STATES)
def test_columns_have_the_projects_words_in_order(rule):
    own = [f"{state}_{name}" for state in STATES[rule] for name in ("intercept", "slope")]
    assert list(gdlab.trace(rule).frame.columns) == [*LINE, *own, *AFTER]


def test_finite_differences_bring_their_columns():
    names = list(gdlab.trace("sgd", h=0.01).frame.columns)
    assert names == [
        *LINE,
        "err2_h_intercept",
        "est_grad_intercept",
        "err2_h_slope",
        "est_grad_slope",
        *AFTER,
    ]


def test_the_frame_has_one_row_an_update():
    frame = gdlab.trace("adam", [(1, 2), (3, 4), (5, 6)], epochs=2).frame
    assert frame["t"].tolist() == [1, 2, 3, 4, 5, 6]
    assert frame["epoch"].tolist() == [1, 1, 1, 2, 2, 2]
    assert frame["sample"].tolist() == [1, 2, 3, 1, 2, 3]
    assert frame["x"].tolist() == [1, 3, 5, 1, 3, 5]
    assert frame["y"].tolist() == [2, 4, 6, 2, 4, 6]
    assert (frame.dtypes[["epoch", "sample", "t"]] == np.int64).all()
    assert (frame.dtypes.drop(["epoch", "sample", "t"]) == np.float64).all()


@pytest.mark.parametrize(
    "options", [{"shuffle": True}, {"batch_size": 2}, {"every": 4}, {"columns": ["error"]}], ids=str
)
def test_counters_and_points_stand_row_by_row(options):
    points = [(2, 5), (3, 8), (7, 1)]
    run = gdlab.trace("sgd", points, epochs=5, **options)
    samples = run.order or [0, 1, 2] * 5
    wanted = [[1 + row // 3, 1 + place, *points[place]] for row, place in enumerate(samples)]
    rows = run.frame[["epoch", "sample", "x", "y"]].to_numpy().tolist()
    assert rows == wanted[run.every - 1 :: run.every]


@pytest.mark.parametrize("rule", gdlab.rules())
def test_a_row_starts_from_the_row_above(rule):
    frame = gdlab.trace(rule, epochs=3).frame
    for name in ("intercept", "slope"):
        assert frame[name].iloc[0] == 1
        assert frame[name].iloc[1:].tolist() == frame[f"new_{name}"].iloc[:-1].tolist()
        subtracted = frame[name] - frame[f"step_{name}"]
        assert frame[f"new_{name}"].tolist() == subtracted.tolist()


@pytest.mark.kernel
@pytest.mark.parametrize(
    "rule", ["sgd", "momentum", "heavy_ball", "rmsprop", "adam_lesson", "adagrad"]
)
def test_a_second_run_from_the_firsts_end_is_the_second_epoch(rule):
    whole = gdlab.trace(rule, epochs=2)
    first = gdlab.trace(rule)
    start = {name: first.column(name)[-1] for name in first.table.starts}
    second = gdlab.trace(rule, start=start | first.final)
    for name in whole.table.computed:
        assert whole.column(name).tolist() == [*first.column(name), *second.column(name)], name


def test_what_starts_from_elsewhere_changes_the_first_row():
    start = {"slope": 3, "avg_intercept": 10}
    run = gdlab.trace("momentum", [(2, 5)], start=start, lr=0.5)
    # g = 2 (1 + 3 * 2 - 5) = 4 and 8; averages 0.9 * 10 + 0.1 * 4 and 0.1 * 8.
    assert run.column("avg_intercept")[0] == pytest.approx(9.4, rel=1e-15)
    assert run.column("avg_slope")[0] == pytest.approx(0.8, rel=1e-15)
    assert run.final == pytest.approx({"intercept": 1 - 4.7, "slope": 3 - 0.4}, rel=1e-15)
    assert run.start == {"intercept": 1, "slope": 3, "avg_intercept": 10, "avg_slope": 0}


def test_final_is_the_last_rows_new_values():
    run = gdlab.trace("rmsprop", epochs=3)
    last = run.frame.iloc[-1]
    assert run.final == {"intercept": last["new_intercept"], "slope": last["new_slope"]}
    assert {type(value) for value in run.final.values()} == {float}


# --- epochs ---


def test_epochs_hold_means_over_their_rows():
    points = [(1, 3), (2, 5), (4, 8)]
    run = gdlab.trace("sgd", points, epochs=2, lr=0.01)
    b = m = 1.0
    rows = []
    for epoch in (1, 2):
        squares = []
        for x, y in points:
            error = b + m * x - y
            squares.append(error**2)
            b, m = b - 0.01 * 2 * error, m - 0.01 * 2 * error * x
        total = sum(squares)
        rows.append([epoch, total / 3, math.sqrt(total / 3), math.sqrt(total), b, m])
    assert list(run.epochs.columns) == [
        "epoch",
        "mse",
        "rmse",
        "root_sum_err2",
        "intercept",
        "slope",
    ]
    assert run.epochs.to_numpy() == pytest.approx(np.array(rows), rel=1e-13)


def test_the_lessons_figure_is_the_root_of_the_sum():
    # basic, first epoch: the original's cell is labelled rmse and is not divided by n.
    run = gdlab.lesson("basic", epochs=1)
    total = sum(run.column("err2").tolist())
    assert run.epochs["root_sum_err2"][1] == pytest.approx(math.sqrt(total), rel=1e-14)
    assert run.epochs["rmse"][1] == pytest.approx(math.sqrt(total / 29), rel=1e-14)


# --- explosions ---


def test_an_explosion_is_named_where_it_begins():
    run = gdlab.trace("sgd", epochs=6, lr=0.05)
    row, column = run.exploded
    assert not math.isfinite(run.column(column)[row - 1])
    assert np.isfinite(run.values[:, : row - 1]).all()
    earlier = run.table.computed[: run.table.computed.index(column)]
    assert all(math.isfinite(run.column(name)[row - 1]) for name in earlier)
    assert f"exploded: {column} in row {row} is not a finite number" in repr(run)
    assert f"exploded: {column} in row {row}" in run._repr_html_()
    assert run.frame.shape == (174, 16)
    assert len(run.epochs) == 6


def test_nothing_explodes_where_all_is_finite():
    run = gdlab.trace("adam", epochs=3)
    assert run.exploded is None
    assert "exploded" not in repr(run)


# --- one cell, explained ---

EXPLAINED = {
    ("sgd", 1, "y_pred"): ("ŷ = b + m * x", "1 + 1 * 14", 15, "=F10+G10*D10", "H10"),
    ("sgd", 1, "error"): ("e = ŷ - y", "15 - 58", -43, "=H10-E10", "I10"),
    ("sgd", 1, "err2"): ("e² = e * e", "(-43) * (-43)", 1849, "=I10*I10", "J10"),
    ("sgd", 1, "grad_slope"): ("de²/dm = de²/db * x", "(-86) * 14", -1204, "=K10*D10", "L10"),
    ("sgd", 2, "slope"): ("m = new_m[t-1]", "1.1204", 1.1204, "=P10", "G11"),
    ("sgd", 2, "new_slope"): (
        "new_m = m - step_m",
        "1.1204 - (-1.7997564)",
        2.9201564,
        "=G11-N11",
        "P11",
    ),
}


@pytest.mark.parametrize("where", EXPLAINED)
def test_a_cell_is_explained(where):
    rule, row, column = where
    symbols, numbers, result, excel, cell = EXPLAINED[where]
    found = gdlab.trace(rule).explain(row, column)
    assert found.rule == rule
    assert (found.row, found.column) == (row, column)
    assert found.symbols == symbols
    assert found.numbers == numbers
    assert found.result == pytest.approx(result, rel=1e-12)
    assert (found.excel, found.cell) == (excel, cell)


def test_adams_step_is_explained():
    found = gdlab.trace("adam").explain(1, "avg_hat_slope")
    assert found.excel == "=N10/(1-beta_1^C10)"
    assert found.numbers == "(-120.4) / (1 - 0.9^1)"
    assert found.latex == r"\widehat{g}_{m} = \frac{\overline{g}_{m}}{1 - {\beta_{1}}^{t}}"
    assert str(found).splitlines()[0] == "adam, row 1, column avg_hat_slope"
    assert "Excel    R10: =N10/(1-beta_1^C10)" in str(found)
    assert found._repr_markdown_().startswith("$$")


def test_a_cell_that_is_not_computed_is_explained_too():
    run = gdlab.trace("sgd")
    assert run.explain(2, "x").result == 86
    assert run.explain(2, "x").excel.startswith("=INDEX(")
    assert run.explain(2, "t").excel is None
    assert run.explain(2, "t").result == 2


@pytest.mark.parametrize("rule", gdlab.rules())
def test_the_numbers_put_in_give_the_result(rule):
    run = gdlab.trace(rule, epochs=2)
    scope = {"sqrt": math.sqrt, "abs": abs, "max": max, "min": min}
    scope["sign"] = lambda x: (x > 0) - (x < 0)
    scope["floor"] = lambda x: float(math.floor(x))
    for row in (1, 2, 30):
        for column in run.table.columns:
            if column.expression is None:
                continue
            found = run.explain(row, column.name)
            python = found.numbers.replace("^", "**").replace(", else", " else")
            value = eval(re.sub(" = ", " == ", python), {"__builtins__": {}}, scope)
            # Ten digits are shown of each number; nearly equal ones may cancel.
            assert value == pytest.approx(found.result, rel=1e-5, abs=1e-6), column.name


@pytest.mark.parametrize("row", [0, -1, 30, 1.0, True, "1", None, 10**30, [1]])
def test_rows_that_are_not_there(row):
    run = gdlab.trace("sgd")
    for ask in (run.explain, lambda row, name: run.value(name, row)):
        with pytest.raises(ValueError, match=r"^row must be a whole number from 1 to 29, not"):
            ask(row, "x")
    assert run.explain(np.int64(29), "x").result == 8


@pytest.mark.parametrize("name", ["q", "", None, 3, ["x"], "avg_slope"])
def test_columns_that_are_not_there(name):
    run = gdlab.trace("sgd")
    asks = (run.column, run.table.column, lambda name: run.explain(1, name))
    for ask in asks:
        with pytest.raises(ValueError, match=r"^no column is called .*; there are epoch, sam"):
            ask(name)


def test_letters_that_are_not_there():
    assert gdlab.trace("sgd").explain(1, "y_pred", "ab").symbols == "ŷ = b + a * x"
    with pytest.raises(ValueError, match=r"letters must be one of mb, ab, not 'xy'"):
        gdlab.trace("sgd").explain(1, "y_pred", "xy")


def test_the_value_behind_a_name():
    run = gdlab.trace("adam", start={"avg_slope": 7}, lr=0.5)
    assert run.value("lr", 1) == 0.5
    assert run.value("n", 1) == 29
    assert run.value("avg_slope_prev", 1) == 7
    assert run.value("avg_slope_prev", 2) == run.column("avg_slope")[0]
    assert run.value("new_slope_prev", 1) == 1
    assert run.value("new_slope_prev", 2) == run.column("new_slope")[0]
    with pytest.raises(ValueError, match=r"no column is called 'q'"):
        run.value("q", 1)


# --- bad input ---

WRONG = [
    ({"epochs": 0}, "epochs must be a whole number from 1, not 0"),
    ({"epochs": -1}, "epochs must be a whole number from 1, not -1"),
    ({"epochs": 1.5}, "epochs must be a whole number from 1, not 1.5"),
    ({"epochs": True}, "epochs must be a whole number from 1, not True"),
    ({"epochs": "3"}, "epochs must be a whole number from 1, not '3'"),
    ({"epochs": None}, "epochs must be a whole number from 1, not None"),
    ({"epochs": math.nan}, "epochs must be a whole number from 1, not nan"),
    ({"epochs": np.array([1, 2])}, "epochs must be a whole number from 1, not array"),
    ({"epochs": 10**30}, "rows are more than can be computed; give fewer"),
    ({"epochs": 10**30, "shuffle": "replacement"}, "rows are more than can be computed"),
    ({"surface": "saddle", "steps": 10**12}, "rows are more than fit in memory"),
    ({"start": 5}, "start must be like {'slope': 1}, not 5"),
    ({"start": "slope"}, "start must be like {'slope': 1}, not 'slope'"),
    ({"start": [("slope", 1)]}, "start must be like {'slope': 1}, not [('slope', 1)]"),
    ({"start": {"slop": 1}}, "start has no 'slop'; did you mean slope?"),
    ({"start": {"avg_slope": 1}}, "start has no 'avg_slope'; sgd starts from intercept, slope"),
    ({"start": {3: 1}}, "start has no 3; sgd starts from intercept, slope"),
    ({"start": {"a\nb": 1}}, r"start has no 'a\nb'; sgd starts from"),
    ({"start": {"slope": "1"}}, "start slope must be a number, not '1'"),
    ({"start": {"slope": None}}, "start slope must be a number, not None"),
    ({"start": {"slope": math.inf}}, "start slope must be a finite number, not inf"),
    ({"start": {"slope": 10**400}}, "start slope must be a number under 1.8e308"),
    ({"start": {"slope": True}}, "start slope must be a number, not True"),
    ({"batch_size": np.array([1, 2])}, "batch_size must be a whole number from 1"),
    ({"batch_size": 1.0}, "batch_size must be a whole number from 1"),
    ({"batch_size": True}, "batch_size must be a whole number from 1"),
    ({"batch_size": None}, "batch_size must be a whole number from 1"),
    ({"shuffle": 1}, "shuffle must be True, False or 'replacement', not 1"),
    ({"shuffle": [True]}, "shuffle must be True, False or 'replacement', not [True]"),
    ({"shuffle": np.array([1, 2])}, "shuffle must be True, False or 'replacement', not array"),
    ({"seed": "a"}, "seed must be a whole number from 0, not 'a'"),
    ({"seed": None}, "seed must be a whole number from 0, not None"),
    ({"seed": -1}, "seed must be a whole number from 0, not -1"),
    ({"seed": 1.5}, "seed must be a whole number from 0, not 1.5"),
    ({"schedule": ["cosine"]}, "no schedule is called ['cosine']; there are constant"),
    ({"schedule": len}, "no schedule is called <built-in function len>; there are constant"),
    ({"surface": ["saddle"]}, "no surface is called ['saddle']; there are ravine"),
    ({"surface": "saddle", "steps": 0}, "steps must be a whole number from 1, not 0"),
    ({"surface": "saddle", "steps": "9"}, "steps must be a whole number from 1, not '9'"),
    ({"switch": "adam"}, "switch must be like"),
    ({"switch": {"to": "adam", "at_epoch": 0}}, "at_epoch must be a whole number from 1, not 0"),
    ({"switch": {"to": ["adam"], "at_epoch": 2}}, "no rule is called ['adam']; there are sgd"),
    ({"switch": {"to": "adam", "at_epoch": 2, "lr": -1}}, "lr must be a number over 0, not -1"),
    ({"h": 0}, "h must be a number over 0, not 0"),
    ({"h": "0.1"}, "h must be a number over 0, not '0.1'"),
    ({"start": {"steep": 1}}, "start has no 'steep'; sgd starts from intercept, slope"),
    ({"beta": 0.9}, "sgd has no hyperparameter 'beta'; it has lr"),
    ({"at_epoch": 2}, "sgd has no hyperparameter 'at_epoch'; it has lr"),
    ({"a\nb": 2}, r"sgd has no hyperparameter 'a\nb'; it has lr"),
]


@pytest.mark.parametrize(("options", "words"), WRONG, ids=lambda value: repr(value)[:40])
def test_bad_input_gets_one_line(options, words):
    assert words in refused("sgd", **options)


def test_start_may_be_a_series():
    assert gdlab.trace("sgd", start=pd.Series({"slope": 2.0})).start["slope"] == 2


@pytest.mark.parametrize("name", ["q", None, ["basic"], 3])
def test_lessons_that_are_not_there(name):
    with pytest.raises(ValueError, match=r"no lesson is called .*; there are basic, momentum"):
        gdlab.lesson(name)


def test_a_run_on_a_page():
    run = gdlab.trace("sgd", epochs=3)
    html = run._repr_html_()
    assert html.startswith("<p>sgd (lr=0.0001), 87 updates: intercept 1.")
    assert "<table" in html
    # Long tables are shortened on the page, not in the frame.
    assert html.count("<tr") < 70 < len(run.frame)
    assert repr(run).startswith("<Trace sgd (lr=0.0001), 87 updates: ")


@pytest.mark.parametrize(
    ("options", "updates"),
    [
        ({"batch_size": 4, "epochs": 5}, 40),  # 29 points: seven batches of four and one of one
        ({"batch_size": "full", "epochs": 20}, 20),
        ({"batch_size": 29}, 1),
        ({"batch_size": 100, "epochs": 3}, 3),
        ({"epochs": 5}, 145),
        ({"epochs": 5, "shuffle": True}, 145),
        ({"batch_size": 7, "shuffle": True, "epochs": 2}, 10),
        ({"surface": "ravine", "steps": 7}, 7),
    ],
)
def test_updates_are_counted_and_not_rows(options, updates):
    run = gdlab.trace("adam", **options)
    # The table counts them itself, row by row.
    assert run.updates == updates == run.column("t")[-1]
    said = run.summary().split("): ")[0] if updates == run.rows else run.summary()
    assert f"{updates} update" in said
    assert (f"{run.rows} rows, " in run.summary()) == (run.rows != updates)


@pytest.mark.parametrize(
    ("rule", "points", "options", "said"),
    [
        # x are years: nothing is inf, and the line is 10^83 away.
        ("sgd", [(2000 + k, k) for k in range(30)], {}, "ends worse than it began: rmse 2e+03 at"),
        (
            "momentum",
            None,
            {"lr": 0.0005, "beta": 0, "epochs": 5},
            "76.1 at the start, 7.39e+06 in",
        ),
        ("momentum", None, {"lr": 0.0005, "beta": 0.5, "epochs": 5}, None),
        ("sgd", None, {"epochs": 50}, None),
        # It stays where it was: what rounding makes of the two means is no difference.
        ("sgd", None, {"lr": 1e-300}, None),
        ("sgd", None, {"surface": "rosenbrock", "lr": 0.004, "steps": 3}, "began: loss "),
    ],
)
def test_a_run_that_ends_worse_than_it_began_says_so_while_finite(rule, points, options, said):
    options = {"start": {"u": -2, "v": 2}, **options} if "surface" in options else options
    run = gdlab.trace(rule, points, **options)
    assert run.exploded is None
    if points is None and "surface" not in options:
        begin = sum((1 + x - (2 * x + 30)) ** 2 for x in gdlab.lesson_points()["x"]) / 29
        assert run.diverged == (run.epochs["mse"].iloc[-1] > begin * (1 + 1e-9))
    assert run.diverged == (said is not None)
    assert (said or "; intercept") in f"; {run.summary().split(': ', 1)[1]}"


def test_an_exploded_run_has_diverged():
    assert gdlab.trace("sgd", lr=0.1, epochs=6).diverged
