"""Rows per second of Adam's table against PyTorch eager and JAX scan with optax.

    python -m benchmarks.peers

Each peer runs in a process of its own, because their threads disturb each other; the processes
take turns. All compute 10,000 updates in float64 over the lesson's points. A peer that is not
installed is left out: pip install torch==2.13.0, pip install jax optax.
"""

import importlib.util
import statistics
import subprocess
import sys

from benchmarks.goal import Goal

UPDATES = 10_000
POINTS = """
X = [14, 86, 28, 51, 28, 29, 72, 62, 84, 15, 42, 62, 47, 35, 9]
X += [38, 44, 99, 13, 21, 28, 20, 8, 64, 99, 70, 27, 17, 8]
N = 10_000
import time
"""
SCRIPTS = {
    "gdlab": POINTS
    + """
import gdlab
from gdlab.core import engine
engine.COMPILE_FROM = 1
run = lambda: gdlab.trace("adam", epochs=N // 29)
rows = N // 29 * 29
""",
    "torch": POINTS
    + """
import torch
torch.set_num_threads(1)
def run():
    b = torch.nn.Parameter(torch.ones((), dtype=torch.float64))
    m = torch.nn.Parameter(torch.ones((), dtype=torch.float64))
    optimizer = torch.optim.Adam([b, m])
    for i in range(rows):
        x = X[i % 29]
        loss = (b + m * x - (2 * x + 30)) ** 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
rows = 1_000
""",
    "jax": POINTS
    + """
import jax, optax
import jax.numpy as np
jax.config.update("jax_enable_x64", True)
x = np.array(X, dtype=float)
y = 2 * x + 30
optimizer = optax.adam(0.001)
def step(carry, i):
    w, state = carry
    error = w[0] + w[1] * x[i % 29] - y[i % 29]
    g = np.stack([2 * error, 2 * error * x[i % 29]])
    updates, state = optimizer.update(g, state)
    w = optax.apply_updates(w, updates)
    return (w, state), (error, g, state[0].mu, state[0].nu, w)
w = np.ones(2)
scan = jax.jit(lambda w: jax.lax.scan(step, (w, optimizer.init(w)), np.arange(N)))
run = lambda: jax.block_until_ready(scan(w))
rows = N
""",
}
TAIL = """
run()
best = 1e9
for _ in range(5):
    begin = time.perf_counter()
    run()
    best = min(best, time.perf_counter() - begin)
print(best / rows * 1e9)
"""
GOALS = {"torch": 1000, "jax": 20}


def compare(turns: int = 3) -> list[dict]:
    """Nanoseconds per row of gdlab and of every peer that is installed."""
    names = [
        name for name in SCRIPTS if name == "gdlab" or importlib.util.find_spec(name) is not None
    ]
    times: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(turns):
        for name in names:
            script = SCRIPTS[name] + TAIL
            output = subprocess.run(
                [sys.executable, "-P", "-c", script], check=True, capture_output=True, text=True
            )
            times[name].append(float(output.stdout))
    ours = statistics.median(times["gdlab"])
    return [
        {"peer": name, "ns": statistics.median(found), "times": statistics.median(found) / ours,
         "goal": GOALS.get(name)}
        for name, found in times.items()
    ]  # fmt: skip


def goals() -> list[Goal]:
    """The goals about other engines: how many times more rows a second."""
    rows = [row for row in compare() if row["goal"]]
    return [
        Goal(f"rows a second over {row['peer']}", row["times"], "times", row["goal"], at_most=False)
        for row in rows
    ]


def main() -> None:
    """Print the table."""
    for row in compare():
        goal = f" (goal: at least {row['goal']})" if row["goal"] else ""
        print(
            f"{row['peer']:8}{row['ns']:12.0f} ns per row{row['times']:10.1f} times gdlab's{goal}"
        )


if __name__ == "__main__":
    main()
