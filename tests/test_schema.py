"""Every kind of workbook that gdlab writes keeps to the schema that Excel reads it by."""

import re
from pathlib import Path

import openpyxl
import pytest
from books import parts
from handed_in import hand_in, with_part
from openxml_audit import FileFormat, OpenXmlValidator

import gdlab
from gdlab.marking.classes import mark_class, new_class
from gdlab.marking.marked import write_marked

EXPORTS = Path(__file__).parents[1] / "exports"


def findings(path: Path) -> list[str]:
    """What a reader by the schema would stumble over, and one who cannot see a chart."""
    result = OpenXmlValidator(file_format=FileFormat.MICROSOFT_365).validate(str(path))
    found = [error.description for error in result.errors]
    for name, part in parts(path).items():
        if name.startswith("xl/drawings/drawing"):
            charts, told = (
                re.findall(pattern, part.decode())
                for pattern in (r"<xdr:graphicFrame\b", r'descr="[A-Z][^"]{20,}"')
            )
            found += [f"{name}: a chart without a description"] * (len(charts) - len(told))
    return [f"{path.name}: {one}" for one in found]


def without_headers(path: Path) -> list[str]:
    """The sheets with more than one page's rows whose header does not stay in sight or repeat."""
    book = openpyxl.load_workbook(path)
    return [
        sheet.title
        for sheet in book
        if sheet.max_row > 25 and not (sheet.freeze_panes and sheet.print_title_rows)
    ]


@pytest.mark.parametrize("path", sorted(EXPORTS.glob("*.xlsx")), ids=lambda path: path.stem)
def test_the_exported_workbooks(path: Path) -> None:
    assert findings(path) == []
    # What compares the rules is printed on one page, and so is a handout.
    longer = [name for name in without_headers(path) if not name.startswith("handout ")]
    assert set(longer) <= {"compare"}


@pytest.mark.parametrize("model", ["plane", "network_2_2_2"])
def test_a_model_s_workbook(tmp_path: Path, model: str) -> None:
    gdlab.trace("adam", model=model, epochs=2).to_excel(tmp_path / "model.xlsx")
    assert findings(tmp_path / "model.xlsx") == []


def test_an_exploded_and_a_scaled_run(tmp_path: Path) -> None:
    gdlab.trace("sgd", lr=1, epochs=5).to_excel(tmp_path / "exploded.xlsx")
    gdlab.trace("adam", scale="standard").to_excel(tmp_path / "scaled.xlsx")
    assert findings(tmp_path / "exploded.xlsx") + findings(tmp_path / "scaled.xlsx") == []


def test_practice_key_and_marked_copy(tmp_path: Path) -> None:
    sheet, key, marked = (tmp_path / f"{name}.xlsx" for name in ("sheet", "key", "marked"))
    gdlab.practice("adam", sheet, key=key, rows=20)
    write_marked(gdlab.check(key), marked)
    assert findings(sheet) + findings(key) + findings(marked) == []
    assert without_headers(sheet) + without_headers(key) == []
    # Of the sheets that are copied, the one with the marks has headers.
    assert without_headers(marked) == ["data"]
    # A mark is a sign beside its colour.
    shown = openpyxl.load_workbook(marked)["adam"]
    assert shown.freeze_panes == "A10"
    signs = [cell.number_format for row in shown.iter_rows(min_row=10) for cell in row]
    assert sum(form.endswith('"✓"') for form in signs) == gdlab.check(key).marks["right"]


def test_a_class_s_sheets_and_marked_copies(tmp_path: Path) -> None:
    roster = tmp_path / "students.csv"
    roster.write_text("id,name\n17,Ada\n23,Emmy <&>\n", encoding="utf-8")
    new_class("momentum", roster, tmp_path / "course", rows=2)
    mark_class(tmp_path / "course" / "keys", tmp_path / "marks")
    written = [*tmp_path.glob("course/**/*.xlsx"), *tmp_path.glob("marks/**/*.xlsx")]
    assert len(written) >= 4
    assert [found for path in written for found in findings(path)] == []


def test_a_damaged_workbook_is_found(tmp_path: Path) -> None:
    path = hand_in(tmp_path / "sheet.xlsx", "sgd", rows=1)
    book = openpyxl.load_workbook(path)
    book.save(path)
    damaged = with_part(path, "xl/worksheets/sheet1.xml", lambda part: part.replace(b"<c ", b"<x "))
    assert findings(damaged)
