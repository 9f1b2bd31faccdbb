"""The grammar's functions that Python's ``math`` lacks, or answers differently for NaN.

They are plain comparisons, so they give the same bits compiled or not. NaN passes through them, as
an error passes through a spreadsheet.
"""

from typing import Any


def sign(x: float) -> float:
    """1, 0 or -1, with the sign of ``x``."""
    return 1.0 if x > 0 else (-1.0 if x < 0 else x * 0.0)


def floor(x: float) -> float:
    """The largest whole number not above ``x``, as a float."""
    return x // 1.0


def min(a: float, b: float) -> float:
    """The smaller of two numbers."""
    return a if a < b or a != a else b


def max(a: float, b: float) -> float:
    """The larger of two numbers."""
    return a if a > b or a != a else b


def total(terms: Any) -> Any:
    """The sum of its argument over all parameters; here, over a list of its values."""
    return sum(terms)
