"""Writing .xlsx: time against XlsxWriter's own loop, and memory that does not grow with the rows.

    python -m benchmarks.export

The peer writes the very same formulas, with their values, as strings and floats that lie ready;
ours begins with the trace and puts the formulas together. Memory is that of a process of its own:
what the writing adds at most to the trace, at two numbers of rows (Linux only).
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import xlsxwriter

import gdlab
from benchmarks.goal import Goal
from benchmarks.rows import in_turns
from gdlab.core.layout import START_ROW, row_numbers, shape
from gdlab.excel.workbook import STREAM_FROM

CELLS = 200_000
SHORT, LONG = STREAM_FROM, 4 * STREAM_FROM
MEMORY = """
import sys
import gdlab

def now(word):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(word))

run = gdlab.trace("sgd", epochs=int(sys.argv[1]) // 29 + 1)
run.frame, run.epochs, run.exploded
with open("/proc/self/clear_refs", "w") as clear:
    clear.write("5")  # the largest size is counted again from here
before = now("VmRSS")
run.to_excel(sys.argv[2])
print(now("VmHWM") - before)
"""


def ready_cells(run: gdlab.Trace) -> list[tuple[int, int, str, float]]:
    """Row, column, formula and value of every formula cell of the rows."""
    shapes = [shape(run.table, name, run.samples) for name in run.table.names]
    values = [run.column(name).tolist() for name in run.table.names]
    return [
        (START_ROW + t - 1, column, text.format(**row_numbers(t, run.samples)), cells[t - 1])
        for t in range(1, run.rows + 1)
        for column, (text, cells) in enumerate(zip(shapes, values, strict=True))
        if text
    ]


def write_plainly(cells: list[tuple[int, int, str, float]], path: Path) -> None:
    """XlsxWriter's own loop."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for row, column, formula, value in cells:
        sheet.write_formula(row, column, formula, None, value)
    book.close()


def times(repeats: int = 2) -> tuple[int, float, float]:
    """The number of formula cells, and the seconds of ours and of the peer."""
    per_row = sum(bool(shape(gdlab.trace("adam").table, n, 29)) for n in gdlab.trace("adam").frame)
    run = gdlab.trace("adam", epochs=-(-CELLS // per_row // 29))
    cells = ready_cells(run)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        ours, peer = in_turns(
            [lambda: run.to_excel(path), lambda: write_plainly(cells, path)], repeats
        )
    return len(cells), ours, peer


def memory(rows: int) -> float:
    """MB that writing a workbook of so many rows adds at most to a process that has the trace."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = [sys.executable, "-P", "-c", MEMORY, str(rows), str(Path(folder) / "book.xlsx")]
        said = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    return int(said) / 1024


def goals() -> list[Goal]:
    """The two figures with their limits; half of XlsxWriter's time is what is aimed at."""
    count, ours, peer = times()
    return [
        Goal(f"write {count:,} formula cells, of XlsxWriter's time", ours / peer, "times", 0.5),
        Goal(
            f"write {LONG:,} rows, memory beyond {SHORT:,} rows'",
            memory(LONG) - memory(SHORT),
            "MB",
            5,
        ),
    ]


if __name__ == "__main__":
    count, ours, peer = times()
    print(f"{count:,} formula cells: ours {ours:.2f} s, XlsxWriter's loop {peer:.2f} s")
    for rows in (SHORT, LONG):
        print(f"{rows:,} rows: {memory(rows):.1f} MB while it is written")
