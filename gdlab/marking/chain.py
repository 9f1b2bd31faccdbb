"""The slips of a chain rule, in the columns of a model's gradients.

A factor left out, a term of a sum left out and a new weight in place of the old one are changes of
one place, as in any formula; here are the slips that only a chain of neurons has.
"""

import ast
import re
from collections.abc import Iterator
from functools import reduce

from gdlab.core.columns import Table
from gdlab.language.grammar import names, same, substitute
from gdlab.marking.parts import Rewrite, binary, say

GRADIENT_WORDS = ("grad", "sample_grad")


def chain(table: Table, column: str, expression: ast.expr) -> Iterator[Rewrite]:
    """A sigmoid's slope forgotten, the activation for its slope, another neuron's number."""
    if table.part(column).base not in GRADIENT_WORDS and not column.startswith("grad_"):
        return
    factors = _factors(expression)
    for slope in factors:
        match slope:
            case ast.BinOp(ast.Constant(1), ast.Sub(), value):
                rest = [one for one in factors if one is not slope]
                kept = [one for one in rest if not same(one, value)]
                if len(kept) < len(rest) and kept:
                    whole = f"{say(value)} * ({say(slope)})"
                    taken = f"{say(value)} was taken for its slope, {whole}"
                    yield Rewrite("activation_for_slope", taken, _product(rest))
                    forgotten = f"{whole}, the slope of {say(value)}, was forgotten"
                    yield Rewrite("slope_forgotten", forgotten, _product(kept))
    own = names(expression)
    for name in own:
        for other in _neighbours(table, name):
            if other not in (column, *own):
                because = f"{other} was taken, and {name} belongs here"
                tree = substitute(expression, {name: ast.Name(other)})
                yield Rewrite("other_neuron", because, tree)


def _factors(tree: ast.expr) -> list[ast.expr]:
    match tree:
        case ast.BinOp(left, ast.Mult(), right) if not same(left, right):
            return [*_factors(left), *_factors(right)]
    return [tree]


def _product(factors: list[ast.expr]) -> ast.expr:
    return reduce(lambda left, right: binary(left, ast.Mult(), right), factors)


def _neighbours(table: Table, name: str) -> list[str]:
    """The columns that are called as a name is, but for one number: h2 for h1."""
    found = []
    for digits in re.finditer(r"\d+", name):
        before, after = name[: digits.start()], name[digits.end() :]
        pattern = rf"{re.escape(before)}\d+{re.escape(after)}"
        found += [other for other in table.names if re.fullmatch(pattern, other) and other != name]
    return found
