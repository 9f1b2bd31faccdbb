"""What Python and the page share of a sheet, and what each part of it may be.

A check takes the page's data, the widget with what is set now, and what was given; it returns what
is kept, and raises ValueError, one line that says what is wrong. The page has the same limits, so
what it sends passes.
"""

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from numbers import Real
from typing import Any

from gdlab.core.points import pairs
from gdlab.web.limits import refuse_size

Page = Mapping[str, Any]
# A further run of a rule's: adam_2, adam_3.
NUMBERED = re.compile(r"(.+)_([2-9]|[1-9]\d{1,3})")


def at_first(page: Page) -> dict[str, Any]:
    """What is shared of a model's sheets before anything is set."""
    return {
        "compared": list(page["sheets"]),
        "inputs": {
            _shared_name(page, sheet, name): float(value)
            for sheet, data in page["sheets"].items()
            for name, value in data["inputs"].items()
        },
        "points": [list(point) for point in zip(*page["points"].values(), strict=True)],
        "practice": {},
    }


def inputs_of_sheet(page: Page, inputs: Mapping[str, float], sheet: str) -> dict[str, float]:
    """The inputs of one sheet or compared run, by their names on it; those that were ever set."""
    shared = {name: _shared_name(page, sheet, name) for name in _limits_of(page, sheet)}
    return {name: inputs[one] for name, one in shared.items() if one in inputs}


def origin_of(name: str, known: Collection[str]) -> str | None:
    """The sheet that a compared run is of: its own name, or adam of adam_2; None for none."""
    found = NUMBERED.fullmatch(name)
    return next((one for one in (name, found and found[1]) if one in known), None)


def _shared_name(page: Page, sheet: str, name: str) -> str:
    """What an input is called in ``inputs``: ``lr`` or, of several sheets, ``adam.lr``."""
    return name if [sheet] == list(page["sheets"]) else f"{sheet}.{name}"


def _limits_of(page: Page, sheet: str) -> Mapping[str, Mapping[str, Any]]:
    """The limits of a sheet's inputs, or of a compared run's, by their names on it."""
    known = {**page["sheets"], **page["guests"]}
    origin = origin_of(sheet, known)
    return known[origin]["limits"] if origin else {}


def _checked_inputs(page: Page, now: Any, given: Mapping[str, Any]) -> dict[str, float]:
    """The inputs with those that are given; a plain ``lr`` is that of the sheet that is shown.

    The inputs of runs that are not compared any more are left out.
    """
    own = list(dict.fromkeys([*page["sheets"], *now.compared]))
    inputs = at_first(page)["inputs"] | {
        _shared_name(page, sheet, name): value
        for sheet in own
        for name, value in inputs_of_sheet(page, now.inputs, sheet).items()
    }
    for key, value in given.items():
        sheet, _, name = key.rpartition(".")
        sheet = sheet or (now.tab if len(page["sheets"]) > 1 else own[0])
        if sheet not in own:
            what = (
                f"sheet {sheet} has no inputs" if sheet in page["tabs"] else f"no sheet {sheet!r}"
            )
            raise ValueError(f"{what}; there are {', '.join(own)}")
        limits = _limits_of(page, sheet)
        if name not in limits:
            raise ValueError(f"sheet {sheet} has no input {name!r:.40}; it has {', '.join(limits)}")
        inputs[_shared_name(page, sheet, name)] = _accepted(limits[name], value)
    return inputs


def _accepted(limits: Mapping[str, Any], value: Any) -> float:
    """A number within limits, as gdlab/web/static/number_input.js has it."""
    low, below = limits["low"], limits["below"]
    fits = (
        isinstance(value, Real)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and (low is None or value > low or (limits["lowAllowed"] and value == low))
        and (below is None or value < below)
        and (not limits.get("whole") or float(value).is_integer())
    )
    if not fits:
        raise ValueError(f"{limits['told']} must be {limits['words']}, not {value!r:.40}")
    return float(value)


def _checked_tab(page: Page, _now: Any, given: str) -> str:
    if given not in page["tabs"]:
        raise ValueError(f"there is no sheet {given!r:.40}; there are {', '.join(page['tabs'])}")
    return given


def _checked_epochs(page: Page, now: Any, given: Any) -> int:
    epochs = int(_accepted(page["epochsLimits"], given))
    refuse_size(len(now.points), len(now.points) * epochs)
    return epochs


def _checked_points(page: Page, now: Any, given: Any) -> list[list[float]]:
    """Points of any kind that :func:`gdlab.trace` takes, as rows of the page's columns."""
    if not page["points"]:
        return []
    points = [list(point) for point in zip(*pairs(given, tuple(page["points"])), strict=True)]
    refuse_size(len(points), len(points) * now.epochs)
    return points


def _checked_compared(page: Page, _now: Any, given: Sequence[str]) -> list[str]:
    """Runs to compare in the sheets' order, further runs of a rule behind it."""
    known = [*page["sheets"], *page["guests"]]
    origins = {name: origin_of(name, known) for name in given}
    for name, origin in origins.items():
        if origin is None:
            raise ValueError(f"no rule is called {name!r:.40}; there are {', '.join(known)}")
    if not given:
        raise ValueError("name at least one rule to compare")
    # adam, adam_2, adam_10.
    return sorted(origins, key=lambda name: (known.index(str(origins[name])), len(name), name))


CHECKS: dict[str, Callable[[Page, Any, Any], Any]] = {
    "tab": _checked_tab,
    "inputs": _checked_inputs,
    "epochs": _checked_epochs,
    "points": _checked_points,
    "compared": _checked_compared,
}
