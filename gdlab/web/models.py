"""The sheets of a page once more with another model, for a person to choose it there."""

from collections.abc import Mapping

from gdlab.core.columns import Table
from gdlab.core.model import Model, find_model, models
from gdlab.core.rerun import arguments
from gdlab.core.trace import Trace
from gdlab.web.data import planned

# What a run has from its own model and points; another model brings its own.
OF_A_MODEL = ("model", "points", "start", "scale", "h", "lr")


def other_models(runs: Mapping[str, Trace]) -> list[str]:
    """The models that these sheets may have instead of their own; none on a surface.

    Each has points of its own or, like one that was just written, takes the same columns.
    """
    one = next(iter(runs.values())).table
    if not one.point:
        return []
    found = {name: find_model(name) for name in models()}
    return [name for name, model in found.items() if model is not one.model and _fits(model, one)]


def _fits(model: Model, table: Table) -> bool:
    return bool(model.data) and (model.points is not None or model.data == table.point)


def with_model(runs: Mapping[str, Trace], name: str) -> dict[str, Trace]:
    """The sheets with another model, its own points, starts and rate, and all else as it was.

    Raises ValueError as :func:`gdlab.trace` does.
    """
    return {label: _planned(run, name) for label, run in runs.items()}


def _planned(run: Trace, name: str) -> Trace:
    model = find_model(name)
    if not run.table.point or not _fits(model, run.table):
        raise ValueError(
            f"{name} has no points of its own, and cannot take the points of this sheet"
        )
    left = {*OF_A_MODEL, run.table.rate, *run.table.model.constants}
    given = {one: value for one, value in arguments(run).items() if one not in left}
    points = None if model.points else list(zip(*run.points, strict=True))
    return planned(run.table.rule, points, model=name, **given)
