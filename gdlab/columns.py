"""The table as a list of columns: the model, the rule on each parameter, and the update.

Every cell has an expression over the names of its own row, ``NAME_prev`` for a cell in the row
above, and the inputs (starts and hyperparameters). All views are made from these expressions.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from gdlab import model, schedules
from gdlab.grammar import Formulas, names, read, substitute
from gdlab.registry import Rule

PARAMETERS = ("intercept", "slope")
COUNTERS = ("epoch", "sample", "t")
POINT = ("x", "y")
SCHEDULES: dict[str, Callable] = {"lesson_annealing": schedules.lesson_annealing}
START_OF_PARAMETER = 1.0

_read_once = lru_cache(maxsize=64)(read)


@dataclass(frozen=True)
class Column:
    """One column: its name and its cells' expression; None for counters, points and an epoch's lr."""

    name: str
    expression: ast.expr | None = None

    @property
    def precedents(self) -> tuple[str, ...]:
        """The names that a cell of this column depends on directly."""
        return names(self.expression) if self.expression is not None else ()


@dataclass(frozen=True)
class Call:
    """One function of the grammar applied in a row; ``names`` maps its names to the table's."""

    formulas: Formulas
    names: dict[str, str]

    def columns(self) -> list[Column]:
        """A column for every returned name."""
        put: dict[str, ast.expr] = {local: ast.Name(name) for local, name in self.names.items()}
        return [
            Column(self.names[local], substitute(self.formulas.expressions[local], put))
            for local in self.formulas.results
        ]


@dataclass(frozen=True)
class Table:
    """What is computed for one rule: calls in order, columns, inputs, and what rows carry.

    ``starts`` holds the default of everything carried by its name in the row (``intercept``,
    ``avg_slope``); ``hyper`` the hyperparameters' defaults. ``schedule`` is called after an epoch.
    """

    rule: Rule
    calls: tuple[Call, ...]
    columns: tuple[Column, ...]
    hyper: dict[str, float]
    starts: dict[str, float]
    schedule: Call | None = None
    epoch_starts: dict[str, float] = field(default_factory=dict)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def computed(self) -> tuple[str, ...]:
        """The columns that the row loop writes: all but counters and points."""
        return tuple(name for name in self.names if name not in (*COUNTERS, *POINT))

    @cached_property
    def epoch_columns(self) -> tuple[Column, ...]:
        """The schedule's columns, one row an epoch."""
        return tuple(self.schedule.columns()) if self.schedule else ()

    def column(self, name: str) -> Column:
        """The column of that name; ValueError that lists the names."""
        for column in self.columns:
            if column.name == name:
                return column
        raise ValueError(f"no column is called {name!r}; there are {', '.join(self.names)}")

    def carrier(self, start: str) -> str:
        """The column whose cell in the row above holds a carried value: for a parameter, new_*."""
        return f"new_{start}" if start in PARAMETERS else start


def table_of(rule: Rule, *, estimates: bool = False, schedule: str | None = None) -> Table:
    """The table of one rule on the line.

    ``estimates`` adds the finite differences beside the exact gradients, with the input ``h``;
    ``schedule`` names one of :data:`SCHEDULES` and makes ``lr`` a column.
    """
    hyper = {"h": 0.01} if estimates else {}
    hyper |= rule.hyper
    model_calls = [_by_name(model.line)]
    if estimates:
        model_calls.append(_by_name(model.finite_differences))
    rule_calls = [_per_parameter(rule.formulas, parameter) for parameter in PARAMETERS]
    update_calls = [_per_parameter(_read_once(model.descend), parameter) for parameter in PARAMETERS]
    columns = [Column(name) for name in (*COUNTERS, *POINT)]
    columns += [Column(name, ast.Name(f"new_{name}_prev")) for name in PARAMETERS]
    columns += [column for call in model_calls for column in call.columns()]
    if schedule:
        columns.append(Column("lr"))
    columns += _side_by_side(rule_calls) + _side_by_side(update_calls)
    starts = dict.fromkeys(PARAMETERS, START_OF_PARAMETER) | {
        f"{name}_{parameter}": start
        for name, start in rule.starts.items()
        for parameter in PARAMETERS
    }
    after_epoch, epoch_starts = _schedule(rule, schedule, [column.name for column in columns])
    if after_epoch:
        hyper |= {
            name: default
            for name, default in after_epoch.formulas.defaults.items()
            if not name.endswith("_prev")
        }
    calls = (*model_calls, *rule_calls, *update_calls)
    return Table(rule, calls, tuple(columns), hyper, starts, after_epoch, epoch_starts)


def _by_name(function: Callable) -> Call:
    """A call whose names are the table's own."""
    formulas = _read_once(function)
    return Call(formulas, {name: name for name in (*formulas.arguments, *formulas.results)})


def _per_parameter(formulas: Formulas, parameter: str) -> Call:
    """A call for one parameter: gradients, states and results get its name behind theirs."""
    named = {"g": f"grad_{parameter}", "w": parameter, "step": f"step_{parameter}"}
    named |= {result: f"{result}_{parameter}" for result in formulas.results}
    for argument in formulas.arguments:
        state = argument.removesuffix("_prev")
        if argument != state:
            named[argument] = f"{state}_{parameter}_prev"
        else:
            named.setdefault(argument, argument)
    return Call(formulas, named)


def _side_by_side(calls: list[Call]) -> list[Column]:
    """The calls' columns with equal ones next to each other: avg_intercept, avg_slope, ..."""
    return [column for group in zip(*(call.columns() for call in calls), strict=True) for column in group]


def _schedule(
    rule: Rule, schedule: str | None, columns: list[str]
) -> tuple[Call | None, dict[str, float]]:
    if schedule is None:
        return None, {}
    if schedule not in SCHEDULES:
        raise ValueError(f"no schedule is called {schedule!r}; there are {', '.join(SCHEDULES)}")
    if "lr" not in rule.hyper:
        raise ValueError(f"{rule.name} has no learning rate lr that a schedule could change")
    call = _by_name(SCHEDULES[schedule])
    for argument in call.formulas.arguments:
        known = argument in columns or argument in call.formulas.defaults or argument.endswith("_prev")
        if not known:
            raise ValueError(f"schedule {schedule} needs a column {argument}, which {rule.name} has not")
    starts = {
        name: call.formulas.defaults.get(f"{name}_prev", 0.0)
        for name in call.formulas.returned[0]
        if name != "next_lr"
    }
    return call, starts
