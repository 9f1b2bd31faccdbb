"""Random expressions of the rules' grammar, and readers that take the dialects' texts back."""

import ast
import re
from collections.abc import Iterator

from hypothesis import strategies as st

NAMES = "abcd"
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")

# Numbers as rules hold them: whole, decimal, and with an exponent; at most 15 digits.
numbers = st.one_of(
    st.integers(0, 20).map(str),
    st.decimals(0, 1000, allow_nan=False, places=3).map(lambda value: f"{value:f}"),
    st.sampled_from(["1e-8", "2.5e-7", "1e16", "1e22", "123456789012345", "0.1", "1e-300"]),
)
names = st.sampled_from(NAMES)


def _larger(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    both = st.tuples(parts, parts)
    return st.one_of(
        st.tuples(parts, st.sampled_from("+-*/"), parts).map(lambda p: f"({p[0]}) {p[1]} ({p[2]})"),
        parts.map(lambda part: f"({part}) * ({part})"),
        parts.map(lambda part: f"-({part})"),
        # Neither a fixed exponent nor a fixed base: that is the grammar's, not the dialects'.
        st.tuples(parts, names, parts).map(lambda p: f"({p[0]} + {p[1]}) ** ({p[1]} * ({p[2]}))"),
        st.tuples(names, names).map(lambda p: f"{p[0]} ** {p[1]}"),
        names.map(lambda name: f"0.96 ** {name}"),
        st.tuples(parts, parts, st.sampled_from(COMPARISONS), parts, parts).map(
            lambda p: f"({p[0]}) if ({p[1]}) {p[2]} ({p[3]}) else ({p[4]})"
        ),
        st.tuples(
            st.sampled_from(("sqrt", "exp", "log", "cos", "sin", "floor", "sign", "abs")), parts
        ).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(st.sampled_from(("min", "max")), both).map(
            lambda p: f"{p[0]}({p[1][0]}, {p[1][1]})"
        ),
    )


def tree(text: str) -> ast.expr:
    """The syntax tree of a Python expression."""
    return ast.parse(text, mode="eval").body


texts = st.recursive(st.one_of(names, names, numbers, st.just("pi")), _larger, max_leaves=8)
# Squares of squares double what is written each time.
texts = texts.filter(lambda text: len(text) < 400)
trees = texts.map(tree)


def shape(node: ast.expr) -> str:
    """What an expression says: all its numbers as floats."""

    class Floats(ast.NodeTransformer):
        def visit_Constant(self, constant: ast.Constant) -> ast.Constant:
            return ast.Constant(float(constant.value))

    return ast.dump(Floats().visit(tree(ast.unparse(node))))


def from_text(text: str) -> ast.expr:
    """Take the one-line symbols back."""
    found = text.replace("^", "**").replace("π", "pi").replace(", else ", " else ")
    found = re.sub(r" = ", " == ", found).replace("<>", "!=")
    return tree(found)


TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|\d+\.?\d*|\S")
SIGNS = {r"\le": "<=", r"\ge": ">=", r"\ne": "!=", "=": "==", "<": "<", ">": ">"}


def from_latex(text: str) -> ast.expr:
    """Take LaTeX back, by the precedence with which a reader reads it."""
    found = text.replace(r"\begin{cases}", r"\cases ").replace(r"\end{cases}", r"\ends ")
    found = found.replace(r"\text{otherwise}", r"\otherwise ")
    found = found.replace(r"\operatorname{sign}", r"\sign ")
    # A number in scientific notation is one number.
    found = re.sub(r"(\d[\d.]*) \\cdot 10\^\{(-?\d+)\}", r"\1E\2", found)
    found = re.sub(r"(?<![\d.])10\^\{(-?\d+)\}", r"1E\1", found)
    tokens = iter(re.findall(r"[\d.]+E-?\d+|" + TOKEN.pattern, found))
    return tree(_Latex(tokens).whole())


class _Latex:
    def __init__(self, tokens: Iterator[str]) -> None:
        self.tokens = [*tokens, ""]

    def take(self, *wanted: str) -> str:
        token = self.tokens.pop(0)
        assert not wanted or token in wanted, (token, wanted, self.tokens)
        return token

    def whole(self) -> str:
        result = self.sum()
        self.take("")
        return result

    def sum(self) -> str:
        minus = self.tokens[0] == "-" and self.take()
        result = self.product()
        result = f"-({result})" if minus else result
        while self.tokens[0] in ("+", "-"):
            result = f"({result}) {self.take()} ({self.product()})"
        return result

    def product(self) -> str:
        result = self.factor()
        while self.tokens[0] in (r"\,", r"\cdot"):
            # Two numbers without a dot between them would read as one.
            dot = self.take()
            first = self.tokens[1] if self.tokens[0] == "{" else self.tokens[0]
            assert dot == r"\cdot" or not first[0].isdigit(), self.tokens
            result = f"({result}) * ({self.factor()})"
        return result

    def factor(self) -> str:
        base = self.atom()
        if self.tokens[0] != "^":
            return base
        self.take()
        if self.tokens[0] == "2":
            self.take()
            return f"({base}) * ({base})"
        return f"({base}) ** ({self.braces()})"

    def braces(self) -> str:
        self.take("{")
        result = self.sum()
        self.take("}")
        return result

    def atom(self) -> str:
        token = self.take()
        if token == "{":
            self.tokens.insert(0, token)
            return self.braces()
        if token == r"\frac":
            return f"({self.braces()}) / ({self.braces()})"
        if token == r"\sqrt":
            return f"sqrt({self.braces()})"
        if token == r"\left":
            kind = self.take("(", "|", r"\lfloor")
            inside = self.sum()
            self.take(r"\right")
            self.take({"(": ")", "|": "|", r"\lfloor": r"\rfloor"}[kind])
            return {"(": "(%s)", "|": "abs(%s)", r"\lfloor": "floor(%s)"}[kind] % inside
        if token in (r"\min", r"\max", r"\exp", r"\log", r"\cos", r"\sin", r"\sign"):
            self.take(r"\left")
            self.take("(")
            inside = [self.sum()]
            while self.tokens[0] == ",":
                self.take()
                inside.append(self.sum())
            self.take(r"\right")
            self.take(")")
            return f"{token[1:]}({', '.join(inside)})"
        if token == r"\cases":
            body = self.sum()
            self.take("&")
            left = self.sum()
            sign = SIGNS[self.take(*SIGNS)]
            right = self.sum()
            self.take(r"\\")
            orelse = self.sum()
            self.take("&")
            self.take(r"\otherwise")
            self.take(r"\ends")
            return f"(({body}) if ({left}) {sign} ({right}) else ({orelse}))"
        assert token == r"\pi" or re.fullmatch(r"[a-d]|[\d.]+(E-?\d+)?", token), token
        return token.removeprefix("\\")
