"""Check a stranger's workbook before any reader of workbooks sees it.

An .xlsx file is a zip of XML parts. Every part is inflated piece by piece under a limit that counts
actual bytes, not the sizes that the zip states; every XML part is walked once by expat, which
refuses any DTD. Only the parts that passed are used further, in a new archive in memory.
"""

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gdlab.reading.door import Refused, read_bytes
from gdlab.reading.part_walker import (
    LINKS,
    MACROS,
    TOO_LARGE_INSIDE,
    PartWalker,
    SheetFacts,
    SizeLimits,
)

MOST_WORKBOOK_BYTES = 10_000_000
MOST_ZIP_PARTS = 500
INFLATED_AT_ONCE = 65_536
KNOWN_PACKING = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# zipfile reports damage through many exception types.
ZIP_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, struct.error,
)  # fmt: skip

DAMAGED = "it is damaged, or not an .xlsx workbook"
PASSWORD = "it is protected by a password; save it without one"

# Strict ISO/IEC 29500-1 has the same elements in other namespaces than those that readers know.
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
PDF = b"%PDF-"
# JPEG, PNG, GIF and, from the fifth byte on, HEIF, the format of telephones.
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"ftyphei", b"ftypmif1")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class Package:
    """The parts that passed as an archive in memory, and the facts about sheets by part name."""

    archive: io.BytesIO
    sheets: dict[str, SheetFacts]
    has_macros: bool = False


# For filled-in practice sheets, for points, and for any workbook, up to 200,000 formulas.
PRACTICE = SizeLimits(12_000_000, 30_000_000, 300_000, 25_000, 100, macros=False, any_kind=False)
POINTS = replace(PRACTICE, macros=True)
ANY_WORKBOOK = SizeLimits(
    60_000_000, 80_000_000, 2_000_000, 200_000, 400, macros=True, any_kind=True
)


def read_package(path: Path, limits: SizeLimits = PRACTICE) -> Package:
    """Read and check a workbook's zip; Refused as for :func:`package_of`."""
    return package_of(read_bytes(path, MOST_WORKBOOK_BYTES), limits)


def package_of(data: bytes, limits: SizeLimits = PRACTICE) -> Package:
    """Check the bytes of a workbook's zip.

    Raises Refused, one sentence without the file's name, for a file that is missing, too large,
    encrypted, in an older format or damaged, or has macros, links to other files, or a DTD.
    """
    if data.startswith(PDF):
        raise Refused("it is a PDF, not a workbook; save the sheet itself as .xlsx")
    if data.startswith(PICTURES) or data[4:].startswith(PICTURES):
        raise Refused("it is a picture, not a workbook; save the sheet itself as .xlsx")
    if data.startswith(OLD_FORMAT):
        if ENCRYPTED in data:
            raise Refused(PASSWORD)
        raise Refused("it is in the old .xls format; save it as .xlsx")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _checked(archive, limits)
    except Refused:
        raise
    except ZIP_DAMAGE:
        raise Refused(DAMAGED) from None


@contextmanager
def stored_sheets(package: Package) -> Iterator[list[Any]]:
    """Yield the sheets of a workbook with their stored values, read lazily by openpyxl.

    Raises Refused if openpyxl cannot read them.
    """
    import openpyxl

    # openpyxl reports damage through many exception types, its own and other libraries', through
    # warnings, and in places by print.
    try:
        with redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(
                package.archive, read_only=True, data_only=True, keep_links=False
            )
            try:
                yield [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]
            finally:
                book.close()
    except Refused:
        raise
    except Exception:
        raise Refused("it is damaged, or not a workbook that can be read") from None


def _checked(archive: zipfile.ZipFile, limits: SizeLimits) -> Package:
    # Not is_dir(), which fails for a part without a name; such a part is checked like any other.
    parts = [part for part in archive.infolist() if not part.filename.endswith("/")]
    if len(parts) > MOST_ZIP_PARTS:
        raise Refused(f"it has {len(parts)} parts, more than {MOST_ZIP_PARTS}")
    _refuse_by_name([part.filename for part in parts], limits)
    sheets: dict[str, SheetFacts] = {}
    walker = PartWalker(limits)
    total = 0
    passed = io.BytesIO()
    with zipfile.ZipFile(passed, "w") as kept:
        for part in parts:
            content = _inflated(archive, part, limits.part_bytes, limits.inflated_bytes - total)
            total += len(content)
            # Pictures and other files are dropped: no reader sees a part that was not walked.
            if part.filename.lower().endswith((".xml", ".rels")):
                facts = walker.walk(part.filename, content)
                if facts is not None:
                    sheets[part.filename] = facts
                kept.writestr(part.filename, _as_known(content))
    passed.seek(0)
    return Package(passed, sheets, any(_is_macro(part.filename.lower()) for part in parts))


def _as_known(content: bytes) -> bytes:
    """A part of a Strict Open XML workbook in the namespaces that all readers know."""
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
    if any(name.startswith("index/") and name.endswith(".iwa") for name in lower):
        raise Refused("it is a Numbers document; export it as .xlsx")
    if "xl/workbook.xml" not in lower or "[content_types].xml" not in lower:
        raise Refused("it is a zip file, but not an .xlsx workbook")


def part_of(data: bytes, name: str) -> bytes:
    """One part of a zip, inflated under the same limits; Refused if it is missing."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _inflated(
                archive, archive.getinfo(name), PRACTICE.part_bytes, PRACTICE.part_bytes
            )
    except (KeyError, *ZIP_DAMAGE):
        raise Refused("it is damaged") from None


def _inflated(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int, left: int) -> bytes:
    if part.flag_bits & 1:
        raise Refused(PASSWORD)
    if part.compress_type not in KNOWN_PACKING:
        raise Refused("it is packed in an unusual way; save it again as .xlsx")
    limit = min(most, left)
    pieces, size = [], 0
    with archive.open(part) as stream:
        while piece := stream.read(INFLATED_AT_ONCE):
            size += len(piece)
            if size > limit:
                raise Refused(TOO_LARGE_INSIDE)
            pieces.append(piece)
    return b"".join(pieces)
