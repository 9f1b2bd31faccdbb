"""Find the gradient of each update: in a cell, or within the update's own formula."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gdlab.reading.book import Key, Value
from gdlab.reading.calculate import calculate
from gdlab.reading.descent import Chain, Descent
from gdlab.reading.graph import NAN, Graph, Node, cells_of, is_cell
from gdlab.reading.steps import Steps
from gdlab.reading.templates import Template, leaf_number
from gdlab.reading.trees import (
    core_of,
    factors,
    leaves,
    leaves_of_tests,
    limits,
    product_around,
    replaced,
    split,
    without,
)
from gdlab.reading.updates import original

CELL, INLINE, WIDE, MOVING, STEP, LIMITED = (
    "cell", "inline", "wide", "moving", "step", "limited",
)  # fmt: skip


@dataclass(frozen=True)
class Site:
    """What one update uses as the gradient: a cell, or a part of a cell's formula.

    ``part`` is the gradient; ``core`` is the part of ``tree`` that equals ``rest`` times it;
    ``added`` is the reference missing from ``tree``: the parameter of an update.
    """

    cell: Key
    part: ast.expr | None = None
    core: ast.expr | None = None
    rest: ast.expr | None = None
    tree: ast.expr | None = None
    added: int | None = None

    @property
    def has_no_rate(self) -> bool:
        """Whether it is part of a formula without a reference to a rate."""
        return self.part is not None and (self.rest is None or not leaves(self.rest))

    @property
    def typed_rate(self) -> float | None:
        """The one number below 1 that it is multiplied by, which is a rate and no square's 2."""
        parts = factors(self.part) if self.part is not None else []
        numbers = [
            one.value
            for one, is_below in parts
            if isinstance(one, ast.Constant)
            and isinstance(one.value, float)
            and not is_below
            and 0 < one.value < 1
        ]
        return numbers[0] if len(numbers) == 1 else None

    def with_rate(self, rate: float) -> "Site":
        """A copy in which a number of the part is the rate instead."""
        assert self.part is not None
        part = ast.BinOp(self.part, ast.Div(), ast.Constant(rate))
        rest: ast.expr = ast.Constant(rate)
        if self.rest is not None:
            rest = ast.BinOp(self.rest, ast.Mult(), rest)
        return replace(self, part=part, rest=rest)


class Sites:
    """Find the gradients of one descent's updates."""

    def __init__(self, graph: Graph, descent: Descent, steps: Steps) -> None:
        self.graph, self.descent, self.roles = graph, descent, steps.roles
        self.made: dict[tuple[int, str], tuple[Template, Template, Template]] = {}
        # The cell with the formula that a gradient is part of.
        self.inside: dict[Key, Key] = {}
        # The formulas before their gradients became separate cells.
        self.whole: dict[Key, Node] = {}
        # New cells to be computed before a cell, not yet in the graph's order.
        self.before: dict[Key, list[Key]] = {}
        updates = descent.chains[0].updates
        self.down = len(updates) < 2 or updates[0][2] == updates[1][2]
        parameters = {cell for chain in descent.chains for cell in chain.cells}
        self.parameters = parameters
        # The rest of an update's formula, and a tree's references, computed once for all rows.
        self.rests: dict[tuple[Template, int], ast.expr] = {}
        self.found: dict[int, tuple[ast.expr, list[int]]] = {}
        self.rates: dict[int, set[Key]] = {}
        # Cells typed or computed before the descent and used between the parameters and a loss.
        self.forward: set[Key] = set()
        news = {new for chain in descent.chains for new in chain.updates}
        # A column of steps, which include the rate, does not lead to a loss.
        taken = {steps.roles.get(key) for key in self._bare_steps()}
        # In the first step a state has no predecessor, so it looks like any other cell.
        later = {steps.roles[key] for step, cells in steps.cells.items() if step for key in cells}
        for step, cells in steps.cells.items():
            for key in cells:
                if (
                    key in news
                    or steps.roles[key] in taken
                    or not (step or steps.roles[key] in later or descent.updates == 1)
                ):
                    continue
                self.forward.update(
                    original(graph, one)
                    for one in graph.nodes[key].cells
                    if one not in descent.latest and one not in parameters
                )

    def _bare_steps(self) -> set[Key]:
        """The cells that updates subtract without a factor."""
        found = set()
        for chain in self.descent.chains:
            for new, leaf in zip(chain.updates, chain.leaves, strict=True):
                tree = self.rest(new, leaf)
                taken = leaf_number(tree.operand if isinstance(tree, ast.UnaryOp) else tree)
                one = self.graph.nodes[new].inputs[taken] if taken is not None else ()
                if is_cell(one):
                    found.add(one)
        return found

    def rest(self, new: Key, leaf: int) -> ast.expr:
        """What an update subtracts or adds, computed once for all rows."""
        template = self.graph.nodes[new].template
        where = template, leaf
        if where not in self.rests:
            self.rests[where] = without(template.tree, leaf)
        return self.rests[where]

    def find(self, chain: Chain, step: int, variant: str) -> Site | None:
        """The gradient of one update: a cell or a part of a formula."""
        new = chain.updates[step]
        tree = self.rest(new, chain.leaves[step])
        twin = chain.updates[1] if step == 0 and len(chain.updates) > 1 else None
        if variant == CELL:
            return self._cell(new, tree, step, twin)
        if variant == LIMITED:
            return self._limited(self._cell(new, tree, step, twin), step)
        if variant == STEP:
            return self._step(new, tree, step, twin)
        wide = variant if variant in (WIDE, MOVING) else ""
        return self._inline(new, tree, step, chain.leaves[step], twin, wide=wide)

    def again(self, chain: Chain, step: int, before: Site | None) -> Site | None:
        """The cell that an update takes as the one before does, of the same formula."""
        if before is None or before.part is not None or step < 2:
            return None
        last, new = (self.graph.nodes[chain.updates[at]] for at in (step - 1, step))
        if new.template is not last.template or before.cell not in last.inputs:
            return None
        cell = new.inputs[last.inputs.index(before.cell)]
        role = self.roles.get(before.cell)
        if not is_cell(cell) or role is None or self.roles.get(cell) != role:
            return None
        return Site(cell)

    def taken(self, chain: Chain, step: int) -> Site | None:
        """The only cell with a formula that an update uses, even if it depends on other updates."""
        new = chain.updates[step]
        node, tree = self.graph.nodes[new], self.rest(new, chain.leaves[step])
        keys = [one for leaf in self._leaves(tree) if is_cell(one := node.inputs[leaf])]
        found = [one for one in keys if one in self.graph.nodes and one in self.descent.latest]
        return Site(found[0]) if len(found) == 1 else None

    def is_late(self, chain: Chain) -> bool:
        """Whether updates use the gradient at the previous parameters, from the row above.

        False if that cell is a state, computed from its own previous value.
        """
        step = len(chain.updates) // 2
        site = self.taken(chain, step)
        if site is None or self.descent.latest[site.cell] != step - 1:
            return False
        template = self.graph.nodes[site.cell].template
        stack, seen = list(self.graph.nodes[site.cell].cells), {site.cell}
        while stack:
            key = stack.pop()
            if key in seen or key in self.parameters or key not in self.graph.nodes:
                continue
            seen.add(key)
            if self.graph.nodes[key].template is template:
                return False
            stack += self.graph.nodes[key].cells
        return True

    def _live(self, node: Node, tree: ast.expr, step: int) -> tuple[list[int], list[int]]:
        """The leaves that depend on this step's parameters: cells and parameters."""
        cells: list[int] = []
        parameters: list[int] = []
        for leaf in self._leaves(tree):
            one = node.inputs[leaf]
            keys = cells_of(one)
            live = [key for key in keys if self._is_live(key, step)]
            if not live:
                continue
            is_parameter = all(
                original(self.graph, key) not in self.graph.nodes
                or self._is_parameter(original(self.graph, key))
                for key in live
            )
            (parameters if is_parameter else cells).append(leaf)
        return cells, parameters

    def _is_live(self, key: Key, step: int) -> bool:
        """Whether a cell depends on an update's parameters, old or already updated."""
        latest = self.descent.latest.get(key, -1)
        return latest == step or (latest == step + 1 and self.descent.earliest[key] <= step)

    def _holds_parameter(self, one: Key | tuple[Key, ...]) -> bool:
        """Whether a reference is to a parameter, old or already updated."""
        return any(self._is_parameter(original(self.graph, key)) for key in cells_of(one))

    def _is_parameter(self, key: Key) -> bool:
        return key in self.parameters

    def _leaves(self, tree: ast.expr) -> list[int]:
        known = self.found.get(id(tree))
        if known is None:
            # The tree is kept too, so that its id is not used again for another.
            known = self.found[id(tree)] = tree, leaves(tree)
        return known[1]

    def _twin(self, cell: Key, leaf: int, twin: Key | None) -> Key | None:
        """The cell of the second update that corresponds to a cell of the first.

        Only the second update shows that a cell is a state: the first has no predecessor.
        """
        if twin is None:
            return None
        here, there = self.graph.nodes[cell], self.graph.nodes[twin]
        if len(here.inputs) != len(there.inputs):
            return None
        one = there.inputs[leaf]
        return one if is_cell(one) else None

    def _is_state(self, key: Key, step: int, twin: Key | None) -> bool:
        if self.descent.earliest[key] < step:
            return True
        return twin is not None and self.descent.earliest.get(twin, 1) < 1

    def _cell(
        self, cell: Key, tree: ast.expr, step: int, twin: Key | None, depth: int = 0
    ) -> Site | None:
        node = self.graph.nodes[cell]
        cells, _ = self._live(node, tree, step)
        if len(cells) > 1 and not depth:
            rates = self.computed_rates(step)
            cells = [leaf for leaf in cells if node.inputs[leaf] not in rates]
        found: set[Site | None] = set()
        for leaf in cells:
            one = node.inputs[leaf]
            if not is_cell(one) or depth > 20:
                return None
            key = one
            other = self._twin(cell, leaf, twin)
            inner = self.graph.nodes[key].template.tree
            if not self._is_state(key, step, other) or inner is None:
                found.add(Site(key))
            elif not self._is_switched(key, step):
                found.add(self._cell(key, inner, step, other, depth + 1))
        return found.pop() if len(found) == 1 else None

    def computed_rates(self, step: int) -> set[Key]:
        """The cells that are a factor of what every update of a step subtracts."""
        if step not in self.rates:
            found: list[set[Key]] = []
            for chain in self.descent.chains:
                if step >= len(chain.updates):
                    return set()
                new = chain.updates[step]
                tree = self.rest(new, chain.leaves[step])
                keys = [
                    one for part, _ in factors(tree) if is_cell(one := self._cell_at(new, part))
                ]
                live, _ = self._live(self.graph.nodes[new], tree, step)
                moving = {self.graph.nodes[new].inputs[leaf] for leaf in live}
                # An error that every update multiplies its own input by is no rate.
                found.append({key for key in keys if key in moving and len(moving) > 1})
            self.rates[step] = set.intersection(*found) if len(found) > 1 else set()
        return self.rates[step]

    def _common_factors(self, step: int) -> set[Key]:
        """The cells that all parameters' updates of a step are multiplied by."""
        found = []
        for chain in self.descent.chains:
            if step < len(chain.updates):
                new = chain.updates[step]
                parts = factors(self.rest(new, chain.leaves[step]))
                found.append({one for part, _ in parts if is_cell(one := self._cell_at(new, part))})
        return set.intersection(*found) if len(found) > 1 else set()

    def _cell_at(self, cell: Key, part: ast.expr) -> Key | tuple[Key, ...]:
        leaf = leaf_number(part)
        return self.graph.nodes[cell].inputs[leaf] if leaf is not None else ()

    def _is_switched(self, key: Key, step: int) -> bool:
        """Whether a state depends on the step only in a condition, as an adaptive rate does."""
        node = self.graph.nodes[key]
        looked_at = leaves_of_tests(node.template.tree)
        if not looked_at:
            return False
        live, _ = self._live(node, node.template.tree or ast.Constant(0), step)
        return bool(live) and looked_at.issuperset(live)

    def _limited(self, site: Site | None, step: int) -> Site | None:
        """The gradient that a cell limits by a minimum or maximum with typed numbers."""
        while site is not None and site.part is None:
            node = self.graph.nodes[site.cell]
            tree = node.template.tree
            cells, parameters = self._live(node, tree, step) if tree is not None else ([], [])
            if len(cells) != 1 or parameters or not limits(tree, cells[0]):
                return None
            one = node.inputs[cells[0]]
            if not is_cell(one) or one not in self.graph.nodes:
                return None
            site = Site(one)
            inner = self.graph.nodes[one].template.tree
            if inner is not None and not limits(inner):
                return site
        return None

    def _step(self, new: Key, tree: ast.expr, step: int, twin: Key | None) -> Site | None:
        """The gradient used in a column of steps, which contains the rate times the gradient.

        The update subtracts such a cell unchanged; a number in it, such as 2, is no rate.
        """
        bare = tree.operand if isinstance(tree, ast.UnaryOp) else tree
        leaf = leaf_number(bare)
        cells, _ = self._live(self.graph.nodes[new], tree, step)
        if leaf is None or cells != [leaf]:
            return None
        key = self.graph.nodes[new].inputs[leaf]
        assert is_cell(key)
        other = self._twin(new, leaf, twin)
        inner = self.graph.nodes[key].template.tree
        if self._is_state(key, step, other) or inner is None:
            return None
        site = self._inline(key, inner, step, None, other)
        if site is None or site.cell != key or site.part is None:
            return None
        parts = [one for one, _ in factors(site.part) if not isinstance(one, ast.Constant)]
        alone = leaf_number(parts[0]) if len(parts) == 1 else None
        gradient = self.graph.nodes[key].inputs[alone] if alone is not None else ()
        if is_cell(gradient) and gradient in self.graph.nodes:
            return Site(gradient)
        return site if site.rest is not None and leaves(site.rest) else None

    def _inline(
        self,
        cell: Key,
        tree: ast.expr,
        step: int,
        added: int | None,
        twin: Key | None,
        depth: int = 0,
        wide: str = "",
    ) -> Site | None:
        node = self.graph.nodes[cell]
        cells, parameters = self._live(node, tree, step)
        if len(cells) == 1 and depth < 20:
            one = node.inputs[cells[0]]
            if is_cell(one):
                key = one
                inner = self.graph.nodes[key].template.tree
                other = self._twin(cell, cells[0], twin)
                if self._is_state(key, step, other) and inner is not None:
                    return self._inline(key, inner, step, None, other, depth + 1, wide)
        if any(self._remembers(cell, leaf, step, twin) for leaf in cells):
            return None
        wanted = set(cells or parameters) | {
            leaf for leaf in leaves(tree) if self._is_data(node.inputs[leaf])
        }
        if wide == MOVING:
            # A reference that moves with the updates may be data, though the loss refers to it
            # elsewhere.
            # What every update is multiplied by is a rate from a column.
            rates = self._common_factors(step)
            moving = {leaf for leaf in leaves(tree) if self._moves_on(node, leaf)}
            wanted |= {leaf for leaf in moving if node.inputs[leaf] not in rates}
        if not wanted:
            return None
        # A function of the parameter only: everything that is subtracted, as in x - 0.1*2*x.
        core = core_of(tree, wanted) if cells else tree
        if cells:
            around = product_around(tree, core)
            # A parameter that is a factor of an error, as in a product of two parameters.
            beside = {leaf for leaf in leaves(around) if self._holds_parameter(node.inputs[leaf])}
            wanted |= beside
            if wide or beside:
                # Include numbers beside it: lr*2*error.
                core = around
        rest, part = split(core, wanted)
        return Site(cell, part, core, rest, tree, added)

    def _remembers(self, cell: Key, leaf: int, step: int, twin: Key | None) -> bool:
        other = self._twin(cell, leaf, twin)
        return any(
            self.descent.latest.get(key) == step and self._is_state(key, step, other)
            for key in cells_of(self.graph.nodes[cell].inputs[leaf])
        )

    def _is_data(self, one: Key | tuple[Key, ...]) -> bool:
        keys = cells_of(one)
        return any(original(self.graph, key) in self.forward for key in keys)

    def _moves_on(self, node: Node, leaf: int) -> bool:
        """Whether a reference moves from one typed cell to the next."""
        if leaf >= len(node.template.areas):
            return False
        first, last = node.template.areas[leaf]
        key = node.inputs[leaf]
        moves = last is None and not (first.row_fixed if self.down else first.column_fixed)
        return moves and is_cell(key) and key not in self.descent.latest

    def put(self, site: Site, chain: int, step: int) -> Key:
        """The cell of a gradient; a part of a formula becomes a new cell.

        Such a cell has a negative row, and the formula that it was part of refers to it.
        """
        if site.part is None or site.core is None or site.tree is None:
            return site.cell
        graph = self.graph
        node = graph.nodes[site.cell]
        key = (site.cell[0], -1 - step, chain + 1)
        made = self.made.get((id(node.template), ast.dump(site.core)))
        if made is None:
            leaf: ast.expr = ast.Name(f"_{len(node.template.areas)}")
            if site.rest is not None:
                leaf = ast.BinOp(site.rest, ast.Mult(), leaf)
            outer = replaced(site.tree, site.core, leaf)
            if site.added is not None:
                outer = ast.BinOp(ast.Name(f"_{site.added}"), ast.Add(), outer)
            area = node.template.areas[0]._replace(last=None)
            made = (
                Template(site.part, node.template.areas),
                Template(outer, (*node.template.areas, area)),
                node.template,
            )
            self.made[id(node.template), ast.dump(site.core)] = made
        self.whole.setdefault(site.cell, node)
        graph.nodes[key] = Node(made[0], node.inputs)
        graph.nodes[site.cell] = Node(made[1], (*node.inputs, key))
        self.before.setdefault(site.cell, []).append(key)
        self.descent.latest[key] = self.descent.earliest[key] = step
        self.inside[key] = site.cell
        return key

    def order(self) -> None:
        """Insert the new cells into the graph's topological order."""
        if self.before:
            self.graph.order = [
                one for key in self.graph.order for one in (*self.before.pop(key, ()), key)
            ]


def value_of(graph: Graph, site: Site, values: Mapping[Key, Value]) -> float:
    """The value of a gradient at a point; NaN if it has none."""
    if site.part is None:
        value = values.get(site.cell, NAN)
    else:
        node = graph.nodes[site.cell]
        template = Template(site.part, node.template.areas)
        value = calculate(graph, Node(template, node.inputs), values)
    return float(value) if isinstance(value, (int, float)) else NAN
