"""What a sheet is apart from its numbers, as plain data for the page.

A column's formulas come as templates, lists of texts and holes, so that the page can write the
formula of any row by itself: ``excel`` is a text with ``{row}``, ``{above}`` and ``{epoch_row}``
for row numbers; in ``numbers`` every second item is ``[name, bracketed]``, a name whose number is
substituted, in brackets where it is negative and ``bracketed``. ``{last_point}`` is the row of the
last point on the sheet of the points: so a head holds for any number of points.
"""

import re
from typing import Any

from gdlab.core import layout
from gdlab.core.columns import Column, Table
from gdlab.core.ranges import RATES, range_of
from gdlab.core.symbols import latex as latex_symbol
from gdlab.core.symbols import text as text_symbol
from gdlab.core.units import unit_of
from gdlab.language.infix import TEXT, infix
from gdlab.language.latex import defined
from gdlab.language.mathml import mathml

# Brackets right behind a letter are a function's own; all others are there for the minus.
HOLE = re.compile(r"(?<![A-Za-z])\(-\x02(\w+)\x03\)|-\x02(\w+)\x03")


def sheet_meta(table: Table) -> dict[str, Any]:
    """The fixed parts of a rule's sheet."""
    return {
        "rule": table.rule.name,
        "source": table.rule.source,
        "columns": [_column(table, column) for column in table.columns],
        "inputs": input_fields(table),
        "parameters": [_parameter(table, name) for name in table.parameters],
        "model": table.model.name,
        "surface": not table.point,
        "prediction": table.model.prediction,
        "loss": table.loss,
        "squared": table.model.squared_error,
        "lossUnit": unit_of(table.model, table.loss),
        "count": table.count,
        "frozen": next(name for name in ("sample", "t") if name in table.names),
        "start_row": layout.START_ROW,
        "points_row": layout.DATA_START_ROW,
    }


def _parameter(table: Table, name: str) -> dict[str, str]:
    """A parameter, and the columns and the input that it stands behind."""
    return {
        "name": name,
        "letter": text_symbol(name, of=table),
        "unit": unit_of(table.model, name),
        "new": table.carrier(name),
        "step": table.named("step", name),
        "start": table.start_inputs[name],
    }


def _column(table: Table, column: Column) -> dict[str, Any]:
    name = column.name

    def symbol_of(name: str) -> str:
        return latex_symbol(name, of=table)

    symbol = symbol_of(name)
    if column.expression is None:
        word = "given" if name in table.point else "counted"
        formula, numbers = rf"\text{{{word}}}", None
    else:
        formula = defined(symbol, column.expression, symbol_of)
        numbers = _holes(infix(column.expression, lambda leaf: f"-\x02{leaf}\x03", TEXT))
    index = table.names.index(name)
    starts = {table.carrier(start): one for start, one in table.start_inputs.items()}
    start = starts.get(name)
    return {
        "name": name,
        "letters": layout.letters(index),
        "symbol": mathml(symbol),
        "formula": mathml(f"{symbol} = {formula}"),
        "numbers": numbers,
        "excel": layout.shape(table, name, "{last_point}"),
        "precedents": list(column.precedents),
        "section": next(
            (word for word, own in layout.sections(table).items() if index in own), None
        ),
        "start": start,
        "startExcel": start and f"={layout.defined_names(table)[start]}",
    }


def _holes(text: str) -> list[Any]:
    """A line with its names set off: brackets that only a minus asks for belong to the hole."""
    parts: list[Any] = []
    end = 0
    for found in HOLE.finditer(text):
        parts += [text[end : found.start()], [found[1] or found[2], bool(found[1])]]
        end = found.end()
    return [*parts, text[end:]]


def input_fields(table: Table) -> list[dict[str, Any]]:
    """What a sheet writes beside the box of each input, and its slider's range."""
    return [_input(table, name) for name in layout.inputs(table)]


def _input(table: Table, name: str) -> dict[str, Any]:
    slider = range_of(name, table)
    started = table.input(name).carried
    symbol = latex_symbol(name, of=table)
    # A start is told by its name, and so is an input whose symbol is its name once more.
    plain = (
        started is not None
        or name == table.start_rate
        or symbol.startswith(r"\mathrm")
        or symbol == name
    )
    return {
        "name": name,
        "symbol": None if plain else mathml(symbol),
        "address": layout.input_address(table, name).replace("$", ""),
        "carried": started is not None and started not in table.parameters,
        "slider": slider._asdict() if slider else None,
        # Its range follows the points.
        "isRate": table.input(name).part.base in RATES,
    }
