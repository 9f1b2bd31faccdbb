"""A trace's table as text, csv, json or parquet: written row by row, whatever its length."""

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TextIO

from gdlab.core.files import replacing
from gdlab.core.progress import progress

if TYPE_CHECKING:
    from gdlab.core.columns import Table
    from gdlab.core.trace import Trace

UNLIMITED = 10**9  # characters on a line, where there is no terminal
ROWS_PRINTED_AT_ONCE = 10_000  # rows taken from the arrays at once
GAP = "  "


def write_csv(trace: "Trace", out: TextIO) -> None:
    """Comma-separated; every double keeps all its digits."""
    names = _names(trace)
    out.write(",".join(names) + "\n")
    for row in _rows(trace, names):
        out.write(",".join(map(repr, row)) + "\n")


def write_json(trace: "Trace", out: TextIO) -> str | None:
    """A list with one object per row; inf and nan, which JSON does not have, as null.

    Returns the place of the first null in words.
    """
    import json

    names = _names(trace)
    heads = [json.dumps(name) for name in names]
    first = None
    between = "[\n"
    for number, row in enumerate(_rows(trace, names), 1):
        cells = [repr(cell) if math.isfinite(cell) else "null" for cell in row]
        out.write(between + "{" + ", ".join(map("{}: {}".format, heads, cells)) + "}")
        between = ",\n"
        if first is None and "null" in cells:
            first = f"{names[cells.index('null')]} in row {number * trace.every}"
    out.write("\n]\n")
    return first


def write_text(trace: "Trace", out: TextIO, width: int = UNLIMITED) -> None:
    """A table to read, six digits a number; columns past ``width`` follow below."""
    widths = {name: len(name) for name in _names(trace)}
    for row in _rows(trace, list(widths)):
        for name, cell in zip(widths, row, strict=True):
            widths[name] = max(widths[name], len(f"{cell:.6g}"))
    for block in _blocks(trace.table, widths, width):
        out.write(GAP.join(name.rjust(widths[name]) for name in block) + "\n")
        for row in _rows(trace, block):
            cells = zip(block, row, strict=True)
            out.write(GAP.join(f"{cell:.6g}".rjust(widths[name]) for name, cell in cells) + "\n")
        out.write("\n")
    out.write(trace.summary() + "\n")


def _blocks(table: "Table", widths: dict[str, int], width: int) -> list[list[str]]:
    """Columns that fit beside each other; each block begins with what tells its rows apart."""
    told_by = ["t"] if "t" in table.counters else list(table.counters[:2])
    blocks: list[list[str]] = [[]]
    for name in widths:
        taken = sum(widths[column] + len(GAP) for column in blocks[-1])
        if taken + widths[name] > width and len(blocks[-1]) > len(told_by):
            blocks.append(list(told_by))
        if name not in blocks[-1]:
            blocks[-1].append(name)
    return blocks


def _names(trace: "Trace") -> list[str]:
    """The columns that a run has kept, in the table's order."""
    always = (*trace.table.counters, *trace.table.point)
    kept = trace.table.computed if trace.kept is None else trace.kept
    return [name for name in trace.table.names if name in always or name in kept]


def _rows(trace: "Trace", names: list[str]) -> Iterator[tuple[float, ...]]:
    """The kept rows of some columns as Python numbers."""
    columns = [trace.column(name) for name in names]
    rows = len(columns[0])
    with progress("Writing", rows) as done:
        for first in range(0, rows, ROWS_PRINTED_AT_ONCE):
            chunk = [column[first : first + ROWS_PRINTED_AT_ONCE].tolist() for column in columns]
            yield from zip(*chunk, strict=True)
            done(len(chunk[0]))


WRITERS: dict[str, Callable[["Trace", TextIO], str | None]] = {
    "text": write_text,
    "csv": write_csv,
    "json": write_json,
}


def write_file(trace: "Trace", kind: str, path: str) -> str | None:
    """Write a table to a file, atomically; ValueError where that cannot be.

    Returns the place of the first null, as :func:`write_json` does.
    """
    with replacing(path) as beside:
        if kind == "parquet":
            with progress("Writing"):
                trace.frame.to_parquet(beside, index=False)
            return None
        with beside.open("w", encoding="utf-8", newline="\n") as out:
            return WRITERS[kind](trace, out)
