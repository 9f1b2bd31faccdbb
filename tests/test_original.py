"""The numbers stored in the cells of the original workbook, against ours, bit for bit.

``data/original_values.json`` holds the sheets basic and momentum, 29 rows each, as their cells
store them. Every column, the finite differences too, agrees to the last bit: the rules keep the
original's order of operations, so no cell needs a tolerance.
"""

import json
from pathlib import Path

import pytest

import gdlab

SHEETS = json.loads((Path(__file__).parent / "data" / "original_values.json").read_text())
BASIC = {
    "x": "x",
    "y": "y",
    "intercept": "intercept",
    "slope": "slope",
    "y_pred": "y_pred",
    "err^2": "err2",
    "errb1": "err2_h_intercept",
    "est de/db": "est_grad_intercept",
    "erra1": "err2_h_slope",
    "est de/da": "est_grad_slope",
    "de/db": "grad_intercept",
    "de/da": "grad_slope",
    "new a": "new_slope",
    "new b": "new_intercept",
}
MOMENTUM = {
    "x": "x",
    "y": "y",
    "b": "intercept",
    "a": "slope",
    "pred": "y_pred",
    "de/db": "grad_intercept",
    "de/da": "grad_slope",
    "new b": "new_intercept",
    "new a": "new_slope",
    "avg_b": "avg_intercept",
    "avg_a": "avg_slope",
    "err^2": "err2",
}


def stored(sheet, label):
    place = SHEETS[sheet]["columns"].index(label)
    return [row[place] for row in SHEETS[sheet]["rows"]]


def test_every_stored_column_is_compared():
    assert list(BASIC) == SHEETS["basic"]["columns"]
    assert list(MOMENTUM) == SHEETS["momentum"]["columns"]
    assert {len(sheet["rows"]) for name, sheet in SHEETS.items() if name != "note"} == {29}


@pytest.mark.kernel
@pytest.mark.parametrize("label", BASIC)
def test_basic_is_the_original_bit_for_bit(label):
    # The sheet basic estimates its derivatives with h = 0.01.
    run = gdlab.trace("sgd", lr=SHEETS["basic"]["lr"], h=0.01)
    assert run.column(BASIC[label]).tolist() == stored("basic", label)
    assert gdlab.lesson("basic").column(BASIC[label])[:29].tolist() == stored("basic", label)


@pytest.mark.kernel
@pytest.mark.parametrize("label", MOMENTUM)
def test_momentum_is_the_original_bit_for_bit(label):
    # The stored sheet had been run before: its averages start from the last row of that run.
    sheet = SHEETS["momentum"]
    start = {
        "intercept": sheet["start"]["intercept"],
        "slope": sheet["start"]["slope"],
        "avg_intercept": sheet["start"]["avg_b"],
        "avg_slope": sheet["start"]["avg_a"],
    }
    run = gdlab.trace("momentum", start=start, lr=sheet["lr"], beta=sheet["beta"])
    assert run.column(MOMENTUM[label]).tolist() == stored("momentum", label)


def test_the_lessons_points_are_the_originals():
    points = gdlab.lesson_points()
    assert points["x"].tolist() == stored("basic", "x")
    assert points["y"].tolist() == stored("basic", "y")


def test_the_articles_rmsprop_intercept():
    # Murthy reports 4.72 after two epochs; lr 0.1 and no eps give 4.7197.
    run = gdlab.trace("rmsprop", epochs=2, lr=0.1, beta=0.9, eps=0)
    assert run.final["intercept"] == pytest.approx(4.7197, abs=5e-5)


def macro_rmsprop(sqr_b, sqr_a):
    """One pass of the original's sheet rmsprop from (1, 1); the averages in its last row."""
    b = a = 1.0
    for x, y in zip(stored("basic", "x"), stored("basic", "y"), strict=True):
        de_db = 2 * (b + a * x - y)
        de_da = de_db * x
        b -= 0.02 * de_db / sqr_b**0.5
        a -= 0.02 * de_da / sqr_a**0.5
        sqr_b = 0.9 * sqr_b + 0.1 * de_db**2
        sqr_a = 0.9 * sqr_a + 0.1 * de_da**2
    return sqr_b, sqr_a


def test_the_rmsprop_lesson_starts_where_the_macro_leaves_it():
    # The macro begins with 10000 and twice takes the averages that stand in the last row.
    seeded = macro_rmsprop(*macro_rmsprop(10000, 10000))
    start = gdlab.lesson("rmsprop").start
    assert start["sqr_avg_intercept"] == pytest.approx(seeded[0], rel=1e-14)
    assert start["sqr_avg_slope"] == pytest.approx(seeded[1], rel=1e-14)


def test_the_adagrad_lesson_starts_where_the_macro_leaves_it():
    b = a = 1.0
    squares_b = squares_a = 0.0
    for x, y in zip(stored("basic", "x"), stored("basic", "y"), strict=True):
        de_db = 2 * (b + a * x - y)
        de_da = de_db * x
        b -= de_db * 0.001 / 10000
        a -= de_da * 0.001 / 10000
        squares_b += de_db**2
        squares_a += de_da**2
    start = gdlab.lesson("adagrad").start
    assert start["divisor_intercept"] == pytest.approx(squares_b**0.5 / 29, rel=1e-14)
    assert start["divisor_slope"] == pytest.approx(squares_a**0.5 / 29, rel=1e-14)


def test_the_annealing_lesson_quarters_the_rate_as_the_macro_does():
    # r = SQRT(sq_b) + SQRT(sq_a) of an epoch's last row over the smallest r so far: over 2, the
    # rate is divided by 4.
    run = gdlab.lesson("adam_ann", epochs=40)
    rate, smallest, rates = 1.0, None, []
    for epoch in range(40):
        rates.append(rate)
        last = epoch * 29 + 28
        size = sum(run.column(f"sqr_avg_{name}")[last] ** 0.5 for name in ("intercept", "slope"))
        smallest = size if smallest is None or size < smallest else smallest
        if size / smallest > 2:
            rate /= 4
    assert run.epochs["lr"].tolist() == rates
    assert run.column("lr")[::29].tolist() == rates
    assert len(set(rates)) > 2
