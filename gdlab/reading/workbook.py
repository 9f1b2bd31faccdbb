"""``read_workbook``: read any gradient descent workbook and find what is wrong in it."""

from pathlib import Path

from gdlab.reading.audit import audit
from gdlab.reading.opening import open_workbook
from gdlab.reading.result import Reading


def read_workbook(path: str | Path) -> Reading:
    """Read any workbook: its descents, rules and gradients, and what is wrong in it.

    Raises ValueError, with the file's name and one sentence, if the file cannot be read.
    """
    return audit(open_workbook(path), str(path))
