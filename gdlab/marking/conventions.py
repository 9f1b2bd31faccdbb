"""Slips of convention: a column as another rule has it."""

import ast
from collections.abc import Iterator
from functools import lru_cache

from gdlab.core.assembly import SCHEDULES
from gdlab.core.columns import Call, Table, every_call
from gdlab.core.registry import Rule, find_rule, rules
from gdlab.core.steps import read_own
from gdlab.language.grammar import names, same, substitute
from gdlab.marking.parts import Rewrite, is_share


def conventions(table: Table, column: str) -> Iterator[Rewrite]:
    """The same column as other rules define it, in this table's names."""
    base = table.part(column).base
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


def other_schedules(table: Table) -> Iterator[Rewrite]:
    """The learning rate as other schedules have it, in this table's inputs."""
    known = {*table.hyper, "t", "start_lr"}
    for name, function in SCHEDULES.items():
        # One that is called after each epoch gives no lr of a row.
        tree = read_own(function).expressions.get("lr")
        if tree is None or not known.issuperset(names(tree)):
            continue
        because = f"this is lr as the schedule {name} has it"
        yield Rewrite("another_schedule", because, tree)


@lru_cache(maxsize=1024)
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
