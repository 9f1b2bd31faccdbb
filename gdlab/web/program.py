"""What a table computes, as JavaScript: a function per column, which gives the cell of a row.

The loops that call them, over rows and epochs, are in gdlab/web/static/compute.js. A program is
given an arithmetic and looks its cells up in ``c``, arrays by column whose index 0 is the start
row; a schedule's in ``e``, by epochs; inputs and the number of points in ``i``, by their sheet's
names.
"""

import ast
import re
from collections.abc import Callable, Iterable

from gdlab.core.columns import ABOVE, LAST_ROW, OWN, Column, Table, topological_order
from gdlab.core.model import Model
from gdlab.language.grammar import leading
from gdlab.language.javascript import javascript

# Everything that a program may ask of an arithmetic.
ARITHMETIC = (
    "abs", "add", "choose", "cos", "div", "exp", "floor", "log", "max", "min", "mul", "neg", "pow",
    "sign", "sin", "sqrt", "sub",
)  # fmt: skip


def program(table: Table) -> str:
    """A table's program: ``rows`` and ``epochs`` hold the columns in an order to compute them in.

    ``forward(p)`` puts the model's columns down to its loss into ``p``, by name the parameters and,
    but for a surface, a point.
    """

    def row_leaf(name: str) -> str:
        kind, found = table.resolve(name)
        if kind == OWN:
            return f"c.{found}[r]"
        return f"c.{found}[r - 1]" if kind == ABOVE else f"i.{found}"

    def epoch_leaf(name: str) -> str:
        kind, found = table.resolve_epoch(name)
        if kind == OWN:
            return f"e.{found}[k]"
        if kind == ABOVE:
            return f"e.{found}[k - 1]"
        return f"c.{found}[r]" if kind == LAST_ROW else f"i.{found}"

    parts = {
        "rows": _functions(topological_order(table.columns), "r", row_leaf),
        "epochs": _functions(topological_order(table.epoch_columns), "k, r", epoch_leaf),
    }
    body = "".join(f"  {name}: {{\n{lines}  }},\n" for name, lines in parts.items())
    body += f"  forward: (p) => {{\n{_forward(table.model)}  }},\n"
    used = [name for name in ARITHMETIC if re.search(rf"\b{name}\(", body)]
    return f"({{ {', '.join(used)} }}, c, e, i) => ({{\n{body}}})"


def _forward(model: Model) -> str:
    steps = model.formulas.steps

    def leaf(name: str) -> str:
        return f"{'i' if name in model.constants else 'p'}.{name}"

    columns = leading(steps, model.loss)
    return "".join(f"    p.{name} = {javascript(steps[name], leaf)};\n" for name in columns)


def _functions(columns: Iterable[Column], arguments: str, leaf: Callable[[str], str]) -> str:
    found: list[tuple[str, ast.expr]] = [
        (column.name, column.expression) for column in columns if column.expression is not None
    ]
    return "".join(
        f"    {name}: ({arguments}) => {javascript(expression, leaf)},\n"
        for name, expression in found
    )
