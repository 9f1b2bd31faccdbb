"""Workbooks of the learners' own that a class hands in: it is said what they are, without marks."""

import openpyxl
import pytest
import xlsxwriter
from deliveries import lines_of, table

from gdlab.marking.classes import mark_class, new_class

POINTS = [(3.0, 11.0), (5.0, 14.0), (8.0, 25.0), (4.0, 9.0), (7.0, 18.0), (6.0, 15.0)]
RATE = 0.01


def own_workbook(place, *, forgotten_in=()):
    """Plain gradient descent on a line, by formulas; in some rows the factor 2 is forgotten."""
    book = xlsxwriter.Workbook(place)
    sheet = book.add_worksheet("my descent")
    sheet.write_row(0, 0, ["learning rate", RATE])
    sheet.write_row(
        2, 0, ["x", "y", "a", "b", "guess", "err^2", "de/db", "de/da", "new a", "new b"]
    )
    a, b = 0.5, 1.0
    for row, (x, y) in enumerate(POINTS, 4):
        factor = 1 if row in forgotten_in else 2
        guess = a * x + b
        de_db, de_da = factor * (guess - y), factor * (guess - y) * x
        sheet.write_row(row - 1, 0, [x, y])
        if row == 4:
            sheet.write_row(row - 1, 2, [a, b])
        else:
            sheet.write_formula(row - 1, 2, f"=I{row - 1}", None, a)
            sheet.write_formula(row - 1, 3, f"=J{row - 1}", None, b)
        sheet.write_formula(row - 1, 4, f"=C{row}*A{row}+D{row}", None, guess)
        sheet.write_formula(row - 1, 5, f"=(E{row}-B{row})^2", None, (guess - y) ** 2)
        sheet.write_formula(row - 1, 6, f"={factor}*(E{row}-B{row})", None, de_db)
        sheet.write_formula(row - 1, 7, f"=G{row}*A{row}", None, de_da)
        a, b = a - RATE * de_da, b - RATE * de_db
        sheet.write_formula(row - 1, 8, f"=C{row}-$B$1*H{row}", None, a)
        sheet.write_formula(row - 1, 9, f"=D{row}-$B$1*G{row}", None, b)
    book.close()


@pytest.mark.parametrize("rule", ["sgd", "adam"])
def test_a_workbook_of_ones_own_gets_a_sentence_and_no_marks(tmp_path, rule):
    (tmp_path / "list.csv").write_text("id,name\nann,Ann Lee\nbo,Bo Ek\ncy,Cy Do\n")
    new_class(rule, tmp_path / "list.csv", tmp_path / "course", rows=2)
    back, out = tmp_path / "back", tmp_path / "marks"
    back.mkdir()
    own_workbook(back / "ann.xlsx")
    own_workbook(back / "bo.xlsx", forgotten_in=(6,))
    notes = openpyxl.Workbook()
    notes.active["A1"] = "my notes"
    notes.save(back / "cy.xlsx")
    assert mark_class(back, out, course=tmp_path / "course").marked == 0
    found = {row["id"]: row for row in table(out / "marks.csv")}
    assert [found[line["id"]]["percent"] for line in lines_of(tmp_path / "course")] == [""] * 3
    said = {who: row["remark"] for who, row in found.items()}
    for words in said.values():
        assert words.startswith("not marked: it is not a practice sheet, but a workbook of the")
    assert "6 updates" in said["ann"] and "lr 0.01" in said["ann"]
    assert " is wrong: " not in said["ann"]
    # What check says of the row in which the 2 is missing.
    assert "G6 is wrong: " in said["bo"]
    assert "no parameter is updated in any sheet" in said["cy"]
    other = "another rule than the one handed out"
    assert [other in said[who] for who in ("ann", "bo", "cy")] == [rule == "adam"] * 2 + [False]
    copies = {place.name.partition("-")[0] for place in (out / "marked").iterdir()}
    assert copies == {"ann", "bo"}
