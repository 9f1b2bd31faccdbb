"""Practice workbooks: what is given, what is blank, the key, and the way through LibreOffice."""

import itertools
import math
import warnings
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from engines import save_with_libreoffice

import gdlab
from gdlab.core.layout import cell
from gdlab.marking import check, practice
from gdlab.marking.handout import make
from gdlab.marking.record import sheet_name
from gdlab.marking.separating import unseen


def values(path: Path, sheet: str) -> dict[str, Any]:
    """Every stored value of a sheet by its address."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        one.coordinate: one.value for row in book[sheet] for one in row if one.value is not None
    }


def fill(path: Path, out: Path, typed: dict[str, Any], sheet: str) -> Path:
    """Type into a workbook, as a program that does not calculate would."""
    book = openpyxl.load_workbook(path)
    for address, value in typed.items():
        book[sheet][address] = value
    book.save(out)
    return out


@pytest.mark.sample(3)
@pytest.mark.parametrize("rule", gdlab.rules())
def test_the_key_is_the_same_sheet_filled_in(tmp_path: Path, rule: str) -> None:
    out, key = tmp_path / "a.xlsx", tmp_path / "key.xlsx"
    assert practice(rule, out, rows=3, seed=4, key=key) == out
    given, full = values(out, rule), values(key, rule)
    own, run = make(rule, rows=3, seed=4)
    blank = {cell(run.table, name, t): (name, t) for name in own.blank for t in (1, 2, 3)}
    assert not blank.keys() & given.keys()
    for address, value in given.items():
        if address != "A1":
            assert full[address] == value, address
    for address, (name, t) in blank.items():
        assert full[address] == run.value(name, t)
    marks = check(key).marks
    assert marks["right"] == marks["of"] == len(blank)
    report = check(out)
    assert report.marks["empty"] == report.marks["of"] == len(blank) and not report.passed


def test_the_key_has_live_formulas_and_the_practice_sheet_none(tmp_path: Path) -> None:
    out, key = tmp_path / "a.xlsx", tmp_path / "key.xlsx"
    practice("momentum", out, blank=["avg_slope"], key=key)

    def formulas(path: Path) -> int:
        sheet = openpyxl.load_workbook(path)["momentum"]
        return sum(one.data_type == "f" for row in sheet for one in row)

    assert formulas(out) == 0 and formulas(key) >= 6 * 13


def test_some_columns_blank_the_others_given_in_full(tmp_path: Path) -> None:
    out = practice("adam", tmp_path / "a.xlsx", blank=["avg_slope", "y_pred"], decimals=3, seed=9)
    own, run = make("adam", decimals=3, seed=9)
    given = values(out, "adam")
    for name in own.blank:
        for t in range(1, 7):
            address = cell(run.table, name, t)
            assert (address in given) == (name not in ("avg_slope", "y_pred"))
            assert given.get(address, run.value(name, t)) == run.value(name, t)
    sheet = openpyxl.load_workbook(out)["adam"]
    assert not sheet[cell(run.table, "y_pred", 1)].protection.locked
    assert sheet[cell(run.table, "error", 1)].protection.locked
    assert sheet[cell(run.table, "error", 1)].number_format == "0.000"
    assert check(out).marks["of"] == 12
    typed = {cell(run.table, "y_pred", t): round(run.value("y_pred", t), 3) for t in range(1, 7)}
    half = check(fill(out, tmp_path / "b.xlsx", typed, "adam"))
    told = {"right": 6, "follows": 0, "unearned": 0, "wrong": 0, "empty": 6, "slips": 0, "of": 12}
    assert half.marks == told


def test_one_column_may_be_named_alone_and_in_any_order(tmp_path: Path) -> None:
    assert make("sgd", blank="err2")[0].blank == ("err2",)
    assert make("sgd", blank=["err2", "y_pred"])[0].blank == ("y_pred", "err2")
    assert make("sgd", blank="all")[0].blank == make("sgd", blank=["all"])[0].blank
    assert len(make("sgd")[0].blank) == 11


def test_a_seed_gives_other_numbers_and_always_the_same(tmp_path: Path) -> None:
    first = practice("adam", tmp_path / "a.xlsx", seed=1).read_bytes()
    assert practice("adam", tmp_path / "b.xlsx", seed=1).read_bytes() == first
    assert practice("adam", tmp_path / "b.xlsx", seed=2).read_bytes() != first
    drawn = {make("adam", seed=seed)[0].points for seed in range(40)}
    assert len(drawn) == 40
    assert len({make("adam", seed=seed)[0].given["lr"] for seed in range(40)}) > 2


@pytest.mark.sample(4)
@pytest.mark.parametrize("rule", gdlab.rules())
def test_the_numbers_are_pleasant(rule: str) -> None:
    for seed in range(15):
        own, run = make(rule, seed=seed)
        assert run.exploded is None and run.start["intercept"] != run.start["slope"]
        assert all(x == int(x) and y == int(y) for x, y in own.points)
        assert all(here[0] != above[0] for here, above in itertools.pairwise(own.points))
        assert all(abs(error) >= 0.2 for error in run.column("error").tolist())
        steps = [
            abs(run.value(f"step_{p}", t)) for p in ("intercept", "slope") for t in range(1, 7)
        ]
        assert max(steps) <= 3 and sum(step >= 0.02 for step in steps) >= len(steps) / 2
        # Rates and shares of at most two digits.
        for name in {"lr", "beta", "beta1", "beta2", "momentum"} & run.hyper.keys():
            value = run.hyper[name]
            digits = f"{value:.12g}".replace(".", "").lstrip("0").rstrip("0")
            assert value > 0 and len(digits) <= 2, (name, value)


def test_who_makes_a_sheet_is_told_of_mistakes_that_do_not_show(tmp_path: Path) -> None:
    said = [unseen(make(rule, rows=4, seed=3)[1], None) for rule in ("sgd", "adam", "nadam")]
    assert said == ["", "", ""]
    # In its first rows rectified Adam takes a plain step, whatever its rectifier would be.
    hidden = "rectifier_slope give the right numbers"
    assert hidden in unseen(make("radam", rows=4)[1], None)
    for write in (
        lambda rule: practice(rule, tmp_path / f"{rule}.xlsx", rows=4),
        gdlab.practice_sheet,
    ):
        with pytest.warns(UserWarning, match=hidden):
            write("radam")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            write("sgd")


def test_a_long_sheet_is_drawn_too() -> None:
    own, run = make("sgd", rows=400, seed=3)
    assert run.rows == len(own.points) == 400 and run.exploded is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rule": "steepest"}, "no rule is called 'steepest'; there are sgd"),
        ({"rows": 0}, "rows must be a whole number from 1 to 1000, not 0"),
        ({"rows": 1001}, "rows must be a whole number from 1 to 1000"),
        ({"rows": True}, "rows must be a whole number"),
        ({"rows": 2.5}, "rows must be a whole number"),
        ({"seed": "x"}, "seed must be a whole number, not 'x'"),
        ({"decimals": -1}, "decimals must be a whole number from 0 to 15"),
        ({"blank": "avg_slop"}, "no column 'avg_slop' can be blank; did you mean avg_slope?"),
        ({"blank": ["avg_slope", "t"]}, "no column 't' can be blank"),
        ({"out": "here.xlsx", "key": "here.xlsx"}, "cannot be both"),
        ({"out": "here.csv"}, "here.csv: a workbook's name ends in .xlsx"),
        ({"key": "key.html"}, "key.html: a workbook's name ends in .xlsx"),
        ({"out": "no/such/folder/a.xlsx"}, "there is no folder"),
    ],
)
def test_bad_input_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=words) as caught:
        practice(**{"rule": "adam", "out": "a.xlsx"} | options)
    assert "\n" not in str(caught.value) and not list(tmp_path.iterdir())


def test_a_rule_whose_name_no_sheet_can_have(tmp_path: Path) -> None:
    assert sheet_name("data") == "data_" and sheet_name("Practice") == "Practice_"
    assert len(sheet_name("x" * 40)) == 31


def test_a_rule_of_ones_own(tmp_path: Path) -> None:
    from gdlab.core import registry

    @gdlab.rule
    def data(g, seen_prev, lr=0.1):  # type: ignore[no-untyped-def]
        """My own rule."""
        seen = seen_prev + 1
        step = lr * g / seen
        return (seen,), (step,)

    try:
        key = tmp_path / "key.xlsx"
        practice(data, tmp_path / "a.xlsx", rows=3, key=key)
        assert check(key).passed and check(key).marks["of"] == 3 * 13
    finally:
        del registry._registered["data"]


@pytest.mark.usefixtures("libreoffice")
def test_filled_in_with_formulas_and_saved_by_libreoffice(tmp_path: Path) -> None:
    out = practice("adam", tmp_path / "a.xlsx", rows=2, seed=6, decimals=4)
    own, run = make("adam", rows=2, seed=6, decimals=4)

    def at(name: str, t: int) -> str:
        return cell(run.table, name, t)

    typed: dict[str, Any] = {
        at(name, t): round(run.value(name, t), 4) for name in own.blank for t in (1, 2)
    }
    # The learner's own formulas, and one slip: the square is forgotten.
    typed[at("y_pred", 1)] = f"={at('intercept', 1)}+D10*{at('slope', 1)}"
    typed[at("error", 1)] = f"={at('y_pred', 1)}-E10"
    typed[at("sqr_avg_slope", 2)] = (
        f"=beta_2*{at('sqr_avg_slope', 1)}+(1-beta_2)*{at('grad_slope', 2)}"
    )
    typed[at("sqr_avg_hat_slope", 2)] = f"={at('sqr_avg_slope', 2)}/(1-beta_2^C11)"
    typed[at("err2", 2)] = "1/0"
    typed[at("grad_intercept", 2)] = None
    filled = fill(out, tmp_path / "b.xlsx", typed, "adam")
    problem = next(one for one in check(filled).cells if one.address == at("y_pred", 1))
    assert problem.status == "wrong" and "never calculated" in (problem.because or "")

    report = check(save_with_libreoffice([filled], tmp_path)[0])
    found = {one.address: one for one in report.cells}
    assert found[at("y_pred", 1)].status == found[at("error", 1)].status == "right"
    slip = found[at("sqr_avg_slope", 2)]
    assert slip.status == "wrong" and slip.slip == "square_forgotten"
    assert found[at("sqr_avg_hat_slope", 2)].status == "follows"
    assert found[at("err2", 2)].status == "wrong"
    assert found[at("grad_intercept", 2)].status == "empty"
    assert [report.marks[one] for one in ("right", "follows", "wrong", "empty")] == [34, 1, 2, 1]
    expected = found[at("sqr_avg_slope", 2)].expected
    assert isinstance(expected, float)
    assert math.isclose(expected, run.value("sqr_avg_slope", 2))
