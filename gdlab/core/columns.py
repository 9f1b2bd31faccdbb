"""The table as a list of columns, each with the expression of its cells.

An expression uses the names of columns in its own row, ``NAME_prev`` for a cell in the row above,
and the inputs (starts and hyperparameters). All views are made from these expressions.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from gdlab.core.model import Model
from gdlab.core.registry import Rule
from gdlab.core.suggest import unknown
from gdlab.core.symbols import LETTERS, text
from gdlab.language.grammar import Formulas, names, substitute

COUNTERS = ("epoch", "sample", "t")
OWN, ABOVE, INPUT, COUNT, LAST_ROW = "own", "above", "input", "count", "last row"


class Part(NamedTuple):
    """The two parts of a name: its base, ``avg``, and its parameter, ``slope``."""

    base: str
    parameter: str | None = None


NO_PART = Part("")


class Reference(NamedTuple):
    """What a name in a cell's expression refers to.

    ``kind`` is OWN for the cell of the same row in the column ``name``, ABOVE for that of the row
    above, INPUT for an input, COUNT for the number of points; in the epoch table OWN and ABOVE are
    cells of that table, and LAST_ROW is the cell of a row column in the epoch's last row.
    """

    kind: str
    name: str


@dataclass(frozen=True)
class Column:
    """One column: its name, and the expression of its cells or None if they are not computed."""

    name: str
    expression: ast.expr | None = None
    part: Part = NO_PART

    @cached_property
    def precedents(self) -> tuple[str, ...]:
        """The names that a cell of this column depends on directly."""
        return names(self.expression) if self.expression is not None else ()


class Input(NamedTuple):
    """One input of the sheet: its name there, the parts of the name, and what starts from it.

    ``carried`` is the carried name that starts from this input; None for a hyperparameter. The base
    of a hyperparameter is the rule's name for it: ``beta1``, even if the sheet has to call it
    ``adam_beta1`` or ``beta1_after``. ``after`` is true for the rule that is switched to.
    """

    name: str
    part: Part
    carried: str | None = None
    after: bool = False


def topological_order(columns: Iterable[Column]) -> list[Column]:
    """Columns in topological order: each after the columns of the same row that it depends on."""
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
    """One function of the grammar applied in a row; ``names`` maps its names to the table's.

    ``parts`` are the parts of its results' names, by the function's names.
    """

    formulas: Formulas
    names: Mapping[str, str]
    parts: Mapping[str, Part] = field(default_factory=dict)

    @property
    def results(self) -> tuple[str, ...]:
        """The names of the columns that it computes."""
        return tuple(self.names[local] for local in self.formulas.results)

    def columns(self) -> list[Column]:
        """A column for every returned name."""
        put: dict[str, ast.expr] = {local: ast.Name(name) for local, name in self.names.items()}
        return [
            Column(
                self.names[local],
                substitute(self.formulas.expressions[local], put),
                self.parts.get(local, Part(local)),
            )
            for local in self.formulas.results
        ]


@dataclass(frozen=True, eq=False)
class Branch:
    """Calls for rows in which ``test`` (a comparison of names or numbers) is true, and for others.

    If a branch does not compute a name, a carried one keeps its value from the row above, and one
    that is only shown is 0.
    """

    test: str
    then: tuple["Step", ...]
    otherwise: tuple["Step", ...] = ()


Step = Call | Branch


def every_call(steps: Iterable[Step]) -> Iterator[Call]:
    """All calls in order, including those in both branches."""
    for step in steps:
        if isinstance(step, Call):
            yield step
        else:
            yield from every_call((*step.then, *step.otherwise))


def results(steps: Iterable[Step]) -> tuple[str, ...]:
    """The names that the steps compute, without duplicates."""
    return tuple(dict.fromkeys(name for call in every_call(steps) for name in call.results))


def expressions(steps: Iterable[Step], carried: Iterable[str]) -> dict[str, ast.expr]:
    """The expression of every name that the steps compute."""
    kept = set(carried)
    found: dict[str, ast.expr] = {}

    def idle(name: str) -> ast.expr:
        return ast.Name(f"{name}_prev") if name in kept else ast.Constant(0)

    for step in steps:
        if isinstance(step, Call):
            for column in step.columns():
                assert column.expression is not None
                found[column.name] = column.expression
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
    """The table of a rule on a model: its steps in order, its columns, inputs and carried names.

    ``new`` names the column of each parameter's next value. ``starts`` has the default start of
    every carried name (``intercept``, ``avg_slope``), ``counts`` the fixed start of other carried
    names, ``hyper`` the defaults of the hyperparameters and the model's constants; ``inputs`` are
    those of them that a sheet shows, starts first. ``counters`` and ``point``
    are the columns that are not computed. ``count`` is the name for the number of points in an
    epoch. ``schedule`` is called after each epoch. ``rate`` is the learning rate that a schedule
    sets, ``start_rate`` the input that it starts from; both are empty without a schedule.
    ``measures`` maps the epoch table's measures, such as ``mse``, to its columns. ``shuffled`` is
    true if the order of the samples is drawn.
    """

    rule: Rule
    model: Model
    counters: tuple[str, ...]
    steps: tuple[Step, ...]
    columns: tuple[Column, ...]
    new: dict[str, str]
    hyper: dict[str, float]
    starts: dict[str, float]
    counts: dict[str, float]
    inputs: tuple[Input, ...]
    count: str
    measures: dict[str, str]
    rate: str = ""
    start_rate: str = ""
    schedule: Call | None = None
    epoch_starts: dict[str, float] = field(default_factory=dict)
    shuffled: bool = False

    @property
    def parameters(self) -> tuple[str, ...]:
        """The model's parameters."""
        return tuple(self.model.parameters)

    @property
    def point(self) -> tuple[str, ...]:
        """The columns of the points; empty for a surface."""
        return self.model.data

    @property
    def loss(self) -> str:
        """The loss's column."""
        return self.model.loss

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
        """The schedule's columns, which have one row per epoch."""
        return tuple(self.schedule.columns()) if self.schedule else ()

    @cached_property
    def epoch_names(self) -> tuple[str, ...]:
        """The epoch table's columns in order; none on a surface, which has no epochs."""
        if not self.point:
            return ()
        scheduled = (self.rate, *(column.name for column in self.epoch_columns))
        return (
            "epoch",
            *self.measures.values(),
            *self.parameters,
            *(scheduled if self.schedule else ()),
        )

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def _by_part(self) -> dict[Part, str]:
        return {column.part: column.name for column in reversed(self.columns)}

    @cached_property
    def _inputs(self) -> dict[str, Input]:
        return {one.name: one for one in self.inputs}

    def column(self, name: str) -> Column:
        """The column with this name; a ValueError suggests the nearest name, or lists all."""
        if isinstance(name, str) and name in self._by_name:
            return self._by_name[name]
        # step_m, de²/da: a column by its symbol, in the letters of the maths or of the lesson,
        # which writes de/da.
        symbol = str(name).replace("de/", "de²/")
        meant = [
            one for one in self.names if symbol in [text(one, letters, self) for letters in LETTERS]
        ]
        raise ValueError(unknown(f"no column is called {name!r}", [*meant, name][0], self.names))

    def named(self, base: str, parameter: str | None = None) -> str:
        """The column with a base and parameter, ``avg`` and ``slope``; KeyError for none."""
        return self._by_part[Part(base, parameter)]

    def part(self, name: str) -> Part:
        """The parts of the name of a column, an epoch column or an input, without _prev."""
        if name in self._by_name:
            return self._by_name[name].part
        if name in self._inputs:
            return self._inputs[name].part
        for column in self.epoch_columns:
            if column.name == name:
                return column.part
        return next((Part(base) for base, own in self.measures.items() if own == name), Part(name))

    @cached_property
    def start_inputs(self) -> dict[str, str]:
        """The input from which each carried name starts: ``start_slope`` for ``slope``."""
        return {one.carried: one.name for one in self.inputs if one.carried is not None}

    def input(self, name: str) -> Input:
        """The input with this name; KeyError if there is none."""
        return self._inputs[name]

    def resolve(self, name: str) -> Reference:
        """What a name in a row's expression refers to."""
        if name in self._by_name:
            return Reference(OWN, name)
        above = name.removesuffix("_prev")
        if above != name:
            return Reference(ABOVE, above)
        return Reference(COUNT if name == self.count else INPUT, name)

    def resolve_epoch(self, name: str) -> Reference:
        """What a name in an epoch's expression refers to."""
        above = name.removesuffix("_prev")
        if name in self.epoch_names:
            return Reference(OWN, name)
        if above != name:
            return Reference(ABOVE, above)
        found = self.resolve(name)
        return Reference(LAST_ROW, name) if found.kind == OWN else found

    def carrier(self, start: str) -> str:
        """The column that holds a carried value in the row above: for a parameter, new_*."""
        return self.new.get(start, start)
