"""Slips: named for wrong numbers computed by hand, for learners who make one, and not by chance."""

import os
import random
import re
from collections import Counter

import pytest
from learners import Learner, Sheet, handed_in, practice_key

import gdlab
from gdlab.marking.diagnosis import NO_SLIP, diagnose
from gdlab.marking.judge import WRONG, judge
from gdlab.marking.kinds import KINDS
from gdlab.marking.sheet import Filled, Written, decimals_of
from gdlab.marking.slips import pairs, slips

FULL = os.environ.get("GDLAB_PROOF") == "full"
RULES = list(gdlab.rules())
# Columns that are the same in every rule are proved with the first.
MODEL = ("intercept", "slope", "y_pred", "error", "err2", "grad_intercept", "grad_slope")


def said(key, column, number, row=2, digits=6):
    """What is said of one cell of an otherwise empty sheet: (slip, because)."""
    text = f"{number:.{digits}f}"
    cells = {(row, column): Written(float(text), decimals_of(text), text)}
    found = diagnose(judge(Filled(key, frozenset(cells), cells))).get((row, column))
    return (found.slip, found.because) if found else (None, "")


POINTS = [(14, 58), (86, 202), (28, 86)]
SGD = gdlab.trace("sgd", POINTS, lr=0.0003, start={"intercept": 2.3456, "slope": 1.5})
ADAM = gdlab.trace("adam", POINTS, lr=0.3, beta1=0.7, beta2=0.8, eps=0.01)
AVERAGE = gdlab.trace("momentum", POINTS, lr=0.0003, beta=0.8)
VELOCITY = gdlab.trace("heavy_ball", POINTS, lr=0.0003, momentum=0.8)
RMS = gdlab.trace("rmsprop", POINTS, lr=0.3, beta=0.9, eps=0.01)


def v(key, name, row=2):
    """A true number of a run."""
    return key.value(name, row)


def by_hand():
    """Wrong numbers as a person would compute them: key, column, number, the slip's name."""
    b, m, x, y = (v(SGD, name) for name in ("intercept", "slope", "x", "y"))
    error, g, step = v(SGD, "error"), v(SGD, "grad_slope"), v(SGD, "step_slope")
    old_m = v(SGD, "slope", 1)
    yield SGD, "grad_intercept", error, "factor_forgotten"
    yield SGD, "error", y - (b + m * x), "turned_round"
    yield SGD, "y_pred", b - m * x, "minus_for_plus"
    yield SGD, "new_slope", m + step, "plus_for_minus"
    yield SGD, "err2", error, "square_forgotten"
    yield SGD, "err2", 2 * error, "doubled_for_squared"
    yield SGD, "y_pred", m + b * x, "parameters_swapped"
    yield SGD, "y_pred", b + m * v(SGD, "x", 1), "row_above"
    # In the second row the old one is the start value.
    yield SGD, "slope", old_m, "old_parameter|start_value"
    yield SGD, "step_slope", g, "rate_forgotten"
    yield SGD, "step_slope", 0.0003 * 0.0003 * g, "rate_twice"
    yield SGD, "new_slope", m - 0.0003 * step, "rate_twice"
    yield SGD, "grad_slope", v(SGD, "grad_slope", 1), "copied_from_above"
    yield SGD, "grad_slope", v(SGD, "grad_intercept"), "factor_forgotten"
    yield SGD, "y_pred", b + m * y, "x_and_y_swapped"
    yield SGD, "y_pred", 10 * (b + m * x), "point_shifted"
    yield SGD, "grad_slope", 2 * round(error, 1) * x, "rounded_too_early"
    old, now = v(AVERAGE, "avg_slope", 1), v(AVERAGE, "grad_slope")
    yield AVERAGE, "avg_slope", 0.2 * old + 0.8 * now, "beta_swapped"
    yield AVERAGE, "avg_slope", old + 0.2 * now, "beta_forgotten"
    yield AVERAGE, "avg_slope", 0.8 * old + now, "one_minus_beta_forgotten"
    other = v(AVERAGE, "avg_intercept", 1)
    yield AVERAGE, "avg_slope", 0.8 * other + 0.2 * now, "other_parameter"
    yield AVERAGE, "avg_slope", 0.8 * old + 1 - 0.8 * now, "parentheses_forgotten"
    velocity, new = v(VELOCITY, "velocity_slope", 1), v(VELOCITY, "grad_slope")
    yield VELOCITY, "velocity_slope", 0.8 * velocity + 0.2 * new, "another_convention"
    g, sqr = v(RMS, "grad_slope"), v(RMS, "sqr_avg_slope")
    yield RMS, "step_slope", 0.3 * g / (sqr + 0.01), "root_forgotten"
    yield RMS, "step_slope", 0.3 * g / v(RMS, "sqr_avg_slope", 1) ** 0.5, "another_convention"
    avg = v(ADAM, "avg_slope")
    yield ADAM, "avg_hat_slope", avg, "bias_correction_forgotten"
    yield ADAM, "avg_hat_slope", avg / (1 - 0.7**3), "t_off_by_one"
    yield ADAM, "avg_hat_slope", avg / (1 - 0.8**2), "other_beta"
    yield ADAM, "avg_hat_slope", avg / (1 - 0.7 * 2), "times_for_power"
    # On a small gradient, where eps shows.
    small = gdlab.trace("rmsprop", [(1, 2.1), (2, 3.1), (1, 2.2)], lr=0.1, beta=0.9, eps=0.01)
    g, sqr = v(small, "grad_slope"), v(small, "sqr_avg_slope")
    yield small, "step_slope", 0.1 * g / (sqr + 0.01) ** 0.5, "eps_inside"
    inside = gdlab.trace("rmsprop_eps_inside", [(1, 2.1), (2, 3.1)], lr=0.1, beta=0.9, eps=0.01)
    g, sqr = v(inside, "grad_slope"), v(inside, "sqr_avg_slope")
    yield inside, "step_slope", 0.1 * g / (sqr**0.5 + 0.01), "eps_outside"


CASES = list(by_hand())


@pytest.mark.parametrize(
    ("key", "column", "number", "name"),
    CASES,
    ids=[f"{column}-{name}" for _, column, _, name in CASES],
)
def test_a_slip_made_by_hand_is_named(key, column, number, name):
    slip, because = said(key, column, number)
    assert slip == name, because


def test_two_slips_at_once_are_named_where_one_is_not_enough():
    old, now = v(AVERAGE, "avg_slope", 1), v(AVERAGE, "grad_intercept")
    slip, because = said(AVERAGE, "avg_slope", 0.2 * old + 0.8 * now)
    assert slip == "beta_swapped+other_parameter"
    assert "were swapped, and grad_intercept was taken for grad_slope" in because


def test_either_of_two_slips_is_named_that_give_the_same():
    # With a rate of 0.01 it is the same to forget it and to move the decimal point by two.
    key = gdlab.trace("momentum", [(14, 58)], lr=0.01, beta=0.8)
    slip, because = said(key, "step_slope", v(key, "step_slope", 1) / 0.01, row=1)
    assert slip == "point_shifted|rate_forgotten"
    assert because.startswith(
        "either the factor lr was forgotten, or the decimal point was put 2 too far to the right"
    )


def test_a_step_forgotten_is_not_told_from_one_that_was_rounded_to_nothing():
    assert abs(v(SGD, "step_intercept")) < 0.05
    slip, because = said(SGD, "new_intercept", v(SGD, "intercept"), digits=4)
    assert slip is None
    assert "of the row above was copied" in because and "step_intercept was rounded" in because
    # Also where only the first of the two is usual enough to be believed by itself.
    key = gdlab.trace("adam", POINTS, lr=0.05, start={"intercept": 3.0, "slope": 1.0})
    sheet, _ = Learner(key, 4, as_typed=True).fills_in()
    sheet[1, "new_intercept"] = Written(3.0, 4, "3.0000")
    found = diagnose(judge(handed_in(key, sheet)))[1, "new_intercept"]
    assert found.slip is None
    assert "of the row above was copied" in found.because and "rounded" in found.because


def test_one_cell_that_is_cut_off_is_no_habit():
    true = v(SGD, "y_pred")
    digits = next(d for d in (1, 2, 3) if true * 10**d % 1 > 0.5)
    cut = int(true * 10**digits) / 10**digits
    slip, because = said(SGD, "y_pred", cut, digits=digits)
    assert slip is None and "cut off" in because


def test_digits_in_each_others_place():
    true = v(SGD, "err2")
    text = f"{true:.4f}"
    at = next(i for i in range(1, 4) if text[i] != text[i + 1] and text[i : i + 2].isdigit())
    typed = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    assert said(SGD, "err2", float(typed), digits=4)[0] == "digits_swapped"


def test_cutting_off_is_named_where_it_is_a_habit():
    key = practice_key("adam", 8)
    cells: Sheet = {}
    for (row, name), cell in Learner(key, 10).fills_in()[0].items():
        whole, _, digits = f"{cell.number:.10f}".partition(".")
        text = f"{whole}.{digits[:3]}"
        cells[row, name] = Written(float(text), 3, text)
    said = diagnose(judge(handed_in(key, cells)))
    found = {place: one for place, one in said.items() if one.because != NO_SLIP}
    assert found and {one.slip for one in found.values()} == {"cut_off"}
    # Once is no habit, where the rest is rounded.
    correct = Learner(key, 3, goes_on_rounded=False, as_typed=True).fills_in()[0]
    once = [
        diagnose(judge(handed_in(key, correct | {place: cells[place]}))).get(place)
        for place in found
        if cells[place].number != correct[place].number
    ]
    assert any(one is not None and "cut off" in one.because for one in once)
    assert all(one is None or one.slip is None for one in once)


def test_several_cells_of_a_column_make_sure_of_what_one_leaves_open():
    """To whole numbers the factor is a guess in one row; in four rows together it is none."""
    key = practice_key("sgd", 3, rows=4)
    cells = {}
    for row in range(1, 5):
        text = f"{key.value('error', row):.0f}"
        cells[row, "grad_intercept"] = Written(float(text), 0, text)
    alone = dict(list(cells.items())[:1])
    open_still = diagnose(judge(Filled(key, frozenset(alone), alone)))[1, "grad_intercept"]
    assert (open_still.slip, open_still.because) == (None, "could be: the factor 2 was forgotten")
    found = diagnose(judge(Filled(key, frozenset(cells), cells)))
    assert {one.slip for one in found.values()} == {"factor_forgotten"}


def test_a_rule_that_a_user_wrote_has_its_slips_too():
    @gdlab.rule
    def slip_test_rule(g, t, calm_prev, lr=0.01, beta=0.6):
        """Only here."""
        calm = beta * calm_prev + (1 - beta) * g
        step = lr * calm / (1 - beta**t)
        return (calm,), (step,)

    key = gdlab.trace(slip_test_rule, POINTS)
    old, g = v(key, "calm_slope", 1), v(key, "grad_slope")
    assert said(key, "calm_slope", 0.4 * old + 0.6 * g)[0] == "beta_swapped"
    calm = v(key, "calm_slope")
    assert said(key, "step_slope", 0.01 * calm)[0] == "bias_correction_forgotten"


def test_another_rules_convention_is_known_as_soon_as_the_rule_is():
    def conventions():
        return {one.because for one in slips(AVERAGE.table, "step_slope")}

    before = conventions()

    @gdlab.rule
    def slip_test_convention(g, avg_prev, lr=0.01, beta=0.6):
        """Only here."""
        avg = beta * avg_prev + (1 - beta) * g
        step = lr * (avg + g)
        return (avg,), (step,)

    assert conventions() - before == {"this is step as the rule slip_test_convention has it"}


def test_every_slip_has_a_kind_and_words():
    for rule in RULES if FULL else ("adam", "adadelta", "lion"):
        table = gdlab.trace(rule, POINTS).table
        for column in table.names:
            for one in (*slips(table, column), *pairs(table, column)):
                assert set(one.names) <= set(KINDS)
                assert one.because and one.hint and "\n" not in one.because


def test_no_two_slips_of_a_column_are_the_same_formula():
    import numpy as np

    for rule in ("sgd", "adam", "nesterov"):
        table = gdlab.trace(rule, POINTS).table
        for column in table.names:
            draw = random.Random(column)
            names = {name: draw.uniform(0.1, 0.9) for name in (*table.names, *table.hyper)}
            names |= {f"{name}_prev": draw.uniform(0.1, 0.9) for name in table.names}
            names |= {f"start_{one}": draw.uniform(0.1, 0.9) for one in table.starts}
            names |= {"x_next": 0.31, "y_next": 0.57, "n": 7.0}
            points = {name: (value, value) for name, value in names.items()}
            different = [one for one in slips(table, column) if "rounded" not in one.name]
            values = [sum(one.bound(points)) for one in different]
            assert len(np.unique(np.round(values, 9))) == len(values), (rule, column)


NAMES = """cell_moved factor_added
factor_forgotten turned_round minus_for_plus plus_for_minus square_forgotten root_forgotten
beta_swapped beta_forgotten one_minus_beta_forgotten row_above this_row old_parameter
updated_parameter parameters_swapped other_parameter bias_correction_forgotten t_off_by_one
eps_inside eps_outside rate_forgotten rate_twice another_convention copied_from_above
copied_from_beside cut_off doubled_for_squared eps_forgotten term_forgotten
divisor_forgotten parentheses_forgotten sign_turned sign_forgotten beta_for_rest
one_minus_forgotten other_beta stage_skipped other_counter x_and_y_swapped
rounded_too_early upside_down power_forgotten times_for_power other_case
max_and_min_swapped one_side_taken function_forgotten times_for_divided divided_for_times
point_shifted digits_swapped digit_dropped digit_misread not_simultaneous
squared_error_for_gradient schedule_forgotten start_rate start_value square_added root_added
next_row divided_by_n default_taken parentheses_misplaced power_misplaced bias_correction_added
corrected_carried square_of_average sum_for_average mean_for_average mean_for_sum look_ahead
degrees plus_for_times another_schedule
slope_forgotten activation_for_slope other_neuron
"""


def test_the_names_are_stable():
    assert sorted(KINDS) == sorted(NAMES.split())


def test_every_hint_is_a_question_without_a_number():
    for name, kind in KINDS.items():
        assert kind.hint.endswith("?") and not re.search(r"\d|look at", kind.hint), name


# The proof: every slip in every column of every rule, alone in a correct sheet.


def outcomes(rule: str, seed: int, decimals: int, *, everywhere: bool) -> Counter:
    """How every slip of a rule fares on one seeded sheet; see the test below for the words."""
    key = practice_key(rule, seed)
    learner = Learner(key, decimals, goes_on_rounded=seed % 2 == 0, as_typed=True)
    fares: Counter = Counter()
    for column in key.table.columns:
        if column.expression is None or (rule != RULES[0] and column.name in MODEL):
            continue
        rows = None if everywhere else {1 + seed % 3}
        made = []
        for slip in slips(key.table, column.name):
            filled = learner.fills_in(column.name, slip.tree, rows)
            if filled is not None and filled[1] is not None:
                made.append((slip, *filled))
        alike = Counter(_numbers(sheet, column.name) for _, sheet, _ in made)
        for slip, sheet, first in made:
            judgement = judge(handed_in(key, sheet))
            wrong = [one.place for one in judgement.verdicts if one.status == WRONG]
            if not wrong or wrong[0][1] != column.name or wrong[0][0] > first[0]:
                fares["not found"] += 1
                continue
            found = diagnose(judgement).get(wrong[0])
            group = "same number as another" if alike[_numbers(sheet, column.name)] > 1 else "own"
            if found is None:
                how = "nothing said"
            elif found.slip is None:
                how = "could be"
            else:
                how = "named" if slip.name in found.slip.split("|") else "wrong cause"
            fares[group, how] += 1
    return fares


def _numbers(sheet: Sheet, column: str) -> tuple:
    return tuple(cell.number for (_, name), cell in sorted(sheet.items()) if name == column)


def expect_named(fares: Counter, share: float) -> None:
    """A slip whose number no other slip gives is named in that share of the sheets.

    Where two slips give the same numbers all through a column, either is said; where more do, as
    for the rest, it says what could be. A wrong cause is named in 1 of 200.
    """
    own = sum(count for how, count in fares.items() if how[0] == "own")
    assert own > 100, fares
    assert fares["own", "named"] >= share * own, fares
    wrong = fares["own", "wrong cause"] + fares["same number as another", "wrong cause"]
    assert wrong <= own / 200, fares
    assert fares["not found"] <= own / 200, fares


@pytest.mark.parametrize("decimals", [4, 6])
def test_every_slip_alone_is_found_and_named(decimals):
    """A sample: all columns of a sheet, and one cell of each column of another."""
    drawn = random.Random(decimals)
    fares = outcomes("sgd", decimals, decimals, everywhere=True)
    fares += outcomes(drawn.choice(RULES), drawn.randrange(10**6), decimals, everywhere=False)
    expect_named(fares, 0.9)


@pytest.mark.skipif(not FULL, reason="the long proof: GDLAB_PROOF=full")
@pytest.mark.parametrize(("decimals", "seeds", "share"), [(6, 100, 0.95), (4, 40, 0.9)])
@pytest.mark.parametrize("rule", RULES)
def test_every_slip_of_every_rule_alone_is_found_and_named(rule, decimals, seeds, share):
    """All the way down the column in half of the sheets, in one cell in the others.

    With four decimals some slips, most of them in nadam, change the last digit alone: that is
    too little to name them by.
    """
    fares: Counter = Counter()
    for seed in range(seeds):
        fares += outcomes(rule, seed, decimals, everywhere=seed % 2 == 0)
    expect_named(fares, share)


def typed_at_random(right: float, decimals: int, draw: random.Random) -> float:
    """A wrong number that no formula leads to: far, near, off in its last digit."""
    unit = 10.0**-decimals
    return draw.choice(
        (
            draw.uniform(-2, 2) * max(abs(right), unit),
            right * 2 ** draw.gauss(0, 2),
            right * (1 + draw.gauss(0, 0.05)),
            right + draw.choice((-1, 1)) * draw.randint(2, 9) * unit,
        )
    )


@pytest.mark.parametrize("decimals", [2, 4, 6])
def test_a_number_at_random_is_seldom_given_a_cause(decimals):
    draw = random.Random(decimals)
    named = tried = 0
    for seed in range(200 if FULL else 6):
        key = practice_key(RULES[seed % len(RULES)], seed)
        sheet, _ = Learner(key, decimals, as_typed=True).fills_in()
        for place in draw.sample(sorted(sheet), 12):
            number = typed_at_random(sheet[place].number, decimals, draw)
            cell = Written(float(f"{number:.{decimals}f}"), decimals, f"{number:.{decimals}f}")
            judgement = judge(handed_in(key, sheet | {place: cell}))
            if any(one.place == place and one.status == WRONG for one in judgement.verdicts):
                tried += 1
                found = diagnose(judgement).get(place)
                named += found is not None and found.slip is not None
    assert tried > 40
    assert named <= 0.03 * tried


def test_two_slips_at_once_are_less_usual_than_any_single_one():
    """Their penalty weighs them: with a smaller one they would stand among single slips."""
    least = max(kind.usual for kind in KINDS.values())
    for key, column in ((AVERAGE, "avg_slope"), (RMS, "step_slope"), (SGD, "y_pred")):
        both = pairs(key.table, column)
        assert both and min(one.usual for one in both) > least
