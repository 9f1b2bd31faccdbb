"""Workbooks through XlsxWriter: doubles in full, formulas with their values, the same bytes twice.

XlsxWriter's own cells keep 16 digits of a number, and it looks through every formula for functions
newer than ours and through every attribute for characters to escape; the sheet class here does not.
"""

import datetime
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.drawing import Drawing
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.worksheet import CellFormulaTuple, CellNumberTuple, Worksheet

from gdlab.core.files import replacing, scratch
from gdlab.excel.styles import FONT, OVERLAYS, STYLES

# A fixed date in every file: the same input gives the same bytes.
DATE = datetime.datetime(2026, 1, 1)
LONGEST_SHEET_NAME = 31
# So many characters stand on a line of a note.
NOTE_LINE = 40

# What a formula gives: a number, a text, or an error such as "#NUM!".
Value = float | str


class Link(NamedTuple):
    """A text that leads to another cell of the book, ``internal:'adam'!AB8``."""

    said: str
    target: str


class Rich(NamedTuple):
    """A text in pieces, each with a format of its own."""

    pieces: tuple[tuple[Format, str], ...]


class Cell(NamedTuple):
    """One cell: its row as a sheet counts it, from 1; its column from 0, which is A.

    ``content`` is a text, plain or rich, a number, a link, None for an empty cell; with a
    ``value``, a formula.
    """

    row: int
    column: int
    content: str | float | Link | Rich | None
    style: Format
    value: Value | None = None


class _ScreenDrawing(Drawing):
    """A drawing that is not printed."""

    def _write_client_data(self) -> None:
        self._xml_empty_tag("xdr:clientData", [("fPrintsWithSheet", 0)])


class Sheet(Worksheet):
    """A worksheet that keeps doubles to the last bit and takes formulas as they are."""

    # Whether its charts stay off the paper.
    has_charts_for_screen = False

    def put(self, cells: Iterable[Cell]) -> None:
        """Write cells, those of upper rows first, as a streamed book asks for."""
        for row, column, content, style, value in sorted(cells, key=attrgetter("row")):
            if value is not None:
                self.formula(row, column, str(content), style, value)
            elif content is None:
                self.write_blank(row - 1, column, None, style)
            elif isinstance(content, Link):
                self.write_url(row - 1, column, content.target, style, content.said)
            elif isinstance(content, Rich):
                self._rich(row, column, content, style)
            elif isinstance(content, str):
                self.write_string(row - 1, column, content, style)
            else:
                self.number(row, column, content, style)

    def formula(self, row: int, column: int, text: str, style: Format, value: Value) -> None:
        """Write ``=...`` and the value that it gives; rows and columns count as in Cell.

        Raises ValueError in a streamed book where a lower row has been written already.
        """
        # Adding 0 turns -0.0, which some programs would show with its sign, into 0.
        shown = value if isinstance(value, str) else value + 0.0
        self._take(row - 1, column, CellFormulaTuple(text[1:], style, shown))

    def number(self, row: int, column: int, number: float, style: Format) -> None:
        """Write a number in full; otherwise as ``formula``."""
        self._take(row - 1, column, CellNumberTuple(number, style))

    def _rich(self, row: int, column: int, text: Rich, style: Format) -> None:
        if len(text.pieces) == 1:
            self.write_string(row - 1, column, text.pieces[0][1], style)
        else:
            words = [part for piece in text.pieces for part in piece]
            self.write_rich_string(row - 1, column, *words, style)

    def join(self, row: int, first: int, last: int) -> None:
        """Make cells of a row one, of which only the first has content."""
        # XlsxWriter's own merge_range writes cells, and a streamed book's rows come in order.
        self.merge.append([row - 1, first, row - 1, last])

    def _take(self, row: int, column: int, cell: tuple) -> None:
        if self._check_dimensions(row, column):
            raise ValueError(f"row {row + 1} cannot be written")
        if self.constant_memory and row > self.previous_row:
            self._write_single_row(row)
        self.table[row][column] = cell

    def note(self, row: int, column: int, said: str) -> None:
        """Put a note on a cell, in a box that is large enough for it."""
        lines = sum(1 + len(line) // NOTE_LINE for line in said.split("\n"))
        size = {"width": 260, "height": 14 + 17 * lines, "font_size": 9}
        self.write_comment(row - 1, column, said, size)

    def _get_range_data(self, *block: int) -> list[Any]:
        """What a chart stores of cells: of an error nothing, where XlsxWriter would store a 0."""
        found = super()._get_range_data(*block)
        return [None if str(value).startswith("#") else value for value in found]

    def _prepare_chart(self, *numbers: int) -> None:
        super()._prepare_chart(*numbers)
        if self.has_charts_for_screen:
            self.drawing.__class__ = _ScreenDrawing

    def guard(self) -> None:
        """Lock all cells but inputs, without a password; widths may still be changed."""
        self.protect("", {"format_columns": True, "format_rows": True})

    def _xml_number_element(self, number: float, attributes: Sequence = ()) -> None:
        self.fh.write(f"<c{_written(attributes)}><v>{float(number) + 0.0!r}</v></c>")

    def _xml_formula_element(self, formula: str, result: Any, attributes: Sequence = ()) -> None:
        value = escape(result) if isinstance(result, str) else result
        self.fh.write(f"<c{_written(attributes)}><f>{escape(formula)}</f><v>{value}</v></c>")


def _written(attributes: Sequence[tuple[str, object]]) -> str:
    """A cell's attributes: its address, style and type, none of which needs escaping."""
    return "".join([f' {key}="{value}"' for key, value in attributes])


class Workbook(xlsxwriter.Workbook):
    """A workbook with the styles of :mod:`gdlab.excel.styles` by name."""

    def __init__(self, disk: io.FileIO, folder: Path | None) -> None:
        # A stream of rows needs temporary files; without them all parts are kept in memory.
        streamed = {"constant_memory": True, "tmpdir": str(folder)}
        super().__init__(disk, streamed if folder else {"in_memory": True})
        self._styles: dict[tuple, Format] = {}
        self.set_properties({"created": DATE})

    def add_sheet(self, name: str) -> Sheet:
        """Add an empty sheet; its name is cut to the 31 characters that a workbook allows."""
        return self.add_worksheet(name[:LONGEST_SHEET_NAME], worksheet_class=Sheet)

    def style(self, name: str, **more: Any) -> Format:
        """The format of a style, made once; ``more`` are XlsxWriter properties put on top."""
        key = (name, *sorted(more.items()))
        if key not in self._styles:
            base = {} if name in OVERLAYS else FONT
            made = self.add_format({**base, **STYLES[name], **more})
            self._styles[key] = made
            # Numbered as it is made, not when a first cell has it: the page's workbook, which is
            # filled in later, has the same numbers then.
            if name not in OVERLAYS:
                made._get_xf_index()
        return self._styles[key]


@contextmanager
def writing(path: str | Path, *, streaming: bool = False) -> Iterator[Workbook]:
    """Give a :class:`Workbook`; the file takes ``path``'s place when the block ends well.

    ``streaming`` keeps only one row of a sheet in memory: rows must then be written in order, sheet
    after sheet. Raises ValueError naming ``path`` where it cannot be written.
    """
    with replacing(path) as beside, scratch() if streaming else nullcontext() as folder:
        disk = _Disk(beside, "wb")
        try:
            book = Workbook(disk, folder)
            yield book
            book.close()
            disk.close()
        except XlsxWriterException as error:
            # What it wraps is the system's own error, such as a full disk.
            raise error.args[0] if isinstance(error.args[0], OSError) else error from None
        finally:
            disk.given_up = True


class _Disk(io.FileIO):
    """A file that can be given up: zipfile writes once more to it when it is thrown away."""

    given_up = False
    written = 0

    def write(self, data: Any) -> int:
        left = memoryview(data)
        while left and not self.given_up:
            left = left[super().write(left) :]
        self.written += len(data)
        return len(data)

    def seek(self, *where: int) -> int:
        return 0 if self.given_up else super().seek(*where)

    def tell(self) -> int:
        return self.written if self.given_up else super().tell()

    def flush(self) -> None:
        if not self.given_up:
            super().flush()
