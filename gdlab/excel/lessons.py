"""The lessons' workbook, and one small workbook per lesson."""

from pathlib import Path

from gdlab.core.columns import Table
from gdlab.core.files import make_folder
from gdlab.core.layout import letters as column_letters
from gdlab.core.lessons import LESSON_EPOCHS, LESSONS, Lesson, lesson
from gdlab.core.points import LESSON_INTERCEPT, LESSON_SLOPE
from gdlab.core.registry import rules
from gdlab.core.symbols import LETTERS, refuse_letters, text
from gdlab.core.trace import Trace, trace
from gdlab.excel.compare import write_compare
from gdlab.excel.data import write_data
from gdlab.excel.handout import write_handout
from gdlab.excel.intro import write_intro
from gdlab.excel.sheet import refuse_too_long, write_sheet
from gdlab.excel.workbook import STREAM_FROM, write_trace
from gdlab.excel.writer import writing

WORKBOOK = "graddesc.xlsx"
# The sheet compare has a column per epoch, and a sheet has 16,384 columns.
MOST_EPOCHS = 10_000
# The original's columns from A on, by our names, where its order is known.
ORIGINAL_COLUMNS = {
    "basic": (
        "x", "y", "intercept", "slope", "y_pred", "err2", "err2_h_intercept", "est_grad_intercept",
        "err2_h_slope", "est_grad_slope", "grad_intercept", "grad_slope", "new_slope",
        "new_intercept",
    ),
    "momentum": (
        "x", "y", "intercept", "slope", "y_pred", "grad_intercept", "grad_slope", "new_intercept",
        "new_slope", "avg_intercept", "avg_slope", "err2",
    ),
}  # fmt: skip
ORIGINAL_LABELS = {
    "y_pred": "y_pred", "err2": "err^2", "err2_h_intercept": "errb1", "err2_h_slope": "erra1",
    "new_intercept": "new b", "new_slope": "new a",
}  # fmt: skip


def write_lessons(
    folder: str | Path, *, epochs: int = LESSON_EPOCHS, letters: str = "mb"
) -> list[Path]:
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
        for name, run in runs.items():
            write_handout(book, run, name, _title(LESSONS[name], letters), letters)
    return path


def original_notes(sheet: str, table: Table) -> dict[str, str]:
    """For each column that the original sheet has, what it is called there and its letter."""
    known = ORIGINAL_COLUMNS.get(sheet, ())
    shared = set(ORIGINAL_COLUMNS["basic"]).intersection(ORIGINAL_COLUMNS["momentum"])
    notes = {}
    for name in table.names:
        # Its de/da is our de²/da.
        label = ORIGINAL_LABELS.get(name) or text(name, "ab", table).replace("de²/", "de/")
        if name in known:
            notes[name] = (
                f"In the original workbook: column {column_letters(known.index(name))}, {label}"
            )
        elif name in shared and not known:
            notes[name] = f"In the original workbook: {label}"
    return notes
