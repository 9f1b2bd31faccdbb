"""Gradients of a loss by the chain rule, backwards, written as columns.

``backward`` goes through a model's steps from the loss to its parameters (reverse mode; Linnainmaa
1970, Rumelhart, Hinton & Williams 1986) and writes ``grad_NAME`` in the form of a textbook: the
gradient of the step that uses NAME, times how that step changes with NAME, and the sum of these
products where several steps use it. A formula speaks of columns, so each can be computed by hand.

Where a function has a kink, the derivative is torch's: 0 for ``max(0, z)`` at z = 0 (torch.relu)
and for ``abs`` and ``sign`` at 0; where the arguments of any other ``max`` or ``min`` are equal,
each gets one half (torch.maximum). ``floor`` and ``sign`` are flat.

The logarithm of a sigmoid is not taken apart. With a = 1 / (1 + exp(-z)), log(a) changes with z as
1 - a, and log(1 - a) as -a; the log loss gives ``grad_z = a - y``. The two factors of the chain
rule alone, 1 / a and a * (1 - a), would divide by 0 where a has rounded to 0 or 1.
"""

import ast
from collections.abc import Iterable, Mapping

from gdlab.language.grammar import names
from gdlab.language.terms import (
    ONE,
    Term,
    as_number,
    multiply,
    negative,
    number,
    plain,
    product,
    same,
    sigmoid_argument,
    total,
    written,
)

ZERO = number(0)
Terms = list[Term]


def backward(
    steps: Mapping[str, ast.expr], loss: str, parameters: Iterable[str]
) -> dict[str, ast.expr]:
    """The gradient of each step and each parameter, in the order in which they are computed.

    ``steps`` are the columns in order with their expressions. The gradient of a parameter is always
    there, that of a step where it says something new: not where it is a constant, another column as
    it stands, or the gradient of a sigmoid that only a logarithm uses.
    """
    return _Backward(steps, loss, tuple(parameters)).gradients()


class _Backward:
    """One pass from the loss to the parameters."""

    def __init__(
        self, steps: Mapping[str, ast.expr], loss: str, parameters: tuple[str, ...]
    ) -> None:
        self.steps = {name: plain(tree) for name, tree in steps.items()}
        self.loss = loss
        self.parameters = parameters
        self.columns = {
            ast.unparse(tree): name
            for name, tree in reversed(self.steps.items())
            if not isinstance(tree, ast.Name | ast.Constant)
        }
        # The names that the loss may change with.
        self.active = set(parameters)
        for name, tree in self.steps.items():
            if self.active.intersection(names(tree)):
                self.active.add(name)
        self.users = self._users()
        self.sigmoids = {
            name: argument
            for name, tree in self.steps.items()
            if (argument := sigmoid_argument(tree)) is not None
        }
        # Sigmoids whose logarithm is taken: what comes to them goes on to their argument.
        self.passed = {
            sigmoid
            for step in self.users
            if step in self.steps
            for node in ast.walk(self.steps[step])
            if (sigmoid := self._logarithm_of(node)) is not None
        }

    def _users(self) -> dict[str, set[str]]:
        """The names on a way to the loss, with the steps that use them."""
        found: dict[str, set[str]] = {self.loss: set()} if self.loss in self.active else {}
        for step in reversed(self.steps):
            if step in found:
                for name in self.active.intersection(names(self.steps[step])):
                    found.setdefault(name, set()).add(step)
        return found

    def _in_order(self) -> list[str]:
        """The steps from the loss backwards: the first one of which all users are done."""
        left = {name: set(users) for name, users in self.users.items() if name in self.steps}
        order: list[str] = []
        while left:
            step = next(name for name in self.steps if name in left and not left[name])
            order.append(step)
            del left[step]
            for users in left.values():
                users.discard(step)
        return order

    def gradients(self) -> dict[str, ast.expr]:
        """All gradients: the steps', from the loss backwards, then the parameters'."""
        # What comes to a name, by the step that it comes from.
        arriving: dict[str, dict[str, Terms]] = {self.loss: {"": [Term()]}}
        found: dict[str, ast.expr] = {}
        for name in self._in_order():
            gradient = self._summed(arriving.get(name, {}))
            local = self._local(self.steps[name])
            if name not in self.passed:
                expression = written(gradient)
                if as_number(expression) is None and not isinstance(expression, ast.Name):
                    found[f"grad_{name}"] = expression
                    expression = ast.Name(f"grad_{name}")
                gradient = [multiply(Term(), expression)]
                # The gradient stands first, then how the step changes.
                local = {
                    part: terms if len(terms) == 1 else [multiply(Term(), written(terms))]
                    for part, terms in local.items()
                }
            for part, terms in local.items():
                arriving.setdefault(part, {})[name] = [
                    before.times(after) for before in gradient for after in terms
                ]
        for name in self.parameters:
            found[f"grad_{name}"] = written(self._summed(arriving.get(name, {})))
        return found

    def _summed(self, arriving: Mapping[str, Terms]) -> Terms:
        """What comes to a name, in the order of the steps that use it."""
        positions = ["", *self.steps]
        return total(
            term for step in sorted(arriving, key=positions.index) for term in arriving[step]
        )

    def _local(self, tree: ast.expr) -> dict[str, Terms]:
        """How an expression changes with each name in it, as sums of products."""
        found: dict[str, Terms] = {}
        for name, term in self._paths(tree, Term()):
            found.setdefault(name, []).append(term)
        summed = {name: total(terms) for name, terms in found.items()}
        return {name: terms for name, terms in summed.items() if terms}

    def _value(self, tree: ast.expr) -> ast.expr:
        """The column that holds an expression, or else the expression."""
        column = self.columns.get(ast.unparse(tree))
        return ast.Name(column) if column else tree

    def _paths(self, tree: ast.expr, term: Term) -> Iterable[tuple[str, Term]]:
        """Each way down to a name that counts, with what stands before it as a product."""
        if not self.active.intersection(names(tree)):
            return
        match tree:
            case ast.Name(name):
                yield name, term
            case ast.UnaryOp(operand=operand):
                yield from self._paths(operand, negative(term))
            case ast.BinOp(left, ast.Add() | ast.Sub() as op, right):
                yield from self._paths(left, term)
                yield from self._paths(right, term if isinstance(op, ast.Add) else negative(term))
            case ast.BinOp(left, ast.Mult(), right) if same(left, right):
                yield from self._paths(left, multiply(term.scaled(2), self._value(left)))
            case ast.BinOp(left, ast.Mult(), right):
                yield from self._paths(left, multiply(term, self._value(right)))
                yield from self._paths(right, multiply(term, self._value(left)))
            case ast.BinOp(left, ast.Div(), right):
                yield from self._quotient(tree, left, right, term)
            case ast.BinOp(base, ast.Pow(), exponent):
                yield from self._power(tree, base, exponent, term)
            case ast.IfExp(test, body, orelse):
                yield from self._choice(test, body, orelse, term)
            case ast.Call(ast.Name(function), arguments):
                yield from self._function(tree, function, arguments, term)

    def _quotient(
        self, tree: ast.expr, left: ast.expr, right: ast.expr, term: Term
    ) -> Iterable[tuple[str, Term]]:
        argument = sigmoid_argument(tree)
        if argument is not None:
            value = self._value(tree)
            yield from self._paths(argument, product(term, value, _less_from_one(value)))
            return
        below = self._value(right)
        yield from self._paths(left, term.over(below))
        value = self._value(tree)
        if value is tree:
            yield from self._paths(
                right, multiply(negative(term), self._value(left)).over(below).over(below)
            )
        elif same(left, number(1)):
            yield from self._paths(right, product(negative(term), value, value))
        else:
            yield from self._paths(right, multiply(negative(term), value).over(below))

    def _power(
        self, tree: ast.expr, base: ast.expr, exponent: ast.expr, term: Term
    ) -> Iterable[tuple[str, Term]]:
        less = ast.BinOp(base, ast.Pow(), ast.BinOp(exponent, ast.Sub(), number(1)))
        yield from self._paths(base, product(term, self._value(exponent), less))
        # As in torch, a power of 0 does not change with its exponent.
        there = ast.Compare(base, [ast.NotEq()], [ZERO])
        changed = product(term, self._value(tree), _call("log", self._value(base)))
        yield from self._paths(exponent, changed.where(there))

    def _choice(
        self, test: ast.expr, body: ast.expr, orelse: ast.expr, term: Term
    ) -> Iterable[tuple[str, Term]]:
        """A choice changes as the side that is taken."""
        sides = self._local(body), self._local(orelse)
        for name in dict.fromkeys(name for side in sides for name in side):
            then, otherwise = (written(side.get(name, [])) for side in sides)
            if same(then, otherwise):
                yield name, multiply(term, then)
            else:
                yield name, multiply(term, ast.IfExp(test, then, otherwise))

    def _function(
        self, tree: ast.expr, function: str, arguments: list[ast.expr], term: Term
    ) -> Iterable[tuple[str, Term]]:
        first = arguments[0]
        value = self._value(tree)
        inside = self._value(first)
        match function:
            case "exp":
                yield from self._paths(first, multiply(term, value))
            case "log":
                yield from self._logarithm(first, term)
            case "sqrt":
                yield from self._paths(first, term.over(number(2)).over(value))
            case "cos":
                yield from self._paths(first, multiply(negative(term), _call("sin", inside)))
            case "sin":
                yield from self._paths(first, multiply(term, _call("cos", inside)))
            case "abs":
                yield from self._paths(first, multiply(term, _call("sign", inside)))
            case "max" | "min":
                larger = ast.Gt() if function == "max" else ast.Lt()
                for one, other in (arguments, arguments[::-1]):
                    yield from self._paths(one, self._taken(one, larger, other, term))

    def _taken(self, one: ast.expr, larger: ast.cmpop, other: ast.expr, term: Term) -> Term:
        """A product where ``one`` is taken and not ``other``; half of it where they are equal."""
        test = ast.Compare(self._value(one), [larger], [self._value(other)])
        if same(other, ZERO):
            return term.where(test)
        equal = ast.Compare(self._value(one), [ast.Eq()], [self._value(other)])
        return multiply(term, ast.IfExp(test, number(1), ast.IfExp(equal, number(0.5), ZERO)))

    def _logarithm(self, inside: ast.expr, term: Term) -> Iterable[tuple[str, Term]]:
        name = self._sigmoid_in(inside)
        if name is not None:
            value = ast.Name(name)
            # log(a) changes as 1 - a, log(1 - a) as -a.
            whole = isinstance(inside, ast.Name)
            changed = _less_from_one(value) if whole else value
            signed = term if whole else negative(term)
            yield from self._paths(self.sigmoids[name], multiply(signed, changed))
            return
        match inside:
            case ast.BinOp(one, ast.Add(), ast.Call(ast.Name("exp"), [power])) if same(one, ONE):
                yield from self._paths(power, multiply(term, self._sigmoid_of(power)))
            case _:
                yield from self._paths(inside, term.over(self._value(inside)))

    def _sigmoid_of(self, power: ast.expr) -> ast.expr:
        """exp(u) / (1 + exp(u)) as a sigmoid, which stays a number however large u is."""
        opposite = (
            power.operand if isinstance(power, ast.UnaryOp) else ast.UnaryOp(ast.USub(), power)
        )
        for name, argument in self.sigmoids.items():
            if same(argument, power):
                return ast.Name(name)
            if same(argument, opposite):
                return _less_from_one(ast.Name(name))
        return ast.BinOp(ONE, ast.Div(), ast.BinOp(ONE, ast.Add(), _call("exp", opposite)))

    def _logarithm_of(self, node: ast.AST) -> str | None:
        """The sigmoid's column whose logarithm a node is."""
        match node:
            case ast.Call(ast.Name("log"), [inside]):
                return self._sigmoid_in(inside)
        return None

    def _sigmoid_in(self, inside: ast.expr) -> str | None:
        """The sigmoid's column a of which an expression is a or 1 - a."""
        match inside:
            case ast.Name(name) if name in self.sigmoids:
                return name
            case ast.BinOp(one, ast.Sub(), ast.Name(name)) if name in self.sigmoids:
                return name if same(one, ONE) else None
        return None


def _call(function: str, argument: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(function), [argument], [])


def _less_from_one(value: ast.expr) -> ast.expr:
    return ast.BinOp(ONE, ast.Sub(), value)
