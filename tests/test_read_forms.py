"""Forms of the same line: tables' references, OFFSET and INDEX, LET, circles, decimal commas."""

import pytest
import xlsxwriter

from gdlab import read_workbook
from gdlab.reading.audit import audit
from gdlab.reading.marked import write_marked_workbook
from gdlab.reading.opening import open_workbook

X, Y = [1.5, 2.0, 3.0, 4.0], [3.2, 4.8, 7.1, 9.3]
RATE, ROWS = 0.01, 9


def descent(rows=ROWS):
    """The numbers of plain descent, one point a row: x, y, w, b, error, loss."""
    w, b, found = 0.1, 0.2, []
    for row in range(rows):
        x, y = X[row % 4], Y[row % 4]
        error = w * x + b - y
        found.append((x, y, w, b, error, error**2))
        w, b = w - RATE * 2 * error * x, b - RATE * 2 * error
    return found


# Formulas of w, b, error and loss in row {r}, {p} above it; x is A, y is B, the rate is $I$1.
PLAIN = ("=C{p}-$I$1*2*E{p}*A{p}", "=D{p}-$I$1*2*E{p}", "=C{r}*A{r}+D{r}-B{r}", "=E{r}^2")
FORMS = {
    "table": (
        *PLAIN[:2],
        "=T[[#This Row],[w]]*T[[#This Row],[x]]+T[[#This Row],[b]]-T[[#This Row],[y]]",
        "=T[[#This Row],[error]]^2",
    ),
    "let": (
        "=_xlfn.LET(_xlpm.g,2*E{p}*A{p},C{p}-$I$1*_xlpm.g)", *PLAIN[1:3],
        "=_xlfn.LET(_xlpm.e1,E{r},_xlpm.e1*_xlpm.e1)",
    ),
    "index": (
        *PLAIN[:2],
        "=C{r}*INDEX($K$1:$K$4,MOD(ROW()-2,4)+1)+D{r}-OFFSET($L$1,MOD(ROW()-2,4),0)", PLAIN[3],
    ),
    "blank": tuple(f'=IF(ISBLANK(A{{r}}),"",{one[1:]})' for one in PLAIN),
}  # fmt: skip


def write(path, form):
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row("A1", ["x", "y", "w", "b", "error", "loss"])
        sheet.write_row("H1", ["rate", RATE])
        sheet.write_column("K1", X)
        sheet.write_column("L1", Y)
        rows = descent()
        if form == "table":
            heads = [{"header": name} for name in ("x", "y", "w", "b", "error", "loss")]
            sheet.add_table(0, 0, len(rows), 5, {"name": "T", "columns": heads})
        for row, numbers in enumerate(rows, 1):
            sheet.write_row(row, 0, numbers[:2])
            for column, formula in enumerate(FORMS[form], 2):
                if row == 1 and column < 4:
                    sheet.write_number(row, column, numbers[column])
                else:
                    text = formula.format(r=row + 1, p=row)
                    sheet.write_formula(row, column, text, None, numbers[column])
    return path


@pytest.mark.parametrize("form", FORMS)
def test_other_forms_of_a_line_are_the_line(tmp_path, form):
    reading = read_workbook(write(tmp_path / "a.xlsx", form))
    (table,) = reading.tables
    assert (reading.findings, table.rule) == ([], "sgd")
    assert (table.updates, table.hyper) == (ROWS - 1, {"lr": (RATE, "I1")})
    assert {one.verdict for one in table.gradients} == {"right"}
    own = list(table.run.column(table.run.table.carrier(table.run.table.parameters[0])))
    stored = [row[2:4] for row in descent()][1:]
    assert own[: len(stored)] in (
        pytest.approx([one[0] for one in stored]), pytest.approx([one[1] for one in stored]),
    )  # fmt: skip


CIRCLES = {
    "itself": {"E3": "=E3-E1*E6", "E4": "=E4-E1*E7"},
    "with a reset": {"E3": "=IF(H1=1,0,E3-E1*E6)", "E4": "=IF(H1=1,0,E4-E1*E7)"},
    "new cells": {"E3": "=H3", "E4": "=H4", "H3": "=E3-E1*E6", "H4": "=E4-E1*E7"},
}


@pytest.mark.parametrize("slope", ["2*SUMPRODUCT(C2:C5,A2:A5)/4", "2*SUM(C2:C5)/4"])
@pytest.mark.parametrize("circle", CIRCLES)
def test_a_circle_is_one_update(tmp_path, circle, slope):
    w, b = 1.9, 0.7
    error = [w * x + b - y for x, y in zip(X, Y, strict=True)]
    values = {
        "E3": w, "E4": b, "H3": w, "H4": b, "E7": sum(error) / 2,
        "E8": sum(e * e for e in error) / 4,
        "E6": sum(e * x for e, x in zip(error, X, strict=True)) / 2 if "A2" in slope
        else sum(error) / 2,
    }  # fmt: skip
    formulas = {
        **CIRCLES[circle], "E6": f"={slope}", "E7": "=2*SUM(C2:C5)/4", "E8": "=SUMSQ(C2:C5)/4",
    }  # fmt: skip
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row("A1", ["x", "y", "error", "rate", RATE])
        for row, name in ((2, "w"), (3, "b"), (5, "dw"), (6, "db"), (7, "loss")):
            sheet.write_string(row, 3, name)
        for row in range(4):
            sheet.write_row(row + 1, 0, [X[row], Y[row]])
            sheet.write_formula(row + 1, 2, f"=$E$3*A{row + 2}+$E$4-B{row + 2}", None, error[row])
        for cell, formula in formulas.items():
            sheet.write_formula(cell, formula, None, values[cell])
    opened = open_workbook(tmp_path / "a.xlsx")
    reading = audit(opened, str(tmp_path / "a.xlsx"))
    assert write_marked_workbook(reading, opened, tmp_path / "marked.xlsx").exists()
    (table,) = reading.tables
    assert (table.rule, table.updates, table.hyper["lr"]) == ("gradient descent", 1, (RATE, "E1"))
    assert "on y = b + w*x" in table.words
    assert "computes E3 and E4 in a circle" in table.words
    faults = [(one.address, one.because) for one in reading.findings if one.is_fault]
    if "A2" in slope:
        assert faults == []
    else:
        ((cell, because),) = faults
        assert cell == "E6"
        assert "the factor A2:A5 is missing" in because


def test_decimal_commas_are_read(tmp_path):
    lines = ["x;y;w;b;Vorhersage;Fehler;dw;db"]
    for x, y, w, b, error, _ in descent(12):
        numbers = x, y, w, b, error + y, error, 2 * error * x, 2 * error
        lines.append(";".join(f"{one:.6f}".replace(".", ",") for one in numbers))
    file = tmp_path / "a.csv"
    file.write_text("\n".join(lines))
    reading = read_workbook(file)
    (table,) = reading.tables
    assert (table.rule, table.hyper["lr"][0], reading.findings) == ("sgd", RATE, [])
    lines[6] = lines[6].replace(lines[6].split(";")[6], "0,5")
    file.write_text("\n".join(lines))
    assert read_workbook(file).first_wrong == "G7"
