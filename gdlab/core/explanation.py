"""Explain how a cell is computed: in symbols, with values substituted, and as an Excel formula."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from gdlab.core.columns import Table
from gdlab.core.layout import cell, formula
from gdlab.core.symbols import latex as latex_symbol
from gdlab.core.symbols import text as text_symbol
from gdlab.language.infix import TEXT, infix
from gdlab.language.latex import defined


@dataclass(frozen=True)
class Explanation:
    """How one cell is computed.

    ``symbols`` is its formula in plain letters and ``latex`` the same typeset, ``numbers`` the
    formula with values substituted, ``result`` the cell's value, ``excel`` its formula in
    the exported sheet (None for a counter) and ``cell`` its address there.
    """

    rule: str
    row: int
    column: str
    symbols: str
    latex: str
    numbers: str
    result: float
    excel: str | None
    cell: str

    def __str__(self) -> str:
        lines = [
            f"{self.rule}, row {self.row}, column {self.column}",
            f"  symbols  {self.symbols}",
            f"  numbers  {self.numbers}",
            f"  result   {self.result!r}",
            f"  Excel    {self.cell}: {self.excel or short(self.result)}",
        ]
        return "\n".join(lines)

    def _repr_markdown_(self) -> str:
        return (
            f"$${self.latex}$$\n\n`{self.numbers} = {self.result!r}`\n\n"
            f"`{self.cell}: {self.excel or short(self.result)}`"
        )


def explain_cell(
    table: Table,
    row: int,
    column: str,
    value: Callable[[str, int], float],
    samples: int,
    letters: str = "mb",
) -> Explanation:
    """Explain a cell of a table; ``value(name, row)`` is the number that a name stands for."""
    expression = table.column(column).expression
    result = value(column, row)
    word = latex_symbol(column, letters, table)
    if expression is None:
        source = "given" if column in table.point else "counted"
        symbols, typeset, numbers = source, rf"\text{{{source}}}", short(result)
    else:
        symbols = infix(expression, lambda name: text_symbol(name, letters, table), TEXT)
        typeset = defined(word, expression, lambda name: latex_symbol(name, letters, table))
        numbers = infix(expression, lambda name: short(value(name, row)), TEXT)
    return Explanation(
        rule=table.rule.name,
        row=row,
        column=column,
        symbols=f"{text_symbol(column, letters, table)} = {symbols}",
        latex=f"{word} = {typeset}",
        numbers=numbers,
        result=result,
        excel=formula(table, column, row, samples),
        cell=cell(table, column, row),
    )


def short(value: float) -> str:
    """A number as text with at most 10 digits; whole numbers have no decimal point."""
    if not math.isfinite(value):
        return str(value)
    return format(value, ".10g")
