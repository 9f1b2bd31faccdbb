"""Whole processes from a cold start, alternating with the peer that the goal names.

    python -m benchmarks.cold

Figures are milliseconds, the median of many runs; every process is a new one, files are cached.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.goal import Goal

PYTHON = sys.executable
GDLAB = str(Path(PYTHON).with_name("gdlab"))
NUMPY, PANDAS = [PYTHON, "-P", "-c", "import numpy"], [PYTHON, "-P", "-c", "import pandas"]
# A model that no cache knows, from its definition to its first table.
NEW_MODEL = """
import gdlab

def mine(x, y, weight=0.1, bias=0, bend=0.2):
    y_pred = bias + weight * x + bend * x * x
    error = y_pred - y
    loss = error * error
    return y_pred, error, loss

gdlab.trace("adam", [(1, 2), (3, 4)], model=gdlab.model(mine), epochs=5).frame
"""
SECONDS = 0.5
PAIRS = (
    ("gdlab --help", [GDLAB, "--help"], "bare Python", [PYTHON, "-P", "-c", ""], 3.0),
    ("import gdlab", [PYTHON, "-P", "-c", "import gdlab"], "import numpy", NUMPY, 1.5),
    ("gdlab table", [GDLAB, "table", "adam", "--epochs", "4"], "import pandas", PANDAS, 1.25),
)


def compare(runs: int = 15) -> list[dict]:
    """Each command's median time and its peer's, and the ratio that the goal allows."""
    found = []
    for name, command, peer, peer_command, goal in PAIRS:
        ours, theirs = [], []
        with _as_installed() as environment:
            for _ in range(runs + 1):
                ours.append(_time(command, environment))
                theirs.append(_time(peer_command, environment))
        # The first run of each only warms the file cache.
        mine, its = statistics.median(ours[1:]), statistics.median(theirs[1:])
        found.append(
            {"what": name, "gdlab": mine * 1e3, "peer": peer, "its": its * 1e3,
             "ratio": mine / its, "goal": goal}
        )  # fmt: skip
    return found


@contextmanager
def _as_installed() -> Iterator[dict[str, str]]:
    """The environment of processes that find their modules compiled, as after an installation.

    The first of them compiles what it imports.
    """
    with tempfile.TemporaryDirectory() as folder:
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        yield kept | {"PYTHONPYCACHEPREFIX": folder}


def _time(command: list[str], environment: dict[str, str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=environment)
    return time.perf_counter() - begin


def first_table(runs: int = 7) -> float:
    """Seconds of a process that defines a model and makes its first table: the median."""
    with tempfile.TemporaryDirectory() as folder, _as_installed() as environment:
        script = Path(folder) / "first.py"
        script.write_text(NEW_MODEL, encoding="utf-8")
        _, *times = [_time([PYTHON, "-P", str(script)], environment) for _ in range(runs + 1)]
        return statistics.median(times)


def goals() -> list[Goal]:
    """The goals about cold starts."""
    ratios = [
        Goal(f"{row['what']} over {row['peer']}", row["ratio"], "times", row["goal"])
        for row in compare()
    ]
    return [*ratios, Goal("first table of a new model", first_table(), "s", SECONDS)]


def main() -> None:
    """Print the table."""
    for row in compare():
        print(
            f"{row['what']:30}{row['gdlab']:8.0f} ms   {row['peer']:14}{row['its']:8.0f} ms"
            f"   ratio {row['ratio']:.2f} (goal: at most {row['goal']})"
        )


if __name__ == "__main__":
    main()
