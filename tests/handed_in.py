"""Workbooks as learners hand them in, written cell by cell with XlsxWriter alone."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter

from gdlab.core.layout import (
    FIRST_INPUT_COLUMN,
    HEADER_ROW,
    INPUT_ROW,
    LABEL_ROW,
    START_ROW,
    inputs,
)
from gdlab.marking.handout import make
from gdlab.marking.record import record_lines

Change = Callable[[int, str, float], Any]


def hand_in(
    path: Path,
    rule: str = "adam",
    *,
    digits: int = 4,
    change: Change = lambda t, name, value: value,
    touch: Callable[[Any, Any, Any], None] = lambda book, sheet, practice: None,
    heads: Callable[[str], str] = str,
    sheet: str | None = None,
    inputs_given: dict[str, Any] | None = None,
    record: bool = True,
    order: Callable[[list[str]], list[str]] = list,
    title: str | None = None,
    top: int = 0,
    **made: Any,
) -> Path:
    """A practice sheet filled in correctly, to ``digits`` decimals, except for the changes.

    ``change(t, column, true value)`` says what stands in a cell: a number, a text, a formula with
    its value as a pair, None for nothing. ``touch`` may do anything else to the book.
    """
    own, run = make(rule, **made)
    book = xlsxwriter.Workbook(path)
    table = book.add_worksheet(sheet or rule)
    practice = book.add_worksheet("practice") if record else None
    table.write(top, 0, title or rule)
    given = own.given | (inputs_given or {})
    for place, name in enumerate(inputs(run.table), FIRST_INPUT_COLUMN):
        table.write(top + LABEL_ROW - 1, place, name)
        table.write(top + INPUT_ROW - 1, place, given[name])
    for place, name in enumerate(order(list(run.table.names))):
        table.write(top + HEADER_ROW - 1, place, heads(name))
        for t in range(1, run.rows + 1):
            true = run.value(name, t)
            value = true if name in ("epoch", "sample", "t", "x", "y") else round(true, digits)
            value = change(t, name, value)
            row = top + START_ROW + t - 1
            if isinstance(value, tuple):
                table.write_formula(row, place, value[0], None, value[1])
            elif isinstance(value, str):
                table.write_string(row, place, value)
            elif value is not None:
                table.write(row, place, value)
    if practice is not None:
        for row, (label, value) in enumerate(record_lines(own), 20):
            practice.write(row, 0, label)
            practice.write(row, 1, value)
    touch(book, table, practice)
    book.close()
    return path


def with_part(path: Path, part: str, content: bytes | str | Callable[[bytes], bytes]) -> Path:
    """The workbook with one part of its zip replaced, changed or added."""
    data = path.read_bytes()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        if callable(content):
            content = content(old.read(part))
        new.writestr(part, content)
    return path
