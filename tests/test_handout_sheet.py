"""The sheet handout of a workbook: formulas by hand, the run's numbers, one page in LibreOffice."""

import re
import subprocess
from pathlib import Path

import engines
import openpyxl
import pytest
from conftest import missing
from test_browser_paper import text_of

import gdlab
from gdlab.core.symbols import latex
from gdlab.excel.typeset import ABOVE, BELOW, formula_runs

FORMULAS = {
    "sgd": ["ŷ = b + m · x", "e = ŷ − y", "e² = e · e", "∂e²/∂b = 2 · e", "∂e²/∂m = (∂e²/∂b) · x",
            "Δb = α · (∂e²/∂b)", "b^new = b − Δb"],
    "momentum": ["ḡ_b = β · ḡ_b,t−1 + (1 − β) · (∂e²/∂b)", "Δb = α · ḡ_b"],
    "adam": ["ĝ_b = ḡ_b / (1 − β_1^t)", "Δb = α · ĝ_b / (√(g͡²_b) + ϵ)"],
    "adamax": ["Δb = α / (1 − β_1^t) · ḡ_b / u_b"],
}  # fmt: skip


def printed(paths, folder):
    """The PDFs that LibreOffice makes of workbooks."""
    if engines.soffice() is None:
        missing("LibreOffice (the program soffice)")
    return engines.save_with_libreoffice(paths, folder, "pdf")


@pytest.mark.parametrize("rule", FORMULAS)
def test_formulas_are_typeset_as_they_are_written_by_hand(rule):
    run = gdlab.trace(rule)
    written = []
    for column in run.table.columns:
        if column.expression is not None:
            runs = formula_runs(
                column.name, column.expression, lambda name: latex(name, of=run.table)
            )
            marks = {BELOW: "_", ABOVE: "^"}
            written.append("".join(marks.get(one.stands, "") + one.text for one in runs))
    assert set(FORMULAS[rule]) <= set(written)


def test_it_shows_the_sheets_numbers_and_leaves_room_for_two_rows(tmp_path):
    run = gdlab.trace("adam", epochs=2)
    path = run.to_excel(tmp_path / "adam.xlsx")
    sheet = openpyxl.load_workbook(path)["handout adam"]
    values = openpyxl.load_workbook(path, data_only=True)["handout adam"]
    lines = {row[0].value: row for row in sheet.iter_rows(max_col=7) if row[0].value}
    for name in run.table.names:
        _, symbol, *cells = lines[name]
        given = name in (*run.table.counters, *run.table.point, "t")
        for row, cell in enumerate(cells, 1):
            if row > 3 and not given:
                assert cell.value is None
                assert not cell.protection.locked
            else:
                assert cell.value == f"=adam!{run.explain(row, name).cell}"
                assert values[cell.coordinate].value == run.value(name, row)
        assert symbol.value
    said = [cell.value for row in sheet.iter_rows() for cell in row if cell.value]
    # The slope's average is the intercept's formula once more; its gradient is another one.
    assert sum(str(text).startswith("ḡ") and "=" in str(text) for text in said) == 1
    assert "∂e²/∂m = (∂e²/∂b) · x" in said
    assert len(sheet._charts) == 2


def test_of_fewer_rows_it_shows_what_there_is(tmp_path):
    path = gdlab.trace("sgd", [(3, 4)]).to_excel(tmp_path / "one.xlsx")
    rows = openpyxl.load_workbook(path)["handout sgd"].iter_rows(max_col=7)
    [cells] = [[cell.value for cell in row[2:]] for row in rows if row[0].value == "x"]
    assert cells == ["=sgd!D10", None, None, None, None]


def test_it_is_one_page_in_type_of_9_points_and_every_minus_is_printed(tmp_path):
    rules = ("sgd", "adam", "lookahead")
    runs = [gdlab.trace(rule) for rule in rules]
    paths = [run.to_excel(tmp_path / f"{run.rule}.xlsx") for run in runs]
    for run, pdf in zip(runs, printed(paths, tmp_path), strict=True):
        pages = text_of(Path(pdf))
        [number] = [k for k, page in enumerate(pages) if "Name: ___" in page]
        page = pages[number]
        for name in run.table.names:
            line = re.findall(rf"^ *{name} .*$", page, re.MULTILINE)[-1]
            numbers = [float(word) for word in re.findall(r"-?\d+\.\d{2,}(?:E[+-]\d+)?", line)]
            wanted = [run.value(name, row) for row in (1, 2, 3)]
            if name not in (*run.table.counters, *run.table.point, "t"):
                assert numbers == pytest.approx(wanted, rel=0.005, abs=1e-4), (run.rule, name)
        # On the rule's own sheet too: the first error is -43.
        assert re.search(r"^.* -43\.0000 ", pages[0], re.MULTILINE)
        box = subprocess.run(
            ["pdftotext", "-bbox", "-f", str(number + 1), "-l", str(number + 1), str(pdf), "-"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        heights = [
            float(high) - float(low)
            for low, high in re.findall(r'yMin="([\d.]+)"[^>]*yMax="([\d.]+)">new_intercept<', box)
        ]
        # A word's box is a little higher than its type.
        assert heights
        assert min(heights) >= 9
