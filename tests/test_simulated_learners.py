"""Marks and verdicts, measured on learners whose tables share no code with gdlab.

In full: every slip of simulated_learners on three sheets in five styles. The suite takes a sample.
"""

import os
import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import simulated_learners as simulated
from simulated_learners import Place, Sheet, Trial

from gdlab.core.layout import cell as address
from gdlab.core.registry import find_rule
from gdlab.core.trace import Trace, trace
from gdlab.marking.checking import check
from gdlab.marking.handout import make, practice
from gdlab.marking.own import is_own
from gdlab.marking.record import Record
from gdlab.marking.report import Report
from gdlab.marking.reporting import report
from gdlab.marking.sheet import Filled, Written
from gdlab.marking.values import claimed, typed
from gdlab.reading.audit import audit
from gdlab.reading.opening import open_workbook

FULL = os.environ.get("GDLAB_PROOF") == "full"
RULES = tuple(simulated.RULES)
ROWS = 4


@lru_cache(maxsize=200)
def made(rule: str, schedule: str | None, seed: int, rows: int = ROWS) -> tuple[Record, Trace]:
    options = {"schedule": schedule} if schedule else {}
    return make(rule, rows=rows, seed=seed, **options)


def sheet_of(trial: Trial, seed: int, rows: int = ROWS) -> Sheet:
    record, _ = made(trial.rule, trial.schedule, seed, rows)
    usual = {f"usual_{name}": value for name, value in find_rule(trial.rule).hyper.items()}
    points = [(x, y) for x, y in record.points]
    return Sheet(trial.rule, trial.schedule, points, record.given | usual)


def stored(value: float) -> Written:
    """A number as a spreadsheet keeps it."""
    return Written(float(value), claimed(float(value)), repr(value))


def marked(
    trial: Trial,
    seed: int,
    cells: dict[Place, float],
    write: Callable[[float], Written] = stored,
    rows: int = ROWS,
) -> Report:
    _, key = made(trial.rule, trial.schedule, seed, rows)
    written = {place: write(value) for place, value in cells.items()}
    return report(Filled(key, frozenset(cells), written))


def test_a_slip_is_named_or_left_open_but_not_taken_for_another() -> None:
    fares: Counter[str] = Counter()
    unsaid = []
    for number, (trial, seed, style, _, cells) in enumerate(simulated.wrong_sheets(sheet_of)):
        if not FULL and number % 12:
            continue
        first = next(
            (one for one in marked(trial, seed, cells).cells if one.status == "wrong"), None
        )
        if first is None:
            fares["nothing wrong"] += 1
        elif first.slip is None:
            fares["left open"] += 1
        elif set(first.slip.split("|")) & set(trial.names.split()):
            fares["named"] += 1
        else:
            fares["wrong cause"] += 1
            unsaid.append((trial.rule, trial.formulas, seed, style, first.slip))
    every = sum(fares.values())
    assert every > (1_100 if FULL else 90), fares
    # Of 1,215 sheets at most 6, and at least 800.
    assert fares["wrong cause"] <= every * 6 / 1_215, unsaid
    assert fares["named"] >= every * 800 / 1_215, fares


def test_of_two_slips_at_once_none_is_named_alone() -> None:
    every, alone = 0, []
    seeds = tuple(range(1, 11 if FULL else 9))
    sheets = simulated.wrong_sheets(sheet_of, seeds, simulated.TWO_AT_ONCE)
    for number, (trial, seed, style, _, cells) in enumerate(sheets):
        if not FULL and number % 7:
            continue
        every += 1
        for one in marked(trial, seed, cells).cells:
            if one.status == "wrong" and one.slip and "+" not in one.slip:
                alone.append((trial.formulas, seed, style, one.column, one.slip))
                break
    assert every > (600 if FULL else 70) and len(alone) <= every / 200, alone


def test_no_slip_is_denied_where_none_was_looked_for() -> None:
    trial = Trial("sgd", {"grad_intercept": "error"}, "factor_forgotten")
    sheet = sheet_of(trial, 4, rows=9)
    cells = simulated.fills_in(sheet, simulated.rounded(4), trial.formulas)
    assert cells is not None
    found = marked(trial, 4, cells, rows=9)
    wrong = [one for one in found.cells if one.status == "wrong"]
    assert len(wrong) == 9 and {one.slip for one in wrong} == {"factor_forgotten"}
    assert "(in rows 1 to 9)" in (wrong[0].because or "")
    assert found.marks["slips"] == 1
    assert found.score == pytest.approx(1 - 1 / found.marks["of"])
    # Nine wrong numbers that nothing explains: of those not looked into nothing is said.
    odd = {place: value * 1.37 if place[1] == "err2" else value for place, value in cells.items()}
    said = [
        one.because or "" for one in marked(trial, 4, odd, rows=9).cells if one.column == "err2"
    ]
    assert 0 < sum("no usual slip" in one for one in said) < 9


def test_every_wrong_row_is_shown_before_what_follows() -> None:
    # A slip that has no name, in every row of three columns: nothing of it is told at once.
    unknown = {"err2": "error * error + 3", "grad_slope": "grad_intercept * (x - 1)"}
    trial = Trial("adam", unknown | {"y_pred": "intercept * 1.1 + slope * x"})
    cells = simulated.fills_in(sheet_of(trial, 3, rows=14), simulated.rounded(4), trial.formulas)
    assert cells is not None
    found = marked(trial, 3, cells, rows=14)
    wrong = [one.address for one in found.cells if one.status == "wrong"]
    assert len(wrong) == 42 == found.marks["slips"]
    lines = [line.split() for line in str(found).splitlines()]
    told = [line[0] for line in lines if len(line) > 4 and line[3] in ("✗", "→", "…")]
    assert sorted(told) == sorted(wrong) and "→" not in str(found)
    page = found._repr_html_()
    assert page.count(": ✗ wrong: ") == 42
    # With a slip in every row and another one in one row, the second is listed second.
    slips = {"grad_intercept": "error"}
    trial = Trial("sgd", slips)
    cells = simulated.fills_in(sheet_of(trial, 4, rows=9), simulated.rounded(4), slips)
    assert cells is not None
    found = marked(trial, 4, cells | {(8, "y_pred"): cells[8, "y_pred"] * 1.37}, rows=9)
    lines = str(found).splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith("cell"))
    marks = [line.split()[3] for line in lines[first:] if re.match(r"[A-Z]+\d+ ", line)]
    assert marks[:2] == ["✗", "✗"] and marks == sorted(marks, key="✗→".index)
    assert "(in rows 1 to 9)" in " ".join(str(found).split())


@pytest.mark.parametrize("rule", RULES)
def test_zeros_and_copies_earn_nothing(rule: str) -> None:
    trial = Trial(rule, {})
    for seed in range(20 if FULL else 3):
        sheet = sheet_of(trial, seed, rows=6)
        right = simulated.fills_in(sheet, simulated.rounded(4))
        assert right is not None
        zeros = marked(trial, seed, dict.fromkeys(right, 0.0), rows=6)
        assert zeros.score == 0.0 and zeros.marks["unearned"] > 40, zeros
        assert "every cell holds the same number" in str(zeros)
        assert str(zeros).count("note:") == 1
        # If the first row is copied down, only the first row counts.
        copied = {(row, name): right[1, name] for row, name in right}
        assert marked(trial, seed, copied, rows=6).score < 0.35
        alone = marked(trial, seed, right, rows=6)
        assert alone.score == 1.0 and alone.passed


def test_a_number_that_is_anothers_by_chance_is_earned_where_its_column_is() -> None:
    # The errors are 1 and then others: 1 * x is x, but not copied.
    points = [(5.0, 4.0), (3.0, 7.0), (2.0, -1.0)]
    start = {"start_intercept": 0.0, "start_slope": 1.0}
    key = trace("sgd", points, start={"intercept": 0, "slope": 1}, lr=0.125)
    sheet = Sheet("sgd", None, points, start | {"lr": 0.125})
    forgotten = {"grad_intercept": "error"}
    cells = simulated.fills_in(sheet, simulated.rounded(4), forgotten)
    assert cells is not None and cells[1, "grad_slope"] == 5.0

    def statuses(cells: dict[Place, float]) -> dict[Place, str]:
        written = {place: stored(one) for place, one in cells.items()}
        found = report(Filled(key, frozenset(cells), written))
        return {(one.row, one.column): one.status for one in found.cells}

    assert statuses(cells)[1, "grad_slope"] == "follows"
    # Where the column says nothing of its own, it is not.
    nothing = cells | {(row, "grad_slope"): 0.0 for row in (2, 3)}
    assert statuses(nothing)[1, "grad_slope"] == "unearned"


@pytest.mark.parametrize("rule", ["sgd", "adam"])
def test_what_is_right_around_a_wrong_cell_is_not_called_wrong(rule: str) -> None:
    # The slope's gradient from the error, not from the wrong gradient beside it.
    for wrong in ("3 * error", "2 * error + 1"):
        formulas = {"grad_intercept": wrong, "grad_slope": "2 * error * x"}
        trial = Trial(rule, formulas)
        cells = simulated.fills_in(sheet_of(trial, 3), simulated.rounded(4), formulas)
        assert cells is not None
        found = marked(trial, 3, cells)
        assert {one.column for one in found.cells if one.status == "wrong"} == {"grad_intercept"}
        slope = [one for one in found.cells if one.column == "grad_slope"]
        assert slope[0].status == "right" and slope[1].status in ("follows", "right")


LAZY = {"new_{p}": "{p}"}


@pytest.mark.parametrize("rule", RULES)
def test_whole_numbers_earn_what_was_computed(rule: str) -> None:
    for seed in range(1, 40 if FULL else 4):
        sheet = sheet_of(Trial(rule, {}), seed, rows=6)
        true = simulated.fills_in(sheet, simulated.rounded(9))
        assert true is not None
        for carried in (True, False):
            cells = simulated.fills_in(sheet, simulated.rounded(0, carried=carried))
            if cells is None:
                # An average of squares was rounded to 0, and divided by.
                continue
            found = marked(Trial(rule, {}), seed, cells, rows=6)
            # What was rounded rightly is never called wrong, but 0 for what is not 0 says nothing.
            assert found.marks["wrong"] == found.marks["follows"] == 0, (seed, found)
            earned = [one for one in found.cells if one.status == "right"]
            assert all(one.written != 0 or true[one.row, one.column] == 0 for one in earned), seed
            assert 0.25 < found.score < 0.9, (seed, found.score)
            assert "write more digits" in str(found)
        # A learner who never moves the line has computed its errors, but no step and no parameter.
        idle = LAZY | dict.fromkeys(simulated.RULES[rule], "0")
        cells = simulated.fills_in(sheet, simulated.rounded(0), idle)
        assert cells is not None
        for one in marked(Trial(rule, {}), seed, cells, rows=6).cells:
            of_a_parameter = one.column.rpartition("_")[0] not in ("grad", "")
            if of_a_parameter and one.column != "y_pred" and one.status in ("right", "follows"):
                # Where the right number happens to be the start's.
                assert one.written == pytest.approx(true[one.row, one.column], abs=1e-8), one


def test_whole_numbers_are_right_where_they_are_asked_for_or_are_the_number() -> None:
    _, key = made("sgd", None, 3, 6)
    sheet = sheet_of(Trial("sgd", {}), 3, rows=6)
    cells = simulated.fills_in(sheet, simulated.rounded(0, carried=False))
    assert cells is not None
    written = {place: stored(one) for place, one in cells.items()}
    assert report(Filled(key, frozenset(cells), written, shown=0)).passed
    halves = report(Filled(key, frozenset(cells), written))
    first = {one.column: one.status for one in halves.cells if one.row == 1}
    assert first["y_pred"] == first["error"] == first["grad_slope"] == "right"


@pytest.mark.parametrize(
    ("schedule", "given"),
    [
        ("cosine", {"period": 145}),
        ("step_decay", {"factor": 0.5, "interval": 29}),
        ("exponential", {"decay": 0.999}),
    ],
)
def test_digits_that_cannot_tell_a_schedule_say_so(schedule: str, given: dict[str, Any]) -> None:
    record, _ = made("sgd", None, 5, 32)
    points = [(x, y) for x, y in record.points]
    key = trace(
        "sgd", points, schedule=schedule, start={"intercept": 3, "slope": 1}, lr=0.01, **given
    )
    start = {"start_intercept": 3.0, "start_slope": 1.0, "start_lr": 0.01}
    sheet = Sheet("sgd", schedule, points, start | given)
    true = simulated.fills_in(sheet, simulated.rounded(15))
    ignored = simulated.fills_in(sheet, simulated.rounded(8), {"lr": "start_lr"})
    assert true is not None and ignored is not None

    def of(cells: dict[Place, float], shown: int | None = None) -> Report:
        written = {place: stored(one) for place, one in cells.items()}
        return report(Filled(key, frozenset(cells), written, shown))

    found = of(ignored)
    rates = {one.row: one.status for one in found.cells if one.column == "lr"}
    moved = {row for row in rates if true[row, "lr"] != 0.01}
    assert moved and all((rates[row] != "right") == (row in moved) for row in rates), rates
    assert not found.passed
    if found.marks["unearned"]:
        assert "too few digits to tell the schedule" in str(found)
    # With its digits it is right, and nothing is said; where so few are asked, no learner's fault.
    told = of({place: round(one, 8) for place, one in true.items()})
    assert told.passed and not told.notes, told
    asked = {place: round(one, 2) for place, one in true.items()}
    said = of(asked, shown=2)
    assert all(one.status == "right" for one in said.cells if one.column == "lr")
    assert ("too few digits" in str(said)) == all(asked[row, "lr"] == 0.01 for row in rates)


def by_size(small: int, large: int, bound: float) -> simulated.Write:
    """More decimals for small numbers than for those from a bound on."""

    def write(number: float) -> tuple[float, float]:
        decimals = small if abs(number) < bound else large
        return (simulated.rounded(decimals)(number)[0],) * 2

    return write


OWN_STYLES = (
    simulated.rounded(4),
    simulated.rounded(6, carried=False),
    lambda value: (value, value),
)
OWN_SHEETS = [(rule, style) for style in range(3) for rule in simulated.OWN_RULES]


@pytest.mark.parametrize(("rule", "style"), OWN_SHEETS if FULL else OWN_SHEETS[::4])
def test_a_learners_own_sheet_under_the_tables_heads_needs_no_counter(
    tmp_path: Path, rule: str, style: int
) -> None:
    sheet = sheet_of(Trial(rule, {}), 3 + style, rows=6)
    cells = simulated.fills_in(sheet, OWN_STYLES[style])
    assert cells is not None
    names = list(simulated.columns(rule))
    given = {name: value for name, value in sheet.given.items() if not name.startswith("usual_")}
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = rule
    for line in (list(given), list(given.values()), [], ["x", "y", *names]):
        page.append(line)
    for row, point in enumerate(sheet.points, 1):
        page.append([*point, *(cells[row, name] for name in names)])
    path = tmp_path / "own.xlsx"
    book.save(path)
    assert not is_own(open_workbook(str(path)))
    found = audit(open_workbook(str(path)), str(path))
    assert found.passed and "Every cell follows." in str(found), found
    assert f"{rule} on y = b + m*x, 6 updates, lr {sheet.given['lr']:g}" in str(found), found


def as_text(change: Callable[[str], str]) -> Callable[[float], Written]:
    def write(value: float) -> Written:
        return typed(change(f"{value:.4f}"), "")[0]

    return write


def single(value: float) -> Written:
    return stored(float(np.float32(value)))


def power_of_ten(text: str) -> str:
    mantissa, _, exponent = f"{float(text):.8e}".partition("e")
    return f"{mantissa}*10^{int(exponent)}"


def fraction(text: str) -> str:
    return str(Fraction(text))


def mixed(text: str) -> str:
    whole, part = divmod(abs(Fraction(text)), 1)
    sign = "-" if text.startswith("-") else ""
    return f"{sign}{whole} {part}" if whole and part else f"{sign}{whole or part}"


def in_brackets(text: str) -> str:
    return f"({text[1:]})" if text.startswith("-") else text


DIGITS = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
HONEST: dict[str, tuple[simulated.Write, Callable[[float], Written]]] = {
    "one decimal": (simulated.rounded(1), stored),
    "two decimals, all kept": (simulated.rounded(2, carried=False), stored),
    "three digits": (simulated.significant(3), stored),
    "four digits, all kept": (simulated.significant(4, carried=False), stored),
    "three decimals under 10, one above": (by_size(3, 1, 10), stored),
    "four decimals under 1, two above": (by_size(4, 2, 1), stored),
    "six digits": (simulated.significant(6), stored),
    "single precision": (lambda value: (float(np.float32(value)),) * 2, single),
    "in full": (lambda value: (value, value), stored),
    "en dash": (simulated.rounded(4), as_text(lambda text: text.replace("-", "–"))),
    "true minus, comma": (
        simulated.rounded(4),
        as_text(lambda text: text.replace("-", "\u2212").replace(".", ",")),
    ),
    "full width": (simulated.rounded(4), as_text(lambda text: text.translate(DIGITS))),
    "powers of ten": (simulated.rounded(4), as_text(power_of_ten)),
    "two decimals under 10, none above": (by_size(2, 0, 10), stored),
    "two digits": (simulated.significant(2, carried=False), stored),
    "fractions": (simulated.rounded(4), as_text(fraction)),
    "mixed fractions": (simulated.rounded(4), as_text(mixed)),
    "scientific": (simulated.rounded(4), as_text(lambda text: f"{float(text):.8E}")),
    "minus in brackets": (simulated.rounded(4), as_text(in_brackets)),
    "TeX": (simulated.rounded(4), as_text(lambda text: f"${text}$")),
    "marked as text": (simulated.rounded(4), as_text(lambda text: f"'{text}")),
    "no nought before the point": (
        simulated.rounded(4),
        as_text(lambda text: text.replace("0.", ".", 1) if abs(float(text)) < 1 else text),
    ),
    "thousands": (simulated.rounded(4), as_text(lambda text: f"{float(text):,.4f}")),
    "thousands apart": (
        simulated.rounded(4),
        as_text(lambda text: f"{float(text):,.4f}".replace(",", " ").replace(".", ",")),
    ),
}


FEW_DIGITS = ("two digits", "two decimals under 10, none above")


@pytest.mark.parametrize("style", HONEST)
def test_honest_digits_are_right(style: str) -> None:
    write, text = HONEST[style]
    for rule in RULES if FULL else RULES[::3]:
        for seed in range(10 if FULL else 2):
            trial = Trial(rule, {})
            cells = simulated.fills_in(sheet_of(trial, seed), write)
            assert cells is not None
            found = marked(trial, seed, cells, text)
            wrong = [one for one in found.cells if one.status != "right"]
            # Of two digits a few tell nothing; none is called wrong.
            if style in FEW_DIGITS and len(wrong) < len(cells) / 5:
                wrong = [one for one in wrong if one.status != "unearned"]
            assert not wrong, (rule, seed, wrong[0])


@pytest.mark.parametrize("kind", ["digit_dropped", "digit_misread", "sign"])
def test_a_slip_of_the_hand_is_not_taken_for_one_of_computing(kind: str) -> None:
    fares: Counter[str] = Counter()
    for seed in range(60 if FULL else 12):
        trial = Trial("sgd", {})
        cells = simulated.fills_in(sheet_of(trial, seed), simulated.rounded(4))
        assert cells is not None
        place, changed = simulated.by_hand(cells, kind, seed)
        cell = next(
            one for one in marked(trial, seed, changed).cells if (one.row, one.column) == place
        )
        accepted = (kind, "digit_dropped", "digit_misread", "sign_turned", "sign_forgotten")
        named = cell.status == "wrong" and cell.slip is not None
        fares["named" if named else cell.status] += 1
        if named:
            # A digit less may be the very number that rounding too early gives.
            same = ("turned_round", "point_shifted", "rounded_too_early")
            assert set(cell.slip.split("|")) & {*accepted, *same}, (seed, cell)
    assert fares["named"] > 1, fares


def test_a_convention_that_ends_right_is_right() -> None:
    turned = Trial("sgd", {"error": "y - y_pred", "grad_intercept": "-2 * error"})
    cells = simulated.fills_in(sheet_of(turned, 3), simulated.rounded(4), turned.formulas)
    assert cells is not None
    found = marked(turned, 3, cells)
    assert found.passed and "y - y_pred" in found.notes[0]
    halved = Trial("adam", {"err2": "error * error / 2", "grad_intercept": "error"})
    cells = simulated.fills_in(sheet_of(halved, 3), simulated.rounded(6), halved.formulas)
    assert cells is not None
    found = marked(halved, 3, cells)
    assert found.passed and "half the squared error" in found.notes[0]
    # Who turns the error round alone has made a slip, and halves in a rule with another end too.
    for trial in (
        Trial("sgd", {"error": "y - y_pred"}),
        Trial("sgd", {"err2": "error * error / 2", "grad_intercept": "error"}),
    ):
        cells = simulated.fills_in(sheet_of(trial, 3), simulated.rounded(4), trial.formulas)
        assert cells is not None and not marked(trial, 3, cells).passed


@pytest.mark.parametrize("rule", ["sgd", "adam"])
def test_one_column_wrong_all_through_leaves_the_rest_its_marks(rule: str) -> None:
    def scored(formulas: simulated.Formulas) -> Report:
        sheet = sheet_of(Trial(rule, {}), 3)
        cells = simulated.fills_in(sheet, simulated.rounded(4), formulas)
        assert cells is not None
        return marked(Trial(rule, {}), 3, cells)

    # A way of computing that has no name, from which all else follows.
    for y_pred in ("intercept * slope * x", "x * x / 3", "1.1 * intercept + slope * x"):
        found = scored({"y_pred": y_pred})
        assert {one.column for one in found.cells if one.status == "wrong"} == {"y_pred"}
        assert 0.9 < found.score < 1 and not found.passed and found.notes == ()
    # Where several columns are wrong in every row, and nothing is right, nothing else counts.
    if rule == "sgd":
        found = scored({"y_pred": "x * x / 3", "grad_slope": "grad_intercept * (x - 1)"})
        assert found.score < 0.1 and "mistake of its own" in found.notes[0]


def test_what_follows_counts_as_a_teacher_weighs_it() -> None:
    trial = Trial("sgd", {"grad_intercept": "error"})
    cells = simulated.fills_in(sheet_of(trial, 3), simulated.rounded(4), trial.formulas)
    assert cells is not None
    _, key = made("sgd", None, 3)
    filled = Filled(key, frozenset(cells), {place: stored(one) for place, one in cells.items()})
    full, half, none = (report(filled, share) for share in (1.0, 0.5, 0.0))
    assert full.score > half.score > none.score
    assert none.score == none.marks["right"] / none.marks["of"]
    assert half.score == pytest.approx((full.score + none.score) / 2)


def test_what_has_a_text_is_told_in_two_ways_where_it_may_mean_two_numbers() -> None:
    _, key = made("sgd", None, 3)
    true = float(key.value("grad_slope", 1))
    cells = {(1, "grad_slope"): typed("1,234", "L10")[0]}
    found = report(Filled(key, frozenset(cells), cells)).cells[0]
    assert abs(true) < 1_000 and found.status == "wrong"
    assert "neither 1.234 nor 1234 is right" in (found.because or "")


def test_zeros_that_a_spreadsheet_drops_are_not_held_against_a_learner(tmp_path: Path) -> None:
    said = []
    for seed in range(60 if FULL else 6):
        path = tmp_path / f"{seed}.xlsx"
        practice("momentum", path, rows=ROWS, seed=seed, decimals=2)
        record, key = make("momentum", rows=ROWS, seed=seed, decimals=2)
        points = [(x, y) for x, y in record.points]
        sheet = Sheet("momentum", None, points, dict(record.given))
        cells = simulated.fills_in(sheet, simulated.rounded(2))
        assert cells is not None
        book = openpyxl.load_workbook(path)
        for (row, name), value in cells.items():
            book["momentum"][address(key.table, name, row)] = value
        book.save(path)
        found = check(path)
        assert found.passed, (seed, found)
        said += found.notes
    assert said == []
