"""Find where one parameter's update is computed differently from another's, cell by cell.

Both are traced back from the update in parallel. References to the parameter, its gradient and its
states in one must correspond to those in the other.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from gdlab.reading.book import Key, address
from gdlab.reading.draws import chance
from gdlab.reading.graph import Node, is_cell, number
from gdlab.reading.labels import ranges
from gdlab.reading.losses import same
from gdlab.reading.mending import area_from
from gdlab.reading.read import Found, Read, Values
from gdlab.reading.repairs import find_repair, gives
from gdlab.reading.result import UPDATE, Finding
from gdlab.reading.templates import Area, Template
from gdlab.reading.updates import original
from gdlab.reading.written import formula_text

MOST_SIBLINGS_TRIED = 30
Input = Key | tuple[Key, ...]


@dataclass
class Siblings:
    """Two parameters by index, the odd one and a usual one, in one update."""

    read: Read
    odd: int
    usual: int
    step: int
    # Whether both must use the same typed cells; rates may differ.
    shares: bool = False
    gradients: dict[Key, Key] = field(default_factory=dict)
    parameters: dict[Key, Key] = field(default_factory=dict)

    def __post_init__(self) -> None:
        read = self.read
        own, other = (read.descent.chains[one] for one in (self.odd, self.usual))
        self.parameters = dict(zip(other.cells, own.cells, strict=False))
        for at in range(self.step + 1):
            there, here = read.cells.get((self.usual, at)), read.cells.get((self.odd, at))
            if there is not None and here is not None:
                self.gradients[there] = here
        new, twin = own.updates[self.step], other.updates[self.step]
        self.move = new[1] - twin[1], new[2] - twin[2]

    def counterpart(self, there: Input, here: Input | None) -> Input | None:
        """The reference in the odd formula that corresponds to ``there`` in the usual one."""
        if not is_cell(there):
            return here
        graph, latest = self.read.graph, self.read.descent.latest
        key = original(graph, there)
        if there in self.gradients:
            return self.gradients[there]
        if key in self.parameters or key in self.gradients:
            return self.parameters.get(key) or self.gradients[key]
        if key not in latest:
            typed = here is not None and is_cell(here) and here not in latest
            return here if typed and not self.shares else there
        moved = key[0], key[1] + self.move[0], key[2] + self.move[1]
        return moved if moved in graph.nodes and moved in latest else here

    def is_end(self, key: Key) -> bool:
        """Whether the comparison ends at this cell of the usual one."""
        first = original(self.read.graph, key)
        known = not self.gradients.keys().isdisjoint((key, first)) or first in self.parameters
        return known or first not in self.read.graph.nodes or first not in self.read.descent.latest


def sibling_slip(read: Read, odd: int, usual: int) -> Found:
    """Findings on the column in which one parameter's update differs from another's; or none.

    Another typed cell is a choice unless everything else is equal.
    """
    return _slip(read, odd, usual, shares=False) or _slip(read, odd, usual, shares=True)


def _slip(read: Read, odd: int, usual: int, shares: bool) -> Found:
    chains = read.descent.chains
    step = min(len(chains[one].updates) for one in (odd, usual)) // 2
    if step < 1 or any((one, step) not in read.cells for one in (odd, usual)):
        return []
    pair = Siblings(read, odd, usual, step, shares)
    queue = [(chains[odd].updates[step], chains[usual].updates[step])]
    seen = set(queue)
    while queue and len(seen) < MOST_SIBLINGS_TRIED:
        here, there = queue.pop(0)
        own, other = read.graph.nodes[here], read.graph.nodes[there]
        wanted = _wanted(pair, own, other, here)
        if wanted is None:
            return []
        if not _same_function(read, own, wanted):
            return _finding(read, here, there, wanted)
        for mine, theirs in zip(wanted.inputs, other.inputs, strict=True):
            both = mine, theirs
            if not is_cell(mine) or not is_cell(theirs) or mine == theirs:
                continue
            if not pair.is_end(theirs) and both not in seen:
                if mine not in read.graph.nodes:
                    return []
                seen.add((mine, theirs))
                queue.append((mine, theirs))
    return []


def _wanted(pair: Siblings, own: Node, other: Node, here: Key) -> Node | None:
    """The usual formula with the odd one's references; None if one of these is unknown."""
    alike = _shape(own) == _shape(other)
    inputs: list[Input] = []
    areas: list[Area] = []
    for index, one in enumerate(other.inputs):
        mine = own.inputs[index] if alike and index < len(own.inputs) else None
        right = pair.counterpart(one, mine)
        if right is None:
            return None
        inputs.append(right)
        areas.append(area_from(right, here, other.template.areas, index))
    return Node(Template(other.template.tree, tuple(areas)), tuple(inputs))


def _shape(node: Node) -> str:
    return ast.dump(node.template.tree or ast.Constant(0))


def _points(own: Node, wanted: Node) -> Iterator[Values]:
    cells = {*own.cells, *wanted.cells}
    for draw in range(3):
        yield {key: 1.0 + 0.5 * chance("sibling", draw, key) for key in cells}


def _same_function(read: Read, own: Node, wanted: Node) -> bool:
    """Whether two formulas have equal values for random values of the same cells."""
    if any(not is_cell(one) for one in (*own.inputs, *wanted.inputs)):
        return True  # ranges are not compared
    graph = read.graph
    plain = [
        Node(node.template, tuple(original(graph, one) for one in node.inputs))  # type: ignore[arg-type]
        for node in (own, wanted)
    ]
    return all(
        same(number(graph.value(plain[0], values)), number(graph.value(plain[1], values)))
        for values in _points(plain[0], plain[1])
    )


def _finding(read: Read, here: Key, there: Key, wanted: Node) -> Found:
    graph, book = read.graph, read.book
    own = graph.nodes[here]
    points = list(_points(own, wanted))
    targets = [number(graph.value(wanted, values)) for values in points]
    others = [one for one in dict.fromkeys(wanted.cells) if one not in own.cells]
    repair = find_repair(
        graph, here, own, [*others, *own.cells], gives(graph, points, targets), read.say
    )
    keys = [
        key
        for key in graph.order
        if graph.nodes[key].template is own.template and key[0] == here[0]
        and (key[2] == here[2] or key[1] == here[1])
    ]  # fmt: skip
    first = keys[0]
    right = (repair.node if repair is not None else wanted).template
    expected = formula_text(book, first, graph.node(first, right))
    change = repair.because if repair is not None else f"{expected} belongs in {address(first)}"
    because = f"computed differently from {read.say(there)}: {change}"
    finding = Finding(
        book.sheets[first[0]], ranges(book, keys), UPDATE,
        formula_text(book, first, graph.nodes[first]),
        expected, because,
        "this is not computed as it is for the other parameters",
        tuple(address(key) for key in keys),
    )  # fmt: skip
    return [(first, finding)]
