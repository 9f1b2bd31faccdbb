"""Find the descents: cells that are updated, step after step, by subtracting something."""

import ast
from collections import defaultdict
from dataclasses import dataclass, field

from gdlab.reading.book import Key
from gdlab.reading.graph import Graph, is_cell
from gdlab.reading.updates import Update, bare_terms, original, shape_of, uses

NO_UPDATE = 10**9


@dataclass
class Chain:
    """One parameter: ``cells[k]`` holds it before update k, and the last cell after all updates.

    ``updates[k]`` is the cell with the formula that computes ``cells[k + 1]`` from ``cells[k]``,
    and ``leaves[k]`` the index of ``cells[k]`` among its references.
    """

    cells: list[Key]
    updates: list[Key]
    leaves: list[int]


@dataclass
class Descent:
    """Parameters that are updated together, and the step that every cell belongs to.

    ``latest`` and ``earliest`` are, for each cell, the numbers (from 0) of the last and the first
    update with parameters on which it depends without crossing another update. The cells ``ahead``
    are a parameter plus its momentum alone, where Nesterov's method takes the gradient.
    """

    chains: list[Chain]
    latest: dict[Key, int] = field(default_factory=dict)
    earliest: dict[Key, int] = field(default_factory=dict)
    ahead: set[Key] = field(default_factory=set)

    @property
    def updates(self) -> int:
        """The number of updates."""
        return max(len(chain.updates) for chain in self.chains)

    def level(self, graph: Graph) -> None:
        """Find for every cell the first and the last update that it depends on."""
        parameters = {cell: step for chain in self.chains for step, cell in enumerate(chain.cells)}
        self.latest, self.earliest = dict(parameters), dict(parameters)
        for key in graph.order:
            if key in parameters:
                continue
            last, first = -1, NO_UPDATE
            for cell in graph.nodes[key].cells:
                last = max(last, self.latest.get(cell, -1))
                first = min(first, self.earliest.get(cell, NO_UPDATE))
            if last >= 0:
                ahead = first < last and _is_ahead(graph, key, last, self.latest, parameters)
                self.latest[key], self.earliest[key] = last, last if ahead else first
                if ahead:
                    self.ahead.add(key)


def _is_ahead(
    graph: Graph, key: Key, step: int, latest: dict[Key, int], parameters: dict[Key, int]
) -> bool:
    """Whether a cell is a parameter plus something from earlier updates."""
    node = graph.nodes[key]
    own = [
        one
        for leaf in bare_terms(node.template.tree or ast.Constant(0))
        # A cell that uses the parameter twice does not move by as much as the parameter.
        if uses(node.template, leaf) == 1
        and is_cell(one := node.inputs[leaf])
        and parameters.get(original(graph, one)) == step
    ]
    return len(own) == 1 and all(latest.get(one, -1) < step for one in node.cells if one != own[0])


def find_chains(graph: Graph, updates: list[Update]) -> tuple[list[Chain], list[Update]]:
    """The chains of cells of all parameters, and the updates that are not used."""
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
            # Prefer the update that continues; at the end, the one with the same formula as before.
            choices = after[at]
            best = max(choices, key=lambda one: (one.new in after, shape_of(graph, one) == shape))
            alone = best.new not in after and shape and shape_of(graph, best) != shape
            unused += [one for one in choices if one is not best or alone]
            if alone:
                break
            shape = shape_of(graph, best)
            chain.cells.append(best.new)
            chain.updates.append(best.new)
            chain.leaves.append(best.leaf)
            at = best.new
        if chain.updates:
            chains.append(chain)
    longest = max((len(chain.updates) for chain in chains), default=0)
    # A single update beside a longer descent is only a trial.
    kept = [chain for chain in chains if len(chain.updates) > 1 or longest == 1]
    # In the order of the sheet, as a person reads it.
    return sorted(kept, key=lambda chain: chain.updates[0]), unused


def find_descents(graph: Graph, updates: list[Update]) -> tuple[list[Descent], list[Update]]:
    """All descents of a workbook, and unused updates; a step's parameters belong together."""
    chains, unused = find_chains(graph, updates)
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

    # The first two updates show which parameters meet.
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
