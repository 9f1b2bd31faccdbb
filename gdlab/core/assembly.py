"""How a table is put together: model, batch, schedule, changes of the gradient, rule, update."""

import ast
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from gdlab.core.columns import (
    COUNTERS,
    PARAMETERS,
    POINT,
    Branch,
    Call,
    Column,
    Step,
    Table,
    expressions,
    results,
)
from gdlab.core.registry import Rule
from gdlab.core.suggest import unknown
from gdlab.formulas import models, schedules, surfaces, transforms
from gdlab.language.grammar import Formulas, read

SCHEDULES: dict[str, Callable] = {
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
SURFACES: dict[str, Callable] = {
    function.__name__: function
    for function in (
        surfaces.ravine,
        surfaces.saddle,
        surfaces.rosenbrock,
        surfaces.beale,
        surfaces.himmelblau,
    )
}
# Inputs that bring their columns with them when they are given, and the value they start from.
EXTRAS = {"h": 0.01, "max_norm": 1.0, "max_value": 1.0, "weight_decay": 0.0}
START_OF_PARAMETER = 1.0

_read = lru_cache(maxsize=64)(read)


class Plan(NamedTuple):
    """What a table is asked to have beside its rule; see :func:`gdlab.trace`."""

    extras: frozenset[str] = frozenset()
    batches: bool = False
    shuffled: bool = False
    schedule: str | None = None
    switch_to: Rule | None = None
    surface: str | None = None


def table_of(rule: Rule, plan: Plan = Plan()) -> Table:  # noqa: B008 (a plan never changes)
    """Put a rule's table together; ValueError for parts that do not go together."""
    for kind, name, known in (
        ("schedule", plan.schedule, SCHEDULES),
        ("surface", plan.surface, SURFACES),
    ):
        if name is not None and not (isinstance(name, str) and name in known):
            raise ValueError(unknown(f"no {kind} is called {name!r:.40}", name, known))
    return _table_of(rule, plan)


@lru_cache(maxsize=256)
def _table_of(rule: Rule, plan: Plan) -> Table:
    _refuse_misfits(rule, plan)
    parameters = ("u", "v") if plan.surface else PARAMETERS
    place = "position" if plan.shuffled else "sample"
    schedule = _read(SCHEDULES[plan.schedule]) if plan.schedule else None
    after_epoch = schedule is not None and "next_lr" in schedule.results

    before: list[Step] = []
    if plan.batches:
        before.append(_by_name(_read(transforms.batch), position=place))
    before += _model(plan, parameters, place)
    if after_epoch and "sum_err2" in schedule.arguments:  # type: ignore[union-attr]
        before.append(_by_name(_read(transforms.running_error), position=place))
    if schedule and not after_epoch:
        before.append(_by_name(schedule))
    changes, gradient = _changes(rule, plan, parameters)
    before += changes

    steps = _rule_steps(rule, plan, parameters, gradient, place)
    updates = [_per_parameter(_read(models.descend), parameter) for parameter in parameters]

    starts = dict.fromkeys(parameters, START_OF_PARAMETER)
    for one in (rule, plan.switch_to) if plan.switch_to else (rule,):
        for name, start in one.starts.items():
            for parameter in parameters:
                starts.setdefault(f"{name}_{parameter}", start)
    counts = dict.fromkeys(_carried(before), 0.0)
    carried = {*starts, *counts}

    counters: tuple[str, ...] = ("t",) if plan.surface else COUNTERS
    if plan.shuffled:
        counters = ("epoch", "position", "sample", "t")
    if plan.batches:
        counters = tuple(name for name in counters if name != "t")
    point = () if plan.surface else POINT
    found = expressions([*before, *steps, *updates], carried)
    order = [*counters, *point]
    if plan.batches:
        order += ["in_batch", "t", "last"]
    order += parameters
    order += [name for name in results(before) if name not in order]
    if after_epoch:
        order.append("lr")
    order += _side_by_side(steps, parameters)
    order += [f"new_{parameter}" for parameter in parameters]
    found |= {name: ast.Name(f"new_{name}_prev") for name in parameters}
    columns = tuple(Column(name, found.get(name)) for name in order)

    hyper = {
        name: EXTRAS[name] for name in EXTRAS if name in plan.extras and name not in rule.hyper
    }
    if plan.batches:
        hyper["batch_size"] = 1.0
    hyper |= rule.hyper
    if plan.switch_to:
        hyper["at_epoch"] = 1.0
        hyper |= {_after(name, plan): value for name, value in plan.switch_to.hyper.items()}
    if schedule:
        hyper |= {name: v for name, v in schedule.defaults.items() if not name.endswith("_prev")}
    return Table(
        rule=rule,
        parameters=parameters,
        counters=counters,
        point=point,
        steps=(*before, *steps, *updates),
        columns=columns,
        hyper=hyper,
        starts=starts,
        counts=counts,
        schedule=_by_name(schedule) if schedule and after_epoch else None,
        epoch_starts=_epoch_starts(schedule) if schedule and after_epoch else {},
        shuffled=plan.shuffled,
    )


def _refuse_misfits(rule: Rule, plan: Plan) -> None:
    """ValueError, in words, for parts that do not go together."""
    rules = (rule, plan.switch_to) if plan.switch_to else (rule,)
    for one in rules:
        lacks = {"epoch", "sample", "n"}.intersection(one.formulas.arguments)
        if plan.surface and lacks:
            raise ValueError(f"{one.name} counts samples; a surface has none")
    if plan.surface:
        unfit = [
            word
            for word, there in (
                ("h", "h" in plan.extras),
                ("batch_size", plan.batches),
                ("shuffle", plan.shuffled),
                ("switch", plan.switch_to is not None),
            )
            if there
        ]
        if unfit:
            raise ValueError(f"{unfit[0]} needs points, epochs and samples; a surface has none")
    if plan.schedule:
        if "lr" not in rule.hyper:
            raise ValueError(f"{rule.name} has no learning rate lr that a schedule could change")
        schedule = _read(SCHEDULES[plan.schedule])
        if plan.surface and "next_lr" in schedule.results:
            raise ValueError(f"schedule {plan.schedule} works by epochs; a surface has none")
        own = {name.removesuffix("_prev") for name in (*schedule.defaults, *schedule.results)}
        for one in rules:
            for name in one.hyper:
                if name in own and name != "lr":
                    raise ValueError(
                        f"schedule {plan.schedule} has its own {name}; rename {one.name}'s"
                    )
        if "sqr_avg_slope" in schedule.arguments and "sqr_avg" not in rule.carried:
            raise ValueError(
                f"schedule {plan.schedule} looks at sqr_avg_*, which {rule.name} does not carry"
            )


def _model(plan: Plan, parameters: tuple[str, str], place: str) -> list[Step]:
    """The loss and its gradients; in batches, the mean of the samples' transforms."""
    if plan.surface:
        return [_by_name(_read(SURFACES[plan.surface]))]
    renamed = {f"grad_{name}": f"sample_grad_{name}" for name in parameters} if plan.batches else {}
    steps: list[Step] = [_by_name(_read(models.line), **renamed)]
    if "h" in plan.extras:
        steps.append(_by_name(_read(models.finite_differences)))
    if plan.batches:
        steps += [
            _per_parameter(_read(transforms.batch_mean), name, sample_grad=f"sample_grad_{name}")
            for name in parameters
        ]
    return steps


def _changes(rule: Rule, plan: Plan, parameters: tuple[str, str]) -> tuple[list[Step], str]:
    """Clipping and L2 decay in torch's order; and the base name of the gradient that remains."""
    steps: list[Step] = []
    gradient = "grad"
    first, second = parameters
    if "max_norm" in plan.extras:
        given = {"first": f"grad_{first}", "second": f"grad_{second}"}
        given |= {
            "scaled_first": f"scaled_grad_{first}",
            "scaled_second": f"scaled_grad_{second}",
        }
        steps.append(_by_name(_read(transforms.clip_by_norm), **given))
        gradient = "scaled_grad"
    for extra, function, result in (
        ("max_value", transforms.clip_by_value, "clipped_grad"),
        ("weight_decay", transforms.decay_as_l2, "decayed_grad"),
    ):
        if extra in plan.extras and extra not in rule.hyper:
            formulas = _read(function)
            steps += [_per_parameter(formulas, name, g=f"{gradient}_{name}") for name in parameters]
            gradient = result
    return steps, gradient


def _rule_steps(
    rule: Rule, plan: Plan, parameters: tuple[str, str], gradient: str, place: str
) -> list[Step]:
    """The rule on each parameter, where an update is due, before or after a switch."""

    def calls(one: Rule, renamed: dict[str, str]) -> tuple[Step, ...]:
        return tuple(
            _per_parameter(
                one.formulas,
                name,
                g=f"{gradient}_{name}",
                **{"sample": place} | renamed,
            )
            for name in parameters
        )

    steps = calls(rule, {})
    if plan.switch_to:
        renamed = {name: _after(name, plan) for name in plan.switch_to.hyper}
        steps = (Branch("epoch < at_epoch", steps, calls(plan.switch_to, renamed)),)
    return [Branch("last == 1", steps)] if plan.batches else list(steps)


def _after(name: str, plan: Plan) -> str:
    """A hyperparameter of the rule after a switch; a schedule's lr goes on for both rules."""
    return name if name == "lr" and plan.schedule else f"{name}_after"


def _by_name(formulas: Formulas, **renamed: str) -> Call:
    """A call whose names are the table's own, but for those renamed."""
    own = {name: name for name in (*formulas.arguments, *formulas.results)}
    return Call(formulas, own | {name: to for name, to in renamed.items() if name in own})


def _per_parameter(formulas: Formulas, parameter: str, **renamed: str) -> Call:
    """A call for one parameter: states and results get its name behind theirs."""
    named = {argument: argument for argument in formulas.arguments}
    named |= {"w": parameter, "step": f"step_{parameter}"}
    named |= {result: f"{result}_{parameter}" for result in formulas.results}
    named |= {
        argument: f"{argument.removesuffix('_prev')}_{parameter}_prev"
        for argument in formulas.arguments
        if argument.endswith("_prev")
    }
    return Call(formulas, named | renamed)


def _side_by_side(steps: list[Step], parameters: tuple[str, str]) -> list[str]:
    """The rule's columns with equal ones next to each other, the steps last."""
    first = parameters[0]
    bases = [name.removesuffix(first) for name in results(steps) if name.endswith(f"_{first}")]
    bases = [*(base for base in bases if base != "step_"), "step_"]
    return [f"{base}{parameter}" for base in bases for parameter in parameters]


def _carried(steps: list[Step]) -> list[str]:
    """What the steps before the rule carry: the names that they ask for from the row above."""
    asked = [name for step in steps if isinstance(step, Call) for name in step.names.values()]
    return [name.removesuffix("_prev") for name in asked if name.endswith("_prev")]


def _epoch_starts(schedule: Formulas) -> dict[str, float]:
    return {
        name: schedule.defaults.get(f"{name}_prev", 0.0)
        for name in schedule.returned[0]
        if name != "next_lr"
    }
