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
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from gdlab.core.words import shown
from gdlab.marking.classes.roster import Learner, alike
from gdlab.reading.door import READ_AT_ONCE, Refused
from gdlab.reading.guard import KNOWN_PACKING, MOST_WORKBOOK_BYTES, ZIP_DAMAGE

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

SHORTEST_PART, MOST_WORDS = 3, 20
# Of a .zip: files, their bytes in all, and letters of a name.
MOST_FILES, MOST_UNPACKED, LONGEST_FILE_NAME = 20_000, 4_000_000_000, 80
NO_NAMES = ("", ".", "..")
DAMAGED_ZIP = "the .zip is damaged, or locked"


@contextmanager
def delivered(source: Path) -> Iterator[Path]:
    """The folder of what came back: ``source`` itself, or what a .zip holds, until the block ends.

    Raises ValueError, one line, for what is neither, and for a .zip that holds too much.
    """
    if source.is_dir():
        yield source
        return
    if source.suffix.lower() != ".zip" or not source.is_file():
        raise ValueError(f"{source} is neither a folder nor a .zip")
    with tempfile.TemporaryDirectory(prefix="gdlab-delivery-") as folder:
        try:
            _unpack(source, Path(folder))
        except Refused as refusal:
            raise ValueError(f"{source.name}: {refusal}") from None
        yield Path(folder)


def _unpack(source: Path, folder: Path) -> None:
    """Write the members as plain files with their times; none leads out of the folder."""
    try:
        packed = zipfile.ZipFile(source)
    except ZIP_DAMAGE:
        raise Refused(DAMAGED_ZIP) from None
    with packed:
        members = [one for one in packed.infolist() if not one.filename.endswith("/")]
        if len(members) > MOST_FILES:
            raise Refused(f"it holds more than {MOST_FILES:,} files")
        left = MOST_UNPACKED
        for one in members:
            parts = [part for part in re.split(r"[/\\]", one.filename) if part not in NO_NAMES]
            if parts and parts[0] != "__MACOSX":
                names = (part[:LONGEST_FILE_NAME].replace("\0", "_") for part in parts)
                left -= _write(packed, one, folder.joinpath(*names))
            if left < 0:
                raise Refused(f"it holds more than {MOST_UNPACKED // 10**9} GB")


def _write(packed: zipfile.ZipFile, one: zipfile.ZipInfo, path: Path) -> int:
    """Write a member with its time; how many bytes it has."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        target = path.open("wb")
    except (FileExistsError, IsADirectoryError, NotADirectoryError):
        raise Refused(f"{shown(one.filename)} is a file and a folder in it") from None
    size = 0
    with target:
        for piece in _pieces(packed, one):
            target.write(piece)
            size += len(piece)
            # One byte past what is marked at all shows that there is more.
            if size > MOST_WORKBOOK_BYTES:
                break
    with suppress(ValueError, OverflowError):
        time = datetime.datetime(*one.date_time).timestamp()
        os.utime(path, (time, time))
    return size


def _pieces(packed: zipfile.ZipFile, one: zipfile.ZipInfo) -> Iterator[bytes]:
    """A member's bytes, some at a time: what is wrong with the zip is not taken for a full disk."""
    if one.compress_type not in KNOWN_PACKING:
        raise Refused("the .zip is packed in an unusual way; pack it again")
    try:
        with packed.open(one) as stream:
            while piece := stream.read(READ_AT_ONCE):
                yield piece
    except ZIP_DAMAGE:
        raise Refused(DAMAGED_ZIP) from None


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
    """Runs of words of a file's name, the longest first: Ana Ruiz Gil is not Ana Ruiz.

    A short word says nothing by itself (sheet 1).
    """
    words = re.split(r"[_\s]+", text)[:MOST_WORDS]
    for length in range(len(words), 1, -1):
        for first in range(len(words) - length + 1):
            yield " ".join(words[first : first + length])
    yield from (word for word in words if len(word) >= SHORTEST_PART)


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
