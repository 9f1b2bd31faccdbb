"""Write a copy of a workbook's values with a note on every wrong cell that says why.

It is a new file without formulas; the stranger's file is only read.
"""

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from gdlab.core.words import harmless, plain, sheet_names
from gdlab.excel.styles import PAPER_SIZE, prose_height
from gdlab.reading.book import Book, Key, address
from gdlab.reading.result import Reading

if TYPE_CHECKING:
    from gdlab.excel.writer import Workbook

SUMMARY_SHEET = "findings"
HEADS = ("sheet", "cells", "kind", "written", "expected", "why")
WIDTHS = (14, 20, 11, 34, 34, 60)


def write_marked_workbook(reading: Reading, book: Book, out: str | Path) -> Path:
    """Write the marked copy of the workbook of a reading; returns its path.

    Raises ValueError if ``out`` is that workbook itself, or cannot be written.
    """
    own, path = Path(reading.file), Path(out)
    if own.resolve() == path.resolve() or (path.exists() and path.samefile(own)):
        raise ValueError(f"{out} is the workbook itself, which is never changed; name another")
    from gdlab.excel.writer import writing

    notes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for finding in reading.findings:
        for cell in finding.cells:
            why = finding.hint if reading.hinting else finding.because
            notes[finding.sheet, cell].append(f"{finding.kind}: {plain(why)}")
    faults = {(one.sheet, cell) for one in reading.findings if one.is_fault for cell in one.cells}
    with writing(path) as copy:
        names = sheet_names([SUMMARY_SHEET, *book.sheets])
        _write_summary(copy, names[0], reading)
        cells: dict[int, list[Key]] = defaultdict(list)
        for key in book.values:
            if key[1] > 0:  # the value before a circular update has no cell
                cells[key[0]].append(key)
        for number, name in enumerate(book.sheets):
            sheet = copy.add_sheet(names[number + 1])
            for key in sorted(cells[number]):
                value, at = book.values[key], (name, address(key))
                style = copy.style("wrong" if at in faults else "text")
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    if value == value and abs(value) < float("inf"):
                        sheet.number(key[1], key[2] - 1, value, style)
                else:
                    sheet.write_string(key[1] - 1, key[2] - 1, harmless(str(value)), style)
                if at in notes:
                    sheet.note(key[1], key[2] - 1, "\n".join(notes[at]))
    return path


def _write_summary(copy: "Workbook", name: str, reading: Reading) -> None:
    """Write the first sheet: what the workbook does, and all findings."""
    sheet = copy.add_sheet(name)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    row = 0
    prose = copy.style("prose")
    for table in reading.tables:
        words = harmless(f"{table.sheet}: {table.words}")
        sheet.merge_range(row, 0, row, len(WIDTHS) - 1, "", prose)
        sheet.write_string(row, 0, words, prose)
        sheet.set_row(row, prose_height(words, sum(WIDTHS)))
        row += 1
    heads = [head for head in HEADS if not (reading.hinting and head == "expected")]
    row += 1
    for column, head in enumerate(heads):
        sheet.write_string(row, column, head, copy.style("header", align="left"))
    for finding in reading.findings:
        row += 1
        lines = max(
            prose_height(finding.because, WIDTHS[-1]), prose_height(finding.address, WIDTHS[1])
        )
        sheet.set_row(row, lines)
        said = finding.to_dict(reading.hinting)
        values = {**said, "cells": said["address"], "why": said["because"]}
        for column, head in enumerate(heads):
            value = values[head]
            if value is not None:
                text = f"{value:.10g}" if isinstance(value, float) else str(value)
                sheet.write_string(row, column, harmless(text), prose)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(PAPER_SIZE)
    sheet.fit_to_pages(1, 0)
