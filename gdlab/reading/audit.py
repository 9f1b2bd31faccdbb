"""Audit a workbook: from its cells to the descents in it and what is wrong with them."""

from collections import defaultdict
from collections.abc import Sequence

from gdlab.core.words import listed
from gdlab.reading.book import Book, Key, Value, address, area
from gdlab.reading.circular import unroll
from gdlab.reading.descent import Descent, find_descents
from gdlab.reading.draws import compared, constants, data_at, parameters_at
from gdlab.reading.fills import Odd, directions, fills_of, odd_cells
from gdlab.reading.graph import Graph, Node, build
from gdlab.reading.losses import RIGHT, SCALED, same
from gdlab.reading.mending import difference, finding_at, is_same, put_right
from gdlab.reading.numeric_falls import what_falls
from gdlab.reading.numeric_table import read_numbers
from gdlab.reading.odd_updates import mend_odd_updates
from gdlab.reading.result import PATTERN, TYPED, UNREAD, VALUE, Finding, Reading
from gdlab.reading.separable import join_separable
from gdlab.reading.simpler import simplify
from gdlab.reading.standing import read_standing
from gdlab.reading.tables import table_of
from gdlab.reading.two_sequences import write_out_sequences
from gdlab.reading.uncollected import uncollected
from gdlab.reading.updates import Update, find_updates
from gdlab.reading.written import formula_text
from gdlab.reading.wrong_start import mend_starts

STALE = 1e-9
MOST_CELLS_NAMED = 6
# If one of these is raised, the sheet is reported as not judged, and the others are still judged.
UNFORESEEN = (ArithmeticError, LookupError, TypeError, AssertionError, RecursionError)
Values = dict[Key, Value]


@uncollected()
def audit(book: Book, file: str) -> Reading:
    """Read a workbook: every descent in it, and every cell that is wrong."""
    values = dict(book.values)
    reading = _read(book, file, mends_updates=True)
    if reading is None:
        book.values = values
        reading = _read(book, file, mends_updates=False)
    assert reading is not None
    return reading


def _read(book: Book, file: str, mends_updates: bool) -> Reading | None:
    """The reading of a workbook; None if no right gradient confirms a corrected update."""
    graph = build(book)
    down = defaultdict(lambda: True, directions(graph))
    notes = list(book.notes)
    notes += _fill_in(graph)
    found = [(key, one) for key, one in _stale(graph)]
    found += _mend_odd(graph, down)
    unroll(graph)
    simplify(graph)
    write_out_sequences(graph)
    updates, mended = _updates(graph, down, mends_updates)
    found += mended
    found_apart, unused = find_descents(graph, updates)
    descents = join_separable(graph, found_apart)
    points = _points(graph, descents)
    tables = []
    seen: list[str] = []
    faulty = {key for key, _ in found}
    for descent in descents:
        try:
            made = table_of(graph, descent, points, down, faulty)
        except UNFORESEEN:
            first = descent.chains[0].cells[0]
            where = f"{book.sheets[first[0]]}!{address(first)}"
            notes.append(f"what is updated from {where} on could not be judged")
            continue
        if isinstance(made, str):
            notes.append(made)
        elif made is not None:
            tables.append(made[0])
            found += made[1]
            confirmed = any(one.verdict in (RIGHT, SCALED) for one in made[0].gradients)
            mended = [one for one in mended if not confirmed or one[0] not in descent.latest]
    if mended:
        return None
    notes += _unused(graph, unused, descents)
    if not tables and graph.nodes:
        updated = {key for one in descents for chain in one.chains for key in chain.cells}
        standing = read_standing(graph, down, updated)
        if standing is not None:
            tables.append(standing[0])
            found += [(graph.order[-1], one) for one in standing[1]]
    if not tables and graph.circular:
        cells = listed([address(key) for key in list(graph.circular)[:MOST_CELLS_NAMED]])
        seen.append(f"{cells} are computed in a circle, and no update was found in it")
    formula_sheets = {key[0] for key in graph.nodes}
    read_sheets = {table.sheet for table in tables}
    figure_findings: list[Finding] = []
    for number, name in enumerate(book.sheets):
        if number not in formula_sheets and name not in read_sheets:
            read = read_numbers(book, number)
            if read is None:
                read = what_falls(book, number)
            if isinstance(read, str):
                seen.append(read)
            elif read is not None:
                tables.append(read[0])
                figure_findings += read[1]
    position = graph.position
    found.sort(key=lambda one: position.get(one[0], 0))
    findings = _without_repeats([one for _, one in found]) + figure_findings + _unread(graph)
    return Reading(file, tables, findings, notes, seen)


def _updates(
    graph: Graph, down: dict[int, bool], mends: bool
) -> tuple[list[Update], list[tuple[Key, Finding]]]:
    """The updates, and findings about cells that were corrected to make updates complete."""
    updates, fills = find_updates(graph), list(fills_of(graph, down))
    mended: list[tuple[Key, Finding]] = []
    for mend in (mend_starts, mend_odd_updates) if mends else ():
        found = mend(graph, down, updates, fills)
        if found:
            mended += found
            updates, fills = find_updates(graph), list(fills_of(graph, down))
    return updates, mended


def _fill_in(graph: Graph) -> list[str]:
    """Compute the values of formulas that were saved without values."""
    book = graph.book
    missing = [key for key in graph.order if key not in book.values]
    if not missing:
        return []
    values = graph.evaluate({})
    for key in missing:
        value = values.get(key)
        if isinstance(value, (int, float)) and value == value:
            book.values[key] = float(value)
    return [f"{len(missing)} formulas were saved without values, which were computed here"]


def _stale(graph: Graph) -> list[tuple[Key, Finding]]:
    """The cells with a stored value that differs from what their formula gives."""
    book = graph.book
    wrong = []
    # With circular references, the stored values come from several calculations.
    circle = set(graph.circular)
    for key in graph.order:
        stored = book.values.get(key)
        if circle and not circle.isdisjoint(graph.nodes[key].cells):
            circle.add(key)
        if key in circle or not isinstance(stored, float) or isinstance(stored, bool):
            continue
        node = graph.nodes[key]
        value = graph.value(node, book.values)
        if not isinstance(value, (int, float)) or value != value or same(stored, value, STALE):
            continue
        # Programs keep 15 digits and round small differences to 0, so compare with the operands'
        # size.
        operands = [book.values.get(cell, 0.0) for cell in node.cells]
        slopes = graph.slopes(node, book.values)
        size = sum(abs(slope) * abs(_number(book.values.get(cell))) for cell, slope in slopes)
        largest = max((abs(_number(one)) for one in operands), default=0.0)
        if abs(stored - value) > STALE * max(size, abs(value), min(largest, 1e6 * abs(value))):
            wrong.append((key, stored, float(value)))
    found = []
    for key, stored, value in wrong:
        because = f"the stored value is not what the formula gives, {value:.10g}"
        hint = "the stored value is not what the formula gives; calculate the workbook again"
        found.append((key, finding_at(graph, [key], VALUE, stored, value, because, hint)))
    return found


def _number(value: Value | None) -> float:
    return float(value) if isinstance(value, (int, float)) and value == value else 0.0


def _mend_odd(graph: Graph, down: dict[int, bool]) -> list[tuple[Key, Finding]]:
    """Findings about cells that break their fill; their formulas are replaced by the fill's."""
    found = []
    mended = {}
    for odd in odd_cells(graph, down):
        expected = graph.node(odd.key, odd.template)
        own = graph.nodes.get(odd.key)
        if own is not None and is_same(own, expected, graph):
            continue
        found.append((odd.key, _odd_finding(graph, odd, expected, down)))
        mended[odd.key] = expected
    put_right(graph, mended)
    return found


def _odd_finding(graph: Graph, odd: Odd, expected: Node, down: dict[int, bool]) -> Finding:
    book = graph.book
    wanted = formula_text(book, odd.key, expected)
    beside = f"{odd.beside} {wanted}"
    if odd.typed:
        stored = book.values.get(odd.key)
        because = f"a number was typed over a formula; {beside}"
        hint = "a number was typed over a formula"
        number = float(stored) if isinstance(stored, float) else None
        return finding_at(graph, [odd.key], TYPED, number, wanted, because, hint)
    own = graph.nodes[odd.key]
    written = formula_text(book, odd.key, own)

    reason = difference(graph, odd.key, own, expected, down)
    why = f"{reason}; " if reason else ""
    because = f"{why}{beside}"
    hint = f"{odd.beside} another formula"
    return finding_at(graph, [odd.key], PATTERN, written, wanted, because, hint)


def _points(graph: Graph, descents: Sequence[Descent]) -> list[Values]:
    """Values at three random points: two with other parameters, one with other data as well."""
    kept = compared(graph)
    points: list[Values] = []
    typed = constants(graph)
    for draw in range(3):
        given = parameters_at(graph, descents, draw)
        if draw == 2:
            given = {**data_at(graph, typed, kept | set(given), draw), **given}
        points.append(graph.evaluate(given))
    return points


def _unused(graph: Graph, unused: Sequence[Update], descents: Sequence[Descent]) -> list[str]:
    """Notes about formulas that look like an update but are not used."""
    if not descents or not unused:
        return []
    columns: dict[tuple[int, int], list[Key]] = defaultdict(list)
    used = {
        id(graph.nodes[cell].template)
        for node in graph.nodes.values()
        for cell in node.cells
        if cell in graph.nodes
    }
    for update in unused:
        if id(graph.nodes[update.new].template) in used:
            continue  # a gradient with a penalty may begin with the parameter too
        if set(graph.nodes[update.new].cells) == {update.old}:
            continue  # f(x) = x^2 + x is not an update
        columns[update.new[0], update.new[2]].append(update.new)
    sheets_of: dict[str, list[str]] = defaultdict(list)
    for (sheet, _), keys in columns.items():
        sheets_of[area(keys)].append(graph.book.sheets[sheet])
    return [
        f"{where} on {', '.join(sheets)} would update a parameter, but nothing uses it"
        for where, sheets in list(sheets_of.items())[:MOST_CELLS_NAMED]
    ]


def _unread(graph: Graph) -> list[Finding]:
    """Findings about formulas outside the grammar, by sheet, column and reason."""
    groups: dict[tuple[int, int, str], list[Key]] = defaultdict(list)
    for key, why in graph.unread.items():
        groups[key[0], key[2], why].append(key)
    found = []
    for (_, _, why), keys in groups.items():
        because = f"{why} is not read; the stored value is taken as a typed number"
        found.append(finding_at(graph, sorted(keys), UNREAD, None, None, because, because))
    return found


def _without_repeats(findings: list[Finding]) -> list[Finding]:
    """The findings without later ones about the same cells."""
    seen: set[tuple[str, str]] = set()
    found = []
    for finding in findings:
        cells = [(finding.sheet, cell) for cell in finding.cells]
        if cells and all(cell in seen for cell in cells):
            continue
        seen.update(cells)
        found.append(finding)
    return found
