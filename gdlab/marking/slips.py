"""The family of usual slips in one column: formulas that a learner may have used instead.

Every slip is a formula, so a rule that a user wrote has its slips too, and a learner's numbers can
be put into each to see which gives what was written.
"""

import ast
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from gdlab.columns import COUNTERS, Call, Table, every_call
from gdlab.dialects.evaluate import CellError, evaluate
from gdlab.grammar import names, substitute
from gdlab.marking.bounds import Bound, bound
from gdlab.marking.rewrites import Rewrite, everywhere, same
from gdlab.registry import Rule, find_rule, rules
from gdlab.symbols import LIMITS, SHARE, split


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


def slips(table: Table, column: str) -> list[Slip]:
    """The single slips of a column, the most usual first; no two of them are the same formula."""
    expression = table.column(column).expression
    if expression is None:
        return []
    found = [
        Slip((one.name,), one.because, one.tree)
        for one in (*everywhere(expression, table), *_of_the_whole(table, column, expression))
        # A cell cannot have been computed from itself.
        if column not in names(one.tree)
    ]
    return _distinct(found, expression)


def pairs(table: Table, column: str, singles: list[Slip]) -> Iterator[Slip]:
    """Every two very usual slips together, as far as they are changes of one formula."""
    usual = [one for one in singles if one.usual == 1 and one.names[0] not in WHOLE]
    for first in usual:
        for second in everywhere(first.tree, table):
            kind = KINDS[second.name]
            if (
                kind.usual == 1
                and second.name >= first.names[0]
                and column not in names(second.tree)
            ):
                because = f"{first.because}, and {second.because}"
                yield Slip((*first.names, second.name), because, second.tree)


WHOLE = ("copied_from_above", "copied_from_beside", "another_convention", "parameters_swapped")


def _of_the_whole(table: Table, column: str, expression: ast.expr) -> Iterator[Rewrite]:
    """Slips that are no change of one place."""
    yield from _parameters(table, column, expression)
    yield from _conventions(table, column, expression)
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

    turned = {name: ast.Name(exchanged(name)) for name in used if exchanged(name) != name}
    if turned:
        both = all(parameter in used for parameter in table.parameters)
        name = "parameters_swapped" if both else "other_parameter"
        other = exchanged(column)
        because = (
            f"{first} and {second} were swapped"
            if both
            else f"it was computed from the numbers of {other}"
        )
        yield Rewrite(name, because, substitute(expression, dict(turned)))


def _conventions(table: Table, column: str, expression: ast.expr) -> Iterator[Rewrite]:
    """The same column as other rules have it, in this table's names."""
    base, _ = split(column, table.parameters)
    for call in every_call(table.steps):
        if column not in call.results or call.formulas.name not in rules():
            continue
        own = find_rule(call.formulas.name)
        for name in rules():
            if name != own.name:
                for changed in _as(find_rule(name), own, base, call, table):
                    # A running average of squares is no other way to write one of gradients.
                    if _squares(changed) == _squares(expression):
                        because = f"this is {base} as the rule {name} has it"
                        yield Rewrite("another_convention", because, changed)


def _squares(tree: ast.expr) -> int:
    return sum(
        isinstance(part, ast.BinOp)
        and isinstance(part.op, ast.Mult)
        and same(part.left, part.right)
        for part in ast.walk(tree)
    )


def _as(other: Rule, own: Rule, base: str, call: Call, table: Table) -> Iterator[ast.expr]:
    """A result as another rule has it: by the same names, and with states and shares in order."""
    shares = ([one for one in rule.hyper if LIMITS.get(one) is SHARE] for rule in (other, own))
    in_order = dict(zip(other.carried, own.carried, strict=False))
    in_order |= dict(zip(*shares, strict=False))
    known = {*table.names, *table.hyper, *(f"{name}_prev" for name in table.names)}
    for alike in ({}, in_order):
        back = {mine: theirs for theirs, mine in alike.items()}
        tree = other.formulas.expressions.get(back.get(base, base))
        if tree is None:
            continue
        put: dict[str, ast.expr] = {}
        for name in names(tree):
            word = name.removesuffix("_prev")
            above = name[len(word) :]
            mine = alike.get(word, word)
            # The call knows its names in the table, some of them only with or without _prev.
            here = call.names.get(mine) or call.names.get(f"{mine}_prev", mine).removesuffix(
                "_prev"
            )
            put[name] = ast.Name(here + above)
        changed = substitute(tree, put)
        if all(name in known for name in names(changed)):
            yield changed


def _distinct(found: list[Slip], expression: ast.expr) -> list[Slip]:
    """The slips without those that are the right formula, or the formula of one before, anew."""
    seen = {fingerprint(expression)}
    kept = []
    for slip in sorted(found, key=lambda one: one.usual):
        mark = fingerprint(slip.tree)
        if mark not in seen:
            seen.add(mark)
            kept.append(slip)
    return kept


def fingerprint(tree: ast.expr) -> tuple[str, ...]:
    """The same for formulas that always give the same: their values at two arbitrary places."""
    return tuple(_value(tree, place) for place in (arbitrary, lambda name: arbitrary(f"{name}'")))


def _value(tree: ast.expr, place: Callable[[str], float]) -> str:
    try:
        return f"{evaluate(tree, place):.10g}"
    except CellError:
        return ast.unparse(tree)


@lru_cache(maxsize=4096)
def arbitrary(name: str) -> float:
    """A number for a name, always the same one."""
    return random.Random(name).uniform(0.3, 1.7)
