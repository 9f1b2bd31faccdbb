"""What a practice workbook says of itself, in plain lines that a person can read too.

The lines stand on the sheet ``practice``. Their last one is a fingerprint of the others: it does
not keep anyone from cheating, but a damaged or edited record is noticed and never marked by.
"""

import hashlib
import json
import math
from dataclasses import dataclass
from typing import Any

from gdlab.core.assembly import EXTRAS
from gdlab.core.columns import Table
from gdlab.core.layout import DATA_SHEET, inputs
from gdlab.core.model import find_model
from gdlab.core.rerun import rerun
from gdlab.core.run import prepare
from gdlab.core.trace import Trace, trace
from gdlab.core.words import shown
from gdlab.marking.grid import Grid, is_number

PRACTICE_SHEET = "practice"
MOST_PRACTICE_ROWS = 1_000
MOST_DECIMALS = 15
LABELS = ("rule", "options", "rows", "seed", "blank", "decimals", "given", "points")
LEARNER, FINGERPRINT = "learner", "fingerprint"
ALL, ANY, NONE = "all", "any", "none"
# The options that are not hyperparameters.
SHAPING = ("epochs", "batch_size", "schedule", "switch", "model", "scale")
SEARCHED_LINES = 100


@dataclass(frozen=True)
class Record:
    """What a practice sheet was made with.

    ``options`` are further arguments of :func:`gdlab.trace`: those of :data:`SHAPING` and what
    clips or decays the gradient. ``blank`` are the columns to fill in; ``decimals`` None where any
    number of them may be written; ``given`` the inputs by their names on the sheet
    (:func:`gdlab.core.layout.inputs`);
    ``points`` x and y in the order of the rows of one epoch. A sheet of a class says no ``seed``:
    it could be made again by it, with its key; it says its ``learner``.
    """

    rule: str
    options: dict[str, Any]
    rows: int
    seed: int | None
    blank: tuple[str, ...]
    decimals: int | None
    given: dict[str, float]
    points: tuple[tuple[float, ...], ...]
    learner: str = ""


def sheet_name(rule: str) -> str:
    """The name of a rule's sheet, as far as a workbook can have it."""
    return f"{rule[:30]}_" if rule.lower() in (PRACTICE_SHEET, DATA_SHEET) else rule[:31]


def practice_table(rule: str, options: dict[str, Any]) -> Table:
    """The table that a rule has with some options; ValueError as :func:`gdlab.trace`."""
    # Some points: a table does not depend on which; two, because one could not be scaled.
    width = len(find_model(options.get("model")).data)
    return prepare(rule, [(1.0,) * width, (2.0,) * width], **options).table


def computed_columns(table: Table) -> tuple[str, ...]:
    """The columns that can be left blank: those with a formula."""
    return tuple(column.name for column in table.columns if column.expression is not None)


def run_of(
    record: Record,
    points: list[tuple[float, ...]] | None = None,
    given: dict[str, float] | None = None,
) -> Trace:
    """The true run of a practice sheet, or the one with other points and inputs in its place."""
    run = trace(record.rule, record.points if points is None else points, **record.options)
    return rerun(run, inputs=record.given if given is None else given)


def record_lines(record: Record) -> list[tuple[str, str | int]]:
    """The record as labels and values, the fingerprint last."""
    every = record.blank == computed_columns(practice_table(record.rule, record.options))
    lines: list[tuple[str, str | int]] = [
        ("rule", record.rule),
        ("options", json.dumps(record.options, sort_keys=True) if record.options else NONE),
        ("rows", record.rows),
        ("seed", NONE if record.seed is None else record.seed),
        ("blank", ALL if every else ", ".join(record.blank)),
        ("decimals", ANY if record.decimals is None else record.decimals),
        ("given", ", ".join(f"{name}={_short(value)}" for name, value in record.given.items())),
        ("points", ", ".join(" ".join(map(_short, point)) for point in record.points)),
    ]
    if record.learner:
        lines.append((LEARNER, record.learner))
    return [*lines, (FINGERPRINT, _fingerprint([str(value) for _, value in lines]))]


def fingerprint(record: Record) -> str:
    """What tells a sheet from every other one: it follows from all that was asked."""
    return str(record_lines(record)[-1][1])


def find_record(grids: list[Grid]) -> Record | None:
    """The record of a workbook; None where it has none.

    Raises ValueError with one sentence where the lines do not belong together.
    """
    for grid in grids:
        found = {
            grid.text(row, 1): _text(grid.value(row, 2))
            for row in range(1, min(grid.rows, SEARCHED_LINES) + 1)
        }
        if FINGERPRINT in found:
            return _record(found, grid.name)
    return None


def _short(value: float) -> str:
    return repr(value).removesuffix(".0")


def _text(value: object) -> str:
    """A stored value as the text that was written: a spreadsheet program may make 6 a 6.0."""
    if is_number(value) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _fingerprint(values: list[str]) -> str:
    return "x" + hashlib.sha256("\n".join(values).encode()).hexdigest()[:12]


def _record(found: dict[str, str], sheet: str) -> Record:
    texts = [found.get(label, "") for label in LABELS]
    learner = found.get(LEARNER, "")
    damaged = f"the record on the sheet {shown(sheet)} is damaged"
    if found[FINGERPRINT] != _fingerprint([*texts, learner] if learner else texts):
        raise ValueError(
            f"the lines on the sheet {shown(sheet)} that say what was asked have been changed; "
            "fill in a fresh copy of the practice sheet"
        )
    rule, options, rows, seed, blank, decimals, given, points = texts
    try:
        asked = {} if options == NONE else dict(json.loads(options))
        if not set(asked) <= {*SHAPING, *EXTRAS}:
            raise ValueError("it has options that a practice sheet does not have")
        table = practice_table(rule, asked)
        names = computed_columns(table)
    except (ValueError, TypeError, RecursionError) as error:
        if rule.isidentifier() and len(rule) < 60:
            raise ValueError(f"its rule cannot be judged here: {error}") from None
        raise ValueError(damaged) from None
    try:
        record = Record(
            rule,
            asked,
            int(rows),
            None if seed == NONE else int(seed),
            names if blank == ALL else tuple(blank.split(", ")),
            None if decimals == ANY else int(decimals),
            {name: float(value) for name, _, value in _parts(given, "=")},
            tuple(tuple(map(float, point.split(" "))) for point in points.split(", ")),
            learner,
        )
    except ValueError:
        raise ValueError(damaged) from None
    numbers = [*record.given.values(), *(value for point in record.points for value in point)]
    if (
        not 1 <= record.rows <= MOST_PRACTICE_ROWS
        or any(len(point) != len(table.point) for point in record.points)
        or len(record.points) * record.options.get("epochs", 1) != record.rows
        or not set(record.blank) <= set(names)
        or tuple(record.given) != inputs(table)
        or not all(map(math.isfinite, numbers))
        or not 0 <= (record.decimals or 0) <= MOST_DECIMALS
    ):
        raise ValueError(
            f"the record on the sheet {shown(sheet)} does not fit the rule {rule} as it is here"
        )
    return record


def _parts(text: str, sign: str) -> list[tuple[str, str, str]]:
    return [part.partition(sign) for part in text.split(", ")]
