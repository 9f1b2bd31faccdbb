"""One descent with everything that is known about it: steps, gradients, loss and names."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Sequence

from gdlab.reading.book import Key, Value
from gdlab.reading.crossed import uncross
from gdlab.reading.descent import Chain, Descent
from gdlab.reading.graph import Graph
from gdlab.reading.labels import label, ranges, said
from gdlab.reading.line import Line, find_line
from gdlab.reading.losses import Explained, find_loss, gradient_cells, jacobian, same
from gdlab.reading.methods import Method, method_of
from gdlab.reading.result import Finding
from gdlab.reading.sites import CELL, Sites
from gdlab.reading.steps import Steps, steps_of
from gdlab.reading.updates import original

Values = dict[Key, Value]
Found = list[tuple[Key, Finding]]


class Read:
    """One descent with everything that is known about it."""

    def __init__(
        self, graph: Graph, descent: Descent, points: Sequence[Values], down: dict[int, bool]
    ) -> None:
        self.graph, self.descent, self.points, self.down = graph, descent, list(points), down
        self.book = graph.book
        self.words: dict[Key, str] = {}
        # The loss whose derivatives the gradients are, if it is not the one on the sheet.
        self.meant = ""
        self.shows_loss = True
        # Without a loss: how a line's gradients change with their own parameters. A squared error
        # is curved upwards, so that a negative one is the gradient of its negative.
        self.curved: dict[int, float] = {}
        self.steps: Steps = steps_of(graph, descent)
        self.sites = Sites(graph, descent, self.steps)
        self.loss: Explained | None = find_loss(
            graph, descent, self.steps, self.sites, self.points[:2]
        )
        self.method: Method | None = None
        if self.loss is None:
            self.method = method_of(graph, descent, self.steps, self.points[:2])
        if self.method is None:
            self.cells = gradient_cells(graph, descent, self.sites, self.loss)
            if self.loss is not None:
                uncross(graph, descent, self.steps, self.loss, self.cells, self.points[:2])
        else:
            self._take(self.method)
        self.line: Line | None = self._squared_error_line()
        copies = self._copies()
        self.shown = [_shown(chain, copies) for chain in descent.chains]

    def before(self, ends: Iterable[Key], inside: set[Key]) -> set[Key]:
        """The cells ``inside`` from which ``ends`` are computed, going only through such cells."""
        found: set[Key] = set()
        stack = list(ends)
        while stack:
            for one in self.graph.nodes[stack.pop()].cells:
                if one in inside and one not in found:
                    found.add(one)
                    stack.append(one)
        return found

    def _take(self, method: Method) -> None:
        """Take the gradients and the loss from a method such as Newton's."""
        roles = {index: self.steps.roles[key] for index, key in method.gradients.items()}
        self.cells = {
            (index, step): key
            for step in range(self.descent.updates)
            for index, role in roles.items()
            for key in self.steps.of_role(self.graph, role, step)[:1]
        }
        if method.role is not None:
            variants = dict.fromkeys(method.gradients, CELL)
            self.loss = Explained(method.role, variants, dict(method.factors))

    def _squared_error_line(self) -> Line | None:
        """The straight line if a gradient is linear in the parameters, as for a squared error."""
        line = find_line(self.graph, self.descent, self.steps, self.points)
        step = self.descent.updates // 2
        if line is None or any((number, step) not in self.cells for number in range(2)):
            return None
        bent = (ast.IfExp, ast.Compare)
        for key in self.steps.cells[step]:
            for part in ast.walk(self.graph.nodes[key].template.tree or ast.Constant(0)):
                # A ReLU is linear only where it is positive.
                if isinstance(part, bent) or getattr(part, "id", "") in ("max", "min"):
                    return None
        first, second = (
            jacobian(self.graph, self.descent, self.steps, self.cells, values, step)
            for values in self.points[:2]
        )
        linear = any(
            any(a) and all(same(x, y) for x, y in zip(a, b, strict=True))
            for a, b in zip(first, second, strict=True)
        )
        return line if linear else None

    def say(self, key: Key) -> str:
        """A cell in words."""
        words = self.words.get(key)
        if words is None:
            at = self.sites.inside.get(key, key)
            at = self.graph.stands.get(at, at)
            words = self.words[key] = said(self.book, at, self.down[at[0]])
        return words

    def _copies(self) -> dict[Key, list[Key]]:
        """The cells of the steps that are plain copies of a parameter's cells."""
        copies: dict[Key, list[Key]] = defaultdict(list)
        wanted = {cell for chain in self.descent.chains for cell in chain.cells[:-1]}
        for cells in self.steps.cells.values():
            for key in cells:
                if isinstance(self.graph.nodes[key].template.tree, ast.Name):
                    source = original(self.graph, key)
                    if source in wanted:
                        copies[source].append(key)
        return copies

    def stands(self, key: Key) -> Key:
        """The cell of the sheet that contains a gradient."""
        return self.sites.inside.get(key, key)

    def name_of(self, number: int) -> str:
        """A parameter's label, or its cells if it has none."""
        shown = self.shown[number]
        name = label(self.book, shown[0], self.down[shown[0][0]])
        return name or ranges(self.book, shown)

    def loss_at(self, step: int) -> Key | None:
        """The loss's cell, or the first of its cells, in one step."""
        if self.loss is None:
            return None
        return next(iter(self.steps.of_role(self.graph, self.loss.role, step)), None)

    def loss_words(self, step: int) -> str:
        """The loss with which the gradients of a step are compared, in words; empty if unknown."""
        at = self.loss_at(step)
        return self.meant or (f"the loss in {self.say(at)}" if at else "")

    def loss_cells(self) -> str | None:
        """The loss's cells in all steps as ranges; None if no cell has it."""
        if self.loss is None or self.meant:
            return None
        keys = [
            key
            for step in sorted(self.steps.cells)
            for key in self.steps.of_role(self.graph, self.loss.role, step)
        ]
        return ranges(self.book, keys) or None


def _shown(chain: Chain, copies: dict[Key, list[Key]]) -> list[Key]:
    """The cells that show a parameter before every update: copies beside each step, or its own."""
    if chain.cells[0][1] < 0:
        return chain.cells[1:]  # the first value has no cell on the sheet
    alone = [copies[key][0] for key in chain.cells[:-1] if len(copies[key]) == 1]
    return alone if len(alone) == len(chain.updates) else chain.cells
