"""A process that marks strangers' workbooks, one after the other, under a limit of memory.

It is started as ``python -m gdlab.marking.classes.worker`` and speaks in lines of JSON: in comes
where a workbook is and where its marked copy goes, out comes what was found or why it cannot be
marked. Whatever a file does to this process, the next one starts with a new one.
"""

import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from gdlab.marking.grid import read_grids
from gdlab.marking.judge import WRONG
from gdlab.marking.marked import learner_name, write_marked
from gdlab.marking.reading import filled
from gdlab.marking.record import find_record
from gdlab.marking.report import Report, report

MEMORY = 500_000_000  # bytes beyond what the process has at its start
LAST_SECONDS = 120
TOO_MUCH = f"it takes more than {MEMORY // 10**6} MB of memory to read"


def main() -> None:
    """Answer every line of standard input with one on standard output."""
    # Whatever a library prints goes elsewhere: standard output is for answers alone.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _limit_memory()
    for line in sys.stdin:
        if hasattr(signal, "alarm"):
            # Should the process that waits for the answer be gone, this one ends by itself.
            signal.alarm(LAST_SECONDS)
        asked = json.loads(line)
        try:
            answer = mark(Path(asked["path"]), Path(asked["copy"]))
        except MemoryError:
            answer = {"reason": TOO_MUCH}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit.
        return
    pages = Path("/proc/self/statm")
    used = int(pages.read_text().split()[0]) * resource.getpagesize() if pages.exists() else 0
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))


def mark(path: Path, copy: Path) -> dict[str, Any]:
    """Mark one workbook and write its marked copy; what was found, or the reason why not."""
    try:
        grids = read_grids(path)
        record = find_record(grids)
        found = report(filled(grids, str(path)))
        write_marked(found, copy, grids)
    except (ValueError, OSError) as error:
        return {"reason": str(error)}
    return {
        "rule": found.rule,
        "marks": found.marks,
        "first_wrong": found.first_wrong,
        "seed": record.seed if record else None,
        "name": learner_name(grids),
        "notes": list(found.notes),
        "cells": _cells(found),
        "wrong": [
            [cell.row, cell.column, cell.slip, cell.written]
            for cell in found.cells
            if cell.status == WRONG
        ],
    }


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


if __name__ == "__main__":
    main()
