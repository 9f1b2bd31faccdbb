"""Formulas in cells, typeset as far as a cell can: slanted letters, indices, powers, roots.

The symbols are those of the LaTeX of :mod:`gdlab.core.symbols`; a fraction stands on one line.
"""

import ast
import copy
import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from gdlab.language.infix import Style, infix
from gdlab.language.mathml import LETTERS, OPERATORS, TOKEN

PLAIN, SLANTED, BELOW, ABOVE = "plain", "slanted", "below", "above"
ROOT = {"sqrt": "√", "floor": "floor "}
LINE = Style(" ", "^", "({body} if {test}, else {orelse})", "π", lambda name: ROOT.get(name, name))
SIGNS = {"*": "·", "-": "−", "<=": "≤", ">=": "≥", "<>": "≠"}
NAME = re.compile(r"\x02(\w+)\x03")
# A name or a number behind ^ is a power; whatever else stands between parentheses.
PART = re.compile(r"\x02\w+\x03|\^(?:\x02\w+\x03|[\d.]+)|<=|>=|<>|[^\x02^<>]+|.")
# An accent over one letter, and one over two of them.
# ... and what stands behind more of them.
ACCENTS = {r"\overline": ("\u0304", "\u035e", ""), r"\hat": ("\u0302", "\u0361", "^")}
RAISED = {"2": "²", "3": "³"}


class Piece(NamedTuple):
    """A piece of a line: its text, and how it stands on it."""

    text: str
    stands: str


class _Squares(ast.NodeTransformer):
    """Products of a thing with itself as its square."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Mult) and ast.dump(node.left) == ast.dump(node.right):
            return ast.BinOp(node.left, ast.Pow(), ast.Constant(2))
        return node


def formula_runs(name: str, tree: ast.expr, symbol: Callable[[str], str]) -> list[Piece]:
    """``name = tree`` as runs; ``symbol`` gives the LaTeX of a name."""
    left = symbol_runs(symbol(name))
    right = _line(_Squares().visit(copy.deepcopy(tree)), symbol)
    # What e² is said to be is e · e.
    if _text(right) == _text(left):
        right = _line(tree, symbol)
    return joined([*left, Piece(" = ", PLAIN), *right])


def _text(runs: list[Piece]) -> str:
    return "".join(run.text for run in runs)


def _line(tree: ast.expr, symbol: Callable[[str], str]) -> list[Piece]:
    parts = PART.findall(infix(tree, lambda word: f"\x02{word}\x03", LINE))
    return joined([run for part in parts for run in _part_runs(part, symbol, len(parts) == 1)])


def _part_runs(part: str, symbol: Callable[[str], str], is_all: bool = False) -> list[Piece]:
    if part.startswith("^") and part != "^":
        power = _part_runs(part[1:], symbol, is_all=True)
        text = _text(power)
        return [Piece(RAISED[text], PLAIN)] if text in RAISED else [Piece(text, ABOVE)]
    if found := NAME.search(part):
        runs = symbol_runs(symbol(found[1]))
        is_fraction = any(run.text == "/" for run in runs) and not is_all
        return [Piece("(", PLAIN), *runs, Piece(")", PLAIN)] if is_fraction else runs
    return [Piece(re.sub(r"[*-]|<=|>=|<>", lambda sign: SIGNS[sign[0]], part), PLAIN)]


def symbol_runs(latex: str) -> list[Piece]:
    """A symbol's LaTeX as runs; ValueError for LaTeX that no symbol has."""
    runs, left = _row(TOKEN.findall(latex), PLAIN)
    if left:
        raise ValueError(f"no runs for {left[0]!r} in {latex!r}")
    return joined(runs)


def joined(runs: list[Piece]) -> list[Piece]:
    """Neighbours that stand alike as one."""
    found: list[Piece] = []
    for run in runs:
        if found and found[-1].stands == run.stands:
            found[-1] = Piece(found[-1].text + run.text, run.stands)
        elif run.text:
            found.append(run)
    return found


def _row(tokens: list[str], stands: str) -> tuple[list[Piece], list[str]]:
    """Everything up to a closing brace, which stays in the tokens that are left."""
    runs: list[Piece] = []
    while tokens and tokens[0] != "}":
        more, tokens = _element(tokens, stands)
        runs += more
    return runs, tokens


def _element(tokens: list[str], stands: str) -> tuple[list[Piece], list[str]]:
    token, rest = tokens[0], tokens[1:]
    if token == "{":
        runs, rest = _row(rest, stands)
        return runs, rest[1:]
    if token in ("_", "^"):
        runs, rest = _element(rest, stands)
        text = _text(runs)
        if token == "^" and text in RAISED:
            return [Piece(RAISED[text], SLANTED if stands == PLAIN else stands)], rest
        return [Piece(text, BELOW if token == "_" else ABOVE)], rest
    if token == r"\frac":
        over, rest = _element(rest, stands)
        under, rest = _element(rest, stands)
        return [*over, Piece("/", PLAIN), *under], rest
    accent = ACCENTS.get(token.replace("wide", ""))
    if accent:
        runs, rest = _element(rest, stands)
        return [Piece(_accented(_text(runs), *accent), SLANTED)], rest
    if token in (r"\mathrm", r"\text"):
        end = rest.index("}")
        return [Piece("".join(rest[1:end]).replace(r"\_", "_"), stands)], rest[end + 1 :]
    if token.isspace() or token in (r"\textstyle", r"\left", r"\right", r"\,"):
        return [], rest
    sign = OPERATORS.get(token)
    if sign and token != r"\partial":
        return [Piece(sign, stands)], rest
    letter = sign or LETTERS.get(token) or token.removeprefix("\\")
    return [Piece(letter, SLANTED if stands == PLAIN and not letter[0].isdigit() else stands)], rest


def _accented(text: str, one: str, two: str, more: str) -> str:
    if len(text) == 1:
        return unicodedata.normalize("NFC", text + one)
    if len(text) == 2:
        return text[0] + two + text[1]
    return f"[{text}]{more}"
