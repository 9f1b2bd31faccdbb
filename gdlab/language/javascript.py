"""Expressions as JavaScript, in calls alone: ``add(c.x[r], mul(i.lr, 2))``; and as data for it.

What ``add`` and the others do is given to the text when it runs (gdlab/web/static/arithmetic.js):
the arithmetic of IEEE 754, or a spreadsheet's, which goes on with errors. Calls need no precedence.
"""

import ast
from collections.abc import Callable
from typing import Any

from gdlab.language.grammar import CONSTANTS

CALLS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}
COMPARED = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


def javascript(tree: ast.expr, leaf: Callable[[str], str]) -> str:
    """Write an expression; ``leaf`` says what stands for a name."""

    def part(node: ast.expr) -> str:
        return javascript(node, leaf)

    match tree:
        case ast.BinOp(left, op, right):
            return f"{CALLS[type(op)]}({part(left)}, {part(right)})"
        case ast.UnaryOp(operand=operand):
            return f"neg({part(operand)})"
        case ast.IfExp(ast.Compare(left, [op], [right]), body, orelse):
            # Only the chosen side is computed: the other may have no number here.
            compared = f'"{COMPARED[type(op)]}", {part(left)}, {part(right)}'
            return f"choose({compared}, () => {part(body)}, () => {part(orelse)})"
        case ast.Call(ast.Name(function), arguments):
            return f"{function}({', '.join(map(part, arguments))})"
        case ast.Name("pi"):
            return "Math.PI"
        case ast.Name(name):
            return leaf(name)
        case ast.Constant(float(value) | int(value)):
            return repr(float(value)).removesuffix(".0")
    raise TypeError(f"outside the grammar: {ast.unparse(tree)}")


def as_data(tree: ast.expr) -> Any:
    """An expression as nested lists: ``["add", "x", ["mul", "lr", 2]]``, its names as they are.

    A choice begins with its comparison: ``["<", a, b, then, otherwise]``.
    """
    match tree:
        case ast.BinOp(left, op, right):
            return [CALLS[type(op)], as_data(left), as_data(right)]
        case ast.UnaryOp(operand=operand):
            return ["neg", as_data(operand)]
        case ast.IfExp(ast.Compare(left, [op], [right]), body, orelse):
            return [COMPARED[type(op)], *map(as_data, (left, right, body, orelse))]
        case ast.Call(ast.Name(function), arguments):
            return [function, *map(as_data, arguments)]
        case ast.Name(name):
            return CONSTANTS.get(name, name)
        case ast.Constant(value):
            return value
    raise TypeError(f"outside the grammar: {ast.unparse(tree)}")
