"""The sheet ``compare``: every rule on the same points and epochs, and how each one fares.

A rule with a sheet of its own is read from there. The others run on this sheet, right of the chart
(:mod:`gdlab.excel.blocks`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter.utility import quote_sheetname

from gdlab.core import layout
from gdlab.core.columns import COUNTERS
from gdlab.core.layout import HEADER_ROW, INPUT_ROW, LABEL_ROW, START_ROW, SYMBOL_ROW, letters
from gdlab.core.looks import looks
from gdlab.core.points import LESSON_INTERCEPT, LESSON_SLOPE
from gdlab.core.trace import Trace
from gdlab.excel import styles
from gdlab.excel.blocks import Block, block_cells, row_writer
from gdlab.excel.charts import EPOCHS_CHART, chart_of, line, marker
from gdlab.excel.data import truth_address
from gdlab.excel.errors import Errors, epoch_value, errors_of
from gdlab.excel.inputs import input_check, input_values, validation
from gdlab.excel.printing import mark_block, shorten_cells
from gdlab.excel.writer import Cell, Sheet, Value, Workbook

COMPARE_SHEET = "compare"
# An RMSE that some rules get under within the lesson's five epochs, and some do not.
THRESHOLD, THRESHOLD_CELL = 16.0, f"$A${INPUT_ROW}"
SUMMARY = ("rule", "lr", "intercept", "slope", "distance", "rmse", "epochs until")
NOTES = {
    "lr": "The learning rate that the rule starts with, read from its inputs.",
    "distance": "How far the last intercept and slope are from the true ones on the sheet data.",
    "rmse": "The root of the mean squared error of the last epoch.",
    "epochs until": "The first epoch whose RMSE is under the threshold in A5.",
}
NOT_YET = "not yet"
RULE_WIDTH, SUMMARY_WIDTH, RMSE_WIDTH = 28, 11.5, 10.5
FIRST_RMSE = len(SUMMARY) + 1
CHART_WIDTH, CHART_HEIGHT = 1060, 480


@dataclass(frozen=True)
class Entry:
    """One line of the comparison: a run, and where it is read: a sheet as formulas name it."""

    label: str
    trace: Trace
    errors: Errors | None
    sheet: str | None = None
    block: Block | None = None

    def rmse(self, epoch: int) -> str:
        """The formula of an epoch's RMSE."""
        if self.block:
            return self.block.rmse(epoch)
        letters = layout.epoch_letters(self.trace.table, "rmse")
        return f"={self.sheet}!${letters}${START_ROW + epoch}"

    def last(self, parameter: str) -> str:
        """The formula of a parameter after the last row."""
        if self.block:
            return self.block.last(parameter)
        letters = layout.epoch_letters(self.trace.table, parameter)
        return f"={self.sheet}!${letters}${START_ROW + self.trace.n_epochs}"

    def rate(self) -> str | None:
        """The formula of the learning rate; None for a rule without one."""
        names = [name for name in input_values(self.trace) if name in ("lr", "start_lr")]
        if not names:
            return None
        if self.block:
            return f"={self.block.input(names[0])}"
        return f"={self.sheet}!{layout.input_address(self.trace.table, names[0])}"


def write_compare(
    book: Workbook, lessons: Mapping[str, Trace], others: Sequence[Trace], symbols: str = "mb"
) -> Sheet:
    """Write the comparison of the lessons' sheets and of other rules, all over as many epochs."""
    sheet = book.add_sheet(COMPARE_SHEET)
    entries = [
        Entry(
            f"{name} ({run.rule})" if name != run.rule else name,
            run,
            errors_of(run),
            quote_sheetname(name),
        )
        for name, run in lessons.items()
    ]
    epochs = entries[0].trace.n_epochs
    first = left = FIRST_RMSE + epochs + 1
    left += len((*COUNTERS, *entries[0].trace.table.point)) + 1
    for run in others:
        block = Block(run, errors_of(run), first, left)
        entries.append(Entry(run.rule, run, block.errors, block=block))
        left = block.right + 2
    blocks = [entry.block for entry in entries if entry.block]
    _set_looks(sheet, epochs, blocks)
    cells = _heads(book, epochs)
    for row, entry in enumerate(entries, START_ROW + 1):
        cells += _entry_cells(book, row, entry)
    if blocks:
        cells += block_cells(book, blocks, symbols)
    _write(book, sheet, cells, blocks)
    _add_checks(book, sheet, len(entries), epochs, blocks, symbols)
    # With a line for every rule there is, none is found.
    _add_chart(book, sheet, len(entries), entries[: len(lessons)], epochs)
    sheet.guard()
    return sheet


def _set_looks(sheet: Sheet, epochs: int, blocks: Sequence[Block]) -> None:
    sheet.set_row(0, styles.TITLE_HEIGHT)
    sheet.set_row(LABEL_ROW - 1, styles.LABEL_HEIGHT)
    sheet.set_row(HEADER_ROW - 1, styles.HEADER_HEIGHT)
    sheet.set_column(0, 0, RULE_WIDTH)
    sheet.set_column(1, len(SUMMARY) - 1, SUMMARY_WIDTH)
    sheet.set_column(len(SUMMARY), len(SUMMARY), styles.GAP_WIDTH)
    sheet.set_column(FIRST_RMSE, FIRST_RMSE + epochs - 1, RMSE_WIDTH)
    for block in blocks:
        for column, width in block.widths():
            sheet.set_column(column, column, width)
    sheet.freeze_panes(HEADER_ROW, 1)
    sheet.set_landscape()
    sheet.set_paper(styles.PAPER_SIZE)
    sheet.set_margins(0.4, 0.4, 0.5, 0.6)
    sheet.fit_to_pages(1, 1)
    sheet.set_footer("&L&F, &A&RPage &P of &N")


def _heads(book: Workbook, epochs: int) -> list[Cell]:
    header, symbol = book.style("header"), book.style("symbol")
    said = "The same points, as many epochs, each rule with the rate that stands in its inputs."
    return [
        Cell(1, 0, "All rules side by side", book.style("title")),
        Cell(2, 0, said, book.style("source")),
        Cell(LABEL_ROW, 0, "threshold for the RMSE", book.style("label")),
        Cell(INPUT_ROW, 0, THRESHOLD, book.style("input")),
        *(Cell(HEADER_ROW, column, name, header) for column, name in enumerate(SUMMARY)),
        Cell(SYMBOL_ROW, FIRST_RMSE, "RMSE of epoch", symbol),
        *(Cell(SYMBOL_ROW, FIRST_RMSE + epoch, None, symbol) for epoch in range(1, epochs)),
        *(Cell(HEADER_ROW, FIRST_RMSE + epoch, epoch + 1, header) for epoch in range(epochs)),
    ]


def _entry_cells(book: Workbook, row: int, entry: Entry) -> list[Cell]:
    run, figure, counter = entry.trace, book.style("figure"), book.style("counter")
    rate = entry.rate()
    last = [epoch_value(run, entry.errors, name, run.n_epochs) for name in run.table.parameters]
    rmse = [epoch_value(run, entry.errors, "rmse", epoch) for epoch in range(1, run.n_epochs + 1)]
    truths = [truth_address(parameter) for parameter in run.table.parameters]
    across = f"(C{row}-{truths[0]})*(C{row}-{truths[0]})"
    up = f"(D{row}-{truths[1]})*(D{row}-{truths[1]})"
    span = f"{letters(FIRST_RMSE)}{row}:{letters(FIRST_RMSE + run.n_epochs - 1)}{row}"
    until = f'=IFERROR(MATCH(TRUE,INDEX({span}<{THRESHOLD_CELL},0),0),"{NOT_YET}")'
    cells = [
        Cell(row, 0, entry.label, book.style("name")),
        Cell(row, 1, rate, counter, run.hyper["lr"]) if rate else Cell(row, 1, "none", counter),
        Cell(row, 2, entry.last(run.table.parameters[0]), figure, last[0]),
        Cell(row, 3, entry.last(run.table.parameters[1]), figure, last[1]),
        Cell(row, 4, f"=SQRT({across}+{up})", figure, _distance(last)),
        Cell(row, 5, f"={letters(FIRST_RMSE + run.n_epochs - 1)}{row}", figure, rmse[-1]),
        Cell(row, 6, until, counter, _until(rmse)),
    ]
    for epoch, value in enumerate(rmse, 1):
        cells.append(Cell(row, FIRST_RMSE + epoch - 1, entry.rmse(epoch), figure, value))
    return cells


def _distance(last: Sequence[Value]) -> Value:
    intercept, slope = last
    if isinstance(intercept, str) or isinstance(slope, str):
        return intercept if isinstance(intercept, str) else slope
    across, up = intercept - LESSON_INTERCEPT, slope - LESSON_SLOPE
    distance = math.sqrt(across * across + up * up)
    return distance if math.isfinite(distance) else "#NUM!"


def _until(rmse: Sequence[Value]) -> Value:
    for epoch, value in enumerate(rmse, 1):
        if not isinstance(value, str) and value < THRESHOLD:
            return epoch
    return NOT_YET


def _write(book: Workbook, sheet: Sheet, cells: list[Cell], blocks: Sequence[Block]) -> None:
    """Write cells and the blocks' rows together, in the order of rows that streaming asks for."""
    write_row = row_writer(book, sheet, blocks)
    rows = blocks[0].trace.rows if blocks else 0
    by_row: dict[int, list[Cell]] = {}
    for cell in cells:
        by_row.setdefault(cell.row, []).append(cell)
    for row in range(1, max(START_ROW + rows, *by_row) + 1):
        sheet.put(by_row.get(row, ()))
        if START_ROW < row <= START_ROW + rows:
            write_row(row - START_ROW)


def _add_checks(
    book: Workbook, sheet: Sheet, count: int, epochs: int, blocks: Sequence[Block], symbols: str
) -> None:
    """What may stand in the inputs, notes, marks where numbers explode, and what is printed."""
    check = validation("threshold")
    sheet.data_validation(INPUT_ROW - 1, 0, INPUT_ROW - 1, 0, check)
    for column, name in enumerate(SUMMARY):
        if name in NOTES:
            sheet.note(HEADER_ROW, column, NOTES[name])
    spans = [(2, FIRST_RMSE + epochs - 1, START_ROW + count)]
    for block in blocks:
        for column, name in enumerate(input_values(block.trace), block.left):
            check = input_check(block.trace, name)
            sheet.data_validation(INPUT_ROW - 1, column, INPUT_ROW - 1, column, check)
        for column, name in enumerate(block.names, block.left):
            sheet.note(HEADER_ROW, column, block.trace.explain(1, name, symbols).symbols)
        spans.append((block.left, block.right, START_ROW + block.trace.rows))
    for first, last, bottom in spans:
        mark_block(book, sheet, bottom, first, last)
    figures = f"C{START_ROW + 1}:{letters(FIRST_RMSE + epochs - 1)}{START_ROW + count}"
    shorten_cells(book, sheet, [figures], styles.LONG[styles.FIXED])
    sheet.print_area(0, 0, START_ROW + count + 2 + CHART_HEIGHT // 20, FIRST_RMSE + epochs)


def _add_chart(
    book: Workbook, sheet: Sheet, count: int, drawn: Sequence[Entry], epochs: int
) -> None:
    """The chart of ``drawn``, the first of ``count`` rules, below them all."""
    title = "RMSE by epoch: the rules that have a sheet"
    chart = chart_of(book, EPOCHS_CHART, title, ("epoch", "RMSE, in units of y"))
    span = (FIRST_RMSE, FIRST_RMSE + epochs - 1)
    for index, look in enumerate(looks([entry.trace.rule for entry in drawn])):
        row = START_ROW + index
        chart.add_series(
            {
                "name": [COMPARE_SHEET, row, 0],
                "categories": [COMPARE_SHEET, HEADER_ROW - 1, span[0], HEADER_ROW - 1, span[1]],
                "values": [COMPARE_SHEET, row, span[0], row, span[1]],
                "line": line(look),
                "marker": marker(look),
            }
        )
    chart.set_size({"width": CHART_WIDTH, "height": CHART_HEIGHT})
    chart.set_legend({"position": "right"})
    sheet.insert_chart(
        START_ROW + count + 1,
        0,
        chart,
        {
            "object_position": 2,
            "description": "Line chart: the RMSE by epoch of the rules with a sheet of their own.",
        },
    )
