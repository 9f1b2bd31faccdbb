"""Parts of a formula's syntax tree: what they are, how they are said, and how they are made."""

import ast
from typing import NamedTuple

from gdlab.core.columns import Table
from gdlab.core.symbols import LIMITS, SHARE
from gdlab.language.infix import TEXT, infix


class Rewrite(NamedTuple):
    """One slip: its short name, what was done in a sentence, and the formula that it makes."""

    name: str
    because: str
    tree: ast.expr


def say(tree: ast.expr) -> str:
    """A part of a formula in the words of the sheet's header."""
    return infix(tree, as_headed, TEXT)


def as_headed(name: str) -> str:
    """A name of a formula as a reader of the sheet finds it."""
    if is_above(name):
        return f"{name.removesuffix('_prev')} above"
    return f"{name.removesuffix('_next')} below" if name.endswith("_next") else name


def is_above(name: str) -> bool:
    """Whether a name stands for a cell of the row above."""
    return name.endswith("_prev")


def column_of(table: Table, base: str, parameter: str | None) -> str | None:
    """The column of a word and a parameter, such as ``avg`` and ``slope``; None where none is."""
    try:
        return table.named(base, parameter)
    except KeyError:
        return None


def binary(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.BinOp:
    """A part with one operator."""
    return ast.BinOp(left, op, right)


def root(part: ast.expr) -> ast.Call:
    """The square root of a part."""
    return ast.Call(ast.Name("sqrt"), [part], [])


def is_share(tree: ast.expr) -> bool:
    """Whether a part is a hyperparameter such as beta: a share of a whole."""
    return isinstance(tree, ast.Name) and LIMITS.get(tree.id) is SHARE


def is_rate(tree: ast.expr) -> bool:
    """Whether a part is the learning rate."""
    return isinstance(tree, ast.Name) and tree.id in ("lr", "start_lr")


def is_gradient(tree: ast.expr) -> bool:
    """Whether a part is the gradient of the loss with respect to a parameter."""
    return isinstance(tree, ast.Name) and tree.id.startswith("grad_")


def is_rest(tree: ast.expr) -> bool:
    """Whether a part is 1 - beta."""
    match tree:
        case ast.BinOp(ast.Constant(1), ast.Sub(), share):
            return is_share(share)
    return False


def is_eps(tree: ast.expr) -> bool:
    """Whether a part is eps."""
    return isinstance(tree, ast.Name) and tree.id == "eps"


def rounding(part: ast.expr, decimals: int) -> ast.expr:
    """A part rounded as by hand; a half goes up, also one that is short of it by its last bit."""
    scale = ast.Constant(10**decimals)
    half = binary(binary(part, ast.Mult(), scale), ast.Add(), ast.Constant(0.5000001))
    return binary(ast.Call(ast.Name("floor"), [half], []), ast.Div(), scale)
