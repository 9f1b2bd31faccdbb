"""Right, follows, wrong or empty: by hand-computed cells, and by learners who make no mistake."""

import json
import os
import re

import numpy as np
import pandas as pd
import pytest
from learners import Learner, all_cells, handed_in, practice_key

import gdlab
from gdlab.marking.judge import judge
from gdlab.marking.reporting import report
from gdlab.marking.sheet import Filled, Written, decimals_of

FULL = os.environ.get("GDLAB_PROOF") == "full"
LESSON = [(14, 58), (86, 202), (28, 86)]
# The first row of the lesson's sheet basic, by hand: 1 + 1 * 14 = 15, 15 - 58 = -43, and so on.
ROW_1 = {
    "intercept": "1",
    "slope": "1",
    "y_pred": "15",
    "error": "-43",
    "err2": "1849",
    "grad_intercept": "-86",
    "grad_slope": "-1204",
    "step_intercept": "-0.0086",
    "step_slope": "-0.1204",
    "new_intercept": "1.0086",
    "new_slope": "1.1204",
}


def sheet(written, *, rows=1, rule="sgd", shown=None, asked=None, **hyper):
    """A filled sheet of the lesson's first points from texts as they are typed."""
    key = gdlab.trace(rule, LESSON[:rows], **({"lr": 0.0001} | hyper))
    cells = {}
    for place, text in written.items():
        at = place if isinstance(place, tuple) else (1, place)
        if text.startswith(("#", "?")):
            problem = "this is not a number" if text.startswith("?") else None
            cells[at] = Written(None, None, text, problem=problem)
        else:
            cells[at] = Written(float(text), decimals_of(text), text)
    return Filled(key, frozenset(all_cells(key) if asked is None else asked), cells, shown)


def statuses(filled):
    """Each judged cell's status by its place; of row 1 by its column alone."""
    found = {one.place: one.status for one in judge(filled).verdicts}
    return {name if row == 1 else (row, name): status for (row, name), status in found.items()}


def with_row_1(**changed):
    """The first row by hand, some cells written otherwise."""
    return statuses(sheet(ROW_1 | changed))


def test_the_first_row_by_hand_is_right():
    assert set(with_row_1().values()) == {"right"}


def test_a_wrong_cell_is_wrong_and_what_is_computed_from_it_follows():
    # The sign of the error is lost: its square is the same, the gradients follow.
    found = with_row_1(
        error="43",
        grad_intercept="86",
        grad_slope="1204",
        step_intercept="0.0086",
        step_slope="0.1204",
        new_intercept="0.9914",
        new_slope="0.8796",
    )
    assert found["error"] == "wrong"
    assert found["err2"] == found["y_pred"] == "right"
    follows = {name for name, status in found.items() if status == "follows"}
    assert follows == set(list(ROW_1)[5:])


def test_a_cell_that_is_true_is_right_whatever_stands_before_it():
    found = with_row_1(error="43")
    assert found["error"] == "wrong"
    assert found["grad_intercept"] == found["new_slope"] == "right"


def test_a_second_slip_after_the_first_is_wrong_again():
    found = with_row_1(error="43", grad_intercept="87", grad_slope="1218")
    assert found["grad_intercept"] == "wrong"
    assert found["grad_slope"] == "follows"


def test_a_slip_is_carried_into_the_next_row():
    second = {
        (2, "intercept"): "1.0086", (2, "slope"): "0.8796", (2, "y_pred"): "76.6542",
        (2, "error"): "-125.3458",
    }  # fmt: skip
    changed = {"step_slope": "0.1204", "new_slope": "0.8796"}
    found = statuses(sheet(ROW_1 | changed | second, rows=2))
    assert found["step_slope"] == "wrong"
    assert found["new_slope"] == found[2, "slope"] == found[2, "y_pred"] == "follows"
    assert found[2, "intercept"] == "right"
    assert found[2, "error"] == "follows"
    assert found[2, "new_slope"] == "empty"


def test_the_first_wrong_cell_is_the_origin_of_what_follows():
    filled = sheet(ROW_1 | {"error": "43", "grad_intercept": "86", "grad_slope": "1204"})
    origins = {one.place[1]: one.origin for one in judge(filled).verdicts}
    assert origins["grad_slope"] == (1, "error")
    assert origins["error"] is None


def test_an_empty_cell_is_computed_from_the_learners_own():
    only = {name: ROW_1[name] for name in ("y_pred", "grad_slope", "new_slope")}
    found = statuses(sheet(only))
    assert found["grad_slope"] == found["new_slope"] == "right"
    assert found["error"] == "empty"
    # 2 * (16 - 58) * 14 = -1176: it follows from the learner's 16 through the empty error.
    found = statuses(sheet({"y_pred": "16", "grad_slope": "-1176", "new_slope": "1.1176"}))
    assert found["y_pred"] == "wrong"
    assert found["grad_slope"] == found["new_slope"] == "follows"


def test_text_where_a_number_belongs_is_wrong_and_leaves_the_rest_to_be_judged():
    found = with_row_1(error="?about minus forty")
    assert found.pop("error") == "wrong"
    assert set(found.values()) == {"right"}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("-0.0086", "right"),
        ("-0.009", "right"),
        ("-0.01", "right"),
        ("-0.00860000000000", "right"),
        ("-8.6e-3", "right"),
        ("-0.0087", "wrong"),
        ("-0.008", "wrong"),  # cut off, not rounded
        ("-0.0085", "wrong"),
        ("-0.00861", "wrong"),
        ("0.0086", "wrong"),
    ],
)
def test_a_number_is_judged_by_the_digits_that_it_has(text, status):
    assert with_row_1(step_intercept=text)["step_intercept"] == status


def test_a_whole_number_claims_the_decimals_of_its_column():
    # -0.0086 at two rows of two decimals each: 0 stands for 0.00, and 1 not for 1.0086.
    written = {(1, "new_intercept"): "1", (2, "new_intercept"): "1.04", (1, "y_pred"): "15"}
    assert statuses(sheet(written, rows=2))["new_intercept"] == "wrong"
    # In a column of whole numbers, whole numbers are meant: 87 stands for 87.3.
    written = {(1, "y_pred"): "15", (2, "y_pred"): "97"}
    assert statuses(sheet(written, rows=2))[2, "y_pred"] == "right"


def test_no_number_passes_for_everything():
    for text in ("0", "0e9", "-0", "0e99", "1e9", "-1e3", "-1e9"):
        found = with_row_1(grad_slope=text)
        assert found["grad_slope"] == "wrong", text
    assert with_row_1(step_slope="0")["step_slope"] == "wrong"
    # What is 0.004 may be written as 0.00, and a sheet of two decimals drops the zeros.
    small = sheet({"step_intercept": "0", "step_slope": "-0.06"}, lr=0.00005)
    assert statuses(small)["step_intercept"] == "right"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("-17991", "right"),  # 172 * -104.6 = -17991.2, gone on with as written
        ("-17998", "right"),  # 172 * -104.637 = -17997.564, all digits kept
        ("-17998.1", "right"),  # 172 * -104.64 = -17998.08, one more digit kept
        ("-17990", "wrong"),
        ("-18000", "wrong"),
    ],
)
def test_what_rounding_of_the_inputs_can_do_is_allowed_for_and_no_more(text, status):
    # y_pred = 1.0086 + 1.1204 * 86 = 97.363 is given, so the error is -104.637.
    asked = frozenset({(2, "error"), (2, "grad_intercept"), (2, "grad_slope")})
    found = statuses(sheet({(2, "error"): "-104.6", (2, "grad_slope"): text}, rows=2, asked=asked))
    assert found[2, "error"] == "right" and found[2, "grad_intercept"] == "empty"
    assert found[2, "grad_slope"] == status


def test_a_zero_that_was_rounded_down_does_not_open_a_division_to_everything():
    # sqr_avg is 0.0036: written as 0.00 it is divided by, kept or not, but not by everything.
    key = gdlab.trace("rmsprop", [(1, 1.97)], lr=0.1)
    true = {name: float(key.column(name)[0]) for name in ("sqr_avg_slope", "step_slope")}
    assert 0 < true["sqr_avg_slope"] < 0.005
    for step, status in ((true["step_slope"], "right"), (3 * true["step_slope"], "wrong")):
        cells = {
            (1, "sqr_avg_slope"): Written(0.0, 2, "0.00"),
            (1, "step_slope"): Written(round(step, 2), 2, f"{step:.2f}"),
        }
        filled = Filled(key, frozenset(cells), cells)
        assert statuses(filled)["step_slope"] == status
    # A learner who goes on with 0.00 divides by eps alone, and the cell follows.
    goes_on = key.value("grad_slope", 1) * 0.1 / 1e-8
    cells[1, "step_slope"] = Written(goes_on, None, repr(goes_on))
    assert statuses(Filled(key, frozenset(cells), cells))["step_slope"] == "right"


def test_errors_are_right_where_no_number_comes_out():
    key = gdlab.trace("rmsprop_lesson", [(1, 1)], start={"sqr_avg_slope": -1.0})
    cells = {(1, "step_slope"): Written(None, None, "#NUM!")}
    asked = frozenset({(1, "step_slope"), (1, "new_slope")})
    assert statuses(Filled(key, asked, cells)) == {"step_slope": "right", "new_slope": "empty"}
    cells = {(1, "step_slope"): Written(3.0, 0, "3")}
    assert statuses(Filled(key, asked, cells))["step_slope"] == "wrong"
    assert with_row_1(error="#DIV/0!")["error"] == "wrong"


def test_given_cells_are_taken_as_they_are_shown_or_in_full():
    # Given y_pred is 97.363 and shown as 97.4: -104.6 and -104.637 are both computed rightly.
    rows = frozenset({(2, "error")})
    for text, status in (("-104.6", "right"), ("-104.637", "right"), ("-104.62", "wrong")):
        filled = sheet({(2, "error"): text}, rows=2, asked=rows, shown=1)
        assert statuses(filled)[2, "error"] == status, text
    # A given cell that the learner has changed is computed with; what depends on it follows.
    changed = {(1, "y_pred"): "16", (1, "error"): "-42"}
    found = judge(sheet(changed, asked=frozenset({(1, "error")}))).verdicts
    assert [one.status for one in found] == ["follows"]
    assert found[0].origin == (1, "y_pred")


SETTINGS = [
    (decimals, goes_on, typed)
    for decimals in (2, 3, 4, 6)
    for goes_on in (True, False, None)
    for typed in (True, False)
]


@pytest.mark.sample(3)
@pytest.mark.parametrize(("decimals", "goes_on", "typed"), SETTINGS)
def test_no_correct_sheet_raises_an_alarm(decimals, goes_on, typed):
    """Rounded as written; gone on with as written, with all digits, with one more, by turns."""
    rules = list(gdlab.rules())
    first = 1_000 * SETTINGS.index((decimals, goes_on, typed))
    for seed in range(first, first + (1_000 if FULL else 6)):
        key = practice_key(rules[seed % len(rules)], seed, rows=2 + seed % 4)
        learner = Learner(key, decimals, goes_on_rounded=goes_on, as_typed=typed, seed=seed)
        sheet, _ = learner.fills_in()
        for one in judge(handed_in(key, sheet)).verdicts:
            assert one.status == "right", (key.rule, seed, one)


POINTS = [(14, 58), (86, 202), (28, 86), (51, 132), (9, 48)]
OPTIONS = {
    "finite differences": ("sgd", {"h": 0.01}),
    "batches": ("adam", {"batch_size": 2, "epochs": 2}),
    "full batch": ("momentum", {"batch_size": "full", "epochs": 3}),
    "clipped by norm": ("sgd", {"max_norm": 5.0, "lr": 0.01}),
    "clipped by value": ("rmsprop", {"max_value": 3.0}),
    "weight decay": ("momentum", {"weight_decay": 0.1}),
    "switch": ("sgd", {"epochs": 4, "switch": {"at_epoch": 3, "to": "momentum"}}),
    "shuffled": ("adam", {"shuffle": True, "seed": 3, "epochs": 2}),
    "cosine": ("sgd", {"schedule": "cosine"}),
    "warm-up": ("sgd", {"schedule": "warmup_cosine"}),
    "annealing": ("adam_lesson", {"schedule": "lesson_annealing", "epochs": 3, "lr": 1}),
    "plateau": ("sgd", {"schedule": "reduce_on_plateau", "epochs": 4}),
    "explosion": ("sgd", {"lr": 100.0, "epochs": 9}),
}


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("goes_on", [True, False])
def test_no_alarm_with_any_option_of_a_run(name, goes_on):
    rule, options = OPTIONS[name]
    key = gdlab.trace(rule, POINTS, **options)
    for decimals in (2, 4, 15):
        filled, _ = Learner(key, decimals, goes_on_rounded=goes_on).fills_in()
        wrong = [one for one in judge(handed_in(key, filled)).verdicts if one.status != "right"]
        assert not wrong


def test_formulas_in_another_order_are_right_in_full_digits():
    key = gdlab.trace("sgd", POINTS, lr=0.0003)
    cells, intercept, slope = {}, 1.0, 1.0
    for row, (x, y) in enumerate(POINTS, 1):
        error = (x * slope - y) + intercept
        grads = (error + error, x * error * 2)
        new = (-0.0003 * grads[0] + intercept, slope - 2 * 0.0003 * x * error)
        numbers = {
            "intercept": intercept, "slope": slope, "y_pred": y + error, "error": error,
            "err2": error**2, "grad_intercept": grads[0], "grad_slope": grads[1],
            "step_intercept": grads[0] * 0.0003, "step_slope": 0.0006 * (error * x),
            "new_intercept": new[0], "new_slope": new[1],
        }  # fmt: skip
        cells |= {(row, name): Written(one, None, repr(one)) for name, one in numbers.items()}
        intercept, slope = new
    assert set(statuses(handed_in(key, cells)).values()) == {"right"}


@pytest.mark.parametrize(
    ("typed", "decimals"),
    [
        (58.05, 2), (58.0, 0), (0.0, 0), (1e-07, 7), (1.2e20, -19), (0.1 + 0.2, 17),
        ("58.10", 2), ("5", 0), ("1.5e-7", 8), ("1.2E+5", -4), (" 3.0 ", 1), ("-0.00", 2),
    ],
)  # fmt: skip
def test_the_decimals_that_a_number_claims(typed, decimals):
    assert decimals_of(typed) == decimals


@pytest.mark.parametrize("bad", ["", "abc", "1,5", "nan", "inf", float("nan")])
def test_what_is_no_number_claims_none(bad):
    with pytest.raises(ValueError, match=r"^not a"):
        decimals_of(bad)


# gdlab.check of a frame, and the report


def frame():
    """Two rows of the lesson as a frame, one slip in it: 2 * error forgotten."""
    key = gdlab.trace("sgd", LESSON)
    table = key.frame.head(2).round(4)
    table.loc[2, "grad_intercept"] = table.loc[2, "error"]
    return table, key


def test_a_frame_is_marked():
    table, key = frame()
    found = gdlab.check(table, key)
    assert found.marks == {
        "right": 21, "follows": 0, "unearned": 0, "wrong": 1, "empty": 0, "slips": 1, "of": 22,
    }  # fmt: skip
    assert found.first_wrong == "K11" and not found.passed
    by_rule = gdlab.check(key.frame.round(4), "sgd")
    assert by_rule.passed and by_rule.marks["of"] == 33
    only = gdlab.check(table, key, blank="y_pred")
    assert [cell.column for cell in only.cells] == ["y_pred", "y_pred"]


def test_columns_of_a_frame_that_are_not_judged_are_named():
    table, key = frame()
    assert gdlab.check(table, key).notes == ()
    more = table.assign(Error=1, mine="?").drop(columns="err2")
    assert gdlab.check(more, key).notes == ("not judged: the columns 'Error' and 'mine'",)
    (note,) = gdlab.check(table[["x", "y", "error", "err2"]], key, blank=["error"]).notes
    assert note == "not judged: the column 'err2'"


def test_a_frame_with_gaps_texts_and_infinities():
    table, key = frame()
    table["error"] = ["-43,0", None]
    table["y_pred"] = ["15", "abc"]
    table["slope"] = [np.nan, np.inf]
    found = {(cell.row, cell.column): cell for cell in gdlab.check(table, key).cells}
    assert found[1, "error"].status == found[1, "y_pred"].status == "right"
    assert found[2, "error"].status == found[1, "slope"].status == "empty"
    assert found[2, "y_pred"].because == "'abc' is text, not a number"
    assert found[2, "slope"].status == "wrong" and found[2, "slope"].written == "#NUM!"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((3,), "takes the path of a workbook or a DataFrame, not a int"),
        ((frame()[0],), "a frame does not say which run it is judged by"),
        ((frame()[0], "nope"), "no rule is called 'nope'"),
        ((frame()[0].drop(columns="x"), "sgd"), "the frame has no column x"),
        ((frame()[0][["x"]], frame()[1]), "none of the columns to judge"),
        ((frame()[0].head(0), frame()[1]), "the frame has 0 rows"),
        ((pd.concat([frame()[0]] * 2), frame()[1]), "the frame has 4 rows"),
        (("no such file.xlsx",), "no such file.xlsx"),
        (("a.xlsx", "sgd"), "go with a frame"),
    ],
)
def test_what_cannot_be_judged_is_said_in_one_line(arguments, says):
    with pytest.raises(ValueError, match=re.escape(says)) as caught:
        gdlab.check(*arguments)
    assert "\n" not in str(caught.value)


def test_a_column_asked_for_that_is_not_there():
    table, key = frame()
    with pytest.raises(ValueError, match="'q' is not a column to judge"):
        gdlab.check(table, key, blank="q")
    with pytest.raises(ValueError, match="the frame has no column error"):
        gdlab.check(table.drop(columns="error"), key, blank=["error"])
    with pytest.raises(ValueError, match="more than one column called error"):
        gdlab.check(table.rename(columns={"y_pred": "error"}), key)


def test_the_report_as_an_object():
    table, key = frame()
    found = gdlab.check(table, key).to_dict()
    assert list(found) == ["file", "kind", "rule", "marks", "first_wrong", "cells"]
    assert list(found["cells"][0]) == [
        "sheet", "address", "row", "column", "status", "written", "expected",
        "expected_from_yours", "slip", "because",
    ]  # fmt: skip
    wrong = next(cell for cell in found["cells"] if cell["status"] == "wrong")
    assert wrong["address"] == "K11" and wrong["slip"] == "factor_forgotten"
    assert wrong["because"] == "the factor 2 was forgotten; grad_intercept = 2 * error"
    assert wrong["expected_from_yours"] == 2 * wrong["written"]
    assert json.loads(json.dumps(found)) == found


def test_a_hint_gives_no_value_away():
    table, key = frame()
    hint = gdlab.check(table, key).hint()
    cells = hint.to_dict()["cells"]
    assert {cell["expected"] for cell in cells} == {None}
    assert {cell["expected_from_yours"] for cell in cells} == {None}
    right = f"{key.value('grad_intercept', 2):.4g}"
    for shown in (str(hint), hint._repr_html_(), json.dumps(cells)):
        assert right[:6] not in shown
        assert "which factors is it made of" in shown
    # No hint holds a number at all.
    assert not any(re.search(r"\d", cell["because"] or "") for cell in cells)


def test_the_report_in_words():
    table, key = frame()
    text = str(gdlab.check(table, key))
    assert (
        text.splitlines()[0]
        == "sgd: 21 of 22 right, 1 wrong: 95.5 % of the marks; first wrong: K11"
    )
    assert "the factor 2 was forgotten" in text and "✗ wrong" in text
    assert "\x1b" not in text


def test_a_strangers_text_reaches_neither_terminal_nor_page():
    evil = "<script>alert(1)</script>\x1b[31m[bold]red"
    cells = {(1, "y_pred"): Written(None, None, evil, problem=f"{evil!r} is not a number")}
    key = gdlab.trace("sgd", LESSON[:1])
    filled = Filled(key, frozenset(cells), cells, file=evil, notes=(evil,), sheet=evil)
    found = report(filled)
    page = found._repr_html_()
    assert "<script" not in page and "\x1b" not in page and "&lt;script" in page
    assert "\x1b" not in str(found) and "[bold]" in str(found)


def test_every_status_has_a_sign_beside_its_colour():
    key = gdlab.trace("sgd", LESSON)
    table = key.frame.head(2).round(4)
    table.loc[1, "error"] = 43.0
    table.loc[1, "grad_intercept"] = 86.0
    table["slope"] = [1.0, None]
    page = gdlab.check(table, key)._repr_html_()
    for status in ("right", "follows", "wrong", "empty"):
        assert f"aria-label='{status}'" in page
