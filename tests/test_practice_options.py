"""Practice sheets of batches, schedules, clipping, decay and switches: out and back."""

import openpyxl
import pytest
from handed_in import hand_in

import gdlab
from gdlab.cli import main

OPTIONS = {
    "batches": {"batch_size": 4},
    "full batch": {"batch_size": "full"},
    "schedule of t": {"schedule": "cosine"},
    "annealing": {"schedule": "lesson_annealing", "epochs": 2},
    "on plateau": {"schedule": "reduce_on_plateau", "epochs": 2},
    "max_norm": {"max_norm": 30.0},
    "max_value": {"max_value": 20.0},
    "weight_decay": {"weight_decay": 0.1},
    "h": {"h": 0.01},
    "switch": {"switch": {"at_epoch": 2, "to": "momentum"}, "epochs": 2},
    "both": {"batch_size": 2, "max_norm": 30.0, "weight_decay": 0.1},
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", OPTIONS)
def test_a_correct_sheet_is_right_and_a_slip_is_found(tmp_path, name):
    options = OPTIONS[name]
    right = hand_in(tmp_path / "right.xlsx", rows=6, seed=3, **options)
    report = gdlab.check(right)
    assert report.passed
    assert report.marks["right"] == report.marks["of"] > 80

    def slip(row, column, value):
        return value + 1 if (row, column) == (4, "avg_slope") else value

    wrong = gdlab.check(hand_in(tmp_path / "wrong.xlsx", rows=6, seed=3, change=slip, **options))
    assert [(cell.row, cell.column) for cell in wrong.cells if cell.status == "wrong"] == [
        (4, "avg_slope")
    ]


@pytest.mark.parametrize("name", ["batches", "annealing", "both"])
def test_the_workbook_and_its_key(tmp_path, name):
    sheet, key = tmp_path / "sheet.xlsx", tmp_path / "key.xlsx"
    gdlab.practice("adam", sheet, rows=6, seed=1, key=key, **OPTIONS[name])
    report = gdlab.check(sheet)
    assert report.marks["empty"] == report.marks["of"]
    # The key has its values stored; a sheet filled in with them is right.
    values = openpyxl.load_workbook(key, data_only=True)["adam"]
    book = openpyxl.load_workbook(sheet)
    for cell in report.cells:
        book["adam"][cell.address] = values[cell.address].value
    book.save(sheet)
    assert gdlab.check(sheet).passed


def test_the_command_takes_the_options(tmp_path, capsys):
    out = tmp_path / "sheet.xlsx"
    words = ["practice", "adam", "--out", str(out), "--rows", "4", "--epochs", "2"]
    words += ["--batch-size", "2", "--set", "max_norm=30", "--schedule", "cosine"]
    assert main(words) == 0
    assert main(["check", str(out)]) == 0
    # 4 rows of every computed column, in_batch, norm and lr among them.
    columns = gdlab.trace(
        "adam", epochs=2, batch_size=2, max_norm=30, schedule="cosine"
    ).table.columns
    asked = 4 * sum(column.expression is not None for column in columns)
    told = " ".join(capsys.readouterr().out.split())
    assert f"nothing is filled in yet; {asked} cells are empty" in told


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"shuffle": True}, "a practice sheet has no option 'shuffle'"),
        ({"surface": "ravine"}, "a practice sheet has no option 'surface'"),
        ({"epochs": 4}, "6 rows to fill in are not divisible by 4 epochs"),
        ({"schedule": "linear"}, "no schedule is called 'linear'"),
        ({"max_norm": 0}, "max_norm must be a number over 0"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(tmp_path, options, words):
    with pytest.raises(ValueError, match=words):
        gdlab.practice("adam", tmp_path / "never.xlsx", rows=6, **options)
    assert not list(tmp_path.iterdir())
