"""Random tables, huge and tiny: kernel, formulas, a spreadsheet engine and plain Python agree.

A cell is a number in all of them, to the last bit, or an error in the sheet: where the kernel has
inf or nan, and where a cell depends on one that shows an error.
"""

import inspect
import math
import os

import formualizer
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import gdlab
from gdlab.core import engine
from gdlab.core.layout import letters
from gdlab.core.registry import BUILT_IN_RULES, find_rule
from gdlab.core.symbols import INNER_SHARE, LIMITS, OVER_ZERO, SHARE
from gdlab.formulas import optimizers
from gdlab.language.evaluate import CellError, evaluate
from gdlab.language.infix import excel

FULL = os.environ.get("GDLAB_PROOF") == "full"
quickly = settings(
    max_examples=3_000 if FULL else 100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

ERRORS = {"Num": "#NUM!", "Div": "#DIV/0!"}
RULES = [function.__name__ for function in BUILT_IN_RULES]
# One machine code a rule: a few rules do for a sample.
COMPILED = RULES if FULL else ["sgd", "rmsprop", "adam", "adadelta", "lion"]

anything = st.floats(allow_nan=False, allow_infinity=False)
plain_numbers = st.one_of(st.integers(-100, 100).map(float), st.floats(-1000, 1000))
coordinates = st.one_of(plain_numbers, plain_numbers, anything)
powers_of_ten = st.builds(lambda digit, power: float(f"{digit}e{power}"), st.integers(1, 9),
                          st.integers(-320, 307))  # fmt: skip
rates = st.one_of(st.floats(1e-5, 1), powers_of_ten)
shares = st.one_of(
    st.sampled_from([0.0, 0.5, 0.9, 0.99, 0.999, 1 - 2**-53, 5e-324]), st.floats(0, 0.999999)
)
small = st.one_of(st.sampled_from([0.0, 1e-8, 1e-300, 1.0]), st.floats(0, 10), powers_of_ten)
WITHIN = {SHARE: shares, INNER_SHARE: st.floats(1e-6, 0.999999), OVER_ZERO: rates}
OF = {name: WITHIN[limits] for name, limits in LIMITS.items() if limits in WITHIN}
OF["sync_every"] = st.integers(1, 6).map(float)


NOTHING = st.just({})


@st.composite
def runs(draw, options=NOTHING, rules=tuple(RULES)):
    """A rule with points, starts and hyperparameters, as ``gdlab.trace`` takes them."""
    name = draw(st.sampled_from(rules))
    rule = find_rule(name)
    points = draw(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=4))
    start = {"intercept": draw(coordinates), "slope": draw(coordinates)}
    for state in rule.starts:
        if draw(st.booleans()):
            start[f"{state}_slope"] = draw(st.one_of(small, coordinates))
    hyper = {name: draw(OF.get(name, small)) for name in rule.hyper}
    given = {"epochs": draw(st.integers(1, 3)), "start": start} | hyper
    return (name, points), given | draw(options)


@st.composite
def more(draw):
    """What a table may have beside its rule."""
    found = {}
    if draw(st.booleans()):
        found["h"] = draw(st.one_of(st.just(0.01), powers_of_ten))
    if draw(st.booleans()):
        found["max_norm"] = draw(powers_of_ten)
    if draw(st.booleans()):
        found["max_value"] = draw(powers_of_ten)
    if draw(st.booleans()):
        found["batch_size"] = draw(st.integers(1, 5))
    if draw(st.booleans()):
        found |= {"shuffle": True, "seed": draw(st.integers(0, 9))}
    schedule = draw(st.sampled_from([None, "step_decay", "exponential", "cosine"]))
    return found | ({"schedule": schedule} if schedule else {})


def formula_cells(run):
    """The cells by their formulas: for each column, numbers and error names by row."""
    table = run.table
    above = {f"new_{name}": run.start[name] for name in table.parameters}
    above |= run.start | table.counts
    inputs = inputs_of(run)
    columns = {column.name: column.expression for column in table.columns}
    given = {name: run.column(name).tolist() for name in columns if columns[name] is None}
    found = {name: [None] * run.rows for name in columns} | given

    def compute(name, row):
        """A cell, and before it those that it needs, whatever side of it they stand on."""
        if found[name][row] is None:
            try:
                found[name][row] = evaluate(columns[name], lambda word: number(word, row))
            except CellError as error:
                found[name][row] = str(error)
        return found[name][row]

    def number(word, row):
        base = word.removesuffix("_prev")
        if word in columns:
            value = compute(word, row)
        elif base == word:
            value = inputs[word]
        else:
            value = compute(base, row - 1) if row else above[base]
        if isinstance(value, str):
            raise CellError(value)
        return value

    for row in range(run.rows):
        for name in columns:
            compute(name, row)
    return found


def inputs_of(run):
    found = run.hyper | {"n": float(run.samples)}
    return found | ({"start_lr": run.hyper["lr"]} if "lr" in run.hyper else {})


def engine_cells(run):
    """The same by formualizer, laid out here and not as the exported sheets are."""
    table = run.table
    inputs = inputs_of(run)
    places = {name: f"${letters(i)}$1" for i, name in enumerate(inputs)}
    columns = {column.name: letters(i) for i, column in enumerate(table.columns)}
    book = formualizer.Workbook()
    book.add_sheet("sheet")
    for i, value in enumerate(inputs.values(), 1):
        book.set_value("sheet", 1, i, float(value))
    above = {f"new_{name}": run.start[name] for name in table.parameters}
    above |= {name: value for name, value in run.start.items() if name not in table.parameters}
    above |= table.counts
    for i, column in enumerate(table.columns, 1):
        if column.name in above:
            book.set_value("sheet", 2, i, float(above[column.name]))
        for row in range(run.rows):
            if column.expression is None:
                book.set_value("sheet", row + 3, i, float(run.column(column.name)[row]))
                continue

            def address(name, row=row):
                if name in columns:
                    return f"{columns[name]}{row + 3}"
                if name.endswith("_prev"):
                    return f"{columns[name.removesuffix('_prev')]}{row + 2}"
                return places[name]

            book.set_formula("sheet", row + 3, i, excel(column.expression, address))
    book.evaluate_all()
    found = {}
    for i, column in enumerate(table.columns, 1):
        values = [book.get_value("sheet", row + 3, i) for row in range(run.rows)]
        found[column.name] = [
            ERRORS[value["kind"]] if isinstance(value, dict) else float(value) for value in values
        ]
    return found


def assert_formulas_agree(run):
    found = formula_cells(run)
    for column in run.table.columns:
        kernels = run.column(column.name).tolist()
        for row, (ours, cell) in enumerate(zip(kernels, found[column.name], strict=True)):
            where = (column.name, row + 1)
            if not isinstance(cell, str):
                assert cell == ours, where
                continue
            leans = False
            for name in column.precedents:
                base = name.removesuffix("_prev")
                place = row if name == base else row - 1
                if base in found and place >= 0:
                    leans |= isinstance(found[base][place], str)
            assert leans or not math.isfinite(ours), where


@given(runs(more()))
@quickly
def test_formulas_are_the_kernel(given):
    arguments, options = given
    assert_formulas_agree(gdlab.trace(*arguments, **options))


@given(runs(more()))
@quickly
def test_a_spreadsheet_engine_computes_the_same_cells(given):
    arguments, options = given
    run = gdlab.trace(*arguments, **options)
    ours, engines = formula_cells(run), engine_cells(run)
    for column in run.table.columns:
        for row in range(run.rows):
            one, other = ours[column.name][row], engines[column.name][row]
            assert isinstance(one, str) == isinstance(other, str), (column.name, row + 1)
            assert isinstance(one, str) or one == other, (column.name, row + 1)


@pytest.mark.kernel
@given(runs())
@example((("adam", [(3.0, 36.0)]), {"start": {"intercept": 30.0, "slope": 2.0}, "epochs": 3}))
@quickly
def test_the_rules_functions_called_as_they_stand_give_the_kernels_bits(given):
    (name, points), options = given
    run = gdlab.trace(name, points, **options)
    function = getattr(optimizers, name)
    arguments = inspect.signature(function).parameters
    states = [word.removesuffix("_prev") for word in arguments if word.endswith("_prev")]
    above = {
        (state, parameter): run.start[f"{state}_{parameter}"]
        for state in states
        for parameter in ("intercept", "slope")
    }
    values = dict(options["start"])
    t = 0
    for epoch in range(1, options["epochs"] + 1):
        for sample, (x, y) in enumerate(points, 1):
            t += 1
            error = values["intercept"] + values["slope"] * x - y
            gradients = {"intercept": 2 * error, "slope": 2 * error * x}
            given = {"t": float(t), "epoch": float(epoch), "sample": float(sample)}
            given |= {"n": float(len(points))} | run.hyper
            for parameter, g in gradients.items():
                given |= {"g": g, "w": values[parameter]}
                given |= {f"{state}_prev": above[state, parameter] for state in states}
                try:
                    carried, shown = function(**{word: given[word] for word in arguments})
                except (ArithmeticError, ValueError):
                    # Python stops where IEEE arithmetic goes on; the kernel shows it here or soon.
                    return
                for state, value in zip(states, carried, strict=True):
                    above[state, parameter] = value
                    assert same(run.column(f"{state}_{parameter}")[t - 1], value)
                values[parameter] -= shown[-1]
                assert same(run.column(f"step_{parameter}")[t - 1], shown[-1])
                assert same(run.column(f"new_{parameter}")[t - 1], values[parameter])


def same(one, other):
    return one == other or (math.isnan(one) and math.isnan(other))


@pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="the compiler is switched off"
)
@given(runs(rules=COMPILED))
@quickly
def test_compiled_random_tables_are_the_plain_ones(given):
    arguments, options = given
    plain = gdlab.trace(*arguments, **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "COMPILE_FROM", 1)
        compiled = gdlab.trace(*arguments, **options)
    assert np.array_equal(plain.values, compiled.values, equal_nan=True)
    assert (np.signbit(plain.values) == np.signbit(compiled.values))[~np.isnan(plain.values)].all()


# --- explosions that are sure to happen, and long tables ---


@pytest.mark.kernel
@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("rate", [0.5, 1e300])
def test_explosions_are_errors_in_the_sheet(name, rate):
    run = gdlab.trace(name, epochs=4, lr=rate, h=0.01)
    assert_formulas_agree(run)
    if rate == 1e300:
        row, column = run.exploded
        found = formula_cells(run)
        assert isinstance(found[column][row - 1], str)
        before = [found[name][: row - 1] for name in run.table.computed]
        assert not any(isinstance(cell, str) for cells in before for cell in cells)


@pytest.mark.kernel
@pytest.mark.parametrize("name", ["adam", "nadam", "adamax", "amsgrad", "adamw"])
def test_long_tables_are_their_formulas_to_the_last_row(name):
    # Past the rows from which the kernel leaves out the powers that no longer count.
    run = gdlab.trace(name, epochs=30, beta1=0.8, beta2=0.9)
    assert_formulas_agree(run)
