"""A stranger's loss as a model of the grammar: what its formulas compute in one update."""

import ast
import keyword
import re
from collections.abc import Callable, Sequence

from gdlab.core.model import Model, as_model
from gdlab.language.grammar import FUNCTIONS, GrammarError
from gdlab.language.reader import read_text
from gdlab.reading.book import Key
from gdlab.reading.graph import Node, cells_of, is_cell, number
from gdlab.reading.labels import label
from gdlab.reading.read import Read
from gdlab.reading.templates import leaf_number
from gdlab.reading.updates import original

MOST_DATA_COLUMNS, MOST_MODEL_UPDATES = 60, 5_000
Points = list[tuple[float, ...]]


class Outside(ValueError):
    """What no model of the grammar computes, or not the same in every update."""


def sheet_model(read: Read) -> tuple[Model, Points] | None:
    """The model, and the point of every update; None where the grammar cannot say it.

    One point is seen in an update. A model of no points, such as a function of two variables, has
    an empty list of them.
    """
    steps = range(read.descent.updates)
    if read.loss is None or len(steps) > MOST_MODEL_UPDATES:
        return None
    losses = [read.steps.of_role(read.graph, read.loss.role, step) for step in steps]
    if any(len(cells) != 1 for cells in losses):
        return None
    try:
        written = _Written(read, [cells[0] for cells in losses])
    except Outside:
        return None
    for named in (True, False):
        try:
            return as_model(read_text(written.text(named), keywords=True)), written.points
        except (GrammarError, SyntaxError):
            continue
    return None


class _Written:
    """The formulas from the parameters to the loss, in order, and the typed numbers in them.

    A formula is looked at in all updates side by side, so that its numbers come as columns.
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
        """A plain name, with the label that may stand for it."""
        found = re.sub(r"\W+", "_", label(self.read.book, key, self.read.down[key[0]])).strip("_")
        usable = found.isascii() and found.isidentifier() and not keyword.iskeyword(found)
        taken = {*self.labels.values(), *FUNCTIONS, "pi"}
        self.labels[plain] = found if usable and found not in taken else plain
        return plain

    def _add(self, keys: list[Key]) -> str:
        """The name of a cell, one cell in every update, with all that it is computed from."""
        graph, descent = self.read.graph, self.read.descent
        keys = [original(graph, key) for key in keys]
        first = keys[0]
        if first in self.names:
            return self.names[first]
        if descent.latest.get(first, -1) < 0:
            return self._typed(keys)
        nodes = [graph.nodes.get(key) for key in keys]
        if any(node is None for node in nodes) or len(self.lines) >= MOST_DATA_COLUMNS:
            raise Outside
        tree = self._tree([node for node in nodes if node is not None])
        name = self.names[first] = self._called(first, f"c{len(self.lines) + 1}")
        self.lines.append((name, tree))
        return name

    def _typed(self, keys: list[Key]) -> str:
        values = [number(self.read.book.values.get(key, 0.0)) for key in keys]
        if any(value != value for value in values):
            raise Outside
        if len(set(keys)) == 1:
            name = self._called(keys[0], f"k{len(self.constants) + 1}")
            self.constants[name] = values[0]
        else:
            name = self._called(keys[0], f"x{len(self.columns) + 1}")
            self.columns[name] = values
        self.names[keys[0]] = name
        return name

    def _tree(self, nodes: Sequence[Node]) -> ast.expr:
        """A formula as an expression of names."""
        tree = nodes[0].template.tree
        if tree is None or any(len(one.inputs) != len(nodes[0].inputs) for one in nodes):
            raise Outside

        def leaf(index: int) -> list[ast.expr]:
            cells = [cells_of(node.inputs[index]) for node in nodes]
            if len({len(one) for one in cells}) != 1:
                raise Outside
            return [ast.Name(self._add(list(one))) for one in zip(*cells, strict=True)]

        return _as_written(tree, leaf, [is_cell(one) for one in nodes[0].inputs])

    def text(self, named: bool) -> str:
        """The model as the text of a function; ``named`` takes the sheet's labels for names."""
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
            # Put makes new trees of names only; the lines are read as text again.
            copied = ast.parse(ast.unparse(tree), mode="eval").body
            lines.append(f"    {names[name]} = {ast.unparse(Put().visit(copied))}")
        return "\n".join([*lines, f"    return {', '.join(names[one] for one, _ in self.lines)},"])


def _as_written(
    tree: ast.expr, leaf: Callable[[int], list[ast.expr]], single: list[bool]
) -> ast.expr:
    """A template's tree in the grammar of models: powers as products, sums written out."""

    def walk(part: ast.expr) -> ast.expr:
        index = leaf_number(part)
        if index is not None:
            if not single[index]:
                raise Outside
            return leaf(index)[0]
        match part:
            case ast.BinOp(left, ast.Pow(), ast.Constant(int() | float() as power)):
                base = walk(left)
                if power in (2, 3, 4):
                    return _product([base] * int(power))
                return ast.BinOp(base, ast.Pow(), ast.Constant(float(power)))
            case ast.BinOp(left, op, right):
                return ast.BinOp(walk(left), op, walk(right))
            case ast.UnaryOp(op, operand):
                return ast.UnaryOp(op, walk(operand))
            case ast.IfExp(ast.Compare(left, ops, [right]), body, orelse):
                test = ast.Compare(walk(left), ops, [walk(right)])
                return ast.IfExp(test, walk(body), walk(orelse))
            case ast.Call(ast.Name("tanh"), [argument]):
                return _tanh(walk(argument))
            case ast.Call(ast.Name("SUM" | "SUMSQ" as name), arguments):
                return _sum([one for argument in arguments for one in flat(argument)], name)
            case ast.Call(ast.Name(name), arguments) if name in FUNCTIONS:
                return ast.Call(ast.Name(name), [walk(one) for one in arguments], [])
            case ast.Constant(int() | float()) | ast.Name("pi"):
                return part
        raise Outside

    def flat(argument: ast.expr) -> list[ast.expr]:
        index = leaf_number(argument)
        return leaf(index) if index is not None else [walk(argument)]

    return walk(tree)


def _tanh(of: ast.expr) -> ast.expr:
    """1 - 2/(exp(2*u) + 1)."""
    twice = ast.BinOp(ast.Constant(2), ast.Mult(), of)
    below = ast.BinOp(ast.Call(ast.Name("exp"), [twice], []), ast.Add(), ast.Constant(1))
    share = ast.BinOp(ast.Constant(2), ast.Div(), below)
    return ast.BinOp(ast.Constant(1), ast.Sub(), share)


def _sum(terms: list[ast.expr], name: str) -> ast.expr:
    if name == "SUMSQ":
        terms = [_product([one, one]) for one in terms]
    total = terms[0]
    for one in terms[1:]:
        total = ast.BinOp(total, ast.Add(), one)
    return total


def _product(parts: list[ast.expr]) -> ast.expr:
    tree = parts[0]
    for part in parts[1:]:
        tree = ast.BinOp(tree, ast.Mult(), part)
    return tree
