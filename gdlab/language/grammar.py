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
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import NoReturn

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
DIGITS = 15
ALLOWED = (
    "allowed are + - * / **, unary minus, 'a if b > c else d', "
    f"{', '.join(FUNCTIONS)}, pi, names and numbers of up to {DIGITS} digits"
)
# A cell's formula stays one that a person can read, and far under Excel's 8,192 characters.
MOST_PARTS = 100
# What nobody typed may be longer, but no longer than those characters.
MOST_PARTS_IN_A_CELL = 800
PARTS = (ast.Name, ast.Constant)


class GrammarError(ValueError):
    """A function that cannot be shown as table, sheet, formula and mark; names the line."""


# Where Python says that a function comes from: its own prompt, and a cell under %%time or %%timeit.
PROMPT, MAGICS = "<stdin>", ("<timed exec>", "<magic-timeit>")


@dataclass(frozen=True, eq=False)
class Formulas:
    """One function of the grammar, read.

    ``arguments`` are its parameter names in order, ``defaults`` the numbers behind some of them,
    ``keyword_only`` those behind a ``*``. ``steps`` maps each assigned name, in order, to its
    syntax tree as it is written; in ``expressions`` stand the returned ones with helper names put
    in, so that a tree speaks only of arguments and returned names. ``returned`` holds the returned
    tuples, ``source`` the bare text of what is computed.
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


def read(
    function: Callable[..., object], *, keywords: bool = False, total: bool = False
) -> Formulas:
    """Read a function's source into :class:`Formulas`; raises GrammarError outside the grammar.

    ``keywords`` allows keyword-only arguments (a model's constants), ``total`` the sum over all
    parameters that :func:`unrolled` writes out.
    """
    try:
        text = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        raise GrammarError(_without_source(function)) from None
    try:
        return _Reader(text, keywords, total).formulas()
    except (SyntaxError, RecursionError):
        name = getattr(function, "__name__", repr(function))
        raise GrammarError(
            f"{name} cannot be read by itself: write short lines, with def at the margin"
        ) from None


def _without_source(function: Callable[..., object]) -> str:
    """Why a function's source cannot be read, and what to do."""
    name = getattr(function, "__name__", repr(function))
    file = getattr(getattr(function, "__code__", None), "co_filename", "")
    if file in MAGICS:
        return f"cannot read the source of {name} under a cell magic such as %%time: take it out"
    if file == PROMPT:
        return (
            f"cannot read the source of {name}: Python's own prompt keeps none; define it with def "
            "in a file, in a notebook's cell, or in IPython"
        )
    return f"cannot read the source of {function!r}: define it with def in a file or a cell"


class _Reader:
    """Walks one function definition and refuses whatever the grammar does not know."""

    def __init__(self, text: str, keywords: bool = False, total: bool = False) -> None:
        self.lines = text.splitlines()
        self.keywords = keywords
        self.functions = FUNCTIONS | ({TOTAL: 1} if total else {})
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
        try:
            expressions = inlined(assigned, shown, MOST_PARTS)
        except GrammarError as error:
            self.refuse(tree, f"{error}; return parts of it as columns")
        keyword_only = tuple(argument.arg for argument in tree.args.kwonlyargs)
        return Formulas(
            tree.name, doc, arguments, defaults, assigned, expressions, returned, bare(tree),
            keyword_only,
        )  # fmt: skip

    def signature(self, arguments: ast.arguments) -> tuple[tuple[str, ...], dict[str, float]]:
        if arguments.vararg or arguments.kwarg or arguments.posonlyargs:
            self.refuse(self.tree, "plain arguments only, no * and no /")
        if arguments.kwonlyargs and not self.keywords:
            self.refuse(self.tree, "plain arguments only, no * and no /")
        positional = [argument.arg for argument in arguments.args]
        keyword_only = [argument.arg for argument in arguments.kwonlyargs]
        names = (*positional, *keyword_only)
        for name in names:
            self.check_name(self.tree, name)
        first = len(positional) - len(arguments.defaults)
        given = dict(zip(positional[first:], arguments.defaults, strict=True))
        for name, behind in zip(keyword_only, arguments.kw_defaults, strict=True):
            if behind is None:
                self.refuse(self.tree, f"{name} needs a default: {name}=1")
            given[name] = behind
        return names, {name: self.default(name, behind) for name, behind in given.items()}

    def default(self, name: str, behind: ast.expr) -> float:
        sign = 1.0
        if isinstance(behind, ast.UnaryOp) and isinstance(behind.op, ast.USub):
            behind, sign = behind.operand, -1.0
        value = _number(behind)
        if value is None:
            self.refuse(self.tree, f"the default of {name} must be a number")
        return sign * value

    def check_name(self, node: ast.AST, name: str) -> None:
        if name in self.functions or name in CONSTANTS:
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
            case ast.Call(ast.Name(function), arguments, []) if function in self.functions:
                count = self.functions[function]
                if len(arguments) != count:
                    self.refuse(node, f"the number of arguments of {function} is {count}")
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


def substitute(tree: ast.expr, values: Mapping[str, ast.expr]) -> ast.expr:
    """The expression with some of its names replaced by expressions."""

    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return values.get(node.id, node)

    # A copy, because the transformer changes trees in place.
    copy = ast.parse(ast.unparse(tree), mode="eval").body
    found: ast.expr = Put().visit(copy)
    return found


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
