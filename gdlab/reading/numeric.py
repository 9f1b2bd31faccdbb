"""Sheets without formulas: find what each column is by the formula that reproduces it.

The model is the straight line. The prediction b + m*x is found first, then the target, the error
with either sign, the loss, the gradients with or without the factor 2, the states of a rule, and
the updates, in a column of their own or one row further down. Every cell is computed from the cells
before it, within the bounds that the written digits leave.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gdlab.reading.figures import Figures, FigureTable

if TYPE_CHECKING:
    import numpy as np

# This share of a column must be reproduced before other cells can be called wrong.
MOSTLY = 0.6
TRIED_ROWS = 30
MOST_COLUMNS_TRIED = 20_000
LOSE = 1e-9
NAN = float("nan")
Numbers = Sequence[float | None]


@dataclass(frozen=True)
class Series:
    """A column, or a column of new values one row higher: the values before an update."""

    figures: Figures
    shifted: bool = False
    start: float | None = None

    def at(self, row: int) -> float | None:
        """The value in a row."""
        if not self.shifted:
            return self.figures.values[row]
        return self.figures.values[row - 1] if row else self.start

    def slack(self, row: int) -> float:
        """How far the exact value may be from the written one."""
        if not self.shifted:
            return self.figures.slack(row)
        return self.figures.slack(row - 1) if row else 0.0


@dataclass
class Role:
    """The role of a column: it is computed from other series by ``formula``, in words ``words``."""

    name: str
    figures: Figures
    words: str
    formula: Callable[..., float]
    inputs: tuple[Series, ...]
    hits: int = 0
    tried: int = 0

    def expected(self, row: int) -> tuple[float, float] | None:
        """The value computed from the written inputs, and its possible error; None if unknown."""
        given = [one.at(row) for one in self.inputs]
        if any(one is None for one in given):
            return None
        return bounded(self.formula, given, [one.slack(row) for one in self.inputs])  # type: ignore[arg-type]

    def right(self, row: int) -> bool | None:
        """Whether a cell agrees with its inputs; None if that cannot be decided."""
        value, wanted = self.figures.values[row], self.expected(row)
        if value is None or wanted is None:
            return None
        return abs(value - wanted[0]) <= wanted[1] + self.figures.slack(row)

    def count(self, rows: int) -> "Role":
        """Count the cells that agree, until too many do not; returns the role itself."""
        for row in range(rows):
            is_right = self.right(row)
            if is_right is not None:
                self.tried += 1
                self.hits += is_right
                if self.tried - self.hits > (1 - MOSTLY) * rows:
                    break
        return self

    @property
    def fits(self) -> bool:
        """Whether most cells of the column, and at least two, are reproduced."""
        return self.hits >= max(2, MOSTLY * self.tried)


def bounded(
    formula: Callable[..., float], given: Sequence[float], slacks: Sequence[float]
) -> tuple[float, float] | None:
    """The value of a formula, and how far rounded inputs may change it; None for an error."""
    try:
        value = formula(*given)
        off = LOSE * abs(value) + 1e-12 * max(map(abs, given), default=0.0)
        for index, slack in enumerate(slacks):
            if slack:
                moved = list(given)
                moved[index] += slack
                off += 1.05 * abs(formula(*moved) - value)
    except (ArithmeticError, ValueError):
        return None
    return (value, off) if value == value and not isinstance(value, complex) else None


@dataclass
class Layout:
    """The columns of a line's descent, as far as they were recognized."""

    intercept: Series
    slope: Series
    x: Series
    y: Series
    prediction: Role
    roles: list[Role] = field(default_factory=list)

    @property
    def merit(self) -> tuple[int, int]:
        """The number of reproduced cells, and of parameters with a column of their own."""
        hits = self.prediction.hits + sum(role.hits for role in self.roles)
        plain = sum(not one.shifted for one in (self.intercept, self.slope))
        return hits, plain


def find_layouts(table: FigureTable) -> list[Layout]:
    """The readings of a table that reproduce the most cells; empty if no column is b + m*x."""
    rows = min(table.rows, TRIED_ROWS)
    best: list[Layout] = []
    # A table of zeros and ones fits b + m*x in very many ways, and is not a line's.
    most = max(MOST_COLUMNS_TRIED // len(table.columns) ** 2, 4)
    predictions = list(itertools.islice(_predictions(table, rows), most + 1))
    if len(predictions) > most:
        return []
    for prediction, intercept, slope, x in predictions:
        used = {id(one.figures) for one in (intercept, slope, x)} | {id(prediction.figures)}
        for column in table.columns:
            if id(column) in used:
                continue
            layout = Layout(intercept, slope, x, Series(column), prediction)
            layout.roles = list(_errors(table, layout, rows, used | {id(column)}))
            if not layout.roles or (best and layout.merit < best[0].merit):
                continue
            best = [layout] if not best or layout.merit > best[0].merit else [*best, layout]
    return best


def _predictions(table: FigureTable, rows: int) -> Iterator[tuple[Role, Series, Series, Series]]:
    """Yield every way to read a column as b + m*x, where x, b and m are three other columns.

    All products m*x are computed at once, roughly; near fits are then counted exactly.
    """
    import numpy as np

    plain = [Series(column) for column in table.columns]
    # If there are no columns for the parameters, they are the new values of the row above.
    moving = [one for one in plain if _moves(one.figures.values)]
    above = [Series(one.figures, True, None) for one in moving]
    x = _arrays(plain, rows)[0]
    for parameters in (moving, above):
        m, slack_m = _arrays(parameters, rows)
        products = m[:, None, :] * x[None, :, :]
        off = 1e-3 * np.abs(products) + 2 * slack_m[:, None, :] * np.abs(x)[None, :, :] + 1e-6
        for target, intercept in itertools.product(plain, parameters):
            if target.figures is intercept.figures:
                continue
            p, _ = _arrays([target], rows)
            b, _ = _arrays([intercept], rows)
            apart = np.abs(p - b - products)
            near = (apart <= off + 1e-3 * np.abs(p - b)).sum(axis=2)
            for i, j in np.argwhere(near >= max(2, MOSTLY * (rows - 1))):
                found = _prediction(target, intercept, parameters[i], plain[j], rows)
                if found is not None:
                    yield found, intercept, parameters[i], plain[j]


def _arrays(series: Sequence[Series], rows: int) -> "tuple[np.ndarray, np.ndarray]":
    """The values and slacks of some series, a row for each; NaN for a missing number."""
    import numpy as np

    values = [[NAN if (v := one.at(row)) is None else v for row in range(rows)] for one in series]
    slacks = [
        [0.0 if one.at(row) is None else one.slack(row) for row in range(rows)] for one in series
    ]
    return np.array(values), np.array(slacks)


def _prediction(
    target: Series, intercept: Series, slope: Series, x: Series, rows: int
) -> Role | None:
    """The role of a column that is b + m*x of three other columns; None if it is not."""
    four = {id(one.figures) for one in (target, intercept, slope, x)}
    if len(four) < 4:
        return None
    role = Role(
        "y_pred", target.figures, "b + m*x", lambda b, m, x: b + m * x, (intercept, slope, x)
    ).count(rows)
    enough = min(3, rows - intercept.shifted)
    return role if role.fits and role.hits >= enough else None


def _moves(values: Numbers) -> bool:
    return len({value for value in values if value is not None}) > 1


def _errors(table: FigureTable, layout: Layout, rows: int, used: set[int]) -> Iterator[Role]:
    """Yield the roles of columns computed from the error: the error, its square, the gradients."""
    p, y, x = Series(layout.prediction.figures), layout.y, layout.x
    forms: list[tuple[str, str, Callable[..., float], tuple[Series, ...]]] = [
        ("error", "y_pred - y", lambda p, y: p - y, (p, y)),
        ("-error", "y - y_pred", lambda p, y: y - p, (p, y)),
        ("err2", "(y_pred - y)^2", lambda p, y: (p - y) ** 2, (p, y)),
        ("err2/2", "(y_pred - y)^2/2", lambda p, y: (p - y) ** 2 / 2, (p, y)),
        ("gb", "2*(y_pred - y)", lambda p, y: 2 * (p - y), (p, y)),
        ("-gb", "-2*(y_pred - y)", lambda p, y: -2 * (p - y), (p, y)),
        ("gm", "2*(y_pred - y)*x", lambda p, y, x: 2 * (p - y) * x, (p, y, x)),
        ("gm/2", "(y_pred - y)*x", lambda p, y, x: (p - y) * x, (p, y, x)),
        ("-gm", "-2*(y_pred - y)*x", lambda p, y, x: -2 * (p - y) * x, (p, y, x)),
        ("-gm/2", "-(y_pred - y)*x", lambda p, y, x: -(p - y) * x, (p, y, x)),
    ]
    for column in table.columns:
        if id(column) in used or not _moves(column.values):
            continue
        fits = [
            role
            for name, words, formula, inputs in forms
            if (role := Role(name, column, words, formula, inputs).count(rows)).fits
        ]
        if fits:
            yield max(fits, key=lambda role: role.hits)
