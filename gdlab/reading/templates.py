"""Formulas in relative form: the cells of a fill share a template, parsed and compiled once."""

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from gdlab.language.addresses import A1, REFERENCE, Address, column_number, read_address
from gdlab.language.excel_reader import Unread, read_formula
from gdlab.language.infix import SHEET_COLUMNS, SHEET_ROWS
from gdlab.reading.book import Book, Formula, Key

# A leaf's name in a template: its index among the references.
LEAF = re.compile(r"_(\d+)")
RELATIVE_ROW = re.compile(r"(?<=[A-Za-z])([1-9][0-9]*)")
MOST_MISSED = 500


class Area(NamedTuple):
    """One reference of a template: a cell, or a range by its two corners."""

    first: Address
    last: Address | None


@dataclass(frozen=True, eq=False)
class Template:
    """A formula in relative form.

    ``tree`` calls the references ``_0``, ``_1``, ... in order. If the formula is outside the
    grammar, ``tree`` is None and ``unread`` says which part is.
    """

    tree: ast.expr | None
    areas: tuple[Area, ...]
    unread: str = ""

    @cached_property
    def plain(self) -> tuple[tuple[int, int, int, int], ...] | None:
        """Every reference as row, 1 if the row is relative, column, 1 if the column is relative.

        None if one of them is a range or on another sheet.
        """
        if any(last is not None or first.sheet is not None for first, last in self.areas):
            return None
        return tuple(
            (one.row, int(not one.row_fixed), one.column, int(not one.column_fixed))
            for one, _ in self.areas
        )


class _Filled:
    """A formula with its template, and a pattern of its text in other rows of the column."""

    def __init__(self, formula: Formula, template: Template) -> None:
        self.formula, self.template = formula, template
        self.pattern: str | None = None
        self.offsets: list[int] = []

    def is_at(self, row: int, text: str) -> bool:
        """Whether a text in another row is this formula filled down."""
        if self.pattern is None:
            self.pattern = "" if set(self.formula.text) & set('"{}%') else self._pattern()
        return bool(self.pattern) and text == self.pattern % tuple(
            [row + offset for offset in self.offsets]
        )

    def _pattern(self) -> str:
        own = self.formula.at[0]

        def put(match: re.Match[str]) -> str:
            def offset(number: re.Match[str]) -> str:
                self.offsets.append(int(number[1]) - own)
                return "%d"

            return match[1] + RELATIVE_ROW.sub(offset, match[2])

        return REFERENCE.sub(put, self.formula.text)


class Templates:
    """The templates of one workbook, each created once."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.made: dict[tuple[str, tuple[object, ...]], Template] = {}
        self.shapes: dict[str, tuple[Any, ...]] = {}
        self.seen: dict[Formula, Template] = {}
        # The last formula of every column, and its text if filled into the next row.
        self.above: dict[int, _Filled] = {}
        self.missed = 0

    def of(self, key: Key) -> Template:
        """The template of the formula in a cell."""
        formula = self.book.formulas[key]
        row, column = formula.at
        above = self.above.get(column)
        # On sheets that run to the right, the row above does not help.
        if above is not None and self.missed < MOST_MISSED and above.is_at(row, formula.text):
            self.missed = 0
            return above.template
        found = self.seen.get(formula)
        if found is None:
            found = self.seen[formula] = self._relative(formula)
            self.missed += 1
            self.above[column] = _Filled(formula, found)
        return found

    def _relative(self, formula: Formula) -> Template:
        row, column = formula.at
        # A relative reference as plain numbers, and its index among the references.
        found: dict[tuple[object, ...], int] = {}
        texts: list[str] = []
        shapes = self.shapes

        def leaf(match: re.Match[str]) -> str:
            text = match[0]
            shape = shapes.get(text)
            if shape is None:
                shape = shapes[text] = _shape(text)
            if not shape:
                return text
            signs, a, on_row, b, on_column, c, on_last_row, d, on_last_column = shape
            index = found.setdefault(
                (
                    signs,
                    a - on_row * row,
                    b - on_column * column,
                    c - on_last_row * row,
                    d - on_last_column * column,
                ),
                len(found),
            )
            if index == len(texts):
                texts.append(text)
            return f"_{index}"

        # A quoted text may look like an address; a sheet's name has single quotes.
        if '"' in formula.text:
            parts = re.split(r'("(?:[^"]|"")*")', formula.text)
            skeleton = "".join(
                part if index % 2 else REFERENCE.sub(leaf, part) for index, part in enumerate(parts)
            )
        else:
            skeleton = REFERENCE.sub(leaf, formula.text)
        signature = skeleton, tuple(found)
        template = self.made.get(signature)
        if template is None:
            areas: dict[Area, int] = {}
            for text in texts:
                areas.setdefault(_sure(_area(text, row, column)), len(areas))
            template = self.made[signature] = self._read(skeleton, areas, row, column)
        return template

    def _read(self, skeleton: str, areas: dict[Area, int], row: int, column: int) -> Template:
        try:
            tree = self._named(read_formula(skeleton), areas, row, column, 0)
        except Unread as why:
            return Template(None, tuple(areas), str(why))
        return Template(tree, tuple(areas))

    def _named(
        self, tree: ast.expr, areas: dict[Area, int], row: int, column: int, depth: int
    ) -> ast.expr:
        """The tree with defined names and references in R1C1 notation replaced by addresses."""
        templates = self

        class Put(ast.NodeTransformer):
            def visit_Call(self, node: ast.Call) -> ast.expr:
                node.args = [self.visit(argument) for argument in node.args]
                return node

            def visit_Name(self, node: ast.Name) -> ast.expr:
                if LEAF.fullmatch(node.id) or node.id == "pi":
                    return node
                text = templates.book.names.get(node.id.rpartition("!")[2].lower(), node.id)
                area = _area(text, row, column)
                if area is not None:
                    return ast.Name(f"_{areas.setdefault(area, len(areas))}")
                if text == node.id or depth > 5:
                    raise Unread(f"the name {node.id[:30]}")
                inner = REFERENCE.sub(
                    lambda match: (
                        f"_{areas.setdefault(found, len(areas))}"
                        if (found := _area(match[0], row, column))
                        else match[0]
                    ),
                    text,
                )
                return templates._named(read_formula(inner), areas, row, column, depth + 1)

        return Put().visit(tree)


def _shape(text: str) -> tuple[Any, ...]:
    """A reference as numbers, from which a cell's row and column times 0 or 1 are subtracted."""
    if (match := A1.fullmatch(text)) is not None:
        # Nearly all references are single cells of the same sheet.
        row, column = int(match[4]), column_number(match[2])
        if row <= SHEET_ROWS and column <= SHEET_COLUMNS:
            on_row, on_column = int(not match[3]), int(not match[1])
            corner = (row, on_row, column, on_column)
            return ((None, 1, not on_row, not on_column), *corner, *corner)
    found = read_address(text, 0, 0)
    if not found:
        return ()
    first, last = found[0], found[-1]
    signs = (first.sheet, len(found), *(one for each in found for one in each[3:]))
    numbers = [
        number
        for each in (first, last)
        for number in (each.row, int(not each.row_fixed), each.column, int(not each.column_fixed))
    ]
    return (signs, *numbers)


def _sure(area: Area | None) -> Area:
    assert area is not None
    return area


def _area(text: str, row: int, column: int) -> Area | None:
    found = read_address(text, row, column)
    if not found:
        return None
    return Area(found[0], found[1] if len(found) > 1 else None)


def leaf_number(tree: ast.AST) -> int | None:
    """The index of a leaf among a template's references; None if it is no reference."""
    if isinstance(tree, ast.Name) and (match := LEAF.fullmatch(tree.id)):
        return int(match[1])
    return None
