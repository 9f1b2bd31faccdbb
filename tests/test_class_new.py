"""``gdlab class new`` takes what ``gdlab practice`` takes; each sheet is marked by what it says."""

import csv
import json

import numpy as np
import openpyxl
import pytest
from deliveries import fill, lines_of

import gdlab
from gdlab.cli import main

LEARNERS = ("ann", "bo", "cy")
POINTS = [(1605.0 + 37 * k, 31.5 - 0.7 * k - (k % 3)) for k in range(12)]


@pytest.fixture
def files(tmp_path):
    """A list of learners and a table of points with heads of their own."""
    (tmp_path / "list.csv").write_text("id\n" + "\n".join(LEARNERS))
    with (tmp_path / "cars.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["weight", "mpg"])
        rows.writerows(POINTS)
    return tmp_path


WAYS = {
    "points": "sgd --data cars.csv --x weight --y mpg",
    "points and a rate": "momentum --data cars.csv --x weight --y mpg --set lr=0.00001",
    "scaled points": "adam --data cars.csv --x weight --y mpg --scale standard --set lr=0.3",
    "one scaled column": "sgd --data cars.csv --x weight --y mpg --scale x=minmax",
    "rates": "adam --set lr=0.2 --set beta1=0.7",
    "blanks and decimals": "adam --blank error step_slope --decimals 3",
    "a model": "sgd --model logistic --set lr=0.5",
    "a scaled model": "adam --model logistic --scale standard",
    "batches": "momentum --batch-size 2",
    "a schedule": "sgd --schedule cosine --set period=5 --epochs 2",
    "a switch": "sgd --switch at_epoch=2 --switch to=adam --epochs 2",
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("way", WAYS)
def test_each_option_comes_out_and_back(files, monkeypatch, way):
    monkeypatch.chdir(files)
    rule, *words = WAYS[way].split()
    command = ["class", "new", rule, "--students", "list.csv", "--out", "course", "--rows", "4"]
    assert main([*command, *words]) == 0
    lines = lines_of("course")
    assert len({line["fingerprint"] for line in lines}) == len(LEARNERS)
    for line in lines[:1]:
        report = gdlab.check(fill("course", line, files / "back.xlsx"))
        assert report.passed
        assert report.score == 1
    assert main([*command, *words]) == 0
    assert lines_of("course") == lines


def cells(line, name):
    """The cells under a head on a learner's sheet."""
    sheet = openpyxl.load_workbook(f"course/{line['key']}", data_only=True)[line["rule"]]
    (head,) = (one for one in sheet[8] if one.value == name)
    return [sheet.cell(row, head.column).value for row in range(10, 14)]


def test_the_points_are_the_teachers_and_each_learner_has_others(files, monkeypatch):
    monkeypatch.chdir(files)
    words = ["--data", "cars.csv", "--x", "weight", "--y", "mpg", "--scale", "x=standard"]
    new = ["class", "new", "sgd", "--students", "list.csv", "--out", "course", "--rows", "4"]
    assert main([*new, *words]) == 0
    drawn = set()
    for line in lines_of("course"):
        points = list(zip(cells(line, "x"), cells(line, "y"), strict=True))
        assert set(points) <= set(POINTS)
        drawn.add(tuple(points))
        x = np.array(cells(line, "x"))
        wanted = (x - x.mean()) / x.std()
        # The deviation has four digits.
        np.testing.assert_allclose(cells(line, "x_scaled"), wanted, rtol=2e-3, atol=2e-3)
    assert len(drawn) == len(LEARNERS)
    # Other points are another round, and these sheets stay.
    (files / "cars.csv").write_text("weight,mpg\n1,2\n3,4\n5,7\n6,9\n8,9\n")
    assert main([*new, *words]) == 0
    rounds = [line["round"] for line in lines_of("course")]
    assert rounds == [""] * 3 + ["sgd"] * 3


def test_several_rules_with_a_rate_are_a_set_for_each_learner(files, monkeypatch):
    monkeypatch.chdir(files)
    command = ["class", "new", "sgd", "adam", "--students", "list.csv", "--out", "course"]
    assert main([*command, "--rows", "3", "--set", "lr=0.05"]) == 0
    assert [(line["id"], line["rule"]) for line in lines_of("course")] == [
        (who, rule) for rule in ("sgd", "adam") for who in LEARNERS
    ]
    for line in lines_of("course"):
        sheet = openpyxl.load_workbook(f"course/{line['sheet']}")
        told = {row[0].value: row[1].value for row in sheet["practice"].iter_rows(max_col=2)}
        assert "lr=0.05" in told["given"].split(", ")
        assert line["given"] == "lr=0.05"


def test_a_practice_sheet_in_a_notebook_takes_a_model_and_a_scale():
    sheet = gdlab.practice_sheet("sgd", 3, model="logistic", scale="standard", seed=4)
    key = gdlab.trace(
        "sgd", sheet.practice["points"], model="logistic", scale="standard",
        lr=sheet.practice["inputs"]["lr"],
        start={name: sheet.practice["inputs"][f"start_{name}"] for name in ("bias", "weight")}
        if "start_bias" in sheet.practice["inputs"] else None,
    )  # fmt: skip
    texts = {
        f"{t} {column.name}": f"{key.value(column.name, t):.5f}"
        for t in (1, 2, 3)
        for column in key.table.columns
        if column.expression is not None
    }
    sheet.practice = sheet.practice | {"texts": texts}
    assert sheet.score["right"] == sheet.score["of"] == len(texts)


@pytest.mark.parametrize("words", ["--scale standard", "--scale x=minmax --scale y=standard"])
def test_an_exported_scaled_sheet_is_right(run, tmp_path, words):
    out = str(tmp_path / "sheet.xlsx")
    assert run("export", "sgd", *words.split(), "--out", out)[0] == 0
    code, said, _ = run("check", out, "--json")
    marks = json.loads(said)["marks"]
    assert (code, marks["right"]) == (0, marks["of"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--data none.csv", "none.csv"),
        ("--x weight", "--x goes with --data FILE"),
        ("--data cars.csv --x weight --y mpg --rows 13", "13 rows an epoch need as many points"),
        ("--scale sideways", "no scale is called 'sideways'"),
        ("--model sideways", "no model is called 'sideways'"),
        ("--set gamma=1", "sgd has no hyperparameter 'gamma'"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(files, run, monkeypatch, words, told):
    monkeypatch.chdir(files)
    code, _, err = run(
        "class", "new", "sgd", "--students", "list.csv", "--out", "course", *words.split()
    )
    assert (code, err.count("\n")) == (2, 1)
    assert told in err
    assert not (files / "course" / "class.csv").exists()
