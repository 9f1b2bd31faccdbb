"""The bounds on what rounding can do to a result: never too narrow, and not needlessly wide."""

import ast
import math
import random

import pytest
from learners import ERROR, value

import gdlab
from gdlab.core.trace import trace
from gdlab.language.evaluate import CellError
from gdlab.marking.bounds import EVERYTHING, bound, hull, meet, rounded


def interval(text, **names):
    """The interval of a formula written as text."""
    floats = {name: (float(low), float(high)) for name, (low, high) in names.items()}
    return bound(ast.parse(text, mode="eval").body)(floats)


def between(low, high):
    """Approximately an interval."""
    return pytest.approx((low, high), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    ("text", "names", "low", "high"),
    [
        ("a + b", {"a": (1.15, 1.25), "b": (2, 3)}, 3.15, 4.25),
        ("a - b", {"a": (1.15, 1.25), "b": (2, 3)}, -1.85, -0.75),
        ("a * b", {"a": (-2, 3), "b": (-5, 4)}, -15, 12),
        ("a * a", {"a": (-2, 3)}, 0, 9),
        ("a * a", {"a": (-3, -2)}, 4, 9),
        ("a / b", {"a": (1, 2), "b": (4, 5)}, 0.2, 0.5),
        ("a / b", {"a": (1, 2), "b": (-5, -4)}, -0.5, -0.2),
        ("a / b", {"a": (1, 2), "b": (0, 4)}, 0.25, math.inf),
        ("a / b", {"a": (1, 2), "b": (-4, 0)}, -math.inf, -0.25),
        ("a / b", {"a": (-2, -1), "b": (0, 4)}, -math.inf, -0.25),
        ("a / b", {"a": (1, 2), "b": (-1, 4)}, -math.inf, math.inf),
        ("-a", {"a": (1, 2)}, -2, -1),
        ("a ** b", {"a": (0.5, 0.9), "b": (2, 3)}, 0.125, 0.81),
        ("a ** b", {"a": (2, 3), "b": (-1, 2)}, 1 / 3, 9),
        ("a ** b", {"a": (-3, 2), "b": (2, 2)}, 0, 9),
        ("a ** b", {"a": (-3, -2), "b": (3, 3)}, -27, -8),
        ("a ** b", {"a": (0, 2), "b": (-1, -1)}, 0.5, math.inf),
        ("sqrt(a)", {"a": (4, 9)}, 2, 3),
        ("sqrt(a)", {"a": (-1, 9)}, 0, 3),
        ("abs(a)", {"a": (-3, 2)}, 0, 3),
        ("abs(a)", {"a": (-3, -2)}, 2, 3),
        ("sign(a)", {"a": (-3, 2)}, -1, 1),
        ("sign(a)", {"a": (0, 2)}, 0, 1),
        ("floor(a)", {"a": (1.5, 3.2)}, 1, 3),
        ("floor(a)", {"a": (1.5, math.inf)}, 1, math.inf),
        ("min(a, b)", {"a": (1, 4), "b": (2, 3)}, 1, 3),
        ("max(a, b)", {"a": (1, 4), "b": (2, 3)}, 2, 4),
        ("exp(a)", {"a": (-1, 2)}, math.exp(-1), math.exp(2)),
        ("exp(a)", {"a": (-math.inf, 0)}, 0, 1),
        ("exp(a)", {"a": (0, 1000)}, 1, math.inf),
        ("log(a)", {"a": (1, 4)}, 0, math.log(4)),
        ("log(a)", {"a": (-1, 1)}, -math.inf, 0),
        ("sin(a)", {"a": (0.5, 1)}, math.sin(0.5), math.sin(1)),
        ("sin(a)", {"a": (1, 2)}, math.sin(1), 1),
        ("sin(a)", {"a": (4, 5)}, -1, math.sin(4)),
        ("cos(a)", {"a": (0.5, 1)}, math.cos(1), math.cos(0.5)),
        ("cos(a)", {"a": (-0.5, 1)}, math.cos(1), 1),
        ("cos(a)", {"a": (3, 4)}, -1, math.cos(4)),
        ("cos(a)", {"a": (0, 100)}, -1, 1),
        ("cos(pi)", {}, -1, -1),
        ("1 if a < b else 2", {"a": (1, 2), "b": (3, 4)}, 1, 1),
        ("1 if a < b else 2", {"a": (1, 3), "b": (2, 4)}, 1, 2),
        ("1 if a >= b else 2", {"a": (1, 2), "b": (3, 4)}, 2, 2),
        ("1 if a <= b else 2", {"a": (1, 3), "b": (3, 4)}, 1, 1),
        ("1 if a > b else 2", {"a": (1, 3), "b": (3, 4)}, 2, 2),
        ("1 if a == 1 else 2", {"a": (1, 1)}, 1, 1),
        ("1 if a == 1 else 2", {"a": (0.9, 1.1)}, 1, 2),
        ("1 if a != 1 else 2", {"a": (2, 3)}, 1, 1),
        ("1 / a if a != 0 else 2", {"a": (0, 0)}, 2, 2),
    ],
)
def test_by_hand(text, names, low, high):
    assert interval(text, **names) == between(low, high)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("sqrt(a)", {"a": (-2, -1)}),
        ("1 / a", {"a": (0, 0)}),
        ("log(a)", {"a": (-2, 0)}),
        ("a ** 0.5", {"a": (-2, -1)}),
        ("sqrt(a) if a < b else sqrt(a)", {"a": (-2, -1), "b": (-2, -1)}),
    ],
)
def test_no_number_at_all_is_an_error(text, names):
    with pytest.raises(CellError, match="#"):
        interval(text, **names)


def test_infinities_that_cancel_leave_everything_open():
    far = (1e308, math.inf)
    assert interval("a - b", a=far, b=far) == EVERYTHING


def test_an_unknown_name_is_a_key_error():
    with pytest.raises(KeyError):
        interval("a + b", a=(1, 2))


def test_a_rounded_number_stands_for_all_that_round_to_it():
    low, high = rounded(58.05, 2)
    assert low == pytest.approx(58.045, abs=1e-9)
    assert high == pytest.approx(58.055, abs=1e-9)
    # A half in the last place may have been rounded either way.
    assert low <= 58.045
    assert high >= 58.055
    assert rounded(58.05, None) == pytest.approx((58.05, 58.05), abs=1e-11)
    assert rounded(58.0, None) == (58.0, 58.0)
    assert rounded(5800.0, -2) == (5750.0 - 5e-8, 5850.0 + 5e-8)


def test_meet_and_hull():
    assert meet((1, 3), (2, 4)) == (2, 3)
    assert meet((1, 2), (3, 4)) is None
    assert hull((1, 2), (5, 6), (3, 4)) == (1, 6)


@pytest.mark.parametrize("rule", gdlab.rules())
def test_no_rounding_of_any_column_escapes(rule):
    """Points drawn inside the names' intervals, computed by Python, lie inside the bound."""
    draw = random.Random(rule)
    table = trace(rule, [(1, 2)], h=0.01).table
    for column in table.columns:
        if column.expression is None:
            continue
        text, limits = ast.unparse(column.expression), bound(column.expression)
        for _ in range(15):
            middle = {name: draw.choice((0.0, draw.gauss(0, 2))) for name in column.precedents}
            width = {name: draw.choice((0.0, 0.005, 0.5)) for name in middle}
            names = {
                name: (middle[name] - width[name], middle[name] + width[name]) for name in middle
            }
            try:
                low, high = limits(names)
            except CellError:
                low = high = math.nan
            for _ in range(15):
                inside = {
                    name: draw.choice((*ends, draw.uniform(*ends))) for name, ends in names.items()
                }
                result = value(text, inside.__getitem__)
                if result is not ERROR:
                    assert low <= result <= high, (text, inside)
