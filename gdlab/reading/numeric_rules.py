"""Find the rule that numbers follow by running every known rule on the written gradients."""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf

from gdlab.reading.book import Key
from gdlab.reading.figures import Figures, FigureTable
from gdlab.reading.matching import UNUSUAL
from gdlab.reading.numeric import MOSTLY
from gdlab.reading.numeric_moves import Moves, Pair
from gdlab.reading.numeric_steps import relative_slack, steps_of, update_of, update_right
from gdlab.reading.variants import Variant, kin_of, rules_as_they_are

MOST_STATES = 3
EXPLAINED = 0.85
RULE_ROWS = 12
SMALLEST = 0.3
# Hyperparameters that a sheet may use without showing them.
USUAL_EPS = (1e-6, 1e-7)
USUAL_MEMORIES = (0.9, 0.99, 0.999, 0.95, 0.8, 0.5)
MOST_CHOICES = 7
FEWEST_RATES = 4
Numbers = list[tuple[float, Key | None]]


@dataclass
class Followed:
    """A rule with its hyperparameters, its states' columns, and the number of updates that fit."""

    variant: Variant
    hyper: dict[str, tuple[float, Key | None]]
    states: list[dict[str, Figures]]
    hits: int
    tried: int
    differs: tuple[str, ...] = ()
    steps: list[list[Pair | None]] = field(default_factory=list)

    @property
    def fit(self) -> tuple[int, int, bool]:
        """How well the rule fits: updates, states with a column, whether the sheet has the rate."""
        return self.hits, sum(map(len, self.states)), self.hyper["lr"][1] is not None


def follow(
    table: FigureTable, moves: Sequence[Moves], taken: set[int]
) -> tuple[Followed | None, list[Followed]]:
    """The rule that most updates follow, and others that fit equally well."""
    numbers: Numbers = [*((beta, None) for beta in _betas(table, moves, taken)), *table.around]
    best: Followed | None = None
    as_good: list[Followed] = []
    for count in range(MOST_STATES + 1):
        # A rule with fewer states already explains the sheet, except for some slips.
        if best is not None and best.hits >= EXPLAINED * best.tried:
            break
        for variant in rules_as_they_are(count):
            found = _follow(variant, table, moves, taken, numbers)
            if found is None:
                continue
            if best is None or found.fit > best.fit:
                best, as_good = found, []
            elif found.fit == best.fit and found.variant.name != best.variant.name:
                as_good.append(found)
    if best is None or best.hits < EXPLAINED * best.tried:
        best, as_good = scheduled(table, moves) or best, []
    elif best.hits < best.tried:
        # Another form of the rule may fit better: without eps, or with eps in another position.
        for variant in kin_of(best.variant):
            found = _follow(variant, table, moves, taken, numbers)
            if found is not None and found.fit > best.fit:
                best, as_good = found, []
    if best is None:
        return None, []
    for one in (best, *as_good):
        if not one.steps:
            hyper = {**{name: value for name, (value, _) in one.hyper.items()}, "lr": 1.0}
            one.steps = steps_of(one.variant, moves, hyper, one.states, table.rows)
    return best, as_good


def _betas(table: FigureTable, moves: Sequence[Moves], taken: set[int]) -> list[float]:
    """Short decimals that may be the beta of an average of gradients or squared gradients.

    From one row and the row above: avg = beta*avg_above + (1 - beta)*g, or + g.
    """
    found: Counter[tuple[int, int, float]] = Counter()
    for one, column in itertools.product(moves, table.columns):
        if id(column) in taken:
            continue
        for row in range(1, min(table.rows, RULE_ROWS)):
            move, value, above = one.rows[row], column.values[row], column.values[row - 1]
            if move is None or value is None or above is None:
                continue
            g = move[3][0]
            for kind, (top, bottom) in enumerate(
                (
                    (value - g, above - g), (value - g * g, above - g * g),
                    (value - g, above), (value - g * g, above),
                )
            ):  # fmt: skip
                if bottom and SMALLEST < top / bottom < 1 - 1e-4:
                    for digits in (1, 2, 3):
                        beta = round(top / bottom, digits)
                        if abs(top - beta * bottom) <= 2 * (
                            column.slack(row) + column.slack(row - 1)
                        ) + 1e-6 * abs(top):
                            found[kind, id(column), beta] += 1
                            break
    return list(dict.fromkeys(beta for (_, _, beta), count in found.most_common(4) if count > 1))


def _follow(
    variant: Variant,
    table: FigureTable,
    moves: Sequence[Moves],
    taken: set[int],
    numbers: Numbers,
) -> Followed | None:
    names = [name for name in variant.hyper if name != "lr"]
    choices = [_choices(name, variant, numbers) for name in names]
    rows = min(table.rows, RULE_ROWS)
    best: Followed | None = None
    asks = {name: sorted(variant.asks(name)) for name in variant.rule.carried}
    known: dict[tuple[object, ...], Figures | None] = {}
    for values in itertools.product(*choices):
        hyper = {"lr": 1.0, **dict(zip(names, values, strict=True))}
        states: list[dict[str, Figures]] = [{} for _ in moves]
        for number, one in enumerate(moves):
            for name in variant.rule.carried:
                # A state depends on few hyperparameters, so most trials give the same column.
                key = name, number, *(hyper[asked] for asked in asks[name])
                if key not in known:
                    known[key] = _state_column(variant, name, table, one, taken, hyper, rows)
                if (column := known[key]) is not None:
                    states[number][name] = column
        steps = steps_of(variant, moves, hyper, states, rows)
        for rate in _rates(moves, steps, numbers):
            counts = _counts(moves, steps, rate, rows)
            hits, tried = map(sum, zip(*counts, strict=True))
            follows = all(own >= max(2, MOSTLY * of) for own, of in counts)
            if follows and (best is None or hits > best.hits):
                cells = {name: _cell(value, numbers) for name, value in hyper.items()}
                cells["lr"] = _cell(rate, numbers)
                best = Followed(variant, cells, states, hits, tried, variant.differs)
        if best is not None and best.hits == best.tried:
            break
    return best


def _choices(name: str, variant: Variant, numbers: Numbers) -> list[float]:
    default = variant.rule.hyper[name]
    if name in UNUSUAL:
        return [default]
    found: dict[float, None] = {}
    for value, _ in numbers:
        if name == "eps":
            if 0 < value <= 0.001:
                found[value] = None
        elif name != "weight_decay" and 0.3 < value < 1:
            found[value] = None
    found[default] = None
    if name == "eps":
        found |= dict.fromkeys(USUAL_EPS)
    elif 0.3 < default < 1:
        found |= dict.fromkeys(USUAL_MEMORIES)
    return list(found)[:MOST_CHOICES]


def _cell(value: float, numbers: Numbers) -> tuple[float, Key | None]:
    return value, next((key for number, key in numbers if number == value and key), None)


def _state_column(
    variant: Variant, name: str, table: FigureTable, moves: Moves, taken: set[int],
    hyper: dict[str, float], rows: int,
) -> Figures | None:  # fmt: skip
    """The column of a rule's state for one parameter; None if there is none."""
    for column in table.columns:
        if id(column) in taken:
            continue
        hits = tried = 0
        for row in range(1, rows):
            move, value, above = moves.rows[row], column.values[row], column.values[row - 1]
            if move is None or value is None or above is None:
                continue
            given = dict.fromkeys(variant.rule.carried, above)
            wanted = update_of(variant, move[0], move[3][0], row, given, hyper)
            if wanted is None:
                continue
            tried += 1
            off = (
                column.slack(row)
                + column.slack(row - 1)
                + relative_slack(move[3]) * abs(wanted[name])
            )
            hits += abs(wanted[name] - value) <= 2 * off + 1e-9 * abs(value)
            if tried > hits + 1 > 2 * hits:
                break
        if tried >= 2 and hits >= MOSTLY * tried:
            return column
    return None


def _rates(moves: Sequence[Moves], steps: list[list[Pair | None]], numbers: Numbers) -> list[float]:
    """Possible rates: numbers on the sheet, and short decimals near the measured rate."""
    measured = sorted(
        (abs(move[0] - move[1]) / abs(step[0]), move[2] / abs(step[0]))
        for one, own in zip(moves, steps, strict=True)
        for move, step in zip(one.rows, own, strict=False)
        if move is not None and step is not None and step[0]
    )
    if not measured:
        return []
    middle = measured[len(measured) // 2][0]
    sharpest = min(measured, key=lambda one: one[1] / max(one[0], 1e-300))[0]
    found: dict[float, None] = {}
    for value, _ in numbers:
        if (middle and 0.5 < abs(value) / middle < 2) or (sharpest and abs(value) == sharpest):
            found[value] = None
    for near in (middle, sharpest):
        for digits in (1, 2, 3, 4):
            if near:
                found[float(f"{near:.{digits}g}")] = None
    # Prefer 0.1 to 0.09999999999999998, which a sheet computes as 1 - 0.9.
    return sorted(found, key=lambda rate: len(repr(rate)))


def _counts(
    moves: Sequence[Moves], steps: list[list[Pair | None]], rate: float, rows: int
) -> list[tuple[int, int]]:
    """For each parameter, the number of updates that fit, and of those that can be checked."""
    marks = [
        [update_right(one, own, rate, row) for row in range(rows)]
        for one, own in zip(moves, steps, strict=True)
    ]
    return [(own.count(True), len(own) - own.count(None)) for own in marks]


def scheduled(table: FigureTable, moves: Sequence[Moves]) -> Followed | None:
    """Plain descent with a rate that changes from row to row, equal for both parameters; or None.

    The rates must be in a column or only decrease.
    """
    plain = next(one for one in rules_as_they_are(0) if one.name == "sgd")
    bounds = [
        [_rate_between(one.rows[row]) for one in moves if one.rows[row] is not None]
        for row in range(table.rows)
    ]
    known = [(row, max(low), min(high)) for row, own in enumerate(bounds) if len(own) == len(moves)
             for low, high in [zip(*own, strict=True)]]  # fmt: skip
    if len(known) < FEWEST_RATES or any(low > high for _, low, high in known):
        return None
    column = next(
        (one for one in table.columns if all(_within(one, *bound) for bound in known)), None
    )
    falls = all(there[1] <= here[2] for here, there in pairwise(known))
    if column is None and not falls:
        return None
    rates = {
        row: (column.values[row] if column else None) or (low + high) / 2
        for row, low, high in known
    }
    first = next(iter(rates))
    if not 0 < abs(rates[first]) < inf:
        return None  # nothing moves there, or any rate would do
    steps: list[list[Pair | None]] = [
        [
            (one.rows[row][3][0] * rates[row] / rates[first], 0.0) if row in rates else None  # type: ignore[index]
            for row in range(table.rows)
        ]
        for one in moves
    ]
    cell = column.keys[first] if column else None
    words = "changes its learning rate from row to row"
    count = len(moves) * len(known)
    return Followed(
        plain, {"lr": (rates[first], cell)}, [{} for _ in moves], count, count, (words,), steps
    )


def _rate_between(move: tuple[float, float, float, Pair] | None) -> tuple[float, float]:
    """The smallest and the largest rate that fit a written update."""
    assert move is not None
    before, after, slack, (g, off) = move
    if not g or off >= abs(g):
        return 0.0, inf
    step = (before - after) / g
    wide = (slack + 1e-9 * abs(before)) / abs(g) + abs(step) * off / (abs(g) - off)
    return step - wide, step + wide


def _within(column: Figures, row: int, low: float, high: float) -> bool:
    value = column.values[row]
    return value is not None and low - column.slack(row) <= value <= high + column.slack(row)
