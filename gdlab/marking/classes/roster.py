"""The learners of a class: who they are, by which seed their numbers are drawn, their files."""

import hashlib
import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

from gdlab.core.words import unharmed
from gdlab.reading.door import LONGEST_ROW, Refused, read_text, text_rows

LONGEST_ID = 200
LONGEST_STEM = 60  # bytes
DIGITS = 16
# What no file system minds, and no two of which any takes for the same.
PLAIN = re.compile(r"[a-z0-9_](?:[a-z0-9._@+-]{0,58}[a-z0-9_@+-])?")
DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|clock\$|com\d|lpt\d)(\..*)?")
# Like a name that was made for another id.
MADE = re.compile(rf"-[0-9a-f]{{{DIGITS}}}\Z")


class Learner(NamedTuple):
    """One learner: the id as the course has it, and a name where one is known."""

    id: str
    name: str

    @property
    def file(self) -> str:
        """The name of the learner's file."""
        return file_of(self.id)

    @property
    def seed(self) -> int:
        """What the learner's numbers are drawn by: it depends on the id alone."""
        return seed_of(self.id)


def seed_of(identity: str) -> int:
    """A seed from an id: fifteen digits of its SHA-256, as many as a spreadsheet program keeps."""
    return int.from_bytes(hashlib.sha256(identity.encode()).digest()[:8], "big") % 10**15


def read_roster(path: str | Path) -> list[Learner]:
    """Read a .csv of learners with a column headed ``id`` and, where wanted, one headed ``name``.

    Raises ValueError, one line with the file's name, where there is no such column, no learner, or
    an id twice.
    """
    place = Path(path)
    try:
        found = _learners(place)
    except Refused as refusal:
        raise ValueError(f"{place.name}: {refusal}") from None
    return [Learner(identity, name) for identity, name in found.items()]


def _learners(place: Path) -> dict[str, str]:
    """The names by the ids."""
    text = read_text(place)
    first = text.readline(LONGEST_ROW)
    text.seek(0)
    separator = next((mark for mark in (";", "\t") if mark in first), ",")
    rows = text_rows(text, separator)
    heads = [head.strip().lower() for head in next(rows, [])]
    if "id" not in heads:
        raise Refused("head the column with the learners' ids: id")
    found: dict[str, str] = {}
    for line, row in enumerate(rows, 2):
        identity, name = (
            row[heads.index(head)].strip() if head in heads and heads.index(head) < len(row) else ""
            for head in ("id", "name")
        )
        # One and the same, however its accents are written.
        identity = unicodedata.normalize("NFC", identity)
        if not identity:
            if any(field.strip() for field in row):
                raise ValueError(f"{place.name}, line {line}: a learner without an id")
            continue
        # As class.csv has it, where an id could be taken for a formula.
        identity = unharmed(identity)
        if len(identity) > LONGEST_ID:
            raise ValueError(f"{place.name}, line {line}: an id of over {LONGEST_ID} characters")
        if identity in found:
            raise ValueError(f"{place.name}, line {line}: the id {identity!r:.60} is there twice")
        found[identity] = name
    if not found:
        raise Refused("no learners under the heads")
    return found


def file_of(identity: str) -> str:
    """The name of a learner's file: it depends on the id alone, and no two ids share one.

    An id in small letters, digits and ``._@+-`` is a name as it stands. In any other one, what some
    file system minds is replaced, and a digest of the id makes it unique.
    """
    if PLAIN.fullmatch(identity) and not DEVICES.fullmatch(identity) and not MADE.search(identity):
        return f"{identity}.xlsx"
    kept = "".join(c if _is_letter(c) else "_" for c in identity)
    # At most 255 bytes go into a name.
    stem = kept.encode()[:LONGEST_STEM].decode(errors="ignore").lstrip("-.")
    # A device is one with any ending.
    stem = f"_{stem}" if DEVICES.fullmatch(stem.lower()) else stem
    digest = hashlib.sha256(identity.encode(errors="surrogatepass")).hexdigest()[:DIGITS]
    return f"{stem or '_'}-{digest}.xlsx"


def _is_letter(character: str) -> bool:
    # Letters with their marks, and numbers; what does not print, or turns the line around, is none.
    return character in "._@+-" or unicodedata.category(character)[0] in "LMN"


def alike(file: str) -> str:
    """A file's name as every system writes it: in small letters, and composed."""
    return unicodedata.normalize("NFC", file).casefold()
