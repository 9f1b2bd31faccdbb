"""Record what torch.autograd computes for every model, in float64, into ``data/torch_models.json``.

Run it where torch is installed: ``python tests/record_models.py``. The models are written here as a
user of torch writes them, and share no line with gdlab's.
"""

import json
import random
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "data" / "torch_models.json"
PLACES = 8
UPDATES = 200
EVERY = 20

# Our rule and its settings -> torch's class and its own. Our momentum is a running average: torch's
# velocity times 0.1, and so a tenth of the rate. "rate" is the model's.
OPTIMIZERS: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "sgd": ({"lr": "rate"}, "SGD", {"lr": "rate"}),
    "momentum": ({"lr": "rate"}, "SGD", {"lr": "rate / 10", "momentum": 0.9}),
    "rmsprop": ({"lr": 0.01}, "RMSprop", {"lr": 0.01, "alpha": 0.9, "eps": 1e-8}),
    "adam": ({"lr": 0.01}, "Adam", {"lr": 0.01}),
    "adamw": ({"lr": 0.01}, "AdamW", {"lr": 0.01, "weight_decay": 0.01}),
}


def line(p: Any, d: Any) -> Any:
    """e**2."""
    return (p["intercept"] + p["slope"] * d["x"] - d["y"]) ** 2


def line_half(p: Any, d: Any) -> Any:
    """e**2 / 2."""
    return 0.5 * line(p, d)


def quadratic(p: Any, d: Any) -> Any:
    """A parabola."""
    x = d["x"]
    return (p["intercept"] + p["slope"] * x + p["curvature"] * x**2 - d["y"]) ** 2


def plane(p: Any, d: Any) -> Any:
    """A plane, halved."""
    found = p["intercept"] + p["slope1"] * d["x1"] + p["slope2"] * d["x2"]
    return 0.5 * (found - d["y"]) ** 2


def logistic(p: Any, d: Any) -> Any:
    """torch's own log loss on the logit."""
    import torch.nn.functional as f

    z = p["bias"] + p["weight"] * d["x"]
    return f.binary_cross_entropy_with_logits(z, d["y"])


def relu_neuron(p: Any, d: Any) -> Any:
    """torch.relu."""
    import torch

    return (torch.relu(p["bias"] + p["weight"] * d["x"]) - d["y"]) ** 2


def two_neurons(p: Any, d: Any) -> Any:
    """A line after torch.relu."""
    import torch

    hidden = torch.relu(p["bias1"] + p["weight1"] * d["x"])
    return (p["bias2"] + p["weight2"] * hidden - d["y"]) ** 2


def network_2_2_2(p: Any, d: Any) -> Any:
    """Matrices, torch.sigmoid, half of the summed squares; biases as the constants say."""
    import torch

    w = [p[f"w{i}"] for i in range(1, 9)]
    first, second = torch.stack(w[:4]).reshape(2, 2), torch.stack(w[4:]).reshape(2, 2)
    hidden = torch.sigmoid(first @ torch.stack([d["i1"], d["i2"]]) + d["bias1"])
    out = torch.sigmoid(second @ hidden + d["bias2"])
    return 0.5 * ((torch.stack([d["t1"], d["t2"]]) - out) ** 2).sum()


def network_2_2_1(p: Any, d: Any) -> Any:
    """Matrices, torch.sigmoid, torch's own log loss on the logit."""
    import torch
    import torch.nn.functional as f

    first = torch.stack([p["w1"], p["w2"], p["w3"], p["w4"]]).reshape(2, 2)
    biases = torch.stack([p["bias1"], p["bias2"]])
    hidden = torch.sigmoid(first @ torch.stack([d["x1"], d["x2"]]) + biases)
    z = torch.stack([p["w5"], p["w6"]]) @ hidden + p["bias3"]
    return f.binary_cross_entropy_with_logits(z, d["y"])


# Each model with its data, its parameters, and its constants.
MODELS: dict[str, tuple[Any, tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "line": (line, ("x", "y"), ("intercept", "slope"), ()),
    "line_half": (line_half, ("x", "y"), ("intercept", "slope"), ()),
    "quadratic": (quadratic, ("x", "y"), ("intercept", "slope", "curvature"), ()),
    "plane": (plane, ("x1", "x2", "y"), ("intercept", "slope1", "slope2"), ()),
    "logistic": (logistic, ("x", "y"), ("weight", "bias"), ()),
    "relu_neuron": (relu_neuron, ("x", "y"), ("weight", "bias"), ()),
    "two_neurons": (two_neurons, ("x", "y"), ("weight1", "bias1", "weight2", "bias2"), ()),
    "network_2_2_2": (
        network_2_2_2,
        ("i1", "i2", "t1", "t2"),
        tuple(f"w{i}" for i in range(1, 9)),
        ("bias1", "bias2"),
    ),
    "network_2_2_1": (
        network_2_2_1,
        ("x1", "x2", "y"),
        ("w1", "w2", "bias1", "w3", "w4", "bias2", "w5", "w6", "bias3"),
        (),
    ),
}


# What each model is run on: the rows of its points, its starts, and its rate.
HALVES = [k / 2 for k in range(-4, 7)]
LESSON = (14, 86, 28, 51, 28, 29, 72, 62, 84, 15, 42, 62, 47, 35, 9,
          38, 44, 99, 13, 21, 28, 20, 8, 64, 99, 70, 27, 17, 8)  # fmt: skip
PASSED = (0, 0, 0, 1, 0, 1, 0, 1, 1, 1)
RUNS: dict[str, tuple[list[tuple[float, ...]], tuple[float, ...], float]] = {
    "line": ([(x, 2 * x + 30) for x in LESSON], (1, 1), 0.0001),
    "line_half": ([(x, 2 * x + 30) for x in LESSON], (1, 1), 0.0002),
    "quadratic": ([(x, 2 - x + x * x / 2) for x in HALVES[:9]], (0, 0, 0), 0.02),
    "plane": (
        [(x1, x2, 1 + 2 * x1 - 3 * x2) for x1 in (-1, 0, 1) for x2 in (-1, 0, 1)],
        (0, 0, 0),
        0.1,
    ),
    "logistic": ([((k + 1) / 2, PASSED[k]) for k in range(10)], (0, 0), 0.1),
    "relu_neuron": ([(x, max(0.0, 2 * x - 1)) for x in HALVES[1:10]], (1, 1), 0.05),
    "two_neurons": ([(x, 1 + 2 * max(0.0, x - 1)) for x in HALVES[2:]], (1, 0, 1, 0), 0.02),
    "network_2_2_2": (
        [(0.05, 0.1, 0.01, 0.99)],
        (0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55),
        0.5,
    ),
    "network_2_2_1": (
        [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)],
        (1, 1, -0.5, -1, -1, 1.5, 1, 1, -1.5),
        0.5,
    ),
}


def places(model: str) -> list[dict[str, float]]:
    """Data, parameters and constants drawn at random, always the same."""
    draw = random.Random(model)
    _, data, parameters, constants = MODELS[model]
    found = []
    for _ in range(PLACES):
        place = {name: draw.gauss(0, 1.5) for name in (*data, *parameters, *constants)}
        if model in ("logistic", "network_2_2_1"):
            place["y"] = float(draw.randrange(2))
        found.append(place)
    return found


def gradients(torch: Any, model: str, place: dict[str, float]) -> dict[str, float]:
    """The loss and its derivative with respect to each parameter."""
    loss_of, _, parameters, _ = MODELS[model]
    known = {name: torch.tensor(value, dtype=torch.float64) for name, value in place.items()}
    for name in parameters:
        known[name].requires_grad_()
    loss = loss_of(known, known)
    loss.backward()
    return {"loss": loss.item()} | {name: known[name].grad.item() for name in parameters}


def settings_of(given: dict[str, Any], model: str) -> dict[str, float]:
    """Settings with the model's rate put in."""
    rates = {"rate": RUNS[model][2], "rate / 10": RUNS[model][2] / 10}
    return {name: rates.get(value, value) for name, value in given.items()}


def updates(torch: Any, model: str, rule: str) -> list[list[float]]:
    """The parameters after each update, one sample an update; the gradients are torch's own."""
    loss_of, data, names, constants = MODELS[model]
    rows, starts, _ = RUNS[model]
    _, optimizer, given = OPTIMIZERS[rule]
    parameters = {
        name: torch.tensor(float(start), dtype=torch.float64, requires_grad=True)
        for name, start in zip(names, starts, strict=True)
    }
    descent = getattr(torch.optim, optimizer)(
        list(parameters.values()), **settings_of(given, model)
    )
    held = {name: torch.tensor(0.0, dtype=torch.float64) for name in constants}
    found = []
    for update in range(UPDATES):
        row = rows[update % len(rows)]
        known = {
            n: torch.tensor(float(v), dtype=torch.float64) for n, v in zip(data, row, strict=True)
        }
        descent.zero_grad()
        loss_of(parameters, known | held).backward()
        descent.step()
        found.append([parameter.item() for parameter in parameters.values()])
    return found


def main() -> None:
    """Write the file."""
    import torch

    recorded: dict[str, Any] = {"torch": torch.__version__.split("+")[0]}
    recorded["gradients"] = {
        model: [gradients(torch, model, place) for place in places(model)] for model in MODELS
    }
    recorded["every"] = EVERY
    recorded["updates"] = {
        model: {rule: updates(torch, model, rule)[EVERY - 1 :: EVERY] for rule in OPTIMIZERS}
        for model in MODELS
    }
    FILE.write_text(json.dumps(recorded, indent=1) + "\n")


if __name__ == "__main__":
    main()
