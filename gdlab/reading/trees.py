"""Parts of a template's tree: references, factors, and the tree without a part."""

import ast
from functools import lru_cache

from gdlab.reading.book import Key
from gdlab.reading.compiled import SUMMARIES
from gdlab.reading.graph import Node, cells_of
from gdlab.reading.templates import leaf_number

MINUS = ast.Constant(-1)
MINUS_SIGN = ast.USub()
LIMITS = ("min", "max", "MIN", "MAX")


def is_difference(tree: ast.expr | None) -> bool:
    """Whether a formula is a plain error, y - y_pred, which nobody means as the loss."""
    match tree:
        case ast.BinOp(ast.Name(), ast.Sub(), ast.Name()):
            return True
    return False


def leaves(tree: ast.expr) -> list[int]:
    """A tree's references, each once, in order."""
    found: dict[int, None] = {}
    for part in ast.walk(tree):
        number = leaf_number(part)
        if number is not None:
            found[number] = None
    return list(found)


def used_cells(node: Node) -> list[Key]:
    """The cells that a formula refers to, without those of a gradient that was taken out of it."""
    used = leaves(node.template.tree or ast.Constant(0))
    return [cell for leaf in used for cell in cells_of(node.inputs[leaf])]


@lru_cache(maxsize=4096)
def leaves_of_tests(tree: ast.expr | None) -> frozenset[int]:
    """The references that are used only in conditions."""
    if tree is None:
        return frozenset()
    tests = [part.test for part in ast.walk(tree) if isinstance(part, ast.IfExp)]
    inside = {id(one) for test in tests for one in ast.walk(test)}
    found: dict[bool, set[int]] = {True: set(), False: set()}
    for one in ast.walk(tree):
        leaf = leaf_number(one)
        if leaf is not None:
            found[id(one) in inside].add(leaf)
    return frozenset(found[True] - found[False])


def without(tree: ast.expr | None, leaf: int) -> ast.expr:
    """An update's formula without the parameter, which is a term of the sum."""
    assert tree is not None

    def walk(part: ast.expr) -> tuple[ast.expr, bool]:
        match part:
            case ast.BinOp(left, ast.Add() | ast.Sub() as op, right):
                new, done = walk(left)
                if done and _is_zero(new):
                    return (
                        right if isinstance(op, ast.Add) else ast.UnaryOp(MINUS_SIGN, right)
                    ), True
                if done:
                    return ast.BinOp(new, op, right), True
                new, done = walk(right)
                if done:
                    return left if _is_zero(new) else ast.BinOp(left, op, new), True
            case ast.UnaryOp(ast.USub(), operand):
                new, done = walk(operand)
                return ast.UnaryOp(ast.USub(), new), done
        if leaf_number(part) == leaf:
            return ast.Constant(0), True
        return part, False

    return walk(tree)[0]


def _is_zero(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Constant) and tree.value == 0


def limits(tree: ast.expr | None, leaf: int | None = None) -> bool:
    """Whether a formula has a minimum, maximum or condition, of one reference or of any."""
    return tree is not None and any(
        (leaf is None or leaf in leaves(part))
        and (
            isinstance(part, ast.IfExp)
            or (isinstance(part, ast.Call) and getattr(part.func, "id", "") in LIMITS)
        )
        for part in ast.walk(tree)
        if isinstance(part, ast.expr)
    )


def core_of(tree: ast.expr, wanted: set[int]) -> ast.expr:
    """The smallest scalar part that contains all occurrences of the wanted leaves.

    A range is no scalar, but a function that summarises it is.
    """
    whole = _occurrences(tree, wanted)
    while not (isinstance(tree, ast.Call) and getattr(tree.func, "id", "") in SUMMARIES):
        children = tree.args if isinstance(tree, ast.Call) else ast.iter_child_nodes(tree)
        inner = next(
            (
                child
                for child in children
                if isinstance(child, ast.expr) and _occurrences(child, wanted) == whole
            ),
            None,
        )
        if inner is None:
            break
        tree = inner
    return tree


def _occurrences(tree: ast.expr, wanted: set[int]) -> int:
    return sum(leaf_number(part) in wanted for part in ast.walk(tree))


def product_around(tree: ast.expr, part: ast.expr) -> ast.expr:
    """The largest product with a part, the same object, as a factor."""
    if any(one is part for one, _ in factors(tree)):
        return tree
    children = tree.args if isinstance(tree, ast.Call) else ast.iter_child_nodes(tree)
    for child in children:
        if isinstance(child, ast.expr) and any(one is part for one in ast.walk(child)):
            return product_around(child, part)
    return part


def factors(tree: ast.expr) -> list[tuple[ast.expr, bool]]:
    """The factors of a product, each with whether it is a divisor; a minus is a factor -1."""
    match tree:
        case ast.BinOp(left, ast.Mult(), right):
            return factors(left) + factors(right)
        case ast.BinOp(left, ast.Div(), right):
            return factors(left) + [(one, not below) for one, below in factors(right)]
        case ast.UnaryOp(ast.USub(), operand):
            return [(MINUS, False), *factors(operand)]
    return [(tree, False)]


def product(parts: list[tuple[ast.expr, bool]]) -> ast.expr:
    """The product of factors as returned by :func:`factors`."""
    tree: ast.expr | None = None
    for part, below in sorted(parts, key=lambda one: one[1]):
        if tree is None:
            tree = ast.BinOp(ast.Constant(1), ast.Div(), part) if below else part
        else:
            tree = ast.BinOp(tree, ast.Div() if below else ast.Mult(), part)
    return tree if tree is not None else ast.Constant(1)


def split(tree: ast.expr, wanted: set[int]) -> tuple[ast.expr | None, ast.expr]:
    """The factors without a wanted leaf, such as the learning rate, and the product of the rest."""
    parts = factors(tree)
    rest = [
        one
        for one in parts
        if (leaves(one[0]) and not wanted & set(leaves(one[0]))) or one[0] is MINUS
    ]
    if not rest:
        return None, tree
    return product(rest), product([one for one in parts if one not in rest])


def replaced(tree: ast.expr, part: ast.expr, by: ast.expr) -> ast.expr:
    """The tree with a part, the same object, replaced."""

    def put(node: ast.expr) -> ast.expr:
        if node is part:
            return by
        match node:
            case ast.BinOp(left, op, right):
                return ast.BinOp(put(left), op, put(right))
            case ast.UnaryOp(op, operand):
                return ast.UnaryOp(op, put(operand))
            case ast.Call(function, arguments):
                return ast.Call(function, [put(one) for one in arguments], [])
            case ast.Compare(left, ops, [right]):
                return ast.Compare(put(left), ops, [put(right)])
            case ast.IfExp(test, body, orelse):
                return ast.IfExp(put(test), put(body), put(orelse))
        return node

    return put(tree)
