"""Several runs side by side on one sheet: what each parameter and the loss are, row by row."""

from collections.abc import Iterable, Mapping
from typing import Any

from gdlab.core.columns import COUNTERS
from gdlab.core.registry import rules
from gdlab.core.symbols import latex
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


def race_data(run: Trace) -> dict[str, Any]:
    """The columns of a race of runs like this one: what is counted, and what is shown of each."""
    table = run.table

    def columns(names: Iterable[str]) -> list[dict[str, Any]]:
        symbols = {name: mathml(latex(name, of=table)) for name in names}
        return [
            {"name": name, "symbol": symbol, "formula": symbol, "numbers": None, "precedents": []}
            for name, symbol in symbols.items()
        ]

    return {
        "source": ON_POINTS if table.point else ON_SURFACE,
        "counters": columns(name for name in COUNTERS if name in table.names),
        "shown": columns(raced(run)),
    }


def raced(run: Trace) -> list[str]:
    """What a race shows of a run: each parameter and the loss."""
    return [*map(run.table.carrier, run.table.parameters), run.table.loss]
