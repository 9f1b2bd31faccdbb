"""One claim: what was said, the line of Python that runs it, and how the outcome is judged."""

import ast
import inspect
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

HOLDS = "holds"
WITH_SETTINGS = "holds with these settings"
FAILS = "does not hold"
UNTESTABLE = "cannot be tested"
VERDICTS = (HOLDS, WITH_SETTINGS, FAILS, UNTESTABLE)


class Outcome(NamedTuple):
    """What a run has shown: the numbers in words, one of ``VERDICTS``, and why it is so.

    ``edge`` is where the verdict turns, for a claim that depends on a setting.
    """

    outcome: str
    verdict: str
    reason: str
    edge: str = ""


class Claim(NamedTuple):
    """``run`` is one return statement, and ``judge`` is given what it returns.

    The judge takes what was claimed as further arguments with defaults. ``shows`` names the cells
    of the runs' tables that show it.
    """

    text: str
    run: Callable[[], Any]
    judge: Callable[..., Outcome]
    shows: str


class Article(NamedTuple):
    """Where claims stand; author, date and address are empty where they are not known."""

    title: str
    author: str
    date: str
    address: str
    claims: tuple[Claim, ...]

    @property
    def source(self) -> str:
        """Title, author, date and address in one line, and which of them is not known."""
        told = ("author", "date", "address")
        missing = [name for name, text in zip(told, self[1:4], strict=True) if not text]
        unknown = f"{' and '.join(missing)} not known" if missing else ""
        return ", ".join(filter(None, (*self[:4], unknown)))


def verdict(trials: Iterable[bool]) -> str:
    """Holds where every trial does, with these settings where some do, else not."""
    found = set(trials)
    if found == {True, False}:
        return WITH_SETTINGS
    return HOLDS if found == {True} else FAILS


def line_of(run: Callable[[], Any]) -> str:
    """The line that a reader can paste: the expression that the function returns."""
    function = ast.parse(inspect.getsource(run)).body[0]
    assert isinstance(function, ast.FunctionDef)
    returned = function.body[-1]
    assert isinstance(returned, ast.Return) and returned.value
    return ast.unparse(returned.value)


def percent(share: float) -> str:
    """A share in percent: 0.0083 -> 0.83 %."""
    return f"{100 * share:.3g} %"
