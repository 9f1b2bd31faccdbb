"""Evaluate a template without compiling it, for trees that are used only a few times."""

import ast
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from gdlab.reading.compiled import NAMES, SUMMARIES, rounded
from gdlab.reading.templates import leaf_number

OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.Pow: operator.pow,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip


def tree_value(tree: ast.expr, given: Sequence[Any]) -> Any:
    """The value of a template's tree from the values of its references; raises for an error."""
    number = leaf_number(tree)
    if number is not None:
        return given[number]
    match tree:
        case ast.BinOp(left, op, right):
            return OPERATORS[type(op)](tree_value(left, given), tree_value(right, given))
        case ast.UnaryOp(operand=operand):
            return -tree_value(operand, given)
        case ast.Constant(value):
            return value
        case ast.Name("pi"):
            return math.pi
        case ast.Compare(left, [op], [right]):
            return OPERATORS[type(op)](tree_value(left, given), tree_value(right, given))
        case ast.IfExp(test, body, orelse):
            return tree_value(body if tree_value(test, given) else orelse, given)
        case ast.Call(ast.Name(name), arguments) if name in SUMMARIES:
            found = [tree_value(one, given) for one in arguments]
            return SUMMARIES[name]([one if isinstance(one, list) else [one] for one in found])[0]
        case ast.Call(ast.Name("min" | "max" as name), [left, right]):
            choose = min if name == "min" else max
            return choose(tree_value(left, given), tree_value(right, given))
        case ast.Call(ast.Name("ROUND"), [argument, digits]):
            return rounded(tree_value(argument, given), tree_value(digits, given))
        case ast.Call(ast.Name(name), [argument]):
            return NAMES[name](tree_value(argument, given))
    raise TypeError(f"outside the grammar: {ast.dump(tree)}")
