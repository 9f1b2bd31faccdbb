"""What a class gets back: marked copies, the price of a slip, copies among them, the picture."""

import csv
import re
import shutil
import unicodedata
import zipfile

import openpyxl
import pytest
from deliveries import fill, lines_of, table

import gdlab
from gdlab.marking.classes import mark_class, new_class

NAMES = ("Ann Lee", "Bo Ek", "Cy Do", "Di Om", "Ed Ra", "Flo Ba", "Gus Ti")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    lines = [f"{name[:2].lower()},{name}" for name in NAMES]
    (folder / "list.csv").write_text("\n".join(["id,name", *lines]))
    new_class("sgd", folder / "list.csv", folder / "course", rows=3)
    return folder / "course"


def forgotten(address, value):
    """The factor 2 of the gradient, forgotten in every row."""
    return value / 2 if address[0] == "K" else value


def marked_copy(out):
    (place,) = (out / "marked").iterdir()
    return place


def test_a_marked_copy_looks_like_the_sheet_and_says_the_mistake_first(course, tmp_path):
    line = lines_of(course)[0]
    handed = fill(course, line, tmp_path / "in" / "an.xlsx", forgotten)
    mark_class(tmp_path / "in", tmp_path / "out", course=course)
    own, copy = (openpyxl.load_workbook(place) for place in (handed, marked_copy(tmp_path / "out")))
    assert copy.sheetnames[0] == "marks"
    marks = [[cell.value for cell in row] for row in copy["marks"].iter_rows()]
    assert ["Your name: Ann Lee"] in [row[:1] for row in marks]
    first = next(row for row in marks if row[0] == "K10")
    assert first[3] == "✗ wrong" and first[6].startswith("the factor 2 was forgotten")
    statuses = [row[3].split()[1] for row in marks if row[3] and row[0] != "cell"]
    assert statuses == sorted(statuses, key=["wrong", "empty", "unearned", "follows"].index)
    for address in ("A1", "A2", "D4", "D5", "A7", "A8", "H8", "A10"):
        there, here = own["sgd"][address], copy["sgd"][address]
        assert there.font.b == here.font.b and there.font.i == here.font.i, address
        assert there.font.sz == here.font.sz, address
        assert there.fill.fgColor.rgb == here.fill.fgColor.rgb, address
        assert bool(there.border.bottom.style) == bool(here.border.bottom.style), address
    there, here = (one["sgd"].column_dimensions["A"].width for one in (own, copy))
    assert there < here < there + 4
    # A marked cell has the mark's colours.
    assert copy["sgd"]["K10"].fill.fgColor.rgb != own["sgd"]["K10"].fill.fgColor.rgb


def test_a_marked_copy_names_no_place_of_the_teachers_machine(course, tmp_path):
    fill(course, lines_of(course)[0], tmp_path / "in" / "group 1" / "an.xlsx", forgotten)
    mark_class(tmp_path / "in", tmp_path / "out", course=course, per_slip=5)
    with zipfile.ZipFile(marked_copy(tmp_path / "out")) as packed:
        inside = b"".join(packed.read(name) for name in packed.namelist()).decode()
    assert "an.xlsx" in inside
    for word in (str(tmp_path), "/tmp", "group 1", str(course)):
        assert word not in inside
    for place in (tmp_path / "out").glob("*.csv"):
        assert str(tmp_path) not in place.read_text(encoding="utf-8-sig")


def test_the_price_of_a_slip_is_said_in_the_marks_and_on_the_copy(course, tmp_path):
    fill(course, lines_of(course)[0], tmp_path / "in" / "an.xlsx", forgotten)
    mark_class(tmp_path / "in", tmp_path / "out", course=course, per_slip=12.5)
    row = next(row for row in table(tmp_path / "out" / "marks.csv") if row["id"] == "an")
    assert (row["percent"], row["remark"]) == ("87.5", "1 mistake, each costing 12.5 %")
    sheet = openpyxl.load_workbook(marked_copy(tmp_path / "out"))["marks"]
    said = " ".join(str(row[0].value) for row in sheet.iter_rows())
    assert "87.5 % of the marks, each mistake costing 12.5 %" in said
    # The same folder with another price is marked again, and so is its copy.
    mark_class(tmp_path / "in", tmp_path / "out", course=course, per_slip=20)
    sheet = openpyxl.load_workbook(marked_copy(tmp_path / "out"))["marks"]
    assert "each mistake costing 20 %" in " ".join(str(row[0].value) for row in sheet.iter_rows())


def test_the_pictures_labels_are_sentences_and_each_file_counts_once(course, tmp_path, monkeypatch):
    from matplotlib.figure import Figure

    shown = []
    original = Figure.savefig

    def keeping(self, *given, **options):
        texts = [text.get_text() for axes in self.axes for text in axes.texts]
        labels = [
            label.get_text()
            for axes in (*self.axes, *(one for a in self.axes for one in a.child_axes))
            for label in axes.get_yticklabels()
        ]
        shown.append((self.axes[0].get_title(loc="left"), texts, labels))
        return original(self, *given, **options)

    monkeypatch.setattr(Figure, "savefig", keeping)
    lines, back = lines_of(course), tmp_path / "in"
    fill(course, lines[0], back / "an.xlsx", forgotten)
    fill(course, lines[1], back / "bo.xlsx", forgotten)
    shutil.copy(back / "bo.xlsx", back / "bo (1).xlsx")
    shutil.copy(course / lines[2]["sheet"], back / "cy.xlsx")
    mark_class(back, tmp_path / "out", course=course)
    ((title, texts, labels),) = shown
    assert title == "sgd, 2 sheets: how many have a cell wrong, and +n left it empty"
    assert [text for text in texts if text] == ["2", "2", "2"]
    assert "in 6 cells: the factor 2 was forgotten" in labels
    items = table(tmp_path / "out" / "items.csv")
    told = {row["slips"] for row in items if row["column"] == "grad_intercept"}
    assert told == {"2 learners: the factor 2 was forgotten"}


def test_a_copy_is_named_and_the_classes_slip_is_not(course, tmp_path):
    lines, back = lines_of(course), tmp_path / "in"
    for line in lines:
        fill(course, line, back / f"{line['id']}.xlsx", forgotten)
    mark_class(back, tmp_path / "out", course=course)
    assert table(tmp_path / "out" / "alike.csv") == []
    # One common sheet, handed in by two.
    gdlab.practice("sgd", tmp_path / "sheet.xlsx", rows=4, seed=3, key=tmp_path / "key.xlsx")
    twins, one = tmp_path / "twins", {"sheet": "sheet.xlsx", "key": "key.xlsx", "rule": "sgd"}
    place = fill(tmp_path, one, twins / "ann.xlsx", forgotten)
    shutil.copy(place, twins / "bob.xlsx")
    mark_class(twins, tmp_path / "out2")
    copied, alike = table(tmp_path / "out2" / "alike.csv")
    assert copied["question"] == "is one file a copy of the other? Their content is the same"
    assert copied["learners"] == alike["learners"] == "ann; bob"
    assert "row 1 grad_intercept: the factor 2 was forgotten" in alike["cells"]


HOSTILE = (
    ("=cmd|' /C calc'!A0", '=HYPERLINK("http://x.org","a")'),
    ("@SUM(1+1)", "+1+1"),
    ("\uff1d1+1", "\uff20x"),
    ("a;=1+1", "b;@x"),
)


def is_formula(text):
    """Whether some spreadsheet program takes a text for a formula."""
    plain = unicodedata.normalize("NFKC", text.lstrip(' "'))
    number = re.fullmatch(r"-?[0-9.]+", plain)
    return plain[:1] in ("=", "+", "@", "-", "\t", "\r") and bool(plain) and not number


@pytest.mark.parametrize("form", ["moodle", "canvas"])
def test_nothing_that_a_class_writes_is_a_formula(tmp_path, form):
    with (tmp_path / "list.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "name"), *HOSTILE])
    course, back, out = (tmp_path / name for name in ("course", "back", "out"))
    new_class("sgd", tmp_path / "list.csv", course, rows=2)

    def typing(address, value):
        return {"K10": "=1+1", "K11": "\uff1dcmd", "H10": "@x;=1+1"}.get(address, value)

    for number, line in enumerate(lines_of(course)):
        sheet = openpyxl.load_workbook(course / line["sheet"])
        assert not is_formula(sheet["practice"]["B3"].value)
        name = '=HYPERLINK("x")' if number else None
        fill(course, line, back / f"=cmd {number}.xlsx", typing, name)
    mark_class(back, out, tmp_path / "list.csv", course=course, form=form, assignment="=1+1")
    assert len(table(out / "marks.csv")) == len(HOSTILE)
    for place in (*out.glob("*.csv"), course / "class.csv"):
        lines = place.read_text(encoding="utf-8-sig").splitlines()
        for separator in ",;\t":
            for row in csv.reader(lines, delimiter=separator):
                assert not any(map(is_formula, row)), (place.name, separator, row)
    for place in (out / "marked").iterdir():
        book = openpyxl.load_workbook(place)
        for cell in (cell for sheet in book for row in sheet.iter_rows() for cell in row):
            assert cell.data_type != "f"
            assert not (isinstance(cell.value, str) and is_formula(cell.value)), cell.value
