"""Compare sheets of equal layout, such as one per epoch, and find cells that differ."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator

from gdlab.reading.book import Key
from gdlab.reading.graph import Graph
from gdlab.reading.templates import Area, Template

FEWEST_SHEETS, MOST_EPOCH_SHEETS = 3, 200
# The least share of formula cells in common for an equal layout, and the largest of odd cells.
COMMON, MOST_ODD_ON_SHEETS = 0.8, 0.2
Spot = tuple[int, int]


def odd_on_sheets(graph: Graph) -> Iterator[tuple[Key, Template, bool]]:
    """The cells that differ from the other sheets of equal layout, and whether one is a number.

    The first sheet is left out, and the last one if it differs from two others: they may begin
    and end differently.
    """
    cells: dict[int, dict[Spot, Template]] = defaultdict(dict)
    for (sheet, row, column), node in graph.nodes.items():
        cells[sheet][row, column] = node.template
    if not FEWEST_SHEETS <= len(cells) <= MOST_EPOCH_SHEETS:
        return
    for sheets in _alike(graph, cells):
        spots = {spot for sheet in sheets for spot in cells[sheet]}
        found = [one for spot in sorted(spots) if (one := _odd_at(graph, cells, sheets, spot))]
        if len(found) <= max(1, MOST_ODD_ON_SHEETS * len(spots)):
            yield from found


def _alike(graph: Graph, cells: dict[int, dict[Spot, Template]]) -> Iterator[list[int]]:
    """Groups of successive sheets with formulas in nearly the same cells, linked by references.

    Sheets of equal layout that do not refer to each other are variants with their own formulas.
    """
    run: list[int] = []
    for sheet in sorted(cells):
        own, before = set(cells[sheet]), set(cells[run[-1]]) if run else set()
        goes_on = run and any(
            _away(graph, sheet, area) == run[-1] - sheet
            for one in cells[sheet].values()
            for area in one.areas
        )
        if run and (not goes_on or len(own & before) < COMMON * max(len(own), len(before))):
            if len(run) >= FEWEST_SHEETS:
                yield run
            run = []
        run.append(sheet)
    if len(run) >= FEWEST_SHEETS:
        yield run


def _odd_at(
    graph: Graph, cells: dict[int, dict[Spot, Template]], sheets: list[int], spot: Spot
) -> tuple[Key, Template, bool] | None:
    """The one cell that differs from the same cell on other sheets, with its right formula."""
    own = {sheet: cells[sheet][spot] for sheet in sheets if spot in cells[sheet]}
    usual = Counter(_form(one) for one in own.values()).most_common(1)[0][0]
    same = [sheet for sheet, one in own.items() if _form(one) == usual]
    moves = [
        _moves(graph, [(sheet, own[sheet].areas[index]) for sheet in same])
        for index in range(len(own[same[0]].areas))
    ]
    like = [sheet for sheet in same if _as_they(graph, sheet, own[sheet], moves)]
    others = [sheet for sheet in sheets if sheet not in like]
    # If the first sheet starts with a number, it is not one of them.
    if others and others[0] == sheets[0]:
        others = others[1:]
    if len(others) != 1 or len(like) < 2 or (others[0] == sheets[-1] and len(like) < 3):
        return None
    key = (others[0], *spot)
    typed = key not in graph.nodes
    if typed and (key in graph.unread or not isinstance(graph.book.values.get(key), float)):
        return None
    areas = [
        _moved(graph, area, others[0], move)
        for area, move in zip(own[like[0]].areas, moves, strict=True)
    ]
    if None in areas:
        return None
    return key, Template(own[like[0]].tree, tuple(one for one in areas if one)), typed


def _form(template: Template) -> tuple[object, ...]:
    """A formula without the sheets of its references."""
    areas = tuple(
        tuple(one and one._replace(sheet=one.sheet and "") for one in area)
        for area in template.areas
    )
    return ast.dump(template.tree or ast.Constant(0)), areas


def _away(graph: Graph, sheet: int, area: Area) -> int:
    """The distance in sheets to the sheet of a reference."""
    name = area.first.sheet
    return 0 if name is None else graph.book.number_of.get(name.lower(), -1) - sheet


def _moves(graph: Graph, references: list[tuple[int, Area]]) -> int | str | None:
    """The one sheet that most references refer to, by name; or their usual distance in sheets."""
    names = Counter(area.first.sheet for _, area in references)
    away = Counter(_away(graph, sheet, area) for sheet, area in references)
    (name, fixed), (far, moving) = names.most_common(1)[0], away.most_common(1)[0]
    return far if moving >= fixed or name is None else name


def _as_they(graph: Graph, sheet: int, template: Template, moves: list[int | str | None]) -> bool:
    return all(
        area.first.sheet == move if isinstance(move, str) else _away(graph, sheet, area) == move
        for area, move in zip(template.areas, moves, strict=True)
    )


def _moved(graph: Graph, area: Area, sheet: int, move: int | str | None) -> Area | None:
    """A reference as it would be written on another sheet."""
    if area.first.sheet is None or isinstance(move, str):
        return area
    at = sheet + (move or 0)
    if not 0 <= at < len(graph.book.sheets):
        return None
    first, last = (one and one._replace(sheet=graph.book.sheets[at]) for one in area)
    assert first is not None
    return Area(first, last)
