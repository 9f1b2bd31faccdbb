"""Recognize the straight line, the model of most sheets, by its values."""

from collections.abc import Sequence
from dataclasses import dataclass

from gdlab.reading.book import Key, Value
from gdlab.reading.descent import Descent
from gdlab.reading.graph import Graph, number
from gdlab.reading.losses import EXACT, same
from gdlab.reading.steps import Steps
from gdlab.reading.updates import original


@dataclass(frozen=True)
class Line:
    """The cells of intercept, slope and prediction in one update.

    If no cell has the prediction itself, it is the cell of the error, and ``is_error`` is true.
    """

    intercept: Key
    slope: Key
    prediction: Key
    swapped: bool
    is_error: bool = False


def find_line(
    graph: Graph, descent: Descent, steps: Steps, points: Sequence[dict[Key, Value]]
) -> Line | None:
    """The line that two parameters form with an x from the data; None if there is none.

    Its prediction is a cell with b + m*x or, if there is no such cell, with that minus a target
    from the data.
    """
    if len(descent.chains) != 2:
        return None
    middle = descent.updates // 2
    unclear = None
    for step in {middle: None, max(middle - 1, 0): None, 0: None}:
        found, is_clear = _line_at(graph, descent, steps, points, step)
        if is_clear:
            return found
        unclear = unclear or found
    return unclear


def _line_at(
    graph: Graph, descent: Descent, steps: Steps, points: Sequence[dict[Key, Value]], step: int
) -> tuple[Line | None, bool]:
    """The line in one update, and whether it is clear which parameter is the slope."""
    first, second = (chain.cells[step] for chain in descent.chains)
    data = _data(graph, steps.cells[step], descent, points[0])
    sure: list[Line] = []
    errors: list[Line] = []
    unclear: list[Line] = []
    denied = False
    for key in steps.cells[step]:
        if original(graph, key) != key:
            continue
        rows = []
        for values in points[:2]:
            slopes = graph.adjoints({key: 1.0}, values, lambda _: False, steps.cells[step])
            rows.append((slopes.get(first, 0.0), slopes.get(second, 0.0)))
        for swapped, pair in ((False, (first, second)), (True, (second, first))):
            sign, x = rows[0][::-1] if swapped else rows[0]
            if abs(abs(sign) - 1) > EXACT or not all(map(same, *rows)) or not x:
                continue
            if not _among(data, sign * x):
                # The two parameters are added without any data.
                denied = denied or same(abs(x), 1.0)
                continue
            rests = [_rest(values, key, pair, sign, x) for values in points[:2]]
            is_line = sign > 0 and not any(rests)
            if not is_line and not (same(*rests) and _among(data, rests[0])):
                continue
            # If x is 1, b + m*x equals m + b*x.
            kind = unclear if same(abs(x), 1.0) else sure if is_line else errors
            kind.append(Line(*pair, key, swapped, not is_line))
            if sure:
                return sure[0], True
    return next(iter((*errors, *unclear)), None), bool(errors) or denied


def _data(
    graph: Graph, cells: Sequence[Key], descent: Descent, values: dict[Key, Value]
) -> set[float]:
    """The numbers in the cells that a step uses and that do not depend on parameters."""
    return {
        number(values.get(one))
        for key in cells
        for one in graph.nodes[key].cells
        if one not in descent.latest
    }


def _among(data: set[float], wanted: float) -> bool:
    return any(same(one, wanted) for one in data)


def _rest(
    values: dict[Key, Value], key: Key, pair: tuple[Key, Key], sign: float, x: float
) -> float:
    """The difference of b + m*x and a cell (or its negative); exactly 0 if it is only rounding."""
    b, m = (number(values.get(one)) for one in pair)
    line, cell = b + sign * x * m, sign * number(values.get(key))
    return 0.0 if same(line, cell) else line - cell
