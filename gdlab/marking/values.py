"""What a learner wrote in one cell: a number with the digits that it claims, or a sentence."""

import datetime
import math
import re

from gdlab.core.words import shown
from gdlab.marking.grid import GridCell
from gdlab.marking.sheet import Written, decimals_of

TYPED_NUMBER = re.compile(r"([+-]?)(\d{1,30}(?:[.,]\d{0,30})?|[.,]\d{1,30})(e[+-]?\d{1,3})?(\s*%)?")
# A spreadsheet program keeps 15 digits of what is typed; a number with as many was computed.
COMPUTED_DIGITS = 15


def written(cell: GridCell, address: str) -> tuple[Written, str | None]:
    """One cell as it is judged, and a remark where it was not typed as a plain number."""
    value, form = cell.value, cell.form
    if cell.error:
        return Written(None, text=str(value)[:20], address=address), None
    if isinstance(value, bool):
        return _problem(str(value).upper(), address, f"{str(value).upper()} is no number")
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        why = f"the number was taken for a date or time ({value}): format the cell as a number"
        return _problem(str(value), address, why)
    if isinstance(value, str):
        return typed(value, address)
    if not math.isfinite(value):
        return _problem(str(value), address, "this is no number that a spreadsheet can hold")
    remark = None
    if "%" in form:
        remark = f"{address} is shown as a percentage; it holds {value!r}, and that is judged"
    return Written(float(value), _claimed(value), repr(value), address), remark


def _problem(text: str, address: str, why: str) -> tuple[Written, None]:
    return Written(None, text=text, address=address, problem=why), None


def _claimed(number: float) -> int | None:
    """The decimals that a stored number claims; None where it was computed in full."""
    digits = f"{abs(number):.17e}" if number == 0 else repr(abs(float(number)))
    significant = digits.partition("e")[0].replace(".", "").strip("0")
    return None if len(significant) >= COMPUTED_DIGITS else decimals_of(float(number))


def typed(text: str, address: str) -> tuple[Written, str | None]:
    """Text where a number belongs: read where it can mean one number only."""
    match = TYPED_NUMBER.fullmatch(text.strip().replace("\u2212", "-").lower())
    if match is None:
        kind = "a formula typed as text" if text.lstrip().startswith("=") else "text, no number"
        return _problem(text, address, f"{shown(text)} is {kind}")
    sign, digits, power, percent = match.groups()
    tens = int(power[1:]) if power else 0
    plain = f"{sign}{digits.replace(',', '.')}e{tens - 2 if percent else tens}"
    number, decimals = float(plain), decimals_of(plain)
    if not math.isfinite(number):
        return _problem(text, address, f"{shown(text)} is no number that a spreadsheet can hold")
    remark = f"{address} holds the text {shown(text)}; it was read as the number {number!r}"
    return Written(number, decimals, text.strip(), address), remark
