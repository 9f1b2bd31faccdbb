"""The chart of a model's predictions in its workbook, where one input makes that possible."""

import re
import zipfile

import pytest
from pages import go, opened

import gdlab
from gdlab.core.layout import START_ROW, letters


def chart_of(path):
    """The chart's text; None where there is none."""
    with zipfile.ZipFile(path) as book:
        texts = [book.read(name).decode() for name in book.namelist() if "charts/chart" in name]
    return next((text for text in texts if "their predictions" in text), None)


def stored(chart, axis):
    """The numbers that the chart's second series has stored."""
    block = re.findall(rf"<c:{axis}Val>(.*?)</c:{axis}Val>", chart)[1]
    return [float(value) for value in re.findall("<c:v>(.*?)</c:v>", block)]


@pytest.mark.parametrize("model", ["quadratic", "relu_neuron", "logistic"])
def test_it_shows_the_last_epochs_rows(model, tmp_path):
    run = gdlab.trace("adam", model=model, epochs=3)
    chart = chart_of(run.to_excel(tmp_path / "run.xlsx"))
    last = run.frame.tail(run.samples)
    assert stored(chart, "x") == last["x"].tolist()
    assert stored(chart, "y") == last[run.table.model.prediction].tolist()
    column = letters(run.table.names.index(run.table.model.prediction))
    first, end = START_ROW + 2 * run.samples + 1, START_ROW + 3 * run.samples
    assert f"adam!${column}${first}:${column}${end}" in chart


def test_a_model_of_several_inputs_and_the_line_have_none(tmp_path):
    for options in ({"model": "plane"}, {}):
        path = gdlab.trace("sgd", **options).to_excel(tmp_path / f"{len(options)}.xlsx")
        assert chart_of(path) is None


def test_the_pages_workbook_has_it_too(browser, tmp_path):
    page_file = gdlab.trace("adam", model="quadratic", epochs=2).to_html(tmp_path / "page.html")
    with opened(browser) as page:
        go(page, page_file, "epochs=5&points=1,30;2,1;3,32;4,0;2.5,1")
        page.click("[data-do=export]")
        page.wait_for_selector(".gd-work", state="hidden")
        for _ in range(400):
            if page.evaluate("Boolean(window.lastSaved)"):
                break
            page.wait_for_timeout(50)
        content = page.evaluate("lastSaved.arrayBuffer().then((all) => [...new Uint8Array(all)])")
        (tmp_path / "page.xlsx").write_bytes(bytes(content))
        run = eval(page.input_value(".gd-python input"), {"gdlab": gdlab})
    wanted = chart_of(run.to_excel(tmp_path / "python.xlsx"))
    assert run.rows == 25
    assert wanted
    assert chart_of(tmp_path / "page.xlsx") == wanted
