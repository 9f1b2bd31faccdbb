"""How a table is put together: model, batch, schedule, changes of the gradient, rule, update.

Every name of a table is given by :class:`Names`, which keeps what a model or a rule calls its own
apart from what the table makes: the model's names stay as they are, and where a name is taken, what
comes later is called after its owner too: Adam's ``beta1`` beside a parameter ``beta1`` is
``adam_beta1``.
"""

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from gdlab.core.columns import (
    COUNTERS,
    Branch,
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
from gdlab.core.model import Model, find_model, finite_differences
from gdlab.core.registry import Rule, find_rule
from gdlab.core.suggest import unknown
from gdlab.formulas import models, schedules, transforms
from gdlab.language.grammar import Formulas, read, unrolled

SCHEDULES: dict[str, Callable[..., object]] = {
    function.__name__: function
    for function in (
        schedules.constant,
        schedules.step_decay,
        schedules.exponential,
        schedules.cosine,
        schedules.warmup_cosine,
        schedules.lesson_annealing,
        schedules.reduce_on_plateau,
    )
}
# Inputs that bring their columns with them when they are given, and the value they start from.
EXTRAS = {"h": 0.01, "max_norm": 1.0, "max_value": 1.0, "weight_decay": 0.0}
# Arguments of gdlab.trace, so that a hyperparameter of such a name could not be given.
OPTIONS = (
    "rule", "points", "epochs", "start", "batch_size", "shuffle", "seed", "schedule", "switch",
    "surface", "steps", "model", "columns", "every", "at_epoch",
)  # fmt: skip
SQUARED = ("mse", "rmse", "root_sum_err2")
MEAN = ("mean_loss",)
TABLE = "table"


@lru_cache(maxsize=64)
def _read(function: Callable[..., object]) -> Formulas:
    return read(function, total=True)


class Plan(NamedTuple):
    """What a table is asked to have beside its rule; see :func:`gdlab.trace`."""

    extras: frozenset[str] = frozenset()
    batches: bool = False
    shuffled: bool = False
    schedule: str | None = None
    switch_to: Rule | None = None
    model: Model | None = None


class Names:
    """The names of one table, each given once: the model's own first, as they are."""

    def __init__(self, model: Model) -> None:
        self.taken = {*model.names, *COUNTERS}
        self.given: dict[tuple[str, Part], str] = {}

    def column(self, base: str, parameter: str | None = None, owner: str = TABLE) -> str:
        """The name of a column; the same one whenever it is asked for."""
        wanted = base if parameter is None else f"{base}_{parameter}"
        return self._give("column", Part(base, parameter), wanted, owner)

    def of_rule(self, base: str, parameter: str, rule: Rule) -> str:
        """The column of what a rule returns; two rules share what they call the same."""
        return self._give("rule", Part(base, parameter), f"{base}_{parameter}", rule.name)

    def input(self, base: str, owner: str = TABLE, wanted: str | None = None) -> str:
        """The name of an input that an owner has; the same one whenever it is asked for."""
        return self._give(f"input of {owner}", Part(base), wanted or base, owner)

    def _give(self, kind: str, part: Part, wanted: str, owner: str) -> str:
        if (kind, part) not in self.given:
            name, number = wanted, 1
            while name in self.taken:
                name = f"{owner}_{wanted}" if number == 1 else f"{owner}_{wanted}_{number}"
                number += 1
            self.taken.add(name)
            self.given[kind, part] = name
        return self.given[kind, part]


@dataclass(frozen=True)
class Draft:
    """What is settled of a table before its steps are: the plan's parts and all names."""

    rule: Rule
    plan: Plan
    model: Model
    names: Names
    schedule: Formulas | None
    hyper: dict[str, float] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The model's parameters."""
        return tuple(self.model.parameters)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rule, and the one that is switched to."""
        return (self.rule, self.plan.switch_to) if self.plan.switch_to else (self.rule,)

    @property
    def position(self) -> str:
        """The counter of rows within an epoch."""
        return self.names.column("position") if self.plan.shuffled else "sample"

    @property
    def after_epoch(self) -> bool:
        """Whether the schedule is called after each epoch, not in each row."""
        return self.schedule is not None and "next_lr" in self.schedule.results

    @property
    def rate(self) -> str:
        """The learning rate of the rule."""
        return self.names.input("lr", self.rule.name)

    def has(self, extra: str) -> bool:
        """Whether an input that brings its columns is there, and none of the rule's or model's."""
        owned = extra in self.rule.hyper or extra in self.model.constants
        return extra in self.plan.extras and not owned

    def hypers(self) -> dict[str, str]:
        """The rule's hyperparameters, by its own words, with the table's names."""
        return {base: self.names.input(base, self.rule.name) for base in self.rule.hyper}

    def hypers_after(self) -> dict[str, str]:
        """The same of the rule that is switched to; a schedule's lr goes on for both rules."""
        assert self.plan.switch_to
        own = {
            base: self.names.input(base, f"{self.plan.switch_to.name} after", f"{base}_after")
            for base in self.plan.switch_to.hyper
            if base != "lr" or not self.schedule
        }
        return own | (
            {"lr": self.rate} if "lr" in self.plan.switch_to.hyper and self.schedule else {}
        )


def table_of(rule: Rule, plan: Plan = Plan()) -> Table:  # noqa: B008 (a plan never changes)
    """Put a rule's table together; ValueError for parts that do not go together."""
    name = plan.schedule
    if name is not None and not (isinstance(name, str) and name in SCHEDULES):
        raise ValueError(unknown(f"no schedule is called {name!r:.40}", name, SCHEDULES))
    return _table_of(rule, plan)


@lru_cache(maxsize=256)
def _table_of(rule: Rule, plan: Plan) -> Table:
    draft = _draft(rule, plan)
    before = _before(draft)
    steps = _rule_steps(draft, _gradient(draft, before))
    named = draft.names
    updates: list[Step] = [
        _per_parameter(
            draft, _read(models.descend), one, {"step": named.of_rule("step", one, rule)}
        )
        for one in draft.parameters
    ]
    starts = _starts(draft)
    counts = {name: 0.0 for name in _asked_above(before) if name not in starts}
    counters = _counters(draft)
    columns = _columns(draft, counters, before, steps, updates, {*starts, *counts})
    scheduled = draft.schedule is not None
    start_rate = named.input("start_lr", wanted=f"start_{draft.rate}") if scheduled else ""
    after = _schedule_call(draft) if draft.after_epoch else None
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
    """Settle the plan's parts and the inputs, in their order; ValueError for what is no plan."""
    model = plan.model or find_model()
    schedule = _read(SCHEDULES[plan.schedule]) if plan.schedule else None
    _refuse_misfits(rule, plan, model, schedule)
    if schedule:
        schedule = unrolled(schedule, len(model.parameters))
    draft = Draft(rule, plan, model, Names(model), schedule)
    names, hyper, parts = draft.names, draft.hyper, draft.parts
    # What a rule calls its own comes before what the table adds; what trace takes is no input.
    options = {*OPTIONS} - names.taken
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
    """A hyperparameter's default; the rate of a rule that takes gradients as they are, the model's.

    Such a rule's own default suits the lesson's line, on which sgd has its own.
    """
    value = rule.hyper[base]
    if base != "lr" or model.rate is None or not rule.proportional:
        return value
    return float(f"{value / find_rule('sgd').hyper['lr'] * model.rate:.15g}")


def _refuse_misfits(rule: Rule, plan: Plan, model: Model, schedule: Formulas | None) -> None:
    """ValueError, in words, for parts that do not go together."""
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


def _before(draft: Draft) -> list[Step]:
    """What comes before the rule: batch, model, schedule; changes of the gradient come behind."""
    steps: list[Step] = []
    if draft.plan.batches:
        steps.append(
            _call(draft, _read(transforms.batch), {"batch_size": _extra(draft, "batch_size")})
        )
    steps += _model_steps(draft)
    if draft.schedule and draft.after_epoch:
        if "sum_loss" in draft.schedule.arguments:
            steps.append(_running_loss(draft))
    elif draft.schedule:
        steps.append(_schedule_call(draft))
    return steps


def _extra(draft: Draft, name: str) -> str:
    return draft.names.input(name)


def _model_steps(draft: Draft) -> list[Step]:
    """The model down to its gradients; in batches, the mean of the samples' gradients."""
    steps: list[Step] = []
    for formulas in draft.model.functions:
        names = {name: name for name in (*formulas.arguments, *formulas.results)}
        parts: dict[str, Part] = {}
        for one in draft.parameters:
            gradient = f"grad_{one}"
            if gradient in names:
                base = "sample_grad" if draft.plan.batches else "grad"
                parts[gradient] = Part(base, one)
                draft.names.given["column", Part("grad", one)] = gradient
                names[gradient] = draft.names.column(base, one)
        steps.append(Call(formulas, names, parts))
    if draft.has("h"):
        steps.append(_estimates(draft))
    if draft.plan.batches:
        for one in draft.parameters:
            # What the model calls its gradient is the batch's now; its own is the sample's.
            given = {"sample_grad": draft.names.column("sample_grad", one)}
            steps.append(_per_parameter(draft, _read(transforms.batch_mean), one, given))
    return steps


def _estimates(draft: Draft) -> Call:
    """The finite differences of every parameter."""
    formulas = finite_differences(draft.model)
    names = {name: name for name in formulas.arguments} | {"_h": _extra(draft, "h")}
    parts = {}
    for index, one in enumerate(draft.parameters, 1):
        for local, base in (
            (f"_raised_{index}", f"{draft.model.loss}_h"),
            (f"_estimated_{index}", "est_grad"),
        ):
            names[local], parts[local] = draft.names.column(base, one), Part(base, one)
    return Call(formulas, names, parts)


def _running_loss(draft: Draft) -> Call:
    """The sum of the epoch's losses."""
    base = f"sum_{draft.model.loss}"
    total = draft.names.column(base)
    given = {"loss": draft.model.loss, "sum_loss": total, "sum_loss_prev": f"{total}_prev"}
    return _call(draft, _read(transforms.running_loss), given, {"sum_loss": Part(base)})


def _schedule_call(draft: Draft) -> Call:
    """The schedule, in a row or after an epoch."""
    assert draft.schedule is not None
    formulas, names = draft.schedule, draft.names
    given = {"lr": draft.rate, "start_lr": names.input("start_lr", wanted=f"start_{draft.rate}")}
    if "sum_loss" in formulas.arguments:
        given["sum_loss"] = names.column(f"sum_{draft.model.loss}")
    given |= {
        name: names.input(name, formulas.name)
        for name in formulas.defaults
        if not name.endswith("_prev")
    }
    for index, one in enumerate(draft.parameters, 1):
        given[f"sqr_avg_{index}"] = names.of_rule("sqr_avg", one, draft.rule)
    return _call(draft, formulas, given, owner=formulas.name)


def _gradient(draft: Draft, before: list[Step]) -> str:
    """Add clipping and L2 decay in torch's order; the base name of the gradient that remains."""
    base, names = "grad", draft.names
    if draft.has("max_norm"):
        formulas = unrolled(_read(transforms.clip_by_norm), len(draft.parameters))
        given = {"max_norm": _extra(draft, "max_norm")}
        parts = {}
        for index, one in enumerate(draft.parameters, 1):
            given[f"g_{index}"] = names.column(base, one)
            given[f"scaled_grad_{index}"] = names.column("scaled_grad", one)
            parts[f"scaled_grad_{index}"] = Part("scaled_grad", one)
        before.append(_call(draft, formulas, given, parts, owner=formulas.name))
        base = "scaled_grad"
    for extra, function, result in (
        ("max_value", transforms.clip_by_value, "clipped_grad"),
        ("weight_decay", transforms.decay_as_l2, "decayed_grad"),
    ):
        if draft.has(extra):
            for one in draft.parameters:
                given = {"g": names.column(base, one), extra: _extra(draft, extra)}
                before.append(_per_parameter(draft, _read(function), one, given))
            base = result
    return base


def _rule_steps(draft: Draft, gradient: str) -> list[Step]:
    """The rule on each parameter, where an update is due, before or after a switch."""

    def calls(rule: Rule, hyper: dict[str, str]) -> tuple[Step, ...]:
        return tuple(
            _per_parameter(
                draft,
                rule.formulas,
                one,
                hyper | {"g": draft.names.column(gradient, one)},
                rule,
            )
            for one in draft.parameters
        )

    steps = calls(draft.rule, draft.hypers())
    if draft.plan.switch_to:
        test = f"epoch < {_extra(draft, 'at_epoch')}"
        steps = (Branch(test, steps, calls(draft.plan.switch_to, draft.hypers_after())),)
    if draft.plan.batches:
        return [Branch(f"{draft.names.column('last')} == 1", steps)]
    return list(steps)


def _call(
    draft: Draft,
    formulas: Formulas,
    given: dict[str, str],
    parts: dict[str, Part] | None = None,
    owner: str = TABLE,
) -> Call:
    """A call once in a row; ``given`` names what is not the table's own column of that name."""
    names = {}
    for local in (*formulas.arguments, *formulas.results):
        word = local.removesuffix("_prev")
        names[local] = _counted(draft).get(word) or draft.names.column(word, owner=owner)
        names[local] += local[len(word) :]
        names[local] = given.get(local, names[local])
    return Call(formulas, names, parts or {})


def _per_parameter(
    draft: Draft,
    formulas: Formulas,
    parameter: str,
    given: dict[str, str],
    rule: Rule | None = None,
) -> Call:
    """A call for one parameter: states and results are columns of that parameter."""

    def own(word: str) -> str:
        if rule is not None:
            return draft.names.of_rule(word, parameter, rule)
        return draft.names.column(word, parameter)

    names = {}
    for local in formulas.arguments:
        word = local.removesuffix("_prev")
        if local in given:
            names[local] = given[local]
        elif word != local:
            names[local] = f"{own(word)}_prev"
        elif local == "w":
            names[local] = parameter
        else:
            names[local] = _counted(draft)[local]
    names |= {one: own(one) for one in formulas.results}
    return Call(formulas, names, {one: Part(one, parameter) for one in formulas.results})


def _counted(draft: Draft) -> dict[str, str]:
    """The table's names for what is counted, by the names of a function's arguments."""
    counted = {"epoch": "epoch", "t": "t", "n": draft.names.column("n")}
    if draft.plan.batches:
        counted["in_batch"] = draft.names.column("in_batch")
    return counted | {"sample": draft.position, "position": draft.position}


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
    """All columns in the order in which they stand on a sheet."""
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
    """The rule's columns with equal ones next to each other, the steps last."""
    parts = {
        call.names[local]: call.parts[local]
        for call in every_call(steps)
        for local in call.formulas.results
    }
    bases = dict.fromkeys(part.base for part in parts.values() if part.base != "step")
    by_part = {part: name for name, part in parts.items()}
    return [by_part[Part(base, one)] for base in (*bases, "step") for one in draft.parameters]


def _asked_above(steps: list[Step]) -> list[str]:
    """What the steps before the rule carry: the names that they ask for from the row above."""
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
    """What stands on a sheet to be changed: starts first, then hyperparameters.

    Where a schedule makes lr a column, the hyperparameter lr is what it starts from.
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
