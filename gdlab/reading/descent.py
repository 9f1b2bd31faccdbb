"""Where the descent is: the cells that become themselves minus something, step after step."""

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache

from gdlab.reading.book import Key
from gdlab.reading.graph import Graph, Node, cells_of, is_cell
from gdlab.reading.templates import Template, leaf_number

FAR = 10**9
ENOUGH = 40


@dataclass
class Chain:
    """One parameter: the cells that hold it, ``cells[k]`` before update k and one more at the end.

    ``updates[k]`` is the cell whose formula makes ``cells[k + 1]`` from ``cells[k]``, and
    ``leaves[k]`` the place of that term among its references.
    """

    cells: list[Key]
    updates: list[Key]
    leaves: list[int]


@dataclass
class Descent:
    """Parameters that are updated together, and the step that every cell belongs to.

    ``latest`` and ``earliest`` are the numbers, from 0, of the last and the first update whose
    parameters a cell depends on without crossing another update.
    """

    chains: list[Chain]
    latest: dict[Key, int] = field(default_factory=dict)
    earliest: dict[Key, int] = field(default_factory=dict)

    @property
    def updates(self) -> int:
        """How many updates there are."""
        return max(len(chain.updates) for chain in self.chains)

    def level(self, graph: Graph) -> None:
        """Give every cell the updates that it depends on."""
        parameters = {cell: step for chain in self.chains for step, cell in enumerate(chain.cells)}
        self.latest, self.earliest = dict(parameters), dict(parameters)
        for key in graph.order:
            if key in parameters:
                continue
            last, first = -1, FAR
            for cell in graph.nodes[key].cells:
                last = max(last, self.latest.get(cell, -1))
                first = min(first, self.earliest.get(cell, FAR))
            if last >= 0:
                self.latest[key], self.earliest[key] = last, first


def original(graph: Graph, key: Key) -> Key:
    """The cell that a cell is a plain copy of, through other copies; else the cell itself."""
    for _ in range(10_000):
        node = graph.nodes.get(key)
        if node is None or leaf_number(node.template.tree or ast.Constant(0)) != 0:
            return key
        one = node.inputs[0]
        if not is_cell(one):
            return key
        key = one
    return key


def bare_terms(tree: ast.expr) -> list[int]:
    """The references that stand alone, with a plus, in a sum of two terms or more."""
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
    """``new`` is computed from ``old``, the reference at ``leaf``, plus or minus something."""

    new: Key
    old: Key
    leaf: int


def find_updates(graph: Graph) -> list[Update]:
    """The cells that become a parameter's next value.

    Such a cell has another cell as a term of its own, and another of its references depends on
    that cell through the sheet. The path crosses no other update: so what a rule remembers, such
    as a sum of squares, is none.
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
            if len(seen[template, leaf]) < ENOUGH:
                seen[template, leaf].append(_depends(graph, node, leaf, old, position, frozenset()))
                is_one = seen[template, leaf][-1]
            else:
                # What a formula did so often it does in the rest of its column.
                is_one = all(seen[template, leaf]) or (
                    any(seen[template, leaf])
                    and _depends(graph, node, leaf, old, position, frozenset())
                )
            if is_one:
                found.append(Update(key, old, leaf))
    barriers = frozenset(update.new for update in found)
    kept = [
        update
        for update in found
        if _depends(graph, graph.nodes[update.new], update.leaf, update.old, position, barriers)
    ]
    kept = _without_states(graph, kept)
    return kept + _siblings(graph, kept, terms)


def _siblings(graph: Graph, kept: list[Update], terms: dict[int, list[int]]) -> list[Update]:
    """Updates of the same form and rate whose gradient, wrongly, does not know its parameter."""
    known = {update.new for update in kept}
    forms = {(_shape(graph, update), _rates(graph, update.new, update.leaf)) for update in kept}
    found = []
    for key in graph.order:
        template = graph.nodes[key].template
        for leaf in terms[id(template)] if key not in known else ():
            term = graph.nodes[key].inputs[leaf]
            if not is_cell(term):
                continue
            update = Update(key, original(graph, term), leaf)
            rates = _rates(graph, key, leaf)
            if (rates or _has_number(template)) and (_shape(graph, update), rates) in forms:
                found.append(update)
    olds = {update.old for update in found}
    # A chain of such updates, not one sum that happens to look alike.
    return [one for one in found if one.new in olds or one.old in {two.new for two in found}]


@lru_cache(maxsize=4096)
def _has_number(template: Template) -> bool:
    """Whether a rate may be typed into a formula."""
    parts = ast.walk(template.tree or ast.Constant(0))
    return any(isinstance(part, ast.Constant) and part.value not in (0, 1, 2) for part in parts)


def _rates(graph: Graph, key: Key, leaf: int) -> frozenset[Key]:
    """The typed cells that an update refers to, besides the parameter."""
    node = graph.nodes[key]
    return frozenset(
        original(graph, one)
        for place, one in enumerate(node.inputs)
        if place != leaf and is_cell(one) and original(graph, one) not in graph.nodes
    )


def _depends(
    graph: Graph,
    node: Node,
    leaf: int,
    old: Key,
    position: dict[Key, int],
    barriers: frozenset[Key],
) -> bool:
    """Whether the formula depends on ``old`` other than by its reference at ``leaf``."""
    floor = position.get(old, -1)
    stack: list[Key] = []
    for place, one in enumerate(node.inputs):
        if place == leaf:
            if _uses(node.template, leaf) > 1:
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


def _uses(template: Template, leaf: int) -> int:
    """How often a reference stands in a formula."""
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
    """Without averages written as ``avg + (1 - beta) * (g - avg)``: another update uses them."""
    new = {update.new: update for update in updates}
    own = {
        update.new for update in updates if _uses(graph.nodes[update.new].template, update.leaf) > 1
    }
    if not own:
        return updates
    dropped = set()
    for update in updates:
        if update.new in own:
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


def find_chains(graph: Graph, updates: list[Update]) -> tuple[list[Chain], list[Update]]:
    """The parameters from their first cell to their last, and the updates that nothing uses."""
    after: dict[Key, list[Update]] = defaultdict(list)
    for update in updates:
        after[update.old].append(update)
    news = {update.new for update in updates}
    unused: list[Update] = []
    chains = []
    for start in [old for old in after if old not in news]:
        chain = Chain([start], [], [])
        shape = ""
        at = start
        while at in after and len(chain.cells) < 10**6:
            # The one that goes on; at the end the one that looks like those before it.
            choices = after[at]
            best = max(choices, key=lambda one: (one.new in after, _shape(graph, one) == shape))
            alone = best.new not in after and shape and _shape(graph, best) != shape
            unused += [one for one in choices if one is not best or alone]
            if alone:
                break
            shape = _shape(graph, best)
            chain.cells.append(best.new)
            chain.updates.append(best.new)
            chain.leaves.append(best.leaf)
            at = best.new
        if chain.updates:
            chains.append(chain)
    longest = max((len(chain.updates) for chain in chains), default=0)
    # A single update that leads nowhere, beside a descent on the same sheet, is a trial.
    kept = [chain for chain in chains if len(chain.updates) > 1 or longest == 1]
    return kept, unused


def _shape(graph: Graph, update: Update) -> str:
    return _text(graph.nodes[update.new].template)


@lru_cache(maxsize=4096)
def _text(template: Template) -> str:
    return ast.dump(template.tree) if template.tree is not None else ""


def find_descents(graph: Graph) -> tuple[list[Descent], list[Update]]:
    """Every descent of a workbook, parameters that meet in one step together."""
    chains, unused = find_chains(graph, find_updates(graph))
    if not chains:
        return [], unused
    owner: dict[Key, int] = {
        cell: number for number, chain in enumerate(chains) for cell in chain.cells
    }
    parent = list(range(len(chains)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    # Enough of the first updates to see who meets whom.
    for number, chain in enumerate(chains):
        for new in chain.updates[:2]:
            stack = list(graph.nodes[new].cells)
            seen: set[Key] = set()
            while stack and len(seen) < 20_000:
                key = stack.pop()
                if key in seen:
                    continue
                seen.add(key)
                if key in owner:
                    parent[root(owner[key])] = root(number)
                elif key in graph.nodes:
                    stack += graph.nodes[key].cells
    together: dict[int, list[Chain]] = defaultdict(list)
    for number, chain in enumerate(chains):
        together[root(number)].append(chain)
    found = [Descent(group) for group in together.values()]
    for descent in found:
        descent.level(graph)
    return found, unused
