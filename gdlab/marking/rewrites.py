"""The usual slips as changes of one place in a formula's syntax tree."""

import ast
from collections.abc import Iterator

from gdlab.core.columns import Table
from gdlab.language.grammar import same, substitute
from gdlab.marking.name_slips import of_a_name
from gdlab.marking.parts import (
    Rewrite,
    binary,
    is_eps,
    is_gradient,
    is_rate,
    is_rest,
    is_share,
    root,
    say,
)


def everywhere(tree: ast.expr, table: Table) -> Iterator[Rewrite]:
    """The slips at all places of a formula, each in its own tree, which shares the other parts."""
    yield from here(tree, table)
    is_square = isinstance(tree, ast.BinOp) and same(tree.left, tree.right)
    for field, part in ast.iter_fields(tree):
        if isinstance(part, ast.expr) and not (isinstance(tree, ast.Call) and field == "func"):
            for slip in everywhere(part, table):
                # What is to be squared was not "squared" where it stands once too often.
                if not (is_square and slip.name == "square_added"):
                    yield slip._replace(tree=_with(tree, field, slip.tree))
        elif isinstance(part, list):
            for index, one in enumerate(part):
                if isinstance(one, ast.expr):
                    for slip in everywhere(one, table):
                        changed = [*part[:index], slip.tree, *part[index + 1 :]]
                        yield slip._replace(tree=_with(tree, field, changed))


def _with(tree: ast.expr, name: str, value: object) -> ast.expr:
    """The tree with one field changed; its other parts are shared."""
    return type(tree)(*(value if one == name else getattr(tree, one) for one in tree._fields))


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
            yield from of_a_name(name, table)


def _say_test(test: ast.expr) -> str:
    return ast.unparse(test).replace("==", "=")


def _product(left: ast.expr, right: ast.expr) -> Iterator[Rewrite]:
    if same(left, right):
        yield Rewrite("square_forgotten", f"{say(left)} was not squared", left)
        doubled = binary(ast.Constant(2), ast.Mult(), left)
        yield Rewrite("doubled_for_squared", f"{say(left)} was doubled, not squared", doubled)
        cubed = binary(left, ast.Mult(), binary(left, ast.Mult(), right))
        yield Rewrite("factor_added", f"{say(left)} was multiplied in once more", cubed)
        if is_gradient(left):
            because = f"err2 was taken for the square of {say(left)}"
            yield Rewrite("squared_error_for_gradient", because, ast.Name("err2"))
    else:
        for gone, stays in ((left, right), (right, left)):
            yield Rewrite(_forgotten_factor(gone), f"the factor {say(gone)} was forgotten", stays)
        if not is_share(left):
            quotient = binary(left, ast.Div(), right)
            because = f"{say(left)} was divided by {say(right)}"
            yield Rewrite("divided_for_times", because, quotient)
            if is_rate(left) or isinstance(left, ast.Constant):
                turned = binary(right, ast.Div(), left)
                because = f"{say(right)} was divided by {say(left)}"
                yield Rewrite("divided_for_times", because, turned)
            if not is_rest(left):
                total = binary(left, ast.Add(), right)
                because = f"{say(right)} was added to {say(left)}, not multiplied"
                yield Rewrite("plus_for_times", because, total)
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
        name = "eps_forgotten" if is_eps(gone) else "term_forgotten"
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
            yield from _other_averages(old, new)
    for part, other in ((left, right), (right, left)):
        match part:
            case ast.BinOp(a, ast.Mult(), b) if not (is_share(a) or is_rest(a)):
                whole = say(binary(other, ast.Add(), part))
                for within, factor in ((a, b), (b, a)):
                    together = binary(binary(other, ast.Add(), within), ast.Mult(), factor)
                    because = f"{say(together)} was computed, not {whole}"
                    yield Rewrite("parentheses_misplaced", because, together)
    match left:
        case ast.Call(ast.Name("sqrt"), [part]) if is_eps(right):
            inside = root(binary(part, ast.Add(), right))
            yield Rewrite("eps_inside", "eps was put inside the root", inside)


def _other_averages(old: ast.expr, new: ast.expr) -> Iterator[Rewrite]:
    """The running average of two numbers as other sums and means."""
    total = binary(old, ast.Add(), new)
    t = ast.Name("t")
    before = binary(binary(t, ast.Sub(), ast.Constant(1)), ast.Mult(), old)
    mean = binary(binary(before, ast.Add(), new), ast.Div(), t)
    yield Rewrite("sum_for_average", f"{say(old)} and {say(new)} were added up", total)
    half = binary(total, ast.Div(), ast.Constant(2))
    because = f"the mean of {say(old)} and {say(new)} was taken"
    yield Rewrite("mean_for_average", because, half)
    because = f"the mean of all {say(new)} so far was taken"
    yield Rewrite("mean_for_average", because, mean)


def _difference(left: ast.expr, right: ast.expr) -> Iterator[Rewrite]:
    if isinstance(left, ast.Constant):
        because = f"{say(right)} was taken for {say(binary(left, ast.Sub(), right))}"
        yield Rewrite("one_minus_forgotten", because, right)
        match right:
            case ast.BinOp(base, ast.Pow(), exponent):
                power = binary(binary(left, ast.Sub(), base), ast.Pow(), exponent)
                because = f"{say(power)} was taken for {say(binary(left, ast.Sub(), right))}"
                yield Rewrite("power_misplaced", because, power)
        return
    plus = binary(left, ast.Add(), right)
    yield Rewrite("plus_for_minus", f"{say(right)} was added, not subtracted", plus)
    turned = binary(right, ast.Sub(), left)
    yield Rewrite("turned_round", f"the difference was reversed: {say(turned)}", turned)
    squared = binary(binary(left, ast.Sub(), right), ast.Mult(), binary(left, ast.Sub(), right))
    yield Rewrite("square_added", f"{say(binary(left, ast.Sub(), right))} was squared", squared)
    yield Rewrite("term_forgotten", f"{say(right)} was not subtracted", left)


def _function(function: str, arguments: list[ast.expr]) -> Iterator[Rewrite]:
    match function, arguments:
        case "sqrt", [part]:
            yield Rewrite("root_forgotten", f"the root of {say(part)} was not taken", part)
            match part:
                case ast.BinOp(average, ast.Add(), eps) if is_eps(eps):
                    outside = binary(root(average), ast.Add(), eps)
                    yield Rewrite("eps_outside", "eps was put outside the root", outside)
        case (("min" | "max"), [first, second]):
            other = {"min": "max", "max": "min"}[function]
            swapped = ast.Call(ast.Name(other), arguments, [])
            yield Rewrite("max_and_min_swapped", f"{other} was taken for {function}", swapped)
            for taken, left_out in ((first, second), (second, first)):
                because = f"{say(taken)} was taken without looking at {say(left_out)}"
                yield Rewrite("one_side_taken", because, taken)
        case "cos", [part]:
            yield Rewrite("function_forgotten", f"the cosine of {say(part)} was not taken", part)
            straight = ast.Constant(180)
            turned = binary(binary(part, ast.Mult(), ast.Name("pi")), ast.Div(), straight)
            in_degrees = ast.Call(ast.Name("cos"), [turned], [])
            yield Rewrite("degrees", "the cosine was taken in degrees, not in radians", in_degrees)
            if any(isinstance(one, ast.Name) and one.id == "pi" for one in ast.walk(part)):
                half_turn = substitute(part, {"pi": straight})
                taken = ast.Call(ast.Name("cos"), [half_turn], [])
                because = "180 was taken for π: the cosine is in radians"
                yield Rewrite("degrees", because, taken)
        case _, [part]:
            yield Rewrite("function_forgotten", f"{function} of {say(part)} was not taken", part)
