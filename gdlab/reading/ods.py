"""Read the rows of an OpenDocument spreadsheet (.ods) with expat, under limits."""

from typing import Any, NamedTuple

from gdlab.reading.door import MOST_FIELDS, Refused
from gdlab.reading.walking import walk

TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
NUMBERS = ("float", "percentage", "currency")


class OdsTable(NamedTuple):
    """One sheet: its name, and the rows that are not empty with their numbers."""

    name: str
    rows: list[tuple[int, list[Any]]]


def tables_of(
    content: bytes, most_rows: int, most_columns: int, uncalculated: Any
) -> list[OdsTable]:
    """The sheets in a content.xml; ``uncalculated`` is used for a formula without a value.

    Raises Refused if it is damaged or has more rows or values than any list of points.
    """
    walker = _OdsWalker(most_rows, most_columns, uncalculated)
    walk(content, walker, "its content is damaged")
    return walker.tables


class _OdsWalker:
    """Collects cells while expat walks; repeated cells and rows are written once in the file."""

    def __init__(self, most_rows: int, most_columns: int, uncalculated: Any) -> None:
        self.most_rows, self.most_columns = most_rows, most_columns
        self.uncalculated = uncalculated
        self.tables: list[OdsTable] = []
        self.line, self.fields = 0, 0
        self.row: list[Any] = []
        self.words: list[str] = []
        self.inside = self.is_note = False
        self.cell: dict[str, str] = {}
        self.repeated = 1

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{TABLE}table":
            self.tables.append(OdsTable(attributes.get(f"{TABLE}name", ""), []))
            self.line = 0
        elif name == f"{TABLE}table-row":
            self.row = []
            self.repeated = _count(attributes, f"{TABLE}number-rows-repeated")
        elif name in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            self.cell, self.words = attributes, []
        elif name == f"{OFFICE}annotation":
            self.is_note = True
        elif name == f"{TEXT}p":
            # A note on a cell is not part of its content.
            self.inside = not self.is_note

    def text(self, words: str) -> None:
        if self.inside:
            self.words.append(words)

    def end(self, name: str) -> None:
        if name == f"{OFFICE}annotation":
            self.is_note = False
        elif name == f"{TEXT}p":
            self.inside = False
        elif name in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            times = _count(self.cell, f"{TABLE}number-columns-repeated")
            free = self.most_columns - len(self.row)
            self.row += [self.value()] * min(times, free)
        elif name == f"{TABLE}table-row" and self.tables:
            self.end_row(self.tables[-1].rows)

    def value(self) -> Any:
        kind = self.cell.get(f"{OFFICE}value-type")
        if kind in NUMBERS:
            return float(self.cell.get(f"{OFFICE}value", ""))
        written = "".join(self.words) or None
        return self.uncalculated if kind is None and f"{TABLE}formula" in self.cell else written

    def end_row(self, rows: list[tuple[int, list[Any]]]) -> None:
        while self.row and self.row[-1] is None:
            self.row.pop()
        if self.row:
            self.fields += self.repeated * len(self.row)
            if self.line + self.repeated > self.most_rows or self.fields > MOST_FIELDS:
                raise Refused(f"it has more than {self.most_rows:,} rows or {MOST_FIELDS:,} values")
            rows += ((self.line + k, self.row) for k in range(1, self.repeated + 1))
        self.line += self.repeated


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 9 else 1
