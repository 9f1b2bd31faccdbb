"""Expressions typeset: LaTeX with fractions, roots and squares, in the written order."""

import ast
from collections.abc import Callable

from gdlab.language.grammar import same
from gdlab.language.infix import ATOM, LEVELS, UNARY, number

COMPARED = {
    ast.Lt: "<", ast.LtE: r"\le", ast.Gt: ">", ast.GtE: r"\ge", ast.Eq: "=", ast.NotEq: r"\ne",
}  # fmt: skip


def latex(tree: ast.expr, symbol: Callable[[str], str]) -> str:
    """Typeset an expression; ``symbol`` gives the LaTeX of a name."""
    return _write(tree, symbol)[0]


def defined(word: str, tree: ast.expr, symbol: Callable[[str], str]) -> str:
    r"""How a symbol ``word`` is defined; e^2 is not defined as e^2 but as e \cdot e."""
    written = latex(tree, symbol)
    if isinstance(tree, ast.BinOp) and written.replace("{", "").replace("}", "") == word:
        return rf"{latex(tree.left, symbol)} \cdot {latex(tree.right, symbol)}"
    return written


def _number(value: float) -> str:
    digits, _, exponent = number(value).partition("E")
    if not exponent:
        return digits
    power = f"10^{{{int(exponent)}}}"
    return power if digits == "1" else rf"{digits} \cdot {power}"


def _write(tree: ast.expr, symbol: Callable[[str], str]) -> tuple[str, int]:
    """The LaTeX and how tightly its outermost operator binds."""

    def inner(part: ast.expr, least: int) -> str:
        written, level = _write(part, symbol)
        return rf"\left({written}\right)" if level < least or level == UNARY else written

    def whole(part: ast.expr) -> str:
        return _write(part, symbol)[0]

    match tree:
        case ast.BinOp(left, ast.Div(), right):
            return rf"\frac{{{whole(left)}}}{{{whole(right)}}}", 2
        case ast.BinOp(left, ast.Mult(), right) if same(left, right):
            return f"{_raised(left, whole(left))}^2", 4
        case ast.BinOp(left, ast.Mult(), right):
            after = inner(right, 3)
            # A dot only where two numbers would otherwise run together.
            dot = r" \cdot " if after.lstrip("{")[0].isdigit() else r"\,"
            return f"{inner(left, 2)}{dot}{after}", 2
        case ast.BinOp(left, ast.Pow(), right):
            return f"{_raised(left, whole(left))}^{{{whole(right)}}}", 4
        case ast.BinOp(left, op, right):
            sign = "+" if isinstance(op, ast.Add) else "-"
            return f"{inner(left, LEVELS[type(op)])} {sign} {inner(right, 2)}", 1
        case ast.UnaryOp(operand=operand):
            return f"-{inner(operand, 2)}", UNARY
        case ast.IfExp(ast.Compare(left, [op], [right]), body, orelse):
            test = f"{whole(left)} {COMPARED[type(op)]} {whole(right)}"
            return (
                rf"\begin{{cases}}{whole(body)} & {test} \\ {whole(orelse)} & "
                r"\text{otherwise}\end{cases}",
                ATOM,
            )
        case ast.Call(ast.Name(function), arguments):
            return _called(function, list(map(whole, arguments))), ATOM
        case ast.Name("pi"):
            return r"\pi", ATOM
        case ast.Name(name):
            return symbol(name), ATOM
        case ast.Constant(float(value) | int(value)):
            return _number(value), ATOM
    raise TypeError(f"outside the grammar: {ast.unparse(tree)}")


def _called(function: str, arguments: list[str]) -> str:
    inside = ", ".join(arguments)
    match function:
        case "sqrt":
            return rf"\sqrt{{{inside}}}"
        case "abs":
            return rf"\left|{inside}\right|"
        case "floor":
            return rf"\left\lfloor {inside}\right\rfloor "
    written = r"\operatorname{sign}" if function == "sign" else rf"\{function}"
    return rf"{written}\left({inside}\right)"


def _raised(base: ast.expr, written: str) -> str:
    """A base that can carry an exponent: one plain letter or number, else in parentheses."""
    plain = (
        isinstance(base, (ast.Name, ast.Constant))
        and "^" not in written
        and "\\frac" not in written
    )
    return f"{{{written}}}" if plain else rf"\left({written}\right)"
