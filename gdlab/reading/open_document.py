"""Read the sheets of an OpenDocument spreadsheet (.ods) with their formulas."""

import re

from gdlab.language.infix import SHEET_COLUMNS, SHEET_ROWS
from gdlab.reading.book import Book, Formula
from gdlab.reading.door import MOST_FIELDS, Refused
from gdlab.reading.walking import walk

PREFIX = re.compile(r"(?:of|oooc|msoxl):=?=")
# A text in quotes, a reference in brackets, a semicolon between arguments.
PIECES = re.compile(r'"(?:[^"]|"")*"|\[([^\]]*)\]|;')
PLACE = re.compile(r"(?:(\$?(?:'(?:[^']|'')+'|[^.'\[\]]+))?\.)?(\$?[A-Z]{1,3}\$?[1-9][0-9]{0,6})")


def read_open_document(content: bytes) -> Book:
    """Read a content.xml; Refused if it is damaged or has more cells than are read."""
    walker = _ContentWalker()
    walk(content, walker, "its content is damaged", spaces=None)
    return walker.book


def excel_formula(text: str) -> str:
    """An OpenFormula as Excel writes it: ``of:=[.E9]-MAX([.N9];0)`` is ``=E9-MAX(N9,0)``."""

    def piece(match: re.Match[str]) -> str:
        if match[0] == ";":
            return ","
        if match[1] is None:
            return match[0]
        ends = [PLACE.fullmatch(one) for one in match[1].split(":")]
        if not all(ends):
            return "#REF!"
        sheet = next((end[1] for end in ends if end and end[1]), "")
        cells = ":".join(end[2] for end in ends if end)
        return f"{sheet.removeprefix('$')}!{cells}" if sheet else cells

    return "=" + PIECES.sub(piece, PREFIX.sub("", text, count=1).removeprefix("="))


class _ContentWalker:
    """Puts cells into a book; repeated cells and rows are written once in the file."""

    def __init__(self) -> None:
        self.book = Book()
        self.row = self.column = 0
        self.cell: dict[str, str] = {}
        self.words: list[str] = []
        self.inside = self.is_note = False
        self.repeated, self.fields = 1, 0
        self.cells: list[tuple[int, dict[str, str], str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self.book.sheets.append(attributes.get("table:name", ""))
            self.row = 0
        elif name == "table:table-row":
            self.repeated = _count(attributes, "table:number-rows-repeated")
            self.column, self.cells = 0, []
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self.cell, self.words = attributes, []
        elif name == "office:annotation":
            self.is_note = True
        elif name == "text:p":
            # A note on a cell is not part of its content.
            self.inside = not self.is_note
        elif name == "table:named-range":
            area = excel_formula(f"[{attributes.get('table:cell-range-address', '')}]")
            self.book.names[attributes.get("table:name", "").lower()] = area[1:]

    def text(self, words: str) -> None:
        if self.inside:
            self.words.append(words)

    def end(self, name: str) -> None:
        if name == "office:annotation":
            self.is_note = False
        elif name == "text:p":
            self.inside = False
        elif name in ("table:table-cell", "table:covered-table-cell"):
            times = _count(self.cell, "table:number-columns-repeated")
            holds = "office:value-type" in self.cell or "table:formula" in self.cell
            for ahead in range(1, times + 1 if holds else 1):
                self.cells.append((self.column + ahead, self.cell, "".join(self.words)))
                self.count()
            self.column += times
        elif name == "table:table-row":
            for _ in range(self.repeated if self.cells else 0):
                self.row += 1
                for column, cell, words in self.cells:
                    self.put(column, cell, words)
            self.row += 0 if self.cells else self.repeated

    def count(self) -> None:
        self.fields += self.repeated
        if self.fields > MOST_FIELDS or self.column > SHEET_COLUMNS or self.row > SHEET_ROWS:
            raise Refused(f"it has more than {MOST_FIELDS:,} values")

    def put(self, column: int, cell: dict[str, str], words: str) -> None:
        key = len(self.book.sheets) - 1, self.row, column
        if (formula := cell.get("table:formula")) is not None:
            self.book.formulas[key] = Formula(excel_formula(formula), (self.row, column))
            rows = _count(cell, "table:number-matrix-rows-spanned")
            columns = _count(cell, "table:number-matrix-columns-spanned")
            if 1 < rows * columns <= 10_000 or "table:number-matrix-rows-spanned" in cell:
                self.book.arrays[key] = rows, columns
        kind = cell.get("office:value-type")
        if kind in ("float", "percentage", "currency"):
            self.book.values[key] = float(cell.get("office:value", "nan"))
        elif kind == "boolean":
            self.book.values[key] = cell.get("office:boolean-value") == "true"
        elif kind is not None and words:
            self.book.values[key] = words


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 9 else 1
