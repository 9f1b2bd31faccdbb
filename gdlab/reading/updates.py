"""Find the cells with a parameter's next value, and the references they use."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from gdlab.reading.book import Key
from gdlab.reading.graph import Graph, Node, cells_of, is_cell
from gdlab.reading.templates import Template, leaf_number

USES_LOOKED_AT = 40
ROW_NUMBER = re.compile(r"(?<=value=)(?:[3-9]|[1-9]\d+)(?=\))")


def original(graph: Graph, key: Key) -> Key:
    """The cell that a cell copies, also through other copies; else the cell itself."""
    nodes = graph.nodes
    for _ in range(10_000):
        node = nodes.get(key)
        tree = node.template.tree if node is not None else None
        if node is None or tree.__class__ is not ast.Name or leaf_number(tree) != 0:
            return key
        one = node.inputs[0]
        if not is_cell(one):
            return key
        key = one
    return key


def bare_terms(tree: ast.expr) -> list[int]:
    """The references that are terms, with a plus, of a sum of two or more terms."""
    found: list[int] = []
    count = 0

    def walk(part: ast.expr, positive: bool) -> None:
        nonlocal count
        match part:
            case ast.BinOp(left, ast.Add(), right):
                walk(left, positive)
                walk(right, positive)
            case ast.BinOp(left, ast.Sub(), right):
                walk(left, positive)
                walk(right, not positive)
            case ast.UnaryOp(ast.USub(), operand):
                walk(operand, not positive)
            case _:
                count += 1
                number = leaf_number(part)
                if number is not None and positive:
                    found.append(number)

    walk(tree, True)
    return found if count > 1 else []


@dataclass(frozen=True)
class Update:
    """An update: ``new`` is ``old``, the reference at ``leaf``, plus or minus something."""

    new: Key
    old: Key
    leaf: int


def find_updates(graph: Graph) -> list[Update]:
    """Find the cells with a parameter's next value.

    Such a cell has another cell as a term, and another of its references depends on that cell
    through the sheet. That path crosses no other update, so that a state of a rule, such as a
    sum of squares, is no parameter.
    """
    position = graph.position
    terms: dict[int, list[int]] = {}
    seen: dict[tuple[Template, int], list[bool]] = defaultdict(list)
    found = []
    for key in graph.order:
        node = graph.nodes[key]
        template = node.template
        if id(template) not in terms:
            terms[id(template)] = bare_terms(template.tree) if template.tree else []
        for leaf in terms[id(template)]:
            term = node.inputs[leaf]
            if not is_cell(term):
                continue
            old = original(graph, term)
            if old == key:
                continue
            if len(seen[template, leaf]) < USES_LOOKED_AT:
                seen[template, leaf].append(depends(graph, node, leaf, old, position, frozenset()))
                is_one = seen[template, leaf][-1]
            else:
                # A formula that was so in this many rows is so in the rest of its column.
                is_one = all(seen[template, leaf]) or (
                    any(seen[template, leaf])
                    and depends(graph, node, leaf, old, position, frozenset())
                )
            if is_one:
                found.append(Update(key, old, leaf))
    barriers = _barriers(graph, found)
    kept = []
    crossed: dict[tuple[Template, int], list[bool]] = defaultdict(list)
    for update in found:
        node = graph.nodes[update.new]
        own = crossed[node.template, update.leaf]
        # As above: a formula that was so in this many rows is so in the rest of its column.
        is_one = len(own) == USES_LOOKED_AT and all(own)
        if not is_one:
            is_one = depends(graph, node, update.leaf, update.old, position, barriers)
            if len(own) < USES_LOOKED_AT:
                own.append(is_one)
        if is_one:
            kept.append(update)
    kept = _without_states(graph, kept)
    return kept + _siblings(graph, kept, terms)


def _barriers(graph: Graph, found: list[Update]) -> frozenset[Key]:
    """The cells that end a step: those with formulas that another update starts from.

    A function such as x^2 + x also has its argument as a term, but leads to a gradient.
    """
    olds = {update.old for update in found}
    going_on = {id(graph.nodes[update.new].template) for update in found if update.new in olds}
    return frozenset(
        update.new
        for update in found
        if not going_on or id(graph.nodes[update.new].template) in going_on
    )


def _siblings(graph: Graph, kept: list[Update], terms: dict[int, list[int]]) -> list[Update]:
    """Updates of the same form and rate whose gradient wrongly does not depend on its parameter."""
    known = {update.new for update in kept}
    forms = {
        (shape_of(graph, update), typed_cells(graph, update.new, update.leaf)) for update in kept
    }
    shapes = {shape for shape, _ in forms}
    found = []
    for key in graph.order:
        template = graph.nodes[key].template
        for leaf in terms[id(template)] if key not in known and _text(template) in shapes else ():
            term = graph.nodes[key].inputs[leaf]
            if not is_cell(term):
                continue
            update = Update(key, original(graph, term), leaf)
            shape = shape_of(graph, update)
            if any(
                (shape, rates) in forms and (rates or has_number(template))
                for rates in rates_of(graph, update)
            ):
                found.append(update)
    olds = {update.old for update in found}
    # Only a chain of such updates, not a single sum of the same form.
    return [one for one in found if one.new in olds or one.old in {two.new for two in found}]


@lru_cache(maxsize=4096)
def has_number(template: Template) -> bool:
    """Whether a formula contains a number, which may be the rate."""
    parts = ast.walk(template.tree or ast.Constant(0))
    return any(isinstance(part, ast.Constant) and part.value not in (0, 1, 2) for part in parts)


def typed_cells(graph: Graph, key: Key, leaf: int) -> frozenset[Key]:
    """The typed cells that an update refers to, without the parameter."""
    node = graph.nodes[key]
    return frozenset(
        original(graph, one)
        for index, one in enumerate(node.inputs)
        if index != leaf and is_cell(one) and original(graph, one) not in graph.nodes
    )


def rates_of(graph: Graph, update: Update) -> Iterator[frozenset[Key]]:
    """The possible rates of an update: its typed cells, and those of them with a $.

    In the first update they include a state's typed start value.
    """
    typed = typed_cells(graph, update.new, update.leaf)
    yield typed
    node = graph.nodes[update.new]
    fixed = {
        original(graph, one)
        for one, area in zip(node.inputs, node.template.areas, strict=False)
        if is_cell(one) and area.first.row_fixed and area.first.column_fixed
    }
    if typed & fixed:
        yield typed & fixed


def depends(
    graph: Graph,
    node: Node,
    leaf: int,
    old: Key,
    position: dict[Key, int],
    barriers: frozenset[Key],
) -> bool:
    """Whether the formula depends on ``old`` other than through its reference at ``leaf``."""
    floor = position.get(old, -1)
    stack: list[Key] = []
    for index, one in enumerate(node.inputs):
        if index == leaf:
            if uses(node.template, leaf) > 1:
                return True
            continue
        stack += cells_of(one)
    seen = set(stack)
    while stack:
        key = stack.pop()
        if key == old:
            return True
        if key not in graph.nodes or position[key] < floor or key in barriers:
            continue
        for cell in graph.nodes[key].cells:
            if cell not in seen:
                seen.add(cell)
                stack.append(cell)
    return False


def uses(template: Template, leaf: int) -> int:
    """How often a formula uses a reference."""
    return _counts(template).get(leaf, 0)


@lru_cache(maxsize=4096)
def _counts(template: Template) -> dict[int, int]:
    found: dict[int, int] = {}
    for part in ast.walk(template.tree or ast.Constant(0)):
        number = leaf_number(part)
        if number is not None:
            found[number] = found.get(number, 0) + 1
    return found


def _without_states(graph: Graph, updates: list[Update]) -> list[Update]:
    """The updates without averages ``avg + (1 - beta) * (g - avg)`` that other updates use."""
    new = {update.new: update for update in updates}
    own = {
        update.new for update in updates if uses(graph.nodes[update.new].template, update.leaf) > 1
    }
    if not own:
        return updates
    dropped = set()
    position, barriers = graph.position, frozenset(own)
    for update in updates:
        node = graph.nodes[update.new]
        # If they are averages, the update does not depend on the parameter without them.
        if update.new in own or depends(graph, node, update.leaf, update.old, position, barriers):
            continue
        stack = list(graph.nodes[update.new].cells)
        seen: set[Key] = set()
        while stack:
            key = stack.pop()
            if key in seen or key == update.old:
                continue
            seen.add(key)
            if key in own:
                dropped.add(key)
                dropped.add(new[key].old)
            elif key in graph.nodes and key not in new:
                stack += graph.nodes[key].cells
    return [update for update in updates if update.new not in dropped]


def shape_of(graph: Graph, update: Update) -> str:
    """The form of an update's formula."""
    return _text(graph.nodes[update.new].template)


@lru_cache(maxsize=4096)
def _text(template: Template) -> str:
    # Numbers from 3 may be those of the rows, as from ROW().
    tree = template.tree
    return ROW_NUMBER.sub("n", ast.dump(tree)) if tree is not None else ""
