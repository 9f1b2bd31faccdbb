"""Rows per second of every rule's and model's table: gdlab's compiled kernel, the same loop in C.

    python -m benchmarks.rows [RULE or MODEL ...]

Figures are nanoseconds per row, the best of several runs taken in turns, arrays warm.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import gdlab
from benchmarks.c_peer import build
from benchmarks.goal import Goal
from gdlab.core import engine
from gdlab.core.assembly import table_of
from gdlab.core.codegen import branching, fading_rows, module_text
from gdlab.core.points import lesson_pairs
from gdlab.core.registry import find_rule
from gdlab.core.run import prepare

SIZES = (10**4, 10**6, 10**7)
# A model's table is wider: 10^7 rows of it may be more than the memory holds.
MODEL_SIZES, MODEL_RULES = (10**4, 10**6), ("sgd", "adam")


def compare(
    rule: str, sizes=SIZES, folder: Path | None = None, model: str | None = None
) -> list[dict]:
    """Time one rule against its C; one row per size, with the ratio and whether the bits agree."""
    folder = folder or Path(tempfile.mkdtemp())
    run = prepare(rule, model=model)
    table = run.table
    numbers = [*table.starts.values(), *table.hyper.values()]
    loop = engine.compiled(branching(module_text(table)))
    peer = build(table, folder)
    points = [np.array(values) for values in run.points]
    none, epoch_out = np.zeros(0, dtype=np.int64), np.zeros((0, 0))
    found = []
    for size in sizes:
        epochs = size // run.samples
        rows = epochs * run.samples
        counts = tuple(map(np.uint64, (rows, fading_rows(table, run.hyper, rows), run.samples, 1)))
        ours, theirs = (np.zeros((len(table.computed), rows)) for _ in range(2))
        c_loop = peer(points, numbers, theirs)

        def run_ours():
            loop(*counts, *points, none, *numbers, ours, epoch_out)  # noqa: B023

        def run_theirs():
            c_loop(epochs)  # noqa: B023

        times = in_turns([run_ours, run_theirs], repeats=max(3, min(200, 10**7 // rows)))
        equal = np.array_equal(ours.view(np.int64), theirs.view(np.int64))
        mine, its = (best / rows * 1e9 for best in times)
        found.append(
            {
                "rule": rule if model is None else f"{model}, {rule}",
                "rows": rows,
                "gdlab": mine,
                "C": its,
                "ratio": mine / its,
                "equal": equal,
            }
        )
    return found


def compare_model(model: str) -> list[dict]:
    """Time a model's loops against their C, with a plain rule and with one of many columns."""
    return [row for rule in MODEL_RULES for row in compare(rule, sizes=MODEL_SIZES, model=model)]


def in_turns(functions, repeats):
    """The least time of each function, called in turns."""
    best = [float("inf")] * len(functions)
    for _ in range(repeats):
        for place, function in enumerate(functions):
            begin = time.perf_counter()
            function()
            best[place] = min(best[place], time.perf_counter() - begin)
    return best


def until_frame(size: int) -> list[float]:
    """Seconds of the kernel into fresh arrays, and of ``trace(...)`` until its frame is there.

    Repeated until the runs have enough rows together for ``trace`` to compile them.
    """
    repeats = max(5, 2 * engine.COMPILE_FROM // size)
    table = table_of(find_rule("adam"))
    numbers = [*table.starts.values(), *table.hyper.values()]
    loop = engine.compiled(branching(module_text(table)))
    x, y = (np.array(values) for values in lesson_pairs())
    epochs = size // len(x)
    rows = epochs * len(x)
    counts = tuple(map(np.uint64, (rows, fading_rows(table, table.hyper, rows), len(x), 1)))

    def fresh():
        out = np.empty((len(table.computed), rows))
        none, epoch_out = np.zeros(0, dtype=np.int64), np.zeros((0, 0))
        loop(*counts, x, y, none, *numbers, out, epoch_out)

    return in_turns([fresh, lambda: gdlab.trace("adam", epochs=epochs).frame], repeats)


def over_c(row: dict) -> Goal:
    """The goal of one comparison with C; SystemExit if the C loop gives other bits."""
    if not row["equal"]:
        raise SystemExit(f"{row['rule']}: the C loop has other bits, so its time says nothing")
    return Goal(f"{row['rule']}: kernel over C, {row['rows']:,} rows", row["ratio"], "times", 1.1)


def goals() -> list[Goal]:
    """The goals about rows: against C, through to the frame, memory, subnormals."""
    found = []
    for rule in gdlab.rules():
        rows = compare(rule)
        found += [over_c(row) for row in rows]
        if rule == "adam":
            slow = rows[-1]["gdlab"] / rows[0]["gdlab"]
            found.append(Goal("adam: ns per row at 10^7 over 10^4", slow, "times", 1.3))
    for model in gdlab.models():
        found += [over_c(row) for row in compare_model(model)]
    for size in SIZES:
        kernel_alone, to_frame = until_frame(size)
        what = f"adam: trace to frame over fresh kernel, {size:,} rows"
        found.append(Goal(what, to_frame / kernel_alone, "times", 1.5))
    run = gdlab.trace("adam", epochs=10**6 // 29)
    cells = run.rows * len(run.table.columns)
    bytes_per_cell = run.frame.memory_usage(index=False).sum() / cells
    found.append(Goal("adam: bytes per cell of the frame", bytes_per_cell, "bytes", 8.8))
    return found


def main() -> None:
    """Print the table."""
    print(f"{'rule':24}{'rows':>10}{'gdlab ns':>10}{'C ns':>8}{'ratio':>7}  same bits")
    for name in sys.argv[1:] or [*gdlab.rules(), *gdlab.models()]:
        for row in compare_model(name) if name in gdlab.models() else compare(name):
            print(
                f"{row['rule']:24}{row['rows']:>10}{row['gdlab']:>10.1f}{row['C']:>8.1f}"
                f"{row['ratio']:>7.2f}  {row['equal']}"
            )


if __name__ == "__main__":
    main()
