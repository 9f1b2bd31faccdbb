"""The only place where a file from outside is opened: hand-ins, points, lists of learners, digits.

Whatever a path leads to, no more than so many bytes of it are read, nothing waits, and what comes
out of unpacking or of splitting into fields is counted while it comes. Together with
:mod:`gdlab.reading.guard`, which looks through workbooks, this keeps any file within 5 seconds of
computing and 500 MB.
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
# Characters of one row of a table, also where quoted line ends are part of it.
LONGEST_ROW = 131_072
READ_AT_ONCE = 1_000_000

TOO_MANY_ROWS = f"it has more than {SHEET_ROWS:,} rows"
DAMAGED = "the packed file is damaged or cut short"


class Refused(ValueError):
    """A file that is not read, with the reason as its message, without the file's name."""


class Unreadable(Refused):
    """A file that the system does not give out: not there, no permission, a fault of the disk."""


def read_bytes(path: str | Path, most: int) -> bytes:
    """All bytes of an ordinary file; Refused if there are more than allowed, or none."""
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
    # A pipe that took the file's place in the meantime is opened without waiting for its writer.
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
    """An ordinary file as text, to be read line by line: whole it may be fourfold as long.

    It is in the first of ``encodings`` that fits; UTF-16 only where the file says so itself.
    Raises Refused as :func:`read_bytes` does, and where it is in none of them.
    """
    data = read_bytes(path, most)
    # Told at once; whatever is left is counted once more as rows and fields.
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
    """The rows of comma-separated text, each a list of fields, counted while they come.

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
    """What a packed file (.gz) holds; Refused where that is more than so many bytes, or damaged."""
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
