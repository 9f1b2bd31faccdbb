"""Sums of products, as a textbook writes them: the constant first, no factor 1, signs in front."""

import ast
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import NamedTuple

from gdlab.language.grammar import EXACT_DIGITS


def number(value: float) -> ast.Constant:
    """A number of a formula; a whole one without a point."""
    return ast.Constant(int(value) if float(value).is_integer() else float(value))


ONE = number(1)
# What two equal products have in common.
Key = tuple[tuple[str, ...], ...]


def plain(tree: ast.expr) -> ast.expr:
    """A copy of an expression whose whole numbers are written without a point."""

    class Whole(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.Constant:
            return number(node.value)  # type: ignore[arg-type]

    found: ast.expr = Whole().visit(ast.parse(ast.unparse(tree), mode="eval").body)
    return found


def as_number(tree: ast.expr) -> Fraction | None:
    """The number that an expression is, exactly as it is typed; None for anything else."""
    match tree:
        case ast.Constant(int() | float() as value):
            return Fraction(Decimal(repr(value)))
        case ast.UnaryOp(operand=operand):
            inner = as_number(operand)
            return None if inner is None else -inner
    return None


def same(first: ast.expr, second: ast.expr) -> bool:
    """Whether two expressions are written alike; 1 and 1.0 are."""
    one, other = as_number(first), as_number(second)
    return one == other if one is not None else ast.unparse(first) == ast.unparse(second)


class Term(NamedTuple):
    """A product: a constant, the factors above the line and those below it, in order.

    It counts where ``tests`` hold and is 0 elsewhere.
    """

    scale: Fraction = Fraction(1)
    above: tuple[ast.expr, ...] = ()
    below: tuple[ast.expr, ...] = ()
    tests: tuple[ast.expr, ...] = ()

    def scaled(self, by: int | Fraction) -> "Term":
        """The product times a constant."""
        return self._replace(scale=self.scale * by)

    def over(self, factor: ast.expr) -> "Term":
        """The product divided by a factor."""
        inverse = multiply(Term(), factor)
        if not inverse.scale:
            return self._replace(below=(*self.below, factor))
        return self.times(Term(1 / inverse.scale, inverse.below, inverse.above))

    def where(self, test: ast.expr) -> "Term":
        """The product where a test holds, else 0."""
        return self._replace(tests=(*self.tests, test))

    def times(self, other: "Term") -> "Term":
        """The product of two."""
        return Term(
            self.scale * other.scale,
            self.above + other.above,
            self.below + other.below,
            self.tests + other.tests,
        )


def negative(term: Term) -> Term:
    """The product with the other sign."""
    return term.scaled(-1)


def product(term: Term, *factors: ast.expr) -> Term:
    """A product with some more factors."""
    return reduce(multiply, factors, term)


def multiply(term: Term, factor: ast.expr) -> Term:
    """A product with one more factor, which is taken apart where it is a product itself."""
    value = as_number(factor)
    if value is not None:
        return term.scaled(value)
    match factor:
        case ast.UnaryOp(operand=operand):
            return multiply(negative(term), operand)
        case ast.BinOp(left, ast.Mult(), right):
            return multiply(multiply(term, left), right)
        case ast.BinOp(left, ast.Div(), right):
            return multiply(term, left).over(right)
        case ast.IfExp(test, body, orelse) if same(body, ONE) and as_number(orelse) == 0:
            return term.where(test)
    return term._replace(above=(*term.above, factor))


def total(terms: Iterable[Term]) -> list[Term]:
    """A sum with equal products put together, and what the log loss leaves of its two."""
    found: dict[Key, Term] = {}
    for term in terms:
        key = _key(term)
        before = found.get(key)
        found[key] = term if before is None else before._replace(scale=before.scale + term.scale)
    kept = [term for term in found.values() if term.scale]
    for i, first in enumerate(kept):
        for second in kept[i + 1 :]:
            merged = _merged(first, second) or _merged(second, first)
            if merged is not None:
                return total([merged if one is first else one for one in kept if one is not second])
    return kept


def _key(term: Term) -> Key:
    return tuple(_texts(part) for part in (term.above, term.below, term.tests))


def _texts(factors: Iterable[ast.expr]) -> tuple[str, ...]:
    """Some factors, whatever their order."""
    return tuple(sorted(map(ast.unparse, factors)))


def _merged(first: Term, second: Term) -> Term | None:
    """-u*(1 - a) + (1 - u)*a is a - u; None where two products are not of this kind."""
    if first.scale != -second.scale or _key(first)[1:] != _key(second)[1:]:
        return None
    rest = [ast.unparse(one) for one in second.above]
    own = [one for one in first.above if not _removed(rest, ast.unparse(one))]
    if len(own) != 2 or len(rest) != 2:
        return None
    for one, other in (own, own[::-1]):
        match other:
            case ast.BinOp(whole, ast.Sub(), value) if same(whole, ONE):
                opposite = ast.BinOp(ONE, ast.Sub(), one)
                if sorted(rest) == sorted((ast.unparse(value), ast.unparse(opposite))):
                    kept = tuple(
                        part for part in first.above if part is not one and part is not other
                    )
                    difference = ast.BinOp(value, ast.Sub(), one)
                    return second._replace(above=(*kept, difference))
    return None


def _removed(texts: list[str], text: str) -> bool:
    """Take a text out of some, where it is one of them."""
    if text in texts:
        texts.remove(text)
        return True
    return False


def written(terms: Iterable[Term]) -> ast.expr:
    """The expression of a sum of products."""
    terms = list(terms)
    below = terms[0].below if len(terms) > 1 else ()
    if below and all(_texts(term.below) == _texts(below) for term in terms):
        # What all are divided by, the sum is.
        inner = written(term._replace(below=()) for term in terms)
        return written([Term(above=(inner,), below=below)])
    result: ast.expr | None = None
    for term in terms:
        sign, tree = _written(term)
        if result is None:
            result = _opposite(tree) if sign < 0 else tree
        else:
            result = ast.BinOp(result, ast.Sub() if sign < 0 else ast.Add(), tree)
    return number(0) if result is None else result


def _opposite(tree: ast.expr) -> ast.expr:
    value = as_number(tree)
    return ast.UnaryOp(ast.USub(), tree) if value is None else number(float(-value))


def _written(term: Term) -> tuple[int, ast.expr]:
    """A product without its sign, and the sign: -(t - a) becomes a - t."""
    sign, above = (-1 if term.scale < 0 else 1), list(term.above)
    if sign < 0:
        for i, factor in enumerate(above):
            match factor:
                case ast.BinOp(left, ast.Sub(), right) if as_number(left) is None:
                    above[i] = ast.BinOp(right, ast.Sub(), left)
                    sign = 1
                    break
    whole, part = _constants(abs(term.scale), bool(above))
    below = list(term.below)
    result = _product([*whole, *above])
    if part or below:
        result = ast.BinOp(result, ast.Div(), _product([*part, *below]))
    for test in reversed(term.tests):
        # The sign stays outside: -(g if z > 0 else 0).
        result = ast.IfExp(test, result, number(0))
    return sign, result


def _constants(scale: Fraction, factors: bool) -> tuple[list[ast.expr], list[ast.expr]]:
    """A constant as numbers above and below the line: 0.2 * e, e / 2, 2 * e / 3."""
    above, below = scale.numerator, scale.denominator
    value = float(scale)
    decimal = (
        Fraction(Decimal(repr(value))) == scale and float(f"{value:.{EXACT_DIGITS}g}") == value
    )
    # A half of something reads better as it over 2, and has the same bits.
    if decimal and not (above == 1 and factors and below in (2, 4, 8)):
        return ([] if scale == 1 else [number(value)]), []
    return ([] if above == 1 and factors else [number(above)]), [number(below)]


def _product(factors: list[ast.expr]) -> ast.expr:
    """The product from left to right; a factor that comes again is squared where it comes first."""
    rest, tree = list(factors), None
    while rest:
        factor = rest.pop(0)
        again = next((one for one in rest if one is not factor and same(one, factor)), None)
        again = again or next((one for one in rest if same(one, factor)), None)
        if again is not None and not isinstance(factor, ast.Constant):
            rest.remove(again)
            factor = ast.BinOp(factor, ast.Mult(), factor)
        tree = factor if tree is None else ast.BinOp(tree, ast.Mult(), factor)
    return ONE if tree is None else tree


def sigmoid_argument(tree: ast.expr) -> ast.expr | None:
    """The z of 1 / (1 + exp(-z)); None where an expression is not a sigmoid."""
    match tree:
        case ast.BinOp(one, ast.Div(), ast.BinOp(first, ast.Add(), second)) if same(one, ONE):
            for whole, other in ((first, second), (second, first)):
                match other:
                    case ast.Call(ast.Name("exp"), [ast.UnaryOp(operand=argument)]):
                        if same(whole, ONE):
                            return argument
    return None
