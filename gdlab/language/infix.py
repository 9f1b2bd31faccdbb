"""Expressions on one line: Excel formulas, symbols in plain text, and values substituted.

Parentheses are set so that the order of operations is the function's own, to the last bit. Every
signed operand of an operator is parenthesised: spreadsheets read -A1^2 as (-A1)^2.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass

SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
LEVELS = {ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.Div: 2, ast.Pow: 4}
COMPARED = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=", ast.NotEq: "<>",
}  # fmt: skip
# What a spreadsheet takes at most.
SHEET_ROWS, SHEET_COLUMNS, FORMULA_CHARACTERS = 1_048_576, 16_384, 8_192
UNARY = 3
ATOM = 5

Leaf = Callable[[str], str]


@dataclass(frozen=True)
class Style:
    """How a one-line dialect writes what differs between them."""

    space: str
    power: str
    condition: str
    pi: str
    function: Callable[[str], str]


EXCEL_NAMES = {"floor": "INT", "log": "LN"}
EXCEL = Style(
    "",
    "^",
    "IF({test},{body},{orelse})",
    "PI()",
    lambda name: EXCEL_NAMES.get(name, name.upper()),
)
TEXT = Style(" ", "^", "({body} if {test}, else {orelse})", "π", str)


def number(value: float) -> str:
    """A number as short as it reads back the same: 2, 0.9, 1E-08."""
    return (
        str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value).upper()
    )


def infix(tree: ast.expr, leaf: Leaf, style: Style) -> str:
    """Write an expression; ``leaf`` says what stands for a name."""
    return _write(tree, leaf, style)[0]


def excel(tree: ast.expr, cell: Leaf) -> str:
    """The expression as an Excel formula, with ``=``; ``cell`` gives a name's address."""
    return "=" + infix(tree, cell, EXCEL)


def _write(tree: ast.expr, leaf: Leaf, style: Style) -> tuple[str, int]:
    """The text and how tightly its outermost operator binds."""

    def inner(part: ast.expr, least: int) -> str:
        written, level = _write(part, leaf, style)
        return f"({written})" if level < least or level == UNARY else written

    match tree:
        case ast.BinOp(left, ast.Pow(), right):
            return f"{inner(left, ATOM)}{style.power}{inner(right, ATOM)}", LEVELS[ast.Pow]
        case ast.BinOp(left, op, right):
            level = LEVELS[type(op)]
            sign = f"{style.space}{SIGNS[type(op)]}{style.space}"
            return f"{inner(left, level)}{sign}{inner(right, level + 1)}", level
        case ast.UnaryOp(operand=operand):
            return f"-{inner(operand, ATOM)}", UNARY
        case ast.IfExp(ast.Compare(left, [op], [right]), body, orelse):
            sign = f"{style.space}{COMPARED[type(op)]}{style.space}"
            test = f"{_write(left, leaf, style)[0]}{sign}{_write(right, leaf, style)[0]}"
            parts = {
                "body": _write(body, leaf, style)[0],
                "orelse": _write(orelse, leaf, style)[0],
            }
            return style.condition.format(test=test, **parts), ATOM
        case ast.Call(ast.Name(function), arguments):
            inside = f",{style.space}".join(_write(one, leaf, style)[0] for one in arguments)
            return f"{style.function(function)}({inside})", ATOM
        case ast.Name("pi"):
            return style.pi, ATOM
        case ast.Name(name):
            written = leaf(name)
            return written, UNARY if written.startswith("-") else ATOM
        case ast.Constant(float(value) | int(value)):
            return number(value), ATOM
    raise TypeError(f"outside the grammar: {ast.unparse(tree)}")
