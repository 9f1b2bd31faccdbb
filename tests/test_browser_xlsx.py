"""The workbook that the page writes itself: part for part Python's bytes, and engines read it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from books import differences, parts
from pages import alone, drag, go, line, opened, paste, saved
from test_schema import findings

import gdlab
from gdlab.core.lessons import LESSONS, lesson
from gdlab.core.model import BUILT_IN_MODELS
from gdlab.core.rerun import rerun
from gdlab.excel.workbook import write_sheets
from gdlab.excel.writer import writing

HANDOUTS = [f"handout {name}" for name in LESSONS]
OPTIONS: list[dict[str, Any]] = [
    {"rule": "nadam"},
    {"rule": "sgd", "batch_size": 4, "max_norm": 1, "max_value": 3},
    {"rule": "adam", "schedule": "warmup_cosine", "h": 0.01},
    {"rule": "rmsprop", "schedule": "reduce_on_plateau"},
    {"rule": "adam", "switch": {"at_epoch": 2, "to": "momentum"}},
    {"rule": "lion", "weight_decay": 0.1, "shuffle": True},
    {"rule": "adam", "surface": "ravine", "steps": 40},
    {"rule": "adam", "model": "plane", "batch_size": 2},
    {"rule": "adam", "model": "network_2_2_2", "points": [(0.1, 0.2, 0.3, 0.4), (0.5, 0.1, 0, 1)]},
    {"rule": "sgd", "model": "quadratic", "lr": 9.0},
    # One point an epoch: every row ends one.
    {"rule": "adam", "model": "network_2_2_2"},
    {"rule": "sgd", "points": [(3, 4)]},
]


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    with opened(browser) as there:
        yield there


def written(page: Any, path: Path) -> Path:
    """The workbook that the page's button saves."""
    page.evaluate("window.lastSaved = null")
    page.click("[data-do=export]")
    for _ in range(1200):
        if page.evaluate("Boolean(window.lastSaved)"):
            break
        page.wait_for_timeout(50)
    content = page.evaluate("lastSaved.arrayBuffer().then((all) => [...new Uint8Array(all)])")
    path.write_bytes(bytes(content))
    return path


def unlike(path: Path, wanted: Path) -> list[str]:
    """The parts that are not the same, byte for byte."""
    now, then = parts(path), parts(wanted)
    assert list(now) == list(then)
    return [name for name in then if now[name] != then[name]]


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.sample(3)
def test_every_lessons_workbook_is_pythons(page: Any, lessons: Path, tmp_path: Path, name: str):
    go(page, lessons, f"sheet={name}")
    wanted = lesson(name).to_excel(tmp_path / "python.xlsx", name=name)
    assert unlike(written(page, tmp_path / "page.xlsx"), wanted) == []


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.parametrize("model", [one for one in BUILT_IN_MODELS if one != "line"])
@pytest.mark.sample(13)
def test_every_models_workbook_is_pythons(
    page: Any, lessons: Path, tmp_path: Path, model: str, name: str
):
    """On the page of the lessons, where the line is the model at first."""
    go(page, lessons, f"model={model}&sheet={name}&epochs=3")
    run = eval(page.input_value(".gd-python input"), {"gdlab": gdlab})
    assert (run.table.model.name, run.rule) == (model, lesson(name).rule)
    wanted = run.to_excel(tmp_path / "python.xlsx", name=name)
    assert unlike(written(page, tmp_path / "page.xlsx"), wanted) == []


def test_it_is_the_workbook_of_what_is_on_the_screen(page: Any, lessons: Path, tmp_path: Path):
    points = [(1.5, 2), (3, 4.25), (-2, 7), (1e-7, 1e10)]
    go(page, lessons, "sheet=data")
    page.click("tr[data-row='0'] td[data-column='0']")
    paste(page, "\n".join(f"{x!r}\t{y!r}" for x, y in points))
    told = "4 points took the place of 29; Ctrl+Z brings those back."
    assert page.locator(".gd-found").text_content() == told
    page.click("[data-tab=adam_ann]")
    for name, text in (("start_lr", "0.3"), ("epochs", "40")):
        page.fill(f"[data-input={name}] .gd-box", text)
        page.press(f"[data-input={name}] .gd-box", "Enter")
    drag(page, "beta1", 0.25)
    run = gdlab.trace(
        "adam_lesson", points, epochs=40, lr=0.3, beta1=0.25, beta2=0.95,
        schedule="lesson_annealing",
    )  # fmt: skip
    wanted = run.to_excel(tmp_path / "python.xlsx", name="adam_ann")
    assert unlike(written(page, tmp_path / "page.xlsx"), wanted) == []


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.sample(4)
def test_every_option_of_a_run(page: Any, tmp_path: Path, options: dict[str, Any]):
    own = options if "surface" in options else options | {"epochs": 3}
    run = gdlab.trace(**own)
    go(page, alone(run, tmp_path / "page.html"))
    wanted = run.to_excel(tmp_path / "python.xlsx", name=run.rule)
    assert unlike(written(page, tmp_path / "page.xlsx"), wanted) == []


def test_all_sheets_from_the_points(page: Any, lessons: Path, tmp_path: Path):
    go(page, lessons, "sheet=data&adam.lr=0.3")
    with writing(tmp_path / "python.xlsx") as book:
        runs = {name: lesson(name) for name in LESSONS}
        runs["adam"] = gdlab.trace("adam_lesson", epochs=5, lr=0.3)
        names = write_sheets(book, runs)
    assert names == [*LESSONS, *HANDOUTS, "data"]
    path = written(page, tmp_path / "page.xlsx")
    assert unlike(path, tmp_path / "python.xlsx") == []


def test_further_runs_have_sheets_of_their_own(
    page: Any, lessons: Path, tmp_path: Path, formualizer: Any
):
    further = "race=basic,adam,adam_2&adam_2.lr=0.3&adam_2.start_slope=2"
    go(page, lessons, f"sheet=compare&{further}")
    path = written(page, tmp_path / "page.xlsx")
    run = rerun(lesson("adam"), inputs={"lr": 0.3, "start_slope": 2})
    wanted = run.to_excel(tmp_path / "python.xlsx", name="adam_2")
    book, own = openpyxl.load_workbook(path), openpyxl.load_workbook(wanted)
    assert book.sheetnames == [*LESSONS, *HANDOUTS, "data", "adam_2"]
    assert [[cell.value for cell in row] for row in book["adam_2"]] == [
        [cell.value for cell in row] for row in own["adam_2"]
    ]
    assert list(book["adam_2"].defined_names) == list(own["adam_2"].defined_names)
    charts = [len(sheet._charts) for sheet in (book["adam_2"], own["adam_2"])]
    assert charts[0] == charts[1] > 0
    named = [part for part in parts(path) if part.startswith("xl/charts/chart")]
    assert sum("adam_2!" in parts(path)[part].decode() for part in named) == charts[0]
    assert differences(path, formualizer(path)) == []
    # Excel reads by the schema.
    assert findings(path) == []


def test_rules_without_a_sheet_have_one_where_they_are_compared(
    page: Any, lessons: Path, tmp_path: Path, formualizer: Any
):
    go(page, lessons, "sheet=compare&race=basic,lion,nadam_2&nadam_2.lr=0.3&lion.lr=0.02")
    path = written(page, tmp_path / "page.xlsx")
    runs = {
        "lion": gdlab.trace("lion", epochs=5, lr=0.02),
        "nadam_2": gdlab.trace("nadam", epochs=5, lr=0.3),
    }
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [*LESSONS, *HANDOUTS, "data", *runs]
    for name, run in runs.items():
        own = openpyxl.load_workbook(run.to_excel(tmp_path / f"{name}.xlsx", name=name))[name]
        assert [[cell.value for cell in row] for row in book[name]] == [
            [cell.value for cell in row] for row in own
        ]
        assert list(book[name].defined_names) == list(own.defined_names)
        assert len(book[name]._charts) == len(own._charts) > 0
    assert differences(path, formualizer(path)) == []
    assert findings(path) == []


def test_two_runs_on_a_surface(page: Any, tmp_path: Path, formualizer: Any):
    """One kept as it was, the other with another rate: side by side, and in the workbook."""
    own, further = (gdlab.trace("adam", surface="ravine", steps=40, lr=lr) for lr in (0.05, 0.3))
    go(page, alone(further, tmp_path / "page.html"))
    page.click("[data-do=add]")
    page.fill("[data-input=lr] .gd-box", "0.05")
    page.press("[data-input=lr] .gd-box", "Enter")
    page.click("[data-tab=compare]")
    told = page.input_value(".gd-python input").removeprefix("gdlab.plot(")
    assert told.endswith(", 'path', 'loss')")
    runs = eval(told.removesuffix(", 'path', 'loss')"), {"gdlab": gdlab})
    assert [run.hyper["lr"] for run in runs] == [0.05, 0.3]
    cells = saved(page)
    for name, run in (("adam", own), ("adam_2", further)):
        for column in ("new_u", "new_v", "loss"):
            assert list(cells[f"{name}: {column}"]) == run.column(column).tolist()
    path = written(page, tmp_path / "page.xlsx")
    book = openpyxl.load_workbook(path, data_only=True)
    assert book.sheetnames == ["adam", "handout adam", "adam_2"]
    assert (
        book["adam_2"].cell(49, further.table.names.index("loss") + 1).value
        == (further.column("loss")[-1])
    )
    assert differences(path, formualizer(path)) == []


@pytest.mark.parametrize("lr", [0.01, 10.0, 1e200])
def test_explosions_are_the_same_errors(page: Any, lessons: Path, tmp_path: Path, lr: float):
    go(page, lessons, f"sheet=basic&lr={lr!r}&epochs=8")
    run = gdlab.trace("sgd", epochs=8, lr=lr, h=0.01)
    assert run.exploded
    path = written(page, tmp_path / "page.xlsx")
    wanted = run.to_excel(tmp_path / "python.xlsx", name="basic")
    assert unlike(path, wanted) == []


@pytest.mark.parametrize("fragment", ["lr=0.0005", "lr=1e-9&epochs=2", "lr=0.01&epochs=1"])
def test_what_helps_a_run_that_goes_wrong_is_saved(
    page: Any, lessons: Path, tmp_path: Path, fragment: str
):
    go(page, lessons, f"sheet=basic&{fragment}")
    run = eval(page.input_value(".gd-python input"), {"gdlab": gdlab})
    assert run.advice
    wanted = run.to_excel(tmp_path / "python.xlsx", name="basic")
    assert unlike(written(page, tmp_path / "page.xlsx"), wanted) == []
    status = openpyxl.load_workbook(wanted, data_only=True)["basic"]["A3"].value
    assert status.endswith(f"As saved, {run.advice}.")


def test_two_engines_compute_what_it_has_stored(
    page: Any, lessons: Path, tmp_path: Path, formualizer: Any, libreoffice: Any
):
    import engines

    go(page, lessons, "sheet=adam_ann&start_lr=0.3&epochs=3&points=1,2;3,4.5;-2,7")
    path = written(page, tmp_path / "page.xlsx")
    assert differences(path, formualizer(path)) == []
    [recomputed] = libreoffice([path])
    assert differences(path, recomputed, engines.agrees_to_15_digits) == []


def test_a_long_workbook_tells_how_far_it_is_and_is_stopped(page: Any, lessons: Path):
    go(page, lessons, "sheet=adam&epochs=2000")
    page.evaluate("window.lastSaved = null")
    page.click("[data-do=export]")
    page.wait_for_selector(".gd-work:not([hidden])")
    assert line(page, "work").startswith("Writing adam.xlsx")
    for _ in range(200):
        if page.evaluate("document.querySelector('.gd-work progress').value") > 0:
            break
        page.wait_for_timeout(20)
    page.click("[data-do=stop]")
    page.wait_for_selector(".gd-work", state="hidden")
    page.wait_for_selector(".gd[aria-busy=false]")
    page.wait_for_timeout(500)
    assert not page.evaluate("Boolean(window.lastSaved)")
    # While it is written the sheet can be used.
    page.click("[data-do=export]")
    page.focus(".gd-table")
    page.keyboard.press("ArrowDown")
    assert line(page, "name-box").endswith("11")
    page.click("[data-do=stop]")
