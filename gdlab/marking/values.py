"""What a learner wrote in one cell: a number with the digits that it claims, or a sentence."""

import datetime
import math
import re
import struct
from dataclasses import replace

from gdlab.core.words import shown
from gdlab.marking.grid import GridCell
from gdlab.marking.sheet import Written, decimals_of
from gdlab.marking.texts import readings, unworked
from gdlab.marking.working import TOO_FAR

TOO_LARGE_TEXT = re.compile(r"[+-]?\d+e\d+")
# A spreadsheet program keeps 15 digits of what is typed; a number with as many was computed.
COMPUTED_DIGITS = 15
# Single precision holds seven digits, of which differences and sums lose some. Written out, most
# of its numbers have more than a person types: 18040.453125.
DIGITS_OF_SINGLE, SINGLE_DIGITS, LARGEST_SINGLE = 5, 10, 3e38


def written(cell: GridCell, address: str) -> tuple[Written, str | None]:
    """One cell as it is judged, and a remark where it was not typed as a plain number."""
    value, form = cell.value, cell.form
    if cell.error:
        return Written(None, text=str(value)[:20], address=address), None
    if isinstance(value, bool):
        return _problem(str(value).upper(), address, f"{str(value).upper()} is not a number")
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        why = f"the number was taken for a date or time ({value}): format the cell as a number"
        return _problem(str(value), address, why)
    if isinstance(value, str):
        return typed(value, address)
    if not math.isfinite(value):
        return _problem(str(value), address, f"this is {TOO_FAR}")
    remark = None
    if "%" in form:
        remark = f"{address} is shown as a percentage; it holds {value!r}, and that is judged"
    return Written(float(value), claimed(value), repr(value), address), remark


def _problem(text: str, address: str, why: str) -> tuple[Written, None]:
    return Written(None, text=text, address=address, problem=why), None


def claimed(number: float) -> int | None:
    """The decimals that a stored number claims; None where it was computed in full."""
    if number == 0:
        return 0
    significant = repr(abs(float(number))).partition("e")[0].replace(".", "").strip("0")
    if len(significant) >= SINGLE_DIGITS and _is_single(float(number)):
        return DIGITS_OF_SINGLE - 1 - math.floor(math.log10(abs(number)))
    return None if len(significant) >= COMPUTED_DIGITS else decimals_of(float(number))


def _is_single(number: float) -> bool:
    """Whether a number has single precision, as numpy.float32 and torch have it."""
    if abs(number) > LARGEST_SINGLE:
        return False
    single = struct.unpack("f", struct.pack("f", number))[0]
    # A file keeps 16 digits of it.
    return bool(abs(single - number) <= 1e-15 * abs(number))


def typed(text: str, address: str) -> tuple[Written, str | None]:
    """Text in place of a number, as a person reads it, with a note unless it is a plain number."""
    found = readings(text)
    if not found:
        kind = "a formula typed as text" if text.lstrip().startswith("=") else "text, not a number"
        if TOO_LARGE_TEXT.fullmatch(text.strip().lower()):
            kind = TOO_FAR
        return _problem(text, address, f"{shown(text)} is {unworked(text) or kind}")
    ways = [Written(one.number, one.decimals, text.strip(), address) for one in found]
    if len(ways) > 1:
        means = f"may mean {found[0].number!r} or {_whole(found[1].number)}"
        return replace(ways[0], or_else=ways[1]), f"{address} holds the text {shown(text)}: {means}"
    means = f"it was read as the number {found[0].number!r}"
    return ways[0], f"{address} holds the text {shown(text)}; {means}"


def _whole(number: float) -> str:
    return repr(number).removesuffix(".0")
