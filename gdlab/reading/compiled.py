"""Compile a template to Python functions for its value and its derivatives by each reference.

This is reverse-mode differentiation as generated Python code: the forward lines name every
intermediate value, the backward lines compute its adjoint. A range is passed as a list, with None
for a cell without a number.
"""

import ast
import math
from collections.abc import Callable
from typing import Any

from gdlab.reading.templates import leaf_number

Lines = list[Any]
Values = list[float | None]


def _numbers(lists: list[Values]) -> list[float]:
    return [x for one in lists for x in one if x is not None]


def _sum(lists: list[Values]) -> tuple[float, list[Values]]:
    return math.fsum(_numbers(lists)), [[1.0] * len(one) for one in lists]


def _average(lists: list[Values]) -> tuple[float, list[Values]]:
    numbers = _numbers(lists)
    share = 1 / len(numbers)
    return math.fsum(numbers) * share, [[share] * len(one) for one in lists]


def _sumsq(lists: list[Values]) -> tuple[float, list[Values]]:
    return (
        math.fsum(x * x for x in _numbers(lists)),
        [[None if x is None else 2 * x for x in one] for one in lists],
    )


def _count(lists: list[Values]) -> tuple[float, list[Values]]:
    return float(len(_numbers(lists))), [[0.0] * len(one) for one in lists]


def _sumproduct(lists: list[Values]) -> tuple[float, list[Values]]:
    rows = list(zip(*lists, strict=True))
    total = math.fsum(math.prod(row) for row in rows if None not in row)
    parts: list[Values] = []
    for index in range(len(lists)):
        parts.append(
            [
                None if None in row else math.prod(x for i, x in enumerate(row) if i != index)
                for row in rows
            ]
        )
    return total, parts


def _sumxmy2(lists: list[Values]) -> tuple[float, list[Values]]:
    apart = [None if a is None or b is None else a - b for a, b in zip(*lists, strict=True)]
    return math.fsum(x * x for x in apart if x is not None), [
        [None if x is None else 2 * x for x in apart],
        [None if x is None else -2 * x for x in apart],
    ]


def _product(lists: list[Values]) -> tuple[float, list[Values]]:
    flat = _numbers(lists)
    return math.prod(flat), [
        [None if x is None or x == 0 else math.prod(flat) / x for x in one] for one in lists
    ]


def _extreme(choose: Callable[[list[float]], float]) -> Callable[..., tuple[float, list[Values]]]:
    def extreme(lists: list[Values]) -> tuple[float, list[Values]]:
        found = choose(_numbers(lists) or [0.0])
        hit = False
        parts: list[Values] = []
        for one in lists:
            part: Values = []
            for x in one:
                part.append(1.0 if x == found and not hit else 0.0)
                hit = hit or x == found
            parts.append(part)
        return found, parts

    return extreme


SUMMARIES: dict[str, Callable[[list[Values]], tuple[float, list[Values]]]] = {
    "SUM": _sum, "AVERAGE": _average, "SUMSQ": _sumsq, "COUNT": _count, "PRODUCT": _product,
    "SUMPRODUCT": _sumproduct, "SUMXMY2": _sumxmy2, "MAX": _extreme(max), "MIN": _extreme(min),
}  # fmt: skip


def _sign(x: float) -> float:
    return (x > 0) - (x < 0)


def rounded(x: float, digits: float) -> float:
    """A number rounded as by ROUND: halves away from 0."""
    scale = 10.0 ** int(digits)
    return math.copysign(math.floor(abs(x) * scale + 0.5 + 1e-9) / scale, x)


# Name -> the value of f(u), and its derivative, where v = f(u).
SCALAR = {
    "sqrt": ("sqrt({u})", "0.5 / {v}"),
    "exp": ("exp({u})", "{v}"),
    "log": ("log({u})", "1 / {u}"),
    "cos": ("cos({u})", "-sin({u})"),
    "sin": ("sin({u})", "cos({u})"),
    "tanh": ("tanh({u})", "1 - {v} * {v}"),
    "abs": ("abs({u})", "sign({u})"),
    "sign": ("sign({u})", "0.0"),
    "floor": ("floor({u})", "0.0"),
}
COMPARED = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
NAMES: dict[str, Any] = {
    **{name: getattr(math, name) for name in ("sqrt", "exp", "log", "cos", "sin", "tanh", "floor")},
    "sign": _sign,
    "abs": abs,
    "pi": math.pi,
    "ROUND": rounded,
    **SUMMARIES,
}


def compiled(
    tree: ast.expr, ranges: tuple[bool, ...]
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Two functions of the references' values: one for the value, one for value and derivatives.

    ``ranges`` says which references are ranges; the derivative with respect to a range is a list.
    """
    writer = _Writer(ranges)
    result = writer.value(tree, writer.forward, writer.backward)
    given = ", ".join(f"a{number}" for number in range(len(ranges)))
    starts = [
        f"p{number} = [0.0] * len(a{number})" if wide else f"p{number} = 0.0"
        for number, wide in enumerate(ranges)
    ]
    starts += [f"d{number} = 0.0" for number in range(writer.count)]
    body = [f"def value({given}):", *_indented(writer.forward, 1), f"    return {result}"]
    body += [f"def slopes({given}):", *_indented(writer.forward, 1), *_indented(starts, 1)]
    body += _indented(writer.seed(result), 1)
    body += _indented(_reversed(writer.backward), 1)
    partials = ", ".join(f"p{number}" for number in range(len(ranges)))
    body += [f"    return {result}, ({partials}{',' if ranges else ''})"]
    space = dict(NAMES)
    exec("\n".join(body), space)
    return space["value"], space["slopes"]


def _indented(lines: Lines, depth: int) -> list[str]:
    out = []
    for line in lines:
        if isinstance(line, str):
            out.append("    " * depth + line)
        else:
            test, body, orelse = line
            out.append("    " * depth + f"if {test}:")
            out += _indented(body, depth + 1) or ["    " * (depth + 1) + "pass"]
            out.append("    " * depth + "else:")
            out += _indented(orelse, depth + 1) or ["    " * (depth + 1) + "pass"]
    return out


def _reversed(lines: Lines) -> Lines:
    return [
        line if isinstance(line, str) else (line[0], _reversed(line[1]), _reversed(line[2]))
        for line in reversed(lines)
    ]


class _Writer:
    """Writes the lines of one template; ``v3`` is a value, ``d3`` its adjoint."""

    def __init__(self, ranges: tuple[bool, ...]) -> None:
        self.ranges = ranges
        self.forward: Lines = []
        self.backward: Lines = []
        self.count = 0

    def seed(self, result: str) -> list[str]:
        return [self.adds(result, "1.0")] if self.adds(result, "1.0") else []

    def adds(self, name: str, what: str) -> str:
        """The line that adds to the adjoint of a value; empty for a constant."""
        if name[0] == "v":
            return f"d{name[1:]} += {what}"
        if name[0] == "a" and name[1:].isdigit():
            return f"p{name[1:]} += {what}"
        return ""

    def new(self, text: str, forward: Lines) -> str:
        name = f"v{self.count}"
        self.count += 1
        forward.append(f"{name} = {text}")
        return name

    def value(self, tree: ast.expr, forward: Lines, backward: Lines) -> str:
        """Write the lines for a part; returns the name or the literal text of its value."""
        number = leaf_number(tree)
        if number is not None:
            return f"a{number}"
        match tree:
            case ast.Constant(value):
                return repr(float(value)) if isinstance(value, (int, float)) else repr(value)
            case ast.Name("pi"):
                return "pi"
            case ast.UnaryOp(ast.USub(), operand):
                u = self.value(operand, forward, backward)
                v = self.new(f"-{u}", forward)
                self.back(backward, (u, f"-d{v[1:]}"))
                return v
            case ast.BinOp(left, op, right):
                return self.binary(left, op, right, forward, backward)
            case ast.Compare():
                chosen = ast.IfExp(tree, ast.Constant(1), ast.Constant(0))
                return self.value(chosen, forward, backward)
            case ast.IfExp(ast.Compare(left, [op], [right]), body, orelse):
                a, b = self.value(left, forward, backward), self.value(right, forward, backward)
                test = self.new(f"{a} {COMPARED[type(op)]} {b}", forward)
                return self.chosen(test, body, orelse, forward, backward)
            case ast.Call(ast.Name("min" | "max" as name), [left, right]):
                a, b = self.value(left, forward, backward), self.value(right, forward, backward)
                v = self.new(f"{a} if {a} {'<' if name == 'min' else '>'} {b} else {b}", forward)
                backward.append(
                    (f"{v} == {a}", [self.adds(a, f"d{v[1:]}") or "pass"],
                     [self.adds(b, f"d{v[1:]}") or "pass"])
                )  # fmt: skip
                return v
            case ast.Call(ast.Name(name), [argument]) if name in SCALAR:
                u = self.value(argument, forward, backward)
                value, slope = SCALAR[name]
                v = self.new(value.format(u=u), forward)
                if slope != "0.0":
                    self.back(backward, (u, f"d{v[1:]} * ({slope.format(u=u, v=v)})"))
                return v
            case ast.Call(ast.Name("ROUND"), [argument, ast.Constant(int() | float() as digits)]):
                # Differentiate as if nothing were rounded.
                u = self.value(argument, forward, backward)
                v = self.new(f"ROUND({u}, {digits})", forward)
                self.back(backward, (u, f"d{v[1:]}"))
                return v
            case ast.Call(ast.Name(name), arguments) if name in SUMMARIES:
                return self.summary(name, arguments, forward, backward)
        raise TypeError(f"outside the grammar: {ast.dump(tree)}")

    def back(self, backward: Lines, *parts: tuple[str, str]) -> None:
        for name, what in parts:
            if line := self.adds(name, what):
                backward.append(line)

    def binary(
        self, left: ast.expr, op: ast.operator, right: ast.expr, forward: Lines, backward: Lines
    ) -> str:
        a, b = self.value(left, forward, backward), self.value(right, forward, backward)
        sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}[type(op)]
        # The parentheses matter for a negative constant in a power.
        v = self.new(f"({a}) {sign} ({b})", forward)
        d = f"d{v[1:]}"
        match op:
            case ast.Add():
                self.back(backward, (a, d), (b, d))
            case ast.Sub():
                self.back(backward, (a, d), (b, f"-{d}"))
            case ast.Mult():
                self.back(backward, (a, f"{d} * ({b})"), (b, f"{d} * ({a})"))
            case ast.Div():
                self.back(backward, (a, f"{d} / ({b})"), (b, f"-{d} * {v} / ({b})"))
            case ast.Pow():
                self.back(backward, (a, f"{d} * ({b}) * ({a}) ** (({b}) - 1)"))
                if b[0] in "va":
                    backward.append((f"({a}) > 0", [self.adds(b, f"{d} * {v} * log({a})")], []))
        return v

    def chosen(
        self, test: str, body: ast.expr, orelse: ast.expr, forward: Lines, backward: Lines
    ) -> str:
        """Write a condition so that only the chosen branch is computed: the other may fail."""
        name = f"v{self.count}"
        self.count += 1
        sides: list[tuple[Lines, Lines]] = []
        for side in (body, orelse):
            ahead: Lines = []
            back: Lines = []
            result = self.value(side, ahead, back)
            ahead.append(f"{name} = {result}")
            if line := self.adds(result, f"d{name[1:]}"):
                back.append(line)
            sides.append((ahead, back))
        forward.append((test, sides[0][0], sides[1][0]))
        backward.append((test, sides[0][1], sides[1][1]))
        return name

    def summary(self, name: str, arguments: list[ast.expr], forward: Lines, backward: Lines) -> str:
        parts = [self.value(argument, forward, backward) for argument in arguments]
        wide = [p[0] == "a" and p[1:].isdigit() and self.ranges[int(p[1:])] for p in parts]
        lists = ", ".join(p if w else f"[{p}]" for p, w in zip(parts, wide, strict=True))
        v = f"v{self.count}"
        self.count += 1
        forward.append(f"{v}, w{v[1:]} = {name}([{lists}])")
        for index, (part, is_wide) in enumerate(zip(parts, wide, strict=True)):
            slope = f"w{v[1:]}[{index}]"
            if is_wide:
                backward.append(
                    f"p{part[1:]} = [s if w is None else s + d{v[1:]} * w "
                    f"for s, w in zip(p{part[1:]}, {slope})]"
                )
            elif line := self.adds(part, f"d{v[1:]} * {slope}[0]"):
                backward.append(line)
        return v
