"""The only place where files from outside are opened: hand-ins, points, lists of learners, digits.

Whatever a path is, only a limited number of bytes is read, reading never blocks, and unpacked bytes
and split fields are counted as they arrive. Together with :mod:`gdlab.reading.guard`, which checks
workbooks, this keeps any file within 5 seconds of computing and 500 MB.
"""

import codecs
import csv
import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path

from gdlab.language.infix import SHEET_ROWS

MOST_TEXT_BYTES = 50_000_000
MOST_FIELDS = 4_000_000
# The characters in one row of a table, including quoted line breaks.
LONGEST_ROW = 131_072
READ_AT_ONCE = 1_000_000

TOO_MANY_ROWS = f"it has more than {SHEET_ROWS:,} rows"
DAMAGED = "the packed file is damaged or cut short"


class Refused(ValueError):
    """A file that is refused; the message is the reason, without the file's name."""


class Unreadable(Refused):
    """A file that the system cannot read: it is missing, forbidden, or the disk is faulty."""


def read_bytes(path: str | Path, most: int) -> bytes:
    """All bytes of an ordinary file; Refused if it is empty or larger than ``most``."""
    try:
        data = _opened(path, most)
    except OSError as error:
        raise Unreadable(f"{error.strerror or error}") from None
    except ValueError as error:
        if isinstance(error, Refused):
            raise
        # A path with a null character in it.
        raise Unreadable(str(error)) from None
    if not data:
        raise Refused("it is empty")
    return data


def _opened(path: str | Path, most: int) -> bytes:
    _refuse_special(Path(path).stat().st_mode)
    # If a pipe has replaced the file in the meantime, opening it must not wait for a writer.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(path, "rb", opener=lambda name, _: os.open(name, flags)) as file:
        found = os.fstat(file.fileno())
        _refuse_special(found.st_mode)
        data = b"" if found.st_size > most else file.read(most + 1) or b""
    if max(found.st_size, len(data)) > most:
        raise Refused(f"it is larger than {most // 10**6} MB")
    return data


def _refuse_special(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise Refused("it is a folder or a device, not a file")


def read_text(
    path: str | Path, most: int = MOST_TEXT_BYTES, encodings: tuple[str, ...] = ("utf-8",)
) -> io.TextIOBase:
    """An ordinary file as text, to be read line by line: all of it may take too much memory.

    The encoding is the first of ``encodings`` that fits; UTF-16 needs a byte order mark. Raises
    Refused as :func:`read_bytes` does, and if no encoding fits.
    """
    data = read_bytes(path, most)
    # A quick check; rows and fields are counted again while they are read.
    if max(data.count(b"\n"), data.count(b"\r")) > SHEET_ROWS:
        raise Refused(TOO_MANY_ROWS)
    for encoding in encodings:
        marked = data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        if marked == (encoding == "utf-16") and _is_in(data, encoding):
            reader = "utf-8-sig" if encoding == "utf-8" else encoding
            return io.TextIOWrapper(io.BytesIO(data), encoding=reader, newline="")
    raise Refused("not a text file in UTF-8")


def _is_in(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for first in range(0, len(data), READ_AT_ONCE):
            decoder.decode(data[first : first + READ_AT_ONCE], first + READ_AT_ONCE >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def text_rows(text: io.TextIOBase, delimiter: str) -> Iterator[list[str]]:
    """Yield the rows of comma-separated text as lists of fields, within limits.

    Raises Refused for more rows or fields than any list of points or learners has, and for a row
    that does not end.
    """
    rows = fields = 0
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        while line := text.readline(LONGEST_ROW + 1):
            taken += len(line)
            if taken > LONGEST_ROW:
                raise Refused(f"row {rows + 1} is longer than {LONGEST_ROW:,} characters")
            yield line

    try:
        for row in csv.reader(lines(), delimiter=delimiter):
            rows, fields, taken = rows + 1, fields + len(row), 0
            if rows > SHEET_ROWS:
                raise Refused(TOO_MANY_ROWS)
            if fields > MOST_FIELDS:
                raise Refused(f"it has more than {MOST_FIELDS:,} fields")
            yield row
    except csv.Error as error:
        raise Refused(str(error)) from None


def gunzipped(data: bytes, most: int) -> bytes:
    """The content of a .gz file; Refused if it is damaged or has more than ``most`` bytes."""
    pieces, size = [], 0
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            while piece := stream.read(READ_AT_ONCE):
                size += len(piece)
                if size > most:
                    raise Refused(f"it holds more than {most // 10**6} MB")
                pieces.append(piece)
    except (EOFError, zlib.error, OSError):
        raise Refused(DAMAGED) from None
    return b"".join(pieces)
