"""Find why a gradient is wrong: the change, in its formula or an earlier one, that corrects it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from gdlab.reading.anchors import moves_away
from gdlab.reading.at_updates import is_part, takes_another, unused, updates_of
from gdlab.reading.book import Key, Value, address
from gdlab.reading.calculate import calculate
from gdlab.reading.gradient_verdicts import Judged
from gdlab.reading.graph import Node, is_cell, number
from gdlab.reading.labels import ranges
from gdlab.reading.losses import RIGHT, SCALED, WRONG, same, slopes_of
from gdlab.reading.read import Read
from gdlab.reading.repairs import Repair, find_repair
from gdlab.reading.result import GRADIENT, Finding
from gdlab.reading.twin_gradients import find_twin
from gdlab.reading.updates import original
from gdlab.reading.upstream import Upstream, find_upstream, follows
from gdlab.reading.written import formula_text

Values = dict[Key, Value]
# Limits for trying a change in all cells of one formula, such as one for each sample.
MOST_ALIKE, MOST_FORMULAS, MOST_WORK = 60, 12, 30_000


class Causes:
    """Explains the wrong gradients of one descent, in the order in which they are computed."""

    def __init__(self, read: Read, judged: Sequence[Judged]) -> None:
        self.read = read
        self.wrong = [one for one in judged if one.verdict == WRONG]
        # The corrections made already, by step, and the steps that were searched for a common
        # cause.
        self.mended: dict[int, dict[Key, Node]] = {}
        self.shared: set[int] = set()
        # By step: a wrong cell that makes several gradients wrong, with these gradients.
        self.before: dict[int, tuple[Upstream, set[Key]]] = {}
        # A wrong gradient of each parameter that has been explained.
        self.seen: list[Judged] = []
        self.right = [one for one in judged if one.verdict in (RIGHT, SCALED)]

    def explain(self, ones: list[Judged]) -> tuple[str, tuple[Key, Finding] | None]:
        """Why the gradients of some updates are wrong, in words and as a finding; None if known."""
        read = self.read
        assert read.loss is not None
        ones = sorted(ones, key=lambda one: one.step)
        middle = ones[len(ones) // 2]
        step = middle.step
        loss = read.loss_words(step)
        slopes = [
            slopes_of(read.graph, read.steps, read.loss.role, values, [step])
            for values in read.points
        ]
        wanted = _wanted(read, middle, slopes)
        because = f"not the derivative of {loss}" if loss else "not right"
        changed = self.mended.setdefault(step, {})
        if changed and agree(recomputed(read, step, changed, middle.cell), wanted):
            words = read.say(next(iter(changed)))
            return f"{because}: it follows from {words}, which is wrong", None
        for one in self.seen:
            source = read.cells.get((one.chain, step))
            if source is not None and follows(
                read, step, middle.cell, wanted,
                {source: _wanted(read, replace(one, step=step), slopes)},
            ):  # fmt: skip
                return f"{because}: it follows from {read.say(source)}, which is wrong", None
        self.seen.append(middle)
        found, twin = None, None
        crossed = takes_another(read, ones, {one.chain for one in self.wrong})
        words = unused(read, middle, slopes) or crossed
        if not words:
            common = self._common(middle, slopes)
            known = common or self._upstream(middle, slopes, only_known=True)
            if known is not None:
                return known
            more = [] if changed else self._elsewhere(ones, step)
            words = moves_away(read, (middle.chain, step), wanted)
            if not words:
                found = find_cause(read, step, [(middle.cell, wanted)], changed, more)
            if not words and found is None and (before := self._upstream(middle, slopes)):
                return before
        if found is None:
            if not words and (twin := find_twin(read, middle.cell, wanted, self._right_at(step))):
                words = twin.because
            words = words or _in_ranges(read, middle.cell, wanted)
            because += f": {words}" if words else ""
        updates = updates_of(read, ones) if crossed or is_part(read, middle, self.right) else []
        keys = updates or [read.stands(one.cell) for one in ones]
        expected = None
        first = ones[0]
        if found is not None:
            cell, repair, group = found
            changed.update(group)
            if cell != middle.cell:
                return self._at_cause(middle, cell, repair, sorted({one.step for one in ones}))
            because += f": {repair.because}"
            if cell not in read.sites.inside:
                node = read.graph.node(first.cell, repair.node.template)
                expected = formula_text(read.book, first.cell, node)
        elif twin is not None and first.cell not in read.sites.inside:
            node = read.graph.node(first.cell, twin.node.template)
            expected = formula_text(read.book, first.cell, node)
            like = f"{address(first.cell)} would be {expected}"
            because = because.replace("it would be right", like)
        at = keys[0]
        own = first.cell if at == read.stands(first.cell) else at
        expected = expected if own == first.cell else None
        written = formula_text(read.book, at, read.graph.nodes[own])
        hint = f"this gradient of {read.name_of(middle.chain)} is not the derivative of the loss"
        cells = tuple(address(key) for key in keys)
        finding = Finding(
            read.book.sheets[at[0]], ranges(read.book, keys), GRADIENT, written, expected,
            because, hint, cells,
        )  # fmt: skip
        return because, (own, finding)

    def own_repair(self, one: Judged, factor: float) -> Repair | None:
        """The change of a gradient's own formula that makes it ``factor`` times the derivative."""
        read = self.read
        assert read.loss is not None
        if one.cell in read.sites.inside:
            return None
        slopes = [
            slopes_of(read.graph, read.steps, read.loss.role, values, [one.step])
            for values in read.points
        ]
        wanted = _wanted(read, replace(one, factor=factor), slopes)

        def fits(new: Node) -> bool:
            return agree((calculate(read.graph, new, values) for values in read.points), wanted)

        others = others_of(read, one.step, one.cell)
        node = read.graph.nodes[one.cell]
        return find_repair(read.graph, one.cell, node, others, fits, read.say)

    def _right_at(self, step: int) -> list[Key]:
        """The cells of the right gradients of one update."""
        return [one.cell for one in self.right if one.step == step]

    def _upstream(
        self, middle: Judged, slopes: list[dict[Key, float]], only_known: bool = False
    ) -> tuple[str, tuple[Key, Finding] | None] | None:
        """The earlier cell that makes a gradient wrong; it is reported only once."""
        read, step = self.read, middle.step
        known = self.before.get(step)
        if known is not None and middle.cell in known[1]:
            return f"in {read.say(known[0].cell)}, {known[0].because}", None
        if only_known:
            return None
        all_wrong = [one for one in self.wrong if one.step == step]
        for ones in (all_wrong, [middle]):
            targets = [(one.cell, _wanted(read, one, slopes)) for one in ones]
            found = find_upstream(read, step, targets)
            if found is not None:
                self.before[step] = found, {one.cell for one in ones}
                return f"in {read.say(found.cell)}, {found.because}", found.finding(read)
        return None

    def _elsewhere(self, ones: list[Judged], step: int) -> list["Elsewhere"]:
        """Wrong gradients of other updates with their right values, that a change must give."""
        read = self.read
        found: list[Elsewhere] = []
        assert read.loss is not None
        # Four consecutive updates have different data even if these alternate between 0 and 1.
        those = {one.step: one for one in (*ones[:4], ones[len(ones) // 3], ones[-1])}
        for one in those.values():
            if one.step != step and one.cell not in read.sites.inside:
                slopes = [
                    slopes_of(read.graph, read.steps, read.loss.role, values, [one.step])
                    for values in read.points
                ]
                found.append((one.step, one.cell, _wanted(read, one, slopes)))
        return found

    def _common(
        self, middle: Judged, slopes: list[dict[Key, float]]
    ) -> tuple[str, tuple[Key, Finding] | None] | None:
        """A single earlier formula that makes several gradients wrong."""
        read, step = self.read, middle.step
        those = [one for one in self.wrong if one.step == step and not unused(read, one, slopes)]
        if step in self.shared or len(those) < 2:
            return None
        self.shared.add(step)
        targets = [(one.cell, _wanted(read, one, slopes)) for one in those]
        found = find_cause(read, step, targets, {})
        if found is None or found[0] in {one.cell for one in those}:
            return None
        cell, repair, group = found
        self.mended[step] = dict(group)
        steps = sorted({one.step for one in self.wrong if one.chain == middle.chain})
        return self._at_cause(middle, cell, repair, steps)

    def _at_cause(
        self, middle: Judged, cell: Key, repair: Repair, steps: Sequence[int]
    ) -> tuple[str, tuple[Key, Finding]]:
        """The finding about the earlier cells that make gradients wrong."""
        read, step = self.read, middle.step
        role = read.steps.roles[cell]
        template = read.graph.nodes[cell].template
        keys: list[Key] = []
        for at in steps:
            own = [
                key
                for key in read.steps.cells[at]
                if read.steps.roles[key] == role and original(read.graph, key) == key
            ]
            # Another column may have the same role with other data.
            keys += [key for key in own if read.graph.nodes[key].template is template] or own
        of = f" of {loss}" if (loss := read.loss_words(step)) else ""
        because = f"the gradients after it are not the derivatives{of}: {repair.because}"
        first = keys[0]
        expected = formula_text(read.book, first, read.graph.node(first, repair.node.template))
        finding = Finding(
            read.book.sheets[first[0]], ranges(read.book, keys), GRADIENT,
            formula_text(read.book, first, read.graph.nodes[first]), expected, because,
            "the gradients after this are not the derivatives of the loss",
            tuple(address(key) for key in keys),
        )  # fmt: skip
        return f"not the derivative{of}: in {read.say(cell)}, {repair.because}", (first, finding)


def _in_ranges(read: Read, cell: Key, wanted: Sequence[float]) -> str:
    """The change that corrects a gradient over ranges inside an update's formula, in words."""
    at = read.stands(cell)
    node = read.sites.whole.get(at)
    chain = next((one for one in read.descent.chains if at in one.updates), None)
    if (
        node is None
        or chain is None
        or not (node.whole or any(not is_cell(x) for x in node.inputs))
    ):
        return ""
    step = chain.updates.index(at)
    targets = []
    for values, right in zip(read.points, wanted, strict=True):
        before, given = number(values.get(chain.cells[step])), number(values.get(cell))
        moved = calculate(read.graph, node, values) - before
        targets.append(before + moved * right / given if given else 0.0)

    def fits(changed: Node) -> bool:
        return agree((calculate(read.graph, changed, one) for one in read.points), targets)

    repair = find_repair(read.graph, at, node, others_of(read, step, at), fits, read.say)
    return repair.because if repair else ""


def _wanted(read: Read, one: Judged, slopes: list[dict[Key, float]]) -> list[float]:
    """The right values of a gradient, one for each point."""
    factor = one.factor if one.factor is not None else 1.0
    parameter = read.descent.chains[one.chain].cells[one.step]
    return [factor * slope.get(parameter, 0.0) for slope in slopes]


Targets = Sequence[tuple[Key, Sequence[float]]]
# A gradient of another update: the step, the cell, and its right values, one for each point.
Elsewhere = tuple[int, Key, Sequence[float]]


def find_cause(
    read: Read,
    step: int,
    targets: Targets,
    changed: dict[Key, Node],
    elsewhere: Sequence[Elsewhere] = (),
) -> tuple[Key, Repair, dict[Key, Node]] | None:
    """The cell with the faulty formula, the change that corrects it, and all changed nodes.

    ``targets`` are gradients with their right values at every point. One change must correct all of
    them, and those ``elsewhere`` that have the same formula.
    """
    work = 0
    inside = set(read.steps.cells[step])
    before = [read.before([cell], inside) | {cell} for cell, _ in targets]
    for group in _formulas(read, step, targets[0][0]):
        if any(cells.isdisjoint(group) for cells in before):
            continue  # a change here would not affect every gradient
        middle = group[len(group) // 2]
        node = read.graph.nodes[middle]
        work += len(group) * 400
        if work > MOST_WORK:
            return None

        def fits(new: Node, group: list[Key] = group) -> bool:
            nodes = changed | _alike(read, group, new)
            return all(
                agree(recomputed(read, step, nodes, cell), wanted) for cell, wanted in targets
            ) and all(_fits_too(read, group[0], new, one) for one in elsewhere)

        repair = find_repair(
            read.graph, middle, node, others_of(read, step, middle), fits, read.say
        )
        if repair is not None:
            return middle, repair, _alike(read, group, repair.node)
    return None


def _fits_too(read: Read, changed: Key, new: Node, elsewhere: Elsewhere) -> bool:
    """Whether a change corrects another update's gradient too, or does not apply to it."""
    step, cell, wanted = elsewhere
    template = read.graph.nodes[changed].template
    keys = [
        key for key in [*read.steps.cells[step], cell] if read.graph.nodes[key].template is template
    ]
    if not keys or changed in read.sites.inside:
        return True
    nodes = {key: read.graph.node(key, new.template) for key in keys}
    return agree(recomputed(read, step, nodes, cell), wanted)


def _alike(read: Read, group: list[Key], new: Node) -> dict[Key, Node]:
    """The nodes of cells with the same formula after a change; ``new`` is the middle one."""
    nodes = {key: read.graph.node(key, new.template) for key in group}
    nodes[group[len(group) // 2]] = new
    return nodes


def _formulas(read: Read, step: int, cell: Key) -> Iterator[list[Key]]:
    """Yield the cells that affect a gradient but not the loss, grouped by formula.

    The gradient itself comes first, then the nearest cells.
    """
    yield [cell]
    inside = set(read.steps.cells[step])
    loss = read.steps.of_role(read.graph, read.loss.role, step) if read.loss else []
    before = read.before(loss, inside) | set(loss)
    seen: set[int] = set()
    queue, known = [cell], {cell}
    while queue and len(seen) < MOST_FORMULAS:
        key = queue.pop(0)
        for one in read.graph.nodes[key].cells:
            if one in known or one not in inside or one in before:
                continue
            known.add(one)
            queue.append(one)
            template = read.graph.nodes[one].template
            if id(template) not in seen:
                seen.add(id(template))
                alike = [
                    other
                    for other in read.steps.cells[step]
                    if read.graph.nodes[other].template is template
                ]
                if len(alike) <= MOST_ALIKE:
                    yield alike


def recomputed(read: Read, step: int, changed: dict[Key, Node], cell: Key) -> Iterator[float]:
    """Yield the value of a cell at each point after some formulas of its step have changed."""
    if len(changed) == 1 and cell in changed:
        for values in read.points:
            yield calculate(read.graph, changed[cell], values)
        return
    needed = read.before([cell], set(read.steps.cells[step]))
    for values in read.points:
        point = values.copy()
        touched: set[Key] = set()
        for key in [*read.steps.cells[step], cell]:
            if key != cell and key not in needed:
                continue
            node = changed.get(key)
            if node is None and not touched.isdisjoint(read.graph.nodes[key].cells):
                node = read.graph.nodes[key]
            if node is not None:
                point[key] = calculate(read.graph, node, point)
                touched.add(key)
        yield number(point.get(cell))


def agree(values: Iterable[float], wanted: Sequence[float]) -> bool:
    """Whether all values are the wanted ones except for rounding."""
    return all(same(a, b) for a, b in zip(values, wanted, strict=True))


def others_of(read: Read, step: int, cell: Key) -> list[Key]:
    """The cells of a step that a formula might refer to, the nearest first."""
    found: dict[Key, None] = {}
    for key in read.steps.cells[step]:
        if key == cell:
            continue
        found[key] = None
        for one in read.graph.nodes[key].cells:
            if isinstance(read.book.values.get(one), float):
                found[one] = None
    for chain in read.descent.chains:
        if step < len(chain.cells):
            found[chain.cells[step]] = None
    found.pop(cell, None)
    near = sorted(
        found,
        key=lambda key: (key[0] != cell[0], abs(key[1] - cell[1]), abs(key[2] - cell[2])),
    )
    return near[:80]
