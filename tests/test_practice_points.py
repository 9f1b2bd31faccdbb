"""Practice on a person's own points and rates."""

import numpy as np
import openpyxl
import pytest

import gdlab
from gdlab.core.layout import HEADER_ROW, START_ROW
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
    points = shown.practice["points"]
    assert (points["x"][0], points["y"][0]) == (POINTS["x"][0], POINTS["y"][0])


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


@pytest.mark.parametrize(
    ("rule", "options"),
    [
        ("sgd", {"scale": "standard"}),
        ("adam", {"scale": {"x": "minmax"}, "epochs": 2}),
        ("momentum", {"scale": "standard", "points": POINTS}),
        ("adam", {"scale": {"x": "standard"}, "model": "logistic"}),
    ],
)
def test_scaled_practice_is_judged_by_the_scaled_columns(rule, options, tmp_path):
    out, key = tmp_path / "s.xlsx", tmp_path / "key.xlsx"
    gdlab.practice(rule, out, rows=4, key=key, **options)
    cells = openpyxl.load_workbook(key, data_only=True)[rule]
    heads = [cell.value for cell in cells[HEADER_ROW]]
    first = dict(zip(heads, (cell.value for cell in cells[START_ROW + 1]), strict=False))
    points = gdlab.practice_sheet(rule, 4, **options).points
    x = np.array([point[0] for point in points])
    kind = options["scale"] if isinstance(options["scale"], str) else options["scale"]["x"]
    shift, by = (x.mean(), x.std()) if kind == "standard" else (x.min(), np.ptp(x))
    # Mean and deviation are rounded to four digits of the deviation.
    assert first["x_scaled"] == pytest.approx((x[0] - shift) / by, rel=2e-3, abs=2e-3)
    assert gdlab.check(key).passed
    # A learner who fills in the key's numbers, and one of them too large by a fifth.
    book = openpyxl.load_workbook(out)
    for row in cells.iter_rows():
        for cell in row:
            book[rule].cell(cell.row, cell.column).value = cell.value
    book[rule].cell(START_ROW + 1, heads.index("x_scaled") + 1).value = first["x_scaled"] + 0.2
    book.save(out)
    marks = gdlab.check(out).marks
    assert marks["wrong"] == 1


def test_the_notebooks_practice_of_a_scaled_model_has_a_score():
    sheet = gdlab.practice_sheet("sgd", 2, scale="standard", model="plane")
    start = {
        name.removeprefix("start_"): value
        for name, value in sheet.inputs.items()
        if name.startswith("start_")
    }
    options = {"model": "plane", "scale": "standard", "lr": sheet.inputs["lr"], "start": start}
    truth = gdlab.trace("sgd", sheet.points, **options)
    names = [column.name for column in truth.table.columns if column.expression is not None]
    texts = {f"{row} {name}": repr(truth.value(name, row)) for row in (1, 2) for name in names}
    sheet.practice = {**sheet.practice, "texts": texts}
    assert sheet.score["right"] == sheet.score["of"] == 2 * len(names)
    sheet.practice = {**sheet.practice, "texts": texts | {"1 loss": "-1"}}
    assert sheet.score["wrong"] == 1


def test_scaled_practice_of_drawn_points_never_lacks_a_scale(tmp_path):
    for seed in range(40):
        make("sgd", rows=2, seed=seed, scale="standard")
    with pytest.raises(ValueError, match="at every point; leave it out"):
        make("sgd", rows=1, scale="standard")
