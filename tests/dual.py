"""Derivatives by dual numbers (Clifford 1873): an evaluator that knows nothing of gdlab's.

A dual number is a value and how it changes with one input. ``run`` evaluates lines of the grammar
one by one with such numbers; it is the forward mode, where gdlab goes backwards.
"""

import ast
import math
import operator

COMPARED = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip


class Kink(ArithmeticError):
    """A place where there is no derivative."""


def run(steps, values, raised):
    """How the last of some steps changes with ``raised``, an input or a step; the steps' values."""
    known = {name: (value, float(name == raised)) for name, value in values.items()}
    for name, tree in steps.items():
        value, change = dual(tree, known)
        # A step that is raised counts as an input.
        known[name] = (value, 1.0 if name == raised else change)
    return known[name][1], {name: value for name, (value, _) in known.items()}


def dual(tree, known):
    """Value and change of an expression."""
    match tree:
        case ast.Name("pi"):
            return math.pi, 0.0
        case ast.Name(name):
            return known[name]
        case ast.Constant(value):
            return float(value), 0.0
        case ast.UnaryOp(operand=operand):
            value, change = dual(operand, known)
            return -value, -change
        case ast.BinOp(left, op, right):
            return binary(type(op), dual(left, known), dual(right, known))
        case ast.IfExp(ast.Compare(left, [op], [right]), body, orelse):
            one, other = dual(left, known)[0], dual(right, known)[0]
            if math.isclose(one, other):
                raise Kink
            return dual(body if COMPARED[type(op)](one, other) else orelse, known)
        case ast.Call(ast.Name(function), arguments):
            return FUNCTIONS[function](*(dual(argument, known) for argument in arguments))
    raise TypeError(ast.unparse(tree))


def binary(op, first, second):
    (a, da), (b, db) = first, second
    if op is ast.Add:
        return a + b, da + db
    if op is ast.Sub:
        return a - b, da - db
    if op is ast.Mult:
        return a * b, da * b + a * db
    if op is ast.Div:
        return a / b, (da * b - a * db) / (b * b)
    value = a**b
    if isinstance(value, complex):
        raise ArithmeticError
    change = da * b * a ** (b - 1) if da else 0.0
    return value, change + (db * value * math.log(a) if db else 0.0)


def chosen(sign):
    def choose(first, second):
        if math.isclose(first[0], second[0], abs_tol=1e-9):
            raise Kink
        return first if sign * first[0] > sign * second[0] else second

    return choose


def absolute(x):
    if abs(x[0]) < 1e-9:
        raise Kink
    return abs(x[0]), math.copysign(1, x[0]) * x[1]


def flat(function):
    def apply(x):
        # Not at a step.
        if function(x[0] - 1e-9) != function(x[0] + 1e-9):
            raise Kink
        return function(x[0]), 0.0

    return apply


def smooth(function, slope):
    return lambda x: (function(x[0]), x[1] * slope(x[0]) if x[1] else 0.0)


FUNCTIONS = {
    "sqrt": smooth(math.sqrt, lambda x: 0.5 / math.sqrt(x)),
    "exp": smooth(math.exp, math.exp),
    "log": smooth(math.log, lambda x: 1 / x),
    "cos": smooth(math.cos, lambda x: -math.sin(x)),
    "sin": smooth(math.sin, math.cos),
    "floor": flat(math.floor),
    "sign": flat(lambda x: (x > 0) - (x < 0)),
    "abs": absolute,
    "min": chosen(-1),
    "max": chosen(1),
}
