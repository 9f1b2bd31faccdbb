"""The folder of a course: its secret, and what was handed out to whom, in ``class.csv``."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from gdlab.core.files import replacing
from gdlab.core.trust import read_private
from gdlab.core.words import unharmed
from gdlab.marking.classes.csv_file import csv_text
from gdlab.reading.door import Refused, read_text, text_rows

SHEETS, KEYS, LIST, SECRET = "sheets", "keys", "class.csv", "secret"
# What all sheets of one round have in common: what a practice sheet says of itself, and what was
# not drawn but given, rates and points.
SAID = ("rule", "options", "rows", "blank", "decimals")
COMMON = (*SAID, "given")
HEADS = ("id", "name", "round", "sheet", "key", *COMMON, "fingerprint")
SECRET_BYTES = 32


class HandedOut(NamedTuple):
    """One line of ``class.csv``: a learner's sheet in a round, and what tells it from others."""

    id: str
    name: str
    round: str
    sheet: str
    key: str
    common: tuple[str, ...]
    fingerprint: str


def secret_of(folder: Path) -> bytes:
    """The course's secret, made once: without it no sheet and no key can be made again.

    Raises ValueError where somebody else can write it.
    """
    place = folder / SECRET
    try:
        return read_private(place)
    except FileNotFoundError:
        with replacing(place, mode=0o600) as beside:
            beside.write_bytes(secrets.token_hex(SECRET_BYTES).encode())
        place.chmod(0o600)  # whatever the umask is
        return read_private(place)


def seed_of(secret: bytes, identity: str, round_name: str) -> int:
    """What a learner's numbers are drawn by: it depends on the course, the id and the round."""
    digest = hmac.new(secret, f"{round_name}\0{identity}".encode(), hashlib.sha256).digest()
    # Fifteen digits, as many as a spreadsheet program keeps.
    return int.from_bytes(digest[:8], "big") % 10**15


def read_list(folder: Path) -> list[HandedOut]:
    """What was handed out so far; ValueError, one line, for a list that is none."""
    place = folder / LIST
    if not place.exists():
        return []
    try:
        rows = text_rows(read_text(place), ",")
        heads = next(rows, [])
        if tuple(heads) != HEADS:
            raise Refused("it is not a list of a class, or one of an older gdlab")
        found = []
        for row in rows:
            line = dict(zip(HEADS, row, strict=True))
            own = {name: unharmed(line[name]) for name in ("id", "name", "round", "sheet", "key")}
            common = tuple(unharmed(line[name]) for name in COMMON)
            found.append(HandedOut(**own, common=common, fingerprint=line["fingerprint"]))
        return found
    except ValueError as refusal:
        raise ValueError(f"{place}: {refusal}") from None


def write_list(folder: Path, lines: Iterable[HandedOut]) -> None:
    """Write ``class.csv``; an atomic file write."""
    rows = ([*one[:5], *one.common, one.fingerprint] for one in lines)
    with replacing(folder / LIST) as beside:
        beside.write_text(csv_text(HEADS, rows), encoding="utf-8-sig", newline="")
