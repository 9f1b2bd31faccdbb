"""The page's arithmetic by itself: a spreadsheet's values, powers and cosines rounded rightly."""

import ast
import math
import os
import random
from decimal import Decimal, localcontext
from fractions import Fraction

import expressions
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pages import joined, opened

from gdlab.language.evaluate import DIV0, NUM, CellError, evaluate
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
    found, wanted = calculator(javascript(tree, str), cells), on_a_sheet(tree, cells)
    if any(isinstance(part, ast.Pow) for part in ast.walk(tree)):
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
        return evaluate(tree, value)
    except CellError as error:
        return math.nan if str(error) == NUM else math.inf


# Powers and cosines against exact arithmetic


@pytest.fixture(scope="module")
def powers(browser):
    """The page's powers and cosines: ``powers("power", pairs)``."""
    with opened(browser) as page:
        code = f"{joined('powers.js')};window.powers = {{power, cosine}}"
        page.set_content(f"<script type=module>{code}</script>")

        def compute(name, arguments):
            return page.evaluate(
                "([name, all]) => all.map((one) => window.powers[name](...one))", [name, arguments]
            )

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


def test_cosines_are_rounded_correctly(powers):
    draw = random.Random(1)
    angles = [math.pi * k / 145 for k in range(146)] + [math.pi / 2 * k for k in range(40)]
    angles += [draw.uniform(-1000, 1000) for _ in range(100)]
    for angle, found in zip(angles, powers("cosine", [(one,) for one in angles]), strict=True):
        assert found == exact_cosine(angle), angle
        assert abs(math.cos(angle) - found) <= math.ulp(found)


def exact_cosine(angle):
    """The series, with digits to spare."""
    with localcontext() as context:
        context.prec = 60 + int(abs(angle))
        term = total = Decimal(1)
        square = Decimal(angle) ** 2
        for k in range(2, 60 + int(4 * abs(angle)), 2):
            term = -term * square / (k * (k - 1))
            total += term
        return float(total)
