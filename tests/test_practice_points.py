"""Practice on a person's own points and rates."""

import pytest

import gdlab
from gdlab.marking.handout import make

POINTS = gdlab.sample_points("cars")


@pytest.mark.parametrize("options", [{}, {"lr": 1e-8}, {"lr": 1e-8, "epochs": 2}])
def test_a_practice_sheet_of_ones_own_points_and_rates(options, tmp_path):
    key = tmp_path / "key.xlsx"
    gdlab.practice("sgd", tmp_path / "s.xlsx", rows=4, points=POINTS, key=key, **options)
    report = str(gdlab.check(key))
    assert "right" in report
    assert "wrong" not in report
    record, run = make("sgd", rows=4, points=POINTS, **options)
    count = 4 // options.get("epochs", 1)
    assert run.points[0] == POINTS["x"].tolist()[:count]
    assert run.hyper["lr"] == record.given["lr"] == options.get("lr", run.hyper["lr"])
    assert max(run.column("err2")) < 1e9
    shown = gdlab.practice_sheet("sgd", 4, points=POINTS, **options)
    assert shown.practice["points"][0] == [POINTS["x"][0], POINTS["y"][0]]


def test_more_rows_than_points_are_refused(tmp_path):
    with pytest.raises(ValueError, match="4 rows an epoch need as many points; there are 2"):
        gdlab.practice("sgd", tmp_path / "s.xlsx", rows=4, points=[(1, 2), (3, 4)])


def test_the_command_line_takes_points_and_rates(run, tmp_path):
    points = tmp_path / "points.csv"
    points.write_text("TV,Sales\n1,2\n3,4\n5,7\n")
    out, key = str(tmp_path / "s.xlsx"), str(tmp_path / "key.xlsx")
    words = ("--data", str(points), "--set", "lr=0.01", "--rows", "3", "--out", out, "--key", key)
    assert run("practice", "momentum", *words)[0] == 0
    code, said, err = run("check", key)
    assert (code, err) == (0, "")
    assert said.endswith("momentum: 39 of 39 right\n")
