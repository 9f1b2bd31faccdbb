"""One rule's sheet, written from its trace at the addresses of :mod:`gdlab.core.layout`."""

from collections.abc import Collection, Mapping

from xlsxwriter.utility import quote_sheetname

from gdlab.core import layout
from gdlab.core.layout import (
    HEADER_ROW,
    INPUT_ROW,
    LABEL_ROW,
    SECTION_ROW,
    SOURCE_ROW,
    START_ROW,
    STATUS_ROW,
    SYMBOL_ROW,
    TITLE_ROW,
)
from gdlab.core.model import LINE
from gdlab.core.symbols import LETTERS, text
from gdlab.core.trace import Trace
from gdlab.excel.charts import add_charts
from gdlab.excel.epochs import (
    difference_cells,
    epoch_heads,
    epoch_notes,
    epoch_row,
    first_column,
    line_cells,
)
from gdlab.excel.errors import Errors, errors_of
from gdlab.excel.inputs import input_cells, name_inputs
from gdlab.excel.printing import mark_explosions, set_print, set_widths
from gdlab.excel.rows import write_rows
from gdlab.excel.writer import Cell, Link, Sheet, Workbook
from gdlab.language.infix import SHEET_ROWS


def refuse_too_long(trace: Trace) -> None:
    """ValueError where a trace has more rows than a sheet."""
    most = SHEET_ROWS - START_ROW
    if max(trace.rows, trace.samples) > most:
        raise ValueError(
            f"{trace.rows:,} rows do not fit on a sheet, which takes {most:,}; take fewer epochs, "
            f"or write csv or parquet: gdlab table {trace.rule} --format csv --out FILE.csv"
        )


def write_sheet(
    book: Workbook,
    trace: Trace,
    name: str,
    *,
    title: str | None = None,
    letters: str = "mb",
    live: bool = True,
    blank: Collection[tuple[int, str]] = frozenset(),
    decimals: int | None = None,
    notes: Mapping[str, str] | None = None,
) -> Sheet:
    """Write a rule's sheet: inputs, headers, a row per sample, the epoch table, charts.

    ``live`` cells are formulas with their values; otherwise they are plain numbers, without epochs
    and charts. The cells of ``blank``, as (row from 1, column), stay empty to be filled in.
    ``decimals`` are the digits shown after the point, by default all that fit. ``notes`` go
    behind the note on a column's header. Raises ValueError where there are more rows than fit.
    """
    refuse_too_long(trace)
    sheet = book.add_sheet(name)
    errors = errors_of(trace)
    set_widths(sheet, trace, live, decimals)
    cells = _top(book, trace, title or default_title(trace, letters), errors, live)
    if live and trace.table.point:
        cells.append(_to_epochs(book, sheet, trace))
    cells += input_cells(book, trace, live)
    cells += _heads(book, trace, letters)
    cells += _start(book, trace, live)
    beside = None
    if live and trace.table.point:
        if trace.table.model.name == LINE:
            cells += line_cells(book, trace, errors)
        cells += difference_cells(book, trace, letters, errors)
        cells += epoch_heads(book, trace, letters)
        beside = epoch_row(book, trace, errors)
        for column, said in epoch_notes(trace, letters).items():
            sheet.note(HEADER_ROW, column, said)
    sheet.put(cells)
    write_rows(book, sheet, trace, errors, live, blank, decimals, beside)
    name_inputs(book, sheet, trace, live)
    _write_notes(sheet, trace, letters, notes or {})
    mark_explosions(book, sheet, trace, live)
    if live:
        add_charts(book, sheet, trace, letters)
    set_print(book, sheet, trace, live)
    sheet.guard()
    return sheet


def default_title(trace: Trace, letters: str = "mb") -> str:
    """The rule, what it descends, and whatever else the run was given."""
    options = dict(trace.options)
    line = f"y = {LETTERS[letters]['slope']}*x + b"
    model = line if trace.table.model.name == LINE else trace.table.model.name
    for name in ("surface", "model"):
        options.pop(name, None)
    also = "".join(f", {name} {value}" for name, value in options.items())
    return f"{trace.rule}: {model}{also}"


def _top(book: Workbook, trace: Trace, title: str, errors: Errors | None, live: bool) -> list[Cell]:
    fitted = "_fitted" if live else ""
    cells = [
        Cell(TITLE_ROW, 0, title, book.style(f"title{fitted}")),
        Cell(SOURCE_ROW, 0, trace.table.rule.source, book.style(f"source{fitted}")),
        Cell(LABEL_ROW, 0, "Inputs", book.style("text")),
    ]
    if live:
        formula, value = _status(trace, errors)
        cells.append(Cell(STATUS_ROW, 0, formula, book.style("status"), value))
    return cells


def _to_epochs(book: Workbook, sheet: Sheet, trace: Trace) -> Cell:
    """The way to what stands out of sight, right of the rows."""
    address = f"{layout.letters(first_column(trace))}{SECTION_ROW}"
    link = Link("Epochs ▸", f"internal:{quote_sheetname(sheet.get_name())}!{address}")
    return Cell(INPUT_ROW, 0, link, book.style("link"))


ALL_FINITE = "All parameters are finite numbers."
EXPLODED = "The parameters are no longer numbers from row "


def _status(trace: Trace, errors: Errors | None) -> tuple[str, str]:
    """The line that says in words whether the numbers explode: its formula and its value.

    What helps a run that goes wrong is as it was when the workbook was written, and says so.
    """
    saved = f" As saved, {trace.advice}." if trace.advice else ""
    columns = [trace.table.carrier(parameter) for parameter in trace.table.parameters]
    counts = [f"COUNT({layout.rows_block(trace.table, name, trace.rows)})" for name in columns]
    count = f"MIN({','.join(counts)})"
    since = f'"{EXPLODED}"&({START_ROW + 1}+{count})&" on.{saved}"'
    formula = f'=IF({count}={trace.rows},"{ALL_FINITE}{saved}",{since})'
    if not errors or not any(errors.rows[name].any() for name in columns):
        return formula, ALL_FINITE + saved
    finite = min(trace.rows - int((errors.rows[name] > 0).sum()) for name in columns)
    return formula, f"{EXPLODED}{START_ROW + 1 + finite} on.{saved}"


def _heads(book: Workbook, trace: Trace, letters: str) -> list[Cell]:
    symbol, header = book.style("symbol"), book.style("header")
    cells = [
        Cell(SECTION_ROW, positions[0], name, book.style("label_left"))
        for name, positions in layout.sections(trace.table).items()
    ]
    for column, name in enumerate(trace.table.names):
        cells.append(
            Cell(SYMBOL_ROW, column, text(name, letters, trace.table).replace("_", " "), symbol)
        )
        cells.append(Cell(HEADER_ROW, column, name, header))
    return cells


def _start(book: Workbook, trace: Trace, live: bool) -> list[Cell]:
    """The row above the first: what it finds there."""
    table, style = trace.table, book.style("start")
    cells = [Cell(START_ROW, column, None, style) for column in range(len(table.names))]
    for name, number in trace.start.items():
        column = table.names.index(table.carrier(name))
        formula = f"={layout.defined_names(table)[table.start_inputs[name]]}"
        cells[column] = (
            Cell(START_ROW, column, formula, style, number)
            if live
            else Cell(START_ROW, column, number, style)
        )
    for name, number in table.counts.items():
        column = table.names.index(name)
        cells[column] = Cell(START_ROW, column, number, style)
    cells[0] = Cell(START_ROW, 0, "start", style)
    return cells


def _write_notes(sheet: Sheet, trace: Trace, letters: str, notes: Mapping[str, str]) -> None:
    """A note on every header: its formula in symbols, and whatever ``notes`` add."""
    for column, name in enumerate(trace.table.names):
        said = [trace.explain(1, name, letters).symbols, notes.get(name, "")]
        sheet.note(HEADER_ROW, column, "\n".join(filter(None, said)))
