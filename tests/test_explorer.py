"""``explore`` without a browser: values are set as a hand on the page would, and read back."""

import re

import numpy as np
import pytest

import gdlab
from gdlab.core.ranges import range_of
from gdlab.notebook import explore as module


def sliders(explorer):
    """All sliders by their names: where each stands, and its last place."""
    return {one["name"]: (one["at"], one["steps"]) for one in explorer.fields if "at" in one}


def move(explorer, name, at):
    """Move a slider, as the page does."""
    explorer.set_state({"asked": explorer.asked | {name: {"at": at}}})


def type_in(explorer, name, text):
    explorer.set_state({"asked": explorer.asked | {name: {"text": text}}})


def drag(explorer, name, value):
    """Move a slider to where a number stands on it."""
    move(explorer, name, range_of(name, explorer.run.table).step_of(value))


def cells(explorer, column):
    """A column's cells as they stand on the page, all digits."""
    _, *rows = re.findall(r"<tr>(.*?)</tr>", explorer.rows)
    place = list(explorer.run.frame.columns).index(column)
    found = [re.findall(r'<td(?: title="(.*?)")?>(.*?)</td>', row)[place] for row in rows]
    return [float(full or shown) for full, shown in found]


def test_a_column_is_as_wide_as_its_longest_number():
    explorer = gdlab.explore("sgd", [(-1.23457e-100, 2), (3, -12345.6)], lr=9e9, epochs=30)
    head, *rows = re.findall(r"<tr>(.*?)</tr>", explorer.rows)
    texts = zip(*(re.findall(">([^<]+)</t", row) for row in (head, *rows)), strict=True)
    widths = re.search('--columns:(.*?)"', explorer.rows)[1].split()
    assert "nan" in explorer.rows and len(rows) == 60
    for width, column in zip(widths, texts, strict=True):
        assert int(width.removesuffix("ch")) >= 2 + max(map(len, column)), column


def test_a_slider_moves_its_box_the_table_and_the_charts():
    explorer = gdlab.explore("sgd")
    before = explorer.charts
    drag(explorer, "lr", 0.00025)
    assert explorer.boxes["lr"].value == 0.000251
    expected = gdlab.trace("sgd", epochs=5, lr=0.000251)
    assert cells(explorer, "new_slope") == list(expected.column("new_slope"))
    assert "lr=0.000251" in explorer.words
    assert explorer.charts != before


def test_a_rate_slider_moves_in_powers_of_ten_and_gives_three_digits():
    explorer = gdlab.explore("sgd")
    given = []
    for at in (0, 201, 200, sliders(explorer)["lr"][1]):
        move(explorer, "lr", at)
        given.append(explorer.boxes["lr"].value)
    # Typed: a hundred steps a decade from 10^-6 to 10; the second is 10^-3.99, the third 10^-4.
    assert given == [1e-06, 0.000102, 0.0001, 10.0]


# Every input of every rule with a slider, from each end of it to the other.
SHOWN = [(rule, name) for rule in sorted(gdlab.rules()) for name in gdlab.trace(rule).hyper]


@pytest.mark.sample(4)
@pytest.mark.parametrize(("rule", "name"), SHOWN)
def test_a_given_number_is_used_digit_for_digit(rule, name):
    """What stands in its box is all of it: typed again, it is the same number."""
    limits = range_of(name, gdlab.trace(rule).table)
    if limits is None:
        pytest.skip(f"{name} has no slider")
    near = limits.low + (limits.high - limits.low) * 0.3141592653589793
    for value in (0.5, 0.003, 0.123456789, near):
        if not limits.low < value < limits.high or limits.step == 1:
            continue
        explorer = gdlab.explore(rule, epochs=1, **{name: value})
        assert explorer.boxes[name].value == explorer.run.hyper[name] == value
        shown = next(one["value"] for one in explorer.fields if one["name"] == name)
        explorer.boxes[name].value = 0.1 + 0.2
        assert explorer.run.hyper[name] == 0.1 + 0.2
        type_in(explorer, name, shown)
        assert explorer.boxes[name].value == explorer.run.hyper[name] == value


def test_a_slider_stands_at_the_place_that_is_nearest():
    explorer = gdlab.explore("adagrad")
    # 0.5 = 10^-0.30: five decades and 70 steps above 10^-6.
    for value, at in ((0.5, 570), (0.25, 540), (1e-9, 0), (1e9, 700)):
        explorer.boxes["lr"].value = value
        assert sliders(explorer)["lr"] == (at, 700)


def test_a_typed_number_keeps_its_digits_and_the_slider_rests_at_its_end():
    explorer = gdlab.explore("sgd")
    explorer.boxes["start_slope"].value = 123.456789012345
    assert explorer.boxes["start_slope"].value == 123.456789012345
    at, steps = sliders(explorer)["start_slope"]
    assert at == steps
    assert explorer.run.start["slope"] == 123.456789012345
    explorer.boxes["lr"].value = 0.000123456
    assert explorer.run.hyper["lr"] == explorer.boxes["lr"].value == 0.000123456


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("lr", -1, "lr must be a number over 0, not -1.0"),
        ("lr", 0, "lr must be a number over 0, not 0.0"),
        ("beta", 1, "beta must be a number from 0 up to but not including 1, not 1.0"),
        ("epochs", 2.5, "epochs must be a whole number from 1, not 2.5"),
        ("epochs", 0, "epochs must be a whole number from 1, not 0"),
        ("epochs", 1e9, "epochs: more than 100,000 rows; gdlab.trace makes them"),
        ("start_slope", float("inf"), "start slope must be a finite number, not inf"),
    ],
)
def test_a_refused_value_is_said_in_words_and_the_table_stays(name, value, words):
    explorer = gdlab.explore("momentum")
    rows, drawn, run = explorer.rows, explorer.charts, explorer.run
    explorer.boxes[name].value = value
    assert f'role="alert">{words}<' in explorer.words
    assert (explorer.rows, explorer.charts) == (rows, drawn)
    assert explorer.run is run
    # The box shows what was typed: which run the rest of the page shows stands beside the reason.
    assert f"still those of {run.summary()}" in explorer.words
    explorer.boxes[name].value = 0.25 if name != "epochs" else 2
    assert 'role="status"' in explorer.words
    assert 'role="alert"' not in explorer.words
    assert explorer.run is not run


def test_an_error_that_nobody_foresaw_reaches_the_page(monkeypatch):
    explorer = gdlab.explore("sgd")

    def fail(run):
        raise RuntimeError("no <paint> left")

    monkeypatch.setattr(module, "charts", fail)
    explorer.boxes["lr"].value = 0.001
    assert 'role="alert">RuntimeError: no &lt;paint&gt; left<' in explorer.words


def test_an_explosion_is_said_and_shown():
    explorer = gdlab.explore("sgd", lr=0.01)
    assert "exploded: err2 in row 123" in explorer.words
    assert cells(explorer, "err2")[122] == float("inf")


@pytest.mark.parametrize("rule", sorted(gdlab.rules()))
def test_every_input_of_every_rule_has_a_box_that_works(rule):
    explorer = gdlab.explore(rule, epochs=1)
    given = gdlab.trace(rule)
    assert set(explorer.boxes) == {"epochs", *given.hyper, *(f"start_{n}" for n in given.start)}
    for name, box in explorer.boxes.items():
        box.value = box.value + 1 if name == "epochs" else box.value * 0.5 + 0.25
    hyper = {name: explorer.boxes[name].value for name in given.hyper}
    start = {name: explorer.boxes[f"start_{name}"].value for name in given.start}
    expected = gdlab.trace(rule, epochs=2, start=start, **hyper)
    np.testing.assert_array_equal(explorer.run.values, expected.values)
    np.testing.assert_array_equal(
        cells(explorer, "new_intercept"), expected.column("new_intercept")
    )


def test_options_of_a_run_stay_while_its_inputs_change():
    switch = {"at_epoch": 3, "to": "momentum", "lr": 0.0001}
    explorer = gdlab.explore("adam", batch_size=4, shuffle=True, switch=switch, lr=0.1)
    explorer.boxes["at_epoch"].value = 2
    explorer.boxes["batch_size"].value = 8
    explorer.boxes["lr"].value = 0.2
    switch["at_epoch"] = 2
    expected = gdlab.trace("adam", epochs=5, batch_size=8, shuffle=True, switch=switch, lr=0.2)
    np.testing.assert_array_equal(explorer.run.values, expected.values)


def test_a_schedule_starts_from_the_rate_in_its_box():
    explorer = gdlab.explore("adam_lesson", schedule="lesson_annealing", lr=1)
    assert "lr" not in explorer.boxes
    explorer.boxes["start_lr"].value = 0.5
    expected = gdlab.trace("adam_lesson", epochs=5, schedule="lesson_annealing", lr=0.5)
    np.testing.assert_array_equal(explorer.run.values, expected.values)


def test_a_surface_is_explored_by_steps():
    explorer = gdlab.explore("adam", surface="ravine", start={"u": -4, "v": 2}, lr=0.3)
    assert explorer.boxes["steps"].value == 100
    drag(explorer, "steps", 40)
    explorer.boxes["start_u"].value = -3
    start = {"u": -3, "v": 2}
    expected = gdlab.trace("adam", surface="ravine", start=start, lr=0.3, steps=40)
    np.testing.assert_array_equal(explorer.run.values, expected.values)


def test_points_of_ones_own_stay():
    points = [(1, 2), (2, 5), (4, 3)]
    explorer = gdlab.explore("sgd", points)
    explorer.boxes["lr"].value = 0.01
    expected = gdlab.trace("sgd", points, epochs=5, lr=0.01)
    np.testing.assert_array_equal(explorer.run.values, expected.values)


def test_a_rule_of_ones_own_has_plain_boxes_for_inputs_without_a_range():
    @gdlab.rule
    def slower(g, lr=0.001, wobble=0.5):
        """Mine."""
        step = lr * g * wobble
        return (), (step,)

    explorer = gdlab.explore(slower)
    assert "wobble" not in sliders(explorer)
    explorer.boxes["wobble"].value = 0.25
    expected = gdlab.trace("sgd", epochs=5, lr=0.00025)
    np.testing.assert_allclose(
        explorer.run.column("new_slope"), expected.column("new_slope"), rtol=1e-12
    )


def test_a_page_without_a_kernel_gets_a_table_and_a_picture():
    bundle, _ = gdlab.explore("rmsprop")._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert (
        '<img alt="Picture of rmsprop: loss, line" src="data:image/png;base64,'
        in (bundle["text/html"])
    )
    assert bundle["text/html"].count("<tr") > 29
    assert "rmsprop (lr=0.1" in bundle["text/plain"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"rule": "sdg"}, "no rule is called 'sdg'"),
        ({"rule": "sgd", "lr": -1}, "lr must be a number over 0"),
        ({"rule": "sgd", "surface": "hill"}, "no surface is called 'hill'"),
    ],
)
def test_bad_arguments_are_refused_as_trace_does(arguments, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        gdlab.explore(**arguments)


def test_what_is_typed_is_read_or_refused_as_a_text():
    explorer = gdlab.explore("adagrad")
    assert [one["name"] for one in explorer.fields] == list(explorer.boxes)
    type_in(explorer, "lr", "0,25")
    assert explorer.run.hyper["lr"] == 0.25
    move(explorer, "lr", 500)
    assert explorer.run.hyper["lr"] == 0.1
    assert {one["name"]: one["value"] for one in explorer.fields}["lr"] == "0.1"
    for text, told in (("-1", "lr must be a number over 0"), ("", "lr is empty; type a number")):
        type_in(explorer, "lr", text)
        assert told in explorer.words
    explorer.boxes["lr"].value = 0.1
    type_in(explorer, "lr", "?")
    # The number that it was before: what was refused goes from the page.
    type_in(explorer, "lr", "0.1")
    assert "alert" not in explorer.words
