"""A sweep against the same loops in C with OpenMP at -O3: 10^6 runs of 116 rows.

    python -m benchmarks.sweep [RULE ...]

The C goes through blocks of 64 runs side by side as the sweep does, takes the same powers once for
a block, and shares the blocks out with OpenMP. Its numbers are compared with gdlab's, bit for bit.
The whole call of ``gdlab.sweep`` is timed, from the lists of values to the array of measures, each
side in processes of its own, in turns.
"""

import ctypes
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

import gdlab
from benchmarks.c_peer import HEAD, _steps
from benchmarks.goal import Goal
from benchmarks.rows import in_turns
from gdlab.core.assembly import table_of
from gdlab.core.columns import Table
from gdlab.core.points import lesson_pairs
from gdlab.core.registry import find_rule

# This module is found from here alone: it is not installed.
ROOT = Path(__file__).parents[1]
SIDE, EPOCHS = 1000, 4
LANES = 64
# The second swept name; the first is lr.
OVER = {"sgd": "slope", "momentum": "beta", "rmsprop": "beta", "adam": "beta1", "lion": "beta1"}


def c_text(table: Table, second: str) -> str:
    """The sweep over lr and a second name as a C function; the rmse of the last epoch."""
    given = {**table.starts, **table.hyper}
    carried = list(table.starts)
    own = [name for name in table.computed if name not in table.starts]
    return "\n".join(
        [
            HEAD,
            "void sweep(long epochs, long samples, const double *px, const double *py,",
            "           const double *lrs, long n_lr, const double *seconds, long n_second,",
            "           double *out) {",
            f"  long blocks = (n_lr + {LANES - 1}) / {LANES};",
            "  #pragma omp parallel for schedule(dynamic, 8)",
            "  for (long block = 0; block < blocks * n_second; block++) {",
            *(f"    double {name} = {value!r};" for name, value in given.items() if name != "lr"),
            f"    {second} = seconds[block / blocks];",
            f"    long first = block % blocks * {LANES}, lanes = n_lr - first;",
            f"    if (lanes > {LANES}) lanes = {LANES};",
            f"    double l_lr[{LANES}], l_total[{LANES}];",
            *(f"    double l_{name}[{LANES}];" for name in carried),
            "    for (long j = 0; j < lanes; j++) {",
            "      l_lr[j] = lrs[first + j];",
            *(f"      l_{name}[j] = {name};" for name in carried),
            "    }",
            "    long row = 0; double n = samples; (void)n; (void)pi;",
            "    for (long e = 0; e < epochs; e++) {",
            "      for (long j = 0; j < lanes; j++) l_total[j] = 0.0;",
            "      for (long i = 0; i < samples; i++, row++) {",
            "        double t = row + 1.0, x = px[i], y = py[i]; (void)t;",
            "        #pragma omp simd",
            "        for (long j = 0; j < lanes; j++) {",
            "          double lr = l_lr[j]; (void)lr;",
            *(f"          double {name} = l_{name}[j];" for name in carried),
            *(f"          double {name} = 0.0;" for name in own),
            *_steps(table.steps, set(carried), " " * 10),
            "          l_total[j] += err2;",
            *(f"          {name} = new_{name};" for name in table.parameters),
            *(f"          l_{name}[j] = {name};" for name in carried),
            "        }",
            "      }",
            "    }",
            "    for (long j = 0; j < lanes; j++)",
            "      out[block / blocks * n_lr + first + j] = sqrt(l_total[j] / n);",
            "  }",
            "}",
        ]
    )


def build(table: Table, second: str, folder: Path):
    """Compile the C; returns a function of (x, y, lrs, seconds)."""
    source, library = folder / "sweep.c", folder / f"{table.rule.name}.so"
    source.write_text(c_text(table, second))
    # No contraction to fused operations: the same bits as IEEE 754 arithmetic step by step.
    flags = ["-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]
    flags += ["-fopenmp", "-fPIC", "-shared", "-w"]
    subprocess.run(["gcc", *flags, "-o", library, source, "-lm"], check=True)
    function = ctypes.CDLL(str(library)).sweep
    pointer = ctypes.POINTER(ctypes.c_double)

    def call(x, y, lrs, seconds):
        # An array of its own for each call, as gdlab's has.
        found = np.empty((SIDE, SIDE))
        x, y, lrs, seconds, out = (a.ctypes.data_as(pointer) for a in (x, y, lrs, seconds, found))
        sizes = [ctypes.c_long(size) for size in (EPOCHS, 29, SIDE, SIDE)]
        function(*sizes[:2], x, y, lrs, sizes[2], seconds, sizes[3], out)
        return found

    return call


def sides(rule: str) -> dict[str, Callable]:
    """The same sweep by gdlab and by the C; each gives an array with an axis per swept name."""
    second = OVER[rule]
    over = {"lr": np.geomspace(1e-5, 10, SIDE), second: np.linspace(0, 0.99, SIDE)}
    call = build(table_of(find_rule(rule)), second, Path(tempfile.mkdtemp()))
    x, y = (np.array(values) for values in lesson_pairs())
    return {
        "gdlab": lambda: gdlab.sweep(rule, over=over, epochs=EPOCHS).values,
        "C": lambda: call(x, y, *over.values()).T,
    }


def time_one(side: str, rule: str, repeats: int = 11) -> None:
    """Print the least seconds of one side's sweep; for a process of its own."""
    (best,) = in_turns([sides(rule)[side]], repeats)
    print(best)


def compare(rule: str, turns: int = 3) -> dict:
    """Time one rule's sweep against its C; whether the numbers have the same bits."""
    ours, theirs = (side() for side in sides(rule).values())
    times: dict[str, float] = {}
    for _ in range(turns):
        for side in ("gdlab", "C"):
            # OpenMP's threads go on spinning for a while, and would take a core from gdlab's.
            script = f"from benchmarks.sweep import time_one; time_one({side!r}, {rule!r})"
            done = subprocess.run(
                [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True
            )
            times[side] = min(times.get(side, float("inf")), float(done.stdout))
    rows = SIDE * SIDE * EPOCHS * len(lesson_pairs()[0])
    mine, its = (rows / best / 1e6 for best in times.values())
    equal = np.array_equal(ours, theirs, equal_nan=True)
    return {"rule": rule, "gdlab": mine, "C": its, "ratio": mine / its, "equal": equal}


def goals() -> list[Goal]:
    """A sweep takes at most 1/0.9 of the time of the C."""
    found = [compare(rule) for rule in OVER]
    if not all(one["equal"] for one in found):
        raise SystemExit("the C loop has other bits, so its time says nothing")
    return [
        Goal(f"sweep of {one['rule']}, 10^6 runs, over C", 1 / one["ratio"], "times", 1 / 0.9)
        for one in found
    ]


def main() -> None:
    """Print the table."""
    print(f"{os.cpu_count()} cores; million rows a second")
    print(f"{'rule':12}{'gdlab':>8}{'C':>8}{'ratio':>7}  same bits")
    for rule in sys.argv[1:] or OVER:
        row = compare(rule)
        print(
            f"{row['rule']:12}{row['gdlab']:>8.0f}{row['C']:>8.0f}{row['ratio']:>7.2f}"
            f"  {row['equal']}"
        )


if __name__ == "__main__":
    main()
