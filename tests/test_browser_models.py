"""Pages of models in real Chromium: their cells are gdlab.trace's, and stay so when edited."""

import numpy as np
import pytest
from pages import differences, go, opened, saved

import gdlab
from gdlab.web.page import write_page

ULPS = 2


def near(shown, run):
    """Columns that differ from the run's by more than exp and log do from library to library."""
    assert list(shown) == list(run.table.names)
    found = []
    for name in shown:
        wanted = run.column(name)
        apart = np.abs(shown[name] - wanted)
        if (apart > 64 * ULPS * np.spacing(np.abs(wanted)) + 1e-15).any():
            found.append(name)
    return found


@pytest.mark.parametrize("model", gdlab.models())
def test_a_models_page_has_the_cells_of_its_table(browser, tmp_path, model):
    run = gdlab.trace("adam", model=model, epochs=3)
    path = write_page({"adam": run}, tmp_path / "model.html")
    with opened(browser) as page:
        go(page, path)
        shown = saved(page)
        assert near(shown, run) == []
        if model not in ("logistic", "network_2_2_2", "network_2_2_1"):
            # Without exp and log, to the last bit.
            assert differences(shown, run) == []
        assert f"model='{model}'" in page.input_value(".gd-python input") or model == "line"


def test_points_of_four_columns_are_edited(browser, tmp_path):
    run = gdlab.trace("sgd", [(0.1, 0.2, 0.3, 0.4), (0.5, 0.1, 0, 1)], model="network_2_2_2")
    path = write_page({"sgd": run}, tmp_path / "model.html")
    with opened(browser) as page:
        go(page, path, "points=0.7,0.2,0.1,0.9;0.3,0.4,0.5,0.6;1,0,0,1")
        points = [(0.7, 0.2, 0.1, 0.9), (0.3, 0.4, 0.5, 0.6), (1, 0, 0, 1)]
        assert near(saved(page), gdlab.trace("sgd", points, model="network_2_2_2")) == []
        assert "points=[(0.7, 0.2, 0.1, 0.9), (0.3" in page.input_value(".gd-python input")
