"""Record what torch.optim computes, in float64, into ``data/torch_rows.json``.

Run it where torch is installed: ``python tests/record_torch.py``. The tests compare our tables with
these numbers everywhere, and with torch itself where it is installed.
"""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "data" / "torch_rows.json"
UPDATES = 500
EVERY = 20
# The Excel lesson's points: x in visiting order, y = 2 x + 30.
X = (14, 86, 28, 51, 28, 29, 72, 62, 84, 15, 42, 62, 47, 35, 9,
     38, 44, 99, 13, 21, 28, 20, 8, 64, 99, 70, 27, 17, 8)  # fmt: skip

# Our rule -> (torch's class, its settings, ours). Rates at which nothing explodes.
RUNS: dict[str, tuple[str, dict[str, Any], dict[str, float]]] = {
    "sgd": ("SGD", {"lr": 0.0001}, {"lr": 0.0001}),
    "heavy_ball": ("SGD", {"lr": 1e-5, "momentum": 0.9}, {"lr": 1e-5, "momentum": 0.9}),
    "rmsprop": (
        "RMSprop",
        {"lr": 0.02, "alpha": 0.9, "eps": 1e-8},
        {"lr": 0.02, "beta": 0.9, "eps": 1e-8},
    ),
    "nesterov": (
        "SGD",
        {"lr": 1e-5, "momentum": 0.9, "nesterov": True},
        {"lr": 1e-5, "momentum": 0.9},
    ),
    "adagrad": ("Adagrad", {"lr": 0.5, "eps": 1e-10}, {"lr": 0.5, "eps": 1e-10}),
    "adadelta": (
        "Adadelta",
        {"lr": 1, "rho": 0.9, "eps": 1e-6},
        {"lr": 1, "beta": 0.9, "eps": 1e-6},
    ),
    "adamax": ("Adamax", {"lr": 0.1}, {"lr": 0.1}),
    "nadam": ("NAdam", {"lr": 0.1}, {"lr": 0.1}),
    # torch rectifies from rho over 5; the paper, whose default is ours, from 4.
    "radam": ("RAdam", {"lr": 0.0001}, {"lr": 0.0001, "rho_over": 5}),
    # torch adds eps outside the root, Graves inside; without it they are the same.
    "rmsprop_centered": (
        "RMSprop",
        {"lr": 0.002, "alpha": 0.95, "momentum": 0.9, "centered": True, "eps": 0},
        {"lr": 0.002, "eps": 0},
    ),
    "amsgrad": ("Adam", {"lr": 0.1, "amsgrad": True}, {"lr": 0.1}),
    "adamw": ("AdamW", {"lr": 0.1, "weight_decay": 0.01}, {"lr": 0.1}),
    "adam": (
        "Adam",
        {"lr": 0.1, "betas": (0.9, 0.999), "eps": 1e-8},
        {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
    ),
}


def compute(torch: Any, optimizer: str, settings: dict[str, Any]) -> list[tuple[float, float]]:
    """(intercept, slope) after each update, from (1, 1); the gradients are torch's own."""
    # NAdam keeps its product of momenta in the default type.
    torch.set_default_dtype(torch.float64)
    b = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    m = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    descent = getattr(torch.optim, optimizer)([b, m], **settings)
    found = []
    for update in range(UPDATES):
        x = float(X[update % len(X)])
        descent.zero_grad()
        ((b + m * x - (2 * x + 30)) ** 2).backward()
        descent.step()
        found.append((b.item(), m.item()))
    torch.set_default_dtype(torch.float32)
    return found


def main() -> None:
    """Write the file: every 20th update of each run, to the last bit."""
    import torch

    recorded = {"torch": torch.__version__.split("+")[0], "every": EVERY, "runs": {}}
    for rule, (optimizer, settings, _) in RUNS.items():
        recorded["runs"][rule] = compute(torch, optimizer, settings)[EVERY - 1 :: EVERY]
    FILE.write_text(json.dumps(recorded, indent=1) + "\n")


if __name__ == "__main__":
    main()
