"""A model's gradients: derived if its function does not return them, checked if it does."""

import ast
import random
from collections.abc import Iterable, Mapping
from dataclasses import replace

from gdlab.language.derivative import backward
from gdlab.language.evaluate import CellError, evaluate
from gdlab.language.grammar import (
    MOST_FUNCTION_PARTS,
    Formulas,
    GrammarError,
    compose,
    leading,
    names,
    parts,
)

# Right gradients agree to 1e-13; wrong ones differ by more than 1e-4 at some point.
AGREE = 1e-9
POINTS_COMPARED, GRADIENT_TRIES = 5, 200


def with_helpers(formulas: Formulas, loss: str) -> Formulas:
    """The function with every line that the loss depends on as a column, in topological order.

    So that a gradient is computed from cells of the sheet.
    """
    shown: list[str] = []

    def take(name: str) -> None:
        if name not in shown:
            for before in leading(formulas.steps, name)[:-1]:
                if before in wanted:
                    take(before)
            shown.append(name)

    wanted = {*formulas.results, *leading(formulas.steps, loss)}
    for name in formulas.results:
        take(name)
    if tuple(shown) == formulas.results:
        return formulas
    found = compose(
        formulas.name,
        formulas.arguments,
        formulas.steps,
        [shown],
        formulas.doc,
        formulas.defaults,
    )
    return replace(found, keyword_only=formulas.keyword_only)


def derived(formulas: Formulas, loss: str, parameters: Iterable[str]) -> Formulas | None:
    """The gradients that a model's function does not return; None if it returns all.

    Includes the gradients of intermediate lines that they need. Raises GrammarError if one is too
    long for a cell, or if the loss does not depend on a parameter.
    """
    own = {name for name in formulas.results if name.startswith("grad_")}
    wanted = tuple(parameters)
    if own.issuperset(f"grad_{name}" for name in wanted):
        return None
    forward = forward_steps(formulas)
    used = {name for step in leading(forward, loss) for name in names(forward[step])}
    for name in wanted:
        if name not in used:
            raise GrammarError(f"{formulas.name}: {loss} does not depend on the parameter {name}")
    found = {name: t for name, t in backward(forward, loss, wanted).items() if name not in own}
    for name, tree in found.items():
        if parts(tree) > MOST_FUNCTION_PARTS:
            why = f"{name} is too long for a cell; write {loss} in more and shorter lines"
            raise GrammarError(f"{formulas.name}: {why}")
    asked = {name for tree in found.values() for name in names(tree)} - set(found)
    order = (*formulas.arguments, *formulas.results)
    return compose("gradients", [name for name in order if name in asked], found, [found])


def forward_steps(formulas: Formulas) -> dict[str, ast.expr]:
    """The expressions of a model's columns that are not gradients, in order."""
    return {
        name: tree
        for name, tree in formulas.steps.items()
        if name in formulas.results and not name.startswith("grad_")
    }


def check(formulas: Formulas, loss: str) -> None:
    """Compare the gradients that a function returns with the derived ones, at random points.

    Raises GrammarError with the numbers of the first point at which one differs.
    """
    forward = forward_steps(formulas)
    draw = random.Random(formulas.name)
    known = {*forward, *formulas.arguments}
    for gradient in formulas.results:
        name = gradient.removeprefix("grad_")
        if name == gradient or name not in known:
            continue
        # With respect to a line, the later lines are differentiated.
        others = {step: tree for step, tree in forward.items() if step != name}
        wanted = backward(others, loss, (name,)) if name != loss else {gradient: ast.Constant(1)}
        compared = 0
        for _ in range(GRADIENT_TRIES):
            point = {one: round(draw.gauss(0, 2), 2) for one in formulas.arguments}
            try:
                values = _values(formulas.steps, point)
                value = _values(wanted, values)[gradient]
            except CellError:
                continue
            found = values[gradient]
            if abs(found - value) > AGREE * max(abs(found), abs(value), 1e-3):
                row = ", ".join(f"{one} = {number:.10g}" for one, number in point.items())
                raise GrammarError(
                    f"{formulas.name}: {gradient} is not the derivative of {loss}. Where {row}, it"
                    f" is {found:.10g}, and the derivative is {value:.10g}"
                )
            compared += 1
            if compared == POINTS_COMPARED:
                break


def _values(steps: Mapping[str, ast.expr], point: Mapping[str, float]) -> dict[str, float]:
    """The values of all lines at a point; CellError if one has no value."""
    known = dict(point)
    for name, tree in steps.items():
        known[name] = evaluate(tree, known.__getitem__)
    return known
