"""What a page knows of its sheets, as plain data: gdlab/web/static/host.js reads it."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from gdlab.core.columns import Table
from gdlab.core.layout import column_letters, defined_names, inputs
from gdlab.core.lessons import LESSONS
from gdlab.core.looks import colour_of
from gdlab.core.model import find_model
from gdlab.core.rates import rate_input
from gdlab.core.registry import Rule
from gdlab.core.rerun import inputs_of
from gdlab.core.run import prepare
from gdlab.core.symbols import ANY, LIMITS, WHOLE, Limits
from gdlab.core.theory import plain
from gdlab.core.trace import Trace
from gdlab.marking.equivalents import conventions_of
from gdlab.web.limits import PAGE_POINTS, PAGE_ROWS
from gdlab.web.page_program import page_program
from gdlab.web.program import program
from gdlab.web.race import guest_rules, race_data, raced
from gdlab.web.sheet_meta import input_fields, sheet_meta
from gdlab.web.slips import marking_data

DATA, COMPARE = "data", "compare"
TELLING = ("schedule", "scale", "model", "switch", "shuffle")


def planned(rule: str | Callable | Rule, points: Any = None, **options: Any) -> Trace:
    """The run that :func:`gdlab.trace` gives, not computed: a page computes its cells itself.

    Raises ValueError as :func:`gdlab.trace` does.
    """
    run = prepare(rule, points, **options)
    none = np.empty((0, 0))
    return Trace(**vars(run), values=none, epoch_values=none, ends=(), kept=())


def page_data(runs: Mapping[str, Trace]) -> dict[str, Any]:
    """The data of a page with these runs, by the names of their sheets.

    All are on the same points, or there is one, on a surface. ``sheets`` holds what each sheet is,
    ``guests`` the same, without a head, of the other rules that can race against them.
    """
    one = next(iter(runs.values()))
    points = bool(one.table.point)
    return {
        "tabs": [*([DATA] * points), *runs, COMPARE],
        "tab": next(iter(runs)),
        "epochs": one.n_epochs,
        "epochsLimits": _whole("epochs"),
        "limits": {"rows": PAGE_ROWS, "points": PAGE_POINTS},
        "marking": marking_data(),
        **model_data(runs),
        "guests": guests_data(guests_of(runs)),
    }


def model_data(runs: Mapping[str, Trace]) -> dict[str, Any]:
    """The part of a page's data that another model would change."""
    one = next(iter(runs.values()))
    own = one.table.model.points
    return {
        "model": one.table.model.name,
        "points": _named(one, one.points),
        # The line of Python leaves the model's own points out.
        "ownPoints": _named(one, own()) if own else None,
        "race": race_data(one),
        "sheets": {
            name: {**sheet_data(run), "head": sheet_meta(run.table) | {"title": _title(name, run)}}
            for name, run in runs.items()
        },
    }


def guests_data(runs: Mapping[str, Trace]) -> dict[str, Any]:
    """The data of rules that are compared and have no sheet: with their inputs' fields."""
    return {
        name: {**sheet_data(run), "fields": input_fields(run.table)} for name, run in runs.items()
    }


def with_programs(sheets: dict[str, Any], runs: Mapping[str, Trace]) -> dict[str, Any]:
    """The data of sheets with their programs as texts: a page of its own has these as a script."""
    return {name: {**one, "program": program(runs[name].table)} for name, one in sheets.items()}


def _title(name: str, run: Trace) -> str:
    """The rule's one name, with the lesson's own beside it where the two are not the same."""
    lesson = LESSONS.get(name)
    is_lesson = lesson is not None and lesson.rule == run.rule != name
    return f"{run.rule} (the lesson's {name})" if is_lesson else run.rule


def _named(run: Trace, columns: Iterable[list[float]]) -> dict[str, list[float]]:
    """The points' columns by their names; none on a surface."""
    return dict(zip(run.table.point, columns, strict=True))


def guests_of(runs: Mapping[str, Trace]) -> dict[str, Trace]:
    """The rules that can be compared and have no sheet, at their defaults.

    One rule alone is compared with itself, under other inputs.
    """
    one = next(iter(runs.values()))
    rules = guest_rules(runs) if len(runs) > 1 else {}
    return {name: guest(rule, one) for name, rule in rules.items()}


def checked_runs(runs: Mapping[str, Trace]) -> dict[str, Trace]:
    """What a page of several rules knows of practice sheets that none of its own sheets has.

    All rules without options: the guests, and those whose sheets all have options.
    """
    if len(runs) < 2:
        return {}
    one = next(iter(runs.values()))
    tables = [run.table.names for run in runs.values()]
    plain = {run.rule: guest(run.rule, one) for run in runs.values()}
    return guests_of(runs) | {
        f"plain {rule}": run for rule, run in plain.items() if run.table.names not in tables
    }


def guest(rule: str, one: Trace) -> Trace:
    """A rule at its defaults, on the points and the model of a run."""
    points = list(zip(*one.points, strict=True))
    return planned(rule, points, epochs=one.n_epochs, model=one.table.model)


def sheet_data(run: Trace) -> dict[str, Any]:
    """What a page knows of a rule without a head: its program's names, its inputs, their limits."""
    table = run.table
    return {
        **page_program(run),
        "colour": colour_of(run.rule),
        "letters": {name: column_letters(table, name) for name in raced(run)},
        "inputs": inputs_of(run),
        "limits": {name: _limits(table, name) for name in inputs(table)},
        "inputNames": {own.lower(): name for name, own in defined_names(table).items()},
        "steps": None if table.point else run.rows,
        "parameters": {name: table.carrier(name) for name in table.parameters},
        "errorName": table.model.error,
        "rateInput": rate_input(table),
        "conventions": [
            {
                "shownBy": one.shown_by,
                "keptBy": one.kept_by,
                "factors": dict(one.factors),
                "note": one.note,
            }
            for one in conventions_of(table)
        ],
        # Whether theory knows the rates that converge, where it knows the rule.
        "plain": plain(run),
        "options": _options(run),
    }


def _options(run: Trace) -> dict[str, Any]:
    """What tells a table from others of its rule, beside the names of its inputs."""
    told = {name: one for name, one in run.options.items() if name in TELLING}
    if "model" in told:
        told["model"] = find_model(told["model"]).name
    if "scale" in told and not isinstance(told["scale"], str):
        told["scale"] = dict(sorted(told["scale"].items()))
    return told


def _limits(table: Table, name: str) -> dict[str, Any]:
    """What an input may be, and how a refusal says it."""
    one = table.input(name)
    if one.carried is not None:
        return _limited(f"start {one.carried}", "a finite number", ANY)
    told, base = (table.rate, "lr") if name == table.start_rate else (name, one.part.base)
    if base in WHOLE:
        return _whole(told)
    limits = LIMITS.get(base, ANY)
    return _limited(told, f"a number {limits.words}", limits)


def _whole(told: str) -> dict[str, Any]:
    from_one = Limits(1, True, math.inf, "a whole number from 1")
    return _limited(told, from_one.words, from_one) | {"whole": True}


def _limited(told: str, words: str, limits: Limits) -> dict[str, Any]:
    # JSON has no word for what is infinite.
    low, below = (None if math.isinf(one) else one for one in (limits.low, limits.below))
    return {
        "told": told,
        "words": words,
        "low": low,
        "lowAllowed": limits.low_allowed,
        "below": below,
    }
