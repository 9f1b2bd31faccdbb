"""Read a loss and gradients that no formula updates: for the Solver, or a pasting macro.

The parameters are typed numbers that many equal formulas use. The loss is the cell with the most
derivatives by them on the sheet.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass

from gdlab.reading.book import Key, Value, address, area
from gdlab.reading.draws import chance, compared, constants, data_at
from gdlab.reading.graph import Graph, Node, is_cell, number
from gdlab.reading.labels import label, said
from gdlab.reading.losses import RIGHT, SCALED, WRONG, same, tidy
from gdlab.reading.repairs import Say, find_repair, gives
from gdlab.reading.result import GRADIENT, Finding, FoundTable, Gradient, Parameter
from gdlab.reading.written import formula_text

FEWEST_USES, MOST_PARAMETERS, MOST_LOSSES_STANDING, MOST_CELLS_STANDING = 3, 40, 40, 5_000
Values = dict[Key, Value]
NAMED = re.compile(r"grad|deriv|ableit|∂|\bd\w{0,4}/d\w|\bd[bwm]\d*\b|梯度", re.IGNORECASE)


@dataclass
class Standing:
    """A loss, its parameters, and the gradient cells with their factors."""

    loss: Key
    slopes: list[dict[Key, float]]
    gradients: dict[Key, tuple[Key, float]]


def read_standing(
    graph: Graph, down: dict[int, bool], updated: Set[Key]
) -> tuple[FoundTable, list[Finding]] | None:
    """The table of a loss and its gradients without updates; None if there are none.

    Cells that a formula has ``updated`` are not parameters of such a table.
    """
    if len(graph.nodes) > MOST_CELLS_STANDING:
        return None
    parameters = [key for key in _parameters(graph) if key not in updated]
    if len(parameters) < 2:
        return None
    points = _points(graph, parameters)
    found = _find(graph, parameters, points)
    if found is None:
        return None
    gradients = [
        _gradient(graph, found, one, cell, factor)
        for one, (cell, factor) in found.gradients.items()
    ]
    wrong = _wrong(graph, found, parameters, points, down)
    findings = []
    if wrong is not None:
        findings.append(wrong[1])
        gradients.append(wrong[0])
    return _table(graph, found, gradients, down), findings


def _parameters(graph: Graph) -> list[Key]:
    """The typed numbers that three or more equal formulas use in the same position."""
    uses: Counter[tuple[int, int, Key]] = Counter()
    for node in graph.nodes.values():
        for index, one in enumerate(node.inputs):
            if is_cell(one) and one not in graph.nodes:
                uses[id(node.template), index, one] += 1
    found = {
        key: None
        for (_, _, key), count in uses.items()
        if count >= FEWEST_USES and isinstance(graph.book.values.get(key), float)
    }
    return list(found)[:MOST_PARAMETERS]


def _points(graph: Graph, parameters: list[Key]) -> list[Values]:
    """Two draws of the parameters with the stored data, and one with other data."""
    points: list[Values] = []
    kept = compared(graph) | set(parameters)
    for draw in range(3):
        given = {}
        for key in parameters:
            value = number(graph.book.values[key])
            given[key] = value + (0.3 * abs(value) + 0.1) * chance("standing", draw, key)
        if draw == 2:
            given |= data_at(graph, constants(graph), kept, draw)
        points.append(graph.evaluate(given))
    return points


def _find(graph: Graph, parameters: list[Key], points: Sequence[Values]) -> Standing | None:
    """The loss with the most gradients, at least two."""
    used = {cell for node in graph.nodes.values() for cell in node.cells}
    ends = [key for key in graph.order if key not in used][:MOST_LOSSES_STANDING]
    best: Standing | None = None
    for loss in ends:
        slopes = [graph.adjoints({loss: 1.0}, one, lambda _: False, graph.order) for one in points]
        before = _before(graph, loss)
        gradients: dict[Key, tuple[Key, float]] = {}
        for one in parameters:
            wanted = [slope.get(one, 0.0) for slope in slopes]
            if not all(wanted) or same(wanted[0], wanted[1]):
                continue
            # Sums and cells that nothing else uses come last in topological order.
            for cell in reversed(graph.order):
                factor = _factor(cell, wanted, points)
                if factor is not None and cell not in before and cell != loss:
                    gradients[one] = cell, factor
                    break
        if len(gradients) >= 2 and (best is None or len(gradients) > len(best.gradients)):
            best = Standing(loss, slopes, gradients)
    return best or _one_only(graph, parameters, points, ends)


def _one_only(
    graph: Graph, parameters: list[Key], points: Sequence[Values], ends: list[Key]
) -> Standing | None:
    """A loss with only one of its two gradients: the other may be wrong."""
    for loss in ends:
        slopes = [graph.adjoints({loss: 1.0}, one, lambda _: False, graph.order) for one in points]
        before = _before(graph, loss)
        moved = [one for one in parameters if all(slope.get(one) for slope in slopes)]
        if len(moved) != 2:
            continue
        for one in moved:
            wanted = [slope[one] for slope in slopes]
            for cell in ends:
                factor = _factor(cell, wanted, points)
                if (
                    factor is not None
                    and cell not in before
                    and cell != loss
                    and _is_named(graph, cell)
                ):
                    return Standing(loss, slopes, {one: (cell, factor)})
    return None


def _is_named(graph: Graph, cell: Key) -> bool:
    """Whether the label of a cell, or of the column that it sums, says that it is a gradient."""
    those = (cell, *graph.nodes[cell].cells[:1])
    return any(NAMED.search(label(graph.book, one, True)) for one in those)


def _factor(cell: Key, wanted: list[float], points: Sequence[Values]) -> float | None:
    ratios = [number(one.get(cell)) / slope for one, slope in zip(points, wanted, strict=True)]
    if not ratios[0] or not all(same(ratio, ratios[0]) for ratio in ratios):
        return None
    return tidy(ratios[0])


def _before(graph: Graph, key: Key) -> set[Key]:
    found: set[Key] = set()
    stack = [key]
    while stack:
        node = graph.nodes.get(stack.pop())
        for one in node.cells if node else ():
            if one not in found:
                found.add(one)
                stack.append(one)
    return found


def _gradient(graph: Graph, found: Standing, one: Key, cell: Key, factor: float) -> Gradient:
    right = same(factor, 1.0)
    because = None if right else f"{factor:.6g} times the derivative: a choice, not a slip"
    name = label(graph.book, one, True) or address(one)
    verdict = RIGHT if right else SCALED
    return Gradient(address(cell), name, address(found.loss), verdict, factor, because)


def _wrong(
    graph: Graph,
    found: Standing,
    parameters: list[Key],
    points: Sequence[Values],
    down: dict[int, bool],
) -> tuple[Gradient, Finding] | None:
    """The wrong gradient, if one parameter has none and one cell resembles the other gradients."""
    left = [
        one
        for one in parameters
        if one not in found.gradients and all(slope.get(one) for slope in found.slopes)
    ]
    known = [cell for cell, _ in found.gradients.values()]
    forms = {id(graph.nodes[cell].template) for cell in known}
    before = _before(graph, found.loss)
    lines = {(cell[0], cell[1]) for cell in known} | {(cell[0], -cell[2]) for cell in known}
    alike = [
        key
        for key, node in graph.nodes.items()
        if id(node.template) in forms
        and key not in (*known, found.loss)
        and key not in before
        and ((key[0], key[1]) in lines or (key[0], -key[2]) in lines)
    ]
    if len(left) != 1 or len(alike) != 1:
        return None
    (one,), (cell,) = left, alike
    factor = next(iter(found.gradients.values()))[1]
    wanted = [factor * slope[one] for slope in found.slopes]

    def say(key: Key) -> str:
        return said(graph.book, key, down[key[0]])

    book = graph.book
    name = label(book, one, True) or address(one)
    because = f"not the derivative of the loss in {say(found.loss)} with respect to {name}"
    source, expected = cell, None
    repaired = _cause(graph, cell, wanted, points, say)
    if repaired is not None:
        source, node, why = repaired
        where = "" if source == cell else f"in {say(source)}, "
        because += f": {where}{why}"
        expected = formula_text(book, source, node) if source == cell else None
    finding = Finding(
        book.sheets[cell[0]], address(cell), GRADIENT,
        formula_text(book, cell, graph.nodes[cell]), expected, because,
        f"this gradient of {name} is not the derivative of the loss", (address(cell),),
    )  # fmt: skip
    return Gradient(address(cell), name, address(found.loss), WRONG, None, because), finding


def _cause(
    graph: Graph, cell: Key, wanted: list[float], points: Sequence[Values], say: Say
) -> tuple[Key, Node, str] | None:
    """A correction of the gradient's formula, or of the equal formulas that it sums."""
    node = graph.nodes[cell]
    others = [key for key in graph.order if key != cell][:60]
    groups: dict[int, list[Key]] = defaultdict(list)
    for key in node.cells:
        if key in graph.nodes:
            groups[id(graph.nodes[key].template)].append(key)
    for keys in groups.values():
        if len(keys) < FEWEST_USES:
            continue
        first = keys[0]
        row = [
            (first[0], first[1], column)
            for column in range(1, first[2] + 30)
            if isinstance(graph.book.values.get((first[0], first[1], column)), float)
            and (first[0], first[1], column) != first
        ]

        def fits(new: Node, keys: list[Key] = keys) -> bool:
            for one, target in zip(points, wanted, strict=True):
                changed = one.copy()
                for key in keys:
                    changed[key] = graph.value(graph.node(key, new.template), one)
                if not same(number(graph.value(node, changed)), target):
                    return False
            return True

        repair = find_repair(graph, first, graph.nodes[first], row, fits, say)
        if repair is not None:
            return first, repair.node, repair.because
    repair = find_repair(graph, cell, node, others, gives(graph, points, wanted), say)
    return (cell, repair.node, repair.because) if repair is not None else None


def _table(
    graph: Graph, found: Standing, gradients: list[Gradient], down: dict[int, bool]
) -> FoundTable:
    book, sheet = graph.book, found.loss[0]
    cells = {one: address(cell) for one, (cell, _) in found.gradients.items()}
    parameters = [
        Parameter(address(one), label(book, one, True), cells.get(one))
        for one, slope in found.slopes[0].items()
        if slope and (one in cells or one in found.gradients)
    ]
    own = [key for key in graph.nodes if key[0] == sheet]
    table = FoundTable(
        sheet=book.sheets[sheet], range=area(own), layout="blocks", rule=None,
        differs=["has no formula that updates a parameter: a macro, the Solver or a person does"],
        model=None, loss=address(found.loss), updates=0, parameters=parameters, hyper={},
        gradients=gradients,
    )  # fmt: skip
    right = [one for one in gradients if one.verdict != WRONG]
    names = ", ".join(f"{one.cells} ({one.of})" for one in right)
    loss = said(book, found.loss, down[sheet])
    factors = {one.because for one in right if one.because}
    table.words = (
        f"a loss and its gradients, without updates: no formula changes the parameters; a macro, "
        f"the Solver or a person does. {names}: the derivatives of {loss}"
        + (f", {next(iter(factors))}." if factors else ".")
    )
    return table
