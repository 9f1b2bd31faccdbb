"""Assemble a table from a rule and its options: steps, columns and inputs, in order."""

import ast
from collections.abc import Iterable
from functools import lru_cache

from gdlab.core.columns import (
    COUNTERS,
    Call,
    Column,
    Input,
    Part,
    Step,
    Table,
    every_call,
    expressions,
    results,
)
from gdlab.core.draft import Draft, Names, Plan
from gdlab.core.model import OF_TRACE, Model, find_model
from gdlab.core.registry import Rule, find_rule
from gdlab.core.steps import (
    gradient_steps,
    per_parameter,
    read_own,
    rule_steps,
    schedule_call,
    steps_before,
)
from gdlab.core.suggest import unknown
from gdlab.formulas import functions_of, schedules, transforms
from gdlab.language.grammar import Formulas, unrolled

SCHEDULES = functions_of(schedules)
# Inputs that add columns to the table when they are given, and their default values.
EXTRAS = {"h": 0.01, "max_norm": 1.0, "max_value": 1.0, "weight_decay": 0.0}
SQUARED = ("mse", "rmse", "root_sum_err2")
MEAN = ("mean_loss",)


def table_of(rule: Rule, plan: Plan = Plan()) -> Table:  # noqa: B008 (a plan never changes)
    """The table of a rule with a plan's options; ValueError if they do not fit together."""
    name = plan.schedule
    if name is not None and not (isinstance(name, str) and name in SCHEDULES):
        raise ValueError(unknown(f"no schedule is called {name!r:.40}", name, SCHEDULES))
    return _table_of(rule, plan)


@lru_cache(maxsize=256)
def _table_of(rule: Rule, plan: Plan) -> Table:
    draft = _draft(rule, plan)
    before = steps_before(draft)
    steps = rule_steps(draft, gradient_steps(draft, before))
    named = draft.names
    updates: list[Step] = [
        per_parameter(
            draft, read_own(transforms.descend), one, {"step": named.of_rule("step", one, rule)}
        )
        for one in draft.parameters
    ]
    starts = _starts(draft)
    counts = {name: 0.0 for name in _asked_above(before) if name not in starts}
    counters = _counters(draft)
    columns = _columns(draft, counters, before, steps, updates, {*starts, *counts})
    scheduled = draft.schedule is not None
    start_rate = named.input("start_lr", wanted=f"start_{draft.rate}") if scheduled else ""
    after = schedule_call(draft) if draft.after_epoch else None
    measures = SQUARED if draft.model.squared_error else MEAN
    return Table(
        rule=rule,
        model=draft.model,
        counters=counters,
        steps=(*before, *steps, *updates),
        columns=columns,
        new={one: named.column("new", one) for one in draft.parameters},
        hyper=draft.hyper,
        starts=starts,
        counts=counts,
        inputs=_inputs(draft, starts, start_rate),
        count=named.column("n"),
        measures={base: named.column(base, owner="epoch") for base in measures},
        rate=draft.rate if scheduled else "",
        start_rate=start_rate,
        schedule=after,
        epoch_starts=_epoch_starts(draft) if after else {},
        shuffled=plan.shuffled,
    )


def _draft(rule: Rule, plan: Plan) -> Draft:
    """Choose a table's names and inputs, in order; ValueError for options that do not fit."""
    model = plan.model or find_model()
    schedule = read_own(SCHEDULES[plan.schedule]) if plan.schedule else None
    _refuse_misfits(rule, plan, model, schedule)
    if schedule:
        schedule = unrolled(schedule, len(model.parameters))
    draft = Draft(rule, plan, model, Names(model), schedule)
    names, hyper, parts = draft.names, draft.hyper, draft.parts
    # A rule's own names come before those that the table adds. Arguments of trace are not inputs,
    # so the rule's names must not be changed because of them.
    options = {"batch_size", "at_epoch", *OF_TRACE} - names.taken
    names.taken |= options
    first = draft.hypers()
    names.taken -= options
    hyper |= model.constants
    parts |= {name: Part(name) for name in model.constants}

    def add(name: str, base: str, value: float) -> None:
        hyper[name], parts[name] = value, Part(base)

    for extra, value in EXTRAS.items():
        if draft.has(extra):
            add(names.input(extra), extra, value)
    if plan.batches:
        add(names.input("batch_size"), "batch_size", 1.0)
    for base, name in first.items():
        add(name, base, _default(rule, base, model))
    if plan.switch_to:
        add(names.input("at_epoch"), "at_epoch", 1.0)
        for base, name in draft.hypers_after().items():
            if name not in hyper:
                add(name, base, _default(plan.switch_to, base, model))
    if schedule:
        for base, value in schedule.defaults.items():
            if not base.endswith("_prev"):
                add(names.input(base, schedule.name), base, value)
    return draft


def _default(rule: Rule, base: str, model: Model) -> float:
    """A hyperparameter's default; a proportional rule's rate is adapted to the model.

    The rule's own default is made for the lesson's line; it is scaled as the rate of sgd is.
    """
    value = rule.hyper[base]
    if base != "lr" or model.rate is None or not rule.proportional:
        return value
    return float(f"{value / find_rule('sgd').hyper['lr'] * model.rate:.15g}")


def _refuse_misfits(rule: Rule, plan: Plan, model: Model, schedule: Formulas | None) -> None:
    """ValueError for options that do not fit together."""
    rules = (rule, plan.switch_to) if plan.switch_to else (rule,)
    if not model.data:
        _refuse_on_surface(rules, plan, schedule)
    if schedule is None:
        return
    if "lr" not in rule.hyper:
        raise ValueError(f"{rule.name} has no learning rate lr that a schedule could change")
    if "sqr_avg" in schedule.arguments and "sqr_avg" not in rule.carried:
        raise ValueError(
            f"schedule {schedule.name} looks at sqr_avg_*, which {rule.name} does not carry"
        )


def _refuse_on_surface(rules: Iterable[Rule], plan: Plan, schedule: Formulas | None) -> None:
    for one in rules:
        if {"epoch", "sample", "n"}.intersection(one.formulas.arguments):
            raise ValueError(f"{one.name} counts samples; a surface has none")
    for word, there in (
        ("h", "h" in plan.extras),
        ("batch_size", plan.batches),
        ("shuffle", plan.shuffled),
        ("switch", plan.switch_to is not None),
    ):
        if there:
            raise ValueError(f"{word} needs points, epochs and samples; a surface has none")
    if schedule and "next_lr" in schedule.results:
        raise ValueError(f"schedule {schedule.name} works by epochs; a surface has none")


def _counters(draft: Draft) -> tuple[str, ...]:
    counters: tuple[str, ...] = COUNTERS if draft.model.data else ("t",)
    if draft.plan.shuffled:
        counters = ("epoch", draft.position, "sample", "t")
    return tuple(name for name in counters if name != "t" or not draft.plan.batches)


def _starts(draft: Draft) -> dict[str, float]:
    starts = dict(draft.model.parameters)
    for rule in draft.rules:
        for base, start in rule.starts.items():
            for one in draft.parameters:
                starts.setdefault(draft.names.of_rule(base, one, rule), start)
    return starts


def _columns(
    draft: Draft,
    counters: tuple[str, ...],
    before: list[Step],
    steps: list[Step],
    updates: list[Step],
    carried: set[str],
) -> tuple[Column, ...]:
    """All columns, in the order of the sheet."""
    names, parameters = draft.names, draft.parameters
    found = expressions([*before, *steps, *updates], carried)
    order = [*counters, *draft.model.data]
    if draft.plan.batches:
        order += [names.column("in_batch"), "t", names.column("last")]
    order += parameters
    order += [name for name in results(before) if name not in order]
    if draft.after_epoch:
        order.append(draft.rate)
    order += _side_by_side(draft, steps)
    new = {one: names.column("new", one) for one in parameters}
    order += new.values()
    found |= {one: ast.Name(f"{new[one]}_prev") for one in parameters}
    parts = {
        call.names[local]: call.parts.get(local, Part(local))
        for call in every_call([*before, *steps, *updates])
        for local in call.formulas.results
    }
    parts |= {one: Part("", one) for one in parameters}
    if draft.schedule:
        parts[draft.rate] = Part("lr")
    if draft.plan.shuffled:
        parts[draft.position] = Part("position")
    return tuple(Column(name, found.get(name), parts.get(name, Part(name))) for name in order)


def _side_by_side(draft: Draft, steps: list[Step]) -> list[str]:
    """The rule's columns: the same quantity of all parameters side by side, the steps last."""
    parts = {
        call.names[local]: call.parts[local]
        for call in every_call(steps)
        for local in call.formulas.results
    }
    bases = dict.fromkeys(part.base for part in parts.values() if part.base != "step")
    by_part = {part: name for name, part in parts.items()}
    return [by_part[Part(base, one)] for base in (*bases, "step") for one in draft.parameters]


def _asked_above(steps: list[Step]) -> list[str]:
    """The names that the steps before the rule read from the row above."""
    asked = [name for step in steps if isinstance(step, Call) for name in step.names.values()]
    return [name.removesuffix("_prev") for name in asked if name.endswith("_prev")]


def _epoch_starts(draft: Draft) -> dict[str, float]:
    assert draft.schedule is not None
    schedule = draft.schedule
    return {
        draft.names.column(name, owner=schedule.name): schedule.defaults.get(f"{name}_prev", 0.0)
        for name in schedule.returned[0]
        if name != "next_lr"
    }


def _inputs(draft: Draft, starts: dict[str, float], start_rate: str) -> tuple[Input, ...]:
    """The inputs of a sheet: starts first, then hyperparameters.

    If a schedule makes lr a column, the hyperparameter lr becomes its start.
    """
    parts = {one: Part("", one) for one in draft.parameters}
    for rule in draft.rules:
        for base in rule.carried:
            for one in draft.parameters:
                parts[draft.names.of_rule(base, one, rule)] = Part(base, one)
    found = [
        Input(draft.names.input(f"start of {name}", wanted=f"start_{name}"), parts[name], name)
        for name in starts
    ]
    after = draft.hypers_after().values() if draft.plan.switch_to else ()
    for name in draft.hyper:
        if name == draft.rate and start_rate:
            found.append(Input(start_rate, Part("start_lr")))
        else:
            found.append(Input(name, draft.parts[name], after=name in after))
    return tuple(found)
