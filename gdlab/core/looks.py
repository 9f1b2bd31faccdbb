"""How runs look wherever they are drawn: a colour for each rule, and what tells its runs apart.

The same six colours are on the page (``gdlab/web/static/sheet.css``), in workbooks and in pictures.
Machado, Oliveira & Fernandes 2009 simulate how they are seen without one kind of cone: any two stay
19 apart in CIELAB.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

COLOURS = ("#0b62c4", "#d55e00", "#009e73", "#aa3377", "#222222", "#6b4a10")
# A colour for a family; its runs in one picture differ in their lines and markers.
FAMILIES = (
    ("sgd", "lookahead", "ranger", "radam"),
    ("momentum", "heavy_ball", "nesterov", "lion"),
    ("rmsprop", "rmsprop_lesson", "rmsprop_eps_inside", "rmsprop_centered"),
    ("adam", "adam_lesson", "adam_eps_hat", "amsgrad"),
    ("adagrad", "adagrad_lesson", "adadelta", "adabelief"),
)
OTHERS = len(FAMILIES)


class Look(NamedTuple):
    """A colour's index in ``COLOURS``, and how many runs before it have that colour."""

    colour: int
    round: int


def colour_of(rule: str) -> int:
    """The index of a rule's colour in ``COLOURS``; rules of no family share the last one."""
    return next((index for index, rules in enumerate(FAMILIES) if rule in rules), OTHERS)


def looks(rules: Sequence[str]) -> list[Look]:
    """How the runs of these rules look beside each other, no two of them alike."""
    seen: Counter[int] = Counter()
    found = []
    for rule in rules:
        colour = colour_of(rule)
        found.append(Look(colour, seen[colour]))
        seen[colour] += 1
    return found
