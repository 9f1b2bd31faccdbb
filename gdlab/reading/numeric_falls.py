"""Descents of an unknown model in numbers: columns that fall by a constant times another one."""

from gdlab.core.words import listed
from gdlab.reading.book import Book, address
from gdlab.reading.figures import Figures, FigureTable, figure_tables
from gdlab.reading.labels import speaks_of_gradients
from gdlab.reading.numeric_memories import Moved, what_moves

FEWEST_MOVES, FALL_ROWS, MOST_FALLS_SAID, MOST_RULES_SAID = 4, 60, 8, 3
# Steps must be this many times as large as what rounding may hide.
SHARP = 20


def what_falls(book: Book, sheet: int) -> str | None:
    """A sentence about a descent of an unknown model in numbers alone; None if there is none."""
    name = book.sheets[sheet]
    tables = figure_tables(book, sheet)
    for table in tables:
        found = _falls(table)
        if found:
            rate = found[0][2]
            columns = listed(
                [
                    f"{_said(a, table)} by {rate:.6g} times {_said(b, table)}"
                    for a, b, _ in found[:MOST_FALLS_SAID]
                ]
            )
            more = (
                f" and {len(found) - MOST_FALLS_SAID} more" if len(found) > MOST_FALLS_SAID else ""
            )
            return (
                f"sheet {name}: from row to row {columns}{more}: these fall as in gradient "
                "descent; without formulas their loss is not known, and no gradient is judged"
            )
    for table in tables if not book.formulas else ():
        moved = what_moves(table)
        if moved:
            return f"sheet {name}: {_moved_words(moved, table)}"
    if tables and speaks_of_gradients(book, sheet):
        return (
            f"sheet {name}: numbers without formulas; they are not those of a straight line, "
            "b + m*x, so nothing is judged"
        )
    return None


def _moved_words(moved: list[Moved], table: FigureTable) -> str:
    """A sentence about columns that move by a rule, and the rules that give these numbers."""
    columns = moved[0].columns[:MOST_FALLS_SAID]
    pairs = listed([f"{_said(a, table)} with {_said(b, table)}" for a, b in columns])
    rules = [
        f"{one.rule} ({', '.join(f'{name} {value:.6g}' for name, value in one.hyper.items())})"
        for one in moved[:MOST_RULES_SAID]
    ]
    return (
        f"from row to row {pairs} move as {' or as '.join(rules)} has it; without formulas their "
        "loss is not known, and no gradient is judged"
    )


def _said(figures: Figures, table: FigureTable) -> str:
    where = address(figures.keys[0])
    line = where.rstrip("0123456789") if table.down else where.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f"{line} ({figures.label})" if figures.label else line


def _falls(table: FigureTable) -> list[tuple[Figures, Figures, float]]:
    """Pairs of columns with the rate between them; the rate that most columns share."""
    by_rate: dict[str, list[tuple[Figures, Figures, float]]] = {}
    for falling in table.columns:
        for other in table.columns:
            rate = (
                _rate(falling, other, min(table.rows, FALL_ROWS)) if other is not falling else None
            )
            if rate is not None:
                by_rate.setdefault(f"{rate:.3g}", []).append((falling, other, rate))
    found = max(by_rate.values(), key=len, default=[])
    # A single such column may be any decay; several must each fall by another column.
    own = {id(other) for _, other, _ in found}
    return found if len(found) >= 2 and len(own) == len(found) else []


def _rate(falling: Figures, other: Figures, rows: int) -> float | None:
    """The constant ratio of one column's fall to another column; None if it is not constant."""
    moves = []
    for row in range(rows - 1):
        here, there, by = falling.values[row], falling.values[row + 1], other.values[row]
        if here is None or there is None or by is None:
            return None
        slack = falling.slack(row) + falling.slack(row + 1)
        moves.append((here - there, by, slack, other.slack(row)))
    sharp = [
        (step / by, (slack + abs(step / by) * off) / abs(by))
        for step, by, slack, off in moves
        if by and abs(step) > SHARP * slack and abs(by) > SHARP * off
    ]
    if len(sharp) < FEWEST_MOVES or len({step for step, *_ in moves}) < FEWEST_MOVES:
        return None
    rate = min(sharp, key=lambda one: one[1])[0]
    if not 0 < rate < 5 or abs(rate - 1) < 1e-9:
        return None
    # The shortest decimal that fits all rows is probably what was typed.
    for digits in range(1, 7):
        short = float(f"{rate:.{digits}g}")
        if all(
            abs(step - short * by) <= slack + short * off + 1e-6 * abs(step)
            for step, by, slack, off in moves
        ):
            return short
    return None
