"""The usual slips as changes of one place in a formula's syntax tree."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from gdlab.core.columns import COUNTERS, Table
from gdlab.core.symbols import LIMITS, SHARE
from gdlab.language.infix import TEXT, infix


class Rewrite(NamedTuple):
    """One slip: its short name, what was done in a sentence, and the formula that it makes."""

    name: str
    because: str
    tree: ast.expr


def say(tree: ast.expr) -> str:
    """A part of a formula in the words of the sheet's header."""
    return infix(
        tree, lambda name: f"{name.removesuffix('_prev')} above" if _above(name) else name, TEXT
    )


def _above(name: str) -> bool:
    return name.endswith("_prev")


def same(first: ast.expr, second: ast.expr) -> bool:
    """Whether two parts are written alike."""
    return type(first) is type(second) and ast.dump(first) == ast.dump(second)


def binary(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.BinOp:
    """A part with one operator."""
    return ast.BinOp(left, op, right)


def root(part: ast.expr) -> ast.Call:
    """The square root of a part."""
    return ast.Call(ast.Name("sqrt"), [part], [])


def is_share(tree: ast.expr) -> bool:
    """Whether a part is a hyperparameter such as beta: a share of a whole."""
    return isinstance(tree, ast.Name) and LIMITS.get(tree.id) is SHARE


def is_rate(tree: ast.expr) -> bool:
    """Whether a part is the learning rate."""
    return isinstance(tree, ast.Name) and tree.id in ("lr", "start_lr")


def everywhere(tree: ast.expr, table: Table) -> Iterator[Rewrite]:
    """All slips at all places of a formula, each in a tree of its own."""
    yield from here(tree, table)
    for field, part in ast.iter_fields(tree):
        if isinstance(part, ast.expr) and not (isinstance(tree, ast.Call) and field == "func"):
            for slip in everywhere(part, table):
                yield slip._replace(tree=_with(tree, field, slip.tree))
        elif isinstance(part, list):
            for place, one in enumerate(part):
                if isinstance(one, ast.expr):
                    for slip in everywhere(one, table):
                        changed = [*part[:place], slip.tree, *part[place + 1 :]]
                        yield slip._replace(tree=_with(tree, field, changed))


def _with(tree: ast.expr, name: str, value: object) -> ast.expr:
    """The tree with one field changed; its other parts are shared."""
    return type(tree)(**dict(ast.iter_fields(tree)) | {name: value})


def here(tree: ast.expr, table: Table) -> Iterator[Rewrite]:
    """The slips at the outermost place of a formula."""
    match tree:
        case ast.BinOp(left, ast.Mult(), right):
            yield from _product(left, right)
        case ast.BinOp(left, ast.Div(), right):
            yield from _quotient(left, right)
        case ast.BinOp(left, ast.Add(), right):
            yield from _sum(left, right)
        case ast.BinOp(left, ast.Sub(), right):
            yield from _difference(left, right)
        case ast.BinOp(left, ast.Pow(), right):
            yield Rewrite(
                "power_forgotten", f"the power {say(right)} of {say(left)} was forgotten", left
            )
            product = binary(left, ast.Mult(), right)
            yield Rewrite("times_for_power", f"{say(left)} was multiplied by {say(right)}", product)
        case ast.UnaryOp(operand=operand):
            yield Rewrite(
                "sign_forgotten", f"the minus before {say(operand)} was forgotten", operand
            )
        case ast.IfExp(test, body, orelse):
            for part in (body, orelse):
                because = f"{say(part)} was taken whether or not {_say_test(test)}"
                yield Rewrite("other_case", because, part)
            turned = ast.IfExp(test, orelse, body)
            yield Rewrite("other_case", f"the two cases of {_say_test(test)} were swapped", turned)
        case ast.Call(ast.Name(function), arguments):
            yield from _function(function, arguments)
        case ast.Name(name):
            yield from _name(name, table)


def _say_test(test: ast.expr) -> str:
    return ast.unparse(test).replace("==", "=")


def _product(left: ast.expr, right: ast.expr) -> Iterator[Rewrite]:
    if same(left, right):
        yield Rewrite("square_forgotten", f"{say(left)} was not squared", left)
        doubled = binary(ast.Constant(2), ast.Mult(), left)
        yield Rewrite("doubled_for_squared", f"{say(left)} was doubled, not squared", doubled)
    else:
        for gone, stays in ((left, right), (right, left)):
            yield Rewrite(_forgotten_factor(gone), f"the factor {say(gone)} was forgotten", stays)
        if not is_share(left):
            quotient = binary(left, ast.Div(), right)
            because = f"{say(left)} was divided by {say(right)}"
            yield Rewrite("divided_for_times", because, quotient)
    for part, other, first in ((left, right, True), (right, left, False)):
        match part:
            case ast.BinOp(a, ast.Add() | ast.Sub() as op, b):
                loose = (
                    binary(a, op, binary(b, ast.Mult(), other))
                    if first
                    else binary(binary(other, ast.Mult(), a), op, b)
                )
                yield _loose(part, loose)


def _forgotten_factor(gone: ast.expr) -> str:
    if is_rate(gone):
        return "rate_forgotten"
    if is_share(gone):
        return "beta_forgotten"
    match gone:
        case ast.BinOp(ast.Constant(1), ast.Sub(), share) if is_share(share):
            return "one_minus_beta_forgotten"
    return "factor_forgotten"


def _loose(part: ast.expr, tree: ast.expr) -> Rewrite:
    return Rewrite(
        "parentheses_forgotten", f"the parentheses around {say(part)} were forgotten", tree
    )


def _quotient(left: ast.expr, right: ast.expr) -> Iterator[Rewrite]:
    match right:
        case ast.BinOp(ast.Constant(1), ast.Sub(), ast.BinOp(op=ast.Pow())):
            because = f"the bias correction, / ({say(right)}), was forgotten"
            yield Rewrite("bias_correction_forgotten", because, left)
        case _:
            yield Rewrite("divisor_forgotten", f"the division by {say(right)} was forgotten", left)
    product = binary(left, ast.Mult(), right)
    yield Rewrite("times_for_divided", f"{say(left)} was multiplied by {say(right)}", product)
    over = binary(right, ast.Div(), left)
    yield Rewrite("upside_down", f"{say(right)} was divided by {say(left)}", over)
    match right:
        case ast.BinOp(a, ast.Add() | ast.Sub() as op, b):
            yield _loose(right, binary(binary(left, ast.Div(), a), op, b))
    match left:
        case ast.BinOp(a, ast.Add() | ast.Sub() as op, b):
            yield _loose(left, binary(a, op, binary(b, ast.Div(), right)))


def _sum(left: ast.expr, right: ast.expr) -> Iterator[Rewrite]:
    minus = binary(left, ast.Sub(), right)
    yield Rewrite("minus_for_plus", f"{say(right)} was subtracted, not added", minus)
    for gone, stays in ((left, right), (right, left)):
        name = "eps_forgotten" if _is_eps(gone) else "term_forgotten"
        yield Rewrite(name, f"{say(gone)} was left out of the sum", stays)
    match left, right:
        case (
            ast.BinOp(share, ast.Mult(), old),
            ast.BinOp(ast.BinOp(ast.Constant(1), ast.Sub(), other) as rest, ast.Mult(), new),
        ) if is_share(share) and same(share, other):
            turned = binary(
                binary(rest, ast.Mult(), old), ast.Add(), binary(share, ast.Mult(), new)
            )
            yield Rewrite("beta_swapped", f"{say(share)} and {say(rest)} were swapped", turned)
    match left:
        case ast.Call(ast.Name("sqrt"), [part]) if _is_eps(right):
            inside = root(binary(part, ast.Add(), right))
            yield Rewrite("eps_inside", "eps was put inside the root", inside)


def _is_eps(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Name) and tree.id == "eps"


def _difference(left: ast.expr, right: ast.expr) -> Iterator[Rewrite]:
    if isinstance(left, ast.Constant):
        because = f"{say(right)} was taken for {say(binary(left, ast.Sub(), right))}"
        yield Rewrite("one_minus_forgotten", because, right)
        return
    plus = binary(left, ast.Add(), right)
    yield Rewrite("plus_for_minus", f"{say(right)} was added, not subtracted", plus)
    turned = binary(right, ast.Sub(), left)
    yield Rewrite("turned_round", f"the difference was turned round: {say(turned)}", turned)
    yield Rewrite("term_forgotten", f"{say(right)} was not subtracted", left)


def _function(function: str, arguments: list[ast.expr]) -> Iterator[Rewrite]:
    match function, arguments:
        case "sqrt", [part]:
            yield Rewrite("root_forgotten", f"the root of {say(part)} was not taken", part)
            match part:
                case ast.BinOp(average, ast.Add(), eps) if _is_eps(eps):
                    outside = binary(root(average), ast.Add(), eps)
                    yield Rewrite("eps_outside", "eps was put outside the root", outside)
        case (("min" | "max"), [first, second]):
            other = {"min": "max", "max": "min"}[function]
            swapped = ast.Call(ast.Name(other), arguments, [])
            yield Rewrite("max_and_min_swapped", f"{other} was taken for {function}", swapped)
            for taken, left_out in ((first, second), (second, first)):
                because = f"{say(taken)} was taken without looking at {say(left_out)}"
                yield Rewrite("one_side_taken", because, taken)
        case _, [part]:
            yield Rewrite("function_forgotten", f"{function} of {say(part)} was not taken", part)


def _name(name: str, table: Table) -> Iterator[Rewrite]:
    """What may be taken in the place of one name."""
    yield from _other_row(name, table)
    yield from _other_parameter(name, table)
    for other in table.point if name in table.point else ():
        if other != name:
            yield _read(other, "x_and_y_swapped", f"{other} was taken for {name}")
    if name in table.names and name not in (*COUNTERS, *table.point, *table.parameters):
        for earlier in table.column(name).precedents:
            if earlier in table.names and earlier not in (*COUNTERS, *table.point):
                yield _read(earlier, "stage_skipped", f"{earlier} was taken for {name}")
    node = ast.Name(name)
    if is_rate(node) or table.part(name.removesuffix("_prev")).base == "step":
        twice = binary(ast.Name("lr"), ast.Mult(), node)
        yield Rewrite("rate_twice", "the learning rate was multiplied in twice", twice)
    if is_share(node):
        rest = binary(ast.Constant(1), ast.Sub(), node)
        yield Rewrite("beta_for_rest", f"{say(rest)} was taken for {name}", rest)
        for other in table.hyper:
            if other != name and is_share(ast.Name(other)):
                yield _read(other, "other_beta", f"{other} was taken for {name}")


def _read(other: str, slip: str, because: str) -> Rewrite:
    return Rewrite(slip, because, ast.Name(other))


def _other_row(name: str, table: Table) -> Iterator[Rewrite]:
    """Another count, or the number of another row."""
    node, above = ast.Name(name), name.removesuffix("_prev")
    base, parameter = table.part(above)
    if name == "t":
        for op, word in ((ast.Sub(), "t - 1"), (ast.Add(), "t + 1")):
            yield Rewrite(
                "t_off_by_one", f"{word} was taken for t", binary(node, op, ast.Constant(1))
            )
        if "sample" in table.names:
            yield _read("sample", "other_counter", "the sample's number was taken for t")
    elif _above(name):
        if base == "new" and parameter:
            because = f"the old {parameter} of the row above was taken, not the new one"
            yield _read(f"{parameter}_prev", "old_parameter", because)
        else:
            because = f"this row's {above} was taken, not that of the row above"
            yield _read(above, "this_row", because)
    elif name in table.names and name not in COUNTERS:
        because = f"the row above's {name} was taken, not this row's"
        yield _read(f"{name}_prev", "row_above", because)
        for decimals in range(4) if name not in table.point else ():
            because = f"{name} was rounded to {decimals} decimals before going on"
            yield Rewrite("rounded_too_early", because, rounding(node, decimals))


def _other_parameter(name: str, table: Table) -> Iterator[Rewrite]:
    """The parameter after its update, or the same of another parameter."""
    if name in table.parameters:
        because = f"the {name} was taken after its update, not before"
        yield _read(table.carrier(name), "updated_parameter", because)
    base, parameter = table.part(name.removesuffix("_prev"))
    for other in table.parameters if parameter else ():
        if other != parameter:
            swapped = _like(name, table.named(base, other))
            because = f"{say(ast.Name(swapped))} was taken for {say(ast.Name(name))}"
            yield _read(swapped, "other_parameter", because)


def _like(name: str, other: str) -> str:
    return f"{other}_prev" if _above(name) else other


def rounding(part: ast.expr, decimals: int) -> ast.expr:
    """A part rounded as by hand; a half goes up, also one that is short of it by its last bit."""
    scale = ast.Constant(10**decimals)
    half = binary(binary(part, ast.Mult(), scale), ast.Add(), ast.Constant(0.5000001))
    return binary(ast.Call(ast.Name("floor"), [half], []), ast.Div(), scale)
