"""The lessons' workbook, and one small workbook per lesson."""

from pathlib import Path

from gdlab.core.files import make_folder
from gdlab.core.lessons import EPOCHS, LESSONS, Lesson, lesson
from gdlab.core.points import LESSON_INTERCEPT, LESSON_SLOPE
from gdlab.core.registry import rules
from gdlab.core.symbols import LETTERS, refuse_letters
from gdlab.core.trace import Trace, trace
from gdlab.excel.compare import write_compare
from gdlab.excel.data import write_data
from gdlab.excel.intro import write_intro
from gdlab.excel.original import original_notes
from gdlab.excel.sheet import refuse_too_long, write_sheet
from gdlab.excel.workbook import STREAM_FROM, write_trace
from gdlab.excel.writer import writing

WORKBOOK = "graddesc.xlsx"
# The sheet compare has a column per epoch, and a sheet has 16,384 columns.
MOST_EPOCHS = 10_000


def write_lessons(folder: str | Path, *, epochs: int = EPOCHS, letters: str = "mb") -> list[Path]:
    """Write graddesc.xlsx and a workbook per lesson into a folder, made if it is not there.

    Returns their paths. ``letters`` are "mb", or "ab" as in the lessons. Raises ValueError where
    the folder cannot be made or written in, or where the epochs do not fit on a sheet.
    """
    folder = Path(folder)
    refuse_letters(letters)
    if isinstance(epochs, int) and epochs > MOST_EPOCHS:
        raise ValueError(
            f"the lessons' workbook takes up to {MOST_EPOCHS:,} epochs, not {epochs:,}"
        )
    runs = {name: lesson(name, epochs=epochs) for name in LESSONS}
    refuse_too_long(runs["basic"])
    make_folder(folder)
    paths = [_write_all(folder / WORKBOOK, runs, epochs, letters)]
    for name, run in runs.items():
        title, notes = _title(LESSONS[name], letters), original_notes(name, run.table)
        path = folder / f"{name}.xlsx"
        paths.append(write_trace(run, path, letters=letters, title=title, name=name, notes=notes))
    return paths


def _title(shown: Lesson, letters: str) -> str:
    return f"{shown.title}: y = {LETTERS[letters]['slope']}*x + b"


def _write_all(path: Path, runs: dict[str, Trace], epochs: int, letters: str) -> Path:
    points = runs["basic"].points
    others = [name for name in rules() if name not in {shown.rule for shown in LESSONS.values()}]
    with writing(path, streaming=runs["basic"].rows > STREAM_FROM) as book:
        write_intro(book, epochs, letters)
        write_data(
            book, runs["basic"].table.point, points, (LESSON_INTERCEPT, LESSON_SLOPE), letters
        )
        for name, run in runs.items():
            write_sheet(
                book,
                run,
                name,
                title=_title(LESSONS[name], letters),
                letters=letters,
                notes=original_notes(name, run.table),
            )
        write_compare(book, runs, [trace(name, epochs=epochs) for name in others], letters)
    return path
