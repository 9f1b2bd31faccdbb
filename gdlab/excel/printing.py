"""How a rule's sheet is shown, printed and guarded."""

import math
from collections.abc import Mapping, Sequence

from xlsxwriter.utility import quote_sheetname, xl_range_abs

from gdlab.core.columns import Table
from gdlab.core.layout import (
    HEADER_ROW,
    LABEL_ROW,
    SOURCE_ROW,
    START_ROW,
    STATUS_ROW,
    SYMBOL_ROW,
    TITLE_ROW,
    letters,
    rows_block,
    sections,
)
from gdlab.core.trace import Trace
from gdlab.excel import styles
from gdlab.excel.charts import charts_column, head_heights
from gdlab.excel.epochs import first_column
from gdlab.excel.rows import number_format
from gdlab.excel.writer import Sheet, Workbook

# Type of 11 points is printed with 8 at least.
LEAST_SCALE = 8 / 11


def set_widths(sheet: Sheet, trace: Trace, live: bool, decimals: int | None) -> None:
    """Widths of columns and heights of rows; to be called before cells are written.

    With fixed ``decimals`` a column is as wide as its longest number, or it would show ####.
    """
    table = trace.table
    sheet.set_row(0, styles.TITLE_HEIGHT)
    status, label = head_heights(trace) if live else (styles.ROW_HEIGHT, styles.LABEL_HEIGHT)
    sheet.set_row(STATUS_ROW - 1, status)
    sheet.set_row(LABEL_ROW - 1, label)
    if live:
        for row in (TITLE_ROW, SOURCE_ROW, STATUS_ROW):
            sheet.join(row, 0, charts_column(trace) - 1)
    sheet.set_row(HEADER_ROW - 1, styles.HEADER_HEIGHT)
    # A section folds up to its last column: the loss, the last gradient.
    folded = {column for columns in sections(table).values() for column in columns[:-1]}
    for column, name in enumerate(table.names):
        if name in (*table.counters, "t"):
            width = styles.COUNTER_WIDTH
        elif name in table.point:
            width = styles.POINT_WIDTH
        else:
            width = styles.width_of(name)
            if decimals is not None:
                longest = max(len(f"{number:.{decimals}f}") for number in trace.column(name))
                width = max(width, longest + styles.NUMBER_MARGIN)
        sheet.set_column(column, column, width, None, {"level": 1} if column in folded else {})
    if live:
        sheet.set_column(len(table.names), len(table.names), styles.GAP_WIDTH)
        for column, name in enumerate(table.epoch_names, first_column(trace)):
            sheet.set_column(column, column, styles.width_of(name))
    sheet.freeze_panes(HEADER_ROW, len(table.counters))


def _pages_across(trace: Trace) -> int:
    """So many pages beside each other that the rows' type is not too small to read."""
    narrow = len(trace.table.counters)
    wide = narrow * styles.COUNTER_WIDTH + sum(map(styles.width_of, trace.table.names[narrow:]))
    return math.ceil(LEAST_SCALE * wide / styles.PAGE_CHARACTERS)


def mark_explosions(book: Workbook, sheet: Sheet, trace: Trace, live: bool) -> None:
    """Mark errors, and numbers on their way there, in the rows and in the epoch table."""
    table, first = trace.table, first_column(trace)
    mark_block(book, sheet, START_ROW + trace.rows, len(table.counters), len(table.names) - 1)
    if live and table.point:
        last = first + len(table.epoch_names) - 1
        mark_block(book, sheet, START_ROW + trace.n_epochs, first + 1, last)
    if live:
        numbers = (name for name in table.computed if name != "t")
        ranges = {name: rows_block(table, name, trace.rows) for name in numbers}
        shorten(book, sheet, ranges, table)


def shorten(book: Workbook, sheet: Sheet, ranges: Mapping[str, str], table: Table) -> None:
    """Show numbers that do not fit as powers of ten, in the ranges of a table's columns."""
    for shown, limit in styles.LONG.items():
        some = [cells for name, cells in ranges.items() if number_format(table, name) == shown]
        if some:
            shorten_cells(book, sheet, some, limit)


def shorten_cells(book: Workbook, sheet: Sheet, ranges: Sequence[str], limit: float) -> None:
    """Show numbers from ``limit`` on as powers of ten; the first range is the upper left one."""
    corner = ranges[0].split(":")[0]
    rule = {
        "type": "formula",
        "criteria": f"=AND(ISNUMBER({corner}),ABS({corner})>={limit:.0f})",
        "format": book.style("long"),
        "multi_range": " ".join(ranges),
    }
    sheet.conditional_format(ranges[0], rule)


def mark_block(book: Workbook, sheet: Sheet, bottom: int, first: int, last: int) -> None:
    """Mark errors and huge numbers from the first row down to ``bottom``, between two columns."""
    corner = f"{letters(first)}{START_ROW + 1}"
    for style, test in (
        ("exploded", f"ISERROR({corner})"),
        ("huge", f"AND(ISNUMBER({corner}),ABS({corner})>{styles.HUGE:E})"),
    ):
        rule = {
            "type": "formula",
            "criteria": f"={test}",
            "format": book.style(style),
            "stop_if_true": True,
        }
        sheet.conditional_format(START_ROW, first, bottom - 1, last, rule)


def set_print(book: Workbook, sheet: Sheet, trace: Trace, live: bool) -> None:
    """Landscape, heads repeated, epochs apart; as wide as 8 points of type need."""
    sheet.set_landscape()
    sheet.set_paper(styles.PAPER_SIZE)
    sheet.set_margins(0.4, 0.4, 0.5, 0.6)
    sheet.fit_to_pages(_pages_across(trace), 0)
    sheet.repeat_rows(SYMBOL_ROW - 1, HEADER_ROW - 1)
    # Rows and columns are then known on every page, as formulas name them.
    sheet.print_row_col_headers()
    sheet.set_footer("&L&F, &A&RPage &P of &N")
    name = quote_sheetname(sheet.get_name())
    table = trace.table
    areas = [xl_range_abs(0, 0, START_ROW + trace.rows - 1, len(table.names) - 1)]
    if live and table.point:
        left = first_column(trace)
        right = left + len(table.epoch_names) - 1
        areas.append(xl_range_abs(LABEL_ROW - 2, left, START_ROW + trace.n_epochs - 1, right))
    # XlsxWriter's own print_area takes one range only.
    book.define_name(f"{name}!_xlnm.Print_Area", "=" + ",".join(f"{name}!{a}" for a in areas))
