"""The learners of a class: who they are, and what their files are called."""

import hashlib
import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

from gdlab.core.words import unharmed
from gdlab.reading.door import LONGEST_ROW, Refused, read_text, text_rows

LONGEST_ID = 200
ENCODINGS = ("utf-8", "utf-16", "cp1252")
LONGEST_STEM = 60  # bytes
DIGEST_DIGITS = 16
# What no file system minds, and no two of which any takes for the same.
PLAIN_ID = re.compile(r"[a-z0-9_](?:[a-z0-9._@+-]{0,58}[a-z0-9_@+-])?")
DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|clock\$|com\d|lpt\d)(\..*)?")
# Like a name that was made for another id.
MADE = re.compile(rf"-[0-9a-f]{{{DIGEST_DIGITS}}}\Z")


# Heads by which lists of learners are known, in small letters and without spaces: our own, those of
# Moodle's participants, grades and grading worksheets, and those of Canvas' gradebook.
ID_HEADS = (
    "id", "idnumber", "sisuserid", "studentid", "matriculationnumber", "username", "sisloginid",
    "emailaddress", "email", "identifier",
)  # fmt: skip
NAME_HEADS = ("name", "fullname", "student", "studentname")
FIRST_HEADS, LAST_HEADS = ("firstname", "givenname"), ("lastname", "surname", "familyname")
CANVAS_HEADS = {"student", "id", "section"}
# Rows of Canvas' gradebook that are not learners.
NO_LEARNERS = ("points possible", "student, test")


class Learner(NamedTuple):
    """One learner: the id as the course has it, a name where one is known, other ids, the row.

    ``row`` is the learner's line of the list, by its heads.
    """

    id: str
    name: str
    others: tuple[str, ...] = ()
    row: dict[str, str] = {}  # noqa: RUF012 (never changed)

    @property
    def file(self) -> str:
        """The name of the learner's file."""
        return file_of(self.id)


def read_roster(
    path: str | Path, id_head: str | None = None, name_head: str | None = None
) -> list[Learner]:
    """Read a list of learners: our own .csv, or one that Moodle or Canvas has written.

    UTF-8, UTF-16 and Windows-1252 are read, with commas, semicolons or tabs. The columns are found
    by their heads, or named by ``id_head`` and ``name_head``.

    Raises ValueError, one line with the file's name, where there is no such column, no learner, or
    an id twice.
    """
    file = Path(path)
    try:
        return _learners(file, id_head, name_head)
    except Refused as refusal:
        raise ValueError(f"{file.name}: {refusal}") from None


def _learners(file: Path, id_head: str | None, name_head: str | None) -> list[Learner]:
    text = read_text(file, encodings=ENCODINGS)
    first = text.readline(LONGEST_ROW)
    text.seek(0)
    separator = max(",;\t", key=first.count)
    rows = text_rows(text, separator)
    heads = [head.strip() for head in next(rows, [])]
    of_id, of_name = _columns(heads, id_head, name_head)
    of_canvas = {_plain(head) for head in heads} >= CANVAS_HEADS
    found: dict[str, Learner] = {}
    for line, fields in enumerate(rows, 2):
        row = dict(zip(heads, (field.strip() for field in fields), strict=False))
        name = " ".join(filter(None, (row.get(head, "") for head in of_name)))
        # One and the same, however its accents are written.
        identity = unicodedata.normalize("NFC", row.get(of_id, ""))
        if name.lower().startswith(NO_LEARNERS):
            continue
        if not identity:
            if any(row.values()):
                raise ValueError(f"{file.name}, line {line}: a learner without an id")
            continue
        # As class.csv has it, where an id could be taken for a formula.
        identity = unharmed(identity)
        if len(identity) > LONGEST_ID:
            raise ValueError(f"{file.name}, line {line}: an id of over {LONGEST_ID} characters")
        if identity in found:
            raise ValueError(f"{file.name}, line {line}: the id {identity!r:.60} is there twice")
        others = {value for head, value in row.items() if _plain(head) in ID_HEADS and value}
        if of_canvas and row.get("ID"):
            # Canvas' own number, which it writes into the names of files.
            others = others - {row["ID"]} | {f"Canvas {row['ID']}"}
        found[identity] = Learner(identity, name, tuple(sorted(others - {identity})), row)
    if not found:
        raise Refused("no learners under the heads")
    return list(found.values())


def _plain(head: str) -> str:
    return re.sub(r"[\s_-]", "", head).lower()


def _columns(
    heads: list[str], id_head: str | None, name_head: str | None
) -> tuple[str, tuple[str, ...]]:
    """The head of the ids, and those that a name is made of."""
    for asked in filter(None, (id_head, name_head)):
        if asked not in heads:
            raise Refused(f"it has no column headed {asked!r:.60}; it has {', '.join(heads)[:200]}")
    plain = {_plain(head): head for head in reversed(heads)}
    # Canvas' own number is headed ID; what a course knows is the SIS id, where there is one.
    known = ID_HEADS if not plain.keys() >= CANVAS_HEADS else ("sisuserid", "sisloginid", "id")
    of_id = id_head or next((plain[head] for head in known if head in plain), None)
    if of_id is None:
        raise Refused("head the column with the learners' ids: id, or name its head")
    if name_head:
        return of_id, (name_head,)
    whole = next((plain[head] for head in NAME_HEADS if head in plain), None)
    if whole:
        return of_id, (whole,)
    parts = (
        next((plain[h] for h in kind if h in plain), None) for kind in (FIRST_HEADS, LAST_HEADS)
    )
    return of_id, tuple(part for part in parts if part)


def file_of(identity: str) -> str:
    """The name of a learner's file: it depends on the id alone, and no two ids share one.

    An id in small letters, digits and ``._@+-`` is a name as it stands. In any other one, what some
    file system minds is replaced, and a digest of the id makes it unique.
    """
    if (
        PLAIN_ID.fullmatch(identity)
        and not DEVICES.fullmatch(identity)
        and not MADE.search(identity)
    ):
        return f"{identity}.xlsx"
    kept = "".join(c if _is_letter(c) else "_" for c in identity)
    # At most 255 bytes go into a name.
    stem = kept.encode()[:LONGEST_STEM].decode(errors="ignore").lstrip("-.")
    # A device is one with any ending.
    stem = f"_{stem}" if DEVICES.fullmatch(stem.lower()) else stem
    digest = hashlib.sha256(identity.encode(errors="surrogatepass")).hexdigest()[:DIGEST_DIGITS]
    return f"{stem or '_'}-{digest}.xlsx"


def _is_letter(character: str) -> bool:
    # Letters with their marks, and numbers; what does not print, or turns the line around, is none.
    return character in "._@+-" or unicodedata.category(character)[0] in "LMN"


def alike(file: str) -> str:
    """A file's name as every system writes it: in small letters, and composed."""
    return unicodedata.normalize("NFC", file).casefold()
