"""Workbooks of some twenty kinds, as strangers make them: recognised, not accused, slips found.

The kinds are in :mod:`zoo_kinds`; ``make proof`` runs them in full.
"""

import os
import random

import pytest
from zoo import slipped, without_loss, write
from zoo_kinds import KINDS, case_of
from zoo_lines import line_rows
from zoo_models import bare, bare_batch, bare_network, neuron, plane, ridge
from zoo_none import NONE, newton, pasted, solver

from gdlab import read_workbook

FULL = os.environ.get("GDLAB_PROOF") == "full"
CORRECT, SLIPPED = (1_000, 600) if FULL else (len(KINDS), 2 * len(KINDS))
BARE = 600 if FULL else 32
WITHOUT_LOSS = (bare, bare_network, line_rows, plane, bare, neuron, bare_batch, ridge)


def is_recognised(case, reading):
    """Every table with a rule that is right, and all parameters."""
    rules = [table.rule for table in reading.tables]
    if case.tables == 2:
        right = sorted(map(str, rules)) == sorted(map(str, case.rules))
    else:
        right = len(rules) == 1 and rules[0] in case.rules
    found = sum(len(table.parameters) for table in reading.tables)
    return right and found == (len(case.updates) or found)


def test_correct_workbooks_of_all_kinds_are_recognised_and_not_accused(tmp_path):
    recognised = 0
    for seed in range(CORRECT):
        case = case_of(seed)
        reading = read_workbook(write(tmp_path / "a.xlsx", case))
        assert reading.passed, (seed, case.kind, str(reading))
        verdicts = {one.verdict for table in reading.tables for one in table.gradients}
        assert "wrong" not in verdicts, (seed, case.kind)
        recognised += is_recognised(case, reading)
    assert recognised >= 0.95 * CORRECT


def test_sheets_with_no_loss_are_held_against_a_known_one(tmp_path):
    tried = found = 0
    for seed in range(BARE):
        case = without_loss(case_of(seed, WITHOUT_LOSS))
        reading = read_workbook(write(tmp_path / "a.xlsx", case))
        assert reading.passed, (seed, str(reading))
        assert is_recognised(case, reading), (seed, str(reading))
        planted = slipped(case, random.Random(seed + 7))
        if planted is not None:
            reading = read_workbook(write(tmp_path / "a.xlsx", case))
            tried += 1
            found += reading.first_wrong == planted[1]
    assert tried > BARE / 4
    # Of two gradients that do not fit each other, none says which is wrong.
    assert found >= 0.8 * tried


def test_slips_in_all_kinds_are_found_at_their_first_cell_and_named(tmp_path):
    tried = found = named = 0
    for seed in range(SLIPPED):
        case = case_of(seed)
        planted = slipped(case, random.Random(seed + 7))
        if planted is None:
            continue
        reading = read_workbook(write(tmp_path / "a.xlsx", case))
        tried += 1
        found += reading.first_wrong == planted[1]
        faults = [one for one in reading.findings if one.is_fault and one.cells[0] == planted[1]]
        named += bool(faults) and any(sign in faults[0].because for sign in (": ", "; "))
    assert tried > SLIPPED / 4
    assert found >= 0.95 * tried
    assert named >= 0.9 * tried


# Networks whose data are 0 and 1, where a wrong gradient is 0, or is right in every other row.
@pytest.mark.parametrize(
    ("seed", "named"),
    [(3310, "factor B (x1) is missing"), (3554, "X (du1) stands where V (d_h1) belongs")],
)
def test_of_data_of_zeros_and_ones_a_gradient_is_wrong_as_a_whole(tmp_path, seed, named):
    case = case_of(seed)
    planted = slipped(case, random.Random(seed + 7))
    reading = read_workbook(write(tmp_path / "a.xlsx", case))
    (finding,) = reading.findings
    assert finding.cells[0] == reading.first_wrong == planted[1]
    assert len(finding.cells) == 9 and named in finding.because


@pytest.mark.parametrize(
    ("seed", "named"), [(3231, "- stands where + belongs"), (3313, "F (f(x)) stands where E")]
)
def test_a_function_of_one_parameter_is_what_its_gradient_is_held_against(tmp_path, seed, named):
    case = case_of(seed)
    planted = slipped(case, random.Random(seed + 7))
    reading = read_workbook(write(tmp_path / "a.xlsx", case))
    assert reading.first_wrong == planted[1]
    assert named in reading.findings[0].because


@pytest.mark.parametrize("only_values", [False, True])
@pytest.mark.parametrize("name", NONE)
def test_what_descends_nothing_is_said_to(tmp_path, name, only_values):
    file = write(tmp_path / "a.xlsx", NONE[name](), only_values=only_values, digits=6)
    reading = read_workbook(file)
    assert reading.tables == [] and reading.findings == []
    assert reading.sentence.endswith("no parameter is updated in any sheet")


@pytest.mark.parametrize("kind", [solver, pasted])
def test_gradients_without_updates_are_checked_all_the_same(tmp_path, kind):
    (table,) = read_workbook(write(tmp_path / "a.xlsx", kind())).tables
    assert (table.rule, table.updates, table.loss) == (None, 0, "E12")
    assert [(one.cells, one.verdict) for one in table.gradients] == [
        ("F12", "right"), ("G12", "right"),
    ]  # fmt: skip
    reading = read_workbook(write(tmp_path / "b.xlsx", kind(wrong=True)))
    assert reading.first_wrong == "G12"
    assert "the factor A (x) is missing" in reading.findings[0].because


def test_newtons_method_is_named_and_its_gradient_checked(tmp_path):
    (table,) = read_workbook(write(tmp_path / "a.xlsx", newton())).tables
    assert (table.rule, table.updates) == (None, 7)
    assert table.words.startswith("Newton's method")
    assert [one.verdict for one in table.gradients] == ["right"]
    reading = read_workbook(write(tmp_path / "b.xlsx", newton(wrong=True)))
    assert [(one.kind, one.cells[0]) for one in reading.findings] == [("gradient", "F10")]


# Those whose updates a rule of gdlab's makes to the last digit.
RUN = {"plane", "parabola", "softmax", "network", "neuron", "function", "ridge", "table_beside"}


@pytest.mark.parametrize("name", sorted(RUN))
def test_a_strangers_loss_runs_as_a_model(tmp_path, name):
    seeds = [seed for seed in range(6 * len(KINDS)) if KINDS[seed % len(KINDS)].__name__ == name]
    runs = 0
    for seed in seeds[: 100 if FULL else 3]:
        case = case_of(seed)
        (table,) = read_workbook(write(tmp_path / "a.xlsx", case)).tables
        if table.run is None:
            assert table.differs or table.rule != "sgd"
            continue
        values = case.values()
        names = table.run.table.parameters
        for name_of, keys in zip(names, case.updates, strict=True):
            own = [values[key] for key in keys]
            column = list(table.run.column(f"new_{name_of}"))[: len(own)]
            assert column == pytest.approx(own, rel=1e-9, abs=1e-12), (seed, name_of)
        runs += 1
    assert runs > 0


@pytest.mark.sample(5)
@pytest.mark.parametrize("digits", [2, 3, 4, 6, None])
def test_rounded_numbers_alone_are_never_accused(tmp_path, digits):
    for seed in range(400 if FULL else 12):
        kind = (line_rows, ridge, line_rows, neuron, ridge, bare)[seed % 6]
        case = kind(random.Random(f"{seed} {digits}"))
        case = without_loss(case) if seed % 5 == 0 else case
        try:
            file = write(tmp_path / "a.xlsx", case, only_values=True, digits=digits)
        except (ArithmeticError, RecursionError):
            continue  # it explodes
        assert read_workbook(file).passed, seed


@pytest.mark.parametrize(("digits", "seed"), [(6, 68), (3, 734)])
def test_numbers_behind_a_relu_are_not_accused(tmp_path, digits, seed):
    case = neuron(random.Random(seed))
    file = write(tmp_path / "a.xlsx", case, only_values=True, digits=digits)
    reading = read_workbook(file)
    assert (reading.tables[0].model, reading.findings) == ("line", [])


# Sheets that were accused once: of two readings by few digits, and of an eps that is not gdlab's.
@pytest.mark.parametrize(("digits", "seed"), [(2, 114), (2, 198), (6, 122)])
def test_a_reading_that_few_digits_allow_accuses_nothing(tmp_path, digits, seed):
    case = line_rows(random.Random(f"{seed} {digits}"))
    assert read_workbook(write(tmp_path / "a.xlsx", case, only_values=True, digits=digits)).passed
