"""Learners who fill in a table of other_tables and make the slips of other_slips."""

import math
import random
from collections.abc import Mapping
from typing import NamedTuple

from other_rule_slips import OF_RULES
from other_slips import OF_MODELS
from other_tables import MODELS, Place, Sheet, Write, columns, first_above, world_of

LARGEST = 1e9
# What is written at last where a slip of the hand is made, and the causes that may be named.
BY_HAND = {
    "digit_dropped": "digit_dropped point_shifted digit_misread",
    "digit_misread": "digit_misread",
    "digits_swapped": "digits_swapped digit_misread",
    "sign": "sign_turned turned_round sign_forgotten",
    "point": "point_shifted digit_dropped",
    "one more": "digit_misread",
    "of another column": "copied_from_beside stage_skipped other_parameter "
    "square_forgotten factor_forgotten term_forgotten bias_correction_forgotten divisor_forgotten "
    "rate_forgotten",
    "of the row above": "copied_from_above row_above old_parameter",
}


class Slip(NamedTuple):
    """In columns called ``column``, ``new`` is computed where ``old`` belongs."""

    column: str
    old: str
    new: str
    names: str


SLIPS = [
    Slip(column, old, new, names)
    for (column, old), them in (OF_MODELS | OF_RULES).items()
    for new, names in them.items()
]


class Made(NamedTuple):
    """Slips as they were made: by place the formula or the hand's kind, and what may be named."""

    formulas: Mapping[Place, str]
    by_hand: Mapping[Place, str]
    names: Mapping[Place, str]
    what: str


class Cells(NamedTuple):
    """A filled sheet: what is written, what was kept, and what is right on the kept numbers."""

    written: dict[Place, float]
    kept: dict[Place, float]
    right: dict[Place, float]


def decimals(count: int, *, carried: bool) -> Write:
    """A learner who writes some decimals, and goes on with these numbers or with all digits."""

    def write(number: float) -> tuple[float, float]:
        shown = math.floor(abs(number) * 10**count * (1 + 1e-14) + 0.5) / 10**count
        shown = math.copysign(shown, number) + 0.0
        return shown, shown if carried else number

    return write


def digits(count: int, *, carried: bool) -> Write:
    """A learner who writes some significant digits."""

    def write(number: float) -> tuple[float, float]:
        shown = float(f"{number:.{count - 1}e}")
        return shown, shown if carried else number

    return write


def in_full(number: float) -> tuple[float, float]:
    """A learner who computes with a program and pastes its numbers."""
    return number, number


def fills_in(sheet: Sheet, write: Write, made: Made, draw: random.Random) -> Cells | None:
    """The sheet with slips, carried on from what is written; None where a number is none."""
    formulas = columns(sheet)
    order = list(formulas)
    above = first_above(sheet, order)
    cells = Cells({}, {}, {})
    for row in range(1, sheet.rows + 1):
        world = {**world_of(sheet, row), **above}
        waiting = {name: made.formulas.get((row, name), formulas[name]) for name in formulas}
        while waiting:
            late = {
                name: text
                for name, text in waiting.items()
                if any(one in waiting and one != name for one in _asked(text))
            }
            if len(late) == len(waiting):
                return None
            for name, text in waiting.items():
                if name in late:
                    continue
                try:
                    number = float(eval(text, dict(world)))
                    right = float(eval(formulas[name], dict(world)))
                except (ArithmeticError, ValueError, TypeError, KeyError, NameError):
                    return None
                if not math.isfinite(number) or abs(number) > LARGEST or math.isnan(right):
                    return None
                place = row, name
                shown, kept = write(number)
                kind = made.by_hand.get(place)
                if kind:
                    changed = _mistyped(kind, shown, place, cells.written, draw)
                    if changed is None:
                        return None
                    shown, kept = (changed, changed) if draw.random() < 0.7 else (changed, kept)
                cells.written[place], cells.kept[place], cells.right[place] = shown, kept, right
                world[name] = kept
            waiting = late
        above = {f"o_{name}": world[name] for name in formulas}
        above |= {f"o_{name}": world[name] for name in MODELS[sheet.model].point}
    return cells


def _asked(text: str) -> tuple[str, ...]:
    return compile(text, "cell", "eval").co_names


def _mistyped(
    kind: str, shown: float, place: Place, written: Mapping[Place, float], draw: random.Random
) -> float | None:
    row, name = place
    text = repr(shown)
    at = [i for i, one in enumerate(text) if one.isdigit()]
    if "e" in text or len(at) < 2:
        return None
    i = draw.choice(at[:-1])
    changed: str | float | None
    match kind:
        case "digit_dropped":
            changed = text[:i] + text[i + 1 :]
        case "digit_misread":
            changed = text[:i] + draw.choice("123456789") + text[i + 1 :]
        case "digits_swapped":
            both = [j for j in at if text[j + 1 : j + 2].isdigit()]
            if not both:
                return None
            j = draw.choice(both)
            changed = text[:j] + text[j + 1] + text[j] + text[j + 2 :]
        case "sign":
            changed = -shown
        case "point":
            changed = shown * draw.choice((10, 0.1, 100))
        case "one more":
            changed = shown + draw.choice((-1, 1)) * 10 ** draw.choice((-1, 0, 1))
        case "of another column":
            known = [value for (of_row, _), value in written.items() if of_row == row]
            changed = draw.choice(known) if known else None
        case _:
            changed = written.get((row - 1, name))
    if changed is None:
        return None
    value = float(changed) if str(changed) not in ("-", ".", "") else None
    if value is None or value == shown or (kind != "sign" and value == -shown):
        return None
    return float(f"{value:.12g}")


def _places(slip: Slip, sheet: Sheet) -> dict[str, str]:
    """The columns in which a slip can be made, with the formulas that it makes."""
    formulas = columns(sheet)
    parameters = MODELS[sheet.model].parameters
    found = {}
    for at, p in enumerate(parameters if "{p}" in slip.column else ("",)):
        q = parameters[(at + 1) % len(parameters)]
        name = slip.column.format(p=p)
        old, new = slip.old.format(p=p, q=q), slip.new.format(p=p, q=q)
        sample = f"sample_{name}"
        for one in (sample, name):
            ways = old, new
            if one == sample:
                ways = old.replace("grad_", "sample_grad_"), new.replace("grad_", "sample_grad_")
            text = formulas.get(one, "")
            # A sum of gradients is made of samples' own.
            if text and ways[0] in text and not (old == "lr" and "lr *" not in text):
                is_part = ways[0] != text and not old.startswith("+")
                put = f"({ways[1]})" if is_part else ways[1]
                found[one] = text.replace(ways[0], put, 1)
                break
    return found


def slips_of(sheet: Sheet) -> list[Slip]:
    """The slips that can be made on a sheet."""
    return [one for one in SLIPS if _places(one, sheet)]


def made(slip: Slip, sheet: Sheet, draw: random.Random) -> Made:
    """A slip in one row, from one on or in all, in one column or in those of all parameters."""
    places = _places(slip, sheet)
    if len(places) > 1 and draw.random() < 0.4:
        one = draw.choice(list(places))
        places = {one: places[one]}
    first = draw.randint(1, sheet.rows)
    rows = draw.choice((range(first, first + 1), range(first, sheet.rows + 1), None, None))
    formulas = {
        (row, name): text
        for row in (range(1, sheet.rows + 1) if rows is None else rows)
        for name, text in places.items()
    }
    what = f"{slip.column}: {slip.new} for {slip.old} at {sorted(formulas)}"
    # The number of the only update that has the slip.
    updates = {-(-row // sheet.batch) for row, _ in formulas}
    only = f"{min(updates)}:" if len(updates) == 1 else ":"
    names = [one.removeprefix(only) for one in slip.names.split()]
    said = " ".join(one for one in names if ":" not in one)
    return Made(formulas, {}, dict.fromkeys(formulas, said), what)


def made_by_hand(kind: str, sheet: Sheet, draw: random.Random) -> Made:
    """A slip of the hand in one cell."""
    place = draw.randint(1, sheet.rows), draw.choice(list(columns(sheet)))
    return Made({}, {place: kind}, {place: BY_HAND[kind]}, f"{kind} at {place}")


def together(first: Made, second: Made) -> Made:
    """Two slips on one sheet; in a cell where both would be made, only the second is."""
    return Made(
        {**first.formulas, **second.formulas},
        {**first.by_hand, **second.by_hand},
        {**first.names, **second.names},
        f"{first.what}; {second.what}",
    )
