"""The steps of a row, in order: batch, model, schedule, clipping and decay, rule."""

from collections.abc import Callable
from functools import lru_cache

from gdlab.core.columns import Branch, Call, Part, Step
from gdlab.core.draft import TABLE, Draft
from gdlab.core.model import finite_differences
from gdlab.core.registry import Rule
from gdlab.formulas import transforms
from gdlab.language.grammar import Formulas, unrolled
from gdlab.language.reader import read


@lru_cache(maxsize=64)
def read_own(function: Callable[..., object]) -> Formulas:
    """Read one of the package's own functions."""
    return read(function, total=True)


def steps_before(draft: Draft) -> list[Step]:
    """The first steps of a row: batch, model and schedule."""
    steps: list[Step] = []
    if draft.plan.batches:
        steps.append(
            _call(draft, read_own(transforms.batch), {"batch_size": _extra(draft, "batch_size")})
        )
    steps += _model_steps(draft)
    if draft.schedule and draft.after_epoch:
        if "sum_loss" in draft.schedule.arguments:
            steps.append(_running_loss(draft))
    elif draft.schedule:
        steps.append(schedule_call(draft))
    return steps


def _extra(draft: Draft, name: str) -> str:
    return draft.names.input(name)


def _model_steps(draft: Draft) -> list[Step]:
    """The model and its gradients; with batches, the mean of the samples' gradients."""
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
            # The batch's gradient takes the model's name, so the sample's gradient gets another.
            given = {"sample_grad": draft.names.column("sample_grad", one)}
            steps.append(per_parameter(draft, read_own(transforms.batch_mean), one, given))
    return steps


def _estimates(draft: Draft) -> Call:
    """The finite differences for every parameter."""
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
    """The running sum of the losses in an epoch."""
    base = f"sum_{draft.model.loss}"
    total = draft.names.column(base)
    given = {"loss": draft.model.loss, "sum_loss": total, "sum_loss_prev": f"{total}_prev"}
    return _call(draft, read_own(transforms.running_loss), given, {"sum_loss": Part(base)})


def schedule_call(draft: Draft) -> Call:
    """The call of the schedule, in each row or after each epoch."""
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


def gradient_steps(draft: Draft, before: list[Step]) -> str:
    """Append clipping and L2 decay, in torch's order; returns the final gradient's base."""
    base, names = "grad", draft.names
    if draft.has("max_norm"):
        formulas = unrolled(read_own(transforms.clip_by_norm), len(draft.parameters))
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
                before.append(per_parameter(draft, read_own(function), one, given))
            base = result
    return base


def rule_steps(draft: Draft, gradient: str) -> list[Step]:
    """The rule for each parameter: only in rows with an update, and before or after a switch."""

    def calls(rule: Rule, hyper: dict[str, str]) -> tuple[Step, ...]:
        return tuple(
            per_parameter(
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
    """A call made once per row; ``given`` maps names for which the table has another column."""
    names = {}
    for local in (*formulas.arguments, *formulas.results):
        word = local.removesuffix("_prev")
        names[local] = _counted(draft).get(word) or draft.names.column(word, owner=owner)
        names[local] += local[len(word) :]
        names[local] = given.get(local, names[local])
    return Call(formulas, names, parts or {})


def per_parameter(
    draft: Draft,
    formulas: Formulas,
    parameter: str,
    given: dict[str, str],
    rule: Rule | None = None,
) -> Call:
    """A call for one parameter; its states and results are columns of that parameter."""

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
    """The table's names of the counters, by the names of a function's arguments."""
    counted = {"epoch": "epoch", "t": "t", "n": draft.names.column("n")}
    if draft.plan.batches:
        counted["in_batch"] = draft.names.column("in_batch")
    return counted | {"sample": draft.position, "position": draft.position}
