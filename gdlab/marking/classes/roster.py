"""The learners of a class: who they are, by which seed their numbers are drawn, their files."""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from gdlab.reading.door import LONGEST_ROW, Refused, read_text, text_rows

LONGEST_ID = 200
# What no file system minds; the same in every system's file names.
UNSAFE = re.compile(r"[^\w.@+-]", re.ASCII)
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class Learner(NamedTuple):
    """One learner: the id as the course has it, a name where one is known, the file's name."""

    id: str
    name: str
    file: str

    @property
    def seed(self) -> int:
        """What the learner's numbers are drawn by: it depends on the id alone."""
        return seed_of(self.id)


def seed_of(identity: str) -> int:
    """A seed from an id: the first 31 bits of its SHA-256."""
    return int.from_bytes(hashlib.sha256(identity.encode()).digest()[:4], "big") >> 1


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
    return _with_files(found.items())


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
        if not identity:
            if any(field.strip() for field in row):
                raise ValueError(f"{place.name}, line {line}: a learner without an id")
            continue
        if len(identity) > LONGEST_ID:
            raise ValueError(f"{place.name}, line {line}: an id of over {LONGEST_ID} characters")
        if identity in found:
            raise ValueError(f"{place.name}, line {line}: the id {identity!r:.60} is there twice")
        found[identity] = name
    if not found:
        raise Refused("no learners under the heads")
    return found


def _with_files(learners: Iterable[tuple[str, str]]) -> list[Learner]:
    """The learners with a file name each, no two of which any file system takes for the same."""
    found, taken = [], set()
    for identity, name in learners:
        stem = UNSAFE.sub("_", identity)[:80].strip(".")
        if not stem or DEVICES.fullmatch(stem) or stem.lower() in taken or stem[0] == "-":
            stem = f"{stem.lstrip('-')}_{seed_of(identity)}"
        taken.add(stem.lower())
        found.append(Learner(identity, name, f"{stem}.xlsx"))
    return found
