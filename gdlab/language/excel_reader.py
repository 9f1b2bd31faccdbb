"""Excel formulas read into the grammar: the way back from :mod:`gdlab.language.infix`.

openpyxl's Tokenizer splits the text; a parser with Excel's precedence makes the tree: percent, then
unary minus, then ^ (from left to right), then * and /, + and -, comparisons. Addresses, ranges and
defined names become names of the tree as they are written. What works on ranges keeps its name
in capitals (SUM); what the grammar has is in small letters (exp), as the grammar writes it.
"""

import ast
import re
from functools import lru_cache
from typing import Any, NamedTuple

from gdlab.language.infix import FORMULA_CHARACTERS, SHEET_COLUMNS, SHEET_ROWS

# Deeper trees come from no person, and would exhaust the stack of whatever walks them.
MOST_FORMULA_DEPTH = 150
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


class Address(NamedTuple):
    """A cell as a formula names it: row and column from 1, or as offsets where they are not fixed.

    ``sheet`` is None for the formula's own sheet.
    """

    sheet: str | None
    row: int
    column: int
    row_fixed: bool
    column_fixed: bool

    def seen_from(self, row: int, column: int) -> tuple[int, int]:
        """The row and column that it means in the cell at ``row`` and ``column``."""
        return (
            self.row if self.row_fixed else row + self.row,
            self.column if self.column_fixed else column + self.column,
        )


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
            raise Unread("a formula too deep")
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
                raise Unread("a formula too deep")
        return tree

    def signed(self, depth: int) -> ast.expr:
        """An operand with its signs before it and percent signs behind it."""
        minus = 0
        while self.next is not None and self.next.type == "OPERATOR-PREFIX":
            if (sign := self.take().value) not in "+-":
                raise Unread(f"the operator {sign[:10]!r}")
            minus += sign == "-"
            if minus > MOST_FORMULA_DEPTH:
                raise Unread("a formula too deep")
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
    if upper == "IFERROR" and count == 2:
        return arguments[0]  # what it stores where there is no error
    if upper == "ROUND" and count == 2 and isinstance(arguments[1], ast.Constant):
        return ast.Call(ast.Name("ROUND"), arguments, [])
    if upper in ("MIN", "MAX") and count == 2 and not any(map(is_range, arguments)):
        return ast.Call(ast.Name(upper.lower()), arguments, [])
    if upper in SUMMARIES and arguments:
        return ast.Call(ast.Name(upper), arguments, [])
    raise Unread(f"the function {upper[:30]}")


def _logarithm(of: ast.expr, base: ast.expr) -> ast.expr:
    def log(tree: ast.expr) -> ast.expr:
        return ast.Call(ast.Name("log"), [tree], [])

    return ast.BinOp(log(of), ast.Div(), log(base))


def is_range(tree: ast.expr) -> bool:
    """Whether a leaf is a range of cells: ``A1:B3``, ``A:A``."""
    return isinstance(tree, ast.Name) and ":" in tree.id


# A sheet's name, then a cell in A1 notation, or a whole row or column; none that goes on as a word.
SHEET = r"(?:(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)?"
CELL = r"\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}"
WHOLE = r"\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\$?[1-9][0-9]{0,6}:\$?[1-9][0-9]{0,6}"
REFERENCE = re.compile(rf"(?<![\w.$!'\]])({SHEET})({CELL}:{CELL}|{WHOLE}|{CELL})(?![\w.(!])")
A1 = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([1-9][0-9]{0,6})")
R1C1 = re.compile(r"R(?:\[(-?\d{1,7})\]|(\d{1,7}))?C(?:\[(-?\d{1,5})\]|(\d{1,5}))?", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def column_number(letters: str) -> int:
    """The number of a column from its letters, from 1: ``AA`` is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def read_address(text: str, row: int, column: int) -> tuple[Address, ...]:
    """One address, or the two corners of a range, as written in the cell at ``row``, ``column``.

    A1 and R1C1 notation, ``Sheet2!$A$1:B3``, ``A:A`` and ``3:7``. Empty where it is none: a name.
    """
    return tuple(
        Address(
            one.sheet,
            one.row if one.row_fixed or one.is_offset else one.row - row,
            one.column if one.column_fixed or one.is_offset else one.column - column,
            one.row_fixed,
            one.column_fixed,
        )
        for one in _corners(text)
    )


class _Corner(NamedTuple):
    """A cell as it is written: in R1C1 notation what is not fixed is an offset already."""

    sheet: str | None
    row: int
    column: int
    row_fixed: bool
    column_fixed: bool
    is_offset: bool


@lru_cache(maxsize=100_000)
def _corners(text: str) -> tuple[_Corner, ...]:
    sheet, mark, cells = text.rpartition("!")
    name = sheet.strip("'").replace("''", "'") if mark else None
    first, _, second = cells.partition(":")
    if second:
        whole = _whole(first, second)
        if whole:
            first, second = whole
    found = [_corner(name, corner) for corner in (first, second) if corner]
    return tuple(one for one in found if one) if all(found) else ()


def _whole(first: str, second: str) -> tuple[str, str] | None:
    """The corners of whole columns or rows."""
    a, b = first.replace("$", ""), second.replace("$", "")
    if a.isalpha() and b.isalpha() and len(a) <= 3 and len(b) <= 3:
        return f"${a}$1", f"${b}${SHEET_ROWS}"
    if a.isdigit() and b.isdigit():
        return f"$A${a}", f"$XFD${b}"
    return None


def _corner(sheet: str | None, text: str) -> _Corner | None:
    if match := A1.fullmatch(text):
        row, column = int(match[4]), column_number(match[2])
        if row > SHEET_ROWS or column > SHEET_COLUMNS:
            return None
        return _Corner(sheet, row, column, bool(match[3]), bool(match[1]), False)
    if match := R1C1.fullmatch(text):
        relative_row, own_row, relative_column, own_column = match.groups()
        return _Corner(
            sheet,
            int(own_row) if own_row else int(relative_row or 0),
            int(own_column) if own_column else int(relative_column or 0),
            bool(own_row),
            bool(own_column),
            True,
        )
    return None
