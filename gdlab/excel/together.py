"""Several runs on the same points in one workbook: a sheet each, and how they compare."""

from collections.abc import Mapping
from pathlib import Path

from gdlab.core.trace import Trace
from gdlab.excel.compare import write_compare
from gdlab.excel.data import write_data
from gdlab.excel.sheet import refuse_too_long, write_sheet
from gdlab.excel.workbook import STREAM_FROM, truth_of
from gdlab.excel.writer import writing


def write_runs(runs: Mapping[str, Trace], path: str | Path) -> Path:
    """Write runs by the names of their sheets; returns the path.

    All have the same points and epochs. The sheet ``compare`` measures how far each is from the
    true line, so it is there only where the points lie on one. Raises ValueError for more rows
    than a sheet has.
    """
    for run in runs.values():
        refuse_too_long(run)
    one = next(iter(runs.values()))
    truth = truth_of(one)
    with writing(path, streaming=one.rows > STREAM_FROM) as book:
        write_data(book, one.table.point, one.points, truth)
        for name, run in runs.items():
            write_sheet(book, run, name)
        if truth:
            write_compare(book, runs, [])
    return Path(path)
