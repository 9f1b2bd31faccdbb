"""The state behind the sheets on a page: points, epochs, and one run per tab.

``SheetState.ask`` takes an event from the page as plain data and answers with the state that
the page shows then. Nothing here knows of a notebook or a browser.
"""

import math
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gdlab.core.explanation import short
from gdlab.core.points import Points
from gdlab.core.rerun import inputs_of, python_line, rerun
from gdlab.core.trace import Trace, trace
from gdlab.excel.together import write_runs
from gdlab.notebook.typed import edited, loaded, pasted, removed
from gdlab.web.cells import cells
from gdlab.web.limits import MOST_ROWS
from gdlab.web.loss_grid import loss_grid
from gdlab.web.page_program import ahead
from gdlab.web.race import guest_rules, race_cells, race_head
from gdlab.web.sheet_meta import sheet_meta

DATA, COMPARE = "data", "compare"

Event = Mapping[str, Any]
Answer = tuple[dict[str, Any], list[bytes]]


class SheetState:
    """Runs by tab, all on the same points; ``tabs`` may also hold ``data`` and ``compare``."""

    def __init__(self, runs: Mapping[str, Trace], tabs: Sequence[str]) -> None:
        for run in runs.values():
            _refuse_too_long(run.rows)
        self.opened = dict(runs)
        self.runs = dict(runs)
        self.tabs = tuple(tabs)
        self.tab = next(name for name in tabs if name in runs)
        self.racing = list(runs)
        self.guests: dict[str, Trace] = {}

    @property
    def one(self) -> Trace:
        """Any of the runs: points and epochs are the same in all."""
        return next(iter(self.runs.values()))

    def ask(self, event: Event, buffers: Sequence[Any] = ()) -> Answer:
        """Do what an event says and give the state after it, with the page's number of the event.

        What cannot be done changes nothing; the answer then has the reason under ``error``.
        """
        state: dict[str, Any] = {}
        file = b""
        try:
            file = self._do(event, buffers)
        except ValueError as error:
            state["error"] = str(error)
        except Exception as error:
            # The page is where a person looks, so what went wrong is said there, whatever it was.
            state["error"] = f"gdlab could not do this ({type(error).__name__}: {error})"
        shown, numbers = self.state(event.get("head"))
        if file:
            state["file"] = f"{self.tab}.xlsx"
            numbers.append(file)
        return shown | state | {"number": event.get("number")}, numbers

    def _do(self, event: Event, buffers: Sequence[Any]) -> bytes:
        match event.get("kind"):
            case "show":
                tab = event.get("tab", self.tab)
                if tab not in self.tabs:
                    raise ValueError(f"there is no sheet {tab!r:.40}")
                self.tab = tab
            case "input":
                self.set({event["name"]: event["value"]})
            case "epochs":
                self._rerun(epochs=_whole(event["value"]))
            case "reset":
                self._reset()
            case "point":
                self._rerun(edited(self.one.points, event["row"], event["column"], event["text"]))
            case "paste":
                self._rerun(pasted(self.one.points, event["row"], event["column"], event["text"]))
            case "remove":
                self._rerun(removed(self.one.points, event["row"]))
            case "file":
                self._rerun(loaded(event["name"], bytes(buffers[0])))
            case "race":
                self._race(event["names"])
            case "export":
                return self._export()
            case other:
                raise ValueError(f"the page sent an event that is not known here: {other!r:.40}")
        return b""

    def set(self, inputs: Mapping[str, float]) -> None:
        """Give inputs of the sheet that is shown other values; ValueError where one cannot be."""
        if self.tab not in self.runs:
            raise ValueError(f"sheet {self.tab} has no inputs")
        self.runs[self.tab] = rerun(self.runs[self.tab], inputs=dict(inputs))

    def _rerun(self, points: Points | None = None, epochs: int | None = None) -> None:
        """All runs anew with other points or epochs: all of them or, where one cannot, none."""
        rows = (epochs or self.one.n_epochs) * (len(points[0]) if points else self.one.samples)
        _refuse_too_long(rows)
        runs = {name: rerun(run, points, epochs) for name, run in self.runs.items()}
        guests = {name: rerun(run, points, epochs) for name, run in self.guests.items()}
        self.runs, self.guests = runs, guests

    def _reset(self) -> None:
        """The inputs of the sheet that is shown as they were at first; the points stay."""
        if self.tab in self.runs:
            one = self.one
            self.runs[self.tab] = rerun(self.opened[self.tab], one.points, one.n_epochs)
        elif self.tab == DATA:
            self._rerun(next(iter(self.opened.values())).points)

    def _race(self, names: Sequence[str]) -> None:
        unknown = [name for name in names if name not in self.choices]
        if unknown:
            raise ValueError(f"no rule is called {unknown[0]!r:.40}")
        if not names:
            raise ValueError("a race needs at least one rule")
        points = list(zip(*self.one.points, strict=True))
        self.guests = {
            name: trace(rule, points, epochs=self.one.n_epochs)
            for name, rule in guest_rules(self.runs).items()
            if name in names
        }
        self.racing = [name for name in self.choices if name in names]

    @property
    def choices(self) -> list[str]:
        """Everything that can race: the sheets, and the rules that no sheet runs."""
        return [*self.runs, *guest_rules(self.runs)]

    def _export(self) -> bytes:
        """The workbook of the sheet that is shown; of the points or a race, all its sheets."""
        with tempfile.TemporaryDirectory(prefix="gdlab-export-") as folder:
            path = Path(folder) / "sheet.xlsx"
            if self.tab in self.runs:
                self.runs[self.tab].to_excel(path, name=self.tab)
            else:
                write_runs(self._shown() or self.runs, path)
            return path.read_bytes()

    def _shown(self) -> dict[str, Trace]:
        """The runs of a race, or the one of the sheet that is shown."""
        if self.tab == COMPARE:
            return {name: (self.runs | self.guests)[name] for name in self.racing}
        return {self.tab: self.runs[self.tab]} if self.tab in self.runs else {}

    def state(self, known: str | None = None) -> Answer:
        """What the page shows now, and the numbers as bytes of float64: points, then cells,
        then the heights of a surface.

        The head is left out where the page has it already; ``known`` is that head's mark.
        """
        one = self.one
        state: dict[str, Any] = {
            "tab": self.tab,
            "tabs": self.tabs,
            "epochs": one.n_epochs,
            "samples": one.samples,
            "rows": one.rows,
        }
        numbers = [np.array(one.points).tobytes()]
        shown = self._shown()
        if self.tab in self.runs:
            run = self.runs[self.tab]
            state |= _numbers(run)
            numbers.append(cells(run).tobytes())
            if not run.table.point:
                state["lossRanges"], heights = loss_grid(run)
                numbers.append(heights.tobytes())
        elif self.tab == COMPARE:
            state |= {
                "choices": self.choices,
                "mse": [_mse(run) for run in shown.values()],
                "starts": [
                    [run.start[name] for name in one.table.parameters] for run in shown.values()
                ],
                "settings": [_settings(run) for run in shown.values()],
            }
            numbers.append(race_cells(shown).tobytes())
        # A change of a rate never changes the head, so it is made and sent only when it must be.
        state["mark"] = self._mark(shown)
        if known != state["mark"]:
            state["head"] = self._head(shown)
        return state, numbers

    def _mark(self, shown: Mapping[str, Trace]) -> str:
        """What a head depends on."""
        parts = [
            (name, run.table.rule.formulas.source, run.table.names, run.options, [*run.hyper])
            for name, run in shown.items()
        ]
        return str(hash(repr((self.tab, parts))))

    def _head(self, shown: Mapping[str, Trace]) -> dict[str, Any]:
        if self.tab == COMPARE:
            return race_head(shown)
        run = shown.get(self.tab)
        return sheet_meta(run.table) | {"ahead": ahead(run)} if run else {}


def _refuse_too_long(rows: int) -> None:
    if rows > MOST_ROWS:
        raise ValueError(f"{rows} rows are more than the {MOST_ROWS} that a page can hold")


def _numbers(run: Trace) -> dict[str, Any]:
    """What a sheet shows beside its cells."""
    table = run.table
    first = {table.carrier(name): value for name, value in run.start.items()}
    return {
        "inputs": inputs_of(run),
        "first": first | table.counts,
        "exploded": run.exploded,
        "python": python_line(run),
        "mse": _mse(run),
    }


def _mse(run: Trace) -> list[float | None]:
    """The mean squared error per epoch; None past the largest number, where JSON has no word."""
    if not run.table.point:
        return []
    return [value if math.isfinite(value) else None for value in run.epochs["mse"].tolist()]


def _settings(run: Trace) -> str:
    return ", ".join(f"{name} {short(value)}" for name, value in run.hyper.items())


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, (int, float)) and float(value).is_integer() else value
