"""Make a stranger's text safe to show: quoted, short, and without control characters."""

import re
import unicodedata

MOST_SHOWN = 40
MOST_LISTED = 6
MOST_SENTENCES = 8
SIGNS = "=+@|%\\-＝＋－＠｜％﹦﹢﹣﹫﹪"
BEHIND_SEMICOLON = re.compile(rf"""(;[\s"]*)(?=[{SIGNS}])""")
HARMLESS_BEHIND_SEMICOLON = re.compile(rf"""(;[\s"]*)'(?=[{SIGNS}])""")
FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


def shown(text: str) -> str:
    """Text from a file for use in a sentence: in quotes, escaped, at most 40 characters."""
    short = text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"
    return "'" + plain(short) + "'"


def plain(text: str) -> str:
    """Text with every non-printing character as an escape sequence."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def harmless(text: str) -> str:
    """Text that no spreadsheet program treats as a formula, without control characters.

    Some programs accept full-width and small forms of the signs, and a program that splits a table
    at semicolons sees the text after one as a new cell.
    """
    first = text.lstrip()[:1]
    sign = unicodedata.normalize("NFKC", first)[:1]
    if text == "-":
        # Tables write a single dash for an empty cell.
        return text
    begins = sign in ("=", "+", "-", "@", "|", "%") or text[:1] in ("\t", "\r", "\n")
    return ("'" if begins else "") + BEHIND_SEMICOLON.sub(r"\1'", plain(text))


def unharmed(text: str) -> str:
    """The original of a text that :func:`harmless` has changed; any other text as it is."""
    whole = HARMLESS_BEHIND_SEMICOLON.sub(r"\1", text)
    whole = whole[1:] if harmless(whole[1:]).startswith("'") else whole
    return whole if harmless(whole) == text else text


def listed(things: list[str]) -> str:
    """``a, b and c``; a long list is shortened to ``a, b and 5 more``."""
    if len(things) > MOST_LISTED:
        things = [*things[:MOST_LISTED], f"{len(things) - MOST_LISTED} more"]
    return " and ".join([", ".join(things[:-1]), things[-1]] if len(things) > 1 else things)


def shortened(sentences: list[str]) -> list[str]:
    """The first few sentences of a long list, and how many more there were."""
    if len(sentences) <= MOST_SENTENCES:
        return sentences
    more = len(sentences) - MOST_SENTENCES
    return [*sentences[:MOST_SENTENCES], f"and {more} more {'note' if more == 1 else 'notes'}"]


def sheet_names(wanted: list[str]) -> list[str]:
    """Names that are allowed for sheets of a workbook, all different."""
    names: list[str] = []
    for name in wanted:
        clean = FORBIDDEN_IN_NAMES.sub("_", plain(name))[:31].strip() or "sheet"
        taken = {other.lower() for other in (*names, "history")}
        number = 2
        unique = clean
        while unique.lower() in taken:
            unique = f"{clean[:27]} {number}"
            number += 1
        names.append(unique)
    return names
