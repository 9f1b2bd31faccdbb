"""Find why a formula is wrong: the smallest change that makes its values right."""

import ast
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gdlab.language.addresses import Address
from gdlab.language.infix import EXCEL, infix
from gdlab.reading.book import Key, Value, address
from gdlab.reading.calculate import calculate
from gdlab.reading.graph import Graph, Node, cells_of, is_cell
from gdlab.reading.losses import same
from gdlab.reading.range_repairs import changed_ranges
from gdlab.reading.templates import Area, Template, leaf_number
from gdlab.reading.trees import replaced

MOST_REPAIRS_TRIED, MOST_OTHERS, MOST_TERM_CELLS = 4_000, 20, 20
# Factors that people leave out: the usual ones are tried first, the others after all else.
FACTORS = ((2, "2"), (0.5, "1/2"), (-1, "-1"))
MORE_FACTORS = (3, 4, 6, 8, 5, 9, 10, 12)
Values = dict[Key, Value]
Say = Callable[[Key], str]


@dataclass(frozen=True)
class Repair:
    """A changed formula, and a sentence that says what was changed."""

    node: Node
    because: str


def find_repair(
    graph: Graph,
    key: Key,
    node: Node,
    others: Sequence[Key],
    fits: Callable[[Node], bool],
    say: Say,
) -> Repair | None:
    """The first correction of a usual slip with which the formula ``fits``; None if none does.

    ``others`` are cells that may belong in the formula, nearest first.
    """
    if node.whole is not None:
        return _whole_repair(graph, key, node.whole, others[:MOST_OTHERS], fits, say)
    for tried, repair in enumerate(_tried(graph, key, node, others, say)):
        if tried > MOST_REPAIRS_TRIED:
            return None
        if fits(repair.node):
            return repair
    return None


def _tried(graph: Graph, key: Key, node: Node, others: Sequence[Key], say: Say) -> Iterator[Repair]:
    """All corrections to try: changes of ranges first, then all others."""
    for new, because in changed_ranges(graph, key, node):
        yield Repair(new, because)
    yield from repairs(graph, key, node, others, say)


def _whole_repair(
    graph: Graph,
    key: Key,
    whole: Template,
    others: Sequence[Key],
    fits: Callable[[Node], bool],
    say: Say,
) -> Repair | None:
    """Change a formula over whole ranges as written, and try it split into scalar formulas."""
    written = Node(whole, tuple(graph.bound(key, area) for area in whole.areas))
    for tried, repair in enumerate(_changes_of_ranges(graph, key, written, others, say)):
        if tried > MOST_REPAIRS_TRIED // 4:
            return None
        node = graph.taken_apart(key, repair.node.template)
        if node is not None and fits(node):
            return Repair(node, repair.because)
    return None


def _changes_of_ranges(
    graph: Graph, key: Key, node: Node, others: Sequence[Key], say: Say
) -> Iterator[Repair]:
    """Changes for ranges that are too short, wrong powers, and ranges missing as a factor."""
    tree = node.template.tree
    assert tree is not None
    for changed, because in changed_ranges(graph, key, node):
        yield Repair(changed, because)
    parts = list(_parts(tree))
    for part in parts:
        for new, because in _changed_power(part):
            yield Repair(with_tree(node, replaced(tree, part, new), key, None), because)
    ranges = {
        part.id: part
        for part in parts
        if isinstance(part, ast.Name) and ":" in _named(node, part, say)
    }
    for part in parts:
        for one in ranges.values():
            new = ast.BinOp(part, ast.Mult(), one)
            because = f"the factor {_named(node, one, say)} is missing"
            yield Repair(with_tree(node, replaced(tree, part, new), key, None), because)
        if isinstance(part, ast.Name) and part.id in ranges:
            for one in ranges.values():
                because = f"{_named(node, part, say)} stands where {_named(node, one, say)} belongs"
                yield Repair(with_tree(node, replaced(tree, part, one), key, None), because)
    yield from repairs(graph, key, node, others, say)


def repairs(
    graph: Graph, key: Key, node: Node, others: Sequence[Key], say: Say
) -> Iterator[Repair]:
    """The formula with one change at a time, for the most usual slips first."""
    tree = node.template.tree
    assert tree is not None
    parts = list(_parts(tree))

    def made(
        new: ast.expr, because: str, extra: Key | None = None, is_fixed: bool = False
    ) -> Repair:
        is_fixed = is_fixed or extra in graph.fixed
        return Repair(with_tree(node, new, key, extra, is_fixed), because)

    fresh: ast.expr = ast.Name(f"_{len(node.inputs)}")
    # First what needs no other cell: signs, numbers, brackets, squares.
    yield made(ast.UnaryOp(ast.USub(), tree), "its sign is the other way round")
    for part in parts:
        for new, because in _changed(part, lambda one: _named(node, one, say)):
            yield made(replaced(tree, part, new), because)
    for new, because, other, is_fixed in _other_cells(node, tree, parts, fresh, others, say):
        yield made(new, because, other, is_fixed)
    # Then a missing factor, of the whole formula or of a part.
    wholes = [one for one in (tree, *parts) if not isinstance(one, ast.Constant)]
    for factor, words in FACTORS:
        for part in wholes:
            new = ast.BinOp(ast.Constant(factor), ast.Mult(), part)
            where = "" if part is tree else f" at {_named(node, part, say)}"
            yield made(replaced(tree, part, new), f"the factor {words} is missing{where}")
    for part in [tree, *(one for one in parts if _is_term(tree, one))]:
        for other in others:
            plain = isinstance(part, ast.Constant)
            for new, words in list(_factors(part, fresh))[: 1 if plain else None]:
                because = f"the factor {words.format(say(other))} is missing"
                yield made(replaced(tree, part, new), because, other)
    for part in wholes:
        for other in [one for one in others if one in node.inputs]:
            new = ast.BinOp(part, ast.Mult(), ast.Call(ast.Name("sign"), [fresh], []))
            yield made(
                replaced(tree, part, new), f"the factor SIGN({say(other)}) is missing", other
            )
    for other in others:
        new = ast.BinOp(tree, ast.Add(), fresh)
        yield made(new, f"the term {say(other)} is missing", other)
        new = ast.BinOp(tree, ast.Sub(), fresh)
        yield made(new, f"the term -{say(other)} is missing", other)
    for factor in MORE_FACTORS:
        for part in wholes:
            new = ast.BinOp(ast.Constant(factor), ast.Mult(), part)
            yield made(replaced(tree, part, new), f"the factor {factor} is missing")
    yield from _products_missing(graph, key, node, others, say)


def _products_missing(
    graph: Graph, key: Key, node: Node, others: Sequence[Key], say: Say
) -> Iterator[Repair]:
    """The formula with another path of the chain rule: the product of two nearby cells."""
    tree = node.template.tree
    assert tree is not None
    count = len(node.inputs)
    term = ast.BinOp(ast.Name(f"_{count}"), ast.Mult(), ast.Name(f"_{count + 1}"))
    new = ast.BinOp(tree, ast.Add(), term)
    for one, other in itertools.combinations(others[:MOST_TERM_CELLS], 2):
        half = with_tree(node, new, key, one, one in graph.fixed)
        whole = with_tree(half, new, key, other, other in graph.fixed)
        yield Repair(whole, f"the term {say(one)}*{say(other)} is missing")


def _other_cells(
    node: Node,
    tree: ast.expr,
    parts: list[ast.expr],
    fresh: ast.expr,
    others: Sequence[Key],
    say: Say,
) -> Iterator[tuple[ast.expr, str, Key, bool]]:
    """Replace a cell everywhere, then in one of its positions; a fixed reference stays fixed."""
    leaves = {number for part in parts if (number := leaf_number(part)) is not None}
    for number in sorted(leaves):
        here = node.inputs[number]
        if not is_cell(here):
            continue
        for other in others:
            if other in node.inputs and node.inputs.index(other) == number:
                continue
            new, is_fixed = _renamed(tree, number, fresh), _is_fixed(node, number)
            yield new, _instead(here, other, "", say), other, is_fixed
    for part in parts:
        number = leaf_number(part)
        if number is None or sum(leaf_number(one) == number for one in parts) < 2:
            continue
        here = node.inputs[number]
        if not is_cell(here):
            continue
        for other in others:
            new, is_fixed = replaced(tree, part, fresh), _is_fixed(node, number)
            yield new, _instead(here, other, " once", say), other, is_fixed


def _is_fixed(node: Node, number: int) -> bool:
    """Whether a reference keeps its cell when the formula is filled."""
    if number >= len(node.template.areas):
        return False
    first = node.template.areas[number].first
    return first.row_fixed and first.column_fixed


def _instead(here: Key, other: Key, once: str, say: Say) -> str:
    names = say(here), say(other)
    rows, columns = other[1] - here[1], other[2] - here[2]
    if names[0] == names[1] and here[0] == other[0] and not (rows and columns):
        far = _far(rows, "row", "high", "low") or _far(columns, "column", "far left", "far right")
        return f"{names[0]} is taken{once} {far}"
    if here[1:] == other[1:]:
        return f"{address(here)} is taken{once} from another sheet than it should be"
    if names[0] == names[1]:
        names = address(here), address(other)
    return f"{names[0]} stands{once} where {names[1]} belongs"


def _far(count: int, line: str, less: str, more: str) -> str:
    """How far a cell is from the right one: ``one row too low``; empty if ``count`` is 0."""
    many = f"one {line}" if abs(count) == 1 else f"{abs(count)} {line}s"
    return f"{many} too {less if count > 0 else more}" if count else ""


def _factors(part: ast.expr, fresh: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    one_minus = ast.BinOp(ast.Constant(1), ast.Sub(), fresh)
    yield ast.BinOp(part, ast.Mult(), fresh), "{}"
    yield ast.BinOp(part, ast.Mult(), one_minus), "(1 - {})"
    both = ast.BinOp(ast.BinOp(part, ast.Mult(), fresh), ast.Mult(), one_minus)
    yield both, "{0}*(1 - {0})"
    squared = ast.BinOp(fresh, ast.Mult(), fresh)
    yield (
        ast.BinOp(part, ast.Mult(), ast.BinOp(ast.Constant(1), ast.Sub(), squared)),
        "(1 - {}^2)",
    )


def _parts(tree: ast.expr) -> Iterator[ast.expr]:
    """A tree and its parts, breadth first."""
    queue = [tree]
    while queue:
        part = queue.pop(0)
        yield part
        children = part.args if isinstance(part, ast.Call) else ast.iter_child_nodes(part)
        queue += [child for child in children if isinstance(child, ast.expr)]


def _is_term(tree: ast.expr, part: ast.expr) -> bool:
    """Whether a part is a term of the whole sum, even inside brackets and products."""
    return isinstance(part, (ast.BinOp, ast.Name, ast.Constant))


def _changed(part: ast.expr, named: Callable[[ast.expr], str]) -> Iterator[tuple[ast.expr, str]]:
    """Changes within a part: drop factors and terms; change signs, brackets, squares, numbers."""
    match part:
        case ast.BinOp(left, ast.Mult(), right):
            yield from _changed_product(left, right, named)
        case ast.BinOp(left, ast.Div(), right):
            yield left, f"the divisor {named(right)} does not belong here"
            yield ast.BinOp(left, ast.Mult(), right), "/ stands where * belongs"
        case ast.BinOp(left, ast.Add() | ast.Sub() as op, right):
            yield from _changed_sum(left, op, right, named)
        case ast.BinOp(_, ast.Pow(), _):
            yield from _changed_power(part)
        case ast.UnaryOp(ast.USub(), operand):
            yield operand, "the minus does not belong here"
        case ast.Call(ast.Name("AVERAGE"), arguments):
            yield ast.Call(ast.Name("SUM"), arguments, []), "AVERAGE stands where SUM belongs"
        case ast.Call(ast.Name("SUM"), arguments):
            average = ast.Call(ast.Name("AVERAGE"), arguments, [])
            yield average, "SUM stands where AVERAGE belongs"
        case ast.Call(ast.Name(name), [argument]) if name in ("sqrt", "abs", "sign", "exp"):
            yield argument, f"{name.upper()} does not belong here"
            if name == "abs":
                yield ast.Call(ast.Name("sign"), [argument], []), "ABS stands where SIGN belongs"
        case ast.Constant(int() | float() as value):
            for number in (value + 1, value - 1, 2 * value, value / 2, -value):
                if number != value:
                    text = f"{value:g} stands where {number:g} belongs"
                    yield ast.Constant(number), text
    if not isinstance(part, ast.Constant):
        yield ast.BinOp(part, ast.Mult(), part), f"the square of {named(part)} is missing"
    if isinstance(part, ast.Name):
        minus = ast.BinOp(ast.Constant(1), ast.Sub(), part)
        yield minus, f"{named(part)} stands where 1 - {named(part)} belongs"
        yield ast.UnaryOp(ast.USub(), part), f"{named(part)} has the wrong sign"
        sign = ast.Call(ast.Name("sign"), [part], [])
        yield sign, f"{named(part)} stands where SIGN({named(part)}) belongs"


def _changed_power(part: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    match part:
        case ast.BinOp(left, ast.Pow(), ast.Constant(int() | float() as exponent)):
            yield left, f"the power {exponent} does not belong here"
            new = ast.BinOp(left, ast.Pow(), ast.Constant(exponent + 1))
            yield new, f"the power {exponent} stands where {exponent + 1} belongs"


def _changed_product(
    left: ast.expr, right: ast.expr, named: Callable[[ast.expr], str]
) -> Iterator[tuple[ast.expr, str]]:
    yield left, f"the factor {named(right)} does not belong here"
    yield right, f"the factor {named(left)} does not belong here"
    yield ast.BinOp(left, ast.Div(), right), "* stands where / belongs"
    yield ast.BinOp(left, ast.Add(), right), "* stands where + belongs"
    match left, right:
        case ast.BinOp(rest, ast.Mult(), a), ast.BinOp(ast.Constant(1), ast.Sub(), b) if ast.dump(
            a
        ) == ast.dump(b):
            yield rest, f"the factor {named(a)}*(1 - {named(a)}) does not belong here"
            slope = ast.BinOp(ast.Constant(1), ast.Sub(), ast.BinOp(a, ast.Mult(), a))
            yield (
                ast.BinOp(rest, ast.Mult(), slope),
                "a sigmoid's derivative stands where tanh's belongs",
            )
    match left, right:
        case ast.BinOp(a, ast.Add() | ast.Sub() as op, b), _:
            new = ast.BinOp(a, op, ast.BinOp(b, ast.Mult(), right))
            yield new, "there are brackets that do not belong"
        case _, ast.BinOp(a, ast.Add() | ast.Sub() as op, b):
            new = ast.BinOp(ast.BinOp(left, ast.Mult(), a), op, b)
            yield new, "there are brackets that do not belong"


def _changed_sum(
    left: ast.expr,
    op: ast.Add | ast.Sub,
    right: ast.expr,
    named: Callable[[ast.expr], str],
) -> Iterator[tuple[ast.expr, str]]:
    match left, op, right:
        case ast.Constant(1), ast.Sub(), ast.BinOp(own, ast.Pow(), ast.Constant(2)):
            slope = ast.BinOp(own, ast.Mult(), ast.BinOp(ast.Constant(1), ast.Sub(), own))
            yield slope, "tanh's derivative stands where a sigmoid's belongs"
    plus = isinstance(op, ast.Add)
    other: ast.operator = ast.Sub() if plus else ast.Add()
    signs = ("+", "-") if plus else ("-", "+")
    yield ast.BinOp(left, other, right), f"{signs[0]} stands where {signs[1]} belongs"
    yield left, f"the term {named(right)} does not belong here"
    yield right, f"the term {named(left)} does not belong here"
    yield ast.BinOp(left, ast.Mult(), right), f"{signs[0]} stands where * belongs"
    if not plus:
        yield ast.BinOp(right, op, left), "the difference is the other way round"
    match left, right:
        case _, ast.BinOp(a, ast.Mult() | ast.Div() as times, b):
            new = ast.BinOp(ast.BinOp(left, op, a), times, b)
            yield new, f"brackets are missing around the {'sum' if plus else 'difference'}"
        case ast.BinOp(a, ast.Mult() as times, b), _:
            new = ast.BinOp(a, times, ast.BinOp(b, op, right))
            yield new, f"brackets are missing around the {'sum' if plus else 'difference'}"


def _named(node: Node, part: ast.expr, say: Say) -> str:
    """A part in words: a cell with its label, or its formula."""
    number = leaf_number(part)
    if number is not None:
        one = node.inputs[number]
        if is_cell(one):
            return say(one)

    def leaf(name: str) -> str:
        index = leaf_number(ast.Name(name))
        one = node.inputs[index] if index is not None and index < len(node.inputs) else ()
        if is_cell(one):
            # Without the row, which is only that of the examined cell.
            return say(one).split(" (")[0]
        cells = cells_of(one)
        return f"{address(cells[0])}:{address(cells[-1])}" if cells else name

    try:
        return infix(part, leaf, EXCEL)
    except TypeError:
        return "a part of the formula"


def _renamed(tree: ast.expr, number: int, by: ast.expr) -> ast.expr:
    found = tree
    for part in [one for one in _parts(tree) if leaf_number(one) == number]:
        found = replaced(found, part, by)
    return found


def with_tree(
    node: Node, tree: ast.expr, key: Key, extra: Key | None, is_fixed: bool = False
) -> Node:
    """A copy of a node with another tree, and with one more reference if ``extra`` is given."""
    areas, inputs = node.template.areas, node.inputs
    if extra is not None:
        row, column = (0, 0) if is_fixed else (key[1], key[2])
        first = Address(None, extra[1] - row, extra[2] - column, is_fixed, is_fixed)
        areas, inputs = (*areas, Area(first, None)), (*inputs, extra)
    return Node(Template(tree, areas), inputs)


def gives(
    graph: Graph, points: Sequence[Values], wanted: Sequence[float]
) -> Callable[[Node], bool]:
    """A test whether a formula has the given values at the given points."""

    def fits(node: Node) -> bool:
        return all(
            same(calculate(graph, node, values), value)
            for values, value in zip(points, wanted, strict=True)
        )

    return fits
