"""Variants of strangers' sheets: laid out and written otherwise, and with a slip in them."""

import random
import re

from strangers import Sheet, line, network

RULES = ("sgd", "momentum", "rmsprop", "adam")


def base(seed: int) -> Sheet:
    """A correct sheet: a line under one of the lesson's rules, or a network."""
    chance = random.Random(seed)
    if chance.random() < 0.3:
        return network(rows=chance.randint(5, 12), seed=seed)
    rate = chance.choice((0.001, 0.0005, 0.002))
    return line(rows=chance.randint(5, 15), seed=seed, lr=rate, rule=chance.choice(RULES))


def relaid(sheet: Sheet, seed: int) -> Sheet:
    """Moved, its columns permuted, transposed, without headers or with others."""
    chance = random.Random(seed)
    chance.shuffle(sheet.columns)
    sheet.row, sheet.column = chance.randint(8, 20), chance.randint(0, 4)
    sheet.across = chance.random() < 0.3
    if chance.random() < 0.3:
        sheet.headers = False
    elif chance.random() < 0.4:
        for number, column in enumerate(sheet.columns):
            column.header = f"Spalte {number}"
    return sheet


# Equal forms of a formula: a pattern of its text, and what it becomes.
EQUAL = (
    (r"2\*\((\{\w+\})-(\{\w+\})\)", r"-2*(\2-\1)"),
    (r"\((\{\w+\})-(\{\w+\})\)\^2", r"(\1-\2)*(\1-\2)"),
    (r"1/\(1\+EXP\(-(\{\w+\})\)\)", r"EXP(\1)/(1+EXP(\1))"),
    (r"^=(\{\w+-?\})-(\{\w+!\})\*(\{\w+-?\})$", r"=-\3*\2+\1"),
    (r"0\.5\*\((\{\w+\})-(\{\w+\})\)\^2", r"POWER(\1-\2,2)/2"),
)


def rewritten(sheet: Sheet, seed: int) -> Sheet:
    """Some formulas in equal forms, a whole column each."""
    chance = random.Random(seed)
    for column in sheet.columns:
        for pattern, new in EQUAL:
            if column.formula and chance.random() < 0.5:
                column.formula = re.sub(pattern, new, column.formula)
    return sheet


def another_cell(text: str, chance: random.Random, names: list[str]) -> str | None:
    found = sorted(set(re.findall(r"\{(\w+)\}", text)))
    if not found:
        return None
    old = chance.choice(found)
    others = [name for name in names if name not in found]
    return text.replace(f"{{{old}}}", f"{{{chance.choice(others)}}}") if others else None


def a_sign(text: str, chance: random.Random, _names: list[str]) -> str | None:
    places = [m.start() for m in re.finditer(r"(?<=\})[+-](?=\{|\d)", text)]
    if not places:
        return None
    at = chance.choice(places)
    return text[:at] + ("-" if text[at] == "+" else "+") + text[at + 1 :]


def a_factor(text: str, chance: random.Random, _names: list[str]) -> str | None:
    places = [m.span() for m in re.finditer(r"\*\{\w+\}", text)]
    if not places:
        return None
    start, end = chance.choice(places)
    return text[:start] + text[end:]


SLIPS = (another_cell, a_sign, a_factor)


def gradients(sheet: Sheet) -> list[str]:
    """The names of the gradient columns."""
    return [one.name for one in sheet.columns if re.fullmatch("g[bm]|dw\\d", one.name)]


def planted(sheet: Sheet, seed: int) -> str | None:
    """Put a slip into one gradient column, in one row or in all; returns its first cell.

    None where the chosen slip changes nothing.
    """
    chance = random.Random(seed)
    name = chance.choice(gradients(sheet))
    column = next(one for one in sheet.columns if one.name == name)
    slip = chance.choice(SLIPS)
    names = [one.name for one in sheet.columns if one.name not in (name, "new_b", "new_m")]
    # What comes later in the row would close a circle.
    names = [one for one in names if not re.fullmatch("[ags][bm]|dw\\d|e2|et", one)]
    new = slip(column.formula, chance, names)
    if new is None or new == column.formula:
        return None
    if chance.random() < 0.5:
        row = chance.randint(1, sheet.rows - 2)
        sheet.changed[row, name] = new
        return sheet.address(row, name)
    column.formula = new
    return sheet.address(0, name)
