"""The workbook of one rule: its sheet, a page to print, and the points that both read."""

from collections.abc import Mapping
from pathlib import Path

from gdlab.core.files import check_workbook_name
from gdlab.core.layout import DATA_SHEET
from gdlab.core.model import LINE
from gdlab.core.points import LESSON_INTERCEPT, LESSON_SLOPE
from gdlab.core.symbols import refuse_letters
from gdlab.core.trace import Trace
from gdlab.excel.data import write_data
from gdlab.excel.handout import write_handout
from gdlab.excel.sheet import default_title, refuse_too_long, write_sheet
from gdlab.excel.writer import Workbook, writing

# A sheet of more rows than this is written row by row, with one row of it in memory.
STREAM_FROM = 20_000


def write_trace(
    trace: Trace,
    path: str | Path,
    *,
    letters: str = "mb",
    title: str | None = None,
    name: str | None = None,
    notes: Mapping[str, str] | None = None,
) -> Path:
    """Write a trace as a workbook with live formulas and their values; returns the path.

    ``letters`` are those of the line in symbols: "mb" or, as the lessons' workbook, "ab". The sheet
    is called ``name``, by default as the rule. ``notes`` go behind the notes on the columns'
    headers. Raises ValueError, before anything is written, for more rows than a sheet has, for
    other letters, and for a path that does not end in .xlsx.
    """
    refuse_too_long(trace)
    refuse_letters(letters)
    check_workbook_name(path)
    name = name or trace.rule
    if name.lower() == DATA_SHEET:
        name = f"{name}_rule"
    with writing(path, streaming=trace.rows > STREAM_FROM) as book:
        write_sheet(book, trace, name, letters=letters, title=title, notes=notes)
        write_handout(book, trace, name, title or default_title(trace, letters), letters)
        if trace.table.point:
            write_data(book, trace.table.point, trace.points, truth_of(trace), letters)
    return Path(path)


def write_sheets(
    book: Workbook, runs: Mapping[str, Trace], guests: Mapping[str, Trace] | None = None
) -> list[str]:
    """Write a sheet for each run, the handouts of those that fit on a page, and the points.

    The ``guests``, further runs, have a sheet each behind them. Returns the sheets' names in order.
    """
    one = next(iter(runs.values()))
    sheets = {
        f"{name}_rule" if name.lower() == DATA_SHEET else name: run for name, run in runs.items()
    }
    for name, run in sheets.items():
        write_sheet(book, run, name)
    handouts = [write_handout(book, run, name, default_title(run)) for name, run in sheets.items()]
    points = [DATA_SHEET] if one.table.point else []
    if points:
        write_data(book, one.table.point, one.points, truth_of(one))
    guests = guests or {}
    for name, run in guests.items():
        write_sheet(book, run, name)
    return [*sheets, *(name for name in handouts if name), *points, *guests]


def truth_of(trace: Trace) -> tuple[float, float] | None:
    """The lesson's true intercept and slope where all points lie exactly on that line."""
    if trace.table.model.name != LINE:
        return None
    x, y = trace.points
    on_line = all(b == LESSON_INTERCEPT + LESSON_SLOPE * a for a, b in zip(x, y, strict=True))
    return (LESSON_INTERCEPT, LESSON_SLOPE) if on_line else None
