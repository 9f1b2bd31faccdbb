"""The reading of a sheet without formulas, before anything is judged."""

from dataclasses import dataclass

from gdlab.reading.book import Book
from gdlab.reading.figures import Figures, FigureTable
from gdlab.reading.numeric import Layout
from gdlab.reading.numeric_moves import Moves
from gdlab.reading.numeric_rules import Followed

GRADIENT_NAMES = {
    "gb": ("b", 1.0), "-gb": ("b", -1.0), "gm": ("m", 1.0), "-gm": ("m", -1.0),
    "gm/2": ("m", 0.5), "-gm/2": ("m", -0.5),
}  # fmt: skip
PARAMETER_NAMES = {"b": "intercept", "m": "slope"}


@dataclass(frozen=True)
class NumericRead:
    """One sheet of numbers, with everything that was recognized in it."""

    book: Book
    figures: FigureTable
    layout: Layout
    moves: list[Moves]
    rule: Followed | None
    as_good: list[Followed]


def gradient_of(layout: Layout, which: str) -> Figures | None:
    """The column with the gradient of b or m, with any factor; None if there is none."""
    own = [role for role in layout.roles if GRADIENT_NAMES.get(role.name, ("", 0))[0] == which]
    return own[0].figures if own else None


def factor_of(layout: Layout, column: Figures | None) -> float:
    """The ratio of a gradient's column to the derivative; 1 if there is no column."""
    own = [role for role in layout.roles if role.figures is column and role.name in GRADIENT_NAMES]
    return GRADIENT_NAMES[own[0].name][1] if own else 1.0


def is_sharp(read: NumericRead) -> bool:
    """Whether the updates are large compared with rounding; if not, no rule can be recognized."""
    sizes = sorted(
        abs(move[0] - move[1]) / max(move[2], 1e-300)
        for moves in read.moves
        for move in moves.rows
        if move is not None
    )
    return bool(sizes) and sizes[len(sizes) // 4] > 10
