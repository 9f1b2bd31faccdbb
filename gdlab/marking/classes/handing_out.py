"""``new_class``: a practice workbook for every learner, and the teacher's key to each."""

from collections.abc import Iterable
from pathlib import Path

from gdlab.core.files import clear_leftovers, make_folder, replacing
from gdlab.core.parallel import spread
from gdlab.core.progress import progress
from gdlab.marking import practice
from gdlab.marking.classes.results import csv_text
from gdlab.marking.classes.roster import Learner, read_roster
from gdlab.marking.handout import make
from gdlab.marking.record import ALL, record_lines
from gdlab.reading.door import Refused, read_text, text_rows

SHEETS, KEYS, LIST = "sheets", "keys", "class.csv"
# What the sheets of a class have in common, as a practice sheet says it of itself.
COMMON = ("rule", "rows", "blank", "decimals")
HEADS = ("id", "name", "seed", "sheet", "key", *COMMON)
# Learners in one task: sending it out costs far less than a twentieth of its time.
AT_ONCE = 10


def new_class(
    rule: str,
    students: str | Path,
    out: str | Path,
    *,
    rows: int = 6,
    blank: str | Iterable[str] = ALL,
    decimals: int | None = None,
) -> tuple[int, int]:
    """Write a practice workbook and a key for every learner of a list into the folder ``out``.

    ``students`` is a .csv with a column ``id`` and, where wanted, ``name``. A learner's numbers
    are drawn by the id: the same id gets the same file again. ``sheets/`` is to be handed out,
    ``keys/`` to be kept, ``class.csv`` says whose is which. Sheets that are there already stay as
    they are, so what was stopped half-way goes on. ``rows``, ``blank`` and ``decimals`` are those
    of :func:`gdlab.practice`.

    Returns how many sheets were written and how many were there. Raises ValueError, one line, for
    bad arguments, or where ``out`` holds a class with other sheets.
    """
    learners = read_roster(students)
    record, _ = make(rule, rows=rows, blank=blank, decimals=decimals)
    said = {label: str(value) for label, value in record_lines(record)}
    common = [said[label] for label in COMMON]
    sheets = {"rule": record.rule, "rows": rows, "blank": record.blank, "decimals": decimals}
    folder = Path(out)
    for name in (SHEETS, KEYS):
        clear_leftovers(make_folder(folder / name))
    _refuse_others(folder / LIST, common)
    with replacing(folder / LIST) as beside:
        beside.write_text(_list(learners, common), encoding="utf-8-sig", newline="")
    missing = [one for one in learners if not (folder / SHEETS / one.file).exists()]
    parts = [missing[first : first + AT_ONCE] for first in range(0, len(missing), AT_ONCE)]
    try:
        with progress("Writing practice sheets", len(missing)) as done:
            given = ((str(folder), some, sheets) for some in parts)
            for count in spread(_write, given, "processes"):
                done(count)
    finally:
        for name in (SHEETS, KEYS):
            # Once more: a process that was ended a moment ago may have left something.
            clear_leftovers(folder / name)
    return len(missing), len(learners) - len(missing)


def _write(folder: str, learners: list[Learner], sheets: dict) -> int:
    for one in learners:
        # The key is written first: where the sheet is, the key is too.
        sheet, key = (Path(folder) / name / one.file for name in (SHEETS, KEYS))
        practice(out=sheet, key=key, seed=one.seed, **sheets)
    return len(learners)


def _refuse_others(place: Path, common: list[str]) -> None:
    """ValueError where the list at ``place`` is one of other sheets."""
    if not place.exists():
        return
    try:
        rows = text_rows(read_text(place), ",")
        first = dict(zip(next(rows, []), next(rows, []), strict=False))
    except Refused as refusal:
        raise ValueError(f"{place}: {refusal}") from None
    if [first.get(label) for label in COMMON] != common:
        raise ValueError(f"{place} is the list of other sheets; name another folder")


def _list(learners: list[Learner], common: list[str]) -> str:
    return csv_text(
        HEADS,
        (
            [one.id, one.name, one.seed, f"{SHEETS}/{one.file}", f"{KEYS}/{one.file}", *common]
            for one in learners
        ),
    )
