"""Seconds until a rate is found: for the lesson's 29 points, and for 10^5.

    python -m benchmarks.finder

Points of a noisy line, from the second search on: the first one compiles the loop.
"""

import numpy as np

import gdlab
from benchmarks.goal import Goal
from benchmarks.rows import in_turns

RULES = ("sgd", "adam")
# By the number of points: the epochs, and how many seconds it may take.
LIMITS = {29: (50, 1.0), 10**5: (5, 5.0)}


def line(count: int) -> dict[str, np.ndarray]:
    """Noisy points of a line, the same ones every time."""
    draw = np.random.default_rng(0)
    x = draw.uniform(0, 10, count)
    return {"x": x, "y": 2 * x + 30 + draw.normal(0, 1, count)}


def goals() -> list[Goal]:
    """How long a search takes, by rule and number of points."""
    found = []
    for count, (epochs, limit) in LIMITS.items():
        points = line(count)
        for rule in RULES:
            [seconds] = in_turns([lambda: gdlab.find_rate(rule, points, epochs=epochs)], 3)  # noqa: B023
            found.append(Goal(f"{rule}: a rate for {count:,} points", seconds, "s", limit))
    return found


def main() -> None:
    """Print what a search takes."""
    for goal in goals():
        print(goal)


if __name__ == "__main__":
    main()
