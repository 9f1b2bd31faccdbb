"""Columns in the position of an update that are not an update.

An example is ``b*lr*g`` beside another parameter's ``w - lr*g``.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial
from itertools import permutations

from gdlab.reading.book import Key
from gdlab.reading.fills import FEWEST_IN_FILL, before
from gdlab.reading.graph import Graph, Node, is_cell
from gdlab.reading.labels import said
from gdlab.reading.mending import area_from, difference, finding_at, is_same, put_right
from gdlab.reading.result import UPDATE, Finding
from gdlab.reading.templates import Template
from gdlab.reading.updates import Update, depends, original, shape_of
from gdlab.reading.written import formula_text


def mend_odd_updates(
    graph: Graph, down: dict[int, bool], updates: list[Update], fills: Sequence[list[Key]]
) -> list[tuple[Key, Finding]]:
    """Findings about columns that should be another parameter's update; they are corrected."""
    usual: dict[tuple[int, int], list[Update]] = defaultdict(list)
    for one in updates:
        if one.old == original(graph, before(one.new, down)):
            usual[_line_across(one.new, down)].append(one)
    known = {one.new for own in usual.values() for one in own}
    forgetting = _lost_memories(graph, usual, down)
    found = []
    mended: dict[Key, Node] = {}
    for keys in fills if usual else ():
        start = original(graph, before(keys[0], down))
        may_be = known.isdisjoint(keys) and isinstance(graph.book.values.get(start), float)
        goes_on = may_be and start not in graph.nodes
        made = []
        # The first row may have a typed start.
        for key in keys[1:FEWEST_IN_FILL]:
            twins = [forgetting[key]] if key in forgetting else []
            if goes_on and not twins and before(key, down) in graph.nodes[key].cells:
                beside = usual[_line_across(key, down)]
                twins = sorted(beside, key=partial(_distance, key))
            nodes = ((one, _as_its(graph, key, one, down, updates)) for one in twins)
            made.append(next(((one, node) for one, node in nodes if node), None))
        if made[0] is None or None in made:
            continue
        twin, node = made[0]
        if is_same(graph.nodes[keys[1]], node, graph):
            continue
        wanted = {key: graph.node(key, node.template) for key in keys}
        found.append((keys[0], _finding(graph, keys, wanted[keys[0]], twin.new, down)))
        mended |= wanted
    put_right(graph, mended)
    return found


def _finding(
    graph: Graph, keys: list[Key], wanted: Node, twin: Key, down: dict[int, bool]
) -> Finding:
    first = keys[0]
    own, expected = graph.nodes[first], formula_text(graph.book, first, wanted)
    reason = difference(graph, first, own, wanted, down) or f"{expected} belongs here"
    because = f"computed differently from {said(graph.book, twin, down[twin[0]])}: {reason}"
    hint = "this is not made as it is for the other parameters"
    written = formula_text(graph.book, first, own)
    return finding_at(graph, keys, UPDATE, written, expected, because, hint)


def _lost_memories(
    graph: Graph, usual: dict[tuple[int, int], list[Update]], down: dict[int, bool]
) -> dict[Key, Update]:
    """Cells without a reference to the row above that another parameter's cells have."""
    found = {}
    seen: Counter[tuple[int, ...]] = Counter()
    for updates in usual.values():
        lines = tuple(one.new[2] if down[one.new[0]] else one.new[1] for one in updates)
        seen[lines] += 1
        # The first rows of a column are enough.
        for odd, usual_one in permutations(updates, 2) if seen[lines] <= FEWEST_IN_FILL + 1 else ():
            if shape_of(graph, odd) != shape_of(graph, usual_one):
                continue
            own, other = graph.nodes[odd.new], graph.nodes[usual_one.new]
            for mine, theirs in zip(own.inputs, other.inputs, strict=True):
                both = [key for key in (mine, theirs) if is_cell(key) and key in graph.nodes]
                keeps = [before(key, down) in graph.nodes[key].cells for key in both]
                if keeps == [False, True]:
                    found[both[0]] = Update(both[1], original(graph, before(both[1], down)), 0)
    return found


def _distance(key: Key, update: Update) -> int:
    return abs(key[1] - update.new[1]) + abs(key[2] - update.new[2])


def _line_across(key: Key, down: dict[int, bool]) -> tuple[int, int]:
    """The sheet and row of a cell; the column if the sheet runs to the right."""
    return key[0], key[1] if down[key[0]] else key[2]


def _as_its(
    graph: Graph, key: Key, twin: Update, down: dict[int, bool], updates: list[Update]
) -> Node | None:
    """The twin's formula with the cells of this column; None if they do not correspond."""
    own, other, last = graph.nodes[key], graph.nodes[twin.new], original(graph, before(key, down))
    mine, theirs = _parts(graph, own, last), _parts(graph, other, twin.old)
    if mine is None or theirs is None or mine[1] != theirs[1] or not mine[1]:
        return None
    kept = mine[0] or before(key, down)
    pairs = dict(
        zip(theirs[2], mine[2] or _beside(graph, key, twin.new, theirs[2], updates), strict=False)
    )
    if len(pairs) != max(len(theirs[2]), len(mine[2])):
        return None
    if any(_line_across(a, down) != _line_across(b, down) for a, b in pairs.items()):
        return None
    pairs[theirs[0] or twin.old] = kept
    inputs = tuple(pairs.get(one, one) for one in other.inputs if is_cell(one))
    wanted = Node(other.template, inputs)
    leaf = inputs.index(kept)
    if not depends(graph, wanted, leaf, last, graph.position, frozenset()):
        return None
    areas = tuple(
        area_from(one, key, other.template.areas, index) for index, one in enumerate(inputs)
    )
    return Node(Template(other.template.tree, areas), inputs)


def _beside(
    graph: Graph, key: Key, twin: Key, theirs: list[Key], updates: list[Update]
) -> list[Key]:
    """The cells in the same relative positions as those of the twin, if no update uses them."""
    down, right = key[1] - twin[1], key[2] - twin[2]
    moved = [(one[0], one[1] + down, one[2] + right) for one in theirs]
    if any(one not in graph.nodes for one in moved):
        return []
    taken = {cell for update in updates for cell in graph.nodes[update.new].cells}
    return moved if taken.isdisjoint(moved) else []


def _parts(graph: Graph, node: Node, last: Key) -> tuple[Key | None, set[Key], list[Key]] | None:
    """A formula's reference to its last value or None, its typed cells, and its other cells.

    None if it has a range.
    """
    inputs = [one for one in node.inputs if is_cell(one)]
    parameter = [one for one in inputs if original(graph, one) == last]
    if len(inputs) != len(node.inputs) or len(parameter) > 1:
        return None
    typed = {original(graph, one) for one in inputs} - set(graph.nodes) - {last}
    others = [one for one in inputs if original(graph, one) in graph.nodes]
    return next(iter(parameter), None), typed, sorted(set(others) - set(parameter))
