"""The notebook's practice sheet: what it shares with Python, its score, and in a browser."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from lab import NOTEBOOKS, lab, open_notebook, run_all

import gdlab
from gdlab.marking.handout import make


def typed(sheet: Any, **texts: str) -> None:
    """Type into cells of the first row, as the page tells Python of it."""
    known = sheet.practice["texts"]
    now = known | {f"1 {name}": text for name, text in texts.items()}
    sheet.set_state({"practice": sheet.practice | {"texts": now}})


def test_the_numbers_are_those_of_the_practice_workbook() -> None:
    sheet = gdlab.practice_sheet("adam", rows=3, seed=8, blank=["error", "err2"], decimals=2)
    record, run = make("adam", rows=3, seed=8, blank=["error", "err2"], decimals=2)
    given = sheet.page["practice"]
    assert list(zip(*given["points"].values(), strict=True)) == list(record.points)
    assert given["inputs"] == record.given and given["blank"] == ["error", "err2"]
    assert (given["decimals"], given["epochs"]) == (2, run.n_epochs)


def test_no_true_value_of_a_blank_cell_stands_in_the_notebook() -> None:
    sheet = gdlab.practice_sheet("adam", rows=3, seed=8)
    _, run = make("adam", rows=3, seed=8)
    state = {name: one for name, one in sheet.get_state().items() if name not in ("_esm", "_css")}
    text = json.dumps(state, default=str)
    for name in ("sqr_avg_slope", "step_slope", "y_pred", "grad_slope"):
        assert f"{run.value(name, 2)!r}" not in text
    assert "still" not in repr(sheet._repr_mimebundle_())


def test_the_score_follows_what_is_typed() -> None:
    sheet = gdlab.practice_sheet("sgd", rows=2, seed=1)
    _, run = make("sgd", rows=2, seed=1)
    nothing = {"right": 0, "follows": 0, "unearned": 0, "wrong": 0, "empty": 22, "slips": 0}
    assert sheet.score == nothing | {"of": 22}
    error = run.value("error", 1)
    own = {name: f"{run.value(name, 1):.4f}" for name in ("intercept", "slope", "y_pred", "error")}
    typed(sheet, **own, grad_intercept=f"{error:.4f}")
    assert sheet.score == nothing | {"right": 4, "wrong": 1, "empty": 17, "slips": 1, "of": 22}
    typed(sheet, grad_intercept=f"{2 * error:.4f}".replace(".", ","))
    assert sheet.score["right"] == 5
    sheet.practice = sheet.practice | {"texts": {"1 y_pred": "twelve"}}
    assert (sheet.score["wrong"], sheet.score["empty"]) == (1, 21)
    assert gdlab.sheet("sgd").score is None


def test_it_is_a_text_and_a_table_too_without_an_answer() -> None:
    sheet = gdlab.practice_sheet("sgd", rows=2, seed=1, blank=["error", "err2", "grad_slope"])
    _, run = make("sgd", rows=2, seed=1)
    typed(sheet, error="-6,5", err2="<b>&")
    text, page = repr(sheet), sheet._repr_html_()
    assert text.splitlines()[0].startswith("Practice: sgd, 2 of 6 cells filled in; ")
    assert f"lr = {run.hyper['lr']:g}" in text and "-6,5" in text and text.count("__") == 4
    assert len({len(line) for line in text.splitlines()[1:]}) == 1
    assert f"{run.value('y_pred', 2):g}" in text.split() and "&lt;b&gt;&amp;" in page
    for name in ("error", "err2", "grad_slope"):
        assert f"{run.value(name, 2):g}" not in text.split()


def test_the_inputs_are_given() -> None:
    with pytest.raises(ValueError, match="this is given"):
        gdlab.practice_sheet("sgd", rows=2).set(lr=1)


def test_bad_arguments_are_those_of_practice() -> None:
    with pytest.raises(ValueError, match="rows must be a whole number from 1"):
        gdlab.practice_sheet("adam", rows=0)
    with pytest.raises(ValueError, match="no rule is called"):
        gdlab.practice_sheet("adamant")


def test_filled_in_by_keyboard_in_jupyterlab(browser: Any, tmp_path: Path) -> None:
    code = 'import gdlab\ngdlab.practice_sheet("sgd", rows=2, seed=1)'
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    book.metadata = nbformat.read(NOTEBOOKS / "workbook.ipynb", 4).metadata
    nbformat.write(book, tmp_path / "own.ipynb")
    _, run = make("sgd", rows=2, seed=1)
    with lab(str(tmp_path / "own.ipynb")) as address:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        open_notebook(page, address, "own.ipynb")
        run_all(page)
        page.wait_for_selector(".gd[aria-busy=false]")
        assert page.is_hidden("[data-do=export]") and page.is_visible("[data-do=hint]")
        place = run.table.names.index("y_pred")
        cell = page.locator(f"tr[data-row='1'] td[data-column='{place}']")
        cell.click()
        page.keyboard.type("0.123")
        page.keyboard.press("Enter")
        page.wait_for_selector(".gd-table td.gd-wrong")
        assert "✗" in cell.evaluate("one => getComputedStyle(one, '::before').content")
        cell.click()
        page.click("[data-do=hint]")
        page.wait_for_function(
            "document.querySelector('.gd-numbers').textContent.startsWith('hint: ')"
        )
        cell.click()
        page.keyboard.type(f"{run.value('y_pred', 1):.4f}".replace(".", ","))
        page.keyboard.press("Enter")
        page.wait_for_selector(".gd-table td.gd-right")
        assert page.locator(".gd-table td.gd-wrong").count() == 0 and wrong == []
        page.close()
