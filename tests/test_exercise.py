"""The notebook's practice sheet: its judge, its state, and the sheet in a browser."""

import json
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from lab import NOTEBOOKS, lab, open_notebook, run_all

import gdlab
from gdlab.marking.handout import make
from gdlab.notebook.practice_widget import PracticeBook, judging


def test_cells_are_judged_as_they_are_typed() -> None:
    record, run = make("adam", rows=2, seed=3)
    judge = judging(record, run)
    assert judge({}) == {}
    texts = {(1, "intercept"): f"{run.value('intercept', 1):g}"}
    assert judge(texts)[1, "intercept"].status == "right"

    def at(name: str) -> float:
        return run.value(name, 1)

    # Each number as a learner would type it, with a decimal comma, and one slip.
    for name in ("slope", "y_pred", "error"):
        texts[1, name] = f"{at(name):.4f}".replace(".", ",")
    assert {said.status for said in judge(texts).values()} == {"right"}
    texts[1, "err2"] = f"{2 * at('error'):.4f}"
    texts[1, "grad_intercept"] = f"{at('error'):.4f}"
    texts[1, "grad_slope"] = f"{at('error') * run.value('x', 1):.4f}"
    said = judge(texts)
    assert said[1, "grad_intercept"].status == "wrong" and said[1, "grad_intercept"].sentence == ""
    assert said[1, "grad_intercept"].hint == "count the factors"
    assert said[1, "err2"].status == "wrong" and said[1, "err2"].hint
    assert said[1, "grad_slope"].status == "follows"
    assert "right, given what stands in" in said[1, "grad_slope"].sentence
    texts[1, "grad_intercept"] = f"{at('grad_intercept'):.4f}"
    assert judge(texts)[1, "grad_slope"].status == "wrong"


def test_what_is_no_number_is_said_at_once() -> None:
    record, run = make("sgd", rows=1)
    said = judging(record, run)({(1, "y_pred"): "twelve", (1, "error"): "=1+1"})
    assert said[1, "y_pred"] == ("wrong", "'twelve' is text, no number", "")
    assert said[1, "error"].sentence == "'=1+1' is a formula typed as text"


def test_cells_that_were_not_asked_for_are_not_judged() -> None:
    record, run = make("sgd", rows=1, blank=["y_pred"])
    assert judging(record, run)({(1, "error"): "1", (7, "y_pred"): "1", (1, "x"): "1"}) == {}


def test_no_true_value_is_given_away() -> None:
    record, run = make("adam", rows=2, seed=3, decimals=2)
    judge = judging(record, run)
    for name in record.blank:
        said = judge({(2, name): "0.12345"})[2, name]
        true = run.value(name, 2)
        if said.status == "wrong":
            assert f"{true:.4g}" not in said.sentence + said.hint


def ask(book: PracticeBook, **event: Any) -> tuple[dict[str, Any], np.ndarray]:
    """What the page gets for an event: the state, and the cells by column and row."""
    state, numbers = book.ask(event)
    return state, np.frombuffer(numbers[1]).reshape(len(book.one.table.names), -1)


def test_the_page_never_gets_a_true_value_of_a_blank_cell() -> None:
    widget = gdlab.practice_sheet("adam", rows=3, seed=8)
    _, run = make("adam", rows=3, seed=8)
    names = run.table.names
    first = widget.first
    for state, numbers in (widget.book.state(), (first["state"], first["numbers"])):
        cells = np.frombuffer(numbers[1]).reshape(len(names), -1)
        computed = [names.index(name) for name in widget.book.blank]
        assert np.isnan(cells[computed]).all() and len(computed) == 19
        assert np.array_equal(cells[names.index("x")], run.column("x"))
        text = json.dumps(state)
        assert repr(run.value("sqr_avg_slope", 2)) not in text and state["mse"] == []
    assert "still" not in repr(widget._repr_mimebundle_())


def test_typing_judging_and_hints() -> None:
    widget = gdlab.practice_sheet("sgd", rows=2, seed=1)
    book = widget.book
    _, run = make("sgd", rows=2, seed=1)
    error = run.value("error", 1)
    for name in ("intercept", "slope", "y_pred", "error"):
        ask(book, kind="cell", row=1, column=name, text=f"{run.value(name, 1):.4f}")
    state, cells = ask(book, kind="cell", row=1, column="grad_intercept", text=f" {error:.4f} ")
    assert state["judged"]["1 error"] == {
        "text": f"{error:.4f}",
        "status": "right",
        "hint": "right",
    }
    assert state["judged"]["1 grad_intercept"]["status"] == "wrong"
    assert state["judged"]["1 grad_intercept"]["hint"] == "wrong"
    assert cells[run.table.names.index("error"), 0] == round(error, 4)
    state, _ = ask(book, kind="hint", row=1, column="grad_intercept")
    assert state["judged"]["1 grad_intercept"]["hint"] == "hint: count the factors"
    state, _ = ask(book, kind="cell", row=1, column="grad_intercept", text=f"{2 * error:.4f}")
    assert state["judged"]["1 grad_intercept"]["status"] == "right"
    state, cells = ask(book, kind="cell", row=1, column="grad_intercept", text="")
    assert "1 grad_intercept" not in state["judged"]
    assert np.isnan(cells[run.table.names.index("grad_intercept"), 0])
    state, _ = ask(book, kind="cell", row=2, column="y_pred", text="a lot")
    assert state["judged"]["2 y_pred"]["hint"] == "'a lot' is text, no number"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"kind": "input", "name": "lr", "value": 1}, "this is given"),
        ({"kind": "epochs", "value": 3}, "this is given"),
        ({"kind": "export"}, "this is given"),
        ({"kind": "cell", "row": 1, "column": "x", "text": "1"}, "this is given"),
        ({"kind": "cell", "row": 9, "column": "error", "text": "1"}, "this is given"),
        ({"kind": "cell", "row": "1", "column": "error", "text": "1"}, "this is given"),
        ({"kind": "cell", "row": 1, "column": "error", "text": "1" * 61}, "not 61 characters"),
        ({"kind": "hint", "row": 1, "column": "error"}, "write a number first"),
    ],
)
def test_events_that_are_refused_change_nothing(event: dict[str, Any], words: str) -> None:
    book = gdlab.practice_sheet("sgd", rows=2).book
    before = book.state()
    state, _ = ask(book, **event)
    assert words in state["error"]
    after = book.state()
    assert repr(after) == repr(before)
    with pytest.raises(ValueError, match="this is given"):
        book.set({"lr": 1})


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
