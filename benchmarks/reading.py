"""The time that a stranger's workbook takes to be read and judged, beyond the imports.

    python -m benchmarks.reading

Some 12,000 formula cells: a 2-2-2 network of sigmoids, 27 formulas an update, one gradient column
with a wrong reference. It is read again and again in one process; the figure is the median.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import gdlab
from benchmarks.goal import Goal

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from strangers import network, write

RUNS, ROWS = 5, 445


def seconds() -> float:
    """The median time of ``gdlab.read_workbook``."""
    sheet = network(rows=ROWS)
    column = next(one for one in sheet.columns if one.name == "dw3")
    column.formula = (column.formula or "").replace("{ah2}", "{ah1}")
    file = write(Path(tempfile.mkdtemp()) / "network.xlsx", sheet)
    times = []
    for _ in range(RUNS + 1):
        begin = time.perf_counter()
        reading = gdlab.read_workbook(file)
        times.append(time.perf_counter() - begin)
    if reading.first_wrong != sheet.address(0, "dw3"):
        raise SystemExit("the wrong column was not found, so the time says nothing")
    return statistics.median(times[1:])


def goals() -> list[Goal]:
    """The goal about workbooks that others made."""
    return [Goal("check of a stranger's workbook, 12,000 formulas", seconds(), "s", 1.5)]


if __name__ == "__main__":
    print(*goals(), sep="\n")
