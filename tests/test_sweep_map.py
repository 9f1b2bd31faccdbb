"""A sweep's picture: the edge of divergence, empty maps, and the cell that a click finds."""

import math

import numpy as np
import pytest

import gdlab
from gdlab.core.points import lesson_points
from gdlab.studies.sweeps import maps
from gdlab.studies.sweeps.map_widget import ClickMap
from gdlab.studies.sweeps.measures import MEASURES

# Rates from far too small to far too large for the lesson's points.
RATES = np.geomspace(1e-6, 10, 11)


def test_a_map_shows_where_runs_diverge():
    over = {"lr": np.geomspace(1e-6, 1, 30), "beta": np.linspace(0, 0.9, 5)}
    sweep = gdlab.sweep("momentum", over=over, epochs=8)
    near = maps._near(sweep)
    began = math.sqrt(np.mean((1 + lesson_points()["x"] - lesson_points()["y"]) ** 2))
    assert np.array_equal(near, np.isfinite(sweep.values) & (sweep.values <= began))
    assert near[0].all()
    assert not near[-1].any()
    texts = [text.get_text() for text in sweep.plot().figure.legends[0].get_texts()]
    assert texts == [maps.EDGES["rmse"], "no finite number", maps.BEST]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"over": {"lr": [1.0, 2.0]}, "epochs": 60}, "every run diverged"),
        ({"over": {"lr": [1.0, 2.0], "slope": [0, 1]}, "epochs": 60}, "every run diverged"),
        ({"over": {"lr": [1e-6, 1e-5]}, "measure": "exploded_at"}, "no run exploded"),
        ({"over": {"lr": [1e-6, 1e-5]}, "measure": "epochs_to_threshold"}, "no run reached"),
    ],
    ids=str,
)
def test_a_map_with_nothing_in_it_says_so(given, words):
    drawn = gdlab.sweep("sgd", **given).plot()
    axes = drawn.figure.axes[0]
    assert axes.texts[0].get_text().startswith(words)
    low, high = axes.get_xlim()
    first, last = given["over"]["lr"]
    assert low < first < last < high < 10 * last
    assert len(drawn.figure.axes) == 1, "a scale of colours for no colours"


def test_a_click_finds_its_cell():
    across, up = maps.sides(gdlab.sweep("sgd", over={"lr": [1e-6, 1e-4, 1e-2], "slope": [4, 0]}))
    assert across.logarithmic
    assert not up.logarithmic
    assert [across.at(value) for value in (2e-6, 1e-4, 0.09, 0.2)] == [0, 1, 2, None]
    assert [up.at(value) for value in (-2.1, 0.5, 3.9)] == [None, 1, 0]


@pytest.mark.sample(3)
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("names", [1, 2])
def test_every_measure_is_drawn(measure, names):
    over = dict(list({"lr": RATES, "slope": [0, 1, 2]}.items())[:names])
    assert gdlab.sweep("sgd", over=over, epochs=4, measure=measure).plot()._repr_png_()


def test_three_names_have_no_map():
    sweep = gdlab.sweep("momentum", over={"lr": [1], "beta": [0], "slope": [1]})
    with pytest.raises(ValueError, match="one or two swept names"):
        sweep.plot()


def test_a_click_opens_the_runs_sheet():
    over = {"lr": [1e-6, 1e-5, 1e-4], "slope": [0, 2]}
    sweep = gdlab.sweep("sgd", over=over)
    drawn = ClickMap(sweep.plot())
    axes, size = drawn.drawn.figure.axes[0], drawn.drawn.figure.bbox.size
    # The middle of the cell lr 1e-5, slope 2, as the page gives it: from the top left corner.
    across, up = axes.transData.transform((1e-5, 2)) / size
    drawn.picture._handle_custom_msg({"across": across, "down": 1 - up}, [])
    assert drawn.children[2].trace.hyper == {"lr": 1e-5}
    assert drawn.children[2].trace.start["slope"] == 2
    assert drawn.said.value.startswith("lr = 1e-05, slope = 2, rmse = ")
    # Beside the map nothing happens.
    before = drawn.children
    drawn.picture._handle_custom_msg({"across": 0.001, "down": 0.5}, [])
    assert drawn.children == before
