"""What Python and the page share of a sheet, and what each part of it may be.

Every check takes what was given and returns what is kept; it raises ValueError, one line that says
what is wrong. The page has the same limits, so what it sends passes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gdlab.core.points import pairs

Page = Mapping[str, Any]


def inputs_at_first(page: Page) -> dict[str, float]:
    """All inputs by name: ``lr`` or, where there are several sheets, ``adam.lr``."""
    return {
        _name(page, sheet, name): float(value)
        for sheet, data in page["sheets"].items()
        for name, value in data["inputs"].items()
    }


def inputs_of_sheet(page: Page, inputs: Mapping[str, float], sheet: str) -> dict[str, float]:
    """The inputs of one sheet, by their names on it."""
    return {name: inputs[_name(page, sheet, name)] for name in page["sheets"][sheet]["inputs"]}


def _name(page: Page, sheet: str, name: str) -> str:
    return f"{sheet}.{name}" if len(page["sheets"]) > 1 else name


def checked_inputs(
    page: Page, tab: str, known: Mapping[str, float], given: Mapping[str, Any]
) -> dict[str, float]:
    """``known`` inputs with those that are given; a plain ``lr`` is that of the sheet ``tab``."""
    inputs = dict(known)
    for key, value in given.items():
        sheet, _, name = key.rpartition(".")
        sheet = sheet or (tab if tab in page["sheets"] or len(page["sheets"]) > 1 else "")
        sheet = sheet or next(iter(page["sheets"]))
        if sheet not in page["sheets"]:
            told = (
                f"sheet {sheet} has no inputs" if sheet in page["tabs"] else f"no sheet {sheet!r}"
            )
            raise ValueError(f"{told}; there are {', '.join(page['sheets'])}")
        limits = page["sheets"][sheet]["limits"]
        if name not in limits:
            raise ValueError(f"sheet {sheet} has no input {name!r:.40}; it has {', '.join(limits)}")
        inputs[_name(page, sheet, name)] = _accepted(limits[name], value)
    return inputs


def _accepted(limits: Mapping[str, Any], value: Any) -> float:
    """A number within limits, as gdlab/web/static/number_input.js has it."""
    number = (
        float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    )
    low, below = limits["low"], limits["below"]
    fits = (
        number is not None
        and abs(number) < float("inf")
        and (low is None or number > low or (limits["lowAllowed"] and number == low))
        and (below is None or number < below)
        and (not limits.get("whole") or number.is_integer())
    )
    if number is None or not fits:
        raise ValueError(f"{limits['told']} must be {limits['words']}, not {value!r:.40}")
    return number


def checked_tab(page: Page, given: str) -> str:
    """A tab that is there."""
    if given not in page["tabs"]:
        raise ValueError(f"there is no sheet {given!r:.40}; there are {', '.join(page['tabs'])}")
    return given


def checked_rows(page: Page, samples: int, epochs: Any) -> int:
    """A number of epochs whose rows a page can hold."""
    number = int(_accepted(page["epochsLimits"], epochs))
    rows, most = number * samples, page["limits"]["rows"]
    if rows > most:
        raise ValueError(f"{rows} rows are more than the {most} that a page can hold")
    return number


def checked_points(page: Page, given: Any) -> list[list[float]]:
    """Points of any kind that :func:`gdlab.trace` takes, as rows of the page's columns."""
    columns = pairs(given, tuple(page["points"]))
    count, most = len(columns[0]), page["limits"]["points"]
    if count > most:
        raise ValueError(f"{count} points; the sheet takes at most {most}")
    return [list(point) for point in zip(*columns, strict=True)]


def checked_names(known: Sequence[str], given: Sequence[str]) -> list[str]:
    """Rules to compare, in the order of ``known``."""
    for name in given:
        if name not in known:
            raise ValueError(f"no rule is called {name!r:.40}; there are {', '.join(known)}")
    if not given:
        raise ValueError("name at least one rule to compare")
    return [name for name in known if name in given]
