"""Models of any number of parameters: a parabola, y = a*x*x + b*x + c, through every view."""

import re

import cells
import engines
import numpy as np
import pytest
from books import differences

import gdlab
from gdlab.core import engine
from gdlab.core.layout import START_ROW, defined_names, letters
from gdlab.core.model import read_model
from gdlab.core.symbols import latex, text

POINTS = [(1.0, 2.0), (2.0, 1.0), (-1.0, 3.0), (0.5, -1.0)]


def parabola(x, y, a=1, b=1, c=1):
    """A parabola and its squared error."""
    y_pred = a * x * x + b * x + c
    error = y_pred - y
    err2 = error * error
    grad_a = 2 * error * x * x
    grad_b = 2 * error * x
    grad_c = 2 * error
    return y_pred, error, err2, grad_a, grad_b, grad_c


MODEL = read_model(parabola)


def by_hand(points, epochs, lr, start=(1.0, 1.0, 1.0), beta=None):
    """The parameters after every row, by plain Python alone: sgd, or momentum with ``beta``."""
    a, b, c = start
    averages = [0.0, 0.0, 0.0]
    rows = []
    for _ in range(epochs):
        for x, y in points:
            error = a * x * x + b * x + c - y
            gradient = [2 * error * x * x, 2 * error * x, 2 * error]
            if beta is not None:
                averages = [
                    beta * old + (1 - beta) * g for old, g in zip(averages, gradient, strict=True)
                ]
                gradient = averages
            a, b, c = (w - lr * g for w, g in zip((a, b, c), gradient, strict=True))
            rows.append((a, b, c))
    return rows


@pytest.mark.parametrize(("rule", "beta"), [("sgd", None), ("momentum", 0.9)])
def test_the_frame_is_that_of_plain_python(rule, beta):
    run = gdlab.trace(rule, POINTS, model=MODEL, epochs=3, lr=0.01)
    assert run.frame[["new_a", "new_b", "new_c"]].to_numpy().tolist() == [
        list(row) for row in by_hand(POINTS, 3, 0.01, beta=beta)
    ]
    assert list(run.final) == ["a", "b", "c"]
    assert run.table.parameters == ("a", "b", "c")


def test_columns_stand_side_by_side_for_each_parameter():
    names = gdlab.trace("adam", POINTS, model=MODEL).table.names
    words = ("avg", "sqr_avg", "avg_hat", "sqr_avg_hat", "step", "new")
    wanted = [f"{word}_{one}" for word in words for one in "abc"]
    assert names[: -len(wanted)] == (
        "epoch", "sample", "t", "x", "y", "a", "b", "c", "y_pred", "error", "err2",
        "grad_a", "grad_b", "grad_c",
    )  # fmt: skip
    assert list(names[-len(wanted) :]) == wanted


def test_clipping_by_norm_goes_over_all_parameters():
    run = gdlab.trace("sgd", POINTS, model=MODEL, lr=0.01, max_norm=1.0)
    row = run.frame.iloc[0]
    norm = np.sqrt(row.grad_a**2 + row.grad_b**2 + row.grad_c**2)
    assert row["norm"] == pytest.approx(norm, rel=1e-15)
    scaled = row[["scaled_grad_a", "scaled_grad_b", "scaled_grad_c"]].to_numpy(dtype=float)
    assert np.linalg.norm(scaled) == pytest.approx(1.0, rel=1e-15)


def test_estimates_are_near_the_gradients():
    frame = gdlab.trace("sgd", POINTS, model=MODEL, lr=0.01, h=1e-6, epochs=2).frame
    for one in "abc":
        assert np.allclose(frame[f"est_grad_{one}"], frame[f"grad_{one}"], atol=1e-4)


@pytest.mark.parametrize("schedule", ["lesson_annealing", "reduce_on_plateau", "cosine"])
def test_schedules_see_all_parameters(schedule):
    run = gdlab.trace("adam_lesson", POINTS, model=MODEL, epochs=3, schedule=schedule)
    assert not run.exploded
    if schedule == "lesson_annealing":
        ends = run.frame.iloc[3::4]
        roots = sum(np.sqrt(ends[f"sqr_avg_{one}"].to_numpy()) for one in "abc")
        assert run.epochs["size"].to_numpy() == pytest.approx(roots, rel=1e-15)


@pytest.mark.parametrize("points", [[(1, 2, 3)], [(1,)], {"x": [1]}], ids=str)
def test_points_have_the_models_columns(points):
    with pytest.raises(ValueError, match="points must be a table with columns x and y"):
        gdlab.trace("sgd", points, model=MODEL)
    with pytest.raises(ValueError, match="parabola needs points with x and y"):
        gdlab.trace("sgd", model=MODEL)


# --- the workbook ---


def stored_cells(run, path):
    """The rows' cells as the workbook has them, by column; also checked to be the frame's."""
    found = engines.stored(path)
    for name in run.table.computed:
        if run.table.column(name).expression is None:
            continue
        place = letters(run.table.names.index(name))
        cells = [found[run.rule, f"{place}{START_ROW + row}"][1] for row in range(1, run.rows + 1)]
        assert cells == run.column(name).tolist(), name
    return found


CASES = [
    ("adam", {}),
    ("sgd", {"h": 0.01, "max_norm": 1.0, "lr": 0.01}),
    ("adam", {"batch_size": 2, "schedule": "reduce_on_plateau"}),
    ("adam_lesson", {"schedule": "lesson_annealing", "weight_decay": 0.1}),
    ("sgd", {"lr": 100.0, "epochs": 20}),
]


def test_two_engines_compute_the_workbooks_cells(formualizer, libreoffice, tmp_path):
    paths = []
    for number, (rule, options) in enumerate(CASES):
        run = gdlab.trace(rule, POINTS, model=MODEL, **{"epochs": 3, **options})
        paths.append(run.to_excel(tmp_path / f"{number}.xlsx"))
        if not run.exploded:
            stored_cells(run, paths[-1])
        assert differences(paths[-1], formualizer(paths[-1])) == []
    assert any(isinstance(value, str) for _, value in engines.stored(paths[-1]).values())
    for path, recomputed in zip(paths, libreoffice(paths), strict=True):
        assert differences(path, recomputed, engines.agrees_to_15_digits) == []


# --- pictures and sweeps ---


@pytest.mark.parametrize("drawings", [(), ("loss", "epochs", "line", "path", "steps")], ids=str)
def test_pictures_are_drawn(drawings):
    run = gdlab.trace("adam", POINTS, model=MODEL, epochs=3)
    assert repr(gdlab.plot(run, *drawings)).startswith("Picture of adam")
    picture = gdlab.plot(run, "path", parameters=("c", "a"))
    axes = picture.figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("c", "a")
    with pytest.raises(ValueError, match="a path has two parameters of a, b, c"):
        gdlab.plot(run, "path", parameters=("c", "d"))
    assert len(gdlab.plot_tangents(run).figure.axes) == 3


@pytest.mark.parametrize("measure", ["rmse", "loss", "exploded_at", "epochs_to_threshold"])
def test_a_sweep_gives_the_traces_numbers(measure):
    over = {"lr": [0.001, 0.01, 0.1], "c": [-1.0, 2.0]}
    swept = gdlab.sweep("momentum", POINTS, over=over, measure=measure, model=MODEL, epochs=4)
    for place, lr in enumerate(over["lr"]):
        for other, c in enumerate(over["c"]):
            run = gdlab.trace("momentum", POINTS, model=MODEL, epochs=4, lr=lr, start={"c": c})
            assert swept.trace(place, other).final == run.final
            if measure == "rmse":
                assert swept.values[place, other] == run.epochs["rmse"].iloc[-1]
            if measure == "loss":
                assert swept.values[place, other] == run.epochs["mse"].iloc[-1]
    assert swept.plot().figure


def test_the_distance_is_one_of_the_line():
    with pytest.raises(ValueError, match="distance is one of the line"):
        gdlab.sweep("sgd", POINTS, over={"lr": [0.1]}, measure="distance", model=MODEL)


# --- names ---


def free(x, w1, loss=1, u=1, h1=1, norm=1, scale=1, *, h=2):
    """Names that the table uses too."""
    v = loss * x + u * w1 + h1 + norm * x * w1 + scale
    z = v - h
    t1 = z * z
    grad_loss = 2 * z * x
    grad_u = 2 * z * w1
    grad_h1 = 2 * z
    grad_norm = 2 * z * x * w1
    grad_scale = 2 * z
    return v, z, t1, grad_loss, grad_u, grad_h1, grad_norm, grad_scale


def suffixes(x, b=1, a_b=1, w=1):
    """A parameter whose name ends as another's does."""
    e = a_b * x + b - w
    err2 = e * e
    grad_b = 2 * e
    grad_a_b = 2 * e * x
    grad_w = -2 * e
    return e, err2, grad_b, grad_a_b, grad_w


@pytest.mark.parametrize("rule", ["adam", "sgd"])
@pytest.mark.parametrize(
    ("function", "points"),
    [(free, POINTS), (suffixes, [(1.0,), (2.0,), (3.0,)])],
    ids=["free", "suffixes"],
)
def test_a_models_names_are_free(rule, function, points, formualizer, tmp_path):
    model = read_model(function)
    options = {"max_norm": 1.0, "batch_size": 2} if rule == "sgd" else {}
    run = gdlab.trace(rule, points, model=model, epochs=2, **options)
    assert len(set(run.table.names)) == len(run.table.names)
    for name in model.names:
        if name not in model.constants:
            assert name in run.table.names
    for parameter in model.parameters:
        step = run.column(run.table.named("step", parameter))
        new = run.column(run.table.named("new", parameter))
        assert (run.column(parameter) - step == new).all()
        assert run.table.part(run.table.named("step", parameter)) == ("step", parameter)
    path = run.to_excel(tmp_path / "free.xlsx")
    stored_cells(run, path)
    assert differences(path, formualizer(path)) == []


def test_what_the_table_makes_gives_way_to_a_models_names():
    run = gdlab.trace("sgd", POINTS, model=read_model(free), max_norm=1.0)
    assert run.column("norm").tolist()[0] == 1.0
    assert run.table.part("clip_by_norm_norm") == ("norm", None)
    assert gdlab.trace("sgd", POINTS, model=read_model(free), h=3.0).hyper["h"] == 3.0


def coefficients(x, y, beta0=0, beta1=0):
    """A line as statistics writes it."""
    residual = beta0 + beta1 * x - y
    square = residual * residual
    grad_beta0 = 2 * residual
    grad_beta1 = 2 * residual * x
    return residual, square, grad_beta0, grad_beta1


def test_a_parameter_may_be_called_as_a_rules_hyperparameter():
    run = gdlab.trace("adam", POINTS, model=read_model(coefficients), beta1=0.5)
    assert run.hyper["adam_beta1"] == 0.5
    assert run.start["beta1"] == 0
    line = gdlab.trace("adam", POINTS, beta1=0.5, start={"intercept": 0, "slope": 0})
    assert run.column("new_beta1").tolist() == line.column("new_slope").tolist()


def test_names_in_a_workbook_are_no_addresses_and_all_different():
    table = gdlab.trace("adam", POINTS, model=read_model(free)).table
    found = list(defined_names(table).values())
    assert len({name.lower() for name in found}) == len(found)
    for name in found:
        assert not re.fullmatch(r"[A-Za-z]{1,3}\d+|[rRcC]\d*([cC]\d*)?", name)


# --- marking ---


def test_a_learners_table_of_three_parameters_is_judged():
    run = gdlab.trace("momentum", POINTS, model=MODEL, epochs=2, lr=0.01)
    frame = run.frame.copy()
    assert gdlab.check(frame, run).passed
    frame.loc[3, "avg_b"] = frame.loc[3, "avg_c"]
    marks = gdlab.check(frame, run, blank=["avg_a", "avg_b", "avg_c"])
    assert not marks.passed
    assert "avg_c" in str(marks)


def test_three_parameters_are_practised_and_checked(tmp_path):
    gdlab.model(parabola)
    sheet, key = tmp_path / "sheet.xlsx", tmp_path / "key.xlsx"
    gdlab.practice("adam", sheet, rows=3, seed=2, key=key, model="parabola")
    marks = gdlab.check(key)
    assert marks.passed and marks.marks["right"] == 3 * 27
    assert gdlab.check(sheet).untouched
    shown = gdlab.practice_sheet("adam", rows=3, seed=2, model="parabola")
    assert set(shown.page["practice"]["inputs"]) >= {"start_a", "start_b", "start_c"}
    assert shown.score["empty"] == 3 * 27


def test_the_page_and_the_line_of_python_hold_the_model(tmp_path):
    from gdlab.core.rerun import python_line, rerun

    run = gdlab.trace("adam", POINTS, model=MODEL, epochs=2)
    run.to_html(tmp_path / "parabola.html")
    assert "model='parabola'" in python_line(run)
    again = rerun(run, inputs={"start_c": 5.0, "lr": 0.1})
    assert (
        again.final
        == gdlab.trace("adam", POINTS, model=MODEL, epochs=2, start={"c": 5.0}, lr=0.1).final
    )


FREE_RULE = """
def free_rule(g, w, grad_prev, new_prev, lr=0.1, h=0.5, norm=2, epochs=3, range=1, float=1):
    grad = h * grad_prev + g
    new = new_prev + 1
    scaled_grad = grad * norm / epochs * range * float
    loss = g * g
    step = lr * scaled_grad
    return (grad, new), (scaled_grad, loss, step)
"""


@pytest.mark.parametrize(
    "options", [{}, {"max_norm": 1.0, "batch_size": 2}, {"schedule": "cosine"}], ids=str
)
@pytest.mark.parametrize("compile_from", [1, 10**9])
def test_a_rules_names_are_free(options, compile_from, formualizer, tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "COMPILE_FROM", compile_from)
    cells.define(FREE_RULE)
    run = gdlab.trace("free_rule", POINTS, epochs=2, h=0.25, **options)
    assert run.hyper["h"] == 0.25
    assert run.hyper["free_rule_epochs"] == 3
    assert len(set(run.table.names)) == len(run.table.names)
    lr = run.column("lr").tolist() if "schedule" in options else [0.1] * 8
    for one in ("intercept", "slope"):
        gradient = run.column(f"grad_{one}" if "max_norm" not in options else f"scaled_grad_{one}")
        w, carried = 1.0, 0.0
        last = run.column("last") if "batch_size" in options else [1] * 8
        for row in range(8):
            step = 0.0
            if last[row]:
                carried = 0.25 * carried + gradient[row]
                step = lr[row] * (carried * 2.0 / 3.0 * 1.0 * 1.0)
            w -= step
            assert run.column(run.table.carrier(one))[row] == w
    path = run.to_excel(tmp_path / "free.xlsx")
    stored_cells(run, path)
    assert differences(path, formualizer(path)) == []


def test_a_gradient_by_a_column_is_typeset_as_one():
    table = gdlab.trace("sgd", model="logistic").table
    assert text("grad_z", of=table) == "dL/dz"
    assert latex("grad_z", of=table) == r"\frac{\partial L}{\partial z}"
