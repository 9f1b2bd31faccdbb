"""Find the cell that makes gradients wrong if no usual slip explains it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median_low

from gdlab.reading.book import Key, Value, address
from gdlab.reading.graph import Node, is_cell, number
from gdlab.reading.labels import ranges
from gdlab.reading.losses import same
from gdlab.reading.read import Read
from gdlab.reading.result import GRADIENT, Finding
from gdlab.reading.updates import original
from gdlab.reading.written import formula_text

MOST_CELLS, MOST_FORWARD = 40, 150
Values = dict[Key, Value]
# Gradients of one update with their right values at every point.
Targets = Sequence[tuple[Key, Sequence[float]]]


@dataclass(frozen=True)
class Upstream:
    """A wrong cell of one update, what is wrong, and its corrected formula if it has one."""

    cell: Key
    because: str
    mended: Node | None = None

    def finding(self, read: Read) -> tuple[Key, Finding]:
        """The finding, for the cells with that formula in all updates."""
        graph, book = read.graph, read.book
        template = graph.nodes[self.cell].template
        keys = [
            key
            for key in graph.order
            if graph.nodes[key].template is template and key[0] == self.cell[0]
        ]
        first = read.stands(keys[0])
        expected = None
        if self.mended is not None and self.cell not in read.sites.inside:
            expected = formula_text(book, keys[0], graph.node(keys[0], self.mended.template))
        stands = [read.stands(key) for key in keys]
        return keys[0], Finding(
            book.sheets[first[0]], ranges(book, stands), GRADIENT,
            formula_text(book, first, graph.nodes[first]), expected, self.because,
            "the gradients after this are not the derivatives of the loss",
            tuple(address(key) for key in stands),
        )  # fmt: skip


def find_upstream(read: Read, step: int, targets: Targets) -> Upstream | None:
    """The one cell that makes all given gradients wrong; None if there is no such cell."""
    cones = [_cone(read, cell, step) for cell, _ in targets]
    shared = [key for key in cones[0] if all(key in cone for cone in cones)][:MOST_CELLS]
    return _updated(read, step, targets, cones, shared) or _delta(
        read, step, targets, cones, shared
    )


def follows(
    read: Read, step: int, cell: Key, wanted: Sequence[float], put: dict[Key, Sequence[float]]
) -> bool:
    """Whether a gradient is right if other cells have the given values at each point."""
    cone = _cone(read, cell, step)
    return cell not in put and _mends(read, [(cell, wanted)], [cone], put)


def _cone(read: Read, cell: Key, step: int) -> list[Key]:
    """A gradient's cell and the cells that it depends on in its update, in topological order."""
    graph, latest, earliest = read.graph, read.descent.latest, read.descent.earliest
    parameters = {key for chain in read.descent.chains for key in chain.cells}
    found, stack = {cell}, [cell]
    while stack:
        for one in graph.nodes[stack.pop()].cells:
            if one in found or one in parameters or one not in graph.nodes:
                continue
            if latest.get(one, -1) >= step and earliest[one] <= step:
                found.add(one)
                stack.append(one)
    position = graph.position
    return sorted(found, key=lambda key: position[key])


def _mends(
    read: Read, targets: Targets, cones: list[list[Key]], put: dict[Key, Sequence[float]]
) -> bool:
    """Whether given values of some cells at each point make all gradients right."""
    for (cell, wanted), cone in zip(targets, cones, strict=True):
        for index, (values, target) in enumerate(zip(read.points, wanted, strict=True)):
            now: Values = values.copy()
            now.update({key: given[index] for key, given in put.items()})
            for key in cone:
                if key not in put:
                    now[key] = read.graph.value(read.graph.nodes[key], now)
            if not same(number(now.get(cell)), target):
                return False
    return True


def _updated(
    read: Read, step: int, targets: Targets, cones: list[list[Key]], shared: list[Key]
) -> Upstream | None:
    """An updated parameter that is used instead of its value before the update."""
    graph = read.graph
    before = {
        chain.cells[step + 1]: chain.cells[step]
        for chain in read.descent.chains
        if step + 1 < len(chain.cells)
    }
    for key in shared:
        node = graph.nodes[key]
        for index, one in enumerate(node.inputs):
            if not is_cell(one) or original(graph, one) not in before:
                continue
            right = _shown(read, before[original(graph, one)], key)
            inputs = (*node.inputs[:index], right, *node.inputs[index + 1 :])
            mended = Node(node.template, inputs)
            values = [number(graph.value(mended, point)) for point in read.points]
            if _mends(read, targets, cones, {key: values}):
                names = read.say(one), read.say(right)
                if names[0] == names[1]:
                    names = address(one), address(right)
                because = f"{names[0]}, which is updated already, stands where {names[1]} belongs"
                return Upstream(key, because)
    return None


def _shown(read: Read, parameter: Key, near: Key) -> Key:
    """The copy of a parameter in a cell's own row, if there is one."""
    for cells in read.steps.cells.values():
        for key in cells:
            if key[:2] == near[:2] and original(read.graph, key) == parameter:
                return key
    return parameter


def _delta(
    read: Read, step: int, targets: Targets, cones: list[list[Key]], shared: list[Key]
) -> Upstream | None:
    """A cell that should be the derivative of the loss by an intermediate cell."""
    if read.loss is None:
        return None
    graph, inside = read.graph, read.steps.cells[step]
    loss = read.steps.of_role(graph, read.loss.role, step)
    slopes = [
        graph.adjoints(dict.fromkeys(loss, 1.0), values, lambda _: False, inside)
        for values in read.points
    ]
    sign = median_low([1.0 if one > 0 else -1.0 for one in read.loss.factors.values()])
    way = list(_way(read, loss, set(inside)))[:MOST_FORWARD]
    own = {cell for cell, _ in targets}
    for key in shared:
        if key in own or key in way:
            continue
        for one in way:
            wanted = [sign * slope.get(one, 0.0) for slope in slopes]
            if all(wanted) and _mends(read, targets, cones, {key: wanted}):
                of = f"{read.loss_words(step)} with respect to {read.say(one)}"
                return Upstream(key, f"not the derivative of {of}")
    return None


def _way(read: Read, loss: Sequence[Key], inside: set[Key]) -> Iterator[Key]:
    """The loss and the cells it is computed from, breadth first."""
    seen, queue = set(loss), list(loss)
    while queue:
        key = queue.pop(0)
        yield key
        for one in read.graph.nodes[key].cells:
            if one in inside and one not in seen:
                seen.add(one)
                queue.append(one)
