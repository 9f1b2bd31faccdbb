"""Runs beside each other on one sheet: the same rows, a block of columns per rule.

The counters and the points stand once, left of all blocks. Rows and addresses of heads and inputs
are those of a rule's own sheet; an input is referred to by its address, because a name can stand
only once on a sheet.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from gdlab.core.columns import ABOVE, COUNT, COUNTERS, OWN
from gdlab.core.layout import (
    HEADER_ROW,
    INPUT_ROW,
    LABEL_ROW,
    START_ROW,
    SYMBOL_ROW,
    count,
    letters,
    points_block,
)
from gdlab.core.symbols import text
from gdlab.core.trace import Trace
from gdlab.excel import styles
from gdlab.excel.errors import Errors
from gdlab.excel.inputs import input_values
from gdlab.excel.writer import Cell, Sheet, Workbook
from gdlab.language.infix import excel

RULE_ROW, RULE_SOURCE_ROW = 2, 3


@dataclass(frozen=True)
class Block:
    """A run in the columns from ``left`` on; the shared columns begin at ``shared``."""

    trace: Trace
    errors: Errors | None
    shared: int
    left: int

    @property
    def shared_names(self) -> tuple[str, ...]:
        """The columns that all blocks have in common."""
        return (*COUNTERS, *self.trace.table.point)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns that the block has of its own."""
        return tuple(name for name in self.trace.table.names if name not in self.shared_names)

    @property
    def right(self) -> int:
        """The last column, that of a column or of an input."""
        return self.left + max(len(self.names), len(input_values(self.trace))) - 1

    def letters(self, name: str) -> str:
        """The letters of a column, its own or a shared one."""
        if name in self.shared_names:
            return f"${letters(self.shared + self.shared_names.index(name))}"
        return letters(self.left + self.names.index(name))

    def input(self, name: str) -> str:
        """The address of an input."""
        return f"${letters(self.left + list(input_values(self.trace)).index(name))}${INPUT_ROW}"

    def last(self, parameter: str) -> str:
        """The formula of a parameter after the last row."""
        return f"={self.letters(self.trace.table.carrier(parameter))}{START_ROW + self.trace.rows}"

    def rmse(self, epoch: int) -> str:
        """The formula of an epoch's RMSE."""
        samples, loss = self.trace.samples, self.letters(self.trace.table.loss)
        first, last = START_ROW + (epoch - 1) * samples + 1, START_ROW + epoch * samples
        return f"=SQRT(AVERAGE({loss}{first}:{loss}{last}))"

    def shape(self, name: str) -> str:
        """The formulas of a column, with {row} and {above} for the row numbers."""

        def put(word: str) -> str:
            kind, found = table.resolve(word)
            if kind == OWN:
                return self.letters(found) + "{row}"
            if kind == ABOVE:
                return self.letters(found) + "{above}"
            return count(table, self.trace.samples) if kind == COUNT else self.input(found)

        table = self.trace.table
        expression = table.column(name).expression
        assert expression is not None
        return excel(expression, put)

    def widths(self) -> Iterator[tuple[int, float]]:
        """The widths of the columns, the shared ones and the gap before the block included."""
        for column, name in enumerate(self.shared_names, self.shared):
            yield column, styles.COUNTER_WIDTH if name in COUNTERS else styles.POINT_WIDTH
        yield self.left - 1, styles.GAP_WIDTH
        names = [*self.names, *[""] * (self.right + 1 - self.left - len(self.names))]
        for column, name in enumerate(names, self.left):
            yield column, styles.width_of(name)


def block_cells(book: Workbook, blocks: Sequence[Block], symbols: str) -> list[Cell]:
    """The heads, inputs and start rows of all blocks, and the shared columns' heads."""
    header, symbol, start = book.style("header"), book.style("symbol"), book.style("start")
    cells = []
    shared = blocks[0].trace.table
    for column, name in enumerate(blocks[0].shared_names, blocks[0].shared):
        cells.append(Cell(HEADER_ROW, column, name, header))
        cells.append(
            Cell(SYMBOL_ROW, column, text(name, symbols, shared).replace("_", " "), symbol)
        )
        cells.append(Cell(START_ROW, column, "start" if name == "epoch" else None, start))
    for block in blocks:
        run, table = block.trace, block.trace.table
        cells.append(Cell(RULE_ROW, block.left, run.rule, book.style("subtitle")))
        cells.append(Cell(RULE_SOURCE_ROW, block.left, table.rule.source, book.style("source")))
        for column, (name, value) in enumerate(input_values(run).items(), block.left):
            cells.append(Cell(LABEL_ROW, column, name.replace("_", " "), book.style("label")))
            cells.append(Cell(INPUT_ROW, column, value, book.style("input")))
        carried = {table.carrier(name): name for name in run.start}
        for column, name in enumerate(block.names, block.left):
            cells.append(
                Cell(SYMBOL_ROW, column, text(name, symbols, table).replace("_", " "), symbol)
            )
            cells.append(Cell(HEADER_ROW, column, name, header))
            if name in carried:
                value = run.start[carried[name]]
                formula = f"={block.input(table.start_inputs[carried[name]])}"
                cells.append(Cell(START_ROW, column, formula, start, value))
            else:
                cells.append(Cell(START_ROW, column, None, start))
    return cells


def row_writer(book: Workbook, sheet: Sheet, blocks: Sequence[Block]) -> Callable[[int], None]:
    """A function that writes one row (from 1) of all blocks and of the shared columns."""
    if not blocks:
        return lambda row: None
    run = blocks[0].trace
    shared = [
        (column, name, run.column(name))
        for column, name in enumerate(blocks[0].shared_names, blocks[0].shared)
    ]
    own = [
        (column, name, block.shape(name), block.trace.column(name), block.errors)
        for block in blocks
        for column, name in enumerate(block.names, block.left)
    ]
    sample = blocks[0].letters("sample")
    looks = {name: (book.style(name), book.style(f"{name}_last")) for name in ("counter", "number")}

    def write(row: int) -> None:
        last, at = row % run.samples == 0, START_ROW + row
        counter, number = (pair[last] for pair in looks.values())
        for column, name, values in shared:
            value = values[row - 1].item()
            if name in run.table.point:
                formula = f"=INDEX({points_block(run.table, name, run.samples)},{sample}{at})"
                sheet.formula(at, column, formula, counter, value)
            else:
                sheet.number(at, column, value, counter)
        for column, name, shape, values, errors in own:
            shown = (errors and errors.row(name, row)) or values[row - 1].item()
            sheet.formula(at, column, shape.format(row=at, above=at - 1), number, shown)

    return write
