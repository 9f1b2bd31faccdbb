"""Every notebook runs from top to bottom, and its stored file is what it gives."""

import json
import re

import jupytext
import nbformat
import numpy as np
import pytest

import gdlab
import notebooks

SOURCES = notebooks.sources()
LINES_PER_CELL = 5
# What differs between machines or days: places, dates, the names of live widgets and objects.
LOCAL = re.compile(r"/(?:home|root|tmp|work|Users)/|[A-Z]:\\\\|20\d\d-\d\d-\d\dT|0x[0-9a-f]{6,}")

each = pytest.mark.parametrize("source", SOURCES, ids=[source.stem for source in SOURCES])


def stored(source):
    return nbformat.read(notebooks.stored(source), as_version=4)


def outputs(cell):
    """What a cell gave, without its pictures' bytes: those change with matplotlib's version."""
    found = []
    for output in cell.get("outputs", ()):
        data = dict(output.get("data", {}))
        if "image/png" in data:
            data["image/png"] = "a picture"
        if "text/html" in data:
            data["text/html"] = re.sub(r"base64,[^\"]*", "base64,", data["text/html"])
        text = output.get("text", "")
        # How a printed text is cut into messages is a matter of time.
        if output.output_type == "stream" and found and found[-1][0] == "stream":
            text = found.pop()[2] + text
        found.append((output.output_type, data, text))
    return found


@pytest.mark.sample(3)
@each
def test_the_notebook_runs_and_gives_what_is_stored(source):
    ran, kept = notebooks.run(source), stored(source)
    assert len(ran.cells) == len(kept.cells)
    for new, old in zip(ran.cells, kept.cells, strict=True):
        assert outputs(new) == outputs(old), f"{source.stem}: run tests/notebooks.py again"


@each
def test_the_pair_says_the_same(source):
    pair = jupytext.read(source)
    kept = stored(source)
    assert [(c.cell_type, c.source) for c in pair.cells] == [
        (c.cell_type, c.source) for c in kept.cells
    ]
    nbformat.validate(kept)


@each
def test_code_cells_are_short(source):
    for cell in jupytext.read(source).cells:
        # A rule or a model is one thought, however many lines it has.
        if cell.cell_type == "code" and "@gdlab." not in cell.source:
            assert len(cell.source.splitlines()) <= LINES_PER_CELL, cell.source


@each
def test_a_page_without_a_kernel_has_tables_and_pictures(source):
    given = [out for cell in stored(source).cells for out in cell.get("outputs", ())]
    kinds = [set(out.get("data", {})) for out in given]
    pages = [out["data"]["text/html"] for out in given if "text/html" in out.get("data", {})]
    assert any("<table" in page for page in pages)
    assert any("image/png" in kind for kind in kinds) or any("<img " in page for page in pages)
    assert not any(notebooks.WIDGET_VIEW in kind for kind in kinds)
    # A warning would be the first thing that a class sees.
    assert not any(out.output_type == "error" or out.get("name") == "stderr" for out in given)


@each
def test_nothing_of_this_machine_or_day_is_stored(source):
    notebook = stored(source)
    assert set(notebook.metadata) == {"jupytext", "kernelspec", "language_info"}
    for cell in notebook.cells:
        assert "execution" not in cell.metadata
        assert not LOCAL.search(cell.source)
        assert not LOCAL.search(json.dumps(outputs(cell)))


@each
def test_no_table_counts_its_rows_from_0(source):
    for cell in stored(source).cells:
        for output in cell.get("outputs", ()):
            html = output.get("data", {}).get("text/html", "")
            assert "<th>0</th>" not in html, cell.source


def test_the_folder_shows_the_notebooks_alone():
    """Whoever opens it sees what is to be opened, and each has its source."""
    shown = [path.name for path in notebooks.FOLDER.iterdir() if path.name[0] != "."]
    wanted = [notebooks.stored(source).name for source in SOURCES]
    assert sorted(set(shown) - {"written"}) == sorted([*wanted, "source"])


def test_what_the_lessons_have_in_common():
    """Every lesson has its parts, in this order where it has them."""
    parts = ["The sheet answers", "The rule", "Your turn first", "Row 1 by hand"]
    parts += ["What breaks it", "True or false?", "Check before you go on", "Exercise"]
    for source in SOURCES:
        if source.stem[:2] in ("01", "02", "03", "04"):
            text = source.read_text(encoding="utf-8")
            places = [text.index(f"## {part}\n") for part in parts]
            assert places == sorted(places), source.stem
            assert text.index("**The question.**") < places[0]
            # Practice comes before its answer, and what was shown before is not shown again.
            assert text.index("practice_sheet(") < text.index("show_row(")
            assert "est_grad" not in text
            # The frame behind sliders is met once, in the first lesson.
            shown = "explore(" in text.replace("`gdlab.explore(", "")
            assert shown == (source.stem[:2] == "01"), source.stem


def test_the_solutions():
    """What the notebook of solutions says, asked of the runs."""
    # 01: the first gradient does not depend on the rate.
    steps = [gdlab.trace("sgd", lr=lr).value("step_slope", 1) for lr in (0.0001, 0.00005)]
    assert steps[1] == steps[0] / 2
    # 03: eps outside the root is felt more; ten times x leaves RMSprop's first step.
    eps = [
        [gdlab.trace(rule, eps=eps).value("step_slope", 1) for eps in (1e-8, 100)]
        for rule in ("rmsprop", "rmsprop_eps_inside")
    ]
    assert eps[0][1] / eps[0][0] < 0.9 < 0.99 < eps[1][1] / eps[1][0]
    points = gdlab.lesson_points()
    tenfold = points.assign(x=10 * points["x"])
    first = [
        [gdlab.trace(rule, one).value("step_slope", 1) for one in (points, tenfold)]
        for rule in ("sgd", "rmsprop")
    ]
    assert round(first[0][1] / first[0][0]) == -19
    assert first[1][1] == pytest.approx(-first[1][0], rel=1e-6)
    # 05: on scaled inputs SGD is far better than before; from the right intercept it beats Adam.
    small = points.assign(x=points["x"] / 10)
    ends = [gdlab.trace("sgd", small, epochs=50, lr=0.01), gdlab.trace("sgd", epochs=50)]
    assert ends[0].epochs["rmse"].iloc[-1] < ends[1].epochs["rmse"].iloc[-1] / 5
    near = {"start": {"intercept": 30, "slope": 2.5}, "epochs": 5}
    pair = [gdlab.trace(rule, lr=lr, **near).final for rule, lr in (("sgd", 1e-4), ("adam", 0.1))]
    away = [np.hypot(end["intercept"] - 30, end["slope"] - 2) for end in pair]
    assert away[0] < away[1]


def test_the_numbers_in_the_prose():
    """What the sentences of the notebooks say, asked of the runs."""
    # 00: the third exercise's rate takes the first point's error away.
    first = gdlab.trace("sgd", lr=1 / (2 * (1 + 14**2)))
    b, m = (first.value(f"new_{name}", 1) for name in ("intercept", "slope"))
    assert b + 14 * m == pytest.approx(58, rel=1e-12)
    # 01: at 0.01 every epoch multiplies the error by more than 10**36.
    rmse = gdlab.trace("sgd", epochs=4, lr=0.01).epochs["rmse"].to_numpy()
    assert (rmse[1:] / rmse[:-1] > 1e36).all()
    # 02: beta 0 is SGD to the last digit; heavy ball at a tenth of the rate is momentum.
    plain, averaged = gdlab.trace("sgd"), gdlab.trace("momentum", beta=0)
    np.testing.assert_array_equal(plain.column("new_slope"), averaged.column("new_slope"))
    ball = gdlab.trace("heavy_ball", epochs=5, lr=0.00001)
    assert ball.final == pytest.approx(gdlab.lesson("momentum").final, rel=1e-12)
    # 02: at 0.0005 SGD diverges, beta 0.5 converges, beta 0.9 does not; none explodes.
    runs = [gdlab.trace("momentum", epochs=5, lr=0.0005, beta=beta) for beta in (0, 0.5, 0.9)]
    assert [run.diverged for run in runs] == [True, False, True]
    assert [run.exploded for run in runs] == [None] * 3
    # 02: the largest step is smaller than SGD's, and steps change a little less.
    steps = [np.abs(gdlab.lesson(name).column("step_slope")) for name in ("basic", "momentum")]
    assert steps[1].max() < steps[0].max()
    signed = [gdlab.lesson(name).column("step_slope") for name in ("basic", "momentum")]
    assert np.abs(np.diff(signed[1])).mean() < np.abs(np.diff(signed[0])).mean()
    # 03: steps of the same size, mostly some hundredths to tenths.
    moved = np.abs(
        [gdlab.trace("rmsprop", epochs=5).column(f"step_{n}") for n in ("intercept", "slope")]
    )
    assert np.mean((moved > 0.01) & (moved < 0.5)) > 0.8
    assert 0.2 < np.median(moved[0]) / np.median(moved[1]) < 5
    # 02: from the second epoch on the error is smaller than SGD's.
    less = gdlab.lesson("momentum").epochs["rmse"] < gdlab.lesson("basic").epochs["rmse"]
    assert list(less) == [False, True, True, True, True]
    # 03: both first steps are alike, and nearly 0.1 / root(0.1).
    steps = [gdlab.trace("rmsprop").value(f"step_{name}", 1) for name in ("intercept", "slope")]
    assert steps == pytest.approx([-0.1 / 0.1**0.5] * 2, rel=1e-6)
    # 04: thirteen epochs without a cut and over 3, then from 36 to 0.14 in five.
    epochs = gdlab.lesson("adam_ann", epochs=20).epochs
    assert (epochs["ratio"] > 2).tolist().index(True) == 13
    assert (epochs["ratio"] > 2).sum() == 2
    assert epochs["rmse"].iloc[:13].min() > 3
    assert round(epochs["rmse"].iloc[14]) == 36
    assert {"size", "smallest", "ratio", "lr"} <= set(epochs)
    assert round(epochs["rmse"].iloc[19], 2) == 0.14
    # 05: past a rate of 0.5 SGD leaves the ravine.
    ends = [
        abs(gdlab.trace("sgd", surface="ravine", start={"v": 2}, lr=lr).final["v"])
        for lr in (0.45, 0.51)
    ]
    assert ends[0] < 1e-6
    assert ends[1] > 100
    # 06: the square-root rule holds from one point to four, not to sixteen; 1.6 does there.
    noisy = gdlab.make_line(noise=10, seed=1)
    ends = {
        (batch, lr): gdlab.trace("adam", noisy, epochs=60, batch_size=batch, lr=lr)
        for batch, lr in ((1, 0.1), (4, 0.1), (4, 0.2), (16, 0.4), (16, 1.6))
    }
    rmse = {pair: run.epochs["rmse"].iloc[-1] for pair, run in ends.items()}
    assert rmse[4, 0.2] < rmse[1, 0.1] < rmse[4, 0.1] < rmse[16, 0.4]
    assert rmse[16, 1.6] < rmse[1, 0.1]
    # 04: the lesson's sheet has the ratio over 2 twice; row 693 is the first with half the weight.
    assert next(t for t in range(1, 2000) if 1 - 0.999**t > 0.5) == 693
    # 06: with a warm-up the second epoch's error is four times the other's, the last one smaller.
    slow = {"epochs": 5, "lr": 0.5, "beta": 0.999}
    warm = [
        gdlab.trace("rmsprop", schedule=name, **slow).epochs["rmse"].to_numpy()
        for name in ("cosine", "warmup_cosine")
    ]
    assert round(warm[1][1] / warm[0][1]) == 4
    assert warm[1][-1] < warm[0][-1]
    # 06: Adam's first step is lr, and in row 30 it is shorter where the rate is 1.81.
    falling = gdlab.trace("adam", epochs=5, lr=2, schedule="cosine")
    assert abs(falling.value("step_slope", 1)) == pytest.approx(2, rel=1e-6)
    assert abs(falling.value("step_slope", 30)) < falling.value("lr", 30) / 50
    # 06: most rows are clipped at a rate a hundred times too large, not all.
    norms = gdlab.trace("sgd", epochs=5, lr=0.01, max_norm=1000).column("norm")
    assert 0.5 < (norms > 1000).mean() < 1
    # 06: 29 rows in batches of four make 8 updates; the full batch one an epoch.
    assert gdlab.trace("sgd", batch_size=4).updates == 8
    assert gdlab.trace("sgd", epochs=20, batch_size="full").updates == 20
    # 06: a constant rate of 2 ends at 36, the cosine under 3.
    ends = [
        gdlab.trace("adam", epochs=5, lr=2, **more).epochs["rmse"].iloc[-1]
        for more in ({}, {"schedule": "cosine"})
    ]
    assert round(ends[0]) == 36
    assert ends[1] < 3
    # 06: the first step with beta 0.999 is more than 31 rates long.
    assert gdlab.trace("rmsprop", lr=1, beta=0.999).value("step_slope", 1) < -31
    # 12: the mean loss falls from 0.70 to 0.51; one half lies between 2.5 and 3 hours.
    neuron = gdlab.trace("sgd", model="logistic", lr=0.1, epochs=200)
    assert neuron.epochs["mean_loss"].iloc[[0, -1]].round(2).tolist() == [0.70, 0.51]
    assert 2.5 < -neuron.final["bias"] / neuron.final["weight"] < 3
    # 13: both begin at one loss; in the rows shown after it Adam's is the smaller.
    network = {"model": "network_2_2_2", "epochs": 1000, "bias1": 0.35, "bias2": 0.6}
    losses = [
        gdlab.trace(rule, lr=lr, **network).frame["loss"].iloc[[0, 9, 99, 999]].to_numpy()
        for rule, lr in (("adam", 0.05), ("sgd", 0.5))
    ]
    assert losses[0][0] == losses[1][0]
    assert (losses[0][1:] < losses[1][1:]).all()
