"""Judge gradients on a sheet without a loss: whether a single function can have all of them."""

from collections.abc import Sequence

from gdlab.reading.graph import number as number_of
from gdlab.reading.line import Line
from gdlab.reading.losses import jacobian, same
from gdlab.reading.read import Read, Values


def implied(read: Read, step: int, alone: bool = False) -> list[bool | None]:
    """Whether the gradient of each parameter is right; None if that cannot be decided.

    The second derivatives of a function form a symmetric matrix. If it is not symmetric, the
    gradient is wrong that all unequal pairs share. For a line, the gradient is wrong that is not a
    multiple of the prediction's error (times x for the slope) if the other one is. For a line the
    steps before and after are checked as well, unless ``alone``.
    """
    steps, line, count = read.steps, read.line, len(read.descent.chains)
    unknown: list[bool | None] = [None] * count
    if any((number, step) not in read.cells for number in range(count)):
        return unknown
    unequal = unequal_pairs(read, step)
    if unequal is None:
        return unknown
    if count == 1 or is_flat(read, step):
        return unknown
    if line is not None and len(steps.of_role(read.graph, steps.roles[line.prediction], step)) == 1:
        at = (step,) if alone else (step - 1, step, step + 1)
        return _of_line(read, line, at)
    if not unequal:
        return [True] * count
    common = [n for n in range(count) if all(n in pair for pair in unequal)]
    if count > 2 and len(common) == 1 and len(unequal) > 1:
        return [number not in common for number in range(count)]
    return unknown


def unequal_pairs(read: Read, step: int) -> set[tuple[int, int]] | None:
    """The pairs of parameters whose gradients are not derivatives of one function.

    None where a derivative has no value.
    """
    found: set[tuple[int, int]] = set()
    for values in read.points[:2]:
        rows = _jacobian(read, values, step)
        if any(one != one for row in rows for one in row):
            return None
        largest = max(abs(one) for row in rows for one in row)
        for i in range(len(rows)):
            for j in range(i):
                a, b = rows[i][j], rows[j][i]
                if not same(a, b) and abs(a - b) > 1e-9 * largest:
                    found.add((j, i))
    return found


def _jacobian(read: Read, values: Values, step: int) -> list[list[float]]:
    return jacobian(read.graph, read.descent, read.steps, read.cells, values, step)


def is_flat(read: Read, step: int) -> bool:
    """Whether the gradients depend on no parameter, as with the perceptron's step function."""
    return all(
        not any(any(row) for row in _jacobian(read, values, step)) for values in read.points[:2]
    )


def _stands(read: Read, at: int, target: float, error: float, values: Values) -> bool:
    """Whether the target of a prediction is a typed number in a cell that the step uses.

    A target of 0 is what rounding leaves of the prediction less its ``error``.
    """
    return any(
        abs(number_of(values.get(one)) - target) <= 1e-7 * max(abs(target), abs(error))
        for key in read.steps.cells[at]
        for one in read.graph.nodes[key].cells
        if one not in read.descent.latest
    )


def _of_line(read: Read, line: Line, at_steps: Sequence[int]) -> list[bool | None]:
    graph, steps, cells = read.graph, read.steps, read.cells
    role = steps.roles[line.prediction]
    found: list[bool | None] = [None, None]
    all_factors = []
    for number in range(2):
        fits = []
        factors = []
        for at in at_steps:
            prediction = next(iter(steps.of_role(graph, role, at)), None)
            if prediction is None or any((n, at) not in cells for n in range(2)):
                continue
            for values in read.points[:2]:
                ahead = graph.adjoints({prediction: 1.0}, values, lambda _: False, steps.cells[at])
                own = [ahead.get(chain.cells[at], 0.0) for chain in read.descent.chains]
                row = _jacobian(read, values, at)[number]
                if not own[number]:
                    return [None, None]
                # d(c * error * du/dp)/dq = c * du/dp * du/dq, with c the same everywhere.
                c = row[number] / own[number] ** 2
                factors.append(c)
                wanted = [c * own[number] * one for one in own]
                fits.append(c != 0 and all(map(same, row, wanted)))
                if fits[-1]:
                    error = number_of(graph.value(graph.nodes[cells[number, at]], values)) / (
                        c * own[number]
                    )
                    target = number_of(values.get(prediction)) - error
                    fits.append(
                        abs(target) <= 1e-7 * abs(error)
                        if line.is_error
                        else _stands(read, at, target, error, values)
                    )
        found[number] = all(fits) and all(same(one, factors[0]) for one in factors)
        all_factors += factors
    if all(found) and not all(same(one, all_factors[0]) for one in all_factors):
        return [None, None]
    return found if any(found) else [None, None]
