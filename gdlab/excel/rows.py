"""The rows of a rule's sheet, one per sample: the long part, written row by row."""

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from xlsxwriter.format import Format

from gdlab.core.columns import Table
from gdlab.core.layout import START_ROW, row_numbers, shape
from gdlab.core.trace import Trace
from gdlab.excel.errors import Errors
from gdlab.excel.styles import FIXED, FIXED_SMALL, decimals_format
from gdlab.excel.writer import Cell, Sheet, Value, Workbook

# So many rows are turned into Python numbers at a time.
ROWS_WRITTEN_AT_ONCE = 2_000


class ColumnStyle(NamedTuple):
    """How one column is written: its formulas' shape, its style, and that under an epoch."""

    name: str
    shape: str | None
    style: Format
    last_style: Format


def write_rows(
    book: Workbook,
    sheet: Sheet,
    trace: Trace,
    errors: Errors | None,
    live: bool,
    blank: Collection[tuple[int, str]],
    decimals: int | None,
    beside: Callable[[int], list[Cell]] | None,
) -> None:
    """Write all rows; ``beside`` gives what stands right of them, in as many rows as epochs."""
    columns = [_written(book, trace, name, live, decimals) for name in trace.table.names]
    empty = book.style("blank")
    for row, numbers in enumerate(_numbers(trace), 1):
        if beside and row <= trace.n_epochs:
            sheet.put(beside(row))
        row_of = row_numbers(row, trace.samples)
        under = row % trace.samples == 0
        for column, (written, number) in enumerate(zip(columns, numbers, strict=True)):
            style = written.last_style if under else written.style
            value: Value = (errors and errors.row(written.name, row)) or number
            if blank and (row, written.name) in blank:
                sheet.write_blank(START_ROW + row - 1, column, None, empty)
            elif written.shape:
                sheet.formula(
                    START_ROW + row, column, written.shape.format_map(row_of), style, value
                )
            elif isinstance(value, str):
                sheet.write_string(START_ROW + row - 1, column, value, style)
            else:
                sheet.number(START_ROW + row, column, value, style)


def _written(
    book: Workbook, trace: Trace, name: str, live: bool, decimals: int | None
) -> ColumnStyle:
    table = trace.table
    computed = name not in (*table.counters, *table.point, "t")
    more = {}
    if computed and decimals is not None:
        more["num_format"] = decimals_format(decimals)
    elif computed and live:
        more["num_format"] = number_format(table, name)
    style = "number" if computed else "counter"
    return ColumnStyle(
        name,
        shape(table, name, trace.samples) if live else None,
        book.style(style, **more),
        book.style(f"{style}_last", **more),
    )


def number_format(table: Table, name: str) -> str:
    """How a computed column's numbers are shown: as many decimals in each of its cells."""
    small = (*table.parameters, *table.new.values(), table.rate)
    is_small = name in small or table.part(name).base == "step"
    return FIXED_SMALL if is_small else FIXED


def _numbers(trace: Trace) -> Iterator[tuple[float, ...]]:
    """The rows' numbers, row by row."""
    for first in range(0, trace.rows, ROWS_WRITTEN_AT_ONCE):
        columns = [
            trace.column(name, first, first + ROWS_WRITTEN_AT_ONCE) for name in trace.table.names
        ]
        yield from zip(*(column.tolist() for column in columns), strict=True)
