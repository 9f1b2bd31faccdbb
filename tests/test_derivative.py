"""Gradients by the chain rule: their textbook form, and their numbers by oracles of others."""

import ast
import inspect
import json
import math
import os
import random
import textwrap
from functools import cache

import dual
import numpy as np
import pytest
import record_models
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from gdlab.formulas import functions, models
from gdlab.language.derivative import backward

EXAMPLES = 5_000 if os.environ.get("GDLAB_PROOF") == "full" else 300
RECORDED = json.loads(record_models.FILE.read_text())["gradients"]
SCOPE = {name: getattr(np, name) for name in ("sqrt", "exp", "log", "cos", "sin")}
SCOPE |= {name: getattr(functions, name) for name in ("floor", "sign", "min", "max")}
SCOPE |= {"abs": abs, "pi": math.pi}


def lines(text):
    """Some lines of the grammar as steps."""
    split = (line.split("=", 1) for line in textwrap.dedent(text).strip().splitlines())
    return {name.strip(): ast.parse(tree.strip(), mode="eval").body for name, tree in split}


def steps_of(name):
    """The lines of a model's function that are not gradients."""
    tree = ast.parse(inspect.getsource(getattr(models, name))).body[0]
    return {
        line.targets[0].id: line.value
        for line in tree.body
        if isinstance(line, ast.Assign) and not line.targets[0].id.startswith("grad_")
    }


def derived(text, *parameters):
    """The gradients as text."""
    steps = lines(text) if isinstance(text, str) else text
    found = backward(steps, list(steps)[-1], parameters)
    return {name: ast.unparse(tree) for name, tree in found.items()}


def numbers(steps, gradients, place):
    """The gradients' values at a place, computed line by line as NumPy's doubles."""
    known = {name: np.float64(value) for name, value in place.items()}
    with np.errstate(all="ignore"):
        for name, tree in (*steps.items(), *gradients.items()):
            floats = ast.unparse(Floats().visit(ast.parse(ast.unparse(tree), mode="eval")))
            known[name] = np.float64(eval(floats, {"__builtins__": {}}, SCOPE | known))
    return known


class Floats(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.Constant(float(node.value))


# The form

NEURON = "z = bias + weight * x\na = 1 / (1 + exp(-z))"
TEXTBOOK = {
    "line": {
        "grad_error": "2 * error",
        "grad_intercept": "grad_error",
        "grad_slope": "grad_error * x",
    },
    "line_half": {"grad_intercept": "error", "grad_slope": "error * x"},
    "quadratic": {
        "grad_error": "2 * error",
        "grad_intercept": "grad_error",
        "grad_slope": "grad_error * x",
        "grad_curvature": "grad_error * (x * x)",
    },
    "plane": {
        "grad_intercept": "error",
        "grad_slope1": "error * x1",
        "grad_slope2": "error * x2",
    },
    "logistic": {
        "grad_z": "a - y",
        "grad_weight": "grad_z * x",
        "grad_bias": "grad_z",
    },
    "relu_neuron": {
        "grad_error": "2 * error",
        "grad_z": "grad_error if z > 0 else 0",
        "grad_weight": "grad_z * x",
        "grad_bias": "grad_z",
    },
    "two_neurons": {
        "grad_error": "2 * error",
        "grad_a": "grad_error * weight2",
        "grad_z": "grad_a if z > 0 else 0",
        "grad_weight1": "grad_z * x",
        "grad_bias1": "grad_z",
        "grad_weight2": "grad_error * a",
        "grad_bias2": "grad_error",
    },
    "network_2_2_2": {
        "grad_o1": "o1 - t1",
        "grad_z_o1": "grad_o1 * o1 * (1 - o1)",
        "grad_o2": "o2 - t2",
        "grad_z_o2": "grad_o2 * o2 * (1 - o2)",
        "grad_h1": "grad_z_o1 * w5 + grad_z_o2 * w7",
        "grad_z_h1": "grad_h1 * h1 * (1 - h1)",
        "grad_h2": "grad_z_o1 * w6 + grad_z_o2 * w8",
        "grad_z_h2": "grad_h2 * h2 * (1 - h2)",
        "grad_w1": "grad_z_h1 * i1",
        "grad_w2": "grad_z_h1 * i2",
        "grad_w3": "grad_z_h2 * i1",
        "grad_w4": "grad_z_h2 * i2",
        "grad_w5": "grad_z_o1 * h1",
        "grad_w6": "grad_z_o1 * h2",
        "grad_w7": "grad_z_o2 * h1",
        "grad_w8": "grad_z_o2 * h2",
    },
    "network_2_2_1": {
        "grad_z_o": "o - y",
        "grad_h1": "grad_z_o * w5",
        "grad_z_h1": "grad_h1 * h1 * (1 - h1)",
        "grad_h2": "grad_z_o * w6",
        "grad_z_h2": "grad_h2 * h2 * (1 - h2)",
        "grad_w1": "grad_z_h1 * x1",
        "grad_w2": "grad_z_h1 * x2",
        "grad_bias1": "grad_z_h1",
        "grad_w3": "grad_z_h2 * x1",
        "grad_w4": "grad_z_h2 * x2",
        "grad_bias2": "grad_z_h2",
        "grad_w5": "grad_z_o * h1",
        "grad_w6": "grad_z_o * h2",
        "grad_bias3": "grad_z_o",
    },
}


@pytest.mark.parametrize("model", record_models.MODELS)
def test_every_model_has_the_gradients_of_a_textbook(model):
    parameters = record_models.MODELS[model][2]
    found = derived(steps_of(model), *parameters)
    assert found == TEXTBOOK[model]
    # In the order in which they are computed.
    assert list(found) == list(TEXTBOOK[model])


FORMS = {
    "error = y - w * x\nloss = error * error / 2": {"grad_error": None, "grad_w": "-(error * x)"},
    "loss = (t - w) * (t - w) / 2": {"grad_w": "w - t"},
    "loss = 0.5 * (t - w) * (t - w)": {"grad_w": "w - t"},
    "a = w * x\nloss = (a - y) * (a - y) / 3": {"grad_a": "2 * (a - y) / 3"},
    "loss = w * w * w": {"grad_w": "3 * (w * w)"},
    "u = w * x\nloss = 0.001 * u * u": {"grad_u": "0.002 * u"},
    "e = exp(2 * w)\na = (e - 1) / (e + 1)\nloss = (a - y) * (a - y)": {
        "grad_a": "2 * (a - y)",
        "grad_e": "grad_a * (1 - a) / (e + 1)",
        "grad_w": "2 * grad_e * e",
    },
    "s = sqrt(w * x)\nloss = s * y": {"grad_s": None, "grad_w": "y * x / (2 * s)"},
    "r = 1 / w\nloss = r * r": {"grad_r": "2 * r", "grad_w": "-(grad_r * (r * r))"},
    "loss = cos(w * x)": {"grad_w": "-(sin(w * x) * x)"},
    "u = w * x\nloss = sin(u)": {"grad_u": "cos(u)"},
    "u = w * x\nloss = abs(u)": {"grad_u": "sign(u)"},
    "u = w * x\nloss = u * y if u > 1 else u * u": {"grad_u": "y if u > 1 else 2 * u"},
    "loss = sign(w) + floor(w)": {"grad_w": "0"},
    "u = w * x\nloss = y * y": {"grad_u": None, "grad_w": "0"},
    # The log loss in the forms in which it is written.
    f"{NEURON}\nloss = -y * log(a) - (1 - y) * log(1 - a)": {"grad_a": None, "grad_z": "a - y"},
    f"{NEURON}\nloss = -(log(1 - a) * (1 - y) + log(a) * y)": {"grad_a": None, "grad_z": "a - y"},
    f"{NEURON}\nl = y * log(a) + (1 - y) * log(1 - a)\nloss = -l": {"grad_l": None,
                                                                   "grad_z": "a - y"},
    f"{NEURON}\nloss = -c * (y * log(a) + (1 - y) * log(1 - a))": {"grad_z": "c * (a - y)"},
    f"{NEURON}\nloss = -log(a) if y == 1 else -log(1 - a)": {
        "grad_a": None, "grad_z": "-(1 - a) if y == 1 else a"},
    f"{NEURON}\nloss = log(1 + exp(-z))": {"grad_z": "-(1 - a)"},
    f"{NEURON}\nloss = log(1 + exp(z)) - y * z": {"grad_z": "a - y"},
}  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_what_a_gradient_looks_like(text):
    found = derived(text, "w", "weight", "bias")
    assert {name: found.get(name) for name in FORMS[text]} == FORMS[text]


# The numbers


def check_against_torch(model, recorded):
    steps, parameters = steps_of(model), record_models.MODELS[model][2]
    gradients = backward(steps, list(steps)[-1], parameters)
    for place, wanted in zip(record_models.places(model), recorded, strict=True):
        known = numbers(steps, gradients, place)
        found = {"loss": known[list(steps)[-1]]} | {p: known[f"grad_{p}"] for p in parameters}
        assert found == pytest.approx(wanted, rel=1e-12, abs=1e-15)
        assert any(wanted[p] for p in parameters) or "relu" in model or model == "two_neurons"


@pytest.mark.parametrize("model", record_models.MODELS)
def test_gradients_are_those_that_torch_was_recorded_with(model):
    check_against_torch(model, RECORDED[model])


@pytest.mark.parametrize("model", record_models.MODELS)
def test_gradients_are_those_of_torch(model, torch):
    live = [record_models.gradients(torch, model, one) for one in record_models.places(model)]
    check_against_torch(model, live)


@pytest.mark.parametrize("model", record_models.MODELS)
def test_gradients_are_central_differences(model):
    steps, parameters = steps_of(model), record_models.MODELS[model][2]
    loss = list(steps)[-1]
    gradients = backward(steps, loss, parameters)
    for place in record_models.places(model):
        known = numbers(steps, gradients, place)
        for parameter in parameters:
            h = 1e-5
            ends = [
                numbers(steps, {}, place | {parameter: place[parameter] + by}) for by in (h, -h)
            ]
            slope = (ends[0][loss] - ends[1][loss]) / (2 * h)
            assert known[f"grad_{parameter}"] == pytest.approx(slope, rel=1e-6, abs=1e-7)


# Models made at random: a few steps over two data columns and two parameters.
def _larger(parts):
    pair = st.tuples(parts, parts)
    return st.one_of(
        st.tuples(parts, st.sampled_from("+-*/"), parts).map(lambda p: f"({p[0]}) {p[1]} ({p[2]})"),
        parts.map(lambda part: f"({part}) * ({part})"),
        parts.map(lambda part: f"-({part})"),
        st.tuples(st.sampled_from(("exp", "cos", "sin", "abs", "sign", "floor")), parts).map(
            lambda p: f"{p[0]}({p[1]})"
        ),
        parts.map(lambda part: f"1 / (1 + exp(-({part})))"),
        parts.map(lambda part: f"sqrt(1 + ({part}) * ({part}))"),
        parts.map(lambda part: f"log(2 + abs({part}))"),
        parts.map(lambda part: f"log(1 + exp({part}))"),
        pair.map(lambda p: f"(1 + abs({p[0]})) ** ({p[1]})"),
        pair.map(lambda p: f"max({p[0]}, {p[1]})"),
        pair.map(lambda p: f"min({p[0]}, {p[1]})"),
        parts.map(lambda part: f"max(0, {part})"),
        st.tuples(parts, parts, st.sampled_from(("<", ">=", "!=")), parts, parts).map(
            lambda p: f"({p[0]}) if ({p[1]}) {p[2]} ({p[3]}) else ({p[4]})"
        ),
    )


WRAPPED = ("{}", "cos({})", "sin({})", "exp(-abs({}))", "abs({})", "sqrt(1 + {0} * {0})", "(-{})")
NAMES = {"p": "xyuv", "q": "xyuvp", "r": "xyuvpq", "loss": "xyuvpqr"}


@cache
def expression(known, size):
    """An expression of some names: made once, because that takes long."""
    leaves = st.sampled_from((*known, *known, "2", "0.5", "1", "3"))
    return st.recursive(leaves, _larger, max_leaves=size)


@st.composite
def random_models(draw):
    steps, sigmoids = [], []
    for name, known in NAMES.items():
        kind = draw(st.sampled_from(("any", "any", "any", "sigmoid", "log loss")))
        if kind == "sigmoid" and name != "loss":
            steps.append(f"z{name} = {draw(expression(known, 3))}")
            steps.append(f"{name} = 1 / (1 + exp(-z{name}))")
            sigmoids.append(name)
        elif kind == "log loss" and sigmoids:
            a = draw(st.sampled_from(sigmoids))
            more = draw(expression(known, 2))
            steps.append(f"{name} = -(x * log({a}) + (1 - x) * log(1 - {a})) + {more}")
        else:
            # Something of the step before, so that the loss changes with most of them.
            before = draw(st.sampled_from(WRAPPED)).format(draw(st.sampled_from(known[2:][-2:])))
            sign = draw(st.sampled_from("+-*"))
            steps.append(f"{name} = ({draw(expression(known, 4))}) {sign} {before}")
    return "\n".join(steps)


PLACES = st.fixed_dictionaries(dict.fromkeys("xyuv", st.floats(-3, 3)))
AWAY = {"x": 0.3, "y": -1.2, "u": 0.7, "v": 1.9}


@given(random_models(), PLACES)
@example("zp = u * x\np = 1 / (1 + exp(-zp))\nloss = p * p - x * log(p) + v * log(1 - p)", AWAY)
@example("p = u * v\nq = u / p\nloss = p ** q if p > q else q * q", AWAY)
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
def test_gradients_of_random_models_are_dual_numbers(text, place):
    steps = lines(text)
    gradients = backward(steps, "loss", ("u", "v"))
    try:
        wanted = {name: dual.run(steps, place, name[5:]) for name in gradients}
    except (dual.Kink, ArithmeticError, ValueError):
        assume(False)
    values = [*place.values(), *(value for _, known in wanted.values() for value in known.values())]
    values += [change for change, _ in wanted.values()]
    # Where numbers are far apart, the last digits are lost, in both.
    assume(all(math.isfinite(value) and abs(value) < 1e4 for value in values))
    found = numbers(steps, gradients, place)
    for name, (change, _) in wanted.items():
        assert found[name] == pytest.approx(change, rel=1e-8, abs=1e-8), name


def test_a_saturated_sigmoid_divides_by_nothing():
    steps = lines(NEURON + "\nloss = -(y * log(a) + (1 - y) * log(1 - a))")
    gradients = backward(steps, "loss", ("weight", "bias"))
    for z in (37.0, 700.0, 709.0, -37.0, -700.0):
        for y in (0.0, 1.0):
            known = numbers(steps, gradients, {"x": 1.0, "y": y, "weight": z, "bias": 0.0})
            sigmoid = 1 / (1 + math.exp(-z))
            assert known["grad_weight"] == pytest.approx(sigmoid - y, abs=1e-16)
    for z in (37.0, 800.0, 1e6):
        steps = lines("z = weight * x\nloss = log(1 + exp(z))")
        known = numbers(steps, backward(steps, "loss", ("weight",)), {"x": 1.0, "weight": z})
        assert known["grad_weight"] == 1


# Kinks. Each with the value of torch at the place where all names are 0.
KINKS = {
    "max(0, w)": ("relu(w)", 0.0),
    "max(w, 0)": ("relu(w)", 0.0),
    "min(0, w)": ("-relu(-w)", 0.0),
    "abs(w)": ("abs(w)", 0.0),
    "sign(w)": ("sign(w)", 0.0),
    "floor(w)": ("floor(w)", 0.0),
    "max(w, 3 * w)": ("maximum(w, 3 * w)", 2.0),
    "min(w, 3 * w)": ("minimum(w, 3 * w)", 2.0),
    "max(1, 1 - w)": ("maximum(1 + 0 * w, 1 - w)", -0.5),
}


@pytest.mark.parametrize("text", KINKS)
def test_kinks_have_torchs_derivative(text):
    steps = lines(f"loss = {text}")
    known = numbers(steps, backward(steps, "loss", ("w",)), {"w": 0.0})
    assert known["grad_w"] == KINKS[text][1]


@pytest.mark.parametrize("text", KINKS)
def test_torch_has_these_derivatives_at_kinks(text, torch):
    w = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
    scope = {name: getattr(torch, name) for name in ("abs", "sign", "floor", "maximum", "minimum")}
    eval(KINKS[text][0], scope | {"relu": torch.relu, "w": w}).backward()
    assert w.grad.item() == KINKS[text][1]


@pytest.mark.parametrize("seed", range(3))
def test_a_power_of_nothing_is_torchs(seed, torch):
    draw = random.Random(seed)
    steps = lines("loss = w ** v")
    gradients = backward(steps, "loss", ("w", "v"))
    for base, exponent in ((0.0, 2.5), (0.0, draw.uniform(1, 4)), (draw.uniform(0.1, 3), -1.5)):
        w, v = (
            torch.tensor(one, dtype=torch.float64, requires_grad=True) for one in (base, exponent)
        )
        (w**v).backward()
        known = numbers(steps, gradients, {"w": base, "v": exponent})
        assert known["grad_w"] == pytest.approx(w.grad.item(), rel=1e-13)
        assert known["grad_v"] == pytest.approx(v.grad.item(), rel=1e-13)
