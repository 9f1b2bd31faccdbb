"""The points that each model comes with, and the learning rate that suits them."""

from collections.abc import Callable

from gdlab.core.points import Points, lesson_pairs

# Hours of study before an exam, and whether it was passed; made up.
HOURS = (0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5)
PASSED = (0, 0, 0, 1, 0, 1, 0, 1, 1, 1)


def parabola() -> Points:
    """Nine points of y = 2 - x + x*x / 2."""
    x = [k / 2 for k in range(-4, 5)]
    return x, [2 - one + one * one / 2 for one in x]


def on_a_plane() -> Points:
    """Nine points of y = 1 + 2*x1 - 3*x2."""
    corners = [(float(x1), float(x2)) for x1 in (-1, 0, 1) for x2 in (-1, 0, 1)]
    x1, x2 = ([corner[i] for corner in corners] for i in (0, 1))
    return x1, x2, [1 + 2 * a - 3 * b for a, b in corners]


def exam() -> Points:
    """Hours of study, and 1 for an exam that was passed."""
    return list(map(float, HOURS)), list(map(float, PASSED))


def hinge() -> Points:
    """Nine points of y = max(0, 2*x - 1)."""
    x = [k / 2 for k in range(-3, 6)]
    return x, [max(0.0, 2 * one - 1) for one in x]


def bent_line() -> Points:
    """Nine points of y = 1 + 2 * max(0, x - 1)."""
    x = [k / 2 for k in range(-2, 7)]
    return x, [1 + 2 * max(0.0, one - 1) for one in x]


def worked_example() -> Points:
    """The single sample of a worked example that many articles have copied since 2015."""
    return [0.05], [0.1], [0.01], [0.99]


def exclusive_or() -> Points:
    """The four cases of XOR."""
    return [0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0]


DATA_SETS: dict[str, Callable[[], Points]] = {
    "line": lesson_pairs,
    "line_half": lesson_pairs,
    "quadratic": parabola,
    "plane": on_a_plane,
    "logistic": exam,
    "relu_neuron": hinge,
    "two_neurons": bent_line,
    "network_2_2_2": worked_example,
    "network_2_2_1": exclusive_or,
}
# For plain gradient descent with one sample an update, over these points.
RATES = {
    "line_half": 0.0002,
    "quadratic": 0.02,
    "plane": 0.1,
    "logistic": 0.1,
    "relu_neuron": 0.05,
    "two_neurons": 0.02,
    "network_2_2_2": 0.5,
    "network_2_2_1": 0.5,
}
