"""A sheet's numbers for the page: float64, one row per column, with the sheet's errors in them.

A spreadsheet has no infinity. Where it shows an error the page gets a number that is none: NaN
stands for #NUM!, infinity for #DIV/0!.
"""

import numpy as np

from gdlab.core.trace import Trace
from gdlab.excel.errors import errors_of

CODES = np.array([0, np.nan, np.inf])


def cells(run: Trace) -> np.ndarray:
    """All columns of a run's sheet in their order."""
    table = np.array([run.column(name) for name in run.table.names], dtype=float)
    if run.exploded is None:
        return table
    errors = errors_of(run)
    if errors is not None:
        for place, name in enumerate(run.table.names):
            if name in errors.rows:
                found = errors.rows[name]
                tail = table[place, errors.first - 1 :]
                tail[found > 0] = CODES[found[found > 0]]
    return table
