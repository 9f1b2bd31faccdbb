"""Whose a file is: by the sheet's own learner id, the name in it, the file's name, its folder.

The names are those that learning systems and mail programs make: a Moodle download has folders
``NAME_12345_assignsubmission_file_``, a Canvas download files ``lastnamefirst_12345_678_FILE-1``,
a mail program ``Copy of FILE`` and ``FILE (1)``.
"""

import datetime
import os
import re
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from gdlab.marking.classes.roster import Learner, alike
from gdlab.reading.door import READ_AT_ONCE, Refused
from gdlab.reading.guard import MOST_WORKBOOK_BYTES

MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<user>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)"
)
CANVAS_FILE = re.compile(r"(?P<name>[^_]+)(?:_LATE)?_(?P<user>\d+)_(?P<number>\d+)_(?P<file>.+)")
COPIED_NAME = re.compile(
    r"^(?:copy of|kopie von|copie de|copia de|kopia)\s+|"
    r"\s*(?:\(\d+\)|- copy|- kopie|- copie|_copy|-\d{1,2})$",
    re.IGNORECASE,
)
# A file handed in once more: Canvas counts from -1, mail programs from (1).
AGAIN = re.compile(r"(?:-(\d{1,2})|\((\d{1,3})\))$")

SHORTEST_PART = 3
# Of a .zip: files, their bytes in all, and letters of a name.
MOST_FILES, MOST_UNPACKED, LONGEST_FILE_NAME = 20_000, 4_000_000_000, 80


@contextmanager
def delivered(source: Path) -> Iterator[Path]:
    """The folder of what came back: ``source`` itself, or what a .zip holds, until the block ends.

    Raises ValueError, one line, for what is neither, and for a .zip that holds too much.
    """
    if source.is_dir():
        yield source
        return
    if source.suffix.lower() != ".zip" or not source.is_file():
        raise ValueError(f"{source} is no folder, and no .zip")
    with tempfile.TemporaryDirectory(prefix="gdlab-delivery-") as folder:
        try:
            with zipfile.ZipFile(source) as packed:
                _unpack(packed, Path(folder))
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
            raise ValueError(f"{source.name}: the .zip is damaged, or locked") from None
        except Refused as refusal:
            raise ValueError(f"{source.name}: {refusal}") from None
        yield Path(folder)


def _unpack(packed: zipfile.ZipFile, folder: Path) -> None:
    """Write the members as plain files with their times; none leads out of the folder."""
    members = [one for one in packed.infolist() if not one.filename.endswith("/")]
    if len(members) > MOST_FILES:
        raise Refused(f"it holds more than {MOST_FILES:,} files")
    left = MOST_UNPACKED
    for one in members:
        parts = [part for part in re.split(r"[/\\]", one.filename) if part not in ("", ".", "..")]
        if not parts or parts[0] == "__MACOSX":
            continue
        place = folder.joinpath(*(part[:LONGEST_FILE_NAME].replace("\0", "_") for part in parts))
        place.parent.mkdir(parents=True, exist_ok=True)
        with packed.open(one) as source, place.open("wb") as target:
            # One byte past what is marked at all shows that there is more.
            size = 0
            while size <= MOST_WORKBOOK_BYTES and (piece := source.read(READ_AT_ONCE)):
                target.write(piece)
                size += len(piece)
        left -= size
        if left < 0:
            raise Refused(f"it holds more than {MOST_UNPACKED // 10**9} GB")
        with suppress(ValueError, OverflowError):
            time = datetime.datetime(*one.date_time).timestamp()
            os.utime(place, (time, time))


class Sender(NamedTuple):
    """Who handed a file in, and by what that is known."""

    learner: Learner
    known_by: str


class Roster:
    """The learners of a list, to be found by whatever names them."""

    def __init__(self, learners: Iterable[Learner]) -> None:
        self.learners = list(learners)
        self._by_id = _unique((key, one) for one in self.learners for key in _ids(one))
        self._by_name = _unique((key, one) for one in self.learners for key in _name_keys(one.name))

    def sender(self, file: str, learner_id: str, written_name: str) -> Sender | None:
        """Who handed in ``file``, a path within the delivery; None where nothing tells."""
        path = PurePosixPath(file)
        ways = (
            ("the sheet's own id", self._whole(learner_id)),
            ("the name written in it", self._whole(written_name)),
            ("the file's name", self._named(path.stem)),
            ("the folder", next(filter(None, map(self._named, reversed(path.parts[:-1]))), None)),
        )
        return next((Sender(one, how) for how, one in ways if one), None)

    def _whole(self, text: str) -> Learner | None:
        return self._by_id.get(_id_key(text)) or self._by_name.get(_name_key(text))

    def _named(self, text: str) -> Learner | None:
        """Who is named in the name of a file or folder, or in a part of it."""
        for part in (*_names_in(text), *_parts_of(text)):
            by_id, by_name = self._by_id.get(_id_key(part)), self._by_name.get(_name_key(part))
            # A file adam.xlsx says nothing of somebody called Adam.
            if by_id or (by_name and len(_words(by_name.name)) > 1):
                return by_id or by_name
        return None


def attempt(file: str) -> int:
    """Which of several attempts a file's name says that it is, 0 for the first."""
    found = AGAIN.search(PurePosixPath(file).stem)
    return int(found[1] or found[2]) if found else 0


def _names_in(text: str) -> Iterator[str]:
    """All that may be an id or a name in a file's name, the surest first."""
    yield text
    for form, system in ((MOODLE, "participant"), (CANVAS_FILE, "canvas")):
        found = form.fullmatch(text)
        if found:
            yield f"{system} {found['user']}"
            yield found["name"]
            if found["file"]:
                yield from _names_in(PurePosixPath(found["file"]).stem)
            return
    plain = text
    while plain != (plain := COPIED_NAME.sub("", plain).strip()):
        yield plain


def _parts_of(text: str) -> Iterator[str]:
    """Words of a file's name, alone and in pairs; short ones say nothing (sheet 1)."""
    words = [word for word in re.split(r"[_\s]+", text) if len(word) >= SHORTEST_PART]
    yield from words
    yield from map(" ".join, pairwise(words))


def _ids(one: Learner) -> Iterator[str]:
    yield _id_key(one.id)
    yield alike(one.file.removesuffix(".xlsx"))
    yield from map(_id_key, one.others)


def _id_key(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip()).casefold()


def _name_key(text: str) -> str:
    """A name by its words in any order, without accents: Doe, Jane is jane doe."""
    return " ".join(sorted(_words(text)))


def _name_keys(name: str) -> Iterator[str]:
    """The keys of a learner's name; Canvas writes the words as one, beginning with any of them."""
    words = _words(name)
    yield _name_key(name)
    if len(words) > 1:
        yield from ("".join(words[k:] + words[:k]) for k in range(len(words)))


def _words(text: str) -> list[str]:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"\w+", "".join(c for c in bare if not unicodedata.combining(c)))


def _unique(pairs: Iterable[tuple[str, Learner]]) -> dict[str, Learner]:
    """The learner of each key that names one alone."""
    found: dict[str, Learner] = {}
    shared = set()
    for key, one in pairs:
        if found.setdefault(key, one).id != one.id:
            shared.add(key)
    return {key: one for key, one in found.items() if key and key not in shared}
