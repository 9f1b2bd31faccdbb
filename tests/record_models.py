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
EVERY = 10

# torch's class and settings -> our rule and its settings.
OPTIMIZERS: dict[str, tuple[str, dict[str, Any], dict[str, float]]] = {
    "sgd": ("SGD", {}, {}),
    "momentum": ("SGD", {"momentum": 0.9, "dampening": 0.1}, {"beta": 0.9}),
    "rmsprop": ("RMSprop", {"alpha": 0.9, "eps": 1e-8}, {"beta": 0.9, "eps": 1e-8}),
    "adam": ("Adam", {}, {}),
    "adamw": ("AdamW", {"weight_decay": 0.01}, {"weight_decay": 0.01}),
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


def main() -> None:
    """Write the file."""
    import torch

    recorded: dict[str, Any] = {"torch": torch.__version__.split("+")[0]}
    recorded["gradients"] = {
        model: [gradients(torch, model, place) for place in places(model)] for model in MODELS
    }
    FILE.write_text(json.dumps(recorded, indent=1) + "\n")


if __name__ == "__main__":
    main()
