"""The row loop: compiled and plain give the same bits; what is compiled, and when."""

import inspect
import itertools
import math
import os
from collections import Counter

import cells
import numpy as np
import pytest
from cells import rules_as_before  # noqa: F401 (a fixture)

import gdlab
from gdlab.core import engine
from gdlab.core.assembly import SCHEDULES
from gdlab.core.model import SURFACES
from gdlab.core.registry import BUILT_IN_RULES
from gdlab.formulas import functions

FULL = os.environ.get("GDLAB_PROOF") == "full"
NO_JIT = os.environ.get("NUMBA_DISABLE_JIT", "0") != "0"

needs_compiler = pytest.mark.skipif(NO_JIT, reason="the compiler is switched off")

# Learning rates at which a table goes on, barely moves, explodes late, and explodes at once.
RATES = (None, 1e-300, 3.0, 1e100, 1e300)


@pytest.fixture
def both(monkeypatch):
    """Trace once compiled and once as plain Python."""

    def trace(*arguments, **options):
        monkeypatch.setattr(engine, "COMPILE_FROM", 1)
        compiled = gdlab.trace(*arguments, **options)
        monkeypatch.setattr(engine, "COMPILE_FROM", math.inf)
        return compiled, gdlab.trace(*arguments, **options)

    return trace


def assert_same_bits(one, other):
    """Equal bits, signs of zeros too; NaN where there is NaN, whatever its payload."""
    for first, second in (
        (one.values, other.values),
        (one.epoch_values, other.epoch_values),
    ):
        assert first.shape == second.shape
        no_number = np.isnan(first)
        assert (no_number == np.isnan(second)).all()
        bits = [np.ascontiguousarray(cells).view(np.int64) for cells in (first, second)]
        assert (no_number | (bits[0] == bits[1])).all()


@pytest.mark.sample(2)
@needs_compiler
@pytest.mark.parametrize("name", [function.__name__ for function in BUILT_IN_RULES])
def test_compiled_is_plain(both, name):
    for rate in RATES:
        given = {} if rate is None else {"lr": rate}
        compiled, plain = both(name, epochs=20, start={"slope": -3.7, "intercept": 1e-3}, **given)
        assert_same_bits(compiled, plain)
        if rate == 1e300:
            assert plain.exploded
    # Points without any error: gradients and averages of 0, and a zero divided by a zero.
    compiled, plain = both(name, [(3, 36), (5, 40)], start={"intercept": 30, "slope": 2}, epochs=3)
    assert_same_bits(compiled, plain)


@needs_compiler
@pytest.mark.parametrize("name", ["adam", "adadelta", "nadam"])
def test_compiled_is_plain_past_the_last_power_that_counts(both, name):
    # 1 - beta ** t is 1 to the last bit long before the end; and averages of exact data fade away.
    compiled, plain = both(name, [(1, 2), (2, 4)], epochs=2500)
    assert_same_bits(compiled, plain)


OPTIONS = [
    ("sgd", {"h": 0.01}),
    ("adam", {"batch_size": 4, "shuffle": True, "seed": 3, "max_norm": 50}),
    ("sgd", {"switch": {"to": "adam", "at_epoch": 3, "lr": 0.5}}),
    ("adam_lesson", {"schedule": "lesson_annealing", "lr": 1}),
    ("rmsprop", {"schedule": "reduce_on_plateau"}),
]
MORE_OPTIONS = [
    ("momentum", {"batch_size": "full", "max_value": 30, "weight_decay": 0.1}),
    ("adamw", {"shuffle": "replacement", "schedule": "warmup_cosine"}),
    *(("sgd", {"schedule": name}) for name in SCHEDULES if name != "lesson_annealing"),
]


@pytest.mark.sample(2)
@needs_compiler
@pytest.mark.parametrize(("name", "options"), OPTIONS + MORE_OPTIONS * FULL)
def test_compiled_is_plain_with_options(both, name, options):
    compiled, plain = both(name, epochs=12, **options)
    assert_same_bits(compiled, plain)
    options = options | {"lr": 1e200}
    compiled, plain = both(name, epochs=12, **options)
    assert_same_bits(compiled, plain)


@needs_compiler
@pytest.mark.parametrize("name", SURFACES if FULL else ["beale"])
def test_compiled_is_plain_on_surfaces(both, name):
    for rate in (0.01, 1e30):
        assert_same_bits(*both("adam", surface=name, steps=60, lr=rate))


# Rules that leave the real numbers in every way that Python's own arithmetic raises for.
WILD = {
    "root": "sqrt(g)",
    "division": "1 / (sample - 1) * g",
    "zero_by_zero": "(g - g) / (t - t)",
    "whole_by_zero": "(1 if g < 0 else 1) / (0 if g < 0 else 0)",
    "power": "2.5 ** (t * 400) * g",
    "root_by_power": "g ** (1 / n)",
    "zero_power": "(g - g) ** (-t)",
    "cosine": "cos(g * 1e200 * 1e200) * lr",
    "sine": "sin(g * 1e200 * 1e200) * lr",
    "exponential": "exp(-g * 100) * lr",
    "logarithm": "log(g) * lr",
    "logarithm_of_nothing": "log(g - g) * lr",
    "floor": "floor(g * 1e200 * 1e200) * lr",
    "sign": "sign(sqrt(g)) * lr",
    "smaller": "min(sqrt(g), lr) * g",
    "larger": "max(lr, sqrt(g)) * g",
    "size": "abs(sqrt(g)) * lr",
    "choice": "lr if sqrt(g) > 0 else -lr",
    "whole_numbers": "4000000000 * 4000000000 * 4000000000 * lr * g",
}


@needs_compiler
@pytest.mark.parametrize("names", [*([name] for name in WILD if FULL), list(WILD)])
def test_compiled_is_plain_where_python_raises(both, names):
    lines = "".join(f"    of_{name} = {WILD[name]}\n" for name in names)
    rule = cells.define(
        f"def wild(g, t, sample, n, lr=0.01):\n{lines}    step = lr * of_{names[0]}\n"
        f"    return (), ({', '.join(f'of_{name}' for name in names)}, step)\n"
    )
    compiled, plain = both(rule, epochs=2)
    assert_same_bits(compiled, plain)
    assert plain.exploded or names in (["choice"], ["whole_numbers"])


@needs_compiler
def test_the_grammars_functions_are_the_same_compiled():
    special = [0.0, -0.0, 1.5, -1.5, 2.0, -2.0, 5e-324, 1e300, -1e300, math.inf, -math.inf]
    special += [math.nan, 0.49999999999999994, -0.49999999999999994, 2.0**52 + 0.5, 1e15 + 0.3]
    for name, count in (("sign", 1), ("floor", 1), ("min", 2), ("max", 2)):
        plain = getattr(functions, name)
        names = {}
        exec(engine._jitted("\n" + inspect.getsource(plain)), names)
        compiled = names[name]
        for given in itertools.product(special, repeat=count):
            with np.errstate(invalid="ignore"):
                wanted = plain(*map(np.float64, given))
            found = compiled(*given)
            assert str(float(found)) == str(float(wanted)), (name, given)


def test_the_grammars_functions_by_hand():
    assert [functions.sign(x) for x in (-2.5, 0.0, 1e-300)] == [-1, 0, 1]
    assert [functions.floor(x) for x in (-0.5, 0.5, 2.0, -2.0, 1e300)] == [-1, 0, 2, -2, 1e300]
    assert (functions.min(2.0, 1.0), functions.max(2.0, 1.0)) == (1, 2)
    assert math.isnan(functions.sign(math.nan))
    for both_ways in ((math.nan, 1.0), (1.0, math.nan)):
        assert math.isnan(functions.min(*both_ways))
        assert math.isnan(functions.max(*both_ways))


@pytest.mark.kernel
def test_only_a_power_that_has_faded_is_left_out():
    # After 380 updates 1 - 0.9**t is 1 to the last bit; 0.0001 * 1 - 0.9**t is not 0.0001 yet.
    rule = cells.define(
        """
        def fades(g, t, beta=0.9, lr=0.0001):
            whole = 1 - beta**t
            share = 0.0001 * 1 - beta**t
            small = 0.001 - beta**t
            scaled = 1 - beta**t * 1e15
            step = lr * g
            return (), (whole, share, small, scaled, step)
        """
    )
    run = gdlab.trace(rule, epochs=20)
    for t in range(1, 581):
        assert run.column("whole_slope")[t - 1] == 1 - 0.9**t
        assert run.column("share_slope")[t - 1] == 0.0001 - 0.9**t
        assert run.column("small_slope")[t - 1] == 0.001 - 0.9**t
        assert run.column("scaled_slope")[t - 1] == 1 - 0.9**t * 1e15


@needs_compiler
def test_large_tables_are_compiled_and_small_ones_are_not(monkeypatch):
    calls = []
    monkeypatch.setattr(engine, "COMPILE_FROM", 100)
    monkeypatch.setattr(engine, "_run_plainly", Counter())
    monkeypatch.setattr(engine, "run_compiled", lambda *given: calls.append(given))
    gdlab.trace("sgd", epochs=3)
    assert not calls
    gdlab.trace("sgd", epochs=4)
    assert len(calls) == 1


@needs_compiler
def test_runs_of_many_rows_add_up_and_those_of_few_do_not(monkeypatch):
    calls = []
    monkeypatch.setattr(engine, "COMPILE_FROM", 100)
    monkeypatch.setattr(engine, "FEW_ROWS", 50)
    monkeypatch.setattr(engine, "_run_plainly", Counter())
    monkeypatch.setattr(engine, "run_compiled", lambda *given: calls.append(given))
    for _ in range(5):
        gdlab.trace("sgd", epochs=1)
    gdlab.trace("sgd", epochs=2)
    gdlab.trace("momentum", epochs=2)
    assert not calls
    gdlab.trace("sgd", epochs=2)
    # Compiled once, the table stays so.
    gdlab.trace("sgd", epochs=1)
    assert len(calls) == 2


@pytest.mark.kernel
def test_without_the_compiler_large_tables_come_out_too(monkeypatch):
    wanted = gdlab.trace("adam", epochs=4)
    monkeypatch.setattr(engine, "COMPILE_FROM", 100)
    monkeypatch.setattr(engine, "numba_wanted", lambda: False)
    assert_same_bits(gdlab.trace("adam", epochs=4), wanted)


@needs_compiler
def test_two_functions_of_one_name_are_compiled_each_for_itself(both):
    source = "def twin(g, lr=0.0001):\n    step = lr * g * {}\n    return (), (step,)\n"
    ends = []
    for factor in ("0.5", "0.25", "0.5"):
        compiled, plain = both(cells.define(source.format(factor)))
        assert_same_bits(compiled, plain)
        ends.append(compiled.final)
    assert ends[1] != ends[0] == ends[2]


@pytest.mark.kernel
def test_a_power_is_left_out_only_once_it_changes_no_bit():
    # The sum of the squares' shares, 1 - beta2^t, at every update, as Python's own power has it.
    # beta2 = 0.999 is dropped from row 38,000 on: a little too early, and some rows are wrong.
    run = gdlab.trace("adam", epochs=1_380)
    assert run.rows > 40_000
    share = np.array([1 - 0.999 ** float(t) for t in range(1, run.rows + 1)])
    for name in ("intercept", "slope"):
        wanted = run.column(f"sqr_avg_{name}") / share
        assert np.array_equal(run.column(f"sqr_avg_hat_{name}"), wanted), name
