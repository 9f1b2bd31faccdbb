"""A stranger's descent as a run of gdlab's, where it gives the numbers that stand on the sheet."""

from collections.abc import Mapping, Sequence
from typing import Any

from gdlab.core.trace import Trace, trace
from gdlab.reading.graph import number
from gdlab.reading.losses import jacobian, same
from gdlab.reading.read import Read
from gdlab.reading.sheet_model import sheet_model

CLOSE = 1e-9


def run_of(read: Read, rule: str, hyper: Mapping[str, float]) -> Trace | None:
    """The run of gdlab's line, or of the sheet's own loss as a model; None where it is another."""
    try:
        return _line_run(read, rule, hyper) or _model_run(read, rule, hyper)
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError):
        # A run comes on top of what was read: where none can be made, the rest stands.
        return None


def _line_run(read: Read, rule: str, hyper: Mapping[str, float]) -> Trace | None:
    """The run with the sheet's points, start values and settings; None where it is another.

    One point is seen in every update; the gradients are those of the squared error.
    """
    line, descent, graph = read.line, read.descent, read.graph
    if line is None:
        return None
    values = graph.book.values
    b, m = descent.chains[::-1] if line.swapped else descent.chains
    first = 1 if line.swapped else 0
    role = read.steps.roles[line.prediction]
    points = []
    for step in range(descent.updates):
        cells = read.steps.of_role(graph, role, step)
        if len(cells) != 1 or (first, step) not in read.cells:
            return None
        slopes = graph.adjoints({cells[0]: 1.0}, values, lambda _: False, read.steps.cells[step])
        curve = jacobian(graph, descent, read.steps, read.cells, dict(values), step)[first][first]
        if not curve:
            return None
        error = number(values.get(read.cells[first, step])) / curve
        sign = slopes.get(b.cells[step], 1.0)
        x = sign * slopes.get(m.cells[step], 0.0)
        intercept, slope = (number(values.get(one.cells[step])) for one in (b, m))
        y = intercept + slope * x - error
        typed = [
            number(values.get(one))
            for key in read.steps.cells[step]
            for one in graph.nodes[key].cells
            if one not in descent.latest
        ]
        points.append(tuple(_nearest(one, typed) for one in (x, y)))
    start = {"intercept": number(values.get(b.cells[0])), "slope": number(values.get(m.cells[0]))}
    stored = [[number(values.get(key)) for key in chain.cells[1:]] for chain in (b, m)]
    return equal_run(rule, points, start, hyper, stored)


def _model_run(read: Read, rule: str, hyper: Mapping[str, float]) -> Trace | None:
    """The run of the sheet's own loss as a model, from the first row on."""
    found = sheet_model(read)
    if found is None:
        return None
    model, points = found
    names = list(model.parameters)
    options: dict[str, Any] = {"model": model, **hyper}
    if not points:
        options["steps"] = read.descent.updates
    try:
        run = trace(rule, points or None, **options)
    except ValueError:
        return None
    for name, chain in zip(names, read.descent.chains, strict=True):
        stored = [number(read.book.values.get(key)) for key in chain.cells[1:]]
        own = run.column(f"new_{name}")
        if len(own) < len(stored):
            return None
        if not all(same(float(a), b, CLOSE) for a, b in zip(own, stored, strict=False)):
            return None
    return run


def equal_run(
    rule: str,
    points: Sequence[tuple[float, ...]],
    start: Mapping[str, float],
    hyper: Mapping[str, float],
    stored: Sequence[Sequence[float]],
    slack: float = CLOSE,
) -> Trace | None:
    """A run of gdlab's on some points, where its new parameters are those stored; else None."""
    settings: dict[str, Any] = dict(hyper)
    try:
        run = trace(rule, points, start=start, **settings)
    except ValueError:
        return None
    for name, column in zip(("new_intercept", "new_slope"), stored, strict=True):
        own = run.column(name)
        if len(own) < len(column):
            return None
        if not all(same(float(a), b, slack) for a, b in zip(own, column, strict=False)):
            return None
    return run


def _nearest(value: float, typed: Sequence[float]) -> float:
    """A number as it stands on the sheet, without what rounding left."""
    return next((one for one in typed if same(one, value)), value)
