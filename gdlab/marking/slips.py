"""The family of usual slips in one column: formulas that a learner may have used instead.

Every slip is a formula, so a rule that a user wrote has its slips too, and a learner's numbers can
be put into each to see which gives what was written.
"""

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from gdlab.columns import COUNTERS, Call, Table, every_call
from gdlab.dialects.evaluate import CellError, evaluate
from gdlab.grammar import names, substitute
from gdlab.marking.bounds import Bound, bound
from gdlab.marking.rewrites import Rewrite, everywhere, is_share, same
from gdlab.registry import Rule, find_rule, rules
from gdlab.symbols import split


class Kind(NamedTuple):
    """How usual a slip is (1: very, 3: seldom) and a hint that gives no value away."""

    usual: int
    hint: str


KINDS: dict[str, Kind] = {
    "factor_forgotten": Kind(1, "count the factors"),
    "turned_round": Kind(1, "which of the two is subtracted from which?"),
    "minus_for_plus": Kind(1, "look at the signs"),
    "plus_for_minus": Kind(1, "look at the signs"),
    "square_forgotten": Kind(1, "is something squared here?"),
    "root_forgotten": Kind(1, "is there a root here?"),
    "beta_swapped": Kind(1, "which share goes to the old average, which to the new gradient?"),
    "beta_forgotten": Kind(1, "what is the old average multiplied by?"),
    "one_minus_beta_forgotten": Kind(1, "what is the new gradient multiplied by?"),
    "row_above": Kind(1, "this row's number or the row above's?"),
    "this_row": Kind(1, "this row's number or the row above's?"),
    "old_parameter": Kind(1, "the old parameter or the updated one?"),
    "updated_parameter": Kind(1, "the old parameter or the updated one?"),
    "parameters_swapped": Kind(1, "which is the intercept, which the slope?"),
    "other_parameter": Kind(1, "does every number belong to this parameter?"),
    "bias_correction_forgotten": Kind(1, "is there a bias correction?"),
    "t_off_by_one": Kind(1, "the number of which update?"),
    "eps_inside": Kind(1, "where does eps stand?"),
    "eps_outside": Kind(1, "where does eps stand?"),
    "rate_forgotten": Kind(1, "where does the learning rate come in?"),
    "rate_twice": Kind(1, "how often does the learning rate come in?"),
    "another_convention": Kind(1, "this is how another rule has it; look at this one's formula"),
    "copied_from_above": Kind(1, "is this the number of another cell?"),
    "copied_from_beside": Kind(1, "is this the number of another cell?"),
    "cut_off": Kind(1, "round, do not cut off"),
    "doubled_for_squared": Kind(2, "is something squared here?"),
    "eps_forgotten": Kind(2, "where does eps stand?"),
    "term_forgotten": Kind(2, "count the terms"),
    "divisor_forgotten": Kind(2, "is something divided here?"),
    "parentheses_forgotten": Kind(2, "look at the parentheses"),
    "sign_turned": Kind(2, "look at the sign"),
    "sign_forgotten": Kind(2, "look at the signs"),
    "beta_for_rest": Kind(2, "which share belongs here?"),
    "one_minus_forgotten": Kind(2, "which share belongs here?"),
    "other_beta": Kind(2, "which of the betas belongs here?"),
    "stage_skipped": Kind(2, "is every number from the right column?"),
    "other_counter": Kind(2, "the number of which update?"),
    "x_and_y_swapped": Kind(2, "x or y?"),
    "rounded_too_early": Kind(2, "go on with all the digits that you have written"),
    "upside_down": Kind(2, "what is divided by what?"),
    "power_forgotten": Kind(2, "is there a power?"),
    "times_for_power": Kind(2, "a power is no product"),
    "other_case": Kind(2, "which case is this?"),
    "max_and_min_swapped": Kind(2, "the larger or the smaller?"),
    "one_side_taken": Kind(2, "the larger or the smaller?"),
    "function_forgotten": Kind(2, "is every function of the formula applied?"),
    "times_for_divided": Kind(3, "times or divided by?"),
    "divided_for_times": Kind(3, "times or divided by?"),
    "point_shifted": Kind(3, "look at the decimal point"),
    "digits_swapped": Kind(3, "look at the digits that you typed"),
}


@dataclass(frozen=True)
class Slip:
    """One slip, or two together: short names, what was done, and the formula that it makes."""

    names: tuple[str, ...]
    because: str
    tree: ast.expr

    @property
    def name(self) -> str:
        """The stable short name; of two slips, with a + between."""
        return "+".join(self.names)

    @property
    def usual(self) -> int:
        """From 1, very usual, upwards; two slips together are always less usual than one."""
        return max(KINDS[name].usual for name in self.names) + 3 * (len(self.names) - 1)

    @property
    def hint(self) -> str:
        """Where to look, without a value."""
        return "; ".join(dict.fromkeys(KINDS[name].hint for name in self.names))

    @cached_property
    def bound(self) -> Bound:
        """The interval that the formula gives."""
        return bound(self.tree)


@dataclass(frozen=True)
class _Formula:
    """One column's formula, and all that its slips depend on besides."""

    column: str
    expression: str
    names: tuple[str, ...]
    hyper: tuple[str, ...]
    rules: tuple[str, ...]
    table: Table = field(compare=False)


def _formula(table: Table, column: str) -> _Formula:
    expression = ast.dump(table.column(column).expression or ast.Constant(0))
    sources = tuple(find_rule(name).formulas.source for name in rules())
    return _Formula(column, expression, table.names, tuple(table.hyper), sources, table)


def slips(table: Table, column: str) -> list[Slip]:
    """The single slips of a column, the most usual first; no two of them are the same formula."""
    return _slips(_formula(table, column))


def pairs(table: Table, column: str) -> list[Slip]:
    """Every two very usual slips together, as far as they are changes of one formula."""
    return _pairs(_formula(table, column))


@lru_cache(maxsize=1024)
def _slips(formula: _Formula) -> list[Slip]:
    table, column = formula.table, formula.column
    expression = table.column(column).expression
    if expression is None:
        return []
    found = [
        Slip((one.name,), one.because, one.tree)
        for one in (*everywhere(expression, table), *_of_the_whole(table, column, expression))
        # A cell cannot have been computed from itself.
        if column not in names(one.tree)
    ]
    return _distinct(found, expression, table)


@lru_cache(maxsize=1024)
def _pairs(formula: _Formula) -> list[Slip]:
    table, column = formula.table, formula.column
    found = []
    for first in _slips(formula):
        if first.usual > 1 or first.names[0] in WHOLE:
            continue
        for second in everywhere(first.tree, table):
            usual = KINDS[second.name].usual == 1 and second.name >= first.names[0]
            if usual and column not in names(second.tree):
                because = f"{first.because}, and {second.because}"
                found.append(Slip((*first.names, second.name), because, second.tree))
    return found


WHOLE = ("copied_from_above", "copied_from_beside", "another_convention", "parameters_swapped")


def _of_the_whole(table: Table, column: str, expression: ast.expr) -> Iterator[Rewrite]:
    """Slips that are no change of one place."""
    yield from _parameters(table, column, expression)
    yield from _conventions(table, column)
    above = f"the {column} of the row above was copied"
    yield Rewrite("copied_from_above", above, ast.Name(f"{column}_prev"))
    order = table.names
    place = order.index(column)
    for beside in order[max(place - 1, 0) : place + 2]:
        if beside != column and beside not in COUNTERS:
            copied = f"the number beside it, {beside}, was copied"
            yield Rewrite("copied_from_beside", copied, ast.Name(beside))
    negative = ast.UnaryOp(ast.USub(), expression)
    yield Rewrite("sign_turned", "the sign of the result was turned round", negative)
    for shift in (-3, -2, -1, 1, 2, 3):
        scaled = ast.BinOp(expression, ast.Mult(), ast.Constant(10.0**shift))
        way = "right" if shift > 0 else "left"
        because = f"the decimal point was put {abs(shift)} too far to the {way}"
        yield Rewrite("point_shifted", because, scaled)


def _parameters(table: Table, column: str, expression: ast.expr) -> Iterator[Rewrite]:
    """Slope and intercept swapped; everything taken from the other parameter."""
    first, second = table.parameters
    used = names(expression)

    def exchanged(name: str) -> str:
        above = name.removesuffix("_prev")
        base, parameter = split(above, table.parameters)
        if parameter is None:
            return name
        other = second if parameter == first else first
        return name.replace(above, f"{base}_{other}" if base else other)

    if all(parameter in used for parameter in table.parameters):
        turned: dict[str, ast.expr] = {name: ast.Name(exchanged(name)) for name in used}
        because = f"{first} and {second} were swapped"
        yield Rewrite("parameters_swapped", because, substitute(expression, turned))
    other = exchanged(column)
    if other != column:
        yield Rewrite("other_parameter", f"this is the number of {other}", ast.Name(other))


def _conventions(table: Table, column: str) -> Iterator[Rewrite]:
    """The same column as other rules have it, in this table's names."""
    base, _ = split(column, table.parameters)
    known = {*table.names, *table.hyper, *(f"{name}_prev" for name in table.names)}
    for call in every_call(table.steps):
        if column not in call.results or call.formulas.name not in rules():
            continue
        own = find_rule(call.formulas.name)
        for name in rules():
            other = find_rule(name)
            alike = _alike(other, own)
            theirs = next((one for one, mine in alike.items() if mine == base), base)
            tree = other.formulas.expressions.get(theirs)
            if tree is None or other is own:
                continue
            put: dict[str, ast.expr] = {}
            for one in names(tree):
                word = one.removesuffix("_prev")
                put[one] = ast.Name(_in_table(alike.get(word, word), call) + one[len(word) :])
            changed = substitute(tree, put)
            if known.issuperset(names(changed)):
                because = f"this is {base} as the rule {name} has it"
                yield Rewrite("another_convention", because, changed)


def _alike(other: Rule, own: Rule) -> dict[str, str]:
    """Another rule's states, and the shares that they are averaged with, by their names in ours.

    States of other names are alike where both are of squares, or both are averages.
    """
    alike: dict[str, str] = {}
    for theirs in other.carried:
        mine = theirs if theirs in own.carried else None
        for one in own.carried:
            if mine is None and one not in alike.values() and one not in other.carried:
                mine = one if _nature(other, theirs) == _nature(own, one) else None
        if mine is not None:
            alike[theirs] = mine
            alike |= dict(zip(_shares(other, theirs), _shares(own, mine), strict=False))
    return alike


def _nature(rule: Rule, result: str) -> tuple[int, bool]:
    """How many squares a result is made of; if of none, whether it is an average."""
    squares = sum(
        isinstance(part, ast.BinOp)
        and isinstance(part.op, ast.Mult)
        and same(part.left, part.right)
        for part in ast.walk(rule.formulas.expressions[result])
    )
    average = isinstance(rule.formulas.expressions[result], ast.BinOp) and _shares(rule, result)
    return squares, squares == 0 and bool(average)


def _shares(rule: Rule, result: str) -> list[str]:
    return [name for name in names(rule.formulas.expressions[result]) if is_share(ast.Name(name))]


def _in_table(name: str, call: Call) -> str:
    """The table's name for a rule's, which the call may know only with _prev behind it."""
    return call.names.get(name) or call.names.get(f"{name}_prev", name).removesuffix("_prev")


def _distinct(found: list[Slip], expression: ast.expr, table: Table) -> list[Slip]:
    """The slips without those that give the right number, or the number of one before, always.

    Always means in a sheet that is right otherwise: there two columns may hold the same.
    """
    places = [_Somewhere(table, f"{place}") for place in range(2)]
    # Two conventions that differ only in where a tiny eps stands are the same to the eye.
    without_eps = [_Somewhere(table, "0", {"eps": 0.0})]
    seen = {_values(expression, places)}
    kept = []
    for slip in sorted(found, key=lambda one: one.usual):
        values = {_values(slip.tree, places)}
        if slip.names == ("another_convention",):
            values.add(_values(slip.tree, without_eps))
        if not values & seen:
            kept.append(slip)
        seen |= values
    return kept


class _Somewhere:
    """A row of a table with arbitrary numbers above it and for its inputs; the same ones always."""

    def __init__(self, table: Table, place: str, known: dict[str, float] | None = None) -> None:
        self.table = table
        self.place = place
        self.known = dict(known or {})

    def value(self, name: str) -> float:
        if name not in self.known:
            tree = self.table.column(name).expression if name in self.table.names else None
            drawn = random.Random(name + self.place).uniform(0.3, 1.7)
            self.known[name] = drawn if tree is None else evaluate(tree, self.value)
        return self.known[name]


def _values(tree: ast.expr, places: list[_Somewhere]) -> tuple[str, ...]:
    try:
        return tuple(f"{evaluate(tree, place.value):.10g}" for place in places)
    except CellError:
        return (ast.unparse(tree),)
