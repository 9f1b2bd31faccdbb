"""What a browser needs to compute a run anew, beside its program: gdlab/web/static/compute.js."""

from typing import Any

from gdlab.core.trace import Trace
from gdlab.web.python_call import python_call


def page_program(run: Trace) -> dict[str, Any]:
    """Names, starts and carried columns of a run's table, and the parts of its line of Python."""
    table = run.table
    return {
        "rule": run.rule,
        "names": table.names,
        "point": table.point,
        "loss": table.loss if table.point else None,
        "computed": table.computed,
        "carriers": {name: table.carrier(start) for start, name in table.start_inputs.items()},
        "starts": {name: table.starts[start] for start, name in table.start_inputs.items()},
        "counts": table.counts,
        "epochNames": [column.name for column in table.epoch_columns],
        "epochStarts": table.epoch_starts,
        "arguments": python_call(run),
    }
