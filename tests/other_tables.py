"""Tables of rules, models, schedules and batches, typed as Python text: nothing here is gdlab's.

``{p}`` is a parameter, ``{q}`` the next one; ``o_NAME`` is NAME of the row above, ``nx_NAME`` that
of the row below, ``st_NAME`` a parameter's start. A table is its columns in an order in which they
can be computed.
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

Formulas = dict[str, str]
Place = tuple[int, str]
Write = Callable[[float], tuple[float, float]]
SIGMOID = "1 / (1 + exp(-{}))"


class Model(NamedTuple):
    """A model: its point, its parameters, what is computed, each parameter's gradient."""

    point: tuple[str, ...]
    parameters: tuple[str, ...]
    columns: Formulas
    gradients: Formulas


MODELS = {
    "line": Model(
        ("x", "y"),
        ("intercept", "slope"),
        {"y_pred": "intercept + slope * x", "error": "y_pred - y", "err2": "error ** 2"},
        {"intercept": "2 * error", "slope": "GRAD_intercept * x"},
    ),
    "quadratic": Model(
        ("x", "y"),
        ("intercept", "slope", "curvature"),
        {
            "y_pred": "intercept + slope * x + curvature * x ** 2",
            "error": "y_pred - y",
            "loss": "error ** 2",
            "grad_error": "2 * error",
        },
        {
            "intercept": "grad_error",
            "slope": "grad_error * x",
            "curvature": "grad_error * x ** 2",
        },
    ),
    "plane": Model(
        ("x1", "x2", "y"),
        ("intercept", "slope1", "slope2"),
        {
            "y_pred": "intercept + slope1 * x1 + slope2 * x2",
            "error": "y_pred - y",
            "loss": "error ** 2 / 2",
        },
        {"intercept": "error", "slope1": "error * x1", "slope2": "error * x2"},
    ),
    "logistic": Model(
        ("x", "y"),
        ("weight", "bias"),
        {
            "z": "bias + weight * x",
            "a": SIGMOID.format("z"),
            "loss": "-log(a) if y == 1 else -log(1 - a)",
            "grad_z": "a - y",
        },
        {"weight": "grad_z * x", "bias": "grad_z"},
    ),
    "network_2_2_2": Model(
        ("i1", "i2", "t1", "t2"),
        tuple(f"w{i}" for i in range(1, 9)),
        {
            "z_h1": "w1 * i1 + w2 * i2 + bias1",
            "h1": SIGMOID.format("z_h1"),
            "z_h2": "w3 * i1 + w4 * i2 + bias1",
            "h2": SIGMOID.format("z_h2"),
            "z_o1": "w5 * h1 + w6 * h2 + bias2",
            "o1": SIGMOID.format("z_o1"),
            "z_o2": "w7 * h1 + w8 * h2 + bias2",
            "o2": SIGMOID.format("z_o2"),
            "loss": "((o1 - t1) ** 2 + (o2 - t2) ** 2) / 2",
            "grad_o1": "o1 - t1",
            "grad_z_o1": "grad_o1 * o1 * (1 - o1)",
            "grad_o2": "o2 - t2",
            "grad_z_o2": "grad_o2 * o2 * (1 - o2)",
            "grad_h1": "grad_z_o1 * w5 + grad_z_o2 * w7",
            "grad_z_h1": "grad_h1 * h1 * (1 - h1)",
            "grad_h2": "grad_z_o1 * w6 + grad_z_o2 * w8",
            "grad_z_h2": "grad_h2 * h2 * (1 - h2)",
        },
        {
            "w1": "grad_z_h1 * i1", "w2": "grad_z_h1 * i2",
            "w3": "grad_z_h2 * i1", "w4": "grad_z_h2 * i2",
            "w5": "grad_z_o1 * h1", "w6": "grad_z_o1 * h2",
            "w7": "grad_z_o2 * h1", "w8": "grad_z_o2 * h2",
        },
    ),
}  # fmt: skip
AVG, SQR = "avg_{p}", "sqr_avg_{p}"
FIRST = "beta1 * o_avg_{p} + (1 - beta1) * grad_{p}"
SECOND = "beta2 * o_sqr_avg_{p} + (1 - beta2) * grad_{p} ** 2"
HATS = {
    "avg_hat_{p}": "avg_{p} / (1 - beta1 ** t)",
    "sqr_avg_hat_{p}": "sqr_avg_{p} / (1 - beta2 ** t)",
}
STEP = "lr * avg_hat_{p} / (sqrt(sqr_avg_hat_{p}) + eps)"
# What is carried from row to row stands first; in a batch the row above is kept until it ends.
RULES: dict[str, tuple[Formulas, Formulas]] = {
    "sgd": ({}, {"step_{p}": "lr * grad_{p}"}),
    "momentum": ({AVG: "beta * o_avg_{p} + (1 - beta) * grad_{p}"}, {"step_{p}": "lr * avg_{p}"}),
    "heavy_ball": (
        {"velocity_{p}": "momentum * o_velocity_{p} + grad_{p}"},
        {"step_{p}": "lr * velocity_{p}"},
    ),
    "nesterov": (
        {"velocity_{p}": "momentum * o_velocity_{p} + grad_{p}"},
        {"step_{p}": "lr * (grad_{p} + momentum * velocity_{p})"},
    ),
    "rmsprop": (
        {SQR: "beta * o_sqr_avg_{p} + (1 - beta) * grad_{p} ** 2"},
        {"step_{p}": "lr * grad_{p} / (sqrt(sqr_avg_{p}) + eps)"},
    ),
    "adagrad": (
        {"sum_sqr_{p}": "o_sum_sqr_{p} + grad_{p} ** 2"},
        {"step_{p}": "lr * grad_{p} / (sqrt(sum_sqr_{p}) + eps)"},
    ),
    "adam": ({AVG: FIRST, SQR: SECOND}, {**HATS, "step_{p}": STEP}),
    "amsgrad": (
        {AVG: FIRST, SQR: SECOND, "max_sqr_avg_{p}": "max(o_max_sqr_avg_{p}, sqr_avg_{p})"},
        {
            "avg_hat_{p}": HATS["avg_hat_{p}"],
            "sqr_avg_hat_{p}": "max_sqr_avg_{p} / (1 - beta2 ** t)",
            "step_{p}": STEP,
        },
    ),
    "adamax": (
        {AVG: FIRST, "max_abs_{p}": "max(beta2 * o_max_abs_{p}, abs(grad_{p}) + eps)"},
        {"step_{p}": "lr / (1 - beta1 ** t) * avg_{p} / max_abs_{p}"},
    ),
    "adamw": (
        {AVG: FIRST, SQR: SECOND},
        {
            **HATS,
            "step_{p}": "lr * (avg_hat_{p} / (sqrt(sqr_avg_hat_{p}) + eps) + weight_decay * {p})",
        },
    ),
    "nadam": (
        {AVG: FIRST, SQR: SECOND, "mu_product_{p}": "o_mu_product_{p} * mu(t)"},
        {
            "avg_hat_{p}": "mu(t + 1) * avg_{p} / (1 - mu_product_{p} * mu(t + 1))"
            " + (1 - mu(t)) * grad_{p} / (1 - mu_product_{p})",
            "sqr_avg_hat_{p}": HATS["sqr_avg_hat_{p}"],
            "step_{p}": STEP,
        },
    ),
    "lion": (
        {AVG: "beta2 * o_avg_{p} + (1 - beta2) * grad_{p}"},
        {
            "direction_{p}": "sign(beta1 * o_avg_{p} + (1 - beta1) * grad_{p})",
            "step_{p}": "lr * (direction_{p} + weight_decay * {p})",
        },
    ),
    "adadelta": (
        {
            SQR: "beta * o_sqr_avg_{p} + (1 - beta) * grad_{p} ** 2",
            "sqr_step_{p}": "beta * o_sqr_step_{p} + (1 - beta) * delta_{p} ** 2",
        },
        {
            "delta_{p}": "sqrt(o_sqr_step_{p} + eps) / sqrt(sqr_avg_{p} + eps) * grad_{p}",
            "step_{p}": "lr * delta_{p}",
        },
    ),
}
SCHEDULES = {
    "step_decay": "start_lr * factor ** floor((t - 1) / interval)",
    "exponential": "start_lr * decay ** (t - 1)",
    "cosine": "start_lr * (1 + cos(pi * min(t - 1, period) / period)) / 2",
    "warmup_cosine": "start_lr * t / warmup if t <= warmup else start_lr * "
    "(1 + cos(pi * (min(t, period) - warmup) / (period - warmup))) / 2",
}
WORLD = {name: getattr(math, name) for name in ("sqrt", "exp", "log", "cos", "pi", "floor")} | {
    "max": max,
    "min": min,
    "abs": abs,
    "sign": lambda one: float((one > 0) - (one < 0)),
}


class Sheet(NamedTuple):
    """What a learner is given: the table's kinds, the points, the inputs by name."""

    rule: str
    model: str
    schedule: str | None
    batch: int
    points: tuple[tuple[float, ...], ...]
    rows: int
    given: Mapping[str, float]


def for_each(template: Formulas, parameters: tuple[str, ...]) -> Formulas:
    """Formulas with {p} in them, written out for every parameter."""
    found: Formulas = {}
    for name, formula in template.items():
        for at, p in enumerate(parameters):
            q = parameters[(at + 1) % len(parameters)]
            found[name.format(p=p, q=q)] = formula.format(p=p, q=q)
    return found


def columns(sheet: Sheet) -> Formulas:
    """The computed columns of a table."""
    model = MODELS[sheet.model]
    found: Formulas = {}
    sample = "sample_grad_" if sheet.batch > 1 else "grad_"
    if sheet.batch > 1:
        found["in_batch"] = "float((sample - 1) % batch_size + 1)"
        found["t"] = "(sample - 1) // batch_size + 1"
        found["last"] = "float(in_batch == batch_size or sample == n)"
    found |= {p: f"o_new_{p}" for p in model.parameters}
    found |= model.columns
    found |= {sample + p: text.replace("GRAD_", sample) for p, text in model.gradients.items()}
    if sheet.batch > 1:
        batches = {
            "sum_grad_{p}": "sample_grad_{p} + (o_sum_grad_{p} if in_batch > 1 else 0)",
            "grad_{p}": "sum_grad_{p} / in_batch",
        }
        found |= for_each(batches, model.parameters)
    if sheet.schedule:
        found["lr"] = SCHEDULES[sheet.schedule]
    carried, shown = RULES[sheet.rule]
    for template, otherwise in ((carried, "o_{name}"), (shown, "0")):
        for name, formula in for_each(template, model.parameters).items():
            waits = f"({formula}) if last == 1 else {otherwise.format(name=name)}"
            found[name] = waits if sheet.batch > 1 else formula
    return found | for_each({"new_{p}": "{p} - step_{p}"}, model.parameters)


def world_of(sheet: Sheet, row: int) -> dict[str, object]:
    """What a row's formulas are given beside its own cells and those of the row above."""
    names = MODELS[sheet.model].point
    n = len(sheet.points)
    beta1, decay = sheet.given.get("beta1", 0.0), sheet.given.get("momentum_decay", 0.0)
    here, below = sheet.points[(row - 1) % n], sheet.points[row % n]
    return {
        **WORLD,
        **{f"st_{name.removeprefix('start_')}": one for name, one in sheet.given.items()},
        **sheet.given,
        **dict(zip(names, here, strict=True)),
        **{f"nx_{name}": one for name, one in zip(names, below, strict=True)},
        "t": float(row), "sample": float((row - 1) % n + 1), "n": float(n),
        "mu": lambda t: beta1 * (1 - 0.5 * 0.96 ** (t * decay)),
    }  # fmt: skip


def first_above(sheet: Sheet, names: list[str]) -> dict[str, float]:
    """What the first row finds above it: the starts, and 0 where nothing stands."""
    above = {f"o_{name}": 0.0 for name in names}
    for name, value in sheet.given.items():
        if name.startswith("start_"):
            above[f"o_{name.removeprefix('start_')}"] = value
    for p in MODELS[sheet.model].parameters:
        above[f"o_new_{p}"] = above[f"o_{p}"] = sheet.given[f"start_{p}"]
    return above
