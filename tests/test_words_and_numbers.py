"""What sheets, notebooks and pictures say: rows are no updates, and numbers are what runs give."""

import re

import nbformat
import numpy as np
import pytest

import gdlab
import notebooks
from gdlab.core.lessons import LESSONS
from gdlab.excel.intro import _lines as intro_lines
from gdlab.notebook import pictures, plots, svg

EXERCISE = re.compile(r"^# ## Exercise\n(.*?)(?=^# %%|\Z)", re.MULTILINE | re.DOTALL)


def words_of(axes):
    """All that a drawing says in letters."""
    texts = [axes.get_title(), axes.get_xlabel(), axes.get_ylabel()]
    return texts + [str(line.get_label()) for line in axes.lines]


@pytest.mark.parametrize(
    ("options", "updates"),
    [({"batch_size": 4, "epochs": 5}, 40), ({"batch_size": "full", "epochs": 20}, 20)],
)
def test_rows_and_updates_are_two_words(run, options, updates, tmp_path):
    """29 points in batches of 4 make 8 updates an epoch; as one batch they make one."""
    trace = gdlab.trace("adam", **options)
    explorer = gdlab.explore(trace)
    _, panels = pictures.side_by_side(4)
    for axes, drawing in zip(panels, ("loss", "epochs", "path", "steps"), strict=True):
        plots.draw(drawing, axes, [trace])
    asked = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    said = [
        trace.summary(),
        repr(trace),
        trace._repr_html_(),
        explorer.words.value,
        svg.charts(trace),
        run("table", "adam", *asked)[1].splitlines()[-1],
        *(text for axes in panels for text in words_of(axes)),
    ]
    counted = {int(number) for text in said for number in re.findall(r"(\d+) updates?\b", text)}
    assert counted == {updates}
    assert {int(n) for text in said for n in re.findall(r"(\d+) rows\b", text)} >= {trace.rows}
    # A curve with a value for each row is none of updates.
    assert not [text for text in said if re.search(r"per update|every update|by update", text)]
    page = trace.to_html(tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<p>Every row is one sample, every batch of rows one update of the line," in page


def test_the_lesson_is_introduced_once_and_before_it_is_spoken_of():
    for path in (
        notebooks.FOLDER / "source" / "00_start_here.py",
        notebooks.FOLDER.parent / "README.md",
    ):
        text = path.read_text(encoding="utf-8")
        named, course = re.search(r"\bthe lesson\b|the lesson's", text, re.I), text.index("fast.ai")
        assert abs(named.start() - course) < 200, path.name
        assert text.count("fast.ai") == 1, path.name


def test_the_sheet_intro_says_nothing_twice():
    said = [line for _, _, line in intro_lines(5, "mb") if line]
    sentences = [one for line in said for one in re.split(r"(?<=\.) ", line)]
    assert len(set(sentences)) == len(sentences)
    for lesson in LESSONS.values():
        [line] = [one for one in said if one.startswith(f"{lesson.title}.")]
        words = re.findall(r"[a-z]{4,}", line.lower())
        title = set(re.findall(r"[a-z]{4,}", lesson.title.lower()))
        # What the title has said is not said again in the next sentence.
        assert not [word for word in title if words.count(word) > 2], line


def test_notebook_04_shows_every_column_that_it_speaks_of():
    kept = nbformat.read(notebooks.FOLDER / "04_adam.ipynb", as_version=4)
    [page] = [
        output["data"]["text/html"]
        for cell in kept.cells
        if 'annealed.epochs.set_index("epoch")' in cell.source
        for output in cell.outputs
        if "text/html" in output.get("data", {})
    ]
    heads = re.findall(r"<th>(\w+)</th>", page)
    assert heads[:5] == ["rmse", "size", "smallest", "ratio", "lr"]
    assert "..." not in page
    ratio = [row.split("</td>")[3] for row in page.split("<tr>")[3:]]
    assert sum(float(cell.split("<td>")[1]) > 2 for cell in ratio) == 2


def test_no_exercise_has_its_answer_in_sight():
    """It is worked out in the notebook of solutions, or it stands behind a fold."""
    solutions = (notebooks.FOLDER / "source" / "solutions.py").read_text(encoding="utf-8")
    for source in notebooks.sources():
        text = source.read_text(encoding="utf-8")
        for exercise in EXERCISE.findall(text):
            if "Solutions" in exercise + text[text.index(exercise) + len(exercise) :]:
                assert re.search(rf"^# ## .*{int(source.stem[:2])}\b", solutions, re.M), source.stem
        for answers in re.finditer(r"<summary>The answers", text):
            assert text.rindex("<details>", 0, answers.start()) == answers.start() - 9


@pytest.mark.parametrize("drawing", ["loss", "epochs", "path", "steps", "line", "rates"])
def test_no_legend_lies_over_a_curve(drawing):
    figure, [axes] = pictures.side_by_side(1)
    if drawing == "rates":
        plots.draw_rates(axes, gdlab.find_rate("sgd", epochs=3))
    else:
        plots.draw(drawing, axes, [gdlab.trace(rule, epochs=3) for rule in ("sgd", "adam")])
    figure.canvas.draw()
    legend = axes.get_legend().get_window_extent()
    assert legend.y1 <= axes.get_window_extent().y0


@pytest.mark.parametrize("epochs", [1, 2, 5, 50])
def test_an_axis_of_epochs_has_whole_numbers_from_1(epochs):
    figure, [axes] = pictures.side_by_side(1)
    plots.draw("epochs", axes, [gdlab.trace("sgd", epochs=epochs)])
    figure.canvas.draw()
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
    assert min(ticks) >= 1
    assert all(float(tick).is_integer() for tick in ticks)


def test_a_table_that_is_cut_says_so():
    run = gdlab.trace("sgd", epochs=5)
    shown = run._repr_html_()
    rows = len(re.findall(r"<tr>", shown)) - 1
    assert f"{run.rows - 60} rows in the middle are not shown" in shown
    assert 60 <= rows <= 62
    assert "not shown" not in gdlab.trace("sgd")._repr_html_()


def test_the_numbers_of_the_notebook_on_scales():
    """Notebook 15, by NumPy alone where it speaks of the points and the best line."""
    cars = gdlab.sample_points("cars")
    assert len(cars) == 30
    assert gdlab.trace("sgd", cars, epochs=5).exploded
    # The slope's step changes a prediction x² times as much as the intercept's.
    assert 2400 < cars.x.mean() < 3000
    assert (cars.x**2).mean() > 6e6
    features = np.column_stack([np.ones(len(cars)), cars.x])
    low, high = np.linalg.eigvalsh(2 * features.T @ features / len(cars))
    assert 2.5e8 < high / low < 3.5e8
    left = cars.y - features @ np.linalg.lstsq(features, cars.y, rcond=None)[0]
    best = float(np.sqrt((left**2).mean()))
    assert round(best, 2) == 3.74
    raw = gdlab.trace("sgd", cars, epochs=20, lr="find")
    assert raw.found.error > 2 * best
    # The valley's right edge is near the limit of theory.
    edge = max(lr for lr, error in raw.found.tried.items() if error < raw.found.start_error)
    assert 0.8 < edge / (2 / high) < 1.25
    # The intercept is where it was, and the slope's sign is wrong.
    assert raw.final["intercept"] == pytest.approx(1, abs=0.05)
    assert raw.final["slope"] > 0 > np.polyfit(cars.x, cars.y, 1)[0]
    scaled = gdlab.trace("adam", cars, epochs=20, lr="find", scale="standard")
    assert round(scaled.found.error, 3) == 0.726
    assert round(float(cars.y.std(ddof=0)), 3) == 5.145
    assert round(0.726 * 5.145, 2) == 3.74
    assert gdlab.trace("adam", cars, epochs=20, lr="find").exploded is None


def test_the_numbers_of_the_first_notebooks():
    run = gdlab.trace("sgd", h=0.01)
    # 00: the gradients are negative, the slope's is 14 times the intercept's.
    gradients = [run.value(f"grad_{name}", 1) for name in ("intercept", "slope")]
    assert gradients == [-86, 14 * -86]
    finer = gdlab.trace("sgd", h=0.001)
    for name in ("intercept", "slope"):
        far, near = (abs(one.value(f"est_grad_{name}", 1) - one.value(f"grad_{name}", 1))
                     for one in (run, finer))  # fmt: skip
        assert near < far
    # 01: a row of x up to 99 moves the slope so many times as far; 145 rows; 1 / 9802.
    points = gdlab.lesson_points()
    assert points["x"].max() == 99
    assert (points["y"] == 2 * points["x"] + 30).all()
    assert len(points) == 29
    assert 1 + 99**2 == 9802
    # 02: an average starts from 0, so the first step is a tenth of SGD's.
    first = [gdlab.lesson(name).value("step_slope", 1) for name in ("momentum", "basic")]
    assert first[0] == pytest.approx(first[1] / 10)
    # 13: the loss after one update, and the page's number with w5 to w8 changed too early.
    network = {"model": "network_2_2_2", "bias1": 0.35, "bias2": 0.6}
    loss = gdlab.trace("sgd", lr=0.5, epochs=2, **network).value("loss", 2)
    assert round(loss, 9) == 0.291027774
