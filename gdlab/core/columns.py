"""The table as a list of columns, each with the expression of its cells.

A cell's expression speaks of names of its own row, ``NAME_prev`` for a cell in the row above, and
the inputs (starts and hyperparameters). All views are made from these expressions.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from gdlab.core.registry import Rule
from gdlab.core.suggest import unknown
from gdlab.core.symbols import LETTERS, text
from gdlab.language.grammar import Formulas, names, substitute

PARAMETERS = ("intercept", "slope")
COUNTERS = ("epoch", "sample", "t")
POINT = ("x", "y")


@dataclass(frozen=True)
class Column:
    """One column: its name and its cells' expression; None where nothing is computed in the row."""

    name: str
    expression: ast.expr | None = None

    @property
    def precedents(self) -> tuple[str, ...]:
        """The names that a cell of this column depends on directly."""
        return names(self.expression) if self.expression is not None else ()


def in_order(columns: Iterable[Column]) -> list[Column]:
    """Columns with those that a column leans on before it."""
    by_name = {column.name: column for column in columns}
    found: dict[str, Column] = {}

    def take(column: Column) -> None:
        for name in column.precedents:
            if name in by_name and name not in found:
                take(by_name[name])
        found[column.name] = column

    for column in by_name.values():
        if column.name not in found:
            take(column)
    return list(found.values())


@dataclass(frozen=True, eq=False)
class Call:
    """One function of the grammar applied in a row; ``names`` maps its names to the table's."""

    formulas: Formulas
    names: dict[str, str]

    @property
    def results(self) -> tuple[str, ...]:
        """The names of the columns that it gives."""
        return tuple(self.names[local] for local in self.formulas.results)

    def columns(self) -> list[Column]:
        """A column for every returned name."""
        put: dict[str, ast.expr] = {local: ast.Name(name) for local, name in self.names.items()}
        return [
            Column(self.names[local], substitute(self.formulas.expressions[local], put))
            for local in self.formulas.results
        ]


@dataclass(frozen=True, eq=False)
class Branch:
    """Calls for the rows where ``test`` (a comparison of two names or numbers) holds, and others.

    Where a branch does not give a name, a carried one keeps the row above's value and one that is
    only shown is 0.
    """

    test: str
    then: tuple["Step", ...]
    otherwise: tuple["Step", ...] = ()


Step = Call | Branch


def every_call(steps: Iterable[Step]) -> Iterator[Call]:
    """All calls in order, those of both branches included."""
    for step in steps:
        if isinstance(step, Call):
            yield step
        else:
            yield from every_call((*step.then, *step.otherwise))


def results(steps: Iterable[Step]) -> tuple[str, ...]:
    """The names that some steps give, each once."""
    return tuple(dict.fromkeys(name for call in every_call(steps) for name in call.results))


def expressions(steps: Iterable[Step], carried: Iterable[str]) -> dict[str, ast.expr]:
    """The expression behind every name that some steps give."""
    kept = set(carried)
    found: dict[str, ast.expr] = {}

    def idle(name: str) -> ast.expr:
        return ast.Name(f"{name}_prev") if name in kept else ast.Constant(0)

    for step in steps:
        if isinstance(step, Call):
            found |= {column.name: column.expression for column in step.columns()}  # type: ignore[misc]
            continue
        test = ast.parse(step.test, mode="eval").body
        then, otherwise = (
            expressions(step.then, kept),
            expressions(step.otherwise, kept),
        )
        for name in results([step]):
            chosen = then.get(name, idle(name)), otherwise.get(name, idle(name))
            found[name] = ast.IfExp(test, *chosen)
    return found


@dataclass(frozen=True, eq=False)
class Table:
    """What is computed for one rule: steps in order, columns, inputs, and what rows carry.

    ``starts`` holds the default of everything carried by its name in the row (``intercept``,
    ``avg_slope``); ``counts`` what else is carried, from a fixed number; ``hyper`` the
    hyperparameters' defaults. ``counters`` and ``point`` are the columns that are not computed.
    ``schedule`` is called after each epoch. ``shuffled``: the samples' order is drawn.
    """

    rule: Rule
    parameters: tuple[str, str]
    counters: tuple[str, ...]
    point: tuple[str, ...]
    steps: tuple[Step, ...]
    columns: tuple[Column, ...]
    hyper: dict[str, float]
    starts: dict[str, float]
    counts: dict[str, float] = field(default_factory=dict)
    schedule: Call | None = None
    epoch_starts: dict[str, float] = field(default_factory=dict)
    shuffled: bool = False

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def computed(self) -> tuple[str, ...]:
        """The columns that the row loop writes: all but counters and points."""
        return tuple(name for name in self.names if name not in (*self.counters, *self.point))

    @cached_property
    def epoch_columns(self) -> tuple[Column, ...]:
        """The schedule's columns, one row an epoch."""
        return tuple(self.schedule.columns()) if self.schedule else ()

    def column(self, name: str) -> Column:
        """The column of that name; ValueError that says which was meant, or lists the names."""
        for column in self.columns:
            if column.name == name:
                return column
        # step_m, de/da: a column by its symbol, in the letters of the maths or of the lesson.
        meant = [one for one in self.names if name in [text(one, letters) for letters in LETTERS]]
        raise ValueError(unknown(f"no column is called {name!r}", [*meant, name][0], self.names))

    def carrier(self, start: str) -> str:
        """The column whose cell in the row above holds a carried value: for a parameter, new_*."""
        return f"new_{start}" if start in self.parameters else start
