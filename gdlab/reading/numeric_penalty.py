"""Gradients of a loss with a penalty on a sheet without formulas."""

from gdlab.reading.numeric import Role
from gdlab.reading.numeric_read import NumericRead

FEWEST_PENALISED_ROWS, PENALTY_LEFT_OVER = 4, 1e-6


def is_penalised(read: NumericRead, role: Role) -> bool:
    """Whether a slope's gradient exceeds the expected one by a multiple of the slope or a constant.

    That is the case if the loss has a penalty on the slope's square, on its size, or on both.
    """
    if role.name.strip("-") not in ("gm", "gm/2"):
        return False
    rows = []
    for row in range(read.figures.rows):
        slope, wanted = read.layout.slope.at(row), role.expected(row)
        value = role.figures.values[row]
        if slope is not None and wanted is not None and value is not None:
            rows.append((slope, value - wanted[0], role.figures.slack(row)))
    if len(rows) < FEWEST_PENALISED_ROWS:
        return False
    (low, first, _), (high, last, _) = min(rows), max(rows)
    share = (last - first) / (high - low) if high > low else 0.0
    largest = max(abs(more) for _, more, _ in rows)
    # Rounding cannot explain the excess.
    return largest > 100 * max(slack for *_, slack in rows) and all(
        abs(more - first - share * (slope - low)) <= PENALTY_LEFT_OVER * largest + slack
        for slope, more, slack in rows
    )
