"""What learners do to a practice sheet: each oddity gets a sentence, and the rest is judged."""

import datetime
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from handed_in import hand_in, with_part

import gdlab
from gdlab.marking.handout import make
from gdlab.marking.judge import judge
from gdlab.marking.reading import read_filled
from gdlab.marking.sheet import Filled

SHEET = "xl/worksheets/sheet1.xml"


def statuses(filled: Filled) -> Counter[str]:
    return Counter(verdict.status for verdict in judge(filled).verdicts)


def at(t: int, column: str, value: Any) -> Any:
    """A change of one cell."""
    return lambda row, name, true: value if (row, name) == (t, column) else true


def said(filled: Filled, words: str) -> bool:
    return any(words in note for note in filled.notes)


@pytest.mark.sample(3)
@pytest.mark.parametrize("rule", gdlab.rules())
def test_a_right_sheet_is_right_and_nothing_is_remarked(tmp_path: Path, rule: str) -> None:
    filled = read_filled(hand_in(tmp_path / "a.xlsx", rule, seed=5))
    own, run = make(rule, seed=5)
    assert filled.notes == () and filled.key.rule == rule and filled.sheet == rule
    assert filled.key.points == run.points and filled.key.hyper == run.hyper
    assert filled.key.start == run.start
    asked = len(own.blank) * own.rows
    assert len(filled.asked) == asked and statuses(filled) == {"right": asked}


def test_addresses_decimals_and_text_of_a_cell(tmp_path: Path) -> None:
    filled = read_filled(
        hand_in(tmp_path / "a.xlsx", "sgd", change=at(2, "y_pred", 58.05), rows=3, decimals=3)
    )
    cell = filled.written[2, "y_pred"]
    assert (cell.number, cell.decimals, cell.text, cell.address) == (58.05, 2, "58.05", "H11")
    assert filled.address((2, "y_pred")) == "H11" and filled.shown == 3
    assert statuses(filled)["wrong"] == 1


@pytest.mark.parametrize(
    ("value", "number", "decimals", "words"),
    [
        ("58,05", 58.05, 2, "holds the text '58,05'; it was read as the number 58.05"),
        ("58.10", 58.1, 2, "read as the number 58.1"),
        ("5,8 %", 0.058, 3, "read as the number 0.058"),
        ("\u22123", -3.0, 0, "read as the number -3.0"),
        ("1,5e2", 150.0, -1, "read as the number 150.0"),
    ],
)
def test_numbers_typed_as_text_are_read(
    tmp_path: Path, value: str, number: float, decimals: int, words: str
) -> None:
    filled = read_filled(hand_in(tmp_path / "a.xlsx", change=at(1, "error", value)))
    cell = filled.written[1, "error"]
    assert (cell.number, cell.decimals, cell.problem) == (number, decimals, None)
    assert said(filled, words)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("no idea", "'no idea' is text, not a number"),
        ("1.2.3", "is text, not a number"),
        ("=F10*2", "'=F10*2' is a formula typed as text"),
        ("\x85[31mred\u202e", r"'\x85[31mred\u202e' is text, not a number"),
        ("x" * 500, "'" + "x" * 39 + "…' is text"),
        ("1e999", "not a number that a spreadsheet can hold"),
        (True, "TRUE is not a number"),
    ],
)
def test_what_is_no_number_is_a_problem_of_its_cell_alone(
    tmp_path: Path, value: Any, words: str
) -> None:
    filled = read_filled(hand_in(tmp_path / "a.xlsx", change=at(1, "error", value), rows=2))
    cell = filled.written[1, "error"]
    assert cell.number is None and cell.problem is not None and words in cell.problem
    assert cell.problem.isprintable()
    found = statuses(filled)
    assert found["wrong"] == 1 and found["right"] == len(filled.asked) - 1


def test_dates_errors_and_percentages(tmp_path: Path) -> None:
    def touch(book: Any, sheet: Any, _practice: Any) -> None:
        sheet.write_datetime(
            "H10", datetime.datetime(2026, 3, 4), book.add_format({"num_format": 14})
        )
        sheet.write_formula("I10", "=1E300*1E300", None, "#NUM!")
        sheet.write_number("J10", 0.25, book.add_format({"num_format": "0%"}))

    filled = read_filled(hand_in(tmp_path / "a.xlsx", touch=touch))
    assert "taken for a date" in (filled.written[1, "y_pred"].problem or "")
    assert filled.written[1, "error"].text == "#NUM!" and filled.written[1, "error"].number is None
    assert filled.written[1, "err2"].number == 0.25
    assert said(filled, "J10 is shown as a percentage; it holds 0.25")


def test_empty_cells(tmp_path: Path) -> None:
    filled = read_filled(hand_in(tmp_path / "a.xlsx", change=at(3, "avg_slope", None)))
    assert (3, "avg_slope") not in filled.written and statuses(filled)["empty"] == 1


def test_formulas_are_judged_by_their_stored_values(tmp_path: Path) -> None:
    def change(t: int, name: str, true: float) -> Any:
        return ("=SUM(1,2)", true) if name == "error" else true

    filled = read_filled(hand_in(tmp_path / "a.xlsx", change=change))
    assert set(statuses(filled)) == {"right"}


def never_calculated(path: Path) -> Path:
    """The same workbook as a program that only writes formulas leaves it."""
    import re

    return with_part(path, SHEET, lambda xml: re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1<v></v>", xml))


def test_formulas_that_were_never_calculated(tmp_path: Path) -> None:
    def change(t: int, name: str, true: float) -> Any:
        return ("=1+1", true) if name not in ("epoch", "sample", "t", "x", "y") else true

    path = never_calculated(hand_in(tmp_path / "a.xlsx", change=change))
    with pytest.raises(
        ValueError, match="never calculated, so it holds no values: open it in a sp"
    ):
        read_filled(path)
    one = never_calculated(hand_in(path, change=at(1, "error", ("=1+1", 2))))
    assert "never calculated" in (read_filled(one).written[1, "error"].problem or "")
    assert statuses(read_filled(one))["wrong"] == 1
    points = never_calculated(hand_in(path, change=at(1, "x", ("=INDEX(data!A1:A2,1)", 2))))
    with pytest.raises(ValueError, match="never calculated"):
        read_filled(points)


def test_a_formula_that_gives_an_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    # Excel and LibreOffice say that the result is a text: t="str".
    path = hand_in(tmp_path / "a.xlsx", change=at(1, "error", ("=1", "")))
    path = with_part(
        path, SHEET, lambda xml: xml.replace(b'<c r="I10"><f>', b'<c r="I10" t="str"><f>')
    )
    filled = read_filled(path)
    assert (1, "error") not in filled.written and statuses(filled)["empty"] == 1


def test_numbers_in_full_claim_all_their_digits(tmp_path: Path) -> None:
    filled = read_filled(hand_in(tmp_path / "a.xlsx", digits=17, seed=2))
    cells = [cell for cell in filled.written.values() if cell.decimals is None]
    assert len(cells) > 30 and set(statuses(filled)) == {"right"}


def test_a_sheet_moved_down_renamed_and_shuffled(tmp_path: Path) -> None:
    path = hand_in(tmp_path / "a.xlsx", top=3, sheet="my work", order=sorted)
    filled = read_filled(path)
    assert set(statuses(filled)) == {"right"}
    assert said(filled, "found on the sheet 'my work', not 'adam'")
    assert said(filled, "its headers stand in row 11") and said(filled, "stand elsewhere")
    assert filled.address((1, "avg_intercept")) == "C13"


def test_a_renamed_header_is_known_by_its_place(tmp_path: Path) -> None:
    def heads(name: str) -> str:
        return "Mittel b" if name == "avg_intercept" else name.upper()

    filled = read_filled(hand_in(tmp_path / "a.xlsx", heads=heads))
    assert set(statuses(filled)) == {"right"}
    assert said(filled, "M8 reads 'Mittel b'; by its place the column is avg_intercept")


def test_a_missing_column_is_empty(tmp_path: Path) -> None:
    def without(names: list[str]) -> list[str]:
        return [name for name in names if name != "avg_slope"]

    filled = read_filled(hand_in(tmp_path / "a.xlsx", order=without, rows=3))
    assert said(filled, "there is no column avg_slope")
    assert statuses(filled)["empty"] == 3 and statuses(filled)["wrong"] == 0


def test_the_epoch_tables_columns_are_not_the_rows(tmp_path: Path) -> None:
    def touch(_book: Any, sheet: Any, _practice: Any) -> None:
        for column, name in enumerate(("epoch", "mse", "rmse", "intercept", "slope"), 30):
            sheet.write(7, column, name)
            sheet.write_column(9, column, [1, 1, 1])

    def without(names: list[str]) -> list[str]:
        return [name for name in names if name != "slope"]

    path = hand_in(tmp_path / "a.xlsx", rows=3, order=without, touch=touch)
    assert said(read_filled(path), "there is no column slope")
    assert statuses(read_filled(path))["empty"] == 3


def test_rows_are_known_by_t(tmp_path: Path) -> None:
    def change(t: int, name: str, true: float) -> Any:
        if t == 4:
            return None
        return true

    filled = read_filled(hand_in(tmp_path / "a.xlsx", "sgd", change=change, rows=5))
    assert said(filled, "no row has t = 4") and statuses(filled)["empty"] == 11


def test_points_are_the_sheets_own_or_as_they_were_given(tmp_path: Path) -> None:
    _, run = make("sgd")
    filled = read_filled(hand_in(tmp_path / "a.xlsx", "sgd", change=at(2, "x", "two")))
    assert filled.key.points == run.points and said(filled, "x in D11 cannot be read")
    filled = read_filled(hand_in(tmp_path / "a.xlsx", "sgd", change=at(2, "x", 1.5)))
    assert filled.key.points[0][1] == 1.5 and said(filled, "x in D11 is 1.5 here; it was given as")
    with pytest.raises(ValueError, match="x in D11 is not a number"):
        read_filled(hand_in(tmp_path / "a.xlsx", "sgd", change=at(2, "x", "two"), record=False))


def test_inputs_of_the_learners_own(tmp_path: Path) -> None:
    path = hand_in(tmp_path / "a.xlsx", "sgd", inputs_given={"lr": 0.25})
    filled = read_filled(path)
    assert filled.key.hyper["lr"] == 0.25 and said(filled, "lr in F5 is 0.25 here; it was given as")
    own, _ = make("sgd")
    filled = read_filled(hand_in(path, "sgd", inputs_given={"lr": "a tenth"}))
    assert filled.key.hyper == {"lr": own.given["lr"]} and said(filled, "lr in F5 cannot be read")
    with pytest.raises(ValueError, match="lr must be a number over 0, not -1"):
        read_filled(hand_in(path, "sgd", inputs_given={"lr": -1}))


def test_given_cells_that_were_changed(tmp_path: Path) -> None:
    path = hand_in(tmp_path / "a.xlsx", "sgd", digits=17, blank=["y_pred"])
    filled = read_filled(path)
    assert filled.notes == () and all(name == "y_pred" for _, name in filled.written)
    changed = read_filled(
        hand_in(path, "sgd", digits=17, blank="y_pred", change=at(2, "slope", 99.5))
    )
    assert said(changed, "G11 was given and has been changed")
    assert changed.written[2, "slope"].number == 99.5 and (2, "slope") not in changed.asked
    assert set(statuses(changed)) == {"right"}


def test_merged_cells_and_hidden_rows(tmp_path: Path) -> None:
    def touch(_book: Any, sheet: Any, _practice: Any) -> None:
        sheet.merge_range("M10:M11", "")
        sheet.write_number("M10", 1.5)
        sheet.set_row(12, None, None, {"hidden": True})
        sheet.set_column("N:N", None, None, {"hidden": True})

    filled = read_filled(hand_in(tmp_path / "a.xlsx", touch=touch))
    assert said(filled, "M10:M11 are merged cells")
    assert said(filled, "judged all the same: row 13")
    assert said(filled, "judged all the same: column avg_slope")


def test_fewer_decimals_than_asked_for_are_remarked(tmp_path: Path) -> None:
    filled = read_filled(hand_in(tmp_path / "a.xlsx", digits=1, decimals=4, rows=2))
    assert said(filled, "written to fewer than the 4 decimals asked for")
    filled = read_filled(hand_in(tmp_path / "a.xlsx", digits=4, decimals=4, rows=2))
    assert filled.notes == ()


def test_a_record_that_was_changed_is_not_marked_by(tmp_path: Path) -> None:
    def touch(_book: Any, _sheet: Any, practice: Any) -> None:
        practice.write("B22", 1)  # rows

    with pytest.raises(ValueError, match="that say what was asked have been changed"):
        read_filled(hand_in(tmp_path / "a.xlsx", touch=touch))


def test_a_rule_that_is_not_known_here(tmp_path: Path) -> None:
    @gdlab.rule
    def learners_own(g, lr=0.1):  # type: ignore[no-untyped-def]
        """A rule of a notebook."""
        step = lr * g
        return (), (step,)

    from gdlab.core import registry

    path = hand_in(tmp_path / "a.xlsx", "learners_own")
    assert set(statuses(read_filled(path))) == {"right"}
    del registry._registered["learners_own"]
    with pytest.raises(ValueError, match="no rule is called 'learners_own'"):
        read_filled(path)


def test_columns_that_others_are_computed_from_are_asked_for_without_a_record(
    tmp_path: Path,
) -> None:
    def without(*gone: str) -> gdlab.marking.report.Report:
        kept = hand_in(
            tmp_path / "a.xlsx", "sgd", rows=3, record=False,
            order=lambda names: [name for name in names if name not in gone],
        )  # fmt: skip
        return gdlab.check(kept)

    # Who carries a wrong error on, and takes it away, has shown nothing.
    found = without("y_pred", "error", "err2")
    assert found.marks["empty"] == 6 and not found.passed
    # Nothing is computed from the squared error.
    assert without("err2").passed


def test_a_sheet_without_a_record(tmp_path: Path) -> None:
    path = hand_in(tmp_path / "a.xlsx", "momentum", record=False, title="The rule momentum, by me")
    filled = read_filled(path)
    assert filled.key.rule == "momentum" and set(statuses(filled)) == {"right"}
    assert said(filled, "no record of a practice sheet was found")
    named = read_filled(hand_in(path, "rmsprop", record=False, title="My homework"))
    assert named.key.rule == "rmsprop"
    with pytest.raises(ValueError, match="it does not say which rule it is about"):
        read_filled(hand_in(path, "rmsprop", record=False, title="My homework", sheet="Sheet1"))
    with pytest.raises(ValueError, match="lr in H5 is not a number"):
        read_filled(hand_in(path, record=False, inputs_given={"lr": None}, rule="momentum"))


@pytest.mark.parametrize("options", [{}, {"h": 0.01}, {"max_norm": 1.0, "weight_decay": 0.1}])
def test_an_exported_sheet(tmp_path: Path, options: dict[str, Any]) -> None:
    run = gdlab.trace("rmsprop_lesson", epochs=2, **options)
    filled = read_filled(run.to_excel(tmp_path / "e.xlsx", title="Mine"))
    assert filled.key.rule == "rmsprop_lesson" and filled.key.hyper == run.hyper
    assert filled.key.rows == 58 and set(statuses(filled)) == {"right"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"batch_size": 4}, "has batches"),
        ({"shuffle": True}, "has a shuffled order"),
        ({"schedule": "cosine"}, "has a schedule"),
        ({"switch": {"at_epoch": 1, "to": "sgd"}}, "has a switch of rules"),
    ],
)
def test_exported_sheets_that_are_not_checked(
    tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    path = gdlab.trace("adam", **options).to_excel(tmp_path / "e.xlsx")
    with pytest.raises(ValueError, match=f"the sheet 'adam' {words}, which is not checked"):
        read_filled(path)


def test_of_a_workbook_of_many_sheets_the_first_is_judged() -> None:
    filled = read_filled(Path(__file__).parents[1] / "exports" / "graddesc.xlsx")
    assert filled.sheet == "basic" and set(statuses(filled)) == {"right"}
    assert said(filled, "one sheet is judged at a time; not judged: 'momentum', 'rmsprop'")


def test_openpyxl_prints_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def no_style(xml: bytes) -> bytes:
        changed = xml.replace(b'xfId="0" builtinId', b'xfId="7" builtinId')
        assert changed != xml
        return changed

    path = with_part(hand_in(tmp_path / "a.xlsx"), "xl/styles.xml", no_style)
    with pytest.raises(ValueError, match="not a workbook that can be read"):
        read_filled(path)
    assert capsys.readouterr().out == ""


def test_no_table_at_all(tmp_path: Path) -> None:
    path = hand_in(tmp_path / "a.xlsx", heads=lambda name: "?")
    with pytest.raises(ValueError, match="no sheet has the table of adam, headed epoch, sample, t"):
        read_filled(path)


def test_a_sheet_of_texts_is_remarked_once(tmp_path: Path) -> None:
    path = hand_in(
        tmp_path / "a.xlsx", "sgd", rows=3, change=lambda row, name, true: f"{true:.4f}"
        if name not in ("epoch", "sample", "t", "x", "y") else true,
    )  # fmt: skip
    filled = read_filled(path)
    assert statuses(filled)["right"] == 33
    assert len(filled.notes) == 1 and "33 numbers are typed as text" in filled.notes[0]


def test_an_epoch_far_beyond_the_rows_is_read_as_one_pass(tmp_path):
    def damage(_book, table, _practice):
        table.write_number("A11", 408_000)

    filled = read_filled(hand_in(tmp_path / "a.xlsx", "sgd", rows=3, record=False, touch=damage))
    assert filled.key.rows == 3
