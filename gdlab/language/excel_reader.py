"""Excel formulas read into the grammar: the way back from :mod:`gdlab.language.infix`.

openpyxl's Tokenizer splits the text; a parser with Excel's precedence makes the tree: percent, then
unary minus, then ^ (from left to right), then * and /, + and -, comparisons. Addresses, ranges and
defined names become names of the tree as they are written. What works on ranges keeps its name
in capitals (SUM); what the grammar has is in small letters (exp), as the grammar writes it.
"""

import ast
import copy
import functools
from typing import Any

from gdlab.language.infix import FORMULA_CHARACTERS

# Deeper trees come from no person, and would exhaust the stack of whatever walks them.
MOST_FORMULA_DEPTH = 150
# Names of names double a formula with every one.
MOST_LET_PARTS = 2_000
# Excel's name -> the grammar's, and the number of arguments.
SCALAR = {
    "SQRT": "sqrt", "EXP": "exp", "LN": "log", "COS": "cos", "SIN": "sin", "TANH": "tanh",
    "ABS": "abs", "SIGN": "sign", "INT": "floor",
}  # fmt: skip
SUMMARIES = (
    "SUM", "AVERAGE", "SUMPRODUCT", "SUMSQ", "SUMXMY2", "COUNT", "MAX", "MIN", "PRODUCT",
    "MMULT", "TRANSPOSE",
)  # fmt: skip
BINARY: dict[str, tuple[int, type[ast.operator]]] = {
    "+": (2, ast.Add), "-": (2, ast.Sub), "*": (3, ast.Mult), "/": (3, ast.Div),
    "^": (4, ast.Pow),
}  # fmt: skip
COMPARED: dict[str, type[ast.cmpop]] = {
    "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE, "=": ast.Eq, "<>": ast.NotEq,
}  # fmt: skip
SIGNED = 5


class Unread(ValueError):
    """A formula outside the grammar; the message names what is."""


def read_formula(text: str) -> ast.expr:
    """Read a formula, with or without ``=``, in A1 or R1C1 notation, into a tree of the grammar.

    Raises Unread for a function, a text or a reference that no tree of the grammar can hold, and
    for a formula that is damaged, too long or too deep.
    """
    if len(text) > FORMULA_CHARACTERS:
        raise Unread(f"a formula of {len(text)} characters")
    tokens = _tokens(text if text.startswith("=") else f"={text}")
    parser = _Parser(tokens)
    tree = parser.expression(0, 0)
    if parser.next is not None:
        raise Unread(f"{parser.next.value[:20]!r} where the formula should end")
    return tree


def _tokens(text: str) -> list[Any]:
    from openpyxl.formula import Tokenizer

    try:
        tokens = Tokenizer(text).items
    except Exception:  # the Tokenizer reports damage through several types
        raise Unread("a damaged formula") from None
    kept = []
    for token in tokens:
        if token.type != "WHITE-SPACE":
            kept.append(token)
    return kept


class _Parser:
    """A precedence parser over the tokens of one formula."""

    def __init__(self, tokens: list[Any]) -> None:
        self.tokens = tokens
        self.at = 0

    @property
    def next(self) -> Any:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self) -> Any:
        token = self.next
        if token is None:
            raise Unread("a formula that breaks off")
        self.at += 1
        return token

    def expression(self, least: int, depth: int) -> ast.expr:
        if depth > MOST_FORMULA_DEPTH:
            raise Unread("a formula nested too deeply")
        tree = self.signed(depth)
        height = 0
        while (token := self.next) is not None and token.type == "OPERATOR-INFIX":
            if token.value in BINARY:
                level, operator = BINARY[token.value]
                if level < least:
                    break
                self.take()
                tree = ast.BinOp(tree, operator(), self.expression(level + 1, depth + 1))
            elif token.value in COMPARED:
                if least > 1:
                    break
                self.take()
                right = self.expression(2, depth + 1)
                tree = ast.Compare(tree, [COMPARED[token.value]()], [right])
            else:
                raise Unread(f"the operator {token.value[:10]!r}")
            height += 1
            if height > MOST_FORMULA_DEPTH:
                raise Unread("a formula nested too deeply")
        return tree

    def signed(self, depth: int) -> ast.expr:
        """An operand with its signs before it and percent signs behind it."""
        minus = 0
        while self.next is not None and self.next.type == "OPERATOR-PREFIX":
            if (sign := self.take().value) not in "+-":
                raise Unread(f"the operator {sign[:10]!r}")
            minus += sign == "-"
            if minus > MOST_FORMULA_DEPTH:
                raise Unread("a formula nested too deeply")
        tree = self.operand(depth)
        while self.next is not None and self.next.type == "OPERATOR-POSTFIX":
            self.take()
            tree = ast.BinOp(tree, ast.Div(), ast.Constant(100))
        for _ in range(minus):
            tree = ast.UnaryOp(ast.USub(), tree)
        return tree

    def operand(self, depth: int) -> ast.expr:
        token = self.take()
        if token.type == "PAREN" and token.subtype == "OPEN":
            tree = self.expression(0, depth + 1)
            self.close("PAREN")
            return tree
        if token.type == "FUNC" and token.subtype == "OPEN":
            return self.call(token.value[:-1], depth + 1)
        if token.type == "OPERAND":
            return _operand(token)
        raise Unread(f"{token.value[:20]!r} in a formula")

    def close(self, kind: str) -> None:
        token = self.take()
        if token.type != kind or token.subtype != "CLOSE":
            raise Unread("a bracket that is not closed")

    def call(self, name: str, depth: int) -> ast.expr:
        arguments: list[ast.expr] = []
        if self.next is not None and self.next.type == "FUNC" and self.next.subtype == "CLOSE":
            self.take()
            return _called(name, arguments)
        while True:
            if self.next is not None and self.next.type == "SEP":
                arguments.append(ast.Constant(0))  # left out: IF(A1>0,,1)
            else:
                arguments.append(self.expression(0, depth))
            token = self.take()
            if token.type == "FUNC" and token.subtype == "CLOSE":
                return _called(name, arguments)
            if token.type != "SEP" or token.subtype != "ARG":
                raise Unread("an array typed into a formula")


def _operand(token: Any) -> ast.expr:
    match token.subtype:
        case "NUMBER":
            text = token.value
            return ast.Constant(int(text) if text.isdigit() and len(text) < 16 else float(text))
        case "LOGICAL":
            return ast.Constant(int(token.value.upper() == "TRUE"))
        case "TEXT":
            return ast.Constant(token.value[1:-1].replace('""', '"'))
        case "RANGE":
            return ast.Name(token.value)
    raise Unread(f"{token.value[:20]!r} in a formula")


def _called(name: str, arguments: list[ast.expr]) -> ast.expr:
    upper = name.upper().removeprefix("_XLFN.").removeprefix("_XLWS.").strip()
    count = len(arguments)
    if upper == "PI" and not arguments:
        return ast.Name("pi")
    if upper in SCALAR and count == 1:
        return ast.Call(ast.Name(SCALAR[upper]), arguments, [])
    if upper in ("POWER", "POW") and count == 2:
        return ast.BinOp(arguments[0], ast.Pow(), arguments[1])
    if upper == "LOG10" and count == 1:
        return _logarithm(arguments[0], ast.Constant(10))
    if upper == "LOG" and count in (1, 2):
        return _logarithm(arguments[0], arguments[1] if count == 2 else ast.Constant(10))
    if upper == "IF" and count in (2, 3):
        test = arguments[0]
        if not isinstance(test, ast.Compare):
            test = ast.Compare(test, [ast.NotEq()], [ast.Constant(0)])
        return ast.IfExp(test, arguments[1], arguments[2] if count == 3 else ast.Constant(0))
    if (written := _as_others(upper, arguments)) is not None:
        return written
    if upper == "ROUND" and count == 2 and isinstance(arguments[1], ast.Constant):
        return ast.Call(ast.Name("ROUND"), arguments, [])
    if upper in ("MIN", "MAX") and count == 2 and not any(map(is_range, arguments)):
        return ast.Call(ast.Name(upper.lower()), arguments, [])
    if upper in SUMMARIES and arguments:
        return ast.Call(ast.Name(upper), arguments, [])
    raise Unread(f"the function {upper[:30]}")


def _as_others(name: str, arguments: list[ast.expr]) -> ast.expr | None:
    """A function that others of the grammar make; None for any other."""
    match name, arguments:
        case "TRUE" | "FALSE", []:
            return ast.Constant(int(name == "TRUE"))
        case "MOD", [of, by]:
            whole = ast.Call(ast.Name("floor"), [ast.BinOp(of, ast.Div(), by)], [])
            return ast.BinOp(of, ast.Sub(), ast.BinOp(by, ast.Mult(), whole))
        case "ISBLANK", [of]:
            return ast.Compare(of, [ast.Eq()], [ast.Constant("")])
        case "IFERROR", [of, _]:
            return of  # what it stores where there is no error
        case "LET", [_, _, _, *more] if len(more) % 2 == 0:
            return _with_names(arguments)
        case "AND", [_, *_]:
            return functools.reduce(lambda a, b: ast.BinOp(a, ast.Mult(), b), _tests(arguments))
        case "OR", [_, *_]:
            count = functools.reduce(lambda a, b: ast.BinOp(a, ast.Add(), b), _tests(arguments))
            return ast.Compare(count, [ast.Gt()], [ast.Constant(0)])
        case "NOT", [of]:
            return ast.Compare(of, [ast.Eq()], [ast.Constant(0)])
        case "IFS", [_, _, *more] if len(more) % 2 == 0:
            return _first_of(list(zip(_tests(arguments[::2]), arguments[1::2], strict=True)))
        case "CHOOSE", [which, _, *_]:
            below = [
                ast.Compare(which, [ast.Lt()], [ast.Constant(number + 1)])
                for number in range(1, len(arguments))
            ]
            return _first_of(list(zip(below, arguments[1:], strict=True)))
        case "COSH" | "SINH", [of]:
            up, down = (ast.Call(ast.Name("exp"), [one], []) for one in (of, _minus(of)))
            both = ast.BinOp(up, ast.Add() if name == "COSH" else ast.Sub(), down)
            return ast.BinOp(both, ast.Div(), ast.Constant(2))
    return None


def _tests(arguments: list[ast.expr]) -> list[ast.expr]:
    """Arguments that are true or false as comparisons."""
    return [
        one if isinstance(one, ast.Compare) else ast.Compare(one, [ast.NotEq()], [ast.Constant(0)])
        for one in arguments
    ]


def _first_of(cases: list[tuple[ast.expr, ast.expr]]) -> ast.expr:
    """The value of the first case whose test holds; the last one's where none does."""
    found = cases[-1][1]
    for test, value in reversed(cases[:-1]):
        found = ast.IfExp(test, value, found)
    return found


def _minus(tree: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.USub(), tree)


def _with_names(arguments: list[ast.expr]) -> ast.expr:
    """LET: names with their values, and the formula in which they are put."""
    values: dict[str, ast.expr] = {}

    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return copy.deepcopy(values.get(node.id, node))

    for name, value in zip(arguments[:-1:2], arguments[1:-1:2], strict=True):
        if not isinstance(name, ast.Name):
            raise Unread("a LET without names")
        _count(value, values)
        values[name.id] = Put().visit(value)
    _count(arguments[-1], values)
    return Put().visit(arguments[-1])  # type: ignore[no-any-return]


def _count(tree: ast.expr, values: dict[str, ast.expr]) -> None:
    """Refuse a formula that has too many parts with some names' values put in."""
    sizes = {name: sum(1 for _ in ast.walk(value)) for name, value in values.items()}
    if sum(sizes.get(getattr(one, "id", ""), 1) for one in ast.walk(tree)) > MOST_LET_PARTS:
        raise Unread("a LET of too many parts")


def _logarithm(of: ast.expr, base: ast.expr) -> ast.expr:
    def log(tree: ast.expr) -> ast.expr:
        return ast.Call(ast.Name("log"), [tree], [])

    return ast.BinOp(log(of), ast.Div(), log(base))


def is_range(tree: ast.expr) -> bool:
    """Whether a leaf is a range of cells: ``A1:B3``, ``A:A``."""
    return isinstance(tree, ast.Name) and ":" in tree.id
