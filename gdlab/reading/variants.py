"""The rules as Python functions, with known variants: other ways people write them."""

import ast
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import CodeType
from typing import Any

from gdlab.core.registry import Rule, all_rules
from gdlab.formulas import functions
from gdlab.language.grammar import OF_MATH, names, substitute

SPACE: dict[str, Any] = {
    **{name: getattr(math, name) for name in OF_MATH},
    **{name: getattr(functions, name) for name in ("sign", "floor", "min", "max")},
    "abs": abs,
    "pi": math.pi,
}
# How the lesson's own rules differ from published ones.
LESSON_VARIANTS = {
    "rmsprop_lesson": (
        "rmsprop",
        ("divides by the row above's average, where rmsprop has this row's", "has no eps"),
    ),
    "adam_lesson": ("adam", ("has no bias correction", "has no eps")),
    "adagrad_lesson": (
        "adagrad",
        ("has one divisor per epoch, from the epoch before, where adagrad has a running sum",),
    ),
}
Change = Callable[[dict[str, ast.expr]], dict[str, ast.expr] | None]


@dataclass(frozen=True, eq=False)
class Variant:
    """A rule or a variant of a rule: compiled expressions, and sentences on the differences."""

    name: str
    rule: Rule
    expressions: dict[str, ast.expr]
    differs: tuple[str, ...]
    hyper: tuple[str, ...]

    @cached_property
    def code(self) -> tuple[tuple[str, CodeType], ...]:
        """The expressions, compiled."""
        return tuple(
            (one, compile(ast.parse(ast.unparse(tree), mode="eval"), one, "eval"))
            for one, tree in self.expressions.items()
        )

    @cached_property
    def function(self) -> Callable[..., tuple[Any, ...]]:
        """One update; its arguments are g, w, the counters, the states and the hyperparameters."""
        given = ("g", "w", "t", "n", "sample", "epoch")
        before = (f"{name}_prev" for name in self.rule.carried)
        lines = [f"    {name} = {ast.unparse(tree)}" for name, tree in self.expressions.items()]
        text = "\n".join(
            [
                f"def update({', '.join((*given, *before, *self.hyper))}):",
                *lines,
                f"    return {', '.join(self.expressions)},",
            ]
        )
        space = dict(SPACE)
        exec(compile(text, f"<{self.name}>", "exec"), space)
        update: Callable[..., tuple[Any, ...]] = space["update"]
        return update

    def asks(self, name: str) -> frozenset[str]:
        """The hyperparameters that a computed name depends on."""
        found: set[str] = set()
        stack = [name]
        while stack:
            one = stack.pop()
            if one not in found:
                found.add(one)
                stack += names(self.expressions[one]) if one in self.expressions else ()
        return frozenset(found & set(self.hyper))

    def steps(
        self,
        gradients: list[float],
        parameters: list[float],
        first: int,
        states: tuple[float, ...],
        hyper: dict[str, float],
        samples: int,
    ) -> Iterator[float]:
        """The step of each of some updates from given states, with the lr of ``hyper``.

        Raises ArithmeticError or ValueError if a value does not exist.
        """
        current = dict(zip(self.rule.carried, states, strict=True))
        for index, (g, w) in enumerate(zip(gradients, parameters, strict=True)):
            values = self.update(g, w, first + index + 1, current, hyper, samples)
            current = {name: values[name] for name in current}
            yield values["step"]

    def update(
        self, g: float, w: float, t: int, states: dict[str, float], hyper: dict[str, float],
        samples: int,
    ) -> dict[str, Any]:  # fmt: skip
        """All values of one update by name: states, shown values, the step."""
        sample, epoch = float((t - 1) % samples + 1), float((t - 1) // samples + 1)
        before = [states[name] for name in self.rule.carried]
        given = [hyper[name] for name in self.hyper]
        found = self.function(g, w, float(t), float(samples), sample, epoch, *before, *given)
        return dict(zip(self.expressions, found, strict=True))

    def beside(
        self, g: float, w: float, t: int, before: Sequence[float], after: Sequence[float],
        hyper: Mapping[str, float],
    ) -> tuple[tuple[float, ...], Any]:  # fmt: skip
        """The right value of each state after one update, and the step for the actual states."""
        carried = self.rule.carried
        given = dict(zip(carried, after, strict=True))
        values: dict[str, Any] = {
            **SPACE, **hyper, "g": g, "w": w, "t": float(t), "n": 1.0, "sample": 1.0,
            "epoch": float(t),
            **{f"{name}_prev": one for name, one in zip(carried, before, strict=True)},
        }  # fmt: skip
        expected = {}
        for name, code in self.code:
            values[name] = eval(code, values)
            if name in given:
                expected[name], values[name] = values[name], given[name]
        return tuple(expected[name] for name in carried), values["step"]


def variants_of(states: int) -> Iterator[Variant]:
    """The registered rules and variants with this many states, exact rules first."""
    yield from rules_as_they_are(states)
    for one in rules_as_they_are(states):
        yield from _changed(one.rule)


def kin_of(variant: Variant) -> tuple[Variant, ...]:
    """The variants of the published rule that a rule equals or is a variant of."""
    name = LESSON_VARIANTS.get(variant.name, (variant.name,))[0]
    name = name.removesuffix("_eps_inside").removesuffix("_eps_hat")
    return next((_changed(rule) for rule in all_rules() if rule.name == name), ())


def rules_as_they_are(states: int) -> list[Variant]:
    """The registered rules with this many states, unchanged."""
    return [_as_it_is(rule) for rule in all_rules() if len(rule.carried) == states]


@lru_cache(maxsize=256)
def _as_it_is(rule: Rule) -> Variant:
    differs = LESSON_VARIANTS.get(rule.name, ("", ()))[1]
    return _variant(rule.name, rule, dict(rule.formulas.expressions), differs)


def _variant(
    name: str, rule: Rule, expressions: dict[str, ast.expr], differs: tuple[str, ...]
) -> Variant:
    used = {
        node.id
        for tree in expressions.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name)
    }
    hyper = tuple(one for one in rule.hyper if one in used)
    return Variant(name, rule, expressions, differs, hyper)


@lru_cache(maxsize=256)
def _changed(rule: Rule) -> tuple[Variant, ...]:
    """Variants with one to three changes, fewest first; none if the rule is itself a variant."""
    if rule.name in LESSON_VARIANTS or rule.name.endswith(("_eps_inside", "_eps_hat")):
        return ()
    return tuple(_changes_of(rule))


def _changes_of(rule: Rule) -> Iterator[Variant]:
    changes = list(_changes(rule))
    level: list[tuple[dict[str, ast.expr], tuple[str, ...], int]] = [
        (dict(rule.formulas.expressions), (), 0)
    ]
    for _ in range(3):
        following = []
        for expressions, differs, start in level:
            for index in range(start, len(changes)):
                words, change = changes[index]
                new = change(expressions)
                if new is not None:
                    following.append((new, (*differs, words), index + 1))
        for expressions, differs, _ in following:
            yield _variant(rule.name, rule, expressions, differs)
        level = following


def _changes(rule: Rule) -> Iterator[tuple[str, Change]]:
    if "eps" in rule.hyper:
        yield "has no eps", _without_eps
        yield "has eps inside the root", _eps_inside
    if "t" in rule.formulas.arguments:
        yield "has no bias correction", _uncorrected
        yield "counts the updates from 0 in the bias correction, not from 1", _from_zero
    for name in rule.carried:
        if name.startswith(("sqr", "sum_sqr")):
            yield (
                f"divides by the row above's average, where {rule.name} has this row's",
                _row_above(name),
            )
            yield f"averages the gradient itself in {name}, not its square", _unsquared(name)
            yield "divides by the average itself, not by its root", _rootless(name)
        yield f"leaves out the factor 1 - beta in {name}", _whole_gradient(name)


def _each(
    expressions: dict[str, ast.expr],
    change: Callable[[ast.expr], ast.expr | None],
    only: str | None = None,
) -> dict[str, ast.expr] | None:
    """The tree with every part replaced that ``change`` has a tree for; None if there is none."""
    hit = False

    class Put(ast.NodeTransformer):
        def generic_visit(self, node: ast.AST) -> ast.AST:
            nonlocal hit
            node = super().generic_visit(node)
            if isinstance(node, ast.expr) and (new := change(node)) is not None:
                hit = True
                return new
            return node

        def visit_Name(self, node: ast.Name) -> ast.AST:
            return self.generic_visit(node)

    found = {}
    for name, tree in expressions.items():
        copy = substitute(tree, {})
        found[name] = Put().visit(copy) if only in (None, name) else copy
    return found if hit else None


def _is(tree: ast.expr, name: str) -> bool:
    return isinstance(tree, ast.Name) and tree.id == name


def _without_eps(expressions: dict[str, ast.expr]) -> dict[str, ast.expr] | None:
    def change(tree: ast.expr) -> ast.expr | None:
        match tree:
            case ast.BinOp(left, ast.Add(), ast.Name("eps")):
                return left
        return None

    return _each(expressions, change)


def _eps_inside(expressions: dict[str, ast.expr]) -> dict[str, ast.expr] | None:
    def change(tree: ast.expr) -> ast.expr | None:
        match tree:
            case ast.BinOp(ast.Call(ast.Name("sqrt"), [inner]), ast.Add(), ast.Name("eps") as eps):
                return ast.Call(ast.Name("sqrt"), [ast.BinOp(inner, ast.Add(), eps)], [])
        return None

    return _each(expressions, change)


def _uncorrected(expressions: dict[str, ast.expr]) -> dict[str, ast.expr] | None:
    def change(tree: ast.expr) -> ast.expr | None:
        match tree:
            case ast.BinOp(
                above,
                ast.Div(),
                ast.BinOp(ast.Constant(1), ast.Sub(), ast.BinOp(_, ast.Pow(), ast.Name("t"))),
            ):
                return above
        return None

    return _each(expressions, change)


def _from_zero(expressions: dict[str, ast.expr]) -> dict[str, ast.expr] | None:
    def change(tree: ast.expr) -> ast.expr | None:
        return ast.BinOp(tree, ast.Sub(), ast.Constant(1)) if _is(tree, "t") else None

    return _each(expressions, change)


def _row_above(name: str) -> Change:
    def changed(expressions: dict[str, ast.expr]) -> dict[str, ast.expr] | None:
        def change(tree: ast.expr) -> ast.expr | None:
            return ast.Name(f"{name}_prev", ast.Load()) if _is(tree, name) else None

        found = _each(expressions, change)
        return {**found, name: expressions[name]} if found else None

    return changed


def _unsquared(name: str) -> Change:
    def changed(expressions: dict[str, ast.expr]) -> dict[str, ast.expr] | None:
        def change(tree: ast.expr) -> ast.expr | None:
            match tree:
                case ast.BinOp(ast.Name("g") as g, ast.Mult(), ast.Name("g")):
                    return g
            return None

        return _each(expressions, change, only=name)

    return changed


def _rootless(name: str) -> Change:
    def changed(expressions: dict[str, ast.expr]) -> dict[str, ast.expr] | None:
        def change(tree: ast.expr) -> ast.expr | None:
            match tree:
                case ast.Call(ast.Name("sqrt"), [inner]):
                    return inner
            return None

        return _each(expressions, change, only="step")

    return changed


def _whole_gradient(name: str) -> Change:
    def changed(expressions: dict[str, ast.expr]) -> dict[str, ast.expr] | None:
        def change(tree: ast.expr) -> ast.expr | None:
            match tree:
                case ast.BinOp(
                    ast.BinOp(ast.Constant(1), ast.Sub(), ast.Name()), ast.Mult(), factor
                ):
                    return factor
            return None

        return _each(expressions, change, only=name)

    return changed
