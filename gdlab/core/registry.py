"""The rules by name: the built-in optimizers and those that a user registers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from gdlab.core.suggest import unknown
from gdlab.core.symbols import refusal
from gdlab.formulas import functions_of, optimizers
from gdlab.language.evaluate import CellError, evaluate
from gdlab.language.grammar import Formulas, GrammarError
from gdlab.language.reader import read

# Arguments that the table passes to a rule; all others are its state or hyperparameters.
GIVEN = ("g", "w", "t", "epoch", "sample", "n")
BUILT_IN_RULES = tuple(functions_of(optimizers).values())
# So many updates are needed to recognize an adaptive rule: rectified Adam begins like momentum.
TRIED = 12
_registered: dict[str, Callable[..., object]] = {
    function.__name__: function for function in BUILT_IN_RULES
}


@dataclass(frozen=True, eq=False)
class Rule:
    """An optimizer, read from its function."""

    formulas: Formulas

    @property
    def name(self) -> str:
        """The function's name."""
        return self.formulas.name

    @property
    def source(self) -> str:
        """Paper and equation: the docstring's first paragraph on one line."""
        return " ".join(self.formulas.doc.split("\n\n")[0].split())

    @property
    def carried(self) -> tuple[str, ...]:
        """The state that is carried from row to row, without the parameter's suffix: ``avg``."""
        return self.formulas.returned[0]

    @cached_property
    def starts(self) -> dict[str, float]:
        """The start of each carried state: its default in the signature, or 0."""
        return {name: self.formulas.defaults.get(f"{name}_prev", 0.0) for name in self.carried}

    @cached_property
    def hyper(self) -> dict[str, float]:
        """The hyperparameters with their defaults."""
        return {
            name: default
            for name, default in self.formulas.defaults.items()
            if not name.endswith("_prev")
        }

    @cached_property
    def proportional(self) -> bool:
        """Whether doubling the gradients doubles the steps, as in momentum but not in Adam."""
        try:
            single, double = (self._steps(gradient) for gradient in (1.0, 2.0))
        except CellError:
            return False
        return all(second == 2 * first for first, second in zip(single, double, strict=True))

    def _steps(self, gradient: float) -> list[float]:
        """The steps of some updates with a constant gradient, in epochs of two samples."""
        carried, steps = dict(self.starts), []
        for t in range(1, TRIED + 1):
            sample = 1.0 + (t - 1) % 2
            given = {"g": gradient, "w": 0.0, "t": float(t), "sample": sample, "n": 2.0}
            given |= {"epoch": 1.0 + (t - 1) // 2} | self.hyper
            given |= {f"{name}_prev": value for name, value in carried.items()}
            for name, tree in self.formulas.expressions.items():
                given[name] = evaluate(tree, given.__getitem__)
            carried = {name: given[name] for name in carried}
            steps.append(given["step"])
        return steps


def read_rule(function: Callable[..., object]) -> Rule:
    """Read a function as a rule; raises GrammarError if it is not one."""
    return as_rule(read(function))


def as_rule(formulas: Formulas) -> Rule:
    """Turn formulas into a rule; raises GrammarError if they are not one."""
    name = formulas.name

    def refuse(why: str) -> None:
        raise GrammarError(f"{name}: {why}")

    if "g" not in formulas.arguments:
        refuse("a rule takes the gradient as its argument g")
    if len(formulas.returned) != 2:
        refuse("a rule returns two tuples: (carried,), (shown, step)")
    carried, shown = formulas.returned
    if not shown or shown[-1] != "step":
        refuse("the last name returned must be step, what is subtracted from the parameter")
    for word in formulas.results:
        if word in GIVEN:
            refuse(f"{word} is what the table gives the rule; give what it returns another name")
    for argument in formulas.arguments:
        if argument.endswith("_prev"):
            if argument.removesuffix("_prev") not in carried:
                refuse(
                    f"{argument} is asked for, but {argument.removesuffix('_prev')} is not carried"
                )
        elif argument in GIVEN and argument in formulas.defaults:
            refuse(f"{argument} is given by the table and takes no default")
        elif argument not in GIVEN and argument not in formulas.defaults:
            refuse(f"hyperparameter {argument} needs a default: {argument}=0.1")
    found = Rule(formulas)
    for hyper, default in found.hyper.items():
        why = refusal(hyper, default)
        if why:
            refuse(why)
    return found


def rule(function: Callable[..., object]) -> Callable[..., object]:
    """Register a function as a rule, as a decorator; returns the function unchanged.

    Works on a function in a notebook cell. A second function of the same name replaces the first.
    Raises GrammarError (a ValueError) that names a line that is outside the grammar.
    """
    found = read_rule(function)
    if (
        found.name in {built.__name__ for built in BUILT_IN_RULES}
        and function not in BUILT_IN_RULES
    ):
        raise GrammarError(f"{found.name} is a built-in rule; give yours another name")
    _registered[found.name] = function
    return function


def all_rules() -> list[Rule]:
    """All rules, the built-in ones first."""
    return [_read_once(function) for function in _registered.values()]


def rules() -> dict[str, str]:
    """The names of all rules with their sources (paper, equation, where eps stands)."""
    return {name: _read_once(function).source for name, function in _registered.items()}


_read_once = lru_cache(maxsize=256)(read_rule)


def find_rule(name: "str | Callable[..., object] | Rule") -> Rule:
    """The rule with this name (in any case) or registered function; a Rule is returned as it is.

    Raises ValueError that suggests the nearest name, or lists all.
    """
    if isinstance(name, Rule):
        return name
    if callable(name):
        if any(name is function for function in _registered.values()):
            return _read_once(name)
        title = getattr(name, "__name__", repr(name))
        raise ValueError(f"{title} is not a registered rule: put @gdlab.rule above its def")
    if isinstance(name, str) and name not in _registered:
        alike = (one for one in _registered if one.casefold() == name.casefold())
        name = next(alike, name)
    if not isinstance(name, str) or name not in _registered:
        raise ValueError(unknown(f"no rule is called {name!r:.40}", name, _registered))
    return _read_once(_registered[name])


def settings(
    defaults: Mapping[str, float], given: Mapping[str, Any], owner: str
) -> dict[str, float]:
    """The default hyperparameters, with the given ones replaced.

    Raises ValueError for an unknown name or a value out of its limits.
    """
    for name, value in given.items():
        if name not in defaults:
            what = f"{owner} has no hyperparameter {name!r}"
            raise ValueError(unknown(what, name, defaults or ("none",), "it has"))
        why = refusal(name, value)
        if why:
            raise ValueError(why)
    return {name: float(given.get(name, default)) for name, default in defaults.items()}
