"""The small charts of explore: where their numbers stand, asked of the SVG itself."""

import math
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import gdlab
from gdlab.notebook import svg


def parsed(text):
    """A chart's elements by their class; text that is no XML raises here."""
    found = {}
    for element in ET.fromstring(text).iter():
        found.setdefault(element.get("class"), []).append(element)
    return found


def places(element):
    """The places of a path, in parts where it has gaps."""
    parts = element.get("d").split("M")[1:]
    return [
        [tuple(map(float, place.split())) for place in part.replace("h0", "").split("L")]
        for part in parts
    ]


def test_the_loss_stands_at_its_logarithm():
    run = gdlab.trace("sgd")
    [path] = parsed(svg.loss_chart(run))["gdlab-run"]
    [line] = places(path)
    loss = run.column("err2")
    # Whole decades from top to bottom: 1849 in row 1, by hand (43 squared).
    low, high = math.floor(math.log10(loss.min())), math.ceil(math.log10(loss.max()))
    up = svg.INNER_HEIGHT * (1 - (math.log10(1849) - low) / (high - low))
    assert line[0] == pytest.approx((0, up), abs=0.06)
    assert len(line) == 29
    assert line[-1][0] == pytest.approx(svg.INNER_WIDTH, abs=0.06)


def test_the_line_ends_where_the_run_does():
    run = gdlab.trace("momentum", epochs=3)
    found = parsed(svg.line_chart(run))
    assert len(found["gdlab-point"]) == 29
    [[begin, end]] = places(found["gdlab-run"][0])
    # Two of the points tell what a place means in units of x and y.
    (x, y), marks = run.points, found["gdlab-point"]
    at = [[float(mark.get(name)) for name in ("cx", "cy")] for mark in marks[:2]]
    scale = [(at[1][k] - at[0][k]) / (v[1] - v[0]) for k, v in enumerate((x, y))]
    slope = (end[1] - begin[1]) / scale[1] / ((end[0] - begin[0]) / scale[0])
    assert slope == pytest.approx(run.final["slope"], rel=0.01)


def test_an_explosion_is_marked_and_leaves_no_number_out_of_the_file():
    run = gdlab.trace("sgd", lr=0.01, epochs=5)
    text = svg.charts(run)
    assert "exploded in row 123" in text
    assert "nan" not in text
    assert "inf" not in text
    assert len(parsed(svg.loss_chart(run))["gdlab-bad"]) == 1


def test_a_loss_next_to_the_largest_number_has_its_axis():
    run = gdlab.trace("sgd", [(0, 1)], lr=1e-3, start={"intercept": -1.2e154})
    assert 1e308 < run.column("err2")[0] < float("inf")
    assert len(parsed(svg.loss_chart(run))["gdlab-run"]) == 1


def test_a_gap_stays_a_gap():
    area = svg._area("", "", "", (0, 5), (0, 5))
    y = np.array([1.0, 2.0, np.nan, 3.0, np.inf])
    path = ET.fromstring(svg._line(area, np.arange(5.0), y, "gdlab-run"))
    assert [len(part) for part in places(path)] == [2, 1]


@pytest.mark.parametrize("surface", ["ravine", "saddle", "rosenbrock", "beale", "himmelblau"])
def test_a_surface_has_its_path_over_contour_lines(surface):
    run = gdlab.trace("adam", surface=surface, start={"u": -1, "v": 1.5}, steps=50, lr=0.1)
    found = parsed(svg.path_chart(run))
    assert len(places(found["gdlab-run"][0])[0]) == 51
    assert len(found["gdlab-contour"]) > 3


def test_a_long_run_is_thinned_and_keeps_its_extremes():
    run = gdlab.trace("sgd", epochs=3000)
    [path] = parsed(svg.loss_chart(run))["gdlab-run"]
    line = [place for part in places(path) for place in part]
    assert len(line) < 5 * svg.INNER_WIDTH < run.rows
    lowest = np.argmin(run.column("err2")) / (run.rows - 1) * svg.INNER_WIDTH
    assert max(line, key=lambda place: place[1])[0] == pytest.approx(lowest, abs=2)


@pytest.mark.parametrize("options", [{"epochs": 1}, {"surface": "saddle", "steps": 1}])
def test_the_shortest_run_has_charts(options):
    points = None if "surface" in options else [(1, 2)]
    assert svg.charts(gdlab.trace("sgd", points, **options)).count("<svg ") == 4


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (0.001, "0.001"), (-2.5, "−2.5"), (25000, "25,000"), (50_000, "50,000"),
     (1e6, "10⁶"), (5e-7, "5·10⁻⁷"), (-2e8, "−2·10⁸"), (1e300, "10³⁰⁰"), (0.3, "0.3")],
)  # fmt: skip
def test_a_tick_reads_as_a_person_writes_it(value, said):
    assert svg.tick_text(value) == said


def test_colours_come_from_the_page():
    """No colour is written into a chart: light and dark are the style's."""
    text = svg.charts(gdlab.trace("adam"))
    assert not re.search(r"#[0-9a-fA-F]{3}|fill=|stroke=|rgb", text)
