"""Write a sheet's loss as a model of the grammar, from its formulas in one update."""

import ast
import keyword
import re
from collections.abc import Sequence

from gdlab.core.model import Model, as_model
from gdlab.language.grammar import FUNCTIONS, GrammarError
from gdlab.language.reader import read_text
from gdlab.reading.book import Key, address
from gdlab.reading.graph import Node, cells_of, number
from gdlab.reading.labels import label
from gdlab.reading.read import Read
from gdlab.reading.updates import original
from gdlab.reading.written_out import Outside, written_out

MOST_DATA_COLUMNS, MOST_MODEL_UPDATES = 60, 5_000
Points = list[tuple[float, ...]]


def sheet_model(read: Read) -> tuple[Model, Points]:
    """The model, and the point of every update; raises Outside with the reason if there is none.

    Each update uses one point. For a model without points, such as a function of two
    variables, the list is empty.
    """
    steps = range(read.descent.updates)
    if read.loss is None:
        raise Outside("the sheet shows no loss")
    if len(steps) > MOST_MODEL_UPDATES:
        raise Outside("there are too many updates")
    losses = [read.steps.of_role(read.graph, read.loss.role, step) for step in steps]
    if any(len(cells) != 1 for cells in losses):
        raise Outside("an update sees several points")
    written = _Written(read, [cells[0] for cells in losses])
    for named in (True, False):
        try:
            return as_model(read_text(written.text(named), keywords=True)), written.points
        except (GrammarError, SyntaxError):
            continue
    raise Outside("its loss is outside the grammar")


class _Written:
    """The formulas from the parameters to the loss, in order, and the typed numbers they use.

    A formula is examined in all updates side by side, so that its numbers form columns.
    """

    def __init__(self, read: Read, losses: list[Key]) -> None:
        self.read = read
        self.names: dict[Key, str] = {}
        self.labels: dict[str, str] = {}
        self.columns: dict[str, list[float]] = {}
        self.constants: dict[str, float] = {}
        self.parameters: dict[str, float] = {}
        self.lines: list[tuple[str, ast.expr]] = []
        for index, chain in enumerate(read.descent.chains):
            name = self._called(read.shown[index][0], f"p{index + 1}")
            self.names[chain.cells[0]] = name
            self.parameters[name] = number(read.book.values.get(chain.cells[0]))
        self._add(losses)
        rows = zip(*self.columns.values(), strict=True)
        self.points: Points = [tuple(row) for row in rows]

    def _called(self, key: Key, plain: str) -> str:
        """Note the sheet's label for a plain name, if it is usable; return the plain name."""
        found = re.sub(r"\W+", "_", label(self.read.book, key, self.read.down[key[0]])).strip("_")
        usable = found.isascii() and found.isidentifier() and not keyword.iskeyword(found)
        taken = {*self.labels.values(), *FUNCTIONS, "pi"}
        self.labels[plain] = found if usable and found not in taken else plain
        return plain

    def _add(self, keys: list[Key]) -> str:
        """Add a cell, given in every update, with all cells that it is computed from; its name."""
        graph, descent = self.read.graph, self.read.descent
        keys = [original(graph, key) for key in keys]
        first = keys[0]
        if first in self.names:
            return self.names[first]
        if descent.latest.get(first, -1) < 0:
            return self._typed(keys)
        nodes = [graph.nodes[key] for key in keys if key in graph.nodes]
        if len(nodes) < len(keys) or len(self.lines) >= MOST_DATA_COLUMNS:
            raise Outside("its loss takes too many cells, or some of other updates")
        tree = self._tree(nodes)
        name = self.names[first] = self._called(first, f"c{len(self.lines) + 1}")
        self.lines.append((name, tree))
        return name

    def _typed(self, keys: list[Key]) -> str:
        values = [number(self.read.book.values.get(key, 0.0)) for key in keys]
        if any(value != value for value in values):
            raise Outside(f"{address(keys[0])} holds no number")
        if len(set(keys)) == 1:
            name = self._called(keys[0], f"k{len(self.constants) + 1}")
            self.constants[name] = values[0]
        else:
            name = self._called(keys[0], f"x{len(self.columns) + 1}")
            self.columns[name] = values
        self.names[keys[0]] = name
        return name

    def _tree(self, nodes: Sequence[Node]) -> ast.expr:
        """A formula as an expression with names for its references."""

        def leaf(index: int) -> list[ast.expr]:
            cells = [cells_of(node.inputs[index]) for node in nodes]
            if len({len(one) for one in cells}) != 1:
                raise Outside("its ranges differ in size")
            return [ast.Name(self._add(list(one))) for one in zip(*cells, strict=True)]

        return written_out(nodes, leaf)

    def text(self, named: bool) -> str:
        """The model as the text of a function; with ``named``, the sheet's labels are its names."""
        names = self.labels if named else {one: one for one in self.labels}

        class Put(ast.NodeTransformer):
            def visit_Call(self, node: ast.Call) -> ast.expr:
                return ast.Call(node.func, [self.visit(one) for one in node.args], [])

            def visit_Name(self, node: ast.Name) -> ast.expr:
                return ast.Name(names.get(node.id, node.id))

        given = [names[one] for one in self.columns]
        given += [f"{names[one]}={value!r}" for one, value in self.parameters.items()]
        if self.constants:
            given += ["*", *(f"{names[one]}={value!r}" for one, value in self.constants.items())]
        lines = [f"def sheet({', '.join(given)}):"]
        for name, tree in self.lines:
            # The trees get only new names here; the lines are parsed again as text.
            copied = ast.parse(ast.unparse(tree), mode="eval").body
            lines.append(f"    {names[name]} = {ast.unparse(Put().visit(copied))}")
        return "\n".join([*lines, f"    return {', '.join(names[one] for one, _ in self.lines)},"])
