"""``mark_class``: mark all that came back; stopped half-way, it goes on where it was."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from filelock import FileLock, Timeout

from gdlab.core.files import clear_leftovers, make_folder
from gdlab.core.parallel import spread, workers
from gdlab.core.progress import progress
from gdlab.core.trust import refuse_foreign_links
from gdlab.marking.classes.journal import Handed, Journal
from gdlab.marking.classes.marker import close_all, mark_some
from gdlab.marking.classes.results import Counts, Result, write_results
from gdlab.marking.classes.roster import read_roster
from gdlab.reading.guard import MOST_BYTES

JOURNAL, COPIES, LOCK = "journal.jsonl", "marked", ".lock"
LINK = "it is a link; hand in the file itself"
# Files in one task that goes to another machine; within this one every file is a task.
AT_ONCE = 10


def mark_class(
    handed_in: str | Path, out: str | Path, students: str | Path | None = None
) -> Counts:
    """Mark every file in a folder and the folders in it; write what was found into ``out``.

    Each file is marked by a process with limits of memory and time, so that a hostile one costs
    only itself. ``out`` gets ``marks.csv`` (a line per learner for a gradebook), ``marked/`` (a
    marked copy per file), ``items.csv`` and a picture per rule (which cell went wrong, for how
    many, with which slip) and ``alike.csv`` (learners with the same wrong cells: a question, not an
    accusation). ``students`` is the list that the class was made from: it gives ids and names, and
    tells who handed nothing in.

    ``journal.jsonl`` in ``out`` keeps every file's result as soon as it is there; a file in it is
    marked again only when its content is another. What a fault of the machine did is not kept. The
    files handed in are never changed. Returns
    how many were marked, and which were not and why. Raises ValueError, one line, for a folder that
    is not there, for one and the same, or where another marking is at work in ``out``.
    """
    source, target = Path(handed_in), Path(out)
    if not source.is_dir():
        raise ValueError(f"{handed_in} is no folder")
    if target.resolve().is_relative_to(source.resolve()):
        # What lies there has come from others, a journal of theirs too.
        raise ValueError(f"{out} is in the folder that was handed in; name another for the marks")
    learners = read_roster(students) if students is not None else []
    copies = make_folder(target / COPIES)
    with _alone(target):
        clear_leftovers(copies)
        files = dict.fromkeys(_files(source))
        journal = Journal(target / JOURNAL)
        known = {key for key, _ in journal}
        new = [one for one in files if one not in known]
        passing: list[tuple[str, Result]] = []
        with progress("Marking", len(new)) as done, journal.appending() as add:
            for one, result in _mark(source, target, new):
                # Only what the file itself did is final; the rest is tried again by the next run.
                if result.get("again"):
                    passing.append((one.file, result))
                else:
                    add(one, result)
                done(1)
        kept = ((one.file, result) for one, result in journal if one in files)
        return write_results(chain(kept, passing), learners, target)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Keep a second marking out of the folder; the lock of a process that ended is none."""
    try:
        refuse_foreign_links(target / LOCK)
        with FileLock(target / LOCK, timeout=0):
            yield
    except Timeout:
        raise ValueError(f"{target}: another marking is at work there; wait for its end") from None


def _files(source: Path) -> Iterator[Handed]:
    """What was handed in, in the order of the paths; hidden and lock files are none, nor links.

    A link could lead to the key.
    """
    for folder, folders, names in os.walk(source):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            place = Path(folder, name)
            if not name.startswith((".", "~$")) and (place.is_symlink() or place.is_file()):
                yield Handed(place.relative_to(source).as_posix(), _content(place))


def _content(place: Path) -> str:
    """A digest of a file; of one that is too large to be read, its size and time."""
    if place.is_symlink():
        return LINK
    try:
        told = place.stat()
        if told.st_size > MOST_BYTES:
            return f"{told.st_size} {told.st_mtime_ns}"
        with place.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return str(error.strerror)


def _mark(source: Path, target: Path, files: list[Handed]) -> Iterator[tuple[Handed, Result]]:
    """Every file with its result, as they are done."""
    step = 1 if workers("threads").threads else AT_ONCE
    source, copies = source.resolve(), (target / COPIES).resolve()

    def places(part: list[Handed]) -> list[tuple[str, str]]:
        return [(str(source / one.file), str(copies / copy_of(one.file))) for one in part]

    for one in files:
        if one.content == LINK:
            yield one, {"reason": LINK}
    files = [one for one in files if one.content != LINK]
    parts = [files[first : first + step] for first in range(0, len(files), step)]
    given = ((part, places(part)) for part in parts)
    try:
        for part, results in spread(_mark_part, given, "threads", ordered=False):
            yield from zip(part, results, strict=True)
    finally:
        close_all()
        # A process that was ended at its work may have left a copy half written.
        clear_leftovers(copies)


def _mark_part(
    part: list[Handed], places: list[tuple[str, str]]
) -> tuple[list[Handed], list[Result]]:
    return part, mark_some(places)


def copy_of(file: str) -> str:
    """The name of a file's marked copy: folders become part of the name."""
    stem = file.removesuffix(Path(file).suffix).replace("/", "__")
    # Long names, and names that differ in their ending or in capitals only, are told apart.
    digest = hashlib.sha256(file.encode(errors="surrogateescape")).hexdigest()[:8]
    return f"{stem[:100]}-{digest}.xlsx"
