"""Translate sheet formulas into the grammar: powers as products, sums written out."""

import ast
from collections.abc import Callable, Sequence

from gdlab.language.grammar import FUNCTIONS
from gdlab.reading.graph import Node, is_cell
from gdlab.reading.templates import leaf_number


class Outside(ValueError):
    """A sentence on what the grammar cannot express, or what differs between updates."""


def written_out(
    nodes: Sequence[Node],
    leaf: Callable[[int], list[ast.expr]],
    trees: Sequence[ast.expr] | None = None,
) -> ast.expr:
    """The common formula of some cells, or of parts ``trees`` of them, as an expression.

    ``leaf`` returns the names for a reference by its index: one for a cell, or those of a range
    in order. Raises Outside for formulas of several forms or outside the grammar.
    """
    trees = trees or [one.template.tree or ast.Constant(0) for one in nodes]
    forms = {(len(node.inputs), ast.dump(tree)) for node, tree in zip(nodes, trees, strict=True)}
    if len(forms) > 1:
        raise Outside("its formulas are not the same in every update")
    return _as_written(trees[0], leaf, [is_cell(one) for one in nodes[0].inputs])


def _as_written(
    tree: ast.expr, leaf: Callable[[int], list[ast.expr]], single: list[bool]
) -> ast.expr:
    def walk(part: ast.expr) -> ast.expr:
        index = leaf_number(part)
        if index is not None:
            if not single[index]:
                raise Outside("a range stands where one number is meant")
            return leaf(index)[0]
        match part:
            case ast.BinOp(left, ast.Pow(), ast.Constant(int() | float() as power)):
                return _power(walk(left), power)
            case ast.BinOp(left, op, right):
                return ast.BinOp(walk(left), op, walk(right))
            case ast.UnaryOp(op, operand):
                return ast.UnaryOp(op, walk(operand))
            case ast.IfExp(ast.Compare(left, ops, [right]), body, orelse):
                test = ast.Compare(walk(left), ops, [walk(right)])
                return ast.IfExp(test, walk(body), walk(orelse))
            case ast.Call(ast.Name(name), arguments) if name.isupper():
                return _summary(name, [flat(one) for one in arguments])
            case ast.Call(ast.Name("tanh"), [argument]):
                return _tanh(walk(argument))
            case ast.Call(ast.Name(name), arguments) if name in FUNCTIONS:
                return ast.Call(ast.Name(name), [walk(one) for one in arguments], [])
            case ast.Call(ast.Name(name)):
                raise Outside(f"{name.upper()} is outside the grammar")
            case ast.Constant(int() | float()) | ast.Name("pi"):
                return part
        raise Outside("a formula is outside the grammar")

    def flat(argument: ast.expr) -> list[ast.expr]:
        index = leaf_number(argument)
        return leaf(index) if index is not None else [walk(argument)]

    return walk(tree)


def _power(base: ast.expr, power: float) -> ast.expr:
    if power in (2, 3, 4):
        return _product([base] * int(power))
    if power == 0.5:
        return ast.Call(ast.Name("sqrt"), [base], [])
    return ast.BinOp(base, ast.Pow(), ast.Constant(float(power)))


def _summary(name: str, lists: list[list[ast.expr]]) -> ast.expr:
    """A function of ranges, written out over their cells."""
    terms = [one for own in lists for one in own]
    match name:
        case "SUM":
            return _sum(terms)
        case "SUMSQ":
            return _sum([_product([one, one]) for one in terms])
        case "AVERAGE":
            return ast.BinOp(_sum(terms), ast.Div(), ast.Constant(float(len(terms))))
        case "COUNT":
            return ast.Constant(float(len(terms)))
        case "SUMPRODUCT":
            return _sum([_product(list(row)) for row in zip(*lists, strict=True)])
        case "SUMXMY2":
            apart = [ast.BinOp(a, ast.Sub(), b) for a, b in zip(*lists, strict=True)]
            return _sum([_product([one, one]) for one in apart])
        case "MAX" | "MIN":
            found = terms[0]
            for one in terms[1:]:
                found = ast.Call(ast.Name(name.lower()), [found, one], [])
            return found
    raise Outside(f"{name} is outside the grammar")


def _tanh(of: ast.expr) -> ast.expr:
    """1 - 2/(exp(2*u) + 1)."""
    twice = ast.BinOp(ast.Constant(2), ast.Mult(), of)
    below = ast.BinOp(ast.Call(ast.Name("exp"), [twice], []), ast.Add(), ast.Constant(1))
    share = ast.BinOp(ast.Constant(2), ast.Div(), below)
    return ast.BinOp(ast.Constant(1), ast.Sub(), share)


def _sum(terms: Sequence[ast.expr]) -> ast.expr:
    total = terms[0]
    for one in terms[1:]:
        total = ast.BinOp(total, ast.Add(), one)
    return total


def _product(parts: Sequence[ast.expr]) -> ast.expr:
    tree = parts[0]
    for part in parts[1:]:
        tree = ast.BinOp(tree, ast.Mult(), part)
    return tree
