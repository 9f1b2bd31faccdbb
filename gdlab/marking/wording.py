"""What is said of one judged cell: why it is as it is in full, and as a hint without a value."""

import ast

from gdlab.core.columns import Column
from gdlab.core.words import listed
from gdlab.language.grammar import names
from gdlab.language.infix import TEXT, infix
from gdlab.marking.diagnosis import NO_SLIP, Diagnosis
from gdlab.marking.judge import EMPTY, FOLLOWS, RIGHT, UNEARNED, Verdict
from gdlab.marking.parts import as_headed
from gdlab.marking.sheet import CellRef, Filled, Written

UNEARNED_NOTE = (
    "unearned cells follow from a wrong number, but are 0 or copied: they do not show that "
    "anything was computed, and count nothing"
)
UNDECIDED_NOTE = (
    "numbers rounded so far that they look like 0, or like a cell that they are made of, do not "
    "show that anything was computed: they count nothing; write more digits"
)
ALL_THE_SAME = "every cell holds the same number: nothing was computed, and nothing counts"
IS_KEY = "it is the key, not the practice sheet"
NOT_OWN_WORK = (
    "nothing that is computed is right, and every row has a mistake of its own: "
    "cells that follow count nothing"
)


def words(
    filled: Filled, verdict: Verdict, found: Diagnosis | None
) -> tuple[str | None, str | None]:
    """Why a cell is as it is: in full, and as a hint; None where there is nothing to say."""
    column = filled.key.table.column(verdict.place[1])
    if verdict.status == RIGHT:
        return None, None
    if verdict.like is not None:
        like = _named(filled, verdict.like)
        return _twice(f"rounded so far that it looks like {like}: write more digits")
    if verdict.status in (FOLLOWS, UNEARNED) and verdict.origin is not None:
        return _twice(_from(verdict, filled.address(verdict.origin)))
    if verdict.status == EMPTY:
        return _twice("nothing is written here")
    if verdict.written is not None and verdict.written.problem:
        return _twice(verdict.written.problem)
    if column.expression is None:
        return _twice("this was given, and has been changed")
    formula = f"{column.name} = {infix(column.expression, as_headed, TEXT)}"
    if isinstance(verdict.from_yours, str):
        because = f"the result here is {verdict.from_yours}, not a number; {formula}"
        return because, f"{column.name}: is the result a number at all?"
    if found is not None and verdict.place in found.places[1:]:
        first = filled.address(found.places[0])
        return f"the same as in {first}: {found.because}", f"the same as in {first}"
    ways = _ways(verdict.written)
    if found is None or found.because == NO_SLIP:
        why = f"{NO_SLIP}; {formula}" if found else formula
        return ways + why, ways + _question(column)
    where = _rows([row for row, _ in found.places])
    return f"{ways}{found.because}{where}; {formula}", f"{ways}{column.name}: {found.hint}{where}"


def _named(filled: Filled, like: CellRef | str) -> str:
    return like if isinstance(like, str) else filled.address(like)


def _twice(said: str) -> tuple[str, str]:
    return said, said


def _from(verdict: Verdict, origin: str) -> str:
    if verdict.status == FOLLOWS:
        return f"right, given what stands in {origin}"
    return f"it follows from {origin}, but does not show that anything was computed"


def _ways(written: Written | None) -> str:
    """The two numbers that a text may mean, where neither is right."""
    if written is None or written.or_else is None:
        return ""
    return f"neither {written.number:.10g} nor {written.or_else.number:.10g} is right; "


def _question(column: Column) -> str:
    """A question to ask of a quantity, where no slip is known."""
    parts = names(column.expression) if column.expression is not None else ()
    made = listed([as_headed(name) for name in parts])
    if not made:
        return f"{column.name}: how is it computed?"
    if isinstance(column.expression, ast.Name):
        return f"{column.name}: which number belongs here?"
    them = "it" if len(parts) == 1 else "them"
    return f"{column.name} is made of {made}: which step, done with {them}, gives another number?"


def _rows(rows: list[int]) -> str:
    """The rows of a slip that was made several times: `` (in rows 1 to 6)``."""
    if len(rows) < 2:
        return ""
    if rows == list(range(rows[0], rows[-1] + 1)) and len(rows) > 2:
        return f" (in rows {rows[0]} to {rows[-1]})"
    return f" (in rows {listed([str(row) for row in rows])})"
