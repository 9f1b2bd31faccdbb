"""Rules by name: what is a rule, what its source says, and its hyperparameters' limits."""

import math
import re
import subprocess
import sys
from pathlib import Path

import cells
import numpy as np
import pytest
from cells import rules_as_before  # noqa: F401 (a fixture)

import gdlab
from gdlab.core.registry import BUILT_IN_RULES, find_rule, read_rule, settings
from gdlab.formulas import optimizers
from gdlab.language.grammar import GrammarError

HALF = """
    def half(g, lr=0.0001):
        '''Nobody 2000. No eps.'''
        step = lr * g / 2
        return (), (step,)
    """


def test_the_rules_that_there_are():
    # Every function of optimizers.py is a rule; nothing else has to name it.
    source = Path(optimizers.__file__).read_text(encoding="utf-8")
    assert list(gdlab.rules()) == re.findall(r"^def (\w+)", source, re.MULTILINE)


@pytest.mark.parametrize("name", [function.__name__ for function in BUILT_IN_RULES])
def test_every_rule_says_where_it_comes_from_and_where_eps_stands(name):
    source = gdlab.rules()[name]
    # A year, or the lesson that it is copied from; and a word on eps, in one line.
    assert re.search(r"\b(19|20)\d\d\b|lesson", source)
    assert "\n" not in source
    words = r"eps .*(inside|outside|added)|eps (in|out)side"
    assert re.search(words if "eps" in find_rule(name).hyper else r"[Nn]o eps", source)


def test_a_rule_of_ones_own():
    half = cells.define(HALF)
    assert gdlab.rules()["half"] == "Nobody 2000. No eps."
    run = gdlab.trace("half", lr=0.0002)
    assert run.column("new_slope").tolist() == gdlab.trace("sgd").column("new_slope").tolist()
    assert gdlab.trace(half).rule == "half"


def test_the_decorator_gives_the_function_back():
    function = cells.function("@gdlab.rule" + HALF.replace("\n    ", "\n"))
    assert function(3.0, 0.5) == ((), (0.75,))
    assert gdlab.trace(function, lr=0.1).hyper == {"lr": 0.1}


def test_a_second_function_of_one_name_takes_the_firsts_place():
    first = cells.define(HALF)
    before = gdlab.trace("half").final
    second = cells.define(HALF.replace("/ 2", "/ 4"))
    assert gdlab.trace("half").final == gdlab.trace(second).final != before
    with pytest.raises(ValueError, match=r"half is not a registered rule: put @gdlab.rule above"):
        gdlab.trace(first)


def test_a_rule_that_is_refused_leaves_the_one_before():
    cells.define(HALF)
    with pytest.raises(GrammarError):
        cells.define(HALF.replace("lr * g / 2", "lr * g % 2"))
    assert "half" in gdlab.rules()
    assert gdlab.trace("half").final


def test_a_built_in_rule_is_not_replaced():
    for function in BUILT_IN_RULES:
        with pytest.raises(GrammarError, match=rf"{function.__name__} is a built-in rule; give"):
            cells.define(HALF.replace("def half", f"def {function.__name__}"))
    assert gdlab.rule(BUILT_IN_RULES[0]) is BUILT_IN_RULES[0]


# The names of the row loop, of the model, of Python and of the modules that are written.
FUNCTIONS = (
    "e", "i", "row", "x", "y", "n", "t", "w", "g", "epochs", "samples", "order", "out",
    "epoch_out", "slope", "err2", "step_slope", "line", "descend", "finite_differences", "batch",
    "clip_by_norm", "constant", "cosine", "run", "jit", "numba", "sqrt", "min", "max", "sign",
    "floor", "pi", "float", "range", "abs", "print", "plain", "_half", "__half", "half_late",
    "math", "règle", "step", "lr",
)  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_rules_name_hides_nothing(name):
    cells.define(HALF.replace("def half", f"def {name}"))
    plain = gdlab.trace("sgd", lr=0.00005, h=0.01)
    assert (gdlab.trace(name, h=0.01).values == plain.values).all()
    clipped = {"batch_size": 3, "max_norm": 20, "weight_decay": 0.1, "schedule": "cosine"}
    wanted = gdlab.trace("sgd", lr=0.00005, **clipped)
    found = gdlab.trace(name, **clipped)
    assert (found.column("new_slope") == wanted.column("new_slope")).all()
    assert (found.column("new_intercept") == wanted.column("new_intercept")).all()


# Arguments that sound like something of the loop's own, and are not.
ARGUMENTS = (
    "e", "i", "row", "out", "run", "jit", "numba", "math", "print", "b", "m", "c", "r", "rc",
    "data", "n0", "eta",
)  # fmt: skip


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_hyperparameters_name_hides_nothing(name):
    cells.define(HALF.replace("lr=0.0001", f"{name}=0.0001").replace("lr * g", f"{name} * g"))
    run = gdlab.trace("half", **{name: 0.0002})
    assert run.column("new_slope").tolist() == gdlab.trace("sgd").column("new_slope").tolist()
    assert run.hyper == {name: 0.0002}


WRONG = {
    "def r(t, lr=0.1): step = lr * t; return (), (step,)": "takes the gradient as its argument g",
    "def r(g): step = g; return (step,)": "returns two tuples",
    "def r(g): step = g; return (), (), (step,)": "returns two tuples",
    "def r(g): a = g; return (), (a,)": "the last name returned must be step",
    "def r(g): step = g; a = g; return (), (step, a)": "the last name returned must be step",
    "def r(g): step = g; return (step,), ()": "the last name returned must be step",
    "def r(g, lr): step = lr * g; return (), (step,)": "lr needs a default: lr=0.1",
    "def r(g=1): step = g; return (), (step,)": "g is given by the table and takes no default",
    "def r(g, t=1): step = g; return (), (step,)": "t is given by the table and takes no default",
    "def r(g, a_prev): step = g; return (), (step,)": "a_prev is asked for, but a is not carried",
    "def r(g, a_prev): a = g; step = a; return (), (a, step)": "but a is not carried",
    "def r(g, lr=-1): step = lr * g; return (), (step,)": "lr must be a number over 0",
    "def r(g, beta=1): step = beta * g; return (), (step,)": "up to but not including 1",
    "def r(g): w = g; step = w; return (), (w, step)": "w is what the table gives the rule",
}


@pytest.mark.parametrize("source", WRONG)
def test_what_is_no_rule_is_refused_in_one_line(source):
    head, *lines = re.split(r"(?<=\)): |; ", source)
    with pytest.raises(GrammarError) as refusal:
        cells.define("\n    ".join([head + ":", *lines]))
    message = str(refusal.value)
    assert message.startswith("r: ")
    assert WRONG[source] in message
    assert "\n" not in message
    assert "r" not in gdlab.rules()


@pytest.mark.parametrize(
    "thing",
    [None, 3, "steepest", "", "a\nb", "x" * 9999, ["sgd"], {}, b"sgd", float("nan")],
    ids=repr,
)
def test_what_names_no_rule_is_refused_in_one_short_line(thing):
    with pytest.raises(
        ValueError, match=r"no rule is called .*; there are sgd, momentum"
    ) as refusal:
        gdlab.trace(thing)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 400


class Odd:
    """Callable, equal to everything, and not to be hashed."""

    __hash__ = None

    def __call__(self):
        """Do nothing."""

    def __eq__(self, other):
        return True


# An id with a memory address would differ between the processes of one test run.
KINDS = ["built-in", "type", "lambda", "class", "odd object"]


@pytest.mark.parametrize("thing", [len, int, lambda g: g, Odd, Odd()], ids=KINDS)
def test_functions_that_are_not_registered_are_refused(thing):
    with pytest.raises(ValueError, match=r"is not a registered rule: put @gdlab.rule"):
        gdlab.trace(thing)


# Hyperparameter -> values inside its limits, and outside.
LIMITS = {
    "lr": ([5e-324, 1, 1e308], [0, -0.0, -1, math.inf, math.nan]),
    "beta": ([0, -0.0, 0.5, 0.9999999999999999], [1, 1.5, -5e-324, -1, math.inf]),
    "beta1": ([0, 0.999], [1, -0.1]),
    "beta2": ([0, 0.999], [1, -0.1]),
    "momentum": ([0, 0.999], [1, -0.1]),
    # An exponential schedule begins with decay ** 0, which Excel does not know for 0.
    "decay": ([5e-324, 0.999], [0, -0.0, 1]),
    "eps": ([0, 1e-300, 1e300], [-1e-300, math.inf, math.nan]),
    "weight_decay": ([0, 3], [-0.1]),
}


@pytest.mark.parametrize("name", LIMITS)
def test_limits_belong_to_the_hyperparameter(name):
    inside, outside = LIMITS[name]
    for value in inside:
        assert settings({name: 0.5}, {name: value}, "made") == {name: float(value)}
    for value in outside:
        with pytest.raises(ValueError, match=rf"^{name} must be a number .*, not {value!r}$"):
            settings({name: 0.5}, {name: value}, "made")


NO_NUMBERS = ["0.1", b"1", None, True, np.True_, 1j, [0.1], {}, object(), 10**400, "x" * 9999]


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: type(value).__name__)
def test_hyperparameters_are_numbers(value):
    with pytest.raises(ValueError, match=r"^lr must be a number over 0, not") as refusal:
        gdlab.trace("sgd", lr=value)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 100


@pytest.mark.parametrize("value", [np.float64(0.5), np.float32(0.5), np.int8(1), 1], ids=repr)
def test_numbers_of_numpy_are_numbers(value):
    run = gdlab.trace("sgd", lr=value)
    assert run.hyper == {"lr": float(value)}
    assert type(run.hyper["lr"]) is float


def test_an_unknown_hyperparameter_is_named_with_those_that_there_are():
    with pytest.raises(ValueError, match=r"^adam has no hyperparameter 'rate'; it has lr, beta1,"):
        gdlab.trace("adam", rate=0.9)
    cells.define(HALF.replace("g, lr=0.0001", "g").replace("lr * g", "g"))
    with pytest.raises(ValueError, match=r"^half has no hyperparameter 'lr'; it has none"):
        gdlab.trace("half", lr=0.1)


def test_a_schedules_own_hyperparameter_is_not_shared_with_a_rules():
    cells.define(HALF.replace("lr=0.0001", "lr=0.1, factor=1").replace("/ 2", "* factor"))
    assert gdlab.trace("half", schedule="cosine", factor=0.5).hyper["factor"] == 0.5
    both = gdlab.trace("half", schedule="step_decay", factor=0.5, step_decay_factor=0.25)
    assert both.hyper["factor"] == 0.5
    assert both.hyper["step_decay_factor"] == 0.25
    assert both.frame["step_slope"][1] == 0.1 * both.frame["grad_slope"][1] * 0.5


def test_a_start_from_the_signature():
    rule = read_rule(
        cells.function(
            """
            def falls(g, near_prev=-3, far_prev=1e3, lr=0.0001):
                near = near_prev + g
                far = far_prev * 1
                none = g
                step = lr * near
                return (near, far, none), (step,)
            """
        )
    )
    assert rule.starts == {"near": -3.0, "far": 1000.0, "none": 0.0}
    assert rule.hyper == {"lr": 0.0001}
    assert rule.carried == ("near", "far", "none")


def test_a_rule_in_a_script_and_in_an_ipython_cell(tmp_path):
    script = tmp_path / "own.py"
    script.write_text(
        "import gdlab\n\n@gdlab.rule\ndef half(g, lr=0.0001):\n"
        "    step = lr * g / 2\n    return (), (step,)\n\nprint(gdlab.trace('half').final)\n"
    )
    cell = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        f"InteractiveShell.instance().run_cell(open({str(script)!r}).read())\n"
    )
    found = [
        subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
        for command in ([sys.executable, str(script)], [sys.executable, "-c", cell])
    ]
    wanted = gdlab.trace("sgd", lr=0.00005).final
    assert found == [f"{wanted}\n", f"{wanted}\n"]
