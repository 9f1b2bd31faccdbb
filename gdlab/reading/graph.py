"""The formula cells of a workbook as a graph, which computes their values and adjoints."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any, TypeGuard

from gdlab.language.infix import SHEET_COLUMNS, SHEET_ROWS
from gdlab.reading.arrays import element, holds_arrays
from gdlab.reading.book import Book, Key, Value
from gdlab.reading.compiled import compiled
from gdlab.reading.interpreted import tree_value
from gdlab.reading.order import ordered
from gdlab.reading.templates import Area, Template, Templates
from gdlab.reading.values_at import ValuesAt

# The limit for the cells in all ranges together: a running SUM in every row grows quadratically.
MOST_MEMBERS = 2_000_000
FEW_USES = 8
NAN = float("nan")
Values = Mapping[Key, Value]
Inputs = tuple[Key | tuple[Key, ...], ...]


class Empty(float):
    """An empty cell: 0 in arithmetic, and equal to an empty text too."""

    def __eq__(self, other: object) -> bool:
        return other == "" or float.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = float.__hash__


EMPTY = Empty(0.0)


def is_cell(one: Key | tuple[Key, ...]) -> TypeGuard[Key]:
    """Whether a reference is a single cell and not a range."""
    return bool(one) and one[0].__class__ is int


def cells_of(one: Key | tuple[Key, ...]) -> tuple[Key, ...]:
    """The cells of a reference: a single one, or those of a range."""
    return (one,) if is_cell(one) else one  # type: ignore[return-value]


def number(value: Value | None) -> float:
    """A cell's value as a number; NaN for a text, an error, and an empty cell."""
    return float(value) if isinstance(value, (int, float)) else NAN


@dataclass
class Node:
    """One formula cell: its template, and the cell or the cells of a range for each reference.

    ``cells`` are all cells that it refers to; ``whole`` is the formula as it was written, if the
    template was split into scalar formulas.
    """

    template: Template
    inputs: Inputs
    whole: Template | None = None
    cells: tuple[Key, ...] = field(init=False)
    # For a formula without ranges: gets the values of all its cells in one call.
    take: Callable[[Values], tuple[Any, ...]] | None = field(init=False)

    def __post_init__(self) -> None:
        if all(map(is_cell, self.inputs)):
            self.cells = self.inputs  # type: ignore[assignment]
            self.take = itemgetter(*self.inputs) if len(self.inputs) > 1 else None
        else:
            self.cells = tuple(key for one in self.inputs for key in cells_of(one))
            self.take = None


@dataclass
class Graph:
    """The formula cells by key; ``unread`` says why other formulas count as typed values."""

    book: Book
    templates: Templates
    nodes: dict[Key, Node] = field(default_factory=dict)
    unread: dict[Key, str] = field(default_factory=dict)
    order: list[Key] = field(default_factory=list)
    # The cells at which circular references were broken, with their formulas.
    circular: dict[Key, Node] = field(default_factory=dict)
    # Maps a cell for the value before a circular update to the updated cell.
    stands: dict[Key, Key] = field(default_factory=dict)
    members: int = 0
    # By template, not by its id: a deleted template's id may be used again.
    functions: dict[Template, tuple[Callable[..., Any], Callable[..., Any]]] = field(
        default_factory=dict
    )
    # The original formula over whole ranges, by the template of the scalar formula.
    wholes: dict[Template, Template] = field(default_factory=dict)
    # How often a template has been computed without compiling; and the keys of cells in ranges.
    uses: Counter[Template] = field(default_factory=Counter)
    keys: dict[Key, Key] = field(default_factory=dict)
    _placed: list[Key] | None = None
    _position: dict[Key, int] = field(default_factory=dict)

    def functions_of(self, template: Template) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """A template's compiled functions: one for the value, one for the value and derivatives."""
        found = self.functions.get(template)
        if found is None:
            assert template.tree is not None
            wide = tuple(area.last is not None for area in template.areas)
            found = self.functions[template] = compiled(template.tree, wide)
        return found

    def node(self, key: Key, template: Template) -> Node:
        """A cell with a template, bound to the cells that the template refers to from there."""
        sheet, row, column = key
        inputs: Inputs
        if template.plain is not None:
            inputs = tuple(
                [(sheet, r + on_row * row, c + on_column * column)
                 for r, on_row, c, on_column in template.plain]
            )  # fmt: skip
        else:
            inputs = tuple(self.bound(key, area) for area in template.areas)
        return Node(template, inputs, self.wholes.get(template))

    def taken_apart(self, key: Key, whole: Template) -> Node | None:
        """A single cell's formula over ranges as a scalar formula; None if impossible."""
        template = element(self.templates, whole, key, 0, 0)
        if template.tree is None:
            return None
        self.wholes[template] = whole
        return self.node(key, template)

    def bound(self, key: Key, area: Area) -> Key | tuple[Key, ...]:
        """The cell, or the cells of a range, that a reference in a cell refers to."""
        sheet = key[0]
        first, last = area
        if first.sheet is not None:
            # A sheet that does not exist has no cells.
            sheet = self.book.number_of.get(first.sheet.lower(), -1)
        row, column = first.seen_from(key[1], key[2])
        if last is None:
            return (sheet, row, column)
        last_row, last_column = last.seen_from(key[1], key[2])
        rows = sorted((row, last_row))
        columns = sorted((column, last_column))
        found = self._cells_in(sheet, rows, columns)
        self.members += len(found)
        return found

    def _cells_in(self, sheet: int, rows: list[int], columns: list[int]) -> tuple[Key, ...]:
        used = self.extents.get(sheet)
        if used is None:
            return ()
        # Cut whole columns and rows at the last used cell.
        if rows[1] - rows[0] > 20_000 or rows[1] >= SHEET_ROWS:
            rows = [max(rows[0], 1), min(rows[1], used[0])]
        if columns[1] >= SHEET_COLUMNS:
            columns = [columns[0], min(columns[1], used[1])]
        count = (rows[1] - rows[0] + 1) * (columns[1] - columns[0] + 1)
        if count > MOST_MEMBERS or self.members + count > MOST_MEMBERS:
            return ()
        once = self.keys.setdefault
        return tuple(
            [
                once(key, key)
                for row in range(rows[0], rows[1] + 1)
                for column in range(columns[0], columns[1] + 1)
                for key in ((sheet, row, column),)
            ]
        )

    @property
    def extents(self) -> dict[int, tuple[int, int]]:
        """The last row and column of every sheet."""
        if not hasattr(self, "_extents"):
            found: dict[int, tuple[int, int]] = {}
            for source in (self.book.values, self.book.formulas):
                for sheet, row, column in source:
                    far = found.get(sheet, (0, 0))
                    if row > far[0] or column > far[1]:
                        found[sheet] = max(row, far[0]), max(column, far[1])
            self._extents = found
        return self._extents

    @cached_property
    def fixed(self) -> frozenset[Key]:
        """The cells that formulas refer to with both $."""
        found: set[Key] = set()
        seen: set[tuple[int, int]] = set()
        for key, node in self.nodes.items():
            if (key[0], id(node.template)) in seen:
                continue
            seen.add((key[0], id(node.template)))
            for one, (first, _) in zip(node.inputs, node.template.areas, strict=False):
                if is_cell(one) and first.row_fixed and first.column_fixed:
                    found.add(one)
        return frozenset(found)

    @property
    def position(self) -> dict[Key, int]:
        """The index of every formula cell in topological order."""
        if self._placed is not self.order or len(self._position) != len(self.order):
            self._placed = self.order
            self._position = {key: index for index, key in enumerate(self.order)}
        return self._position

    def computed(self, key: Key) -> bool:
        """Whether a cell has a formula that was read."""
        return key in self.nodes

    def evaluate(self, given: Values) -> ValuesAt:
        """The values of all cells with some given; those that are not computed keep their own."""
        return ValuesAt(self, given)

    def value(self, node: Node, values: Mapping[Key, Value]) -> Value:
        """The value of a formula from the values of the cells that it refers to."""
        compiled_ones = self.functions.get(node.template)
        try:
            if compiled_ones is not None:
                result = compiled_ones[0](*self.given(node, values))
            else:
                result = self._first_value(node, values)
        except (ArithmeticError, ValueError, TypeError, LookupError):
            return NAN
        return NAN if isinstance(result, complex) else result

    def _first_value(self, node: Node, values: Mapping[Key, Value]) -> Any:
        """Compute a value from the tree, or compile it after some uses."""
        which = node.template
        self.uses[which] += 1
        if self.uses[which] > FEW_USES:
            return self.functions_of(node.template)[0](*self.given(node, values))
        assert node.template.tree is not None
        return tree_value(node.template.tree, self.given(node, values))

    def slopes(self, node: Node, values: Mapping[Key, Value]) -> Iterable[tuple[Key, float]]:
        """The derivatives of a formula with respect to the cells that it refers to."""
        try:
            _, parts = self.functions_of(node.template)[1](*self.given(node, values))
        except (ArithmeticError, ValueError, TypeError, KeyError):
            return [(cell, NAN) for cell in node.cells]
        if node.take is not None:
            return zip(node.cells, parts, strict=True)
        found: list[tuple[Key, float]] = []
        for one, part in zip(node.inputs, parts, strict=True):
            slopes = part if isinstance(part, list) else (part,)
            found += [(key, slope or 0.0) for key, slope in zip(cells_of(one), slopes, strict=True)]
        return found

    def given(self, node: Node, values: Mapping[Key, Value]) -> Sequence[Any]:
        """The values of a formula's references: a number, a text, or the list of a range's."""
        if node.take is not None:
            try:
                return node.take(values)
            except KeyError:
                pass  # there is an empty cell
        given: list[Any] = []
        for one in node.inputs:
            if is_cell(one):
                given.append(values.get(one, EMPTY))
            else:
                cells = [values.get(key) for key in cells_of(one)]
                given.append([x if x.__class__ is float else None for x in cells])
        return given

    def adjoints(
        self,
        seeds: Mapping[Key, float],
        values: Mapping[Key, Value],
        stops: Callable[[Key], bool],
        within: Iterable[Key],
    ) -> dict[Key, float]:
        """The derivative of the weighted sum of ``seeds`` with respect to every cell.

        Goes backwards through the cells ``within``, which are in topological order, but not through
        a cell for which ``stops`` is true.
        """
        found: dict[Key, float] = dict(seeds)
        get = found.get
        for key in reversed(list(within)):
            weight = get(key)
            if not weight or stops(key):
                continue
            for cell, slope in self.slopes(self.nodes[key], values):
                if slope:
                    found[cell] = get(cell, 0.0) + weight * slope
        return found


def build(book: Book) -> Graph:
    """Read all formulas of a book into a graph; one that cannot be read counts as a typed value."""
    templates = Templates(book)
    graph = Graph(book, templates)
    arrays: dict[int, bool] = {}
    for key in book.formulas:
        template = templates.of(key)
        shape = book.arrays.get(key)
        if id(template) not in arrays:
            arrays[id(template)] = holds_arrays(template)
        if template.tree is not None and (shape or arrays[id(template)]):
            for row in range(shape[0] if shape else 1):
                for column in range(shape[1] if shape else 1):
                    one = element(templates, template, key, row, column)
                    if shape in (None, (1, 1)):
                        graph.wholes[one] = template
                    _add(graph, (key[0], key[1] + row, key[2] + column), one)
        else:
            _add(graph, key, template)
    graph.order = ordered(graph)
    return graph


def _add(graph: Graph, key: Key, template: Template) -> None:
    if template.tree is None:
        graph.unread[key] = template.unread
        return
    node = graph.node(key, template)
    if graph.members > MOST_MEMBERS:
        graph.unread[key] = "ranges of too many cells"
        return
    graph.nodes[key] = node
