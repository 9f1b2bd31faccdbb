"""One descent as a table: what it is, how its gradients are, and what is wrong in them."""

import ast
from collections import Counter, defaultdict
from collections.abc import Sequence

from gdlab.reading.book import Key, Value, address, area
from gdlab.reading.descent import Chain, Descent, original
from gdlab.reading.graph import NAN, Graph, Node
from gdlab.reading.implied import implied
from gdlab.reading.labels import label, ranges, said
from gdlab.reading.line import Line, find_line
from gdlab.reading.losses import (
    RIGHT,
    SCALED,
    UNCHECKED,
    WRONG,
    Explained,
    Judged,
    Steps,
    find_loss,
    judge,
    place,
    same,
    slopes_of,
    steps_of,
)
from gdlab.reading.recognition import Recognised, recognise
from gdlab.reading.repairs import find_repair, formula_text, gives
from gdlab.reading.result import GRADIENT, UPDATE, Finding, Gradient, Parameter, Table
from gdlab.reading.sites import Sites
from gdlab.reading.words import table_words

Values = dict[Key, Value]
Found = list[tuple[Key, Finding]]


class Read:
    """One descent with all that was found out about it."""

    def __init__(
        self, graph: Graph, descent: Descent, points: Sequence[Values], down: dict[int, bool]
    ) -> None:
        self.graph, self.descent, self.points, self.down = graph, descent, list(points), down
        self.book = graph.book
        self.steps: Steps = steps_of(graph, descent)
        self.sites = Sites(graph, descent)
        self.loss: Explained | None = find_loss(
            graph, descent, self.steps, self.sites, self.points[:2]
        )
        self.cells = place(graph, descent, self.sites, self.loss)
        for values in self.points:
            for key in self.sites.inside:
                values[key] = graph.value(graph.nodes[key], values)
        self.line: Line | None = find_line(graph, descent, self.steps, self.points)
        self.shown = [self._shown(chain) for chain in descent.chains]

    def say(self, key: Key) -> str:
        """A cell in words."""
        return said(self.book, self.sites.inside.get(key, key), self.down[key[0]])

    def _shown(self, chain: Chain) -> list[Key]:
        """The cells that hold a parameter before every update: copies beside the step's cells."""
        copies: dict[Key, list[Key]] = defaultdict(list)
        wanted = set(chain.cells[:-1])
        for cells in self.steps.cells.values():
            for key in cells:
                if isinstance(self.graph.nodes[key].template.tree, ast.Name):
                    source = original(self.graph, key)
                    if source in wanted:
                        copies[source].append(key)
        alone = [copies[key][0] for key in chain.cells[:-1] if len(copies[key]) == 1]
        return alone if len(alone) == len(chain.updates) else chain.cells

    def stands(self, key: Key) -> Key:
        """The cell of the sheet that a gradient stands in."""
        return self.sites.inside.get(key, key)


def table_of(
    graph: Graph, descent: Descent, points: Sequence[Values], down: dict[int, bool]
) -> tuple[Table, Found]:
    """One descent's table, and what is wrong in it with the cell where it begins."""
    read = Read(graph, descent, points, down)
    line = read.line
    samples = descent.updates
    recognised = [
        recognise(graph, descent, number, read.cells, samples)
        for number in range(len(descent.chains))
    ]
    gradients, found = _gradients(read)
    rule, differs, hyper, wrong = _rule(read, recognised)
    found += wrong
    sheet = descent.chains[0].cells[0][0]
    if len({chain.cells[0][0] for chain in descent.chains}) == 1 and descent.chains[0].updates:
        sheet = descent.chains[0].updates[0][0] if _layout(read) != "sheets" else sheet
    table = Table(
        sheet=graph.book.sheets[sheet],
        range=_range(read, sheet),
        layout=_layout(read),
        rule=rule,
        differs=differs,
        model="line" if line else None,
        loss=_loss_cells(read),
        updates=descent.updates,
        parameters=_parameters(read),
        hyper={
            name: (value, address(cell) if cell else None) for name, (value, cell) in hyper.items()
        },
        gradients=gradients,
    )
    table.words = table_words(table, _labels(read, line), _named(read), bool(found))
    return table, found


def _labels(read: Read, line: Line | None) -> str:
    """The model in the sheet's own words: ``y = b + a*x``."""
    if line is None:
        return ""
    keys = [read.shown[number][0] for number in ((1, 0) if line.swapped else (0, 1))]
    names = [label(read.book, key, read.down[key[0]]) for key in keys]
    a, b = (
        name if name and len(name) <= 20 else plain for name, plain in zip(names, "bm", strict=True)
    )
    return f"y = {a} + {b}*x"


def _named(read: Read) -> dict[str, str]:
    """The ranges of gradients and loss as a person would name them: ``K (de/db)``."""
    found = {}
    for number, chain in enumerate(read.descent.chains):
        keys = [read.cells[number, k] for k in range(len(chain.cells)) if (number, k) in read.cells]
        for verdict_keys in (keys, keys[:-1]):
            if verdict_keys:
                stands = [read.stands(key) for key in verdict_keys]
                found[ranges(read.book, stands)] = read.say(verdict_keys[len(verdict_keys) // 2])
    if read.loss is not None:
        loss = _loss_cells(read)
        step = read.descent.updates // 2
        first = next(iter(read.steps.of_role(read.graph, read.loss.role, step)), None)
        if loss and first:
            found[loss] = read.say(first)
    return found


def _layout(read: Read) -> str:
    chain = read.descent.chains[0]
    cells = chain.updates if len(chain.updates) > 1 else chain.cells
    first, second = cells[0], cells[1]
    if first[0] != second[0]:
        return "sheets"
    rows, columns = second[1] - first[1], second[2] - first[2]
    if (rows, columns) == (1, 0):
        return "rows" if not _blocks(read) else "blocks"
    if (rows, columns) == (0, 1):
        return "columns" if not _blocks(read) else "blocks"
    return "blocks"


def _blocks(read: Read) -> bool:
    """Whether the cells of a step move otherwise than its parameters: blocks beside a table."""
    middle = read.descent.updates // 2
    chain = read.descent.chains[0]
    if middle + 1 >= len(chain.cells):
        return False
    here, there = read.steps.cells[middle], read.steps.cells[middle + 1]
    a, b = chain.cells[middle], chain.cells[middle + 1]
    move = b[1] - a[1], b[2] - a[2]
    moved = {(key[1] + move[0], key[2] + move[1]) for key in here}
    hits = sum((key[1], key[2]) in moved for key in there)
    return bool(there) and hits < len(there) / 2


def _range(read: Read, sheet: int) -> str:
    keys = [
        key
        for cells in read.steps.cells.values()
        for key in cells
        if key[0] == sheet and key[1] > 0
    ]
    keys += [
        key
        for chain in read.descent.chains
        for key in (*chain.updates, *chain.cells)
        if key[0] == sheet
    ]
    return area(keys)


def _loss_cells(read: Read) -> str | None:
    if read.loss is None:
        return None
    keys = [
        key
        for step in sorted(read.steps.cells)
        for key in read.steps.of_role(read.graph, read.loss.role, step)
    ]
    return ranges(read.book, keys) or None


def _parameters(read: Read) -> list[Parameter]:
    found = []
    for number, chain in enumerate(read.descent.chains):
        shown = read.shown[number]
        keys = [
            read.stands(read.cells[number, step])
            for step in range(len(chain.updates) + 1)
            if (number, step) in read.cells
        ]
        name = label(read.book, shown[0], read.down[shown[0][0]])
        found.append(
            Parameter(ranges(read.book, shown), name, ranges(read.book, keys) if keys else None)
        )
    return found


def _rule(
    read: Read, recognised: Sequence[Recognised | None]
) -> tuple[str | None, list[str], dict[str, tuple[float, Key | None]], Found]:
    """The table's rule, said by most of its parameters, and those whose update is another."""
    known = [one for one in recognised if one is not None]
    if not known:
        return None, [], {}, []
    usual = Counter((one.name, tuple(one.differs)) for one in known).most_common(1)[0][0]
    best = next(one for one in known if (one.name, tuple(one.differs)) == usual)
    differs = list(best.differs)
    ascent = "adds the step, where the rule subtracts it"
    found: Found = []
    for number, one in enumerate(recognised):
        up = one is not None and ascent in one.differs
        factor = read.loss.factors.get(number, 1.0) if read.loss else 1.0
        # Plus what is the negative of the derivative is a descent; so is the way up a likelihood.
        wrong_way = up != (factor < 0)
        if one is not None and wrong_way and read.loss is not None and _is_loss(read):
            found += _updates(read, number, "the step goes up the loss: + and - are exchanged")
        elif one is None or (one.name, tuple(one.differs)) != usual:
            if one is None:
                because = f"this update is not that of {usual[0]}, which the others follow"
            else:
                words = "; ".join(one.differs) or f"it is that of {one.name}"
                because = f"this update differs from the other parameters': {words}"
            found += _updates(read, number, because)
    negative = read.loss is not None and all(factor < 0 for factor in read.loss.factors.values())
    if ascent in differs and negative:
        differs.remove(ascent)
    name: str | None = best.name
    if name == "sgd" and not _samples_differ(read):
        name = "gradient descent"
    return name, differs, best.hyper, found


def _is_loss(read: Read) -> bool:
    """Whether the loss is one to be made small: nowhere below 0 where it was tried."""
    assert read.loss is not None
    keys = [
        key
        for step in list(read.steps.cells)[:20]
        for key in read.steps.of_role(read.graph, read.loss.role, step)
    ]
    numbers = [values.get(key, NAN) for values in read.points for key in keys]
    return all(not isinstance(one, (int, float)) or one != one or one >= 0 for one in numbers)


def _samples_differ(read: Read) -> bool:
    """Whether two updates see different data: one sample each, or one batch each."""
    middle = max(read.descent.updates // 2 - 1, 0)
    seen = []
    for step in (middle, middle + 1):
        values = sorted(
            str(read.book.values.get(original(read.graph, cell)))
            for key in read.steps.cells.get(step, [])
            for cell in read.graph.nodes[key].cells
            if cell not in read.descent.latest
        )
        seen.append(values)
    return bool(seen[1]) and seen[0] != seen[1]


def _updates(read: Read, number: int, because: str) -> Found:
    chain = read.descent.chains[number]
    keys = chain.updates
    first = keys[0]
    written = (
        formula_text(read.book, first, read.graph.nodes[first])
        if first not in read.sites.inside.values()
        else None
    )
    cells = tuple(address(key) for key in keys)
    finding = Finding(
        read.book.sheets[first[0]], ranges(read.book, keys), UPDATE, written, None, because,
        "this update is not the one that the rule has", cells,
    )  # fmt: skip
    return [(first, finding)]


def _gradients(read: Read) -> tuple[list[Gradient], Found]:
    """The verdict on every gradient, column by column, and what is wrong."""
    if read.loss is None:
        return without_loss(read)
    _extend(read)
    judged = judge(read.graph, read.descent, read.steps, read.loss, read.cells, read.points)
    gradients: list[Gradient] = []
    found: Found = []
    loss = _loss_cells(read)
    for number in range(len(read.descent.chains)):
        own = [one for one in judged if one.chain == number]
        groups: dict[str, list[Judged]] = defaultdict(list)
        for one in own:
            groups[one.verdict].append(one)
        of = _of(read, number)
        for verdict, ones in groups.items():
            because, factor = None, ones[0].factor
            if verdict == WRONG:
                because, findings = _wrong(read, ones)
                found += findings
                factor = None
            elif verdict == SCALED:
                because = _scaled(factor)
            elif verdict == UNCHECKED:
                because, factor = "it has no value to compare at the points tried", None
            keys = [read.stands(one.cell) for one in ones]
            gradients.append(Gradient(ranges(read.book, keys), of, loss, verdict, factor, because))
    return gradients, found


def _extend(read: Read) -> None:
    """The gradients of the row behind the last update, which no update uses."""
    for number, chain in enumerate(read.descent.chains):
        last = len(chain.updates)
        if last < 2 or (number, last - 1) not in read.cells:
            continue
        a, b = read.cells.get((number, last - 2)), read.cells[number, last - 1]
        if a is None or a in read.sites.inside or b in read.sites.inside or a[0] != b[0]:
            continue
        after = (b[0], 2 * b[1] - a[1], 2 * b[2] - a[2])
        node = read.graph.nodes.get(after)
        if (
            node is not None
            and node.template is read.graph.nodes[b].template
            and read.descent.latest.get(after) == last
        ):
            read.cells[number, last] = after


def _of(read: Read, number: int) -> str:
    shown = read.shown[number]
    name = label(read.book, shown[0], read.down[shown[0][0]])
    return name or ranges(read.book, shown)


def _scaled(factor: float | None) -> str:
    if factor is None:
        return "a constant times the derivative"
    if same(factor, -1.0):
        return "the negative of the derivative"
    if abs(factor) < 1 and same(round(1 / factor), 1 / factor, 1e-6):
        return f"the derivative divided by {round(1 / factor)}: a choice, not a slip"
    return f"{factor:.6g} times the derivative: a choice, not a slip"


def _wrong(read: Read, ones: list[Judged]) -> tuple[str, Found]:
    """Why some updates' gradients are wrong: what is said of most, and one finding a range."""
    number = ones[0].chain
    chain = read.descent.chains[number]
    graph, assert_loss = read.graph, read.loss
    assert assert_loss is not None
    middle = ones[len(ones) // 2]
    repair = None
    factor = middle.factor if middle.factor is not None else 1.0
    factors = [1.0, factor] if not same(factor, 1.0) else [1.0]
    slopes = [
        slopes_of(graph, read.steps, assert_loss.role, values, [middle.step])
        for values in read.points
    ]
    for k in factors:
        wanted = [k * one.get(chain.cells[middle.step], 0.0) for one in slopes]
        node = graph.nodes[middle.cell]
        others = _others(read, middle.step, middle.cell)
        repair = find_repair(
            graph, middle.cell, node, others, gives(graph, read.points, wanted), read.say
        )
        if repair:
            break
    loss = next(iter(read.steps.of_role(graph, assert_loss.role, middle.step)), None)
    of_loss = f" of the loss in {read.say(loss)}" if loss else ""
    because = f"not the derivative{of_loss}"
    if repair:
        because += f": {repair.because}"
    first = min(ones, key=lambda one: one.step)
    keys = [read.stands(one.cell) for one in sorted(ones, key=lambda one: one.step)]
    at = read.stands(first.cell)
    written = formula_text(read.book, at, graph.nodes[first.cell])
    expected = None
    if repair and middle.cell not in read.sites.inside:
        moved = _moved(read, repair.node, middle, first)
        expected = moved
    finding = Finding(
        read.book.sheets[at[0]],
        ranges(read.book, keys),
        GRADIENT,
        written,
        expected,
        because,
        f"this gradient of {_of(read, number)} is not the derivative of the loss",
        tuple(address(key) for key in keys),
    )
    return because, [(first.cell, finding)]


def _moved(read: Read, node: Node, middle: Judged, first: Judged) -> str | None:
    """The mended formula, as the first wrong cell would have it."""
    bound = read.graph.node(first.cell, node.template)
    return formula_text(read.book, first.cell, bound)


def _others(read: Read, step: int, cell: Key) -> list[Key]:
    """The cells of one step that may belong in a formula, the nearest first."""
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


def without_loss(read: Read) -> tuple[list[Gradient], Found]:
    """The gradients of a sheet without a loss: right where one function can have them all."""
    gradients: list[Gradient] = []
    found: Found = []
    step = read.descent.updates // 2
    verdicts = implied(
        read.graph, read.descent, read.steps, read.cells, read.points, read.line, step
    )
    for number, chain in enumerate(read.descent.chains):
        keys = [
            read.cells[number, at] for at in range(len(chain.updates)) if (number, at) in read.cells
        ]
        if not keys:
            continue
        stands = [read.stands(key) for key in keys]
        verdict = {True: RIGHT, False: WRONG, None: UNCHECKED}[verdicts[number]]
        because: str | None = "no loss stands on the sheet"
        if verdict == WRONG:
            because, finding = _not_of_one(read, number, step, stands)
            found.append((keys[0], finding))
        gradients.append(
            Gradient(
                ranges(read.book, stands), _of(read, number), None, verdict,
                1.0 if verdict == RIGHT else None, because,
            )
        )  # fmt: skip
    return gradients, found


def _not_of_one(read: Read, number: int, step: int, stands: list[Key]) -> tuple[str, Finding]:
    """A gradient that is not the derivative of the function whose derivative another is."""
    cell = read.cells[number, step]
    node = read.graph.nodes[cell]
    because = "not the derivative of the function whose derivatives the others are"

    def fits(changed: Node) -> bool:
        read.graph.nodes[cell] = changed
        try:
            verdicts = implied(
                read.graph, read.descent, read.steps, read.cells, read.points, read.line, step
            )
        finally:
            read.graph.nodes[cell] = node
        return all(verdicts)

    others = _others(read, step, cell)
    repair = find_repair(read.graph, cell, node, others, fits, read.say)
    expected = None
    if repair is not None:
        because += f": {repair.because}"
        if cell not in read.sites.inside and (number, 0) in read.cells:
            first = read.cells[number, 0]
            expected = formula_text(read.book, first, read.graph.node(first, repair.node.template))
    at = stands[0]
    first_node = read.graph.nodes[read.cells[number, 0]] if (number, 0) in read.cells else node
    return because, Finding(
        read.book.sheets[at[0]],
        ranges(read.book, stands),
        GRADIENT,
        formula_text(read.book, at, first_node),
        expected,
        because,
        f"this gradient of {_of(read, number)} is not a derivative of what the others are",
        tuple(address(key) for key in stands),
    )
