"""What the page's modules and Python's share: written once, in Python, for both.

A module of the sheet imports these by their Python names from ``constants.js``, which is not a file
but the text made here.
"""

import json
from types import ModuleType
from typing import Any

from gdlab.core import layout, rates, theory, words
from gdlab.marking import (
    bounds,
    claims,
    deciding,
    finding,
    grid,
    handout,
    judge,
    numbers,
    reading_notes,
    record,
    report,
    reporting,
    separating,
    texts,
    values,
    wording,
    working,
)
from gdlab.reading import columns, guard, part_walker

NAMES: dict[ModuleType, tuple[str, ...]] = {
    bounds: ("OTHER_ORDER",),
    columns: ("NEVER_CALCULATED",),
    claims: (
        "DECIMALS_IN_FULL", "DECIMALS_OF_ZERO", "MANY", "MOST_DIGITS_OF_WHOLE", "FEWEST_DIGITS",
        "OFTEN",
    ),
    deciding: ("TELLING_DIGITS", "SAME_NUMBER", "MOST_KEPT_DIGITS", "SPARE_OF_CLAIM"),
    finding: ("SEARCHED_ROWS", "FEWEST_HEADERS"),
    grid: ("MOST_SHEETS", "READ_ROWS", "READ_COLUMNS"),
    guard: ("MOST_WORKBOOK_BYTES", "MOST_ZIP_PARTS", "DAMAGED"),
    handout: ("KEY_NAME",),
    judge: ("BEST_FIRST", "MORE_DIGITS", "MOST_APART"),
    layout: ("HEADER_ROW", "GIVEN_ROWS", "BLANK_ROWS"),
    numbers: (
        "DRAWN_STARTS", "SHORT_MEMORY", "LONG_MEMORY", "DRAWN_RATES", "USUAL_RATES",
        "DRAWN_DECAYS", "DRAWN_MOMENTUM_DECAYS", "NEGLIGIBLE_EPS", "SMALLEST_STEP", "LARGEST_STEP",
        "SMALLEST_ERROR", "LARGEST_ERROR", "SMALLEST_MODEL_STEP", "TRIES", "FEWEST_RUNS",
        "MOST_RUNS_DRAWN", "TELLING_NOTHING",
    ),
    part_walker: ("TOO_LARGE_INSIDE",),
    rates: ("NEAR_LEAST",),
    reading_notes: ("CURE", "UNCALCULATED"),
    record: ("LABELS", "SEARCHED_LINES", "MOST_PRACTICE_ROWS", "MOST_DECIMALS"),
    report: ("STATUS_SIGNS", "MOST_LINES", "MOST_WRONG_LINES"),
    reporting: ("FEW_CELLS",),
    separating: ("COMPARED_ROWS", "COMPARED_DECIMALS", "LAST_BITS"),
    theory: ("STEEP", "ROUNDING"),
    texts: ("MOST_READ_DIGITS", "DIGITS_OF_FRACTION", "DECIMALS_OF_FRACTION"),
    values: ("COMPUTED_DIGITS", "DIGITS_OF_SINGLE", "SINGLE_DIGITS", "LARGEST_SINGLE"),
    wording: ("IS_KEY", "UNEARNED_NOTE", "UNDECIDED_NOTE", "ALL_THE_SAME", "NOT_OWN_WORK"),
    words: ("MOST_SHOWN", "MOST_LISTED", "MOST_SENTENCES"),
    working: ("LONGEST_WORKING", "NOT_WORKED", "TOO_FAR"),
}  # fmt: skip


def shared() -> dict[str, Any]:
    """The constants by name."""
    found = {name: getattr(module, name) for module, names in NAMES.items() for name in names}
    return found | {
        "MOST_PART_BYTES": guard.PRACTICE.part_bytes,
        "MOST_INFLATED_BYTES": guard.PRACTICE.inflated_bytes,
        "MOST_CELLS": guard.PRACTICE.elements,
    }


def module_text() -> str:
    """The text of ``constants.js``."""
    return "".join(
        f"export const {name} = {json.dumps(value, ensure_ascii=False, allow_nan=False)};\n"
        for name, value in shared().items()
    )
