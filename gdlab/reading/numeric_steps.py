"""The steps of a rule on a sheet without formulas, and whether the written updates agree."""

from collections.abc import Sequence

from gdlab.reading.figures import Figures
from gdlab.reading.numeric_moves import Moves, Pair
from gdlab.reading.variants import Variant


def relative_slack(pair: Pair) -> float:
    """The relative error that a rounded number may have, with a generous margin."""
    return 3 * pair[1] / max(abs(pair[0]), 1e-300) if pair[0] else 0.0


def update_of(
    variant: Variant, w: float, g: float, row: int, states: dict[str, float],
    hyper: dict[str, float],
) -> dict[str, float] | None:  # fmt: skip
    """All values that a rule computes in one update, by name; None for an error."""
    try:
        return variant.update(g, w, row + 1, states, hyper, 1)
    except (ArithmeticError, ValueError, TypeError):
        return None


def steps_of(
    variant: Variant,
    moves: Sequence[Moves],
    hyper: dict[str, float],
    states: Sequence[dict[str, Figures]],
    rows: int,
) -> list[list[Pair | None]]:
    """The steps of the rule in every row, using the written states if there are any."""
    found = []
    for one, columns in zip(moves, states, strict=True):
        own: list[Pair | None] = []
        current = dict(variant.rule.starts)
        known = True
        share = most = 0.0
        for row in range(rows):
            move = one.rows[row]
            for name, column in columns.items():
                above = column.values[row - 1] if row else None
                if above is not None:
                    current[name] = above
            written = len(columns) == len(variant.rule.carried) and row > 0
            known = known or written
            if move is None or not known:
                own.append(None)
                known = known and not variant.rule.carried
                continue
            share = relative_slack(move[3]) if written else max(share, relative_slack(move[3]))
            made = update_of(variant, move[0], move[3][0], row, current, hyper)
            if made is None:
                own.append(None)
                continue
            if row == 0 and not _starts_there(columns, made):
                # The states have unknown starts.
                own.append(None)
                known = False
                continue
            current = {name: made[name] for name in current}
            off = share * abs(made["step"])
            if variant.rule.carried and not written:
                # Rounding errors in a state remain even if the step becomes small.
                off = most = max(most, off)
            own.append((made["step"], off))
        found.append(own)
    return found


def _starts_there(columns: dict[str, Figures], made: dict[str, float]) -> bool:
    """Whether the written states of the first row follow from the rule's default start."""
    return all(
        (value := column.values[0]) is None
        or abs(value - made[name]) <= 4 * column.slack(0) + 1e-9 * abs(value) + 0.01 * abs(value)
        for name, column in columns.items()
    )


def update_right(one: Moves, own: list[Pair | None], rate: float, row: int) -> bool | None:
    """Whether a written update follows the rule; None if that cannot be decided."""
    move, step = one.rows[row], own[row]
    if move is None or step is None:
        return None
    off = move[2] + rate * step[1] + 1e-9 * max(abs(move[0]), abs(move[1]))
    return abs(move[0] - move[1] - rate * step[0]) <= off
