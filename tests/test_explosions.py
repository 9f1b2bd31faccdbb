"""Charts of a run that explodes: a gap from there on, the epoch named, no line at 0."""

import math
import re
import zipfile

import pytest
from pages import go, opened

import gdlab

# The squared error passes 1.8e308 in row 593: epoch 21 of 29 points each.
RUN = {"rule": "sgd", "lr": 0.001, "epochs": 25}
ROW, EPOCH = 593, 21


def test_the_row_and_the_epoch():
    run = gdlab.trace(**RUN)
    assert run.exploded == (ROW, "err2")
    errors = run.epochs["rmse"].to_numpy()
    assert [math.isfinite(value) for value in errors] == [True] * 20 + [False] * 5
    assert math.ceil(ROW / 29) == EPOCH


@pytest.mark.parametrize(("lr", "said"), [(0.001, f"exploded in epoch {EPOCH}"), (1e-4, "")])
def test_a_workbooks_chart_names_the_epoch_and_leaves_a_gap(lr, said, tmp_path):
    gdlab.trace(**RUN | {"lr": lr}).to_excel(tmp_path / "run.xlsx")
    with zipfile.ZipFile(tmp_path / "run.xlsx") as book:
        charts = [book.read(name).decode() for name in book.namelist() if "charts/chart" in name]
    [chart] = [text for text in charts if "RMSE by epoch" in text]
    assert ("exploded" in chart) == bool(said)
    assert said in chart
    # A line chart would draw an error at 0 in LibreOffice.
    assert "<c:scatterChart>" in chart
    [stored] = re.findall(r"<c:yVal>(.*?)</c:yVal>", chart)
    assert len(re.findall("<c:v>", stored)) == (20 if said else 25)
    assert "<c:v>0</c:v>" not in stored


def test_a_picture_has_a_gap_and_a_line_where_it_is():
    picture = gdlab.plot([gdlab.trace(**RUN), gdlab.trace("adam", epochs=25)], "epochs", "loss")
    for axes, word in zip(picture.figure.axes, (f"epoch {EPOCH}", f"row {ROW}"), strict=True):
        labels = [text.get_text() for text in axes.get_legend().get_texts()]
        assert sum(f"exploded in {word}" in label for label in labels) == 1
        at = int(word.split()[1])
        [[(place, _), (_, _)]] = axes.collections[0].get_segments()
        assert place == at
        x, y = axes.lines[0].get_data()
        assert not [
            height for place, height in zip(x, y, strict=True) if place >= at and height > 0
        ]


def test_the_page_marks_the_row_and_the_epoch(browser, tmp_path):
    with opened(browser) as page:
        go(page, gdlab.trace(**RUN).to_html(tmp_path / "run.html"))
        loss = page.locator("[data-picture=loss]")
        told = loss.locator(".gd-bad-word").text_content()
        assert told == f"exploded in row {ROW}, epoch {EPOCH}"
        mark, curve = (loss.locator(one).first for one in (".gd-bad-line", ".gd-thin"))
        boxes = [
            one.evaluate("(one) => { const { x, width } = one.getBBox(); return { x, width }; }")
            for one in (mark, curve)
        ]
        assert boxes[1]["x"] + boxes[1]["width"] <= boxes[0]["x"] + 1
        page.locator("[data-input=lr] .gd-box").fill("0.0001")
        page.locator("[data-input=lr] .gd-box").press("Enter")
        assert loss.locator(".gd-bad-word").count() == 0
