"""Races on handwritten digits: against torch, against plain Python, and what they refuse."""

import json
import os
import random
import signal
import subprocess
import sys
from contextlib import contextmanager
from html.parser import HTMLParser

import nbformat
import numpy as np
import pytest
import record_digits
import record_torch
from threadpoolctl import threadpool_info, threadpool_limits

import gdlab
from gdlab import digits
from gdlab.core import engine
from gdlab.studies.digits import running
from gdlab.studies.digits.data import Digits

RECORDED = json.loads(record_digits.FILE.read_text(encoding="utf-8"))
CLOSE = 1e-9
FULL = os.environ.get("GDLAB_PROOF") == "full"
# A picture of every fortieth of the images: 100 to learn from, in two batches of 64 and 36.
SOME = 40


@pytest.fixture(scope="module")
def few():
    given = digits.mnist_5000()
    return Digits(*(array[::SOME] for array in given))


@pytest.fixture(scope="module")
def raced(few):
    return digits.race(data=few, updates=30)


def assert_close(found, wanted, what):
    np.testing.assert_allclose(found, wanted, rtol=CLOSE, atol=0, err_msg=what)


# Against torch


@pytest.mark.sample(3)
@pytest.mark.kernel
@pytest.mark.parametrize("name", record_digits.RUNS)
def test_weights_are_those_that_torch_was_recorded_with(name):
    rule, _, _, hyper = record_digits.RUNS[name]
    # As plain Python, 200 updates would take a quarter of a minute.
    for updates in record_digits.KEPT if engine.numba_wanted() else record_digits.KEPT[:1]:
        race = digits.race({rule: hyper}, updates=updates)
        wanted = RECORDED["runs"][name]
        *weights, biases = wanted["kept"][str(updates)]
        assert_close(record_digits.chosen(race.weights[rule]), weights, f"weights, {updates}")
        assert_close(race.biases[rule], biases, f"biases, {updates}")
        losses = race.loss[rule].to_numpy()[record_digits.EVERY - 1 :: record_digits.EVERY]
        assert_close(losses, wanted["losses"][: len(losses)], "losses")


@pytest.mark.sample(3)
@pytest.mark.parametrize("name", record_digits.RUNS)
def test_weights_are_those_of_torch(name, torch):
    rule, optimizer, settings, hyper = record_digits.RUNS[name]
    losses, kept = record_digits.compute(torch, optimizer, settings)
    race = digits.race({rule: hyper}, updates=record_digits.UPDATES)
    weights, biases = kept[record_digits.UPDATES]
    assert_close(race.weights[rule], weights, "weights")
    assert_close(race.biases[rule], biases, "biases")
    assert_close(race.loss[rule], losses, "losses")
    # What is recorded is what torch gives.
    wanted = RECORDED["runs"][name]
    *recorded, _ = wanted["kept"][str(record_digits.UPDATES)]
    assert_close(record_digits.chosen(weights), recorded, "recorded")


def test_every_rule_that_torch_has_is_raced_against_it():
    raced = {rule for rule, *_ in record_digits.RUNS.values()}
    # Blank pixels need eps, and in rmsprop_centered torch has it in another place than Graves.
    assert {*record_torch.RUNS} - {"rmsprop_centered"} <= raced <= {*gdlab.rules()}


# The rules, element by element


@pytest.mark.skipif(not engine.numba_wanted(), reason="the compiler is switched off")
def test_compiled_and_plain_weights_have_the_same_bits(few, monkeypatch):
    # adam_lesson and adagrad_lesson divide 0 by 0 where a pixel is blank: nan, in both.
    rules = {rule: {"weight_decay": 0.03} for rule in gdlab.rules()}
    compiled = digits.race(rules, few, updates=3)
    monkeypatch.setattr(engine, "numba_wanted", lambda: False)
    plain = digits.race(rules, few, updates=3)
    for rule in rules:
        np.testing.assert_array_equal(compiled.weights[rule], plain.weights[rule], rule)
        np.testing.assert_array_equal(compiled.biases[rule], plain.biases[rule], rule)


@pytest.mark.kernel
def test_a_rule_of_ones_own_is_told_which_update_it_is(few):
    @gdlab.rule
    def counting(g, t, epoch, sample, n, total_prev=0.5, lr=0.001):
        total = total_prev + t + 10 * epoch + 100 * sample + 1000 * n
        step = lr * total + 0 * g
        return (total,), (step,)

    start = digits.race(counting, few, updates=1, seed=3)
    end = digits.race("counting", few, updates=3, seed=3)
    # Updates 1 and 2 are the two batches of epoch 1; update 3 is the first batch of epoch 2.
    second = 0.5 + 2111 + 2212
    third = second + 2123
    moved = start.weights["counting"] - end.weights["counting"]
    np.testing.assert_allclose(moved, 0.001 * (second + third), rtol=1e-12)
    assert end.hyper["counting"]["lr"] == 0.001


def test_the_first_numbers_are_drawn_as_the_docstring_says(few):
    @gdlab.rule
    def resting(g, lr=0.1):
        step = lr * 0 * g
        return (), (step,)

    race = digits.race(resting, few, updates=2, seed=5)
    draw = random.Random(5)
    first = [draw.uniform(-1 / 28, 1 / 28) for _ in range(785 * 10)]
    np.testing.assert_allclose(race.weights["resting"].ravel(), first[:7840], rtol=1e-15)
    np.testing.assert_allclose(race.biases["resting"], first[7840:], rtol=1e-15)
    # The loss by hand, number by number, of the two batches: 64 images and the last 36.
    order = draw.sample(range(100), 100)
    for update, batch in enumerate((order[:64], order[64:]), 1):
        total = 0.0
        for place in batch:
            for digit in range(10):
                output = first[7840 + digit] + sum(
                    first[10 * pixel + digit] * few.images[place, pixel] / 255
                    for pixel in np.flatnonzero(few.images[place])
                )
                total += (output - (few.labels[place] == digit)) ** 2
        mean = total / (len(batch) * 10)
        assert race.loss.loc[update, "resting"] == pytest.approx(mean, rel=1e-12)


def test_weight_decay_is_for_every_rule(few):
    names = ("sgd", "adamw", "lion")
    together = digits.race(names, few, updates=4, weight_decay=0.1)
    apart = digits.race({name: {"weight_decay": 0.1} for name in names}, few, updates=4)
    without = digits.race(names, few, updates=4)
    for name in names:
        assert together.hyper[name]["weight_decay"] == 0.1
        np.testing.assert_array_equal(together.weights[name], apart.weights[name])
        # A pixel that is blank in all images has no gradient: decay alone moves its weights.
        shrunk = together.weights[name][0] / without.weights[name][0]
        assert ((shrunk > 0.9) & (shrunk < 1)).all(), name


# The frames


def test_the_frames_have_a_row_per_update_and_per_epoch(few):
    race = digits.race(("sgd", "adam"), few, updates=5)
    assert race.rules == ("sgd", "adam")
    assert list(race.loss) == list(race.accuracy) == ["sgd", "adam"]
    assert race.loss.index.tolist() == [1, 2, 3, 4, 5]
    assert (race.loss.index.name, race.accuracy.index.name) == ("update", "epoch")
    # Two epochs of two batches, and a part of a third.
    assert race.accuracy.index.tolist() == [1, 2, 3]
    assert race.batches == 2
    for rule in race.rules:
        outputs = few.test_images / 255 @ race.weights[rule] + race.biases[rule]
        right = [
            int(np.argmax(row)) == label
            for row, label in zip(outputs, few.test_labels, strict=True)
        ]
        assert race.accuracy[rule].iloc[-1] == sum(right) / len(right)
    assert repr(race).startswith("<Race of 5 updates; test accuracy: sgd ")


def test_a_race_alone_is_the_same_race(few, raced):
    alone = digits.race("rmsprop", few, updates=30)
    np.testing.assert_array_equal(alone.loss["rmsprop"], raced.loss["rmsprop"])
    assert not (alone.loss["rmsprop"] == raced.loss["adam"]).iloc[5:].any()
    other = digits.race("rmsprop", few, updates=30, seed=1)
    assert (alone.loss != other.loss).all(axis=None)


def test_when_a_curve_comes_near_its_floor(few):
    race = digits.race(("sgd", "adam"), few, updates=60, batch_size=30)
    assert race.batches == 4
    for rule in race.rules:
        losses = race.loss[rule].tolist()
        means = {u: sum(losses[u - 4 : u]) / 4 for u in range(4, 61)}
        floor = min(means.values())
        found = race.floors.loc[rule]
        assert found["floor"] == pytest.approx(floor, rel=1e-12)
        assert found["near"] == pytest.approx(floor * 1.05, rel=1e-12)
        assert found["update"] == min(u for u, mean in means.items() if mean <= floor * 1.05)
    short = digits.race("sgd", few, updates=3, batch_size=30)
    assert short.floors.isna().all(axis=None)


def test_rates_are_the_best_of_their_grid():
    rules = running.RATES if FULL else ["sgd"]
    for rule in rules:
        rate = running.RATES[rule]
        digit = f"{rate:e}"[0]
        down, up = {"1": (0.5, 2), "2": (0.5, 2.5), "5": (0.4, 2)}[digit]
        ends = [
            digits.race({rule: {"lr": lr}}).smooth[rule].iloc[-1]
            for lr in (rate * down, rate, rate * up)
        ]
        assert not ends[1] >= ends[0] and not ends[1] >= ends[2], (rule, ends)


def test_an_explosion_is_kept(few):
    with np.errstate(all="raise"):
        race = digits.race({"sgd": {"lr": 1000}, "adam": {}}, few, updates=200)
    assert np.isinf(race.loss["sgd"]).any() and np.isnan(race.loss["sgd"].iloc[-1])
    assert np.isfinite(race.loss["adam"]).all()
    assert race.accuracy.isna().iloc[-1].to_dict() == {"sgd": True, "adam": False}
    assert "sgd nan%" in repr(race)
    assert digits.plot_race(race)._repr_png_() and digits.plot_weights(race)._repr_png_()


# Stopping


def stopping_at(update):
    """A progress bar that presses Ctrl-C after some updates."""
    seen = []

    @contextmanager
    def progress(what, total):
        def advance(parts):
            seen.append(parts)
            if len(seen) == update:
                signal.raise_signal(signal.SIGINT)

        yield advance

    return progress


def test_a_stopped_race_keeps_what_was_computed(few, raced, monkeypatch, capsys):
    monkeypatch.setattr(running, "progress", stopping_at(7))
    before = signal.getsignal(signal.SIGINT)
    race = digits.race(data=few, updates=30)
    assert signal.getsignal(signal.SIGINT) is before
    assert len(race.loss) == 7 and len(race.accuracy) == 4
    np.testing.assert_array_equal(race.loss, raced.loss.iloc[:7])
    assert capsys.readouterr().err == "Stopped after 7 of 30 updates.\n"
    assert repr(race).startswith("<Race of 7 of 30 updates;")
    # All rules have made the same updates.
    monkeypatch.undo()
    for rule in race.rules:
        wanted = digits.race(rule, few, updates=7).weights[rule]
        np.testing.assert_array_equal(race.weights[rule], wanted)


def test_progress_counts_the_updates(few, monkeypatch):
    told = []

    @contextmanager
    def progress(what, total):
        told.append(total)
        yield told.append

    monkeypatch.setattr(running, "progress", progress)
    digits.race("sgd", few, updates=3)
    assert told == [3, 1, 1, 1]


def test_a_race_takes_one_thread(few, monkeypatch):
    threads = []

    def note(parts):
        threads.append(
            [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]
        )

    @contextmanager
    def progress(what, total):
        yield note

    # What the compiler brings along is loaded before the threads are counted.
    digits.race("sgd", few, updates=1)
    monkeypatch.setattr(running, "progress", progress)
    with threadpool_limits(2, user_api="blas"):
        digits.race("sgd", few, updates=1)
        note(0)
    assert set(threads[0]) == {1} and set(threads[1]) == {2}


# What is refused


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"rules": ()}, "at least one rule"),
        ({"rules": ("sgd", "sgd")}, "sgd is named twice"),
        ({"rules": ("sdg",)}, "no rule is called 'sdg'"),
        ({"rules": 7}, "rules must be names"),
        ({"rules": {"sgd": 0.1}}, "sgd: give hyperparameters like"),
        ({"rules": {"sgd": {"beta": 0.1}}}, "sgd has no hyperparameter 'beta'"),
        ({"rules": {"sgd": {"lr": 0}}}, "lr must be a number over 0"),
        ({"weight_decay": -1}, "weight_decay must be a number 0 or more"),
        ({"updates": 0}, "updates must be a whole number from 1"),
        ({"updates": 1.5}, "updates must be a whole number from 1"),
        ({"batch_size": 0}, "batch_size must be a whole number from 1"),
        ({"seed": -1}, "seed must be a whole number from 0"),
        ({"data": [[1, 2]]}, "data are digits as gdlab.digits.read_idx"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(given, words):
    with pytest.raises(ValueError, match=words) as told:
        digits.race(**given)
    assert "\n" not in str(told.value)


def test_bad_data_are_refused_in_one_line(few):
    for bad, words in (
        (few._replace(images=few.images / 255), r"rows of 784 uint8, not \(100, 784\) of float64"),
        (few._replace(test_images=few.images[:, :5]), r"not \(100, 5\) of uint8"),
        (few._replace(labels=few.labels[1:]), "one label from 0 to 9"),
        (few._replace(labels=few.labels + 1), "one label from 0 to 9"),
        (few._replace(test_images=few.images[:0]), r"not \(0, 784\)"),
    ):
        with pytest.raises(ValueError, match=words) as told:
            digits.race(data=bad)
        assert "\n" not in str(told.value)


# Pictures and the riddle


def legends(picture):
    return [
        [text.get_text() for text in axes.get_legend().get_texts()]
        for axes in picture.figure.axes
        if axes.get_legend()
    ]


def test_the_curves_are_the_frames(raced):
    picture = digits.plot_race(raced)
    assert legends(picture) == [list(raced.rules)] * 3
    first, later, accuracy = picture.figure.axes
    for place, rule in enumerate(raced.rules):
        np.testing.assert_array_equal(first.lines[place].get_ydata(), raced.loss[rule].iloc[:2])
        np.testing.assert_array_equal(later.lines[place].get_ydata(), raced.smooth[rule])
        np.testing.assert_array_equal(accuracy.lines[place].get_ydata(), raced.accuracy[rule])


def test_the_weights_are_ten_images_a_rule(raced):
    axes = digits.plot_weights(raced).figure.axes
    assert len(axes) == 40
    assert [one.get_title() for one in axes[:10]] == list("0123456789")
    shown = axes[30 + 4].images[0]
    np.testing.assert_array_equal(np.ravel(shown.get_array()), raced.weights["adam"][:, 4])
    low, high = shown.get_clim()
    assert high == -low == np.abs(raced.weights["adam"]).max()


class Still(HTMLParser):
    """What a page without a kernel shows at once, and what only when it is unfolded."""

    def __init__(self):
        super().__init__()
        self.folded, self.open = [], []
        self.within = False

    def handle_starttag(self, tag, attrs):
        self.within = self.within or tag == "details"
        self.open += [value for name, value in attrs if name == "alt"]

    def handle_data(self, data):
        (self.folded if self.within else self.open).append(data)


def test_a_riddles_seed_is_a_whole_number(raced):
    with pytest.raises(ValueError, match="seed must be a whole number from 0"):
        digits.riddle(raced, seed=-1)


def test_a_riddle_tells_its_answers_by_the_button_alone(raced):
    riddle = digits.riddle(raced, seed=2)
    assert sorted(riddle.answers.values()) == sorted(raced.rules)
    assert list(riddle.answers) == list("ABCD") == list(riddle.guesses)
    assert legends(riddle.picture) == [list("ABCD")] * 2
    # Each letter's curve is that of its rule.
    for line, rule in zip(
        riddle.picture.figure.axes[1].lines, riddle.answers.values(), strict=True
    ):
        np.testing.assert_array_equal(line.get_ydata(), raced.smooth[rule])
    assert riddle.words.value == ""
    right, wrong = riddle.answers["A"], riddle.answers["A"]
    riddle.guesses["A"].value, riddle.guesses["B"].value = right, wrong
    riddle.button.click()
    said = riddle.words.value
    assert f"<b>A</b> is {right} ✓" in said
    assert f"<b>B</b> is {riddle.answers['B']} ✗ not {wrong}" in said
    assert f"<b>C</b> is {riddle.answers['C']}<br>" in said
    assert "1 of 4 right." in said
    assert digits.riddle(raced).answers != digits.riddle(raced, seed=1).answers


def test_a_riddle_without_a_kernel_has_its_answers_folded_away(raced):
    riddle = digits.riddle(raced)
    bundle = riddle._repr_mimebundle_()
    still = Still()
    still.feed(bundle["text/html"])
    shown, folded = " ".join(still.open), " ".join(still.folded)
    for letter, rule in riddle.answers.items():
        assert rule not in shown + bundle["text/plain"]
        assert f"{letter} is {rule}" in folded
    assert bundle["text/html"].count("data:image/png;base64,") == 1


# The notebook


def told(notebook, source):
    """A cell's table as it is stored: {row: {column: number}}."""
    cell = next(cell for cell in notebook.cells if cell.source.endswith(source))
    lines = cell.outputs[-1]["data"]["text/plain"].splitlines()
    heads = lines[0].split()
    heads = heads[1:] if heads[0] == "rule" else heads
    rows = [line.split() for line in lines[1:]]
    return {row[0]: dict(zip(heads, map(float, row[1:]), strict=True)) for row in rows if row[1:]}


def test_the_sentences_of_the_notebook():
    path = record_digits.FILE.parents[2] / "notebooks" / "09_digits.ipynb"
    notebook = nbformat.read(path, as_version=4)
    race, decayed = digits.race(), digits.race(weight_decay=0.1)
    # Momentum is behind in the first updates, SGD in the end.
    assert (race.loss.iloc[1:9].idxmax(axis="columns") == "momentum").all()
    assert race.smooth.iloc[-1].idxmax() == "sgd"
    assert digits.race({"sgd": {"lr": 0.3}}).loss["sgd"].max() > 1e100
    assert digits.race({"sgd": {"lr": 0.2}}).loss["sgd"].max() < 1
    # Three times as many updates: near the floor more than twice as late.
    early = told(notebook, "race.floors.round(4)")
    late = told(notebook, "race(updates=3000).floors.round(4)")
    assert list(early) == list(late) == list(race.rules)
    assert all(late[rule]["update"] > 2 * early[rule]["update"] for rule in early)
    # SGD shows the noise that it began with; Adam's largest weights are where ink is rare.
    ink = (digits.mnist_5000().images > 0).mean(axis=0)
    blank = ink == 0
    assert blank.sum() == 124
    largest = {rule: np.argsort(np.abs(race.weights[rule]).max(axis=1))[-78:] for rule in early}
    rare = {rule: np.median(ink[largest[rule]]) for rule in early}
    assert rare["adam"] < 0.01 < 0.1 < np.median(ink[~blank])
    noise = {rule: w[blank].std() / w[~blank].std() for rule, w in race.weights.items()}
    assert noise["sgd"] == max(noise.values()) > 0.6 > noise["adam"]
    # With decay the four show the same, and nothing where there is no ink.
    flat = np.array([weights.ravel() for weights in decayed.weights.values()])
    assert np.corrcoef(flat).min() > 0.97
    assert np.abs(decayed.weights["adam"][blank]).max() < 0.001 < np.abs(flat).max() / 10
    shares = told(notebook, 'name="weight_decay"))')
    for rule in ("sgd", "adam"):
        assert shares["0.001"][rule] >= shares["0.000"][rule] > shares["0.100"][rule]
        assert decayed.smooth[rule].iloc[-1] > race.smooth[rule].iloc[-1]
    real = told(notebook, "long.floors.round(4)")
    assert real["adam"]["update"] < real["sgd"]["update"] < early["sgd"]["update"] * 2
    # Down to the same loss Adam needs about half of SGD's updates.
    long = digits.race(("sgd", "adam"), updates=3000, weight_decay=0.01)
    for loss in (0.045, 0.044, 0.043, 0.042, 0.041):
        when = (long.smooth <= loss).idxmax()
        assert 1.8 < when["sgd"] / when["adam"] < 2.4
    # Adam is ahead by the loss, the test images are within half a percent; later SGD leads there.
    far = digits.race(updates=3000)
    assert race.smooth.iloc[-1].idxmin() == far.smooth.iloc[-1].idxmin() == "adam"
    assert np.ptp(race.accuracy.iloc[-1]) <= 0.005
    assert far.accuracy.iloc[-1].idxmax() == "sgd"
    assert digits.race("adamw", updates=1).hyper["adamw"]["lr"] * 0.1 == pytest.approx(1 / 10_000)


# The face


def test_digits_are_there_after_import_gdlab_and_not_before():
    code = (
        "import sys, gdlab\n"
        "assert 'digits' in dir(gdlab) and 'gdlab.studies.digits' not in sys.modules\n"
        "assert gdlab.digits.race.__module__ == 'gdlab.studies.digits.running'\n"
        "assert 'torch' not in sys.modules and 'mlxtend' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
