"""Read the sheets of an .xlsx or .xlsm from the parts that the guard has checked.

openpyxl reads either formulas or values, and fails on some public files. Here both are read in one
pass, from few elements only.
"""

import posixpath
import re
import zipfile
from typing import IO, Any
from xml.parsers import expat

from gdlab.language.addresses import column_number
from gdlab.reading.book import Book, Formula, Key, Value
from gdlab.reading.table_references import SheetTable, put_addresses

AT = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def read_open_xml(archive: IO[bytes]) -> Book:
    """Read all sheets of a checked archive, in the workbook's order.

    Raises ValueError, without the file's name, if a part is missing or damaged.
    """
    book = Book()
    tables: dict[str, SheetTable] = {}
    with zipfile.ZipFile(archive) as parts:
        names = {name.lower(): name for name in parts.namelist()}
        try:
            root = _target(parts.read(names["_rels/.rels"]), "", "/officeDocument")
            workbook = _Workbook()
            _walk(parts.read(names[root.lower()]), workbook)
            folder, _, file = root.rpartition("/")
            related = _Related(folder)
            _walk(parts.read(names[f"{folder}/_rels/{file}.rels".lstrip("/").lower()]), related)
            texts: list[str] = []
            if related.shared and related.shared.lower() in names:
                shared = _SharedTexts(texts)
                _walk(parts.read(names[related.shared.lower()]), shared)
            for name, relation in workbook.sheets:
                part = related.parts.get(relation, "").lower()
                if part in names and related.kinds[relation] == "worksheet":
                    book.sheets.append(name)
                    _walk(parts.read(names[part]), _Cells(book, len(book.sheets) - 1, texts))
                    for table in _tables_of(parts, names, part):
                        found = _Table(len(book.sheets) - 1)
                        _walk(parts.read(table), found)
                        tables[found.name.lower()] = found.table
        except (KeyError, IndexError, StopIteration, expat.ExpatError, zipfile.BadZipFile):
            raise ValueError("it is damaged, or not a workbook that can be read") from None
    put_addresses(book, tables)
    for name, text in workbook.names.items():
        book.names[name.lower()] = text
    if adjusted := book.names.get("solver_adj"):
        book.notes.append(f"the Solver changes {adjusted.replace('$', '')[:60]}")
    return book


# An element with a prefix; does not match in UTF-16.
PREFIXED = re.compile(rb"<[A-Za-z_][\w.-]*:")


class _Elements:
    """Handlers that expat calls for the elements of one part, with names without prefixes."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""

    def end(self, name: str) -> None:
        """Handle the end of an element."""

    def text(self, text: str) -> None:
        """Handle characters."""


def _walk(content: bytes, elements: _Elements) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.ordered_attributes = False

    def start(name: str, attributes: dict[str, Any]) -> None:
        elements.start(name.rpartition(":")[2], attributes)

    if b"\0" in content[:4] or PREFIXED.search(content):
        parser.StartElementHandler = start
        parser.EndElementHandler = lambda name: elements.end(name.rpartition(":")[2])
    else:
        parser.StartElementHandler, parser.EndElementHandler = elements.start, elements.end
    parser.CharacterDataHandler = elements.text
    parser.Parse(content, True)


def _target(rels: bytes, folder: str, kind: str) -> str:
    related = _Related(folder)
    _walk(rels, related)
    return next(
        part for key, part in related.parts.items() if related.kinds[key] == kind.strip("/")
    )


def _tables_of(parts: zipfile.ZipFile, names: dict[str, str], part: str) -> list[str]:
    """The parts with the tables of a sheet."""
    folder, _, file = part.rpartition("/")
    rels = names.get(f"{folder}/_rels/{file}.rels".lstrip("/"))
    if rels is None:
        return []
    related = _Related(folder)
    _walk(parts.read(rels), related)
    found = [one.lower() for key, one in related.parts.items() if related.kinds[key] == "table"]
    return [names[one] for one in found if one in names]


class _Related(_Elements):
    """The parts that a part refers to, by relation, and the last word of the relation's type."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.parts: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        self.shared = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name != "Relationship":
            return
        key, target = attributes.get("Id", ""), attributes.get("Target", "")
        kind = attributes.get("Type", "").rpartition("/")[2]
        part = target[1:] if target.startswith("/") else posixpath.join(self.folder, target)
        self.parts[key], self.kinds[key] = posixpath.normpath(part), kind
        if kind == "sharedStrings":
            self.shared = posixpath.normpath(part)


class _Table(_Elements):
    """A table of a sheet: its name, its corners, its columns."""

    def __init__(self, sheet: int) -> None:
        self.name, self.table = "", SheetTable(sheet)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "tableColumn":
            self.table.columns.append(attributes.get("name", ""))
        elif name == "table":
            self.name = attributes.get("displayName") or attributes.get("name", "")
            first, _, last = attributes.get("ref", "").partition(":")
            a, b = AT.fullmatch(first), AT.fullmatch(last)
            if a and b:
                self.table.top, self.table.left = int(a[2]), column_number(a[1])
                self.table.bottom = int(b[2])
            self.table.heads = int(attributes.get("headerRowCount", "1") != "0")
            self.table.totals = int(attributes.get("totalsRowCount", "0") not in ("", "0"))


class _Workbook(_Elements):
    """The names of the sheets with their relations, and the defined names."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.names: dict[str, str] = {}
        self.name: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            self.sheets.append((attributes.get("name", ""), relation))
        elif name == "definedName":
            self.name = attributes.get("name", "")
            self.names.setdefault(self.name, "")

    def end(self, name: str) -> None:
        if name == "definedName":
            self.name = None

    def text(self, text: str) -> None:
        if self.name is not None:
            self.names[self.name] += text


class _SharedTexts(_Elements):
    """The shared texts that cells refer to by number, without phonetic guides."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.inside = self.phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self.texts.append("")
        elif name == "rPh":
            self.phonetic = True
        self.inside = name == "t" and not self.phonetic

    def end(self, name: str) -> None:
        self.inside = False
        if name == "rPh":
            self.phonetic = False

    def text(self, text: str) -> None:
        if self.inside and self.texts:
            self.texts[-1] += text


class _Cells(_Elements):
    """The cells of one sheet, put into a book."""

    def __init__(self, book: Book, sheet: int, texts: list[str]) -> None:
        self.book, self.sheet, self.texts = book, sheet, texts
        self.row = self.column = 0
        self.kind = self.taking = self.value = self.formula = ""
        self.attributes: dict[str, str] | None = None
        self.masters: dict[str, Formula] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            match = AT.fullmatch(attributes.get("r", ""))
            if match:
                self.row, self.column = int(match[2]), column_number(match[1])
            else:
                self.column += 1
            self.kind = attributes.get("t", "n")
            self.value = self.formula = self.taking = ""
            self.attributes = None
        elif name == "row":
            self.row = int(attributes["r"]) if attributes.get("r", "").isdigit() else self.row + 1
            self.column = 0
        elif name == "f":
            self.attributes, self.taking = attributes, "f"
        elif name in ("v", "t"):
            self.taking = "v"
        elif name == "rPh":
            self.kind = "rPh"

    def text(self, text: str) -> None:
        if self.taking == "v" and self.kind != "rPh":
            self.value += text
        elif self.taking == "f":
            self.formula += text

    def end(self, name: str) -> None:
        if name in ("v", "t", "f"):
            self.taking = ""
        elif name == "c":
            key = (self.sheet, self.row, self.column)
            value = self.stored()
            if value is not None:
                self.book.values[key] = value
            if self.attributes is not None:
                self.take_formula(key, self.attributes)

    def stored(self) -> Value | None:
        if self.kind in ("s", "str", "inlineStr", "e", "d", "rPh"):
            if self.kind == "s":
                number = int(self.value) if self.value.isdigit() else len(self.texts)
                return self.texts[number] if number < len(self.texts) else None
            return self.value or (None if self.attributes is None else "")
        if self.kind == "b":
            return self.value == "1"
        try:
            return float(self.value)
        except ValueError:
            return None

    def take_formula(self, key: Key, attributes: dict[str, str]) -> None:
        shared = attributes.get("si") if attributes.get("t") == "shared" else None
        if self.formula:
            formula = Formula(self.formula, key[1:])
            if shared is not None:
                self.masters[shared] = formula
            self.book.formulas[key] = formula
            if attributes.get("t") == "array":
                first, _, last = attributes.get("ref", "").partition(":")
                a, b = AT.fullmatch(first), AT.fullmatch(last or first)
                if a and b:
                    rows = int(b[2]) - int(a[2]) + 1
                    columns = column_number(b[1]) - column_number(a[1]) + 1
                    if 0 < rows * columns <= 10_000:
                        self.book.arrays[key] = rows, columns
        elif shared in self.masters:
            self.book.formulas[key] = self.masters[shared]
