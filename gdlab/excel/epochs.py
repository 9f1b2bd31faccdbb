"""The epoch table beside the rows, and above it the line that the parameters have reached."""

from collections.abc import Callable

from gdlab.core.layout import (
    HEADER_ROW,
    INPUT_ROW,
    LABEL_ROW,
    START_ROW,
    SYMBOL_ROW,
    epoch_formula,
    epoch_letters,
    letters,
    points_block,
    rows_block,
)
from gdlab.core.symbols import text
from gdlab.core.trace import Trace
from gdlab.excel.errors import Errors
from gdlab.excel.writer import Cell, Value, Workbook
from gdlab.language.infix import TEXT, infix

# Symbols of the figures; the lesson's own, called RMSE there, is labelled as what it is.
SYMBOLS = {"mse": "mean of e²", "rmse": "√mse", "root_sum_err2": "√Σe²"}
# Above the table, two points of the line that the last parameters give.
LINE_ROWS = (LABEL_ROW, INPUT_ROW)


def first_column(trace: Trace) -> int:
    """The epoch table's first column, counted from 0."""
    return len(trace.table.columns) + 1


def epoch_heads(book: Workbook, trace: Trace, symbols: str) -> list[Cell]:
    """The table's symbols, headers and start row."""
    cells = []

    def shown(name: str) -> str:
        return text(name, symbols, trace.table)

    for column, name in enumerate(trace.table.epoch_names, first_column(trace)):
        symbol = SYMBOLS.get(trace.table.part(name).base) or shown(name).replace("_", " ")
        cells.append(Cell(SYMBOL_ROW, column, symbol, book.style("symbol")))
        cells.append(Cell(HEADER_ROW, column, name, book.style("header")))
        formula = epoch_formula(trace.table, name, 0, trace.samples)
        if formula:
            cells.append(
                Cell(START_ROW, column, formula, book.style("start"), trace.hyper[trace.table.rate])
            )
        elif name in trace.table.epoch_starts:
            start = trace.table.epoch_starts[name]
            cells.append(Cell(START_ROW, column, start, book.style("start")))
    return cells


def epoch_notes(trace: Trace, symbols: str) -> dict[int, str]:
    """What is said on the headers, by column: how each figure comes about."""
    table = trace.table
    figures = {
        "mean_loss": "The mean of the epoch's losses, each taken before its update.",
        "mse": "The mean of the epoch's squared errors, each taken before its update.",
        "rmse": f"The root of the mean squared error, in units of {table.point[-1]}.",
        "root_sum_err2": "The root of the SUM of the squared errors: the lesson's figure.",
    }
    said = {"epoch": "One pass over the points."}
    said |= {name: figures[base] for base, name in table.measures.items()}
    said[table.rate] = "The rate of the epoch: what the epoch before has set."

    def shown(name: str) -> str:
        return text(name, symbols, table)

    said |= {name: f"{shown(name)} after the epoch's last row." for name in table.parameters}
    for column in table.epoch_columns:
        assert column.expression is not None
        formula = infix(column.expression, shown, TEXT)
        said[column.name] = f"{shown(column.name)} = {formula}, after the epoch's last row."
    names = enumerate(table.epoch_names, first_column(trace))
    return {column: said[name] for column, name in names}


def epoch_row(book: Workbook, trace: Trace, errors: Errors | None) -> Callable[[int], list[Cell]]:
    """A function that gives the cells of an epoch's row (from 1)."""
    table = trace.table
    names = table.epoch_names
    values = {name: trace.epochs[name].to_numpy() for name in names}
    first, counter, number = first_column(trace), book.style("counter"), book.style("number")

    def cells(epoch: int) -> list[Cell]:
        found = []
        for column, name in enumerate(names, first):
            value: Value = values[name][epoch - 1].item()
            formula = epoch_formula(table, name, epoch, trace.samples)
            if errors and name != "epoch":
                value = errors.epoch(name, epoch) or value
            if formula:
                found.append(Cell(START_ROW + epoch, column, formula, number, value))
            else:
                found.append(Cell(START_ROW + epoch, column, value, counter))
        return found

    return cells


def line_cells(book: Workbook, trace: Trace, errors: Errors | None) -> list[Cell]:
    """The ends of the line that the last parameters give, for a chart to draw."""
    column = first_column(trace)
    intercept, slope = trace.table.parameters
    x = points_block(trace.table, trace.table.point[0], trace.samples)
    last = START_ROW + trace.n_epochs
    cells = [
        Cell(LINE_ROWS[0] - 1, column, "line: x", book.style("label")),
        Cell(LINE_ROWS[0] - 1, column + 1, "line: y", book.style("label")),
    ]
    for row, function in zip(LINE_ROWS, (min, max), strict=True):
        end = function(trace.points[0])
        at = f"{letters(column)}{row}"
        formula = (
            f"={epoch_letters(trace.table, intercept)}{last}"
            f"+{epoch_letters(trace.table, slope)}{last}*{at}"
        )
        value = line_value(trace, errors, end)
        number = book.style("number")
        cells.append(Cell(row, column, f"={function.__name__.upper()}({x})", number, end))
        cells.append(Cell(row, column + 1, formula, number, value))
    return cells


def line_value(trace: Trace, errors: Errors | None, x: float) -> Value:
    """The last line at ``x``, or the error that the sheet has for it."""
    intercept, slope = trace.table.parameters
    for parameter in (intercept, slope):
        error = errors and errors.epoch(parameter, trace.n_epochs)
        if error:
            return error
    value = trace.final[intercept] + trace.final[slope] * x
    return value if abs(value) < float("inf") else "#NUM!"


def difference_cells(
    book: Workbook, trace: Trace, symbols: str, errors: Errors | None
) -> list[Cell]:
    """Where gradients are estimated too: how far at most they lie from the exact ones."""
    table = trace.table
    column = first_column(trace) + 3
    cells = []
    for parameter in table.parameters:
        try:
            exact, estimate = (table.named(base, parameter) for base in ("grad", "est_grad"))
        except KeyError:
            continue
        one, two = (rows_block(table, name, trace.rows) for name in (exact, estimate))
        # Both ways round, because programs that take MAX of a range's differences may not take ABS.
        formula = f"=MAX(SUMPRODUCT(MAX({two}-{one})),SUMPRODUCT(MAX({one}-{two})))"
        value = _largest_difference(trace, errors, exact, estimate)
        label = f"largest error of {text(estimate, symbols, table)}"
        cells.append(Cell(LABEL_ROW, column, label, book.style("label")))
        cells.append(Cell(INPUT_ROW, column, formula, book.style("number"), value))
        column += 1
    return cells


def _largest_difference(trace: Trace, errors: Errors | None, exact: str, estimate: str) -> Value:
    for row in range(errors.first if errors else trace.rows + 1, trace.rows + 1):
        assert errors
        error = errors.row(estimate, row) or errors.row(exact, row)
        if error:
            return error
    return abs(trace.column(estimate) - trace.column(exact)).max().item()
