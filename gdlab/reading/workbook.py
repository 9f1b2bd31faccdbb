"""``read_workbook``: any gradient descent workbook, what it is and what is wrong in it."""

from pathlib import Path

from gdlab.reading.audit import audit
from gdlab.reading.opening import open_workbook
from gdlab.reading.result import Reading


def read_workbook(path: str | Path) -> Reading:
    """Read a workbook that others made: its descents, rules, gradients, and what is wrong.

    Raises ValueError, the file's name and one sentence, where the file cannot be read.
    """
    return audit(open_workbook(path), str(path))
