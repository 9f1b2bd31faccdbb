"""Simplify formulas: unwrap IF(A5="","",...) and ROUND, and write w*(1 - s) as a sum.

A running sum, SUM(G$2:G9), becomes the sum of the row above plus one more cell.

Stored values are checked against the formulas as written. Descents and gradients are found in the
simplified formulas.
"""

import ast

from gdlab.language.addresses import Address
from gdlab.reading.book import Key
from gdlab.reading.graph import Graph, Node, cells_of
from gdlab.reading.order import ordered
from gdlab.reading.templates import Area, Template, leaf_number

RUNNING = {
    "SUM": ast.parse("_0 + _1", mode="eval").body,
    "SUMSQ": ast.parse("_0 + _1**2", mode="eval").body,
}


def simplify(graph: Graph) -> None:
    """Simplify every formula of a graph, each template once."""
    made: dict[int, Template] = {}
    for key, node in graph.nodes.items():
        template = node.template
        simple = made.get(id(template))
        if simple is None:
            assert template.tree is not None
            tree = _terms(_inside(template.tree))
            simple = template if tree is template.tree else Template(tree, template.areas)
            made[id(template)] = simple
        if simple is not template and isinstance(graph.book.values.get(key), float):
            graph.nodes[key] = Node(simple, node.inputs, node.whole)
    known: dict[tuple[str, tuple[Area, ...]], Template] = {}
    running = {
        key: new for key, node in graph.nodes.items() if (new := _running(graph, key, node, known))
    }
    if running:
        graph.nodes.update(running)
        graph.order = ordered(graph)


def _running(
    graph: Graph, key: Key, node: Node, known: dict[tuple[str, tuple[Area, ...]], Template]
) -> Node | None:
    """A running sum, also of squares, as the sum before plus one cell; None if it is none."""
    match node.template.tree:
        case ast.Call(ast.Name("SUM" | "SUMSQ" as name), [ast.Name("_0")]) if len(node.inputs) == 1:
            cells = cells_of(node.inputs[0])
        case _:
            return None
    sheet, row, column = key
    for before in ((sheet, row - 1, column), (sheet, row, column - 1)):
        above = graph.nodes.get(before)
        if above is None or len(cells) < 2 or above.inputs != (cells[:-1],):
            continue
        if ast.dump(above.template.tree or ast.Constant(0)) == ast.dump(node.template.tree):
            areas = tuple(
                Area(Address(None, one[1] - row, one[2] - column, False, False), None)
                for one in (before, cells[-1])
            )
            template = known.setdefault((name, areas), Template(RUNNING[name], areas))
            return Node(template, (before, cells[-1]))
    return None


def _inside(tree: ast.expr) -> ast.expr:
    """A formula without its condition for empty rows and without rounding."""
    match tree:
        case ast.IfExp(body=body, orelse=ast.Constant(str())):
            return _inside(body)
        case ast.IfExp(body=ast.Constant(str()), orelse=orelse):
            return _inside(orelse)
        case ast.Call(ast.Name("ROUND"), [rounded, _]):
            return _inside(rounded)
    return tree


def _terms(tree: ast.expr) -> ast.expr:
    """Write w*(1 - s) in a sum as w - w*s, so that a decaying parameter is a separate term.

    An average, v*s + g*(1 - s), stays as it is.
    """

    def walk(part: ast.expr, others: tuple[ast.expr, ...]) -> ast.expr:
        match part:
            case ast.BinOp(left, ast.Add() | ast.Sub() as op, right):
                new = walk(left, (*others, right)), walk(right, (*others, left))
                return part if new == (left, right) else ast.BinOp(new[0], op, new[1])
            case ast.BinOp(
                ast.Name() as name, ast.Mult(), ast.BinOp(ast.Constant(1), ast.Sub(), share)
            ) | ast.BinOp(
                ast.BinOp(ast.Constant(1), ast.Sub(), share), ast.Mult(), ast.Name() as name
            ) if others and leaf_number(name) is not None:
                shared = ast.dump(share)
                if not any(shared in ast.dump(one) for one in others):
                    return ast.BinOp(name, ast.Sub(), ast.BinOp(name, ast.Mult(), share))
        return part

    return walk(tree, ())
