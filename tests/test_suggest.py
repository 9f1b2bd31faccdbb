"""Names that are nearly right: what was meant is said, and nothing is guessed of names far off."""

import re

import pytest

import gdlab
from gdlab.core.suggest import nearest

RULES = list(gdlab.rules())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("addam", ["adam"]),
        ("ADMA", ["adam"]),
        ("rmsprob", ["rmsprop"]),
        ("rms-prop", ["rmsprop"]),
        ("momentun", ["momentum"]),
        ("heavyball", ["heavy_ball"]),
        ("nestrov", ["nesterov"]),
        ("steepest", []),
        ("", []),
        (None, []),
        (["adam"], []),
    ],
)
def test_a_slip_of_the_keys_finds_its_name(typed, meant):
    assert nearest(typed, RULES) == meant


def test_two_names_equally_near_are_both_said():
    with pytest.raises(ValueError, match=r"'beta'; did you mean beta1 or beta2\?$"):
        gdlab.trace("adam", beta=0.5)


@pytest.mark.parametrize(
    ("symbol", "column"),
    [("m", "slope"), ("b", "intercept"), ("a", "slope"), ("step_m", "step_slope"),
     ("new_a", "new_slope"), ("de/db", "grad_intercept"), ("ŷ", "y_pred")],
)  # fmt: skip
def test_a_column_is_found_by_its_symbol(symbol, column):
    with pytest.raises(ValueError, match=rf"did you mean {column}\?$"):
        gdlab.trace("sgd").column(symbol)


@pytest.mark.parametrize("name", ["Adam", "ADAM", "aDaM"])
def test_a_rule_is_found_whatever_its_capitals(name):
    assert gdlab.trace(name).summary() == gdlab.trace("adam").summary()


def test_capitals_decide_where_two_rules_differ_in_them_alone(tmp_path):
    source = "import gdlab\n@gdlab.rule\ndef {}(g, lr={}):\n    'Mine.'\n    step = lr * g\n"
    import importlib.util

    for number, name in enumerate(("mine", "Mine"), 1):
        path = tmp_path / f"rule_{number}.py"
        path.write_text(source.format(name, f"0.{number}") + "    return (), (step,)\n")
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec and spec.loader
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert gdlab.trace("mine").hyper == {"lr": 0.1}
    assert gdlab.trace("Mine").hyper == {"lr": 0.2}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: gdlab.trace("sgd", schedule="cosin"), "did you mean cosine?"),
        (lambda: gdlab.trace("sgd", surface="rosenbrok"), "did you mean rosenbrock?"),
        (lambda: gdlab.trace("sgd", start={"Slope": 1}), "did you mean slope?"),
        (lambda: gdlab.lesson("adam-ann"), "did you mean adam_ann?"),
        (lambda: gdlab.plot(gdlab.trace("sgd"), "los"), "did you mean loss?"),
        (lambda: gdlab.sweep("sgd", over={"lr": [1]}, measure="rsme"), "did you mean rmse?"),
    ],
)
def test_every_kind_of_name_is_helped(call, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        call()
