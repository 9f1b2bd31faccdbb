"""``explore`` without a browser: values are set as a hand on the page would, and read back."""

import re

import ipywidgets as widgets
import numpy as np
import pytest

import gdlab
from gdlab.core.ranges import range_of
from gdlab.notebook import explore as module


def sliders(explorer):
    """All sliders by their names."""
    found = {}
    waiting = [explorer]
    while waiting:
        widget = waiting.pop()
        waiting += getattr(widget, "children", ())
        if isinstance(widget, widgets.IntSlider):
            found[widget.description] = widget
    return found


def drag(explorer, name, value):
    """Move a slider to where a number stands on it."""
    sliders(explorer)[name].value = range_of(name, explorer.run.table).step_of(value)


def cells(explorer, column):
    """A column's cells as they stand on the page, all digits."""
    _, *rows = re.findall(r"<tr>(.*?)</tr>", explorer.rows.value)
    place = list(explorer.run.frame.columns).index(column)
    found = [re.findall(r'<td(?: title="(.*?)")?>(.*?)</td>', row)[place] for row in rows]
    return [float(full or shown) for full, shown in found]


def test_a_column_is_as_wide_as_its_longest_number():
    explorer = gdlab.explore("sgd", [(-1.23457e-100, 2), (3, -12345.6)], lr=9e9, epochs=30)
    head, *rows = re.findall(r"<tr>(.*?)</tr>", explorer.rows.value)
    texts = zip(*(re.findall(">([^<]+)</t", row) for row in (head, *rows)), strict=True)
    widths = re.search('--columns:(.*?)"', explorer.rows.value)[1].split()
    assert "nan" in explorer.rows.value and len(rows) == 60
    for width, column in zip(widths, texts, strict=True):
        assert int(width.removesuffix("ch")) >= 2 + max(map(len, column)), column


def test_a_slider_moves_its_box_the_table_and_the_charts():
    explorer = gdlab.explore("sgd")
    before = explorer.charts.value
    drag(explorer, "lr", 0.00025)
    assert explorer.boxes["lr"].value == 0.000251
    expected = gdlab.trace("sgd", epochs=5, lr=0.000251)
    assert cells(explorer, "new_slope") == list(expected.column("new_slope"))
    assert "lr=0.000251" in explorer.words.value
    assert explorer.charts.value != before


def test_a_rate_slider_moves_in_powers_of_ten_and_gives_three_digits():
    explorer = gdlab.explore("sgd")
    slider = sliders(explorer)["lr"]
    given = []
    for place in (0, 201, 200, slider.max):
        slider.value = place
        given.append(explorer.boxes["lr"].value)
    # Typed: a hundred steps a decade from 10^-6 to 10; the second is 10^-3.99, the third 10^-4.
    assert given == [1e-06, 0.000102, 0.0001, 10.0]


# Every input of every rule with a slider, from each end of it to the other.
SHOWN = [(rule, name) for rule in sorted(gdlab.rules()) for name in gdlab.trace(rule).hyper]


@pytest.mark.sample(4)
@pytest.mark.parametrize(("rule", "name"), SHOWN)
def test_a_given_number_is_used_digit_for_digit(rule, name):
    """The browser answers a slider's place with a place: no number comes back changed."""
    limits = range_of(name, gdlab.trace(rule).table)
    if limits is None:
        pytest.skip(f"{name} has no slider")
    near = limits.low + (limits.high - limits.low) * 0.3141592653589793
    for value in (0.5, 0.003, 0.123456789, near):
        if not limits.low < value < limits.high or limits.step == 1:
            continue
        explorer = gdlab.explore(rule, epochs=1, **{name: value})
        assert explorer.boxes[name].value == explorer.run.hyper[name] == value
        slider = sliders(explorer)[name]
        # What a browser does when it draws the slider: it sends its own value back.
        slider.set_state({"value": slider.value})
        assert explorer.boxes[name].value == explorer.run.hyper[name] == value
        explorer.boxes[name].value = 0.1 + 0.2
        slider.set_state({"value": slider.value})
        assert explorer.run.hyper[name] == 0.1 + 0.2


def test_a_slider_stands_at_the_place_that_is_nearest():
    explorer = gdlab.explore("adagrad")
    slider = sliders(explorer)["lr"]
    assert slider.value == 570  # 0.5 = 10^-0.30: five decades and 70 steps above 10^-6
    explorer.boxes["lr"].value = 0.25
    assert slider.value == 540
    explorer.boxes["lr"].value = 1e-9
    assert slider.value == 0
    explorer.boxes["lr"].value = 1e9
    assert slider.value == slider.max


def test_a_typed_number_keeps_its_digits_and_the_slider_rests_at_its_end():
    explorer = gdlab.explore("sgd")
    explorer.boxes["start_slope"].value = 123.456789012345
    assert explorer.boxes["start_slope"].value == 123.456789012345
    assert sliders(explorer)["start_slope"].value == sliders(explorer)["start_slope"].max
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
    rows, drawn, run = explorer.rows.value, explorer.charts.value, explorer.run
    explorer.boxes[name].value = value
    assert f'role="alert">{words}<' in explorer.words.value
    assert (explorer.rows.value, explorer.charts.value) == (rows, drawn)
    assert explorer.run is run
    # The box shows what was typed: which run the rest of the page shows stands beside the reason.
    assert f"still those of {run.summary()}" in explorer.words.value
    explorer.boxes[name].value = 0.25 if name != "epochs" else 2
    assert 'role="status"' in explorer.words.value
    assert 'role="alert"' not in explorer.words.value
    assert explorer.run is not run


def test_an_error_that_nobody_foresaw_reaches_the_page(monkeypatch):
    explorer = gdlab.explore("sgd")

    def fail(run):
        raise RuntimeError("no <paint> left")

    monkeypatch.setattr(module, "charts", fail)
    explorer.boxes["lr"].value = 0.001
    assert 'role="alert">RuntimeError: no &lt;paint&gt; left<' in explorer.words.value


def test_an_explosion_is_said_and_shown():
    explorer = gdlab.explore("sgd", lr=0.01)
    assert "exploded: err2 in row 123" in explorer.words.value
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
    bundle = gdlab.explore("rmsprop")._repr_mimebundle_()
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


def test_a_host_without_ipywidgets_gets_the_same_explorer():
    explorer = gdlab.explore("adagrad")
    panel = explorer._display_()
    fields = {field["name"]: field for field in panel.fields}
    assert list(fields) == list(explorer.boxes)
    assert (fields["lr"]["value"], fields["lr"]["at"]) == (0.5, 570)
    panel.asked = {"name": "lr", "text": "0,25"}
    assert explorer.run.hyper["lr"] == 0.25
    panel.asked = {"name": "lr", "at": 500}
    assert explorer.run.hyper["lr"] == 0.1
    assert {field["name"]: field for field in panel.fields}["lr"]["value"] == 0.1
    assert explorer.rows.value in panel.page
    for text, told in (("-1", "lr must be a number over 0"), ("", "lr is empty; type a number")):
        panel.asked = {"name": "lr", "text": text}
        assert told in panel.page
    explorer.boxes["lr"].value = 0.1
    panel.asked = {"name": "lr", "text": "?"}
    # The number that it was before: what was refused goes from the page.
    panel.asked = {"name": "lr", "text": "0.1"}
    assert "alert" not in panel.page
