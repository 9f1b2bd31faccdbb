"""Workbooks that others made: what they are, which cells are wrong, and why."""

import json
from dataclasses import replace

import pytest
from strangers import line, network, write

from gdlab import read_workbook
from gdlab.cli import main


def verdicts(reading):
    return {one.of: one.verdict for table in reading.tables for one in table.gradients}


@pytest.mark.parametrize("rule", ["sgd", "momentum", "rmsprop", "adam"])
def test_the_lessons_layout_is_recognised_and_right(tmp_path, rule):
    reading = read_workbook(write(tmp_path / "a.xlsx", line(rule=rule)))
    (table,) = reading.tables
    assert table.rule == {"adam": "adam_lesson"}.get(rule, rule)
    assert (table.model, table.layout, table.updates) == ("line", "rows", 12)
    assert table.hyper["lr"] == (0.001, "B3")
    assert verdicts(reading) == {"intercept": "right", "slope": "right"}
    assert reading.findings == [] and reading.passed


def test_sheets_of_several_rules_beside_each_other_are_not_one_for_each_epoch(tmp_path):
    rules = ["momentum", "momentum", "rmsprop", "momentum", "momentum"]
    sheets = [replace(line(rule=one), name=f"{one}{k}") for k, one in enumerate(rules)]
    # The same cells are filled in, with other formulas in some columns.
    assert len({len(sheet.columns) for sheet in sheets}) == 1
    reading = read_workbook(write(tmp_path / "a.xlsx", *sheets))
    assert ([one.rule for one in reading.tables], reading.findings) == (rules, [])


def test_a_column_called_e_by_its_letter_is_no_loss(tmp_path):
    sheet = line()
    names = ["b", "m", "x", "y", "p", "gb", "gm", "new_b", "new_m"]
    sheet.columns = [one for name in names for one in sheet.columns if one.name == name]
    assert sheet.address(0, "p").startswith("E")
    # Nothing uses it, as a loss.
    sheet.columns[5].formula = "=2*({b}+{m}*{x}-{y})"
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    assert verdicts(reading) == {"intercept": "right", "slope": "right"}
    assert (reading.tables[0].loss, reading.findings) == (None, [])


def test_a_network_is_recognised_and_right(tmp_path):
    reading = read_workbook(write(tmp_path / "a.xlsx", network()))
    (table,) = reading.tables
    assert (table.rule, table.model, table.updates) == ("gradient descent", None, 9)
    assert set(verdicts(reading).values()) == {"right"}
    assert len(verdicts(reading)) == 8
    assert reading.findings == []


def test_a_wrong_reference_in_a_whole_column_is_found_and_named(tmp_path):
    sheet = network()
    column = next(one for one in sheet.columns if one.name == "dw3")
    column.formula = column.formula.replace("{ah2}", "{ah1}")
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    assert reading.first_wrong == sheet.address(0, "dw3")
    (finding,) = reading.findings
    assert finding.kind == "gradient"
    assert "(a_h1) stands where" in finding.because and "(a_h2) belongs" in finding.because
    assert verdicts(reading)["w3"] == "wrong"


@pytest.mark.parametrize("rule", ["sgd", "momentum", "rmsprop", "adam"])
def test_a_gradient_that_no_parameter_reaches_is_the_only_fault(tmp_path, rule):
    sheet = line(rule=rule)
    next(one for one in sheet.columns if one.name == "gb").formula = "=2*{y}"
    next(one for one in sheet.columns if one.name == "gm").formula = "=2*({p}-{y})*{x}"
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    (finding,) = reading.findings
    assert (finding.kind, reading.first_wrong) == ("gradient", sheet.address(0, "gb"))
    assert reading.tables[0].rule == {"adam": "adam_lesson"}.get(rule, rule)


def test_a_slip_in_one_row_is_found_at_its_cell(tmp_path):
    sheet = line()
    sheet.changed[5, "gm"] = "={gb}"
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    (finding,) = reading.findings
    assert (finding.kind, finding.address) == ("pattern", sheet.address(5, "gm"))
    assert "the factor" in finding.because


def test_a_number_typed_over_a_formula_is_found(tmp_path):
    sheet = line()
    sheet.changed[4, "p"] = 17.0
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    (finding,) = reading.findings
    assert (finding.kind, finding.address) == ("typed over", sheet.address(4, "p"))


def test_the_command_tells_a_stranger_from_a_practice_sheet(tmp_path, capsys):
    own, other, none = (str(tmp_path / name) for name in ("own.xlsx", "other.xlsx", "none.xlsx"))
    assert main(["practice", "sgd", "--out", own, "--rows", "2"]) == 0
    write(other, line())
    write(none, line(rows=1))
    capsys.readouterr()
    assert main(["check", "--json", own, other]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["kind"], second["kind"]) == ("practice", "workbook")
    assert second["tables"][0]["hyper"] == {"lr": {"value": 0.001, "cell": "B3"}}
    assert main(["check", other]) == 0
    assert "sgd on y = intercept + slope*x, 12 updates, lr 0.001 (B3)" in capsys.readouterr().out


def test_nothing_to_judge_is_said_in_one_sentence(tmp_path, capsys):
    sheet = line()
    sheet.columns = [one for one in sheet.columns if one.name in ("x", "y")]
    file = str(write(tmp_path / "a.xlsx", sheet))
    assert main(["check", file]) == 2
    assert capsys.readouterr().err.strip().endswith("no parameter is updated in any sheet")


def numbers_only(path, sheet, digits=4):
    return read_workbook(write(path, sheet, only_values=True, digits=digits))


@pytest.mark.parametrize("digits", [None, 4])
@pytest.mark.parametrize("rule", ["sgd", "momentum", "rmsprop", "adam"])
def test_a_sheet_of_bare_numbers_is_read_by_what_reproduces_it(tmp_path, rule, digits):
    sheet = line(rule=rule, lr=0.001 if rule == "sgd" else 0.01)
    reading = numbers_only(tmp_path / "a.xlsx", sheet, digits)
    (table,) = reading.tables
    assert table.rule == {"adam": "adam_lesson"}.get(rule, rule)
    assert (table.model, table.layout) == ("line", "rows")
    assert table.hyper["lr"] == (sheet.top["lr"], "B3")
    assert reading.findings == []


def test_bare_numbers_across_without_headers_are_read_too(tmp_path):
    sheet = line(rows=6)
    sheet.across, sheet.headers = True, False
    reading = numbers_only(tmp_path / "a.xlsx", sheet)
    assert [(one.layout, one.rule) for one in reading.tables] == [("columns", "sgd")]
    assert reading.passed


def test_one_wrong_number_is_found_and_named(tmp_path):
    sheet = line(rows=6)
    sheet.changed[3, "gm"] = "={gb}"
    reading = numbers_only(tmp_path / "a.xlsx", sheet)
    (finding,) = reading.findings
    assert (finding.kind, finding.address) == ("value", sheet.address(3, "gm"))
    assert finding.because.startswith("the factor x is missing")
    assert finding.expected == pytest.approx(sheet.values()[3, "gb"] * sheet.values()[3, "x"], 1e-3)


def test_an_update_the_wrong_way_is_found_in_bare_numbers(tmp_path):
    sheet = line(rows=6)
    sheet.changed[2, "new_b"] = "={b}+{lr!}*{gb}"
    reading = numbers_only(tmp_path / "a.xlsx", sheet, None)
    assert [one.address for one in reading.findings] == [sheet.address(2, "new_b")]
    assert "+ stands where - belongs" in reading.findings[0].because


def test_text_with_commas_is_read_as_numbers(tmp_path):
    sheet = line(rows=5)
    sheet.changed[2, "gm"] = "={gb}"
    found = sheet.values()
    names = [column.name for column in sheet.columns]
    rows = [",".join(names)]
    rows += [",".join(repr(found[row, name]) for name in names) for row in range(sheet.rows)]
    file = tmp_path / "a.csv"
    file.write_text("\n".join(rows))
    reading = read_workbook(file)
    assert [table.rule for table in reading.tables] == ["sgd"]
    assert [one.address for one in reading.findings] == ["H4"]


def test_an_open_document_formula_is_read_as_excel_writes_it():
    from gdlab.reading.open_document import excel_formula

    assert excel_formula("of:=[.E9]-MAX([.$N$9];0)") == "=E9-MAX($N$9,0)"
    assert excel_formula("of:=SUM([.A1:.B3])*[$'My sheet'.C4]") == "=SUM(A1:B3)*'My sheet'!C4"
    assert excel_formula('of:=IF([.A1]="a;b";1;2)') == '=IF(A1="a;b",1,2)'


@pytest.mark.parametrize(
    "formula",
    [
        "=" + "(" * 2000 + "A1" + ")" * 2000,
        "=" + "(" * 10_000 + "A1" + ")" * 10_000,
        "=" + "-" * 8_190 + "A1",
        "=1" + "+B7*2" * 1_638,
        "=" + "+".join(["A1"] * 2500),
        "=A9",
        "=SUM(A1:XFD1048576)",
        "=SUM(A:A)+B1",
        "=cmd|'/c calc'!A0",
        "=[1]Sheet1!A1",
        "=INDIRECT(\"A1\")",
        "='no such sheet'!A1",
        "=1/0",
        "=EXP(1E6)",
        "=LN(-1)",
    ],
)  # fmt: skip
def test_hostile_formulas_are_survived(tmp_path, formula):
    sheet = line(rows=4)
    file = tmp_path / "a.xlsx"
    write(file, sheet)
    import openpyxl

    book = openpyxl.load_workbook(file)
    book["Sheet1"]["A9"] = formula
    book["Sheet1"]["Z99"] = formula
    book.save(file)
    reading = read_workbook(file)
    assert json.dumps(reading.to_dict(), allow_nan=False)
    assert str(reading)


@pytest.mark.parametrize("rule", ["sgd", "momentum", "rmsprop"])
def test_a_line_that_gdlab_can_run_comes_with_its_run(tmp_path, rule):
    sheet = line(rule=rule)
    (table,) = read_workbook(write(tmp_path / "a.xlsx", sheet)).tables
    values = sheet.values()
    own = [values[row, "new_m"] for row in range(sheet.rows)]
    assert list(table.run.column("new_slope")) == pytest.approx(own, rel=1e-9)
    assert list(table.run.column("x")) == [values[row, "x"] for row in range(sheet.rows)]


def test_a_network_runs_as_the_model_that_its_formulas_are(tmp_path):
    sheet = network()
    (table,) = read_workbook(write(tmp_path / "a.xlsx", sheet)).tables
    values = sheet.values()
    for name in ("w1", "w4", "w8"):
        own = [values[row, name] for row in range(1, sheet.rows)]
        assert list(table.run.column(f"new_{name}")) == pytest.approx(own, rel=1e-9)
    assert table.model is None


@pytest.mark.parametrize("rule", ["sgd", "momentum", "rmsprop", "adam"])
def test_bare_numbers_run_too(tmp_path, rule):
    sheet = line(rule=rule, lr=0.001 if rule == "sgd" else 0.01)
    (table,) = numbers_only(tmp_path / "a.xlsx", sheet, 6).tables
    values = sheet.values()
    own = [values[row, "new_m"] for row in range(sheet.rows)]
    assert list(table.run.column("new_slope")) == pytest.approx(own, rel=1e-3)
