"""Read numbers as people and programs write them.

The page's static/number_input.js does the same, and tests/data/number_cases.json tests both.
"""

import re
from collections.abc import Iterable, Mapping

PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE | re.ASCII)
DECIMAL_COMMA = re.compile(r"[-+]?(\d+,\d*|,\d+)(e[-+]?\d+)?", re.IGNORECASE | re.ASCII)
# 1,000 and 1.000; a number with thousands does not begin with 0.
ONE_GROUP = re.compile(r"[-+]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
# 1,000,000 and 1,000.5; 1.000.000 and 1.000,5; 1 000,5 and 1'000.5.
COMMA_GROUPS = re.compile(r"[-+]?[1-9]\d{0,2}((,\d{3}){2,}|(,\d{3})+\.\d*)", re.ASCII)
POINT_GROUPS = re.compile(r"[-+]?[1-9]\d{0,2}((\.\d{3}){2,}|(\.\d{3})+,\d*)", re.ASCII)
SPACE_GROUPS = re.compile(r"[-+]?[1-9]\d{0,2}([ '’])\d{3}(\1\d{3})*([.,]\d*)?", re.ASCII)
SPACES = re.compile("[\u00a0\u2007\u2009\u202f]")
# The minus sign, and the dashes that word processors make of it.
DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
MISSING = frozenset(
    ("", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "missing", "?", ".", "-")
)

# The meaning of the mark in 1,000 or 1.000: a point is decimal, for a comma the person is asked.
DECIMAL, THOUSANDS, ASK = "decimal", "thousands", "ask"
Marks = Mapping[str, str]
TYPED: Marks = {".": DECIMAL, ",": ASK}


def plain(text: str) -> str:
    """A text without spaces around it, with plain minus signs and plain spaces."""
    return DASHES.sub("-", SPACES.sub(" ", text).strip())


def is_missing(text: str) -> bool:
    """Whether a text stands for a missing value: nothing, NA, ?, -."""
    return plain(text).lower() in MISSING


def marks_of(decimal: str) -> Marks:
    """The meaning of the marks if the decimal sign is known: the other one separates thousands."""
    return {mark: DECIMAL if mark == decimal else THOUSANDS for mark in ".,"}


def proven_marks(texts: Iterable[str]) -> Marks:
    """The meaning of the marks in texts by one person or program: 2,5 proves a decimal comma.

    With a decimal comma, 1.000 remains ambiguous.
    """
    signs = set(filter(None, map(_decimal_sign, texts)))
    if not signs:
        return TYPED
    if signs == {"."}:
        return marks_of(".")
    return {",": DECIMAL if signs == {","} else ASK, ".": ASK}


def meanings(text: str, marks: Marks = TYPED) -> tuple[str, ...]:
    """The numbers that a text may mean, as Python writes them; empty if it is not a number."""
    text = plain(text)
    if ONE_GROUP.fullmatch(text):
        mark = "," if "," in text else "."
        both = text.replace(mark, "."), text.replace(mark, "")
        return {DECIMAL: both[:1], THOUSANDS: both[1:], ASK: both}[marks[mark]]
    if PLAIN.fullmatch(text):
        return (text,)
    if DECIMAL_COMMA.fullmatch(text):
        return (text.replace(",", "."),)
    if COMMA_GROUPS.fullmatch(text):
        return (text.replace(",", ""),)
    if POINT_GROUPS.fullmatch(text):
        return (text.replace(".", "").replace(",", "."),)
    if SPACE_GROUPS.fullmatch(text):
        return (re.sub("[ '’]", "", text).replace(",", "."),)
    return ()


def number_of(text: str, where: str, marks: Marks = TYPED) -> float:
    """The number that a text means; a ValueError says where it is and what is wrong."""
    found = meanings(text, marks)
    if not plain(text):
        raise ValueError(f"{where} is empty; type a number")
    if not found:
        raise ValueError(f"{where} must be a number, not {text.strip()!r:.40}")
    if len(found) > 1:
        raise ValueError(f"{where}: {plain(text)} may mean {' or '.join(found)}; type one")
    value = float(found[0])
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{where} must be a number under 1.8e308")
    return value


def _decimal_sign(text: str) -> str | None:
    """The decimal sign that a comma in a text proves: 2,5 and 1.000,5, or 1,000,000; else None."""
    text = plain(text)
    if ONE_GROUP.fullmatch(text):
        return None
    if DECIMAL_COMMA.fullmatch(text) or POINT_GROUPS.fullmatch(text):
        return ","
    if COMMA_GROUPS.fullmatch(text):
        return "."
    return "," if SPACE_GROUPS.fullmatch(text) and "," in text else None
