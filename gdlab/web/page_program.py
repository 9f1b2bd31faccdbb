"""What a browser needs to compute a run anew, beside its program: gdlab/web/static/compute.js."""

from typing import Any

from gdlab.core.points import lesson_pairs
from gdlab.core.trace import Trace
from gdlab.web.program import program
from gdlab.web.python_call import python_call

# From so many rows on, a page may be slower than the notebook's kernel behind it.
MOST_ROWS_AHEAD = 20_000


def page_program(run: Trace) -> dict[str, Any]:
    """Names, starts and carried columns of a run's table, and the parts of its line of Python."""
    table = run.table
    return {
        "rule": run.rule,
        "names": table.names,
        "computed": table.computed,
        "carriers": {name: table.carrier(start) for start, name in table.start_inputs.items()},
        "starts": {name: table.starts[start] for start, name in table.start_inputs.items()},
        "counts": table.counts,
        "epochNames": [column.name for column in table.epoch_columns],
        "epochStarts": table.epoch_starts,
        "arguments": python_call(run),
    }


def ahead(run: Trace) -> dict[str, Any] | None:
    """All that a page needs to be ahead of its host: what a run becomes with another input.

    None where only the host knows: for samples in a drawn order, on a surface, in a long run.
    """
    if run.order or not run.table.point or run.rows > MOST_ROWS_AHEAD:
        return None
    x, y = lesson_pairs()
    return {
        "sheet": page_program(run),
        "program": program(run.table),
        "lesson": {"x": x, "y": y},
        "most_rows": MOST_ROWS_AHEAD,
    }
