"""The small grammar in which rules are written: what it knows, and its functions, read, as trees.

A function of the grammar is a flat list of assignments, each name assigned once, and a return of
tuples of names. Its expressions know ``+ - * / **`` and unary minus, a comparison inside a
conditional expression, the functions of :data:`FUNCTIONS`, names and numbers. This much can be
said in Python, Excel and LaTeX alike, in the same order of operations, so all give the same bits.
"""

import ast
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

# The sum of its argument over all parameters, in functions of the package's own.
TOTAL = "total"
# Name -> number of arguments.
FUNCTIONS = {
    "sqrt": 1, "exp": 1, "log": 1, "cos": 1, "sin": 1, "floor": 1, "sign": 1, "abs": 1,
    "min": 2, "max": 2,
}  # fmt: skip
# Those of them that Python's math has; gdlab.formulas.functions has the others.
OF_MATH = ("sqrt", "exp", "log", "cos", "sin")
CONSTANTS = {"pi": math.pi}
OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
EXACT_DIGITS = 15
ALLOWED = (
    "allowed are + - * / **, unary minus, 'a if b > c else d', "
    f"{', '.join(FUNCTIONS)}, pi, names and numbers of up to {EXACT_DIGITS} digits"
)
# A cell's formula stays one that a person can read, and far under Excel's 8,192 characters.
MOST_FUNCTION_PARTS = 100
# What nobody typed may be longer, but no longer than those characters.
MOST_PARTS_IN_A_CELL = 800
PARTS = (ast.Name, ast.Constant)


class GrammarError(ValueError):
    """A function that cannot be shown as table, sheet, formula and mark; names the line."""


@dataclass(frozen=True, eq=False)
class Formulas:
    """One function of the grammar, read.

    ``arguments`` are its parameter names in order, ``defaults`` the numbers behind some of them,
    ``keyword_only`` those behind a ``*``. ``steps`` maps each assigned name, in order, to its
    syntax tree as it is written; in ``expressions`` stand the returned ones with helper names put
    in, so that a tree speaks only of arguments and returned names. ``returned`` holds the returned
    tuples, ``source`` the text of what is computed, and nothing else.
    """

    name: str
    doc: str
    arguments: tuple[str, ...]
    defaults: dict[str, float]
    steps: dict[str, ast.expr]
    expressions: dict[str, ast.expr]
    returned: tuple[tuple[str, ...], ...]
    source: str
    keyword_only: tuple[str, ...] = ()

    @property
    def results(self) -> tuple[str, ...]:
        """All returned names in order."""
        return tuple(name for group in self.returned for name in group)


def typed_number(node: ast.expr) -> float | None:
    """A finite number as it is typed, with no more digits than a spreadsheet reads; else None."""
    match node:
        # bool matches int() too.
        case ast.Constant(bool()):
            return None
        case ast.Constant(int(value) | float(value)) if abs(value) < 1e300:
            return float(value) if float(f"{value:.{EXACT_DIGITS}g}") == value else None
    return None


def substitute(tree: ast.expr, values: Mapping[str, ast.expr]) -> ast.expr:
    """The expression with some of its names replaced by expressions."""
    # The parts that nearly all are, without looking for their fields.
    match tree:
        case ast.Name(name):
            return values.get(name, tree)
        case ast.Constant():
            return tree
        case ast.BinOp(left, op, right):
            return ast.BinOp(substitute(left, values), op, substitute(right, values))
    return type(tree)(**{name: _put(part, values) for name, part in ast.iter_fields(tree)})


def _put(part: Any, values: Mapping[str, ast.expr]) -> Any:
    if isinstance(part, list):
        return [_put(one, values) for one in part]
    return substitute(part, values) if isinstance(part, ast.expr) else part


def inlined(
    steps: Mapping[str, ast.expr], shown: Collection[str], most: int = MOST_PARTS_IN_A_CELL
) -> dict[str, ast.expr]:
    """The steps that are shown, with the others, their helpers, put in.

    Raises GrammarError as soon as one has more than ``most`` parts.
    """
    helpers: dict[str, ast.expr] = {}
    found: dict[str, ast.expr] = {}
    for name, tree in steps.items():
        whole = substitute(tree, helpers)
        if parts(whole) > most:
            raise GrammarError(f"{name} is too long for a cell")
        (found if name in shown else helpers)[name] = whole
    return found


def leading(steps: Mapping[str, ast.expr], name: str) -> list[str]:
    """The steps that lead to a name, itself last."""
    wanted = {name}
    for step in reversed(list(steps)):
        if step in wanted:
            wanted |= set(names(steps[step]))
    return [step for step in steps if step in wanted]


def parts(tree: ast.expr) -> int:
    """How many names and numbers an expression has."""
    return sum(isinstance(node, PARTS) for node in ast.walk(tree))


def compose(
    name: str,
    arguments: Iterable[str],
    steps: Mapping[str, ast.expr],
    returned: Iterable[Iterable[str]],
    doc: str = "",
    defaults: Mapping[str, float] | None = None,
) -> Formulas:
    """A function of the grammar that nobody typed: its steps in order, then what it returns.

    ``returned`` holds tuples of names. Nothing is checked.
    """
    given, groups = tuple(arguments), tuple(tuple(group) for group in returned)
    shown = {name for group in groups for name in group}
    lines = [f"    {step} = {ast.unparse(tree)}" for step, tree in steps.items()]
    tuples = [f"({''.join(f'{one}, ' for one in group)})" for group in groups]
    text = "\n".join([f"def _({', '.join(given)}):", *lines, f"    return {', '.join(tuples)}"])
    definition = ast.parse(text).body[0]
    assert isinstance(definition, ast.FunctionDef)
    return Formulas(
        name, doc, given, dict(defaults or {}), dict(steps), inlined(steps, shown), groups,
        bare(definition),
    )  # fmt: skip


def unrolled(formulas: Formulas, count: int) -> Formulas:
    """A function that was read with ``total``, written out for ``count`` parameters.

    An argument inside of a total is a parameter's own: ``g`` becomes ``g_1``, ``g_2`` and so on,
    and so does every name that is made from it outside of a total.
    """
    own: set[str] = set()

    def is_total(node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and ast.unparse(node.func) == TOTAL

    for tree in formulas.steps.values():
        for node in filter(is_total, ast.walk(tree)):
            own |= set(names(node)) & set(formulas.arguments)  # type: ignore[arg-type]

    def outside(tree: ast.AST) -> set[str]:
        """The names outside of totals."""
        found = {tree.id} if isinstance(tree, ast.Name) else set()
        inside = [] if is_total(tree) else ast.iter_child_nodes(tree)
        return found.union(*map(outside, inside))

    def numbered(name: str) -> list[str]:
        return [f"{name}_{i}" for i in range(1, count + 1)] if name in own else [name]

    def of(tree: ast.expr, index: int) -> ast.expr:
        put: dict[str, ast.expr] = {name: ast.Name(f"{name}_{index}") for name in own}
        return substitute(tree, put)

    class Summed(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.expr:
            self.generic_visit(node)
            if not is_total(node):
                return node
            terms = [of(node.args[0], index) for index in range(1, count + 1)]
            return reduce(lambda left, right: ast.BinOp(left, ast.Add(), right), terms)

    steps: dict[str, ast.expr] = {}
    for name, tree in formulas.steps.items():
        if outside(tree) & own:
            own.add(name)
        summed = Summed().visit(substitute(tree, {}))
        for index, one in enumerate(numbered(name), 1):
            steps[one] = of(summed, index) if name in own else summed
    arguments = [one for name in formulas.arguments for one in numbered(name)]
    returned = [[one for name in group for one in numbered(name)] for group in formulas.returned]
    return compose(formulas.name, arguments, steps, returned, formulas.doc, formulas.defaults)


def names(tree: ast.expr) -> tuple[str, ...]:
    """The names in an expression, each once, in order of appearance; not pi, not functions."""
    found: dict[str, None] = {}
    waiting: list[ast.AST] = [tree]
    while waiting:
        match waiting.pop():
            case ast.Name(name):
                if name not in CONSTANTS:
                    found[name] = None
            case ast.BinOp(left, _, right):
                waiting += (right, left)
            case ast.Constant():
                pass
            case ast.Call(args=arguments):
                waiting += reversed(arguments)
            case node:
                waiting += reversed([*ast.iter_child_nodes(node)])
    return tuple(found)


def same(first: object, second: object) -> bool:
    """Whether two expressions, or parts of them, are written alike."""
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(same, first, second))
    if not isinstance(first, ast.AST) or type(first) is not type(second):
        return first == second
    # A name that was parsed says that it is read; one that was made does not.
    fields = [name for name in first._fields if name != "ctx"]
    return all(same(getattr(first, name, None), getattr(second, name, None)) for name in fields)


def bare(tree: ast.FunctionDef) -> str:
    """What is computed: the function's text without name, decorators, annotations, docstring.

    Whole numbers become floats: compiled integers would overflow where Python's grow.
    """

    class Floats(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.Constant:
            return ast.Constant(typed_number(node))

    body = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    given = (*tree.args.args, *tree.args.kwonlyargs)
    arguments = [ast.arg(arg=argument.arg) for argument in given]
    plain = ast.FunctionDef(
        name="_",
        args=ast.arguments(
            posonlyargs=[], args=arguments, kwonlyargs=[], kw_defaults=[], defaults=[]
        ),
        body=[Floats().visit(statement) for statement in body],
        decorator_list=[],
    )
    return ast.unparse(ast.fix_missing_locations(plain))
