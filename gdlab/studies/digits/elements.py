"""The text of one update of many weights: a loop over arrays that calls the rule's own function."""

from functools import lru_cache

from gdlab.core.codegen import call_text, with_functions
from gdlab.core.columns import Call
from gdlab.core.registry import Rule
from gdlab.formulas import transforms
from gdlab.language.grammar import Formulas
from gdlab.language.reader import read

# What every element is given beside its own numbers: which update it is.
COUNTED = ("t", "epoch", "sample", "n")


@lru_cache(maxsize=64)
def elements_text(rule: Rule, decayed: bool) -> str:
    """The module whose ``run`` makes one update of every weight, in place.

    ``run(_w, _g, STATES, t, epoch, sample, n, INPUTS)``: arrays of the weights, their gradients
    and each state that the rule carries; then numbers. INPUTS are the rule's hyperparameters,
    after ``weight_decay`` where ``decayed`` adds L2 decay to the gradient.
    """
    calls = [
        _call(rule.formulas, g="decayed_grad" if decayed else "g"),
        _call(read(transforms.descend)),
    ]
    if decayed:
        calls.insert(0, _call(read(transforms.decay_as_l2)))
    written = {call.formulas.source: f"_{i}_{call.formulas.name}" for i, call in enumerate(calls)}
    arrays = ("w", "g", *rule.carried)
    arguments = [*(f"_{name}" for name in arrays), *COUNTED, *inputs(rule, decayed)]
    lines = [
        f"def run({', '.join(arguments)}):",
        "    for _i in range(len(_w)):",
        *(f"        {name} = _{name}[_i]" for name in arrays),
        *(f"        {call_text(call, written)}" for call in calls),
        *(f"        _{name}[_i] = {name}" for name in rule.carried),
        "        _w[_i] = new",
    ]
    return with_functions(written, "\n".join(lines))


def inputs(rule: Rule, decayed: bool) -> tuple[str, ...]:
    """The names of the numbers that ``run`` is given last."""
    return (*(("weight_decay",) if decayed else ()), *rule.hyper)


def _call(formulas: Formulas, **renamed: str) -> Call:
    names = {name: name for name in (*formulas.arguments, *formulas.results)}
    return Call(formulas, names | renamed)
