"""Find the cells of every update in topological order, and which of them correspond."""

import ast
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from gdlab.reading.book import Key
from gdlab.reading.descent import Descent
from gdlab.reading.graph import Graph, cells_of, is_cell
from gdlab.reading.updates import original


@dataclass
class Steps:
    """The cells of every update that depend only on its parameters, in topological order.

    The role of a cell, in ``roles``, stands for its computation without addresses: cells of one
    role, in one step or in several, compute the same.
    """

    cells: dict[int, list[Key]] = field(default_factory=lambda: defaultdict(list))
    roles: dict[Key, int] = field(default_factory=dict)
    _found: dict[tuple[int, int], list[Key]] = field(default_factory=dict)

    def of_role(self, graph: Graph, role: int, step: int) -> list[Key]:
        """The cells of a role in one step, without copies and duplicates."""
        found = self._found.get((role, step))
        if found is None:
            once: dict[tuple[Key, ...], Key] = {}
            for key in self.cells[step]:
                if self.roles[key] == role and original(graph, key) == key:
                    inputs = tuple(original(graph, one) for one in graph.nodes[key].cells)
                    once.setdefault(inputs, key)
            found = self._found[role, step] = list(once.values())
        return found


def steps_of(graph: Graph, descent: Descent) -> Steps:
    """Find the cells of every update and their roles."""
    found = Steps()
    known: dict[object, int] = {}
    shapes: dict[int, str] = {}
    parameters = {
        cell: number for number, chain in enumerate(descent.chains) for cell in chain.cells
    }
    for cell, number in parameters.items():
        found.roles[cell] = known.setdefault(("parameter", number), len(known))
    for key in graph.order:
        step = descent.latest.get(key)
        if step is None or key in parameters or descent.earliest[key] != step:
            continue
        node = graph.nodes[key]
        if id(node.template) not in shapes:
            shapes[id(node.template)] = ast.dump(node.template.tree or ast.Constant(0))
        inputs: list[object] = [shapes[id(node.template)]]
        is_ahead = key in descent.ahead
        for one in node.inputs:
            if is_cell(one):
                # When the gradient is ahead of a parameter, states count as constants.
                known_input = not is_ahead or original(graph, one) in parameters
                inputs.append(found.roles.get(one, -1) if known_input else -1)
            else:
                counted = Counter(found.roles.get(cell, -1) for cell in cells_of(one))
                inputs.append(tuple(sorted(counted.items())))
        if isinstance(node.template.tree, ast.Name) and isinstance(inputs[1], int):
            found.roles[key] = inputs[1]  # a copy has the role of its original
        else:
            found.roles[key] = known.setdefault(tuple(inputs), len(known))
        found.cells[step].append(key)
    return found
