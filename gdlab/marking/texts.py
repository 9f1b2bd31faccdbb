"""Numbers as people write them: any dash, fractions, powers of ten, thousands, arithmetic."""

import math
import re
import unicodedata
from typing import NamedTuple

from gdlab.core.number_text import DASHES
from gdlab.marking.sheet import decimals_of
from gdlab.marking.working import working

APOSTROPHES = "\u2019\u02bc\u00b4`"
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-", strict=True))
# The zeros of other digits: Arabic, Persian, Devanagari, Bengali, Tamil, Thai.
NOUGHTS = "\u0660\u06f0\u0966\u09e6\u0be6\u0e50"
OTHER_DIGITS = {ord(zero) + i: str(i) for zero in NOUGHTS for i in range(10)}
SEPARATORS = {0x066B: ",", 0x066C: "'"}
GROUPS = re.compile(r"\d{1,3}(?:'\d{3})+")
FRACTION = re.compile(r"([+-]?) ?(?:(\d{1,9}) )?(\d{1,9}) ?/ ?(\d{1,9})")
POWER = re.compile(r"(?:(.+?) ?[*x×·⋅•∙] ?|([+-]) ?)?10 ?(?:\^|\*\*) ?\(?([+-]?\d{1,3})\)?")
PLAIN_NUMBER = re.compile(r"([+-]?) ?([\d.,']{1,60})(?: ?e ?([+-]?\d{1,3}))?( ?%)?")
MOST_READ_DIGITS, DIGITS_OF_FRACTION = 30, 6
# A fraction is written for a number of so many decimals, or of all those that it has.
DECIMALS_OF_FRACTION = 4
IN_BRACKETS = re.compile(r"\( ?([\d.,']{1,60}) ?\)")
# What stands around a number: TeX's dollars, the sign of a text, a full stop; a minus said or last.
AROUND = (
    (re.compile(r"^\$ ?(.+?) ?\$$"), r"\1"),
    (re.compile(r"^' ?(?=[-+]? ?[\d.,(])"), ""),
    (re.compile(r"^minus (?=[\d.,])"), "-"),
    (re.compile(r"^([\d.,']+) ?-$"), r"-\1"),
    (re.compile(r"(?<=[.,]\d)(\d*)\.$"), r"\1"),
)


class NumberReading(NamedTuple):
    """A number that a text may mean, and the decimals that it claims; None: all of them."""

    number: float
    decimals: int | None


def readings(text: str) -> list[NumberReading]:
    """The numbers that a text may mean, the likelier first; none where it is not a number.

    More than one only where a single comma or point may stand before decimals or thousands, and
    where brackets may mean a minus, as accountants write it.
    """
    plain = _plain(text)
    in_brackets = IN_BRACKETS.fullmatch(plain)
    if in_brackets:
        inside = readings(in_brackets[1])[:1]
        return [sign for one in inside for sign in (one._replace(number=-one.number), one)]
    fraction = FRACTION.fullmatch(plain)
    if fraction:
        sign, whole, above, below = fraction.groups()
        if int(below) == 0:
            return []
        if whole and len(above) == 3 and int(above) >= int(below):
            above, whole = whole + above, None  # 12 345/7 has thousands, 12 345/700 is mixed
        number = int(whole or 0) + int(above) / int(below)
        worked_out = _computed(-number if sign == "-" else number)
        decimals = min(worked_out.decimals or 0, _ends(int(above), int(below)))
        return [worked_out._replace(decimals=decimals)]
    tens, rest = 0, plain
    power = POWER.fullmatch(plain)
    if power:
        rest, tens = power[1] or f"{power[2] or ''}1", int(power[3])
    match = PLAIN_NUMBER.fullmatch(rest)
    if match is None:
        worked = working(plain)
        return [] if worked is None or worked.number is None else [_computed(worked.number)]
    sign, body, exponent, percent = match.groups()
    if power and (exponent or percent):
        return []
    tens += int(exponent or 0) - (2 if percent else 0)
    found = []
    for digits in _without_groups(body):
        if (power or exponent) and "." in digits:
            # 3.70 * 10^-2 and 3.70E-02 are how a program writes 0.037.
            digits = digits.rstrip("0").rstrip(".") or "0"
        written = f"{sign}{digits}e{tens}"
        number = float(written)
        if math.isfinite(number):
            found.append(NumberReading(number, decimals_of(written)))
    return found


def unworked(text: str) -> str:
    """Why a text that is arithmetic has no result; empty where it has one, or is none."""
    found = working(_plain(text))
    return found.problem if found else ""


def _computed(number: float) -> NumberReading:
    """A number that is computed from rounded ones: it claims some digits of what comes out."""
    size = math.floor(math.log10(abs(number))) if number else 0
    return NumberReading(number, DIGITS_OF_FRACTION - 1 - size)


def _ends(above: int, below: int) -> int:
    """The decimals after which a fraction ends, four at least; of one that does not, all."""
    kept = range(DECIMALS_OF_FRACTION, MOST_READ_DIGITS)
    return next((one for one in kept if above * 10**one % below == 0), MOST_READ_DIGITS)


def _plain(text: str) -> str:
    """A text in the characters of a keyboard, in small letters, its spaces single."""
    spelled, before = "", ""
    for character in text.strip():
        if character in RAISED:
            spelled += RAISED[character] if before in RAISED else f"^{RAISED[character]}"
        else:
            # 1½ is 1 1/2, not 11/2.
            apart = unicodedata.category(character) == "No"
            spelled += f" {character}" if apart else character
        before = character
    spelled = unicodedata.normalize("NFKC", spelled).translate(OTHER_DIGITS | SEPARATORS)
    spelled = DASHES.sub("-", spelled).replace("\u2044", "/")
    spelled = re.sub(f"[{APOSTROPHES}]", "'", spelled)
    spelled = " ".join(spelled.lower().split())
    # Thousands may stand apart.
    spelled = re.sub(r"(?<=\d)[ '](?=\d{3}(?!\d| ?/))", "'", spelled)
    for pattern, plain in AROUND:
        spelled = pattern.sub(plain, spelled)
    return re.sub(r"^[=≈~] ?(?=[+-]? ?[\d.,])", "", spelled)


def _without_groups(body: str) -> list[str]:
    """Digits with at most one point, as a text with points, commas and groups may mean them."""
    if sum(map(str.isdigit, body)) not in range(1, MOST_READ_DIGITS + 1):
        return []
    used = [sign for sign in ".,'" if sign in body]
    if len(used) > 1:
        last = max(used, key=body.rindex)
        whole, _, decimals = body.rpartition(last)
        others = {sign for sign in used if sign != last}
        if last == "'" or len(others) > 1 or last in whole:
            return []
        grouped = whole.replace(others.pop(), "'")
        return [f"{grouped.replace(chr(39), '')}.{decimals}"] if GROUPS.fullmatch(grouped) else []
    if not used:
        return [body]
    grouped = body.replace(used[0], "'")
    in_groups = [grouped.replace("'", "")] if GROUPS.fullmatch(grouped) else []
    if used[0] == "'" or body.count(used[0]) > 1:
        return in_groups
    # 0.125 has no thousands.
    as_decimals = body.replace(",", ".")
    return [as_decimals] if body.startswith("0") else [as_decimals, *in_groups]
