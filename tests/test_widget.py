"""The live sheet without a browser: what the page sends goes in, what it would show comes out."""

import io
import re

import numpy as np
import openpyxl
import pytest

import gdlab
from gdlab.core.explanation import short
from gdlab.core.lessons import lesson
from gdlab.core.points import lesson_pairs
from gdlab.core.rerun import python_line
from gdlab.notebook.sheet_state import SheetState
from gdlab.notebook.typed import edited, loaded, pasted, removed
from gdlab.web.assets import module
from gdlab.web.sheet_meta import sheet_meta

TABS = ("basic", "momentum", "rmsprop", "adam", "adam_ann")


@pytest.fixture
def book():
    return gdlab.workbook().book


def ask(book, kind, **event):
    return book.ask({"kind": kind, "number": 7} | event)


def columns(state, numbers):
    """A sheet's cells by column, read as the page reads them."""
    names = [column["name"] for column in state["head"]["columns"]]
    cells = np.frombuffer(numbers[1]).reshape(len(names), -1)
    return dict(zip(names, cells, strict=True))


@pytest.mark.parametrize("tab", TABS)
def test_every_cell_is_the_traces_own(book, tab):
    state, numbers = ask(book, "show", tab=tab)
    run = lesson(tab)
    found = columns(state, numbers)
    assert list(found) == list(run.frame.columns)
    for name, cells in found.items():
        assert np.array_equal(cells, run.frame[name].to_numpy(float)), name


def test_an_input_changes_the_sheet_and_only_that_sheet(book):
    ask(book, "show", tab="adam")
    state, numbers = ask(book, "input", name="lr", value=0.25)
    expected = gdlab.trace("adam_lesson", epochs=5, lr=0.25, beta1=0.9, beta2=0.9)
    assert np.array_equal(columns(state, numbers)["err2"], expected.frame["err2"])
    assert state["inputs"]["lr"] == 0.25
    assert state["number"] == 7
    state, _ = ask(book, "show", tab="adam_ann")
    assert state["inputs"]["start_lr"] == 1


def test_a_start_changes_the_first_row(book):
    state, numbers = ask(book, "input", name="start_intercept", value=12)
    assert columns(state, numbers)["intercept"][0] == 12
    assert state["first"]["new_intercept"] == 12


def test_an_impossible_input_is_refused_in_words_and_changes_nothing(book):
    before, old = ask(book, "show")
    state, new = ask(book, "input", name="lr", value=-1)
    assert state["error"] == "lr must be a number over 0, not -1"
    assert state["inputs"] == before["inputs"]
    assert new == old


def test_any_other_failure_reaches_the_page_in_words_too(book):
    state, _ = ask(book, "point", row="first", column="x", text="1")
    assert state["error"].startswith("gdlab could not do this (")
    state, _ = ask(book, "dance")
    assert "event" in state["error"]


def test_the_head_is_sent_again_only_when_it_changes(book):
    state, _ = ask(book, "show", tab="adam")
    again, _ = ask(book, "input", name="lr", value=0.2, head=state["mark"])
    assert "head" not in again
    other, _ = ask(book, "show", tab="momentum", head=state["mark"])
    assert other["head"]["rule"] == "momentum"
    # Where the points end is a hole in the formulas.
    longer, _ = ask(book, "point", row=29, column="x", text="5", head=other["mark"])
    assert "head" not in longer
    assert "A$7:$A{last_point}" in other["head"]["columns"][3]["excel"].replace("$A${", "$A{")


def test_epochs_change_every_sheet(book):
    state, numbers = ask(book, "epochs", value=2)
    assert state["epochs"] == 2
    assert len(columns(state, numbers)["t"]) == 58
    assert {run.n_epochs for run in book.runs.values()} == {2}
    state, _ = ask(book, "epochs", value=1_000_000)
    assert "29000000 rows" in state["error"]
    assert state["epochs"] == 2


def test_a_point_changes_every_sheet_and_a_bad_one_none(book):
    ask(book, "point", row=0, column="y", text="60")
    assert {run.points[1][0] for run in book.runs.values()} == {60}
    state, _ = ask(book, "point", row=1, column="x", text="many")
    assert state["error"] == "points: x in row 2 must be a number, not 'many'"
    assert book.one.points[0][1] == 86


def test_start_values_come_back(book):
    ask(book, "input", name="lr", value=3)
    state, _ = ask(book, "reset")
    assert state["inputs"]["lr"] == 0.0001
    ask(book, "show", tab="data")
    ask(book, "remove", row=0)
    assert book.one.samples == 28
    ask(book, "reset")
    assert book.one.points == lesson_pairs()


def test_a_race_lays_sheets_and_rules_side_by_side(book):
    ask(book, "show", tab="adam")
    ask(book, "input", name="lr", value=0.5)
    ask(book, "show", tab="compare")
    state, numbers = ask(book, "race", names=["lion", "adam"])
    found = columns(state, numbers)
    adam = gdlab.trace("adam_lesson", epochs=5, lr=0.5, beta1=0.9, beta2=0.9).frame
    assert np.array_equal(found["adam: new_slope"], adam["new_slope"])
    assert np.array_equal(found["lion: err2"], gdlab.trace("lion", epochs=5).frame["err2"])
    assert state["mse"][1] == gdlab.trace("lion", epochs=5).epochs["mse"].tolist()
    references = {column["name"]: column["excel"] for column in state["head"]["columns"]}
    run = book.runs["adam"]
    where = run.explain(3, "new_slope").cell
    assert references["adam: new_slope"].format(row=12) == f"=adam!{where}"
    # A rule that a sheet runs is not offered again; one whose name a sheet has taken is.
    assert not {"sgd", "adam_lesson", "rmsprop_lesson"} & set(state["choices"])
    state, numbers = ask(book, "race", names=["adam", "adam_published"])
    assert state["choices"].count("adam_published") == 1
    shown = columns(state, numbers)["adam_published: err2"]
    assert np.array_equal(shown, gdlab.trace("adam", epochs=5).frame["err2"])
    state, _ = ask(book, "race", names=[])
    assert state["error"] == "a race needs at least one rule"
    state, _ = ask(book, "race", names=["fastest"])
    assert "fastest" in state["error"]


def test_an_explosion_is_named_and_shown_as_a_spreadsheet_does(book):
    state, numbers = ask(book, "input", name="lr", value=10)
    found = columns(state, numbers)
    row, column = state["exploded"]
    assert gdlab.trace("sgd", epochs=5, lr=10, h=0.01).exploded == (row, column)
    assert np.isfinite(found[column][row - 2])
    assert np.isnan(found[column][row - 1])
    # Once #NUM!, what leans on it stays so, whatever 1/inf would be.
    assert np.isnan(found["new_slope"][-1])
    assert state["mse"][-1] is None


@pytest.mark.parametrize(
    "options",
    [
        {"rule": "adam"},
        {"rule": "nadam"},
        {"rule": "lion", "weight_decay": 0.1},
        {"rule": "adagrad_lesson"},
        {"rule": "sgd", "batch_size": 4, "max_norm": 1, "max_value": 3},
        {"rule": "adam", "schedule": "warmup_cosine"},
        {"rule": "adam_lesson", "schedule": "lesson_annealing"},
        {"rule": "adam", "switch": {"at_epoch": 2, "to": "momentum"}},
        {"rule": "adam", "surface": "ravine"},
    ],
    ids=str,
)
def test_the_bar_puts_in_the_numbers_and_addresses_of_explain(options):
    run = gdlab.trace(**options) if "surface" in options else gdlab.trace(epochs=3, **options)
    fixed = sheet_meta(run.table)
    for row in (1, 2, run.rows):
        for column in fixed["columns"]:
            told = run.explain(row, column["name"])
            if column["numbers"] is None:
                continue
            assert filled(column["numbers"], run, row) == told.numbers
            rows = {"row": 9 + row, "above": 8 + row, "epoch_row": 10 + (row - 1) // run.samples}
            assert column["excel"].format(**rows, last_point=6 + run.samples) == told.excel
            assert f"{column['letters']}{9 + row}" == told.cell


def filled(template, run, row):
    """A template with a row's numbers put in, as the page does it."""
    text = ""
    for part in template:
        if isinstance(part, str):
            text += part
        else:
            number = short(run.value(part[0], row))
            text += f"({number})" if part[1] and number.startswith("-") else number
    return text


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(lambda: gdlab.trace("sgd"), id="plain"),
        pytest.param(lambda: lesson("basic"), id="finite differences"),
        pytest.param(lambda: lesson("rmsprop"), id="carried starts"),
        pytest.param(lambda: lesson("adam_ann", [(1, 2), (3, 4.5)]), id="annealing, own points"),
        pytest.param(lambda: gdlab.trace("adam", batch_size=4, shuffle=True, seed=3), id="batches"),
        pytest.param(
            lambda: gdlab.trace(
                "adam", epochs=4, switch={"at_epoch": 3, "to": "momentum", "lr": 1e-5}
            ),
            id="switch",
        ),
        pytest.param(lambda: gdlab.trace("nadam", surface="beale", steps=30), id="surface"),
    ],
)
def test_the_line_of_python_gives_the_same_run(run):
    shown = run()
    line = python_line(shown)
    # Only a name, numbers and text stand in it.
    assert re.fullmatch(r"gdlab\.trace\([\w\s'\"=.,\[\](){}:+-]*\)", line)
    again = eval(line, {"gdlab": gdlab})
    assert np.array_equal(again.values, shown.values, equal_nan=True)


def test_the_line_follows_the_sliders(book):
    ask(book, "show", tab="adam")
    state, _ = ask(book, "input", name="lr", value=0.25)
    assert state["python"] == "gdlab.trace('adam_lesson', epochs=5, lr=0.25)"


def test_export_is_what_is_on_the_screen(book):
    ask(book, "show", tab="adam")
    shown, numbers = ask(book, "input", name="lr", value=0.25)
    state, sent = ask(book, "export")
    assert state["file"] == "adam.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(sent[-1]), data_only=True)["adam"]
    for place, cells in enumerate(columns(shown, numbers).values()):
        for row, value in enumerate(cells, 10):
            assert sheet.cell(row, place + 1).value == value


def test_export_of_a_race_has_a_sheet_for_every_rule(book):
    ask(book, "show", tab="compare")
    shown, _ = ask(book, "race", names=["adam", "lion"])
    state, sent = ask(book, "export")
    assert state["file"] == "compare.xlsx"
    written = openpyxl.load_workbook(io.BytesIO(sent[-1]), data_only=True)
    assert written.sheetnames == ["data", "adam", "lion", "compare"]
    formulas = {column["name"]: column["excel"] for column in shown["head"]["columns"]}
    sheet, place = formulas["lion: new_slope"].format(row=154)[1:].split("!")
    assert written[sheet][place].value == gdlab.trace("lion", epochs=5).final["slope"]


def test_export_of_the_points_has_every_sheet(book):
    ask(book, "show", tab="data")
    ask(book, "point", row=0, column="y", text="60")
    _, sent = ask(book, "export")
    written = openpyxl.load_workbook(io.BytesIO(sent[-1]), data_only=True)
    # The points are on no line now, so there is nothing to compare the rules by.
    assert written.sheetnames == ["data", *TABS]
    assert written["data"]["B7"].value == 60


def test_events_reach_a_widget_and_its_answer_leaves():
    live = gdlab.sheet("adam", lr=0.1)
    sent = []
    live.send = lambda content, buffers=None: sent.append((content, buffers))
    live._handle_custom_msg({"kind": "input", "name": "lr", "value": 0.3, "number": 1}, [])
    assert live.trace.hyper["lr"] == 0.3
    state, numbers = sent[0]
    assert state["inputs"]["lr"] == 0.3
    assert np.array_equal(columns(state, numbers)["err2"], live.trace.frame["err2"])
    live.set(lr=0.4)
    assert sent[1][0]["inputs"]["lr"] == 0.4
    with pytest.raises(ValueError, match="beta1 must be"):
        live.set(beta1=1)


def test_a_sheet_of_a_run_a_surface_and_a_rule_of_ones_own():
    assert gdlab.sheet(lesson("rmsprop")).trace.start["sqr_avg_slope"] > 1e7
    live = gdlab.sheet("adam", surface="ravine", steps=50)
    state, numbers = live.book.ask({"kind": "show"})
    assert len(columns(state, numbers)["loss"]) == 50

    def half(g, gamma=0.5):
        """Mine."""
        step = gamma * g
        return (), (step,)

    gdlab.rule(half)
    state, _ = gdlab.sheet(half, epochs=1).book.ask({"kind": "show"})
    sliders = {field["name"]: field["slider"] for field in state["head"]["inputs"]}
    # No range is written down for a learner's own hyperparameter, and none is guessed.
    assert sliders["gamma"] is None
    assert sliders["start_slope"]["high"] == 100


def test_pasted_blocks_come_whole_or_not_at_all():
    points = ([1.0, 2.0], [3.0, 4.0])
    assert pasted(points, 1, "x", "x\ty\r\n5\t6\r\n7,5\t8\r\n") == ([1, 5, 7.5], [3, 6, 8])
    assert pasted(points, 0, "x", "TV\tSales\n5\t6\n") == ([5, 2], [6, 4])
    assert pasted(points, 0, "x", "1,500\t2,5\n") == ([1.5, 2], [2.5, 4])
    assert pasted(points, 0, "y", "9") == ([1, 2], [9, 4])
    assert pasted(points, 0, "y", "9,5") == ([1, 2], [9.5, 4])
    assert pasted(points, 0, "x", "9,5\n7\n") == ([9.5, 7], [3, 4])
    for text, why in (
        ("1\t2\n3\tbad", "paste, line 2: y must be a number"),
        ("1\t2\t3", "3 columns"),
        ("1\t2\n\n3\t4", "paste, line 2: x is empty"),
        ("1,2\r\n3,-4.5\r\n", r"paste, line 1: 1,2 may mean 1\.2 or 1 and 2; put a tab"),
    ):
        with pytest.raises(ValueError, match=why):
            pasted(points, 0, "x", text)
    with pytest.raises(ValueError, match="10001 points"):
        pasted(points, 0, "y", "1\n" * 10_001)
    assert points == ([1.0, 2.0], [3.0, 4.0])


def test_points_are_added_removed_and_loaded():
    points = ([1.0, 2.0], [3.0, 4.0])
    assert edited(points, 2, "x", "9") == ([1, 2, 9], [3, 4, 4])
    assert removed(points, 0) == ([2], [4])
    with pytest.raises(ValueError, match="last point"):
        removed(([1.0], [2.0]), 0)
    assert loaded("mine.csv", b"x;y\n1,5;2\n") == ([1.5], [2])
    with pytest.raises(ValueError, match=r"mine\.csv, line 2: y must be a number"):
        loaded("mine.csv", b"x,y\n1,two\n")
    with pytest.raises(ValueError, match=r"^passwd: it is empty"):
        loaded("../../etc/passwd", b"")


def test_a_still_view_stands_beside_the_live_sheet(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    gdlab.workbook()._ipython_display_()
    live, still = shown
    assert "application/vnd.jupyter.widget-view+json" in live
    first = lesson("basic").frame
    assert all(f"<b>{tab}</b>" in still["text/html"] for tab in TABS)
    assert f"{first['err2'].iloc[0]:.6g}" in still["text/html"]


def test_every_name_of_the_joined_module_is_used_once():
    # A second function of the same name would silently take the place of the first.
    names = re.findall(r"^(?:async )?(?:function|const|let) (\w+)", module("jupyter.js"), re.M)
    assert "createSheet" in names
    assert sorted(set(names)) == sorted(names)
    assert not re.search(r"^import|^export (?!default)", module("jupyter.js"), re.M)


def test_a_page_holds_no_more_rows_than_it_can(monkeypatch):
    monkeypatch.setattr("gdlab.notebook.sheet_state.MOST_ROWS", 100)
    with pytest.raises(ValueError, match="116 rows are more than the 100"):
        SheetState({"sgd": gdlab.trace("sgd", epochs=4)}, ("sgd",))
