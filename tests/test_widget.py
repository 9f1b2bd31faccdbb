"""What Python and the page share of a sheet, without a browser: set here, read here."""

import re
from typing import Any

import numpy as np
import pytest
import traitlets

import gdlab
from gdlab.core.explanation import short
from gdlab.core.lessons import LESSONS, lesson
from gdlab.core.points import lesson_pairs
from gdlab.core.rerun import python_line
from gdlab.notebook import requests
from gdlab.web.assets import STATIC, joined
from gdlab.web.limits import PAGE_POINTS
from gdlab.web.sheet_meta import sheet_meta

TABS = ("basic", "momentum", "rmsprop", "adam", "adam_ann", "adagrad")


@pytest.fixture
def book():
    return gdlab.workbook()


def asked(sheet, what, **event):
    """What the page gets for a request."""
    sent: list[dict[str, Any]] = []
    object.__setattr__(sheet, "send", lambda content, buffers=None: sent.append(content))
    requests.answer(sheet, {"number": 7, "what": what, "model": sheet.model} | event)
    while "share" in sent[-1]:
        requests.answer(sheet, {"number": 7})
    assert {one["number"] for one in sent} == {7}
    return sent


def result(sheet, what, **event):
    return asked(sheet, what, **event)[-1]["result"]


@pytest.mark.parametrize("tab", TABS)
def test_the_trace_is_the_lessons_own(book, tab):
    book.tab = tab
    assert book.trace.frame.equals(lesson(tab).frame)


def test_an_input_changes_its_sheet_and_only_that_sheet(book):
    book.tab = "adam"
    book.set(lr=0.25)
    expected = gdlab.trace("adam_lesson", epochs=5, lr=0.25, beta1=0.9, beta2=0.9)
    assert book.trace.frame.equals(expected.frame)
    assert (book.inputs["adam.lr"], book.inputs["adam_ann.start_lr"]) == (0.25, 1)
    book.inputs = {"lr": 0.5, "adam_ann.start_lr": 2}
    assert (book.inputs["adam.lr"], book.inputs["adam_ann.start_lr"]) == (0.5, 2)
    assert book.run("adam_ann").hyper["lr"] == 2


def test_a_sheet_of_one_rule_names_its_inputs_plainly():
    sheet = gdlab.sheet("adam", lr=0.1)
    heard = []
    sheet.observe(lambda change: heard.append(change["new"]["lr"]), "inputs")
    sheet.inputs = {"lr": 0.3}
    # As when a person drags the slider: the page sends all inputs.
    sheet.set_state({"inputs": sheet.inputs | {"lr": 0.4, "beta1": 0.5}})
    assert heard == [0.3, 0.4]
    assert sheet.trace.hyper == {"lr": 0.4, "beta1": 0.5, "beta2": 0.999, "eps": 1e-8}
    sheet.set(start_slope=12)
    assert sheet.trace.frame["slope"][1] == 12


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda one: one.set(lr=-1), "lr must be a number over 0, not -1"),
        (lambda one: one.set(beta1=1), "beta1 must be a number from 0 up to but not including 1"),
        (lambda one: one.set(lr="fast"), "lr must be a number, not 'fast'"),
        (lambda one: one.set(lr=True), "lr must be a number, not True"),
        (
            lambda one: one.set(rate=1),
            "there is no input 'rate'; there are basic.start_intercept",
        ),
        (
            lambda one: setattr(one, "inputs", {"sgd.lr": 1}),
            "there is no input 'sgd.lr'; there are basic.",
        ),
        (lambda one: setattr(one, "inputs", {"data.lr": 1}), "there is no input 'data.lr'"),
        (lambda one: setattr(one, "epochs", 2.5), "epochs must be a whole number from 1, not 2.5"),
        (lambda one: setattr(one, "epochs", 10**6), "29,000,000 rows are more than the 500,000"),
        (lambda one: setattr(one, "tab", "sgd"), "there is no tab 'sgd'; there are data"),
        (lambda one: setattr(one, "points", [(1, "x")]), "points: y in row 1 must be a number"),
        (lambda one: setattr(one, "points", [(1, 2)] * 10_001), "10001 points; the sheet takes"),
        (
            lambda one: setattr(one, "compared", ["fast"]),
            "there is no rule or sheet 'fast'; there are basic",
        ),
        (lambda one: setattr(one, "compared", []), "name at least one rule to compare"),
        (lambda one: one.run("lion_tamer"), "there is no rule or sheet 'lion_tamer'"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(book, change, told):
    book.tab = "adam"
    before = book.get_state(("tab", "inputs", "epochs", "points", "compared"))
    with pytest.raises((ValueError, traitlets.TraitError), match=re.escape(told)):
        change(book)
    assert book.get_state(("tab", "inputs", "epochs", "points", "compared")) == before


def test_epochs_and_points_are_those_of_all_sheets(book):
    book.epochs = 2
    book.points = gdlab.make_line(n=4)
    runs = [book.run(tab) for tab in TABS]
    assert {(run.n_epochs, run.samples) for run in runs} == {(2, 4)}
    assert runs[0].points == tuple(gdlab.make_line(n=4)[name].tolist() for name in "xy")
    # As a person's typing comes from the page.
    book.set_state({"points": [[1, 2], [3, 4.5]]})
    assert book.trace.points == ([1.0, 3.0], [2.0, 4.5])


def test_what_is_compared_is_named_in_the_sheets_order(book):
    book.compared = ["lion", "adam"]
    assert book.compared == ["adam", "lion"]
    assert book.run("lion").frame.equals(gdlab.trace("lion", epochs=5).frame)
    # A rule that a sheet runs is not offered again; one whose name a sheet has taken is.
    assert "adam_published" in book.runs and not {"sgd", "adam_lesson"} & set(book.runs)


def test_a_sheet_is_there_before_anything_has_run(monkeypatch):
    def never(*_args, **_options):
        raise AssertionError("a run was computed")

    monkeypatch.setattr("gdlab.core.engine.run", never)
    book = gdlab.workbook()
    assert set(book.page["sheets"]) == set(TABS) and len(book.page["guests"]) >= 11
    gdlab.sheet("adam", lr=0.3)


def test_a_sheet_of_a_run_a_surface_and_a_rule_of_ones_own():
    assert gdlab.sheet(lesson("rmsprop")).trace.start["sqr_avg_slope"] > 1e7
    live = gdlab.sheet("adam", surface="ravine", steps=50)
    assert len(live.trace.frame["loss"]) == 50 and live.points == []

    def half(g, gamma=0.5):
        """Mine."""
        step = gamma * g
        return (), (step,)

    gdlab.rule(half)
    made = gdlab.sheet(half, epochs=1).page["sheets"]["half"]
    sliders = {field["name"]: field["slider"] for field in made["head"]["inputs"]}
    # No range is written down for a learner's own hyperparameter, and none is guessed.
    assert sliders["gamma"] is None
    assert sliders["start_slope"]["high"] == 100


def test_a_page_holds_no_more_rows_than_it_can():
    with pytest.raises(ValueError, match="580,000 rows are more than the 500,000"):
        gdlab.sheet("sgd", epochs=20_000)
    assert gdlab.sheet("sgd").page["limits"]["points"] == PAGE_POINTS


# What only Python can do


def test_rules_registered_since_can_be_compared(book):
    @gdlab.rule
    def half(g, gamma=0.5):
        """Mine."""
        step = gamma * g
        return (), (step,)

    known = [*book.page["sheets"], *book.page["guests"]]
    found = result(book, "news", known=known)
    assert list(found["guests"]) == ["half"]
    assert found["guests"]["half"]["inputs"]["gamma"] == 0.5
    assert "i.gamma" in found["guests"]["half"]["program"]
    book.compared = ["half"]
    found = result(book, "news", known=[*known, "half"])
    assert found["guests"] == {}


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({"what": "dance"}, "gdlab could not do this (KeyError: 'dance')"),
        ({"what": "slips"}, "gdlab could not do this (KeyError: 'sheet')"),
        ({"what": "news"}, "gdlab could not do this (KeyError"),
    ],
)
def test_what_goes_wrong_is_told_to_the_page(book, event, told):
    what = event.pop("what")
    sent = asked(book, what, **event)
    assert told in sent[-1]["error"] and "result" not in sent[-1]


def test_a_workbook_is_made_step_by_step_and_only_as_long_as_it_is_asked_for(book, monkeypatch):
    made = []
    monkeypatch.setattr(
        "gdlab.web.workbook_template._book", lambda *held: made.append(held) or {"files": {}}
    )
    sent = asked(book, "workbook")
    assert [one["share"] for one in sent[:-1]] == [done / len(made) for done in range(len(made))]
    assert len(made) > 10 and {"basic", "data", "compare"} <= set(sent[-1]["result"]["books"])
    made.clear()
    # In between the kernel does other work, and what is not asked for again is not done.
    for number in (1, 2, 1, 1):
        requests.answer(book, {"number": number, "what": "workbook", "model": "line"})
    assert len(made) == 2


# What the bar says, for every option of a run


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


# What stands in the notebook's file


def test_a_still_view_stands_beside_the_live_sheet_and_shows_its_state(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    book = gdlab.workbook()
    book.inputs = {"basic.lr": 0.0003}
    book._ipython_display_()
    live, still = shown
    assert "application/vnd.jupyter.widget-view+json" in live
    first = gdlab.trace("sgd", epochs=5, lr=0.0003).frame
    assert all(f"<b>{tab}</b>" in still["text/html"] for tab in TABS)
    assert f"{first['err2'].iloc[-1]:.6g}" in still["text/html"]


def test_every_name_of_the_joined_modules_is_used_once():
    # A second function of the same name would silently take the place of the first.
    kinds = r"^(?:async )?(?:function\*?|const|let|class) (\w+)"
    for entry in ("jupyter.js", "page.js"):
        names = re.findall(kinds, joined(entry), re.M)
        assert "createSheet" in names
        assert sorted(set(names)) == sorted(names)
        assert not re.search(r"^import|^export (?!default)", joined(entry), re.M)


def test_no_template_stands_in_another():
    """What takes the layout out would take the spaces of the inner one too: `` t="str"``."""
    for path in STATIC.glob("*.js"):
        assert not re.search(r"\$\{[^{}`]*`", path.read_text(encoding="utf-8")), path.name


def test_the_lessons_points_are_the_workbooks(book):
    assert book.points == [list(pair) for pair in zip(*lesson_pairs(), strict=True)]
    assert set(TABS) == set(LESSONS)


def test_another_model_brings_its_own_points_and_inputs():
    sheet = gdlab.sheet("adam", epochs=4)
    sheet.set(lr=0.25)
    sheet.model = "logistic"
    wanted = gdlab.trace("adam", model="logistic", epochs=4)
    assert sheet.trace.values.tobytes() == wanted.values.tobytes()
    assert sheet.points == [list(point) for point in zip(*wanted.points, strict=True)]
    sheet.set(lr=0.5)
    sheet.points = [(1, 0), (2, 1)]
    own = gdlab.trace("adam", [(1, 0), (2, 1)], model="logistic", epochs=4, lr=0.5)
    assert sheet.trace.values.tobytes() == own.values.tobytes()
    sheet.model = "line"
    line = gdlab.trace("adam", epochs=4, lr=0.25)
    assert sheet.trace.values.tobytes() == line.values.tobytes()
    sheet.model = "logistic"
    assert sheet.trace.values.tobytes() == own.values.tobytes()


def test_what_no_model_of_a_sheet_can_be():
    sheet = gdlab.sheet("adam")
    for name in ("logi", "rosenbrock"):
        with pytest.raises(ValueError, match=name):
            sheet.model = name
        assert sheet.model == "line"
    practice = gdlab.practice_sheet("sgd")
    with pytest.raises(ValueError, match="a practice sheet belongs to one model"):
        practice.model = "logistic"
    assert list(practice.page["models"]) == ["line"]


def test_the_page_asks_for_a_model_that_it_does_not_have(book):
    found = result(book, "model", model="network_2_2_2")
    assert found["model"] == "network_2_2_2"
    assert list(found["sheets"]) == list(TABS)
    assert all("forward" in one["program"] for one in found["sheets"].values())
    assert found["sheets"]["basic"]["inputs"]["lr"] == 0.5


def test_models_registered_since_can_be_chosen(book):
    assert list(book.page["models"]) == list(gdlab.models())

    def own(x, y, slope=1):
        """Mine."""
        loss = (slope * x - y) * (slope * x - y)
        return (loss,)

    gdlab.model(own)
    known = list(book.runs)
    found = result(book, "news", known=known)
    assert (found["models"], found["changed"]) == ([*gdlab.models()], [])
    inputs = result(book, "model", model="own")["sheets"]["basic"]["inputs"]
    assert inputs["start_slope"] == 1

    def own(x, y, slope=2):
        """Mine, written anew."""
        loss = (slope * x - y) * (slope * x - y)
        return (loss,)

    gdlab.model(own)
    assert result(book, "news", known=known)["changed"] == ["own"]
    inputs = result(book, "model", model="own")["sheets"]["basic"]["inputs"]
    assert inputs["start_slope"] == 2


def test_a_further_run_has_inputs_of_its_own():
    sheet = gdlab.workbook()
    sheet.compared = ["adam_2", *sheet.compared]
    assert sheet.compared[sheet.compared.index("adam") + 1] == "adam_2"
    sheet.inputs = {"adam_2.lr": 0.3, "adam_2.start_slope": 2}
    own, further = sheet.run("adam"), sheet.run("adam_2")
    assert (own.hyper["lr"], further.hyper["lr"]) == (0.1, 0.3)
    assert (own.start["slope"], further.start["slope"]) == (1, 2)
    for name in ("adam_1", "adam_x", "nobody_2"):
        with pytest.raises(ValueError, match=f"there is no rule or sheet '{name}'"):
            sheet.compared = [name]
    # What is not compared any more has no inputs.
    sheet.compared = ["adam"]
    sheet.inputs = {"adam.lr": 0.2}
    assert not any(name.startswith("adam_2.") for name in sheet.inputs)
    alone = gdlab.sheet("adam")
    alone.compared = ["adam", "adam_2"]
    alone.inputs = {"adam_2.lr": 0.5}
    assert (alone.inputs["lr"], alone.run("adam_2").hyper["lr"]) == (alone.trace.hyper["lr"], 0.5)
