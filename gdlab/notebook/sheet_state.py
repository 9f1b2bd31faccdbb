"""What Python and the page share of a sheet, and what each part of it may be.

Every check takes what was given and returns what is kept; it raises ValueError, one line that says
what is wrong. The page has the same limits, so what it sends passes.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gdlab.core.points import pairs

Page = Mapping[str, Any]
# A further run of a rule's: adam_2, adam_3.
NUMBERED = re.compile(r"(.+)_([2-9]|[1-9]\d{1,3})")


def inputs_at_first(page: Page) -> dict[str, float]:
    """All inputs by name: ``lr`` or, where there are several sheets, ``adam.lr``."""
    return {
        _name(page, sheet, name): float(value)
        for sheet, data in page["sheets"].items()
        for name, value in data["inputs"].items()
    }


def inputs_of_sheet(page: Page, inputs: Mapping[str, float], sheet: str) -> dict[str, float]:
    """The inputs of one sheet or compared run, by their names on it; those that were ever set."""
    named = {name: _name(page, sheet, name) for name in _limits(page, sheet)}
    return {name: inputs[told] for name, told in named.items() if told in inputs}


def _name(page: Page, sheet: str, name: str) -> str:
    alone = len(page["sheets"]) == 1 and sheet in page["sheets"]
    return name if alone else f"{sheet}.{name}"


def origin_of(name: str, known: Collection[str]) -> str | None:
    """The sheet that a compared run is of: its own name, or adam of adam_2; None for none."""
    if name in known:
        return name
    found = NUMBERED.fullmatch(name)
    return found[1] if found and found[1] in known else None


def without_compared(page: Page, inputs: Mapping[str, float]) -> dict[str, float]:
    """The inputs of the sheets alone."""
    return {
        name: value
        for name, value in inputs.items()
        if name.rpartition(".")[0] in ("", *page["sheets"])
    }


def _limits(page: Page, sheet: str) -> Mapping[str, Any]:
    # `later` are rules that were registered since.
    known = {**page["sheets"], **page["guests"], **page.get("later", {})}
    origin = origin_of(sheet, known)
    return known[origin]["limits"] if origin else {}


def checked_inputs(
    page: Page,
    tab: str,
    known: Mapping[str, float],
    given: Mapping[str, Any],
    compared: Sequence[str] = (),
) -> dict[str, float]:
    """``known`` inputs with those that are given; a plain ``lr`` is that of the sheet ``tab``.

    The inputs of runs that are not compared any more are left out.
    """
    own = [*page["sheets"], *compared]
    inputs = {name: value for name, value in known.items() if name.rpartition(".")[0] in ("", *own)}
    for key, value in given.items():
        sheet, _, name = key.rpartition(".")
        sheet = sheet or (tab if tab in page["sheets"] or len(page["sheets"]) > 1 else "")
        sheet = sheet or next(iter(page["sheets"]))
        if sheet not in own:
            told = (
                f"sheet {sheet} has no inputs" if sheet in page["tabs"] else f"no sheet {sheet!r}"
            )
            raise ValueError(f"{told}; there are {', '.join(dict.fromkeys(own))}")
        limits = _limits(page, sheet)
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
    """Runs to compare, in the order of ``known``, further runs of a rule behind it."""
    for name in given:
        if origin_of(name, known) is None:
            raise ValueError(f"no rule is called {name!r:.40}; there are {', '.join(known)}")
    if not given:
        raise ValueError("name at least one rule to compare")
    positions = {name: position for position, name in enumerate(known)}

    def order(name: str) -> tuple[int, int]:
        origin = origin_of(name, known) or ""
        return positions[origin], int(name.removeprefix(f"{origin}_")) if name != origin else 1

    return sorted(dict.fromkeys(given), key=order)
