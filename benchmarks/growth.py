"""How time and memory grow with the work: ten times the rows, runs, parameters, workbooks, cells.

    python -m benchmarks.growth [KIND ...]

Each amount is done in a process of its own. Its time is processor time, of its own processes too,
and its memory what the work adds at most to a process that has done the least amount before
(Linux only). ``benchmarks/growth.png`` shows both.
"""

import json
import math
import subprocess
import sys
from pathlib import Path

from benchmarks.goal import Goal

LITTLE = 0.01  # seconds or MB; smaller growth is ignored
HALF_WAY = 32  # at ten times the work, between ten times the figure and a hundred times
PICTURE = Path(__file__).with_name("growth.png")
BEFORE = """
import json, resource, sys, tempfile, time
from pathlib import Path
import numpy as np
import gdlab

folder = Path(tempfile.mkdtemp())

def now(word):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(word))

def seconds():
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
"""
AFTER = """
least, amount = map(int, sys.argv[1:])
do(prepare(least))
given = prepare(amount)
with open("/proc/self/clear_refs", "w") as clear:
    clear.write("5")  # the largest size is counted again from here
begin, before = seconds(), now("VmRSS")
kept = do(given)
print(json.dumps([seconds() - begin, (now("VmHWM") - before) / 1024]))
"""
KINDS = {
    "rows of Adam's frame": (
        (10**5, 10**6, 3 * 10**6),
        """
gdlab.trace("adam", epochs=10**4)  # so many rows are compiled, and fewer from then on
def prepare(rows):
    return rows // 29 + 1
def do(epochs):
    return gdlab.trace("adam", epochs=epochs).frame
""",
    ),
    "runs of a sweep": (
        (10**4, 10**5, 10**6),
        """
def prepare(runs):
    return {"lr": np.geomspace(1e-5, 1, 100), "slope": np.linspace(0, 1, max(1, runs // 100))}
def do(over):
    return gdlab.sweep("adam", over=over, epochs=4).values
""",
    ),
    "parameters of a model": (
        (10, 100, 300),
        """
def prepare(count):
    names = range(1, count + 1)
    head = [f"x{i}, " for i in names] + ["y, "] + [f"w{i}=0.1, " for i in names]
    sums = [f"    z{i} = z{i - 1} + w{i} * x{i}\\n" for i in names]
    text = "def wide(" + "\\n".join(head) + "):\\n    z0 = 0 * y\\n" + "".join(sums)
    text += f"    error = z{count} - y\\n    loss = error * error\\n    return (\\n"
    text += "".join(f"        z{i},\\n" for i in names) + "        error, loss)\\n"
    file = folder / f"wide_{count}.py"
    file.write_text(text)
    scope = {}
    exec(compile(text, file, "exec"), scope)
    points = np.random.default_rng(0).random((10, count + 1)).round(3)
    return scope["wide"], points
def do(given):
    model, points = given
    return gdlab.trace("adam", points, model=gdlab.model(model), lr=0.001, epochs=2).values
""",
    ),
    "formula cells written": (
        (2_000, 20_000, 200_000),
        """
def prepare(cells):
    return gdlab.trace("adam", epochs=max(1, cells // 21 // 29))
def do(run):
    return run.to_excel(folder / "book.xlsx")
""",
    ),
    "formula cells of a stranger": (
        (1_200, 12_000, 48_000),
        """
sys.path.insert(0, "tests")
from strangers import network, write
def prepare(cells):
    return write(folder / f"network_{cells}.xlsx", network(rows=max(3, cells // 27)))
def do(file):
    return gdlab.read_workbook(file)
""",
    ),
    "workbooks of a class": (
        (20, 200, 400),
        """
sys.path.insert(0, "tests")
from handed_in import hand_in
from gdlab.marking.classes import mark_class
def prepare(count):
    into = Path(tempfile.mkdtemp(dir=folder))
    for number in range(count):
        hand_in(into / f"{number:05d}.xlsx", "adam", rows=6, seed=number)
    return into
def do(into):
    return mark_class(into, folder / f"marked_{into.name}")
""",
    ),
}


def measure(kind: str) -> list[tuple[int, float, float]]:
    """The amounts of one kind of work, the seconds of each, and the MB that it adds at most."""
    amounts, work = KINDS[kind]
    found = []
    for amount in amounts:
        script = BEFORE + work + AFTER
        arguments = [sys.executable, "-c", script, str(amounts[0]), str(amount)]
        done = subprocess.run(arguments, check=True, capture_output=True, text=True)
        found.append((amount, *json.loads(done.stdout.splitlines()[-1])))
        print(f"{kind:30}{amount:>10,}{found[-1][1]:10.2f} s{found[-1][2]:10.1f} MB", flush=True)
    return found


def by_ten(amounts: list[int], figures: list[float]) -> float:
    """How many times larger a figure becomes with ten times the work, over the last step."""
    more = math.log10(amounts[-1] / amounts[-2])
    return (figures[-1] / max(figures[-2], LITTLE)) ** (1 / more)


def picture(found: dict[str, list[tuple[int, float, float]]], path: Path = PICTURE) -> None:
    """Seconds and MB over the amount of work, each kind a line; dotted: both grow alike."""
    import matplotlib.pyplot as plt

    figure, both = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
    for index, (axes, unit) in enumerate(zip(both, ("seconds", "MB"), strict=True), 1):
        for kind, rows in found.items():
            figures = [max(row[index], LITTLE) for row in rows]
            axes.loglog([row[0] for row in rows], figures, "o-", label=kind)
        for least in (1e-6, 1e-5, 1e-4, 1e-3):
            axes.plot([10, 1e6], [10 * least, 1e6 * least], color="lightgrey", linestyle=":")
        axes.set_xlabel("amount of work")
        axes.set_ylabel(unit)
        axes.set_ylim(LITTLE / 2)
    both[0].legend(fontsize="small")
    figure.savefig(path, dpi=110)


def goals() -> list[Goal]:
    """Time and memory grow with the work, and far more slowly than its square."""
    found = {kind: measure(kind) for kind in KINDS}
    picture(found)
    goals = []
    for kind, rows in found.items():
        amounts, seconds, memory = map(list, zip(*rows, strict=True))
        goals.append(
            Goal(f"ten times the {kind}: time", by_ten(amounts, seconds), "times", HALF_WAY)
        )
        goals.append(
            Goal(f"ten times the {kind}: memory", by_ten(amounts, memory), "times", HALF_WAY)
        )
    return goals


def main() -> None:
    """Print the figures of the kinds that were named, or draw all."""
    if sys.argv[1:]:
        for kind in sys.argv[1:]:
            measure(kind)
        return
    print(*goals(), sep="\n")
    print("The picture is benchmarks/growth.png.")


if __name__ == "__main__":
    main()
