"""``new_class``: a practice workbook for every learner, and the teacher's key to each."""

import hashlib
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gdlab.core.files import clear_leftovers, make_folder
from gdlab.core.model import find_model
from gdlab.core.parallel import spread
from gdlab.core.points import pairs
from gdlab.core.progress import progress
from gdlab.core.registry import find_rule
from gdlab.core.rerun import written
from gdlab.marking.classes.course import (
    KEYS,
    SAID,
    SHEETS,
    HandedOut,
    read_list,
    secret_of,
    seed_of,
    write_list,
)
from gdlab.marking.classes.own_rules import load_rules
from gdlab.marking.classes.roster import Learner, read_roster
from gdlab.marking.handout import make, write_sheets
from gdlab.marking.record import ALL, NONE, SHAPING, Record, fingerprint, record_lines

# Learners in one task: sending it out costs far less than a twentieth of its time.
SHEETS_AT_ONCE = 10


def new_class(
    rules: str | Callable | Sequence[str | Callable],
    students: str | Path,
    out: str | Path,
    *,
    rows: int = 6,
    blank: str | Iterable[str] = ALL,
    decimals: int | None = None,
    points: Any = None,
    own_rules: str | Path | None = None,
    id_head: str | None = None,
    name_head: str | None = None,
    **options: Any,
) -> tuple[int, int]:
    """Write a practice workbook and a key for every learner on a list into the folder ``out``.

    ``sheets/`` is to be handed out and ``keys/`` to be kept; ``class.csv`` says who has which
    sheet, and ``secret`` is what all numbers are drawn by, together with a learner's id: keep both.
    Sheets that are there already stay as they are, so what was stopped half-way goes on. Other
    sheets for the same course, of another rule or other rows, become a round of their own, in a
    folder of ``sheets/`` and ``keys/`` each.

    Args:
        rules: A rule, or several: a sheet of each for every learner.
        students: The list of learners; see :func:`gdlab.marking.classes.roster.read_roster`.
        out: The folder of the course.
        rows: Updates to fill in.
        blank: The columns to fill in.
        decimals: Digits after the point that are asked for.
        points: Points of which every learner's are drawn, in place of made ones.
        own_rules: A file of Python that registers rules: the teacher's own, for it is run.
        id_head: The head of the ids in the list.
        name_head: The head of the names.
        options: Those of :func:`gdlab.practice`, rates too.

    Returns:
        How many sheets were written and how many were there.

    Raises ValueError, one line, for bad arguments.
    """
    learners = read_roster(students, id_head, name_head)
    if own_rules is not None:
        load_rules(own_rules)
    several = [rules] if isinstance(rules, str) or callable(rules) else list(rules)
    asked = {"rows": rows, "blank": blank, "decimals": decimals, **options}
    if points is not None:
        asked["points"] = list(
            zip(*pairs(points, find_model(options.get("model")).data), strict=True)
        )
    folder = make_folder(out)
    listed = read_list(folder)
    secret = secret_of(folder)
    # Whole paths: a process may be at work that was started in another folder.
    rules_file = None if own_rules is None else str(Path(own_rules).resolve())
    written = there = 0
    for rule in several:
        name = find_rule(rule).name
        record, _ = make(name, **asked)
        said = {label: str(value) for label, value in record_lines(record)}
        common = (*(said[label] for label in SAID), _given(record, asked))
        round_name = _round_of(listed, name, common, several)
        lines = [_line(one, round_name, common) for one in learners]
        old = {(one.id, one.round): one for one in listed}
        new = [
            (one, line)
            for one, line in zip(learners, lines, strict=True)
            # What is written and not on the list was cut off by the end of a run.
            if (one.id, round_name) not in old or not (folder / line.sheet).exists()
        ]
        places = {(folder / file).parent for line in lines for file in (line.sheet, line.key)}
        for place in places:
            clear_leftovers(make_folder(place))
        parts = [
            new[first : first + SHEETS_AT_ONCE] for first in range(0, len(new), SHEETS_AT_ONCE)
        ]
        work = ((str(folder.resolve()), name, secret, part, asked, rules_file) for part in parts)
        try:
            with progress(f"Writing practice sheets of {name}", len(new)) as done:
                for made in spread(_write, work, "processes"):
                    old |= {(line.id, line.round): line for line in made}
                    # What is there is on the list, whenever this is stopped.
                    write_list(folder, old.values())
                    done(len(made))
        finally:
            for place in places:
                # Once more: a process that was ended a moment ago may have left something.
                clear_leftovers(place)
        listed = list(old.values())
        write_list(folder, listed)
        written, there = written + len(new), there + len(lines) - len(new)
    return written, there


def _given(record: Record, asked: dict[str, Any]) -> str:
    """The rates and points that were not drawn, in a few words; the points by a digest."""
    said = {"rows", "blank", "decimals", "points", *SHAPING, *record.options}
    words = [f"{name}={written(asked[name])}" for name in sorted(asked.keys() - said)]
    if "points" in asked:
        digest = hashlib.sha256(repr(asked["points"]).encode()).hexdigest()[:12]
        words.append(f"{len(asked['points'])} points {digest}")
    return ", ".join(words) or NONE


def _round_of(
    listed: list[HandedOut], rule: str, common: tuple[str, ...], several: Sequence[Any]
) -> str:
    """The name of a round: empty for a course's only one, else the rule's, numbered if need be."""
    for one in listed:
        if one.common == common:
            return one.round
    taken = {one.round for one in listed}
    if not taken and len(several) == 1:
        return ""
    number = 2
    name = rule
    while name in taken:
        name, number = f"{rule}_{number}", number + 1
    return name


def _line(one: Learner, round_name: str, common: tuple[str, ...]) -> HandedOut:
    file = f"{round_name}/{one.file}" if round_name else one.file
    return HandedOut(one.id, one.name, round_name, f"{SHEETS}/{file}", f"{KEYS}/{file}", common, "")


def _write(
    folder: str,
    rule: str,
    secret: bytes,
    part: list[tuple[Learner, HandedOut]],
    asked: dict[str, Any],
    own_rules: str | None,
) -> list[HandedOut]:
    """Write some learners' sheets; their lines of the list, now with the sheets' fingerprints."""
    if own_rules is not None:
        load_rules(own_rules)
    made = []
    for one, line in part:
        seed = seed_of(secret, one.id, line.round)
        own = dict(asked)
        if "points" in own:
            # Each learner has points of their own, too.
            own["points"] = random.Random(seed).sample(own["points"], len(own["points"]))
        record, run = make(rule, seed=seed, **own)
        record = replace(record, seed=None, learner=one.id)
        write_sheets(record, run, Path(folder, line.sheet), Path(folder, line.key), one.name)
        made.append(line._replace(fingerprint=fingerprint(record)))
    return made
