"""What rounding can do to a result: interval arithmetic over an expression's syntax tree.

A number written to some decimals stands for all that round to it. ``bound`` gives an interval that
contains every result that such numbers can lead to (Moore 1966, Interval Analysis): never too
narrow, and rounded outwards after every operation.
"""

import ast
import math
from collections.abc import Callable, Mapping

from gdlab.language.evaluate import DIV0, NUM, CellError
from gdlab.language.grammar import CONSTANTS, same

Interval = tuple[float, float]
Bound = Callable[[Mapping[str, Interval]], Interval]

ULP = 2.0**-52
TINY = 5e-324
EVERYTHING: Interval = (-math.inf, math.inf)
# Doubles added up in another order differ in their last bits; a learner's formula may do so.
OTHER_ORDER = 1e-13


def rounded(number: float, decimals: int | None) -> Interval:
    """The numbers that round to this one at that many decimals."""
    half = 0.0 if decimals is None else 0.5 * 10.0**-decimals
    spare = spread(number) + half * 1e-9
    return number - half - spare, number + half + spare


def spread(number: float) -> float:
    """How far a double may be from itself computed in another order; a whole one is exact."""
    return 0.0 if number.is_integer() else abs(number) * OTHER_ORDER


def meet(first: Interval, second: Interval) -> Interval | None:
    """The intersection of two intervals; None if it is empty."""
    low, high = max(first[0], second[0]), min(first[1], second[1])
    return (low, high) if low <= high else None


def hull(*intervals: Interval) -> Interval:
    """The smallest interval that holds some others."""
    return min(low for low, _ in intervals), max(high for _, high in intervals)


def bound(tree: ast.expr) -> Bound:
    """A function from the names' intervals to the expression's.

    It raises CellError where no number in the intervals has a result, and KeyError for a name that
    has no interval. Raises TypeError for what is outside the grammar.
    """
    match tree:
        case ast.BinOp(left, ast.Mult(), right) if same(left, right):
            return _one(_square, bound(left))
        case ast.BinOp(left, op, right):
            return _two(BINARY_BOUNDS[type(op)], bound(left), bound(right))
        case ast.UnaryOp(operand=operand):
            return _one(_negative, bound(operand))
        case ast.IfExp(ast.Compare(left, [op], [right]), body, orelse):
            return _choice(type(op), bound(left), bound(right), bound(body), bound(orelse))
        case ast.Call(ast.Name(name), [argument]) if name in UNARY_BOUNDS:
            return _one(UNARY_BOUNDS[name], bound(argument))
        case ast.Call(ast.Name(name), [first, second]) if name in EXTREMES:
            return _two(EXTREMES[name], bound(first), bound(second))
        case ast.Name(name) if name in CONSTANTS:
            value = CONSTANTS[name]
            return lambda _: (value, value)
        case ast.Name(name):
            return lambda intervals: intervals[name]
        case ast.Constant(int() | float() as number):
            value = float(number)
            return lambda _: (value, value)
    raise TypeError(f"outside the grammar: {ast.unparse(tree)}")


def _one(operation: Callable[[Interval], Interval], part: Bound) -> Bound:
    return lambda intervals: operation(part(intervals))


def _two(operation: Callable[[Interval, Interval], Interval], left: Bound, right: Bound) -> Bound:
    return lambda intervals: operation(left(intervals), right(intervals))


def _choice(comparison: type, left: Bound, right: Bound, body: Bound, orelse: Bound) -> Bound:
    def chosen(intervals: Mapping[str, Interval]) -> Interval:
        held = COMPARISONS[comparison](left(intervals), right(intervals))
        if held is not None:
            return (body if held else orelse)(intervals)
        results = []
        for branch in (body, orelse):
            try:
                results.append(branch(intervals))
            except CellError:
                continue
        if not results:
            raise CellError(NUM)
        return hull(*results)

    return chosen


def _outward(low: float, high: float) -> Interval:
    # Not a number is what infinity less infinity gives: nothing is known then.
    if math.isnan(low) or math.isnan(high):
        return EVERYTHING
    # A whole number is exact, here as in spread: it has a floor.
    if low == high and low.is_integer():
        return low, high
    return low - abs(low) * ULP, high + abs(high) * ULP


def _add(a: Interval, b: Interval) -> Interval:
    return _outward(a[0] + b[0], a[1] + b[1])


def _subtract(a: Interval, b: Interval) -> Interval:
    return _outward(a[0] - b[1], a[1] - b[0])


def _corners(corners: list[float]) -> Interval:
    if any(corner != corner for corner in corners):
        return EVERYTHING
    return _outward(min(corners), max(corners))


def _multiply(a: Interval, b: Interval) -> Interval:
    return _corners([a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]])


def _square(a: Interval) -> Interval:
    low, high = _absolute(a)
    return _outward(low * low, high * high)


def _divide(a: Interval, b: Interval) -> Interval:
    if b[0] > 0 or b[1] < 0:
        return _corners([a[0] / b[0], a[0] / b[1], a[1] / b[0], a[1] / b[1]])
    if b == (0, 0):
        raise CellError(DIV0)
    if b[0] == 0:
        return _outward(
            a[0] / b[1] if a[0] >= 0 else -math.inf, a[1] / b[1] if a[1] <= 0 else math.inf
        )
    if b[1] == 0:
        return _divide(_negative(a), _negative(b))
    return EVERYTHING


def _power(a: Interval, b: Interval) -> Interval:
    if a[0] < 0 and b[0] == b[1] and b[0].is_integer():
        if a[1] <= 0:
            size = _power(_negative(a), b)
            return size if b[0] % 2 == 0 else _negative(size)
        return EVERYTHING if b[0] < 0 else _corners([_raise(a[0], b[0]), _raise(a[1], b[0]), 0.0])
    if a[1] < 0:
        raise CellError(NUM)
    low = max(a[0], 0.0)
    return _corners([_raise(base, exponent) for base in (low, a[1]) for exponent in b])


def _raise(base: float, exponent: float) -> float:
    try:
        return base**exponent
    except ZeroDivisionError:
        return math.inf
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf


def _negative(a: Interval) -> Interval:
    return -a[1], -a[0]


def _absolute(a: Interval) -> Interval:
    if a[0] >= 0:
        return a
    return _negative(a) if a[1] <= 0 else (0.0, max(-a[0], a[1]))


def _root(a: Interval) -> Interval:
    if a[1] < 0:
        raise CellError(NUM)
    return _outward(math.sqrt(max(a[0], 0.0)), math.sqrt(a[1]))


def _exponential(a: Interval) -> Interval:
    # Where a result is too small for all its digits, a last bit is this much.
    low, high = _outward(_exp(a[0]), _exp(a[1]))
    return max(low - TINY, 0.0), high + TINY


def _exp(value: float) -> float:
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def _logarithm(a: Interval) -> Interval:
    if a[1] <= 0:
        raise CellError(NUM)
    return _outward(math.log(a[0]) if a[0] > 0 else -math.inf, math.log(a[1]))


def _cosine(a: Interval) -> Interval:
    return _wave(a, math.cos, 0.0)


def _sine(a: Interval) -> Interval:
    return _wave(a, math.sin, math.pi / 2)


def _wave(a: Interval, function: Callable[[float], float], top: float) -> Interval:
    """The values of a cosine or a sine, which is 1 at ``top`` and -1 half a turn later."""
    if not math.isfinite(a[0]) or not math.isfinite(a[1]):
        return -1.0, 1.0
    ends = function(a[0]), function(a[1])
    turns = 2 * math.pi

    def holds(angle: float) -> bool:
        """Whether the angle, give or take whole turns, lies in the interval."""
        return math.ceil((a[0] - angle) / turns) <= math.floor((a[1] - angle) / turns)

    low, high = _outward(min(ends), max(ends))
    return -1.0 if holds(top + math.pi) else low, 1.0 if holds(top) else high


def _floor(a: Interval) -> Interval:
    low, high = (end // 1.0 if math.isfinite(end) else end for end in a)
    return low, high


def _sign(a: Interval) -> Interval:
    return float(a[0] > 0) - float(a[0] < 0), float(a[1] > 0) - float(a[1] < 0)


def _smaller(a: Interval, b: Interval) -> Interval:
    return min(a[0], b[0]), min(a[1], b[1])


def _larger(a: Interval, b: Interval) -> Interval:
    return max(a[0], b[0]), max(a[1], b[1])


def _less(a: Interval, b: Interval) -> bool | None:
    return True if a[1] < b[0] else (False if a[0] >= b[1] else None)


def _less_or_equal(a: Interval, b: Interval) -> bool | None:
    return True if a[1] <= b[0] else (False if a[0] > b[1] else None)


def _equal(a: Interval, b: Interval) -> bool | None:
    if a[0] == a[1] == b[0] == b[1]:
        return True
    return False if meet(a, b) is None else None


def _unequal(a: Interval, b: Interval) -> bool | None:
    equal = _equal(a, b)
    return None if equal is None else not equal


BINARY_BOUNDS: dict[type, Callable[[Interval, Interval], Interval]] = {
    ast.Add: _add,
    ast.Sub: _subtract,
    ast.Mult: _multiply,
    ast.Div: _divide,
    ast.Pow: _power,
}
UNARY_BOUNDS: dict[str, Callable[[Interval], Interval]] = {
    "sqrt": _root,
    "exp": _exponential,
    "log": _logarithm,
    "cos": _cosine,
    "sin": _sine,
    "floor": _floor,
    "sign": _sign,
    "abs": _absolute,
}
EXTREMES: dict[str, Callable[[Interval, Interval], Interval]] = {"min": _smaller, "max": _larger}
COMPARISONS: dict[type, Callable[[Interval, Interval], bool | None]] = {
    ast.Lt: _less,
    ast.LtE: _less_or_equal,
    ast.Gt: lambda a, b: _less(b, a),
    ast.GtE: lambda a, b: _less_or_equal(b, a),
    ast.Eq: _equal,
    ast.NotEq: _unequal,
}
