"""The page's arithmetic by itself: a spreadsheet's values, powers and functions rounded rightly."""

import ast
import math
import os
import random
from decimal import Decimal, localcontext
from fractions import Fraction
from unittest import mock

import expressions
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pages import joined, opened

from gdlab.language.evaluate import DIV0, FUNCTIONS, NUM, CellError, evaluate
from gdlab.language.javascript import javascript

FULL = os.environ.get("GDLAB_PROOF") == "full"


# The dialect against the spreadsheet's arithmetic in Python, which other engines confirm


@pytest.fixture(scope="module")
def calculator(browser):
    """What the page's spreadsheet arithmetic makes of a text: ``calculator(text, cells)``."""
    with opened(browser) as page:
        code = f"{joined('arithmetic.js')};window.sheet = SHEET"
        page.set_content(f"<script type=module>{code}</script>")

        def compute(text, cells):
            return page.evaluate(
                """([text, names, numbers]) => {
                    const known = [...Object.keys(window.sheet), ...names];
                    const f = new Function(...known, `return ${text}`);
                    return f(...Object.values(window.sheet), ...numbers);
                }""",
                [text, list(cells), list(cells.values())],
            )

        yield compute


CELLS = st.fixed_dictionaries(
    dict.fromkeys(
        expressions.NAMES,
        st.one_of(
            st.integers(-9, 9).map(float),
            st.floats(-1000, 1000),
            st.sampled_from([0.0, -0.0, 5e-324, 1e308, 0.5, math.nan, math.inf]),
        ),
    )
)


NOUGHTS = dict.fromkeys(expressions.NAMES, 0.0)


@given(expressions.trees, CELLS)
@example(expressions.tree("a / b"), NOUGHTS | {"a": 1.0})
@example(expressions.tree("a / (b * c)"), NOUGHTS)
@example(expressions.tree("b ** (a + a)"), NOUGHTS | {"a": -1.0})
@example(expressions.tree("(a if b > c else d) + 1"), NOUGHTS | {"b": math.inf, "c": math.nan})
@example(expressions.tree("-a + b"), NOUGHTS | {"a": math.inf})
@settings(max_examples=3_000 if FULL else 200, deadline=None, derandomize=True)
def test_expressions_have_a_spreadsheets_values(calculator, tree, cells):
    functions = {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)}
    powers = any(isinstance(part, ast.Pow) for part in ast.walk(tree))
    # A function of a power may make much of the power's last bit.
    assume(not (powers and functions & {"exp", "log", "cos", "sin"}))
    found, wanted = float(calculator(javascript(tree, str), cells)), on_a_sheet(tree, cells)
    if powers:
        assert found == pytest.approx(wanted, rel=1e-9, abs=1e-300, nan_ok=True)
    else:
        assert found == wanted or (math.isnan(found) and math.isnan(wanted))


def on_a_sheet(tree, cells):
    """The value as gdlab's own spreadsheet arithmetic has it; NaN is #NUM!, infinity #DIV/0!."""

    def value(name):
        if not math.isfinite(cells[name]):
            raise CellError(NUM if math.isnan(cells[name]) else DIV0)
        return cells[name]

    try:
        with mock.patch.dict(FUNCTIONS, exp=rounded(Decimal.exp), log=rounded(Decimal.ln)):
            return evaluate(tree, value)
    except CellError as error:
        return math.nan if str(error) == NUM else math.inf


def rounded(function):
    """A function computed with digits to spare and rounded once, as the page has it."""

    def compute(number):
        with localcontext() as context:
            context.prec = 60
            return float(function(Decimal(number)))

    return compute


# Powers and functions against exact arithmetic


@pytest.fixture(scope="module")
def powers(browser):
    """The page's powers and functions: ``powers("power", pairs)``."""
    with opened(browser) as page:
        code = (
            f"{joined('powers.js')};window.powers = {{power, exponential, logarithm, cosine, sine}}"
        )
        page.set_content(f"<script type=module>{code}</script>")

        def compute(name, arguments):
            found = page.evaluate(
                "([name, all]) => all.map((one) => window.powers[name](...one))", [name, arguments]
            )
            # A large whole number comes as an int.
            return [float(one) for one in found]

        yield compute


def test_powers_are_rounded_correctly(powers):
    draw = random.Random(0)
    whole = [
        (base, float(t)) for base in (0.9, 0.99, 0.999, 0.95, 0.5, 1.5, 1e-5) for t in range(1, 300)
    ]
    pairs = [(base, t) for base, t in whole if abs(t * math.log10(base)) < 300]
    pairs += [(0.96, t * 0.004) for t in range(1, 300)]
    pairs += [(10 ** draw.uniform(-8, 8), draw.uniform(-30, 30)) for _ in range(300)]
    # Near 1, where a logarithm is small and its exponent large.
    near = [1 + draw.choice((-1, 1)) * 10 ** draw.uniform(-15, -1) for _ in range(200)]
    pairs += [(base, draw.uniform(-600, 600) / math.log(base)) for base in near]
    off = 0
    with localcontext() as context:
        context.prec = 90
        for (base, exponent), found in zip(pairs, powers("power", pairs), strict=True):
            if exponent.is_integer() and abs(exponent) < 1000:
                # Some powers lie just between two numbers.
                exact = float(Fraction(base) ** int(exponent))
            else:
                exact = float((Decimal(base).ln() * Decimal(exponent)).exp())
            assert float(found) == exact, (base, exponent)
            # What Python's C library gives is the same, or its neighbour.
            assert abs(base**exponent - exact) <= math.ulp(exact)
            off += base**exponent != exact
    assert off <= len(pairs) / 100


def test_powers_of_what_is_no_ordinary_number(powers):
    pairs = [
        (0.0, 0.0), (0.0, 2.0), (-0.0, 3.0), (1.0, math.inf), (-1.0, 5.0), (-2.0, 3.0), (-2.0, -4),
        (2.0, 1023.0), (2.0, -1074.0), (0.9, 7000.0), (0.5, 1075.0), (2.0, 0.5), (1e308, 1.0),
        (5e-324, 1.0), (3.0, -2.0), (-1.0, math.inf), (0.5, math.inf), (1e200, 2.0), (-1e200, 3.0),
        (0.96, 1e308), (0.96, -1e308), (-3.0, 1e17), (1 + 1e-15, 1e17), (7.5, -3e300),
    ]  # fmt: skip
    for (base, exponent), found in zip(pairs, powers("power", pairs), strict=True):
        with np.errstate(all="ignore"):
            wanted = float(np.power(np.float64(base), np.float64(exponent)))
        assert repr(found * 1.0) == repr(wanted), (base, exponent)
    assert all(map(math.isnan, powers("power", [(-2.0, 0.5), (math.nan, 1.0)])))


def one_by_one(powers, name, arguments):
    """Each argument with what the page makes of it."""
    return zip(arguments, powers(name, [(one,) for one in arguments]), strict=True)


def test_exponentials_are_rounded_correctly(powers):
    draw = random.Random(2)
    arguments = [draw.uniform(-700, 700) for _ in range(500)]
    arguments += [draw.choice((-1, 1)) * 10 ** draw.uniform(-20, 1) for _ in range(500)]
    arguments += [0.0, 1.0, -1.0, 37.0, -37.0, 709.78, -708.3]
    for value, found in one_by_one(powers, "exponential", arguments):
        exact = rounded(Decimal.exp)(value)
        assert found == exact, value
        assert abs(math.exp(value) - exact) <= math.ulp(exact)


def test_logarithms_are_rounded_correctly(powers):
    draw = random.Random(3)
    arguments = [10 ** draw.uniform(-300, 300) for _ in range(500)]
    arguments += [1 + draw.choice((-1, 1)) * 10 ** draw.uniform(-15, -1) for _ in range(500)]
    arguments += [draw.uniform(0, 4) for _ in range(500)]
    arguments += [1.0, 0.5, 2.0, 5e-324, 2.2e-308, 1.7e308, 1 - 2**-53, 1 + 2**-52]
    for value, found in one_by_one(powers, "logarithm", arguments):
        exact = rounded(Decimal.ln)(value)
        assert found == exact, value
        assert abs(math.log(value) - exact) <= math.ulp(exact)


def test_functions_of_what_is_no_ordinary_number(powers):
    special = [0.0, -0.0, math.inf, -math.inf, math.nan, 710.0, -745.2, -740.0, 1300.0, -1300.0]
    for name, known in (("exponential", np.exp), ("logarithm", np.log), ("sine", np.sin)):
        for value, found in one_by_one(powers, name, special):
            with np.errstate(all="ignore"):
                wanted = float(known(np.float64(value)))
            assert found == pytest.approx(wanted, rel=1e-15, abs=1e-323, nan_ok=True), (name, value)
    assert math.copysign(1, powers("sine", [(-0.0,)])[0]) == -1


def angles():
    draw = random.Random(1)
    found = [math.pi * k / 145 for k in range(146)] + [math.pi / 2 * k for k in range(40)]
    return found + [draw.uniform(-1000, 1000) for _ in range(100)]


def test_cosines_are_rounded_correctly(powers):
    for angle, found in one_by_one(powers, "cosine", angles()):
        assert found == exact_wave(angle, 0), angle
        assert abs(math.cos(angle) - found) <= math.ulp(found)


def test_sines_are_rounded_correctly(powers):
    for angle, found in one_by_one(powers, "sine", [*angles(), 1e-5, -1e-9, 7e-9, 1e-300]):
        assert found == exact_wave(angle, 1), angle
        assert abs(math.sin(angle) - found) <= math.ulp(found)


def exact_wave(angle, start):
    """The series of a cosine, or from its term 1 on a sine's, with digits to spare."""
    with localcontext() as context:
        context.prec = 60 + int(abs(angle))
        term = total = Decimal(angle) if start else Decimal(1)
        square = Decimal(angle) ** 2
        for k in range(2 + start, 60 + int(4 * abs(angle)), 2):
            term = -term * square / (k * (k - 1))
            total += term
        return float(total)
