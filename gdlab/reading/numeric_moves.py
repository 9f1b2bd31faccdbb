"""The updates of each parameter in numbers: values before and after, and the gradient."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gdlab.reading.figures import Figures, FigureTable
from gdlab.reading.numeric import MOSTLY, Layout, Series, bounded

Pair = tuple[float, float]


@dataclass
class Moves:
    """One parameter's updates: before, after, and the gradient, each with its slack, row by row.

    ``after`` is the column of the new value; ``gradient`` the column, or None if it is computed.
    """

    name: str
    before: Series
    after: Figures
    own_column: bool
    gradient: Figures | None
    rows: list[tuple[float, float, float, Pair] | None]


def moves_of(
    table: FigureTable, layout: Layout, taken: set[int], which: str, gradient: Figures | None,
    computed: Callable[..., float], inputs: Sequence[Series],
) -> Moves:  # fmt: skip
    """The updates of one parameter; the gradient is computed if it has no column."""
    before = layout.intercept if which == "b" else layout.slope
    after, own = before.figures, before.shifted
    if not before.shifted:
        for column in table.columns:
            if id(column) not in taken and _carries(before, column, table.rows):
                after, own = column, True
    rows: list[tuple[float, float, float, Pair] | None] = []
    for row in range(table.rows):
        w = before.at(row)
        if own:
            new, slack = after.values[row], after.slack(row)
        elif row + 1 < table.rows:
            new, slack = before.at(row + 1), before.slack(row + 1)
        else:
            new, slack = None, 0.0
        if gradient is not None:
            g = gradient.values[row]
            pair = None if g is None else (g, gradient.slack(row))
        else:
            given = [one.at(row) for one in inputs]
            pair = (
                None
                if any(one is None for one in given)
                else bounded(computed, given, [one.slack(row) for one in inputs])  # type: ignore[arg-type]
            )
        if w is None or new is None or pair is None:
            rows.append(None)
        else:
            rows.append((w, new, before.slack(row) + slack, pair))
    return Moves(which, before, after, own, gradient, rows)


def _carries(before: Series, column: Figures, rows: int) -> bool:
    """Whether a column's values are the parameter in the next row."""
    hits = tried = 0
    for row in range(rows - 1):
        a, b = column.values[row], before.at(row + 1)
        if a is None or b is None:
            continue
        tried += 1
        hits += abs(a - b) <= column.slack(row) + before.slack(row + 1) + 1e-12 * abs(a)
    return tried > 0 and hits >= max(1, MOSTLY * tried)
