"""A process that marks strangers' workbooks, one after the other, under a limit of memory.

It is started by :mod:`gdlab.marking.classes.marker` and speaks in lines of JSON: in comes where a
workbook is and where its marked copy goes, out comes what was found or why it cannot be marked.
Whatever a file does to this process, the next one starts with a new one. A reason with ``again``
is no fault of the file's: it is to be tried again.
"""

import contextlib
import json
import math
import os
import re
import sys
from pathlib import Path
from typing import Any

from gdlab.core.parallel import end_with
from gdlab.core.words import plain, shown
from gdlab.marking.classes.own_rules import load_rules
from gdlab.marking.grid import read_grids
from gdlab.marking.handout import is_key
from gdlab.marking.judge import WRONG
from gdlab.marking.marked import learner_name, write_marked
from gdlab.marking.own import is_exported
from gdlab.marking.reading import filled
from gdlab.marking.record import find_record, fingerprint
from gdlab.marking.report import Marked, Report
from gdlab.marking.reporting import report
from gdlab.reading.audit import audit
from gdlab.reading.door import Unreadable
from gdlab.reading.marked import write_marked_workbook
from gdlab.reading.opening import read_book
from gdlab.reading.uncollected import uncollected
from gdlab.reading.words import why_nothing

try:
    import resource
except ImportError:  # Windows has no such limits.
    resource = None  # type: ignore[assignment]

MEMORY = 500_000_000  # bytes beyond what the process has at its start
COMPUTING_SECONDS = 5  # of computing on one file
OWN_WORKBOOK = "it is not a practice sheet, but a workbook of the learner's own"
MOST_SAID = 3  # sentences
# What no practice sheet is saved as.
OTHER_ENDINGS = (".csv", ".tsv", ".xlsm")
TOO_MUCH = f"it takes more than {MEMORY // 10**6} MB of memory to read"


def main(parent: int) -> None:
    """Answer every line of standard input with one on standard output, while the parent lives."""
    end_with(parent)
    # Whatever a library prints goes elsewhere: standard output is for answers alone.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _limit_memory()
    for line in sys.stdin:
        _limit_computing()
        asked = json.loads(line)
        try:
            path, copy = Path(asked.pop("path")), Path(asked.pop("copy"))
            answer = mark(path, copy, **asked)
        except MemoryError:
            answer = {"reason": TOO_MUCH}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _limit_memory() -> None:
    pages = Path("/proc/self/statm")
    if resource is not None:
        used = int(pages.read_text().split()[0]) * resource.getpagesize() if pages.exists() else 0
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
            # Whatever ends this process, it leaves no image of its memory.
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_computing() -> None:
    """Let the system end this process with SIGXCPU after so much computing on the next file.

    The time on the clock says nothing about a file: the machine may be busy, or asleep.
    """
    if resource is not None:
        told = resource.getrusage(resource.RUSAGE_SELF)
        used = math.ceil(told.ru_utime + told.ru_stime)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CPU, (used + COMPUTING_SECONDS, hard))


@uncollected()
def mark(
    path: Path, copy: Path, own_rules: str | None, follows: float, per_slip: float | None
) -> dict[str, Any]:
    """Mark one workbook and write its marked copy; what was found, or the reason why not."""
    whose: dict[str, Any] = {}
    try:
        if own_rules is not None:
            load_rules(own_rules)
        if path.suffix.lower() in OTHER_ENDINGS:
            return _read_as_own(path, copy)
        grids = read_grids(path)
        # A key has a sentence where the name stands.
        whose = {"name": "" if is_key(grids) else learner_name(grids)}
        record = find_record(grids)
        if record:
            whose |= {"learner": record.learner, "fingerprint": fingerprint(record)}
        elif not is_exported(grids):
            return {**whose, **_read_as_own(path, copy)}
        found = report(filled(grids, str(path)), follows, per_slip)
    except (Unreadable, OSError) as error:
        return {"reason": str(error), "again": True}
    except ValueError as error:
        return {"reason": str(error), **whose}
    try:
        write_marked(found, copy, grids)
    except (ValueError, OSError) as error:
        return {"reason": f"its marked copy cannot be written: {error}", "again": True}
    return {
        **whose,
        "is_key": is_key(grids),
        "rule": found.rule,
        "marks": {**found.marks, "score": found.score},
        "answered": not found.untouched,
        "first_wrong": found.first_wrong,
        "notes": list(found.notes),
        "cost": _cost(found),
        "cells": _cells(found),
        "wrong": [
            [cell.row, cell.column, cell.slip, cell.written]
            for cell in found.cells
            if cell.status == WRONG
        ],
        # Of cells with the same slip the first tells it in full.
        "said": {
            f"{cell.column} {cell.slip}": _sentence(cell)
            for cell in found.cells
            if cell.slip and not cell.again
        },
    }


def _cost(found: Report) -> str:
    """What the slips cost, where the teacher has said what one does."""
    slips = found.marks["slips"]
    if found.per_slip is None or not slips:
        return ""
    counted = "1 mistake" if slips == 1 else f"{slips} mistakes"
    return f"{counted}, each costing {100 * found.per_slip:g} %"


def _sentence(cell: Marked) -> str:
    """What was done in a wrong cell, without the formula and the rows."""
    said = re.sub(r"^the same as in [A-Z]+\d+: |^neither .*? is right; ", "", cell.because or "")
    return re.sub(r" \(in rows [^)]*\)$", "", said.partition("; ")[0])


def _read_as_own(path: Path, copy: Path) -> dict[str, Any]:
    """What is said of a workbook that a learner has made: what it is, but no marks.

    Where it is gradient descent, its marked copy says what is wrong in it.
    """
    book = read_book(path)
    reading = audit(book, str(path))
    if not reading.tables:
        return {"reason": f"{OWN_WORKBOOK}; {why_nothing(reading)}"}
    write_marked_workbook(reading, book, copy)
    words = [
        f"sheet {shown(table.sheet)}: {plain(table.words).rstrip('.')}" for table in reading.tables
    ]
    faults = [one for one in reading.findings if one.is_fault]
    words += [f"{one.address} is wrong: {plain(one.because)}" for one in faults]
    if len(words) > MOST_SAID:
        words = [*words[:MOST_SAID], f"and {len(words) - MOST_SAID} more; see its marked copy"]
    said = f"{OWN_WORKBOOK}. {'; '.join(words)}"
    return {"reason": said, "rules": [table.rule for table in reading.tables]}


def _cells(found: Report) -> dict[str, str]:
    """The cells of each column from row 1 down, each by the first letter of its status.

    A dot stands for a cell that was not asked for.
    """
    columns: dict[str, dict[int, str]] = {}
    for cell in found.cells:
        columns.setdefault(cell.column, {})[cell.row] = cell.status[0]
    return {
        column: "".join(cells.get(row, ".") for row in range(1, max(cells) + 1))
        for column, cells in columns.items()
    }
