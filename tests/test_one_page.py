"""The handout of a rule: one page, every number of its rows, nothing too small or cut off."""

import re
import shutil
import subprocess

import numpy as np
import pytest

import gdlab
from gdlab.notebook import one_page

A4 = (595, 842)  # points


def pages(path):
    """The text of a PDF's pages with its layout, and their size in points."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is missing (poppler-utils)")
    info = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    size = re.search(r"Page size: +([\d.]+) x ([\d.]+)", info)
    said = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True)
    return said.stdout.split("\f")[:-1], tuple(round(float(part)) for part in size.groups())


@pytest.mark.parametrize("rule", sorted(gdlab.rules()))
@pytest.mark.sample(4)
def test_every_rule_has_one_page(rule, tmp_path):
    path = one_page.write_handout(gdlab.trace(rule), tmp_path / "a.pdf")
    [page], size = pages(path)
    assert size == A4
    run = gdlab.trace(rule)
    for name in run.table.names:
        assert re.search(rf"^ *{name} ", page, re.MULTILINE), name
    assert rule in page.splitlines()[0] or rule in page.splitlines()[1]


def test_it_shows_the_rows_of_a_hand_calculation(tmp_path):
    path = one_page.write_handout(gdlab.trace("sgd"), tmp_path / "a.pdf")
    [page], _ = pages(path)
    lines = {line.split()[0]: line.split() for line in page.splitlines() if line.split()}
    # By hand: 15 - 58 = -43, squared 1849; 2 * -43 * 14 = -1204; 1 + 0.0001 * 1204 = 1.1204.
    assert lines["error"][2] == "-43.000"
    assert lines["grad_slope"][2] == "-1204.0"
    assert lines["new_slope"][2] == "1.12040"
    # Three rows are given, two are to be filled in; their points are given.
    assert len(lines["new_slope"]) == 2 + one_page.GIVEN_ROWS
    assert len(lines["x"]) == 2 + one_page.GIVEN_ROWS + one_page.BLANK_ROWS


# The widest formulas, the most columns, and conditions, which matplotlib does not typeset.
@pytest.mark.parametrize("rule", ["adam", "adabelief", "adagrad_lesson", "lookahead", "ranger"])
def test_nothing_is_smaller_than_9_points_or_off_the_page(rule, monkeypatch, tmp_path):
    from matplotlib.figure import Figure

    saved = []
    real = Figure.savefig
    monkeypatch.setattr(
        Figure, "savefig", lambda self, *a, **k: (saved.append(self), real(self, *a, **k))
    )
    one_page.write_handout(gdlab.trace(rule), tmp_path / "a.png")
    figure = saved[0]
    edge = figure.bbox
    for text in figure.axes[0].texts:
        assert text.get_fontsize() >= 9
        place = text.get_window_extent()
        assert edge.x0 <= place.x0
        assert place.x1 <= edge.x1, text.get_text()
    for axes in figure.axes[1:]:
        assert axes.get_tightbbox().y0 >= edge.y0


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([1, 1.1, 1.19412345], ["1.00000", "1.10000", "1.19412"]),
        ([1449616.2, 2.5, -3], ["1.4496e+06", "2.5000e+00", "-3.0000e+00"]),
        ([14, 86, 28], ["14", "86", "28"]),
        ([0.00001234, 0, 1e-6], ["0.0000123400", "0.0000000000", "0.0000010000"]),
        ([np.inf, 2.5], ["inf", "2.50000"]),
    ],
)
def test_a_column_has_one_number_of_decimals(cells, said):
    assert one_page.fixed(np.array(cells, dtype=float)) == said


def test_surfaces_and_settings_and_refusals(run, tmp_path):
    out = tmp_path / "a.pdf"
    words = ["handout", "sgd", "--surface", "ravine", "--out", str(out)]
    assert run(*words) == (0, f"{out}\n", "")
    for words, said in (
        (["--out", str(tmp_path / "a.docx")], "a handout's name ends in .pdf, .png, .svg"),
        (["--surface", "ravine", "--steps", "3", "--out", str(out)], "this run has 3"),
        (["--out", str(tmp_path / "no" / "a.pdf")], "there is no folder"),
    ):
        code, text, err = run("handout", "sgd", *words)
        assert (code, text) == (2, "")
        assert said in err
        assert err.count("\n") == 1
