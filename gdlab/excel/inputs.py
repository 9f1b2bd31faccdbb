"""The cells that a reader may change: labelled, tinted, unlocked, named, and checked.

A check refuses impossible values, with a message that says which are possible.
"""

import math
import sys
from typing import Any

from xlsxwriter.utility import quote_sheetname

from gdlab.core.layout import (
    FIRST_INPUT_COLUMN,
    INPUT_ROW,
    LABEL_ROW,
    defined_names,
    input_address,
    inputs,
    points_block,
)
from gdlab.core.model import find_model
from gdlab.core.scales import constants_of, decimals, measured, scales_of
from gdlab.core.symbols import ANY, LIMITS, WHOLE
from gdlab.core.trace import Trace
from gdlab.excel.writer import Cell, Sheet, Workbook

# Validation knows no "any number"; this is as good.
LARGEST = "1E+307"


def input_values(trace: Trace) -> dict[str, float]:
    """The numbers in the inputs of a trace's sheet, in their order."""
    numbers = [*trace.start.values(), *trace.hyper.values()]
    return dict(zip(inputs(trace.table), numbers, strict=True))


def input_cells(book: Workbook, trace: Trace, live: bool) -> list[Cell]:
    """Labels and inputs of a rule's sheet; ``live`` inputs are unlocked."""
    style = book.style("input") if live else book.style("input", locked=True)
    cells = []
    for column, (name, value) in enumerate(input_values(trace).items(), FIRST_INPUT_COLUMN):
        label = name.replace("_", " ")
        cells.append(Cell(LABEL_ROW, column, label, book.style("label")))
        formula = scale_formula(trace, name) if live else None
        if formula:
            cells.append(Cell(INPUT_ROW, column, formula, style, value))
        else:
            cells.append(Cell(INPUT_ROW, column, value, style))
    return cells


def scale_formula(trace: Trace, name: str) -> str | None:
    """The formula of a scale's mean, deviation, least value or range; None for other inputs.

    None too where another number was given than the points have.
    """
    if "scale" not in trace.options:
        return None
    base = find_model(trace.options.get("model"))
    scales = scales_of(base, trace.options["scale"])
    constants = constants_of(scales)
    if name not in constants:
        return None
    if measured(base, trace.points, scales)[name] != trace.hyper[name]:
        return None
    column, word = constants[name]
    block = points_block(trace.table, column, trace.samples)
    digits = decimals(trace.points[base.data.index(column)])
    return {
        "mean": f"=ROUND(AVERAGE({block}),{digits})",
        "deviation": f"=ROUND(STDEVP({block}),{digits})",
        "least": f"=MIN({block})",
        "range": f"=MAX({block})-MIN({block})",
    }[word]


def name_inputs(book: Workbook, sheet: Sheet, trace: Trace, live: bool) -> None:
    """Name a sheet's inputs, and check what is put into those that are ``live``."""
    sheet_name = quote_sheetname(sheet.get_name())
    for column, name in enumerate(inputs(trace.table), FIRST_INPUT_COLUMN):
        book.define_name(
            f"{sheet_name}!{defined_names(trace.table)[name]}",
            f"={sheet_name}!{input_address(trace.table, name)}",
        )
        if live:
            sheet.data_validation(
                INPUT_ROW - 1, column, INPUT_ROW - 1, column, input_check(trace, name)
            )


def input_check(trace: Trace, name: str) -> dict[str, Any]:
    """The check of one of a trace's inputs."""
    one = trace.table.input(name)
    base = "lr" if name == trace.table.start_rate else one.part.base
    return validation(name, base if one.carried is None else "")


def validation(name: str, base: str | None = None) -> dict[str, Any]:
    """The check of an input, as XlsxWriter takes it: what may stand there, in words too.

    ``base`` is a hyperparameter's own word, which its limits go by; by default its name.
    """
    base = name if base is None else base
    limits = LIMITS.get(base, ANY)
    check: dict[str, Any] = {"validate": "decimal", "criteria": "between"}
    words = f"a number {limits.words}" if limits is not ANY else "a number"
    if base in WHOLE:
        check = {"validate": "integer", "criteria": ">=", "value": 1}
        words = "a whole number from 1"
    elif limits.below < math.inf:
        # Between takes its ends in: the doubles next to those that are not allowed. Smaller ones
        # than the least normal double are 0 to Excel.
        low = limits.low if limits.low_allowed else limits.low + sys.float_info.min
        below = math.nextafter(limits.below, -math.inf)
        # As Excel writes an exponent.
        check |= {"minimum": repr(low).upper(), "maximum": repr(below)}
    elif limits.low > -math.inf:
        check |= {"criteria": ">=" if limits.low_allowed else ">", "value": limits.low}
    else:
        check |= {"minimum": f"-{LARGEST}", "maximum": LARGEST}
    shown = name.replace("_", " ")
    return {
        **check,
        "ignore_blank": False,
        "input_title": shown[:32],
        "input_message": f"{words[0].upper()}{words[1:]}. All cells that depend on it follow.",
        "error_title": "This cannot be",
        "error_message": f"{shown[:100]} must be {words}.",
    }
