"""The usual slips as plain data: gdlab/web/static/diagnosis.js puts a learner's numbers into them.

So a page and the command line name the same cause. A page checks sheets of every rule, and most
slips of most columns are the same change of another formula: each is there once.
"""

import ast
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from gdlab.core.columns import Table
from gdlab.language.javascript import as_data
from gdlab.marking import diagnosis, evidence, mistyping, searching, settling
from gdlab.marking import slips as family
from gdlab.marking.changes import change_of
from gdlab.marking.claims import DECIMALS_IN_FULL
from gdlab.marking.column_slips import from_beside
from gdlab.marking.kinds import KINDS
from gdlab.marking.parts import column_of
from gdlab.marking.separating import HARDLY
from gdlab.marking.slips import VERY_USUAL, slips

# A name, perhaps that of its start, or of the row above or below: a whole word always.
WORD = re.compile(r"\b(start_|)([A-Za-z_]\w*?)(_prev|_next|)\b")
# In place of a name: the same word of the column's own parameter, and of each other one in turn;
# the columns before and behind it in the sheet.
OWN, OTHERS = "@", "?"
BESIDE = {"-": -1, "+": 1}
SIGN = re.compile(r"\$([^$]*)\$")

# A change's row as JSON, and where it is made.
Made = tuple[str, str]


def slips_of(models: Mapping[str, Mapping[str, Table]]) -> dict[str, Any]:
    """The single slips of the sheets of some models, for gdlab/web/static/changes.js.

    ``changes`` are ``[name, because, change]``; one of ``columns`` is
    ``[formula, numbers, paths]``, which changes of its formula are its slips, the most usual first,
    and where each is made. A sheet's ``columns`` are two numbers among ``sets``: what is alike for
    all parameters, and the rest. A set has by word, or by column, the number among ``columns`` and
    the names that stand in it for ``$0``, ``$1`` and so on: so the same slips of other names are
    there once, and most of a rule's once for all models. A sheet's ``names`` are in its order, a
    word of all ``parameters`` as one.
    """
    changes, columns, sets = _Rows(), _Rows(), _Rows()
    sheets = {
        model: {
            name: {
                "parameters": list(table.parameters),
                "names": _names(table),
                "columns": [sets.number(_json(one)) for one in _sets(table, changes, columns)],
            }
            for name, table in tables.items()
        }
        for model, tables in models.items()
    }
    return {
        "changes": changes.in_order(),
        "columns": columns.in_order(),
        "sets": sets.in_order(),
        "models": sheets,
    }


class _Rows:
    """Rows of a list, as JSON, each there once."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, row: str) -> int:
        return self.numbers.setdefault(row, len(self.numbers))

    def in_order(self) -> list[Any]:
        return [json.loads(row) for row in self.numbers]


def _json(row: Any) -> str:
    return json.dumps(row, ensure_ascii=False)


def _names(table: Table) -> list[Any]:
    """A sheet's names in order: a word for all parameters, a name, or a name with its part."""
    found: list[Any] = []
    names = list(table.names)
    while names:
        base, parameter = table.part(names[0])
        alike = [f"{base}_{one}" if base else one for one in table.parameters]
        if names[: len(alike)] == alike and all(
            table.part(name) == (base, one)
            for name, one in zip(alike, table.parameters, strict=True)
        ):
            found.append(f"{base}{OWN}")
            del names[: len(alike)]
        else:
            name = names.pop(0)
            found.append(name if (base, parameter) == (name, None) else [name, base, parameter])
    return found


def _sets(table: Table, changes: _Rows, columns: _Rows) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns that are alike for all parameters, by their word, and all others by name."""
    single = {
        one.name: _column(table, one.name, changes, columns)
        for one in table.columns
        if one.expression is not None
    }
    alike = {}
    for word in dict.fromkeys(table.part(name).base for name in single):
        names = [column_of(table, word, one) for one in table.parameters]
        found = [single.get(name or "") for name in names]
        if found and found[0] and all(one == found[0] for one in found):
            alike[f"{word}{OWN}"] = found[0]
            single = {name: one for name, one in single.items() if name not in names}
    return alike, single


def _column(table: Table, column: str, changes: _Rows, columns: _Rows) -> list[Any]:
    """The number of a column among ``columns``, and the names that stand in it."""
    expression = table.column(column).expression
    assert expression is not None
    formula = as_data(expression)
    known = slips(table, column)
    made = [_made(formula, slip.name, slip.because, slip.tree) for slip in known]
    at = sum(slip.usual <= VERY_USUAL for slip in known)
    very_usual, beside = _beside(table, column, formula, made[:at])
    rows = [
        *_for_others(table, column, very_usual),
        *beside,
        *_for_others(table, column, made[at:]),
    ]
    names: list[str] = []
    own = _numbered(names, _signer(table, table.part(column).parameter)(_json(formula)))
    numbers = [changes.number(_numbered(names, row)) for row, _ in rows]
    paths = ",".join(path for _, path in rows)
    return [columns.number(_json([json.loads(own), numbers, paths])), names]


def _made(formula: Any, name: str, because: str, tree: ast.expr) -> Made:
    path, new = change_of(formula, as_data(tree))
    return _json([name, because, new]), path


def _beside(
    table: Table, column: str, formula: Any, made: list[Made]
) -> tuple[list[Made], list[Made]]:
    """The very usual slips but the last ones, which copy the columns beside; and these.

    A column of a parameter has both always: at the edge of a sheet, and where the same column of
    another parameter is beside it, they say nothing.
    """
    base, own = table.part(column)
    at = table.names.index(column)
    found: list[Made] = []
    for sign, step in BESIDE.items():
        near = dict(enumerate(table.names)).get(at + step)
        says_nothing = own is not None and (near is None or table.part(near).base == base)
        there = _made(formula, *from_beside(near)) if near else None
        is_last = there in made[-len(BESIDE) :]
        if is_last and not says_nothing:
            made = [one for one in made if one != there]
        if is_last != says_nothing:
            copied, path = _made(None, *from_beside(column))
            found.append((re.sub(rf"\b{column}\b", f"${sign}$", copied), path))
    return made, found


def _for_others(table: Table, column: str, made: list[Made]) -> list[Made]:
    """Slips with signs for names; one that is made with each other parameter in turn is one."""
    own = table.part(column).parameter
    alone = _signer(table, own)
    in_turn = [_signer(table, own, one) for one in table.parameters if own and one != own]
    found: list[Made] = []
    at = 0
    while at < len(made):
        turns = made[at : at + len(in_turn)]
        row, path = made[at]
        first = (alone(row), path)
        all_turns = {(sign(one), where) for sign, (one, where) in zip(in_turn, turns, strict=False)}
        if len(turns) == len(in_turn) and len(all_turns) == 1 and first not in all_turns:
            found += all_turns
            at += len(turns)
        else:
            found.append(first)
            at += 1
    return found


def _signer(table: Table, own: str | None, other: str | None = None) -> Callable[[str], str]:
    """A function that writes ``$sign$`` for each name of the table into a text."""
    known = set(table.names)

    @cache
    def sign(word: str) -> str:
        found = WORD.fullmatch(word)
        assert found
        before, name, after = found.groups()
        if name not in known:
            return word
        base, parameter = table.part(name)
        if parameter is not None and parameter in (own, other):
            name = f"{base}{OWN if parameter == own else OTHERS}"
        return f"{before}${name}${after}"

    return lambda text: WORD.sub(lambda found: sign(found[0]), text)


def _numbered(names: list[str], text: str) -> str:
    """A text with numbers for signs; ``names`` has them in order."""

    def number(sign: re.Match[str]) -> str:
        if sign[1] not in names:
            names.append(sign[1])
        return f"${names.index(sign[1])}"

    return SIGN.sub(number, text)


def marking_data() -> dict[str, Any]:
    """What is the same for all sheets: each kind of slip, and when a slip is believed."""
    return {
        "kinds": {name: [kind.usual, kind.hint] for name, kind in KINDS.items()},
        "believed": searching.BELIEVED,
        "believedOfTwo": searching.BELIEVED_OF_TWO,
        "possible": diagnosis.POSSIBLE,
        "same": diagnosis.SAME_SHARE,
        "full": evidence.FULL,
        "gridDecimals": evidence.GRID_DECIMALS,
        "onGrid": evidence.ON_GRID,
        "mostCells": searching.MOST_CELLS_SEARCHED,
        "mostColumnsInPairs": searching.MOST_COLUMNS_IN_PAIRS,
        "mostNamed": diagnosis.MOST_SLIPS_NAMED,
        "mostPairs": family.MOST_PAIRS,
        "veryUsual": family.VERY_USUAL,
        "wholeColumn": family.WHOLE_COLUMN,
        "byHand": settling.BY_HAND,
        "becauseByHand": mistyping.BECAUSE | {"cut_off": mistyping.CUT_OFF},
        "hardly": HARDLY,
        "noSlip": diagnosis.NO_SLIP,
        "mostDigits": mistyping.MOST_MISTYPED_DIGITS,
        "habit": mistyping.HABIT,
        "rounded": mistyping.ROUNDED_SHARE,
        "decimalsInFull": DECIMALS_IN_FULL,
    }
