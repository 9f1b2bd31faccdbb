"""What Python and the page share of a model's sheets, and what each part of it may be."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from gdlab.core.points import number, pairs, whole
from gdlab.core.rerun import arguments, inputs_of
from gdlab.core.run import prepare
from gdlab.core.suggest import unknown
from gdlab.core.trace import Trace
from gdlab.web.data import guests_of, page_data, with_programs
from gdlab.web.limits import refuse_size

# A further run of a rule's: adam_2, adam_3.
NUMBERED = re.compile(r"(.+)_([2-9]|[1-9]\d{1,3})")


class Sheets:
    """The sheets of one model.

    ``own`` are the runs that they began with, ``runs`` also those of the rules that can be
    compared; ``page`` is what the page knows of them, ``left`` what was set for them when another
    model was chosen. A check takes the widget with what is set now, and what was given; it returns
    what is kept, and raises ValueError for what cannot be. What the page sends it has checked.
    """

    def __init__(self, own: Mapping[str, Trace]) -> None:
        self.own = dict(own)
        self.runs = {**own, **guests_of(own)}
        self.model = next(iter(own.values())).table.model
        self.page = page_data(own)
        for kind in ("sheets", "guests"):
            self.page[kind] = with_programs(self.page[kind], self.runs)
        points = zip(*self.page["points"].values(), strict=True)
        self.left: dict[str, Any] = {
            "compared": list(own),
            "inputs": {
                self._names(sheet)[name]: value
                for sheet, run in own.items()
                for name, value in inputs_of(run).items()
            },
            "points": [list(point) for point in points],
            "practice": {},
        }

    def origin(self, name: str) -> str:
        """The sheet that a compared run is of: its own name, or adam of adam_2."""
        numbered = NUMBERED.fullmatch(str(name))
        for one in (name, numbered and numbered[1]):
            if one in self.runs:
                return str(one)
        raise ValueError(unknown(f"there is no rule or sheet {name!r:.40}", name, self.runs))

    def _names(self, sheet: str) -> dict[str, str]:
        """What a sheet's inputs are called in ``inputs``: ``lr`` or, of several, ``adam.lr``."""
        before = "" if [sheet] == list(self.own) else f"{sheet}."
        return {name: before + name for name in inputs_of(self.runs[self.origin(sheet)])}

    def inputs(self, sheet: str, inputs: Mapping[str, float]) -> dict[str, float]:
        """The inputs of a sheet or compared run, by their names on it; those that were ever set."""
        return {name: inputs[one] for name, one in self._names(sheet).items() if one in inputs}

    def checked_inputs(self, now: Any, given: Mapping[str, Any]) -> dict[str, float]:
        """The inputs with those that are given; a plain ``lr`` is that of the sheet that is shown.

        The inputs of runs that are not compared any more are left out.
        """
        sheets = list(dict.fromkeys([*self.own, *now.compared]))
        known = {
            f"{sheet}.{name}": shared
            for sheet in sheets
            for name, shared in self._names(sheet).items()
        }
        inputs = {name: now.inputs[name] for name in known.values() if name in now.inputs}
        shown = now.tab if len(self.own) > 1 else sheets[0]
        for key, value in given.items():
            name = key if key in known else f"{shown}.{key}"
            if name not in known:
                raise ValueError(unknown(f"there is no input {key!r:.40}", key, known.values()))
            inputs[known[name]] = number(value, key)
        for sheet in sheets:
            own = self.inputs(sheet, inputs)
            if own != self.inputs(sheet, now.inputs):
                run = self.runs[self.origin(sheet)]
                prepare(run.table.rule, **arguments(run, own))
        return inputs

    def checked_tab(self, _now: Any, given: str) -> str:
        """A tab of the page's."""
        if given not in self.page["tabs"]:
            raise ValueError(unknown(f"there is no tab {given!r:.40}", given, self.page["tabs"]))
        return given

    def checked_epochs(self, now: Any, given: Any) -> int:
        """Passes over the points that there are, as many as a page holds."""
        epochs = whole("epochs", given)
        refuse_size(len(now.points), len(now.points) * epochs)
        return epochs

    def checked_points(self, now: Any, given: Any) -> list[list[float]]:
        """Points of any kind that :func:`gdlab.trace` takes, as rows of the page's columns."""
        names = tuple(self.page["points"])
        points = list(map(list, zip(*pairs(given, names), strict=True))) if names else []
        refuse_size(len(points), len(points) * now.epochs)
        return points

    def checked_compared(self, _now: Any, given: Iterable[str]) -> list[str]:
        """The names of rules and of further runs of one, in the sheets' order, each once."""
        order = {name: list(self.runs).index(self.origin(name)) for name in given}
        if not order:
            raise ValueError("name at least one rule to compare")
        # adam, adam_2, adam_10.
        return sorted(order, key=lambda name: (order[name], len(name), name))
