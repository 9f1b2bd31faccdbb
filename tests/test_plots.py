"""What the drawings show is what the tables hold; figures made here by NumPy alone."""

import re
import warnings

import numpy as np
import pytest

import gdlab
from gdlab.notebook import pictures, plots
from gdlab.notebook.axes import labels


def drawn(drawing, runs, row=None):
    """One drawing's axes."""
    _, (axes,) = pictures.side_by_side(1)
    plots.draw(drawing, axes, runs, row)
    return axes


def curve(axes, label):
    """The x and y of the line with that label."""
    found = [line for line in axes.lines if line.get_label() == label]
    assert len(found) == 1, [line.get_label() for line in axes.lines]
    return np.asarray(found[0].get_xdata()), np.asarray(found[0].get_ydata())


@pytest.fixture(scope="module")
def runs():
    return [gdlab.trace("sgd", epochs=2), gdlab.trace("adam", epochs=2, lr=0.1)]


def test_the_loss_is_the_squared_error_of_every_row(runs):
    axes = drawn("loss", runs)
    for run in runs:
        rows, loss = curve(axes, run.rule)
        x, y, b, m = (run.frame[name].to_numpy() for name in ("x", "y", "intercept", "slope"))
        np.testing.assert_allclose(loss, (m * x + b - y) ** 2, rtol=1e-12)
        assert list(rows) == list(range(1, 59))
    assert axes.get_yscale() == "log"


def test_the_epochs_are_roots_of_means(runs):
    axes = drawn("epochs", runs)
    error = runs[0].frame["error"].to_numpy().reshape(2, 29)
    np.testing.assert_allclose(curve(axes, "sgd")[1], np.sqrt((error**2).mean(axis=1)))


def test_the_line_goes_through_what_the_parameters_say(runs):
    axes = drawn("line", runs, row=3)
    x, y = curve(axes, "adam")
    frame = runs[1].frame.iloc[2]
    np.testing.assert_allclose(y, frame["new_intercept"] + frame["new_slope"] * x)
    points, ring = axes.collections
    np.testing.assert_array_equal(points.get_offsets()[:, 0], gdlab.lesson_points()["x"])
    assert ring.get_offsets().tolist() == [[28, 86]]


def test_the_path_starts_at_the_start_and_ends_at_the_final_line(runs):
    axes = drawn("path", runs)
    b, m = curve(axes, "adam")
    assert (b[0], m[0]) == (1, 1)
    assert {"intercept": b[-1], "slope": m[-1]} == runs[1].final
    assert len(b) == 59
    best = [float(values[0]) for values in curve(axes, "best line")]
    np.testing.assert_allclose(best, (30, 2), rtol=1e-9)


def test_the_best_line_is_the_one_of_least_squares():
    points = gdlab.make_line(slope=-3, intercept=7, n=40, noise=20, seed=5)
    axes = drawn("path", [gdlab.trace("adam", points)])
    b, m = (float(values[0]) for values in curve(axes, "best line"))
    np.testing.assert_allclose((m, b), np.polyfit(points["x"], points["y"], 1), rtol=1e-9)


def test_the_contours_are_the_mean_squared_error():
    points = gdlab.make_line(noise=20, seed=5)
    first, second = np.meshgrid(np.linspace(-5, 40, 7), np.linspace(-1, 4, 5))
    x, y = points["x"].to_numpy(), points["y"].to_numpy()
    direct = ((first[..., None] + second[..., None] * x - y) ** 2).mean(axis=-1)
    run = gdlab.trace("sgd", points)
    heights = plots.loss_over(run, 1, {"intercept": first, "slope": second})
    np.testing.assert_allclose(heights, direct, rtol=1e-9)


def test_a_surface_has_its_own_contours():
    run = gdlab.trace("sgd", surface="rosenbrock", start={"u": -1, "v": 1}, steps=3, lr=0.001)
    u, v = np.array([[1.0, -1.0]]), np.array([[1.0, 2.0]])
    np.testing.assert_allclose(plots.loss_over(run, 1, {"u": u, "v": v}), [[0.0, 104.0]])


def test_the_steps_are_sizes_by_parameter(runs):
    axes = drawn("steps", runs[:1])
    np.testing.assert_array_equal(curve(axes, "slope")[1], np.abs(runs[0].column("step_slope")))
    both = drawn("steps", runs)
    assert curve(both, "adam, intercept")[1][0] == pytest.approx(0.1)


def test_the_tangent_and_the_secant_have_the_slopes_that_they_say():
    run = gdlab.trace("sgd", h=0.01)
    for parameter, slope, rough in (("intercept", -86, -85.99), ("slope", -1204, -1202.04)):
        _, (axes,) = pictures.side_by_side(1)
        plots.draw_tangent(axes, run, parameter)
        x, y = curve(axes, f"tangent: slope {slope}")
        np.testing.assert_allclose(np.diff(y) / np.diff(x), slope, rtol=1e-9)
        x, y = curve(axes, f"secant through +0.01: slope {rough}")
        np.testing.assert_allclose(np.diff(y) / np.diff(x), rough, rtol=1e-9)
        x, y = curve(axes, "squared error")
        assert min(y) < 5  # its bottom is in the picture
        np.testing.assert_allclose(y[60], 1849)


def test_runs_of_one_rule_are_named_by_what_differs():
    runs = [gdlab.trace("sgd", lr=lr) for lr in (0.0001, 0.0002)]
    assert labels(runs) == ["sgd, lr=0.0001", "sgd, lr=0.0002"]
    batches = [gdlab.trace("adam"), gdlab.trace("adam", batch_size=4, max_norm=10.0)]
    assert labels(batches) == ["adam", "adam, max_norm=10, batch_size=4"]
    annealed = gdlab.trace("adam_lesson", schedule="lesson_annealing")
    names = labels([gdlab.trace("adam_lesson"), annealed])
    assert names == ["adam_lesson", "adam_lesson, schedule=lesson_annealing"]


def test_colour_is_never_alone_in_telling_runs_apart():
    axes = drawn("loss", [gdlab.trace(rule) for rule in list(gdlab.rules())[:4]])
    markers = [line.get_marker() for line in axes.lines]
    # Momentum and heavy ball are of one family: one colour, another line.
    assert [line.get_linestyle() for line in axes.lines] == ["-", "-", "--", "-"]
    assert len(set(zip(markers, [line.get_color() for line in axes.lines], strict=True))) == 4


@pytest.mark.parametrize("lr", [0.0001, 0.01, 10])
def test_an_explosion_is_drawn_as_far_as_numbers_go(lr):
    run = gdlab.trace("sgd", epochs=5, lr=lr)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = gdlab.plot(run, "loss", "epochs", "line", "path", "steps")._repr_png_()
    assert made.startswith(b"\x89PNG")
    if run.exploded:
        axes = drawn("loss", [run])
        loss = curve(axes, f"sgd, exploded in row {run.exploded[0]}")[1]
        assert np.isnan(loss[-1])
        assert np.nanmax(loss) > 1e240


def test_a_run_that_is_right_from_the_start_can_be_drawn():
    run = gdlab.trace("sgd", start={"intercept": 30, "slope": 2})
    assert gdlab.plot(run, "loss", "path", "steps")._repr_png_()
    assert gdlab.plot(gdlab.trace("sgd", [(3, 4)]), "line", "path")._repr_png_()


def test_equal_runs_give_equal_files(runs):
    again = [gdlab.trace("sgd", epochs=2), gdlab.trace("adam", epochs=2, lr=0.1)]
    assert gdlab.plot(runs)._repr_png_() == gdlab.plot(again)._repr_png_()


def test_what_cannot_be_drawn_is_refused_in_words(runs):
    with pytest.raises(ValueError, match="no drawing is called 'map'; there are loss, epochs"):
        gdlab.plot(runs, "map")
    surface = gdlab.trace("sgd", surface="ravine")
    for drawing in ("line", "epochs"):
        with pytest.raises(ValueError, match=re.escape(f"a surface has no {drawing!r} to draw")):
            gdlab.plot(surface, drawing)
    with pytest.raises(ValueError, match="plot needs at least one run"):
        gdlab.plot([])
