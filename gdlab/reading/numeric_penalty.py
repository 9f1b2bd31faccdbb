"""Other losses than the squared error alone on a sheet without formulas: penalties, and a ReLU."""

from collections.abc import Callable, Sequence
from math import copysign

from gdlab.reading.numeric import Role
from gdlab.reading.numeric_read import NumericRead

FEWEST_PENALISED_ROWS, PENALTY_LEFT_OVER = 4, 1e-6
# What a penalty on the slope's square, and on its size, adds to a column.
ADDED: dict[str, tuple[Callable[[float], float], ...]] = {
    "gm": (lambda m: m, lambda m: copysign(1.0, m)),
    "err2": (lambda m: m * m, abs),
}


def is_penalised(read: NumericRead, role: Role) -> bool:
    """Whether what exceeds the expected numbers is what a penalty on the slope adds, in all rows.

    That is so if the loss has a penalty on the slope's square, on its size, or on both.
    """
    added = ADDED.get(role.name.strip("-").removesuffix("/2"))
    rows = []
    for row in range(read.figures.rows):
        slope, wanted = read.layout.slope.at(row), role.expected(row)
        value = role.figures.values[row]
        if slope is not None and wanted is not None and value is not None:
            slack = role.figures.slack(row) + wanted[1]
            rows.append((slope, value - wanted[0], slack))
    if added is None or len(rows) < FEWEST_PENALISED_ROWS:
        return False
    return any(_is_multiple(rows, one) for one in added) or (len(added) > 1 and _has_both(rows))


def _is_multiple(rows: list[tuple[float, float, float]], added: Callable[[float], float]) -> bool:
    """Whether an excess is everywhere the same multiple of a penalty's share, but for rounding."""
    largest = max(rows, key=lambda one: abs(added(one[0])))
    size = added(largest[0])
    if not size:
        return False
    return any(abs(more) > slack for _, more, slack in rows) and all(
        abs(more - largest[1] / size * added(slope))
        <= slack + largest[2] * abs(added(slope) / size)
        for slope, more, slack in rows
    )


def _has_both(rows: list[tuple[float, float, float]]) -> bool:
    """Whether an excess is a multiple of the slope and a constant, which rounding cannot be."""
    (low, first, _), (high, last, _) = min(rows), max(rows)
    share = (last - first) / (high - low) if high > low else 0.0
    largest = max(abs(more) for _, more, _ in rows)
    return largest > 100 * max(slack for *_, slack in rows) and all(
        abs(more - first - share * (slope - low)) <= PENALTY_LEFT_OVER * largest + slack
        for slope, more, slack in rows
    )


def closed_rows(read: NumericRead, roles: Sequence[Role]) -> set[int]:
    """The rows with a negative prediction, if a column is 0 in all of them: behind a ReLU.

    That column has what is expected of it everywhere else.
    """
    found = set()
    for row in range(read.figures.rows):
        wanted = read.layout.prediction.expected(row)
        if wanted is not None and wanted[0] < 0:
            found.add(row)
    return found if any(_is_closed(read, role, found) for role in roles) else set()


def _is_closed(read: NumericRead, role: Role, rows: set[int]) -> bool:
    name = role.name.strip("-").removesuffix("/2")
    if name not in ("y_pred", "gb", "gm", "error") or not rows:
        return False
    return not any(
        role.figures.values[row] if row in rows else role.right(row) is False
        for row in range(read.figures.rows)
    )
