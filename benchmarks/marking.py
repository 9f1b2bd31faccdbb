"""The time that one workbook's marking takes, beyond the imports.

    python -m benchmarks.marking

A practice sheet of three rows of Adam, filled in as its key has it but for one slip, is marked
again and again in one process; the figure is the median.
"""

import statistics
import tempfile
import time
from pathlib import Path

import gdlab
from benchmarks.goal import Goal

RUNS = 15


def seconds(rule: str = "adam", rows: int = 3) -> float:
    """The median time of ``gdlab.check`` for one handed-in workbook with a slip in it."""
    import openpyxl

    folder = Path(tempfile.mkdtemp())
    sheet, key = folder / "sheet.xlsx", folder / "key.xlsx"
    gdlab.practice(rule, sheet, rows=rows, seed=1, key=key)
    # The key holds formulas: its values are put into the empty sheet as a learner types them.
    values = openpyxl.load_workbook(key, data_only=True)
    book = openpyxl.load_workbook(sheet)
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                answer = values[page.title][cell.coordinate].value
                if cell.value is None and isinstance(answer, (int, float)):
                    cell.value = round(answer, 4)
    book.save(sheet)
    report = gdlab.check(sheet)
    address = next(cell.address for cell in report.cells if cell.column == "grad_intercept")
    page = next(page for page in book.worksheets if page[address].value is not None)
    page[address].value = page[address].value / 2
    book.save(sheet)
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        report = gdlab.check(sheet)
        times.append(time.perf_counter() - begin)
    if report.marks["wrong"] == 0:
        raise SystemExit("the slip was not found, so the time says nothing")
    return statistics.median(times)


def goals() -> list[Goal]:
    """The goal about marking."""
    return [Goal("check of one workbook of Adam, three rows", seconds(), "s", 0.3)]


if __name__ == "__main__":
    print(*goals(), sep="\n")
