"""Bare numbers of a line's descent, computed here by numpy: recognised, or said what they are."""

import numpy as np
import pytest
import xlsxwriter

from gdlab import read_workbook

RULES = {"sgd": "sgd", "momentum": "momentum", "velocity": "heavy_ball", "rmsprop": "rmsprop"}
X = [3.0, 11.0, 7.0, 18.0, 5.0, 14.0, 9.0, 2.0, 16.0]
Y = [36.2, 51.9, 45.1, 64.7, 41.3, 57.2, 47.8, 35.0, 62.6]


def numbers(rule, half):
    """The columns of a descent: x, y, b, m, y_pred, loss, gradients (or half of them)."""
    w, state, columns = np.ones(2), np.zeros(2), []
    for x, y in zip(X, Y, strict=True):
        error = w[0] + w[1] * x - y
        g = (1 if half else 2) * error * np.array([1, x])
        columns.append([error**2, w[1], x, g[0], y, w[0], g[1], error + y])
        step = 0.0005 * g
        if rule == "momentum":
            state = 0.9 * state + 0.1 * g
            step = 0.0005 * state
        elif rule == "velocity":
            step = state = 0.9 * state + 0.0005 * g
        elif rule == "rmsprop":
            state = 0.99 * state + 0.01 * g**2
            step = 0.1 * g / (np.sqrt(state) + 1e-8)
        elif rule == "none":
            step = np.sin(columns[-1][2:4])
        w = w - step
    return np.array(columns)


def read(tmp_path, rows, digits=15):
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        page = book.add_worksheet()
        for (row, column), value in np.ndenumerate(rows):
            # Significant digits: a large number has fewer decimals.
            page.write_number(row, column, float(f"{value:.{digits}g}"))
    return read_workbook(tmp_path / "a.xlsx")


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_told_without_heads_rate_or_states(tmp_path, rule, half):
    (table,) = (reading := read(tmp_path, numbers(rule, half), 8)).tables
    assert reading.findings == []
    # Both forms of momentum make the same steps, at ten times the rate.
    assert RULES[rule] == table.rule or f"fit {RULES[rule]} as well" in table.words


@pytest.mark.parametrize("digits", [2, 3, 4])
def test_few_significant_digits_are_not_accused(tmp_path, digits):
    reading = read(tmp_path, numbers("sgd", False), digits)
    assert reading.passed
    assert "no parameter is updated" not in str(reading)


def test_a_rule_that_is_not_known_is_said_with_what_was_read(tmp_path):
    reading = read(tmp_path, numbers("none", False))
    (table,) = reading.tables
    assert (table.rule, reading.passed) == (None, True)
    assert "No rule that gdlab knows gives these updates" in table.words
    without_gradients = read(tmp_path, np.delete(numbers("none", False), [3, 6], axis=1))
    assert without_gradients.tables == []
    assert "b + m*x" in without_gradients.sentence
    assert without_gradients.sentence.endswith("no rule that gdlab knows gives these b and m")


def test_numbers_of_another_model_are_said_and_not_judged(tmp_path):
    w, rows = np.array([0.5, 0.1, -0.2]), []
    for a, b in [(0.4, 1.1), (1.3, -0.6), (-0.8, 0.9), (0.7, 0.2), (-1.5, -0.4), (0.9, 1.6)] * 2:
        error = w @ [1, a, b] - (1 + 2 * a - b)
        g = 2 * error * np.array([1, a, b])
        rows.append([a, b, *w, *g])
        w = w - 0.05 * g
    reading = read(tmp_path, np.array(rows), 10)
    assert reading.tables == [] and reading.findings == []
    assert "C by 0.05 times F, D by 0.05 times G and E by 0.05 times H" in reading.sentence


@pytest.mark.parametrize("rule", ["momentum", "heavy_ball", "adam"])
def test_another_models_numbers_are_told_by_what_a_rule_remembers(tmp_path, rule):
    w, v, s, rows = np.array([0.5, 0.1, -0.2]), np.zeros(3), np.zeros(3), []
    points = [(0.4, 1.1), (1.3, -0.6), (-0.8, 0.9), (0.7, 0.2), (-1.5, -0.4), (0.9, 1.6)] * 3
    for t, (a, b) in enumerate(points, 1):
        p = 1 / (1 + np.exp(-(w @ [1, a, b])))
        g = (p - float(a > b)) * np.array([1, a, b])
        rows.append([a, b, *w, p, *g])
        v = 0.9 * v + (1.0 if rule == "heavy_ball" else 0.1) * g
        s = 0.999 * s + 0.001 * g * g
        step = v / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8) if rule == "adam" else v
        w = w - 0.05 * step
    reading = read(tmp_path, np.array(rows), 8)
    assert reading.tables == [] and reading.findings == []
    assert "C with G, D with H and E with I move as" in reading.sentence
    assert f"{rule} (" in reading.sentence
    if rule != "adam":
        # Both give these numbers, with another rate.
        assert "momentum (beta 0.9, lr" in reading.sentence
        assert "heavy_ball (momentum 0.9, lr" in reading.sentence
