"""Write formulas as the text of a cell."""

import ast

from gdlab.language.addresses import Address
from gdlab.language.infix import EXCEL, infix
from gdlab.reading.book import Book, Key, address
from gdlab.reading.graph import Node, cells_of, is_cell
from gdlab.reading.templates import Area, leaf_number


def formula_text(book: Book, key: Key, node: Node) -> str:
    """A node's formula as the text of a cell."""

    def leaf(name: str) -> str:
        number = leaf_number(ast.Name(name))
        if number is None:
            return name
        if node.whole is not None:
            return _area_text(book, key, node.whole.areas[number])
        one = node.inputs[number]
        fixed = node.template.areas[number]
        if is_cell(one):
            return _sheet(book, key, one) + _written(one, fixed.first)
        if not one:
            return "A1"
        cells = cells_of(one)
        first, last = cells[0], cells[-1]
        assert fixed.last is not None
        return (
            _sheet(book, key, first)
            + f"{_written(first, fixed.first)}:{_written(last, fixed.last)}"
        )

    tree = (node.whole or node.template).tree
    assert tree is not None
    return "=" + infix(_written_out(tree), leaf, EXCEL)


def _area_text(book: Book, key: Key, area: Area) -> str:
    """A reference of a formula as the text of a cell."""
    first = area.first
    sheet = book.number_of.get((first.sheet or "").lower(), key[0])
    corners = [(sheet, *one.seen_from(key[1], key[2])) for one in area if one is not None]
    ends = [one for one in area if one is not None]
    cells = ":".join(_written(at, end) for at, end in zip(corners, ends, strict=True))
    return _sheet(book, key, corners[0]) + cells


def _written_out(tree: ast.expr) -> ast.expr:
    """The tree with IF around a comparison outside a condition, as the grammar requires."""
    match tree:
        case ast.Compare():
            return ast.IfExp(tree, ast.Constant(1), ast.Constant(0))
        case ast.BinOp(left, op, right):
            return ast.BinOp(_written_out(left), op, _written_out(right))
        case ast.UnaryOp(op, operand):
            return ast.UnaryOp(op, _written_out(operand))
        case ast.Call(function, arguments):
            return ast.Call(function, [_written_out(one) for one in arguments], [])
        case ast.Constant(str() as text):
            return ast.Name('"' + text.replace('"', '""') + '"')
        case ast.IfExp(ast.Compare(left, ops, [right]), body, orelse):
            test = ast.Compare(_written_out(left), ops, [_written_out(right)])
            return ast.IfExp(test, _written_out(body), _written_out(orelse))
    return tree


def _sheet(book: Book, key: Key, one: Key) -> str:
    if one[0] == key[0] or not 0 <= one[0] < len(book.sheets):
        return ""
    name = book.sheets[one[0]]
    return f"{name}!" if name.isidentifier() else "'" + name.replace("'", "''") + "'!"


def _written(key: Key, fixed: Address) -> str:
    plain = address(key)
    letters = plain.rstrip("0123456789")
    return (
        f"{'$' if fixed.column_fixed else ''}{letters}"
        f"{'$' if fixed.row_fixed else ''}{plain[len(letters) :]}"
    )
