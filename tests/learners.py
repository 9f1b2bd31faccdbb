"""Learners who fill in sheets: computed by plain Python, cell by cell, rounded as they write."""

import ast
import itertools
import math
import random
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import CodeType
from typing import Any

from gdlab.core.trace import Trace
from gdlab.marking.handout import make
from gdlab.marking.sheet import Filled, Written, decimals_of

# What a formula of the grammar may call, from Python's own library.
WORLD = {
    "sqrt": math.sqrt,
    "cos": math.cos,
    "sin": math.sin,
    "exp": math.exp,
    "log": math.log,
    "floor": math.floor,
    "sign": lambda x: (x > 0) - (x < 0),
    "abs": abs,
    "min": min,
    "max": max,
    "pi": math.pi,
    "__builtins__": {},
}
NOT_ROUNDED = ("t", "sample", "epoch", "position", "x", "y")
# What stands in a cell that shows an error.
ERROR = None

Sheet = dict[tuple[int, str], Written]


@lru_cache(maxsize=50_000)
def _compiled(text: str) -> CodeType:
    return compile(text, "<cell>", "eval")


def value(text: str, look: Callable[[str], float | None]) -> float | None:
    """A formula's value by Python; ERROR where it has none; KeyError for an unknown cell."""
    code = _compiled(text)
    found = {name: look(name) for name in code.co_names if name not in WORLD}
    if any(one is ERROR for one in found.values()):
        return ERROR
    try:
        result = eval(code, WORLD, found)
    except (ArithmeticError, ValueError, TypeError):
        return ERROR
    if isinstance(result, complex) or not math.isfinite(result):
        return ERROR
    return float(result)


class Learner:
    """A learner who fills in a sheet to some decimals.

    ``goes_on_rounded`` says whether the next cell is computed with the number as written, or with
    all its digits; None: by turns so, so, or with one more digit. ``as_typed`` keeps the zeros at
    a number's end, which a spreadsheet drops.
    """

    def __init__(
        self,
        key: Trace,
        decimals: int,
        *,
        goes_on_rounded: bool | None = True,
        as_typed: bool = False,
        seed: int = 0,
    ) -> None:
        self.key = key
        self.decimals = decimals
        self.goes_on_rounded = goes_on_rounded
        self.as_typed = as_typed
        self.draw = random.Random(seed)
        self.given = {
            name: key.value(name, 1)
            for name in (*key.table.hyper, "n", "start_lr")
            if name in key.table.hyper or (name == "n" and key.table.point)
        }
        if "lr" in key.table.names:
            self.given.pop("lr", None)
            self.given["start_lr"] = key.hyper["lr"]

    def fills_in(
        self, column: str | None = None, tree: ast.expr | None = None, rows: Any = None
    ) -> tuple[Sheet, tuple[int, str] | None] | None:
        """The sheet, with another formula in one column, in some rows; and where that first shows.

        It shows where nobody who computes rightly and rounds could have written that number. None
        where the other formula cannot be computed.
        """
        cells: dict[tuple[int, str], float | None] = {}
        sheet: Sheet = {}
        first = None
        for row in range(1, self.key.rows + 1):
            for one in ordered(self.key):
                look = self._look(cells, row)
                if one.expression is None:
                    cells[row, one.name] = float(self.key.value(one.name, row))
                    continue
                text = ast.unparse(one.expression)
                number = value(text, look)
                slipped = one.name == column and (rows is None or row in rows)
                if slipped and tree is not None:
                    try:
                        number = value(ast.unparse(tree), look)
                    except KeyError:
                        # The first row may have no row above: there the slip is not made.
                        if row > 1:
                            return None
                    if number is ERROR:
                        return None
                if number is ERROR:
                    cells[row, one.name] = ERROR
                    sheet[row, one.name] = Written(None, text="#NUM!")
                    continue
                written = round(number, self.decimals) + 0.0
                if slipped and first is None and self._shows(written, text, look):
                    first = row, one.name
                cells[row, one.name] = self._goes_on_with(number, written)
                sheet[row, one.name] = self._written(written)
        return sheet, first

    def _goes_on_with(self, number: float, written: float) -> float:
        if self.goes_on_rounded is None:
            return self.draw.choice((number, written, round(number, self.decimals + 1)))
        return written if self.goes_on_rounded else number

    def _written(self, number: float) -> Written:
        if self.as_typed:
            return Written(number, self.decimals, f"{number:.{self.decimals}f}")
        return Written(number, decimals_of(number), repr(number))

    def _look(self, cells: dict, row: int) -> Callable[[str], float | None]:
        def look(name: str) -> float | None:
            above = name.removesuffix("_prev")
            if name in self.key.table.names:
                return cells[row, name]
            if above != name:
                if row > 1:
                    return cells[row - 1, above]
                try:
                    return self.key.value(name, 1)
                except ValueError:
                    raise KeyError(name) from None
            return self.given[name]

        return look

    def _shows(self, written: float, text: str, look: Callable[[str], float | None]) -> bool:
        """Whether no rounding of what the formula asks for leads to the number."""
        half = 0.5 * 10.0**-self.decimals
        draw = random.Random(text)
        results = []
        for trial in range(40):
            moved: dict[str, float | None] = {}

            def near(name: str, trial: int = trial, moved: dict = moved) -> float | None:
                if name not in moved:
                    number = look(name)
                    given = name in self.given or name.removesuffix("_prev") in NOT_ROUNDED
                    if number is not ERROR and trial and not given:
                        number += draw.uniform(-half, half)
                    moved[name] = number
                return moved[name]

            results.append(value(text, near))
        numbers = [one for one in results if one is not ERROR]
        if not numbers:
            return True
        spare = half * 1.000001
        return not min(numbers) - spare <= written <= max(numbers) + spare


@lru_cache(maxsize=64)
def _order(key: Trace) -> tuple:
    done: set[str] = set()
    found = []
    columns = list(key.table.columns)
    while columns:
        for one in columns:
            if all(name in done or name not in key.table.names for name in one.precedents):
                found.append(one)
                done.add(one.name)
                columns.remove(one)
                break
    return tuple(found)


def ordered(key: Trace) -> tuple:
    """The columns in an order in which they can be computed."""
    return _order(key)


def practice_key(rule: str, seed: int, rows: int = 3) -> Trace:
    """The run behind one learner's practice sheet."""
    return make(rule, rows=rows, seed=seed)[1]


def handed_in(key: Trace, sheet: Sheet) -> Filled:
    """A filled sheet, every computed cell asked for."""
    return Filled(key, frozenset(all_cells(key)), sheet)


def all_cells(key: Trace) -> Iterator[tuple[int, str]]:
    """Every computed cell."""
    computed = [one.name for one in key.table.columns if one.expression is not None]
    return itertools.product(range(1, key.rows + 1), computed)
