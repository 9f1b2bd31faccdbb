"""From how many rows a fresh process gains by the compiled loop: engine.COMPILE_FROM.

    python -m benchmarks.threshold

Every figure is the median of several new processes whose machine code is stored already; it is the
time of one ``trace("adam")``, the import of Numba included where it is used.
"""

import statistics
import subprocess
import sys

from benchmarks.goal import Goal

SCRIPT = """
import sys, time
import numpy
import gdlab
from gdlab.core import engine
engine.COMPILE_FROM = int(sys.argv[1])
gdlab.trace("sgd")
begin = time.perf_counter()
gdlab.trace("adam", epochs=int(sys.argv[2]))
print(time.perf_counter() - begin)
"""
SIZES = (50_000, 100_000, 200_000, 400_000, 800_000)
NEVER, ALWAYS = 10**12, 1_000


def compare(runs: int = 5) -> list[dict]:
    """Seconds of one table, plain and compiled, by size."""
    found = []
    for size in SIZES:
        plain, compiled = [], []
        for _ in range(runs + 1):
            plain.append(_seconds(NEVER, size))
            compiled.append(_seconds(ALWAYS, size))
        medians = statistics.median(plain[1:]), statistics.median(compiled[1:])
        found.append({"rows": size, "plain": medians[0], "compiled": medians[1]})
    return found


def _seconds(compile_from: int, size: int) -> float:
    command = [sys.executable, "-P", "-c", SCRIPT, str(compile_from), str(size // 29)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def goals() -> list[Goal]:
    """At the threshold neither way takes more than 1.5 times as long as the other."""
    from gdlab.core.engine import COMPILE_FROM

    at = min(compare(), key=lambda row: abs(row["rows"] - COMPILE_FROM))
    ratio = max(at["plain"], at["compiled"]) / min(at["plain"], at["compiled"])
    return [Goal(f"the worse of plain and compiled, {at['rows']:,} rows", ratio, "times", 1.5)]


def main() -> None:
    """Print the table."""
    for row in compare():
        plain, compiled = row["plain"], row["compiled"]
        print(f"{row['rows']:>9,} rows  plain {plain:.3f} s  compiled {compiled:.3f} s")


if __name__ == "__main__":
    main()
