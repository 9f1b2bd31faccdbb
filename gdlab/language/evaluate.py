"""The value of one cell as a spreadsheet computes it: a number, or an error such as #NUM!."""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from gdlab.formulas import functions
from gdlab.language.grammar import CONSTANTS

NUM, DIV0 = "#NUM!", "#DIV/0!"
ARITHMETIC: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
COMPARED: dict[type, Callable[[float, float], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip
FUNCTIONS: dict[str, Callable[..., float]] = {
    "sqrt": math.sqrt, "exp": math.exp, "log": math.log, "cos": math.cos, "sin": math.sin,
    "floor": functions.floor, "sign": functions.sign,
    "abs": abs, "min": min, "max": max,
}  # fmt: skip


class CellError(ArithmeticError):
    """What a spreadsheet shows instead of a number; the message is the error's name."""


def evaluate(tree: ast.expr, value: Callable[[str], float]) -> float:
    """Evaluate an expression, operands from left to right; ``value`` gives a name's number.

    Raises CellError where a spreadsheet shows an error; so may ``value``, and it goes through.
    """

    def part(node: ast.expr) -> float:
        return evaluate(node, value)

    match tree:
        case ast.BinOp(left, ast.Div(), right):
            above, below = part(left), part(right)
            if below == 0:
                raise CellError(DIV0)
            return _number(lambda: above / below)
        case ast.BinOp(left, ast.Pow(), right):
            base, exponent = part(left), part(right)
            if base == 0 and exponent < 0:
                raise CellError(DIV0)
            return _number(lambda: base**exponent)
        case ast.BinOp(left, op, right):
            first, second = part(left), part(right)
            return _number(lambda: ARITHMETIC[type(op)](first, second))
        case ast.UnaryOp(operand=operand):
            return -part(operand)
        case ast.IfExp(ast.Compare(left, [op], [right]), body, orelse):
            return part(body if COMPARED[type(op)](part(left), part(right)) else orelse)
        case ast.Call(ast.Name(function), arguments):
            numbers = [part(argument) for argument in arguments]
            return _number(lambda: FUNCTIONS[function](*numbers))
        case ast.Name(name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.Name(name):
            return _number(lambda: value(name))
        case ast.Constant(float(number) | int(number)):
            return float(number)
    raise TypeError(f"outside the grammar: {ast.unparse(tree)}")


def evaluate_arrays(tree: ast.expr, values: Mapping[str, Any]) -> Any:
    """Evaluate an expression over NumPy arrays or numbers, by name, with inf and nan as values.

    For pictures: a cosine may differ in its last bit from the cells'.
    """
    import numpy as np

    def part(node: ast.expr) -> Any:
        return evaluate_arrays(node, values)

    match tree:
        case ast.BinOp(left, ast.Div(), right):
            return np.divide(part(left), part(right))
        case ast.BinOp(left, ast.Pow(), right):
            return np.power(part(left), part(right))
        case ast.BinOp(left, op, right):
            return ARITHMETIC[type(op)](part(left), part(right))
        case ast.UnaryOp(operand=operand):
            return -part(operand)
        case ast.IfExp(ast.Compare(left, [op], [right]), body, orelse):
            return np.where(COMPARED[type(op)](part(left), part(right)), part(body), part(orelse))
        case ast.Call(ast.Name(function), arguments):
            called = {"min": "minimum", "max": "maximum"}.get(function, function)
            return getattr(np, called)(*map(part, arguments))
        case ast.Name(name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.Name(name):
            return values[name]
        case ast.Constant(float(number) | int(number)):
            return float(number)
    raise TypeError(f"outside the grammar: {ast.unparse(tree)}")


def _number(compute: Callable[[], float]) -> float:
    try:
        result = compute()
    except CellError:
        raise
    except (ArithmeticError, ValueError):
        raise CellError(NUM) from None
    if isinstance(result, complex) or not math.isfinite(result):
        raise CellError(NUM)
    return result
