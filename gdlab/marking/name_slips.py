"""The usual slips with one name of a formula: another cell's number, or another input, is taken."""

import ast
from collections.abc import Iterator

from gdlab.core.columns import COUNTERS, Table
from gdlab.marking.chain import GRADIENT_WORDS
from gdlab.marking.counting import counting
from gdlab.marking.parts import (
    Rewrite,
    as_headed,
    binary,
    column_of,
    is_above,
    is_rate,
    is_share,
    root,
    rounding,
    say,
)


def of_a_name(name: str, table: Table) -> Iterator[Rewrite]:
    """What else a learner may have put where a formula has a name."""
    above = name.removesuffix("_prev")
    base, parameter = table.part(above)
    if name == "t":
        yield from _another_count(table)
    elif is_above(name):
        yield from _of_the_row_above(above, base, parameter, table)
    elif name in table.names and name not in COUNTERS and name not in counting(table):
        because = f"the row above's {name} was taken, not this row's"
        yield _read(f"{name}_prev", "row_above", because)
        yield from _changed(name, table)
    if name in table.parameters:
        because = f"the {name} was taken after its update, not before"
        yield _read(table.carrier(name), "updated_parameter", because)
        yield _read(f"start_{name}", "start_value", f"the start value of {name} was taken")
    if parameter:
        yield from _of_another_parameter(name, base, parameter, table)
    if name in table.point:
        for other in table.point:
            if other != name:
                yield _read(other, "x_and_y_swapped", f"{other} was taken for {name}")
        because = f"the {name} of the next row was taken, not this row's"
        yield _read(f"{name}_next", "next_row", because)
    for earlier in _stages_before(name, parameter, table):
        yield _read(earlier, "stage_skipped", f"{earlier} was taken for {name}")
    if base.startswith("sum_"):
        mean = binary(ast.Name(name), ast.Div(), ast.Name("t"))
        because = f"{as_headed(name)} was divided by t: the mean was taken for the sum"
        yield Rewrite("mean_for_sum", because, mean)
    if base in GRADIENT_WORDS and "err2" in table.names and not is_above(name):
        yield _read("err2", "squared_error_for_gradient", f"err2 was taken for {name}")
    yield from _of_an_input(name, base, table)


def _stages_before(name: str, parameter: str | None, table: Table) -> list[str]:
    """The columns that a column is computed from, and those of its parameter before them."""
    # A count is taken for no number.
    passed = (*COUNTERS, *counting(table), *table.point)
    if name not in table.names or name in (*passed, *table.parameters):
        return []
    found: list[str] = []
    waiting = [name]
    while waiting:
        one = waiting.pop(0)
        for earlier in table.column(one).precedents:
            its = table.part(earlier).parameter
            near = one == name or (parameter is not None and its == parameter)
            if near and earlier in table.names and earlier not in (*passed, *found):
                found.append(earlier)
                waiting.append(earlier)
    return found


def _read(other: str, slip: str, because: str) -> Rewrite:
    return Rewrite(slip, because, ast.Name(other))


def _another_count(table: Table) -> Iterator[Rewrite]:
    for op, word in ((ast.Sub(), "t - 1"), (ast.Add(), "t + 1")):
        shifted = binary(ast.Name("t"), op, ast.Constant(1))
        yield Rewrite("t_off_by_one", f"{word} was taken for t", shifted)
    if "sample" in table.names:
        yield _read("sample", "other_counter", "the sample's number was taken for t")


def _of_the_row_above(
    above: str, base: str, parameter: str | None, table: Table
) -> Iterator[Rewrite]:
    if base == "new" and parameter:
        because = f"the old {parameter} of the row above was taken, not the new one"
        yield _read(f"{parameter}_prev", "old_parameter", because)
        because = f"the start value of {parameter} was taken"
        yield _read(f"start_{parameter}", "start_value", because)
        return
    because = f"this row's {above} was taken, not that of the row above"
    yield _read(above, "this_row", because)
    corrected = column_of(table, f"{base}_hat", parameter)
    if corrected is not None:
        because = f"{corrected} above was carried on, not {above} above"
        yield _read(f"{corrected}_prev", "corrected_carried", because)


def _changed(name: str, table: Table) -> Iterator[Rewrite]:
    """This row's number, but squared, or rounded."""
    node = ast.Name(name)
    because = f"{name} was squared"
    yield Rewrite("square_added", because, binary(node, ast.Mult(), node))
    for decimals in range(4) if name not in table.point else ():
        digits = "1 decimal" if decimals == 1 else f"{decimals} decimals"
        because = f"{name} was rounded to {digits} before going on"
        yield Rewrite("rounded_too_early", because, rounding(node, decimals))


def _of_another_parameter(name: str, base: str, own: str, table: Table) -> Iterator[Rewrite]:
    for other in table.parameters:
        if other != own:
            swapped = column_of(table, base, other)
            if swapped is None:
                continue
            taken = f"{swapped}_prev" if is_above(name) else swapped
            because = f"{as_headed(taken)} was taken for {as_headed(name)}"
            yield _read(taken, "other_parameter", because)


def _of_an_input(name: str, base: str, table: Table) -> Iterator[Rewrite]:
    node = ast.Name(name)
    if is_rate(node) or base == "step":
        twice = binary(ast.Name("lr"), ast.Mult(), node)
        yield Rewrite("rate_twice", "it was multiplied by the learning rate twice", twice)
    if base == "step":
        for factor, said in ((2.0, "2 times"), (0.5, "half of")):
            times = binary(node, ast.Mult(), ast.Constant(factor))
            yield Rewrite("factor_added", f"{said} {name} was taken", times)
    if is_rate(node):
        yield Rewrite("root_added", f"the root of {name} was taken", root(node))
    if name == "lr" and "lr" in table.names:
        because = "start lr was taken, not the schedule's lr of this row"
        yield _read("start_lr", "start_rate", because)
    if is_share(node):
        rest = binary(ast.Constant(1), ast.Sub(), node)
        yield Rewrite("beta_for_rest", f"{say(rest)} was taken for {name}", rest)
        for other in table.hyper:
            if other != name and is_share(ast.Name(other)):
                yield _read(other, "other_beta", f"{other} was taken for {name}")
