"""``mark_class``: mark all that came back; stopped half-way, it continues where it was."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from gdlab.core.files import clear_leftovers, make_folder
from gdlab.core.parallel import spread, workers
from gdlab.core.progress import progress
from gdlab.core.trust import refuse_foreign_links
from gdlab.marking.classes.attempts import BEST, LATEST, Result
from gdlab.marking.classes.course import LIST, read_list
from gdlab.marking.classes.delivery import Roster, delivered
from gdlab.marking.classes.gradebook import FORMATS
from gdlab.marking.classes.journal import Handed, Journal
from gdlab.marking.classes.marker import close_all, mark_some
from gdlab.marking.classes.results import Counts, Ways, write_results
from gdlab.marking.classes.roster import Learner, read_roster
from gdlab.reading.guard import MOST_WORKBOOK_BYTES

JOURNAL, COPIES, LOCK = "journal.jsonl", "marked", ".lock"
LINK = "it is a link; hand in the file itself"
# How sheets are marked where nobody says otherwise.
USUAL_SCALE = {"own_rules": None, "follows": 1.0, "per_slip": None}
# Files in one task that goes to another machine; within this one every file is a task.
FILES_AT_ONCE = 10


def mark_class(
    handed_in: str | Path,
    out: str | Path,
    students: str | Path | None = None,
    *,
    course: str | Path | None = None,
    attempts: str = LATEST,
    per_slip: float | None = None,
    follows: float = 1.0,
    form: str = "csv",
    assignment: str = "gdlab",
    own_rules: str | Path | None = None,
    id_head: str | None = None,
    name_head: str | None = None,
) -> Counts:
    """Mark every file in a folder and the folders in it; write what was found into ``out``.

    Each file is marked by a process with limits of memory and time, so that a hostile one costs
    only itself. ``out`` gets ``marks.csv`` (a line per learner), ``unknown.csv`` (files of nobody
    on the list), ``marked/`` (a marked copy per file), ``items.csv`` and a picture per rule (which
    cell went wrong, for how many, with which slip) and ``alike.csv`` (learners with the same wrong
    cells: a question, not an accusation).

    ``journal.jsonl`` in ``out`` keeps every file's result as soon as it is there; a file in it is
    marked again only when its content is another. What a fault of the machine did is not kept. The
    files handed in are never changed.

    Args:
        handed_in: A folder, or a .zip as learning systems give it.
        out: The folder for the marks.
        students: The list of learners: ids, names, and who handed nothing in.
        course: The folder that :func:`new_class` wrote: what comes back is compared with what was
            handed out, and its list of learners is taken where ``students`` is not given.
        attempts: Which of several files of a learner counts: ``latest`` or ``best``.
        per_slip: What a slip costs, in percent; by default each wrong cell costs its own mark.
        follows: What a cell counts that follows from a slip, from 0 to 1.
        form: ``moodle`` or ``canvas`` to write a file for that system beside ``marks.csv``.
        assignment: The name of the assignment in that system.
        own_rules: A file of Python that registers rules: the teacher's own, for it is run.
        id_head: The head of the ids in ``students``.
        name_head: The head of the names.

    Returns:
        How many were marked, and which were not and why.

    Raises ValueError, one line, for a folder that is not there, for one and the same, or where
    another marking is at work in ``out``.
    """
    source, target = Path(handed_in), Path(out)
    if target.resolve().is_relative_to(source.resolve()):
        # What lies there has come from others, a journal of theirs too.
        raise ValueError(f"{out} is in the folder that was handed in; name another for the marks")
    _check_choice("attempts", attempts, (LATEST, BEST))
    _check_choice("format", form, FORMATS)
    if per_slip is not None and not 0 <= per_slip <= 100:
        raise ValueError(f"a mistake costs from 0 to 100 percent, not {per_slip!r:.40}")
    if course is None and students is not None and Path(students).name == LIST:
        # The list of a course says what was handed out, too.
        course, students = Path(students).parent, None
    handed_out = read_list(Path(course)) if course is not None else []
    if course is not None and not handed_out:
        raise ValueError(f"{course}: there is no class.csv; name the folder of gdlab class new")
    if students is None and handed_out:
        names = {line.id: line.name for line in handed_out}
        roster = Roster(Learner(identity, name) for identity, name in names.items())
    else:
        roster = Roster(read_roster(students, id_head, name_head) if students is not None else [])
    asked = {
        "own_rules": own_rules and str(Path(own_rules).resolve()),
        "follows": follows,
        "per_slip": None if per_slip is None else per_slip / 100,
    }
    copies = make_folder(target / COPIES)
    with _alone(target), delivered(source) as folder:
        clear_leftovers(copies)
        files = dict.fromkeys(_files(folder, asked))
        journal = Journal(target / JOURNAL)
        known = {key for key, _ in journal}
        new = [one for one in files if one not in known]
        passing: list[tuple[Handed, Result]] = []
        with progress("Marking", len(new)) as done, journal.appending() as add:
            for one, result in _mark(folder, target, new, asked):
                # Only what the file itself did is final; the rest is tried again by the next run.
                if result.get("again"):
                    passing.append((one, result))
                else:
                    add(one, result)
                done(1)

        def found() -> Iterator[tuple[str, str, float, Result]]:
            kept = ((one, result) for one, result in journal if one in files)
            for one, result in chain(kept, passing):
                yield one.file, one.content, _time(folder / one.file), result

        return write_results(found, roster, handed_out, target, Ways(attempts, form, assignment))


def _check_choice(what: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{what} is one of {', '.join(choices)}, not {value!r:.40}")


def _time(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Keep a second marking out of the folder; the lock of a process that ended is none."""
    try:
        refuse_foreign_links(target / LOCK)
        with FileLock(target / LOCK, timeout=0):
            yield
    except Timeout:
        raise ValueError(f"{target}: another marking is at work there; wait for its end") from None


def _files(source: Path, asked: dict[str, Any]) -> Iterator[Handed]:
    """What was handed in, in the order of the paths; hidden and lock files are none, nor links.

    A link could lead to the key. What is marked in another way is marked again.
    """
    way = "" if asked == USUAL_SCALE else f" {json.dumps(asked, sort_keys=True)}"
    for folder, folders, names in os.walk(source):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if not name.startswith((".", "~$")) and (path.is_symlink() or path.is_file()):
                yield Handed(path.relative_to(source).as_posix(), _content(path) + way)


def _content(path: Path) -> str:
    """A digest of a file; of one that is too large to be read, its size and time."""
    if path.is_symlink():
        return LINK
    try:
        told = path.stat()
        if told.st_size > MOST_WORKBOOK_BYTES:
            return f"{told.st_size} {told.st_mtime_ns}"
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return str(error.strerror)


def _mark(
    source: Path, target: Path, files: list[Handed], asked: dict[str, Any]
) -> Iterator[tuple[Handed, Result]]:
    """Every file with its result, as they are done."""
    step = 1 if workers("threads").threads else FILES_AT_ONCE
    source, copies = source.resolve(), (target / COPIES).resolve()

    def paths(part: list[Handed]) -> list[tuple[str, str]]:
        return [(str(source / one.file), str(copies / copy_of(one.file))) for one in part]

    for one in files:
        if one.content.startswith(LINK):
            yield one, {"reason": LINK}
    files = [one for one in files if not one.content.startswith(LINK)]
    parts = [files[first : first + step] for first in range(0, len(files), step)]
    given = ((part, paths(part), asked) for part in parts)
    try:
        for part, results in spread(_mark_part, given, "threads", ordered=False):
            yield from zip(part, results, strict=True)
    finally:
        close_all()
        # A process that was ended at its work may have left a copy half written.
        clear_leftovers(copies)


def _mark_part(
    part: list[Handed], paths: list[tuple[str, str]], asked: dict[str, Any]
) -> tuple[list[Handed], list[Result]]:
    return part, mark_some(paths, asked)


def copy_of(file: str) -> str:
    """The name of a file's marked copy: folders become part of the name."""
    stem = file.removesuffix(Path(file).suffix).replace("/", "__")
    # Long names, and names that differ in their ending or in capitals only, are told apart.
    digest = hashlib.sha256(file.encode(errors="surrogateescape")).hexdigest()[:8]
    return f"{stem[:100]}-{digest}.xlsx"
