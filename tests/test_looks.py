"""A colour for each rule, told apart by people of every colour vision, the same wherever it is."""

import itertools
import re

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import gdlab
from gdlab.core.looks import COLOURS, colour_of, looks
from gdlab.notebook.plots import draw
from gdlab.web.assets import style

# Machado, Oliveira & Fernandes 2009, table 1, severity 1: how linear RGB is seen without one cone.
SEEN = {
    "all cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = XYZ.sum(axis=1)
LEAST = 19  # of CIELAB; from about 10 on two colours are told apart at a glance


def linear(colour):
    values = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    parts = XYZ @ np.clip(rgb, 0, 1) / WHITE
    x, y, z = np.where(parts > 0.008856, np.cbrt(parts), 7.787 * parts + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def on_page(place):
    """The colours of the page on light ground (0) or dark (1)."""
    pairs = re.findall(r"--gd-run-\d: light-dark\((#\w+), (#\w+)\)", style())
    return [pair[place] for pair in pairs]


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize("place", [0, 1])
def test_any_two_colours_are_told_apart(seen, place):
    places = [lab(np.array(SEEN[seen]) @ linear(colour)) for colour in on_page(place)]
    assert len(places) == 6
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(places, 2)) > LEAST


@pytest.mark.parametrize(("place", "ground"), [(0, "#ffffff"), (1, "#111417")])
def test_lines_stand_out_from_their_ground(place, ground):
    # WCAG 2.2, 1.4.11: graphical objects have a contrast of 3 to 1.
    for colour in on_page(place):
        low, high = sorted((XYZ @ linear(one))[1] for one in (colour, ground))
        assert (high + 0.05) / (low + 0.05) >= 3, colour


def test_page_and_pictures_have_one_colour_for_a_rule():
    assert on_page(0) == list(COLOURS)
    axes = Figure().add_subplot()
    draw("loss", axes, [gdlab.trace("adam"), gdlab.trace("momentum")])
    drawn = [to_hex(line.get_color()) for line in axes.lines]
    assert drawn == [COLOURS[colour_of("adam")], COLOURS[colour_of("momentum")]]


def test_no_two_runs_look_alike():
    rules = [*gdlab.rules(), "adam", "adam", "sgd"]
    found = looks(rules)
    assert len(set(found)) == len(rules)
    # In the page a line has six dashes, and a colour's marker changes with each.
    assert max(look.round for look in looks(list(gdlab.rules()))) < 6
