"""``practice``: a workbook to fill in by hand, and its key, cell for cell at the same addresses."""

import math
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdlab.core.assembly import EXTRAS
from gdlab.core.files import check_workbook_name
from gdlab.core.layout import START_ROW
from gdlab.core.model import find_model
from gdlab.core.points import pairs
from gdlab.core.rates import FIND
from gdlab.core.registry import find_rule
from gdlab.core.rerun import inputs_of
from gdlab.core.suggest import unknown
from gdlab.core.trace import Trace, trace
from gdlab.core.words import harmless
from gdlab.excel.styles import PAPER_SIZE
from gdlab.marking.numbers import numbers
from gdlab.marking.record import (
    MOST_DECIMALS,
    MOST_PRACTICE_ROWS,
    PRACTICE_SHEET,
    SHAPING,
    Record,
    computed_columns,
    practice_table,
    record_lines,
    sheet_name,
)
from gdlab.marking.separating import unseen

if TYPE_CHECKING:
    from gdlab.excel.writer import Workbook
    from gdlab.marking.grid import Grid

NAME_LABEL = "Your name"
KEY_NAME = "This is the key."
RECORD_TITLE = "What was asked, for gdlab check; please leave these lines as they are."
LEARNER_ROW, TEXT_ROW = 3, 5
LABEL_WIDTH, VALUE_WIDTH, LINE_HEIGHT = 16, 84, 15


def practice(
    rule: str | Callable,
    out: str | Path,
    *,
    rows: int = 6,
    seed: int = 0,
    blank: str | Iterable[str] = "all",
    decimals: int | None = None,
    key: str | Path | None = None,
    **options: Any,
) -> Path:
    """Write a practice sheet as a workbook; returns its path.

    ``rows`` rows of ``rule`` are to be filled in, on points and rates that ``seed`` draws;
    ``blank`` names the columns that are left empty, by default all that are computed. ``decimals``
    asks for that many digits after the point; without it a cell is judged by the digits that it
    has. ``key`` is a path for the key, filled in, with live formulas. ``options`` are ``model``,
    ``scale``, ``epochs``, ``batch_size``, ``schedule``, ``switch``, ``h``, ``max_norm``,
    ``max_value`` and ``weight_decay``, as for :func:`gdlab.trace`; ``rows`` are of all epochs
    together. ``points`` and hyperparameters such as ``lr`` take the place of drawn ones; with
    ``points`` alone a rate is found for them.

    Raises ValueError, one line that names the thing, for an unknown rule or column, for rows or
    decimals out of their limits, for a path that does not end in .xlsx, and where a file stands
    that a learner may have filled in. Warns where usual mistakes do not show in the numbers.
    """
    for path in (out,) if key is None else (out, key):
        check_workbook_name(path)
    record, run = make(rule, rows=rows, seed=seed, blank=blank, decimals=decimals, **options)
    if key is not None and Path(key).resolve() == Path(out).resolve():
        raise ValueError(f"{key} cannot be both the practice sheet and its key")
    for path in (out,) if key is None else (out, key):
        _refuse_to_replace(Path(path))
    warn_of_unseen(record, run)
    return write_sheets(record, run, out, key)


def warn_of_unseen(record: Record, run: Trace) -> None:
    """Warn the caller's caller where usual mistakes do not show in a sheet's numbers."""
    if hidden := unseen(run, record.decimals):
        warnings.warn(f"{record.rule}: {hidden}", stacklevel=3)


def write_sheets(
    record: Record, run: Trace, out: str | Path, key: str | Path | None = None, name: str = ""
) -> Path:
    """Write a record's practice sheet, with the learner's ``name`` in it, and its key."""
    # The key is written first: where the sheet is, the key is too. It is nobody's sheet.
    if key is not None:
        _write(Path(key), replace(record, learner=""), run, name or record.learner, is_key=True)
    return _write(Path(out), record, run, name, is_key=False)


def _refuse_to_replace(path: Path) -> None:
    """ValueError where ``path`` is anything but a practice sheet without an answer, or a key."""
    from gdlab.marking.grid import read_grids
    from gdlab.marking.reading import filled

    if not path.is_file():
        return
    try:
        grids = read_grids(path)
        there = filled(grids, str(path))
        replaceable = is_key(grids) or there.asked.isdisjoint(there.written)
    except ValueError:
        replaceable = False
    if not replaceable:
        raise ValueError(
            f"{path} is there and may be filled in; give another name, or move it away first"
        )


def is_key(grids: "list[Grid]") -> bool:
    """Whether a workbook says of itself that it is a key."""
    return any(
        grid.name == PRACTICE_SHEET and grid.text(LEARNER_ROW, 2) == KEY_NAME for grid in grids
    )


def make(
    rule: str | Callable,
    *,
    rows: int = 6,
    seed: int = 0,
    blank: str | Iterable[str] = "all",
    decimals: int | None = None,
    points: Any = None,
    **options: Any,
) -> tuple[Record, Trace]:
    """What a practice sheet is made of: its record and the true run; errors as in practice."""
    found = find_rule(rule)
    shaping = {*SHAPING, *EXTRAS, *signature(trace).parameters}
    given = {name: options.pop(name) for name in options.keys() - shaping}
    if "model" in options:
        options["model"] = find_model(options["model"]).name
    if isinstance(options.get("scale"), Mapping):
        # The record has the columns in this order, and so has the table.
        options["scale"] = dict(sorted(options["scale"].items()))
    _whole("rows", rows, 1, MOST_PRACTICE_ROWS)
    _whole("seed", seed, None, None)
    if decimals is not None:
        _whole("decimals", decimals, 0, MOST_DECIMALS)
    _check_options(options, rows)
    columns = _blank(computed_columns(practice_table(found.name, options)), blank)
    # Points are drawn to suit the rates; for a person's own points there is nothing to suit.
    rates = {name: value for name, value in given.items() if points is None and value != FIND}
    drawn = numbers(found, rows // options.get("epochs", 1), seed, options | rates, decimals)
    chosen = drawn.points
    if points is not None:
        chosen = _first(points, rows // options.get("epochs", 1), options.get("model"))
        # A rate that was drawn for other points may explode on these.
        given = ({"lr": FIND} if "lr" in found.hyper else {}) | given
    run = trace(found.name, chosen, start=drawn.start, **{**options, **drawn.hyper, **given})
    own = {name: value for name, value in options.items() if value != 1 or name in EXTRAS}
    return Record(
        found.name, own, rows, seed, columns, decimals, inputs_of(run), tuple(chosen)
    ), run


def _first(points: Any, count: int, model: str | None) -> list[tuple[float, ...]]:
    """The first of a person's own points; ValueError where there are fewer."""
    found = list(zip(*pairs(points, find_model(model).data), strict=True))
    if len(found) < count:
        raise ValueError(f"{count} rows an epoch need as many points; there are {len(found)}")
    return found[:count]


def _check_options(options: dict[str, Any], rows: int) -> None:
    """ValueError for an option that a practice sheet does not have."""
    known = [*SHAPING, *EXTRAS]
    for name in options:
        if name not in known:
            what = f"a practice sheet has no option {name!r:.40}"
            raise ValueError(unknown(what, name, known, "it has"))
    epochs = options.get("epochs", 1)
    _whole("epochs", epochs, 1, rows)
    if rows % epochs:
        raise ValueError(f"{rows} rows to fill in are not divisible by {epochs} epochs")


def _whole(name: str, value: object, low: int | None, high: int | None) -> None:
    fits = isinstance(value, int) and not isinstance(value, bool)
    if not fits or not (low is None or low <= value <= high):  # type: ignore[operator]
        limits = "" if low is None else f" from {low} to {high}"
        raise ValueError(f"{name} must be a whole number{limits}, not {value!r:.40}")


def _blank(columns: tuple[str, ...], blank: str | Iterable[str]) -> tuple[str, ...]:
    """The columns to fill in, in the table's order."""
    wanted = [blank] if isinstance(blank, str) else list(blank)
    if wanted in (["all"], []):
        return columns
    for name in wanted:
        if name not in columns:
            what = f"no column {name!r:.40} can be blank"
            raise ValueError(unknown(what, name, [*columns, "all"]))
    return tuple(name for name in columns if name in wanted)


def _write(path: Path, record: Record, run: Trace, name: str, *, is_key: bool) -> Path:
    from gdlab.excel.data import write_data
    from gdlab.excel.sheet import write_sheet
    from gdlab.excel.writer import writing

    empty = {(t, name) for t in range(1, record.rows + 1) for name in record.blank}
    with writing(path) as book:
        _write_instructions(book, record, name, is_key)
        title = f"{record.rule}: {'the key of practice sheet' if is_key else 'practice sheet'} "
        whose = name or record.learner if record.seed is None else record.seed
        write_sheet(
            book,
            run,
            sheet_name(record.rule),
            title=f"{title}{whose}",
            live=is_key,
            blank=frozenset() if is_key else frozenset(empty),
            decimals=record.decimals,
        )
        if is_key:
            write_data(book, run.table.point, run.points, truth=None)
    return path


def _write_instructions(book: "Workbook", record: Record, name: str, is_key: bool) -> None:
    sheet = book.add_sheet(PRACTICE_SHEET)
    sheet.set_column(0, 0, LABEL_WIDTH)
    sheet.set_column(1, 1, VALUE_WIDTH)
    sheet.write_string(0, 0, f"Practice: {record.rule}", book.style("title"))
    sheet.write_string(LEARNER_ROW - 1, 0, NAME_LABEL, book.style("name"))
    if is_key:
        sheet.write_string(LEARNER_ROW - 1, 1, KEY_NAME, book.style("text"))
    elif name:
        # Whoever edits the cell is not to make a formula of it.
        sheet.write_string(LEARNER_ROW - 1, 1, harmless(name), book.style("input", align="left"))
    else:
        sheet.write_blank(LEARNER_ROW - 1, 1, None, book.style("input", align="left"))
    lines = _instructions(record)
    for row, line in enumerate(lines, TEXT_ROW - 1):
        sheet.write_string(row, 0, line, book.style("text"))
    first = TEXT_ROW + len(lines) + 1
    quiet = book.style("source", text_wrap=True, align="left", valign="top")
    sheet.write_string(first, 0, RECORD_TITLE, book.style("source"))
    for row, (label, value) in enumerate(record_lines(record), first + 1):
        sheet.set_row(row, LINE_HEIGHT * math.ceil(len(str(value)) / VALUE_WIDTH))
        sheet.write_string(row, 0, label, quiet)
        if isinstance(value, int):
            sheet.write_number(row, 1, value, quiet)
        else:
            sheet.write_string(row, 1, value, quiet)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(PAPER_SIZE)
    sheet.fit_to_pages(1, 0)
    sheet.protect()


def _instructions(record: Record) -> list[str]:
    if record.decimals is None:
        digits = "Each cell is judged by the digits that you write: 58.05 claims two decimals."
    else:
        digits = f"Write every number to {record.decimals} decimals."
    return [
        f"Fill in the tinted cells of the sheet {sheet_name(record.rule)}, row by row.",
        f"The row above the first one is the start row, row {START_ROW}.",
        digits,
        "You may type numbers, or formulas of your own: they are judged by the numbers they give.",
        "A mistake counts once: cells that follow correctly from your own numbers get their mark,",
        "and so does the same mistake in the next rows. 0 and copied numbers earn nothing so,",
        "nor does a number rounded so far that it looks like 0 or a cell that it is made of.",
        "Save the file as .xlsx and run: gdlab check FILE. With --hint it says where to look.",
        "Without gdlab: open the page that your teacher gave you, and drop the file on it.",
    ]
