"""Scaled points: the columns, the constants, and the parameters in the points' own units."""

import engines
import numpy as np
import pandas as pd
import pytest
from books import differences

import gdlab
from gdlab.core.rerun import python_line, rerun

DRAW = np.random.default_rng(1)
SPREAD = DRAW.uniform(0, 1, 25)
SETS = {
    "lesson": gdlab.lesson_points(),
    "cars": gdlab.sample_points("cars"),
    "temperature": gdlab.sample_points("temperature"),
    "huge": pd.DataFrame({"x": 1e9 * SPREAD, "y": 3e12 * SPREAD + DRAW.normal(0, 1e11, 25)}),
    "tiny": pd.DataFrame({"x": 1e-9 * SPREAD, "y": 3e-7 * SPREAD + DRAW.normal(0, 1e-8, 25)}),
    "shifted": pd.DataFrame({"x": 1e6 + SPREAD, "y": -5 + 2 * SPREAD + DRAW.normal(0, 0.1, 25)}),
}
SCALES = ("standard", "minmax", {"x": "standard"}, {"x": "minmax", "y": "standard"})


def least_squares(points):
    """NumPy's line, of centred x."""
    x, y = points["x"].to_numpy(), points["y"].to_numpy()
    centre = x.mean()
    slope, level = np.polynomial.polynomial.polyfit((x - centre) / np.ptp(x), y, 1)[::-1]
    slope /= np.ptp(x)
    return slope, level - slope * centre


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("scale", SCALES, ids=str)
def test_scaled_runs_end_at_numpys_least_squares_in_the_points_units(scale, name):
    points = SETS[name]
    run = gdlab.trace(
        "sgd", points, scale=scale, lr="find", epochs=300, batch_size="full", columns=["err2"]
    )
    slope, intercept = least_squares(points)
    own = run.final_unscaled
    # Compared as lines, where the points are: far from them an intercept has few digits.
    x = points["x"].to_numpy()
    line = own["intercept"] + own["slope"] * x
    assert np.abs(line - (intercept + slope * x)).max() < 0.01 * points["y"].std()


def test_unscaled_and_scaled_parameters_agree():
    plain = gdlab.trace("sgd", lr=1e-4, epochs=3000, columns=["err2"])
    scaled = gdlab.trace("sgd", scale="standard", lr=0.1, epochs=300, columns=["err2"])
    for name, value in {"intercept": 30, "slope": 2}.items():
        assert plain.final[name] == pytest.approx(value, rel=0.01)
        assert scaled.final_unscaled[name] == pytest.approx(value, rel=1e-6)


def test_the_columns_of_a_scaled_run_by_hand():
    run = gdlab.trace("sgd", [(1, 10), (3, 30)], scale="standard", lr=0.5)
    # Mean 2 and 20, deviation 1 and 10; b = m = 1: y = 20 + 10 * (1 + (x - 2) / 1).
    first = run.frame.iloc[0]
    shown = ["x_scaled", "y_scaled", "unscaled_slope", "unscaled_intercept", "y_pred", "error"]
    assert first[shown].tolist() == [-1, -1, 10, 10, 0, 1]
    assert first[["grad_intercept", "grad_slope"]].tolist() == [2, -2]
    assert run.hyper["x_mean"] == 2
    assert run.hyper["y_deviation"] == 10
    least = gdlab.trace("sgd", [(1, 10), (3, 30)], scale="minmax", lr=0.5)
    assert [least.hyper[name] for name in ("x_least", "x_range")] == [1, 2]
    assert least.frame["x_scaled"].tolist() == [0, 1]


def test_a_summary_tells_the_parameters_in_the_points_units():
    said = gdlab.trace("sgd", scale="standard", lr=0.1, epochs=50).summary()
    assert said.endswith("(in the points' units: slope 2, intercept 30)")
    assert "(in the" not in gdlab.trace("sgd").summary()
    assert "unscaled_slope = slope" not in gdlab.trace("sgd").summary()


def test_the_formula_that_takes_the_scale_back_is_explained():
    run = gdlab.trace("adam", scale={"x": "standard"})
    assert "= b - unscaled_slope * x_mean" in str(run.explain(1, "unscaled_intercept"))
    assert "(x - x_mean) / x_deviation" in str(run.explain(1, "x_scaled"))


@pytest.mark.parametrize(
    ("points", "scale", "words"),
    [
        ([(5, 1), (5, 2)], "standard", "scale: x is 5 at every point; leave it out"),
        (None, "robust", "no scale is called 'robust'; there are standard, minmax"),
        (None, {"z": "standard"}, "scale: line has no column 'z'; there are x, y"),
        (None, {"x": 3}, "no scale is called 3"),
        (None, 7, "no scale is called 7"),
        ([(1e308, 1), (-1e308, 2)], "minmax", "the range of x is too large for a number"),
    ],
)
def test_scales_that_cannot_be_are_refused(points, scale, words):
    with pytest.raises(ValueError, match=r".") as refusal:
        gdlab.trace("sgd", points, scale=scale)
    assert words in str(refusal.value)


def test_a_surface_has_no_scale():
    with pytest.raises(ValueError, match="a surface has none"):
        gdlab.trace("sgd", surface="ravine", scale="standard")


def test_a_rerun_scales_other_points_by_their_own_numbers():
    run = gdlab.trace("sgd", scale="standard", lr=0.1)
    assert python_line(run) == "gdlab.trace('sgd', scale='standard', lr=0.1)"
    other = rerun(run, points=([1.0, 3.0], [10.0, 30.0]))
    assert other.hyper["x_mean"] == 2
    kept = rerun(run, inputs={"x_mean": 40.0})
    assert kept.hyper["x_mean"] == 40
    assert "x_mean=40" in python_line(kept)


@pytest.mark.parametrize("scale", SCALES, ids=str)
def test_a_workbook_of_scaled_points_bit_for_bit(scale, formualizer, tmp_path):
    run = gdlab.trace("adam", SETS["cars"], scale=scale, lr=0.1, epochs=2)
    path = run.to_excel(tmp_path / "book.xlsx")
    recomputed = formualizer(path)
    written = [text for text, _ in engines.stored(path).values()]
    assert any("AVERAGE(data!" in text or "MIN(data!" in text for text in written)
    assert any("-x_" in text for text in written)
    assert differences(path, recomputed) == []


def test_libreoffice_agrees_on_workbooks_of_scaled_points(libreoffice, tmp_path):
    paths = [
        gdlab.trace("sgd", SETS[name], scale=scale, lr=0.1).to_excel(tmp_path / f"{name}{k}.xlsx")
        for name in ("cars", "temperature")
        for k, scale in enumerate(SCALES)
    ]
    for path, recomputed in zip(paths, libreoffice(paths), strict=True):
        assert differences(path, recomputed, engines.agrees_to_15_digits) == []


def test_a_scaled_line_is_drawn_among_its_points():
    run = gdlab.trace("sgd", SETS["cars"], scale="standard", lr=0.3, epochs=60, batch_size="full")
    [axes] = gdlab.plot(run, "line").figure.axes
    drawn = axes.lines[-1].get_xydata()
    slope, intercept = least_squares(SETS["cars"])
    assert np.allclose(drawn[:, 1], intercept + slope * drawn[:, 0], rtol=0.01)


def test_the_command_line_scales(run):
    code, out, err = run("table", "sgd", "--scale", "x=standard", "--set", "lr=0.1")
    assert (code, err) == (0, "")
    assert "x_scaled" in out.splitlines()[0]
    assert "y_scaled" not in out.splitlines()[0]
    assert "y_scaled" in run("table", "sgd", "--scale", "minmax")[1].splitlines()[0]
    assert "no scale is called 'big'" in run("table", "sgd", "--scale", "big")[2]
