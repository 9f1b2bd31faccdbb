"""Conventions that are not the sheet's, but are kept throughout and end right.

Someone who takes the error as y - y_pred and its gradient as -2 * error, or half the squared error
as the loss where the step does not depend on the loss's unit, has computed correctly.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from gdlab.core.columns import Table
from gdlab.marking.judge import RIGHT, WRONG, Judgement, judge
from gdlab.marking.sheet import Filled

# Under this, a number added to another one of a unit is no quantity of its own.
NEGLIGIBLE = "eps"


@dataclass(frozen=True)
class Convention:
    """Another way to have some columns: what stands there times ``factors`` is what is asked for.

    ``shown_by`` is the column that is another, ``kept_by`` begin the names of those that show that
    the convention was kept.
    """

    shown_by: str
    kept_by: tuple[str, ...]
    factors: Mapping[str, float]
    note: str


def judged_as_meant(filled: Filled) -> tuple[Judgement, tuple[str, ...]]:
    """A sheet judged by its own convention where it keeps one, with a note that says so."""
    judgement = judge(filled)
    wrong = {one.place[1] for one in judgement.verdicts if one.status == WRONG}
    for convention in conventions_of(filled.key.table):
        if convention.shown_by not in wrong:
            continue
        other = judge(replace(filled, factors=convention.factors))
        if _is_kept(other, convention):
            return other, (convention.note,)
    return judgement, ()


def _is_kept(judgement: Judgement, convention: Convention) -> bool:
    """Whether all that is filled in of the columns that show it is right by the convention."""
    statuses = {one.place: one.status for one in judgement.verdicts if one.written is not None}
    kept = {
        name
        for _, name in statuses
        if name == convention.shown_by or name.startswith(convention.kept_by)
    }
    return len(kept) > 1 and all(
        status == RIGHT for (_, name), status in statuses.items() if name in kept
    )


@lru_cache(maxsize=64)
def conventions_of(table: Table) -> list[Convention]:
    """The conventions that a table can be computed in besides its own."""
    found = []
    if {"error", "err2"} <= set(table.names):
        note = "error is y - y_pred here, and the gradient fits it: that counts as right"
        found.append(Convention("error", ("grad_", "new_"), {"error": -1.0}, note))
        halves = _units(table)
        if halves is not None:
            note = "the loss is half the squared error here, and all fits it: that counts as right"
            factors = {name: 2.0**power for name, power in halves.items() if power}
            found.append(Convention("err2", ("grad_", "new_"), factors, note))
    return found


def _units(table: Table) -> dict[str, float] | None:
    """By column the power of the loss's unit in it; None where a step depends on the unit."""
    powers: dict[str, float] = {}
    free = {*table.parameters, *map(table.carrier, table.parameters)}
    for column in table.columns:
        base, parameter = table.part(column.name)
        if column.name == "err2" or (base == "grad" and parameter):
            powers[column.name] = 1.0
        elif column.expression is None or not parameter or column.name in free:
            powers[column.name] = 0.0
    waiting = [one for one in table.columns if one.name not in powers]
    while waiting:
        # What a column carries on from the row above has the unit of what is added to it.
        known = [
            (one, power)
            for one in waiting
            if one.expression is not None
            and (power := _power(one.expression, powers, one.name, table)) is not None
        ]
        if not known:
            return None
        powers |= {one.name: power for one, power in known}
        waiting = [one for one in waiting if one.name not in powers]
    steps = [power for name, power in powers.items() if table.part(name).base == "step"]
    return None if any(steps) else powers


def _power(tree: ast.expr, powers: Mapping[str, float], own: str, table: Table) -> float | None:
    """The power of the loss's unit in a formula; None where it is not known, or differs."""

    def of(part: ast.expr) -> float | None:
        return _power(part, powers, own, table)

    match tree:
        case ast.Name(name):
            word = name.removesuffix("_prev")
            if word in table.names:
                return powers.get(word)
            return 0.0
        case ast.Constant():
            return 0.0
        case ast.BinOp(left, ast.Mult() | ast.Div() as op, right):
            if f"{own}_prev" in (getattr(left, "id", ""), getattr(right, "id", "")):
                return None
            first, second = of(left), of(right)
            if first is None or second is None:
                return None
            return first + second if isinstance(op, ast.Mult) else first - second
        case ast.BinOp(left, ast.Add() | ast.Sub(), right):
            if isinstance(right, ast.Name) and right.id == NEGLIGIBLE:
                return of(left)
            known = {power for power in (of(left), of(right)) if power is not None}
            carried = any(
                isinstance(one, ast.Name) and one.id == f"{own}_prev" for one in ast.walk(tree)
            )
            both = of(left) is not None and of(right) is not None
            return known.pop() if len(known) == 1 and (both or carried) else None
        case ast.BinOp(left, ast.Pow(), _):
            return 0.0 if of(left) == 0 else None
        case ast.UnaryOp(operand=operand):
            return of(operand)
        case ast.Call(ast.Name("sqrt"), [part]):
            power = of(part)
            return None if power is None else power / 2
    return None
