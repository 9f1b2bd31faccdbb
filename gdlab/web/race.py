"""Several runs side by side on one sheet: what each parameter and the loss are, row by row."""

from collections.abc import Mapping
from typing import Any

from gdlab.core.columns import COUNTERS
from gdlab.core.layout import START_ROW, letters
from gdlab.core.registry import rules
from gdlab.core.symbols import latex, text
from gdlab.core.trace import Trace
from gdlab.language.mathml import mathml

ON_POINTS = "Several rules on the same points, from each rule's own sheet or its defaults."
ON_SURFACE = "Several runs on the same surface."


def guest_rules(sheets: Mapping[str, Trace]) -> dict[str, str]:
    """The rules that run on none of the sheets, each by the name under which it can race.

    That is the rule's own name, or ``adam_published`` where a sheet is called ``adam``.
    """
    run_already = {run.rule for run in sheets.values()}
    return {
        f"{rule}_published" if rule in sheets else rule: rule
        for rule in rules()
        if rule not in run_already
    }


def race_head(runs: Mapping[str, Trace]) -> dict[str, Any]:
    """The fixed parts of the sheet that lays runs, by their sheets' names, side by side."""
    one = next(iter(runs.values()))
    columns: list[dict[str, Any]] = [
        _column(name, latex(name, of=one.table)) for name in COUNTERS if name in one.table.names
    ]
    racers = []
    for label, run in runs.items():
        shown = _shown(run)
        for name in shown:
            at = letters(run.table.names.index(name))
            own = {"group": label, "excel": f"={label}!{at}{{row}}"}
            columns.append(_column(f"{label}: {name}", latex(name, of=run.table)) | own)
        racers.append({"label": label, "columns": [f"{label}: {name}" for name in shown]})
    for number, column in enumerate(columns):
        column["letters"] = letters(number)
    return {
        "rule": None,
        "source": ON_POINTS if one.table.point else ON_SURFACE,
        "columns": columns,
        "inputs": [],
        "parameters": [
            {"name": name, "letter": text(name, of=one.table)} for name in one.table.parameters
        ],
        "frozen": "t",
        "start_row": START_ROW,
        "racers": racers,
    }


def _shown(run: Trace) -> tuple[str, ...]:
    return (*map(run.table.carrier, run.table.parameters), run.table.loss)


def _column(name: str, symbol: str) -> dict[str, Any]:
    typeset = mathml(symbol)
    return {
        "name": name,
        "symbol": typeset,
        "formula": typeset,
        "numbers": None,
        "excel": None,
        "precedents": [],
    }
