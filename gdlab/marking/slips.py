"""The family of usual slips in one column: formulas that a learner may have used instead.

Every slip is a formula, so a rule that a user wrote has its slips too, and a learner's numbers can
be put into each to see which gives what was written.
"""

import ast
import itertools
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from gdlab.core.columns import Table
from gdlab.core.registry import find_rule, rules
from gdlab.language.evaluate import CellError, evaluate
from gdlab.language.grammar import names
from gdlab.language.javascript import as_data, of_data
from gdlab.marking.bounds import Bound, bound
from gdlab.marking.chain import chain
from gdlab.marking.changes import as_text, both, change_of
from gdlab.marking.column_slips import of_a_column
from gdlab.marking.kinds import KINDS
from gdlab.marking.rewrites import everywhere

# Slips that are no change of one place; a second slip in them would be none of this formula.
WHOLE_COLUMN = (
    "copied_from_above", "copied_from_beside", "another_convention", "parameters_swapped",
    "not_simultaneous", "squared_error_for_gradient",
)  # fmt: skip
MOST_PAIRS = 300
VERY_USUAL = 1
# Those of the largest table. A page asks for thousands, each once, and many trees are slow to keep:
# Python looks through all of them again and again for what could be freed.
COLUMNS_KEPT = 128
# Formulas that are the same in so many rows are the same: of a maximum each side is the larger one.
PLACES = 6


@dataclass(frozen=True)
class Slip:
    """One slip, or two together: short names, what was done, and the formula that it makes."""

    names: tuple[str, ...]
    because: str
    tree: ast.expr

    @property
    def name(self) -> str:
        """The stable short name; of two slips, with a + between."""
        return "+".join(self.names)

    @property
    def usual(self) -> int:
        """From 1, very usual, upwards; two slips together are always less usual than one."""
        return max(KINDS[name].usual for name in self.names) + 3 * (len(self.names) - 1)

    @property
    def is_copied(self) -> bool:
        """Whether the number of another cell was copied."""
        return self.name.startswith("copied_")

    @property
    def hint(self) -> str:
        """Where to look, without a value."""
        return "; ".join(dict.fromkeys(KINDS[name].hint for name in self.names))

    @cached_property
    def asks(self) -> tuple[str, ...]:
        """The names whose numbers the formula asks for."""
        return names(self.tree)

    @cached_property
    def bound(self) -> Bound:
        """The interval that the formula gives."""
        return bound(self.tree)


@dataclass(frozen=True)
class _Formula:
    """One column of a table, and as text all that its slips depend on."""

    column: str
    texts: tuple[str, ...]
    rules: tuple[str, ...]
    table: Table = field(compare=False)


def _formula(table: Table, column: str) -> _Formula:
    sources = tuple(find_rule(one).formulas.source for one in rules())
    return _Formula(column, _texts(table), sources, table)


@lru_cache(maxsize=256)
def _texts(table: Table) -> tuple[str, ...]:
    """What a table computes: which of two slips are the same depends on all its columns."""
    columns = (
        f"{one.name} = {one.expression and ast.dump(one.expression)}" for one in table.columns
    )
    return table.rule.formulas.source, repr(table.hyper), *columns


def slips(table: Table, column: str) -> list[Slip]:
    """The single slips of a column, the most usual first; no two of them are the same formula."""
    return _slips(_formula(table, column))


def pairs(table: Table, column: str) -> list[Slip]:
    """Every two very usual slips together, each in its own place of the formula."""
    return _pairs(_formula(table, column))


@lru_cache(maxsize=COLUMNS_KEPT)
def _slips(formula: _Formula) -> list[Slip]:
    table, column = formula.table, formula.column
    expression = table.column(column).expression
    if expression is None:
        return []
    rewrites = (
        *chain(table, column, expression),
        *everywhere(expression, table),
        *of_a_column(table, column, expression),
    )
    found = [Slip((one.name,), one.because, one.tree) for one in rewrites]
    # A cell cannot have been computed from itself.
    found = [slip for slip in found if column not in slip.asks]
    return _distinct(found, Slip((), "", expression), table, column)


@lru_cache(maxsize=COLUMNS_KEPT)
def _pairs(formula: _Formula) -> list[Slip]:
    expression = formula.table.column(formula.column).expression
    if expression is None:
        return []
    whole = as_data(expression)
    single = _slips(formula)
    seen = {as_text(whole), *(as_text(as_data(one.tree)) for one in single)}
    usual = [
        (one, change_of(whole, as_data(one.tree)))
        for one in single
        if one.usual <= VERY_USUAL and one.name not in WHOLE_COLUMN
    ]
    found = []
    for two in itertools.combinations(usual, 2):
        (first, change), (second, other) = sorted(two, key=lambda one: one[0].name)
        tree = both(whole, change, other)
        if tree is None or as_text(tree) in seen:
            continue
        seen.add(as_text(tree))
        because = f"{first.because}, and {second.because}"
        found.append(Slip((first.name, second.name), because, of_data(tree)))
    # Of so many one would always be met by chance.
    return found if len(found) <= MOST_PAIRS else []


def _distinct(found: list[Slip], right: Slip, table: Table, column: str) -> list[Slip]:
    """The slips without those that give the right number, or the number of one before, always.

    Always means in a sheet that is right otherwise: there two columns may hold the same.
    """
    places, without_eps = _places(table)
    seen = {_values(right, places)}
    seen_of_later = set(seen)
    by_usual = sorted(found, key=lambda one: one.usual)
    kept = set()
    # Where another rule has the same formula, nobody has taken a number of the row above.
    for slip in sorted(by_usual, key=lambda one: (one.usual, one.names == ("row_above",))):
        values = {_values(slip, places)}
        if slip.names == ("another_convention",):
            values.add(_values(slip, without_eps))
        # What is made of this column holds another number where this one is wrong.
        is_of_later = any(column in made_of(table, name) for name in slip.asks)
        known = seen_of_later if is_of_later else seen
        if not values & known:
            kept.add(id(slip))
        known |= values
    return [one for one in by_usual if id(one) in kept]


@lru_cache(maxsize=64)
def _places(table: Table) -> "tuple[list[_Somewhere], list[_Somewhere]]":
    """Rows to tell formulas apart in, and one to tell conventions apart in.

    Two conventions that differ only in where a tiny eps stands are the same to the eye.
    """
    places = [_Somewhere(table, place) for place in range(PLACES)]
    return places, [_Somewhere(table, 0, {"eps": 0.0})]


@lru_cache(maxsize=1024)
def made_of(table: Table, name: str) -> frozenset[str]:
    """The columns of its own row that a column is made of, at first, second or further hand."""
    own = table.column(name).precedents if name in table.names else ()
    columns = [one for one in own if one in table.names]
    return frozenset(columns).union(*(made_of(table, one) for one in columns))


def slip_of(table: Table, column: str, tree: ast.expr, inputs: Mapping[str, float]) -> Slip | None:
    """The slip that a learner's own formula is: one, or two together; None for any other formula.

    A number in the formula may stand for one of the ``inputs``. None for the right formula too.
    """
    # Where a formula leaves a tiny eps out, or has it elsewhere, that is its least slip.
    for known in (dict(inputs), {**inputs, "eps": 0.0}):
        places = [_Somewhere(table, place, dict(known)) for place in range(PLACES)]
        wanted = _values(Slip((), "", tree), places)
        expression = table.column(column).expression
        if expression is None or wanted == _values(Slip((), "", expression), places):
            return None
        for family in (slips, pairs):
            for slip in family(table, column):
                if _values(slip, places) == wanted:
                    return slip
    return None


class _Somewhere:
    """A row of a table with arbitrary numbers above it and for its inputs; the same ones always."""

    def __init__(self, table: Table, place: int, known: dict[str, float] | None = None) -> None:
        self.table = table
        self.place = place
        self.known = dict(known or {})

    def value(self, name: str) -> float:
        if name not in self.known:
            tree = self.table.column(name).expression if name in self.table.names else None
            # Under 1, so that shares are, and what they are subtracted from 1 for has a root.
            drawn = random.Random(f"{name}{self.place}").uniform(0.2, 0.95)
            if name in self.table.point[-1:] and self.place % 2:
                # What is predicted is too low here: errors and gradients have the other sign.
                drawn += 5.0
            self.known[name] = drawn if tree is None else evaluate(tree, self.value)
        return self.known[name]


def _values(slip: Slip, places: list[_Somewhere]) -> tuple[str, ...]:
    values = []
    for place in places:
        try:
            numbers = {name: place.value(name) for name in slip.asks}
            low, high = slip.bound({name: (one, one) for name, one in numbers.items()})
        except CellError:
            return (ast.unparse(slip.tree),)
        values.append(f"{(low + high) / 2:.10g}")
    return tuple(values)
