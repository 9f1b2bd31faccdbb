"""The sheet on paper: what Chromium prints, read from the file."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import missing
from mounted import STARTS, fill_in, sheets
from pages import go
from pages import opened as alone

import gdlab


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    with sheets(browser) as open_one:
        yield open_one


def text_of(pdf: Path) -> list[str]:
    """The words of a file by page."""
    if shutil.which("pdftotext") is None:
        missing("pdftotext (the package poppler-utils)")
    found = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True
    )
    return found.stdout.split("\f")[:-1]


def test_paper_gets_the_whole_table_and_no_controls(opened: Any, tmp_path: Path) -> None:
    page = opened("adam", 390, color_scheme="dark")
    page.pdf(path=tmp_path / "adam.pdf")
    pages = text_of(tmp_path / "adam.pdf")
    told = "\n".join(pages)
    run = page_run()
    for name in ("y_pred", "err2", "avg_slope", "new_slope"):
        for number in run.column(name):
            assert f"{number:.6g}" in told, name
    assert all(re.search(r"^ *row +(sample)?", one, re.M) for one in pages[: len(pages) // 2])
    assert "adam_lesson" in pages[0] and "size of the steps" in told
    for control in ("Reset", "Download", "speed", "adam_ann", "Copy"):
        assert control not in told
    # On the page itself nothing has changed.
    assert page.locator(".gd-print *").count() == 0


def test_paper_gets_the_points_and_of_many_rows_the_first(opened: Any, tmp_path: Path) -> None:
    page = opened("data")
    page.pdf(path=tmp_path / "points.pdf")
    told = "\n".join(text_of(tmp_path / "points.pdf"))
    assert re.search(r"^ *29 +8 +46 *$", told, re.M) and "new" not in told
    page.click("[data-tab=adam]")
    page.fill("[data-input=epochs] .gd-box", "100")
    page.press("[data-input=epochs] .gd-box", "Enter")
    page.wait_for_selector(".gd-table[aria-rowcount='2903']")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".gd-print table").first.locator("tbody tr").count() == 2001
    assert page.locator(".gd-print p").text_content().startswith("The first 2000 of 2900 rows")


def page_run() -> gdlab.Trace:
    return gdlab.trace("adam_lesson", epochs=5, lr=0.1, beta1=0.9, beta2=0.9)


def test_a_practice_sheet_on_paper_has_room_to_write(opened: Any, tmp_path: Path) -> None:
    page = opened("practice")
    fill_in(page, *STARTS, "13.5")
    page.pdf(path=tmp_path / "practice.pdf")
    (told,) = text_of(tmp_path / "practice.pdf")
    assert "13.5" in told and "hint for" not in told
    assert "avg_hat" in told


def test_the_page_s_title_stands_over_its_sheet(browser: Any, tmp_path: Path) -> None:
    path = gdlab.trace("sgd").to_html(tmp_path / "sgd.html")
    with alone(browser) as page:
        go(page, path, "practice=7")
        page.pdf(path=tmp_path / "practice.pdf")
        (told,) = text_of(tmp_path / "practice.pdf")
        assert "step by step" in told and "y_pred" in told and "back to the sheet" not in told


def test_a_handout_is_one_page_with_formulas_rows_and_rows_to_fill_in(
    browser: Any, tmp_path: Path
) -> None:
    run = page_run()
    path = run.to_html(tmp_path / "adam.html")
    with alone(browser) as page:
        go(page, path)
        page.evaluate("window.print = () => { window.isPrinted = true; }")
        page.click("[data-do=handout]")
        assert page.evaluate("window.isPrinted")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        rows = page.locator(".gd-print tr").evaluate_all(
            "all => all.slice(1).map((one) => [...one.cells].map((cell) => cell.textContent))"
        )
        assert [name for name, *_ in rows] == list(run.table.names)
        # The slope's average has the intercept's formula, its gradient does not.
        formulas = page.locator(".gd-formulas li").all_text_contents()
        assert sum(text.startswith("∂") for text in formulas) == 2
        assert len(formulas) == 10
        for name, _, *texts in rows:
            known = 5 if name in ("epoch", "sample", "t", "x", "y") else 3
            wanted = [run.value(name, row) for row in range(1, known + 1)]
            assert [float(text) for text in texts[:known]] == pytest.approx(wanted, rel=1e-4), name
            assert texts[known:] == [""] * (5 - known)
        page.pdf(path=tmp_path / "handout.pdf", prefer_css_page_size=True)
        (told,) = text_of(tmp_path / "handout.pdf")
        assert "Name: ___" in told and run.table.rule.source in told
        for picture in ("path over the loss", "loss"):
            assert picture in told
        assert "size of the steps" not in told and "Reset" not in told
        # The next print is the whole sheet again.
        assert page.locator(".gd-is-handout").count() == 0
        page.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True)
        assert len(text_of(tmp_path / "sheet.pdf")) > 3


def test_without_scripts_formulas_are_seen_and_wide_tables_are_printed_whole(
    browser: Any, tmp_path: Path
) -> None:
    """A notebook's output as a static page has it: no script, no network, on paper too."""
    run = page_run()
    shown = [gdlab.show_rule("adam"), gdlab.show_row(run, 2), gdlab.show_cells(run, 2), run]
    body = "".join(f"<section>{one._repr_html_()}</section>" for one in shown)
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.set_content(f"<!doctype html><html><body>{body}</body></html>")
    drawn = page.locator("math")
    assert drawn.count() == sum(one.math != "" and len(one.lines) for one in shown[:3]) - 2
    assert all(drawn.nth(k).bounding_box()["width"] > 5 for k in range(drawn.count()))
    assert "displaystyle" not in page.locator("body").inner_text()
    page.pdf(path=tmp_path / "static.pdf", format="A4")
    context.close()
    told = " ".join("\n".join(text_of(tmp_path / "static.pdf")).split())
    explained = [run.explain(2, name) for name in run.table.computed]
    for one in explained:
        assert one.cell in told and f"{one.result:.10g}" in told.replace(" ", ""), one.column
    # The last column of the widest table is not cut off.
    for row in (1, 30):
        assert f"{run.value('new_slope', row):.6g}" in told
