"""Models on the page in real Chromium: any number of parameters, columns of points and constants.

Every cell is the frame's to the last bit. An exponential or a logarithm may be one unit off in the
last place, where the page rounds rightly and the C library does not; what depends on it is then as
close as that lets it be.
"""

import ast

import numpy as np
import pytest
from mounted import sheets
from pages import alone, differences, drag, go, line, link, opened, paste, saved
from playwright.sync_api import expect
from shown import cells

import gdlab
from gdlab.core.lessons import LESSONS
from gdlab.core.model import BUILT_IN_MODELS

POINTS = [(1.0, 2.0), (2.0, 1.0), (-1.0, 3.0), (0.5, -1.0)]
CASES = [(model, "adam", {"epochs": 3}) for model in BUILT_IN_MODELS] + [
    ("network_2_2_2", "sgd", {"epochs": 40, "lr": 0.5, "bias1": 0.35, "bias2": 0.6}),
    ("quadratic", "momentum", {"epochs": 4, "lr": 0.001, "start": {"curvature": -2.5}}),
    ("quadratic", "sgd", {"epochs": 30, "lr": 9.0}),
    ("logistic", "adam_lesson", {"epochs": 6, "schedule": "lesson_annealing"}),
    ("plane", "adam", {"epochs": 4, "batch_size": 2, "shuffle": True, "schedule": "cosine"}),
    ("network_2_2_1", "sgd", {"epochs": 3, "max_norm": 0.01, "h": 1e-4, "weight_decay": 0.1}),
]


def parabola(x, y, a=1, b=1, c=1):
    """A parabola and its squared error."""
    y_pred = a * x * x + b * x + c
    error = y_pred - y
    err2 = error * error
    return y_pred, error, err2


def taken_names(n, inputs, lr, new_w=1, start_w=2, w=3, err2=0.5, *, count=2):
    """Names that tables and pages use too."""
    points = new_w * n + start_w * inputs + w * count + err2
    samples = points - lr
    mse = samples * samples
    return points, samples, mse


def one_column(x, w=1):
    """A single column and a single parameter."""
    gap = w - x
    loss = gap * gap
    return gap, loss


OWN = {
    parabola: POINTS,
    taken_names: [(1.0, 2.0, 3.0), (0.5, -1.0, 2.0), (4.0, 0.25, -3.0)],
    one_column: [(2.0,), (4.0,), (-1.0,)],
}


def check(shown, run):
    """The cells are the frame's: to the last bit, or as exponentials and logarithms let them be."""
    assert list(shown) == list(run.table.names)
    trees = [column.expression for column in run.table.columns if column.expression]
    calls = {
        part.func.id if isinstance(part, ast.Call) else type(part).__name__
        for tree in trees
        for part in ast.walk(tree)
        if isinstance(part, (ast.Call, ast.Pow))
    }
    if not calls & {"exp", "log", "cos", "sin", "Pow"}:
        assert differences(shown, run) == []
        return
    for name, wanted in zip(run.table.names, cells(run), strict=True):
        np.testing.assert_allclose(shown[name], wanted, rtol=1e-12, atol=1e-15, err_msg=name)


def again(page):
    """The run of the page's line of Python."""
    return eval(page.input_value(".gd-python input"), {"gdlab": gdlab})


@pytest.mark.parametrize(("model", "rule", "options"), CASES, ids=str)
@pytest.mark.sample(4)
def test_every_cell_of_a_models_page_is_the_frames(browser, tmp_path, model, rule, options):
    run = gdlab.trace(rule, model=model, **options)
    with opened(browser) as page:
        go(page, alone(run, tmp_path / "model.html"))
        check(saved(page), run)
        assert again(page).values.tobytes() == run.values.tobytes()
        assert bool(run.exploded or run.advice) == page.is_visible(".gd-is-bad")
        drag(page, "lr" if "schedule" not in options else "start_lr", -2)
        moved = again(page)
        assert moved.values.tobytes() != run.values.tobytes()
        check(saved(page), moved)


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    ("function", "points"), OWN.items(), ids=lambda one: getattr(one, "__name__", "")
)
def test_a_model_of_ones_own(browser, tmp_path, function, points):
    gdlab.model(function)
    name = function.__name__
    options = {"model": name, "epochs": 3, "lr": 0.01}
    run = gdlab.trace("adam", points, **options)
    with opened(browser) as page:
        go(page, alone(run, tmp_path / "own.html"))
        assert_powers_aside(saved(page), run)
        first = next(iter(run.table.parameters))
        start = run.table.start_inputs[first]
        drag(page, start, -2)
        moved = gdlab.trace("adam", points, start={first: -2.0}, **options)
        assert_powers_aside(saved(page), moved)
        assert again(page).values.tobytes() == moved.values.tobytes()


def assert_powers_aside(shown, run):
    check(shown, run)
    powers = ("avg_hat", "sqr_avg_hat", "step", "new")
    exact = [one for one in run.table.names if not one.startswith(powers)]
    for one in exact[: run.table.names.index(run.table.loss)]:
        assert shown[one][0] == run.column(one)[0], one


def test_points_of_four_columns_are_edited(browser, tmp_path):
    points = [(0.1, 0.2, 0.3, 0.4), (0.5, 0.1, 0, 1)]
    run = gdlab.trace("sgd", points, model="network_2_2_2")
    with opened(browser) as page:
        go(page, alone(run, tmp_path / "model.html"))
        link(page, "points=0.7,0.2,0.1,0.9;0.3,0.4,0.5,0.6;1,0,0,1")
        points = [(0.7, 0.2, 0.1, 0.9), (0.3, 0.4, 0.5, 0.6), (1.0, 0.0, 0.0, 1.0)]
        check(saved(page), gdlab.trace("sgd", points, model="network_2_2_2"))
        assert "points=[(0.7, 0.2, 0.1, 0.9), (0.3" in page.input_value(".gd-python input")
        page.click("[data-tab=data]")
        assert list(saved(page)) == ["i1", "i2", "t1", "t2"]
        # A block whose first cell is the selected one; the last line is a new point.
        page.focus(".gd-table")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        paste(page, "9\t8\t7\n6\t5\t4")
        points[2:] = [(1.0, 9.0, 8.0, 7.0), (1.0, 6.0, 5.0, 4.0)]
        assert [list(row) for row in zip(*saved(page).values(), strict=True)] == [
            list(row) for row in points
        ]
        text = "name,i1,t2,t1,i2\na,1,2,3,4\nb,5,6,7,8\n"
        page.set_input_files(".gd-data-tools input", {
            "name": "own.csv", "mimeType": "text/csv", "buffer": text.encode(),
        })  # fmt: skip
        page.wait_for_function(
            "() => document.querySelectorAll('.gd-table tr[data-row]:not([hidden])').length === 3"
        )
        assert [list(row) for row in zip(*saved(page).values(), strict=True)] == [
            [1, 4, 3, 2], [5, 8, 7, 6],
        ]  # fmt: skip
        page.click("[data-tab=sgd]")
        points = [(1.0, 4.0, 3.0, 2.0), (5.0, 8.0, 7.0, 6.0)]
        check(saved(page), gdlab.trace("sgd", points, model="network_2_2_2"))


@pytest.fixture(scope="module")
def lessons(browser, lessons):
    """The page of all lessons, open."""
    with opened(browser) as page:
        go(page, lessons)
        yield page


@pytest.mark.parametrize("model", BUILT_IN_MODELS)
@pytest.mark.sample(3)
def test_the_lessons_take_any_model(lessons, model):
    for tab in LESSONS:
        lessons.click(f"[data-tab={tab}]")
        lessons.select_option(".gd-model select", model)
        run = again(lessons)
        assert run.table.model.name == model and run.rule == LESSONS[tab].rule
        check(saved(lessons), run)
        assert line(lessons, "alert") == ""


def test_the_lens_walks_forward_and_backward_through_a_network(lessons):
    """Row 1 of the published example, step by step."""
    given = "model=network_2_2_2&sheet=basic&lr=0.5&bias1=0.35&bias2=0.6"
    link(lessons, f"{given}&lens=on&row=1&column=z_h1")
    run = gdlab.trace("sgd", model="network_2_2_2", lr=0.5, bias1=0.35, bias2=0.6)
    lens = lessons.locator(".gd-lens").first
    lens.focus()
    computed = [one.name for one in run.table.columns if one.expression is not None]
    published = {"loss": 0.298371109, "grad_w5": 0.082167041, "grad_w1": 0.000438568}
    pictures = {}
    first = computed.index("z_h1")
    for name in computed[first:]:
        told = run.explain(1, name)
        expect(lens.locator(".gd-lens-numbers")).to_have_text(f"= {told.numbers}")
        shown = float(lens.locator(".gd-lens-result").text_content().removeprefix("= "))
        assert shown == pytest.approx(run.value(name, 1), rel=1e-15)
        if name in published:
            assert shown == pytest.approx(published[name], abs=5e-10)
        assert lens.locator(".gd-marks *").count() > 0, name
        pictures[name] = lens.locator(".gd-title").text_content()
        where = lens.locator(".gd-lens-where").text_content()
        section = "forward" if name in run.table.model.formulas.results else "backward"
        assert section in where or name.startswith(("step", "new")), where
        lessons.keyboard.press("ArrowRight")
    assert "tangent" in pictures["grad_w1"] and "tangent" in pictures["grad_w8"]
    # And back again, over the same steps.
    for _ in computed[first:]:
        lessons.keyboard.press("ArrowLeft")
    expect(lens.locator(".gd-lens-numbers")).to_have_text(f"= {run.explain(1, 'z_h1').numbers}")
    lessons.wait_for_function("() => location.hash.includes('lens=on')")
    lessons.click("[data-do=lens]")
    expect(lens).to_be_hidden()
    lessons.wait_for_function("() => !location.hash.includes('lens')")


def test_a_model_stands_in_the_link(lessons):
    link(lessons, "model=network_2_2_2&sheet=momentum&lr=0.25&epochs=7")
    run = gdlab.trace("momentum", model="network_2_2_2", lr=0.25, epochs=7)
    check(saved(lessons), run)
    # A practice of that model, judged; undone, it is the line again.
    lessons.click("[data-do=practise]")
    assert lessons.locator("td.gd-blank").count() > 20
    lessons.click("[data-do=leave]")
    lessons.select_option(".gd-model select", "line")
    lessons.wait_for_function("() => !location.hash.includes('model')")
    lessons.focus(".gd-table")
    lessons.keyboard.press("Control+z")
    lessons.wait_for_function("() => location.hash.startsWith('#model=network_2_2_2')")
    assert again(lessons).values.tobytes() == run.values.tobytes()
    link(lessons, "model=netwerk")
    assert "model=netwerk (there is no model 'netwerk')" in line(lessons, "alert")


PICTURES = {
    "line": ["path", "loss", "points", "steps"],
    "quadratic": ["path", "loss", "points", "steps"],
    "two_neurons": ["path", "loss", "points", "steps"],
    "plane": ["path", "loss", "steps"],
    "logistic": ["path", "loss", "points", "steps"],
    "network_2_2_2": ["path", "loss", "steps"],
}


@pytest.mark.parametrize("model", PICTURES)
@pytest.mark.sample(3)
def test_a_models_pictures(browser, tmp_path, model):
    run = gdlab.trace("sgd", model=model, epochs=4, lr=1e-3)
    with opened(browser) as page:
        go(page, alone(run, tmp_path / "model.html"))
        svgs = page.locator(".gd-pictures svg[data-picture]")
        assert svgs.evaluate_all("all => all.map((one) => one.dataset.picture)") == PICTURES[model]
        for picture in PICTURES[model]:
            drawn = page.locator(f"[data-picture={picture}] .gd-marks path").evaluate_all(
                "all => all.map((one) => one.getAttribute('d'))"
            )
            assert any(drawn), picture
            assert "NaN" not in page.locator(f"[data-picture={picture}]").inner_html(), picture
        contours = page.locator("[data-picture=path] .gd-contour").evaluate_all(
            "all => all.map((one) => one.getAttribute('d'))"
        )
        assert sum(map(bool, contours)) > 3
        # Each row has its own marks; and a drag draws all of them again.
        before = svgs.nth(0).inner_html()
        page.click(".gd-player button >> nth=3")
        assert svgs.nth(0).inner_html() != before
        before = svgs.nth(1).inner_html()
        drag(page, "lr", 0)
        assert svgs.nth(1).inner_html() != before


def test_a_race_of_a_models_rules(browser, tmp_path):
    runs = {name: gdlab.trace(name, model="quadratic", epochs=3) for name in ("sgd", "momentum")}

    with opened(browser) as page:
        go(page, alone(runs, tmp_path / "race.html"))
        page.click("[data-tab=compare]")
        page.check(".gd-race [value=lion]")
        runs["lion"] = gdlab.trace("lion", model="quadratic", epochs=3)
        shown = saved(page)
        for name, run in runs.items():
            for column in ("new_intercept", "new_slope", "new_curvature", "loss"):
                assert shown[f"{name}: {column}"].tobytes() == run.column(column).tobytes()
        svgs = page.locator(".gd-pictures svg[data-picture]")
        wanted = ["path", "epochs", "points", "loss"]
        assert svgs.evaluate_all("all => all.map((one) => one.dataset.picture)") == wanted


def test_models_do_not_share_a_page(tmp_path):
    from gdlab.web.page import write_page

    runs = {"a": gdlab.trace("sgd"), "b": gdlab.trace("sgd", model="quadratic")}
    with pytest.raises(ValueError, match="of one model"):
        write_page(runs, tmp_path / "both.html")


@pytest.mark.parametrize("model", ["quadratic", "network_2_2_2", "logistic"])
def test_a_models_sheet_in_a_notebook(browser, model):
    sheet = gdlab.sheet("sgd", model=model, epochs=3)
    with sheets(browser) as open_one:
        page = open_one(sheet)
        drag(page, "lr", -1)
        assert sheet.inputs["lr"] == 0.1
        assert sheet.trace.final == gdlab.trace("sgd", model=model, epochs=3, lr=0.1).final
        points = [[1.0] * len(sheet.trace.table.point), [0.5] * len(sheet.trace.table.point)]
        sheet.points = points
        page.evaluate("(points) => window.model.take('points', points)", points)
        assert sheet.trace.samples == 2
        assert line(page, "exploded").startswith("6 rows")


@pytest.mark.parametrize("model", ["quadratic", "logistic", "network_2_2_2", "network_2_2_1"])
@pytest.mark.sample(2)
def test_at_these_settings_every_bit_is_the_frames(browser, tmp_path, model):
    run = gdlab.trace("sgd", model=model, epochs=20)
    with opened(browser) as page:
        go(page, alone(run, tmp_path / "model.html"))
        assert differences(saved(page), run) == []
