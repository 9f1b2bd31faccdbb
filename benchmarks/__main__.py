"""Every benchmark in one run: a table on the screen and a picture, ``benchmarks/figures.png``.

    make bench            python -m benchmarks [NAME ...]

Each module beside this one that has ``goals()`` is a benchmark; README.md says how they measure.
"""

import importlib
import pkgutil
import sys
from pathlib import Path

import benchmarks
from benchmarks.goal import Goal

PICTURE = Path(__file__).with_name("figures.png")


def names() -> list[str]:
    """The benchmarks: modules with a function ``goals``."""
    found = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
    return [
        name for name in found
        if name != "__main__" and hasattr(importlib.import_module(f"benchmarks.{name}"), "goals")
    ]  # fmt: skip


def picture(goals: list[Goal], path: Path = PICTURE) -> None:
    """A bar per figure: how much of its limit it uses."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 0.32 * len(goals) + 1.2), layout="constrained")
    shares = [goal.share for goal in goals]
    colours = ["#2a6f97" if goal.met else "#c1440e" for goal in goals]
    bars = axes.barh([goal.what for goal in goals], shares, color=colours)
    labels = [f"{goal.share:.2f}{'' if goal.met else '  not met'}" for goal in goals]
    axes.bar_label(bars, labels, padding=3)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xlim(0, max(1.3, max(shares) * 1.15))
    axes.set_xlabel("share of the limit (1 is the limit, less is better)")
    axes.invert_yaxis()
    figure.savefig(path, dpi=110)


def main() -> None:
    """Run the named benchmarks, or all."""
    goals = []
    for name in sys.argv[1:] or names():
        for goal in importlib.import_module(f"benchmarks.{name}").goals():
            goals.append(goal)
            print(goal, flush=True)
    picture(goals)
    print("The picture is benchmarks/figures.png.")


if __name__ == "__main__":
    main()
