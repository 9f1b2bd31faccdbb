"""Repeat a run with changes, and write the line of Python that gives it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from gdlab.core.assembly import EXTRAS
from gdlab.core.layout import inputs as input_names
from gdlab.core.model import Model, find_model
from gdlab.core.points import Points
from gdlab.core.scales import measured, scales_of
from gdlab.core.trace import Trace, trace


def rerun(
    run: Trace,
    points: Points | None = None,
    epochs: int | None = None,
    steps: int | None = None,
    inputs: dict[str, float] | None = None,
) -> Trace:
    """The run with other points, epochs (or steps) or inputs, by their names on the sheet.

    Raises ValueError as :func:`gdlab.trace` does.
    """
    given = arguments(run, inputs or {})
    if points is not None and "points" in given:
        given["points"] = list(zip(*points, strict=True))
    if epochs is not None and "epochs" in given:
        given["epochs"] = epochs
    if steps is not None and "steps" in given:
        given["steps"] = steps
    return trace(run.table.rule, **given)


def inputs_of(run: Trace) -> dict[str, float]:
    """The sheet's inputs with their values: starts, then hyperparameters."""
    return dict(
        zip(input_names(run.table), [*run.start.values(), *run.hyper.values()], strict=True)
    )


def python_line(run: Trace) -> str:
    """The call of ``gdlab.trace`` that reproduces a run, without arguments at their defaults."""
    given = arguments(run)
    defaults = run.table.hyper
    left = [
        f"{name}={written(value)}"
        for name, value in given.items()
        if not _is_default(name, value, defaults, run)
    ]
    return f"gdlab.trace({', '.join([repr(run.rule), *left])})"


def _is_default(name: str, value: Any, defaults: dict[str, float], run: Trace) -> bool:
    if name == "points":
        own = run.table.model.points
        return own is not None and bool(run.points == own())
    if name == "epochs":
        return bool(value == 1)
    if name == "start":
        return not value
    # Some settings add columns when they are given, whatever their value.
    owned = name in run.table.rule.hyper or name in run.table.model.constants
    brings_columns = name in (*EXTRAS, "batch_size") and not owned
    return bool(defaults.get(name) == value) and not brings_columns


def arguments(run: Trace, inputs: Mapping[str, float] = MappingProxyType({})) -> dict[str, Any]:
    """Keyword arguments of ``trace`` for a run, with some of the sheet's inputs changed."""
    table = run.table
    starts, hyper = dict(run.start), dict(run.hyper)
    carried = {name: start for start, name in table.start_inputs.items()}
    for name, value in inputs.items():
        if name in carried:
            starts[carried[name]] = value
        else:
            hyper[table.rate if name == table.start_rate else name] = value
    given: dict[str, Any] = {}
    if table.point:
        given["points"] = list(zip(*run.points, strict=True))
        given["epochs"] = run.n_epochs
    else:
        given["steps"] = run.rows
    given["start"] = {
        name: value for name, value in starts.items() if value != table.starts.get(name)
    }
    given |= run.options
    if "scale" in given:
        # Leave out constants that are measured from the points.
        base = find_model(given.get("model"))
        of_points = measured(base, run.points, scales_of(base, given["scale"]))
        hyper = {one: value for one, value in hyper.items() if of_points.get(one) != value}
    if "batch_size" in hyper:
        given["batch_size"] = _whole(hyper.pop("batch_size"))
    if "switch" in given:
        after = [one for one in table.inputs if one.after]
        own = {one.part.base: hyper.pop(one.name) for one in after}
        given["switch"] = {
            "at_epoch": _whole(hyper.pop("at_epoch")),
            "to": given["switch"]["to"],
            **own,
        }
    return given | hyper


def _whole(value: float) -> Any:
    return int(value) if float(value).is_integer() else value


def written(value: Any) -> str:
    """A value as a person types it in Python: whole numbers without a decimal point."""
    if isinstance(value, Model):
        return repr(value.name)
    if isinstance(value, float):
        return repr(_whole(value)) if abs(value) < 1e15 else repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(item) for item in value) + "]"
    if isinstance(value, tuple):
        # A tuple of one number needs a comma.
        return "(" + ", ".join(map(written, value)) + ("," * (len(value) == 1)) + ")"
    return repr(value)
