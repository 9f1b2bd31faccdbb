"""Correct columns of updates that do not start from the parameter's previous value."""

from collections.abc import Iterator, Sequence
from functools import partial

from gdlab.language.addresses import Address
from gdlab.reading.book import Key, address
from gdlab.reading.fills import FEWEST_IN_FILL, before
from gdlab.reading.graph import Graph, Node, is_cell
from gdlab.reading.labels import said
from gdlab.reading.mending import finding_at, put_right
from gdlab.reading.result import UPDATE, Finding
from gdlab.reading.templates import Area, Template
from gdlab.reading.updates import (
    Update,
    bare_terms,
    depends,
    has_number,
    original,
    rates_of,
    shape_of,
    typed_cells,
    uses,
)
from gdlab.reading.written import formula_text


def mend_starts(
    graph: Graph, down: dict[int, bool], updates: list[Update], fills: Sequence[list[Key]]
) -> list[tuple[Key, Finding]]:
    """Report and correct the columns that should continue from the typed start above them.

    Such a formula looks like another parameter's update, or always starts from the first value;
    its step depends on the column's previous value, but the cell that it starts from does not.
    """
    suspects = list(_suspects(graph, down, fills))
    if not suspects:
        return []
    news, olds = {one.new for one in updates}, {one.old for one in updates}
    form_of = {one: _form(graph, one) for one in updates}
    forms = {
        form
        for one in updates
        # The wrong column may look like an update of a column of data.
        if one.new in olds or one.old in news
        for form in _forms(graph, one)
    }
    found = []
    mended: dict[Key, Node] = {}
    for keys, leaf in suspects:
        own, template = before(keys[0], down), graph.nodes[keys[0]].template
        start = original(graph, own)
        form = _form(graph, Update(keys[0], own, leaf))
        alike = {one.new for one in updates if form_of[one] == form}
        if not _is_one(graph, keys, leaf, own, down, alike):
            continue
        taken = graph.nodes[keys[0]].inputs[leaf]
        is_alike = not forms.isdisjoint(_forms(graph, Update(keys[0], own, leaf)))
        if is_cell(taken) and (is_alike or original(graph, taken) == start):
            right = _mended(template, leaf, down[own[0]])
            wanted = {key: graph.node(key, right) for key in keys}
            # If every update starts from the same start value, the first update is right.
            wrong = keys[original(graph, taken) == start :]
            found.append((wrong[0], _finding(graph, wrong, leaf, wanted[wrong[0]], down)))
            mended |= wanted
    put_right(graph, mended)
    return found


def _suspects(
    graph: Graph, down: dict[int, bool], fills: Sequence[list[Key]]
) -> Iterator[tuple[list[Key], int]]:
    """The fills below a typed value that start from another cell, with the reference to it."""
    for keys in fills:
        start = original(graph, before(keys[0], down))
        if start in graph.nodes or not isinstance(graph.book.values.get(start), float):
            continue
        template = graph.nodes[keys[0]].template
        terms = bare_terms(template.tree) if template.tree else []
        if len(terms) == 1 and uses(template, terms[0]) == 1:
            taken = graph.nodes[keys[1]].inputs[terms[0]]
            if is_cell(taken) and original(graph, taken) != original(graph, keys[0]):
                yield keys, terms[0]


def _form(graph: Graph, update: Update) -> tuple[str, frozenset[Key]]:
    return shape_of(graph, update), typed_cells(graph, update.new, update.leaf)


def _forms(graph: Graph, update: Update) -> Iterator[tuple[str, frozenset[Key]]]:
    """An update's form with its rates, whichever of its typed cells those are."""
    if has_number(graph.nodes[update.new].template):
        yield shape_of(graph, update), frozenset()
    for rates in rates_of(graph, update):
        if rates:
            yield shape_of(graph, update), rates


def _finding(
    graph: Graph, keys: list[Key], leaf: int, wanted: Node, down: dict[int, bool]
) -> Finding:
    first, book = keys[0], graph.book
    own, taken = before(first, down), graph.nodes[first].inputs[leaf]
    assert is_cell(taken)
    row = "row above" if down[first[0]] else "column before"
    again = graph.nodes[keys[1]].inputs[leaf] == taken
    where = f"{address(taken)} in every {'row' if down[first[0]] else 'column'}" if again else ""
    start = where or said(book, taken, down[taken[0]])
    because = f"starts from {start}, where {said(book, own, down[own[0]])} of the {row} belongs"
    written = formula_text(book, first, graph.nodes[first])
    expected = formula_text(book, first, wanted)
    hint = "what the step is subtracted from is not the parameter's last value"
    return finding_at(graph, keys, UPDATE, written, expected, because, hint)


def _is_one(
    graph: Graph, keys: list[Key], leaf: int, own: Key, down: dict[int, bool], alike: set[Key]
) -> bool:
    """Whether the steps depend on the column's previous value, but their start cells do not.

    ``alike`` are the cells of updates of the same form; they end a step.
    """
    position = graph.position
    column = {own, *keys}
    for key in keys[:FEWEST_IN_FILL]:
        node, last = graph.nodes[key], before(key, down)
        taken = node.inputs[leaf]
        if not is_cell(taken) or (original(graph, taken) in (last, key) and last != own):
            return False
        barriers = frozenset(column - {last})
        if not depends(graph, node, leaf, last, position, barriers):
            return False
        # A start computed from the previous value may be right, as after a threshold.
        start = graph.nodes.get(taken)
        if start is not None and last in map(partial(original, graph), start.cells):
            return False
        # A sum of all steps, subtracted from the first value, is right.
        again = original(graph, taken) == original(graph, own)
        others = frozenset((column | alike) - {own})
        if again and last != own and depends(graph, node, leaf, own, position, others):
            return False
    return True


def _mended(template: Template, leaf: int, down: bool) -> Template:
    """The formula with the previous cell instead of the one that it starts from."""
    before = Address(None, -1, 0, False, False) if down else Address(None, 0, -1, False, False)
    areas = list(template.areas)
    areas[leaf] = Area(before, None)
    return Template(template.tree, tuple(areas))
