"""The slips of a chain rule: wrong numbers computed by hand, and what is said of them."""

import re

import pytest
from test_slips import said

import gdlab
from gdlab.core.model import BUILT_IN_MODELS

POINTS = [(0.5, -1.2, 0.2, 0.9), (1.5, 0.7, 0.8, 0.1), (-0.6, 1.1, 0.3, 0.4)]
START = {"w1": 0.3, "w2": -0.7, "w3": 0.9, "w4": 0.4, "w5": 1.3, "w6": -0.8, "w7": 0.6, "w8": 1.7}
NETWORK = gdlab.trace("sgd", POINTS, model="network_2_2_2", lr=0.5, start=START, bias1=0.2)
NEURON = gdlab.trace(
    "sgd", [(1.7, 3.1), (2.3, 0.9), (0.8, 2.2)], model="relu_neuron", lr=0.05,
    start={"weight": 0.6, "bias": 0.35},
)  # fmt: skip


def by_hand():
    """A run, a column, a wrong number of row 2 as a learner comes by it, and the slip's name."""
    v = {name: NETWORK.value(name, 2) for name in NETWORK.table.names}
    yield NETWORK, "grad_z_h1", v["grad_h1"], "slope_forgotten"
    yield NETWORK, "grad_z_h1", v["grad_h1"] * v["h1"], "activation_for_slope"
    yield NETWORK, "grad_z_h1", v["grad_h1"] * (1 - v["h1"]), "factor_forgotten"
    yield NETWORK, "grad_w5", v["grad_z_o1"] * v["h2"], "other_neuron"
    yield NETWORK, "grad_w6", v["grad_z_o2"] * v["h2"], "other_neuron"
    yield NETWORK, "grad_w2", v["grad_z_h1"] * v["i1"], "other_neuron"
    yield NETWORK, "grad_z_h1", v["grad_h1"] * v["h2"] * (1 - v["h2"]), "other_neuron"
    yield NETWORK, "grad_z_o1", v["grad_o2"] * v["o1"] * (1 - v["o1"]), "other_neuron"
    yield NETWORK, "grad_w5", v["grad_z_o1"], "factor_forgotten"
    yield NETWORK, "grad_h1", v["grad_z_o1"] * v["w5"], "term_forgotten"
    yield (
        NETWORK, "grad_h1", v["grad_z_o1"] * v["new_w5"] + v["grad_z_o2"] * v["w7"],
        "updated_parameter",
    )  # fmt: skip
    yield NETWORK, "grad_o1", v["t1"] - v["o1"], "turned_round"
    n = {name: NEURON.value(name, 2) for name in NEURON.table.names}
    yield NEURON, "grad_weight", n["grad_z"], "factor_forgotten"
    yield NEURON, "grad_error", n["error"], "factor_forgotten"


@pytest.mark.parametrize(
    ("run", "column", "number", "slip"), [pytest.param(*case, id=case[1]) for case in by_hand()]
)
def test_a_slip_of_the_chain_rule_is_named(run, column, number, slip):
    assert abs(number - run.value(column, 2)) > 1e-4
    named, because = said(run, column, number, digits=9)
    assert slip in re.split(r"[+|]", named), (named, because)
    assert because


@pytest.mark.parametrize("model", list(BUILT_IN_MODELS))
def test_the_right_gradients_are_right_and_a_sheet_of_a_model_comes_back(model, tmp_path):
    key = tmp_path / "key.xlsx"
    gdlab.practice("sgd", tmp_path / "sheet.xlsx", model=model, rows=4, seed=5, key=key)
    report = gdlab.check(key)
    assert report.passed
    assert "right" in str(report).splitlines()[0]
    # An exported workbook says by its columns which model it is.
    book = gdlab.trace("adam", model=model, epochs=1).to_excel(tmp_path / "book.xlsx")
    assert gdlab.check(book).passed
