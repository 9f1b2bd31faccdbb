"""Slips of the hand: a number cut off instead of rounded, two digits swapped."""

import ast
import math
from collections.abc import Iterable

from gdlab.marking.judge import WRONG, Verdict
from gdlab.marking.sheet import CellRef
from gdlab.marking.slips import Slip

MOST_MISTYPED_DIGITS = 12
# Cutting off is a habit from this many cells, where at most a tenth as many were rounded up.
HABIT, ROUNDED_SHARE = 3, 0.1
CUT_OFF = "the last digit was cut off, not rounded"
BECAUSE = {
    "digits_swapped": "two digits stand in each other's place",
    "digit_dropped": "a digit was left out",
    "digit_misread": "one digit is another",
}


def mistyped(verdict: Verdict) -> list[Slip]:
    """The right number, mistyped: a digit dropped, misread, or in its neighbour's place."""
    right, decimals = verdict.from_yours, _decimals(verdict)
    if decimals is None or isinstance(right, str) or abs(right) >= 10.0**MOST_MISTYPED_DIGITS:
        return []
    digits = f"{right:.{decimals}f}"
    at = [i for i, one in enumerate(digits) if one.isdigit()]
    swapped = {
        digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :]
        for i in at
        if digits[i + 1 : i + 2].isdigit() and digits[i] != digits[i + 1]
    }
    # The last digit may have been dropped by rounding, or come out otherwise in computing.
    dropped = {digits[:i] + digits[i + 1 :] for i in at[:-1] if "." not in digits[:i]}
    # With a digit after the point the number has lost a decimal too.
    longer = f"{right:.{decimals + 1}f}"
    point = longer.index(".")
    dropped |= {longer[:i] + longer[i + 1 :] for i in range(point + 1, len(longer) - 1)}
    dropped -= {digits, longer[:-1]}
    misread = {digits[:i] + one + digits[i + 1 :] for i in at[:-1] for one in "0123456789"}
    return [
        *_typed("digits_swapped", swapped),
        *_typed("digit_dropped", dropped - swapped),
        *_typed("digit_misread", misread - swapped - dropped - {digits}),
    ]


def _typed(name: str, texts: Iterable[str]) -> list[Slip]:
    # A text such as "-.5" is a number too; "-" alone is none.
    return [
        Slip((name,), BECAUSE[name], ast.Constant(float(text)))
        for text in sorted(texts)
        if any(one.isdigit() for one in text)
    ]


def cut_off(verdicts: Iterable[Verdict]) -> tuple[list[CellRef], bool]:
    """The wrong cells that were cut off where they should be rounded, and whether it is a habit.

    One may have gone on with the numbers as cut off, or with all digits: the likelier is taken.
    """
    cells = list(verdicts)
    own = _cut([(one, one.from_yours) for one in cells])
    true = _cut([(one, one.expected) for one in cells])
    places, rounded_up = max(own, true, key=lambda found: len(found[0]) - found[1])
    return places, len(places) >= HABIT and rounded_up <= ROUNDED_SHARE * len(places)


def _cut(cells: Iterable[tuple[Verdict, float | str]]) -> tuple[list[CellRef], int]:
    """The wrong cells that were cut off, and how many others were rounded up."""
    places, rounded_up = [], 0
    for verdict, right in cells:
        written, decimals = verdict.written, _decimals(verdict)
        # Of a 0 it cannot be told what was cut off.
        if written is None or not written.number or decimals is None or isinstance(right, str):
            continue
        exact, shown = abs(right) * 10.0**decimals, abs(written.number) * 10.0**decimals
        # Where cutting off and rounding give the same, or nearly, it cannot be told.
        if not 0.5 <= exact % 1.0 < 0.999 or exact > 10.0**MOST_MISTYPED_DIGITS:
            continue
        if round(shown) == math.floor(exact) and written.number * right >= 0:
            places += [verdict.place] if verdict.status == WRONG else []
        else:
            rounded_up += round(shown) == math.ceil(exact)
    return places, rounded_up


def _decimals(verdict: Verdict) -> int | None:
    """The decimals that were typed; None where there are none, or as many as a program gives."""
    decimals = verdict.written.decimals if verdict.written else None
    return decimals if decimals is not None and 0 <= decimals <= MOST_MISTYPED_DIGITS else None
