"""Fills, which are formulas written once and copied along a line, and cells that break them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from gdlab.reading.book import Key
from gdlab.reading.graph import Graph
from gdlab.reading.sheet_fills import odd_on_sheets
from gdlab.reading.templates import Template

FEWEST_IN_FILL = 3
# If more than this share of a fill is different, that is a pattern too.
MOST_ODD = 0.2


@dataclass(frozen=True)
class Odd:
    """A cell inside a fill with another formula, or with a number typed over it.

    ``template`` is the fill's formula; ``beside`` says in words where the fill is.
    """

    key: Key
    template: Template
    typed: bool
    beside: str


def directions(graph: Graph) -> dict[int, bool]:
    """Whether each sheet's formulas are filled down (True) or to the right."""
    votes: dict[int, int] = defaultdict(int)
    for (sheet, row, column), node in graph.nodes.items():
        below = graph.nodes.get((sheet, row + 1, column))
        beside = graph.nodes.get((sheet, row, column + 1))
        votes[sheet] += below is not None and below.template is node.template
        votes[sheet] -= beside is not None and beside.template is node.template
    return {sheet: count >= 0 for sheet, count in votes.items()}


def before(key: Key, down: Mapping[int, bool]) -> Key:
    """The cell above; to the left where a sheet runs to the right."""
    sheet, row, column = key
    return (sheet, row - 1, column) if down[sheet] else (sheet, row, column - 1)


def fills_of(graph: Graph, down: Mapping[int, bool]) -> Iterator[list[Key]]:
    """Formulas of one relative form, one below the other."""
    lines: dict[tuple[int, int], list[Key]] = defaultdict(list)
    for key in graph.nodes:
        lines[key[0], key[2] if down[key[0]] else key[1]].append(key)
    for line in lines.values():
        run: list[Key] = []
        for key in sorted(line):
            goes_on = (
                run
                and before(key, down) == run[-1]
                and graph.nodes[key].template is graph.nodes[run[-1]].template
            )
            if not goes_on:
                if len(run) >= FEWEST_IN_FILL:
                    yield run
                run = []
            run.append(key)
        if len(run) >= FEWEST_IN_FILL:
            yield run


def odd_cells(graph: Graph, down: Mapping[int, bool]) -> list[Odd]:
    """The cells that break a fill, in the order of sheets, columns and rows.

    A fill is the same relative formula in at least three cells of a column (of a row, if the sheet
    runs to the right). A cell is odd if the fill is on both sides of it, within two cells.
    """
    lines: dict[tuple[int, int], dict[int, Template]] = defaultdict(dict)
    for (sheet, row, column), node in graph.nodes.items():
        along, line = (row, column) if down[sheet] else (column, row)
        lines[sheet, line][along] = node.template
    found = []
    across: dict[tuple[int, int], bool] = {}
    for (sheet, line), cells in sorted(lines.items()):
        for along, template, typed in _odd_in(graph, sheet, line, cells, down[sheet]):
            if (sheet, along) not in across:
                across[sheet, along] = _is_other(lines, sheet, along)
            if not across[sheet, along]:
                beside = (
                    "the column's other cells have" if down[sheet] else "the row's other cells have"
                )
                found.append(Odd(_key(sheet, line, along, down[sheet]), template, typed, beside))
    known = {one.key for one in found}
    found += [
        Odd(*one, "the same cell of the other sheets has")
        for one in odd_on_sheets(graph)
        if one[0] not in known
    ]
    return found


def _is_other(lines: dict[tuple[int, int], dict[int, Template]], sheet: int, along: int) -> bool:
    """Whether a whole row differs from those around it, such as the sums after an epoch."""
    around = [
        (cells.get(along), cells[along - 1], cells[along + 1])
        for (where, _), cells in lines.items()
        if where == sheet and along - 1 in cells and along + 1 in cells
    ]
    alike = sum(own in beside for own, *beside in around)
    return len(around) >= 3 and alike < len(around) / 2


def _key(sheet: int, line: int, along: int, down: bool) -> Key:
    return (sheet, along, line) if down else (sheet, line, along)


def _odd_in(
    graph: Graph, sheet: int, line: int, cells: dict[int, Template], down: bool
) -> list[tuple[int, Template, bool]]:
    alike: dict[int, list[int]] = defaultdict(list)
    templates = {}
    for along in sorted(cells):
        alike[id(cells[along])].append(along)
        templates[id(cells[along])] = cells[along]
    found = []
    for which, at in alike.items():
        if len(at) < FEWEST_IN_FILL:
            continue
        gaps = [
            along
            for first, last in pairwise(at)
            if 1 < last - first <= 3
            for along in range(first + 1, last)
        ]
        if not gaps or len(gaps) > max(MOST_ODD * len(at), 1) or _regular(gaps):
            continue
        for along in gaps:
            key = _key(sheet, line, along, down)
            if along in cells:
                # The cell may belong to another, larger fill.
                if len(alike[id(cells[along])]) < len(at):
                    found.append((along, templates[which], False))
            elif isinstance(graph.book.values.get(key), float) and key not in graph.unread:
                found.append((along, templates[which], True))
    return found


def _regular(gaps: list[int]) -> bool:
    """Whether the gaps are evenly spaced, such as the end of each epoch, and so not odd."""
    apart = {last - first for first, last in pairwise(gaps)}
    return len(gaps) > 2 and len(apart) == 1
