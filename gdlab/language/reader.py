"""Reads a Python function as one of the grammar, or says in one line why it cannot be."""

import ast
import inspect
import math
import textwrap
from collections.abc import Callable
from typing import NoReturn

from gdlab.language.grammar import (
    ALLOWED,
    COMPARISONS,
    CONSTANTS,
    FUNCTIONS,
    MOST_FUNCTION_PARTS,
    OPERATORS,
    TOTAL,
    Formulas,
    GrammarError,
    bare,
    inlined,
    names,
    typed_number,
)

# Where Python says that a function comes from: its own prompt, and a cell under %%time or %%timeit.
PROMPT, MAGICS = "<stdin>", ("<timed exec>", "<magic-timeit>")


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
        return read_text(text, keywords=keywords, total=total)
    except (SyntaxError, RecursionError):
        name = getattr(function, "__name__", repr(function))
        raise GrammarError(
            f"{name} cannot be read by itself: write short lines, with def at the margin"
        ) from None


def read_text(text: str, *, keywords: bool = False, total: bool = False) -> Formulas:
    """The same for the text of one function; SyntaxError where it is not Python."""
    return _Reader(text, keywords, total).formulas()


def _without_source(function: Callable[..., object]) -> str:
    """Why a function's source cannot be read, and what to do."""
    name = getattr(function, "__name__", repr(function))
    file = getattr(getattr(function, "__code__", None), "co_filename", "")
    if file in MAGICS:
        return f"cannot read the source of {name} under a cell magic such as %%time: take it out"
    if file == PROMPT:
        return (
            f"cannot read the source of {name}: Python's own prompt does not keep it; define it "
            "with def in a file, in a notebook's cell, or in IPython"
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
            expressions = inlined(assigned, shown, MOST_FUNCTION_PARTS)
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
        value = typed_number(behind)
        if value is None:
            self.refuse(self.tree, f"the default of {name} must be a number")
        return sign * value

    def check_name(self, node: ast.AST, name: str) -> None:
        if name in self.functions or name in CONSTANTS:
            self.refuse(node, f"{name} already has another meaning")
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
            case ast.Constant() if typed_number(node) is not None:
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
        value = typed_number(base)
        if self.is_fixed(base) and (value is None or math.frexp(value)[0] in (0.5, 0.0)):
            self.refuse(node, "give the base of this power as a hyperparameter: base=2")

    def is_fixed(self, tree: ast.expr) -> bool:
        return set(names(tree)) <= self.fixed
