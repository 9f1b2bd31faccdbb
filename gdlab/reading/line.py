"""The straight line: the model that most sheets have, recognised by what it does."""

from collections.abc import Sequence
from dataclasses import dataclass

from gdlab.reading.book import Key, Value
from gdlab.reading.descent import Descent
from gdlab.reading.graph import Graph, number
from gdlab.reading.losses import same
from gdlab.reading.steps import Steps
from gdlab.reading.updates import original


@dataclass(frozen=True)
class Line:
    """Which parameter is the intercept and which the slope, and the prediction of one update."""

    intercept: Key
    slope: Key
    prediction: Key
    swapped: bool


def find_line(
    graph: Graph, descent: Descent, steps: Steps, points: Sequence[dict[Key, Value]]
) -> Line | None:
    """The line of two parameters: a cell that is b + m*x, with x from the data; else None."""
    if len(descent.chains) != 2:
        return None
    step = descent.updates // 2
    first, second = (chain.cells[step] for chain in descent.chains)
    for key in steps.cells[step]:
        if original(graph, key) != key:
            continue
        rows = []
        for values in points[:2]:
            slopes = graph.adjoints({key: 1.0}, values, lambda _: False, steps.cells[step])
            rows.append((slopes.get(first, 0.0), slopes.get(second, 0.0)))
        for intercept, slope, swapped in ((0, 1, False), (1, 0, True)):
            ones = all(same(row[intercept], 1.0) for row in rows)
            x = rows[0][slope]
            if (
                ones
                and x
                and same(x, rows[1][slope])
                and _is_data(graph, steps.cells[step], descent, x, points[0])
                and _is_plain(graph, key, points, descent, step, swapped, x)
            ):
                pair = (first, second) if not swapped else (second, first)
                return Line(*pair, key, swapped)
    return None


def _is_data(
    graph: Graph, cells: Sequence[Key], descent: Descent, x: float, values: dict[Key, Value]
) -> bool:
    """Whether a number stands in a cell that the step uses, and is no parameter."""
    return any(
        same(number(values.get(one)), x)
        for key in cells
        for one in graph.nodes[key].cells
        if one not in descent.latest
    )


def _is_plain(
    graph: Graph,
    key: Key,
    points: Sequence[dict[Key, Value]],
    descent: Descent,
    step: int,
    swapped: bool,
    x: float,
) -> bool:
    """Whether nothing but b + m*x is in a cell: no target is taken away."""
    chains = descent.chains[::-1] if swapped else descent.chains
    for values in points[:2]:
        b, m = (number(values.get(chain.cells[step])) for chain in chains)
        if not same(number(values.get(key)), b + m * x):
            return False
    return True
