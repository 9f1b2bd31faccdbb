"""Columns that only count, such as ``in_batch`` and ``last``: whole numbers, to the last digit."""

import ast
from functools import lru_cache

from gdlab.core.columns import Table


@lru_cache(maxsize=64)
def counting(table: Table) -> frozenset[str]:
    """The columns whose every cell is a whole number, by their formulas alone."""
    formulas = {column.name: column.expression for column in table.columns if column.expression}
    # All may count until one is found that does not; each may take others with it.
    whole = {*formulas, *table.counters, "n"}
    while True:
        left = {name for name in whole if name not in formulas or _whole(formulas[name], whole)}
        if left == whole:
            return frozenset(left & set(formulas))
        whole = left


def _whole(tree: ast.expr, whole: set[str]) -> bool:
    match tree:
        case ast.Constant(int()):
            return True
        case ast.Name(name):
            return name.removesuffix("_prev") in whole
        case ast.BinOp(left, ast.Add() | ast.Sub(), right):
            return _whole(left, whole) and _whole(right, whole)
        case ast.IfExp(_, body, orelse):
            return _whole(body, whole) and _whole(orelse, whole)
    return False
