"""The formulas that a learner wrote into a practice sheet, read in the words of its table."""

import ast
import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gdlab.core.columns import Table
from gdlab.core.layout import defined_names
from gdlab.language.addresses import read_address
from gdlab.language.excel_reader import SUMMARIES, Unread, read_formula
from gdlab.language.grammar import names
from gdlab.marking.bounds import bound
from gdlab.marking.finding import TableLocation
from gdlab.marking.grid import address, is_number
from gdlab.marking.parts import as_headed
from gdlab.marking.sheet import CellRef, OwnFormula
from gdlab.reading.book import Formula

# Formulas beside the table that lead to each other; more come from no person.
MOST_HELPERS = 8
ROUNDED = re.compile(r"=?\s*ROUND\((.*)[,;]\s*\d{1,2}\s*\)\s*", re.IGNORECASE | re.DOTALL)


def own_formulas(
    location: TableLocation, table: Table, rows: Mapping[int, int]
) -> Callable[[], Mapping[CellRef, OwnFormula]]:
    """What reads the formulas of the cells of a table, when it is first asked."""

    def read() -> Mapping[CellRef, OwnFormula]:
        written = location.grid.formulas
        reader = _FormulaReader(location, table, rows, written)
        found = {}
        for name, column in location.columns.items():
            for t, row in rows.items():
                formula = written.get((row, column))
                own = reader.read(formula, row, column, t) if formula else None
                if own is not None:
                    found[t, name] = own
        return found

    return read


@dataclass(frozen=True)
class _FormulaReader:
    """Formulas of one sheet: every address is a name of the table, an input, or what it holds."""

    location: TableLocation
    table: Table
    rows: Mapping[int, int]
    written: Mapping[tuple[int, int], Formula]

    def read(self, formula: Formula, row: int, column: int, t: int) -> OwnFormula | None:
        """One formula; None where it holds what the grammar does not have."""
        moved: list[str] = []
        try:
            tree = self._tree(formula, row, column, t, moved, MOST_HELPERS)
            bound(tree)
        except (Unread, TypeError):
            return None
        return OwnFormula(tree, moved[0] if moved else "")

    def _tree(
        self, formula: Formula, row: int, column: int, t: int, moved: list[str], left: int
    ) -> ast.expr:
        rounded = ROUNDED.fullmatch(formula.text)
        tree = read_formula(_balanced(rounded[1]) if rounded else formula.text)
        if any(isinstance(one, ast.Name) and one.id in SUMMARIES for one in ast.walk(tree)):
            raise Unread("a sum over cells")
        put: dict[str, ast.expr] = {}
        named = {own.lower(): name for name, own in defined_names(self.table).items()}
        for text in names(tree):
            if text.lower() in named:
                put[text] = ast.Name(named[text.lower()])
                continue
            found = read_address(text, *formula.at)
            if len(found) != 1 or found[0].sheet not in (None, self.location.grid.name):
                raise Unread(text)
            put[text] = self._cell(found[0].seen_from(row, column), t, moved, left)

        class Put(ast.NodeTransformer):
            def visit_Name(self, node: ast.Name) -> ast.expr:
                return put.get(node.id, node)

        whole: ast.expr = Put().visit(copy.deepcopy(tree))
        return whole

    def _cell(self, cell: tuple[int, int], t: int, moved: list[str], left: int) -> ast.expr:
        """What a formula of row ``t`` means by a cell."""
        grid, (row, column) = self.location.grid, cell
        for name, where in self.location.inputs.items():
            if where == cell:
                return ast.Name(name)
        name = next((name for name, one in self.location.columns.items() if one == column), "")
        at = next((t for t, one in self.rows.items() if one == row), None)
        if at is None and row == self.location.header_row + 1:
            at = 0
        if name and at is not None:
            if at == t:
                return ast.Name(name)
            if at == t - 1:
                return ast.Name(f"{name}_prev")
            if at == t + 1 and name in self.table.point:
                return ast.Name(f"{name}_next")
            raise Unread("a cell of another row")
        if cell in self.written and left:
            return self._tree(self.written[cell], row, column, t, moved, left - 1)
        value = grid.value(row, column)
        if is_number(value):
            return ast.Constant(value)
        if value is None and row > 0:
            above = (
                name for name, (r, c) in self.location.inputs.items() if c == column and r < row
            )
            if name := next(above, ""):
                stands = address(*self.location.inputs[name])
                moved.append(
                    f"{as_headed(name)} stands in {stands}, but an empty cell below it was taken: "
                    "a $ keeps the place of a cell when a formula is filled down"
                )
            return ast.Constant(0)
        raise Unread("a text")


def _balanced(text: str) -> str:
    """The inside of brackets, which closes all that it opens; Unread where it does not."""
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            raise Unread("another function behind ROUND")
    return text
