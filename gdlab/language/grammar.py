"""The small grammar in which rules are written, and its reader.

A function of the grammar is a flat list of assignments, each name assigned once, and a return of
tuples of names. Its expressions know ``+ - * / **`` and unary minus, a comparison inside a
conditional expression, the functions of :data:`FUNCTIONS`, names and numbers. That little can be
said in Python, Excel and LaTeX alike, in the same order of operations, so all give the same bits.
"""

import ast
import inspect
import math
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

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
DIGITS = 15
ALLOWED = (
    "allowed are + - * / **, unary minus, 'a if b > c else d', "
    f"{', '.join(FUNCTIONS)}, pi, names and numbers of up to {DIGITS} digits"
)
# A cell's formula stays one that a person can read, and far under Excel's 8,192 characters.
MOST_PARTS = 100
PARTS = (ast.Name, ast.Constant)


class GrammarError(ValueError):
    """A function that cannot be shown as table, sheet, formula and mark; names the line."""


@dataclass(frozen=True, eq=False)
class Formulas:
    """One function of the grammar, read.

    ``arguments`` are its parameter names in order, ``defaults`` the numbers behind some of them,
    ``expressions`` maps each assigned name to its syntax tree with helper names put in, so that
    a tree speaks only of arguments and returned names. ``returned`` holds the returned tuples.
    """

    name: str
    doc: str
    arguments: tuple[str, ...]
    defaults: dict[str, float]
    expressions: dict[str, ast.expr]
    returned: tuple[tuple[str, ...], ...]
    source: str

    @property
    def results(self) -> tuple[str, ...]:
        """All returned names in order."""
        return tuple(name for group in self.returned for name in group)


def read(function: Callable) -> Formulas:
    """Read a function's source into :class:`Formulas`; raises GrammarError outside the grammar."""
    try:
        text = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        raise GrammarError(
            f"cannot read the source of {function!r}: define it with def in a file or a cell"
        ) from None
    try:
        return _Reader(text).formulas()
    except (SyntaxError, RecursionError):
        name = getattr(function, "__name__", repr(function))
        raise GrammarError(
            f"{name} cannot be read by itself: write short lines, with def at the margin"
        ) from None


class _Reader:
    """Walks one function definition and refuses whatever the grammar does not know."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        # Names whose value is the same in every row.
        self.fixed: set[str] = set()
        tree = ast.parse(text).body[0]
        if not isinstance(tree, ast.FunctionDef):
            self.refuse(tree, "a rule is one plain function, written with def")
        self.tree = tree
        self.name = tree.name

    def refuse(self, node: ast.AST, why: str) -> NoReturn:
        number = getattr(node, "lineno", 1)
        line = self.lines[number - 1].strip()
        name = getattr(self, "name", "this")
        raise GrammarError(f"{name}, line {number}: {line!r}: {why}")

    def formulas(self) -> Formulas:
        tree = self.tree
        doc = ast.get_docstring(tree) or ""
        body = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
        arguments, defaults = self.signature(tree.args)
        known = set(arguments)
        assigned: dict[str, ast.expr] = {}
        for statement in body[:-1]:
            name, value = self.assignment(statement, known)
            self.check(value, known)
            known.add(name)
            assigned[name] = value
            if self.is_fixed(value):
                self.fixed.add(name)
        if not body:
            self.refuse(tree, "nothing is returned")
        returned = self.returned(body[-1], assigned)
        shown = {name for group in returned for name in group}
        helpers: dict[str, ast.expr] = {}
        expressions: dict[str, ast.expr] = {}
        for name, value in assigned.items():
            complete = substitute(value, helpers)
            if sum(isinstance(node, PARTS) for node in ast.walk(complete)) > MOST_PARTS:
                self.refuse(tree, f"{name} is too long for a cell; return parts of it as columns")
            (expressions if name in shown else helpers)[name] = complete
        return Formulas(tree.name, doc, arguments, defaults, expressions, returned, bare(tree))

    def signature(self, arguments: ast.arguments) -> tuple[tuple[str, ...], dict[str, float]]:
        if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
            self.refuse(self.tree, "plain arguments only, no * and no /")
        names = tuple(argument.arg for argument in arguments.args)
        for name in names:
            self.check_name(self.tree, name)
        defaults = {}
        first = len(names) - len(arguments.defaults)
        for name, default in zip(names[first:], arguments.defaults, strict=True):
            sign = 1.0
            if isinstance(default, ast.UnaryOp) and isinstance(default.op, ast.USub):
                default, sign = default.operand, -1.0
            value = _number(default)
            if value is None:
                self.refuse(self.tree, f"the default of {name} must be a number")
            defaults[name] = sign * value
        return names, defaults

    def check_name(self, node: ast.AST, name: str) -> None:
        if name in FUNCTIONS or name in CONSTANTS:
            self.refuse(node, f"{name} means something else already")
        if name.startswith("_"):
            self.refuse(node, f"{name}: a name begins with a letter")

    def assignment(self, statement: ast.stmt, known: set[str]) -> tuple[str, ast.expr]:
        if not isinstance(statement, ast.Assign):
            self.refuse(statement, "only assignments 'name = ...', then one return")
        target = statement.targets[0]
        if len(statement.targets) > 1 or not isinstance(target, ast.Name):
            self.refuse(statement, "assign to one name")
        self.check_name(statement, target.id)
        if target.id in known:
            self.refuse(
                statement,
                f"{target.id} has a value already; each name is assigned once",
            )
        if target.id.endswith("_prev"):
            self.refuse(statement, "names that end in _prev belong to the row above")
        return target.id, statement.value

    def returned(
        self, statement: ast.stmt, assigned: dict[str, ast.expr]
    ) -> tuple[tuple[str, ...], ...]:
        if not isinstance(statement, ast.Return) or not isinstance(statement.value, ast.Tuple):
            self.refuse(statement, "the last line returns tuples of names")
        groups = statement.value.elts
        if all(isinstance(group, ast.Name) for group in groups):
            groups = [statement.value]
        names = []
        for group in groups:
            if not isinstance(group, ast.Tuple):
                self.refuse(statement, "return tuples of names: (carried,), (shown, step)")
            for element in group.elts:
                if not isinstance(element, ast.Name) or element.id not in assigned:
                    self.refuse(statement, "only assigned names can be returned")
            names.append(tuple(element.id for element in group.elts))  # type: ignore[attr-defined]
        flat = [name for group in names for name in group]
        if len(set(flat)) < len(flat):
            self.refuse(statement, "a name is returned twice")
        return tuple(names)

    def check(self, node: ast.expr, known: set[str]) -> None:
        """Refuse any part of an expression that is outside the grammar."""
        match node:
            case ast.BinOp(left, op, right) if isinstance(op, OPERATORS):
                if isinstance(op, ast.Pow):
                    self.check_power(node, left, right)
                parts = [left, right]
            case ast.UnaryOp(ast.USub(), operand):
                parts = [operand]
            case ast.IfExp(ast.Compare(left, [comparison], [right]), body, orelse) if isinstance(
                comparison, COMPARISONS
            ):
                parts = [left, right, body, orelse]
            case ast.Call(ast.Name(function), arguments, []) if function in FUNCTIONS:
                if len(arguments) != FUNCTIONS[function]:
                    self.refuse(
                        node,
                        f"the number of arguments of {function} is {FUNCTIONS[function]}",
                    )
                parts = arguments
            case ast.Name(name):
                if name not in known and name not in CONSTANTS:
                    self.refuse(node, f"{name} is not known here; {ALLOWED}")
                parts = []
            case ast.Constant() if _number(node) is not None:
                parts = []
            case _:
                self.refuse(node, ALLOWED)
        for part in parts:
            self.check(part, known)

    def check_power(self, node: ast.expr, base: ast.expr, exponent: ast.expr) -> None:
        """Refuse the powers that a compiler turns into products, roots or powers of two.

        Their last bit would then differ from Python's and the spreadsheet's.
        """
        if self.is_fixed(exponent):
            self.refuse(node, "write a fixed power with products and sqrt: g * g, not g**2")
        value = _number(base)
        if self.is_fixed(base) and (value is None or math.frexp(value)[0] in (0.5, 0.0)):
            self.refuse(node, "give the base of this power as a hyperparameter: base=2")

    def is_fixed(self, tree: ast.expr) -> bool:
        return set(names(tree)) <= self.fixed


def _number(node: ast.expr) -> float | None:
    """A finite number as it is typed, with no more digits than a spreadsheet reads; else None."""
    match node:
        # bool matches int() too.
        case ast.Constant(bool()):
            return None
        case ast.Constant(int(value) | float(value)) if abs(value) < 1e300:
            return float(value) if float(f"{value:.{DIGITS}g}") == value else None
    return None


def substitute(tree: ast.expr, values: dict[str, ast.expr]) -> ast.expr:
    """The expression with some of its names replaced by expressions."""

    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return values.get(node.id, node)

    # A copy, because the transformer changes trees in place.
    copy = ast.parse(ast.unparse(tree), mode="eval").body
    return Put().visit(copy)


def names(tree: ast.expr) -> tuple[str, ...]:
    """The names in an expression, each once, in order of appearance; not pi, not functions."""
    found: dict[str, None] = {}

    def walk(node: ast.AST) -> None:
        if isinstance(node, ast.Name) and node.id not in CONSTANTS:
            found[node.id] = None
        for part in node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node):
            walk(part)

    walk(tree)
    return tuple(found)


def bare(tree: ast.FunctionDef) -> str:
    """What is computed: the function's text without name, decorators, annotations, docstring.

    Whole numbers become floats: compiled integers would overflow where Python's grow.
    """

    class Floats(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.Constant:
            return ast.Constant(_number(node))

    body = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    arguments = [ast.arg(arg=argument.arg) for argument in tree.args.args]
    plain = ast.FunctionDef(
        name="_",
        args=ast.arguments(
            posonlyargs=[], args=arguments, kwonlyargs=[], kw_defaults=[], defaults=[]
        ),
        body=[Floats().visit(statement) for statement in body],
        decorator_list=[],
    )
    return ast.unparse(ast.fix_missing_locations(plain))
