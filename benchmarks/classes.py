"""How many filled-in workbooks are marked per second, with a marked copy of each, and the memory.

    python -m benchmarks.classes [WORKBOOKS]

The workbooks are Adam's with six rows: a third of them right, a third with one slip, a third with a
slip in every row of one column. The memory is that of this process and its marking processes, at
their peak, after 1,000 workbooks and after all; with fewer than 2,000, after half.
"""

import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.goal import Goal
from gdlab.marking.classes import mark_class, marker, marking

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from handed_in import hand_in

DISTINCT = 300
SLIPS = ({}, {(3, "grad_slope")}, {(t, "avg_hat_slope") for t in range(1, 7)})


def fill_in(folder: Path, count: int) -> None:
    """Write workbooks that differ in points, rates and slips."""
    for number in range(count):
        slips = SLIPS[number % 3]

        def change(t: int, name: str, value: float, slips: set = slips) -> float:
            return round(value / 2, 4) if (t, name) in slips else value

        hand_in(folder / f"{number:05d}.xlsx", "adam", rows=6, seed=number, change=change)


def measure(count: int) -> dict:
    """Workbooks per second, and the peak memory in MB half-way and at the end."""
    folder = Path(tempfile.mkdtemp())
    (folder / "in").mkdir()
    fill_in(folder / "in", min(count, DISTINCT))
    for number in range(DISTINCT, count):
        # After the first few hundred the same workbooks repeat under other names; all are marked.
        first = folder / "in" / f"{number % DISTINCT:05d}.xlsx"
        shutil.copy(first, folder / "in" / f"{number:05d}.xlsx")
    highest = {}
    original = marking.spread

    def watched(*given, **options):
        for number, result in enumerate(original(*given, **options), 1):
            if number in (min(1000, count // 2), count):
                highest[number] = memory()
            yield result

    marking.spread = watched
    begin = time.perf_counter()
    counts = mark_class(folder / "in", folder / "out")
    seconds = time.perf_counter() - begin
    marking.spread = original
    assert counts.marked == count
    first, last = highest.values()
    return {"rate": count / seconds, "first": first, "last": last}


def memory() -> float:
    """The peak memory in MB of this process and of its marking processes."""
    total = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for one in marker._all:
        if one.process is not None:
            lines = Path(f"/proc/{one.process.pid}/status").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return total / 1024


def goals() -> list[Goal]:
    """At least 20 workbooks a second on two cores, and memory that stays flat."""
    found = measure(600)
    return [
        Goal("marking, with a marked copy each", found["rate"], "a second", 20, at_most=False),
        Goal(
            "memory of marking, later and after half", found["last"] / found["first"], "times", 1.1
        ),
    ]


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    found = measure(count)
    print(f"{count} workbooks: {found['rate']:.1f} a second")
    print(
        f"memory at its highest: {found['first']:.0f} MB early, {found['last']:.0f} MB at the end"
    )


if __name__ == "__main__":
    main()
