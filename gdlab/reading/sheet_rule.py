"""Write a sheet's rule as a function of the grammar: what its updates subtract.

For a sheet whose rule is not registered, or is registered in another form. The rule is used only
for the sheet's run; it is not registered.
"""

import ast
import keyword
import re
from collections.abc import Sequence

from gdlab.core.registry import GIVEN, Rule, as_rule
from gdlab.language.grammar import FUNCTIONS, GrammarError
from gdlab.language.reader import read_text
from gdlab.reading.book import Key, address
from gdlab.reading.graph import Node, is_cell, number
from gdlab.reading.labels import label
from gdlab.reading.read import Read
from gdlab.reading.updates import original
from gdlab.reading.written_out import Outside, written_out

MOST_RULE_LINES, MOST_RULE_UPDATES = 40, 5_000
TAKEN = frozenset({*GIVEN, *FUNCTIONS, "pi", "step", "gradient"})


def sheet_rule(read: Read, factor: float = 1.0) -> Rule:
    """The rule of all parameters of a descent; raises Outside with the reason if there is none.

    The sheet's gradients are ``factor`` times the derivatives passed to the rule.
    """
    if read.method is not None:
        raise Outside("an update takes more than its own gradient")
    if read.descent.updates > MOST_RULE_UPDATES:
        raise Outside("there are too many updates")
    why: Outside | None = None
    for first in (0, 1):
        try:
            written = [_RuleOfOne(read, number, first, factor) for number in range(len(read.shown))]
        except Outside as error:
            # The first row has another form, such as (1 - beta)*g: the state before it is 0.
            why = why or error
            continue
        if len({one.text({}) for one in written}) > 1:
            raise Outside("its parameters are updated by several rules")
        for names in (_named(read, written), {}):
            try:
                return as_rule(read_text(written[0].text(names)))
            except (GrammarError, SyntaxError):
                continue
        raise Outside("its update is outside the grammar")
    assert why is not None
    raise why


class _RuleOfOne:
    """The formulas from one parameter's gradient to the step, in order.

    A formula is examined in all updates from ``first``, side by side.
    """

    def __init__(self, read: Read, chain: int, first: int, factor: float) -> None:
        self.read, self.first = read, first
        self.chain = read.descent.chains[chain]
        updates = range(first, len(self.chain.updates))
        if not updates or any((chain, step) not in read.cells for step in updates):
            raise Outside("no cell is known to be the gradient of every update")
        self.gradients = [original(read.graph, read.cells[chain, step]) for step in updates]
        self.others = {original(read.graph, one) for one in read.cells.values()}
        self.names: dict[tuple[Key, ...], str] = {}
        # The cells of a state or constant by its plain name, to find its label.
        self.constants: dict[str, tuple[float, Key]] = {}
        self.starts: dict[str, tuple[float, Key]] = {}
        self.lines: list[tuple[str, ast.expr]] = []
        self.gradient = "g"
        if factor != 1.0:
            self.gradient = "gradient"
            scaled = ast.BinOp(ast.Constant(factor), ast.Mult(), ast.Name("g"))
            self.lines.append(("gradient", scaled))
        self.waiting: list[tuple[str, list[Key]]] = []
        # The columns whose formulas are being added.
        self.open: list[list[Key]] = []
        nodes = [read.graph.nodes[key] for key in self.chain.updates[first:]]
        rests = [
            read.sites.rest(new, leaf)
            for new, leaf in zip(self.chain.updates[first:], self.chain.leaves[first:], strict=True)
        ]
        self.rest = self._tree(nodes, rests)
        carried = {}
        while self.waiting:
            name, keys = self.waiting.pop(0)
            carried[name] = self._add(keys)
        self.carried = {name: carried[name] for name in self.starts}

    def _tree(self, nodes: Sequence[Node], parts: Sequence[ast.expr] | None = None) -> ast.expr:
        def leaf(index: int) -> list[ast.expr]:
            keys = [one for node in nodes if is_cell(one := node.inputs[index])]
            if len(keys) < len(nodes):
                raise Outside("an update takes a range of cells")
            return [ast.Name(self._add(keys))]

        return written_out(nodes, leaf, parts)

    def _add(self, keys: list[Key]) -> str:
        """Add a cell, given in every update, with all cells that it is computed from; its name."""
        graph, latest = self.read.graph, self.read.descent.latest
        keys = [original(graph, key) for key in keys]
        # Two states may start with the same typed 0.
        at = tuple(keys[:2])
        if at in self.names:
            return self.names[at]
        steps = range(self.first, self.first + len(keys))
        depths = [latest.get(key, -1) for key in keys]
        if keys == self.gradients[: len(keys)]:
            found = self.gradient
        elif keys == self.chain.cells[self.first : self.first + len(keys)]:
            found = "w"
        elif self.others.intersection(keys) and depths == list(steps):
            raise Outside("an update takes the gradients of other parameters")
        elif depths == [-1] * len(keys):
            found = self._typed(keys)
        elif len(keys) > 1 and depths[1:] == [one - 1 for one in steps[1:]]:
            found = self._state(keys)
        elif depths == list(steps):
            if len(self.lines) >= MOST_RULE_LINES or any(key not in graph.nodes for key in keys):
                raise Outside("an update takes more than its own gradient")
            tree = self._tree([graph.nodes[key] for key in keys])
            found = f"part_{len(self.lines) + 1}"
            self.lines.append((found, tree))
        else:
            raise Outside("an update takes cells of updates before the last one")
        self.names[at] = found
        return found

    def _state(self, keys: list[Key]) -> str:
        """Add a state from the previous update; its start value is typed, or 0."""
        start = 0.0
        if self.first == 0:
            start = number(self.read.book.values.get(keys[0], 0.0))
        elif self.read.descent.latest.get(keys[0], -1) > 0:
            raise Outside("an update takes cells of updates before the last one")
        if start != start:
            raise Outside("what the first update starts from is not a number")
        name = f"state_{len(self.starts) + 1}"
        self.starts[name] = start, keys[1]
        self.waiting.append((name, keys[1:]))
        return f"{name}_prev"

    def _typed(self, keys: list[Key]) -> str:
        """Add a constant, or the number of the update if a column counts the updates."""
        values = [number(self.read.book.values.get(key, 0.0)) for key in keys]
        if any(value != value for value in values):
            raise Outside(f"{address(keys[0])} holds no number")
        if len(set(values)) == 1:
            name = f"constant_{len(self.constants) + 1}"
            self.constants[name] = values[0], keys[0]
            return name
        if values == [step + 1 for step in range(self.first, self.first + len(keys))]:
            return "t"
        if values == list(range(self.first, self.first + len(keys))):
            name = f"part_{len(self.lines) + 1}"
            self.lines.append((name, ast.BinOp(ast.Name("t"), ast.Sub(), ast.Constant(1))))
            return name
        return self._computed(keys)

    def _computed(self, keys: list[Key]) -> str:
        """Add a computed number that differs by update, such as a decaying rate."""
        nodes = [self.read.graph.nodes[key] for key in keys if key in self.read.graph.nodes]
        if len(nodes) < len(keys) or len(self.lines) >= MOST_RULE_LINES or keys in self.open:
            raise Outside(f"{address(keys[0])} is a different number in every update")
        for waiting in self.open:
            # Its value in the previous update.
            if keys[1:] == waiting[: len(keys) - 1]:
                return self._state(keys)
        self.open.append(keys)
        tree = self._tree(nodes)
        self.open.remove(keys)
        name = f"part_{len(self.lines) + 1}"
        self.lines.append((name, tree))
        return name

    def text(self, names: dict[str, str]) -> str:
        """The rule as the text of a function, with other names for some plain names."""

        def put(name: str) -> str:
            plain = name.removesuffix("_prev")
            return names.get(plain, plain) + name[len(plain) :]

        def put_all(tree: ast.expr) -> str:
            text = ast.unparse(tree)
            return re.sub(r"\b(?:state|constant|part)_\d+(?:_prev)?\b", lambda m: put(m[0]), text)

        lines = [f"    {put(name)} = {put_all(tree)}" for name, tree in self.lines]
        for name, source in self.carried.items():
            lines.append(f"    {put(name)} = {put(source)}")
        lines.append(f"    step = {put_all(_negative(self.rest))}")
        body = "\n".join(lines)
        given = ["g", *(one for one in ("w", "t") if re.search(rf"\b{one}\b", body))]
        given += [f"{put(name)}_prev={start!r}" for name, (start, _) in self.starts.items()]
        given += [f"{put(name)}={value!r}" for name, (value, _) in self.constants.items()]
        carried = "".join(f"{put(name)}, " for name in self.carried)
        shown = "".join(f"{put(name)}, " for name, _ in self.lines)
        return (
            f"def sheets_rule({', '.join(given)}):\n"
            f'    """The update as the sheet writes it."""\n{body}\n'
            f"    return ({carried}), ({shown}step,)"
        )


def _negative(tree: ast.expr) -> ast.expr:
    """What is subtracted, from what is added."""
    match tree:
        case ast.UnaryOp(ast.USub(), operand):
            return operand
        case ast.BinOp(ast.Constant(-1), ast.Mult(), right):
            return right
        case ast.BinOp(left, ast.Mult() | ast.Div() as op, right):
            return ast.BinOp(_negative(left), op, right)
    return ast.UnaryOp(ast.USub(), tree)


def _shared(texts: Sequence[str]) -> str:
    """The common prefix of some texts."""
    first, last = min(texts), max(texts)
    count = next((at for at, letter in enumerate(first) if last[at] != letter), len(first))
    return first[:count]


def _named(read: Read, written: Sequence[_RuleOfOne]) -> dict[str, str]:
    """The sheet's label for each plain name, if a function can use it as a name."""
    found: dict[str, str] = {}
    for name in [*written[0].constants, *written[0].starts]:
        keys = [({**one.constants, **one.starts})[name][1] for one in written]
        labels = [label(read.book, key, read.down[key[0]]) for key in keys]
        # The "v" of "v b" and "v m".
        text = labels[0] if len(set(labels)) == 1 else _shared(labels)
        word = re.sub(r"\W+", "_", text).strip("_")
        usable = word.isascii() and word.isidentifier() and not keyword.iskeyword(word)
        if usable and word not in {*TAKEN, *found.values()} and not word.endswith("_prev"):
            found[name] = word
    return found
