"""A film of a run: a frame for every row, its numbers, its size, and messages about bad input."""

import numpy as np
import pytest
from PIL import Image

import gdlab
from gdlab.cli import main
from gdlab.notebook import film

POINTS = [(1, 7), (2, 9)]


def test_a_film_walks_the_path_that_was_worked_out_by_hand():
    _, show = film._scene(gdlab.trace("sgd", POINTS, lr=0.1))
    # e = 1 + 1*1 - 7 = -5; b = 1 + 0.1*10 = 2, m = 2; e = 2 + 2*2 - 9 = -3; b = 2.6, m = 3.2
    path = np.array([[1, 2, 2.6], [1, 2, 3.2]])
    for row in range(3):
        walked, here, words = show(row)
        np.testing.assert_allclose(walked.get_data(), path[:, : row + 1])
        np.testing.assert_allclose(here.get_data(), path[:, row : row + 1])
    assert words.get_text().splitlines()[:4] == [
        "row 2 of 2",
        "x        2",
        "y        9",
        "e²       9",
    ]
    assert "step_m   -1.2" in words.get_text()


def test_a_frame_a_row_and_145_of_them_under_2_mb(tmp_path):
    path = gdlab.trace("adam", lr=0.3).to_film(tmp_path / "adam.gif")
    with Image.open(path) as shown:
        assert shown.n_frames == 30
    assert path.stat().st_size * 146 / 30 < 2_000_000


def test_a_long_run_is_thinned_out_and_an_explosion_ends_it():
    rows = film.shown_rows(gdlab.trace("sgd", epochs=100, lr=1e-4))
    assert len(rows) == film.MOST_FRAMES and (rows[0], rows[-1]) == (0, 2900)
    bad = gdlab.trace("sgd", epochs=5, lr=0.01)
    assert film.shown_rows(bad)[-1] == bad.exploded[0]
    _, show = film._scene(bad)
    assert show(bad.exploded[0])[2].get_text().endswith("exploded here")


def test_models_of_one_parameter_show_their_loss():
    @gdlab.model
    def proportion(x, y, slope=1):
        """A line through the origin."""
        y_pred = slope * x
        loss = (y_pred - y) * (y_pred - y)
        return y_pred, loss

    run = gdlab.trace("sgd", POINTS, model=proportion, lr=0.01)
    walked, here, _ = film._scene(run)[1](2)
    np.testing.assert_allclose(walked.get_ydata(), run.frame["loss"])
    assert here.get_xdata() == [2]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a.avi", "a.avi: a film's name ends in .gif or .mp4"),
        ("nowhere/a.gif", "nowhere/a.gif: there is no folder"),
        ("a.mp4", "a.mp4: an .mp4 needs ffmpeg, which is not installed; a .gif needs nothing more"),
    ],
)
def test_bad_input_is_one_line(name, told, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("matplotlib.animation.writers.is_available", lambda kind: kind != "ffmpeg")
    assert main(["film", "sgd", "--out", name]) == 2
    out, err = capsys.readouterr()
    assert out == "" and told in err and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
