"""A stranger's workbook is looked through here before any reader of workbooks sees it.

An .xlsx is a zip of XML. Every part is inflated piece by piece under a limit that counts what
comes out and does not believe what the zip says of itself; every XML part is walked once by expat,
which refuses any DTD. Only the parts that passed are handed on, in a new archive in memory.
"""

import io
import posixpath
import struct
import zipfile
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from gdlab.reading.door import Refused, read_bytes

MOST_BYTES = 10_000_000
MOST_PARTS = 500
# Of elements other than these openpyxl makes an object for each: styles, names, conditions.
LIGHT = frozenset(("row", "c", "f", "v", "is", "si", "t", "col"))
MOST_ATTRIBUTES = 200
MOST_DEPTH = 60
WIDEST = 255.0  # letters, as a spreadsheet program allows
PIECE = 65_536

TOO_LARGE = "it is far larger inside than a workbook to be checked can be"
MACROS = "it holds macros; save it as .xlsx, without macros"
LINKS = "it links to other files; replace those links by their values"
PASSWORD = "it is protected by a password; save it without one"

# ISO/IEC 29500-1, strict, names the same elements in other spaces than what all readers know.
STRICT_SPACE = b"http://purl.oclc.org/ooxml/"
KNOWN_SPACES = tuple(
    (STRICT_SPACE + strict, b"http://schemas.openxmlformats.org/" + known)
    for strict, known in (
        (b"spreadsheetml/main", b"spreadsheetml/2006/main"),
        (b"drawingml/", b"drawingml/2006/"),
        (b"officeDocument/extendedProperties", b"officeDocument/2006/extended-properties"),
        (b"officeDocument/customProperties", b"officeDocument/2006/custom-properties"),
        (b"officeDocument/", b"officeDocument/2006/"),
    )
)
OLD_FORMAT = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass
class SheetFacts:
    """What the XML of one sheet says and a reader of values does not: addresses, rows, ranges."""

    formulas: set[str] = field(default_factory=set)
    uncalculated: set[str] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    widths: list[tuple[int, int, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Package:
    """The parts that passed, as an archive in memory; ``sheets`` has the facts by part name."""

    archive: io.BytesIO
    sheets: dict[str, SheetFacts]
    has_macros: bool = False


@dataclass(frozen=True)
class SizeLimits:
    """How much of a workbook is read; with ``macros`` one that holds some is read without them.

    With ``any_kind`` it may link to other files, which are not opened, or be an OpenDocument sheet.
    """

    part_bytes: int
    inflated_bytes: int
    elements: int
    heavy: int
    listed: int
    macros: bool
    any_kind: bool


# gdlab's own sheets, filled in; points; and whatever people bring: 200,000 formulas with values.
PRACTICE = SizeLimits(12_000_000, 30_000_000, 300_000, 25_000, 100, macros=False, any_kind=False)
POINTS = replace(PRACTICE, macros=True)
ANY_WORKBOOK = SizeLimits(
    60_000_000, 80_000_000, 2_000_000, 200_000, 400, macros=True, any_kind=True
)


def read_package(path: Path, limits: SizeLimits = PRACTICE) -> Package:
    """Read and check a workbook's zip; Refused as for :func:`package_of`."""
    return package_of(read_bytes(path, MOST_BYTES), limits)


def package_of(data: bytes, limits: SizeLimits = PRACTICE) -> Package:
    """Check the bytes of a workbook's zip.

    Raises Refused with one sentence, without the file's name: not there, too large, encrypted,
    an older format, damaged, with macros, links to other files, or a DTD.
    """
    if data.startswith(OLD_FORMAT):
        if ENCRYPTED in data:
            raise Refused(PASSWORD)
        raise Refused("it is in the old .xls format; save it as .xlsx")
    # zipfile reports damage through many exception types.
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _checked(archive, limits)
    except Refused:
        raise
    except (
        zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError,
        ValueError, struct.error,
    ):  # fmt: skip
        raise Refused("it is damaged, or no .xlsx workbook") from None


def _checked(archive: zipfile.ZipFile, limits: SizeLimits) -> Package:
    # A part without a name, which is_dir() cannot bear, is looked through like any other.
    parts = [part for part in archive.infolist() if not part.filename.endswith("/")]
    if len(parts) > MOST_PARTS:
        raise Refused(f"it has {len(parts)} parts, more than {MOST_PARTS}")
    _refuse_by_name([part.filename for part in parts], limits)
    sheets: dict[str, SheetFacts] = {}
    walker = _PartWalker(limits)
    total = 0
    passed = io.BytesIO()
    with zipfile.ZipFile(passed, "w") as kept:
        for part in parts:
            content = _inflated(archive, part, limits.part_bytes, limits.inflated_bytes - total)
            total += len(content)
            # Pictures and the like are not handed on: no reader sees a part that was not walked.
            if part.filename.lower().endswith((".xml", ".rels")):
                facts = walker.walk(part.filename, content)
                if facts is not None:
                    sheets[part.filename] = facts
                kept.writestr(part.filename, _as_known(content))
    passed.seek(0)
    return Package(passed, sheets, any(_is_macro(part.filename.lower()) for part in parts))


def _as_known(content: bytes) -> bytes:
    """A part of a Strict Open XML workbook in the spaces that all readers know."""
    if STRICT_SPACE in content:
        for strict, known in KNOWN_SPACES:
            content = content.replace(strict, known)
    return content


def _is_macro(name: str) -> bool:
    return "vba" in name or "macrosheets/" in name or "activex/" in name


def _refuse_by_name(names: list[str], limits: SizeLimits) -> None:
    lower = [name.lower() for name in names]
    if len(set(lower)) < len(lower):
        raise Refused("it is damaged: two of its parts have the same name")
    if "mimetype" in lower and "content.xml" in lower:
        if limits.any_kind:
            return
        raise Refused("it is an OpenDocument file; save it as .xlsx")
    if not limits.macros and any(map(_is_macro, lower)):
        raise Refused(MACROS)
    linked = any("externallinks/" in name or name.endswith("connections.xml") for name in lower)
    if linked and not limits.any_kind:
        raise Refused(LINKS)
    if "xl/workbook.xml" not in lower or "[content_types].xml" not in lower:
        raise Refused("it is a zip file, but no .xlsx workbook")


def part_of(data: bytes, name: str) -> bytes:
    """One part of a zip, inflated under the same limits; Refused where it is not there."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _inflated(
                archive, archive.getinfo(name), PRACTICE.part_bytes, PRACTICE.part_bytes
            )
    except (
        KeyError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        RuntimeError,
        struct.error,
    ):
        raise Refused("it is damaged") from None


def _inflated(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int, left: int) -> bytes:
    if part.flag_bits & 1:
        raise Refused(PASSWORD)
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("it is packed in an unusual way; save it again as .xlsx")
    limit = min(most, left)
    pieces, size = [], 0
    with archive.open(part) as stream:
        while piece := stream.read(PIECE):
            size += len(piece)
            if size > limit:
                raise Refused(TOO_LARGE)
            pieces.append(piece)
    return b"".join(pieces)


class _PartWalker:
    """Walks the XML parts of one file: counts elements, and notes what a sheet's XML says."""

    def __init__(self, limits: SizeLimits) -> None:
        self.limits = limits
        self.elements = self.heavy = 0

    def walk(self, part: str, content: bytes) -> SheetFacts | None:
        """Walk one part; the facts of a sheet, None for any other part."""
        self.part, self.depth = part, 0
        self.listed: set[str] = set()
        self.facts: SheetFacts | None = None
        self.cell, self.in_value, self.has_formula, self.has_value = "", False, False, False
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = _refuse_dtd
        parser.EntityDeclHandler = _refuse_dtd
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.buffer_text = True
        try:
            parser.Parse(content, True)
        except (expat.ExpatError, LookupError):
            raise Refused(f"its part {part[:60]!a} is damaged") from None
        return self.facts

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        if self.depth == 0 and name == "worksheet":
            self.facts = SheetFacts()
        self.depth += 1
        self.elements += 1
        self.heavy += name not in LIGHT
        if (
            self.elements > self.limits.elements
            or self.heavy > self.limits.heavy
            or self.depth > MOST_DEPTH
            or len(attributes) > MOST_ATTRIBUTES
        ):
            raise Refused(TOO_LARGE)
        if name == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            # A link on a word, to be clicked by a person, is harmless: nothing is followed here.
            if kind != "hyperlink":
                if attributes.get("TargetMode") == "External" and not self.limits.any_kind:
                    raise Refused(LINKS)
                self.enlist(_target(self.part, attributes.get("Target", "")))
        elif name == "sheet":
            self.enlist(
                next((value for key, value in attributes.items() if key.endswith(" id")), "")
            )
        elif (
            name == "Override"
            and not self.limits.macros
            and "macroEnabled" in attributes.get("ContentType", "")
        ):
            raise Refused(MACROS)
        elif self.facts is not None and not self.limits.any_kind:
            self.note(self.facts, name, attributes)

    def enlist(self, entry: str) -> None:
        """Note a sheet or the part behind it; one part as forty sheets is read forty times."""
        if entry in self.listed:
            raise Refused("it is damaged: one of its parts is listed twice")
        self.listed.add(entry)
        if len(self.listed) > self.limits.listed:
            raise Refused(TOO_LARGE)

    def note(self, facts: SheetFacts, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self.cell = attributes.get("r", "")
            # A formula may give an empty text; then it was calculated.
            self.has_formula, self.has_value = False, attributes.get("t") == "str"
        elif name == "f":
            self.has_formula = True
        elif name in ("v", "t"):
            self.in_value = True
        elif name == "mergeCell":
            facts.merged.append(attributes.get("ref", ""))
        elif name == "row" and attributes.get("hidden") in ("1", "true"):
            facts.hidden_rows.add(_whole(attributes.get("r")))
        elif name == "col":
            ends = _whole(attributes.get("min")), _whole(attributes.get("max"))
            if attributes.get("hidden") in ("1", "true"):
                facts.hidden_columns.append(ends)
            facts.widths.append((*ends, _width(attributes.get("width"))))

    def text(self, _text: str) -> None:
        if self.in_value:
            self.has_value = True

    def end(self, name: str) -> None:
        self.depth -= 1
        if self.facts is None:
            return
        name = name.rpartition(" ")[2]
        if name in ("v", "t"):
            self.in_value = False
        elif name == "c" and self.has_formula and self.cell:
            self.facts.formulas.add(self.cell)
            if not self.has_value:
                self.facts.uncalculated.add(self.cell)


def _target(part: str, target: str) -> str:
    """The part that a relation of ``part`` points to, the way openpyxl finds it."""
    if target.startswith("/"):
        return target[1:]
    owner = posixpath.dirname(posixpath.dirname(part))
    return posixpath.normpath(posixpath.join(owner, target))


def _width(text: str | None) -> float:
    """A column's width in letters, bounded; 0 where none is given."""
    try:
        return min(max(float(text or 0), 0.0), WIDEST)
    except ValueError:
        return 0.0


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0


def _refuse_dtd(*_declaration: object) -> NoReturn:
    raise Refused("its XML declares a document type, which no spreadsheet program writes")
