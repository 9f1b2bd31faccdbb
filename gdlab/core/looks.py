"""The looks of runs in all pictures: a colour for each rule, and lines and markers for its runs.

The same six colours are on the page (``gdlab/web/static/sheet.css``), in workbooks and in pictures.
Any two of them differ by at least 19 in CIELAB, also for people who lack one kind of cone, as
simulated by Machado, Oliveira & Fernandes 2009.
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
    """A run's colour, an index of ``COLOURS``, and how many runs before it have the same."""

    colour: int
    round: int


def colour_of(rule: str) -> int:
    """The index of a rule's colour in ``COLOURS``; rules of no family share the last one."""
    return next((index for index, rules in enumerate(FAMILIES) if rule in rules), OTHERS)


def looks(rules: Sequence[str]) -> list[Look]:
    """The looks of runs of these rules side by side, all different."""
    seen: Counter[int] = Counter()
    found = []
    for rule in rules:
        colour = colour_of(rule)
        found.append(Look(colour, seen[colour]))
        seen[colour] += 1
    return found
