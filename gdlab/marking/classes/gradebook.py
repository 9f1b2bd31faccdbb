"""Marks as learning systems import them: Moodle's worksheet or gradebook, Canvas' gradebook.

Moodle: a .csv with a column that names the learner, the grade, and the feedback; where the list of
learners was a grading worksheet, all its columns come back, and the grade is out of its maximum.
Canvas: the columns of its own export, and one headed by the assignment; it takes a mark of the
encoding before a quoted head for damage, so there is none.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from gdlab.marking.classes.csv_file import write_csv
from gdlab.marking.classes.roster import Learner

FORMATS = ("csv", "moodle", "canvas")
# What a Moodle worksheet gets back.
GRADE, FEEDBACK = "Grade", "Feedback comments"
MAXIMUM = "maximum grade"
MOODLE_HEADS = ("Identifier", "Full name", "ID number", "Email address", "Username")
CANVAS_HEADS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOST = 100  # the marks of a sheet without a mistake

# A learner, the percentage (None for nothing handed in), and what is said of it.
Grade = tuple[Learner, float | None, str]


def write_gradebook(out: Path, form: str, assignment: str, grades: Iterable[Grade]) -> Path:
    """Write the file for one system, ``moodle`` or ``canvas``; a line per learner."""
    path = out / f"{form}-{assignment}.csv"
    (_write_moodle if form == "moodle" else _write_canvas)(path, assignment, list(grades))
    return path


def _write_moodle(path: Path, assignment: str, grades: list[Grade]) -> None:
    own = list(grades[0][0].row) if grades else []
    if "Identifier" in own:
        heads = [*own, *(head for head in (GRADE, FEEDBACK) if head not in own)]
    else:
        heads = [
            *([head for head in own if head in MOODLE_HEADS] or ["ID number"]),
            GRADE,
            FEEDBACK,
        ]
    write_csv(path, heads, (
        [
            {
                "ID number": one.id, **one.row,
                GRADE: _number(percent, _most_of(one)), FEEDBACK: said,
            }[head]
            for head in heads
        ]
        for one, percent, said in grades
    ))  # fmt: skip


def _write_canvas(path: Path, assignment: str, grades: list[Grade]) -> None:
    heads = [*CANVAS_HEADS, assignment]
    rows = [["    Points Possible", "", "", "", "", MOST]]
    for one, percent, _ in grades:
        known = {
            "Student": one.name,
            "SIS User ID": one.id,
            **one.row,
            assignment: _number(percent),
        }
        rows.append([known.get(head, "") for head in heads])
    write_csv(path, heads, rows, encoding="utf-8")


def _most_of(one: Learner) -> float:
    """The most that a worksheet allows, such as ``10.00`` or ``10,00``; else 100."""
    for head, text in one.row.items():
        if head.lower() == MAXIMUM:
            with suppress(ValueError):
                return float(text.replace(",", "."))
    return MOST


def _number(percent: float | None, most: float = MOST) -> float | str:
    if percent is None:
        return ""
    return round(percent * most / MOST, 1 if most == MOST else 2)
