"""One rule's sheet as a person sees it: what can be changed, what it says, shows and refuses."""

import itertools
import re
import time

import engines
import openpyxl
import pytest
from books import parts

import gdlab
from gdlab.core import layout
from gdlab.core.layout import HEADER_ROW, INPUT_ROW, LABEL_ROW, START_ROW, letters
from gdlab.core.symbols import LIMITS
from gdlab.excel import sheet as sheet_writer
from gdlab.excel import styles
from gdlab.excel import workbook as rule_workbook
from gdlab.excel.inputs import validation
from gdlab.excel.sheet import write_sheet
from gdlab.excel.writer import Cell, writing


@pytest.fixture(scope="module")
def adam(tmp_path_factory):
    """Adam's sheet as openpyxl reads it, its trace and its path."""
    run = gdlab.trace("adam", epochs=2)
    path = run.to_excel(tmp_path_factory.mktemp("adam") / "adam.xlsx")
    return openpyxl.load_workbook(path)["adam"], run, path


def test_headers_are_the_frame_s_columns(adam):
    sheet, run, _ = adam
    headers = [cell.value for cell in sheet[HEADER_ROW]]
    assert headers[: len(run.frame.columns)] == list(run.frame.columns)
    assert headers[len(run.frame.columns) + 1 :] == list(run.epochs.columns)


def test_every_number_is_the_trace_s_to_the_last_bit(adam):
    _, run, path = adam
    stored = engines.stored(path)
    cells = {place: value for (sheet, place), (_, value) in stored.items() if sheet == "adam"}
    for name in run.table.names[3:]:
        shown = [cells[run.explain(row, name).cell] for row in range(1, run.rows + 1)]
        assert shown == run.column(name).tolist()


def test_all_17_digits_of_an_input_are_kept(tmp_path):
    run = gdlab.trace("sgd", [(0.1 + 0.2, 1 / 3)], lr=1 / 3 * 1e-4, start={"slope": 5e-324})
    path = run.to_excel(tmp_path / "sgd.xlsx")
    book = openpyxl.load_workbook(path)
    # From the text of the file, because openpyxl could round too.
    text = b"".join(parts(path).values()).decode("utf-8", "replace")
    for number in (0.1 + 0.2, 1 / 3, 1 / 3 * 1e-4, 5e-324):
        assert f"<v>{number!r}</v>" in text
    assert book["sgd"]["E5"].value == 5e-324


def test_only_inputs_can_be_changed(adam):
    sheet, run, path = adam
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    unlocked = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
    wanted = {
        layout.input_address(run.table, name).replace("$", "") for name in layout.inputs(run.table)
    }
    assert unlocked == wanted
    data = openpyxl.load_workbook(path)["data"]
    unlocked = {c.coordinate for row in data.iter_rows() for c in row if not c.protection.locked}
    assert unlocked == {"A4", "B4", *(f"A{row}" for row in range(7, 36))}
    assert data.protection.sheet


def test_inputs_are_named_labelled_and_checked(adam):
    sheet, run, _ = adam
    checked = {str(check.sqref): check for check in sheet.data_validations.dataValidation}
    for name in layout.inputs(run.table):
        address = layout.input_address(run.table, name)
        assert sheet.defined_names[layout.defined_name(name)].attr_text == f"adam!{address}"
        column = re.sub(r"[^A-Z]", "", address)
        assert sheet[f"{column}{LABEL_ROW}"].value == name.replace("_", " ")
        check = checked[f"{column}{INPUT_ROW}"]
        assert check.showErrorMessage and check.showInputMessage
        assert "number" in check.prompt
        assert "must be" in check.error
    assert checked["J5"].operator == "greaterThan"
    assert float(checked["J5"].formula1) == 0


@pytest.mark.parametrize("name", [*LIMITS, "start_lr", "lr_after", "start_slope", "mine"])
def test_a_check_takes_what_the_trace_takes(name):
    """The numbers at the edge of an input's limits, judged by the check as Excel would."""
    words = {"start_lr": "lr", "lr_after": "lr", "start_slope": ""}
    check = validation(name, words.get(name))
    assert check["validate"] in ("decimal", "integer")
    limits = LIMITS.get(name.removeprefix("start_").removesuffix("_after"))
    for number in (-1.0, 0.0, 1e-300, 0.5, 0.9999999999999999, 1.0, 3.0):
        if check["criteria"] == "between":
            taken = float(check["minimum"]) <= number <= float(check["maximum"])
        else:
            taken = {">": number > check["value"], ">=": number >= check["value"]}[
                check["criteria"]
            ]
        low = limits is None or (
            number >= limits.low if limits.low_allowed else number > limits.low
        )
        allowed = low and (limits is None or number < limits.below)
        if check["validate"] == "integer":
            taken, allowed = taken and number.is_integer(), allowed and number.is_integer()
        assert taken == allowed, number
    assert len(check["input_title"]) <= 32
    assert len(check["input_message"]) <= 255


def test_notes_give_formulas_in_symbols(adam):
    sheet, run, _ = adam
    for column, name in enumerate(run.table.names, 1):
        note = sheet.cell(HEADER_ROW, column).comment.text
        assert run.explain(1, name).symbols in note
    assert "avg_b = beta1 * avg_b[t-1] + (1 - beta1) * de²/db" in sheet["M8"].comment.text


def test_the_letters_of_the_lessons(tmp_path):
    path = gdlab.trace("momentum").to_excel(tmp_path / "ab.xlsx", letters="ab")
    sheet = openpyxl.load_workbook(path)["momentum"]
    symbols = [cell.value for cell in sheet[layout.SYMBOL_ROW]]
    assert sheet["A1"].value == "momentum: y = a*x + b"
    assert {"a", "b", "de²/da", "de²/db", "new a", "new b"} <= set(symbols)
    assert "de²/da" in sheet["L8"].comment.text
    assert not any("m" in word.split() for word in symbols if word)


def test_frozen_printed_and_described(adam):
    sheet, run, path = adam
    assert sheet.freeze_panes == "D9"
    assert sheet.page_setup.orientation == "landscape"
    # Twenty columns on two pages beside each other, and so in type that can be read.
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (2, 0)
    assert sheet.print_options.headings
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$7:$8"
    text = {name: data.decode() for name, data in parts(path).items() if name.endswith(".xml")}
    drawing = text["xl/drawings/drawing1.xml"]
    assert len(re.findall(r'descr="[A-Z][^"]{20,}"', drawing)) == drawing.count("<xdr:graphicFrame")
    # In sight beside the inputs, and not on paper, where a page's edge would cut them.
    assert drawing.count("<xdr:graphicFrame") == drawing.count('fPrintsWithSheet="0"') == 2
    ends = re.findall(r"<xdr:(from|to)>.*?<xdr:row>(\d+)</xdr:row>", drawing)
    assert {int(row) < (1 if end == "from" else HEADER_ROW - 1) for end, row in ends} == {True}
    charts = [text[f"xl/charts/chart{number}.xml"] for number in (1, 2)]
    assert [("<c:lineChart>" in chart, "<c:scatterChart>" in chart) for chart in charts] == [
        # A line chart would draw an exploded epoch at 0 in LibreOffice.
        (False, True),
        (False, True),
    ]
    assert f"adam!$Z$10:$Z${9 + run.n_epochs}" in charts[0]


def test_a_column_shows_as_many_decimals_in_every_row_and_epochs_are_a_click_away(adam):
    sheet, run, _ = adam
    for column, name in enumerate(run.table.names, 1):
        formats = {sheet.cell(9 + row, column).number_format for row in range(1, run.rows + 1)}
        assert len(formats) == 1
        small = name.startswith(("step_", "new_", "lr")) or name in run.table.parameters
        decimals = "0.000000" if small else "0.0000"
        plain = name in (*run.table.counters, *run.table.point)
        assert formats.pop().split(";")[-1] == ("General" if plain else decimals)
    link = sheet["A5"].hyperlink
    assert link.location == "adam!Z6"
    assert sheet["A5"].value == "Epochs ▸"


def test_explosions_are_marked_and_said(tmp_path):
    run = gdlab.trace("sgd", lr=0.01, epochs=9)
    path = run.to_excel(tmp_path / "sgd.xlsx")
    stored = engines.stored(path)
    row, _ = run.exploded
    said = stored["sgd", "A3"][1]
    first_new = next(at for at in itertools.count(row) if stored["sgd", f"P{9 + at}"][1] == "#NUM!")
    assert said.startswith(f"The parameters are no longer numbers from row {9 + first_new} on. ")
    assert "rates under" in said and "scale x" in said
    sheet = openpyxl.load_workbook(path)["sgd"]
    rules = [rule for block in sheet.conditional_formatting for rule in block.rules]
    assert {rule.formula[0].split("(")[0] for rule in rules} == {"ISERROR", "AND"}
    # A number that would not fit is shown as a power of ten; an exploded one is also bold.
    bold = [rule for rule in rules if rule.dxf.font and rule.dxf.font.b]
    others = [rule for rule in rules if rule not in bold]
    assert len(bold) == 4
    assert {rule.dxf.numFmt.formatCode for rule in others} == {"0.00E+00"}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("style", styles.STYLES)
def test_contrast_of_text(style):
    look = {**styles.FONT, "bg_color": "#FFFFFF", **styles.STYLES[style]}
    light, dark = sorted((luminance(look["font_color"]), luminance(look["bg_color"])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_same_input_same_bytes(tmp_path):
    first = gdlab.lesson("adam_ann").to_excel(tmp_path / "first.xlsx")
    with pytest.MonkeyPatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Pacific/Auckland")
        if hasattr(time, "tzset"):  # not on Windows
            time.tzset()
        second = gdlab.lesson("adam_ann").to_excel(tmp_path / "second.xlsx")
    if hasattr(time, "tzset"):
        time.tzset()
    assert first.read_bytes() == second.read_bytes()
    assert b"2026-01-01T00:00:00Z" in parts(first)["docProps/core.xml"]
    assert gdlab.lesson("adam").to_excel(tmp_path / "other.xlsx").read_bytes() != first.read_bytes()


@pytest.mark.parametrize("options", [{"epochs": 3}, {"lr": 0.01, "epochs": 9}])
def test_a_streamed_sheet_has_the_same_cells(options, tmp_path, monkeypatch):
    run = gdlab.trace("sgd", **options)
    whole = run.to_excel(tmp_path / "whole.xlsx")
    monkeypatch.setattr(rule_workbook, "STREAM_FROM", 10)
    streamed = run.to_excel(tmp_path / "streamed.xlsx")
    assert "xl/sharedStrings.xml" in parts(whole)
    assert (
        "xl/sharedStrings.xml" not in parts(streamed)
        or b"title" not in parts(streamed)["xl/sharedStrings.xml"]
    )
    assert engines.stored(whole) == engines.stored(streamed)
    read = [openpyxl.load_workbook(path)["sgd"] for path in (whole, streamed)]
    for one, other in zip(*(sheet.iter_rows() for sheet in read), strict=True):
        assert [(c.value, c.style_id) for c in one] == [(c.value, c.style_id) for c in other]


def test_more_rows_than_a_sheet_are_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(sheet_writer, "SHEET_ROWS", 100)
    path = tmp_path / "sgd.xlsx"
    gdlab.trace("sgd", epochs=3).to_excel(path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"116 rows do not fit.*91.*fewer epochs.*csv or parquet"):
        gdlab.trace("sgd", epochs=4).to_excel(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("path", "options", "why"),
    [
        ("sgd.csv", {}, "a workbook's name ends in .xlsx"),
        ("sgd.xlsx", {"letters": "xy"}, "letters must be one of mb, ab, not 'xy'"),
        ("none/sgd.xlsx", {}, "there is no folder"),
    ],
)
def test_other_bad_wishes_are_refused_in_a_line(path, options, why, tmp_path):
    with pytest.raises(ValueError, match=why) as refusal:
        gdlab.trace("sgd").to_excel(tmp_path / path, **options)
    assert "\n" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_midway_leaves_the_file_that_stood_there(tmp_path, monkeypatch):
    path = gdlab.trace("sgd").to_excel(tmp_path / "sgd.xlsx")
    before = path.read_bytes()
    monkeypatch.setattr(rule_workbook, "write_data", lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        gdlab.trace("adam").to_excel(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_cells_to_fill_in(tmp_path):
    """What a practice workbook is made of: numbers for formulas, empty cells, shown decimals."""
    run = gdlab.trace("sgd")
    blank = {(row, name) for row in (1, 2) for name in ("y_pred", "new_slope")}
    with writing(tmp_path / "practice.xlsx") as book:
        write_sheet(book, run, "sgd", live=False, blank=blank, decimals=2)
    assert engines.stored(tmp_path / "practice.xlsx") == {}
    sheet = openpyxl.load_workbook(tmp_path / "practice.xlsx")["sgd"]
    empty = {run.explain(row, name).cell for row, name in blank}
    unlocked = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
    assert unlocked == empty
    assert all(sheet[place].value is None for place in empty)
    assert sheet[run.explain(3, "y_pred").cell].value == run.value("y_pred", 3)
    assert sheet[run.explain(3, "y_pred").cell].number_format == "0.00"
    assert sheet[f"A{START_ROW + 1}"].number_format == "General"


def test_fixed_decimals_fit_into_their_columns(tmp_path):
    run = gdlab.trace("adam")
    with writing(tmp_path / "adam.xlsx") as book:
        write_sheet(book, run, "adam", live=False, decimals=4)
    sheet = openpyxl.load_workbook(tmp_path / "adam.xlsx")["adam"]
    for name in run.table.computed:
        longest = max(len(f"{number:.4f}") for number in run.column(name))
        letter = letters(run.table.names.index(name))
        # A cell keeps an indent and a margin of about a character each.
        assert sheet.column_dimensions[letter].width >= longest + 2, name


def test_a_streamed_book_refuses_a_row_that_has_gone(tmp_path):
    with writing(tmp_path / "book.xlsx", streaming=True) as book:
        sheet, style = book.add_sheet("rows"), book.style("number")
        sheet.put([Cell(3, 0, "=1", style, 1.0), Cell(2, 0, "=1", style, 1.0)])
        with pytest.raises(ValueError, match="row 1 cannot be written"):
            sheet.formula(1, 0, "=1", style, 1.0)


def test_a_long_name_is_cut_to_what_a_workbook_allows(tmp_path):
    with writing(tmp_path / "long.xlsx") as book:
        assert book.add_sheet("a" * 40).get_name() == "a" * 31
