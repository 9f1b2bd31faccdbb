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
CALLED = {name: operator for operator, name in CALLS.items()}
SIGNS_COMPARED = {sign: operator for operator, sign in COMPARED.items()}
# A whole number under this has no point in JavaScript, and no power of ten.
WHOLE_BELOW = 1e15


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
        case ast.Constant(float(value) | int(value)):
            is_whole = abs(value) < WHOLE_BELOW and value == int(value)
            return int(value) if is_whole else value
    raise TypeError(f"outside the grammar: {ast.unparse(tree)}")


def of_data(data: Any) -> ast.expr:
    """The expression that :func:`as_data` made into nested lists."""
    match data:
        case str(name):
            return ast.Name(name)
        case int(value) | float(value):
            return ast.Constant(value)
        case [str(sign), left, right, then, otherwise]:
            test = ast.Compare(of_data(left), [SIGNS_COMPARED[sign]()], [of_data(right)])
            return ast.IfExp(test, of_data(then), of_data(otherwise))
        case ["neg", operand]:
            return ast.UnaryOp(ast.USub(), of_data(operand))
        case [str(name), left, right] if name in CALLED:
            return ast.BinOp(of_data(left), CALLED[name](), of_data(right))
        case [str(function), *arguments]:
            return ast.Call(ast.Name(function), [of_data(one) for one in arguments], [])
    raise TypeError(f"no expression: {data!r:.40}")
