"""Marks as learning systems import them: Moodle's worksheet or gradebook, Canvas' gradebook.

Moodle: a .csv with a column that names the learner, the grade, and the feedback; where the list of
learners was a grading worksheet, all its columns come back. Canvas: the columns of its own export,
and one headed by the assignment.
"""

from collections.abc import Iterable
from pathlib import Path

from gdlab.marking.classes.csv_file import write_csv
from gdlab.marking.classes.roster import Learner

FORMATS = ("csv", "moodle", "canvas")
# What a Moodle worksheet gets back.
GRADE, FEEDBACK = "Grade", "Feedback comments"
MOODLE_HEADS = ("Identifier", "Full name", "ID number", "Email address", "Username")
CANVAS_HEADS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOST = 100  # the marks of a sheet without a mistake

# A learner, the percentage (None for nothing handed in), and what is said of it.
Grade = tuple[Learner, float | None, str]


def write_gradebook(out: Path, form: str, assignment: str, grades: Iterable[Grade]) -> Path:
    """Write the file for one system, ``moodle`` or ``canvas``; a line per learner."""
    place = out / f"{form}-{assignment}.csv"
    (_write_moodle if form == "moodle" else _write_canvas)(place, assignment, list(grades))
    return place


def _write_moodle(place: Path, assignment: str, grades: list[Grade]) -> None:
    own = list(grades[0][0].row) if grades else []
    if "Identifier" in own:
        heads = [*own, *(head for head in (GRADE, FEEDBACK) if head not in own)]
    else:
        heads = [
            *([head for head in own if head in MOODLE_HEADS] or ["ID number"]),
            GRADE,
            FEEDBACK,
        ]
    write_csv(place, heads, (
        [
            {"ID number": one.id, **one.row, GRADE: _number(percent), FEEDBACK: said}[head]
            for head in heads
        ]
        for one, percent, said in grades
    ))  # fmt: skip


def _write_canvas(place: Path, assignment: str, grades: list[Grade]) -> None:
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
    write_csv(place, heads, rows)


def _number(percent: float | None) -> float | str:
    return "" if percent is None else round(percent, 1)
