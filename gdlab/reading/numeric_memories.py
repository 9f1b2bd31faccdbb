"""Descents of an unknown model in numbers: columns that move by a rule with states."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from gdlab.reading.figures import Figures, FigureTable
from gdlab.reading.numeric import Series
from gdlab.reading.numeric_moves import Moves, Pair
from gdlab.reading.numeric_rules import USUAL_MEMORIES
from gdlab.reading.numeric_steps import steps_of
from gdlab.reading.variants import Variant, rules_as_they_are

FEWEST_STEPS, TRIED_FIRST, CHECKED = 5, 12, 60
MOST_MEMORY_COLUMNS, MOST_MEMORIES, MOST_MEMORY_STATES = 18, 3, 2
# To measure a rate, a move must be this many times as large as what rounding may hide.
CLEAR = 20


@dataclass(frozen=True)
class Moved:
    """A rule with its hyperparameters, and pairs of a moving column and its gradient's column."""

    rule: str
    hyper: dict[str, float]
    columns: tuple[tuple[Figures, Figures], ...]


def what_moves(table: FigureTable) -> list[Moved]:
    """The rules by which most columns move, at least two; several if they fit equally well."""
    if len(table.columns) > MOST_MEMORY_COLUMNS:
        return []
    moving = [one for one in table.columns if len(set(one.values)) > FEWEST_STEPS]
    best: list[Moved] = []
    for variant, hyper in _tried(table):
        by_rate: dict[float, list[tuple[Figures, Figures]]] = {}
        for gradient in moving:
            steps = _steps(variant, hyper, gradient, TRIED_FIRST)
            for column in moving:
                if column is gradient or _rate(column, steps, table) is None:
                    continue
                rate = _rate(column, _steps(variant, hyper, gradient, CHECKED), table)
                if rate is not None:
                    by_rate.setdefault(rate, []).append((column, gradient))
        for rate, pairs in by_rate.items():
            apart = len({id(one) for one, _ in pairs}) == len({id(one) for _, one in pairs})
            if len(pairs) < 2 or not apart or len({id(one) for one, _ in pairs}) < len(pairs):
                continue
            found = Moved(variant.name, {**hyper, "lr": rate}, tuple(pairs))
            if not best or len(pairs) > len(best[0].columns):
                best = [found]
            elif len(pairs) == len(best[0].columns):
                best.append(found)
    return best


def _tried(table: FigureTable) -> Iterator[tuple[Variant, dict[str, float]]]:
    """Yield the rules with up to two states, with hyperparameters from around the table."""
    for variant in itertools.chain(
        *(rules_as_they_are(count) for count in range(1, MOST_MEMORY_STATES + 1))
    ):
        if "w" in variant.rule.formulas.arguments or "lr" not in variant.hyper:
            continue
        names = [name for name in variant.hyper if name != "lr"]
        choices = []
        for name in names:
            default = variant.rule.hyper[name]
            low, high = (0.0, 0.001) if name == "eps" else (0.3, 1.0)
            around = [value for value, _ in table.around if low < value < high]
            usual = USUAL_MEMORIES if len(names) == 1 and name != "eps" else ()
            choices.append(list(dict.fromkeys([default, *around[:MOST_MEMORIES], *usual])))
        for values in itertools.product(*choices):
            yield variant, dict(zip(names, values, strict=True))


def _steps(
    variant: Variant, hyper: dict[str, float], gradient: Figures, most: int
) -> list[Pair | None]:
    """The step of a rule in each row for the rate 1, and how far it may be off."""
    rows: list[tuple[float, float, float, Pair] | None] = [
        None if value is None else (0.0, 0.0, 0.0, (value, gradient.slack(row)))
        for row, value in enumerate(gradient.values[:most])
    ]
    series = Series(gradient)
    moves = Moves("", series, gradient, False, gradient, rows)
    return steps_of(variant, [moves], {**hyper, "lr": 1.0}, [{}], len(rows))[0]


def _rate(column: Figures, steps: list[Pair | None], table: FigureTable) -> float | None:
    """The rate with which a column follows the steps in every row; None if there is none."""
    moves = []
    for row, step in enumerate(steps[: len(column.values) - 1]):
        here, there = column.values[row], column.values[row + 1]
        if here is None or there is None or step is None:
            return None
        slack = column.slack(row) + column.slack(row + 1)
        moves.append((here - there, slack, *step))
    clear = [
        (slack / abs(move), move / step)
        for move, slack, step, off in moves
        if step and abs(move) > CLEAR * slack and abs(step) > CLEAR * off
    ]
    if len(clear) < FEWEST_STEPS or len({move for move, *_ in moves}) < FEWEST_STEPS:
        return None
    rate = min(clear)[1]
    if not 0 < rate < 5:
        return None
    typed = [value for value, _ in table.around if 0.5 < value / rate < 2]
    # A number beside the table, or the shortest decimal that fits all rows.
    for short in [*typed, *(float(f"{rate:.{digits}g}") for digits in range(1, 6))]:
        if all(
            abs(move - short * step) <= slack + short * off + 1e-6 * abs(move)
            for move, slack, step, off in moves
        ):
            return short
    return None
