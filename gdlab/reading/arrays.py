"""Split array formulas into a scalar formula for each of their cells."""

import ast

from gdlab.language.addresses import Address
from gdlab.language.excel_reader import SUMMARIES, Unread
from gdlab.reading.book import Key
from gdlab.reading.templates import Area, Template, Templates, leaf_number

MOST_ELEMENTS = 2_000
ONE_BY_ONE = (1, 1)


def holds_arrays(template: Template) -> bool:
    """Whether a formula computes with whole ranges other than by SUM and the like."""
    return template.tree is not None and _holds(template.tree, template.areas)


def _holds(tree: ast.expr, areas: tuple[Area, ...]) -> bool:
    match tree:
        case ast.Call(ast.Name("MMULT" | "TRANSPOSE"), _):
            return True
        case ast.Call(ast.Name(name), arguments) if name in SUMMARIES:
            return any(leaf_number(one) is None and _holds(one, areas) for one in arguments)
    number = leaf_number(tree)
    if number is not None:
        return areas[number].last is not None
    children = tree.args if isinstance(tree, ast.Call) else ast.iter_child_nodes(tree)
    return any(_holds(child, areas) for child in children if isinstance(child, ast.expr))


def element(templates: Templates, template: Template, key: Key, row: int, column: int) -> Template:
    """The scalar formula of one cell of the array formula in ``key``.

    ``row`` and ``column`` count from 0 within the array; references are relative to that cell.
    """
    assert template.tree is not None
    arrays = _Arrays(template.areas, row, column)
    try:
        shape = arrays.shape(template.tree)
        # A single row or column is repeated, as spreadsheets do.
        element_at = row if shape[0] > 1 else 0, column if shape[1] > 1 else 0
        tree = arrays.scalar(template.tree, *element_at)
    except Unread as why:
        return Template(None, (), str(why))
    signature = f"{id(template)} {ast.dump(tree)}", tuple(arrays.found)
    found = templates.made.get(signature)
    if found is None:
        found = templates.made[signature] = Template(tree, tuple(arrays.found))
    return found


class _Arrays:
    def __init__(self, areas: tuple[Area, ...], row: int, column: int) -> None:
        self.areas = areas
        self.seen_from = row, column
        self.found: dict[Area, int] = {}
        self.count = 0

    def shape(self, tree: ast.expr) -> tuple[int, int]:
        """The number of rows and columns of a part's result; a scalar has one of each."""
        number = leaf_number(tree)
        if number is not None:
            return _size(self.areas[number])
        match tree:
            case ast.Call(ast.Name("MMULT"), [left, right]):
                a, b = self.shape(left), self.shape(right)
                if a[1] != b[0]:
                    raise Unread("MMULT of ranges that do not fit")
                return a[0], b[1]
            case ast.Call(ast.Name("TRANSPOSE"), [inner]):
                return self.shape(inner)[::-1]
            case ast.Call(ast.Name(name), _) if name in SUMMARIES:
                return ONE_BY_ONE
        children = tree.args if isinstance(tree, ast.Call) else ast.iter_child_nodes(tree)
        shapes = [self.shape(one) for one in children if isinstance(one, ast.expr)]
        return (
            max((shape[0] for shape in shapes), default=1),
            max((shape[1] for shape in shapes), default=1),
        )

    def scalar(self, tree: ast.expr, i: int, j: int) -> ast.expr:
        """The scalar formula of a part at row ``i`` and column ``j``, from 0."""
        self.count += 1
        if self.count > 20 * MOST_ELEMENTS:
            raise Unread("an array formula of too many cells")
        number = leaf_number(tree)
        if number is not None:
            return self.cell(self.areas[number], i, j)
        match tree:
            case ast.Call(ast.Name("MMULT"), [left, right]):
                terms: list[ast.expr] = [
                    ast.BinOp(self.scalar(left, i, k), ast.Mult(), self.scalar(right, k, j))
                    for k in range(self.shape(left)[1])
                ]
                return ast.Call(ast.Name("SUM"), terms, [])
            case ast.Call(ast.Name("TRANSPOSE"), [inner]):
                return self.scalar(inner, j, i)
            case ast.Call(ast.Name("SUMPRODUCT" | "SUMXMY2" as name), arguments):
                return self.paired(name, arguments)
            case ast.Call(ast.Name(name), arguments) if name in SUMMARIES:
                flat = [one for part in arguments for one in self.flat(part)]
                return ast.Call(ast.Name(name), flat, [])
            case ast.Call(ast.Name(name), arguments):
                return ast.Call(ast.Name(name), [self.scalar(one, i, j) for one in arguments], [])
            case ast.BinOp(left, op, right):
                return ast.BinOp(self.scalar(left, i, j), op, self.scalar(right, i, j))
            case ast.UnaryOp(op, operand):
                return ast.UnaryOp(op, self.scalar(operand, i, j))
            case ast.Compare(left, ops, [right]):
                return ast.Compare(self.scalar(left, i, j), ops, [self.scalar(right, i, j)])
            case ast.IfExp(test, body, orelse):
                parts = [self.scalar(one, i, j) for one in (test, body, orelse)]
                return ast.IfExp(*parts)
        return tree

    def paired(self, name: str, arguments: list[ast.expr]) -> ast.expr:
        rows = list(zip(*(self.flat(one) for one in arguments), strict=False))
        terms: list[ast.expr] = []
        for row in rows:
            term = row[0]
            for factor in row[1:]:
                op: ast.operator = ast.Mult() if name == "SUMPRODUCT" else ast.Sub()
                term = ast.BinOp(term, op, factor)
            terms.append(ast.BinOp(term, ast.Mult(), term) if name == "SUMXMY2" else term)
        return ast.Call(ast.Name("SUM"), terms, [])

    def flat(self, tree: ast.expr) -> list[ast.expr]:
        rows, columns = self.shape(tree)
        if rows * columns > MOST_ELEMENTS:
            raise Unread("an array formula of too many cells")
        return [self.scalar(tree, i, j) for i in range(rows) for j in range(columns)]

    def cell(self, area: Area, i: int, j: int) -> ast.expr:
        size = _size(area)
        i, j = (i if size[0] > 1 else 0), (j if size[1] > 1 else 0)
        if i >= size[0] or j >= size[1]:
            raise Unread("an array formula over ranges that do not fit")
        first = area.first
        # A relative reference counts from the array's first cell; make it count from this cell.
        at = first._replace(
            row=first.row + i - (0 if first.row_fixed else self.seen_from[0]),
            column=first.column + j - (0 if first.column_fixed else self.seen_from[1]),
        )
        return ast.Name(f"_{self.found.setdefault(Area(at, None), len(self.found))}")


def _size(area: Area) -> tuple[int, int]:
    first, last = area.first, area.last
    if last is None:
        return ONE_BY_ONE
    if (first.row_fixed, first.column_fixed) != (last.row_fixed, last.column_fixed):
        raise Unread("an array formula over a range that grows")
    return _extent(first, last)


def _extent(first: Address, last: Address) -> tuple[int, int]:
    rows, columns = last.row - first.row + 1, last.column - first.column + 1
    if rows < 1 or columns < 1:
        raise Unread("a range that is written backwards")
    return rows, columns
