"""The marked copy of a workbook: its values and looks, each judged cell with a sign and a note.

It is a new file; the learner's own is only read. Nothing in it is a formula, and text that a
spreadsheet program could take for one is put behind an apostrophe.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gdlab.core.words import harmless, plain, sheet_names
from gdlab.excel.styles import PAPER_SIZE
from gdlab.marking.grid import Grid, GridCell, is_number, read_grids
from gdlab.marking.handout import NAME_LABEL
from gdlab.marking.judge import EMPTY, FOLLOWS, RIGHT, UNEARNED, WRONG
from gdlab.marking.record import PRACTICE_SHEET
from gdlab.marking.report import STATUS_SIGNS, Marked, Report

if TYPE_CHECKING:
    from xlsxwriter.format import Format

    from gdlab.excel.writer import Sheet, Workbook

MARKS_SHEET = "marks"
COLUMN_WIDTH, LONGEST_HEADER, NOTE_WIDTH, SIGN_WIDTH = 12, 30, 320, 2
HEADS = ("cell", "row", "column", "mark", "written", "from your numbers", "why")
WIDTHS = (8, 6, 22, 12, 16, 18, 110)
MEANING = {
    RIGHT: "right",
    FOLLOWS: "follows correctly from your own earlier numbers, and counts",
    UNEARNED: "0, copied or rounded too far: it shows no computing, and counts nothing",
    WRONG: "wrong; the same mistake in every row of a column counts once",
    EMPTY: "empty",
}
LISTED = (WRONG, EMPTY, UNEARNED, FOLLOWS)
NUMBER_FORM = re.compile(r"[0#.,%]{1,20}")


def write_marked(report: Report, out: str | Path, grids: list[Grid] | None = None) -> Path:
    """Write the marked copy of the workbook that a report is about; returns its path.

    ``grids`` are its sheets where they have been read already.

    Raises ValueError where ``out`` is that workbook itself, or cannot be written.
    """
    if report.file is None:
        raise ValueError("only a workbook has a marked copy; this report is about a frame")
    own, place = Path(report.file), Path(out)
    if own.resolve() == place.resolve() or (place.exists() and place.samefile(own)):
        raise ValueError(f"{out} is the learner's own file, which is never changed; name another")
    try:
        grids = read_grids(own) if grids is None else grids
    except ValueError as error:
        raise ValueError(f"{own.name}: {error}") from None
    from gdlab.excel.writer import writing

    with writing(place) as book:
        names = sheet_names([MARKS_SHEET, *(grid.name for grid in grids)])
        _write_marks(book, names[0], report, learner_name(grids))
        for name, grid in zip(names[1:], grids, strict=True):
            cells = {cell.address: cell for cell in report.cells if cell.sheet == grid.name}
            _write_grid(book, name, grid, cells, report.hinting)
    return place


def learner_name(grids: list[Grid]) -> str:
    """What stands beside ``Your name`` on the practice sheet."""
    for grid in grids:
        if grid.name == PRACTICE_SHEET:
            for row in range(1, min(grid.rows, 20) + 1):
                if grid.text(row, 1) == NAME_LABEL:
                    return str(grid.value(row, 2) or "")
    return ""


def _write_marks(book: "Workbook", name: str, report: Report, learner: str) -> None:
    """The first sheet: the counts, what the signs mean, and every cell that is not right."""
    sheet = book.add_sheet(name)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, f"Marks: {report.rule}", book.style("title"))
    lines = [f"{NAME_LABEL}: {learner}"] if learner else []
    # Not where it lies on the teacher's machine.
    lines += [replace(report, file=Path(report.file or "").name).summary]
    lines += [f"Note: {note}" for note in report.notes]
    lines += ["This is a copy with values only; the workbook that was handed in is unchanged."]
    row = _write_lines(sheet, 2, lines, book.style("text"))
    for status, meaning in MEANING.items():
        sheet.write_string(row, 0, STATUS_SIGNS[status], book.style(status, align="center"))
        sheet.write_string(row, 1, meaning, book.style("text"))
        row += 1
    row += 1
    heads = [head for head in HEADS if not (report.hinting and head == "from your numbers")]
    for column, head in enumerate(heads):
        sheet.write_string(row, column, head, book.style("header", align="left"))
    sheet.repeat_rows(row)
    # The mistakes come before what follows from them.
    listed = [cell for status in LISTED for cell in report.cells if cell.status == status]
    for cell in listed:
        row += 1
        told = [_said(cell.written)] + ([] if report.hinting else [_said(cell.expected_from_yours)])
        mark = f"{STATUS_SIGNS[cell.status]} {cell.status}"
        why = (cell.hint if report.hinting else cell.because) or ""
        values = [cell.address, str(cell.row), cell.column, mark, *told, why]
        for column, value in enumerate(values):
            style = book.style(cell.status if column == heads.index("mark") else "text")
            if value:
                sheet.write_string(row, column, harmless(value), style)
    sheet.hide_gridlines(2)
    _set_print(sheet)


def _set_print(sheet: "Sheet") -> None:
    sheet.set_landscape()
    sheet.set_paper(PAPER_SIZE)
    sheet.fit_to_pages(1, 0)


def _write_lines(sheet: "Sheet", row: int, lines: Iterable[str], style: "Format") -> int:
    for line in lines:
        sheet.write_string(row, 0, harmless(line), style)
        row += 1
    return row + 1


def _said(value: float | str | None) -> str:
    if value is None:
        return ""
    # A number as text gets a true minus sign, which no program takes for a formula.
    return plain(value) if isinstance(value, str) else f"{value:.10g}".replace("-", "\u2212")


def _write_grid(
    book: "Workbook", name: str, grid: Grid, judged: dict[str, Marked], hinting: bool
) -> None:
    """One sheet of the learner's, cell for cell, with the marks on it."""
    from xlsxwriter.utility import xl_cell_to_rowcol

    sheet = book.add_sheet(name)
    for column in range(1, grid.columns + 1):
        sheet.set_column(column - 1, column - 1, _width(grid, column))
    _set_print(sheet)
    places = {xl_cell_to_rowcol(address): cell for address, cell in judged.items()}
    if places:
        # The headers, above the start row, stay in sight and stand on every page.
        first = min(row for row, _ in places)
        sheet.freeze_panes(first, 0)
        sheet.repeat_rows(max(first - 2, 0), first - 1)
    for (row, column), cell in grid.cells.items():
        mark = places.pop((row - 1, column - 1), None)
        _write_cell(book, sheet, row - 1, column - 1, cell, mark)
        if mark is not None:
            _write_note(sheet, row - 1, column - 1, mark, hinting)
    for (row, column), mark in places.items():
        sheet.write_string(
            row, column, STATUS_SIGNS[mark.status], book.style(mark.status, align="center")
        )
        _write_note(sheet, row, column, mark, hinting)


def _width(grid: Grid, column: int) -> float:
    """A column's own width and a little more for the sign; else as wide as what stands in it."""
    for first, last, width in grid.facts.widths:
        if first <= column <= last and width:
            return width + SIGN_WIDTH
    longest = max(len(grid.text(row, column)) for row in range(1, grid.rows + 1))
    # A title runs on over the columns beside it.
    return max(longest + 2 if longest < LONGEST_HEADER else 0, COLUMN_WIDTH)


def _write_cell(
    book: "Workbook", sheet: "Sheet", row: int, column: int, cell: GridCell, mark: Marked | None
) -> None:
    sign = f' "{STATUS_SIGNS[mark.status]}"' if mark else ""
    base = mark.status if mark else "text"
    # The mark's colours come before the cell's own.
    look = {} if mark else dict(cell.look)
    if is_number(cell.value):
        form = cell.form if NUMBER_FORM.fullmatch(cell.form) else "General"
        style = book.style(base, num_format=f"{form}{sign}", **look)
        sheet.write_number(row, column, cell.value, style)
    else:
        text = harmless(str(cell.value)) + sign.replace('"', "")
        sheet.write_string(row, column, text, book.style(base, **look))


def _write_note(sheet: "Sheet", row: int, column: int, mark: Marked, hinting: bool) -> None:
    why = mark.hint if hinting else mark.because
    if mark.status == RIGHT and not why:
        return
    text = f"{mark.status}: {why}" if why else mark.status
    options = {"author": "gdlab", "width": NOTE_WIDTH, "height": 24 + 18 * (len(text) // 45 + 1)}
    sheet.write_comment(row, column, plain(text), options)
