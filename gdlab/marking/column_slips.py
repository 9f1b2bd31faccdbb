"""The usual slips beyond a change in one place: a whole column computed in another way."""

import ast
from collections.abc import Iterator

from gdlab.core.columns import COUNTERS, Table
from gdlab.core.words import listed
from gdlab.language.grammar import names, same, substitute
from gdlab.marking.conventions import conventions, other_schedules
from gdlab.marking.parts import Rewrite, binary, column_of, is_share, root

Name = ast.Name


def of_a_column(table: Table, column: str, expression: ast.expr) -> Iterator[Rewrite]:
    """Slips that do not change just one place."""
    yield from _parameters(table, column, expression)
    yield from _other_inputs(table, expression)
    yield from conventions(table, column)
    yield from _not_simultaneous(table, column)
    yield from _averages(table, column, expression)
    if column == "y_pred":
        yield from _look_ahead(table, expression)
    yield from _from_earlier(table, expression)
    if column == "lr":
        because = "start lr was taken: the schedule was left out"
        yield Rewrite("schedule_forgotten", because, Name("start_lr"))
        yield from other_schedules(table)
    if table.point and table.part(column).base in ("err2", "grad", "sample_grad"):
        because = "it was divided by n, the number of points"
        yield Rewrite("divided_by_n", because, binary(expression, ast.Div(), Name("n")))
    yield from _of_the_result(table, column, expression)


def _of_the_result(table: Table, column: str, expression: ast.expr) -> Iterator[Rewrite]:
    """Another cell's number, or the right one written wrongly."""
    above = f"the {column} of the row above was copied"
    yield Rewrite("copied_from_above", above, Name(f"{column}_prev"))
    order = table.names
    place = order.index(column)
    for beside in order[max(place - 1, 0) : place + 2]:
        if beside != column and beside not in COUNTERS:
            yield from_beside(beside)
    negative = ast.UnaryOp(ast.USub(), expression)
    yield Rewrite("sign_turned", "the sign of the result was reversed", negative)
    for factor, said in (
        (2.0, "2 times"),
        (0.5, "half of"),
        (4.0, "4 times"),
        (0.25, "one quarter of"),
    ):
        times = binary(expression, ast.Mult(), ast.Constant(factor))
        yield Rewrite("factor_added", f"it is {said} what it should be", times)
    for shift in (-3, -2, -1, 1, 2, 3):
        scaled = binary(expression, ast.Mult(), ast.Constant(10.0**shift))
        way = "right" if shift > 0 else "left"
        because = f"the decimal point was put {abs(shift)} too far to the {way}"
        yield Rewrite("point_shifted", because, scaled)


def from_beside(name: str) -> Rewrite:
    """The slip that copies the number of the column beside."""
    return Rewrite("copied_from_beside", f"the number beside it, {name}, was copied", Name(name))


def _parameters(table: Table, column: str, expression: ast.expr) -> Iterator[Rewrite]:
    """Two parameters swapped; everything taken from another parameter."""
    used = names(expression)
    own = table.part(column).parameter
    for place, first in enumerate(table.parameters):
        for second in table.parameters[place + 1 :]:
            if first in used and second in used:
                turned: dict[str, ast.expr] = {
                    name: Name(exchanged(name, first, second, table)) for name in used
                }
                because = f"{first} and {second} were swapped"
                yield Rewrite("parameters_swapped", because, substitute(expression, turned))
    for other in table.parameters:
        if own is not None and other != own:
            theirs = exchanged(column, own, other, table)
            because = f"this is the number of {theirs}"
            yield Rewrite("other_parameter", because, Name(theirs))
            made = table.column(theirs).expression
            if made is not None and column in names(made):
                tree = substitute(made, {column: expression})
                yield Rewrite("other_parameter", because, tree)


def exchanged(name: str, first: str, second: str, table: Table) -> str:
    """A name as it is where two parameters change places."""
    starts = {f"start_{first}": f"start_{second}", f"start_{second}": f"start_{first}"}
    if name in starts:
        return starts[name]
    above = name.removesuffix("_prev")
    base, parameter = table.part(above)
    other = {first: second, second: first}.get(parameter or "")
    swapped = column_of(table, base, other) if other else None
    return name if swapped is None else swapped + name[len(above) :]


def _not_simultaneous(table: Table, column: str) -> Iterator[Rewrite]:
    """A gradient at a point where another parameter has been updated already."""
    base, own = table.part(column)
    if base != "grad" or own is None or not table.point:
        return
    model = _from_parameters(table, Name(column), own)
    for other in table.parameters:
        if other != own and other in names(model):
            because = f"the {other} was updated first, and its new value was taken here"
            moved = substitute(model, {other: Name(table.named("new", other))})
            yield Rewrite("not_simultaneous", because, moved)


def _from_parameters(table: Table, tree: ast.expr, own: str) -> ast.expr:
    """A model's column as a formula of its parameters and points alone."""
    kept = (*table.parameters, *table.point, *COUNTERS)
    while True:
        put = {
            name: formula
            for name in names(tree)
            if name in table.names and name not in kept
            if (formula := table.column(name).expression) is not None
        }
        if not put:
            return tree
        tree = substitute(tree, put)


def _other_inputs(table: Table, expression: ast.expr) -> Iterator[Rewrite]:
    """One input taken for another wherever it stands; the rule's usual value for the sheet's."""
    used = [name for name in names(expression) if name in table.hyper]
    for name in used:
        usual = ast.Constant(table.hyper[name])
        because = f"{name} = {table.hyper[name]:.10g} was taken, which is not what this sheet gives"
        yield Rewrite("default_taken", because, substitute(expression, {name: usual}))
        for other in table.hyper:
            if other != name and is_share(Name(other)) and is_share(Name(name)):
                because = f"{other} was taken for {name}"
                yield Rewrite("other_beta", because, substitute(expression, {name: Name(other)}))


def _averages(table: Table, column: str, expression: ast.expr) -> Iterator[Rewrite]:
    """An average of squares as the square of an average; a bias correction where none belongs."""
    match expression:
        case ast.BinOp(
            ast.BinOp(share, ast.Mult(), old),
            ast.Add(),
            ast.BinOp(rest, ast.Mult(), ast.BinOp(new, ast.Mult(), again)),
        ) if same(new, again):
            for op in (ast.Add(), ast.Sub()):
                # Of the square alone it cannot be told which sign the average had.
                average = binary(
                    binary(share, ast.Mult(), root(old)), op, binary(rest, ast.Mult(), new)
                )
                because = "the average was squared; the average of the squares is asked for"
                squared = binary(average, ast.Mult(), average)
                yield Rewrite("square_of_average", because, squared)
    for name in names(expression):
        if name not in table.names or "t" not in table.counters:
            continue
        formula = table.column(name).expression
        shares = [one for one in names(formula) if is_share(Name(one))] if formula else []
        above = formula is not None and f"{name}_prev" in names(formula)
        if len(shares) == 1 and above and f"{name}_prev" not in names(expression):
            one = ast.Constant(1)
            correction = binary(one, ast.Sub(), binary(Name(shares[0]), ast.Pow(), Name("t")))
            corrected = binary(Name(name), ast.Div(), correction)
            because = f"{name} was divided by 1 - {shares[0]}^t: there is no bias correction here"
            tree = substitute(expression, {name: corrected})
            yield Rewrite("bias_correction_added", because, tree)


def _from_earlier(table: Table, expression: ast.expr) -> Iterator[Rewrite]:
    """All parameters as they were at the start, or in the row above."""
    used = [name for name in names(expression) if name in table.parameters]
    if len(used) > 1:
        starts: dict[str, ast.expr] = {name: Name(f"start_{name}") for name in used}
        because = f"the start values of {listed(used)} were taken"
        yield Rewrite("start_value", because, substitute(expression, starts))
        above: dict[str, ast.expr] = {name: Name(f"{name}_prev") for name in used}
        because = f"the row above's {listed(used)} were taken, not this row's"
        yield Rewrite("row_above", because, substitute(expression, above))


def _look_ahead(table: Table, expression: ast.expr) -> Iterator[Rewrite]:
    """The prediction where the next step would lead, as Nesterov has it."""
    for share in table.hyper:
        if not is_share(Name(share)):
            continue
        moved: dict[str, ast.expr] = {
            p: binary(Name(p), ast.Sub(), binary(Name(share), ast.Mult(), Name(f"{step}_prev")))
            for p in table.parameters
            if (step := column_of(table, "step", p)) is not None
        }
        because = "the line was taken where the last step would lead, not where it is"
        if moved:
            yield Rewrite("look_ahead", because, substitute(expression, moved))
