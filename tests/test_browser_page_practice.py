"""Practice on a page as a learner has it: typing, marks, hints, other numbers, links."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pages import go, opened, paste

import gdlab
from gdlab.core.lessons import lesson
from gdlab.core.rerun import rerun
from gdlab.core.trace import Trace
from gdlab.marking.diagnosis import Diagnosis, diagnose
from gdlab.marking.judge import judge
from gdlab.marking.sheet import Filled, Written
from gdlab.web.models import with_model

ROWS = 3


@pytest.fixture
def page(browser: Any, lessons: Path) -> Iterator[Any]:
    """The lessons' page at a practice of sheet basic, opened from a folder without a network."""
    with opened(browser) as there:
        go(there, lessons, "sheet=basic&practice=7")
        yield there


def given_run(page: Any, of: Trace | None = None) -> Trace:
    """The true run of the practice that is shown, from what a learner sees there."""
    run = of or lesson("basic")
    values = page.locator(".gd-field").evaluate_all(
        "all => all.map(one => [one.dataset.input, Number(one.querySelector('.gd-box').value)])"
    )
    columns = page.locator(".gd-table .gd-label").all_text_contents()

    def column(name: str) -> list[float]:
        cells = f"tr[data-row] td[data-column='{columns.index(name)}']"
        return [float(text) for text in page.locator(cells).all_text_contents()[1 : ROWS + 1]]

    return rerun(run, tuple(map(column, run.table.point)), epochs=1, inputs=dict(values))


def type_in(page: Any, row: int, column: str, text: str) -> str:
    """Type into a cell by keyboard and give its mark."""
    place = page.locator(".gd-table .gd-label").all_text_contents().index(column)
    page.focus(".gd-table")
    page.keyboard.press("Control+Home")
    for key, times in (("ArrowDown", row), ("ArrowRight", place)):
        for _ in range(times):
            page.keyboard.press(key)
    if text:
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowUp" if row < ROWS else "Shift")
    cell = page.locator(f"tr[data-row='{row}'] td[data-column='{place}']")
    marks = cell.get_attribute("class").split()
    return next(one for one in ("right", "follows", "wrong", "empty") if f"gd-{one}" in marks)


def told(page: Any) -> str:
    return page.locator(".gd-numbers").text_content()


def test_a_learner_fills_a_sheet_in(page: Any) -> None:
    run = given_run(page)
    for name in ("intercept", "slope", "y_pred"):
        assert type_in(page, 1, name, f"{run.value(name, 1):.4f}") == "right"
    turned = -run.value("error", 1)
    assert type_in(page, 1, "error", f"{turned:.4f}") == "wrong"
    assert told(page) == "wrong"
    assert type_in(page, 1, "err2", f"{turned * turned:.4f}") == "right"
    assert type_in(page, 1, "grad_intercept", f"{2 * turned:.4f}".replace(".", ",")) == "follows"
    address = run.explain(1, "error").cell
    assert told(page) == f"right, given what stands in {address}"
    assert type_in(page, 1, "grad_slope", "many") == "wrong"
    assert told(page) == "'many' is text, not a number"
    assert type_in(page, 1, "error", "") == "wrong"
    page.click("[data-do=hint]")
    numbers = run.explain(1, "error").numbers
    assert told(page) == f"hint: which of the two is subtracted from which?: {numbers}"
    assert type_in(page, 1, "error", f"{-turned:.4f}") == "right"
    assert type_in(page, 1, "grad_intercept", "") == "wrong"
    source = page.locator(".gd-source").text_content()
    blanks = len(run.table.computed) * ROWS
    assert source.endswith(f"as it is typed. 5 of {blanks} right, 2 wrong.")
    # Nothing is known of a cell before it is filled in, nor of one that depends on it.
    assert type_in(page, 2, "y_pred", "") == "empty"
    assert told(page) == ""
    page.click("[data-do=hint]")
    assert "write a number first" in page.locator(".gd-alert").text_content()


def test_a_cell_takes_the_working_that_leads_to_its_number(page: Any) -> None:
    run = given_run(page)
    at = {name: run.value(name, 1) for name in ("intercept", "slope", "x", "y", "error")}
    for name in ("intercept", "slope"):
        type_in(page, 1, name, repr(at[name]))
    assert type_in(page, 1, "y_pred", "={intercept} + {slope}*{x}".format(**at)) == "right"
    # A sign of its own stands there as people write it; the judge knows it from the cells before.
    assert type_in(page, 1, "error", "{intercept}+{slope}×{x}-{y}".format(**at)) == "right"
    assert type_in(page, 1, "err2", "=({error})^2".format(**at)) == "right"
    assert type_in(page, 1, "grad_slope", "=2*{error}*{x}".format(**at)) == "right"
    assert type_in(page, 1, "grad_slope", "=2*{error}+{x}".format(**at)) == "wrong"
    for text, why in (
        ("=2*(3", "neither a number nor arithmetic with + - * / ^ ( ) and sqrt"),
        ("-3^2", "read in two ways: put the power, or what it is of, in parentheses"),
        ("1/0", "a division by zero"),
    ):
        assert type_in(page, 1, "grad_slope", text) == "wrong"
        assert told(page) == f"'{text}' is {why}"


def test_practice_is_begun_and_left_by_keyboard_alone(page: Any, lessons: Path) -> None:
    go(page, lessons, "sheet=basic&row=140&column=slope")
    focused = "document.activeElement.className"
    page.focus("[data-do=practise]")
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == "gd-table"
    assert page.locator(".gd-name-box").text_content() == "F10"
    start = page.input_value("[data-input=start_intercept] .gd-box")
    page.keyboard.type(start)
    page.keyboard.press("Tab")
    assert page.locator("td.gd-right").count() == 1
    assert page.locator(".gd-news").text_content() == "intercept, row 1: right"
    page.focus("[data-do=leave]")
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == "gd-table"
    assert page.locator(".gd-name-box").text_content() == "G149"


def test_a_cell_is_pasted_and_emptied(page: Any) -> None:
    run = given_run(page)
    type_in(page, 1, "intercept", "")
    paste(page, f"{run.value('intercept', 1):.4f}".replace(".", ",") + "\r\n")
    assert page.locator("td.gd-right").count() == 1
    page.locator(".gd-table").press("Delete")
    assert page.locator("td.gd-right").count() == 0
    source = page.locator(".gd-source").text_content()
    assert ". 0 of " in source
    paste(page, "1\t2\r\n")
    alert = page.locator(".gd-alert").text_content()
    assert alert == "paste one number at a time; each cell is judged as it is filled in"
    assert page.locator("td.gd-wrong").count() == 0


def test_a_practice_leaves_the_sheet_as_it_was_changed(page: Any, lessons: Path) -> None:
    go(page, lessons, "lr=0.01&epochs=3")
    page.click("[data-do=practise]")
    page.wait_for_url("**#lr=0.01&epochs=3&practice=1")
    page.reload()
    page.wait_for_selector("td.gd-blank")
    assert page.input_value("[data-input=lr] .gd-box") != "0.01"
    page.click("[data-do=leave]")
    assert page.input_value("[data-input=lr] .gd-box") == "0.01"
    assert page.input_value("[data-input=epochs] .gd-box") == "3"


def test_where_to_look_first(page: Any) -> None:
    run = given_run(page)
    type_in(page, 1, "intercept", f"{run.value('intercept', 1):.4f}")
    assert type_in(page, 1, "y_pred", "123.25") == "wrong"
    page.click("[data-do=hint]")
    assert told(page) == f"hint: first fill in {run.explain(1, 'slope').cell}"
    type_in(page, 1, "slope", "17.25")
    type_in(page, 1, "y_pred", "")
    page.click("[data-do=hint]")
    x = run.value("x", 1)
    assert told(page) == (
        f"hint: first look at {run.explain(1, 'slope').cell}: "
        f"{run.value('intercept', 1):g} + 17.25 * {x:g}"
    )


def test_other_numbers_and_back_to_the_sheet(page: Any) -> None:
    before = given_run(page)
    assert page.is_hidden("[data-do=csv]") and page.is_hidden("[data-do=export]")
    assert page.is_hidden("[data-do=practise]") and page.is_hidden(".gd-pictures")
    assert page.locator(".gd-box:visible").first.is_editable() is False
    page.click("[data-do=other]")
    assert given_run(page).points != before.points
    page.wait_for_url("**practice=8")
    type_in(page, 1, "y_pred", "12.5")
    page.click("[data-do=leave]")
    assert page.locator("tr[data-row='1'] td.gd-blank").count() == 0
    page.wait_for_url(lambda address: "practice" not in address)
    assert page.locator("[data-input=lr] .gd-track").is_enabled()
    assert page.is_visible("[data-do=csv]") and page.is_hidden("[data-do=hint]")
    # A person who comes back finds the practice as they left it.
    page.click("[data-tab=adam]")
    page.click("[data-tab=basic]")
    page.click("[data-do=practise]")
    assert page.locator("td.gd-wrong").text_content() == "12.5"
    for tab in ("data", "compare"):
        page.click(f"[data-tab={tab}]")
        assert page.is_hidden("[data-do=practise]")


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("sheet=basic&practice=-1", "a practice's number is a whole one from 0 to 999999"),
        ("sheet=basic&practice=many", "a practice's number is a whole one from 0 to 999999"),
        ("sheet=compare&practice=1", "there is no practice on this sheet"),
    ],
)
def test_a_link_to_no_practice_is_refused_in_one_line(
    page: Any, lessons: Path, fragment: str, words: str
) -> None:
    go(page, lessons, fragment)
    assert words in page.locator(".gd-alert").text_content()
    assert page.locator("td.gd-blank").count() == 0


def test_a_true_number_is_nowhere_on_the_page(page: Any) -> None:
    run = given_run(page)
    type_in(page, 1, "new_slope", "12.3456")
    page.click("[data-do=hint]")
    shown = page.locator("body").evaluate("one => one.innerHTML.replace(/<script.*?script>/gs, '')")
    for name in ("grad_slope", "step_slope", "new_slope"):
        for row in range(1, ROWS + 1):
            assert f"{run.value(name, row):.6g}" not in shown


def test_a_rule_of_ones_own_can_be_practised(browser: Any, tmp_path: Path) -> None:
    @gdlab.rule
    def halving(g, vel_prev, lr=0.1, beta=0.9):
        vel = beta * vel_prev + g / 2
        step = lr * vel
        return (vel,), (step,)

    path = gdlab.trace("halving").to_html(tmp_path / "own.html")
    with opened(browser) as there:
        go(there, path)
        there.click("[data-do=practise]")
        start = there.input_value("[data-input=start_intercept] .gd-box")
        assert type_in(there, 1, "intercept", start) == "right"
        assert type_in(there, 1, "vel_slope", "0.001") == "wrong"


def test_practice_on_the_points_and_inputs_of_the_sheet(browser: Any, lessons: Path) -> None:
    points, inputs = "4,9;7,15;5,11;6,12", {"lr": 0.003, "start_slope": 0.5}
    with opened(browser) as page:
        fragment = "&".join(f"{name}={value}" for name, value in inputs.items())
        go(page, lessons, f"sheet=basic&points={points}&{fragment}")
        page.click("[data-do=practise]")
        page.click("[data-do=own]")
        assert page.locator("[data-do=own]").is_hidden()
        run = given_run(page)
        # The first three points; the truth is Python's on them.
        assert run.points == ([4, 7, 5], [9, 15, 11])
        assert {name: run.hyper.get(name, run.start["slope"]) for name in inputs} == inputs
        assert type_in(page, 1, "y_pred", repr(run.value("y_pred", 1))) == "right"
        assert type_in(page, 2, "y_pred", "99") == "wrong"
        # The address leads to it, with what is on the sheet.
        page.wait_for_url("**practice=own*")
        go(page, lessons, page.url.partition("#")[2])
        assert given_run(page).points == ([4, 7, 5], [9, 15, 11])
        page.click("[data-do=other]")
        assert given_run(page).points != ([4, 7, 5], [9, 15, 11])
        page.click("[data-do=own]")
        page.click("[data-do=leave]")
        assert page.locator("[data-do=practise]").is_visible()


def test_practice_on_numbers_that_explode_is_refused(browser: Any, lessons: Path) -> None:
    with opened(browser) as page:
        go(page, lessons, "sheet=basic&points=1e200,1;2e200,3&practice=7")
        page.click("[data-do=own]")
        page.wait_for_selector(".gd-alert:visible")
        said = page.locator(".gd-alert").text_content()
        assert said == "the sheet's own numbers explode in row 1; find a rate first"
        assert page.locator("[data-do=own]").is_visible()


def quadratic_of_ones_own(x, y, first=1, second=1, third=1):
    """A parabola, which has three parameters, and its squared error."""
    y_pred = first + second * x + third * x * x
    error = y_pred - y
    err2 = error * error
    return y_pred, error, err2


MODELS = {
    "quadratic_of_ones_own": ("error", lambda row: row["y"] - row["y_pred"]),
    "logistic": ("z", lambda row: row["bias"] - row["weight"] * row["x"]),
    "network_2_2_2": ("z_o1", lambda row: row["w5"] * row["h1"] - row["w6"] * row["h2"]),
}


def slip_in(run: Trace, column: str, number: float) -> Diagnosis:
    """What Python says of a number in row 1, where all before it is right."""
    names = [one.name for one in run.table.columns if one.expression is not None]
    cells = {}
    for name in names[: names.index(column) + 1]:
        text = f"{number if name == column else run.value(name, 1):.5f}"
        cells[1, name] = Written(float(text), 5, text)
    asked = frozenset((row, name) for row in range(1, ROWS + 1) for name in names)
    return diagnose(judge(Filled(run, asked, cells)))[1, column]


def slip_on(page: Any, own: Trace, column: str, wrong: Any) -> tuple[Trace, list[str]]:
    """Fill a practice in up to a wrong cell, whose hint must be Python's."""
    run = given_run(page, own)
    computed = [one.name for one in run.table.columns if one.expression is not None]
    before = computed[: computed.index(column)]
    for name in before:
        assert type_in(page, 1, name, f"{run.value(name, 1):.5f}") == "right", name
    number = wrong({name: run.value(name, 1) for name in (*run.table.point, *before)})
    assert type_in(page, 1, column, f"{number:.5f}") == "wrong"
    page.click("[data-do=hint]")
    found = slip_in(run, column, number)
    assert told(page).startswith(f"hint: {found.hint}: ")
    return run, computed


@pytest.mark.sample(3)
@pytest.mark.parametrize("model", MODELS)
def test_a_models_page_can_be_practised(browser: Any, tmp_path: Path, model: str) -> None:
    gdlab.model(quadratic_of_ones_own)
    points = [(1.0, 2.0), (2.0, 1.0), (0.5, 3.0)] if model == "quadratic_of_ones_own" else None
    own = gdlab.trace("momentum", points, model=model)
    column, wrong = MODELS[model]
    with opened(browser) as there:
        go(there, own.to_html(tmp_path / "model.html"), "practice=2")
        run, computed = slip_on(there, own, column, wrong)
        assert type_in(there, 1, column, f"{run.value(column, 1):.5f}") == "right"
        after = computed[computed.index(column) + 1]
        assert type_in(there, 1, after, f"{run.value(after, 1):.5f}") == "right"
        there.click("[data-do=other]")
        there.wait_for_url("**practice=3*")
        assert given_run(there, own).start != run.start


def test_another_model_of_a_page_has_its_hints(browser: Any, lessons: Path) -> None:
    own = with_model({"momentum": lesson("momentum")}, "plane")["momentum"]
    with opened(browser) as there:
        go(there, lessons, "model=plane&sheet=momentum&practice=2")
        slip_on(there, own, "avg_intercept", lambda row: row["grad_intercept"])
