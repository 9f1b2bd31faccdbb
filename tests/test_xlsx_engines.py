"""Workbooks recomputed by two spreadsheet engines: every formula cell, explosions included."""

import os
import re
from pathlib import Path

import engines
import pytest
from books import differences, rewrite, shape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gdlab
from gdlab.core.layout import START_ROW

EXPORTS = Path(__file__).parents[1] / "exports"
FULL = os.environ.get("GDLAB_PROOF") == "full"
AT_TRUTH = {"intercept": 30, "slope": 2}

EXPLODING = {
    "overflow": ("sgd", {"lr": 0.01, "epochs": 8}),
    "at once": ("momentum", {"lr": 1e300, "epochs": 2}),
    "0 by 0": ("adam_lesson", {"start": AT_TRUTH, "epochs": 2}),
    "rate from 0 by 0": (
        "rmsprop",
        {"start": AT_TRUTH, "epochs": 3, "schedule": "lesson_annealing"},
    ),
    "rate from 0 by 0, before": (
        "adam_lesson",
        {"start": AT_TRUTH, "epochs": 2, "schedule": "lesson_annealing"},
    ),
    "annealed": ("adam_lesson", {"lr": 1e308, "epochs": 3, "schedule": "lesson_annealing"}),
    "plateau": ("sgd", {"lr": 0.02, "epochs": 4, "schedule": "reduce_on_plateau"}),
    "batches": ("sgd", {"lr": 0.5, "epochs": 5, "batch_size": 2}),
    "clipped": ("sgd", {"lr": 1e10, "epochs": 2, "max_norm": 1e300}),
    "estimates": ("sgd", {"lr": 0.05, "epochs": 4, "h": 0.01}),
    "divisors": ("adagrad_lesson", {"lr": 1e9, "epochs": 3}),
    "surface": ("sgd", {"lr": 1, "surface": "rosenbrock", "steps": 30, "start": {"u": 3}}),
    "backwards": ("adadelta", {"lr": 1e250, "epochs": 2}),
}


@pytest.mark.sample(3)
@pytest.mark.parametrize("rule", gdlab.rules())
def test_every_rule_bit_for_bit(rule, formualizer, tmp_path):
    path = gdlab.trace(rule, epochs=2).to_excel(tmp_path / "book.xlsx")
    recomputed = formualizer(path)
    assert len(recomputed) > 58 * 10
    assert differences(path, recomputed) == []


@pytest.mark.sample(3)
@pytest.mark.parametrize("case", EXPLODING)
def test_explosions_are_the_same_errors_in_the_same_cells(case, formualizer, tmp_path):
    rule, options = EXPLODING[case]
    run = gdlab.trace(rule, **options)
    path = run.to_excel(tmp_path / "book.xlsx")
    shown = [value for _, value in engines.stored(path).values() if isinstance(value, str)]
    assert {"#NUM!", "#DIV/0!"}.intersection(shown)
    assert differences(path, formualizer(path)) == []


def test_libreoffice_agrees_to_its_15_digits(libreoffice, tmp_path):
    # Estimates of exploding numbers are left out: where two numbers nearly cancel, it takes 0.
    cases = [case for case in EXPLODING if case != "estimates"]
    runs = [
        gdlab.trace(rule, **options)
        for rule, options in map(EXPLODING.get, cases[:: 1 if FULL else 3])
    ]
    runs += [gdlab.trace(rule) for rule in gdlab.rules() if FULL or rule in ("nadam", "lion")]
    paths = [run.to_excel(tmp_path / f"{i}.xlsx") for i, run in enumerate(runs)]
    for path, recomputed in zip(paths, libreoffice(paths), strict=True):
        assert differences(path, recomputed, engines.agrees_to_15_digits) == []


def test_an_exported_workbook_comes_back_from_an_open_document(libreoffice, tmp_path):
    exported = [EXPORTS / "adam.xlsx", EXPORTS / "rmsprop.xlsx"]
    open_documents = engines.save_with_libreoffice(exported, tmp_path / "there", "ods")
    for path, back in zip(
        exported, engines.save_with_libreoffice(open_documents, tmp_path / "back"), strict=True
    ):
        before, after = engines.stored(path), engines.stored(back)
        assert set(after) == set(before)
        for place, (_, value) in before.items():
            assert engines.agrees_to_15_digits(value, after[place][1]), place


def test_a_wrong_stored_value_is_noticed_by_both(formualizer, libreoffice, tmp_path):
    path = gdlab.trace("adam").to_excel(tmp_path / "book.xlsx")
    value = engines.stored(path)["adam", "L12"][1]

    def plant(name: str, data: bytes) -> bytes:
        wrong, count = re.subn(rb'(<c r="L12".*?<v>)[^<]*', rb"\g<1>4321.5", data, count=1)
        return wrong if count else data

    planted = rewrite(path, plant, tmp_path / "planted.xlsx")
    for recomputed, same in (
        (formualizer(planted), None),
        (libreoffice([planted])[0], engines.agrees_to_15_digits),
    ):
        ((place, _, stored, computed),) = differences(planted, recomputed, same)
        assert (place, stored) == (("adam", "L12"), 4321.5)
        assert engines.agrees_to_15_digits(value, computed)


SIZES = st.floats(-1e3, 1e3) | st.floats(allow_nan=False, allow_infinity=False)
POINTS = st.lists(st.tuples(SIZES, SIZES), min_size=1, max_size=4)
RATES = st.floats(1e-6, 10) | st.floats(5e-324, 1e308)
SHARES = st.floats(0, 1, exclude_max=True)


@settings(
    max_examples=1500 if FULL else 20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    rule=st.sampled_from(list(gdlab.rules())),
    points=POINTS,
    epochs=st.integers(1, 3),
    lr=RATES,
    share=SHARES,
    start=st.tuples(SIZES, SIZES),
)
def test_whatever_is_put_in(rule, points, epochs, lr, share, start, formualizer, tmp_path):
    hyper = gdlab.trace(rule).hyper
    chosen = {name: share for name in hyper if name in ("beta", "beta1", "beta2", "momentum")}
    begin = dict(zip(("intercept", "slope"), start, strict=True))
    run = gdlab.trace(rule, points, epochs=epochs, start=begin, lr=lr, **chosen)
    path = run.to_excel(tmp_path / "book.xlsx")
    assert differences(path, formualizer(path), terms=len(points)) == []


@pytest.mark.parametrize("rule", [*gdlab.rules()])
def test_first_and_last_row_have_one_shape(rule, tmp_path):
    run = gdlab.trace(rule, epochs=2)
    cells = engines.stored(run.to_excel(tmp_path / "book.xlsx"))
    first, last = START_ROW + 1, START_ROW + run.rows
    for name in run.table.names[3:]:
        places = [run.explain(row, name).cell for row in (1, run.rows)]
        one, other = (cells[rule, place][0] for place in places)
        assert shape(one, first) == shape(other, last)
    assert shape("=beta_1*N9+(1-beta_1)*K10", 10) == "=beta_1*N[-1]+(1-beta_1)*K[0]"
