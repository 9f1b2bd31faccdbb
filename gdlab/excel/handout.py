"""The sheet ``handout``: a rule on one page to print, its last rows to be filled in by hand.

Columns of the rule's sheet stand below each other, because a page is narrow. Every number is a
formula that reads it from the rule's sheet, so the page follows the inputs there.
"""

import ast
import math
from collections.abc import Iterator

from xlsxwriter.utility import quote_sheetname

from gdlab.core import layout
from gdlab.core.columns import Column, Table
from gdlab.core.layout import BLANK_ROWS, GIVEN_ROWS
from gdlab.core.symbols import latex
from gdlab.core.trace import Trace
from gdlab.excel import styles
from gdlab.excel.charts import GAP, Size, drawn, put_chart
from gdlab.excel.errors import errors_of
from gdlab.excel.inputs import input_values
from gdlab.excel.printing import shorten
from gdlab.excel.rows import number_format
from gdlab.excel.typeset import Piece, formula_runs, symbol_runs
from gdlab.excel.writer import Cell, Rich, Value, Workbook
from gdlab.language.infix import TEXT, infix

PREFIX = "handout "
ROWS = range(1, GIVEN_ROWS + BLANK_ROWS + 1)
# A column's name, its symbol, and a number for each row.
WIDTHS = (17, 12, *(13.2 for _ in ROWS))
LAST = len(WIDTHS) - 1
NAME_COLUMN = 4  # where a learner's name is written
CHART = Size(342, 216, 10, 9)
CHART_ROWS = 12  # which the charts stand over
LINE_CHARACTERS, HALF_LINE_CHARACTERS = 84, 38  # on a line of the page, and on half of one
RIGHT_HALF = 3  # the column where the right half begins
FORMULA_HEIGHT = 17
PAPER_POINTS = 770  # of A4's height between the margins
LEAST_PRINTED = 9 / 11  # type of 11 points is printed with 9 at least


def handout_name(sheet: str) -> str:
    """The name of a rule's handout, from that of its sheet."""
    return f"{PREFIX}{sheet}"


def write_handout(
    book: Workbook, trace: Trace, name: str, title: str, letters: str = "mb"
) -> str | None:
    """Write the handout of the rule's sheet that is called ``name``; returns its own name.

    None, and nothing is written, for a table that is too long for one page.
    """
    page = _Page(book, trace, quote_sheetname(name), letters)
    page.head(title)
    page.settings()
    page.formulas()
    charts_row = page.room_for_charts()
    page.table()
    if LEAST_PRINTED * page.points > PAPER_POINTS:
        return None
    sheet = book.add_sheet(handout_name(name))
    sheet.hide_gridlines(2)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    for row, height in page.heights.items():
        sheet.set_row(row - 1, height)
    for joined in page.joined:
        sheet.join(*joined)
    sheet.put(page.cells)
    for k, (chart, said) in enumerate(drawn(book, name, trace, letters, CHART)[-2:]):
        put_chart(sheet, chart, said, charts_row, 0, k * (CHART.width + GAP))
    shorten(book, sheet, page.ranges, trace.table)
    sheet.set_paper(styles.PAPER_SIZE)
    sheet.set_margins(0.5, 0.5, 0.5, 0.5)
    sheet.print_area(0, 0, page.row - 1, LAST)
    sheet.fit_to_pages(1, 1)
    sheet.guard()
    return handout_name(name)


class _Page:
    """What stands on a handout, collected downwards: ``row`` is the last, ``points`` its end."""

    def __init__(self, book: Workbook, trace: Trace, source: str, letters: str) -> None:
        self.book, self.trace, self.letters = book, trace, letters
        self.source = source
        self.errors = errors_of(trace)
        self.cells: list[Cell] = []
        self.heights: dict[int, float] = {}
        self.joined: list[tuple[int, int, int]] = []
        self.row, self.points = 0, 0.0
        # The cells of each computed column, which are a row here.
        self.ranges: dict[str, str] = {}

    def down(self, height: float = styles.ROW_HEIGHT) -> None:
        """Begin a row."""
        self.row += 1
        self.points += height
        if height != styles.ROW_HEIGHT:
            self.heights[self.row] = height

    def put(self, column: int, content: str | float | Rich | None, style: str, **more: str) -> None:
        self.cells.append(Cell(self.row, column, content, self.book.style(style, **more)))

    def read(self, column: int, address: str, value: Value | None, style: str, **more: str) -> None:
        """A cell that shows another one of the rule's sheet; None where that has no value."""
        formula = None if value is None else f"={self.source}!{address}"
        looks = self.book.style(style, **more)
        self.cells.append(Cell(self.row, column, formula, looks, value))

    def head(self, title: str) -> None:
        """Title and source, and a line for a name."""
        self.down(styles.TITLE_HEIGHT)
        self.put(0, title, "title_fitted")
        self.joined.append((self.row, 0, NAME_COLUMN - 1))
        self.put(NAME_COLUMN, "Name: " + "_" * 30, "name_line")
        self.joined.append((self.row, NAME_COLUMN, LAST))
        self.down()
        self.put(0, self.trace.table.rule.source, "source_fitted")
        self.joined.append((self.row, 0, LAST))

    def settings(self) -> None:
        """The inputs as they are set on the rule's sheet, but for what else is carried."""
        table = self.trace.table
        shown = {None, *table.parameters}
        values = [
            (name, value)
            for name, value in input_values(self.trace).items()
            if table.input(name).carried in shown
        ]
        for first in range(0, len(values), len(WIDTHS)):
            some = values[first : first + len(WIDTHS)]
            self.down(styles.LABEL_HEIGHT)
            for column, (name, _) in enumerate(some):
                self.put(column, name.replace("_", " "), "label")
            self.down()
            for column, (name, value) in enumerate(some):
                self.read(column, layout.input_address(table, name), value, "counter")

    def formulas(self) -> None:
        """A line for each formula; of the columns of several parameters those of the first."""
        table = self.trace.table
        self.down()
        before = False  # whether a short one stands alone on its line so far
        for name, expression in _formulas(table):
            runs = formula_runs(name, expression, self._symbol)
            length = sum(len(run.text) for run in runs)
            is_short = length <= HALF_LINE_CHARACTERS
            if is_short and before:
                first, last, before = RIGHT_HALF, LAST, False
            else:
                self.down(FORMULA_HEIGHT * math.ceil(length / LINE_CHARACTERS))
                first, last, before = 0, RIGHT_HALF - 1 if is_short else LAST, is_short
            self.put(first, self._rich(runs), "formula")
            self.joined.append((self.row, first, last))

    def room_for_charts(self) -> int:
        """Leave rows for two charts; returns the first of them."""
        self.down()
        first = self.row
        for _ in range(CHART_ROWS - 1):
            self.down()
        return first

    def table(self) -> None:
        """The first rows, each a column of the page; the last ones are to be filled in."""
        table = self.trace.table
        self.down()
        for column, words in enumerate(["", "", *(f"row {row}" for row in ROWS)]):
            self.put(column, words or None, "header")
        given = (*table.counters, *table.point, "t")
        for name in table.names:
            self.down()
            self.put(0, name, "ruled_name")
            symbol = symbol_runs(self._symbol(name))
            self.put(1, self._rich(symbol), f"symbol_{symbol[0].stands}")
            shown = {} if name in given else {"num_format": number_format(table, name)}
            if name not in given:
                self.ranges[name] = f"C{self.row}:{layout.letters(LAST)}{self.row}"
            for column, row in enumerate(ROWS, 2):
                if row > GIVEN_ROWS and name not in given:
                    self.put(column, None, "blank")
                else:
                    address = layout.cell(table, name, row)
                    self.read(column, address, self._value(name, row), "ruled", **shown)

    def _value(self, name: str, row: int) -> Value | None:
        if row > self.trace.rows:
            return None
        return (self.errors and self.errors.row(name, row)) or self.trace.value(name, row)

    def _symbol(self, name: str) -> str:
        return latex(name, self.letters, self.trace.table)

    def _rich(self, runs: list[Piece]) -> Rich:
        return Rich(tuple((self.book.style(f"formula_{run.stands}"), run.text) for run in runs))


def _formulas(table: Table) -> Iterator[tuple[str, ast.expr]]:
    """The columns with a formula of their own.

    Left out is what is only taken over from the row above, and what another parameter has too.
    """
    seen = set()
    for column in table.columns:
        if column.expression is None or isinstance(column.expression, ast.Name):
            continue
        shape = _shape(table, column)
        if shape not in seen:
            seen.add(shape)
            yield column.name, column.expression


def _shape(table: Table, column: Column) -> str:
    """A column's formula with the words for those names that its own parameter has."""

    def word(name: str) -> str:
        base, parameter = table.part(name.removesuffix("_prev"))
        own = parameter is not None and parameter == column.part.parameter
        return f"{base} of it{name[len(name.removesuffix('_prev')) :]}" if own else name

    assert column.expression is not None
    return f"{word(column.name)} = {infix(column.expression, word, TEXT)}"
