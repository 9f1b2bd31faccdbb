"""Reproduce a descent found on a sheet as a run of gdlab, if it gives the sheet's numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

from gdlab.core.registry import Rule
from gdlab.core.trace import Trace, trace
from gdlab.reading.graph import number
from gdlab.reading.losses import jacobian, same
from gdlab.reading.read import Read
from gdlab.reading.sheet_model import Points, sheet_model
from gdlab.reading.sheet_rule import sheet_rule
from gdlab.reading.written_out import Outside

CLOSE = 1e-9
UNMADE = "its formulas do not make a run"
OTHERWISE = "a run of this rule gives other numbers than those stored"
# The line's points, start values, stored new parameters, and the ratio of each gradient to the
# derivative of the squared error.
Line = tuple[Points, dict[str, float], list[list[float]], float]


def run_of(read: Read, rule: str | None, hyper: Mapping[str, float]) -> Trace | str:
    """The run of gdlab's line or of the sheet's own loss as a model; or why there is none.

    ``rule`` is the name of a registered rule; if it is None, or if its numbers differ from the
    sheet's, the run uses the sheet's own update as its rule.
    """
    try:
        line = _line_points(read)
        if rule is not None and line is not None:
            run = equal_run(rule, *line[:3], hyper)
            if run is not None:
                return run
        return _model_run(read, rule, hyper, line)
    except Outside as why:
        return str(why)
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError):
        # The run is an extra: if it cannot be made, the rest of the reading stays valid.
        return UNMADE


def _line_points(read: Read) -> Line | None:
    """The data for a run of gdlab's line; None if the model is another one.

    Every update uses one point; the gradients are those of the squared error.
    """
    line, descent, graph = read.line, read.descent, read.graph
    if line is None:
        return None
    values = graph.book.values
    b, m = descent.chains[::-1] if line.swapped else descent.chains
    first = 1 if line.swapped else 0
    role = read.steps.roles[line.prediction]
    points, curves = [], []
    for step in range(descent.updates):
        cells = read.steps.of_role(graph, role, step)
        if len(cells) != 1 or (first, step) not in read.cells:
            return None
        slopes = graph.adjoints({cells[0]: 1.0}, values, lambda _: False, read.steps.cells[step])
        curve = jacobian(graph, descent, read.steps, read.cells, dict(values), step)[first][first]
        if not curve:
            return None
        curves.append(curve)
        # A gradient within an update's formula has no stored value.
        gradient = graph.nodes[read.cells[first, step]]
        error = number(graph.value(gradient, values)) / curve
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
    return points, start, stored, curves[0] / 2


def _model_run(
    read: Read, rule: str | None, hyper: Mapping[str, float], line: Line | None
) -> Trace | str:
    """The run of the sheet's own loss as a model, by the named rule or by the sheet's own."""
    options: dict[str, Any] = {}
    points = None
    try:
        options["model"], points = sheet_model(read)
    except Outside:
        if line is None:
            raise
    if rule is not None and "model" in options:
        run = _equal(read, rule, points, {**options, **hyper})
        if run is not None:
            return run
    if "model" in options:
        factors = set(read.loss.factors.values()) if read.loss else set()
        if len(factors) > 1:
            raise Outside("its gradients have several factors")
        run = _equal(read, sheet_rule(read, factors.pop()), points, options)
    else:
        assert line is not None
        run = equal_run(sheet_rule(read, line[3]), *line[:3], {})
    return run or OTHERWISE


def _equal(
    read: Read, rule: str | Rule, points: Points | None, options: dict[str, Any]
) -> Trace | None:
    """A run of the sheet's model if its new parameters equal the stored ones; else None."""
    model = options["model"]
    if not points:
        options = {**options, "steps": read.descent.updates}
    try:
        run = trace(rule, points or None, **options)
    except ValueError:
        return None
    for name, chain in zip(model.parameters, read.descent.chains, strict=True):
        stored = [number(read.book.values.get(key)) for key in chain.cells[1:]]
        own = run.column(run.table.carrier(name))
        if len(own) < len(stored):
            return None
        if not all(same(float(a), b, CLOSE) for a, b in zip(own, stored, strict=False)):
            return None
    return run


def equal_run(
    rule: str | Rule,
    points: Points,
    start: Mapping[str, float],
    stored: Sequence[Sequence[float]],
    hyper: Mapping[str, float],
    slack: float = CLOSE,
) -> Trace | None:
    """A run on the given points if its new parameters equal the stored ones; else None."""
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
    """A number without the rounding error that the reading added to it."""
    return next((one for one in typed if same(one, value)), value)
