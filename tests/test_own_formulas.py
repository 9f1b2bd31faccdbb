"""A learner's own formulas are evidence: the formula that is written is the slip that is named."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
import simulated_learners as simulated
from handed_in import hand_in
from simulated_learners import Sheet

from gdlab.core.layout import FIRST_INPUT_COLUMN, INPUT_ROW, START_ROW, letters
from gdlab.marking.checking import check
from gdlab.marking.handout import make
from gdlab.marking.report import Marked, Report

FULL = os.environ.get("GDLAB_PROOF") == "full"
ROWS = 4
# Hidden columns, cases and whole division are not formulas of one cell.
EXCEL_TOO = [
    trial
    for trial in simulated.TRIALS
    if trial.schedule is None
    and not any(re.search(r"usual_|next_|mean_|//| if ", one) for one in trial.formulas.values())
    and "mean_{p}" not in trial.formulas
]


class Excel:
    """Formulas of simulated learners as Excel has them, on the sheet of handed_in."""

    def __init__(self, rule: str, seed: int) -> None:
        record, run = make(rule, rows=ROWS, seed=seed)
        self.columns = {name: letters(place) for place, name in enumerate(run.table.names)}
        self.inputs = {
            name: f"${letters(place)}${INPUT_ROW}"
            for place, name in enumerate(record.given, FIRST_INPUT_COLUMN)
        }
        self.sheet = Sheet(rule, None, [(x, y) for x, y in record.points], dict(record.given))

    def written(self, text: str, row: int) -> str:
        """A formula in the cell of a row; the first row has the start row above it."""

        def cell(match: re.Match[str]) -> str:
            name = match[0]
            if name in self.inputs:
                return self.inputs[name]
            if name == "n":
                return str(ROWS)
            here = START_ROW + row
            if name.startswith("up_"):
                name, here = name[3:], here - 1
            return f"{self.columns[name]}{here}" if name in self.columns else name.upper()

        return "=" + re.sub(r"[a-z]\w*", cell, text).replace("**", "^")

    def filled(
        self, path: Path, formulas: dict[str, str], rows: Any = None, **changed: str
    ) -> Report:
        """A sheet with a formula in every cell and what a spreadsheet program makes of it."""
        slips = simulated.per_parameter(formulas)
        values = simulated.fills_in(self.sheet, lambda one: (one, one), formulas, rows)
        if values is None:
            pytest.skip("it divides by 0")
        usual = simulated.columns(self.sheet.rule)

        def change(t: int, name: str, value: float) -> Any:
            if (t, name) not in values:
                return value
            text = slips[name] if name in slips and (rows is None or t in rows) else usual[name]
            return changed.get(name, "{}").format(self.written(text, t)[1:]), values[t, name]

        start = {"intercept": "start_intercept", "slope": "start_slope"}

        def touch(_book: Any, table: Any, _practice: Any) -> None:
            for name, given in start.items():
                place = list(self.columns).index(f"new_{name}")
                table.write(START_ROW - 1, place, self.sheet.given[given])

        return check(hand_in(path, self.sheet.rule, change=change, touch=touch, rows=ROWS, seed=3))


def first(found: Report) -> Marked:
    return next(one for one in found.cells if one.status == "wrong")


@pytest.mark.parametrize("number", range(0, len(EXCEL_TOO), 1 if FULL else 4))
def test_a_written_formula_is_the_slip(tmp_path: Path, number: int) -> None:
    trial = EXCEL_TOO[number]
    found = Excel(trial.rule, 3).filled(tmp_path / "own.xlsx", trial.formulas, trial.rows)
    if found.passed:
        assert "error" in trial.formulas and "grad_intercept" in trial.formulas
        return
    cell = first(found)
    if trial.names:
        assert cell.slip in trial.names.split(), (trial, cell)
    else:
        # What has no name is shown in words.
        assert cell.slip is None and "was computed" in (cell.because or ""), cell


def test_all_formulas_right_and_rounded_ones(tmp_path: Path) -> None:
    assert Excel("adam", 3).filled(tmp_path / "right.xlsx", {}).passed
    slip = {"grad_intercept": "error"}
    rounded = {"grad_intercept": "ROUND(({})*1,12)"}
    found = Excel("sgd", 3).filled(tmp_path / "rounded.xlsx", slip, **rounded)
    assert first(found).slip == "factor_forgotten"


# What no slip can be, and no formula of one cell, in the cells of grad_intercept and grad_slope.
ODD = (
    "=ROUND(2*I10,2)*3", "=TANH(I10)", '=IF(I10>0,"a",1)', "=I10>2", "=SUM(I10:I11)", "=2*{1,2}",
    "=2*LOG10(I10)", '=A1&"x"', "=I10*(", "=grad*2", "='sgd'!I10*3", "=IF(I10,,2)", "=I10%*3",
    "=-2^2*I10", "=IF(I10>0,1,2)", "=2*MAX(I10,1)", "=EXP(1000)", "=1/0*I10", "=PI()*I10", "=5*lr",
)  # fmt: skip


def odd_sheet(path: Path) -> Path:
    """A sheet with an odd formula, and a wrong number beside it, in each of its gradients."""

    def change(t: int, name: str, value: float) -> Any:
        if not name.startswith("grad_"):
            return value
        place = 2 * (t - 1) + (name == "grad_slope")
        return ODD[place], round(value * 1.37 + place, 4)

    return hand_in(path, "sgd", rows=len(ODD) // 2, seed=3, change=change)


def test_formulas_outside_the_grammar_are_judged_by_their_numbers(tmp_path: Path) -> None:
    found = check(odd_sheet(tmp_path / "odd.xlsx"))
    wrong = [one for one in found.cells if one.column.startswith("grad_")]
    assert {one.status for one in wrong} == {"wrong"} and len(wrong) == len(ODD)


def test_an_input_by_its_workbook_name_is_that_input(tmp_path: Path) -> None:
    own = Excel("adam", 3)
    own.inputs |= {"beta1": "beta_1", "beta2": "Beta_2", "lr": "lr"}
    found = own.filled(tmp_path / "named.xlsx", {"avg_{p}": "beta1 * up_avg_{p} + grad_{p}"})
    assert first(found).slip == "one_minus_beta_forgotten", first(found)


def test_a_dollar_that_is_missing_is_told_once(tmp_path: Path) -> None:
    own = Excel("sgd", 3)
    own.inputs["lr"] = own.inputs["lr"].replace("$", "")
    plain = own.written

    def filled_down(text: str, row: int) -> str:
        # One row further down with every row of the table.
        return re.sub(
            r"(?<![$A-Z])([A-Z]+)5(?!\d)", lambda one: f"{one[1]}{INPUT_ROW + row - 1}",
            plain(text, row),
        )  # fmt: skip

    own.written = filled_down  # type: ignore[method-assign]
    # Rows 2 and 3 take an empty cell for the rate: their steps are 0.
    found = own.filled(tmp_path / "moved.xlsx", {"step_{p}": "lr * 0 * grad_{p}"}, rows=(2, 3))
    wrong = [one for one in found.cells if one.status == "wrong"]
    assert [one.slip for one in wrong] == ["cell_moved"] * 4
    assert "a $ keeps the place" in (wrong[0].because or "") and not wrong[0].again
    assert "(in rows 2 and 3)" in (wrong[0].because or "")


def test_a_formula_that_does_not_give_its_number_is_no_evidence(tmp_path: Path) -> None:
    own = Excel("sgd", 3)
    right = own.written
    # The formula says that the factor is forgotten; the number is turned round.
    own.written = lambda text, row: right(  # type: ignore[method-assign]
        "error" if text == "-2 * error" else text, row
    )
    found = own.filled(tmp_path / "stale.xlsx", {"grad_intercept": "-2 * error"})
    assert first(found).slip == "sign_turned", first(found)
